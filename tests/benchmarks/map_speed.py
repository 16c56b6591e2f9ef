"""The map of a library with a million positions: what opening it costs, narrowing, zooming, its file, GPX and KML.

The catalog is made up, with rows in place of photos: nine out of ten near one of 3,000 towns, the others anywhere; 25
years, 500 people of whom one is in every tenth photo.

python tests/benchmarks/map_speed.py [PHOTOS]
"""

import json
import os
import random
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from common import pss, scratch, timed
from helpers.home import Home

from haven_fs.catalog import Writer
from haven_fs.catalog.quadkeys import quadkey_of
from haven_fs.tree.maps.answers import clusters_json, first_answer
from haven_fs.tree.maps.standalone import map_file
from haven_fs.tree.nodes import Folder

Row = tuple[object, ...]


def photos(count: int) -> Iterator[Row]:
    """Give the rows of photos."""
    chance = random.Random(1)
    towns = [(chance.uniform(-50, 65), chance.uniform(-180, 180)) for _ in range(3000)]
    for id_ in range(1, count + 1):
        north, east = chance.choice(towns) if id_ % 10 else (chance.uniform(-60, 75), chance.uniform(-180, 180))
        north, east = north + chance.gauss(0, 0.3), (east + chance.gauss(0, 0.3) + 180) % 360 - 180
        day = chance.randrange(2000, 2025) * 10000 + chance.randrange(1, 13) * 100 + chance.randrange(1, 29)
        yield id_, id_, id_, id_ % 2**31, day, north, east, id_, quadkey_of(north, east)


def fill(w: Writer, count: int) -> None:
    """Make the catalog: photos, their files, and a few of the values that they have."""
    w.db.execute("INSERT INTO library (id, root, name, fold) VALUES (1, x'2f70', 'Pictures', 'pictures')")
    w.db.execute("INSERT INTO dir (id, library_id, path, shown, shown_fold, seq) VALUES (1, 1, x'', '', '', 5)")
    w.db.executemany(
        "INSERT INTO photo (id, main_id, kind, added, shown, taken, taken_source, day, latitude, longitude, placed,"
        " seq, quadkey) VALUES (?, ?, 'image', ?, 1, ?, 'exif', ?, ?, ?, 1, ?, ?)",
        photos(count),
    )
    w.db.execute(
        "INSERT INTO original (id, dir_id, file, stem, size, mtime_ns, inode, etag, modified, created, shown,"
        " shown_fold, shown_href, shown_xml, probed, kind, photo_id, role, name, name_fold, href, xml, seq)"
        " SELECT id, 1, CAST(name AS BLOB), 'i' || id, id, id, id, printf('%x-1', id), 'm', 'c', name,"
        " lower(name), name, name, 1, 'image', id, 'main', name, lower(name), name, name, id"
        " FROM (SELECT id, 'IMG_' || id || '.jpg' AS name FROM photo)"
    )
    values = [(1, "colour", "many", "Many"), (2, "colour", "few", "Few")]
    values += [(100 + town, "place", str(town), f"Town {town}") for town in range(500)]
    w.db.executemany(
        "INSERT INTO value (id, facet, key, name, fold, seq) VALUES (?1, ?2, ?3, ?4, lower(?4), 5)", values
    )
    w.db.execute("INSERT INTO member SELECT 1, id FROM photo WHERE id % 10 = 3")
    w.db.execute("INSERT INTO member SELECT 2, id FROM photo WHERE id % 2000 = 3")
    w.db.execute("INSERT INTO member SELECT 100 + id / 11 % 500, id FROM photo")


class Sights:
    """What the map file says of photos: made up too."""

    def places(self, photo_ids: Sequence[int]) -> Mapping[int, tuple[str, str]]:
        """Return names."""
        return {id_: (f"Town {id_ // 11 % 500}", f"Town%20{id_ // 11 % 500}/") for id_ in photo_ids}

    def photo(self, photo_id: int) -> tuple[str, str]:
        """Return a link."""
        return f"IMG_{photo_id}.jpg", f"IMG_{photo_id}.jpg"

    def pictures(self, photo_ids: Sequence[int]) -> Mapping[int, bytes]:
        """Return bytes that are as many as those of a small picture."""
        return {id_: random.Random(id_).randbytes(3500) for id_ in photo_ids}


def main() -> None:
    """Make the catalog and print the figures."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with scratch() as base, Home(base) as home:
        with home.catalog.write() as w:
            fill(w, count)
        size = home.query("SELECT sum(pgsize) FROM dbstat WHERE name = 'photo_quadkey'")[0]
        print(f"{count:,} photos; the index over where they are has {size / count:.0f} bytes a photo")
        tree = home.tree()
        with tree.view() as view:
            for path in ("Places", "Timeline", "Timeline/2010", "Places/Town 7"):
                folder = tree.resolve(view, path.split("/"))
                assert isinstance(folder, Folder)
                answer = timed(f"/{path} opened", lambda folder=folder: first_answer(view, folder.scope))
                assert isinstance(answer, dict)
                length = len(json.dumps(answer))
                print(
                    f"{'':10}{answer['count']:,} photos, {len(answer['clusters'])} clusters, {length:,} bytes of JSON"
                )
            everything = view.within.narrowed("p.placed = 1")
            many, few = everything.with_facet("colour", "many"), everything.with_facet("colour", "few")
            timed("a value of every tenth photo, opened", lambda: first_answer(view, many))
            timed("a value of every 2,000th photo, opened", lambda: first_answer(view, few))
            world = {"clusters": "-180,-60,180,75", "zoom": "2"}
            europe = {"clusters": "-11,35,30,60", "zoom": "4.5"}
            town = {"clusters": "2.2,48.7,2.6,49", "zoom": "11"}
            timed(
                "the world, five years",
                lambda: clusters_json(view, everything, {**world, "from": "20100101", "to": "20141231"}),
            )
            timed("Europe", lambda: clusters_json(view, everything, europe))
            timed("a town", lambda: clusters_json(view, everything, town))
            cells = clusters_json(view, everything, world)["clusters"]
            largest = {"clusters": "photos", "cells": cells[0]["cell"]}
            timed(
                f"a cluster of {cells[0]['count']:,} photos, clicked", lambda: clusters_json(view, everything, largest)
            )
            page = timed("/Places/Map.html", lambda: map_file(view.db, everything, Sights()), 2)
            assert isinstance(page, bytes)
            print(f"{'':10}{len(page):,} bytes")
            for kind in ("gpx", "kml"):
                file = timed(f"/Places.{kind}, made", lambda kind=kind: tree.resolve(view, [f"Places.{kind}"]), 1)
                timed(f"/Places.{kind}, kept", lambda kind=kind: tree.resolve(view, [f"Places.{kind}"]))
                print(f"{'':10}{file.size:,} bytes")  # type: ignore[attr-defined]
        print(f"memory of all this: {pss(os.getpid()):.0f} MB")


if __name__ == "__main__":
    main()
