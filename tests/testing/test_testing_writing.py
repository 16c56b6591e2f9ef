"""The suite of writing on a folder that keeps every rule, and on folders that break one each."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from haven_fs import ChosenPhotos, Facet, Forbidden, PhotoSet, SmartFolder, View, Writer, hookimpl
from haven_fs.testing import Home, check_reading, check_writing


class Stuck:
    """The fact that a photo has a sticker."""

    def put(self, w: Writer, photo_id: int) -> bool:
        w.db.execute("INSERT OR IGNORE INTO sticker VALUES (?)", (photo_id,))
        w.touch([photo_id])
        w.correct("stuck on", photo_id)
        return True

    def move(self, w: Writer, photo_id: int, source: object) -> bool:
        return self.put(w, photo_id)

    def take_out(self, w: Writer, photo_id: int) -> None:
        w.db.execute("DELETE FROM sticker WHERE photo_id = ?", (photo_id,))
        w.note_removal()
        w.correct("taken off", photo_id)


class Stickers(ChosenPhotos):
    home = "Stickers"
    refusal = "Copy photos here to stick something on them, and delete them to take it off again."
    stuck = Stuck

    def __init__(self, view: View) -> None:
        photos = view.within.narrowed("p.id IN (SELECT photo_id FROM sticker)")
        super().__init__(view, photos, self.stuck(), "stickers")


class StickerFacet(Facet):
    name = "sticker"
    migrations = ("CREATE TABLE sticker (photo_id INTEGER PRIMARY KEY);",)
    owned = {"sticker": ("photo_id",)}  # noqa: RUF012


def home_of(folder: Path, kind: type[Stickers], facet: Facet | None = None) -> Home:
    """Return a home with a plugin that brings a folder, with one photo in it and three beside it."""
    plugin = SimpleNamespace(
        haven_smart_folders=hookimpl(lambda: [SmartFolder("Stickers", kind)]),
        haven_facets=hookimpl(lambda: [facet or StickerFacet()]),
    )
    home = Home(folder, [plugin])
    for number in range(4):
        home.add(f"{number}.jpg", f"202{number}-05-04 12:00:00")
    home.index()
    with home.catalog.write() as w:
        w.db.execute("INSERT INTO sticker SELECT id FROM photo WHERE id = 1")
    return home


def test_a_folder_that_keeps_all_rules(tmp_path: Path) -> None:
    with home_of(tmp_path, Stickers) as home:
        assert home.list("Stickers") == ["0.jpg"]
        with home.looking() as look:
            check_reading(look)
        assert check_writing(home, "Stickers") == {"make", "move", "put", "send", "take out"}
        assert home.list("Stickers") == ["0.jpg"]
        home.copy("Recent/1.jpg", "Stickers/")
        assert home.list("Stickers") == ["0.jpg", "1.jpg"]
        home.undo()
        assert home.list("Stickers") == ["0.jpg"]


class Unnoted(Stuck):
    def put(self, w: Writer, photo_id: int) -> bool:
        w.db.execute("INSERT OR IGNORE INTO sticker VALUES (?)", (photo_id,))
        w.touch([photo_id])
        return True


class Untimed(Stuck):
    def take_out(self, w: Writer, photo_id: int) -> None:
        w.db.execute("DELETE FROM sticker WHERE photo_id = ?", (photo_id,))
        w.correct("taken off", photo_id)


class Wordless(Stuck):
    def put(self, w: Writer, photo_id: int) -> bool:
        raise Forbidden("no")


class Leaky(Stuck):
    """Keeps a file beside the catalog, also when it refuses."""

    def put(self, w: Writer, photo_id: int) -> bool:
        path = Path(w.db.execute("PRAGMA database_list").fetchone()[2]).with_name("stuck.txt")
        path.write_text(str(photo_id))
        raise Forbidden("Nothing can be stuck on this photo, for whatever reason.")


class Forgetful(Stuck):
    """Puts what it says where settling will not find it again."""

    def put(self, w: Writer, photo_id: int) -> bool:
        w.db.execute("INSERT INTO value (facet, key, name, fold, seq) VALUES ('mood', 'a', 'A', 'a', ?)", (w.seq,))
        w.db.execute("INSERT INTO member SELECT id, ? FROM value WHERE facet = 'mood'", (photo_id,))
        return super().put(w, photo_id)


class Vandal(Stuck):
    def put(self, w: Writer, photo_id: int) -> bool:
        for file in PhotoSet().narrowed("p.id = ?", photo_id).files().files(w.db):
            file.path.write_bytes(b"stuck")
        return super().put(w, photo_id)


class Clinging(Stuck):
    def take_out(self, w: Writer, photo_id: int) -> None:
        w.touch([photo_id])
        w.correct("taken off", photo_id)


class Unowned(StickerFacet):
    owned = {}  # noqa: RUF012


@pytest.mark.parametrize(
    ("stuck", "facet", "problem"),
    [
        (Unnoted, None, "put /Recent/1.jpg in /Stickers changed what owners have said and noted no correction"),
        (Stuck, Unowned(), "undoing put /Recent/1.jpg in /Stickers left another content in /, /Stickers"),
        (Untimed, None, "/Stickers changed and its time did not"),
        (Wordless, None, "refuses with 'no', which is not a sentence"),
        (Leaky, None, "data: stuck.txt: new"),
        (Forgetful, None, "put /Recent/1.jpg in /Stickers said did not last"),
        (Vandal, None, "was broken off and has changed\noriginals: .*1.jpg: other bytes"),
        (Clinging, None, "after take out 0.jpg in /Stickers /Stickers/0.jpg is listed still"),
    ],
)
def test_folders_that_break_a_rule(tmp_path: Path, stuck: type[Stuck], facet: Facet | None, problem: str) -> None:
    class Broken(Stickers):
        pass

    Broken.stuck = stuck
    with home_of(tmp_path, Broken, facet) as home, pytest.raises(AssertionError, match=problem):
        check_writing(home, "Stickers")
