"""What people are told to type, tried where the program is here."""

import shlex
import shutil
import subprocess

import pytest
from helpers.http_app import running
from wsgidav.wsgidav_app import WsgiDAVApp

from haven_fs.server.mounting import how_to_mount

LOOPBACK = "http://127.0.0.1:8080/"


def line(text: str, start: str) -> str:
    return next(row.split(start, 1)[1].strip() for row in text.splitlines() if row.strip().startswith(start))


def test_every_program_is_told_its_own_form():
    text = how_to_mount(LOOPBACK, False, None)
    assert line(text, "Finder").endswith(f"{LOOPBACK}  (connect as a guest)")
    assert line(text, "Explorer").endswith(f"net use Z: {LOOPBACK}")
    assert line(text, "GNOME Files").endswith("dav://127.0.0.1:8080/")
    assert line(text, "KDE Dolphin").endswith("webdav://127.0.0.1:8080/")
    assert "--tls" in line(text, "Phones") and "certificate" not in text
    assert all(len(row) < 200 for row in text.splitlines())


def test_over_tls_the_secure_forms_and_the_certificate_are_named():
    text = how_to_mount("https://192.168.1.5:8443/", True, "haven")
    assert "davs://192.168.1.5:8443/" in text and "webdavs://" in text and "fingerprint" in text
    assert "net use Z: https://192.168.1.5:8443/ * /user:haven" in text
    assert "--webdav-user haven" in text and "https://192.168.1.5:8443/" in line(text, "Phones")


def test_a_password_in_clear_is_never_suggested():
    text = how_to_mount("http://192.168.1.5:8080/", False, "haven")
    assert "--webdav-pass" not in text and "--tls" in line(text, "rclone, phones")
    assert "/user:haven" in text  # Explorer speaks digest


@pytest.mark.skipif(not shutil.which("rclone"), reason="rclone is not installed")
def test_the_rclone_line_works(tmp_path):
    (tmp_path / "Timeline").mkdir()
    app = WsgiDAVApp({"provider_mapping": {"/": str(tmp_path)}, "simple_dc": {"user_mapping": {"*": True}},
                      "logging": {"enable": False}, "verbose": 1})  # fmt: skip
    with running(app, threads=3) as server:
        command = line(how_to_mount(f"http://127.0.0.1:{server.bind_addr[1]}/", False, None), "rclone")
        run = subprocess.run(shlex.split(command), capture_output=True, text=True, timeout=60, check=True,
                             env={"PATH": "/usr/bin:/bin:/usr/local/bin", "HOME": str(tmp_path / "home")})  # fmt: skip
        assert "Timeline/" in run.stdout
