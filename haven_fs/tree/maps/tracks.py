"""The positions of any folder's photos for other programs, as GPX and KML: /People/Alice.gpx beside /People/Alice.

They resolve and are not listed: a second and a third entry for each of a thousand places would be in the way of people,
and sync tools would carry files that change with every photo. The page of a folder links to them.

One is made when it is asked for, and kept in the data folder as long as its folder is of the same version; so its
length is that of a file, however it is asked. It is written row by row as the database spells it, so a million
positions take no memory to speak of.
"""

import hashlib
import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from haven_fs.catalog import names
from haven_fs.catalog.catalog import MADE
from haven_fs.library.whole import written_whole
from haven_fs.tree.files import File
from haven_fs.tree.nodes import PathPattern, View

logger = logging.getLogger(__name__)

_FORMAT = 1  # raise it when what is written changes
_FOLDER = "tracks"
MOST_BYTES = 256 << 20
"""Bytes of files that are kept, besides the one that was asked for last."""
_MOST_FILES = 100
_SLICE = 2000
# Without an offset from UTC, the time is that of the place, and says nothing of a zone.
_TIME = (
    "strftime('%Y-%m-%dT%H:%M:%S', p.taken - coalesce(p.taken_offset, 0) * 60, 'unixepoch')"
    " || iif(p.taken_offset IS NULL, '', 'Z')"
)


@dataclass(frozen=True, slots=True)
class _Kind:
    """One format: its MIME type, how it begins and ends, and SQL for a photo, each line of which ends itself.

    `{name}` in the beginning is what the folder is called.
    """

    mime: str
    head: str
    row: str
    tail: str


_KINDS = {
    "gpx": _Kind(
        "application/gpx+xml",
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<gpx version="1.1" creator="Haven FS" xmlns="http://www.topografix.com/GPX/1/1">\n'
        "<metadata><name>{name}</name></metadata>\n",
        'printf(\'<wpt lat="%.6f" lon="%.6f">\', p.latitude, p.longitude)'
        " || iif(p.altitude IS NULL, '', printf('<ele>%.1f</ele>', p.altitude))"
        f" || coalesce('<time>' || {_TIME} || '</time>', '')"
        " || '<name>' || o.xml || '</name></wpt>' || char(10)",
        "</gpx>\n",
    ),
    "kml": _Kind(
        "application/vnd.google-earth.kml+xml",
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<kml xmlns="http://www.opengis.net/kml/2.2"><Document><name>{name}</name>\n',
        "'<Placemark><name>' || o.xml || '</name>'"
        f" || coalesce('<TimeStamp><when>' || {_TIME} || '</when></TimeStamp>', '')"
        " || printf('<Point><coordinates>%.6f,%.6f', p.longitude, p.latitude)"
        " || iif(p.altitude IS NULL, '', printf(',%.1f', p.altitude))"
        " || '</coordinates></Point></Placemark>' || char(10)",
        "</Document></kml>\n",
    ),
}


def open_track(view: View, match: re.Match[str]) -> File | None:
    """Return the file about a folder's photos; None if none of them has a position, or it cannot be kept."""
    kind = match[2].lower()
    photos = view.within.narrowed("p.quadkey IS NOT NULL")
    stamp = photos.stamp(view.db)
    if not stamp.count:
        return None
    name = view.path[-1]
    what = f"{_FORMAT} {kind} {name}\n{photos.condition}\n{photos.params}\n{stamp}"
    folder = Path(str(view.settings["data_dir"])) / MADE / _FOLDER
    path = folder / f"{hashlib.blake2b(what.encode(), digest_size=16).hexdigest()}.{kind}"
    try:
        if not path.exists():
            _write(path, _lines(view, kind))
        state = path.stat()
    except OSError as error:
        logger.warning("%s.%s cannot be made in %s: %s", "/".join(view.path), kind, folder, error)
        return None
    return File.plain(f"{name}.{kind}", path, folder, state.st_size, state.st_mtime_ns, _KINDS[kind].mime)


def _lines(view: View, kind: str) -> Iterator[str]:
    """Give the text of a file, in pieces of some hundred kilobytes at most."""
    form, photos = _KINDS[kind], view.within
    yield form.head.format(name=names.xml(view.path[-1]))
    rows = view.db.execute(
        f"SELECT {form.row} FROM (SELECT p.id FROM photo p WHERE {photos.condition} AND p.quadkey IS NOT NULL"
        " ORDER BY p.taken, p.id LIMIT -1) AS picked CROSS JOIN photo p ON p.id = picked.id"
        " CROSS JOIN original o ON o.id = p.main_id WHERE o.gone IS NULL AND o.xml IS NOT NULL",
        photos.params,
    )
    while piece := "".join(row[0] for row in islice(rows, _SLICE)):
        yield piece
    yield form.tail


def _write(path: Path, pieces: Iterator[str]) -> None:
    """Put a file on the disk whole or not at all, and let go of the longest unused ones for it. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with written_whole(path) as file:
        for piece in pieces:
            file.write(piece.encode())
    _let_go(path)


def _let_go(kept: Path) -> None:
    """Remove files that were made long ago, so that not too much is kept; drafts of a process that was killed too."""
    found = []
    for path in kept.parent.iterdir():
        if path != kept:
            state = path.stat()
            found.append((state.st_mtime, state.st_size, path))
    room, count = MOST_BYTES, _MOST_FILES
    for _, size, path in sorted(found, reverse=True):
        room, count = room - size, count - 1
        if room < 0 or count < 0:
            path.unlink(missing_ok=True)


TRACK = PathPattern(re.compile(r"(.+)\.(gpx|kml)", re.IGNORECASE | re.DOTALL), open_track, beside=True)
