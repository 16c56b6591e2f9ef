"""`haven people calibrate FOLDER`: measures a model that does not say how alike two faces of one person are.

It also measures what tells faces from things, and covered faces from clear ones, which needs forty faces.

FOLDER has a folder for each person, with photos that show mostly that person. What was measured is written into the
pack's haven.json, where grouping reads it.
"""

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from haven_faces.model import chosen_faces
from haven_fs import UserError, options
from haven_models.insight import missing
from haven_models.judging import Judge, measure_judge
from haven_models.manifest import note
from haven_models.store import model_store

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from haven_models.faces import FacePack, Picture

_CLEARLY_LARGER = 1.5
"""A photo with several faces counts if one is larger than the next by this factor; it is the person's."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add FOLDER and --show to `parser`."""
    parser.add_argument(
        "folder", type=Path, metavar="FOLDER", help="a folder with one folder of photos for each person"
    )
    parser.add_argument("--show", action="store_true", help="print what was measured, and change nothing")


def run(args: argparse.Namespace) -> int:
    """Measure, print the result, and store it with the pack unless --show.

    Returns 0; raises UserError if no model is in use, or FOLDER has too few good faces.
    """
    import numpy as np

    from haven_faces.grouping.calibrate import calibrate_labelled
    from haven_faces.grouping.kinds import GOOD

    settings = options.data_folder(args).settings
    options.refuse_file(args.folder)
    if not args.folder.is_dir():
        raise UserError(f"There is no folder {args.folder}.")
    chosen = chosen_faces(settings)
    if chosen is None:
        raise UserError(missing() or "No model for faces is in use. See: haven models list")
    pack = chosen.open()
    seen, people = labelled(pack, args.folder, GOOD)
    vectors, labels = pack.embed([one.face for one in seen]), np.array([one.who for one in seen], np.int64)
    try:
        found = calibrate_labelled(vectors, labels)
    except ValueError as error:
        raise UserError(
            f"{args.folder} does not have enough good faces: {len(vectors)} faces of {people} people were found. It"
            " should have a folder for each person. Twenty people with five photos each are plenty; two people with"
            " three photos each are the minimum."
        ) from error
    judge = judge_of(pack, seen)
    store = model_store(settings)
    kept = chosen.folder.is_relative_to(store.folder) and not args.show
    if kept:
        with store.locked():
            faces = {"same": found.same, "measured": found.why, "judge": judge.as_json()}
            note(chosen.folder, {"faces": faces})
    if args.json:
        covers = 0 if judge.covers is None else len(judge.covers.begin)
        said = {"same": found.same, "before": chosen.same, "sure": found.sure, "why": found.why, "covers": covers}
        print(json.dumps({"model": chosen.id, "people": people, "faces": len(vectors), **said, "kept": kept}))
        return 0
    print(f"Measured on {len(vectors)} good faces: {found.why}.")
    print(f"Two faces count as the same person from a similarity of {found.same}; before, it was {chosen.same}.")
    if found.sure < 0.5:
        print("That is based on few faces. Twenty people with five photos each would give a more reliable figure.")
    apart = "can" if judge.covers is not None else "cannot"
    print(f"Faces behind sunglasses, masks and helmets {apart} be told from clear ones with this model.")
    print("Saved with the model. Haven uses it from its next start." if kept else "Not saved.")
    return 0


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """A face that was cut out, whose it is, and how sure the detector is of it, at first and at the second look."""

    face: "NDArray[np.uint8]"
    who: int
    score: float
    look: float | None


def labelled(pack: "FacePack", folder: Path, least: float) -> tuple[list[Seen], int]:
    """Return faces of at least some quality, and how many people there are."""
    people = sorted(path for path in folder.iterdir() if path.is_dir() and not path.name.startswith("."))
    found = [
        seen
        for number, person in enumerate(people)
        for picture in _pictures(person)
        if (seen := _the_face(pack, picture, number, least)) is not None
    ]
    return found, len(people)


def judge_of(pack: "FacePack", seen: Sequence[Seen]) -> Judge:
    """Measure how the pack's figures are to be read; what is known already stays if there are too few faces."""
    looks = [one.look for one in seen if one.look is not None]
    measured = measure_judge(
        pack,
        [one.face for one in seen],
        [one.who for one in seen],
        [one.score for one in seen],
        looks if len(looks) == len(seen) else None,
    )
    return pack.judge if measured is None else measured


def _pictures(folder: Path) -> "Iterator[Picture]":
    """Give the pictures in a folder; what cannot be opened is said and left out."""
    from haven_fs import Unreadable, kind_of, open_picture

    for path in sorted(folder.iterdir()):
        try:
            kind = kind_of(path)
            if kind.kind in ("image", "raw"):
                yield open_picture(path, kind)
        except (Unreadable, OSError) as error:
            print(f"Skipping {path}: {error}", file=sys.stderr)


def _the_face(pack: "FacePack", picture: "Picture", who: int, least: float) -> Seen | None:
    """Return the one face that a picture is of; None if there is none, or it is not clear which."""
    from haven_faces.finding import find_faces, sides_of
    from haven_faces.quality import blur_of, pose_of, quality_of

    found = find_faces(pack, picture)
    sides = sides_of(found)
    order = sides.argsort()[::-1]
    if not len(found) or (len(found) > 1 and sides[order[0]] < _CLEARLY_LARGER * sides[order[1]]):
        return None
    first = int(order[0])
    points = found.points[first]
    (face,) = pack.cut_out(picture, points[None])
    # That it is one is known.
    if quality_of(1.0, float(sides[first]), blur_of(face), pose_of(points)) < least:
        return None
    return Seen(face, who, float(found.scores[first]), pack.look_again(picture, points))
