"""All that Haven keeps is its user's alone, whichever command made it, and whatever the umask is."""

import http.client
import json
import os
import ssl
import stat
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

import pytest
from helpers.forking import HAVEN, environment

from haven_fs.testing import make_photo

pytestmark = pytest.mark.skipif(os.name != "posix", reason="this system has other rights")


def run(mask: int, *arguments: object, said: str = "", check: bool = True) -> subprocess.CompletedProcess[str]:
    """Run a command as its user starts it, with a umask; one that is forked would have ours."""
    command = [*HAVEN, *map(str, arguments)]
    done = subprocess.run(
        command, input=said, capture_output=True, text=True, env=environment(), umask=mask, timeout=240, check=False
    )
    assert not check or done.returncode == 0, done.stderr
    return done


def open_to_others(*folders: Path) -> dict[str, str]:
    """Return all in folders, and themselves, that anybody but its user has a right to."""
    paths = [path for folder in folders for path in (folder, *folder.rglob("*"))]
    modes = {path: path.lstat().st_mode for path in paths if not path.is_symlink()}
    return {str(path): oct(stat.S_IMODE(mode)) for path, mode in modes.items() if mode & 0o077}


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.parametrize("mask", [0o000, 0o022])
def test_every_command_that_keeps_something(tmp_path: Path, mask: int) -> None:
    pictures, data, inbox = tmp_path / "Pictures", tmp_path / "data", tmp_path / "Inbox"
    for number in range(3):
        make_photo(pictures / f"{number}.jpg", "2020-05-06 10:00:00")
    new = make_photo(tmp_path / "new.jpg", "2021-05-06 10:00:00").read_bytes()
    run(mask, "index", pictures, "--data", data)
    assert not open_to_others(data)
    run(mask, "users", "add", "anna", "--data", data, said="a long password\n")
    run(mask, "libraries", "set", "Pictures", "--writable", "--data", data)
    command = [*HAVEN, "serve", "--data", str(data), "--inbox", str(inbox), "--port", "0", "--tls", "--no-auth"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment(), umask=mask
    ) as server:
        try:
            assert server.stdout is not None
            port = int(server.stdout.readline().rstrip("/\n").rpartition(":")[2])
            context = ssl.create_default_context()
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
            with closing(http.client.HTTPSConnection("127.0.0.1", port, timeout=240, context=context)) as client:

                def ask(method: str, path: str, body: bytes | None = None, **headers: str) -> int:
                    client.request(method, quote(path), body, headers)
                    answer = client.getresponse()
                    answer.read()
                    return answer.status

                assert ask("PUT", "/Originals/Pictures/sent.jpg", new) == 201
                assert ask("MKCOL", "/Originals/Pictures/made") == 201
                assert ask("COPY", "/Originals/Pictures/0.jpg", Destination="/Originals/Pictures/made/copy.jpg") == 201
                assert ask("DELETE", "/Originals/Pictures/1.jpg") == 204
                assert ask("PUT", "/Inbox/also.jpg", make_photo(tmp_path / "also.jpg", None).read_bytes()) == 201
                assert ask("PUT", "/Originals/Pictures/._sent.jpg", b"junk") == 201
                assert ask("MKCOL", "/Search/beach") == 201
                ask("PUT", "/Search/looks.jpg", make_photo(tmp_path / "looks.jpg", None).read_bytes())
                assert ask("GET", "/Small/Originals/Pictures/0.jpg") in (200, 503)
                for made in ("/Places/Map.html", "/Timeline/2020.gpx", "/Albums/folder.jpg"):
                    ask("GET", made)
                assert ask("MKCOL", "/Albums/Trip") == 201
        finally:
            server.terminate()
            server.wait(timeout=60)
    run(mask, "backup", tmp_path / "backups", "--data", data)
    run(mask, "undo", "--data", data, check=False)
    run(mask, "export", "xmp", tmp_path / "sidecars", "--data", data)
    there = {path.name for path in data.rglob("*")}
    assert there >= {
        "catalog.sqlite",
        "corrections.jsonl",
        "users.json",
        "cert.pem",
        "lock",
        "made",
        "renditions.sqlite",
    }
    (backup,) = (tmp_path / "backups").iterdir()
    assert not open_to_others(data, backup)
    for path in (pictures / "sent.jpg", pictures / "made/copy.jpg", inbox / "also.jpg"):
        assert mode(path) == 0o666 & ~mask, path
    for path in (inbox, pictures / "made", pictures / ".haven-removed"):
        assert mode(path) == 0o777 & ~mask, path
    assert mode(tmp_path / "sidecars") == 0o777 & ~mask if (tmp_path / "sidecars").exists() else True


def test_a_data_folder_of_before_is_closed_at_the_start(tmp_path: Path) -> None:
    make_photo(tmp_path / "Pictures/a.jpg", "2020-05-06 10:00:00")
    data = tmp_path / "data"
    run(0o022, "index", tmp_path / "Pictures", "--data", data)
    for path in (data, *data.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
    done = run(0o022, "doctor", "--json", "--data", data, check=False)
    assert any("Other users of this computer may read" in one for one in json.loads(done.stdout)["problems"])
    run(0o022, "index", "--data", data)
    assert not open_to_others(data)
    done = run(0o022, "doctor", "--json", "--data", data, check=False)
    assert not any("Other users" in one for one in json.loads(done.stdout)["problems"])


def test_a_provider_in_another_server_opens_nothing_up(tmp_path: Path) -> None:
    """Such as that of a wsgidav.yaml, whose process has a umask of its own."""
    make_photo(tmp_path / "Pictures/a.jpg", "2020-05-06 10:00:00")
    data = tmp_path / "data"
    run(0o022, "index", tmp_path / "Pictures", "--data", data)
    (data / "renditions.sqlite").unlink(missing_ok=True)
    script = (
        "import sys\n"
        "from wsgidav.wsgidav_app import WsgiDAVApp\n"
        "from haven_dav import HavenProvider\n"
        "app = WsgiDAVApp({'provider_mapping': {'/': HavenProvider(data=sys.argv[1])}, 'simple_dc': {'user_mapping': "
        "{'*': True}}, 'http_authenticator': {'domain_controller': None}})\n"
        "for method, path in (('PROPFIND', '/Timeline/'), ('GET', '/Small/Originals/Pictures/a.jpg')):\n"
        "    env = {'REQUEST_METHOD': method, 'PATH_INFO': path, 'SCRIPT_NAME': '', 'wsgi.url_scheme': 'http',\n"
        "           'HTTP_HOST': 'localhost', 'HTTP_DEPTH': '1', 'wsgi.input': sys.stdin.buffer,\n"
        "           'CONTENT_LENGTH': '0',\n"
        "           'wsgi.errors': sys.stderr, 'SERVER_NAME': 'localhost', 'SERVER_PORT': '80',\n"
        "           'SERVER_PROTOCOL': 'HTTP/1.1'}\n"
        "    print(len(b''.join(app(env, lambda status, headers, *_: print(status)))))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(data)],
        capture_output=True,
        text=True,
        env=environment(),
        umask=0o000,
        timeout=240,
        check=False,
    )
    assert "207 Multi-Status" in done.stdout, done.stderr
    assert not open_to_others(data)
