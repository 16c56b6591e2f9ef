"""HTTPS without a bought certificate: one that Haven makes and signs itself, or one the owner brings.

A certificate of our own is valid for VALID_DAYS, since Apple's systems refuse any that is valid for longer than 825
days. It is made anew when it is about to end or when a name or address is missing from it, so a client that was told
to trust the old one asks once more then.
"""

import ipaddress
import ssl
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from haven_fs.errors import UserError
from haven_fs.library.whole import written_whole

VALID_DAYS = 820
RENEW_DAYS = 30
ALWAYS = ("localhost", "127.0.0.1", "::1")
"""Names every certificate holds."""


@dataclass(frozen=True, slots=True)
class TlsFiles:
    """A certificate (or chain) and its private key, both PEM files."""

    cert: Path
    key: Path

    def fingerprint(self) -> str:
        """Return the SHA-256 of the certificate as clients show it, "3F:A0:..."; OSError if it cannot be read."""
        from cryptography import x509
        from cryptography.hazmat.primitives import hashes

        return x509.load_pem_x509_certificate(self.cert.read_bytes()).fingerprint(hashes.SHA256()).hex(":").upper()


def own_certificate(cert: Path, key: Path) -> TlsFiles:
    """Return the owner's files; UserError if they cannot be read or do not belong together."""
    try:
        ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(cert, key, password="")
    except (OSError, ValueError) as error:
        raise UserError(f"{cert} and {key} are not a certificate and its unencrypted key: {error}") from error
    return TlsFiles(cert, key)


def ensure_certificate(folder: Path, names: Sequence[str]) -> TlsFiles:
    """Return the certificate in `folder` for `names` (host names and addresses), making or renewing it if need be.

    Names that no certificate can hold, such as 0.0.0.0, are left out. OSError if `folder` cannot be written.
    """
    files = TlsFiles(folder / "cert.pem", folder / "key.pem")
    wanted = _usable([*ALWAYS, *names])
    held = _names_of(files)
    if held is None or not wanted <= held:
        folder.mkdir(parents=True, exist_ok=True)
        _make(files, wanted | (held or set()))
    return files


def _usable(names: Iterable[str]) -> set[str]:
    """Return the names as a certificate writes them, without those it cannot hold."""
    usable = set()
    for name in names:
        name = name.strip("[]").split("%")[0]
        try:
            address = ipaddress.ip_address(name)
            if not address.is_unspecified:
                usable.add(str(address))
        except ValueError:
            try:
                host = name.rstrip(".").lower().encode("idna").decode("ascii")
            except UnicodeError:
                continue
            if host and host.replace("-", "").replace(".", "").replace("_", "").isalnum():
                usable.add(host)
    return usable


def _names_of(files: TlsFiles) -> set[str] | None:
    """Return the names in a certificate that goes with its key and is not about to end, else None."""
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        cert = x509.load_pem_x509_certificate(files.cert.read_bytes())
        key = load_pem_private_key(files.key.read_bytes(), None)
        if key.public_key() != cert.public_key():
            return None  # a making was cut off between the two files
        if cert.not_valid_after_utc < datetime.now(UTC) + timedelta(days=RENEW_DAYS):
            return None
        names = cert.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (OSError, ValueError, TypeError, x509.ExtensionNotFound):
        return None
    return {*names.get_values_for_type(x509.DNSName), *map(str, names.get_values_for_type(x509.IPAddress))}


def _make(files: TlsFiles, names: set[str]) -> None:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Haven FS on this computer")])
    alternatives: list[x509.GeneralName] = []
    for name in sorted(names):
        try:
            alternatives.append(x509.IPAddress(ipaddress.ip_address(name)))
        except ValueError:
            alternatives.append(x509.DNSName(name))
    now = datetime.now(UTC)
    cert = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))  # for clients whose clock is behind
        .not_valid_after(now + timedelta(days=VALID_DAYS))
        .add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    with written_whole(files.key) as file:
        file.write(pem)
    with written_whole(files.cert) as file:
        file.write(cert.public_bytes(serialization.Encoding.PEM))
