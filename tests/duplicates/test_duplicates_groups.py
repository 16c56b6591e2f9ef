"""Which photos come together, which of them is the best, and what their folder is called."""

import sqlite3
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from helpers.catalogs import make_tables

from haven_duplicates.groups import Group, Pair, find_groups
from haven_fs.catalog import names


class Chosen:
    """Links given by hand, as comparing.KeptLinks has them."""

    def __init__(self, *pairs: Pair, alike: Sequence[Pair] = ()) -> None:
        self.pairs = pairs
        self._alike = {frozenset(pair) for pair in (*pairs, *alike)}
        self.asked = 0

    def alike(self, doubtful: Sequence[Pair]) -> set[Pair]:
        self.asked += len(doubtful)
        return {pair for pair in doubtful if frozenset(pair) in self._alike}


def found_in(db: sqlite3.Connection, links: Chosen | None = None) -> list[Group]:
    every = [id_ for (id_,) in db.execute("SELECT id FROM photo")]
    return find_groups(db, every, links or Chosen())


@pytest.fixture
def db() -> Iterator[sqlite3.Connection]:
    opened = sqlite3.connect(":memory:")
    make_tables(opened)
    opened.execute("INSERT INTO library (id, root, name, fold) VALUES (1, x'61', 'A', 'a')")
    opened.execute("INSERT INTO dir (id, library_id, path, shown, shown_fold, seq) VALUES (1, 1, x'', '', '', 1)")
    yield opened
    opened.close()


def photo(db: sqlite3.Connection, id_: int, name: str | None = None, **facts: Any) -> None:
    """Add a photo, by default one that is like the others but for its file."""
    name = name or f"IMG_{id_}.jpg"
    given = {"kind": "image", "shown": 1, "width": 4000, "height": 3000, "size": 1000, "added": float(id_)}
    given |= {"fingerprint": id_.to_bytes(16, "little"), "gone": None} | facts
    original = ("size", "fingerprint", "gone")
    columns = {key: value for key, value in given.items() if key not in original}
    marks = ", ".join("?" * len(columns))
    db.execute(
        f"INSERT INTO photo (id, main_id, seq, {', '.join(columns)}) VALUES ({id_}, {id_}, 1, {marks})",
        tuple(columns.values()),
    )
    db.execute(
        "INSERT INTO original (id, dir_id, file, stem, size, mtime_ns, inode, etag, modified, created, shown,"
        " shown_fold, shown_href, shown_xml, probed, kind, fingerprint, photo_id, role, name, name_fold, gone, seq)"
        " VALUES (?, 1, ?, '', ?, 0, 0, '', '', '', ?, ?, '', '', 1, 'image', ?, ?, 'main', ?, ?, ?, 1)",
        (id_, name.encode(), given["size"], name, f"{id_}", given["fingerprint"], id_, name, names.fold(name),
         given["gone"]),
    )  # fmt: skip


def ids(groups: list[Group]) -> list[tuple[int, ...]]:
    return [group.photo_ids for group in groups]


SAME = {"fingerprint": b"the same", "size": 5}


def test_exact_copies_need_no_looks(db: sqlite3.Connection) -> None:
    photo(db, 1, **SAME)
    photo(db, 2)
    photo(db, 3, "copy.jpg", **SAME)
    photo(db, 4, "other size.jpg", **SAME | {"size": 6})
    (group,) = found_in(db)
    assert group == Group("IMG_1 and 1 more", (1, 3), (1, 1))


@pytest.mark.parametrize("missing", [{"shown": 0}, {"gone": 5}])
def test_what_is_not_there_is_in_no_group(db: sqlite3.Connection, missing: dict[str, int]) -> None:
    photo(db, 1, **SAME)
    photo(db, 2, **SAME, **missing)
    photo(db, 3)
    photo(db, 4, **missing)
    assert found_in(db, Chosen((3, 4), (1, 4), (7, 8))) == []


@pytest.mark.parametrize("empty", [b"", None])
def test_files_without_a_fingerprint_are_no_copies(db: sqlite3.Connection, empty: bytes | None) -> None:
    photo(db, 1, fingerprint=empty)
    photo(db, 2, fingerprint=empty)
    assert found_in(db) == []


def test_what_looks_alike_joins_copies(db: sqlite3.Connection) -> None:
    photo(db, 1, **SAME)
    photo(db, 2, **SAME)
    photo(db, 3, width=8000)
    photo(db, 4)
    # Only one of the copies has been looked at.
    (group,) = found_in(db, Chosen((2, 3)))
    assert group == Group("IMG_3 and 2 more", (3, 1, 2), (1, 2, 2))


def test_another_kind_is_another_picture(db: sqlite3.Connection) -> None:
    photo(db, 1)
    photo(db, 2, kind="raw")
    photo(db, 3, kind="video", duration=5.0)
    assert found_in(db, Chosen((1, 2), (2, 3), (1, 3))) == []


def test_videos_are_one_if_they_are_as_long(db: sqlite3.Connection) -> None:
    for id_, seconds in ((1, 600.0), (2, 605.9), (3, 606.3), (4, 2.0), (5, 2.4), (6, 3.0), (7, None)):
        photo(db, id_, kind="video", duration=seconds)
    assert ids(found_in(db, Chosen((1, 2), (1, 3), (2, 7), (4, 5), (4, 6)))) == [(1, 2), (4, 5)]


BETTER: tuple[dict[str, Any], ...] = (
    {"added": 3.0},
    {"added": 2.0},  # known longer
    {"size": 2000},  # a larger file
    {"latitude": 48.0},  # the camera said where
    {"latitude": 48.0, "taken_source": "exif"},
    {"latitude": 48.0, "taken_source": "exif", "make": "Haven"},
    {"width": 4001},  # more pixels
)


def test_the_best_comes_first(db: sqlite3.Connection) -> None:
    for id_, facts in enumerate(BETTER, start=1):
        photo(db, id_, **{"added": 2.5, "taken_source": "file"} | facts)
    count = len(BETTER)
    every = [(one, other) for one in range(1, count + 1) for other in range(one + 1, count + 1)]
    (group,) = found_in(db, Chosen(*every))
    assert group.photo_ids == tuple(range(count, 0, -1))
    assert group.best == count


def test_a_row_of_photos_is_not_one_group(db: sqlite3.Connection) -> None:
    """Each is like the next; the ends have nothing in common. Who is like the best is with it, the others apart."""
    for id_ in range(1, 8):
        photo(db, id_, width=5000 if id_ == 4 else 4000)
    row = [(id_, id_ + 1) for id_ in range(1, 7)]
    assert ids(found_in(db, Chosen(*row))) == [(1, 2), (4, 3, 5), (6, 7)]


def test_likeness_that_was_not_linked_is_asked_for(db: sqlite3.Connection) -> None:
    for id_ in range(1, 5):
        photo(db, id_)
    links = Chosen((1, 2), (2, 3), (3, 4), alike=[(1, 3)])
    assert ids(found_in(db, links)) == [(1, 2, 3)]


def test_a_long_row_comes_to_an_end(db: sqlite3.Connection) -> None:
    count = 400
    for id_ in range(1, count + 1):
        photo(db, id_, f"{id_:04d}.jpg")
    links = Chosen(*((id_, id_ + 1) for id_ in range(1, count)))
    groups = found_in(db, links)
    assert ids(groups) == [(id_, id_ + 1) for id_ in range(1, count, 2)]
    assert links.asked < count * 10


def test_only_some_photos(db: sqlite3.Connection) -> None:
    for id_ in range(1, 7):
        photo(db, id_, fingerprint=b"one" if id_ < 4 else b"other")
    assert ids(found_in(db)) == [(1, 2, 3), (4, 5, 6)]
    assert ids(find_groups(db, {2, 3, 4}, Chosen())) == [(2, 3)]
    assert find_groups(db, set(), Chosen()) == []


def test_what_surrounds_a_picture_makes_it_no_better(db: sqlite3.Connection) -> None:
    photo(db, 1)
    photo(db, 2, width=6000)
    db.execute("INSERT INTO copy_details (photo_id, content, data) VALUES (1, 1.0, x''), (2, 0.3, x'')")
    assert ids(found_in(db, Chosen((1, 2)))) == [(1, 2)]


def test_names_of_other_groups_are_taken(db: sqlite3.Connection) -> None:
    photo(db, 1, **SAME)
    photo(db, 2, **SAME)
    (group,) = find_groups(db, {1, 2}, Chosen(), lambda fold: fold == names.fold("IMG_1 and 1 more"))
    assert group.name == "IMG_1.jpg and 1 more"


def test_folders_have_names_of_their_own(db: sqlite3.Connection) -> None:
    given = ("a.jpg", "a.png", "A.jpg.png", "n" * 196 + ".jpg", "n" * 196 + ".png", "ü" * 98 + ".jpg", ".jpg")
    for id_, name in enumerate(given, start=1):
        photo(db, id_, name, fingerprint=f"{id_}".encode())
        photo(db, id_ + 100, f"x{id_}.jpg", fingerprint=f"{id_}".encode())
    found = [group.name for group in found_in(db)]
    assert len({names.fold(name) for name in found}) == len(given)
    assert all(names.portable(name) == name for name in found), found
    assert {"a and 1 more", "a.png and 1 more", ".jpg and 1 more"} <= set(found)
