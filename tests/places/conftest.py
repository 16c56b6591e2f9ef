"""A gazetteer that is built once for all tests here, and a library whose map is looked at in a browser."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from helpers.home import Home
from helpers.map_browser import LISBON, PARIS, TOKYO
from helpers.map_page import page

from haven_fs.tree.nodes import Folder
from haven_places import mapfile
from haven_places.gazetteer import Gazetteer
from haven_places.mapfile import MapKeeper


@pytest.fixture(scope="session")
def places_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("places")
    Gazetteer.open([folder])
    return folder


@pytest.fixture(scope="session")
def gazetteer(places_cache: Path) -> Gazetteer:
    return Gazetteer.open([places_cache])


@pytest.fixture(scope="session")
def mapped(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    with Home(tmp_path_factory.mktemp("mapped")) as home:
        for number in range(12):
            place = (LISBON[0] + number % 4 / 50, LISBON[1] + number // 4 / 50)
            home.add(f"l{number}.jpg", f"{2010 + number}-07-06 10:00:00", position=place, size=(160, 120))
        for number in range(3):
            home.add(f"p{number}.jpg", f"201{number}-01-02 10:00:00", position=PARIS, size=(160, 120))
        home.add("t.jpg", "2021-05-06 10:00:00", position=TOKYO, size=(160, 120))
        home.add("zero.jpg", "2015-05-06 10:00:00", position=(0.0002, 0.0002), size=(160, 120))
        home.index()
        yield home


@pytest.fixture(scope="session")
def map_file(mapped: Home, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of the map, as it lies on a mounted drive."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(mapfile, "_QUIET", 0.0)
        mapped.list("Places")
        MapKeeper(mapped.settings).idle(mapped.catalog, None, lambda: False)  # type: ignore[arg-type]
    with mapped.looking() as look:
        found = look.at("Places/Map.html")
    assert found is not None and not isinstance(found, Folder)
    folder = tmp_path_factory.mktemp("drive") / "Places"
    folder.mkdir()
    (folder / "Map.html").write_bytes(found.path.read_bytes())  # type: ignore[union-attr]
    return (folder / "Map.html").as_uri()


@pytest.fixture(scope="session")
def map_drive(mapped: Home) -> Iterator[str]:
    with page(mapped) as address:
        yield address


@pytest.fixture(params=["file", "page"])
def map_url(request: pytest.FixtureRequest) -> str:
    """The same map, as a file and as a part of a page: both do the same."""
    return str(
        request.getfixturevalue("map_file")
        if request.param == "file"
        else f"{request.getfixturevalue('map_drive')}/Places/"
    )
