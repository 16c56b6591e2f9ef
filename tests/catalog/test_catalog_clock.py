"""The catalog's clock moves when something shows differently, and only then: sync tools look again at each tick."""

from helpers.home import Home


def clock(home: Home) -> int:
    with home.catalog.read() as db:
        return int(db.execute("SELECT value FROM state WHERE key = 'seq'").fetchone()[0])


def test_a_walk_that_finds_nothing_leaves_it(home: Home) -> None:
    home.add("a.jpg")
    home.index()
    before = clock(home)
    home.index()
    assert clock(home) == before


def test_a_new_photo_moves_it(home: Home) -> None:
    home.add("a.jpg")
    home.index()
    before = clock(home)
    home.add("b.jpg")
    home.index()
    assert clock(home) > before
