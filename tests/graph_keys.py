# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Keys and certificates for the tests, made on the spot."""

from datetime import datetime, timedelta, timezone
from ipaddress import IPv4Address

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID


class Keys:
    """An RSA key with its certificate, the same key locked, and others that do not fit."""

    def __init__(self, passphrase="open sesame"):
        self.now = datetime.now(timezone.utc)
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        other = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        lock = serialization.BestAvailableEncryption(passphrase.encode())
        self.key_pem = self._pem(self.key, serialization.NoEncryption())
        self.locked_key_pem = self._pem(self.key, lock)
        self.curve_key_pem = self._pem(
            ec.generate_private_key(ec.SECP256R1()), serialization.NoEncryption()
        )
        self.certificate_pem = self.certify(self.key)
        self.other_certificate_pem = self.certify(other)

    def certify(self, key, *, days_ago=1, days=90):
        """PEM of a certificate of a key for the loopback address, valid for `days` since `days_ago`."""
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "bookings test")])
        start = self.now - timedelta(days=days_ago)
        certificate = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(start)
            .not_valid_after(start + timedelta(days=days))
            .add_extension(
                x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), False
            )
            .sign(key, hashes.SHA256())
        )
        return certificate.public_bytes(serialization.Encoding.PEM).decode()

    @staticmethod
    def _pem(key, encryption):
        return key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, encryption
        ).decode()
