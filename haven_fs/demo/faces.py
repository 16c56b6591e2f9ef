"""Drawn people: who somebody is, how they look at a moment, and where their face then is.

An identity is a set of features that a number stands for; a moment is everything that changes from photo to photo.
Both are plain values, so that the same numbers draw the same picture, and a detector or an embedder that is trained on
drawn people has exact truth for it. The demo's faces come from ranges of numbers that do not meet: those that models
were trained on, those that thresholds were chosen on, those that are measured on, and the family of the demo library.
"""

import random
from dataclasses import dataclass

from haven_fs.demo.pen import Colour, dice, mix, shade

TRAINING = range(0, 1_000_000)
VALIDATION = range(1_000_000, 2_000_000)
TEST = range(2_000_000, 3_000_000)
DEMO = range(3_000_000, 4_000_000)
"""Numbers of identities: no model was trained on any but the first."""

SKINS: tuple[Colour, ...] = (
    (255, 224, 200), (246, 206, 174), (238, 190, 152), (222, 170, 128), (198, 142, 100), (164, 110, 74), (124, 80, 56),
    (92, 60, 46),
)  # fmt: skip
HAIRS: tuple[Colour, ...] = (
    (36, 30, 32), (62, 42, 32), (96, 62, 40), (138, 92, 54), (186, 134, 74), (226, 190, 120), (178, 82, 40),
    (150, 148, 150), (228, 226, 222),
)  # fmt: skip
EYES: tuple[Colour, ...] = ((70, 44, 30), (112, 74, 38), (96, 128, 70), (72, 122, 170), (120, 140, 152), (40, 30, 28))
STYLES = (
    "bald", "crew", "side", "fringe", "middle", "long", "bob", "curly", "afro", "bun", "tails", "wavy", "quiff",
    "receding",
)  # fmt: skip
BEARDS = ("", "", "", "", "", "full", "moustache", "goatee", "stubble")
NOSES = ("line", "round", "button", "sharp")
HATS = ("cap", "beanie", "straw")
CLOTHES: tuple[Colour, ...] = (
    (196, 62, 56), (58, 104, 176), (240, 238, 230), (66, 66, 74), (86, 150, 96), (236, 190, 80), (146, 96, 164),
    (232, 150, 170), (120, 170, 200), (150, 110, 80),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Identity:
    """What stays the same: lengths are in units of half a head's height, from the middle of the head to the chin."""

    skin: Colour
    width: float
    jaw: float
    """What the lower half of the face's outline is a superellipse of: 1.7 pointed, 3 square."""
    eye_apart: float
    eye_size: float
    eye_open: float
    eye_tilt: float
    eye_row: float
    eye_colour: Colour
    brow_thick: float
    brow_lift: float
    brow_tilt: float
    brow_long: float
    nose: str
    nose_long: float
    nose_wide: float
    mouth_wide: float
    mouth_row: float
    lip: float
    lip_colour: Colour
    ear: float
    hair: Colour
    style: str
    side: int
    """Where the hair is parted: 1 or -1."""
    beard: str
    freckles: bool
    mole: tuple[float, float] | None
    blush: float
    glasses: str
    frame: Colour


@dataclass(frozen=True, slots=True)
class Moment:
    """What changes: angles in degrees, positive to the right, up and clockwise as seen in the picture."""

    yaw: float = 0.0
    pitch: float = 0.0
    roll: float = 0.0
    smile: float = 0.4
    open: float = 0.0
    blink: float = 0.0
    gaze: float = 0.0
    young: float = 0.0
    """0 as the identity is, 1 as a child; below 0 older."""
    grey: float = 0.0
    glasses: bool = True
    """Whether those who have glasses wear them."""
    sunglasses: bool = False
    hat: str = ""
    hat_colour: Colour = CLOTHES[0]
    clothes: Colour = CLOTHES[1]
    light_from: float = 0.0
    """Degrees: where the light comes from, 0 from the right, 90 from above."""
    contrast: float = 0.2
    """How much darker the side in the shade is, 0 to 1."""
    warmth: float = 0.0
    brightness: float = 1.0


def identity(number: int) -> Identity:
    """Return the identity that a number stands for."""
    rng = dice(f"identity {number}")
    skin = _jitter(rng, rng.choice(SKINS), 8)
    beard = rng.choice(BEARDS)
    styles = [style for style in STYLES if not beard or style not in ("bob", "bun", "tails", "fringe")]
    return Identity(
        skin=skin,
        width=rng.uniform(0.68, 0.9),
        jaw=rng.uniform(1.75, 2.9),
        eye_apart=rng.uniform(0.27, 0.38),
        eye_size=rng.uniform(0.1, 0.16),
        eye_open=rng.uniform(0.42, 0.8),
        eye_tilt=rng.uniform(-0.2, 0.28),
        eye_row=rng.uniform(-0.14, 0.02),
        eye_colour=_jitter(rng, rng.choice(EYES), 10),
        brow_thick=rng.uniform(0.025, 0.09),
        brow_lift=rng.uniform(0.15, 0.27),
        brow_tilt=rng.uniform(-0.3, 0.35),
        brow_long=rng.uniform(0.13, 0.22),
        nose=rng.choice(NOSES),
        nose_long=rng.uniform(0.27, 0.42),
        nose_wide=rng.uniform(0.08, 0.18),
        mouth_wide=rng.uniform(0.17, 0.34),
        mouth_row=rng.uniform(0.53, 0.66),
        lip=rng.uniform(0.03, 0.1),
        lip_colour=mix(shade(skin, 0.8), (190, 60, 70), rng.uniform(0.15, 0.75)),
        ear=rng.uniform(0.1, 0.21),
        hair=_jitter(rng, rng.choice(HAIRS), 10),
        style=rng.choice(styles),
        side=rng.choice((-1, 1)),
        beard=beard,
        freckles=rng.random() < 0.22,
        mole=(rng.uniform(-0.5, 0.5), rng.uniform(0.15, 0.75)) if rng.random() < 0.3 else None,
        blush=rng.choice((0.0, 0.0, 0.25, 0.5)),
        glasses=rng.choice(("", "", "", "round", "square")),
        frame=rng.choice(((30, 30, 34), (150, 50, 44), (60, 80, 130), (190, 160, 90))),
    )


def moment(rng: random.Random, hard: float = 1.0) -> Moment:
    """Return a moment by chance; `hard` (0 to 1) is how far from a good portrait it may be."""

    def spread(most: float) -> float:
        return max(-1.6, min(1.6, rng.gauss(0, 0.6))) * most * hard

    return Moment(
        yaw=spread(21),
        pitch=spread(13),
        roll=spread(13),
        smile=rng.uniform(-0.3, 1.0),
        open=rng.choice((0.0, 0.0, 0.0, 0.4, 0.8, 1.0)),
        blink=1.0 if rng.random() < 0.05 * hard else rng.uniform(0, 0.3),
        gaze=rng.uniform(-0.5, 0.5),
        young=spread(0.35),
        grey=rng.choice((0.0, 0.0, 0.0, 0.3)) * hard,
        glasses=rng.random() < 1 - 0.15 * hard,
        sunglasses=rng.random() < 0.06 * hard,
        hat=rng.choice(HATS) if rng.random() < 0.13 * hard else "",
        hat_colour=rng.choice(CLOTHES),
        clothes=_jitter(rng, rng.choice(CLOTHES), 12),
        light_from=rng.uniform(-20, 200),
        contrast=rng.uniform(0.05, 0.1 + 0.4 * hard),
        warmth=spread(0.16),
        brightness=1 + spread(0.2),
    )


def _jitter(rng: random.Random, colour: Colour, most: int) -> Colour:
    red, green, blue = (max(0, min(255, part + rng.randint(-most, most))) for part in colour)
    return red, green, blue
