"""How a server can be reached and what it lacks, as whoever runs it tells the page."""

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Connecting:
    """What is known of the server around the page; in a server of somebody else's, nothing.

    `urls`: where it answers. `phone`: the URL for other devices, None if only this computer reaches it. `ways`:
    programs that open the drive, each with what to do there. `hints`: what is missing, and how to get it.
    """

    urls: Sequence[str] = ()
    phone: str | None = None
    ways: Sequence[tuple[str, str]] = ()
    hints: Sequence[str] = field(default_factory=tuple)
