"""Making one rendition: from an original on disk to the bytes of a JPEG. A plain function for a worker process.

What cannot be decoded becomes a drawn tile; only what may pass, such as a disk that fails, is no rendition at all.
"""

from pathlib import Path

from PIL import Image, ImageOps

from haven_fs.library.kinds import UNKNOWN, Kind, kind_of
from haven_fs.library.metadata import Unreadable
from haven_fs.library.picture import open_picture
from haven_fs.library.trouble import in_words, missing_disk, passing
from haven_fs.renditions.films import Film, segment
from haven_fs.renditions.jpeg import encoded, fitted
from haven_fs.renditions.orders import Made, NotNow, Order
from haven_fs.renditions.sizes import LONGEST, QUALITY, SQUARE
from haven_fs.renditions.tile import tile

_MOST_FOR_CROP = 4000
_FOR_SQUARE = 2
"""How many times as long as a square a picture is of which it is the middle: enough of it for pictures up to 2:1."""


def make(order: Order) -> Made:
    """Make a rendition. Raises NotNow."""
    path = order.path
    kind = UNKNOWN
    try:
        kind = kind_of(path)
        if order.film:
            return Made(segment(path, kind.format, Film.loads(order.film), order.segment))
        if kind.kind not in ("image", "raw", "video"):
            raise Unreadable("This is neither a picture nor a video.")
        return Made(_coded(_picture(path, kind, order), order))
    except (Unreadable, OSError) as error:
        trouble = passing(error, path)
        if trouble is not None:
            if not isinstance(trouble, FileNotFoundError | NotADirectoryError):
                raise NotNow(in_words(trouble)) from error
            away = missing_disk(path)
            raise NotNow(away or in_words(trouble), away is None) from error
        return Made(_coded(tile(kind.kind, kind.format, LONGEST[order.what]), order), str(error))


def tile_for(order: Order, kind: str, format_: str, problem: str) -> Made:
    """Return the tile for a file that is not to be opened again, since it ended the process that tried.

    Of a film it is a segment without any picture, which players skip.
    """
    if order.film:
        return Made(bytes(Film.loads(order.film).span(order.segment)[1]), problem)
    return Made(_coded(tile(kind, format_, LONGEST[order.what]), order), problem)


def small_copies(picture: Image.Image) -> dict[str, bytes]:
    """Return the renditions for grids, for coarse and for fine screens, of a picture that is decoded already."""
    scale = min(1.0, LONGEST["grid"] / max(picture.size))
    size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
    # Nearly all of the way by whole pixels, which takes a third of the time and shows no difference at this size.
    small = picture.resize(size, Image.Resampling.BILINEAR, reducing_gap=1.0)
    square = _square(small, LONGEST["tile"])
    return {"grid": encoded(small, QUALITY["grid"]), "tile": encoded(square, QUALITY["tile"])}


def _square(picture: Image.Image, side: int) -> Image.Image:
    return ImageOps.fit(picture, (side, side), Image.Resampling.BILINEAR)


def _picture(path: Path, kind: Kind, order: Order) -> Image.Image:
    if order.what in SQUARE:
        return _square(open_picture(path, kind, _FOR_SQUARE * LONGEST[order.what], partly=True), LONGEST[order.what])
    if order.box is None:
        return open_picture(path, kind, LONGEST[order.what], partly=True)
    left, top, right, bottom = order.box
    share = max(min(right - left, bottom - top), 0.01)
    longest = LONGEST[order.what]
    picture = open_picture(path, kind, min(_MOST_FOR_CROP, round(longest / share)), partly=True)
    width, height = picture.size
    part = picture.crop((int(left * width), int(top * height), -int(-right * width), -int(-bottom * height)))
    part.thumbnail((longest, longest), Image.Resampling.BILINEAR, reducing_gap=2.0)
    return part


def _coded(picture: Image.Image, order: Order) -> bytes:
    if order.length:
        return fitted(picture, order.length, QUALITY[order.what], order.said)
    return encoded(picture, QUALITY[order.what])
