"""`haven backup`: what was said is all there again in the copy, and what is forgotten is forgotten in it too."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from helpers.dav import Client
from helpers.home import Home
from helpers.people import LEFT, group, looks, plant
from helpers.serving import Serving, haven, serve

PHOTOS = [f"IMG_{number:03d}.jpg" for number in range(1, 6)]


def plant_home(folder: Path, photos: list[str]) -> Home:
    home = Home(folder)
    for name in photos:
        home.add(name)
    home.index()
    for photo in photos:
        plant(home, photo, [(LEFT, looks(1))])
    group(home, photos)
    home.close()
    return home


@pytest.fixture
def house(tmp_path: Path) -> Iterator[Serving]:
    with serve(data=plant_home(tmp_path, PHOTOS).data) as serving:
        yield serving


def everything(client: Client) -> dict[str, list[str]]:
    paths = [f"/{top}/{quote(name)}/" for top in ("People", "Search") for name in client.folders(f"/{top}/")]
    return {path: client.files(path) for path in paths}


def test_it_is_a_data_folder_of_its_own(house: Serving, tmp_path: Path) -> None:
    with Client(house.url) as client:
        client("MOVE", "/People/Person%201", Destination=f"{client.address}/People/Zoe")
        client("DELETE", f"/People/Zoe/{PHOTOS[0]}")
        client("MKCOL", "/Search/IMG")
        said = everything(client)
        made = json.loads(haven("backup", tmp_path / "copies", "--json", "--data", house.data).stdout)
        client("DELETE", "/People/Zoe")
    place = Path(made["backup"])
    assert made["bytes"] > 100_000 and place.parent == tmp_path / "copies"
    assert not list(place.parent.glob(".*"))
    assert (place / "corrections.jsonl").read_text().count("\n") == 3
    house.stop()
    shutil.rmtree(house.data)
    with serve(data=place) as again, Client(again.url) as client:
        assert everything(client) == said


def test_who_is_forgotten_is_in_backups_too(house: Serving, tmp_path: Path) -> None:
    with Client(house.url) as client:
        client("MOVE", "/People/Person%201", Destination=f"{client.address}/People/Zacharias")
    place = Path(json.loads(haven("backup", "--json", "--data", house.data).stdout)["backup"])
    assert place.parent == house.data / "backups"
    house.stop()
    assert b"Zacharias" in (place / "catalog.sqlite").read_bytes()
    haven("people", "forget", "Zacharias", "--yes", "--data", house.data)
    left = [path for path in house.data.rglob("*") if path.is_file() and b"Zacharias" in path.read_bytes()]
    assert not left


def test_nothing_to_back_up_and_no_place_for_it(tmp_path: Path) -> None:
    done = haven("backup", "--data", tmp_path / "none", check=False)
    assert done.returncode == 1 and "nothing to back up" in done.stderr
    home = plant_home(tmp_path / "home", PHOTOS[:1])
    (tmp_path / "file").write_text("x")
    done = haven("backup", tmp_path / "file/copies", "--data", home.data, check=False)
    assert done.returncode == 1 and "could not be written" in done.stderr


def test_the_brake(tmp_path: Path) -> None:
    photos = [f"IMG_{number:03d}.jpg" for number in range(260)]
    home = plant_home(tmp_path, photos)
    with serve(data=home.data) as serving, Client(serving.url) as client:
        folder = "/People/Person%201/"
        statuses = [client("DELETE", f"{folder}{photo}").status for photo in photos]
        assert statuses == [204] * 130 + [403] * 130
        answer = client("DELETE", f"{folder}{photos[-1]}")
        assert "haven allow" in answer.reason() and "haven undo" in answer.reason()
        assert "Large removals are allowed until" in haven("allow", "--minutes", "5", "--data", serving.data).stdout
        assert client("DELETE", f"{folder}{photos[-1]}").status == 204
        haven("undo", "--data", serving.data)
        assert client.files(folder) == photos
