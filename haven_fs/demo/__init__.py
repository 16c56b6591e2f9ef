"""A small made library of drawn pictures, so that all of Haven can be tried with no photos at hand.

What the demo models are trained with and measured by is drawn here too, and offered as by `haven_fs` itself.
"""

import sys
from typing import TYPE_CHECKING

from haven_fs.lazy import door

_EXPORTS = {
    # The library
    "haven_fs.demo.library": "make_demo_library",
    "haven_fs.demo.plan": "SIZES WHERE",
    "haven_fs.demo.files": "jpeg",
    # Pictures of a subject in a scene
    "haven_fs.demo.drawing": "SCENES SUBJECTS TIMES draw_film draw_picture fits",
    "haven_fs.demo.pen": "COLOURS dice gradient",
    # Pictures of people
    "haven_fs.demo.faces": "TEST TRAINING VALIDATION identity moment",
    "haven_fs.demo.faces_group": "draw_group",
    "haven_fs.demo.faces_people": "BELOW BESIDE Face draw_person",
}

# The same again for type checkers; tests/docs compares the two.
# fmt: off
# ruff: isort: off
if TYPE_CHECKING:
    from haven_fs.demo.library import make_demo_library
    from haven_fs.demo.plan import SIZES, WHERE
    from haven_fs.demo.files import jpeg
    from haven_fs.demo.drawing import SCENES, SUBJECTS, TIMES, draw_film, draw_picture, fits
    from haven_fs.demo.pen import COLOURS, dice, gradient
    from haven_fs.demo.faces import TEST, TRAINING, VALIDATION, identity, moment
    from haven_fs.demo.faces_group import draw_group
    from haven_fs.demo.faces_people import BELOW, BESIDE, Face, draw_person
else:
    __getattr__, __all__ = door(sys.modules[__name__], _EXPORTS)
