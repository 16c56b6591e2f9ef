"""Each thing that can be said by a write, in words, as `haven log` shows it: it names what was said, and of what."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from helpers.home import Home
from helpers.people import LEFT, RIGHT, plant_people

PHOTOS = [f"IMG_{number}.jpg" for number in range(1, 5)]
WRITES: list[tuple[Callable[[Home], object], str]] = [
    (lambda home: home.move("/People/Person 1", "/People/Alice"), "Person 1 is Alice"),
    (lambda home: home.move("/People/Alice", "/People/Anna"), "Alice is Anna"),
    (lambda home: home.move("/People/Anna", "/People/Person 1"), "Anna is Person 1"),
    (lambda home: home.move("/People/Person 2", "/People/Person 1/"), "Person 2 is Person 1 too"),
    (lambda home: home.make("/People/Carl"), "New person Carl"),
    (lambda home: home.copy("/Recent/IMG_2.jpg", "/People/Carl/"), "Carl is in IMG_2.jpg"),
    (lambda home: home.delete("/People/Carl/IMG_2.jpg"), "Carl is not in IMG_2.jpg"),
    (lambda home: home.move("/People/Person 1/IMG_1.jpg", "/People/Carl/"), "Carl, not Person 1, is in IMG_1.jpg"),
    (lambda home: home.delete("/People/Carl"), "Carl is hidden"),
    (lambda home: home.make("/People/Carl"), "Carl is shown again"),
    (lambda home: home.make("/Albums/Trip"), "New album Trip"),
    (lambda home: home.make("/Albums/Trip/Day 1"), "New album Day 1"),
    (lambda home: home.copy("/Recent/IMG_1.jpg", "/Albums/Trip/"), "IMG_1.jpg is in the album Trip"),
    (lambda home: home.move("/Albums/Trip/IMG_1.jpg", "/Albums/Trip/Day 1/"),
     "IMG_1.jpg is in the album Day 1 rather than Trip"),
    (lambda home: home.delete("/Albums/Trip/Day 1/IMG_1.jpg"), "IMG_1.jpg is not in the album Day 1"),
    (lambda home: home.move("/Albums/Trip/Day 1", "/Albums/"), "The album Day 1 is in no other album"),
    (lambda home: home.move("/Albums/Trip", "/Albums/Day 1/"), "The album Trip is in the album Day 1"),
    (lambda home: home.move("/Albums/Day 1", "/Albums/First"), "The album Day 1 is called First"),
    (lambda home: home.copy("/Timeline/2020/2020-05", "/Albums/May"), "New album May with the photos of"),
    (lambda home: home.delete("/Albums/May"), "The album May is removed"),
    (lambda home: home.copy("/Recent/IMG_1.jpg", "/Favorites/"), "IMG_1.jpg is a favourite"),
    (lambda home: home.delete("/Favorites/IMG_1.jpg"), "IMG_1.jpg is no favourite"),
    (lambda home: home.make("/Search/dog on beach"), "New search dog on beach"),
    (lambda home: home.move("/Search/dog on beach", "/Search/2020"), "The search dog on beach is now 2020"),
    (lambda home: home.delete("/Search/2020/IMG_2.jpg"), "IMG_2.jpg is not in the search 2020"),
    (lambda home: home.copy("/Search/2020/About this search.txt", "/Albums/First/"),
     "About this search.txt is in the album First"),
    (lambda home: home.delete("/Albums/First/About this search.txt"),
     "About this search.txt is not in the album First"),
    (lambda home: home.delete("/Search/2020/About this search.txt"),
     "About this search.txt is not in the search 2020"),
    (lambda home: home.delete("/Search/2020"), "The search 2020 is removed"),
    (lambda home: home.make("/Favorites/2019"), "New folder 2019 in Favorites"),
    (lambda home: home.move("/Places/Paris", "/Places/Home"), "Paris is called Home"),
    (lambda home: home.copy("/Review/Unplaced/IMG_2.jpg", "/Places/Home/"), "IMG_2.jpg was taken in Home"),
    (lambda home: home.delete("/Places/Home/IMG_2.jpg"), "IMG_2.jpg was not taken in Home"),
    (lambda home: home.delete("/Review/Unplaced/IMG_2.jpg"), "The place of IMG_2.jpg is not asked any more"),
    (lambda home: home.move("/Timeline/2020/2020-05/IMG_3.jpg", "/Timeline/2019/2019-06/"),
     "IMG_3.jpg was taken in June 2019"),
    (lambda home: home.copy("/Recent/IMG_3.jpg", "/Timeline/2019/2019-06/x.jpg"), "IMG_3.jpg is in 2019-06 as x.jpg"),
    (lambda home: home.move("/Recent/IMG_4.jpg", "/Recently Removed/"), "IMG_4.jpg is hidden"),
    (lambda home: home.move("/Recently Removed/IMG_4.jpg", "/Timeline/2019/"), "IMG_4.jpg is shown again"),
]  # fmt: skip


@pytest.fixture
def house(tmp_path: Path) -> Iterator[Home]:
    with Home(tmp_path) as home:
        for name in PHOTOS[1:3]:
            home.add(name, "2020-05-04 12:00:00")
        home.add(PHOTOS[0], "2020-05-05 12:00:00", position=(48.8566, 2.3522))
        home.add(PHOTOS[3], "2019-06-05 12:00:00")
        plant_people(home, (LEFT, PHOTOS[:3]), (RIGHT, PHOTOS[1:]))
        yield home


def test_what_was_said(house: Home) -> None:
    wording = house.plugins.wording()
    for write, words in WRITES:
        newest = house.said()[0].id if house.said() else 0
        try:
            write(house)
        except Exception as error:
            raise AssertionError(words) from error
        said = [wording.sentence(one) for one in reversed(house.said()) if one.id > newest]
        assert any(one.startswith(words) for one in said), (words, said)
        assert all(len({one.gesture for one in house.said() if one.id > newest}) == 1 for _ in said)
        house.later()
