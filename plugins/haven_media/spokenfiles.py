"""How phrases speak of photos as files: "videos longer than a minute", "bigger than 10 MB", "in HEIC", "square photos".

What is asked is that of the file one looks at, not of its companions. Indexes of haven_media's own answer most of it
(haven_media.facet), so that nothing goes through all photos.
"""

from collections.abc import Mapping

from haven_fs import Amount, Asked, Measure, SpokenFacet

SHAPE = (
    "CASE WHEN abs({p}width - {p}height) * 50 <= {p}width THEN 0"
    " WHEN ({p}width > {p}height) = (coalesce({p}orientation, 1) < 5) THEN 1 ELSE -1 END"
)
"""1 for a photo that is wider than high as one sees it, -1 for one that is higher, 0 for a square (within 2 %).

It is SQL, with `p` for what stands before the columns.
"""
_SHAPES = {"portrait": (-1, "upright"), "landscape": (1, "wider than high"), "square": (0, "square")}
_FORMATS = {
    "jpeg": ("jpeg",),
    "heic": ("heic", "heif"),
    "png": ("png",),
    "gif": ("gif",),
    "tiff": ("tiff",),
    "webp": ("webp",),
    "avif": ("avif",),
    "bmp": ("bmp",),
    "dng": ("dng",),
    "mp4": ("mp4", "m4v"),
    "mov": ("mov",),
    "avi": ("avi",),
}
_LONG, _SHORT, _LARGE = 60.0, 15.0, 10e6
_SIZES = {"kilobyte": 1e3, "megabyte": 1e6, "gigabyte": 1e9}


class LengthInPhrases(SpokenFacet):
    """How long videos are: "longer than a minute", "short videos"."""

    facet = "length"

    def sorts(self) -> Mapping[str, Asked]:
        """Return long and short ones."""
        return {"long": _lasting(Amount(_LONG, None)), "short": _lasting(Amount(None, _SHORT))}

    def measures(self) -> Mapping[str, Measure]:
        """Return the length."""
        return {"length": Measure({"second": 1, "minute": 60, "hour": 3600}, _lasting)}


class SizeInPhrases(SpokenFacet):
    """How large files are: "bigger than 10 MB", "large files"; a megabyte is a million bytes, as disks count."""

    facet = "filesize"

    def sorts(self) -> Mapping[str, Asked]:
        """Return large files."""
        return {"large": _large(Amount(_LARGE, None))}

    def measures(self) -> Mapping[str, Measure]:
        """Return the size in bytes."""
        return {"size": Measure(_SIZES, _large)}


class PixelsInPhrases(SpokenFacet):
    """How many pixels photos have: "more than 12 megapixels"."""

    facet = "pixels"

    def measures(self) -> Mapping[str, Measure]:
        """Return millions of pixels."""
        return {"pixels": Measure({"megapixel": 1}, _detailed)}


class FormatInPhrases(SpokenFacet):
    """Which format files have by their content: "in HEIC"."""

    facet = "format"
    fields = ("filetype",)
    single = True

    def sorts(self) -> Mapping[str, Asked]:
        """Return the formats people know by name."""
        query = "SELECT photo_id FROM original WHERE gone IS NULL AND role = 'main' AND format IN ({})"
        return {
            key: Asked(f"p.id IN ({query.format(', '.join('?' * len(formats)))})", formats, f"in {key.upper()} format")
            for key, formats in _FORMATS.items()
        }


class ShapeInPhrases(SpokenFacet):
    """Whether photos are upright, lying or square, as one sees them: "in portrait format"."""

    facet = "shape"
    single = True

    def sorts(self) -> Mapping[str, Asked]:
        """Return the three shapes."""
        return {
            key: Asked(f"p.width IS NOT NULL AND p.height IS NOT NULL AND {SHAPE.format(p='p.')} = {value}", (), says)
            for key, (value, says) in _SHAPES.items()
        }


def _lasting(amount: Amount) -> Asked:
    sql, params = amount.sql("p.duration")
    return Asked(f"p.duration IS NOT NULL AND {sql}", params, f"videos of {amount.say(_say_seconds)}")


def _large(amount: Amount) -> Asked:
    sql, params = amount.sql("size")
    files = f"SELECT photo_id FROM original WHERE gone IS NULL AND role = 'main' AND {sql}"
    return Asked(f"p.id IN ({files})", params, f"files of {amount.say(_say_bytes)}")


def _detailed(amount: Amount) -> Asked:
    sql, params = amount.sql("p.width * p.height / 1e6")
    says = amount.say(lambda count: f"{count:g} megapixel{'' if count == 1 else 's'}")
    return Asked(f"p.width IS NOT NULL AND p.height IS NOT NULL AND {sql}", params, f"of {says}")


def _say_seconds(seconds: float) -> str:
    unit, name = next(
        ((one, name) for one, name in ((3600, "hour"), (60, "minute")) if not seconds % one), (1, "second")
    )
    count = seconds / unit
    return f"{count:g} {name}{'' if count == 1 else 's'}"


def _say_bytes(size: float) -> str:
    unit, name = next(((one, name) for one, name in ((1e9, "GB"), (1e6, "MB")) if size >= one), (1e3, "KB"))
    return f"{size / unit:g} {name}"
