"""Pictures put into a smart folder to ask what looks like them, and the folders that answer.

What is put there is no photo of the library: it is kept in the data folder, listed where it was put, under the name
it was given, and gone when it is deleted. A copy of a photo is only noted, never stored a second time.
"""

import os
import shutil
import time
import uuid
from dataclasses import replace
from pathlib import Path
from typing import Any

from haven_fs import (
    File,
    Forbidden,
    PhotoSet,
    RankedFolder,
    Ranking,
    Text,
    UnsupportedType,
    Upload,
    View,
    Words,
    Writer,
    kept_since,
    kind_of,
    names,
    photo_with_bytes,
)
from haven_search.facet import FOLDER

_EMPTY = "empty"
"""The file that stands for every name that was kept for a later picture."""
_FORGOTTEN_AFTER = 60.0
"""Seconds after which the bytes of a picture that is looked for no more are erased, with the next that is forgotten."""
_PUT, _RENAMED, _REMOVED = "picture looked for", "picture renamed", "picture looked for no more"
WORDS = (
    Words(_PUT, "Photos like {name} are looked for", "Photos like {photos} are looked for"),
    Words(_RENAMED, "The picture {before} is called {name}"),
    Words(_REMOVED, "Photos like {name} are looked for no more"),
)
"""How what is said by pictures to look for is put."""
_ROW = "id, name, photo_id, file, size, mime, seq"
_IS_LISTED = "(photo_id IS NOT NULL OR file IS NOT NULL OR seq > ?)"
"""A name that was kept is no more when nobody has written to it for long; the moment is `kept_since()`."""


class Dropped:
    """What was put into one smart folder; `place` is its path, folded."""

    def __init__(self, view: View, place: str) -> None:
        self._view = view
        self._place = place
        self.folder = Path(str(view.settings["data_dir"])) / FOLDER

    def files(self) -> list[File]:
        """Return every file, as it is listed; a copy of a photo that is not there any more is left out."""
        query = f"SELECT {_ROW} FROM dropped WHERE parent = ? AND {_IS_LISTED} ORDER BY fold"
        rows = self._view.db.execute(query, (self._place, kept_since()))
        files = (self._photo(row) if row[2] is not None else self._file(row) for row in rows.fetchall())
        return [file for file in files if file is not None]

    def find(self, name: str) -> File | None:
        """Return the file of a name, in any case; None if there is none, or its photo is not there any more."""
        query = f"SELECT {_ROW} FROM dropped WHERE parent = ? AND fold = ? AND {_IS_LISTED}"
        row = self._view.db.execute(query, (self._place, names.fold(name), kept_since())).fetchone()
        if row is None:
            return None
        return self._photo(row) if row[2] is not None else self._file(row)

    def _photo(self, row: tuple[Any, ...]) -> File | None:
        original = next(PhotoSet().narrowed("p.id = ?", row[2]).main_files().files(self._view.db), None)
        return None if original is None else replace(original, name=row[1])

    def _file(self, row: tuple[Any, ...]) -> File:
        _, name, _, file, size, mime, seq = row
        # The bytes under a name never change: what replaces them has another file, and another seq.
        path, moment = self.folder / (file or _EMPTY), seq * 1_000_000
        if file is not None:
            try:
                moment = path.stat().st_mtime_ns
            except OSError:
                pass
        return File.plain(name, path, self.folder, size, moment, mime)

    def likes(self, taken: set[str]) -> dict[int, str]:
        """Return the names of the folders of look-alikes by the ids of the pictures; `taken` folds are not free."""
        rows = self._view.db.execute(
            "SELECT id, name FROM dropped WHERE parent = ? AND (photo_id IS NOT NULL OR file IS NOT NULL) ORDER BY id",
            (self._place,),
        )
        found: dict[int, str] = {}
        taken = set(taken)
        for id_, name in rows:
            short = f"Like {names.split_ending(name)[0]}"
            like = short if names.fold(short) not in taken else f"Like {name}"
            if names.fold(like) not in taken:
                taken.add(names.fold(like))
                found[id_] = like
        return found

    def ranking(self, dropped_id: int) -> Ranking | None:
        """Return what looks like a picture, None if nothing can tell; raises Unreadable, OSError."""
        row = self._view.db.execute("SELECT photo_id, file FROM dropped WHERE id = ?", (dropped_id,)).fetchone()
        if row is None:
            return None
        view, photos = self._view, self._view.within
        for searcher in view.searchers:
            if row[0] is not None:
                answer = searcher.by_photo(view, row[0], photos)
            else:
                answer = searcher.by_picture(view, self.folder / row[1], photos)
            if answer is not None:
                return answer
        return None

    def put(self, w: Writer, name: str, upload: Upload) -> None:
        """Keep a picture under a name, in place of what had it. Raises Refused if it is no picture."""
        if not upload.size:
            self.put_empty(w, name)
            return
        kind = kind_of(upload.path, name)
        if kind.kind not in ("image", "raw", "video"):
            raise UnsupportedType("This is not a picture or video that Haven knows, so nothing can look like it.")
        photo_id = photo_with_bytes(w.db, upload.path)
        stored: str | None = None
        if photo_id is None:
            stored = f"{uuid.uuid4().hex}{names.split_ending(names.portable(name))[1].lower()}"
            self.folder.mkdir(parents=True, exist_ok=True)
            upload.path.replace(self.folder / stored)
            w.undo_by((self.folder / stored).unlink)
        self._store(w, name, photo_id, stored, upload.size, kind.mime)
        w.correct(_PUT, photo_id, name=name)

    def put_empty(self, w: Writer, name: str) -> None:
        """Keep a name for what a program will write to it."""
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / _EMPTY).touch()
        w.db.execute(f"DELETE FROM dropped WHERE NOT {_IS_LISTED}", (kept_since(),))
        self._store(w, name, None, None, 0, "application/octet-stream")

    def put_copy(self, w: Writer, name: str, file: File) -> None:
        """Note a photo under a name; what is no photo of the library is copied. Raises Refused, OSError."""
        if file.photo_id is not None:
            self._store(w, name, file.photo_id, None, file.size, file.mime)
            w.correct(_PUT, file.photo_id, name=name)
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        copy = self.folder / f".part-{uuid.uuid4().hex}"
        try:
            with file.path.open("rb") as original, copy.open("xb") as copied:
                shutil.copyfileobj(original, copied, 1 << 20)
            self.put(w, name, Upload(copy, copy.stat().st_size))
        finally:
            copy.unlink(missing_ok=True)

    def rename(self, w: Writer, name: str, other: str) -> None:
        """Give a picture another name, in place of what had it."""
        same = names.fold(name) == names.fold(other)
        if not same:
            self._forget(w, "parent = ? AND fold = ?", self._place, names.fold(other))
        w.db.execute(
            "UPDATE dropped SET name = ?, fold = ?, seq = ? WHERE parent = ? AND fold = ?",
            (other, names.fold(other), w.seq, self._place, names.fold(name)),
        )
        w.note_removal()
        w.correct(_RENAMED, name=other, before=name)

    def remove(self, w: Writer, name: str) -> None:
        """Forget a picture."""
        self._forget(w, "parent = ? AND fold = ?", self._place, names.fold(name))
        w.note_removal()
        w.correct(_REMOVED, name=name)

    def remove_id(self, w: Writer, dropped_id: int) -> None:
        """Forget a picture by its row."""
        name = self._forget(w, "id = ?", dropped_id)
        w.note_removal()
        if name is not None:
            w.correct(_REMOVED, name=name)

    def _store(self, w: Writer, name: str, photo_id: int | None, file: str | None, size: int, mime: str) -> None:
        if names.shown(name) != name or not name.strip(" .") or len(name.encode()) > 255:
            raise Forbidden("This name is too long, or contains characters that some programs cannot show.")
        # A row of its own each time: nothing is said by one that keeps a name for what will come.
        self._forget(w, "parent = ? AND fold = ?", self._place, names.fold(name))
        w.db.execute(
            "INSERT INTO dropped (parent, name, fold, photo_id, file, size, mime, seq) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (self._place, name, names.fold(name), photo_id, file, size, mime, w.seq),
        )

    def _forget(self, w: Writer, where: str, *key: object) -> str | None:
        """Delete the row of a picture, and what was forgotten before; return its name, None if there is no such row."""
        row = w.db.execute(f"DELETE FROM dropped WHERE {where} RETURNING name, file", key).fetchone()
        if row is None:
            return None
        if row[1] is not None:
            path = self.folder / row[1]
            try:
                # If the transaction is not committed, or is undone at once, the bytes must be there still: the minute
                # that they are kept, by st_ctime, begins anew.
                stat = path.stat()
                os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
            except FileNotFoundError:
                pass
            self._tidy(w)
        return str(row[0])

    def _tidy(self, w: Writer) -> None:
        """Delete files that nothing has named for a minute, so none of a change that may not be committed yet."""
        if not self.folder.is_dir():
            return
        named = {file for (file,) in w.db.execute("SELECT file FROM dropped WHERE file IS NOT NULL")}
        until = time.time() - _FORGOTTEN_AFTER
        for path in self.folder.iterdir():
            if path.name in named or path.name == _EMPTY:
                continue
            try:
                if path.stat().st_ctime < until:
                    path.unlink()
            except OSError:
                continue


class LikeFolder(RankedFolder):
    """The photos that look like a picture, the most alike first; removing it forgets the picture too."""

    def __init__(self, view: View, dropped: Dropped, dropped_id: int) -> None:
        self._dropped = dropped
        self._id = dropped_id
        text = ""
        ranking: Ranking | None = None
        try:
            ranking = dropped.ranking(dropped_id)
            if ranking is None:
                text = "To find photos that look like a picture, Haven needs a model. See: haven models list"
            elif not ranking.photo_ids:
                text = f"None of your photos looks like this picture. {ranking.note}".strip()
        except Exception as error:  # whatever a decoder says of a damaged picture
            text = f"This picture cannot be compared: {error}"
        texts = [Text("Nothing found.txt", f"{text}\r\n")] if text else []
        super().__init__(view, view.within, list(ranking.photo_ids) if ranking else [], texts=texts)

    def take_out(self, w: Writer, node: File | Text) -> None:
        """Let a program that deletes the folder begin with what is in it: what looks alike still does."""

    def remove(self, w: Writer) -> None:
        """Forget the picture, and this folder with it."""
        self._dropped.remove_id(w, self._id)
