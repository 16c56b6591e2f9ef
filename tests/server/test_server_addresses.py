"""Where a server can be reached, and the code that tells a phone so."""

import numpy as np
import pytest

from haven_fs.qr import as_svg, as_text
from haven_fs.server import addresses
from haven_fs.server.addresses import for_phones, urls


@pytest.fixture(autouse=True)
def network(monkeypatch: pytest.MonkeyPatch) -> None:
    own = ["127.0.0.1", "::1", "fe80::1", "192.168.1.5", "2001:db8::5", "169.254.3.3", "10.0.0.9", "fd00::7"]
    monkeypatch.setattr(addresses, "own_addresses", lambda: own)
    monkeypatch.setattr(addresses.socket, "gethostname", lambda: "nas")


def test_a_server_for_all_has_every_address() -> None:
    found = urls("0.0.0.0", 8080, tls=False)
    assert found[0] == "http://nas:8080/"
    assert set(found[1:3]) == {"http://192.168.1.5:8080/", "http://10.0.0.9:8080/"}
    assert all("127.0.0.1" not in url and "fe80" not in url and "169.254" not in url for url in found)


@pytest.mark.parametrize(
    ("host", "url"),
    [("127.0.0.1", "https://127.0.0.1:1/"), ("::1", "https://[::1]:1/"), ("photos.home", "https://photos.home:1/")],
)
def test_one_address_is_that_alone(host: str, url: str) -> None:
    assert urls(host, 1, tls=True) == [url]


def test_phones_get_a_number_if_there_is_one() -> None:
    assert for_phones(urls("0.0.0.0", 8080, tls=False)) in ("http://192.168.1.5:8080/", "http://10.0.0.9:8080/")
    assert for_phones(["http://photos.home:8080/"]) == "http://photos.home:8080/"
    assert for_phones(["http://127.0.0.1:8080/"]) is None
    assert for_phones(["http://[::1]:8080/"]) is None
    assert for_phones(["http://localhost:8080/"]) is None


def test_the_code_says_the_address() -> None:
    """Read again by a real reader: OpenCV's."""
    cv2 = pytest.importorskip("cv2")
    url = "http://192.168.1.5:8080/"
    lines = as_text(url).splitlines()
    rows: list[list[int]] = []
    for line in lines:
        pairs = {" ": (0, 0), "▀": (1, 0), "▄": (0, 1), "█": (1, 1)}
        halves = [pairs[letter] for letter in line]
        rows += [[top for top, _ in halves], [bottom for _, bottom in halves]]
    width = max(map(len, rows))
    light = np.array([row + [0] * (width - len(row)) for row in rows], dtype=np.uint8)
    picture = np.kron(np.pad(light, 4, constant_values=int(light[0, 0])) * 255, np.ones((8, 8), dtype=np.uint8))
    read = [cv2.QRCodeDetector().detectAndDecode(one)[0] for one in (picture, 255 - picture)]
    assert url in read
    assert as_svg(url).startswith(b"<svg") and b"<path" in as_svg(url)
