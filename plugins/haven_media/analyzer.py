"""The analyzer of what a photo is as a file: size, camera, rating, caption, keywords, type."""

from collections.abc import Sequence
from typing import Any

from haven_fs import Analyzer, Facts, Metadata, Sample, Scalar
from haven_media.captions import caption_of, clean, keywords_of
from haven_media.types import types_of

_MAKE = ("Image Make",), ("tiff:Make",), ("com.apple.quicktime.make", "make", "com.android.manufacturer")
_MODEL = ("Image Model",), ("tiff:Model",), ("com.apple.quicktime.model", "model", "com.android.model")
_LENS = ("EXIF LensModel",), ("exifEX:LensModel", "aux:Lens"), ("com.apple.quicktime.camera.lens_model",)
_PERCENT_STARS = ((99, 5), (75, 4), (50, 3), (25, 2), (1, 1), (0, 0))
"""Windows writes stars as percent: the least of each."""


class MediaAnalyzer(Analyzer):
    """Gives width, height, orientation, duration, make, model, lens, rating, caption; tags "keyword" and "type"."""

    name = "media"
    version = 3
    needs = "metadata"
    light = True

    def analyze(self, batch: Sequence[Sample]) -> list[Facts]:
        """Return one Facts for each sample; what a file does not say is not among its values."""
        return [_facts(sample) for sample in batch]


def _facts(sample: Sample) -> Facts:
    own = sample.metadata
    # A RAW twin is the same picture as the camera wrote it; a JPEG exported from it may have lost these.
    sources = [own, *(sample.companions[role] for role in ("raw", "live") if role in sample.companions)]
    values: dict[str, Scalar] = {
        "width": own.width,
        "height": own.height,
        "orientation": own.orientation,
        "duration": own.duration,
        "make": _first(sources, _MAKE),
        "model": _first(sources, _MODEL),
        "lens": _first(sources, _LENS),
        "rating": rating_of(own),
        "caption": caption_of(own),
    }
    facts = Facts({name: value for name, value in values.items() if value is not None})
    facts.tags = [*keywords_of(own), *types_of(sample)]
    facts.problems = list(own.problems)
    return facts


def _first(sources: list[Metadata], names: tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]) -> str | None:
    for source in sources:
        for values, tags in zip((source.exif, source.notes, source.video), names, strict=True):
            for tag in tags:
                if text := clean(values.get(tag)):
                    return text
    return None


def rating_of(metadata: Metadata) -> int | None:
    """Return 0 to 5 stars, None if the file does not say or was rejected (-1)."""
    for notes in (metadata.beside, metadata.xmp):
        stars = _number(notes.get("xmp:Rating"))
        if stars is not None:
            return int(stars) if 0 <= stars <= 5 else None
        percent = _number(notes.get("MicrosoftPhoto:Rating"))
        if percent is not None:
            return next((stars for least, stars in _PERCENT_STARS if least <= percent <= 100), None)
    stars = _number(metadata.exif.get("Image Rating"))
    return int(stars) if stars is not None and 0 <= stars <= 5 else None


def _number(value: Any) -> float | None:
    try:
        return float(value)
    except (TypeError, ValueError):
        return None
