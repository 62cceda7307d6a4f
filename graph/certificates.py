# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A private key and its certificate out of pasted PEM text, and what is wrong with them."""

import re
from datetime import datetime, timezone

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from .errors import make_error

_BLOCK = re.compile(r"-----BEGIN ([A-Z0-9 ]+)-----.+?-----END \1-----", re.DOTALL)


def client_certificate(pem: str, passphrase: str | None, now: datetime) -> dict[str, str]:
    """What msal needs to sign as the application.

    :param pem: PEM text with a private key and certificates in any order (chain allowed)
    :param passphrase: of the private key; ignored for a key that has none
    :param now: aware UTC datetime, against which the certificate is checked
    :returns: ``private_key`` (unencrypted PEM), ``public_certificate`` (PEM, the key's own first),
        ``thumbprint`` (SHA-1, hexadecimal)
    :raises ConfigurationError: what is missing, unreadable, expired or does not fit
    """
    key_blocks, certificate_blocks = _blocks(pem)
    if not key_blocks:
        raise make_error("key_missing" if certificate_blocks else "key_unreadable")
    key = _load_key(key_blocks[0], passphrase)
    if not certificate_blocks:
        raise make_error("certificate_missing")
    certificates = [_load_certificate(block) for block in certificate_blocks]
    public = _public_bytes(key.public_key())
    own = [item for item in certificates if _public_bytes(item.public_key()) == public]
    if not own:
        raise make_error("certificate_mismatch")
    leaf = _valid_one(own, now)
    chain = [leaf, *(item for item in certificates if item not in own)]
    return {
        "private_key": key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        ).decode("ascii"),
        "public_certificate": "".join(
            item.public_bytes(serialization.Encoding.PEM).decode("ascii") for item in chain
        ),
        # Entra names certificates by it; it protects nothing.
        "thumbprint": leaf.fingerprint(hashes.SHA1()).hex(),
    }


def certificate_expiry(pem: str) -> datetime:
    """Until when a certificate is valid.

    :param pem: PEM text of certificates; the first one counts, as in what
        :func:`client_certificate` returns
    :returns: aware UTC datetime
    :raises ConfigurationError: ``certificate_missing``, ``certificate_unreadable``
    """
    _keys, certificates = _blocks(pem)
    if not certificates:
        raise make_error("certificate_missing")
    return _not_after(_load_certificate(certificates[0]))


def _blocks(pem: str) -> tuple[list[bytes], list[bytes]]:
    """The PEM blocks of a text: of private keys, of certificates. Margins do no harm."""
    text = "\n".join(line.strip() for line in pem.splitlines())
    keys, certificates = [], []
    for match in _BLOCK.finditer(text):
        block = (match[0] + "\n").encode("utf-8", "replace")
        if match[1].endswith("PRIVATE KEY"):
            keys.append(block)
        elif match[1] in ("CERTIFICATE", "X509 CERTIFICATE", "TRUSTED CERTIFICATE"):
            certificates.append(block)
    return keys, certificates


def _load_key(block: bytes, passphrase: str | None):
    encrypted = b"ENCRYPTED" in block
    if encrypted and not passphrase:
        raise make_error("passphrase_missing")
    password = passphrase.encode() if encrypted and passphrase else None
    try:
        key = serialization.load_pem_private_key(block, password)
    except (ValueError, TypeError):
        raise make_error("passphrase_wrong" if encrypted else "key_unreadable") from None
    except UnsupportedAlgorithm:
        raise make_error("key_unsupported") from None
    if not isinstance(key, rsa.RSAPrivateKey):
        raise make_error("key_unsupported")
    return key


def _load_certificate(block: bytes) -> x509.Certificate:
    try:
        certificate = x509.load_pem_x509_certificate(block)
        certificate.public_key()
    except (ValueError, UnsupportedAlgorithm):
        raise make_error("certificate_unreadable") from None
    return certificate


def _public_bytes(key) -> bytes:
    return key.public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )


def _valid_one(certificates: list[x509.Certificate], now: datetime) -> x509.Certificate:
    """Of several certificates of one key (a renewed one beside the old) the one that is valid."""
    last = max(certificates, key=_not_after)
    for certificate in certificates:
        if _not_before(certificate) <= now <= _not_after(certificate):
            return certificate
    if now > _not_after(last):
        raise make_error("certificate_expired", details={"date": str(_not_after(last).date())})
    raise make_error("certificate_not_yet_valid", details={"date": str(_not_before(last).date())})


def _not_after(certificate: x509.Certificate) -> datetime:
    return _utc(certificate, "not_valid_after")


def _not_before(certificate: x509.Certificate) -> datetime:
    return _utc(certificate, "not_valid_before")


def _utc(certificate: x509.Certificate, name: str) -> datetime:
    """A limit of a certificate: cryptography 42 renamed them when it made them aware."""
    aware = getattr(certificate, f"{name}_utc", None)
    return aware or getattr(certificate, name).replace(tzinfo=timezone.utc)
