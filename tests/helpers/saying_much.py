"""Corrections of every kind at random, as users make them, in a library whose photos have made-up faces.

The plugin here finds one or two faces in each photo, told by its name, and groups them: those alike are one person.
"""

import random
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np

from haven_faces.people import People
from haven_fs import Analyzer, Embedding, Facts, Refused, Region, Sample, UserError, hookimpl
from haven_fs.catalog import Catalog
from haven_fs.testing import Home

SPACE = "faces:made-up"
PEOPLE = 12
TOWNS = [(48.8566, 2.3522), (45.7640, 4.8357), (52.52, 13.405), (41.9028, 12.4964), (51.5074, -0.1278)]


class MadeUpFaces(Analyzer):
    """Finds faces by the names of files."""

    name, version, needs, space = "faces", 1, "picture", SPACE

    def analyze(self, batch: Sequence[Sample]) -> Sequence[Facts]:
        """Find them."""
        return [self._of(sample.path.name) for sample in batch]

    def _of(self, name: str) -> Facts:
        rng = random.Random(name)
        boxes = [(0.1, 0.2, 0.3, 0.5), (0.6, 0.2, 0.8, 0.5)][: rng.randint(0, 2)]
        regions, embeddings = [], []
        for part, (box, person) in enumerate(zip(boxes, rng.sample(range(PEOPLE), len(boxes)), strict=True)):
            vector = np.zeros(PEOPLE, np.float32)
            vector[person] = 1
            embeddings.append(Embedding(SPACE, vector.astype("<f2").tobytes()))
            regions.append(Region("face", box, part=part, details={"quality": round(rng.uniform(0.5, 1), 3)}))
        return Facts(regions=regions, embeddings=embeddings)


class Grouper:
    """Groups faces that are alike, those that nobody spoke of."""

    name, analyzers = "made-up groups", frozenset({"faces"})

    def follow(self, catalog: Catalog, photo_ids: Collection[int]) -> None:
        """Do nothing yet."""

    def idle(self, catalog: Catalog, progress: Any, stopped: Callable[[], bool]) -> None:
        """Find whose the faces are that are nobody's."""
        with catalog.read() as db:
            rows = db.execute(
                "SELECT f.id, f.photo_id, f.part, f.person_id, f.said FROM face f WHERE f.space = ? ORDER BY f.id",
                (SPACE,),
            ).fetchall()
            barred = set(db.execute("SELECT photo_id, person_id FROM not_person").fetchall())
        if not rows:
            return
        vectors = catalog.vectors.store.gather(SPACE, np.array([row[1:3] for row in rows], np.int64))
        labels = vectors.argmax(axis=1).tolist()
        known: dict[int, Counter[int]] = {}
        for (_, _, _, person, said), label in zip(rows, labels, strict=True):
            if person is not None and not said:
                known.setdefault(label, Counter())[person] += 1
        found = {}
        for (face, photo, _, person, _), label in zip(rows, labels, strict=True):
            whose = known[label].most_common(1)[0][0] if label in known else -1 - label
            if person is None and (photo, whose) not in barred:
                found[face] = whose
        if found:
            with catalog.write() as w:
                people = People(w)
                people.group(found, 3)
                people.finish()

    def rest(self) -> None:
        """Nothing is held."""


@hookimpl
def haven_analyzers(settings: object) -> Sequence[Analyzer]:
    """Bring the faces."""
    return [MadeUpFaces()]


@hookimpl
def haven_followers(settings: object) -> Sequence[Grouper]:
    """Bring their groups."""
    return [Grouper()]


PLUGIN = SimpleNamespace(__name__="made_up_faces", haven_analyzers=haven_analyzers, haven_followers=haven_followers)


def library(base: Path, photos: int) -> Home:
    """Make a home with so many photos, some of them copies, in several folders, at some towns; indexed."""
    home = Home(base, [PLUGIN])
    for number in range(photos):
        month, day = number // 40 % 12 + 1, number % 28 + 1
        where = TOWNS[number % 7] if number % 7 < len(TOWNS) else None
        taken = None if number % 11 == 10 else f"{2015 + number // 480}-{month:02}-{day:02} 12:{number % 60:02}:00"
        home.add(f"{number // 100:02}/IMG_{number % 1000}.jpg", taken, position=where, seed=number, size=(32, 24))
    home.index()
    return home


class Family:
    """Says things at random; `done` counts the kinds."""

    def __init__(self, home: Home, seed: int) -> None:
        self.home, self.rng = home, random.Random(seed)
        self.done: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()
        self._word = 0

    def say(self, corrections: int) -> None:
        """Have so many corrections be made."""
        before = len(self.home.said())
        acts = [getattr(self, name) for name in dir(self) if name.startswith("act_")]
        tries = 0
        while len(self.home.said()) - before < corrections:
            act = self.rng.choice(acts)
            tries += 1
            assert tries < corrections * 20, self.refused
            try:
                act()
            except (Refused, UserError, IndexError, LookupError) as error:
                self.refused[f"{act.__name__}: {type(error).__name__}"] += 1
            else:
                self.done[act.__name__.removeprefix("act_")] += 1

    # What there is to choose from

    def word(self) -> str:
        """Return a name that nothing has."""
        self._word += 1
        return f"{self.rng.choice(('Trip', 'Été', 'Summer', 'Zoo'))} {self.rng.randrange(1000)}-{self._word}"

    def folders(self, path: str) -> list[str]:
        """Return the folders in one."""
        return [f"{path}/{name[:-1]}" for name in self.home.list(path) if name.endswith("/")]

    def files(self, path: str) -> list[str]:
        """Return the photos in one."""
        return [f"{path}/{name}" for name in self.home.list(path) if name.lower().endswith(".jpg")]

    def any_photo(self) -> str:
        """Return the path of any photo in /Timeline."""
        path = "/Timeline"
        while below := self.folders(path):
            path = self.rng.choice(below)
        return self.rng.choice(self.files(path))

    def album(self) -> str:
        """Return the path of an album, a nested one at times."""
        path = self.rng.choice(self.folders("/Albums"))
        with self.home.catalog.read() as db:
            names = {name for (name,) in db.execute("SELECT name FROM album")}
        nested = [one for one in self.folders(path) if one.rpartition("/")[2] in names]
        return self.rng.choice(nested) if nested and self.rng.random() < 0.5 else path

    def person(self) -> str:
        """Return the path of somebody's folder."""
        return self.rng.choice(self.folders("/People"))

    def among(self, path: str) -> str:
        """Return a photo in a folder, or in those of dates in it."""
        while True:
            files, below = self.files(path), [one for one in self.folders(path) if one.rpartition("/")[2][:2] == "20"]
            if files or not below:
                return self.rng.choice(files)
            path = self.rng.choice(below)

    # What is said

    def act_album(self) -> None:
        top = "/Albums" if self.rng.random() < 0.6 or not self.folders("/Albums") else self.album()
        self.home.make(f"{top}/{self.word()}")

    def act_put(self) -> None:
        self.home.copy(self.any_photo(), f"{self.album()}/")

    act_put_more = act_put_again = act_put

    def act_put_as(self) -> None:
        self.home.copy(self.any_photo(), f"{self.album()}/as {self.word()}.jpg")

    def act_take_out(self) -> None:
        self.home.delete(self.rng.choice(self.files(self.album())))

    def act_move_photo(self) -> None:
        self.home.move(self.rng.choice(self.files(self.album())), f"{self.album()}/")

    def act_rename_album(self) -> None:
        album = self.album()
        self.home.move(album, f"{album.rpartition('/')[0]}/{self.word()}")

    def act_nest_album(self) -> None:
        album = self.album()
        self.home.move(album, f"{self.album()}/{self.word()}")

    def act_remove_album(self) -> None:
        if self.rng.random() < 0.3:
            self.home.delete(self.album())

    def act_keep_folder(self) -> None:
        self.home.copy(self.person(), f"/Albums/{self.word()}")

    def act_favourite(self) -> None:
        self.home.copy(self.any_photo(), "/Favorites/")

    def act_no_favourite(self) -> None:
        self.home.delete(self.among("/Favorites"))

    def act_name(self) -> None:
        self.home.move(self.person(), f"/People/{self.word()}")

    def act_is_in(self) -> None:
        self.home.copy(self.any_photo(), f"{self.person()}/")

    def act_is_not_in(self) -> None:
        self.home.delete(self.among(self.person()))

    def act_is_other(self) -> None:
        self.home.move(self.among(self.person()), f"{self.person()}/")

    def act_new_person(self) -> None:
        self.home.make(f"/People/{self.word()}")

    def act_hide_person(self) -> None:
        if self.rng.random() < 0.15:
            self.home.delete(self.person())

    def act_merge(self) -> None:
        if self.rng.random() < 0.3:
            one, other = self.person(), self.person()
            if one != other:
                with self.home.catalog.write(by="", place="/People") as w:
                    from haven_faces.persons import find_person

                    people = People(w)
                    ids = [find_person(w.db, path.rpartition("/")[2]) for path in (one, other)]
                    if None in ids:
                        raise LookupError
                    people.merge(*ids)  # type: ignore[arg-type]
                    people.finish()

    def act_narrow(self) -> None:
        self.home.make(f"{self.rng.choice([self.person, self.album])()}/photos from {self.rng.randint(2015, 2019)}")

    def act_search(self) -> None:
        self.home.make(f"/Search/photos from {self.rng.randint(2010, 2030)} in {self.rng.choice('abcdef')}")

    def act_search_renamed(self) -> None:
        found = [one for one in self.folders("/Search") if "photos" in one]
        self.home.move(self.rng.choice(found), f"/Search/photos from {self.rng.randint(1950, 2030)}")

    def act_search_removed(self) -> None:
        self.home.delete(self.rng.choice([one for one in self.folders("/Search") if "photos" in one]))

    def act_not_in_search(self) -> None:
        self.home.delete(self.among(self.rng.choice(self.folders("/Search"))))

    def act_picture_in_search(self) -> None:
        self.home.copy(self.any_photo(), f"/Search/{self.word()}.jpg")

    def act_hide(self) -> None:
        self.home.move(self.any_photo(), "/Recently Removed/")

    def act_show(self) -> None:
        self.home.move(self.rng.choice(self.files("/Recently Removed")), "/Timeline/")

    def act_time(self) -> None:
        self.home.move(self.any_photo(), f"/Timeline/{self.rng.randint(2012, 2020)}/")

    def act_day(self) -> None:
        year = self.rng.randint(2012, 2020)
        self.home.move(self.any_photo(), f"/Timeline/{year}/{year}-{self.rng.randint(1, 12):02}/")

    def act_place(self) -> None:
        self.home.copy(self.any_photo(), f"{self.town()}/")

    def town(self) -> str:
        """Return the path of a town's folder."""
        path = self.rng.choice([one for one in self.folders("/Places") if not one.endswith("Map")])
        below = self.folders(path)
        return self.rng.choice(below) if below and self.rng.random() < 0.8 else path

    def act_town_named(self) -> None:
        town = self.town()
        self.home.move(town, f"{town.rpartition('/')[0]}/{self.word()}")

    def act_ask_no_more(self) -> None:
        review = self.rng.choice(self.folders("/Review"))
        if "Changes" not in review:
            self.home.delete(self.among(review))

    def act_undo(self) -> None:
        chosen = self.rng.choice([one for one in self.home.said()[:40] if one.undone is None])
        self.home.undo(chosen.id)
