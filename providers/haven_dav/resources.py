"""Paths and users of requests, and the addresses of what is in the tree."""

from typing import Any

from haven_fs.catalog import names


def split_path(path: str) -> list[str]:
    """Return the names in a path."""
    return [part for part in path.split("/") if part]


def user_of(environ: dict[str, Any]) -> str:
    """Return who is signed in, "" if nobody is."""
    return str(environ.get("wsgidav.auth.user_name", ""))


def href(prefix: str, path: str, *, folder: bool) -> str:
    """Return the URL path of a node: percent-encoded, a folder's with a slash at its end."""
    quoted = "/".join(names.href(part) for part in split_path(path))
    return f"{prefix}/{quoted}{'/' if folder and quoted else ''}"
