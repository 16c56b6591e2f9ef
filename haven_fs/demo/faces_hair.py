"""Hair in the demo's fourteen styles, and hats over it."""

import math

from haven_fs.demo.faces import Identity, Moment
from haven_fs.demo.faces_pose import HeadPen, ellipse
from haven_fs.demo.pen import Colour, Point, mix, shade

HAIRLINES: dict[str, list[Point]] = {
    "crew": [(-1, -0.1), (-0.88, -0.4), (-0.6, -0.6), (0, -0.66), (0.6, -0.6), (0.88, -0.4), (1, -0.1)],
    "side": [(-1, 0), (-0.86, -0.4), (-0.6, -0.7), (-0.42, -0.82), (0.1, -0.5), (0.6, -0.4), (0.92, -0.26), (1, 0)],
    "fringe": [(-1, 0.05), (-0.9, -0.28), (-0.5, -0.36), (0, -0.4), (0.5, -0.36), (0.9, -0.28), (1, 0.05)],
    "middle": [(-1, 0.15), (-0.86, -0.2), (-0.5, -0.5), (0, -0.86), (0.5, -0.5), (0.86, -0.2), (1, 0.15)],
    "back": [(-1, 0), (-0.9, -0.4), (-0.66, -0.68), (0, -0.78), (0.66, -0.68), (0.9, -0.4), (1, 0)],
    "receding": [(-1, 0.05), (-0.92, -0.4), (-0.84, -0.55), (-0.5, -0.88), (0, -0.76), (0.5, -0.88), (0.84, -0.55),
                 (0.92, -0.4), (1, 0.05)],
}  # fmt: skip
"""Where the hair begins on a face: parts of its width, and rows. Parted on the right, if at all."""
LINES = {
    "long": "side", "bob": "fringe", "curly": "crew", "afro": "back", "bun": "back", "tails": "middle",
    "wavy": "middle", "quiff": "back",
}  # fmt: skip
RISE = {"crew": 0.05, "quiff": 0.16, "receding": 0.03, "bun": 0.05, "afro": 0.12}


def hair_colour(who: Identity, when: Moment) -> Colour:
    """Return the colour of somebody's hair by then."""
    return mix(who.hair, (190, 188, 188), max(0.0, when.grey))


def hair_behind(pen: HeadPen, who: Identity, when: Moment) -> None:
    """Draw what is behind the head and its neck."""
    colour, wide = shade(hair_colour(who, when), 0.82), who.width
    if who.style in ("long", "wavy"):
        sides = [(0.0, -1.1), (0.8, -0.95), (1.18, -0.2), (1.2, 0.6), (1.12, 1.55), (0.5, 1.7)]
        right = [(x * wide, y) for x, y in sides]
        pen.fill([pen.flat(point) for point in [*right, *[(-x, y) for x, y in reversed(right)]]], colour)
        if who.style == "wavy":
            for row in range(6):
                for side in (-1, 1):
                    where = pen.flat((side * wide * (1.14 + 0.06 * (row % 2)), -0.4 + row * 0.38))
                    pen.fill(_around(where, 0.22 * pen.unit), colour)
    elif who.style == "bob":
        pen.fill([pen.flat(point) for point in ellipse(0, 0.0, wide * 1.22, 1.12)], colour)
    elif who.style == "tails":
        for side in (-1, 1):
            pen.fill([pen.flat(p) for p in ellipse(side * wide * 1.3, 0.55, 0.2, 0.62, -side * 0.25)], colour)
    elif who.style == "bun" and not when.hat:
        pen.fill([pen.flat(point) for point in ellipse(0, -1.22, 0.34, 0.3)], colour)
    elif who.style == "afro":
        pen.fill([pen.flat(point) for point in ellipse(0, -0.42, wide * 1.5, 1.12)], colour)


def hair_before(pen: HeadPen, who: Identity, when: Moment) -> None:
    """Draw the hair that is seen from the front."""
    colour, wide = hair_colour(who, when), who.width
    if who.style == "bald":
        return
    name = LINES.get(who.style, who.style)
    line = HAIRLINES[name]
    if name == "side" and who.side > 0:
        line = [(-x, y) for x, y in reversed(line)]
    rise = RISE.get(who.style, 0.09)
    steps = [math.pi * step / 16 for step in range(17)]
    top = [(-math.cos(t) * wide * 1.06, -math.sin(t) * (1 + rise) - 0.02) for t in steps]
    if who.style == "quiff":
        top = [(x, y - 0.14 * math.exp(-((x / wide + 0.4 * who.side) ** 2) * 5)) for x, y in top]
    # Ends meet the outline, which does not turn: there is hair on the sides of a head too.
    ends = [pen.flat((side * wide * 1.04, line[0][1] + 0.06)) for side in (-1, 1)]
    front = [pen.on((x * wide * 0.97, y)) for x, y in reversed(line)]
    pen.fill([ends[0], *[pen.flat(point) for point in top], ends[1], *front], colour)
    if who.style in ("curly", "afro"):
        size = 0.17 if who.style == "curly" else 0.2
        for step in range(13):
            t = math.pi * step / 12
            where = pen.flat((-math.cos(t) * wide * 1.05, -math.sin(t) * 1.06 + 0.0))
            pen.fill(_around(where, size * pen.unit), shade(colour, 0.94 + 0.12 * (step % 2)))
        for step in range(7):
            x = (step - 3) / 3.4
            pen.fill(_around(pen.on((x * wide, -0.62 + 0.18 * x * x)), 0.13 * pen.unit), shade(colour, 1.08))
    if name in ("side", "middle"):
        x = 0.0 if name == "middle" else 0.42 * who.side
        pen.line([(x * wide, -0.84), (x * 0.9 * wide, -1.0)], 0.02, shade(colour, 0.6))
    shine = [(-0.5 * who.side * wide, -0.9), (-0.1 * who.side * wide, -0.97)]
    pen.line(shine, 0.03, shade(colour, 1.25))


def hat(pen: HeadPen, who: Identity, when: Moment) -> None:
    """Draw a hat, which hides the hair's upper half."""
    colour, wide = when.hat_colour, who.width
    steps = [math.pi * step / 12 for step in range(13)]
    crown = [(-math.cos(t) * wide * 1.12, -0.5 - math.sin(t) * 0.74) for t in steps]
    front = [pen.on((x * wide, -0.52 + 0.06 * x * x)) for x in (1.0, 0.6, 0.2, -0.2, -0.6, -1.0)]
    pen.fill([*[pen.flat(point) for point in crown], *front], colour)
    if when.hat == "beanie":
        pen.stroke(
            [pen.flat((-wide * 1.1, -0.5)), *reversed(front), pen.flat((wide * 1.1, -0.5))], 0.2, shade(colour, 0.8)
        )
        pen.fill(_around(pen.flat((0, -1.3)), 0.16 * pen.unit), shade(colour, 1.3))
    elif when.hat == "cap":
        edge = [(-0.8, -0.56), (-0.5, -0.42), (0, -0.36), (0.5, -0.42), (0.8, -0.56), (0.4, -0.64), (-0.4, -0.64)]
        pen.fill([pen.on((x * wide, y), 0.3 if y > -0.5 else 0.0) for x, y in edge], shade(colour, 0.75))
    else:
        pen.fill([pen.flat(point) for point in ellipse(0, -0.58, wide * 1.75, 0.17)], (222, 194, 130))
        pen.fill([pen.flat(point) for point in [*crown[1:-1], *reversed([(x, -0.6) for x, _ in crown[1:-1:4]])]],
                 (234, 208, 146))  # fmt: skip
        pen.stroke([pen.flat((-wide, -0.68)), pen.flat((wide, -0.68))], 0.12, colour)


def _around(where: Point, radius: float) -> list[Point]:
    return ellipse(*where, radius, radius, points=14)
