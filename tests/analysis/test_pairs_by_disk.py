"""What the disk says of files counts where they do not say themselves that they are of one shot."""

import os
from pathlib import Path

import pytest

from haven_fs.testing import Home, make_video

DAY, LATER = 1304596800.0, 1557057600.0
"""2011-05-05 and 2019-05-05."""


@pytest.mark.parametrize(("changed", "photos"), [(LATER, 2), (DAY + 600, 1)])
def test_a_picture_without_a_date_is_no_live_photo_of_a_film_of_other_years(
    tmp_path: Path, changed: float, photos: int
) -> None:
    with Home(tmp_path) as home:
        picture = home.add("IMG_7.jpg", None)
        film = make_video(home.root / "IMG_7.mov", seconds=3, taken="2011-05-05 12:00:00")
        os.utime(picture, (changed, changed))
        os.utime(film, (DAY, DAY))
        home.index()
        assert home.query("SELECT count(*) FROM photo WHERE shown") == [photos]
        assert home.list("/Timeline") == (["2011/"] if photos == 1 else ["2011/", "2019/"])
