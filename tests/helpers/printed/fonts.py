"""The fonts there are: those of a plain Debian (fonts-dejavu), and of pip's font-* packages if they are installed."""

import importlib.util
from functools import lru_cache
from pathlib import Path

from PIL import ImageFont

_DEBIAN = Path("/usr/share/fonts/truetype")
_TUNING = (
    "dejavu/DejaVuSans.ttf",
    "dejavu/DejaVuSansMono.ttf",
    "dejavu/DejaVuSerif-Bold.ttf",
    "dejavu/DejaVuSerif.ttf",
)
_HELD_OUT = ("dejavu/DejaVuSansCondensed.ttf", "dejavu/DejaVuSansMono-Bold.ttf", "dejavu/DejaVuSerif-Italic.ttf")
_PACKAGES = {
    True: (("font_source_sans_pro", "SourceSansPro-Regular.ttf"), ("font_lato", "Lato-Regular.ttf")),
    False: (("font_roboto", "Roboto-Regular.ttf"), ("font_caladea", "Caladea-Regular.ttf")),
}
"""Fonts that pip installs, by whether they are to tune on."""


def _there(names: tuple[str, ...], *, tuning: bool) -> list[str]:
    found = [str(_DEBIAN / name) for name in names if (_DEBIAN / name).is_file()]
    for package, name in _PACKAGES[tuning]:
        spec = importlib.util.find_spec(package)
        if spec is not None and spec.origin:
            found += [str(path) for path in Path(spec.origin).parent.rglob(name)]
    return found or [""]  # Pillow's own


TUNING_FONTS = _there(_TUNING, tuning=True)
HELD_OUT_FONTS = _there(_HELD_OUT, tuning=False)


@lru_cache(maxsize=256)
def font(path: str, size: int) -> ImageFont.FreeTypeFont:
    """Return a font of `size` pixels; Pillow's own if the path is empty."""
    if not path:
        return ImageFont.load_default(size)  # type: ignore[return-value]
    return ImageFont.truetype(path, size)
