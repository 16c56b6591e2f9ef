"""Where photos come in whose words stand in the picture: after what people wrote, and noise after everything."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from little_library import NOW, PHOTOS, SPOKEN, make

from haven_fs import Asked, PhotoSet, Ranking, SpokenFacet, View
from haven_search.engine import Engine

IN_PICTURES = {
    "c.jpg": "Beware of the dog",
    "d.jpg": "dog " + "and another thing " * 20,
    "e.jpg": "FREE WIFI",
    "IMG_2042.jpg": "wifi",
}
NUMBERS = {name: number for number, (name, *_) in enumerate(PHOTOS, 1)}


class Eyes:
    """A searcher that sees a dog in two photos, and nothing else anywhere."""

    name = "eyes"

    def by_text(self, view: View, text: str, photos: PhotoSet) -> Ranking | None:
        ids = [NUMBERS["g.jpg"], NUMBERS["d.jpg"]] if text == "dog" else []
        return Ranking(ids, [0.9, 0.8][: len(ids)])

    def by_photo(self, view: View, photo_id: int, photos: PhotoSet) -> Ranking | None:
        return None

    def by_picture(self, view: View, picture: Path, photos: PhotoSet) -> Ranking | None:
        return None


class Texts(SpokenFacet):
    """Words in pictures as a field."""

    facet = "text"

    def asked(self, value: str) -> Asked:
        return Asked.of_words(value, f"with {value} in it")


@pytest.fixture(scope="module")
def db() -> Iterator[sqlite3.Connection]:
    made = make()
    made.execute("UPDATE state SET value = 5 WHERE key = 'seq'")
    for name, text in IN_PICTURES.items():
        made.execute("UPDATE words SET seen = ? WHERE rowid = ?", (text, NUMBERS[name]))
    yield made
    made.close()


def found(db: sqlite3.Connection, phrase: str, *, model: bool = False) -> list[str]:
    view = View(
        db, {"data_dir": "", "language": "en"}, NOW, searchers=(Eyes(),) if model else (), spoken=(*SPOKEN, Texts())
    )
    answer = Engine().answer(view, phrase)
    ids = answer.ranked if answer.ranked is not None else answer.photos.ids(db)
    return [PHOTOS[id_ - 1][0] for id_ in ids]


def test_what_people_wrote_comes_first_then_signs_then_pages(db: sqlite3.Connection) -> None:
    ranked = found(db, "dog")
    assert set(ranked[:2]) == {"DSC01234.jpg", "beach.jpg"}
    assert ranked[2:] == ["c.jpg", "d.jpg"]


def test_what_a_model_sees_comes_before_pages_that_only_mention_it(db: sqlite3.Connection) -> None:
    ranked = found(db, "dog", model=True)
    assert set(ranked[:2]) == {"DSC01234.jpg", "beach.jpg"}
    assert ranked[2:] == ["c.jpg", "g.jpg", "d.jpg"]


def test_one_word_may_be_written_and_the_other_stand_in_the_picture(db: sqlite3.Connection) -> None:
    assert found(db, "free wifi") == ["e.jpg"]
    assert found(db, "e.jpg wifi") == ["e.jpg"]


def test_words_in_pictures_can_be_asked_for_alone(db: sqlite3.Connection) -> None:
    assert found(db, "text:dog") == ["c.jpg", "d.jpg"]
    assert found(db, 'text:"free wifi"') == ["e.jpg"]
    assert found(db, 'text:"wifi free"') == []
    assert found(db, "with Alice text:wifi") == ["IMG_2042.jpg"]


@pytest.mark.parametrize("hostile", ['text:"a""b"', "text:*", "text:NEAR(a)", "text:-wifi", 'text:seen:"x"'])
def test_what_people_type_is_never_an_operator(db: sqlite3.Connection, hostile: str) -> None:
    found(db, hostile)


def test_what_only_mentions_a_word_is_not_left_out_for_it(db: sqlite3.Connection) -> None:
    left = found(db, "2016 -dog")
    assert "d.jpg" in left
    assert "c.jpg" not in left
