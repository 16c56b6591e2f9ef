"""Drawing a person, head and shoulders, with the truth about the face: its box and five landmarks."""

import math
from dataclasses import dataclass, replace

from PIL import Image, ImageChops

from haven_fs.demo.faces import Identity, Moment
from haven_fs.demo.faces_hair import hair_before, hair_behind, hair_colour, hat
from haven_fs.demo.faces_pose import HeadPen, curve, ellipse, outline
from haven_fs.demo.pen import DARK, Colour, Point, mix, shade

FOREHEAD = -0.72
"""The row, in units, at which a face begins: its box is from there to the chin."""
ABOVE, BESIDE, BELOW = 1.9, 2.1, 2.3
"""How far a portrait reaches from the middle of the head, in units."""
SMOOTH = 2
SQUARE = ((-1, -0.8), (-0.9, -1), (0.9, -1), (1, -0.8), (0.85, 0.9), (0.7, 1), (-0.7, 1), (-0.85, 0.9))
"""The corners of square glasses."""


@dataclass(frozen=True, slots=True)
class Face:
    """Where a face is, in pixels: left, top, right, bottom; the eyes, the nose's tip and the corners of the mouth.

    Landmarks are in InsightFace's order: left before right, as seen in the picture.
    """

    box: tuple[float, float, float, float]
    landmarks: tuple[Point, Point, Point, Point, Point]

    def scaled(self, factor: float) -> "Face":
        """Return it in a picture `factor` times as large."""
        left, top, right, bottom = (part * factor for part in self.box)
        a, b, c, d, e = ((x * factor, y * factor) for x, y in self.landmarks)
        return Face((left, top, right, bottom), (a, b, c, d, e))

    def moved(self, right_by: float, down_by: float) -> "Face":
        """Return it in a picture that has this much more at its left and its top."""
        left, top, right, bottom = self.box
        a, b, c, d, e = ((x + right_by, y + down_by) for x, y in self.landmarks)
        return Face((left + right_by, top + down_by, right + right_by, bottom + down_by), (a, b, c, d, e))


def draw_person(who: Identity, when: Moment, unit: float) -> tuple[Image.Image, Face]:
    """Draw somebody on nothing: RGBA, `unit` pixels from the middle of the head to the chin, and where the face is."""
    size = round(2 * BESIDE * unit * SMOOTH), round((ABOVE + BELOW) * unit * SMOOTH)
    layer = Image.new("RGBA", size)
    face = paint(layer, BESIDE * unit * SMOOTH, ABOVE * unit * SMOOTH, unit * SMOOTH, who, when)
    return layer.reduce(SMOOTH), face.scaled(1 / SMOOTH)


def paint(layer: Image.Image, x: float, y: float, unit: float, who: Identity, when: Moment) -> Face:
    """Draw somebody on an RGBA layer with nothing on it, the head's middle at pixel (x, y), and down to its end."""
    shown = _aged(who, when)
    pen = HeadPen(layer, x, y, unit, shown.width, when.yaw, when.pitch, when.roll)
    hair_behind(pen, shown, when)
    _body(pen, x, y, unit, layer.height, shown, when)
    edge = outline(shown.width, shown.jaw)
    for side in (-1, 1):
        _ear(pen, shown, side, when.yaw)
    pen.fill([pen.flat(point) for point in edge], shown.skin)
    if abs(when.yaw) > 10:
        _ear(pen, shown, -1 if when.yaw > 0 else 1, when.yaw, near=True)
    marks = _features(pen, shown, when)
    hair_before(pen, shown, when)
    if when.hat:
        hat(pen, shown, when)
    _glasses(pen, shown, when)
    _light(layer, x, y, unit, when)
    seen = [pen.flat(point) for point in edge if point[1] >= FOREHEAD] + [
        pen.flat((side * shown.width * 0.66, FOREHEAD)) for side in (-1, 1)
    ]
    box = min(p[0] for p in seen), min(p[1] for p in seen), max(p[0] for p in seen), max(p[1] for p in seen)
    return Face(box, marks)


def _aged(who: Identity, when: Moment) -> Identity:
    """Return somebody as a child or older: eyes and faces grow less than noses and jaws do."""
    young = max(-0.5, min(1.0, when.young))
    return replace(
        who,
        width=who.width * (1 + 0.06 * young),
        jaw=who.jaw + (2.1 - who.jaw) * 0.5 * max(0.0, young),
        eye_size=who.eye_size * (1 + 0.16 * young),
        eye_row=who.eye_row + 0.07 * young,
        nose_long=who.nose_long * (1 - 0.14 * young),
        brow_thick=who.brow_thick * (1 - 0.2 * young),
        beard="" if young > 0.5 else who.beard,
    )


def _body(pen: HeadPen, x: float, y: float, unit: float, bottom: int, who: Identity, when: Moment) -> None:
    """Neck, shoulders and a shirt, which do not turn with the head."""

    def at(across: float, down: float) -> Point:
        return x + across * unit, y + down * unit

    end = max(bottom - y, unit * 2) / unit + 0.1
    sides = [(0.34, 1.12), (0.75, 1.32), (1.25, 1.5), (1.5, 1.85), (1.6, 2.6), (1.62, end)]
    right = [at(*point) for point in sides]
    left = [at(-across, down) for across, down in reversed(sides)]
    pen.fill([*right, *left], when.clothes)
    for side in (-1, 1):
        pen.stroke([at(side * 1.08, 2.3), at(side * 1.12, end)], 0.03, shade(when.clothes, 0.75))
    throat = [at(-0.36, 0.6), at(0.36, 0.6), at(0.36, 1.14), at(0.2, 1.36), at(-0.2, 1.36), at(-0.36, 1.14)]
    pen.fill(throat, shade(who.skin, 0.84))


def _ear(pen: HeadPen, who: Identity, side: int, yaw: float, near: bool = False) -> None:
    turned = math.radians(yaw)
    x = side * who.width * (math.cos(turned) if near else 1.0)
    x += -0.25 * math.sin(turned) * (0 if near else 1)
    pen.fill([pen.flat(p) for p in ellipse(x, 0.05, who.ear * 0.8, who.ear * 1.35, side * 0.15)], shade(who.skin, 0.9))
    inner = ellipse(x, 0.06, who.ear * 0.4, who.ear * 0.8, side * 0.15)
    pen.fill([pen.flat(p) for p in inner], shade(who.skin, 0.76))


def _features(pen: HeadPen, who: Identity, when: Moment) -> tuple[Point, Point, Point, Point, Point]:
    """Draw what is on the face and return the landmarks."""
    dark = shade(who.skin, 0.72)
    if who.blush:
        for side in (-1, 1):
            pen.oval(side * who.width * 0.55, 0.3, 0.15, 0.11, mix(who.skin, (226, 92, 90), who.blush * 0.6))
    if who.freckles:
        for number in range(14):
            x = (number % 7 - 3) / 3 * who.width * 0.62
            y = 0.17 + 0.09 * (number // 7) + 0.05 * math.sin(number * 2.4)
            pen.oval(x, y, 0.022, 0.02, mix(who.skin, (130, 70, 40), 0.6))
    _beard(pen, who, when)
    for side in (-1, 1):
        _eye(pen, who, when, side)
    tip = _nose(pen, who, dark)
    corners = _mouth(pen, who, when)
    if who.mole:
        pen.oval(who.mole[0] * who.width, who.mole[1], 0.032, 0.032, (84, 52, 42))
    eyes = [pen.on((side * who.eye_apart, who.eye_row)) for side in (-1, 1)]
    return eyes[0], eyes[1], tip, corners[0], corners[1]


def _eye(pen: HeadPen, who: Identity, when: Moment, side: int) -> None:
    x, y, size = side * who.eye_apart, who.eye_row, who.eye_size
    tilt = -side * who.eye_tilt
    high = size * who.eye_open * (1 - 0.92 * when.blink)
    lid = shade(who.skin, 0.8)
    pen.oval(x, y - size * 0.12, size * 1.14, size * who.eye_open + 0.03, lid, tilt)
    if when.blink < 0.8:
        pen.oval(x, y, size, high, (250, 248, 244), tilt)
        iris = size * 0.52
        middle = x + when.gaze * size * 0.4
        # The iris is no wider than the lids let it be seen.
        pen.oval(middle, y, iris, min(iris, high), who.eye_colour)
        pen.oval(middle, y, iris * 0.5, min(iris * 0.5, high), (18, 16, 18))
        pen.oval(middle + 0.02, y - high * 0.35, iris * 0.22, min(iris * 0.22, high), (255, 255, 255))
    dx, dy = size * math.cos(tilt), size * math.sin(tilt)
    pen.line(curve((x - dx, y - dy), (x, y - 2 * high), (x + dx, y + dy)), 0.03, (56, 40, 38))
    lift, long = who.brow_lift, who.brow_long
    rise = who.brow_tilt * long
    inner, outer = (x - side * long, y - lift + rise * 0.5), (x + side * long, y - lift - rise * 0.5)
    colour = mix(shade(hair_colour(who, when), 0.8), who.skin, 0.12)
    pen.line(curve(inner, (x, y - lift - 0.09), outer), who.brow_thick, colour)


def _nose(pen: HeadPen, who: Identity, dark: Colour) -> Point:
    top, tip, wide = who.eye_row + 0.1, who.eye_row + who.nose_long, who.nose_wide
    light = shade(who.skin, 1.2)
    if who.nose in ("line", "sharp"):
        side = 0.05 * who.side
        pen.line([(side, top), (side * 1.6 + wide * 0.4 * who.side, tip)], 0.03, mix(dark, who.skin, 0.3), 0.05)
    if who.nose == "sharp":
        pen.shape([(-wide, tip + 0.01), (0, tip + 0.09), (wide, tip + 0.01), (0, tip - 0.05)], dark, 0.1)
    elif who.nose == "round":
        pen.oval(0, tip, wide, wide * 0.75, mix(dark, who.skin, 0.45), 0.0, 0.1)
        pen.oval(-0.02, tip - wide * 0.3, wide * 0.5, wide * 0.3, light, 0.0, 0.12)
    elif who.nose == "button":
        pen.oval(0, tip, wide * 0.7, wide * 0.6, mix((220, 120, 110), who.skin, 0.55), 0.0, 0.1)
    for side in (-1, 1):
        pen.oval(side * wide * 0.6, tip + 0.05, wide * 0.24, 0.022, shade(who.skin, 0.5), 0.0, 0.06)
    pen.line(curve((-wide, tip + 0.02), (0, tip + 0.13), (wide, tip + 0.02)), 0.02, dark, 0.06)
    return pen.on((0, tip), 0.12)


def _mouth(pen: HeadPen, who: Identity, when: Moment) -> tuple[Point, Point]:
    wide = who.mouth_wide * (1 + 0.18 * max(0.0, when.smile))
    row, lip, bend = who.mouth_row, who.lip, when.smile * 0.09
    left, right = (-wide, row - bend * 0.6), (wide, row - bend * 0.6)
    gap = when.open * 0.16
    upper = curve(left, (0, row + bend - lip * 1.2), right)
    lower = curve(right, (0, row + bend + lip * 2.4 + gap * 1.6), left)
    pen.shape([*upper, *lower], who.lip_colour)
    within = curve(left, (0, row + bend + lip * 0.6), right)
    if gap:
        pen.shape([*within, *curve(right, (0, row + bend + lip * 0.8 + gap * 1.7), left)], (96, 32, 36))
        teeth = curve(
            (right[0] * 0.8, right[1] + 0.01), (0, row + bend + lip * 0.6 + gap * 0.7), (left[0] * 0.8, left[1] + 0.01)
        )
        pen.shape([*[(x * 0.8, y) for x, y in within], *teeth], (250, 248, 240))
    else:
        pen.line(within, 0.022, shade(who.lip_colour, 0.5))
    return pen.on(left), pen.on(right)


def _beard(pen: HeadPen, who: Identity, when: Moment) -> None:
    if not who.beard:
        return
    colour, wide, row = shade(hair_colour(who, when), 0.95), who.width, who.mouth_row
    if who.beard in ("full", "stubble"):
        tone = colour if who.beard == "full" else mix(who.skin, colour, 0.35)
        edge = [point for point in outline(wide * 1.02, who.jaw) if point[1] > 0.1]
        inner = [pen.on((x * wide, y)) for x, y in ((-0.8, 0.3), (-0.45, row - 0.16), (0.45, row - 0.16), (0.8, 0.3))]
        pen.fill([*[pen.flat((x, y * 1.03)) for x, y in edge], *inner], tone)
    if who.beard in ("full", "moustache", "goatee"):
        half = who.mouth_wide * 1.05
        pen.shape(
            [*curve((-half, row - 0.02), (0, row - 0.26), (half, row - 0.02)),
             *curve((half, row - 0.02), (0, row - 0.05), (-half, row - 0.02))],
            colour,
        )  # fmt: skip
    if who.beard == "goatee":
        pen.oval(0, 0.86, 0.2, 0.16, colour)


def _glasses(pen: HeadPen, who: Identity, when: Moment) -> None:
    worn = "square" if when.sunglasses else who.glasses if when.glasses else ""
    if not worn or (when.hat and when.sunglasses and when.pitch < -15):
        return
    half, high = (0.25, 0.19) if worn == "square" else (0.21, 0.21)
    y = who.eye_row + 0.02
    for side in (-1, 1):
        x = side * max(who.eye_apart, half + 0.03)
        ring = ellipse(x, y, half, high)
        if worn == "square":
            ring = [(x + dx * half, y + dy * high) for dx, dy in SQUARE]
        if when.sunglasses:
            pen.shape(ring, (26, 26, 32), 0.08)
        else:
            pen.line([*ring, ring[0]], 0.035, who.frame, 0.08)
        pen.stroke([pen.on((x + side * half, y), 0.08), pen.flat((side * who.width, y))], 0.03, who.frame)
    pen.line([(-0.06, y - 0.04), (0.06, y - 0.04)], 0.04, DARK if when.sunglasses else who.frame, 0.12)


def _light(layer: Image.Image, x: float, y: float, unit: float, when: Moment) -> None:
    """Put a person in the light: from somewhere, warm or cold, bright or dim."""
    reach = math.ceil(2.2 * unit)
    turned = Image.linear_gradient("L").rotate(when.light_from - 90, Image.Resampling.BILINEAR, fillcolor=128)
    inner = turned.crop((38, 38, 218, 218)).point([round(255 - when.contrast * value) for value in range(256)])
    shadow = inner.resize((2 * reach, 2 * reach), Image.Resampling.BILINEAR)
    dim = Image.new("L", layer.size, 255)
    left, top = round(x) - reach, round(y) - reach
    dim.paste(shadow, (left, top))
    if (below := layer.height - top - 2 * reach) > 0:
        last = shadow.crop((0, 2 * reach - 1, 2 * reach, 2 * reach))
        dim.paste(last.resize((2 * reach, below)), (left, top + 2 * reach))
    tint = [when.brightness * (1 + when.warmth), when.brightness, when.brightness * (1 - when.warmth)]
    colours = layer.convert("RGB")
    colours = ImageChops.multiply(colours, Image.merge("RGB", (dim, dim, dim)))
    colours = colours.point([min(255, round(value * part)) for part in tint for value in range(256)])
    layer.paste(Image.merge("RGBA", (*colours.split(), layer.getchannel("A"))))
