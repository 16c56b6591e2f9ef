"""Where relevance ends: the least score that a photo must have for a text, calibrated on the library itself.

Every text has some score with every photo, and models differ in what a score means: ordinary CLIP models give 0.1 for
what does not fit and 0.3 for what does, others other numbers. So a model is asked once about the library's own photos
with BACKGROUND, texts that hardly any family's photos fit. Their scores are what noise looks like here: where it lies,
how wide it is, how often it goes how high.

A text's photos are then taken for finds as far down as noise would make up at most a tenth of them (the step-up rule
of Benjamini and Hochberg, with the background as the null distribution). A text of which no photo stands out finds
nothing. Among the finds are photos that fit a part of what was said, a dog elsewhere for "dog on beach"; so the cut
goes up to the first gap below the best scores, or, where there is none, to a part of the way from noise to the best. It
is never below what was measured for the model itself, if anything was.

Nothing here is a count, so a text may find one photo or half of the library. Pure numpy; 100,000 scores take some
milliseconds.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

BACKGROUND = (
    "an x-ray of a human femur",
    "a circuit board under an electron microscope",
    "a page of a medieval manuscript in Latin",
    "a bar chart of quarterly revenue",
    "an oil refinery",
    "a nuclear reactor control panel",
    "bacteria cultures in a petri dish",
    "an ultrasound scan of a kidney",
    "a blueprint of a turbine",
    "a spiral galaxy through a telescope",
    "the surface of Mars photographed by a rover",
    "a satellite orbiting Saturn",
    "an autopsy",
    "bypass surgery on the heart",
    "a courtroom sketch of a trial",
    "parliament in session",
    "a stock exchange trading floor",
    "a data centre full of servers",
    "a coal mine shaft",
    "a steel foundry pouring molten metal",
    "a container terminal with cargo",
    "a wind tunnel experiment",
    "a diagram of the periodic system of elements",
    "handwritten equations of quantum mechanics",
    "sheet music for an organ fugue",
    "Egyptian hieroglyphs",
    "a cuneiform tablet",
    "a suit of samurai armour",
    "a Roman mosaic of gladiators",
    "a Byzantine icon",
    "cubist portrait",
    "abstract expressionism in charcoal",
    "a woodcut of the plague",
    "a fossil trilobite",
    "a mammoth excavated by archaeologists",
    "a mummy in a sarcophagus",
    "pottery shards in a trench",
    "a guillotine",
    "trench warfare",
    "a fighter jet on an aircraft carrier",
    "a ballistic missile",
    "a paratrooper regiment",
    "a submersible exploring hydrothermal vents",
    "plankton magnified a hundredfold",
    "a scanning micrograph of pollen",
    "a DNA electrophoresis gel",
    "a crystal lattice model",
    "a weather radar of a hurricane",
    "a seismograph recording",
    "tornado damage",
    "an avalanche barrier",
    "a tsunami warning siren",
    "an oil spill with tarred gulls",
    "a landfill site",
    "a sewage treatment plant",
    "a hydroelectric dam under construction",
    "a tunnel boring apparatus",
    "an asphalt paver",
    "a combine harvester",
    "an abattoir",
    "a battery of laying poultry",
    "a textile mill with looms",
    "a printing press of newspapers",
    "a microfilm archive",
    "a vault with bullion",
    "counterfeit currency",
    "a tax declaration form",
    "a barcode",
    "source code in a terminal",
    "a fractal rendered by mathematics",
    "a wireframe mesh of a molecule",
    "a voltage oscilloscope",
    "soldered resistors and capacitors",
    "hydraulic valves and gauges",
    "a jet turbine blade",
    "a lunar module",
    "astronomers at an observatory dome",
    "a polar research station",
    "an icebreaker in pack ice",
    "a Zulu ceremony",
    "a Noh theatre actor",
    "sumo wrestlers",
    "a bullfight",
    "a falconry tournament",
    "Tibetan monks debating",
    "a coronation",
    "a presidential inauguration",
    "a press conference of diplomats",
    "a riot squad with tear gas",
    "a prison cell block",
    "a confessional booth",
    "an exorcism",
    "a voodoo altar",
    "a tarot deck",
    "a roulette wheel",
    "a pinball arcade cabinet",
)
"""Texts that are noise in nearly every family's library. None is about what the demo's pictures show."""

QUARTER = 0.6745
"""How many standard deviations a quarter of normally spread values lies below their middle."""
FALSE = 0.1
"""The share of what is shown that may be noise."""
ODD = 5.0
"""Background texts whose best photo lies this many spreads above the others' are left out: something may fit them."""
FEW = 20
"""Of fewer photos than this, texts are not asked one by one how widely their scores spread, but all together."""
PART = 0.5
"""Where the cut is, between the noise of a text (0) and its best photos (1), if its scores have no gap."""
GAP = 0.4
"""How far up, likewise, a gap must lie to count."""
WIDTH = 0.02
"""How wide, likewise, a score counts at least when gaps are looked for; wider, the fewer scores there are."""
CLEAR = 1.5
"""By how many roots of their number scores must be denser above and below a gap than in it."""
ALIKE = 0.65
"""Where photos begin to look alike, between the likeness of any two (0) and that of a photo and its nearest (1)."""
PAIRED = 1000
"""Photos of which all pairs are compared to learn that."""
PROBABILITIES = np.logspace(-0.5, -5, 19)


@dataclass(frozen=True, slots=True)
class Cutoff:
    """What noise looks like for one model and one library.

    `spread`: how widely the scores of a text lie with photos that do not fit it; `lowest` and `highest`: where their
    middle lies for nearly all texts; `tail`: how many spreads above its middle noise goes with each of PROBABILITIES;
    `alike`: the least cosine similarity of photos that look alike; `known`: the least score of anything that fits, if
    that was measured for the model, else minus infinity.
    """

    spread: float
    lowest: float
    highest: float
    tail: tuple[float, ...]
    alike: float
    known: float = -np.inf

    @classmethod
    def fit(cls, library: Floats, background: Floats, known: float | None = None) -> "Cutoff":
        """Learn from vectors of photos (n, dim), some thousands at most are plenty, and of BACKGROUND (m, dim).

        All vectors of unit length. `known`: what the model's haven.json says in its cutoff, if anything. Raises
        ValueError if there is not at least one of both.
        """
        if not len(library) or not len(background):
            raise ValueError("a cut-off is learnt from at least one photo and one text")
        library = np.asarray(library, np.float32)
        scores = np.asarray(background, np.float32) @ library.T
        middles = np.median(scores, axis=1)
        if len(library) < FEW:
            middles[:] = np.median(scores)
        above = scores - middles[:, None]
        spread = max(float(np.median(np.abs(above))) / QUARTER, 1e-6)
        above /= spread
        highest = above.max(axis=1)
        above = above[highest <= np.median(highest) + ODD]
        tail = tuple(float(one) for one in np.quantile(above, 1 - PROBABILITIES))
        low, top = (float(value) for value in np.quantile(middles, (0.05, 0.95)))
        return cls(spread, low, top, tail, _alike(library), -np.inf if known is None else known)

    def least(self, scores: Floats) -> float:
        """Return the least score of a photo that fits, from one text's scores with photos; infinite if none does.

        Scores of a part of the library will do, but those of all of it tell better what is noise.
        """
        if not len(scores):
            return float("inf")
        ordered = np.sort(np.asarray(scores, np.float64))[::-1]
        noise = self._noise(ordered)
        finds = self._finds((ordered - noise) / self.spread)
        if not finds:
            return float("inf")
        best, last = float(ordered[0]), max(float(ordered[finds - 1]), self.known)
        if best < last:
            return float("inf")
        gap = _gap((ordered[:finds] - noise) / (best - noise))
        if gap is not None:
            return max(last, noise + gap * (best - noise))
        # Of many finds the very best is an accident.
        good = float(ordered[: max(1, finds // 20)].mean())
        return max(last, noise + PART * (good - noise))

    def select(self, scores: Floats) -> NDArray[np.bool_]:
        """Return which of a text's scores with photos are of photos that fit it."""
        return np.asarray(scores >= self.least(scores))

    def _noise(self, ordered: NDArray[np.float64]) -> float:
        """Return the middle of the scores of what does not fit, though half of the photos or more may fit.

        A quarter of the photos is taken not to fit; what that says is kept within what texts are known to do.
        """
        quarter = float(ordered[int(0.75 * (len(ordered) - 1))]) + QUARTER * self.spread
        return float(np.clip(quarter, self.lowest, self.highest))

    def _finds(self, above: NDArray[np.float64]) -> int:
        """Return how many of the best scores, in spreads above noise, best first, are finds."""
        logs = np.log(PROBABILITIES)
        slope = (logs[-1] - logs[-7]) / max(self.tail[-1] - self.tail[-7], 1e-6)
        chances = np.interp(above, self.tail, logs)
        beyond = above > self.tail[-1]
        chances[beyond] = logs[-1] + slope * (above[beyond] - self.tail[-1])
        expected = len(above) * np.exp(chances)
        passed = np.flatnonzero(expected <= FALSE * np.arange(1, len(above) + 1))
        return int(passed[-1]) + 1 if len(passed) else 0


def _gap(heights: NDArray[np.float64]) -> float | None:
    """Return where the first gap below the best scores lies, which are given from 0 (noise) to 1 (the best)."""
    width = max(WIDTH, 0.12 * len(heights) ** -0.25)
    step = width / 4
    grid = np.arange(GAP - 3 * width, 1 + step, step)
    counts = np.histogram(heights, np.append(grid, grid[-1] + step))[0]
    density = np.convolve(counts, np.exp(-0.5 * (np.arange(-12, 13) / 4) ** 2), "same")
    peak, lowest, at = 0.0, np.inf, 0
    for row in range(len(grid) - 1, -1, -1):
        here = density[row]
        if here < lowest:
            lowest, at = here, row
        if peak - lowest > CLEAR * np.sqrt(peak) and here - lowest > CLEAR * np.sqrt(here):
            return float(grid[at]) if grid[at] >= GAP else None
        if here > peak:
            peak, lowest, at = here, here, row
    return None


def _alike(library: Floats) -> float:
    """Return how similar photos must be to look alike: nearer to a photo's nearest than to just any other."""
    some = library[np.linspace(0, len(library) - 1, min(len(library), PAIRED)).astype(np.int64)]
    if len(some) < 2:
        return ALIKE
    likeness = some @ some.T
    others = likeness[~np.eye(len(some), dtype=bool)]
    usual = float(np.median(others))
    nearest = float(np.median(others.reshape(len(some), -1).max(axis=1)))
    return usual + ALIKE * (nearest - usual)
