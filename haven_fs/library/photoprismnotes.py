"""The YAML that PhotoPrism keeps beside each picture, or below its `sidecar` folder: NAME.yml beside NAME.jpg.

What PhotoPrism worked out itself, which the sources `TitleSrc`, `TakenSrc` and so on tell, is not what somebody said;
its titles are made of places and dates, so those are left out unless they were written by hand.
"""

import re
from typing import Any

from haven_fs.library.headers import Values
from haven_fs.library.plainnotes import said, text

LONGEST = 1 << 20
_BY_HAND = ("manual", "batch", "xmp", "meta")
"""Sources of what somebody wrote, in PhotoPrism or in the file."""
_GUESSED = ("", "auto", "default", "estimate", "name", "file", "path")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}")


def parse_photoprism(data: bytes, problems: list[str]) -> Values:
    """Read a sidecar."""
    import yaml  # few libraries have any

    found: Any = None
    if len(data) <= LONGEST:
        try:
            found = yaml.load(data, Loader=yaml.BaseLoader)  # noqa: S506 - which makes nothing but texts
        except (yaml.YAMLError, ValueError, RecursionError):
            pass
    if not isinstance(found, dict):
        problems.append("What PhotoPrism wrote beside this file is damaged or too long and was not read.")
        return {}
    details = found.get("Details")
    details = details if isinstance(details, dict) else {}
    # Newer ones have captions that a model wrote.
    caption = next(
        (
            words
            for name in ("Caption", "Description")
            if (words := text(found.get(name))) and text(found.get(f"{name}Src")) in ("", *_BY_HAND)
        ),
        "",
    )
    title = text(found.get("Title")) if text(found.get("TitleSrc")) in _BY_HAND else ""
    of_place = ("Lat", "Lng", "Altitude") if text(found.get("PlaceSrc")) != "estimate" else ()
    return said(
        **_date(found),
        title=title,
        caption=caption,
        keywords=[word.strip() for word in text(details.get("Keywords")).split(",") if word.strip()]
        if text(details.get("KeywordsSrc")) in _BY_HAND
        else (),
        position=tuple(found.get(name) for name in of_place) or (None, None, None),  # type: ignore[arg-type]
        favourite=text(found.get("Favorite")).lower() == "true",
    )


def _date(found: dict[str, Any]) -> dict[str, str]:
    """Return when it was taken, unless PhotoPrism has only guessed: TakenAt is UTC, TakenAtLocal the place's clock."""
    if text(found.get("TakenSrc")) in _GUESSED:
        return {}
    local, at = _DATE.match(text(found.get("TakenAtLocal"))), _DATE.match(text(found.get("TakenAt")))
    if local is not None:
        return {"taken": local[0]}
    return {"taken": f"{at[0]}Z"} if at is not None else {}
