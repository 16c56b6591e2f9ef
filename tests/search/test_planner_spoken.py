"""What phrases understand comes from plugins: without one its names are words, and another brings names of its own."""

import sqlite3
from collections.abc import Collection, Iterator

import pytest
from little_library import NOW, SPOKEN, found, looked_for, make, words_of

from haven_fs import Asked, SpokenFacet, Tag
from haven_search.planner import plan

WITHOUT_PEOPLE = tuple(one for one in SPOKEN if one.facet not in ("person", "company"))


class Colours(SpokenFacet):
    facet = "colour"
    fields = ("hue",)
    leads = "with"
    says = "with much {name}"

    def also_called(self, value: Tag, language: str) -> tuple[str, ...]:
        return ("crimson",) if value.key == "red" else ()

    def nothing_but(self, keys: Collection[str]) -> Asked:
        return Asked("0", (), "with no other colour")


@pytest.fixture
def bare() -> Iterator[sqlite3.Connection]:
    """The little catalog without a table of the plugin that finds people."""
    db = make()
    for table in ("face", "not_person", "person_alias", "person"):
        db.execute(f"DROP TABLE {table}")
    yield db
    db.close()


@pytest.mark.parametrize("phrase", ["Alice in Paris", "only Alice in Paris", "Paris with Alice and Bob"])
def test_without_the_plugin_its_names_are_words(bare: sqlite3.Connection, phrase: str) -> None:
    made = plan(bare, phrase, now=NOW, spoken=WITHOUT_PEOPLE)
    assert [one.kind for one in made.understood] == ["place"]
    assert "Alice" in looked_for(made) and "alice" in words_of(made)
    assert found(bare, made) == {"IMG_2041.jpg", "IMG_2042.jpg"}


def test_without_the_plugin_nobody_can_be_left_out(bare: sqlite3.Connection) -> None:
    made = plan(bare, "beach without people", now=NOW, spoken=WITHOUT_PEOPLE)
    assert not made.understood and looked_for(made) == "beach and -people"


def test_with_no_plugin_at_all(bare: sqlite3.Connection) -> None:
    made = plan(bare, "videos in Paris 2019 rating:4+ type:video place:Paris", now=NOW)
    assert {one.kind for one in made.understood} == {"date", "rating", "type", "place"}
    assert "videos" in looked_for(made) and found(bare, made) <= {"IMG_2041.jpg", "IMG_2042.jpg"}


def test_another_plugin_brings_names_of_its_own(bare: sqlite3.Connection) -> None:
    spoken = (*WITHOUT_PEOPLE, Colours())
    for phrase in ("dog with red", "dog with crimson", "dog hue:red"):
        made = plan(bare, phrase, now=NOW, spoken=spoken)
        assert [(one.kind, one.meaning) for one in made.understood] == [("colour", "with much Red")]
        assert found(bare, made) == {"beach.jpg"} and looked_for(made) == "dog"
    assert [one.meaning for one in plan(bare, "without crimson", now=NOW, spoken=spoken).understood] == [
        "without much Red"
    ]
    assert found(bare, plan(bare, "only crimson", now=NOW, spoken=spoken)) == set()
