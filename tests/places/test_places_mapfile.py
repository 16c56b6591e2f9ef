"""/Places/Map.html: when it is made, that its length is known, and that nothing of it leads anywhere else."""

import json
import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from helpers.dav import Client
from helpers.home import Home
from helpers.serving import serve, wait_for
from PIL import Image

from haven_fs import small_squares
from haven_fs.testing import check_reading, check_writing
from haven_fs.tree.files import File
from haven_fs.tree.maps.standalone import LARGEST
from haven_places import mapfile
from haven_places.mapfile import MapKeeper

LISBON, PARIS, DESERT, SEA = (38.7223, -9.1393), (48.8566, 2.3522), (38.5, -116.5), (0.0, -30.0)


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait for no quiet moment."""
    monkeypatch.setattr(mapfile, "_QUIET", 0.0)
    monkeypatch.setattr(mapfile, "_REST", 0.0)
    monkeypatch.setattr(mapfile, "_wanted", set())


@pytest.fixture
def travels(home: Home) -> Iterator[Home]:
    home.add("lisbon.jpg", "2019-07-06 10:00:00", position=LISBON, size=(320, 200))
    home.add("Tom & Ann's <3.jpg", "2020-05-04 10:00:00", position=PARIS, size=(320, 200))
    home.add("desert.jpg", "2021-05-04 10:00:00", position=DESERT)
    home.add("sea.jpg", "2021-06-04 10:00:00", position=SEA)
    home.add("undated.jpg", None, position=PARIS, camera=None)
    home.add("nowhere.jpg", "2018-01-01 10:00:00")
    home.index()
    yield home


def keep(home: Home, keeper: MapKeeper | None = None, *, stopped: bool = False) -> MapKeeper:
    """Do what a server does when nothing is due."""
    keeper = keeper or MapKeeper(home.settings)
    keeper.idle(home.catalog, None, lambda: stopped)  # type: ignore[arg-type]
    return keeper


def look_for(home: Home) -> File | None:
    """Look into /Places, and return the map if it is listed."""
    with home.looking() as look:
        listed = [file for file in look.tree.listing(look.folder("Places")).extras if file.name == "Map.html"]
        found = look.at("Places/Map.html")
    assert listed == ([found] if found is not None else [])
    assert found is None or isinstance(found, File)
    return found


def data_of(file: File) -> dict[str, Any]:
    """Return what the map says, as its script reads it."""
    text = file.path.read_text(encoding="utf-8")
    found = re.search(r'<script type="application/json">(.*?)</script>', text, re.DOTALL)
    assert found
    return dict(json.loads(found[1]))


def test_it_is_made_when_somebody_has_looked(travels: Home) -> None:
    keep(travels)
    assert travels.query("SELECT count(*) FROM place_map") == [0]
    assert look_for(travels) is None
    keep(travels)
    found = look_for(travels)
    assert found is not None
    assert found.size == found.path.stat().st_size < LARGEST
    assert found.mime == "text/html"
    assert data_of(found)["count"] == 5


def test_it_is_made_in_a_quiet_moment(travels: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    look_for(travels)
    monkeypatch.setattr(mapfile, "_QUIET", 3600.0)
    keep(travels)
    assert look_for(travels) is None
    monkeypatch.setattr(mapfile, "_QUIET", 0.0)
    keep(travels, stopped=True)
    assert look_for(travels) is None
    keep(travels)
    assert look_for(travels) is not None


def test_it_is_made_anew_when_a_photo_is(travels: Home) -> None:
    look_for(travels)
    keeper = keep(travels)
    first = look_for(travels)
    clock = travels.query("SELECT value FROM state WHERE key = 'seq'")
    keep(travels, keeper)
    keep(travels)
    assert look_for(travels) == first
    assert travels.query("SELECT value FROM state WHERE key = 'seq'") == clock
    travels.add("late.jpg", "2022-01-01 10:00:00", position=LISBON)
    travels.index()
    keep(travels, keeper)
    second = look_for(travels)
    assert first is not None and second is not None
    assert first.path.exists(), "whoever is reading it goes on"
    assert first.etag != second.etag
    assert data_of(second)["count"] == 6
    travels.delete("Places/Lisbon/late.jpg")
    keep(travels, keeper)
    third = look_for(travels)
    assert third is not None
    assert not first.path.exists() and second.path.exists()
    assert data_of(third)["count"] == 5


def test_it_goes_with_the_last_position(home: Home) -> None:
    home.add("a.jpg", position=LISBON)
    home.index()
    look_for(home)
    keep(home)
    with home.looking() as look:
        before = str(look.folder("Places").stamp())
        assert look_for(home) is not None
    home.delete("Places/Lisbon/a.jpg")
    keep(home)
    assert look_for(home) is None
    with home.looking() as look:
        assert str(look.folder("Places").stamp()) != before
    keep(home)
    assert look_for(home) is None


def test_the_folder_is_new_with_it(travels: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    with travels.looking() as look:
        before = str(look.folder("Places").stamp()), look.view.seq
    look_for(travels)
    keep(travels)
    with travels.looking() as look:
        assert (str(look.folder("Places").stamp()), look.view.seq) != before
        check_reading(look, "Places")
        # It is the map of all photos, and listed where those are.
        assert look.at("Timeline/2019/Places/Map.html") is None
        assert look.at("Places/Countries/Map.html") is None
    monkeypatch.setattr(mapfile, "_QUIET", 3600.0)
    assert "rename" not in check_writing(travels, "/Places")
    assert look_for(travels) is not None


def test_a_file_that_is_gone_is_made_again(travels: Home) -> None:
    look_for(travels)
    keep(travels)
    found = look_for(travels)
    assert found is not None
    travels.catalog.scrub(lambda line: False)
    assert not found.path.exists()
    assert look_for(travels) is None
    keep(travels)
    assert look_for(travels) is not None


def test_it_says_where_photos_are_and_leads_to_them(travels: Home) -> None:
    look_for(travels)
    keep(travels)
    file = look_for(travels)
    assert file is not None
    data = data_of(file)
    places = dict(data["places"])
    assert places == {"Lisbon": "Lisbon/", "Paris": "Paris/", "United States": "Countries/United%20States/"}
    with travels.looking() as look:
        for href in places.values():
            assert look.listed(f"Places/{unquote(href)}")
        names = set()
        for picture, href, name in data["photos"]:
            photo = look.at(f"Places/{unquote(href)}")
            assert isinstance(photo, File) and photo.name == name
            assert picture.startswith("data:image/jpeg;base64,")
            names.add(href)
    assert names == {
        "Lisbon/lisbon.jpg",
        "Paris/Tom%20%26%20Ann%27s%20_3.jpg",
        "Paris/undated.jpg",
        "desert.jpg",
        "sea.jpg",
    }
    west, south, east, north = data["fit"]
    assert west < -116 < 2.4 < east and south < 0.1 and north > 48.8
    first, last = data["days"]
    assert first == 20190706 and last >= 20210604


def test_links_lead_where_a_photo_is_listed(home: Home) -> None:
    home.settings["tree.split_above"] = 2
    for number in range(4):
        home.add(f"{number}.jpg", f"2019-0{number // 3 + 1}-0{number + 1} 10:00:00", position=LISBON)
    home.add("one.jpg", "2020-01-01 10:00:00", position=PARIS)
    home.index()
    look_for(home)
    keep(home)
    file = look_for(home)
    assert file is not None
    with home.looking() as look:
        for _, href, name in data_of(file)["photos"]:
            folder, _, _ = unquote(href).rpartition("/")
            assert name in look.files(f"Places/{folder}")
    assert "Lisbon/2019/2019-01/2019-01-01/0.jpg" in {href for _, href, _ in data_of(file)["photos"]}


def test_no_address_in_it_leaves_it(travels: Home) -> None:
    look_for(travels)
    keep(travels)
    file = look_for(travels)
    assert file is not None
    text = file.path.read_text(encoding="utf-8")
    assert "default-src 'none'" in text
    assert not re.findall(r"(?:https?:)?//[a-z0-9.-]+\.[a-z]{2,}", text, re.IGNORECASE)
    assert not re.findall(r"<link|<img|<iframe|@import|url\(", text)
    links = re.findall(r"(?:href|src)=\"([^\"]*)\"", text)
    assert links and not [link for link in links if ":" in link or link.startswith("/")]
    # Nothing that a photo is called ends the script.
    assert len(re.findall("</script", text)) == 2
    assert "Ann's <3" not in text


def test_pictures_are_small_squares_and_made_once(travels: Home) -> None:
    (travels.root / "sea.jpg").write_bytes((travels.root / "sea.jpg").read_bytes()[:300])
    travels.index()
    with travels.catalog.read() as db:
        ids = dict(db.execute("SELECT name, id FROM original"))
        found = small_squares(travels.catalog, travels.settings, db, [*ids.values(), 999], lambda: False)
        assert found.keys() == set(ids.values()), "what is damaged has a tile"
        for data in found.values():
            with Image.open(BytesIO(data)) as picture:
                assert picture.size == (112, 112)
        with sqlite3.connect(travels.data / "renditions.sqlite") as cache:
            cache.execute("UPDATE rendition SET data = ? WHERE what = 'square'", (b"kept",))
        (travels.root / "desert.jpg").unlink()
        again = small_squares(travels.catalog, travels.settings, db, list(ids.values()), lambda: False)
        assert set(again.values()) == {b"kept"}
        with sqlite3.connect(travels.data / "renditions.sqlite") as cache:
            cache.execute("DELETE FROM rendition")
        again = small_squares(travels.catalog, travels.settings, db, list(ids.values()), lambda: False)
        assert again.keys() == set(ids.values()) - {ids["desert.jpg"]}, "what is away is left out"


def test_no_picture_is_waited_for_that_is_not_wanted(travels: Home) -> None:
    look_for(travels)
    keep(travels, stopped=True)
    assert look_for(travels) is None


def test_a_disk_that_is_full(travels: Home, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    look_for(travels)

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("haven_places.mapfile.os.fsync", full)
        keeper = keep(travels)
    assert "No space left on device" in caplog.text
    assert look_for(travels) is None
    keep(travels, keeper)
    assert look_for(travels) is not None
    assert len(list((travels.data / "made/map").glob("*.html"))) == 1, "what was half written is gone"


def test_killed_while_it_is_written(travels: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is not whole is no map: only the catalog says which file is one."""
    look_for(travels)
    keep(travels)
    found = look_for(travels)
    assert found is not None
    (found.path.parent / "half.html").write_text("<!DOCTYPE html>")
    travels.add("late.jpg", "2022-01-01 10:00:00", position=LISBON)
    with monkeypatch.context() as patch:
        patch.setattr(mapfile, "_QUIET", 3600.0)
        travels.index()
    assert look_for(travels) == found
    keep(travels)
    assert not (found.path.parent / "half.html").exists()


def test_its_length_is_what_is_sent(travels: Home, tmp_path: Path) -> None:
    look_for(travels)
    keep(travels)
    data = travels.data
    travels.catalog.close()
    with serve(data=data) as serving, Client(serving.url) as client:
        listed = {one.name: one for one in client.propfind("/Places/")}["Map.html"]
        whole = client("GET", "/Places/Map.html")
        assert whole.status == 200
        assert whole["Content-Type"].startswith("text/html")
        assert int(listed["getcontentlength"]) == int(whole["Content-Length"]) == len(whole.body)
        assert listed["getetag"] == whole["ETag"]
        part = client("GET", "/Places/Map.html", Range="bytes=-8")
        assert (part.status, part.body) == (206, b"</html>\n")


def test_it_appears_while_serving(tmp_path: Path) -> None:
    """The whole way: somebody looks, the server has nothing to do, and the map is there."""
    with Home(tmp_path / "home") as home:
        home.add("a.jpg", position=LISBON)
    start = (
        "import haven_places.mapfile as m, haven_fs.server.background as b, sys\n"
        "m._QUIET = 0; b._MODELS_EVERY = 0.5; b._WORKERS_WAIT = 0.2\n"
        "from haven_fs.cli import main; sys.exit(main())"
    )
    command = [
        sys.executable,
        "-c",
        start,
        "serve",
        str(tmp_path / "home/Pictures"),
        "--data",
        str(tmp_path / "d"),
        "--port",
        "0",
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        try:
            assert process.stdout is not None
            url = process.stdout.readline().split()[-1]
            with Client(url) as client:
                wait_for(
                    lambda: "Map.html" in {one.name for one in client.propfind("/Places/")}, "the map to be listed"
                )
                listed = {one.name: one for one in client.propfind("/Places/")}["Map.html"]
                whole = client("GET", "/Places/Map.html")
                assert int(listed["getcontentlength"]) == len(whole.body)
        finally:
            process.terminate()
            process.wait(timeout=30)
