"""Certificates of our own and of the owner's, as OpenSSL sees them."""

import ssl
import stat
import sys
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from haven_fs.errors import UserError
from haven_fs.server import tls
from haven_fs.server.tls import ensure_certificate, own_certificate


def shake_hands(files, name: str) -> None:
    """A TLS handshake in memory with a client that trusts the certificate; SSLError if the name is not in it."""
    server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    server.load_cert_chain(files.cert, files.key)
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = ssl.create_default_context(cafile=files.cert)
    ends = [
        client.wrap_bio(to_client, to_server, server_hostname=name),
        server.wrap_bio(to_server, to_client, server_side=True),
    ]
    for _ in range(4):
        for end in ends:
            try:
                end.do_handshake()
            except ssl.SSLWantReadError:
                pass


def test_clients_that_trust_it_accept_its_names(tmp_path):
    files = ensure_certificate(
        tmp_path / "tls", ["nas.local", "192.168.1.5", "fd00::5%eth0", "münchen.local", "0.0.0.0", "*"]
    )
    for name in ("localhost", "127.0.0.1", "::1", "nas.local", "192.168.1.5", "fd00::5", "münchen.local"):
        shake_hands(files, name)
    with pytest.raises(ssl.SSLCertVerificationError):
        shake_hands(files, "evil.example")


def test_it_is_what_apple_asks_for_and_private(tmp_path):
    files = ensure_certificate(tmp_path, [])
    cert = x509.load_pem_x509_certificate(files.cert.read_bytes())
    assert cert.not_valid_after_utc - cert.not_valid_before_utc <= timedelta(days=825)
    usage = cert.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert [use.dotted_string for use in usage] == ["1.3.6.1.5.5.7.3.1"]
    assert files.fingerprint().replace(":", "").lower() == cert.fingerprint(cert.signature_hash_algorithm).hex()
    if sys.platform != "win32":
        assert stat.S_IMODE(files.key.stat().st_mode) == 0o600


def test_it_is_kept_until_a_name_is_missing_or_it_ends(tmp_path, monkeypatch):
    first = ensure_certificate(tmp_path, ["a.local"]).fingerprint()
    assert ensure_certificate(tmp_path, ["a.local"]).fingerprint() == first
    assert ensure_certificate(tmp_path, []).fingerprint() == first
    files = ensure_certificate(tmp_path, ["b.local"])
    assert files.fingerprint() != first
    shake_hands(files, "a.local")
    shake_hands(files, "b.local")
    second = files.fingerprint()
    monkeypatch.setattr(tls, "RENEW_DAYS", tls.VALID_DAYS + 1)
    assert ensure_certificate(tmp_path, []).fingerprint() != second


@pytest.mark.parametrize("damage", ["cert", "key", "swap"])
def test_a_damaged_or_half_made_pair_is_made_anew(tmp_path, damage):
    files = ensure_certificate(tmp_path, [])
    if damage == "swap":
        other = ensure_certificate(tmp_path / "other", [])
        files.key.write_bytes(other.key.read_bytes())
    else:
        getattr(files, damage).write_text("nonsense")
    shake_hands(ensure_certificate(tmp_path, []), "localhost")


def test_the_owners_files_are_checked(tmp_path):
    files, other = ensure_certificate(tmp_path / "a", []), ensure_certificate(tmp_path / "b", [])
    assert own_certificate(files.cert, files.key) == files
    for cert, key in ((files.cert, other.key), (files.key, files.cert), (tmp_path / "none", files.key)):
        with pytest.raises(UserError):
            own_certificate(cert, key)


def test_it_is_valid_now_even_on_a_clock_that_is_behind(tmp_path):
    cert = x509.load_pem_x509_certificate(ensure_certificate(tmp_path, []).cert.read_bytes())
    assert cert.not_valid_before_utc < datetime.now(UTC) - timedelta(hours=1)
    assert cert.public_bytes(Encoding.DER)
