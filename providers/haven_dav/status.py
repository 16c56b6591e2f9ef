"""What the kinds of refusals are in HTTP (RFC 9110, 15.5, and RFC 4918, 11): the only place that knows."""

from collections.abc import Iterable
from http import HTTPStatus

from haven_fs import errors
from haven_fs.catalog.locks import TooManyLocks


class OtherServer(errors.Refused):
    """A Destination that is not on this server."""


class PreconditionFailed(errors.Refused):
    """A condition of the request, such as If-Match, does not hold."""


class Infinite(errors.Forbidden):
    """A PROPFIND of a folder and all below it."""

    condition = "<D:propfind-finite-depth/>"


class Locked(errors.Refused):
    """Refused since somebody else holds a lock; `roots` are the paths that the locks are on.

    `conflicts`: it is another lock that they are in the way of.
    """

    def __init__(self, roots: Iterable[str], *, conflicts: bool = False) -> None:
        super().__init__("Another program has locked this. Close it there, or wait a while.")
        self.roots = sorted(set(roots))
        self.conflicts = conflicts


class WrongToken(errors.Refused):
    """What is here is not locked by the token that is to be given back."""

    condition = "<D:lock-token-matches-request-uri/>"


_STATUS: dict[type[errors.Refused], HTTPStatus] = {
    errors.Malformed: HTTPStatus.BAD_REQUEST,
    errors.Forbidden: HTTPStatus.FORBIDDEN,
    errors.NotFound: HTTPStatus.NOT_FOUND,
    errors.NotPossible: HTTPStatus.METHOD_NOT_ALLOWED,
    errors.Conflict: HTTPStatus.CONFLICT,
    errors.AlreadyExists: HTTPStatus.PRECONDITION_FAILED,
    PreconditionFailed: HTTPStatus.PRECONDITION_FAILED,
    errors.TooLarge: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    errors.UnsupportedType: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    Locked: HTTPStatus.LOCKED,
    WrongToken: HTTPStatus.CONFLICT,
    TooManyLocks: HTTPStatus.INSUFFICIENT_STORAGE,
    errors.DiskFailed: HTTPStatus.SERVICE_UNAVAILABLE,
    OtherServer: HTTPStatus.BAD_GATEWAY,
    errors.Unavailable: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.DiskFull: HTTPStatus.INSUFFICIENT_STORAGE,
}


def status_of(refused: errors.Refused) -> HTTPStatus:
    """Return the status of a refusal: that of its kind, or of the kind it is derived from."""
    return next((_STATUS[kind] for kind in type(refused).__mro__ if kind in _STATUS), HTTPStatus.FORBIDDEN)


def condition_of(refused: errors.Refused) -> str:
    """Return the condition of RFC 4918 that a refusal is about, as XML, "" if none is."""
    return str(getattr(refused, "condition", ""))
