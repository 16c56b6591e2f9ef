"""The folders that searches make: /Search with what was kept in it, and a quoted phrase anywhere.

A folder made in /Search is a search by its name, and one that is renamed asks again. What was not made does not exist:
a file browser asks whether "New folder" is there before it makes it, and must be told no.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from haven_fs import (
    AlreadyExists,
    Conflict,
    Entry,
    File,
    Folder,
    Forbidden,
    PathPattern,
    PhotoFolder,
    PhotoSet,
    RankedFolder,
    SmartFolder,
    Stamp,
    Text,
    Upload,
    View,
    Words,
    Writer,
    names,
)
from haven_search.dropped import Dropped, LikeFolder
from haven_search.engine import Engine
from haven_search.facet import PLACE
from haven_search.finding import Answer
from haven_search.segments import is_junk, is_placeholder, unquote

_ENGINE = Engine()
_HOW_TO = Text(
    "How to search.txt",
    "Create a folder here and name it after what you are looking for, such as: dog on beach. The matching photos\r\n"
    "appear in it. Rename it to search for something else; delete it to forget the search. Your photos stay where\r\n"
    "they are.\r\n\r\n"
    "Places, dates, types and people can be part of a search, just as you would say it:\r\n"
    "    sunset last summer\r\n"
    "    videos in Paris 2019\r\n"
    "    snow without people\r\n"
    "    IMG_2041\r\n\r\n"
    "To search without creating a folder, type the phrase in quotes into the address bar, after any folder:\r\n"
    '    Search/"dog on beach"      Places/Paris/"dog"\r\n'
    "    Windows does not allow quotes in names; there, write =dog on beach\r\n\r\n"
    "If you put a picture here, a folder with photos that look like it appears next to it.\r\n",
)
_ONLY_WORDS = (
    "Only names, captions and keywords were searched. To search by what pictures show, Haven needs a model, and\r\n"
    "time to look at your photos with it. See: haven models list\r\n"
)


class FilterFolder(PhotoFolder):
    """The photos of a phrase that is filters only, in no order of its own."""

    def entries(self) -> Iterable[Entry]:
        """Return the years, months or days that photos are from, if this folder is split; all as new as this one."""
        return [replace(entry, stamp=self.stamp()) for entry in super().entries()]

    def open_date(self, view: View, photos: PhotoSet, level: int) -> PhotoFolder:
        """Return the folder of a year, a month or a day."""
        return FilterFolder(view, photos, level=level)

    def stamp(self) -> Stamp:
        """Return the version: any change may bring another answer, and so may another day."""
        return Stamp(0, max(self.view.seq, self.view.midnight), steady=True)


class _Found(PhotoFolder):
    """What a search that was kept found, or what of that is from a year, a month or a day: photos can be taken out.

    Programs that delete a folder delete what is in it first, one by one, and see it empty before they go on.
    """

    refusal = (
        "To search for something else, rename the folder of the search. Photos appear here by themselves; they cannot"
        " be added."
    )
    made_id = 0

    def take_out(self, w: Writer, node: File | Text) -> None:
        """Show a photo in this search no more, with all that belongs to it, or the note."""
        photo_id = node.photo_id if isinstance(node, File) else 0
        w.db.execute("INSERT OR IGNORE INTO unwanted VALUES (?, ?)", (self.made_id, photo_id))
        w.note_removal()
        note = node.name if isinstance(node, Text) else None
        row = w.db.execute("SELECT name FROM made WHERE id = ?", (self.made_id,)).fetchone()
        w.correct("not in search", photo_id or None, search=self.made_id, name=row and row[0], note=note)


class _Saved(Folder):
    """A search that was kept: it can be renamed, which asks again, and removed."""

    made_id = 0

    def rename(self, w: Writer, name: str) -> None:
        """Ask for something else. Raises Refused."""
        _check_name(name)
        row = w.db.execute("SELECT name, parent FROM made WHERE id = ?", (self.made_id,)).fetchone()
        if row is None:
            raise Conflict("This folder no longer exists.")
        _check_free(w, "made", name, row[1], besides=self.made_id)
        _check_free(w, "dropped", name, row[1])
        w.db.execute(
            "UPDATE made SET name = ?, fold = ?, seq = ? WHERE id = ?", (name, names.fold(name), w.seq, self.made_id)
        )
        w.db.execute("DELETE FROM unwanted WHERE made_id = ?", (self.made_id,))
        w.note_removal()
        w.correct("search renamed", name=name, before=row[0], search=self.made_id)

    def remove(self, w: Writer) -> None:
        """Forget the search, what was taken out of it, and the searches within it."""
        name = w.db.execute("SELECT name FROM made WHERE id = ?", (self.made_id,)).fetchone()
        _forget(w, self.made_id)
        w.note_removal()
        w.correct("search removed", name=name and name[0], search=self.made_id)


def _forget(w: Writer, made_id: int) -> None:
    within = "/".join(("", f"made {made_id}", ""))
    for (other,) in w.db.execute("SELECT id FROM made WHERE instr('/' || parent || '/', ?) > 0", (within,)).fetchall():
        w.db.execute("DELETE FROM unwanted WHERE made_id = ?", (other,))
        w.db.execute("DELETE FROM made WHERE id = ?", (other,))
    w.db.execute("DELETE FROM unwanted WHERE made_id = ?", (made_id,))
    w.db.execute("DELETE FROM made WHERE id = ?", (made_id,))


class FoundByFilter(_Found, FilterFolder):
    """What a kept search that is filters only found, or a part of it by date."""

    def open_date(self, view: View, photos: PhotoSet, level: int) -> PhotoFolder:
        """Return the folder of a year, a month or a day."""
        folder = FoundByFilter(view, photos, level=level)
        folder.made_id = self.made_id
        return folder


class FoundByMeaning(_Found, RankedFolder):
    """What a kept search about what photos show found, or a part of it by date."""

    def open_date(self, view: View, photos: PhotoSet, level: int) -> PhotoFolder:
        """Return the folder of a year, a month or a day, ranked as this one is."""
        folder = FoundByMeaning(view, photos, self.ranked, level=level)
        folder.made_id = self.made_id
        return folder


class SavedFilter(_Saved, FoundByFilter):
    """A kept search that is filters only."""


class SavedMeaning(_Saved, FoundByMeaning):
    """A kept search about what photos show."""


class Unnamed(_Saved):
    """A folder that a file browser has made and its owner has not named yet."""

    refusal = "Name this folder after what you are looking for, such as: dog on beach."
    narrows = False

    def texts(self) -> Sequence[Text]:
        """Return what to do."""
        if 0 in _unwanted(self.view, self.made_id):
            return []
        return [Text("Name this folder.txt", f"{self.refusal}\r\nThe matching photos will appear in it.\r\n")]


def open_phrase(view: View, phrase: str, *, made_id: int | None = None) -> PhotoFolder:
    """Open the photos that a phrase fits; `made_id` is its row if the search was kept."""
    answer = _ENGINE.answer(view, phrase)
    unwanted = _unwanted(view, made_id) if made_id is not None else frozenset()
    texts = [] if 0 in unwanted else [_about(view, answer)]
    folder: PhotoFolder
    photos = answer.found
    if unwanted:
        photos = photos.narrowed("p.id NOT IN (SELECT photo_id FROM unwanted WHERE made_id = ?)", made_id)
    if answer.ranked is None:
        folder = (FilterFolder if made_id is None else SavedFilter)(view, photos, texts=texts)
    else:
        kind = RankedFolder if made_id is None else SavedMeaning
        # What was taken out leaves a gap: `rm -r` goes on with the names that it has seen.
        folder = kind(view, photos, answer.ranked, texts=texts)
    if isinstance(folder, SavedFilter | SavedMeaning) and made_id is not None:
        folder.made_id = made_id
    return folder


def _unwanted(view: View, made_id: int) -> frozenset[int]:
    """Return the photos that were taken out of a search; 0 for its note."""
    return frozenset(id_ for (id_,) in view.db.execute("SELECT photo_id FROM unwanted WHERE made_id = ?", (made_id,)))


def _about(view: View, answer: Answer) -> Text:
    """Return how the phrase was understood; an empty folder says in its name that nothing fits."""
    count = answer.photos.stamp(view.db).count
    lines = [answer.plan.explain(answer.remarks)]
    if not count:
        lines.append("No photos match. Try fewer words, or different ones.\r\n")
    elif answer.ranked is not None and count > (split_above := int(view.settings["tree.split_above"])):
        best = min(RankedFolder.BEST, split_above)
        lines.append(f"The best {best:,} of the {count:,} photos are listed here; all are in the folders by year.\r\n")
    if answer.by_words_only:
        lines.append(_ONLY_WORDS)
    if answer.note:
        lines.append(f"{answer.note}\r\n")
    return Text("About this search.txt" if count else "Nothing found.txt", "\r\n".join(lines))


class SearchFolder(Folder):
    """/Search: the searches that were kept, the pictures that were put here, and what looks like them."""

    refusal = "To search, create a folder here; to find photos that look like a picture, put the picture here."
    largest = 256 << 20

    def __init__(self, view: View) -> None:
        super().__init__(view)
        self._dropped = Dropped(view, PLACE)

    def entries(self) -> Iterable[Entry]:
        """Return the kept searches and the folders of look-alikes."""
        made = self.view.db.execute("SELECT name, id FROM made WHERE parent = ? ORDER BY fold", (PLACE,)).fetchall()
        found = {name: f"made {id_}" for name, id_ in made} | dict.fromkeys(self._likes().values())
        return [Entry(name, self.stamp(), key=found[name]) for name in sorted(found, key=names.fold)]

    def enter(self, name: str) -> Folder | None:
        """Return a kept search, or what looks like a picture that was put here."""
        row = self.view.db.execute(
            "SELECT id, name FROM made WHERE parent = ? AND fold = ?", (PLACE, names.fold(name))
        ).fetchone()
        if row is not None:
            return PhraseNarrower().open(self.view.below(row[1], key=f"made {row[0]}"), row[1], row[0])
        for dropped_id, like in self._likes().items():
            if names.fold(like) == names.fold(name):
                return LikeFolder(self.view.below(like), self._dropped, dropped_id)
        return None

    def extras(self) -> Sequence[File]:
        """Return the pictures that were put here."""
        return self._dropped.files()

    def own_file(self, name: str) -> File | None:
        """Return the picture of that name: programs may have reserved thousands of names."""
        return self._dropped.find(name)

    def texts(self) -> Sequence[Text]:
        """Return how to search."""
        return [_HOW_TO]

    def _likes(self) -> dict[int, str]:
        made = self.view.db.execute("SELECT fold FROM made WHERE parent = ?", (PLACE,))
        return self._dropped.likes({fold for (fold,) in made})

    def make_folder(self, w: Writer, name: str) -> None:
        """Keep a search. Raises Refused."""
        _check_name(name)
        _check_free(w, "made", name)
        _check_free(w, "dropped", name)
        w.db.execute(
            "INSERT INTO made (parent, name, fold, seq) VALUES (?, ?, ?, ?)", (PLACE, name, names.fold(name), w.seq)
        )
        w.correct("search kept", name=name)

    def put_file(self, w: Writer, name: str, upload: Upload) -> None:
        """Keep a picture to find what looks like it. Raises Refused."""
        _check_free(w, "made", name)
        self._dropped.put(w, name, upload)

    def put_empty(self, w: Writer, name: str) -> None:
        """Keep a name for a picture that will come. Raises Refused."""
        _check_free(w, "made", name)
        self._dropped.put_empty(w, name)

    def put_copy(self, w: Writer, name: str, file: File) -> None:
        """Take a photo to find what looks like it. Raises Refused."""
        _check_free(w, "made", name)
        self._dropped.put_copy(w, name, file)

    def rename_file(self, w: Writer, name: str, other: str) -> None:
        """Give a picture that was put here another name. Raises Refused."""
        _check_free(w, "made", other)
        self._dropped.rename(w, name, other)

    def remove_file(self, w: Writer, name: str) -> None:
        """Forget a picture, and what looks like it with it."""
        self._dropped.remove(w, name)


class PhraseNarrower:
    """Opens a folder that was made inside another as what its name asks for there."""

    def open(self, view: View, name: str, made_id: int) -> Folder:
        """Return the photos of that folder that the phrase fits."""
        if is_placeholder(name):
            unnamed = Unnamed(view)
            unnamed.made_id = made_id
            return unnamed
        return open_phrase(view, name, made_id=made_id)

    def check(self, name: str) -> None:
        """Raise Refused if a search may not be called that."""
        _check_name(name)


def _check_name(name: str) -> None:
    """Raise Refused if a search may not be called that."""
    if is_junk(name):
        raise Forbidden("Systems use this name for themselves, so it cannot be a search.")
    if names.shown(name) != name or not name.strip(" ."):
        raise Forbidden("This name contains characters that some programs cannot show.")
    if len(name.encode()) > 255:
        raise Forbidden("This name is too long: a folder's name can have at most 255 bytes.")


def _check_free(w: Writer, table: str, name: str, parent: str = PLACE, besides: int = 0) -> None:
    query = f"SELECT 1 FROM {table} WHERE parent = ? AND fold = ? AND id <> ?"
    if w.db.execute(query, (parent, names.fold(name), besides)).fetchone():
        raise AlreadyExists(f"There is already a folder or file called {name}.")


def _open_quoted(view: View, match: re.Match[str]) -> Folder | None:
    phrase = unquote(match[0])
    return open_phrase(view, phrase) if phrase is not None else None


WORDS = (
    Words("search kept", "New search {name}"),
    Words("search renamed", "The search {before} is now {name}"),
    Words("search removed", "The search {name} is removed"),
    Words("not in search", "{photo} is not in the search {name}", "{photos} are not in the search {name}"),
)
"""How what is said about searches is put."""
SEARCH = SmartFolder("Search", SearchFolder)
QUOTED = PathPattern(re.compile(r"[^\w.].+", re.DOTALL), _open_quoted)
