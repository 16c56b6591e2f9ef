"""What Haven and its plugins are tested with: a home of made photos, and the rules that every smart folder keeps.

Nothing here needs pytest: checks are functions that raise AssertionError with what is wrong. docs/plugins.md shows how
a plugin is tested with them.
"""

from haven_fs.testing.home import Home
from haven_fs.testing.looking import Look
from haven_fs.testing.photos import jpeg, make_photo, make_video, picture
from haven_fs.testing.reading import check_reading
from haven_fs.testing.states import State, differences, state_of
from haven_fs.testing.versions import History, check_versions, snapshot
from haven_fs.testing.writing import check_writing

__all__ = [
    "History",
    "Home",
    "Look",
    "State",
    "check_reading",
    "check_versions",
    "check_writing",
    "differences",
    "jpeg",
    "make_photo",
    "make_video",
    "picture",
    "snapshot",
    "state_of",
]
