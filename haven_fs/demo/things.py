"""What lives and stands in the demo's pictures, each drawn in one colour."""

from haven_fs.demo.pen import COLOURS, DARK, Colour, Pen, shade

WHITE = COLOURS["white"]
BROWN = COLOURS["brown"]
GLASS = (176, 214, 232)


def dog(pen: Pen, colour: Colour) -> None:
    """Standing, seen from the side, tail up."""
    dark = shade(colour, 0.72)
    pen.line([(-0.44, -0.5), (-0.6, -0.66), (-0.66, -0.84)], 0.08, colour)
    for x in (-0.3, 0.2):
        pen.block(x - 0.08, -0.4, x + 0.04, 0, dark, 0.05)
    for x in (-0.38, 0.28):
        pen.block(x - 0.06, -0.4, x + 0.06, 0, colour, 0.05)
        pen.oval(x - 0.07, -0.07, x + 0.11, 0.01, colour)
    pen.oval(-0.52, -0.66, 0.1, -0.28, colour)
    pen.oval(-0.2, -0.7, 0.42, -0.26, colour)
    pen.shape([(0.12, -0.62), (0.4, -0.45), (0.56, -0.8), (0.24, -0.9)], colour)
    pen.line([(0.17, -0.68), (0.42, -0.56)], 0.06, COLOURS["red"] if colour != COLOURS["red"] else COLOURS["blue"])
    pen.disc(0.4, -0.85, 0.18, colour)
    pen.oval(0.42, -0.9, 0.76, -0.68, shade(colour, 1.25))
    pen.disc(0.74, -0.83, 0.045, DARK)
    pen.line([(0.56, -0.71), (0.7, -0.73)], 0.014, DARK)
    pen.oval(0.21, -0.98, 0.37, -0.6, dark)
    pen.disc(0.48, -0.9, 0.032, DARK)
    pen.disc(0.49, -0.91, 0.01, WHITE)


def cat(pen: Pen, colour: Colour) -> None:
    """Sitting, looking at whoever looks."""
    dark, light = shade(colour, 0.75), shade(colour, 1.45)
    pen.arc((0.05, -0.62, 0.62, -0.02), (270, 450), 0.1, dark)
    pen.oval(-0.34, -0.68, 0.34, 0.02, colour)
    pen.oval(-0.16, -0.5, 0.16, -0.02, light)
    for side in (-1, 1):
        pen.block(side * 0.04, -0.36, side * 0.17, 0.0, colour, 0.06)
        pen.oval(side * 0.02, -0.08, side * 0.2, 0.02, light)
        pen.shape([(side * 0.29, -1.12), (side * 0.05, -0.98), (side * 0.28, -0.78)], colour)
        pen.shape([(side * 0.25, -1.05), (side * 0.1, -0.96), (side * 0.24, -0.84)], COLOURS["pink"])
    pen.oval(-0.32, -1.04, 0.32, -0.54, colour)
    for offset in (-0.08, 0.0, 0.08):
        pen.line([(offset, -1.02), (offset * 0.8, -0.92)], 0.03, dark)
    for side in (-1, 1):
        pen.oval(side * 0.07, -0.87, side * 0.2, -0.72, (156, 200, 92))
        pen.oval(side * 0.115, -0.86, side * 0.155, -0.73, DARK)
        for lift in (-0.03, 0.01, 0.05):
            pen.line([(side * 0.1, -0.65 + lift / 2), (side * 0.42, -0.66 + lift)], 0.008, shade(light, 0.9))
    pen.oval(-0.12, -0.72, 0.12, -0.57, light)
    pen.shape([(-0.04, -0.7), (0.04, -0.7), (0, -0.655)], (214, 110, 120))
    pen.line([(-0.06, -0.61), (0, -0.64), (0.06, -0.61)], 0.012, DARK)


def tree(pen: Pen, colour: Colour) -> None:
    """A broad tree with a crown of one colour and red apples."""
    pen.shape([(-0.09, 0), (0.09, 0), (0.06, -0.5), (-0.06, -0.5)], BROWN)
    pen.line([(0.0, -0.36), (0.2, -0.56)], 0.05, BROWN)
    pen.line([(0.0, -0.32), (-0.2, -0.52)], 0.05, BROWN)
    for tone, crown in (
        (0.78, ((-0.26, -0.55, 0.22), (0.28, -0.56, 0.22), (0.0, -0.52, 0.24))),
        (1.0, ((-0.22, -0.72, 0.24), (0.24, -0.74, 0.24), (0.0, -0.66, 0.26))),
        (1.18, ((0.0, -0.92, 0.22), (-0.14, -0.82, 0.18), (0.14, -0.84, 0.18))),
    ):
        for x, y, radius in crown:
            pen.disc(x, y, radius, shade(colour, tone))
    apple = COLOURS["red"] if colour != COLOURS["red"] else COLOURS["yellow"]
    for x, y in ((-0.28, -0.6), (0.05, -0.62), (0.3, -0.66), (-0.1, -0.84), (0.16, -0.94), (-0.02, -1.02)):
        pen.disc(x, y, 0.032, apple)


def house(pen: Pen, colour: Colour) -> None:
    """A house with a pointed roof, a door and a smoking chimney."""
    roof = (150, 66, 52) if colour != COLOURS["red"] else (84, 74, 78)
    pen.block(0.22, -1.02, 0.34, -0.7, shade(roof, 0.8))
    for i, (x, y) in enumerate(((0.3, -1.08), (0.37, -1.17), (0.47, -1.27))):
        pen.disc(x, y, 0.045 + 0.018 * i, (226, 226, 226))
    pen.block(-0.5, -0.6, 0.5, 0, colour)
    pen.block(-0.5, -0.06, 0.5, 0, shade(colour, 0.7))
    pen.shape([(-0.62, -0.58), (0.62, -0.58), (0.0, -1.06)], roof)
    pen.shape([(-0.62, -0.58), (0.62, -0.58), (0.55, -0.64), (-0.55, -0.64)], shade(roof, 0.8))
    pen.disc(0, -0.76, 0.085, WHITE)
    pen.disc(0, -0.76, 0.062, GLASS)
    pen.block(-0.09, -0.36, 0.11, 0, BROWN, 0.02)
    pen.disc(0.075, -0.17, 0.015, COLOURS["yellow"])
    for x in (-0.39, 0.21):
        pen.block(x - 0.02, -0.48, x + 0.2, -0.24, WHITE)
        pen.block(x, -0.46, x + 0.18, -0.26, (255, 226, 140))
        pen.line([(x + 0.09, -0.46), (x + 0.09, -0.26)], 0.015, WHITE)
        pen.line([(x, -0.36), (x + 0.18, -0.36)], 0.015, WHITE)


def cake(pen: Pen, colour: Colour) -> None:
    """A birthday cake of two tiers on a small table, candles lit."""
    pen.block(-0.62, -0.26, 0.62, -0.2, shade(BROWN, 1.1), 0.02)
    for x in (-0.5, 0.44):
        pen.block(x, -0.2, x + 0.06, 0, BROWN)
    pen.oval(-0.5, -0.31, 0.5, -0.22, WHITE)
    cream = WHITE if colour != WHITE else COLOURS["pink"]
    for half, top, bottom in ((0.42, -0.56, -0.26), (0.27, -0.82, -0.54)):
        pen.block(-half, top, half, bottom, colour, 0.03)
        pen.block(-half, top, half, top + 0.07, cream, 0.03)
        drips = max(3, round(half * 14))
        for i in range(drips):
            x = -half + (i + 0.5) * 2 * half / drips
            pen.oval(x - half / drips, top + 0.02, x + half / drips, top + 0.1 + 0.04 * (i % 2), cream)
        pen.block(-half, bottom - 0.05, half, bottom - 0.015, shade(colour, 0.75))
    for i, x in enumerate((-0.18, -0.06, 0.06, 0.18)):
        pen.block(x - 0.014, -0.97, x + 0.014, -0.81, COLOURS[("blue", "yellow", "green", "red")[i]])
        pen.oval(x - 0.026, -1.07, x + 0.026, -0.96, (255, 196, 64))
        pen.oval(x - 0.012, -1.03, x + 0.012, -0.97, (255, 246, 200))


def snowman(pen: Pen, colour: Colour) -> None:
    """Three balls of snow, a hat, and a scarf in the colour."""
    snow, under = (250, 252, 255), (212, 224, 238)
    for side in (-1, 1):
        pen.line([(side * 0.2, -0.56), (side * 0.48, -0.72)], 0.025, BROWN)
        pen.line([(side * 0.4, -0.675), (side * 0.47, -0.61)], 0.018, BROWN)
    for y, radius in ((-0.28, 0.29), (-0.6, 0.22), (-0.86, 0.165)):
        pen.disc(0, y, radius, under)
        pen.disc(-0.02, y - 0.02, radius * 0.93, snow)
    for y in (-0.66, -0.56, -0.4, -0.28):
        pen.disc(0.02, y, 0.022, DARK)
    pen.block(-0.19, -0.76, 0.19, -0.69, colour, 0.035)
    pen.shape([(0.08, -0.73), (0.19, -0.73), (0.22, -0.46), (0.11, -0.46)], shade(colour, 0.85))
    for x in (-0.045, 0.075):
        pen.disc(x, -0.91, 0.022, DARK)
    pen.shape([(0.02, -0.88), (0.02, -0.83), (0.26, -0.83)], (238, 130, 40))
    pen.block(-0.21, -1.03, 0.21, -0.985, DARK, 0.015)
    pen.block(-0.13, -1.24, 0.13, -1.0, DARK, 0.02)
    pen.block(-0.13, -1.08, 0.13, -1.03, colour)


def kite(pen: Pen, colour: Colour) -> None:
    """A diamond on a long string, with bows on its tail; the origin is its lower end."""
    second = COLOURS["yellow"] if colour != COLOURS["yellow"] else COLOURS["red"]
    pen.line([(-0.02, -0.42), (-0.25, 0.1), (-0.6, 0.6), (-1.1, 1.1)], 0.006, (250, 250, 250))
    tail = [(0.0, -0.2), (0.08, -0.1), (-0.02, 0.0), (0.1, 0.1), (0.02, 0.22), (0.12, 0.32)]
    pen.line(tail, 0.012, DARK)
    for i, (x, y) in enumerate(tail[1:]):
        bow = (colour, second)[i % 2]
        pen.shape([(x, y), (x - 0.07, y - 0.045), (x - 0.07, y + 0.045)], bow)
        pen.shape([(x, y), (x + 0.07, y - 0.045), (x + 0.07, y + 0.045)], bow)
    top, right, bottom, left, middle = (0.0, -1.05), (0.32, -0.68), (0.0, -0.18), (-0.32, -0.68), (0.0, -0.68)
    pen.shape([top, right, middle], colour)
    pen.shape([top, left, middle], second)
    pen.shape([bottom, left, middle], shade(colour, 0.85))
    pen.shape([bottom, right, middle], shade(second, 0.9))
    pen.line([top, bottom], 0.014, DARK)
    pen.line([left, right], 0.014, DARK)
