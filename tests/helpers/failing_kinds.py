"""The kinds of writes whose system calls fail: what each needs, what it sends, and what is so if it was done or not."""

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote

from helpers.dav import Answer as DavAnswer
from helpers.failing_world import GONE, World, digest, photo, text

REMOVED = "/Recently Removed"


@dataclass(frozen=True)
class Kind:
    """One kind of write; the functions get a name that no other try had.

    `facts`: what is looked at afterwards; it must be as `before` it, or as `after`. `sends`: bytes that must be nowhere
    if the write was refused. `erases`: whether bytes may be gone afterwards.
    """

    name: str
    prepare: Callable[[World, str], None]
    act: Callable[[World, str], DavAnswer]
    facts: Callable[[World, str], object]
    before: Callable[[str], object]
    after: Callable[[str], object]
    sends: Callable[[str], bytes] | None = None


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


def uploaded(album: str = "/Albums/Sent") -> Kind:
    """A photo that is sent into an album."""
    return Kind(
        "PUT into an album",
        lambda w, n: w.make(album),
        lambda w, n: w.send("PUT", f"{album}/{n}.jpg", photo(n)),
        lambda w, n: w.get(f"{album}/{n}.jpg"),
        lambda n: GONE,
        lambda n: digest(photo(n)),
        photo,
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
        w.put(f"{folder}/{n}.txt", text(n))
        assert w.send("DELETE", f"{folder}/{n}.txt").status == 204

    return Kind(
        f"MOVE back {folder}",
        prepare,
        lambda w, n: w.send("MOVE", f"{REMOVED}/{n}.txt", to=f"{folder}/back {n}.txt"),
        lambda w, n: (_removed(w, f"{n}.txt"), w.get(f"{folder}/back {n}.txt")),
        lambda n: (_d(n), GONE),
        lambda n: (GONE, _d(n)),
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


def retimed(folder: str) -> Kind:
    """A file whose time is set, by PROPPATCH."""
    body = (
        b'<?xml version="1.0"?><D:propertyupdate xmlns:D="DAV:"><D:set><D:prop>'
        b"<D:lastmodified>Mon, 06 May 2013 10:00:00 GMT</D:lastmodified></D:prop></D:set></D:propertyupdate>"
    )

    def facts(w: World, n: str) -> object:
        body = w.get(f"{folder}/{n}.txt")
        return body, "2013" in w.dav.one(quote(f"{folder}/{n}.txt"), "getlastmodified")["getlastmodified"]

    def act(w: World, n: str) -> DavAnswer:
        answer = w.send("PROPPATCH", f"{folder}/{n}.txt", body)
        if answer.status == 207 and b" 200 OK" not in answer.body:
            answer.status = 500  # which the multistatus says inside
        return answer

    return Kind(
        f"PROPPATCH of the time {folder}",
        lambda w, n: w.put(f"{folder}/{n}.txt", text(n)),
        act,
        facts,
        lambda n: (_d(n), False),
        lambda n: (_d(n), True),
    )


def said(name: str, folder: str, *, made_by_it: bool = False) -> Kind:
    """A photo that is put into a smart folder."""
    return Kind(
        name,
        lambda w, n: None if made_by_it else w.make(f"{folder}/{n}"),
        lambda w, n: w.send("COPY", "/Originals/Lib/one.jpg", to=f"{folder}/{n}/one.jpg"),
        lambda w, n: w.get(f"{folder}/{n}/one.jpg"),
        lambda n: GONE,
        lambda n: digest(photo("one")),
    )


def unsaid() -> Kind:
    """A photo that is taken out of an album."""

    def prepare(w: World, n: str) -> None:
        w.make(f"/Albums/{n}")
        assert w.send("COPY", "/Originals/Lib/one.jpg", to=f"/Albums/{n}/one.jpg").status == 201

    return Kind(
        "DELETE from an album",
        prepare,
        lambda w, n: w.send("DELETE", f"/Albums/{n}/one.jpg"),
        lambda w, n: w.get(f"/Albums/{n}/one.jpg"),
        lambda n: digest(photo("one")),
        lambda n: GONE,
    )


def renamed_album() -> Kind:
    """An album that gets another name."""
    return Kind(
        "MOVE of an album",
        lambda w, n: w.make(f"/Albums/{n}"),
        lambda w, n: w.send("MOVE", f"/Albums/{n}", to=f"/Albums/to {n}"),
        lambda w, n: (w.has_folder(f"/Albums/{n}"), w.has_folder(f"/Albums/to {n}")),
        lambda n: (True, False),
        lambda n: (False, True),
    )


def hidden() -> Kind:
    """A photo that is hidden."""

    def prepare(w: World, n: str) -> None:
        w.put(f"/Inbox/{n}.jpg", photo(n))

    return Kind(
        "hide a photo",
        prepare,
        lambda w, n: w.send("MOVE", f"/Recent/{n}.jpg", to=f"{REMOVED}/{n}.jpg"),
        lambda w, n: (w.get(f"/Recent/{n}.jpg"), _removed(w, f"{n}.jpg")),
        lambda n: (digest(photo(n)), GONE),
        lambda n: (GONE, digest(photo(n))),
    )


def undone() -> Kind:
    """A change that is taken back, by deleting it in /Review/Changes."""
    changes = "/Review/Changes"

    def act(w: World, n: str) -> DavAnswer:
        (name,) = [one for one in w.dav.files(quote(changes) + "/") if f"“{n}”" in one or n in one]
        return w.send("DELETE", f"{changes}/{name}")

    return Kind(
        "undo",
        lambda w, n: w.make(f"/Albums/{n}"),
        act,
        lambda w, n: w.has_folder(f"/Albums/{n}"),
        lambda n: True,
        lambda n: False,
    )


KINDS = (
    new("/Inbox/put"),
    new("/Originals/Lib"),
    over("/Inbox/over"),
    over("/Originals/Lib"),
    uploaded(),
    moved("/Inbox/move", "/Inbox/moved"),
    moved("/Originals/Lib", "/Originals/Lib/sub"),
    moved("/Originals/Lib", "/Originals/Far"),
    moved("/Inbox/move", "/Originals/Far"),
    moved_over("/Originals/Lib"),
    moved_folder("/Originals/Lib", "/Originals/Lib/sub"),
    moved_folder("/Originals/Lib", "/Originals/Far"),
    copied("/Originals/Lib", "/Originals/Lib/sub"),
    copied("/Originals/Lib", "/Originals/Far"),
    copied_folder("/Originals/Lib"),
    deleted("/Inbox/delete"),
    deleted("/Originals/Lib"),
    deleted_folder("/Originals/Lib"),
    restored("/Originals/Lib"),
    made("/Inbox"),
    made("/Originals/Lib"),
    retimed("/Inbox/times"),
    retimed("/Originals/Lib"),
    made("/Albums"),
    made("/Search"),
    made("/People"),
    said("COPY into an album", "/Albums"),
    said("COPY into a person", "/People"),
    unsaid(),
    renamed_album(),
    hidden(),
    undone(),
)
