# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Checking a client assertion: the JWT that stands for the secret when a certificate is used."""

import base64
import binascii
from datetime import datetime, timezone

import jwt
from cryptography import x509
from cryptography.hazmat.primitives import hashes

from .certificates import validity
from .registration import Registration

ALGORITHMS = ("RS256", "PS256")
LEEWAY = 300


class AssertionRefused(Exception):
    """The assertion is no good: an AADSTS code and the reason that goes into its text."""

    def __init__(self, code: int, reason: str = ""):
        super().__init__(code, reason)
        self.code = code
        self.reason = reason


def check_assertion(text: str, registration: Registration, audiences, now: datetime):
    """Return when the assertion was signed by a registered certificate for this very endpoint.

    The certificate is named by x5t#S256 or x5t, or comes along in x5c and must be registered too.

    :param audiences: the token endpoint and the issuer, either of which may be meant
    :param now: aware
    :raises AssertionRefused: with 50027, 5002738, 700023, 700024, 700027 or 700021
    """
    try:
        header = jwt.get_unverified_header(text)
    except jwt.InvalidTokenError as error:
        raise AssertionRefused(50027) from error
    if header.get("alg") not in ALGORITHMS:
        raise AssertionRefused(5002738, str(header.get("alg")))
    certificate = _certificate(header, registration)
    begins, ends = validity(certificate)
    if not begins <= now <= ends:
        raise AssertionRefused(700027, "The key used is expired.")
    try:
        claims = jwt.decode(
            text,
            certificate.public_key(),
            algorithms=list(ALGORITHMS),
            options={"verify_aud": False, "verify_exp": False, "verify_nbf": False}
            | {"verify_iat": False, "require": ["exp", "iss", "sub", "aud", "jti"]},
        )
    except jwt.InvalidSignatureError as error:
        raise AssertionRefused(700027, "The key was found, but it did not sign this.") from error
    except jwt.InvalidTokenError as error:
        raise AssertionRefused(50027) from error
    if claims["iss"] != registration.client_id or claims["sub"] != registration.client_id:
        raise AssertionRefused(700021)
    if claims["aud"] not in audiences:
        raise AssertionRefused(700023)
    _check_times(claims, now)


def _check_times(claims: dict, now: datetime):
    for name, late in (("exp", True), ("nbf", False)):
        if name not in claims:
            continue
        try:
            moment = datetime.fromtimestamp(claims[name], tz=timezone.utc)
        except (TypeError, ValueError, OverflowError) as error:
            raise AssertionRefused(50027) from error
        gap = (now - moment).total_seconds()
        if gap > LEEWAY if late else gap < -LEEWAY:
            raise AssertionRefused(700024)


def _certificate(header: dict, registration: Registration) -> x509.Certificate:
    for thumbprint in _thumbprints(header):
        certificate = registration.find_certificate(thumbprint)
        if certificate:
            return certificate
    raise AssertionRefused(700027, "The key was not found.")


def _thumbprints(header: dict):
    try:
        for name in ("x5t#S256", "x5t"):
            if name in header:
                padded = header[name] + "=" * (-len(header[name]) % 4)
                yield base64.urlsafe_b64decode(padded)
        if header.get("x5c"):
            leaf = x509.load_der_x509_certificate(base64.b64decode(header["x5c"][0]))
            yield leaf.fingerprint(hashes.SHA256())
    except (TypeError, ValueError, binascii.Error) as error:
        raise AssertionRefused(50027) from error
