# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The certificate of a served sandbox: an authority of its own and a leaf for loopback."""

import ipaddress
import os
import shutil
import tempfile
from datetime import datetime, timedelta, timezone
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

VALID_FOR = timedelta(days=365)
RENEW_BEFORE = timedelta(days=7)
FOLDER = "sandbox-tls"


def validity(certificate: x509.Certificate) -> tuple[datetime, datetime]:
    """The aware moments between which a certificate is valid, in old cryptography versions too."""
    if hasattr(certificate, "not_valid_before_utc"):
        return certificate.not_valid_before_utc, certificate.not_valid_after_utc
    utc = timezone.utc
    begins = certificate.not_valid_before.replace(tzinfo=utc)
    return begins, certificate.not_valid_after.replace(tzinfo=utc)


def ensure_certificate(directory, host: str = "127.0.0.1") -> tuple[Path, Path]:
    """(the authority's certificate, the server's certificate and key), made when missing.

    What is there is used again while it is valid for another week and covers ``host``. The
    authority's key is thrown away as soon as it has signed, so that trusting it is harmless.

    :param directory: an existing folder outside any repository; a folder is made in it
    :raises OSError: when nothing can be written there
    """
    folder = Path(directory) / FOLDER
    authority, server = folder / "ca.pem", folder / "server.pem"
    if not _usable(server, authority, host):
        fresh = Path(tempfile.mkdtemp(dir=directory))
        try:
            _make(fresh, host)
            shutil.rmtree(folder, ignore_errors=True)
            try:
                fresh.rename(folder)
            except OSError:
                # Another process was quicker: its certificate serves as well.
                if not _usable(server, authority, host):
                    raise
        finally:
            shutil.rmtree(fresh, ignore_errors=True)
    return authority, server


def _usable(server: Path, authority: Path, host: str) -> bool:
    try:
        leaf = x509.load_pem_x509_certificate(server.read_bytes())
        root = x509.load_pem_x509_certificate(authority.read_bytes())
        names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (OSError, ValueError, x509.ExtensionNotFound):
        return False
    covered = {str(n) for n in names.get_values_for_type(x509.IPAddress)}
    covered.update(names.get_values_for_type(x509.DNSName))
    now = datetime.now(timezone.utc)
    begins, ends = validity(leaf)
    fresh = begins <= now and now + RENEW_BEFORE < ends
    return fresh and host in covered and leaf.issuer == root.subject


def _make(folder: Path, host: str):
    now = datetime.now(timezone.utc)
    root_key = ec.generate_private_key(ec.SECP256R1())
    # The serial in the name: two authorities of this kind in one trust store stay distinct.
    root_name = _name(f"Bookings sandbox authority {x509.random_serial_number():x}"[:60])
    root = (
        _builder(root_name, root_name, root_key.public_key(), now)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .add_extension(
            x509.SubjectKeyIdentifier.from_public_key(root_key.public_key()),
            critical=False,
        )
        .sign(root_key, hashes.SHA256())
    )
    key = ec.generate_private_key(ec.SECP256R1())
    leaf = (
        _builder(_name("Bookings sandbox"), root_name, key.public_key(), now)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(_names(host), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(root_key.public_key()),
            critical=False,
        )
        .sign(root_key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    (folder / "ca.pem").write_bytes(root.public_bytes(serialization.Encoding.PEM))
    handle = os.open(folder / "server.pem", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(leaf.public_bytes(serialization.Encoding.PEM) + private)


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _builder(subject, issuer, public_key, now: datetime) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + VALID_FOR)
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _names(host: str) -> x509.SubjectAlternativeName:
    names = [x509.DNSName("localhost")]
    addresses = {"127.0.0.1", "::1"}
    try:
        addresses.add(str(ipaddress.ip_address(host)))
    except ValueError:
        if host != "localhost":
            names.append(x509.DNSName(host))
    names.extend(x509.IPAddress(ipaddress.ip_address(a)) for a in sorted(addresses))
    return x509.SubjectAlternativeName(names)
