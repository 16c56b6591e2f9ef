"""Naming and correcting people over WebDAV with the programs families use: rclone, its mount, gio, and raw HTTP.

The faces are planted in the catalog, since what is tested is what writes mean, not who is recognised.
"""

import subprocess
import threading
from pathlib import Path
from urllib.parse import quote

import pytest
from helpers.dav import Client
from helpers.home import Home
from helpers.people import LEFT, RIGHT, plant_people
from helpers.programs import gio, mounted, rclone
from helpers.serving import Serving, haven, serve

PHOTOS = [f"IMG_{number}.jpg" for number in range(1, 7)]
PEOPLE = {"Person 1": set(PHOTOS[:4]), "Person 2": set(PHOTOS[2:]), "Person 3": set(PHOTOS[3:])}
NOSE = (0.4, 0.2, 0.5, 0.5)


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with three people, and photos beside it."""
    home = Home(tmp_path_factory.mktemp("planted"))
    for name in PHOTOS:
        home.add(name, size=(160, 120))
    plant_people(home, *((box, sorted(PEOPLE[name])) for box, name in zip((LEFT, RIGHT, NOSE), PEOPLE, strict=True)))
    home.close()
    return home.data.parent


def people(dav: Client) -> dict[str, set[str]]:
    """Return who has a folder, and the photos in it."""
    return {name: set(dav.files(f"/People/{quote(name)}/")) for name in dav.folders("/People/")}


def test_what_is_there(dav: Client) -> None:
    assert people(dav) == PEOPLE
    assert dav("GET", "/People/How%20to%20name%20people.txt").status == 200


def test_renaming_names(dav: Client) -> None:
    assert dav.transfer("MOVE", "/People/Person 1/", "/People/Alice/", Overwrite="F").status == 201
    assert people(dav) == {"Alice": PEOPLE["Person 1"], "Person 2": PEOPLE["Person 2"], "Person 3": PEOPLE["Person 3"]}
    assert dav("PROPFIND", "/People/Person%201/", Depth=0).status == 404
    for overwrite in ("F", "T"):
        answer = dav("MOVE", "/People/Person%202", Destination=f"{dav.address}/People/alice", Overwrite=overwrite)
        assert answer.status == 412 and "already" in answer.reason()
    assert dav.transfer("MOVE", "/People/Alice", "/People/ALICE").status in (201, 204)
    assert "ALICE" in dav.folders("/People/")
    found = dav.files("/Search/" + quote('"with alice"') + "/")
    assert set(found) - {"About this search.txt"} == PEOPLE["Person 1"]


def test_phrases_know_people(dav: Client) -> None:
    for number, name in enumerate(("Alice", "Bob", "Carl"), 1):
        assert dav.transfer("MOVE", f"/People/Person {number}", f"/People/{name}").status == 201

    def found(phrase: str, folder: str = "/Search/") -> set[str]:
        return {name for name in dav.files(folder + quote(f'"{phrase}"') + "/") if name.endswith(".jpg")}

    assert found("with Alice and Bob") == {PHOTOS[2], PHOTOS[3]}
    assert found("Alice without Bob") == {PHOTOS[0], PHOTOS[1]}
    assert found("only Alice") == {PHOTOS[0], PHOTOS[1]}
    assert found("only Alice and Bob") == {PHOTOS[2]}
    assert found("without people") == set()
    assert found("with Bob", "/People/Alice/") == {PHOTOS[2], PHOTOS[3]}
    assert set(dav.files("/People/Alice/People/Bob/")) == {PHOTOS[2], PHOTOS[3]}
    assert set(dav.folders("/Timeline/2020/People/")) == {"Alice", "Bob", "Carl"}


def test_a_photo_dragged_from_one_to_another(dav: Client) -> None:
    assert dav.transfer("MOVE", "/People/Person 1/IMG_1.jpg", "/People/Person 3/IMG_1.jpg", Overwrite="F").status == 201
    now = people(dav)
    assert "IMG_1.jpg" not in now["Person 1"] and "IMG_1.jpg" in now["Person 3"]
    # IMG_3 has both: the one is the other now, and nobody was lost.
    assert dav.transfer("MOVE", "/People/Person 1/IMG_3.jpg", "/People/Person 2/IMG_3.jpg").status == 204
    assert dav.transfer("MOVE", "/People/Person 1/IMG_4.jpg", "/People/Person 2/IMG_4.jpg", Overwrite="F").status == 412


def test_another_photos_name_is_not_taken(dav: Client) -> None:
    assert dav.transfer("MOVE", "/People/Person 1/IMG_1.jpg", "/People/Person 2/IMG_3.jpg").status == 403
    assert people(dav) == PEOPLE


def test_a_name_with_a_rank_answers(dav: Client) -> None:
    to = f"{dav.address}/People/Person%202/001%20IMG_1.jpg"
    assert dav("COPY", "/Timeline/2020/2020-05/IMG_1.jpg", Destination=to, Overwrite="F").status == 201
    assert dav("PROPFIND", "/People/Person%202/001%20IMG_1.jpg", Depth=0).status == 207
    assert "001 IMG_1.jpg" in dav.files("/People/Person%202/") and "IMG_1.jpg" not in dav.files("/People/Person%202/")
    assert dav("DELETE", "/People/Person%202/001%20IMG_1.jpg").status == 204
    assert people(dav) == PEOPLE


def test_an_upload_is_refused_in_words(dav: Client) -> None:
    answer = dav("PUT", "/People/Person%201/new.jpg", b"bytes")
    assert answer.status == 403 and "--inbox" in answer.reason()
    answer = dav("MKCOL", "/People/Person%207")
    assert answer.status == 403 and "Haven's own" in answer.reason()


def test_versions_move(dav: Client) -> None:
    def tags() -> list[str]:
        return [dav.one(path, "getetag")["getetag"] for path in ("/People/", "/People/Person%201/", "/")]

    before = tags()
    assert dav.transfer("MOVE", "/People/Person 2", "/People/Bob").status == 201
    named = tags()
    assert dav("DELETE", "/People/Person%201/IMG_1.jpg").status == 204
    removed = tags()
    assert len({before[0], named[0], removed[0]}) == 3 and len({before[2], named[2], removed[2]}) == 3
    assert removed[1] != named[1]


@pytest.mark.parametrize("names", [("Alice", "Alice"), ("Alice", "Bob")])
def test_two_renames_at_once(house: Serving, names: tuple[str, str]) -> None:
    answers: list[tuple[str, int]] = []
    barrier = threading.Barrier(8)

    def rename(name: str) -> None:
        with Client(house.url) as client:
            barrier.wait()
            answers.append((name, client.transfer("MOVE", "/People/Person 1", f"/People/{name}", Overwrite="F").status))

    threads = [threading.Thread(target=rename, args=(names[number % 2],)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with Client(house.url) as client:
        now = people(client)
    assert sum(status == 201 for _, status in answers) >= 1
    assert {status for _, status in answers} <= {201, 204, 404, 412}
    won = next(iter(set(names) & set(now)))
    assert now == {won: PEOPLE["Person 1"], "Person 2": PEOPLE["Person 2"], "Person 3": PEOPLE["Person 3"]}


def test_two_people_renamed_to_one_name_at_once(house: Serving) -> None:
    answers: list[int] = []
    barrier = threading.Barrier(3)

    def rename(number: int) -> None:
        with Client(house.url) as client:
            barrier.wait()
            answers.append(client.transfer("MOVE", f"/People/Person {number}", "/People/Anna", Overwrite="T").status)

    threads = [threading.Thread(target=rename, args=(number,)) for number in (1, 2, 3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [201, 412, 412]
    with Client(house.url) as client:
        assert sorted(len(photos) for photos in people(client).values()) == sorted(map(len, PEOPLE.values()))


def said(dav: Client) -> None:
    """Check what each client's writes have said: see the tests that call it."""
    now = people(dav)
    assert now.keys() == {"Alice", "Carl"}  # 3 is hidden
    assert now["Alice"] == {"IMG_2.jpg", *PHOTOS[2:]} | {"IMG_1.jpg"}  # 1 and 2 are one
    assert now["Carl"] == {"IMG_1.jpg"}


def test_rclone(house: Serving, dav: Client) -> None:
    rclone(house, "moveto", "haven:People/Person 1", "haven:People/Alice")
    rclone(house, "mkdir", "haven:People/Carl")
    rclone(house, "copyto", "haven:Timeline/2020/2020-05/IMG_1.jpg", "haven:People/Carl/IMG_1.jpg")
    rclone(house, "moveto", "haven:People/Person 2", "haven:People/Alice/Person 2")
    rclone(house, "purge", "haven:People/Person 3")
    said(dav)
    rclone(house, "moveto", "haven:People/Alice/IMG_2.jpg", "haven:People/Carl/IMG_2.jpg")
    rclone(house, "deletefile", "haven:People/Carl/IMG_1.jpg")
    assert people(dav) == {"Alice": {"IMG_1.jpg", *PHOTOS[2:]}, "Carl": {"IMG_2.jpg"}}
    assert len(rclone(house, "lsf", "-R", "haven:People").splitlines()) == 2 + 6 + 1


def test_a_mounted_drive(house: Serving, dav: Client, tmp_path: Path) -> None:
    with mounted(house, tmp_path, "--dir-cache-time", "0s", "--vfs-cache-mode", "writes") as mount:
        (mount / "People/Person 1").rename(mount / "People/Alice")
        (mount / "People/Carl").mkdir()
        subprocess.run(["mv", mount / "People/Person 2", mount / "People/Alice/"], check=True)
        subprocess.run(["rm", "-r", mount / "People/Person 3"], check=True)
        assert people(dav).keys() == {"Alice", "Carl"}
        subprocess.run(["mv", mount / "People/Alice/IMG_1.jpg", mount / "People/Carl/"], check=True)
        subprocess.run(["rm", mount / "People/Alice/IMG_2.jpg"], check=True)
        now = people(dav)
    assert now == {"Alice": set(PHOTOS[2:]), "Carl": {"IMG_1.jpg"}}
    # `rm -r` took out photo by photo, but what was meant is the folder.
    assert dav("MKCOL", "/People/Back").status == 201
    hidden = haven("people", "list", "--json", "--data", house.data).stdout
    assert '{"name": "Person 3", "photos": 3, "hidden": true}' in hidden


GIO = """
gio mount "$1" >/dev/null 2>&1
set -e
gio rename "$1/People/Person 1" Alice
gio mkdir "$1/People/Carl"
gio copy "$1/Timeline/2020/2020-05/IMG_1.jpg" "$1/People/Carl/IMG_1.jpg"
gio move "$1/People/Person 2" "$1/People/Alice/"
gio remove -f "$1/People/Person 3/IMG_4.jpg" "$1/People/Person 3/IMG_5.jpg" "$1/People/Person 3/IMG_6.jpg"
gio remove "$1/People/Person 3"
gio list "$1/People"
"""


def test_gnome(house: Serving, dav: Client, tmp_path: Path) -> None:
    done = gio(house, tmp_path, GIO)
    assert {"Alice", "Carl"} <= set(done.stdout.splitlines())
    said(dav)


def test_a_kill_loses_nothing(house: Serving, dav: Client) -> None:
    assert dav.transfer("MOVE", "/People/Person 1", "/People/Alice").status == 201
    assert dav("DELETE", "/People/Alice/IMG_1.jpg").status == 204
    assert dav.transfer("MOVE", "/People/Person 2/IMG_5.jpg", "/People/Alice/IMG_5.jpg").status == 201
    before = people(dav)
    house.process.kill()
    house.process.wait()
    with serve(data=house.data) as again, Client(again.url) as client:
        assert people(client) == before
