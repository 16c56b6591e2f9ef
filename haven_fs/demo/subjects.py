"""The twelve things there are pictures of, and where each can be."""

from collections.abc import Callable
from dataclasses import dataclass

from haven_fs.demo.pen import Colour, Pen
from haven_fs.demo.things import cake, cat, dog, house, kite, snowman, tree
from haven_fs.demo.vehicles import balloon, bicycle, boat, car, train


@dataclass(frozen=True, slots=True)
class Subject:
    """How to draw a thing: `place` "ground", "water" or "sky"; `height` as a part of the picture's; its colours."""

    draw: Callable[[Pen, Colour], None]
    place: str
    height: float
    colours: tuple[str, ...]


PAINT = ("red", "blue", "yellow", "green", "orange", "purple", "white")
SUBJECTS = {
    "dog": Subject(dog, "ground", 0.4, ("brown", "black", "white", "orange")),
    "cat": Subject(cat, "ground", 0.42, ("black", "white", "orange", "brown")),
    "boat": Subject(boat, "water", 0.46, PAINT),
    "car": Subject(car, "ground", 0.42, PAINT),
    "tree": Subject(tree, "ground", 0.56, ("green", "orange", "red", "pink")),
    "house": Subject(house, "ground", 0.46, PAINT),
    "balloon": Subject(balloon, "sky", 0.46, PAINT),
    "bicycle": Subject(bicycle, "ground", 0.42, ("red", "blue", "yellow", "green", "purple")),
    "cake": Subject(cake, "ground", 0.5, ("pink", "brown", "white", "yellow", "purple")),
    "snowman": Subject(snowman, "ground", 0.46, ("red", "green", "blue", "purple")),
    "kite": Subject(kite, "sky", 0.44, PAINT),
    "train": Subject(train, "ground", 0.36, ("red", "blue", "green", "black")),
}
