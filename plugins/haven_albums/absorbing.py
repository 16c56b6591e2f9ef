"""Albums that follow what sidecars say: evidence, over which the owner's word counts.

An album that sidecars name is made if there is none, and goes when none names it any more; unless the owner has done
something with it. Whatever the owner calls it, or into whichever album it is moved, sidecars that name it as it was
mean the same. One that the owner removed stays removed, and a photo that was taken out stays out.
"""

import json
from collections.abc import Iterable, Mapping, Sequence

from haven_albums.nesting import album_at
from haven_fs import Found, Writer, names

BESIDE, PROPERTY = "beside", "haven:Albums"
"""The core's analyzer of what sidecars say in Haven's own words, and the words for albums."""
NONE = "|-"
"""What the sidecar says of a photo in no album, where what describes its folder says that it is in one."""
ALBUMS, TEXTS = "albums", "texts in albums"
"""What a library's own file says: albums that no photo is in, and [album, name, text]."""
_DEEPEST = 32


def absorb_albums(w: Writer, found: Found) -> None:
    """Bring the rows of albums in step with what sidecars of photos say."""
    said = {id_: analyses[BESIDE].notes().get(PROPERTY, ()) for id_, analyses in found.items() if BESIDE in analyses}
    had = _found_in(w, said)
    for photo_id, texts in said.items():
        if texts or photo_id in had:
            _put(w, photo_id, texts, had.get(photo_id, set()))


def hear_albums(w: Writer, said: Mapping[str, Sequence[str]]) -> None:
    """Make albums that no photo is in, and put texts into albums, where there are none yet."""
    for text in said.get(ALBUMS, ()):
        if (found := parsed(text.replace("|", "_"))) is not None:
            _album(w, found[0])
    for text in said.get(TEXTS, ()):
        try:
            path, name, content = json.loads(text)
            found = parsed(path.replace("|", "_"))
        except (ValueError, TypeError, AttributeError, RecursionError):
            continue
        album_id = _album(w, found[0]) if found is not None else None
        if album_id is None or not (isinstance(name, str) and isinstance(content, str)):
            continue
        name = names.portable(name)
        w.db.execute(
            "INSERT OR IGNORE INTO album_note (album_id, fold, name, text) VALUES (?, ?, ?, ?)",
            (album_id, names.fold(name), name, content),
        )
        w.db.execute("UPDATE album SET seq = ? WHERE id = ?", (w.seq, album_id))


def _found_in(w: Writer, photo_ids: Iterable[int]) -> dict[int, set[int]]:
    """Return the albums that photos are in since sidecars said so."""
    rows = w.db.execute(
        "SELECT x.photo_id, x.album_id FROM json_each(?) j CROSS JOIN album_photo x ON x.photo_id = j.value"
        " WHERE x.found",
        (json.dumps(list(photo_ids)),),
    )
    found: dict[int, set[int]] = {}
    for photo_id, album_id in rows:
        found.setdefault(photo_id, set()).add(album_id)
    return found


def _put(w: Writer, photo_id: int, texts: Sequence[str], had: set[int]) -> None:
    denied = {id_ for (id_,) in w.db.execute("SELECT album_id FROM album_not WHERE photo_id = ?", (photo_id,))}
    named: set[int] = set()
    for path, position in filter(None, map(parsed, texts)):
        album_id = _album(w, path)
        if album_id is None or album_id in denied:
            continue
        named.add(album_id)
        w.db.execute(
            "INSERT INTO album_photo (album_id, photo_id, position, found) VALUES (?, ?, ?, 1)"
            " ON CONFLICT (album_id, photo_id) DO UPDATE SET position = excluded.position WHERE found",
            (album_id, photo_id, position),
        )
    for album_id in had - named:
        w.db.execute("DELETE FROM album_photo WHERE album_id = ? AND photo_id = ?", (album_id, photo_id))
        w.note_removal()
        _drop_empty(w, album_id)


def _album(w: Writer, path: tuple[str, ...]) -> int | None:
    """Return the album that a sidecar means, made if there is none; None if the owner removed it."""
    fold = "/".join(names.fold(name) for name in path)
    row = w.db.execute(
        "SELECT p.album_id, a.id FROM album_path p LEFT JOIN album a ON a.id = p.album_id WHERE p.fold = ?", (fold,)
    ).fetchone()
    if row is not None:
        return row[1] and int(row[1])
    album_id = album_at(w.db, path) or _make(w, path)
    if album_id is not None:
        w.db.execute("INSERT INTO album_path VALUES (?, ?)", (fold, album_id))
    return album_id


def _make(w: Writer, path: tuple[str, ...]) -> int | None:
    parent_id = 0
    if path[1:]:
        above = _album(w, path[:-1])
        if above is None:
            return None
        parent_id = above
    name = path[-1]
    known = w.db.execute(
        "SELECT id FROM album WHERE parent_id = ? AND fold = ?", (parent_id, names.fold(name))
    ).fetchone()
    if known is not None:  # the album above is called otherwise by now
        return int(known[0])
    row = w.db.execute(
        "INSERT INTO album (parent_id, name, fold, seq, found) VALUES (?, ?, ?, ?, 1) RETURNING id",
        (parent_id, name, names.fold(name), w.seq),
    ).fetchone()
    return int(row[0])


def _drop_empty(w: Writer, album_id: int) -> None:
    """Remove an album, and those above it, that only sidecars said to be there, and that none names any more."""
    while album_id:
        row = w.db.execute(
            "DELETE FROM album WHERE id = ?1 AND found AND NOT EXISTS (SELECT 1 FROM album_photo WHERE album_id = ?1)"
            " AND NOT EXISTS (SELECT 1 FROM album WHERE parent_id = ?1)"
            " AND NOT EXISTS (SELECT 1 FROM album_note WHERE album_id = ?1) RETURNING parent_id",
            (album_id,),
        ).fetchone()
        if row is None:
            return
        w.db.execute("DELETE FROM album_path WHERE album_id = ?", (album_id,))
        album_id = row[0]


def parsed(text: str) -> tuple[tuple[str, ...], int] | None:
    """Return the names that lead to an album and the photo's place in it, of "Summer/Beach|12"; None if it is none."""
    path, _, position = text.partition("|")
    parts = path.split("/")
    if not 0 < len(parts) <= _DEEPEST or any(part.startswith(".") or not part.strip() for part in parts):
        return None
    try:
        return tuple(map(names.portable, parts)), int(position or 0) if len(position) < 16 else 0
    except ValueError:
        return None


def spelled(path: Sequence[str], position: int) -> str:
    """Return the text for that."""
    return f"{'/'.join(path)}|{position}"
