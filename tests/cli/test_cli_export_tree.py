"""`haven export tree`: any folder of the drive as real files, which never are over what is not ours."""

import contextlib
import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from helpers.files import states

from haven_fs.cli import main
from haven_fs.cli.export_place import CLAIMS
from haven_fs.library.storing import DRAFT
from haven_fs.library.xmp import parse_xmp
from haven_fs.testing import Home

MONTH = "/Timeline/2020/2020-05"


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    with Home(tmp_path / "home") as home:
        for number in range(1, 5):
            home.add(f"a/{number}.jpg", f"2020-05-0{number} 12:00:00", position=(48.8566, 2.3522))
        home.add("b/1.jpg", "2019-01-01 10:00:00")
        home.index()
        home.make("/Albums/Sommer")
        home.make("/Albums/Sommer/Strand_")
        home.copy(f"{MONTH}/1.jpg", "/Albums/Sommer/")
        for number in (3, 2):
            home.copy(f"{MONTH}/{number}.jpg", "/Albums/Sommer/Strand_/")
        yield home


def export(home: Home, *arguments: object, code: int = 0) -> Any:
    """Run the command; return its report, or what it said if it was refused."""
    out, trouble = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(trouble):
        assert main(["export", "tree", *map(str, arguments), "--data", str(home.data), "--json"]) == code
    return json.loads(out.getvalue()) if not code else trouble.getvalue()


def files(folder: Path) -> dict[str, bytes]:
    """Return what an export holds, by paths in it."""
    found = (path for path in sorted(folder.rglob("*")) if path.is_file() and path.name != CLAIMS)
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}


def test_a_folder_is_written_as_it_shows_once(home: Home, tmp_path: Path) -> None:
    before = states(home.root)
    report = export(home, tmp_path / "out", "/Albums")
    assert report == {**report, "copied": 3, "linked": 0, "unchanged": 0, "renamed": 0, "left_out": []}
    original = {number: (home.root / f"a/{number}.jpg").read_bytes() for number in range(1, 5)}
    written = files(tmp_path / "out")
    assert written == {f"Sommer/Strand_/{n}.jpg": original[n] for n in (2, 3)} | {"Sommer/1.jpg": original[1]}
    assert (tmp_path / "out/Sommer/1.jpg").stat().st_mtime_ns == (home.root / "a/1.jpg").stat().st_mtime_ns
    assert (tmp_path / "out/Sommer/1.jpg").stat().st_nlink == 1
    kept = states(tmp_path / "out")
    assert export(home, tmp_path / "out", "/Albums") == {**report, "copied": 0, "unchanged": 3}
    assert states(tmp_path / "out") == kept
    assert states(home.root) == before


def test_a_template_says_where_files_go_and_clashes_are_numbered(home: Home, tmp_path: Path) -> None:
    report = export(home, tmp_path / "out", "--template", "{year}/{country}/{original}-{stem}")
    assert set(files(tmp_path / "out")) == {
        *(f"2020/France/a-{number}.jpg" for number in range(1, 5)),
        "2019/No country/b-1 (2).jpg",
    }
    with home.catalog.write() as w:
        w.db.execute("UPDATE original SET name = 'same.jpg', name_fold = 'same.jpg' || id")
    report = export(home, tmp_path / "flat", "--template", "{stem}")
    assert set(files(tmp_path / "flat")) == {"same.jpg", *(f"same ({n}).jpg" for n in range(2, 6))}
    assert report["renamed"] == 4
    before = states(tmp_path / "flat")
    assert export(home, tmp_path / "flat", "--template", "{stem}")["unchanged"] == 5
    assert states(tmp_path / "flat") == before


def test_what_was_interrupted_is_finished_and_what_is_not_ours_stays(home: Home, tmp_path: Path) -> None:
    out = tmp_path / "out"
    (out / "2020/2020-05").mkdir(parents=True)
    (out / "2020/2020-05/1.jpg").write_bytes(b"somebody's")
    report = export(home, out)
    assert (report["copied"], report["renamed"]) == (5, 1)
    assert (out / "2020/2020-05/1.jpg").read_bytes() == b"somebody's"
    (out / "2020/2020-05/2.jpg").unlink()  # as if the run had been killed between the claim and the file
    (out / "2020/2020-05/3.jpg").write_bytes(b"edited")
    with (out / CLAIMS).open("a") as claims:
        claims.write('{"path": "half a li')
    report = export(home, out)
    assert (report["copied"], report["unchanged"]) == (1, 3)
    assert [one["file"] for one in report["left_out"]] == ["2020/2020-05/3.jpg"]
    assert (out / "2020/2020-05/3.jpg").read_bytes() == b"edited"
    assert (out / "2020/2020-05/2.jpg").read_bytes() == (home.root / "a/2.jpg").read_bytes()
    # An original that has become another since is written anew.
    home.add("a/4.jpg", "2020-05-04 12:00:00", seed="another")
    home.index()
    assert export(home, out)["copied"] == 1
    assert (out / "2020/2020-05/4.jpg").read_bytes() == (home.root / "a/4.jpg").read_bytes()


@pytest.mark.skipif(os.name != "posix", reason="links are for systems that have them everywhere")
def test_links_only_where_they_are_asked_for(home: Home, tmp_path: Path) -> None:
    report = export(home, tmp_path / "out", "--link")
    assert (report["copied"], report["linked"]) == (0, 5)
    assert (tmp_path / "out/2020/2020-05/2.jpg").samefile(home.root / "a/2.jpg")
    assert export(home, tmp_path / "out", "--link")["unchanged"] == 5
    # Whoever wants copies after all gets them, and editing those leaves the originals alone.
    assert export(home, tmp_path / "out")["copied"] == 5
    assert not (tmp_path / "out/2020/2020-05/2.jpg").samefile(home.root / "a/2.jpg")


def test_sidecars_go_along(home: Home, tmp_path: Path) -> None:
    home.copy(f"{MONTH}/2.jpg", "/Favorites/")
    report = export(home, tmp_path / "out", "--sidecars", "--template", "{name}")
    assert report["sidecars"] == 3
    said = parse_xmp((tmp_path / "out/2.jpg.xmp").read_bytes(), [])
    assert said["xmp:Rating"] == "5" and said["lr:hierarchicalSubject"] == ["Albums|Sommer|Strand_"]
    assert export(home, tmp_path / "out", "--sidecars", "--template", "{name}")["sidecars"] == 0
    home.delete("/Albums/Sommer/Strand_/2.jpg")
    assert export(home, tmp_path / "out", "--sidecars", "--template", "{name}")["sidecars"] == 1
    (tmp_path / "out/2.jpg.xmp").write_bytes(b"mine")
    assert len(export(home, tmp_path / "out", "--sidecars", "--template", "{name}")["left_out"]) == 1
    assert (tmp_path / "out/2.jpg.xmp").read_bytes() == b"mine"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["{root}/x"], "overlaps your photos"),
        (["{data}/x"], "Haven's own data folder"),
        (["out", "/"], "Say which folder"),
        (["out", "/Nope"], "no folder /Nope"),
        (["out", "/Small/Albums"], "made from your photos"),
        (["out", "--template", "{foo}/{name}"], "has {foo} in it"),
        (["out", "--template", "{name!r}"], "nothing besides"),
        (["out", "--template", "{name"], "cannot be read"),
        (["out", "--template", "{year}"], "tell photos apart"),
        (["out", "--template", "../{name}"], "leads out"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_written(
    home: Home, tmp_path: Path, arguments: list[str], words: str
) -> None:
    folder = Path(arguments[0].replace("{root}", str(home.root)).replace("{data}", str(home.data)))
    before = states(home.root)
    assert words in export(home, tmp_path / folder, *arguments[1:], code=1)
    assert states(home.root) == before and not (tmp_path / folder).exists()


def test_a_phrase_is_a_folder_too(home: Home, tmp_path: Path) -> None:
    assert export(home, tmp_path / "out", '/Search/"in Paris"')["copied"] == 4


def test_no_link_in_the_target_leads_into_the_photos(home: Home, tmp_path: Path) -> None:
    out = tmp_path / "out"
    (out / "2020").mkdir(parents=True)
    (out / "2020/2020-05").symlink_to(home.root / "a")
    (out / "2019").symlink_to(home.root / "b")
    before = states(home.root)
    report = export(home, out, "--sidecars")
    assert report["copied"] == report["sidecars"] == 0
    assert len(report["left_out"]) == 5 and all("link" in item["reason"] for item in report["left_out"])
    (out / CLAIMS).unlink(missing_ok=True)
    (out / CLAIMS).symlink_to(home.root / "a/1.jpg")
    assert "Choose another folder" in export(home, out, code=1)
    assert states(home.root) == before


@pytest.mark.parametrize("verb", ["tree", "xmp"])
def test_what_a_killed_run_left_goes_with_the_next(home: Home, tmp_path: Path, verb: str) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    out = tmp_path / "out"
    (out / "2020").mkdir(parents=True)
    left = out / f"2020/{DRAFT}0123abcd{ended.pid:x}-0123456789abcdef"
    kept = [
        out / f"2020/{DRAFT}0123abcd{os.getppid():x}-0123456789abcdef",
        out / f"2020/{DRAFT}of somebody else",
    ]
    for path in (left, *kept):
        path.write_bytes(b"half a photo")
    with contextlib.redirect_stdout(io.StringIO()):
        assert main(["export", verb, str(out), "--data", str(home.data)]) == 0
    assert not left.exists() and all(path.exists() for path in kept)
