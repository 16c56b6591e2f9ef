"""A small catalog made by SQL, for tests of the planner: who and what there is, and what each photo is of."""

import sqlite3
from calendar import timegm
from datetime import datetime
from functools import partial

from helpers.catalogs import make_tables

import haven_albums
import haven_faces
import haven_media
import haven_places
import haven_time
from haven_fs.catalog import names
from haven_search import planner
from haven_search.fulltext import FullText
from haven_search.plan import Look, Plan

SPOKEN = tuple(
    spoken
    for plugin in (haven_faces, haven_places, haven_time, haven_media, haven_albums)
    for spoken in plugin.haven_phrases()
)
plan = partial(planner.plan, spoken=SPOKEN)
NOW = datetime(2024, 7, 3, 12, 0, 0)
"""A Wednesday."""

VALUES = {
    "person": ["Alice", "Bob", "Carol Smith", "Dan", "Person 12", "Rose", "June", "Zoë", "Florence", "Nobody Seen"],
    "place": [
        "Paris|FR", "Paris (US-TX)|US", "New York|US", "San Francisco|US", "London|GB", "Nice|FR", "São Paulo|BR",
        "Luxembourg|LU", "Florence|IT", "Springfield (US-IL)|US", "Springfield (US-MO)|US", "Essen|DE", "Münster|DE",
        "Aix-en-Provence|FR", "St. John's|CA", "Of|TR", "Å|NO", "Berlin|DE", "Malmö|SE", "Split|HR",
    ],
    "country": [
        "France=FR", "United States=US", "United Kingdom=GB", "Luxembourg=LU", "Italy=IT", "Germany=DE", "Brazil=BR",
        "Türkiye=TR", "Norway=NO", "Sweden=SE", "Croatia=HR", "Japan=JP",
    ],
    "type": ["Videos=video", "Screenshots=screenshot", "Panoramas=panorama", "RAW=raw", "Live Photos=live"],
    "keyword": ["dog", "beach", "New York trip", "Été"],
    "colour": ["Red=red"],
}  # fmt: skip
"""By facet: the name, "=" its key if it has another, "|" the key above it."""

PHOTOS = [
    # name, day, values, make and model, stars, caption
    ("IMG_2041.jpg", 20190714, "Alice, place:Paris, France", "Apple|iPhone 13", 5, "Alice laughing at the tower"),
    ("IMG_2042.jpg", 20190715, "Alice, Bob, place:Paris, France", "Apple|iPhone 13 Pro", 4, ""),
    ("IMG_2043.mov", 20200314, "Alice, video, place:London, United Kingdom", "Apple|iPhone 13", None, ""),
    (
        "DSC01234.jpg",
        20230620,
        "Bob, place:New York, United States, dog",
        "Canon|Canon EOS 5D",
        3,
        "The dog on the beach",
    ),
    ("DSC01235.jpg", 20230821, "Carol Smith, place:San Francisco, United States", "Canon|Canon EOS 5D Mark II", 1, ""),
    ("_MG_0001.cr2", 20181225, "raw, place:Florence, Italy", "Canon|Canon EOS 5D", 2, "Christmas dinner"),
    ("Screenshot_2024-01-02.png", 20240102, "screenshot", "|", None, ""),
    ("PANO_1.jpg", 20171231, "panorama, place:Nice, France", "NIKON CORPORATION|NIKON D90", None, "Fireworks"),
    ("P1020304.jpg", 20180101, "Person 12, place:Springfield (US-IL), United States", "Panasonic|DMC-TZ7", None, ""),
    ("scan_old.jpg", 19850601, "Florence, place:Springfield (US-MO), United States", "|", None, "Grandmother Florence"),
    ("beach.jpg", 20240630, "beach, dog, red, place:São Paulo, Brazil", "Google|Pixel 7", None, "dogs"),
    ("IMG_3000.heic", 20240615, "live, Rose, June, place:Luxembourg, country:Luxembourg", "Apple|iPhone 15", None, ""),
    ("b.jpg", 20240629, "Zoë, place:Aix-en-Provence, France", "Apple|iPhone 15", None, "umbrella in the rain"),
    ("c.jpg", 20160410, "place:St. John's, Nice place", "|", None, ""),
    ("d.jpg", 20160229, "place:Essen, Germany", "|", None, ""),
    ("e.jpg", 20151011, "place:Münster, Germany", "|", None, ""),
    ("f.jpg", 20100501, "place:Of, Türkiye", "|", None, "holiday_2010 album"),
    ("g.jpg", 20090501, "place:Å, Norway", "|", None, ""),
    ("h.jpg", 20080501, "place:Malmö, Sweden, Été", "|", None, ""),
    ("i.jpg", None, "place:Paris (US-TX), United States", "|", None, "no date known"),
    ("j.jpg", 20150103, "place:Split, Croatia, Dan", "|", None, ""),
    ("hidden.jpg", 20200101, "place:Berlin, Germany, Japan", "|", None, "not shown"),
]


def make(path: str = ":memory:") -> sqlite3.Connection:
    """Make the catalog and return a connection to it."""
    db = sqlite3.connect(path, isolation_level=None)
    make_tables(db)
    ids: dict[str, int] = {}
    for facet, values in VALUES.items():
        for value in values:
            bare, _, parent = value.partition("|")
            name, _, key = bare.partition("=")
            row = (facet, key or name, name, names.fold(name), parent or None)
            insert = "INSERT INTO value (facet, key, name, fold, parent, seq) VALUES (?, ?, ?, ?, ?, 1) RETURNING id"
            number = db.execute(insert, row).fetchone()[0]
            ids[f"{facet}:{name}"] = number
            for short in (name, key):
                ids.setdefault(short, number)
    for number, (name, day, values, camera, stars, caption) in enumerate(PHOTOS, 1):
        add_photo(db, number, name, day, camera, stars, caption)
        words = [value for value in values.split(", ") if f"keyword:{value}" in ids]
        db.execute(
            "INSERT INTO words (rowid, name, caption, keywords) VALUES (?, ?, ?, ?)",
            (number, name, caption, "; ".join(words)),
        )
        members = {ids[value] for value in values.split(", ") if value in ids}
        db.executemany("INSERT INTO member VALUES (?, ?)", [(value, number) for value in members])
    db.execute("UPDATE photo SET shown = 0 WHERE caption = 'not shown'")
    return db


def add_photo(
    db: sqlite3.Connection, number: int, name: str, day: int | None, camera: str, stars: int | None, caption: str
) -> None:
    """Put a row into the table of photos."""
    make, _, model = camera.partition("|")
    taken = None if day is None else timegm((day // 10000, day // 100 % 100, day % 100, 12, 0, 0))
    kind = "video" if name.endswith(".mov") else "image"
    db.execute(
        "INSERT INTO photo (id, main_id, kind, added, shown, day, taken, make, model, lens, rating, caption, seq)"
        " VALUES (?, ?, ?, 0, 1, ?, ?, ?, ?, ?, ?, ?, 1)",
        (
            number,
            number,
            kind,
            day,
            taken,
            make or None,
            model or None,
            "EF50mm f/1.8 STM" if "5D" in model else None,
            stars,
            caption,
        ),
    )


def found(db: sqlite3.Connection, understood: Plan) -> set[str]:
    """Return the names of the photos that a plan narrows to."""
    query = f"SELECT p.id FROM photo p WHERE {understood.photos.condition}"
    return {PHOTOS[number - 1][0] for (number,) in db.execute(query, understood.photos.params)}


def matching_words(db: sqlite3.Connection, understood: Plan) -> list[int]:
    """Return the ids of the plan's photos whose words fit the first thing that it looks for."""
    return FullText(db).matching(understood.looks[0].words, understood.photos) if understood.looks else []


def looked_for(understood: Plan) -> str:
    """Return what a plan looks for besides its filters, with what it leaves out after a minus."""
    groups = (" or ".join(one.text if isinstance(one, Look) else one.says for one in g) for g in understood.groups)
    return " and ".join((*groups, *(f"-{look.text}" for look in understood.without)))


def words_of(understood: Plan) -> tuple[str, ...]:
    """Return the words that a plan looks for in what is written about photos."""
    return tuple(word for look in understood.looks for word in look.words)


__all__ = ["NOW", "PHOTOS", "VALUES", "add_photo", "found", "looked_for", "make", "matching_words", "plan", "words_of"]
