"""`haven shift-time`, `haven taken` and `haven places`, beside a server that goes on."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from helpers.dav import Client
from helpers.home import Home
from helpers.serving import Serving, haven, serve

BERLIN = (52.5163, 13.3777)
R10, OLD = ("Canon", "Canon EOS R10"), ("Haven", "Test")


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    home = Home(tmp_path_factory.mktemp("house"))
    for day in (1, 2, 3):
        home.add(f"r{day}.jpg", f"2019-07-0{day} 23:30:00", position=BERLIN, camera=R10)
    home.add("other.jpg", "2019-07-01 10:00:00", camera=OLD)
    home.add("scan.jpg", None, camera=None)
    home.index()
    home.close()
    with serve(data=home.data) as serving:
        yield serving


def shift(house: Serving, *options: object) -> dict[str, object]:
    done = haven("shift-time", "--camera", "canon eos r10", "--json", "--data", house.data, *options)
    return dict(json.loads(done.stdout))


def days(house: Serving) -> list[str]:
    files = ("r1.jpg", "r2.jpg", "r3.jpg", "other.jpg")
    paths = [house.data.parent / "Pictures" / name for name in files]
    lines = haven("info", *paths, "--json", "--data", house.data).stdout.splitlines()
    return [json.loads(line)["taken"] for line in lines]


BEFORE = [f"2019-07-0{day} 23:30:00" for day in (1, 2, 3)] + ["2019-07-01 10:00:00"]


def test_a_clock_that_was_wrong(house: Serving) -> None:
    assert days(house) == BEFORE
    dry = haven("shift-time", "--camera", "EOS R10", "--by", "1h", "--data", house.data, check=False)
    assert dry.returncode == 1 and "Canon EOS R10, Haven Test" in dry.stderr
    dry = haven("shift-time", "--camera", R10[1], "--by", "1h30m", "--dry-run", "--data", house.data)
    assert "r1.jpg: 2019-07-01 23:30:00 becomes 2019-07-02 01:00:00" in dry.stdout and "3 photos would" in dry.stdout
    assert days(house) == BEFORE
    with Client(house.url) as client:
        tag = client.one("/Timeline/", "getetag")["getetag"]
        done = shift(house, "--by", "+1h30m", "--from", "2019-07-02", "--to", "2019-07-02")
        assert done["changed"] == [{"name": "r2.jpg", "before": BEFORE[1], "after": "2019-07-03 01:00:00"}]
        assert client.one("/Timeline/", "getetag")["getetag"] != tag
    haven("undo", "--data", house.data)
    done = shift(house, "--by=-31d")
    assert len(done["changed"]) == 3  # type: ignore[arg-type]
    with Client(house.url) as client:
        assert client.files("/Timeline/2019/2019-06/") == ["r2.jpg", "r3.jpg"]
        log = haven("log", "--json", "--data", house.data).stdout.splitlines()
        said = [json.loads(line) for line in log][:3]
        assert {one["kind"] for one in said} == {"clock shifted"} and len({one["gesture"] for one in said}) == 1
        info = haven("info", house.data.parent / "Pictures/r1.jpg", "--data", house.data).stdout
        assert "said by the owner: taken, taken_offset, taken_source" in info
        haven("undo", "--data", house.data)
        assert set(client.files("/Timeline/2019/2019-07/")) == {"r1.jpg", "r2.jpg", "r3.jpg", "other.jpg"}
    assert days(house) == BEFORE


def test_a_clock_that_was_left_in_another_zone(house: Serving) -> None:
    done = shift(house, "--zone", "Asia/Tokyo")
    assert done == {"changed": [], "left": 3}  # nothing says which zone it was in
    done = shift(house, "--zone", "Asia/Tokyo", "--camera-zone", "Europe/Berlin")
    assert done["left"] == 0
    assert days(house)[0] == "2019-07-02 06:30:00"
    # Now it is known, and so can go on to another.
    shift(house, "--zone=-04:00")
    assert days(house)[0] == "2019-07-01 17:30:00"
    haven("undo", "--data", house.data)
    haven("undo", "--data", house.data)


@pytest.mark.parametrize(
    "options", [(), ("--by", "soon"), ("--by", "+"), ("--zone", "Nowhere/At all"), ("--by", "1h", "--zone", "Z")]
)
def test_mistakes_in_words(house: Serving, options: tuple[str, ...]) -> None:
    done = haven("shift-time", "--camera", R10[1], *options, "--data", house.data, check=False)
    assert done.returncode in (1, 2) and "Traceback" not in done.stderr


def test_a_date_that_has_no_folder(house: Serving) -> None:
    scan = house.data.parent / "Pictures/scan.jpg"
    with Client(house.url) as client:
        assert client.files("/Review/Undated/") == ["scan.jpg"]
        haven("taken", "1968-07", scan, "--data", house.data)
        assert client.files("/Timeline/1968/1968-07/") == ["scan.jpg"] and client.files("/Review/Undated/") == []
        haven("taken", "1968-08-09T10:11", scan, "--data", house.data)
        assert json.loads(haven("info", scan, "--json", "--data", house.data).stdout)["taken"] == "1968-08-09 10:11:00"
    for when, file in (("1968-13", scan), ("1968", Path("/nowhere/x.jpg"))):
        done = haven("taken", when, file, "--data", house.data, check=False)
        assert done.returncode == 1 and done.stderr.startswith("haven: ")


def test_a_place_of_ones_own(house: Serving) -> None:
    data = ("--data", house.data)
    assert "No places" in haven("places", "list", *data).stdout
    made = haven("places", "name", "Home", "--at", "52.5164,13.3778", *data).stdout
    assert made.split()[:4] == ["3", "photos", "Home,", "300"]
    with Client(house.url) as client:
        assert client.folders("/Places/") == ["Countries", "Berlin", "Home"]
        assert client.files("/Places/Countries/Germany/Home/") == ["r1.jpg", "r2.jpg", "r3.jpg"]
        assert "r1.jpg" in client.files("/Search/%22in%20Home%22/")
        taken = haven("places", "name", "berlin", "--at", "52.5,13.4", *data, check=False)
        assert taken.returncode == 1 and "already a place called Berlin" in taken.stderr
        haven("places", "name", "School", "--of", house.data.parent / "Pictures/r1.jpg", "--radius", "10", *data)
        listed = json.loads(haven("places", "list", "--json", *data).stdout)
        assert [(one["name"], one["photos"]) for one in listed] == [("Home", 3), ("School", 3)]
        haven("places", "forget", "school", *data)
        haven("undo", *data)
        haven("places", "forget", "Home", *data)
        assert client.folders("/Places/") == ["Countries", "Berlin", "School"]
    for mistake in (("--at", "91,0"), ("--at", "x"), ("--at", "1,1", "--radius", "0"), ()):
        assert haven("places", "name", "X", *mistake, *data, check=False).returncode == 2
    nowhere = haven("places", "name", "X", "--of", house.data.parent / "Pictures/scan.jpg", *data, check=False)
    assert nowhere.returncode == 1 and "does not say where" in nowhere.stderr
