"""`haven people calibrate FOLDER`: measures how alike two faces of one person are, for a model that does not say.

FOLDER has a folder for each person, with photos that show mostly that person. What was measured is written into the
pack's haven.json, where grouping reads it.
"""

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from haven_faces.model import chosen_faces
from haven_fs import UserError, options
from haven_models.insight import missing
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
    from haven_faces.grouping.calibrate import calibrate_labelled
    from haven_faces.grouping.kinds import GOOD

    settings = options.data_folder(args).settings
    options.refuse_file(args.folder)
    if not args.folder.is_dir():
        raise UserError(f"There is no folder {args.folder}.")
    chosen = chosen_faces(settings)
    if chosen is None:
        raise UserError(missing() or "No model for faces is in use. See: haven models list")
    vectors, labels, people = labelled(chosen.open(), args.folder, GOOD)
    try:
        found = calibrate_labelled(vectors, labels)
    except ValueError as error:
        raise UserError(
            f"{args.folder} does not have enough good faces: {len(vectors)} faces of {people} people were found. It"
            " should have a folder for each person. Twenty people with five photos each are plenty; two people with"
            " three photos each are the minimum."
        ) from error
    store = model_store(settings)
    kept = chosen.folder.is_relative_to(store.folder) and not args.show
    if kept:
        with store.locked():
            note(chosen.folder, {"faces": {"same": found.same, "measured": found.why}})
    if args.json:
        said = {"same": found.same, "before": chosen.same, "sure": found.sure, "why": found.why, "kept": kept}
        print(json.dumps({"model": chosen.id, "people": people, "faces": len(vectors), **said}))
        return 0
    print(f"Measured on {len(vectors)} good faces: {found.why}.")
    print(f"Two faces count as the same person from a similarity of {found.same}; before, it was {chosen.same}.")
    if found.sure < 0.5:
        print("That is based on few faces. Twenty people with five photos each would give a more reliable figure.")
    print("Saved with the model. Haven uses it from its next start." if kept else "Not saved.")
    return 0


def labelled(pack: "FacePack", folder: Path, least: float) -> "tuple[NDArray[np.float32], NDArray[np.int64], int]":
    """Return vectors (n, dim) of faces of at least some quality, who each is (n,), and how many people there are."""
    import numpy as np

    cut_out: list[NDArray[np.uint8]] = []
    labels: list[int] = []
    people = sorted(path for path in folder.iterdir() if path.is_dir() and not path.name.startswith("."))
    for number, person in enumerate(people):
        for picture in _pictures(person):
            face = _the_face(pack, picture, least)
            if face is not None:
                cut_out.append(face)
                labels.append(number)
    return pack.embed(cut_out), np.array(labels, np.int64), len(people)


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


def _the_face(pack: "FacePack", picture: "Picture", least: float) -> "NDArray[np.uint8] | None":
    """Return the one face that a picture is of, cut out; None if there is none, or it is not clear which."""
    from haven_faces.finding import find_faces, sides_of
    from haven_faces.quality import blur_of, pose_of, quality_of

    found = find_faces(pack, picture)
    sides = sides_of(found)
    order = sides.argsort()[::-1]
    if not len(found) or (len(found) > 1 and sides[order[0]] < _CLEARLY_LARGER * sides[order[1]]):
        return None
    first = int(order[0])
    (face,) = pack.cut_out(picture, found.points[first : first + 1])
    quality = quality_of(float(found.scores[first]), float(sides[first]), blur_of(face), pose_of(found.points[first]))
    return face if quality >= least else None
