"""Regions over WebDAV: phrases that name them, their folders, and what is put into one."""

from collections.abc import Iterator
from urllib.parse import quote

import pytest
from helpers.dav import Client
from helpers.serving import Serving, serve

from haven_fs.testing import make_photo

SPOTS = {"munich": (48.1374, 11.5755), "nuremberg": (49.4521, 11.0767), "palma": (39.5696, 2.6502),
         "newyork": (40.7580, -73.9855), "paris": (48.8584, 2.2945), "versailles": (48.8049, 2.1204)}  # fmt: skip


@pytest.fixture(scope="module")
def serving(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    root = tmp_path_factory.mktemp("regions") / "Pictures"
    for number, (name, spot) in enumerate(SPOTS.items(), 1):
        make_photo(root / f"{name}.jpg", f"2020-05-{number:02d} 12:00:00", position=spot, size=(160, 120))
    make_photo(root / "nowhere.jpg", "2020-06-01 12:00:00", size=(160, 120))
    with serve(root, data=root.parent / "data") as running:
        yield running


@pytest.fixture
def dav(serving: Serving) -> Iterator[Client]:
    with Client(serving.url) as client:
        yield client


@pytest.mark.parametrize(
    ("phrase", "found"),
    [
        ("Bavaria", {"munich", "nuremberg"}),
        ("Europe", {"munich", "nuremberg", "palma", "paris", "versailles"}),
        ("NYC", {"newyork"}),
        ("Palma de Mallorca", {"palma"}),
        ("near Paris", {"paris", "versailles"}),
        ("within 5 km of Paris", {"paris"}),
        ("Mallorca 2020", {"palma"}),
    ],
)
def test_phrases(dav: Client, phrase: str, found: set[str]) -> None:
    files = dav.files(f"/Search/{quote(chr(34) + phrase + chr(34))}/")
    assert {name for file in files for name in SPOTS if file.endswith(f"{name}.jpg")} == found
    assert not any(file.endswith("nowhere.jpg") for file in files)


def test_a_region_is_a_folder(dav: Client) -> None:
    assert set(dav.folders("/Places/Countries/Germany/Bavaria/")) == {"Munich", "Nuremberg"}
    for path in ("Germany/Bavaria/Munich", "Germany/Munich", "Germany/bavaria/munich"):
        assert [name for name in dav.files(f"/Places/Countries/{path}/") if name.endswith(".jpg")] == ["munich.jpg"]
        assert dav("GET", f"/Places/Countries/{path}/munich.jpg").status == 200
    assert dav("PROPFIND", "/Places/Countries/Germany/Saxony/", Depth=0).status == 404


def test_a_photo_is_put_into_a_region(dav: Client) -> None:
    target = f"{dav.address}/Places/Countries/Germany/Bavaria/nowhere.jpg"
    answer = dav("COPY", "/Timeline/2020/2020-06/nowhere.jpg", Destination=target)
    assert answer.status == 201
    assert dav("GET", "/Places/Countries/Germany/Bavaria/nowhere.jpg").status == 200
    assert "nowhere.jpg" in dav.files("/Places/Countries/Germany/Bavaria/Elsewhere/")
    assert dav("DELETE", "/Places/Countries/Germany/Bavaria/").status == 403
