"""A folder that is removed takes all with it that is in it, also what has just been renamed and written anew there."""

from pathlib import Path

import pytest
from helpers.home import Home


@pytest.mark.parametrize("folder", ["/Originals/Pictures/Trip", "/Inbox/Trip"])
def test_nothing_of_a_removed_folder_is_there_when_it_is_made_again(tmp_path: Path, folder: str) -> None:
    with Home(tmp_path) as home:
        home.add_inbox()
        home.add_library(writable=True)
        home.index()
        home.make(folder)
        home.put(f"{folder}/a.txt", b"first")
        home.move(f"{folder}/a.txt", f"{folder}/b.txt")
        home.put(f"{folder}/a.txt", b"second")
        home.delete(folder)
        assert home.query("SELECT count(*) FROM original WHERE gone IS NULL") == [0]
        home.make(folder)
        assert home.list(folder) == []
        home.move("/Recently Removed/Trip", f"{folder}/Trip")
        assert home.list(f"{folder}/Trip") == ["a.txt", "b.txt"]
        assert home.query("SELECT count(*) FROM original WHERE gone IS NULL") == [2]
