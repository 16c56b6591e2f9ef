"""Followers that fail: a disk that is full is told in a sentence, a mistake with where it was made."""

import pytest
from helpers.home import Home

FOLLOWER = """
import errno

from haven_fs import hookimpl


class Mine:
    name = "mine"
    analyzers = frozenset()

    def follow(self, catalog, photo_ids):
        pass

    def idle(self, catalog, progress, stopped):
        raise {error}

    def rest(self):
        pass


@hookimpl
def haven_followers(settings):
    return [Mine()]
"""


@pytest.mark.parametrize(
    ("error", "where"),
    [
        ('OSError(errno.ENOSPC, "No space left")', False),
        ('OSError(errno.EROFS, "Read-only")', False),
        ("KeyError", True),
    ],
)
def test_a_disk_that_fails_a_follower_is_told_in_words(
    home: Home, fresh, plant, caplog: pytest.LogCaptureFixture, error: str, where: bool
) -> None:
    plant("mine", FOLLOWER.format(error=error))
    home.add("a.jpg")
    fresh().run()
    said = [record for record in caplog.records if "follower mine" in record.getMessage()]
    assert said and {bool(record.exc_info) for record in said} == {where}
