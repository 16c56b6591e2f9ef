"""The colour that most of a picture has, and the folder /Colours."""

import colorsys
from collections import Counter

from haven_colours_said import ColoursFolder
from haven_fs import Analyzer, Facts, SmartFolder, Tag, hookimpl

HUES = ((15, "Red"), (45, "Orange"), (70, "Yellow"), (165, "Green"), (255, "Blue"), (325, "Purple"), (360, "Red"))


def colour_of(red, green, blue):
    """Return the word for a colour of 0 to 255 red, green and blue."""
    hue, lightness, saturation = colorsys.rgb_to_hls(red / 255, green / 255, blue / 255)
    if lightness < 0.15 or lightness > 0.9:
        return "Black" if lightness < 0.15 else "White"
    return "Grey" if saturation < 0.15 else next(word for end, word in HUES if hue * 360 <= end)


class Colours(Analyzer):
    name, version, needs = "colours", 1, "picture"

    def analyze(self, batch):
        return [Facts(tags=[Tag("colour", word.lower(), word)]) for word in map(self.most, batch)]

    def most(self, sample):
        counts = Counter()
        for count, pixel in sample.picture.resize((32, 32)).getcolors(32 * 32):
            counts[colour_of(*pixel)] += count
        return counts.most_common(1)[0][0]


@hookimpl
def haven_analyzers():
    return [Colours()]


@hookimpl
def haven_smart_folders():
    return [SmartFolder("Colours", ColoursFolder, facet=True)]
