"""A catalog that is deleted, with all that Haven has of its owner's words, and made anew from photos and sidecars."""

import contextlib
import io
import json
import random
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from haven_fs import say
from haven_fs.cli import main as haven_main
from haven_fs.testing import Home
from helpers.saying_much import PLUGIN, Family

_FILE = "(SELECT d.path || '/' || o.file FROM original o JOIN dir d ON d.id = o.dir_id WHERE o.id = p.main_id)"
_ALBUMS = (
    "WITH RECURSIVE a (id, path) AS (SELECT id, name FROM album WHERE parent_id = 0"
    " UNION ALL SELECT b.id, a.path || '/' || b.name FROM album b JOIN a ON b.parent_id = a.id)"
)
_KINDS = {
    "people": f"SELECT {_FILE}, v.name FROM member m JOIN value v ON v.id = m.value_id"
    " JOIN photo p ON p.id = m.photo_id JOIN person q ON q.id = v.key WHERE v.facet = 'person' AND q.name IS NOT NULL"
    " AND p.shown",
    "not people": f"SELECT {_FILE}, q.name FROM not_person n JOIN person q ON q.id = n.person_id"
    " JOIN photo p ON p.id = n.photo_id WHERE q.name IS NOT NULL",
    "albums": f"{_ALBUMS} SELECT {_FILE}, a.path FROM album_photo x JOIN a ON a.id = x.album_id"
    " JOIN photo p ON p.id = x.photo_id",
    "order of albums": f"{_ALBUMS} SELECT {_FILE}, a.path, rank() OVER (PARTITION BY a.id ORDER BY x.position)"
    " FROM album_photo x JOIN a ON a.id = x.album_id JOIN photo p ON p.id = x.photo_id",
    "favourites": f"SELECT {_FILE} FROM photo p LEFT JOIN favorite f ON f.photo_id = p.id"
    " WHERE coalesce(f.is_favorite, p.rating >= 5)",
    "dates": f"SELECT {_FILE}, taken FROM photo p WHERE taken_source <> 'file' AND shown",
    "positions": f"SELECT {_FILE}, round(latitude, 6), round(longitude, 6), altitude FROM photo p"
    " WHERE latitude IS NOT NULL",
    "places": f"SELECT {_FILE}, v.facet, v.key, v.name FROM member m JOIN value v ON v.id = m.value_id"
    " JOIN photo p ON p.id = m.photo_id WHERE v.facet IN ('place', 'region', 'country')",
    "names of places": "SELECT key, name, latitude, longitude, radius FROM place_name",
    "types": f"SELECT {_FILE}, v.key FROM member m JOIN value v ON v.id = m.value_id JOIN photo p ON p.id = m.photo_id"
    " WHERE v.facet = 'type'",
    "captions": f"SELECT {_FILE}, caption FROM photo p WHERE caption IS NOT NULL",
    "hidden": f"SELECT {_FILE} FROM hidden h JOIN photo p ON p.id = h.photo_id",
}
"""What is compared: of each kind what every photo has, known by its file."""


def known(home: Home) -> dict[str, set[Any]]:
    """Return what a catalog knows of photos, by kind."""
    with home.catalog.read() as db:
        return {kind: set(db.execute(query).fetchall()) for kind, query in _KINDS.items()}


def shares(before: dict[str, set[Any]], after: dict[str, set[Any]]) -> dict[str, float]:
    """Return of each kind how much of what either knows both do, 0 to 1."""
    both = {kind: before[kind] | after[kind] for kind in before}
    return {kind: len(before[kind] & after[kind]) / len(all_) if (all_ := both[kind]) else 1.0 for kind in before}


def say_more(home: Home, family: Family, times: int) -> None:
    """Say at random what nobody can say by writing to the drive yet: captions, positions, types."""
    rng = random.Random(times)
    ids = home.query("SELECT id FROM photo WHERE shown ORDER BY id")
    placed = home.query("SELECT id, latitude, longitude FROM photo WHERE shown AND latitude IS NOT NULL ORDER BY id")
    for number in range(times):
        photo_id, north, east = rng.choice(placed)
        north, east = round(north + rng.uniform(-0.001, 0.001), 6), round(east + rng.uniform(-0.001, 0.001), 6)
        said: tuple[int, dict[str, Any]] = rng.choice(
            (
                (rng.choice(ids), {"caption": f'{family.word()}: ünd <so> & "weiter"\n{number}'}),
                (photo_id, {"latitude": north, "longitude": east, "altitude": round(rng.uniform(-90, 3000), 1)}),
                (rng.choice(ids), {"tag:type:document": ["Document", None]}),
            )
        )
        with home.catalog.write(by="") as w:
            say(w, *said, "taken then", when=str(number))


def export(home: Home, *arguments: object) -> dict[str, Any]:
    """Do `haven export xmp` in this process, and return its report."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        code = haven_main(["export", "xmp", *map(str, arguments), "--data", str(home.data), "--json"])
    assert code == 0
    return dict(json.loads(out.getvalue()))


def rebuilt(home: Home, folder: Path, mirror: Path | None = None) -> Home:
    """Return a home with copies of the photos and all that is beside them, and nothing else of the first, indexed.

    `mirror`: a folder of sidecars that is copied onto them.
    """
    other = Home(folder, [PLUGIN])
    shutil.copytree(home.root, other.root, dirs_exist_ok=True)
    if mirror is not None:
        shutil.copytree(mirror / home.root.name, other.root, dirs_exist_ok=True)
    other.index()
    return other


def lost(before: dict[str, set[Any]], after: dict[str, set[Any]], most: int = 10) -> Iterable[str]:
    """Give some of what only one of two catalogs knows, a line each."""
    for kind in before:
        for what, ones in (("lost", before[kind] - after[kind]), ("new", after[kind] - before[kind])):
            yield from (f"{kind}: {what} {one}" for one in sorted(ones, key=str)[:most])


__all__ = ["Family", "export", "known", "lost", "rebuilt", "say_more", "shares"]
