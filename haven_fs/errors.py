"""What the core raises on purpose. One place, the command line, turns it into words."""


class UserError(Exception):
    """Something the person at the keyboard can put right; the message says what to do."""
