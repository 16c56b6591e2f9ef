"""The file of Haven's own that `haven export xmp` puts into a library's folder: what was said that is of no photo.

It is JSON: lists of texts under names, whose meaning the plugins know that write and read them.
"""

import json
from collections.abc import Mapping, Sequence

NAME = "haven-library.json"
FORMAT = "haven"
"""What `kinds.sniff` calls it."""
MARK = "urn:haven-fs:library:1.0/"
LONGEST = 16 << 20
_MOST = 100_000


def written(texts: Mapping[str, Sequence[str]]) -> bytes:
    """Return the file that says these; the same for the same."""
    said = {name: list(texts[name]) for name in sorted(texts) if texts[name]}
    return (json.dumps({MARK: said}, ensure_ascii=False, indent=1) + "\n").encode(errors="replace")


def parsed(data: bytes) -> dict[str, list[str]]:
    """Return what a file says; anybody may have written it."""
    try:
        found = json.loads(data) if len(data) <= LONGEST else None
    except (ValueError, RecursionError):
        return {}
    said = found.get(MARK) if isinstance(found, dict) else None
    return {
        name: [text for text in texts[:_MOST] if isinstance(text, str)]
        for name, texts in (said.items() if isinstance(said, dict) else ())
        if isinstance(texts, list)
    }
