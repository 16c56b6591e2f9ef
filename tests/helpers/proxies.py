"""nginx, Apache, Caddy and Traefik in front of the real server, with the very configuration that the guide gives."""

import os
import re
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from haven_fs.server.tls import ensure_certificate
from helpers.serving import wait_for

GUIDE = Path(__file__).parents[2] / "docs/guide.md"
_APACHE = Path("/usr/lib/apache2/modules")
_MODULES = ["mpm_event", "authz_core", "proxy", "proxy_http", "headers", "ssl", "unixd"]


def recipe(program: str, *, below: str = "", tls: bool = True) -> str:
    """Return the guide's configuration for a proxy; `below`: for a drive below that path. `tls`: as it stands there."""
    root, path = re.findall(rf"```{program}\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    if below and program in ("caddy", "traefik"):
        root = path
    elif below:
        # "these lines differ": each takes the place of the one that begins as it does.
        for line in path.splitlines():
            words = [re.escape(word) for word in line.split()]
            same = words[:1] if words[0] in ("location", "ProxyPass") else words[:2]
            start = r"RequestHeader \w+ X-Forwarded-Prefix" if "RequestHeader" in line else r"\s+".join(same)
            root, count = re.subn(rf"^ *{start}\b.*$", lambda _, line=line: line, root, flags=re.MULTILINE)
            assert count == 1, line
        assert below == "/photos"
    if not tls:
        root = re.sub(r"^ *(ssl_|SSL).*\n", "", root, flags=re.MULTILINE)
        root = root.replace("443 ssl", "443").replace("photos.example.org {", "http://photos.example.org {")
        root = root.replace("example.org {\n    handle", "http://example.org {\n    handle")
        root = root.replace("      tls: {}\n", "")
    return root


STOCK = "server {{ listen 443; location {path} {{ proxy_pass http://127.0.0.1:8080{to}; }} }}"
"""What nginx does by itself: it says nothing, in HTTP/1.0."""


@contextmanager
def proxied(program: str, site: str, port: int, folder: Path) -> Iterator[str]:
    """Run a proxy with the site's configuration before the server on `port`; give its address, without a path."""
    here, tls = _free_port(), "ssl" in site.lower() or "tls: {}" in site
    tls = tls or (program == "caddy" and not re.search(r"^http://\S+ {", site, re.MULTILINE))
    folder.mkdir(parents=True, exist_ok=True)
    files = ensure_certificate(folder, ["127.0.0.1"])
    site = site.replace("127.0.0.1:8080", f"127.0.0.1:{port}").replace("443", f"127.0.0.1:{here}", 1)
    site = site.replace("/etc/ssl/photos.pem", str(files.cert)).replace("/etc/ssl/photos.key", str(files.key))
    site = site.replace("*:127", "127")
    command = {"nginx": _nginx, "apache": _apache, "caddy": _caddy, "traefik": _traefik}[program](
        site, folder, here, tls
    )
    if not shutil.which(command[0]):
        pytest.skip(f"{program} is not installed")
    with (folder / "log").open("w") as log:
        env = {**os.environ, "XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder), "HOME": str(folder)}
        process = subprocess.Popen(command, stdout=log, stderr=log, env=env)
    try:
        url = f"{'https' if tls else 'http'}://127.0.0.1:{here}"
        wait_for(lambda: _is_ready(program, url) or process.poll() is not None, f"{program} to answer")
        assert process.poll() is None, (folder / "log").read_text()
        yield url
    finally:
        process.terminate()
        process.wait(timeout=20)


def _nginx(site: str, folder: Path, port: int, tls: bool) -> list[str]:
    temporary = "".join(
        f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (folder / "nginx.conf").write_text(
        f"daemon off; worker_processes 1; pid {folder}/pid; error_log {folder}/error.log;"
        f"{'user root;' if os.geteuid() == 0 else ''} events {{ }}\nhttp {{ access_log off; {temporary}\n{site}\n}}\n"
    )
    return ["nginx", "-c", str(folder / "nginx.conf"), "-p", str(folder), "-e", str(folder / "error.log")]


def _apache(site: str, folder: Path, port: int, tls: bool) -> list[str]:
    modules = "\n".join(f"LoadModule {name}_module {_APACHE}/mod_{name}.so" for name in _MODULES)
    modules = modules.replace(f"LoadModule unixd_module {_APACHE}/mod_unixd.so", "")
    (folder / "apache.conf").write_text(
        f"ServerName localhost\nServerRoot {folder}\nDefaultRuntimeDir {folder}\nPidFile {folder}/pid\n"
        f"ErrorLog {folder}/error.log\nListen 127.0.0.1:{port}\n{modules}\n"
        f"{'User www-data' if os.geteuid() == 0 else ''}\n{site}\n"
    )
    return ["apache2", "-X", "-f", str(folder / "apache.conf")]


def _caddy(site: str, folder: Path, port: int, tls: bool) -> list[str]:
    name = re.search(r"^(?:http://)?\S*example\.org", site, re.MULTILINE)
    assert name
    own = f"tls {folder}/cert.pem {folder}/key.pem" if tls else ""
    site = site.replace(name[0], f"{'https' if tls else 'http'}://127.0.0.1:{port}", 1).replace("{", "{\n" + own, 1)
    (folder / "Caddyfile").write_text("{\n admin off\n auto_https disable_redirects\n}\n" + site)
    return ["caddy", "run", "--adapter", "caddyfile", "--config", str(folder / "Caddyfile")]


def _traefik(site: str, folder: Path, port: int, tls: bool) -> list[str]:
    own = "http: {routers: {ready: {rule: 'Path(`/ready`)', service: ping@internal, priority: 9999%s}}}\n" % (
        ", tls: {}" * tls
    )
    certificate = f"{{certFile: {folder}/cert.pem, keyFile: {folder}/key.pem}}"
    own += f"tls: {{stores: {{default: {{defaultCertificate: {certificate}}}}}}}"
    (folder / "sites").mkdir()
    (folder / "sites/own.yaml").write_text(own)
    (folder / "sites/photos.yaml").write_text(re.sub(r"Host\(`[\w.]+`\)", "Host(`127.0.0.1`)", site))
    return [
        "traefik",
        f"--entrypoints.websecure.address=127.0.0.1:{port}",
        f"--providers.file.directory={folder}/sites",
        "--entrypoints.websecure.transport.respondingtimeouts.readtimeout=0",
        "--ping.manualrouting",
        "--global.checknewversion=false",
        "--global.sendanonymoususage=false",
    ]


def _is_ready(program: str, url: str) -> bool:
    """Tell whether a proxy answers; Traefik does before it has read the site."""
    if program == "traefik":
        return subprocess.run(["curl", "-sfk", f"{url}/ready"], capture_output=True, check=False).returncode == 0
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", urlsplit(url).port or 0)) == 0


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def public(url: str, below: str) -> str:
    """Return the address of a drive below a path of a proxy."""
    assert urlsplit(url).path in ("", "/")
    return f"{url}{below}/"
