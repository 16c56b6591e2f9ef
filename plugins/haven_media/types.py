"""What sort of photo it is: video, screenshot, panorama, RAW, live photo, burst, animation.

A photo may be several. Only what is certain, or nearly so, counts: a wrong folder is worse than a missing one.
"""

import re
from collections.abc import Iterator

from haven_fs import Sample, Tag

NAMES = {
    "video": "Videos",
    "screenshot": "Screenshots",
    "panorama": "Panoramas",
    "raw": "RAW",
    "live": "Live Photos",
    "burst": "Bursts",
    "animation": "Animations",
}
"""Keys of the facet "type" to the names of their folders."""

_SCREENSHOT_NAME = re.compile(
    r"screen[ _-]?shot|bildschirmfoto|capture d.écran|captura de (pantalla|ecrã|tela)|schermata|skärmavbild"
    r"|schermafbeelding|zrzut ekranu|снимок экрана|スクリーンショット|屏幕截图|螢幕截圖|스크린샷",
    re.IGNORECASE,
)
_BURST_NAME = re.compile(r"[_-]burst[_-]?\d|\.burst-\d", re.IGNORECASE)
_PANORAMA_NAME = re.compile(r"^pano[_-]?\d{8}|[._]pano\.jpe?g$", re.IGNORECASE)

# Shorter sides of phones' screens in pixels.
_SCREENS = {640, 720, 750, 828, 1080, 1125, 1170, 1179, 1206, 1220, 1242, 1260, 1284, 1290, 1320, 1344, 1440}
_PANORAMA_ASPECT = 2.4
_PANORAMA_LONGEST = 3600  # a narrower one is a crop


def types_of(sample: Sample) -> list[Tag]:
    """Return the photo's tags of the facet "type"."""
    return [Tag("type", key, NAMES[key]) for key in dict.fromkeys(_types(sample))]


def _types(sample: Sample) -> Iterator[str]:
    metadata, name = sample.metadata, sample.path.name
    xmp = metadata.notes
    if metadata.kind == "video":
        yield "video"
        return
    if metadata.kind == "raw" or "raw" in sample.roles:
        yield "raw"
    if _is_screenshot(sample):
        yield "screenshot"
    if _is_panorama(sample):
        yield "panorama"
    if "live" in sample.roles or metadata.film:  # what XMP says of a film remains when programs have dropped it
        yield "live"
    if "Apple BurstUUID" in metadata.exif or "GCamera:BurstID" in xmp or _BURST_NAME.search(name):
        yield "burst"
    if metadata.frames > 1:
        yield "animation"


def _has_camera(sample: Sample) -> bool:
    metadata = sample.metadata
    return "Image Make" in metadata.exif or "Image Model" in metadata.exif or "tiff:Model" in metadata.notes


def _is_screenshot(sample: Sample) -> bool:
    metadata = sample.metadata
    if _SCREENSHOT_NAME.search(sample.path.name):
        return True
    said = metadata.exif.get("EXIF UserComment"), metadata.notes.get("exif:UserComment"), *metadata.comments
    if "Screenshot" in said:
        return True  # so iPhones mark them
    width, height = metadata.width or 0, metadata.height or 0
    if metadata.format != "png" or _has_camera(sample) or min(width, height) not in _SCREENS:
        return False
    aspect = max(width, height) / min(width, height)
    # Lying ones only if longer than 16:9: that is the shape of desktop wallpapers and slides.
    return (1.7 if height > width else 1.9) <= aspect <= 2.3


def _is_panorama(sample: Sample) -> bool:
    metadata = sample.metadata
    if any(name in metadata.notes for name in ("GPano:ProjectionType", "GPano:FullPanoWidthPixels")):
        return True
    if _PANORAMA_NAME.search(sample.path.name):
        return True
    width, height = metadata.width or 0, metadata.height or 0
    longer, shorter = max(width, height), min(width, height)
    return _has_camera(sample) and longer >= _PANORAMA_LONGEST and longer >= _PANORAMA_ASPECT * shorter
