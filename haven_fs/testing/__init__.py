"""What Haven and its plugins are tested with: a home of made photos, and the rules that every smart folder keeps.

Nothing here needs pytest: checks are functions that raise AssertionError with what is wrong. docs/plugins.md shows how
a plugin is tested with them.
"""

from haven_fs.testing.home import Home
from haven_fs.testing.looking import Look
from haven_fs.testing.photos import jpeg, make_photo, make_video, picture
from haven_fs.testing.reading import check_reading
from haven_fs.testing.versions import History, check_versions, snapshot

__all__ = [
    "History",
    "Home",
    "Look",
    "check_reading",
    "check_versions",
    "jpeg",
    "make_photo",
    "make_video",
    "picture",
    "snapshot",
]
