"""Random walks of writes to places and dates: the folders show what a simple model says, and undo brings all back."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest
from helpers.effort import times
from helpers.saying import Saying
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from haven_fs.errors import Refused
from haven_time.said import Period

pytestmark = pytest.mark.long

TOWNS = {"Paris": (48.8584, 2.2945), "Lyon": (45.7640, 4.8357), "Berlin": (52.5163, 13.3777)}
PHOTOS = {
    "a.jpg": ("Paris", "2019-07-31"),
    "b.jpg": ("Paris", "2019-07-02"),
    "c.jpg": ("Lyon", "2020-02-29"),
    "d.jpg": ("Berlin", "2020-02-01"),
    "e.jpg": (None, "2021-01-31"),
    "f.jpg": (None, None),
    "g.jpg": ("Berlin", None),
}
MONTHS = ("2019-07", "2020-02", "2021-01")
NAMES = ("Home", "Paris", "Lyon", "Berlin")
SHOWN = ("Places", "Timeline", "Review/Unplaced", "Review/Undated")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Saying]:
    made = Saying(tmp_path_factory.mktemp("walk"))
    for name, (town, day) in PHOTOS.items():
        made.add(
            name, day and f"{day} 10:00:00", position=town and TOWNS[town], camera=("Haven", "Test") if day else None
        )
    made.index()
    yield made
    made.close()


@dataclass
class Model:
    """Where and when each photo is by what was said; `called`: what towns are called now."""

    towns: dict[str, str | None] = field(default_factory=lambda: {name: town for name, (town, _) in PHOTOS.items()})
    days: dict[str, str | None] = field(default_factory=lambda: {name: day for name, (_, day) in PHOTOS.items()})
    called: dict[str, str] = field(default_factory=lambda: {town: town for town in TOWNS})
    dismissed: set[tuple[str, str]] = field(default_factory=set)

    def check(self, home: Saying) -> None:
        for town, name in self.called.items():
            there = sorted(photo for photo, where in self.towns.items() if where == town)
            assert home.listed(f"Places/{name}") == there, name
        for month in MONTHS:
            listed = home.listed(f"Timeline/{month[:4]}/{month}")
            assert listed == sorted(photo for photo, day in self.days.items() if day and day[:7] == month), month
        for folder, question, known in (("Unplaced", "place", self.towns), ("Undated", "time", self.days)):
            asked = sorted(p for p, answer in known.items() if not answer and (p, question) not in self.dismissed)
            assert home.listed(f"Review/{folder}") == asked


WRITES = st.one_of(
    st.tuples(st.just("copy"), st.sampled_from(sorted(PHOTOS)), st.sampled_from([*TOWNS, *MONTHS])),
    st.tuples(st.just("move"), st.sampled_from(sorted(PHOTOS)), st.sampled_from([*TOWNS, *MONTHS])),
    st.tuples(st.just("delete"), st.sampled_from(sorted(PHOTOS)), st.sampled_from(["place", "unplaced", "undated"])),
    st.tuples(st.just("rename"), st.sampled_from(sorted(TOWNS)), st.sampled_from(NAMES)),
)


def folder_of(model: Model, target: str) -> str:
    return f"Places/{model.called[target]}" if target in TOWNS else f"Timeline/{target[:4]}/{target}"


def write(home: Saying, model: Model, what: str, photo: str, target: str) -> None:
    """Write to the folders, and to the model what that means; nothing if there is no such folder or photo now."""
    if what == "rename":
        rename(home, model, photo, target)
        return
    if what == "delete":
        delete(home, model, photo, target)
        return
    folder = folder_of(model, target)
    if not home.is_there(folder):
        return
    known = model.towns if target in TOWNS else model.days
    there = known[photo]
    is_here = there is not None and (there == target or there[:7] == target)
    if what == "copy":
        if there is not None and not is_here:
            with pytest.raises(Refused):
                home.copy(f"Recent/{photo}", folder)
            return
        home.copy(f"Recent/{photo}", folder)
    else:
        source = folder_of(model, there if target in TOWNS else there[:7]) if there else None
        if source is None or source == folder:
            return
        home.move(f"{source}/{photo}", folder)
    question = "place" if target in TOWNS else "time"
    if not is_here:
        model.dismissed.discard((photo, question))
        known[photo] = target if target in TOWNS else dated(there, target)


def dated(there: str | None, month: str) -> str:
    period = Period.named(month)
    assert period is not None
    # Undated photos here are from the day the test runs: any day of the month will do.
    before = None if there is None else (datetime.fromisoformat(there) - datetime(1970, 1, 1)) // timedelta(seconds=1)
    return str((datetime(1970, 1, 1) + timedelta(seconds=period.of(before))).date())


def delete(home: Saying, model: Model, photo: str, question: str) -> None:
    town = model.towns[photo]
    if question == "place":
        if town is not None:
            home.delete(f"Places/{model.called[town]}/{photo}")
            model.towns[photo] = None
        return
    known, asked = (model.towns, "place") if question == "unplaced" else (model.days, "time")
    if known[photo] is None and (photo, asked) not in model.dismissed:
        home.delete(f"Review/{question.capitalize()}/{photo}")
        model.dismissed.add((photo, asked))


def rename(home: Saying, model: Model, town: str, name: str) -> None:
    folder = f"Places/{model.called[town]}"
    if not home.is_there(folder) or name == model.called[town]:
        return
    others = [other for other, called in model.called.items() if called == name and other != town]
    if others:
        if any(where in others for where in model.towns.values()):
            with pytest.raises(Refused):
                home.rename(folder, name)
        return  # the name of a place without photos: see tests of places
    home.rename(folder, name)
    model.called[town] = name


@settings(max_examples=times(6, 12), deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(WRITES, min_size=1, max_size=12))
def test_a_walk(home: Saying, walk: list[tuple[str, str, str]]) -> None:
    first = len(home.said())
    model = Model()
    model.check(home)
    states = [(first, home.shown(*SHOWN))]
    for step in walk:
        write(home, model, *step)
        if len(home.said()) > states[-1][0]:
            states.append((len(home.said()), home.shown(*SHOWN)))
        model.check(home)
    # Any suffix of what was said can be taken back: the newest first, all of it.
    for (said, _), (before, state) in zip(states[:0:-1], states[-2::-1], strict=True):
        assert home.take_back(*range(before + 1, said + 1)) == 0
        assert home.shown(*SHOWN) == state
    Model().check(home)


def test_all_at_once(home: Saying) -> None:
    model = replace(Model())
    first, before = len(home.said()), home.shown(*SHOWN)
    for step in (
        ("rename", "Paris", "Home"),
        ("move", "a.jpg", "Berlin"),
        ("move", "a.jpg", "2020-02"),
        ("copy", "e.jpg", "Paris"),
        ("delete", "e.jpg", "place"),
        ("delete", "e.jpg", "unplaced"),
        ("copy", "f.jpg", "2019-07"),
    ):
        write(home, model, *step)
    model.check(home)
    home.index(anew=True)
    model.check(home)
    assert home.take_back(*range(first + 1, len(home.said()) + 1)) == 0
    assert home.shown(*SHOWN) == before
