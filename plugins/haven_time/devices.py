"""What made a file, as far as its dates depend on it: scanners, whose dates are not the picture's, and cameras that
write their local time where a film's container has UTC.

| kind | source of the rule |
|---|---|
| scanners | makers' own names in Make, Model and Software; EXIF 2.3's FileSource 1 and 2: of film and of prints |
| local time in films | ExifTool's notes on QuickTime dates: what has no time zone in its menus cannot write UTC |
"""

import re
from functools import lru_cache

from haven_fs import Metadata

FIRST_SCANNER = 1998
"""The year from which scanners may have written EXIF; earlier dates were written by hand."""

_SCANNER = re.compile(  # in a make and a model, or in the name of a program
    r"\bscan|scan\b|scanner|canoscan|coolscan|snapscan|duoscan|vuescan|photoscan|camscanner|artixscan|"
    r"\bepson\b(?!.*(?:photopc|r-d1|\bdsc|\bl-\d00))|fastfoto|"  # its cameras are but a few
    r"canon.*(?:\blide ?\d|\d{3,4}\w? series)|"
    r"(?:\bhp\b|hewlett.packard).*(?:officejet|deskjet|laserjet|envy|photosmart (?:prem|plus|c\d{4}|all)|\d{4} series)|"
    r"\bbrother\b|nikon.*\bls-\d|fujitsu.*\bfi-\d|"
    r"plustek|opticfilm|reflecta|pacific image|primefilm|microtek|\bumax|imacon|flextight|"
    r"noritsu|\bqss-\d|fuji.*(?:frontier|\bsp-?[23]\d00\b)|pakon|hr ?universal|"  # laboratories
    r"silverfast|photomyne|xerox|lexmark|visioneer|avision|\btwain|naps2|xsane|doxie|slide ?n ?scan",
    re.IGNORECASE,
)
_LOCAL_CLOCK = re.compile(
    r"gopro|\bcanon\b|\bnikon\b|panasonic|\blumix|olympus|om digital|fuji|pentax|ricoh|casio|kodak|\bleica|"
    r"\bsanyo|\bjvc\b|novatek|ambarella|\bsjcam",
    re.IGNORECASE,
)
_LOCAL_BRANDS = {"niko", "pana", "caep"}
_MAKER_TAGS = ("make", "model", "encoder", "handler_name", "firmware", "com.apple.quicktime.make")


def is_scan(metadata: Metadata) -> bool:
    """Tell whether a scanner or its program made the picture."""
    exif = metadata.exif
    source = str(exif.get("EXIF FileSource", "")).lower()
    if source in ("1", "2") or "scanner" in source:
        return True
    for make, model in ((exif.get("Image Make"), exif.get("Image Model")), _notes(metadata, "tiff:Make", "tiff:Model")):
        if _names_scanner(f"{make or ''} {model or ''}"[:200]):
            return True
    tools = (exif.get("Image Software"), *_notes(metadata, "xmp:CreatorTool"))
    return any(isinstance(text, str) and _names_scanner(text[:200]) for text in tools)


def _notes(metadata: Metadata, *names: str) -> tuple[object, ...]:
    return tuple(metadata.xmp.get(name) for name in names)


@lru_cache(maxsize=1024)
def _names_scanner(text: str) -> bool:
    return _SCANNER.search(text) is not None


def is_phone(metadata: Metadata) -> bool:
    """Tell whether a phone recorded the film: those write UTC."""
    return any(key.startswith(("com.android.", "com.apple.quicktime.")) for key in metadata.video)


def keeps_local_clock(metadata: Metadata) -> bool:
    """Tell whether a film's camera is one that writes its local time where the container has UTC."""
    tags = metadata.video
    if is_phone(metadata):
        return False
    brands = tags.get("major_brand", "").ljust(4) + tags.get("compatible_brands", "")
    if any(brands[at : at + 4].lower() in _LOCAL_BRANDS for at in range(0, len(brands), 4)):
        return True
    return any(_LOCAL_CLOCK.search(tags[tag]) for tag in _MAKER_TAGS if tag in tags)
