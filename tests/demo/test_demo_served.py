"""`haven demo` from start to end: drawn, served, embedded with the demo model, and asked by meaning over WebDAV."""

import json
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from helpers.dav import Client
from helpers.serving import Serving, haven, start_serving, wait_for
from PIL import Image

from haven_fs.demo import plan

README = Path(__file__).parents[2] / "README.md"


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    folder = tmp_path_factory.mktemp("demo")
    serving = start_serving(["demo", "--data", str(folder)], folder / "data")
    try:
        wait_for(lambda: serving.status()["photos"], "the first photos")
        serving.settle()
        yield serving
    finally:
        serving.stop()


@pytest.fixture
def dav(demo: Serving) -> Iterator[Client]:
    with Client(demo.url) as client:
        yield client


@pytest.fixture(scope="module")
def shows(demo: Serving) -> dict[str, tuple[str, str]]:
    """What each of the ordinary photos shows, by the name of its file: a subject and a scene."""
    drawn: list[tuple[str, str]] = []

    def note(subject: str, scene: str, *_: Any) -> Image.Image:
        drawn.append((subject, scene))
        return Image.new("RGB", (16, 16))

    found = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(plan, "draw_picture", note)
        for item in plan.ordinary(60, 1, date.today()):
            item.make()
            found[item.path.name] = drawn[-1]
    assert set(found) <= {path.name for path in (demo.data.parent / "Demo Photos").rglob("*")}
    return found


def test_commands_take_the_folder_that_the_demo_was_given(demo: Serving) -> None:
    said = json.loads(haven("status", "--json", "--data", demo.data.parent).stdout)
    assert said["data"] == str(demo.data) and said["photos"]


def unranked(name: str) -> str:
    """Return a name without the number that a search puts before it."""
    return re.sub(r"^\d{3} ", "", name)


def answers(dav: Client, phrase: str) -> list[str]:
    """Return the names of what fits, in order, without their ranks."""
    listed = dav.files("/Search/" + quote(f'"{phrase}"'))
    return [name.partition(" ")[2] for name in listed if not name.endswith(".txt")]


def test_it_says_that_the_demo_model_is_used(demo: Serving) -> None:
    settings = json.loads(haven("doctor", "--json", "--data", demo.data, check=False).stdout)["settings"]
    assert settings["clip.model"] == "demo"
    plugins = json.loads(haven("plugins", "--json", "--data", demo.data).stdout)
    assert "clip" in plugins["analyzers"]


def test_dogs_on_beaches_come_first(dav: Client, shows: dict[str, tuple[str, str]]) -> None:
    wanted = {name for name, shown in shows.items() if shown == ("dog", "beach")}
    found = [name for name in answers(dav, "dog on beach") if name in shows]
    assert wanted, "the demo has none"
    assert set(found[: len(wanted)]) == wanted


def test_a_subject_is_found_with_few_others(dav: Client, shows: dict[str, tuple[str, str]]) -> None:
    for subject in ("dog", "bicycle", "car", "tree", "house"):
        wanted = {name for name, (what, _) in shows.items() if what == subject}
        if not wanted:
            continue
        found = [name for name in answers(dav, subject) if name in shows]
        assert len(wanted & set(found)) >= 0.7 * len(wanted), subject


@pytest.mark.parametrize("phrase", ["zebra", "spaceship", "elephant", "guitar", "pizza", "violin on the beach"])
def test_what_it_never_saw_finds_nothing(dav: Client, phrase: str) -> None:
    assert answers(dav, phrase) == []


def test_a_picture_put_there_finds_its_like(dav: Client, shows: dict[str, tuple[str, str]], demo: Serving) -> None:
    name = next(name for name, shown in shows.items() if shown[0] == "dog" and name.lower().endswith(".jpg"))
    original = next((demo.data.parent / "Demo Photos").rglob(name))
    # Other bytes of the same look: what a messenger makes of a photo.
    smaller = demo.data.parent / "sent.jpg"
    with Image.open(original) as picture:
        exif = picture.getexif()
        picture.resize((picture.width // 2, picture.height // 2)).save(smaller, exif=exif)
    assert dav("PUT", "/Search/sent.jpg", smaller.read_bytes()).status == 201
    listed = [file for file in dav.files("/Search/Like%20sent") if not file.endswith(".txt")]
    assert listed[0].partition(" ")[2] == name
    assert dav("DELETE", "/Search/sent.jpg").status == 204


def test_the_command_line_finds_the_same_while_it_serves(dav: Client, demo: Serving) -> None:
    done = json.loads(haven("search", "dog on beach", "--json", "--limit", "500", "--data", demo.data).stdout)
    assert [photo["name"] for photo in done["photos"]] == answers(dav, "dog on beach")
    assert done["count"] == len(done["photos"])
    assert haven("search", "zzyzx_12345", "--data", demo.data, check=False).returncode == 1


def test_a_place_and_a_meaning(dav: Client, shows: dict[str, tuple[str, str]]) -> None:
    everywhere, lisbon = answers(dav, "dog"), answers(dav, "dog Lisbon")
    assert lisbon == [name for name in everywhere if name in set(lisbon)]
    assert set(lisbon) <= set(dav.files("/Places/Lisbon"))


def test_the_family_is_in_people(dav: Client) -> None:
    wait_for(lambda: len(dav.folders("/People/")) >= 4, "the faces to be grouped")
    folders = dav.folders("/People/")
    assert "Alice" in folders, "a program has named her in one photo, and the others have her face"
    shown = {
        name: {file for file in dav.files(f"/People/{quote(name)}/") if file.endswith((".jpg", ".JPG"))}
        for name in folders
    }
    assert len(shown["Alice"]) >= 10
    # Somebody at once in another's folder would be in most of the same photos.
    for one in folders:
        for other in folders:
            both = shown[one] & shown[other]
            assert one == other or len(both) <= 0.8 * min(len(shown[one]), len(shown[other]))
    alone = [name for name in dav.files("/Search/" + quote('"only Alice"')) if not name.endswith(".txt")]
    assert alone and set(alone) < shown["Alice"]


def test_the_readme_shows_what_it_answers(dav: Client) -> None:
    (session,) = re.findall(r"```console\n(.+?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    shown = re.findall(r"^\$ ls \"?(.+?)\"?\n(.+)$", session, re.MULTILINE)
    assert [path for path, _ in shown] == re.findall(r'^\$ mkdir "(.+)"$', session, re.MULTILINE)
    (renamed,) = re.findall(r'^\$ mv "People/(.+?)"', session, re.MULTILINE)
    assert renamed in dav.folders("/People/")
    for path, names in shown:
        dav("MKCOL", f"/{quote(path)}")
        listed = set(map(unranked, dav.files(f"/{quote(path)}/")))
        wanted = set(map(unranked, re.split(r"\s{2,}", names.removesuffix("...").strip())))
        assert wanted <= listed, "in which order is a matter of the machine"
        assert names.endswith("...") is (len(listed) > len(wanted))
