"""Places at every level with a million photos: bringing a library into its regions, folders, and planning phrases.

The catalog is made up, with rows in place of photos: nine out of ten near one of 2,000 real towns, the larger the
likelier, a third of all in one town. It is as an older version left it: no photo is in a region yet.

python tests/benchmarks/places_speed.py [PHOTOS]
"""

import json
import os
import random
import sys
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import map_speed
from common import pss, scratch, timed
from helpers.home import Home

from haven_fs import Folder
from haven_fs.catalog import Writer
from haven_fs.catalog.quadkeys import quadkey_of
from haven_places.learning import PlaceLearner
from haven_places.sources import read_places
from haven_search.planner import plan

MOST = 20_000
"""Photos that are brought into their regions one batch after the other, as the learner does it; the rest at once."""
PHRASES = (
    "dog in Munich", "in Germany", "in Bavaria", "in Europe", "in Asia", "near Paris", "near Munich", "abroad",
    "at home", "within 200 km of Munich", "within 20 km of Munich", "around Lyon 2019",
)  # fmt: skip
Row = tuple[object, ...]


def towns() -> list[tuple[str, str, str, float, float]]:
    """Return key, name, country and position of the places that photos are in, the owner's town first."""
    places = read_places()
    largest = sorted(range(len(places.id)), key=lambda row: -places.population[row])[:2000]
    munich = places.id.index(2867714)
    return [
        (str(places.id[row]), places.name[row], places.country[row], places.latitude[row], places.longitude[row])
        for row in [munich, *(row for row in largest if row != munich)]
    ]


def fill(w: Writer, count: int, chosen: list[tuple[str, str, str, float, float]]) -> None:
    """Make the catalog."""
    chance = random.Random(2)
    where: list[int] = []

    def photos() -> Iterator[Row]:
        for id_ in range(1, count + 1):
            town = 0 if id_ % 3 == 0 else min(int(chance.paretovariate(0.35)) - 1, len(chosen) - 1)
            where.append(town)
            north, east = chosen[town][3] + chance.gauss(0, 0.05), chosen[town][4] + chance.gauss(0, 0.05)
            day = chance.randrange(2000, 2025) * 10000 + chance.randrange(1, 13) * 100 + chance.randrange(1, 29)
            yield id_, id_, id_, id_ % 2**31, day, north, east, id_, quadkey_of(north, east)

    map_speed.photos = lambda _: photos()  # type: ignore[assignment]
    map_speed.fill(w, count)
    w.db.execute("DELETE FROM member WHERE value_id >= 100")
    w.db.execute("DELETE FROM value WHERE id >= 100")
    countries = {code: 5000 + number for number, code in enumerate(sorted({town[2] for town in chosen}))}
    w.db.executemany(
        "INSERT INTO value (id, facet, key, name, fold, parent, seq) VALUES (?1, 'place', ?2, ?3, ?4, ?5, 5)",
        [(100 + n, t[0], t[1], f"{t[1].lower()} {n}" if n else t[1].lower(), t[2]) for n, t in enumerate(chosen)],
    )
    w.db.executemany(
        "INSERT INTO value (id, facet, key, name, fold, seq) VALUES (?1, 'country', ?2, ?2, lower(?2), 5)",
        [(id_, code) for code, id_ in countries.items()],
    )
    w.db.executemany("INSERT INTO member VALUES (?, ?)", ((100 + town, id_) for id_, town in enumerate(where, 1)))
    w.db.executemany(
        "INSERT INTO member VALUES (?, ?)", ((countries[chosen[town][2]], id_) for id_, town in enumerate(where, 1))
    )


def settle_at_once(w: Writer) -> None:
    """Bring all photos into what their towns and countries lie in, as settling would."""
    rows = w.db.execute(
        "SELECT v.id, k.lies_in FROM value v JOIN place_known k ON k.facet = v.facet AND k.key = v.key"
    ).fetchall()
    inside = [(value_id, *tag) for value_id, text in rows for tag in json.loads(text)]
    w.db.executemany(
        "INSERT OR IGNORE INTO value (facet, key, name, fold, parent, seq) VALUES (?1, ?2, ?3, lower(?3), ?4, 5)",
        {tuple(tag) for _, *tag in inside},
    )
    w.db.executemany(
        "INSERT OR IGNORE INTO member SELECT (SELECT id FROM value WHERE facet = ? AND key = ?), photo_id FROM member"
        " WHERE value_id = ?",
        [(facet, key, value_id) for value_id, facet, key, _, _ in inside],
    )
    w.db.execute("UPDATE place_known SET settled = 1")


def main() -> None:
    """Make the catalog and print the figures."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with scratch() as base, Home(base) as home:
        chosen = towns()
        with home.catalog.write() as w:
            fill(w, count, chosen)
        size = home.query("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size")[0]
        print(f"{count:,} photos in {len(chosen):,} towns")
        tree = home.tree()

        def listed(path: str) -> object:
            with tree.view() as view:
                located = tree.locate(view, path.split("/"))
                # A small catalog has no folder for some of them.
                return len(list(located.shown.entries())) if isinstance(located.shown, Folder) else 0

        for path in ("Places", "Places/Countries", "Places/Countries/DE"):
            timed(f"/{path} before there were regions", lambda path=path: listed(path))
        learner = PlaceLearner(home.settings)
        timed("finding out where home is", lambda: learner._look_for_home(home.catalog), 1)
        timed("looking up all towns", lambda: learner._learn(home.catalog), 1)
        began = time.perf_counter()
        learner._settle(home.catalog, lambda: False, MOST)
        took = time.perf_counter() - began
        print(f"brought into regions: {MOST / took:,.0f} photos a second, in batches of 500")
        with home.catalog.write() as w:
            settle_at_once(w)
        grown = home.query("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size")[0] - size
        print(f"the catalog has grown by {grown / count:.0f} bytes a photo")
        for path in ("Places", "Places/Countries", "Places/Countries/DE", "Places/Countries/DE/Bavaria"):
            found = timed(f"/{path}", lambda path=path: listed(path))
            print(f"{'':10}{found} folders")

        with tree.view() as view:

            def ask(phrase: str, *, only_plan: bool) -> object:
                found = plan(view.db, phrase, now=datetime(2025, 1, 1), spoken=view.spoken, within=view.within)
                return found if only_plan else found.photos.stamp(view.db).count

            timed("the first phrase", lambda: ask(PHRASES[0], only_plan=True), 1)
            for phrase in PHRASES:
                understood = timed(f"{phrase}: understood", lambda phrase=phrase: ask(phrase, only_plan=True))
                number = timed(f"{phrase}: counted", lambda phrase=phrase: ask(phrase, only_plan=False), 3)
                print(f"{'':10}{number:,} photos; {'; '.join(one.meaning for one in understood.understood)}")  # type: ignore[attr-defined]
        print(f"memory of all this: {pss(os.getpid()):.0f} MB")


if __name__ == "__main__":
    main()
