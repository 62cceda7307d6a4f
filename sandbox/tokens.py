# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Access tokens: signed JWTs, issued by Entra's half of the sandbox and checked by Graph's."""

import json
import threading
from collections import OrderedDict
from datetime import datetime, timedelta

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

from .registration import Registration

LIFETIME = timedelta(seconds=3599)
KEY_ID = "sandbox-signing-key"
REMEMBERED = 256
_key_lock = threading.Lock()
_keys: dict[str, rsa.RSAPrivateKey] = {}


def signing_key() -> rsa.RSAPrivateKey:
    """The key of this process, made when it is first needed and never written down."""
    with _key_lock:
        if KEY_ID not in _keys:
            _keys[KEY_ID] = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        return _keys[KEY_ID]


def key_set() -> dict:
    """The public half, as the discovery document's jwks_uri gives it."""
    public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(signing_key().public_key()))
    return {"keys": [public | {"use": "sig", "kid": KEY_ID}]}


class TokenRefused(Exception):
    """The bearer token is no good; the text is what Graph says about it."""


class Tokens:
    """Issues tokens for one application and checks them.

    :param issuer: callable, the issuer of the moment: it has the port in it when served
    :param clock: callable giving the aware time
    """

    def __init__(self, registration: Registration, issuer, clock):
        self.registration = registration
        self.issuer = issuer
        self.clock = clock
        self._known: OrderedDict[str, dict] = OrderedDict()

    def issue(self, audience: str, unique: str) -> str:
        """A token for ``audience`` with the roles that are granted now.

        :param unique: any text that makes this token differ from others of the same second
        """
        now = self.clock()
        claims = {
            "aud": audience,
            "iss": self.issuer(),
            "iat": int(now.timestamp()),
            "nbf": int(now.timestamp()),
            "exp": int((now + LIFETIME).timestamp()),
            "appid": self.registration.client_id,
            "app_displayname": "Odoo",
            "idtyp": "app",
            "oid": self.registration.client_id,
            "sub": self.registration.client_id,
            "tid": self.registration.tenant_id,
            "uti": unique,
            "ver": "1.0",
        }
        # A token without any role is issued all the same; it has no such claim then.
        if self.registration.roles:
            claims["roles"] = sorted(self.registration.roles)
        return jwt.encode(claims, signing_key(), "RS256", {"kid": KEY_ID})

    def check(self, authorization: str | None, audience: str) -> frozenset:
        """The roles in the token of an Authorization header.

        :raises TokenRefused: no token, not one of ours, expired, or for another audience
        """
        scheme, _, token = (authorization or "").partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            raise TokenRefused("Access token is empty.")
        claims = self._claims(token.strip())
        if datetime.fromtimestamp(claims["exp"], tz=self.clock().tzinfo) <= self.clock():
            raise TokenRefused("Lifetime validation failed, the token is expired.")
        if claims["aud"] != audience:
            raise TokenRefused("Access token validation failure. Invalid audience.")
        return frozenset(claims.get("roles", ()))

    def _claims(self, token: str) -> dict:
        claims = self._known.get(token)
        if claims is None:
            if token.count(".") != 2:
                raise TokenRefused("IDX14100: JWT is not well formed, there are no dots (.).")
            unchecked = {"verify_exp": False, "verify_aud": False, "verify_nbf": False}
            unchecked["verify_iat"] = False
            try:
                claims = jwt.decode(token, signing_key().public_key(), ["RS256"], options=unchecked)
            except jwt.InvalidTokenError as error:
                raise TokenRefused("Access token validation failure.") from error
            self._known[token] = claims
            while len(self._known) > REMEMBERED:
                self._known.popitem(last=False)
        return claims
