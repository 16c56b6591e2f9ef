"""Kinds of writes to files whose system calls fail: what each needs, what it sends, what is so if it was done."""

from collections.abc import Callable
from dataclasses import dataclass
from subprocess import CompletedProcess
from urllib.parse import quote

from helpers.dav import Answer as DavAnswer
from helpers.failing_world import GONE, World, digest, text

REMOVED = "/Recently Removed"
FAR = "/Originals/Far"
"""The library on another disk: what is moved there is in both places for a moment, never in none."""


@dataclass(frozen=True)
class Kind:
    """One kind of write; the functions get a name that no other try had.

    `facts`: what is looked at afterwards; it must be as `before` it, or as `after`. `sends`: bytes that must be nowhere
    if the write was refused. `erases`: bytes that may be gone afterwards. `is_command`: the calls that fail are not
    the server's, but those of a command beside it. `lasts`: whether the next try leaves the facts as they are.
    `is_partial`: whether some of it may be done, and the answer says so. `midway`: what there may also be after a kill.
    """

    name: str
    prepare: Callable[[World, str], object]
    act: Callable[[World, str], "DavAnswer | CompletedProcess[str]"]
    facts: Callable[[World, str], object]
    before: Callable[[str], object]
    after: Callable[[str], object]
    sends: Callable[[str], bytes] | None = None
    erases: Callable[[str], bytes] | None = None
    is_command: bool = False
    lasts: bool = True
    is_partial: bool = False
    midway: Callable[[str], object] | None = None


def _d(name: str) -> str:
    return digest(text(name))


def _none(_: World, __: str) -> None:
    return


def _removed(world: World, name: str) -> str | None:
    return world.get(f"{REMOVED}/{name}")


def new(folder: str) -> Kind:
    """A file that is sent."""
    return Kind(
        f"PUT new {folder}",
        _none,
        lambda w, n: w.send("PUT", f"{folder}/{n}.txt", text(n)),
        lambda w, n: w.get(f"{folder}/{n}.txt"),
        lambda n: GONE,
        _d,
        text,
    )


def over(folder: str) -> Kind:
    """A file that is sent over another, which is in Recently Removed then."""
    return Kind(
        f"PUT over {folder}",
        lambda w, n: w.put(f"{folder}/{n}.txt", text(f"old {n}")),
        lambda w, n: w.send("PUT", f"{folder}/{n}.txt", text(n)),
        lambda w, n: (w.get(f"{folder}/{n}.txt"), _removed(w, f"{n}.txt")),
        lambda n: (_d(f"old {n}"), GONE),
        lambda n: (_d(n), _d(f"old {n}")),
        text,
    )


def half_sent(folder: str) -> Kind:
    """A file that was sent under the name of a half one, and gets its own."""

    def prepare(w: World, n: str) -> None:
        w.put(f"{folder}/{n}.txt.part", text(n))

    return Kind(
        f"MOVE of half a file {folder}",
        prepare,
        lambda w, n: w.send("MOVE", f"{folder}/{n}.txt.part", to=f"{folder}/{n}.txt"),
        lambda w, n: (w.dav("GET", f"{folder}/{n}.txt.part").status, w.get(f"{folder}/{n}.txt")),
        lambda n: (200, GONE),
        lambda n: (404, _d(n)),
        text,
        midway=lambda n: (200, _d(n)),  # half a file is kept until the whole is safe in its place
    )


def set_aside(folder: str) -> Kind:
    """A file that a program keeps under a hidden name, as some do with the old one when they save."""
    return Kind(
        f"MOVE to a hidden name {folder}",
        lambda w, n: w.put(f"{folder}/{n}.txt", text(n)),
        lambda w, n: w.send("MOVE", f"{folder}/{n}.txt", to=f"{folder}/.{n}.txt"),
        lambda w, n: (w.get(f"{folder}/{n}.txt"), w.dav("GET", quote(f"{folder}/.{n}.txt")).status),
        lambda n: (_d(n), 404),
        lambda n: (GONE, 200),
        midway=lambda n: (_d(n), 200),
    )


def moved(source: str, to: str) -> Kind:
    """A file that is moved."""
    return Kind(
        f"MOVE {source} to {to}",
        lambda w, n: w.put(f"{source}/{n}.txt", text(n)),
        lambda w, n: w.send("MOVE", f"{source}/{n}.txt", to=f"{to}/to {n}.txt"),
        lambda w, n: (w.get(f"{source}/{n}.txt"), w.get(f"{to}/to {n}.txt")),
        lambda n: (_d(n), GONE),
        lambda n: (GONE, _d(n)),
        midway=(lambda n: (_d(n), _d(n))) if to.startswith(FAR) else None,
    )


def moved_over(folder: str) -> Kind:
    """A file that is moved over another."""

    def prepare(w: World, n: str) -> None:
        w.put(f"{folder}/{n}.txt", text(n))
        w.put(f"{folder}/to {n}.txt", text(f"old {n}"))

    return Kind(
        f"MOVE over {folder}",
        prepare,
        lambda w, n: w.send("MOVE", f"{folder}/{n}.txt", to=f"{folder}/to {n}.txt", Overwrite="T"),
        lambda w, n: (w.get(f"{folder}/{n}.txt"), w.get(f"{folder}/to {n}.txt"), _removed(w, f"to {n}.txt")),
        lambda n: (_d(n), _d(f"old {n}"), GONE),
        lambda n: (GONE, _d(n), _d(f"old {n}")),
    )


def _fill(w: World, folder: str, n: str) -> None:
    w.make(folder)
    for part in "ab":
        w.put(f"{folder}/{part}.txt", text(f"{n} {part}"))


def _inside(w: World, folder: str) -> object:
    return tuple(w.get(f"{folder}/{part}.txt") for part in "ab") if w.has_folder(folder) else GONE


def _both(n: str) -> object:
    return tuple(_d(f"{n} {part}") for part in "ab")


def moved_folder(source: str, to: str) -> Kind:
    """A folder that is moved with what is in it."""
    return Kind(
        f"MOVE a folder {source} to {to}",
        lambda w, n: _fill(w, f"{source}/{n}", n),
        lambda w, n: w.send("MOVE", f"{source}/{n}", to=f"{to}/to {n}"),
        lambda w, n: (_inside(w, f"{source}/{n}"), _inside(w, f"{to}/to {n}")),
        lambda n: (_both(n), GONE),
        lambda n: (GONE, _both(n)),
        midway=(lambda n: (_both(n), _both(n))) if to.startswith(FAR) else None,
    )


def copied(folder: str, to: str) -> Kind:
    """A file that is copied."""
    return Kind(
        f"COPY {folder} to {to}",
        lambda w, n: w.put(f"{folder}/{n}.txt", text(n)),
        lambda w, n: w.send("COPY", f"{folder}/{n}.txt", to=f"{to}/to {n}.txt"),
        lambda w, n: (w.get(f"{folder}/{n}.txt"), w.get(f"{to}/to {n}.txt")),
        lambda n: (_d(n), GONE),
        lambda n: (_d(n), _d(n)),
    )


def copied_folder(folder: str) -> Kind:
    """A folder that is copied."""
    return Kind(
        f"COPY a folder {folder}",
        lambda w, n: _fill(w, f"{folder}/{n}", n),
        lambda w, n: w.send("COPY", f"{folder}/{n}", to=f"{folder}/to {n}"),
        lambda w, n: (_inside(w, f"{folder}/{n}"), _inside(w, f"{folder}/to {n}")),
        lambda n: (_both(n), GONE),
        lambda n: (_both(n), _both(n)),
        is_partial=True,
    )


def deleted(folder: str) -> Kind:
    """A file that is deleted."""
    return Kind(
        f"DELETE {folder}",
        lambda w, n: w.put(f"{folder}/{n}.txt", text(n)),
        lambda w, n: w.send("DELETE", f"{folder}/{n}.txt"),
        lambda w, n: (w.get(f"{folder}/{n}.txt"), _removed(w, f"{n}.txt")),
        lambda n: (_d(n), GONE),
        lambda n: (GONE, _d(n)),
    )


def deleted_folder(folder: str) -> Kind:
    """A folder that is deleted."""
    return Kind(
        f"DELETE a folder {folder}",
        lambda w, n: _fill(w, f"{folder}/{n}", n),
        lambda w, n: w.send("DELETE", f"{folder}/{n}"),
        lambda w, n: (_inside(w, f"{folder}/{n}"), _inside(w, f"{REMOVED}/{n}")),
        lambda n: (_both(n), GONE),
        lambda n: (GONE, _both(n)),
    )


def restored(folder: str) -> Kind:
    """A file that is brought back from Recently Removed."""

    def prepare(w: World, n: str) -> None:
        w.do("purge", "--yes")  # each request looks at all that is there
        w.put(f"{folder}/{n}.txt", text(n))
        assert w.send("DELETE", f"{folder}/{n}.txt").status == 204

    return Kind(
        f"MOVE back {folder}",
        prepare,
        lambda w, n: w.send("MOVE", f"{REMOVED}/{n}.txt", to=f"{folder}/back {n}.txt"),
        lambda w, n: (_removed(w, f"{n}.txt"), w.get(f"{folder}/back {n}.txt")),
        lambda n: (_d(n), GONE),
        lambda n: (GONE, _d(n)),
        lasts=False,
    )


def made(folder: str) -> Kind:
    """A folder that is made."""
    return Kind(
        f"MKCOL {folder}",
        _none,
        lambda w, n: w.send("MKCOL", f"{folder}/{n}"),
        lambda w, n: w.has_folder(f"{folder}/{n}"),
        lambda n: False,
        lambda n: True,
    )
