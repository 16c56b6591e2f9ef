"""What the core raises on purpose.

A `UserError` is turned into words in one place, the command line. A `Refused` is a write that is not taken: its class
says of what kind the refusal is, its sentence says why and what to do instead. Each provider says what the kinds are in
its protocol; nothing here knows a status number.
"""


class UserError(Exception):
    """Something the person at the keyboard can put right; the message says what to do."""


class Refused(Exception):
    """A write that is not taken; `reason` is a sentence for the person who wrote. Raise one of its kinds."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Forbidden(Refused):
    """This means nothing here, or is not allowed."""


class NotFound(Refused):
    """What the write is about is not there."""


class NotPossible(Refused):
    """What is there already, or its kind, rules this out."""


class Conflict(Refused):
    """The folder it is about, or should go into, is not there any more."""


class AlreadyExists(Refused):
    """Something else has that name, and is not to be replaced."""


class Malformed(Refused):
    """What was sent is damaged or makes no sense."""


class TooLarge(Refused):
    """What was sent is larger than what fits here."""


class UnsupportedType(Refused):
    """What was sent is of a kind that cannot be used here."""


class Unavailable(Refused):
    """The disk it is about is away; it may come back."""


class DiskFull(Refused):
    """There is no room for it."""


class DiskFailed(Refused):
    """The disk reported an error."""


def why(error: Exception, kind: str = "JSON") -> str:
    """Return in a few words why a file of Haven's own cannot be used or written, never an exception's own text."""
    if isinstance(error, OSError):
        return error.strerror or "the disk failed"
    if isinstance(error, ValueError | RecursionError):
        return f"it is not {kind}"
    return "it is not as Haven writes it"
