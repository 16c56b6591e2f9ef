"""The analyzer that reads the words in pictures, and tells documents from the rest by them.

Most photos have no words in them, so a look at a small copy comes first. Of a video its poster is read.
"""

import logging
from collections.abc import Sequence

from PIL import Image

from haven_fs import Analyzer, Facts, Sample, Tag, Unreadable, open_picture
from haven_text.documents import layout_of
from haven_text.reader import LONGEST, Reader, Weights
from haven_text.wordlike import legible

logger = logging.getLogger(__name__)

MOST_WORDS = 2000
"""Words kept of one picture: a page of a newspaper has about as many."""
DOCUMENT = Tag("type", "document", "Documents")


class TextAnalyzer(Analyzer):
    """Gives the words in a picture, and the type "document"."""

    name = "text"
    version = 1
    needs = "picture"
    at_leisure = True

    def __init__(self, weights: Weights) -> None:
        self.reader = Reader(weights)

    def analyze(self, batch: Sequence[Sample]) -> list[Facts]:
        """Return one Facts for each sample; an empty one if there is nothing to read."""
        return [self._read(sample) for sample in batch]

    def _read(self, sample: Sample) -> Facts:
        assert sample.picture is not None
        return self.read_whole(sample) if self.reader.sees_text(sample.picture) else Facts()

    def read_whole(self, sample: Sample) -> Facts:
        """Return what there is to read in a sample with a picture, whether a small copy of it shows that or not."""
        assert sample.picture is not None
        picture = _large(sample, sample.picture)
        lines = self.reader.read(picture)
        facts = Facts(words=_cut(list(legible((line.text, line.confidence) for line in lines))))
        layout = layout_of(picture, [line for line in lines if line.confidence >= 0.6])
        if layout is not None and layout.is_document and sample.metadata.kind == "image":
            facts.tags.append(DOCUMENT)
        return facts


def _large(sample: Sample, picture: Image.Image) -> Image.Image:
    """Return a still picture as large as is read; of a video what is there."""
    known = sample.metadata
    if known.kind != "image" or max(known.width or 0, known.height or 0) <= max(picture.size):
        return picture
    try:
        return open_picture(sample.path, longest=LONGEST)
    except (Unreadable, OSError) as error:
        logger.debug("%s is read as small as it is: %s", sample.path, error)
        return picture


def _cut(lines: list[str]) -> list[str]:
    """Return the first lines, up to MOST_WORDS words."""
    count = 0
    for number, line in enumerate(lines):
        count += len(line.split())
        if count > MOST_WORDS:
            return lines[:number]
    return lines
