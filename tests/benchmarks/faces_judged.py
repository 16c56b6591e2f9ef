"""How well faces are judged: what is a face, what is covered, and whom named people's new photos go to.

    python tests/benchmarks/faces_judged.py --corpus FOLDER --pack FOLDER [--tuned]
    python tests/benchmarks/faces_judged.py --corpus FOLDER --drawn

Of the corpus are taken faces/ (a folder of photos a person), scenes/ with labels that say where people are, and
cameras/. Each photo of a person comes in slices: clear, gray, covered, turned and blurred (see helpers/face_slices).
Junk is what is found in scenes without people and in parts of them. `--drawn`: drawn people and the demo's models;
junk is what these find in the same scenes.

The owner confirms five photos of each of five people; all else arrives in five orders, among strangers and junk. The
plain rule gives a face to whom the nearest confirmed face is, from a cosine of 0.5 on (drawn: the pack's limit).
The first half of the people, and of the scenes by name, was looked at while the code was written: `--tuned` shows
them. Without it the others are shown.
"""

import argparse
import random
import sys
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageOps

sys.path.insert(0, str(Path(__file__).parents[1]))

from helpers.face_scores import labelled
from helpers.face_slices import COVERED, slices

from haven_faces.analyzer import FacesAnalyzer
from haven_faces.grouping import Faces, Groups, Limits, regroup, weighed
from haven_faces.model import ChosenFaces
from haven_fs import Sample
from haven_fs.library.metadata import Metadata
from haven_models.demo_faces import demo_faces
from haven_models.face_layout import FaceLayout

CONFIRMED, ORDERS, BATCH = 5, 5, 16
STRANGER, JUNK = -1, -2


@dataclass(frozen=True)
class Found:
    """A face, or what was taken for one. `who`: a person's number, STRANGER or JUNK; `photo`: which of the person's."""

    who: int
    photo: int
    kind: str
    vector: npt.NDArray[np.float32]
    quality: float


class Looker:
    """The analyzer of a pack, and faces as it finds them."""

    def __init__(self, folder: Path) -> None:
        self.layout = FaceLayout(folder)
        self.analyzer = FacesAnalyzer(ChosenFaces(folder, "benchmark", self.layout.same))

    def look(self, picture: Image.Image) -> list[tuple[tuple[float, ...], npt.NDArray[np.float64], float, object]]:
        """Return of each face its box as shares, its points in pixels, its quality and its vector."""
        picture.thumbnail((1280, 1280))
        sample = Sample(Path("a"), 0.0, Metadata("image", "jpeg"), picture=picture, frames=[picture])
        (facts,) = self.analyzer.analyze([sample])
        found = []
        for region in facts.regions:
            assert region.part is not None
            assert region.box is not None
            points = np.array(region.details["landmarks"]).reshape(5, 2) * picture.size
            vector = np.frombuffer(facts.embeddings[region.part].data, "<f2").astype(np.float32)
            found.append((region.box, points, float(region.details["quality"]), vector))  # type: ignore[arg-type]
        return found

    def in_the_middle(self, picture: Image.Image) -> "tuple[npt.NDArray[np.float64], float, object] | None":
        """Return points, quality and vector of the face that a portrait is of."""
        near = [(max(abs(box[0] + box[2] - 1), abs(box[1] + box[3] - 1)), n, rest) for n, (box, *rest) in
                enumerate(self.look(picture))]  # fmt: skip
        if not near or min(near)[0] > 0.5:
            return None
        points, quality, vector = min(near)[2]
        return points, quality, vector


def portraits(corpus: Path, *, tuned: bool) -> Iterator[tuple[int, int, Image.Image]]:
    people = sorted(path for path in (corpus / "faces").iterdir() if path.is_dir())
    for who, person in enumerate(people[:5] if tuned else people[5:]):
        for photo, path in enumerate(sorted(person.glob("*.jpg"))):
            yield who, photo, Image.open(path).convert("RGB")


def strangers(corpus: Path, *, tuned: bool) -> Iterator[Image.Image]:
    for _, photo, picture in portraits(corpus, tuned=not tuned):
        if photo < 3:
            yield picture
    for path in scenes(corpus, tuned=tuned, people=True):
        yield upright(path)


def scenes(corpus: Path, *, tuned: bool, people: bool) -> list[Path]:
    """Return photos of the half that is asked for, with people in them or without."""
    found = []
    for path in sorted((corpus / "scenes").glob("*.jpg")):
        label = corpus / "scenes/labels" / f"{path.stem}.txt"
        peopled = not label.exists() or any(line.startswith("0 ") for line in label.read_text().splitlines())
        if peopled == people and (sum(map(ord, path.name)) % 2 == 0) == tuned:
            found.append(path)
    return found


def junk(corpus: Path, *, tuned: bool) -> Iterator[Image.Image]:
    """Yield scenes without people, whole and in parts."""
    for path in scenes(corpus, tuned=tuned, people=False):
        picture, dice = upright(path), random.Random(path.name)
        yield picture
        for _ in range(14):
            share = dice.uniform(0.25, 0.9)
            across, down = (round(side * share) for side in picture.size)
            left, top = dice.randint(0, picture.width - across), dice.randint(0, picture.height - down)
            part = picture.crop((left, top, left + across, top + down))
            zoom = dice.uniform(450, 900) / max(part.size)
            yield part.resize((round(across * zoom), round(down * zoom)))


def upright(path: Path) -> Image.Image:
    return ImageOps.exif_transpose(Image.open(path)).convert("RGB")


def drawn(*, tuned: bool) -> Iterator[tuple[int, int, Image.Image]]:
    from haven_fs.demo import TEST, VALIDATION
    from haven_models.demo_faces_training.measure import photo

    for who, number in enumerate((VALIDATION if tuned else TEST)[500:505]):
        for one in range(10):
            yield who, one, photo((number,), random.Random(f"{number} {one}"), 0.5).image


def drawn_strangers(*, tuned: bool) -> Iterator[Image.Image]:
    from haven_fs.demo import TEST, VALIDATION
    from haven_models.demo_faces_training.measure import photo

    for number in (VALIDATION if tuned else TEST)[520:580]:
        yield photo((number,), random.Random(f"{number}"), 1.0).image


def gathered(given: argparse.Namespace, looker: Looker) -> list[Found]:
    """Return all faces there are, and tell what was found in each slice."""
    found: list[Found] = []
    there: Counter[str] = Counter()
    people = drawn(tuned=given.tuned) if given.drawn else portraits(given.corpus, tuned=given.tuned)
    for who, photo, picture in people:
        first = looker.in_the_middle(picture.copy())
        if first is None:
            there["clear"] += 1
            continue
        for kind, made in slices(picture, first[0], 10 * who + photo).items():
            there[kind] += 1
            seen = looker.in_the_middle(made)
            if seen is not None:
                found.append(Found(who, photo, kind, seen[2], seen[1]))  # type: ignore[arg-type]
    others = drawn_strangers(tuned=given.tuned) if given.drawn else strangers(given.corpus, tuned=given.tuned)
    for which, pictures in ((STRANGER, others), (JUNK, junk(given.corpus, tuned=given.tuned))):
        name = "junk" if which == JUNK else "strangers"
        for number, picture in enumerate(pictures):
            there[name] += 1
            found += [Found(which, number, name, vector, quality) for _, _, quality, vector in looker.look(picture)]  # type: ignore[arg-type]
    print(f"{'':14}{'photos':>7}{'found':>7}{'good':>7}   quality: 10, 50, 90 in 100")
    for kind, count in there.items():
        qualities = [one.quality for one in judged(found, looker) if one.kind == kind]
        spread = " ".join(f"{part:.2f}" for part in np.percentile(qualities, [10, 50, 90])) if qualities else ""
        print(f"{kind:14}{count:7}{len(qualities):7}{sum(one >= 0.5 for one in qualities):7}   {spread}", flush=True)
    return found


def judged(found: list[Found], looker: Looker) -> list[Found]:
    """Return the faces with the quality that grouping gives them as they come."""
    faces = arrays(found, looker, 0)
    return [replace(one, quality=quality) for one, quality in zip(found, faces.quality.tolist(), strict=True)]


def arrays(found: list[Found], looker: Looker, known: int) -> Faces:
    """Return faces as grouping takes them, the first `known` confirmed by the owner."""
    person = np.array([one.who + 1 if n < known else 0 for n, one in enumerate(found)], np.int64)
    vectors = np.stack([one.vector for one in found]).astype(np.float16)
    quality = np.array([one.quality for one in found], np.float32)
    return Faces(
        ids=np.arange(1, len(found) + 1),
        vectors=vectors,
        picture=np.array([3000 * one.who + one.photo if one.who < 0 else 7000 + n for n, one in enumerate(found)]),
        quality=weighed(quality, vectors, person, looker.layout.judge.covers),
        person=person,
        fixed=person > 0,
    )


def junk_people(found: list[Found], looker: Looker, limits: Limits) -> None:
    """Group all from nothing: how many people with three photos are there of which most is junk?"""
    for what, kinds in (("all", None), ("junk alone", {"junk"})):
        some = [one for one in found if kinds is None or one.kind in kinds]
        if not some:
            continue
        faces = arrays(some, looker, 0)
        for way in ("as they come", "regrouped"):
            person = grow(faces, limits, 0) if way == "as they come" else regroup(faces, {}, limits)
            assert person is not None
            is_junk = np.array([one.who == JUNK for one in some])
            people = [person == one for one in np.unique(person[person != 0])]
            large = [rows for rows in people if len(np.unique(faces.picture[rows])) >= 3]
            bad = [rows for rows in large if is_junk[rows].mean() > 0.5]
            within = sum(int(is_junk[rows].sum()) for rows in large)
            print(f"{what}, {way}: people with 3 photos {len(large)}, of junk {len(bad)}; junk in people {within}")


def grow(faces: Faces, limits: Limits, known: int, named: Collection[int] = ()) -> npt.NDArray[np.int64]:
    """Return the persons of all faces, those after the first `known` added a few at a time."""
    groups = Groups(faces.take(slice(0, known)), {}, limits, named)
    person, following = faces.person.copy(), int(faces.person.max(initial=0)) + 1
    for start in range(known, len(faces), BATCH):
        some = slice(start, min(start + BATCH, len(faces)))
        added = groups.add(faces.take(some))
        person[some] = added.person
        for id_, who in added.revised.items():
            person[id_ - 1] = who
        labels = sorted({who for who in (*added.person.tolist(), *added.revised.values()) if who < 0})
        made = {label: following + n for n, label in enumerate(labels)}
        following += len(made)
        groups.named(made)
        person = np.array([made.get(who, who) for who in person.tolist()])
    return person


def owner(found: list[Found], looker: Looker, limits: Limits, plain_limit: float, *, covered: bool) -> None:
    """Confirm five clear photos of each, and three covered ones if so, in five orders; then the others arrive.

    They come in one slice at a time, since slices of one photo would vouch for each other.
    """
    print(f"\nfive confirmed{' and three covered ones' if covered else ''}, {ORDERS} orders: right, wrong of them, of")
    print(f"{'':14}{'others':>8}" + "".join(f"{way:>17}" for way in ("as they come", "regrouped", "plain rule")))
    whole: dict[str, Counter[str]] = {}
    for kind in dict.fromkeys(one.kind for one in found if one.who >= 0):
        counts: dict[str, Counter[str]] = {}
        for order in range(ORDERS):
            known, new = said_and_new(found, kind, order, covered=covered)
            for way, person in three_ways(known, new, looker, limits, plain_limit).items():
                count = counts.setdefault(way, Counter())
                count["all"] += sum(one.who >= 0 for one in new)
                for one, who in zip(new, person.tolist(), strict=True):
                    if 1 <= who <= 5:
                        count["right" if who == one.who + 1 else "wrong" if one.who >= 0 else "others"] += 1
        line = "".join(f"{one['right']:8}{one['wrong']:4}{one['others']:5}" for one in counts.values())
        print(f"{kind:14}{counts['plain rule']['all']:8}{line}", flush=True)
        for way, count in counts.items():
            whole.setdefault(way, Counter()).update(count)
    line = "".join(f"{one['right']:8}{one['wrong']:4}{one['others']:5}" for one in whole.values())
    print(f"{'together':14}{whole['plain rule']['all']:8}{line}", flush=True)


def said_and_new(found: list[Found], kind: str, order: int, *, covered: bool) -> tuple[list[Found], list[Found]]:
    """Return what the owner confirms, and what arrives then, in an order."""
    dice = random.Random(order)
    chosen = {who: set(dice.sample(range(10), CONFIRMED)) for who in range(5)}
    mine = [one for one in found if one.who >= 0 and one.photo in chosen[one.who]]
    known = [one for one in mine if one.kind == "clear"]
    if covered:
        for who in range(5):
            hidden = [one for one in mine if one.who == who and one.kind in ("sunglasses", "helmet", "mask")]
            known += dice.sample(hidden, min(3, len(hidden)))
    new = [one for one in found if one.who < 0 or (one.kind == kind and one.photo not in chosen[one.who])]
    dice.shuffle(new)
    return known, new


def three_ways(
    known: list[Found], new: list[Found], looker: Looker, limits: Limits, plain_limit: float
) -> dict[str, npt.NDArray[np.int64]]:
    """Return whom the new faces go to: as they come, when all are regrouped, and by the plain rule."""
    faces = arrays(known + new, looker, len(known))
    grown = grow(faces, limits, len(known), range(1, 6))
    again = regroup(replace(faces, person=labelled(grown, 1000)), {}, limits, named=range(1, 6))
    assert again is not None
    cosines = faces.vectors[len(known) :].astype(np.float32) @ faces.vectors[: len(known)].astype(np.float32).T
    plain = np.where(cosines.max(axis=1) >= plain_limit, faces.person[cosines.argmax(axis=1)], 0)
    return {"as they come": grown[len(known) :], "regrouped": again[len(known) :], "plain rule": plain}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--pack", type=Path)
    parser.add_argument("--drawn", action="store_true")
    parser.add_argument("--tuned", action="store_true")
    given = parser.parse_args()
    looker = Looker(demo_faces() if given.drawn else given.pack)
    limits = Limits(looker.layout.same)
    print(f"{'tuned on' if given.tuned else 'others'}: same = {limits.same}; covered are {', '.join(COVERED)}")
    found = gathered(given, looker)
    junk_people(found, looker, limits)
    for covered in (False, True):
        owner(found, looker, limits, limits.same if given.drawn else 0.5, covered=covered)


if __name__ == "__main__":
    main()
