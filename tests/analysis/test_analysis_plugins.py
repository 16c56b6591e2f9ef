"""Analyzers of plugins in real worker processes: what they are given, and what becomes of what they do wrong."""

import json
from collections.abc import Callable

import pytest
from helpers.home import Home
from helpers.planting import Plant
from PIL import Image

from haven_fs.analysis.indexer import Indexer
from haven_fs.testing import make_photo, make_video, picture

Fresh = Callable[..., Indexer]

ANALYZER = """
import os
import time
from pathlib import Path

from haven_fs import Analyzer, Facts, Tag, hookimpl

HERE = Path(__file__).with_suffix("")


class Mine(Analyzer):
    name = "{name}"
    needs = "{needs}"

    def __init__(self):
        version = HERE.with_suffix(".version")
        self.version = int(version.read_text()) if version.exists() else 1

    def analyze(self, batch):
        with HERE.with_suffix(".calls").open("a") as calls:
            for sample in batch:
                calls.write(f"{{self.version}} {{sample.path.name}}\\n")
        return [self.facts(sample) for sample in batch]

    def facts(self, sample):
        {body}
        return Facts(tags=[Tag("seen", "yes", "Yes")])


@hookimpl
def haven_analyzers(settings):
    return [Mine()]
"""


def analyzer(body: str = "pass", *, name: str = "mine", needs: str = "metadata") -> str:
    return ANALYZER.format(name=name, needs=needs, body=body)


def failed(home: Home, name: str = "mine") -> dict[str, str]:
    rows = home.query(
        "SELECT CAST(o.file AS TEXT), a.failed FROM analysis a JOIN original o ON o.photo_id = a.photo_id"
        " WHERE a.analyzer = ? AND a.failed IS NOT NULL",
        name,
    )
    return dict(rows)


def seen(home: Home) -> set[str]:
    """Return the files whose photo was tagged."""
    return set(
        home.query(
            "SELECT CAST(o.file AS TEXT) FROM value v JOIN member m ON m.value_id = v.id JOIN original o"
            " ON o.photo_id = m.photo_id WHERE v.facet = 'seen'"
        )
    )


def dated(home: Home) -> int:
    return int(home.query("SELECT count(*) FROM photo WHERE shown = 1 AND day = 20200504")[0])


NAMES = [f"{number}.jpg" for number in range(8)]


def fill(home: Home) -> None:
    for name in NAMES:
        home.add(name)


@pytest.mark.parametrize("needs", ["metadata", "picture"])
def test_one_that_raises_on_a_photo_marks_that_photo_for_itself(
    home: Home, fresh: Fresh, plant: Plant, needs: str
) -> None:
    body = 'if sample.path.name == "3.jpg":\n            raise KeyError("no such thing")'
    plant("mine", analyzer(body, needs=needs))
    fill(home)
    indexer = fresh()
    indexer.run()
    assert failed(home) == {"3.jpg": "KeyError: 'no such thing'"}
    assert seen(home) == {*NAMES} - {"3.jpg"}
    assert dated(home) == len(NAMES)
    assert indexer.counts().pending == 0


@pytest.mark.parametrize("needs", ["metadata", "picture"])
def test_one_that_kills_its_worker_marks_the_photo_it_dies_of(
    home: Home, fresh: Fresh, plant: Plant, needs: str
) -> None:
    module = plant(
        "mine", analyzer('if sample.path.name == "3.jpg":\n            os.kill(os.getpid(), 9)', needs=needs)
    )
    fill(home)
    indexer = fresh()
    indexer.run()
    assert indexer.counts().pending == 0
    assert seen(home) == {*NAMES} - {"3.jpg"}
    (reason,) = (
        failed(home).values()
        if needs == "picture"
        else home.query("SELECT unreadable FROM photo WHERE unreadable IS NOT NULL")
    )
    assert "twice" in reason
    # Twice alone, after it died in company.
    calls = module.with_suffix(".calls").read_text().splitlines()
    assert calls.count("1 3.jpg") == 3
    assert dated(home) == len(NAMES) - (needs == "metadata")
    fresh().run()
    assert module.with_suffix(".calls").read_text().splitlines() == calls


def test_one_that_dies_once_is_forgiven(home: Home, fresh: Fresh, plant: Plant) -> None:
    body = """
        once = HERE.with_suffix(".once")
        if sample.path.name == "3.jpg" and not once.exists():
            once.touch()
            os.kill(os.getpid(), 9)"""
    plant("mine", analyzer(body.strip(), needs="picture"))
    fill(home)
    fresh(workers=2).run()
    assert failed(home) == {}
    assert seen(home) == {*NAMES}


BROKEN = [
    ('return Facts(values={"colour": "red"})', "there is no fact colour"),
    ('return Facts(values={"latitude": float("nan")})', "latitude is nan"),
    ('return Facts(values={"rating": float("inf")})', "rating is inf"),
    ("return None", "AttributeError"),
    ('return Facts(values={"caption": object()})', "TypeError"),
    ('return Facts(tags=["red"])', "AttributeError"),
    ('return Facts(values={"latitude": "north"})', "latitude"),
    ('return Facts(values={"taken": [1, 2]})', "taken"),
    ('return Facts(tags=[Tag("seen", 5, "Five")])', "seen"),
    ('return Facts(values={"width": True})', "width"),
    ('return Facts(values={"height": 2**63})', "height"),
    ('return Facts(values={"caption": 5})', "caption"),
    ('return Facts(tags=[Tag("seen", "five", None)])', "AttributeError"),
    ('return Facts(tags=[Tag("seen", "five", "Five", 5)])', "seen"),
    ("raise SystemExit('enough')", "enough"),
    ("raise OSError(2, 'gone', 'x\\udcff.jpg')", "gone"),
    ("raise ValueError('x\\udcff.jpg')", "x?.jpg"),
]


def test_facts_that_break_the_contract(home: Home, fresh: Fresh, plant: Plant) -> None:
    lines = [f'if sample.path.name == "{number}.jpg":\n            {code}' for number, (code, _) in enumerate(BROKEN)]
    plant("mine", analyzer("\n        ".join(lines)))
    for number in range(len(BROKEN) + 1):
        home.add(f"{number}.jpg")
    indexer = fresh()
    indexer.run()
    found = failed(home)
    for number, (code, reason) in enumerate(BROKEN):
        assert reason in found.pop(f"{number}.jpg", "nothing"), code
    assert found == {}
    assert seen(home) == {f"{len(BROKEN)}.jpg"}
    assert dated(home) == len(BROKEN) + 1
    assert indexer.counts().pending == 0


@pytest.mark.parametrize("answer", ["[Facts()] * (len(batch) + 1)", "None"])
def test_a_wrong_number_of_answers(home: Home, fresh: Fresh, plant: Plant, answer: str) -> None:
    code = analyzer().replace("return [self.facts(sample) for sample in batch]", f"return {answer}")
    plant("mine", code)
    fill(home)
    indexer = fresh()
    indexer.run()
    assert set(failed(home)) == {*NAMES}
    assert dated(home) == len(NAMES)
    assert indexer.counts().pending == 0


def test_raising_a_version_runs_it_again_and_only_it(home: Home, fresh: Fresh, plant: Plant) -> None:
    mine = plant("mine", analyzer(needs="picture"))
    other = plant("other", analyzer(name="other"))
    fill(home)
    fresh().run()
    fresh().run()
    assert sorted(mine.with_suffix(".calls").read_text().splitlines()) == [f"1 {name}" for name in NAMES]
    mine.with_suffix(".version").write_text("2")
    # The catalog says so before anything ran.
    assert fresh().counts().pending == len(NAMES)
    mine.with_suffix(".calls").unlink()
    fresh().run()
    fresh().run()
    assert sorted(mine.with_suffix(".calls").read_text().splitlines()) == [f"2 {name}" for name in NAMES]
    assert sorted(other.with_suffix(".calls").read_text().splitlines()) == [f"1 {name}" for name in NAMES]
    assert set(home.query("SELECT version FROM analysis WHERE analyzer = 'mine'")) == {2}
    assert fresh().counts().pending == 0


def test_a_new_plugin_sees_the_photos_that_are_known(home: Home, fresh: Fresh, plant: Plant) -> None:
    fill(home)
    fresh().run()
    plant("mine", analyzer())
    fresh().run()
    assert seen(home) == {*NAMES}


def test_new_bytes_are_analyzed_anew(home: Home, fresh: Fresh, plant: Plant) -> None:
    mine = plant("mine", analyzer(needs="picture"))
    fill(home)
    fresh().run()
    mine.with_suffix(".calls").unlink()
    home.add("4.jpg", seed="another", size=(96, 64))
    fresh().run()
    assert mine.with_suffix(".calls").read_text() == "1 4.jpg\n"


def test_pictures_are_upright_rgb_and_small(home: Home, fresh: Fresh, plant: Plant) -> None:
    body = """
        p = sample.picture
        with HERE.with_suffix(".pictures").open("a") as out:
            print(sample.path.name, p.mode, *p.size, "red" if p.getpixel((3, 3))[0] > 128 else "blue", file=out)"""
    mine = plant("mine", analyzer(body.strip(), needs="picture"))
    top_red = Image.new("RGB", (4000, 2000), "blue")
    top_red.paste("red", (0, 0, 4000, 1000))
    exif = Image.Exif()
    for name, turn, orientation in (("plain", 0, 1), ("turned", 90, 6), ("upside", 180, 3)):
        exif[0x0112] = orientation
        top_red.rotate(turn, expand=True).save(home.root / f"{name}.jpg", exif=exif)
    top_red.convert("CMYK").resize((400, 200)).save(home.root / "cmyk.jpg")
    top_red.convert("P").resize((400, 200)).save(home.root / "palette.png")
    picture("grey").convert("L").save(home.root / "grey.png")
    make_video(home.root / "film.mp4")
    fresh().run()
    lines = {line.split()[0]: line.split()[1:] for line in mine.with_suffix(".pictures").read_text().splitlines()}
    assert {lines[f"{name}.jpg"][0] for name in ("plain", "turned", "upside", "cmyk")} == {"RGB"}
    for name in ("plain.jpg", "turned.jpg", "upside.jpg"):
        width, height = map(int, lines[name][1:3])
        assert 640 <= width <= 1280
        assert abs(width - 2 * height) <= 2
        assert lines[name][3] == "red"
    assert lines["palette.png"] == ["RGB", "400", "200", "red"]
    assert lines["grey.png"][:3] == ["RGB", "64", "48"]
    assert lines["film.mp4"][:3] == ["RGB", "64", "48"]
    assert failed(home) == {}


def test_a_picture_that_cannot_be_decoded_is_no_fault_of_the_plugin(home: Home, fresh: Fresh, plant: Plant) -> None:
    mine = plant("mine", analyzer(needs="picture"))
    path = make_photo(home.root / "cut.png", format="PNG", size=(300, 300))
    path.write_bytes(path.read_bytes()[:80])
    home.add("whole.jpg")
    indexer = fresh()
    indexer.run()
    assert "1 whole.jpg" in mine.with_suffix(".calls").read_text().splitlines()
    assert indexer.counts().pending == 0


def test_what_an_analyzer_says_is_kept_word_for_word(home: Home, fresh: Fresh, plant: Plant) -> None:
    body = """return Facts(
            values={"caption": "x\\ud800y", "rating": None, "lens": "50 mm"},
            tags=[Tag("mood", "a", "Gl\\u00fcck/lich"), Tag("mood", "b", "gl\\u00fcck_lich"), Tag("mood", "c", " ")],
            problems=["the date is nonsense"],
        )"""
    plant("mine", analyzer(body))
    home.add("1.jpg")
    fresh().run()
    assert failed(home) == {}
    assert (home.facts("1.jpg")["caption"], home.facts("1.jpg")["lens"]) == ("x?y", "50 mm")
    assert home.query("SELECT name FROM value WHERE facet = 'mood' ORDER BY name") == ["Glück_lich", "glück_lich (2)"]
    (facts,) = home.query("SELECT facts FROM analysis WHERE analyzer = 'mine'")
    assert json.loads(facts)["problems"] == ["the date is nonsense"]
