"""The disk that Haven's own data is on is full: each write says so, nothing is half done, and it goes on with room."""

import pytest
from helpers.home import Home

from haven_fs.errors import DiskFull


def test_a_write_that_the_catalog_has_no_room_for(home: Home, caplog: pytest.LogCaptureFixture) -> None:
    home.add("a.jpg")
    home.index()
    assert home.catalog._writer is not None
    home.catalog._writer.execute("PRAGMA max_page_count = 1")  # no more than there are now
    made = []
    with pytest.raises(DiskFull, match="Make room"):
        for number in range(2000):
            home.make(f"/Albums/{number:04} {'x' * 100}")
            made.append(f"{number:04} {'x' * 100}/")
    with pytest.raises(DiskFull):
        home.make(f"/Albums/{len(made):04} {'x' * 100}")  # a shorter name may still find room in its page
    assert "is full" in caplog.text
    home.catalog._writer.execute("PRAGMA max_page_count = 1000000")
    home.make("/Albums/Summer")
    assert [name for name in home.list("/Albums") if name.endswith("/")] == [*made, "Summer/"]
