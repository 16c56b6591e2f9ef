"""`haven import takeout`: all that an export says is there, once; undo leaves nothing of it."""

import io
import json
import sys
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import pytest
from helpers.importing import home_with_inbox, moved_in, reopen
from helpers.serving import typed
from helpers.takeout import Maker, catalogued, judge

from haven_fs.cli import main
from haven_fs.testing import Home, make_photo

__all__ = ["home_with_inbox"]

JSON = {"title": "b.jpg", "photoTakenTime": {"timestamp": "1341150000"}}


@pytest.mark.parametrize("packed", [0, 3])
def test_an_export_moves_in_whole_once_and_out_again(
    home: Home, tmp_path: Path, capsys: pytest.CaptureFixture[str], packed: int
) -> None:
    maker = Maker(60, seed=2).make()
    paths = maker.zipped(tmp_path / "zips", packed) if packed else [maker.unpacked(tmp_path / "Takeout")]
    before = [home.list(path) for path in ("/", "/Albums", "/People", "/Favorites", "/Timeline", "/Inbox")]
    photos = home.query("SELECT id FROM photo WHERE shown")
    report = moved_in(home, capsys, "takeout", *paths)
    assert report["copied"] >= 60
    shares = judge(maker.truth, catalogued(home))
    wanted = dict.fromkeys(("there", "date", "position", "people", "favourite", "caption", "albums"), shares.photos)
    assert shares.right == {
        **wanted, "parts": len(maker.truth.parts), "left out": len(maker.truth.left_out)
    }, shares.wrong[:3]  # fmt: skip
    assert len(set(home.query("SELECT gesture FROM correction"))) == 1
    said = home.query("SELECT count(*) FROM correction")
    again = moved_in(home, capsys, "takeout", *paths)
    assert (again["copied"], again["in_albums"], again["said"]) == (0, 0, 0)
    assert home.query("SELECT count(*) FROM correction") == said
    home.undo()
    reopen(home)
    assert [home.list(path) for path in ("/", "/Albums", "/People", "/Favorites", "/Timeline", "/Inbox")] == before
    assert home.query("SELECT id FROM photo WHERE shown") == photos
    assert len(home.list("/Recently Removed")) == 1
    home.undo(*home.query("SELECT id FROM correction WHERE kind = 'taken back'"))
    reopen(home)
    assert judge(maker.truth, catalogued(home)).right == shares.right


def test_a_dry_run_changes_nothing(home: Home, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    export = Maker(5).make().unpacked(tmp_path / "Takeout")
    assert main(["import", "takeout", str(export), "--data", str(home.data), "--dry-run"]) == 0
    assert "photos and videos" in capsys.readouterr().out
    assert home.list("/Inbox") == []
    assert home.query("SELECT count(*) FROM correction") == [0]


@pytest.mark.parametrize("how", [[], ["--json"]])
def test_nothing_is_done_before_somebody_agreed(
    home: Home, tmp_path: Path, capsys: pytest.CaptureFixture[str], how: list[str]
) -> None:
    export = Maker(5).make().unpacked(tmp_path / "Takeout")
    assert main(["import", "takeout", str(export), "--data", str(home.data), *how]) == 1
    said = capsys.readouterr()
    assert said.out.startswith("Found in Google Photos:") or how
    assert "--yes" in said.err and "--dry-run" in said.err
    assert home.list("/Inbox") == []
    assert home.query("SELECT count(*) FROM correction") == [0]


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
@pytest.mark.parametrize(("answer", "copied"), [("n", False), ("", False), ("yes", True)])
def test_who_types_yes_has_agreed(home: Home, tmp_path: Path, answer: str, copied: bool) -> None:
    export = Maker(5).make().unpacked(tmp_path / "Takeout")
    done = typed(f"{answer}\n", "import", "takeout", export, "--data", home.data, "--json")
    assert "Found in Google Photos:" in done.stderr and "Continue? [y/N]" in done.stderr
    assert (done.returncode, "Nothing was imported." in done.stderr) == ((0, False) if copied else (1, True))
    assert (json.loads(done.stdout)["copied"] if copied else done.stdout) == (6 if copied else "")


def test_a_photo_that_a_library_has_is_taken_as_it_is(
    home: Home, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = (home.root / "mine.jpg").read_bytes()
    plain = home.add("plain.jpg", None).read_bytes()
    home.index()
    album = tmp_path / "Takeout" / "Google Photos" / "Summer"
    album.mkdir(parents=True)
    (album / "metadata.json").write_text('{"title": "Summer"}')
    for name, bytes_, more in (
        ("a.jpg", data, {"people": [{"name": "Alice"}], "favorited": True}),
        ("b.jpg", plain, {"geoData": {"latitude": 48.8584, "longitude": 2.2945, "altitude": 33.0}}),
    ):
        (album / name).write_bytes(bytes_)
        (album / f"{name}.json").write_text(json.dumps({**JSON, "title": name, **more}))
    report = moved_in(home, capsys, "takeout", tmp_path / "Takeout")
    assert (report["copied"], report["known"], report["in_albums"]) == (0, 2, 2)
    assert home.list("/Albums/Summer") == ["mine.jpg", "plain.jpg"]
    assert home.list("/People/Alice") == home.list("/Favorites") == ["mine.jpg"]
    assert home.list("/Timeline") == ["2012/", "2020/"]
    assert home.query("SELECT p.latitude, p.longitude, o.name FROM photo p JOIN original o ON o.id = p.main_id"
                      " WHERE p.latitude IS NOT NULL") == [(48.8584, 2.2945, "plain.jpg")]  # fmt: skip
    assert home.list("/Places/Countries/France/Paris") == ["plain.jpg"]
    assert home.list("/Inbox") == []
    home.undo()
    assert "Paris/" not in home.list("/Places")
    assert home.query("SELECT latitude FROM photo") == [None, None]
    assert home.list("/Favorites") == []
    assert home.list("/Timeline/2020") != []


def test_an_edit_has_what_is_said_of_its_original_without_that(
    home: Home, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    year = tmp_path / "Takeout" / "Google Photos" / "Photos from 2012"
    for name, notes in (
        ("b-edited.jpg", "b.jpg"),
        ("c-bearbeitet(1).jpg", "c.jpg.supplemental-metadata(1)"),
        ("d-edited.jpg", "d.HEIC.supplemental-metadata"),
    ):
        make_photo(year / name, None)
        (year / f"{notes}.json").write_text(json.dumps({**JSON, "description": f"Said of {notes}"}))
    report = moved_in(home, capsys, "takeout", tmp_path / "Takeout")
    assert (report["copied"], report["left_out"]) == (3, [])
    taken = "SELECT datetime(taken, 'unixepoch') FROM photo WHERE caption IS NOT NULL"
    assert home.query(taken) == ["2012-07-01 13:40:00"] * 3


def test_the_day_of_the_import_dates_nothing(home: Home, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plain = make_photo(tmp_path / "Takeout/Google Photos/Trip to Rome/P3.jpg", None)
    plain.with_name("metadata.json").write_text('{"title": "Trip to Rome"}')
    assert moved_in(home, capsys, "takeout", tmp_path / "Takeout")["copied"] == 1
    assert home.query("SELECT taken_source FROM photo WHERE shown") == ["exif", "file"]
    assert home.list("/Review/Dated by Folder") == []


def test_of_copies_that_one_counts_that_is_described(
    home: Home, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Two other pictures have the name, so that no JSON is that of the copy in the album by its name."""
    top = tmp_path / "Takeout" / "Google Photos"
    for number, folder in enumerate(("Photos from 2012", "Photos from 2013")):
        make_photo(top / folder / "b.jpg", f"2012-07-01 15:40:0{number}")
        (top / folder / "b.jpg.json").write_text(json.dumps({**JSON, "description": f"Said in {folder}"}))
    (top / "A summer").mkdir()
    (top / "A summer" / "b.jpg").write_bytes((top / "Photos from 2013" / "b.jpg").read_bytes())
    report = moved_in(home, capsys, "takeout", top.parent)
    assert (report["copied"], report["in_albums"]) == (2, 1)
    caption = "SELECT p.caption FROM photo p JOIN member m ON m.photo_id = p.id JOIN value v ON v.id = m.value_id"
    assert home.query(f"{caption} WHERE v.facet = 'album'") == ["Said in Photos from 2013"]


def test_an_import_that_was_interrupted_is_finished_in_one_gesture(
    home: Home, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from haven_fs.moving.importer import Importer

    maker = Maker(20, seed=3).make()
    export = maker.unpacked(tmp_path / "Takeout")
    taken = Importer._take
    calls = []

    def interrupted(self: Importer, item: Any) -> int | None:
        calls.append(item)
        if len(calls) == 9:
            raise KeyboardInterrupt
        return taken(self, item)

    monkeypatch.setattr(Importer, "_take", interrupted)
    assert main(["import", "takeout", str(export), "--data", str(home.data), "--json", "--yes"]) != 0
    monkeypatch.undo()
    reopen(home)
    moved_in(home, capsys, "takeout", export)
    assert judge(maker.truth, catalogued(home)).wrong == []
    assert len(set(home.query("SELECT gesture FROM correction"))) == 1
    home.undo()
    reopen(home)
    assert home.query("SELECT count(*) FROM photo WHERE shown") == [1]


def test_hostile_archives_are_bounded_and_said(home: Home, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    picture = (home.root / "mine.jpg").read_bytes() + b"x"
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("../../evil.jpg", picture)
        archive.writestr("Takeout/Google Photos/A/bomb.jpg", bytes(50_000_000))
        archive.writestr("Takeout/Google Photos/A/huge.jpg.json", b'{"photoTakenTime": "' + b"x" * 2_000_000 + b'"}')
        archive.writestr("Takeout/Google Photos/A/deep.jpg.json", b"[" * 200_000)
        archive.writestr("Takeout/Google Photos/A/good.jpg", picture)
        archive.writestr("Takeout/Google Photos/A/..: CON?/odd.jpg", picture + b"y")
    with tarfile.open(tmp_path / "b.tgz", "w:gz") as tar:
        link = tarfile.TarInfo("Takeout/Google Photos/A/link.jpg")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        tar.addfile(link)
        one = tarfile.TarInfo("Takeout/Google Photos/A/packed.jpg")
        one.size = len(picture) + 1
        tar.addfile(one, io.BytesIO(picture + b"z"))
    report = moved_in(home, capsys, "takeout", tmp_path / "a.zip", tmp_path / "b.tgz")
    assert report["copied"] == 3
    reasons = {Path(one["file"]).name: one["reason"] for one in report["left_out"]}
    assert reasons.keys() == {"evil.jpg", "bomb.jpg", "huge.jpg.json", "deep.jpg.json", "link.jpg"}
    assert not list(tmp_path.rglob("evil.jpg"))


@pytest.mark.parametrize(
    ("path", "says"),
    [("no/such", "is not there"), ("text.txt", "no folder, zip or tgz"), ("torn.zip", "cannot be read")],
)
def test_what_is_no_export_is_told(
    home: Home, tmp_path: Path, capsys: pytest.CaptureFixture[str], path: str, says: str
) -> None:
    (tmp_path / "text.txt").write_text("x")
    (tmp_path / "torn.zip").write_bytes(b"PK\3\4 torn")
    assert main(["import", "takeout", str(tmp_path / path), "--data", str(home.data)]) == 1
    assert says in capsys.readouterr().err


def test_all_of_it_outlives_the_catalog(home: Home, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    maker = Maker(25, seed=4).make()
    moved_in(home, capsys, "takeout", maker.unpacked(tmp_path / "Takeout"))
    assert [name for name in home.list("/Review/Changes") if "Import from Google Photos" in name]
    shares = judge(maker.truth, catalogued(home))
    home.catalog.close()
    for path in home.data.glob("catalog.sqlite*"):
        path.unlink()
    home.catalog = home.folder.open_catalog()
    home.add_inbox()
    home.index()
    home.index()
    assert judge(maker.truth, catalogued(home)).right == shares.right
    home.undo()
    home.index()
    assert home.list("/Inbox") == []
    assert home.query("SELECT count(*) FROM photo WHERE shown") == [1]
