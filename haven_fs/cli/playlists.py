"""Albums as playlists in a mirror of sidecars: M3U files in UTF-8, which viewers and players on any system open.

Each names its photos in their order by paths relative to itself, with slashes: so they hold where the sidecars lie
beside their photos, in a copy of the libraries or in these themselves. Links would not outlast FAT, nor many a sync.
"""

import json
import os
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from haven_fs.catalog import names
from haven_fs.catalog.schema import LOCATED
from haven_fs.cli.sidecars import put_sidecar
from haven_fs.library.beneath import Beneath
from haven_fs.library.placed import NotEditable
from haven_fs.library.text import as_text
from haven_fs.sidecars import ListSource, SidecarSource

_OURS = "#EXTM3U\n#Made by Haven FS\n"
_ENDING = ".m3u8"
_FILES = (
    "SELECT o.photo_id, l.name, d.path, o.file FROM json_each(?) j CROSS JOIN original o ON o.photo_id = j.value"
    f" {LOCATED} WHERE o.role = 'main' AND o.gone IS NULL AND l.gone IS NULL"
)


def playlists(db: sqlite3.Connection, sources: Iterable[SidecarSource]) -> dict[str, bytes]:
    """Return what playlists there are to be, by their paths in a mirror with slashes; their folder is no library's."""
    taken = {fold for (fold,) in db.execute("SELECT fold FROM library WHERE gone IS NULL")}
    found: dict[str, bytes] = {}
    for source in sources:
        for path, photo_ids in source.lists(db).items() if isinstance(source, ListSource) else ():
            root = names.free(names.portable(path[0]), taken.__contains__, folder=True)
            folders = [root, *map(names.portable, path[1:])]
            up = "../" * (len(folders) - 1)
            files = [f"{up}{file}" for file in _files(db, photo_ids)]
            text = f"{_OURS}#PLAYLIST:{path[-1]}\n" + "".join(f"{file}\n" for file in files)
            found["/".join(folders) + _ENDING] = text.encode()
    return found


def _files(db: sqlite3.Connection, photo_ids: Sequence[int]) -> Iterator[str]:
    """Give the paths of photos in a mirror, those that are there, in order."""
    places = {row[0]: row[1:] for row in db.execute(_FILES, (json.dumps(list(photo_ids)),))}
    for photo_id in photo_ids:
        if photo_id in places:
            library, folder, file = places[photo_id]
            yield as_text("/".join(filter(None, (library, os.fsdecode(folder), os.fsdecode(file)))))


def put_playlists(folder: Path, wanted: dict[str, bytes]) -> list[tuple[Path, str]]:
    """Have a mirror hold these playlists, and none of Haven's own besides; return what was left as it is, and why."""
    left: list[tuple[Path, str]] = []
    roots = {path.partition("/")[0] for path in wanted}
    for there in [found for root in roots for found in sorted((folder / root).rglob(f"*{_ENDING}"))]:
        with suppress(OSError):
            if there.relative_to(folder).as_posix() not in wanted and _is_ours(there.read_bytes()):
                there.unlink()
    for path, text in wanted.items():
        target = Beneath(folder, path)
        try:
            before = target.read_bytes() if target.exists() else None
            if before == text:
                continue
            if before is not None and not _is_ours(before):
                left.append((target, "skipped, because it is no playlist of Haven's."))
                continue
            folder.mkdir(parents=True, exist_ok=True)
            put_sidecar(target, text, before)
        except NotEditable as reason:
            left.append((target, f"skipped, because {reason}."))
        except OSError as error:
            left.append((target, f"could not be written: {error.strerror}."))
    return left


def _is_ours(data: bytes) -> bool:
    return data.startswith(_OURS.encode())
