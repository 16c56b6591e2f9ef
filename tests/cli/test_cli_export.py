"""`haven export xmp`: names leave as easily as they came, and nothing that is not ours is touched."""

import errno
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from helpers.home import Home
from helpers.packets import BOXES, digikam, lightroom, packet
from helpers.programs import run
from helpers.serving import haven
from PIL import Image

from haven_fs.cli import main
from haven_fs.cli.sidecars import put_sidecar
from haven_fs.library.beneath import Beneath
from haven_fs.library.placed import NotEditable
from haven_fs.testing import make_photo, make_video

Box = tuple[float, float, float, float]
DC = 'xmlns:dc="http://purl.org/dc/elements/1.1/"'
NAMES = ["Ålice & Co", 'O\'Neil "Bob"', "שרה 👩‍👧"]


class Named(Home):
    """A library whose people the owner named, as folders of /People would."""

    def name(self, path: str, name: str, box: Box | None = None, *, frame: int = 0, said: int = 2) -> None:
        """Say that somebody is in a photo."""
        photo = self.seen()[path].photo
        with self.catalog.write() as w:
            found = w.db.execute("SELECT id FROM person WHERE name = ?", (name,)).fetchone()
            person = (
                found
                or w.db.execute(
                    "INSERT INTO person (name, fold, named, seq) VALUES (?, ?, 2, ?) RETURNING id",
                    (name, name.casefold(), w.seq),
                ).fetchone()
            )
            w.db.execute(
                "INSERT INTO face (photo_id, frame, left, top, right, bottom, person_id, said)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (photo, frame, *(box or (None,) * 4), person[0], said),
            )

    def allow(self) -> None:
        """Make the library writable."""
        with self.catalog.write() as w:
            w.db.execute("UPDATE library SET writable = 1")

    def export(self, *arguments: object, **options: Any) -> Any:
        """Run the command and return its report."""
        return json.loads(haven("export", "xmp", *arguments, "--data", self.data, "--json", **options).stdout)

    def people(self) -> list[Any]:
        """Return who is where by the catalog."""
        return self.query(
            "SELECT o.shown, q.name, f.left, f.top, f.right, f.bottom FROM face f JOIN person q ON q.id = f.person_id"
            " JOIN original o ON o.photo_id = f.photo_id WHERE o.role = 'main' ORDER BY o.shown, q.name"
        )


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Named]:
    found = Named(tmp_path / "home")
    yield found
    found.close()


def turned(path: Path, orientation: int) -> Path:
    make_photo(path, size=(80, 60))
    with Image.open(path) as image:
        exif = image.getexif()
        exif[0x0112] = orientation
        image.save(path, exif=exif)
    return path


def regions(path: Path) -> dict[str, Any]:
    shown = json.loads(run("exiftool", "-json", "-struct", "-XMP:all", "-Validate", str(path)).stdout)[0]
    assert shown["Validate"] == "OK"
    return dict(shown)


def snapshot(root: Path) -> dict[str, tuple[bytes, int, int]]:
    return {
        str(path.relative_to(root)): (path.read_bytes(), path.stat().st_mtime_ns, path.stat().st_mode)
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }


def test_a_mirror_names_the_people_again_elsewhere(home: Named, tmp_path: Path) -> None:
    for orientation in range(1, 9):
        turned(home.root / f"trip/{orientation}.jpg", orientation)
    make_photo(home.root / "nobody.jpg")
    make_video(home.root / "film.mp4")
    home.index()
    for orientation in range(1, 9):
        home.name(f"trip/{orientation}.jpg", NAMES[0], BOXES["Alice"])
        home.name(f"trip/{orientation}.jpg", NAMES[1], BOXES["Bob"], said=0)
    home.name("trip/1.jpg", NAMES[2])
    home.name("film.mp4", NAMES[2], BOXES["Bob"], frame=2)
    before = snapshot(home.root)
    mirror = tmp_path / "out/mirror"

    assert home.export(mirror) == {"written": 9, "unchanged": 0, "read_only": 0, "skipped": []}
    assert snapshot(home.root) == before
    written = snapshot(mirror)
    assert set(written) == {f"Pictures/trip/{n}.jpg.xmp" for n in range(1, 9)} | {"Pictures/film.mp4.xmp"}
    shown = regions(mirror / "Pictures/trip/6.jpg.xmp")
    assert [region["Name"] for region in shown["RegionInfo"]["RegionList"]] == NAMES[:2]
    # 6 is turned a quarter clockwise: what is left above in the upright picture is left below in the stored one.
    area = shown["RegionInfo"]["RegionList"][0]["Area"]
    assert [float(area[side]) for side in "XYWH"] == pytest.approx([0.35, 0.8, 0.3, 0.2])
    assert regions(mirror / "Pictures/film.mp4.xmp")["PersonInImage"] == [NAMES[2]]

    assert home.export(mirror) == {"written": 0, "unchanged": 9, "read_only": 0, "skipped": []}
    assert snapshot(mirror) == written

    # Beside copies of the photos, in a library of somebody else, the sidecars say it all.
    other = Named(tmp_path / "other")
    try:
        for path in (*(mirror / "Pictures").rglob("*.xmp"), *home.root.rglob("*.[jm]p[g4]")):
            top = mirror / "Pictures" if path.suffix == ".xmp" else home.root
            (other.root / path.relative_to(top)).parent.mkdir(parents=True, exist_ok=True)
            (other.root / path.relative_to(top)).write_bytes(path.read_bytes())
        other.index()
        # The catalog spells names as every file system can store them.
        bob = "O'Neil _Bob_"
        expected = [("film.mp4", NAMES[2], None, None, None, None)]
        for orientation in range(1, 9):
            expected += [(f"{orientation}.jpg", bob, *BOXES["Bob"]), (f"{orientation}.jpg", NAMES[0], *BOXES["Alice"])]
        assert sorted(other.people(), key=str) == sorted([*expected, ("1.jpg", NAMES[2], *(None,) * 4)], key=str)
        # And what it would write is there already, however it spells the names.
        other.allow()
        assert other.export("--sidecars") == {"written": 0, "unchanged": 9, "read_only": 0, "skipped": []}
    finally:
        other.close()


def test_beside_the_photos_only_where_that_is_allowed(home: Named) -> None:
    home.add("a.jpg")
    home.index()
    home.name("a.jpg", "Alice", BOXES["Alice"])
    before = snapshot(home.root)
    done = haven("export", "xmp", "--sidecars", "--data", home.data, check=False)
    assert done.returncode == 1
    assert "read-only" in done.stderr and "haven export xmp DIR" in done.stderr
    assert snapshot(home.root) == before
    home.allow()
    done = haven("export", "xmp", "--sidecars", "--data", home.data)
    assert done.stdout == "1 sidecar written next to your photos, 0 already up to date.\n"
    after = snapshot(home.root)
    assert set(after) - set(before) == {"a.jpg.xmp"}
    assert {path: after[path] for path in before} == before
    # What came of it is found by the next index, and changes nothing.
    home.index()
    assert home.people() == [("a.jpg", "Alice", *BOXES["Alice"])]


def test_favorites_are_five_stars(home: Named, tmp_path: Path) -> None:
    for name, stars in {"b": "3", "c": "5", "d": "5", "e": "2", "g": "5"}.items():
        attributes = f'{DC} xmlns:xap="http://ns.adobe.com/xap/1.0/" xap:Rating="{stars}" xap:Label="Red"'
        (home.root / f"{name}.jpg.xmp").write_bytes(packet("<dc:source>S</dc:source>", attributes=attributes))
    element = '<x:Rating xmlns:x="http://ns.adobe.com/xap/1.0/">1</x:Rating>'
    (home.root / "h.jpg.xmp").write_bytes(packet(element))
    for name in "abcdefgh":
        home.add(f"{name}.jpg")
    home.index()
    home.allow()
    for name, favorite in {"a": 1, "b": 1, "c": 1, "d": 0, "e": 0, "f": 0, "h": 1}.items():
        with home.catalog.write() as w:
            w.db.execute("INSERT INTO favorite VALUES (?, ?)", (home.seen()[f"{name}.jpg"].photo, favorite))
    before = snapshot(home.root)
    mirror = tmp_path / "mirror"
    home.export(mirror)
    assert snapshot(home.root) == before
    assert home.export("--sidecars")["written"] == 4
    after = snapshot(home.root)
    assert {path for path in after if after[path] != before.get(path)} == {f"{n}.jpg.xmp" for n in "abdh"}
    for name, stars in {"a": 5, "b": 5, "c": 5, "d": 0, "e": 2, "g": 5, "h": 5}.items():
        assert regions(home.root / f"{name}.jpg.xmp")["Rating"] == stars
    for name, was, now in (("b", b'"3"', b'"5"'), ("d", b'"5"', b'"0"'), ("h", b">1<", b">5<")):
        assert after[f"{name}.jpg.xmp"][0] == before[f"{name}.jpg.xmp"][0].replace(was, now)
    assert {path.name for path in (mirror / "Pictures").iterdir()} == {f"{n}.jpg.xmp" for n in "abcdh"}
    # Read again it says the same; and a favourite no more loses the stars that Haven gave.
    home.index()
    assert home.export("--sidecars")["written"] == home.export(mirror)["written"] == 0
    with home.catalog.write() as w:
        w.db.execute("UPDATE favorite SET is_favorite = 0")
    assert home.export("--sidecars")["written"] == 4
    assert home.export(mirror)["written"] == 4
    for folder in (home.root, mirror / "Pictures"):
        assert [regions(folder / f"{name}.jpg.xmp")["Rating"] for name in "abcdh"] == [0] * 5


def test_sidecars_that_are_there_are_added_to_and_damaged_ones_left(home: Named) -> None:
    files = {
        "a.jpg.xmp": digikam(64, 48),
        "b.xmp": lightroom(64, 48),
        "c.jpg.xmp": digikam(64, 48)[:-70],
        "d.jpg.xmp": digikam(48, 64),
    }
    for name, raw in files.items():
        home.add(f"{name[0]}.jpg")
        (home.root / name).write_bytes(raw)
    (home.root / "b.xmp").chmod(0o640)
    home.add("e.jpg")
    home.index()
    with home.catalog.write() as w:
        w.db.execute("DELETE FROM face")
    home.allow()
    for name in "abcde":
        home.name(f"{name}.jpg", "Alicia", BOXES["Alice"])
        home.name(f"{name}.jpg", "Bob", BOXES["Bob"])
    elsewhere = home.data / "elsewhere.xmp"
    elsewhere.write_bytes(files["b.xmp"])
    (home.root / "e.jpg.xmp").symlink_to(elsewhere)
    report = home.export("--sidecars")
    assert (report["written"], report["unchanged"]) == (2, 0)
    skipped = {Path(item["file"]).name: item["reason"] for item in report["skipped"]}
    assert skipped.keys() == {"c.jpg.xmp", "d.jpg.xmp", "e.jpg.xmp"}
    assert "damaged" in skipped["c.jpg.xmp"] and "cropped" in skipped["d.jpg.xmp"] and "link" in skipped["e.jpg.xmp"]
    assert elsewhere.read_bytes() == files["b.xmp"]
    for name in ("c.jpg.xmp", "d.jpg.xmp"):
        assert (home.root / name).read_bytes() == files[name]
    assert {path.name for path in home.root.iterdir()} == {*files, *(f"{n}.jpg" for n in "abcde"), "e.jpg.xmp"}
    if os.name == "posix":
        assert (home.root / "b.xmp").stat().st_mode & 0o777 == 0o640
    shown = regions(home.root / "b.xmp")
    assert [region["Name"] for region in shown["RegionInfo"]["RegionList"]] == ["Alicia", "Bob"]
    assert shown["RegionInfo"]["RegionList"][0]["Rotation"] == 0.12
    assert (shown["Exposure2012"], shown["HierarchicalSubject"]) == ("+0.35", ["Places|Paris"])
    assert home.export("--sidecars")["written"] == 0
    text = haven("export", "xmp", "--sidecars", "--data", home.data).stdout
    assert "c.jpg.xmp: skipped, because it is damaged.\n" in text
    assert text.endswith("0 sidecars written next to your photos, 2 already up to date, 3 skipped.\n")


def test_who_has_no_name_or_is_hidden_or_is_not_in_it_is_not_written(home: Named, tmp_path: Path) -> None:
    for name in "abc":
        home.add(f"{name}.jpg")
    (home.root / "c.jpg.xmp").write_bytes(digikam(64, 48))
    home.index()
    home.name("a.jpg", "Alma", BOXES["Bob"])
    home.name("b.jpg", "Carl", BOXES["Alice"])
    with home.catalog.write() as w:
        w.db.execute("UPDATE person SET name = NULL, fold = NULL, number = 12 WHERE name = 'Alma'")
        w.db.execute("UPDATE person SET hidden = 1 WHERE name = 'Carl'")
        w.db.execute("UPDATE person SET name = 'Robert', fold = 'robert' WHERE name = 'Bob'")
        w.db.execute("INSERT INTO person_alias SELECT 'bob', id FROM person WHERE name = 'Robert'")
        alice = w.db.execute("SELECT id FROM person WHERE name = 'Alice'").fetchone()[0]
        w.db.execute("DELETE FROM face WHERE person_id = ?", (alice,))
        photo = home.seen()["c.jpg"].photo
        w.db.execute("INSERT INTO not_person VALUES (?, ?, '[]', 0, '', 0)", (photo, alice))
    home.allow()
    # The sidecar, and beside the library who is hidden.
    assert home.export("--sidecars") == {"written": 2, "unchanged": 0, "read_only": 0, "skipped": []}
    assert (home.root / "haven-library.json").exists()
    raw = (home.root / "c.jpg.xmp").read_text()
    said = "<haven:NotInImage"
    assert raw.count(said) == 1
    raw = raw.partition(said)[0]
    assert "Alice" not in raw and "Bob" not in raw
    assert regions(home.root / "c.jpg.xmp")["RegionInfo"]["RegionList"][0]["Name"] == "Robert"
    assert not (home.root / "a.jpg.xmp").exists() and not (home.root / "b.jpg.xmp").exists()


def test_a_mirror_keeps_what_the_sidecars_of_the_photos_say(home: Named, tmp_path: Path) -> None:
    home.add("a.jpg")
    (home.root / "a.xmp").write_bytes(lightroom(64, 48))
    home.index()
    home.name("a.jpg", "Zoë")
    home.export(tmp_path / "out")
    assert [path.name for path in (tmp_path / "out/Pictures").iterdir()] == ["a.xmp"]
    shown = regions(tmp_path / "out/Pictures/a.xmp")
    assert shown["Exposure2012"] == "+0.35"
    assert set(shown["PersonInImage"]) == {"Zoë", "Alice", "Bob"}
    assert (home.root / "a.xmp").read_bytes() == lightroom(64, 48)


def test_mistakes_are_told_in_words(home: Named, tmp_path: Path) -> None:
    home.add("a.jpg")
    home.index()
    file = tmp_path / "file"
    file.write_text("")
    for arguments, words in (
        ([], "haven export xmp DIR"),
        ([tmp_path / "out", "--sidecars"], "Say where to write the sidecars"),
        ([home.root / "out"], "overlaps your photos"),
        ([home.root.parent], "overlaps"),
        ([home.data / "out"], "own data folder"),
        ([file], "That is a file; give the folder it is in."),
    ):
        done = haven("export", "xmp", *arguments, "--data", home.data, check=False)
        assert (done.returncode, done.stdout) == (1, "")
        assert words in done.stderr and "Traceback" not in done.stderr
    assert {path.name for path in home.root.iterdir()} == {"a.jpg"}


def test_photos_that_are_away_or_gone_are_said(home: Named, tmp_path: Path) -> None:
    home.add("a.jpg")
    home.index()
    home.name("a.jpg", "Alice", BOXES["Alice"])
    (home.root / "a.jpg").unlink()
    (skipped,) = home.export(tmp_path / "out")["skipped"]
    assert skipped["file"].endswith("a.jpg") and skipped["reason"]
    with home.catalog.write() as w:
        w.db.execute("UPDATE library SET away = 'The disk is not there.'")
    assert home.export(tmp_path / "out")["skipped"][0]["reason"] == "The disk is not there."


@pytest.mark.skipif(sys.platform == "win32", reason="modes and links are those of POSIX")
def test_a_sidecar_comes_to_disk_whole_or_not_at_all(tmp_path: Path) -> None:
    path = Beneath(tmp_path, "new/a.xmp")
    put_sidecar(path, b"one", None)
    assert path.read_bytes() == b"one"
    (tmp_path / "new/a.xmp").chmod(0o600)
    put_sidecar(path, b"two", b"one")
    assert (path.read_bytes(), path.stat().st_mode & 0o777) == (b"two", 0o600)
    for before in (None, b"one"):
        with pytest.raises(NotEditable, match="changed it in the meantime"):
            put_sidecar(path, b"three", before)
    assert [file.name for file in path.parent.iterdir()] == ["a.xmp"]
    assert path.read_bytes() == b"two"
    with pytest.raises(OSError):
        put_sidecar(Beneath(tmp_path, "x" * 300), b"", None)


@pytest.mark.parametrize(
    ("number", "words"), [(errno.EROFS, "is read-only"), (errno.ENOSPC, "is full"), (errno.EIO, "failed at 1 photo")]
)
def test_the_disk_is_blamed_for_what_it_does(
    home: Named, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], number: int,
    words: str,
) -> None:  # fmt: skip
    home.add("a.jpg")
    home.index()
    home.name("a.jpg", "Alma")

    def fails(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr("haven_fs.cli.exporting.put_sidecar", fails)
    assert main(["export", "xmp", str(tmp_path / "out"), "--data", str(home.data)]) == 1
    assert f"The disk {words}" in capsys.readouterr().err


def test_two_exports_are_the_same_to_the_byte(home: Named, tmp_path: Path) -> None:
    home.add("a.jpg")
    home.index()
    home.name("a.jpg", "Alma")
    home.make("/Albums/Summer")
    home.copy("/Timeline/2020/2020-05/a.jpg", "/Albums/Summer/")
    found = set()
    for seed in range(3):
        out = tmp_path / str(seed)
        command = [sys.executable, "-m", "haven_fs", "export", "xmp", str(out), "--data", str(home.data)]
        run(*command, PYTHONHASHSEED=str(seed))
        found.add(next(out.rglob("a.jpg.xmp")).read_bytes())
    assert len(found) == 1
