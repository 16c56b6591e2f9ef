"""Which libraries there are is known when the catalog is lost, without a word from their owner."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from helpers.home import Home
from helpers.replaying import lose

from haven_fs.catalog.libraries import all_libraries, remove_library


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    made = Home(tmp_path)
    made.add("a.jpg")
    yield made
    made.close()


def libraries(home: Home) -> list[tuple[str, bool, bool]]:
    with home.catalog.read() as db:
        return [(one.name, one.writable, one.inbox) for one in all_libraries(db)]


def reopen(home: Home) -> None:
    home.catalog.close()
    lose(home.data)
    home.catalog = home.folder.open_catalog()


def test_they_are_there_again(home: Home) -> None:
    (home.root.parent / "More").mkdir()
    home.add_library(home.root.parent / "More", writable=True)
    home.add_inbox()
    home.add_library()
    before = libraries(home)
    assert len(before) == 3
    reopen(home)
    assert libraries(home) == before
    home.indexer().run()
    assert home.query("SELECT count(*) FROM photo") == [1]
    remove_library(home.catalog, "More")
    reopen(home)
    assert [name for name, *_ in libraries(home)] == ["Inbox", "Pictures"]


def test_a_kill_right_after_one_was_added(home: Home) -> None:
    home.add_library()
    lose(home.data)
    home.catalog = home.folder.open_catalog()
    assert len(libraries(home)) == 1


UNREADABLE = {
    '[{"root": 1': "it is not JSON",
    "[" * 200_000: "it is not JSON",
    '{"root": 1}': "it is not as Haven writes it",
    "null": "it is not as Haven writes it",
    '[{"root": 1, "name": "Pictures", "writable": false, "inbox": false}]': "it is not as Haven writes it",
    '[{"root": "/x", "name": null, "writable": false, "inbox": false}]': "it is not as Haven writes it",
    '[{"root": "/x", "name": "x", "writable": [], "inbox": false}]': "it is not as Haven writes it",
}


@pytest.mark.parametrize("text", UNREADABLE, ids=lambda text: text[:40])
def test_a_list_that_cannot_be_read(home: Home, caplog: pytest.LogCaptureFixture, text: str) -> None:
    home.add_library()
    home.catalog.close()
    (home.data / "libraries.json").write_text(text)
    lose(home.data)
    home.catalog = home.folder.open_catalog()
    assert libraries(home) == [] and f"libraries.json cannot be read: {UNREADABLE[text]}\n" in caplog.text
