"""The few exceptions of the core. One place turns each into words: the command line for UserError, the provider for Refused."""


class UserError(Exception):
    """Something the person at the keyboard can put right; the message says what to do."""


class Refused(Exception):
    """A write that the tree does not take; the message is the reason shown to the client, answered as 403."""
