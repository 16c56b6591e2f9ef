"""What a map asks by the query of a URL, and what it is answered, on an indexed library."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from helpers.home import Home

from haven_fs.errors import Malformed
from haven_fs.testing import Look
from haven_fs.tree.files import File
from haven_fs.tree.maps.answers import clusters_json, first_answer
from haven_fs.tree.maps.html import map_head, map_html
from haven_fs.tree.maps.statics import static_files, static_url
from haven_fs.tree.nodes import Folder

LISBON, PARIS, FIJI, TONGA = (38.7223, -9.1393), (48.8566, 2.3522), (-16.8, 179.98), (-16.8, -179.98)
WORLD = {"clusters": "-180,-80,180,80", "zoom": "2"}


@pytest.fixture(scope="module")
def travels(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    with Home(tmp_path_factory.mktemp("travels")) as home:
        for number in range(6):
            home.add(f"l{number}.jpg", f"201{number}-07-06 10:00:00", position=(LISBON[0] + number / 1000, LISBON[1]))
        home.add("p & <q>.jpg", "2019-05-04 10:00:00", position=PARIS)
        home.add("f1.jpg", "2020-01-01 10:00:00", position=FIJI)
        home.add("f2.jpg", "2020-01-02 10:00:00", position=TONGA)
        home.add("undated.jpg", None, position=LISBON, camera=None)
        home.add("nowhere.jpg", "2018-01-01 10:00:00")
        home.index()
        yield home


def ask(look: Look, path: str, **query: str) -> dict[str, Any]:
    answer = clusters_json(look.view, look.folder(path).scope, query)
    assert json.loads(json.dumps(answer)) == answer
    return answer


def test_a_map_is_opened_where_the_photos_are(travels: Home) -> None:
    with travels.looking() as look:
        answer = first_answer(look.view, look.folder("Places/Lisbon").scope)
    west, south, east, north = answer["fit"]
    assert west < -9.1393 < east and south < 38.7223 < 38.727 < north
    assert answer["count"] == 7
    first, last = answer["days"]
    assert first == 20100706
    assert last >= 20150706
    assert sum(one["count"] for one in answer["clusters"]) == 7
    assert {one["name"] for one in answer["clusters"]} == {"Lisbon"}


def test_a_cluster_has_a_picture_days_and_a_name(travels: Home) -> None:
    with travels.looking() as look:
        found = ask(look, "Timeline/2019", **WORLD)["clusters"]
        photo = look.at("Timeline/2019/2019-05/p & _q_.jpg")
        assert isinstance(photo, File)
    assert found == [
        {
            "cell": found[0]["cell"],
            "count": 1,
            "lat": pytest.approx(48.8566, abs=1e-4),
            "lon": pytest.approx(2.3522, abs=1e-4),
            "from": 20190504,
            "to": 20190504,
            "pic": f"{photo.id}-{photo.etag}",
            "name": "Paris",
        }
    ]


def test_what_is_outside_any_town_has_its_country_or_nothing(home: Home) -> None:
    home.add("desert.jpg", position=(38.5, -116.5))
    home.add("sea.jpg", position=(0.0, -30.0))
    home.index()
    with home.looking() as look:
        found = {one["count"]: one.get("name") for one in ask(look, "Places", **WORLD)["clusters"]}
        names = {one.get("name") for one in ask(look, "Places", **WORLD)["clusters"]}
    assert found == {1: found[1]}
    assert names == {None, "United States"}


def test_narrowed_to_some_days(travels: Home) -> None:
    with travels.looking() as look:
        some = ask(look, "Places", **WORLD, **{"from": "20110101", "to": "20131231"})
        later = ask(look, "Places", **WORLD, **{"from": "20200102"})
        assert [one["count"] for one in some["clusters"]] == [3]
        assert [one["count"] for one in later["clusters"] if one.get("name") != "Lisbon"] == [1]
        assert ask(look, "Places", **WORLD, **{"to": "20000101"}) == {"clusters": []}


def test_across_the_date_line(travels: Home) -> None:
    with travels.looking() as look:
        for box in ("179.5,-17,180.5,-16", "-180.5,-17,-179.5,-16", "539.5,-17,540.5,-16"):
            found = ask(look, "Places", clusters=box, zoom="6")["clusters"]
            assert sorted(one["lon"] for one in found) == [-179.98, 179.98], box
        assert ask(look, "Places", clusters="-179,-17,179,-16", zoom="9") == {"clusters": []}
        cells = ",".join(one["cell"] for one in found)
        answer = ask(look, "Places", clusters="photos", cells=cells)
        west, _, east, _ = answer["box"]
        assert (west, east) == (pytest.approx(179.98), pytest.approx(180.02))
        assert answer["count"] == 2
        assert look.listed(f"Places/{unquote(answer['folder'])}") == ["f1.jpg", "f2.jpg"]


def test_the_photos_of_a_cluster(travels: Home) -> None:
    with travels.looking() as look:
        (lisbon,) = (one for one in ask(look, "Places", **WORLD)["clusters"] if one.get("name") == "Lisbon")
        answer = ask(look, "Places", clusters="photos", cells=lisbon["cell"])
        assert answer["count"] == lisbon["count"] == 7
        dated = [one["name"] for one in answer["photos"] if one["name"] != "undated.jpg"]
        assert dated == ["l5.jpg", "l4.jpg", "l3.jpg", "l2.jpg", "l1.jpg", "l0.jpg"]
        for one in answer["photos"]:
            photo = look.at(f"Places/{unquote(one['href'])}")
            assert isinstance(photo, File)
            assert one["pic"] == f"{photo.id}-{photo.etag}"
        folder = unquote(answer["folder"])
        assert sorted(look.listed(f"Places/{folder}")) == sorted(one["name"] for one in answer["photos"])
        days = {"from": "20110101", "to": "20121231"}
        answer = ask(look, "Places", clusters="photos", cells=lisbon["cell"], **days)
        assert [one["name"] for one in answer["photos"]] == ["l2.jpg", "l1.jpg"]
        assert look.listed(f"Places/{unquote(answer['folder'])}") == ["l1.jpg", "l2.jpg"]


def test_of_very_many_the_newest_are_named(home: Home) -> None:
    for number in range(70):
        home.add(f"{number:02}.jpg", f"2020-01-01 10:{number // 60:02}:{number % 60:02}", position=LISBON, size=(8, 8))
    home.index()
    with home.looking() as look:
        (cell,) = (one["cell"] for one in ask(look, "Places", **WORLD)["clusters"])
        answer = ask(look, "Places", clusters="photos", cells=cell)
    assert (answer["count"], len(answer["photos"])) == (70, 60)
    assert answer["box"][0] == answer["box"][2]


@pytest.mark.parametrize(
    "query",
    [
        {"clusters": ""},
        {"clusters": "1,2,3", "zoom": "3"},
        {"clusters": "1,2,3,4"},
        {"clusters": "1,2,3,4", "zoom": "close"},
        {"clusters": "1,2,3,nan", "zoom": "3"},
        {"clusters": "1,2,inf,4", "zoom": "3"},
        {"clusters": "1,20,3,4", "zoom": "3"},
        {"clusters": "10,2,3,4", "zoom": "3"},
        {"clusters": "1,-91,3,4", "zoom": "3"},
        {"clusters": "photos"},
        {"clusters": "photos", "cells": "3.zz"},
        {"clusters": "photos", "cells": "3.ffff"},
        {"clusters": "photos", "cells": "99.1"},
        {"clusters": "photos", "cells": "'; DROP TABLE photo"},
        {"clusters": "photos", "cells": ",".join(["22.1"] * 5000)},
        {**WORLD, "from": "July"},
        {**WORLD, "to": "-1"},
        {**WORLD, "to": "９"},
    ],
)
def test_nonsense_is_refused_in_words(travels: Home, query: dict[str, str]) -> None:
    with travels.looking() as look, pytest.raises(Malformed, match=r"^[A-Z].*\.$"):
        clusters_json(look.view, look.folder("Places").scope, query)


@pytest.mark.parametrize("zoom", ["-3", "0", "99", "1e9"])
def test_any_zoom_is_answered(travels: Home, zoom: str) -> None:
    with travels.looking() as look:
        found = ask(look, "Places", clusters="-180,-90,180,90", zoom=zoom)["clusters"]
        assert sum(one["count"] for one in found) == 10


def test_the_page_has_all_that_the_script_begins_with(travels: Home) -> None:
    with travels.looking() as look:
        folder = look.folder("Places/Lisbon")
        page = map_html(folder, "/photos/")
        assert "7 photos near Lisbon" in page
        assert 'href="../Lisbon.gpx"' in page and 'href="../Lisbon.kml"' in page
        assert "&quot;pictures&quot;:&quot;/photos/.haven/grid/&quot;" in page
        for name in ("map-coarse.bin", "map-fine.bin", "map-towns.json"):
            assert static_url("/photos/", name) in page
        # Without a script, each line leads to the photos that it is about.
        listed = page.partition("<ul>")[2].partition("</ul>")[0]
        for href in (part.partition('"')[0] for part in listed.split('href="./')[1:]):
            area = look.at(f"Places/Lisbon/{unquote(href)}")
            assert isinstance(area, Folder)
            assert area.photos is not None and area.photos.stamp(look.view.db).count == 7


def test_a_folder_without_a_place_says_so(travels: Home) -> None:
    with travels.looking() as look:
        page = map_html(look.folder("Timeline/2018"))
        assert "None of these photos says where it was taken." in page
        assert first_answer(look.view, look.folder("Timeline/2018").scope) == {"count": 0, "clusters": []}
        # Real folders have a map too, but no file stands beside them that is not there.
        originals = map_html(look.folder("Originals/Pictures"))
        assert "photos near Lisbon" in originals
        assert ".gpx" not in originals


def test_names_are_no_markup(home: Home) -> None:
    home.add("a.jpg", position=PARIS)
    home.index()
    home.move("Places/Paris", "Places/Tom & Ann's")
    with home.looking() as look:
        page = map_html(look.folder("Places"))
    assert "1 photo near Tom &amp; Ann&#x27;s" in page
    assert "Tom & Ann" not in page


def test_files_of_the_map_have_another_address_when_they_change() -> None:
    files = static_files()
    assert {"map.js", "map-world.js", "map.css", "map-coarse.bin", "map-fine.bin", "map-towns.json"} <= files.keys()
    assert len({file.version for file in files.values()}) == len(files)
    for name, file in files.items():
        assert file.read() == file.path.read_bytes()
        assert static_url("/x/", name) == f"/x/.haven/static/{name}?v={file.version}"
    head = map_head("/x/")
    assert head.index("map-world.js") < head.index("map.js?")
    assert "http" not in head


def test_the_script_is_small_and_asks_nobody_else() -> None:
    for name in ("map.js", "map-world.js", "map-enclosed.js"):
        code = static_files()[name].read().decode()
        assert len(code) < 25_000
        assert "http" not in code.replace("http://www.w3.org", "")
        assert "</script" not in code and "<!--" not in code
    assert (
        sum(len(static_files()[f"map-{name}"].read()) for name in ("coarse.bin", "fine.bin", "towns.json")) < 1_500_000
    )
    assert Path(static_files()["map-coarse.bin"].path.with_name("README.md")).is_file()
