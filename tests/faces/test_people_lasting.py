"""What was said of people outlasts analyses, is a line on disk, and can be taken back; so do names in files."""

import json
from typing import Any

from helpers.catalogs import open_catalog
from helpers.home import Home
from helpers.people import LEFT, RIGHT, SPACE, face, looks, members, plant, say
from helpers.people_home import PHOTOS, PeopleHome

from haven_fs.catalog.findings import Analysis
from haven_fs.catalog.history import KIND, corrections
from haven_fs.catalog.record import FILE
from haven_fs.catalog.undo import undo


def test_all_that_was_said_outlasts_analyses(house: PeopleHome) -> None:
    house.rename("Person 1", "Alice")
    house.move(PHOTOS[4], "Alice", "Person 2")
    house.delete(PHOTOS[0], "Alice")
    house.write("People", "make_folder", "Carl")
    house.copy(f"People/Alice/{PHOTOS[2]}", "Carl", "x.jpg")
    said = house.everyone()
    assert PHOTOS[0] not in said["Alice"] and said["Carl"] == ["x.jpg"]
    # Another model finds the same faces a little elsewhere, with other vectors, and in one photo none.
    for number, name in enumerate(PHOTOS):
        moved = [tuple(side + 0.01 for side in LEFT)] + ([tuple(side - 0.01 for side in RIGHT)] if number >= 4 else [])
        plant(house, name, [(box, looks(50 + number)) for box in moved] if number != 4 else [], version=2)
    assert house.everyone() == said
    with house.catalog.write() as w:
        w.db.execute("DELETE FROM analysis")
        w.db.execute("UPDATE original SET probed = 0")
    house.index()
    assert house.everyone() == said


def test_names_in_files(house: PeopleHome) -> None:
    for photo in PHOTOS[:2]:
        named = [face([0.05, 0.15, 0.35, 0.55], None, name="Alice"), face(None, None, name="Grandma")]  # type: ignore[arg-type]
        say(house, photo_id(house, photo), "names", Analysis(1, json.dumps({"regions": named})))
    assert house.everyone()["Alice"] == PHOTOS[:2]
    assert house.everyone()["Grandma"] == PHOTOS[:2]
    with house.catalog.read() as db:
        rows = db.execute("SELECT count(*) FROM face WHERE said = 1 AND space = ?", (SPACE,)).fetchone()
    assert rows == (2,)  # the faces that were there
    # The owner knows better than the file, and a renamed person is still the one the file means.
    house.rename("Alice", "Alicia")
    house.delete(PHOTOS[1], "Alicia")
    named = [face([0.05, 0.15, 0.35, 0.55], None, name="Alice")]
    for photo in PHOTOS[:3]:
        say(house, photo_id(house, photo), "names", Analysis(2, json.dumps({"regions": named})))
    assert house.everyone()["Alicia"] == [PHOTOS[0], PHOTOS[2]]
    assert not {"Alice", "Grandma"} & set(house.people())  # whom only files named is gone with them


def photo_id(house: Home, name: str) -> int:
    with house.catalog.read() as db:
        return int(db.execute("SELECT photo_id FROM original WHERE name = ?", (name,)).fetchone()[0])


def test_unknown_faces_wait_in_review(house: PeopleHome) -> None:
    strangers = [house.add(f"street{number}.jpg").name for number in range(3)]
    house.index()
    for number, name in enumerate(strangers):
        plant(house, name, [(LEFT, looks(20 + number))], quality=0.9 if number else 0.1)
    assert house.listed("Review/Unknown faces") == strangers[1:]  # a blur is nobody's business
    assert house.people() == ["Person 1", "Person 2"]
    house.write("Review/Unknown faces", "take_out", f"@Review/Unknown faces/{strangers[1]}")
    assert house.listed("Review/Unknown faces") == strangers[2:]
    house.copy(f"Review/Unknown faces/{strangers[2]}", "Person 1")
    assert house.listed("Review/Unknown faces") == []


def test_each_correction_is_a_line_on_disk(house: PeopleHome) -> None:
    house.rename("Person 1", "Alice")
    house.delete(PHOTOS[0], "Alice")
    lines = [json.loads(line) for line in (house.data / FILE).read_text().splitlines()]
    assert [line["kind"] for line in lines] == ["person named", "person not in photo"]
    assert lines[1]["file"].endswith(f"Pictures/{PHOTOS[0]}") and lines[1]["fingerprint"]
    # A line that was cut short by a kill, or never written, is there after the next start.
    with (house.data / FILE).open("r+b") as file:
        file.truncate((house.data / FILE).stat().st_size - 20)
    house.catalog.close()

    house.catalog = open_catalog(house.data)
    assert [json.loads(line) for line in (house.data / FILE).read_text().splitlines()] == lines


def test_everything_said_can_be_taken_back(house: PeopleHome) -> None:
    steps = (
        lambda: house.rename("Person 1", "Alice"),
        lambda: house.move(PHOTOS[4], "Alice", "Person 2"),
        lambda: house.delete(PHOTOS[0], "Alice"),
        lambda: house.write("People", "make_folder", "Carl"),
        lambda: house.copy(f"People/Alice/{PHOTOS[2]}", "Carl", "x.jpg"),
        lambda: house.write("Review/Unknown faces", "take_out", f"@Review/Unknown faces/{PHOTOS[0]}"),
        lambda: house.write("People/Alice", "take_folder", "@People/Person 2"),
        lambda: house.rename("Carl", "Person Two"),
        # Just after the photo was taken out, it would mean that only the person is to be hidden.
        lambda: (house.later(), house.write("People/Alice", "remove")),
        lambda: house.write("People", "make_folder", "alice"),
    )
    states = [state(house)]
    for step in steps:
        step()
        states.append(state(house))
    assert len({str(one) for one in states}) == len(states)
    with house.catalog.read() as db:
        said = corrections(db)
    assert len(said) == len(steps)
    for number in range(len(steps) - 1, -1, -1):
        take_back(house, [said[len(steps) - 1 - number].id])
        assert state(house) == states[number], number
    # Taking back is taken back too: all at once, the newest first.
    with house.catalog.read() as db:
        again = [one.id for one in corrections(db) if one.kind == KIND]
    take_back(house, again)
    assert state(house) == states[-1]
    take_back(house, [one.id for one in said])
    assert state(house) == states[0]


def test_names_that_were_exchanged_are_again(house: PeopleHome) -> None:
    house.rename("Person 1", "A")
    house.rename("Person 2", "B")
    before = state(house)
    for name, to in (("A", "C"), ("B", "A"), ("C", "B")):
        house.rename(name, to)
    with house.catalog.read() as db:
        last = [one.id for one in corrections(db, limit=3)]
    take_back(house, last)
    assert state(house) == before


def take_back(house: PeopleHome, ids: list[int]) -> None:
    with house.catalog.read() as db:
        chosen = corrections(db, ids=ids)
    with house.catalog.write(by="") as w:
        assert undo(w, chosen, 0.0).left == 0


def state(house: PeopleHome) -> dict[str, Any]:
    """Return all that folders of people show."""
    with house.catalog.read() as db:
        values = db.execute("SELECT name FROM value WHERE facet = 'person' ORDER BY name").fetchall()
    return {
        "people": house.everyone(),
        "in": members(house),
        "unknown": house.listed("Review/Unknown faces"),
        "v": values,
    }
