# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What Entra knows of the tenant and of the one application registered in it."""

import base64
import hashlib
import re

from cryptography import x509
from cryptography.hazmat.primitives import hashes

from .aadsts import ERRORS
from .identifiers import guid

READ = "Bookings.Read.All"
APPOINTMENT = "BookingsAppointment.ReadWrite.All"
WRITE = "Bookings.ReadWrite.All"
MANAGE = "Bookings.Manage.All"
ROLES = (READ, APPOINTMENT, WRITE, MANAGE)
_BLOCK = re.compile(rb"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----", re.DOTALL)


class Registration:
    """A tenant's directory entry with one application: its secrets, certificates and roles.

    :ivar tenant_id: GUID, derived from the seed like ``client_id`` and ``client_secret``
    :ivar domain: the other name under which the tenant is found
    :ivar roles: the application permissions with admin consent; a token keeps those it was
        issued with
    :ivar sign_in_error: the AADSTS code that every token request gets, or None
    """

    def __init__(self, *, seed, domain="contoso.example", name="Contoso"):
        self.seed = seed
        self.domain = domain
        self.name = name
        self.tenant_id = guid(seed, "tenant")
        self.client_id = guid(seed, "application")
        self._secrets: dict[str, bool] = {}
        self.client_secret = self.add_secret()
        self.certificates: list[x509.Certificate] = []
        self.roles: set[str] = {READ, APPOINTMENT, WRITE}
        self.sign_in_error: int | None = None

    def grant(self, *roles: str):
        """Give the application more permissions; seen in tokens issued from now on."""
        unknown = set(roles) - set(ROLES)
        if unknown:
            raise ValueError(f"not a permission of Bookings: {sorted(unknown)}")
        self.roles.update(roles)

    def revoke(self, *roles: str):
        """Take permissions away; without arguments: all of them."""
        self.roles.difference_update(roles or ROLES)

    def add_secret(self) -> str:
        """A further client secret, valid beside the older ones. Returns its value."""
        text = f"{self.seed}/secret/{len(self._secrets)}"
        digest = hashlib.sha256(text.encode()).digest()
        secret = "sandbox~" + base64.urlsafe_b64encode(digest).decode().rstrip("=")
        self._secrets[secret] = True
        return secret

    def expire_secret(self, secret: str | None = None):
        """Let a secret expire: the given one, by default ``client_secret``."""
        secret = secret or self.client_secret
        if secret not in self._secrets:
            raise KeyError("no such secret was issued")
        self._secrets[secret] = False

    def secret_state(self, secret: str) -> str:
        """One of "valid", "expired", "unknown"."""
        return {True: "valid", False: "expired", None: "unknown"}[self._secrets.get(secret)]

    def register_certificate(self, pem: str | bytes):
        """Upload the certificates of a PEM text to the application (a key in it is not read)."""
        data = pem.encode() if isinstance(pem, str) else pem
        self.certificates.extend(x509.load_pem_x509_certificate(b) for b in _BLOCK.findall(data))

    def find_certificate(self, thumbprint: bytes) -> x509.Certificate | None:
        """The registered certificate with that SHA-1 or SHA-256 thumbprint."""
        for certificate in self.certificates:
            for algorithm in (hashes.SHA1(), hashes.SHA256()):
                if certificate.fingerprint(algorithm) == thumbprint:
                    return certificate
        return None

    def refuse_sign_in(self, code: int | None):
        """Let Entra answer every token request with an AADSTS code; None: normal again.

        :param code: 65001 (no consent), 53003 (conditional access), 7000112 (application
            disabled), or any other of the table in ``aadsts.py``
        """
        if code is not None and code not in ERRORS:
            raise ValueError(f"not an error the sandbox knows: {code}")
        self.sign_in_error = code

    def is_called(self, name: str) -> bool:
        """Whether the tenant is found under that id or domain."""
        return name.lower() in (self.tenant_id, self.domain.lower())
