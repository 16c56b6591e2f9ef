"""What a proxy says is believed if the owner trusts it, and nothing of it is seen otherwise."""

from typing import Any

import pytest

from haven_fs.errors import UserError
from haven_fs.server.proxied import LOOPBACK, Proxied, parse_networks, parse_public_url

TRUSTED = f"{LOOPBACK},10.0.0.0/8,fd00::/8"


def ask(
    peer: str = "127.0.0.1", url: str | None = None, path: str = "/", method: str = "GET", **headers: str
) -> dict[str, Any]:
    """Return the environ that the application is given, or the status and the sentence of a refusal."""
    seen: dict[str, Any] = {}

    def app(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        seen.update(environ)
        return []

    public = parse_public_url(url) if url else None
    environ = {"REMOTE_ADDR": peer, "HTTP_HOST": "127.0.0.1:8080", "wsgi.url_scheme": "http", "PATH_INFO": path}
    environ |= {"SERVER_PROTOCOL": "HTTP/1.1", "SCRIPT_NAME": "", "REQUEST_METHOD": method}
    environ |= {f"HTTP_{name.upper()}": value for name, value in headers.items()}
    body = Proxied(app, parse_networks(TRUSTED), public)(environ, lambda status, _: seen.update(status=status))
    return seen | ({"reason": b"".join(body).decode()} if "status" in seen else {})


SAYS = {
    "x_forwarded_for": "203.0.113.7",
    "x_forwarded_proto": "https",
    "x_forwarded_host": "photos.example.org",
    "x_forwarded_prefix": "/photos/",
}


def test_a_trusted_proxy_is_believed() -> None:
    seen = ask(path="/Albums/", **SAYS)
    assert (seen["REMOTE_ADDR"], seen["wsgi.url_scheme"]) == ("203.0.113.7", "https")
    assert (seen["HTTP_HOST"], seen["SCRIPT_NAME"], seen["PATH_INFO"]) == ("photos.example.org", "/photos", "/Albums/")
    assert seen["haven.proxied"] is True
    assert not [key for key in seen if "FORWARDED" in key]


@pytest.mark.parametrize("peer", ["192.168.1.9", "2001:db8::1", "", "::ffff:8.8.8.8"])
def test_nobody_else_is(peer: str) -> None:
    seen = ask(peer, forwarded="for=1.2.3.4;proto=https", via="1.1 x", x_real_ip="1.2.3.4", **SAYS)
    assert (seen["REMOTE_ADDR"], seen["wsgi.url_scheme"]) == (peer, "http")
    assert (seen["HTTP_HOST"], seen["SCRIPT_NAME"]) == ("127.0.0.1:8080", "")
    assert seen["haven.proxied"] is False
    assert seen["haven.untrusted_proxy"] is True
    assert not [key for key in seen if "FORWARDED" in key or key in ("HTTP_VIA", "HTTP_X_REAL_IP")]
    assert ask(peer)["haven.untrusted_proxy"] is False


@pytest.mark.parametrize(
    ("headers", "address"),
    [
        ({"x_forwarded_for": "6.6.6.6, 203.0.113.7"}, "203.0.113.7"),  # whoever wrote the first is not trusted
        ({"x_forwarded_for": "6.6.6.6, 203.0.113.7, 10.1.1.1"}, "203.0.113.7"),
        ({"x_forwarded_for": "10.2.2.2, 10.1.1.1"}, "10.2.2.2"),
        ({"x_forwarded_for": "203.0.113.7:4711"}, "203.0.113.7"),
        ({"x_forwarded_for": "[2001:db8::7]:4711"}, "2001:db8::7"),
        ({"x_forwarded_for": "2001:db8::7, fd00::1"}, "2001:db8::7"),
        ({"x_forwarded_for": "::ffff:203.0.113.7"}, "203.0.113.7"),
        ({"x_forwarded_for": "unknown"}, "127.0.0.1"),
        ({"forwarded": "for=203.0.113.7;proto=https;by=10.0.0.1"}, "203.0.113.7"),
        ({"forwarded": 'For="[2001:db8::7]:4711", for=10.0.0.3'}, "2001:db8::7"),
        ({"forwarded": "for=_hidden, for=10.0.0.3"}, "10.0.0.3"),
        ({"forwarded": "for=6.6.6.6,for=203.0.113.7"}, "203.0.113.7"),
        ({"forwarded": "for=203.0.113.7", "x_forwarded_for": "203.0.113.7"}, "203.0.113.7"),
        ({"x_forwarded_proto": "https"}, "127.0.0.1"),
    ],
)
def test_who_asked_is_the_nearest_that_is_no_proxy(headers: dict[str, str], address: str) -> None:
    assert ask(**headers)["REMOTE_ADDR"] == address


def test_forwarded_says_all_the_same() -> None:
    seen = ask(
        forwarded='for=203.0.113.7;proto=https;host="photos.example.org:8443", for=10.0.0.3;proto=http;host=inner'
    )
    assert (seen["wsgi.url_scheme"], seen["HTTP_HOST"]) == ("https", "photos.example.org:8443")


@pytest.mark.parametrize(
    ("headers", "host"),
    [
        ({"x_forwarded_host": "a.example", "x_forwarded_port": "8443", "x_forwarded_proto": "https"}, "a.example:8443"),
        ({"x_forwarded_host": "a.example", "x_forwarded_port": "443", "x_forwarded_proto": "https"}, "a.example"),
        ({"x_forwarded_host": "a.example:81", "x_forwarded_port": "8443"}, "a.example:81"),
        ({"x_forwarded_host": "evil.example, a.example"}, "a.example"),
        ({"x_forwarded_for": "1.1.1.1, 10.0.0.1", "x_forwarded_host": "a.example, inner"}, "a.example"),
    ],
)
def test_the_host_and_its_port(headers: dict[str, str], host: str) -> None:
    assert ask(**headers)["HTTP_HOST"] == host


@pytest.mark.parametrize(
    "headers",
    [
        {"x_forwarded_for": "nonsense"},
        {"x_forwarded_for": "1.2.3"},
        {"x_forwarded_for": ", ".join(["10.0.0.1"] * 31)},
        {"x_forwarded_proto": "gopher"},
        {"x_forwarded_host": "a b"},
        {"x_forwarded_host": "a.example/x"},
        {"x_forwarded_host": "a.example", "x_forwarded_port": "x"},
        {"x_forwarded_prefix": "photos"},
        {"x_forwarded_prefix": "//evil.example"},
        {"x_forwarded_prefix": "/../x"},
        {"x_forwarded_prefix": "/%ff"},
        {"x_forwarded_prefix": '/x"><script>?'},
        {"forwarded": "for"},
        {"forwarded": 'for="203.0.113.7'},
        {"forwarded": "for=1.2.3.4;for=1.2.3.5"},
        {"forwarded": "for=1.2.3.4", "x_forwarded_for": "1.2.3.5"},
    ],
)
def test_what_cannot_be_read_is_400(headers: dict[str, str]) -> None:
    seen = ask(**headers)
    assert seen["status"].startswith("400 "), seen
    assert seen["reason"].startswith("The proxy is set up wrongly.")
    assert "status" not in ask("192.168.1.9", **headers)  # from others it means nothing


def test_a_path_is_taken_off_if_the_proxy_left_it() -> None:
    for path in ("/photos/Albums", "/Albums"):
        seen = ask(path=path, x_forwarded_prefix="/photos")
        assert (seen["SCRIPT_NAME"], seen["PATH_INFO"]) == ("/photos", "/Albums")
    assert ask(path="/photos", x_forwarded_prefix="/photos")["status"] == "308 Permanent Redirect"
    assert ask(path="/photos", method="PROPFIND", x_forwarded_prefix="/photos")["PATH_INFO"] == "/"
    assert ask(path="/photos2/A", x_forwarded_prefix="/photos")["PATH_INFO"] == "/photos2/A"
    assert ask(x_forwarded_prefix="/caf%C3%A9")["SCRIPT_NAME"] == "/café".encode().decode("latin-1")
    assert ask(x_forwarded_prefix="/a, /b")["SCRIPT_NAME"] == "/a/b"


def test_the_owners_address_holds_where_the_proxy_says_nothing() -> None:
    url = "https://photos.example.org/photos/"
    seen = ask(url=url)
    assert (seen["wsgi.url_scheme"], seen["HTTP_HOST"], seen["SCRIPT_NAME"]) == (
        "https",
        "photos.example.org",
        "/photos",
    )
    said = ask(url=url, x_forwarded_proto="http", x_forwarded_host="nas", x_forwarded_prefix="/p")
    assert (said["wsgi.url_scheme"], said["HTTP_HOST"], said["SCRIPT_NAME"]) == ("http", "nas", "/p")
    direct = ask("192.168.1.9", url=url)
    assert (direct["wsgi.url_scheme"], direct["SCRIPT_NAME"]) == ("http", "")


@pytest.mark.parametrize("text", ["x", "10.0.0.0/40", "10.0.0.1 10.0.0.2", "0.0.0.0/0", "::/0", "", ",", "nginx:80"])
def test_networks_that_are_none(text: str) -> None:
    with pytest.raises(UserError):
        parse_networks(text)


def test_networks() -> None:
    assert [str(one) for one in parse_networks("10.0.0.5/8, ::1,192.168.1.1")] == [
        "10.0.0.0/8",
        "::1/128",
        "192.168.1.1/32",
    ]


@pytest.mark.parametrize("text", ["nas", "/photos", "ftp://nas/", "https://nas/?x", "https://a@nas/", "https:///x"])
def test_addresses_that_are_none(text: str) -> None:
    with pytest.raises(UserError):
        parse_public_url(text)


def test_addresses() -> None:
    assert (
        str(parse_public_url("HTTPS://Photos.Example.org:443/My%20photos")) == "https://photos.example.org/My%20photos/"
    )
    assert str(parse_public_url("http://[::1]:8080")) == "http://[::1]:8080/"
