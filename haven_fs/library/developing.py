"""RAW files without a preview worth looking at, developed at half size by LibRaw, if the package rawpy is there.

It is not among what Haven needs: cameras put JPEGs into their RAW files, and LibRaw is much native code.
"""

from pathlib import Path

from PIL import Image

_COST = 8
"""Bytes a pixel of the sensor at the peak."""


class NotDeveloped(Exception):
    """The file cannot be developed; the text says why, for the owner to read."""


def developed(path: Path, most: int) -> Image.Image:
    """Return the picture at half size, upright, sRGB; for that no more than `most` bytes are taken.

    Raises NotDeveloped, and OSError if the disk fails.
    """
    try:
        import rawpy
    except ImportError:
        raise NotDeveloped(
            "This RAW file contains no preview that could be shown. To have it developed: pip install 'haven-fs[raw]'"
        ) from None
    with path.open("rb") as file:
        try:
            with rawpy.imread(file) as raw:
                pixels = raw.sizes.raw_width * raw.sizes.raw_height
                if pixels * _COST > most:
                    raise NotDeveloped(f"This RAW file is too large to develop: {pixels / 1e6:.0f} million pixels.")
                return Image.fromarray(raw.postprocess(half_size=True, use_camera_wb=True, output_bps=8))
        except rawpy.LibRawError as error:
            raise NotDeveloped("This RAW file contains no preview, and cannot be developed.") from error
