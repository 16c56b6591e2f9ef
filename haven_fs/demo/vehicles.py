"""What rolls, floats and flies in the demo's pictures, each drawn in one colour."""

import math

from haven_fs.demo.pen import COLOURS, DARK, Colour, Pen, shade

WHITE = COLOURS["white"]
BROWN = COLOURS["brown"]
GLASS = (176, 214, 232)


def boat(pen: Pen, colour: Colour) -> None:
    """A sailing boat; the water is at the origin."""
    pen.line([(0.0, -0.16), (0.0, -1.02)], 0.028, BROWN)
    pen.shape([(0.03, -0.98), (0.03, -0.24), (0.5, -0.24)], WHITE)
    pen.shape([(0.03, -0.55), (0.03, -0.42), (0.385, -0.42), (0.3, -0.55)], colour)
    pen.shape([(-0.04, -0.9), (-0.04, -0.24), (-0.4, -0.24)], shade(colour, 1.15))
    pen.shape([(0.0, -1.02), (0.14, -0.985), (0.0, -0.95)], COLOURS["red"])
    pen.shape([(-0.55, -0.18), (0.62, -0.18), (0.42, 0.05), (-0.4, 0.05)], colour)
    pen.shape([(-0.55, -0.18), (0.62, -0.18), (0.57, -0.12), (-0.51, -0.12)], WHITE)
    for x in (-0.25, 0.0, 0.25):
        pen.disc(x, -0.045, 0.032, shade(colour, 0.5))


def car(pen: Pen, colour: Colour) -> None:
    """A small car from the side."""
    dark = shade(colour, 0.75)
    pen.shape([(-0.5, -0.4), (-0.33, -0.7), (0.2, -0.7), (0.45, -0.4)], colour)
    pen.shape([(-0.41, -0.42), (-0.29, -0.64), (-0.08, -0.64), (-0.08, -0.42)], GLASS)
    pen.shape([(-0.02, -0.42), (-0.02, -0.64), (0.17, -0.64), (0.35, -0.42)], GLASS)
    pen.block(-0.78, -0.44, 0.82, -0.13, colour, 0.1)
    pen.block(-0.78, -0.21, 0.82, -0.13, dark, 0.04)
    pen.line([(-0.05, -0.4), (-0.05, -0.22)], 0.012, dark)
    pen.block(0.02, -0.36, 0.12, -0.335, dark)
    pen.oval(0.72, -0.39, 0.82, -0.28, (255, 240, 180))
    pen.oval(-0.79, -0.38, -0.72, -0.28, (220, 60, 50))
    for x in (-0.45, 0.47):
        pen.disc(x, -0.14, 0.17, DARK)
        pen.disc(x, -0.14, 0.09, (190, 194, 200))
        pen.disc(x, -0.14, 0.03, DARK)


def bicycle(pen: Pen, colour: Colour) -> None:
    """A bicycle from the side with a basket."""
    rear, front, pedal = (-0.5, -0.32), (0.5, -0.32), (-0.08, -0.3)
    for x, y in (rear, front):
        for step in range(8):
            angle = step * math.pi / 8
            dx, dy = 0.3 * math.cos(angle), 0.3 * math.sin(angle)
            pen.line([(x - dx, y - dy), (x + dx, y + dy)], 0.008, (196, 198, 202))
        pen.ring(x, y, 0.33, 0.045, DARK)
    seat, head = (-0.22, -0.78), (0.36, -0.84)
    for run in ([rear, pedal, head], [rear, (seat[0] + 0.02, seat[1] + 0.1), head], [seat, pedal], [head, front]):
        pen.line(run, 0.045, colour)
    pen.line([head, (0.33, -0.96), (0.2, -0.98)], 0.035, (120, 122, 128))
    pen.block(-0.34, -0.82, -0.1, -0.77, DARK, 0.025)
    pen.shape([(0.42, -0.9), (0.72, -0.9), (0.66, -0.68), (0.46, -0.68)], (196, 150, 92))
    pen.line([(0.42, -0.9), (0.72, -0.9)], 0.025, shade((196, 150, 92), 0.7))
    pen.disc(*pedal, 0.07, (120, 122, 128))
    pen.line([(-0.14, -0.2), (-0.02, -0.4)], 0.025, DARK)


def train(pen: Pen, colour: Colour) -> None:
    """A steam engine with two carriages on rails."""
    dark = shade(colour, 0.7)
    pen.line([(-1.6, 0.01), (1.1, 0.01)], 0.03, (120, 116, 112))
    for step in range(18):
        pen.block(-1.6 + step * 0.155, 0.02, -1.53 + step * 0.155, 0.055, BROWN)
    for i, (x, y) in enumerate(((0.62, -0.86), (0.52, -0.98), (0.36, -1.1), (0.14, -1.2))):
        pen.disc(x, y, 0.07 + 0.025 * i, (232, 232, 234))
    for x in (-1.55, -0.85):
        pen.line([(x + 0.6, -0.16), (x + 0.75, -0.16)], 0.03, DARK)
        pen.block(x, -0.55, x + 0.62, -0.12, colour, 0.04)
        pen.block(x - 0.03, -0.6, x + 0.65, -0.53, DARK, 0.02)
        for window in range(3):
            pen.block(x + 0.06 + window * 0.18, -0.46, x + 0.19 + window * 0.18, -0.3, GLASS, 0.015)
        for wheel in (0.14, 0.48):
            pen.disc(x + wheel, -0.09, 0.09, DARK)
            pen.disc(x + wheel, -0.09, 0.04, (180, 180, 184))
    pen.block(-0.15, -0.74, 0.25, -0.12, colour, 0.03)
    pen.block(-0.2, -0.8, 0.3, -0.72, DARK, 0.02)
    pen.block(-0.07, -0.64, 0.16, -0.42, GLASS, 0.02)
    pen.block(0.2, -0.52, 0.86, -0.18, colour, 0.08)
    pen.block(0.4, -0.52, 0.46, -0.18, dark)
    pen.block(0.62, -0.52, 0.66, -0.18, dark)
    pen.shape([(0.66, -0.5), (0.78, -0.5), (0.83, -0.76), (0.61, -0.76)], DARK)
    pen.oval(0.38, -0.6, 0.52, -0.48, COLOURS["yellow"])
    pen.shape([(0.84, -0.18), (1.04, 0.0), (0.84, 0.0)], DARK)
    pen.oval(0.82, -0.46, 0.9, -0.36, (255, 240, 180))
    for x, radius in ((0.02, 0.15), (0.38, 0.12), (0.68, 0.12)):
        pen.disc(x, -radius, radius, DARK)
        pen.disc(x, -radius, radius * 0.5, COLOURS["red"] if colour != COLOURS["red"] else COLOURS["yellow"])
    pen.line([(0.02, -0.12), (0.68, -0.12)], 0.03, (190, 190, 194))


def balloon(pen: Pen, colour: Colour) -> None:
    """A hot-air balloon in stripes; the origin is below its basket."""
    for x in (-0.09, 0.09):
        pen.line([(x * 2.1, -0.36), (x, -0.14)], 0.012, DARK)
    pen.shape([(-0.37, -0.62), (0.37, -0.62), (0.16, -0.32), (-0.16, -0.32)], shade(colour, 0.85))
    pen.oval(-0.42, -1.1, 0.42, -0.38, colour)
    pen.oval(-0.28, -1.1, 0.28, -0.36, WHITE)
    pen.oval(-0.13, -1.1, 0.13, -0.34, colour)
    pen.shape([(-0.16, -0.32), (0.16, -0.32), (0.21, -0.4), (-0.21, -0.4)], shade(colour, 0.7))
    pen.block(-0.12, -0.16, 0.12, 0, BROWN, 0.03)
    pen.block(-0.13, -0.17, 0.13, -0.125, shade(BROWN, 0.7), 0.02)
    for x in (-0.05, 0.05):
        pen.disc(x, -0.2, 0.035, (236, 190, 150))
