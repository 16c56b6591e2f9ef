"""Times that something gives for a photo, and whether they can be true at all."""

from typing import Literal, NamedTuple

from haven_time.clock import Future, Instant, Nonsense, Span, check, parse, words

Source = Literal["exif", "xmp", "iptc", "video", "gps", "name", "folder", "file"]
SOURCES: tuple[Source, ...] = ("exif", "xmp", "iptc", "video", "gps", "name", "folder", "file")
"""Where a capture time may come from; "folder" and "file" (its own time, or the scanner's) are guesses that the owner
may want to settle."""


class Found(NamedTuple):
    """A capture time that something gives. `utc`: only the moment is known, and `clock` is UTC's. `span`: what it
    stands for if it is a day or more. `unset`: a camera's that looks as if its clock had not been set."""

    clock: int
    offset: int | None
    source: Source
    utc: bool = False
    span: Span | None = None
    unset: bool = False


class Judge:
    """Reads dates and drops those that cannot be true, each with a sentence in `problems`.

    `now`: seconds since the epoch, against which the future is told; `future` gets the clock values that are in it.
    """

    def __init__(self, now: float, problems: list[str] | None = None, future: list[int] | None = None) -> None:
        self.now = now
        self.problems = problems if problems is not None else []
        self._future = future if future is not None else []

    def read(self, text: object, what: str, from_camera: bool = False) -> Instant | None:
        """Return what a text says, None if it is none or cannot be true. `what`: what to call it in a sentence."""
        if not isinstance(text, str):
            return None
        try:
            instant = parse(text)
        except Nonsense as error:
            self.problems.append(f"{what} {text[:40]!r} was ignored: {error}.")
            return None
        return self.checked(instant, what, from_camera) if instant else None

    def checked(self, instant: Instant, what: str, from_camera: bool = False) -> Instant | None:
        """Return a time if it can be true."""
        try:
            check(instant, self.now, from_camera)
        except Nonsense as error:
            self.problems.append(f"{what} {words(instant.clock)} was ignored: {error}.")
            if isinstance(error, Future):
                self._future.append(instant.clock)
            return None
        return instant
