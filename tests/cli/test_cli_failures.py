"""Files on which an analyzer failed are named by status, doctor and info, a few of them where there are many."""

import json
import sqlite3
from pathlib import Path

import pytest
from helpers.serving import haven

from haven_fs.testing import make_photo

REASON = "The picture is damaged"


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve pictures whose headers are right and whose content is none, and one that is right."""
    folder = tmp_path_factory.mktemp("failures")
    make_photo(folder / "Pictures/right.jpg")
    for number in range(12):
        path = make_photo(folder / f"Pictures/{number:02}.png", size=(90 + number, 60), format="PNG")
        whole = path.read_bytes()
        path.write_bytes(whole[: whole.index(b"IDAT") - 4] + whole[whole.index(b"IEND") - 4 :])
    haven("index", folder / "Pictures", "--data", folder / "data")
    by_analyzers(folder / "data")
    return folder / "data"


def by_analyzers(data: Path) -> None:
    """Have analyzers be to blame, as of a plugin with a mistake, and not the pictures."""
    db = sqlite3.connect(data / "catalog.sqlite")
    with db:
        assert db.execute("UPDATE analysis SET unopened = 0 WHERE unopened = 1").rowcount
    db.close()


def test_doctor_names_some_and_counts_the_rest(data: Path) -> None:
    done = haven("doctor", "--data", data, check=False)
    problems = [line for line in done.stdout.splitlines() if line.startswith("PROBLEM")]
    assert len(problems) == 11, done.stdout
    for number, line in enumerate(problems[:10]):
        assert str(data.parent / f"Pictures/{number:02}.png") in line and REASON in line
        assert "look" in line and "small copies" in line
    assert problems[10].startswith("PROBLEM: Analyzers failed on 2 more files.")


def test_status_does_too(data: Path) -> None:
    text = haven("status", "--data", data).stdout
    assert "Analyzers failed on (12):\n" in text and str(data.parent / "Pictures/00.png") in text
    assert text.count(REASON) == 10 and "and 2 more; " in text
    failures = json.loads(haven("status", "--json", "--data", data).stdout)["failures"]
    assert [Path(one["path"]).name for one in failures] == [f"{number:02}.png" for number in range(12)]
    assert set(failures[0]["analyzers"]) >= {"look", "small copies"} and REASON in failures[0]["reason"]


def test_info_says_it_in_words(data: Path) -> None:
    text = haven("info", data.parent / "Pictures/00.png", "--data", data).stdout
    assert "{" not in text
    line = next(line for line in text.splitlines() if "failed" in line)
    assert line.startswith("  failed: ") and "look" in line and "small copies" in line
    assert line.count(REASON) == 1 and "'" not in line


def test_those_that_are_gone_are_not_named(data: Path, tmp_path: Path) -> None:
    root = tmp_path / "Few"
    root.mkdir()
    for number in range(2):
        (root / f"{number}.png").write_bytes((data.parent / f"Pictures/0{number}.png").read_bytes())
    haven("index", root, "--data", tmp_path / "data")
    (root / "0.png").unlink()
    haven("index", "--data", tmp_path / "data")
    by_analyzers(tmp_path / "data")
    failures = json.loads(haven("status", "--json", "--data", tmp_path / "data").stdout)["failures"]
    assert [Path(one["path"]).name for one in failures] == ["1.png"]


def test_info_goes_on_after_a_file_that_is_no_photo(data: Path, tmp_path: Path) -> None:
    photos = [str(data.parent / f"Pictures/{number:02}.png") for number in range(2)]
    done = haven("info", photos[0], tmp_path / "no photo.txt", photos[1], "--data", data, check=False)
    assert done.returncode == 1 and "no photo.txt is not in a library" in done.stderr
    assert all(photo in done.stdout for photo in photos)
