"""One reading of every URL that clients send, however they write it."""

import pytest

from haven_fs.errors import Malformed
from haven_fs.targets import HOSTS, PROXIED, Host, leads_here, parse_host, parse_target


def wsgi(text: str) -> str:
    """Return raw UTF-8 as a WSGI server hands it over."""
    return text.encode().decode("latin-1")


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("/Albums/A", "/Albums/A"),
        ("//Albums//A/", "/Albums/A/"),
        ("/./Albums/./A", "/Albums/A"),
        ("http://h", "/"),
        ("http://h/Albums/caf%C3%A9%20%23%3F", "/Albums/café #?"),
        (wsgi("http://h/Albums/café dog"), "/Albums/café dog"),
        ("http://h/Albums/A?x=1#y", "/Albums/A"),
        ("/Albums/100%", "/Albums/100%"),
        ("  /Albums/A\t", "/Albums/A"),
    ],
)
def test_paths(url: str, path: str) -> None:
    assert parse_target(url).path == path


@pytest.mark.parametrize(
    "url",
    [
        "", "Albums/A", "http:/Albums", "http:///Albums", "http://h:x/", "http://h:70000/", "http://[::1/", "http://[x]/",
        "/Albums/%ff", "/Albums/\xe9", "/Albums/%C3", "/../A", "/Albums/%2e%2e/A", "http://h h/A", "http://a:b:c/",
    ],
)  # fmt: skip
def test_what_names_nothing(url: str) -> None:
    with pytest.raises(Malformed) as caught:
        parse_target(url)
    assert caught.value.reason.endswith(".")


@pytest.mark.parametrize(
    ("url", "host", "scheme"),
    [
        ("http://nas/A", "nas", "http"),
        ("http://nas:80/A", "nas", "http"),
        ("HTTP://NAS./A", "nas:80", "http"),
        ("http://anna@nas/A", "nas", "http"),
        ("http://anna:pass%40word@nas:8080/A", "nas.:8080", "http"),
        ("https://nas:443/A", "nas", "https"),
        ("https://nas/A", "nas", "http"),  # behind a proxy that took TLS off and passed Host on
        ("http://[0:0::1]:8080/A", "[::1]:8080", "http"),
        ("http://192.168.1.5:8080/A", "192.168.1.5:8080", "http"),
        (wsgi("http://fotobücher.example/A"), "xn--fotobcher-u9a.example", "http"),
        ("/A", "anything", "http"),
    ],
)
def test_the_same_server(url: str, host: str, scheme: str) -> None:
    assert leads_here({"HTTP_HOST": host, "wsgi.url_scheme": scheme}, parse_target(url)) is True


@pytest.mark.parametrize(
    "url", ["http://other/A", "http://nas:81/A", "http://nas@other/A", "ftp://nas/A", "http://nas.other/A"]
)
def test_another_server(url: str) -> None:
    environ = {"HTTP_HOST": "nas", "wsgi.url_scheme": "http"}
    assert leads_here(environ, parse_target(url)) is False


def test_what_a_proxy_hides_is_left_open_but_for_what_it_says() -> None:
    there = parse_target("https://photos.example.org:8443/A")
    assert leads_here({"HTTP_HOST": "127.0.0.1:8080", HOSTS: ()}, there) is None
    said = {HOSTS: ("photos.example.org", "127.0.0.1:8080"), PROXIED: True, "wsgi.url_scheme": "https"}
    assert leads_here(said, there) is True
    assert leads_here(said, parse_target("https://other.example/A")) is False


def test_hosts_are_shown_with_their_port_where_it_is_unusual() -> None:
    assert parse_host("[::1]:80", "http").shown("http") == "[::1]"
    assert parse_host("NAS:8080", "http") == Host("nas", 8080)
    assert parse_host("nas:8080").shown("http") == "nas:8080"
