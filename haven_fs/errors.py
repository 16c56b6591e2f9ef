"""What the core raises on purpose. One place, the command line, turns it into words."""


class UserError(Exception):
    """Something the person at the keyboard can put right; the message says what to do."""


class NotStored(UserError):
    """A file that was sent is not kept; `status` as in HTTP."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
