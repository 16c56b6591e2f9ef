"""Colours as everybody shows them: pictures with a colour profile of their own, such as a phone's, become sRGB."""

import io
import logging
from functools import lru_cache

from PIL import Image, ImageCms

logger = logging.getLogger(__name__)

_MODES = ("RGB", "CMYK")


def to_srgb(image: Image.Image) -> Image.Image:
    """Return a picture in sRGB if it brings a profile that says it is in another space; else the picture itself."""
    profile = image.info.get("icc_profile")
    if not profile or image.mode not in _MODES:
        return image
    transform = _transform(bytes(profile), image.mode)
    if transform is None:
        return image
    converted = ImageCms.applyTransform(image, transform)
    return converted if converted is not None else image


@lru_cache(maxsize=8)
def _transform(profile: bytes, mode: str) -> ImageCms.ImageCmsTransform | None:
    """Return what makes sRGB of a profile's colours; None if they are sRGB, or the profile is of no use."""
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        if mode == "RGB" and "sRGB" in ImageCms.getProfileDescription(source):
            return None
        return ImageCms.buildTransform(source, ImageCms.createProfile("sRGB"), mode, "RGB")
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        logger.debug("a colour profile cannot be used", exc_info=True)
        return None
