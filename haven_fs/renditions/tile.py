"""The tile that stands for a picture that cannot be shown: what kind of file it is, in words."""

from PIL import Image, ImageDraw, ImageFont

_GROUND, _INK, _LINE = (236, 234, 230), (88, 86, 82), (206, 203, 197)
_SIDE = 640
_WORDS = {"image": "picture", "raw": "RAW photo", "video": "video"}


def words_of(kind: str, format_: str) -> str:
    """Return what a file is in words, such as "HEIC picture"; `kind` and `format_` are Kind's."""
    name = _WORDS.get(kind, "file")
    return f"{format_.upper()} {name}" if format_ and not name.startswith("RAW") else name


def tile(kind: str, format_: str, longest: int = _SIDE) -> Image.Image:
    """Return a square RGB picture, at most `longest` pixels a side, that says of which type a file is."""
    picture = Image.new("RGB", (_SIDE, _SIDE), _GROUND)
    draw = ImageDraw.Draw(picture)
    left, top, right, bottom, fold = 250, 150, 390, 330, 44
    draw.polygon(
        [(left, top), (right - fold, top), (right, top + fold), (right, bottom), (left, bottom)], outline=_INK, width=6
    )
    draw.line([(right - fold, top), (right - fold, top + fold), (right, top + fold)], fill=_INK, width=6)
    draw.line([(left + 32, bottom - 56), (right - 32, bottom - 56)], fill=_LINE, width=6)
    draw.line([(left + 32, bottom - 88), (right - 32, bottom - 88)], fill=_LINE, width=6)
    for line, (text, size) in enumerate(((words_of(kind, format_), 44), ("cannot be shown", 32))):
        draw.text((_SIDE / 2, 410 + 60 * line), text, fill=_INK, anchor="mm", font=ImageFont.load_default(size))
    return picture if longest >= _SIDE else picture.resize((longest, longest), Image.Resampling.LANCZOS)
