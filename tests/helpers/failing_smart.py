"""Kinds of writes to smart folders, and of what WebDAV notes of files, whose system calls fail."""

from urllib.parse import quote

from helpers.dav import LOCKINFO
from helpers.failing_kinds import REMOVED, Kind
from helpers.failing_world import GONE, World, digest, photo, text

ONE = "/Originals/Lib/one.jpg"
CHANGES = "/Review/Changes"
_SET = '<D:propertyupdate xmlns:D="DAV:" xmlns:x="urn:x"><D:set><D:prop>{}</D:prop></D:set></D:propertyupdate>'


def uploaded(folder: str) -> Kind:
    """A photo that is sent into a folder, such as an album."""
    return Kind(
        f"PUT a photo {folder}",
        lambda w, n: None if folder.startswith("/Inbox") else w.make(folder),
        lambda w, n: w.send("PUT", f"{folder}/{n}.jpg", photo(n)),
        lambda w, n: w.get(f"{folder}/{n}.jpg"),
        lambda n: GONE,
        lambda n: digest(photo(n)),
        photo,
    )


def said(folder: str) -> Kind:
    """A photo that is put into a smart folder that somebody made."""
    return Kind(
        f"COPY into {folder}/one",
        lambda w, n: w.make(f"{folder}/{n}"),
        lambda w, n: w.send("COPY", ONE, to=f"{folder}/{n}/one.jpg"),
        lambda w, n: w.get(f"{folder}/{n}/one.jpg"),
        lambda n: GONE,
        lambda n: digest(photo("one")),
    )


def unsaid(folder: str) -> Kind:
    """A photo that is taken out of a smart folder again."""

    def prepare(w: World, n: str) -> None:
        w.make(f"{folder}/{n}")
        assert w.send("COPY", ONE, to=f"{folder}/{n}/one.jpg").status == 201

    return Kind(
        f"DELETE from {folder}/one",
        prepare,
        lambda w, n: w.send("DELETE", f"{folder}/{n}/one.jpg"),
        lambda w, n: w.get(f"{folder}/{n}/one.jpg"),
        lambda n: digest(photo("one")),
        lambda n: GONE,
    )


def liked() -> Kind:
    """A photo that becomes a favourite."""
    return Kind(
        "COPY into /Favorites",
        lambda w, n: w.put(f"/Inbox/put/{n}.jpg", photo(n)),
        lambda w, n: w.send("COPY", f"/Inbox/put/{n}.jpg", to=f"/Favorites/{n}.jpg"),
        lambda w, n: w.get(f"/Favorites/{n}.jpg"),
        lambda n: GONE,
        lambda n: digest(photo(n)),
    )


def dated() -> Kind:
    """A photo of which is said when it was taken."""
    where = "/Timeline/2013/2013-05"

    def prepare(w: World, n: str) -> None:
        if not w.has_folder(where):  # which has no other photo yet
            w.do("taken", "2013-05-07", w.roots["Lib"] / "one.jpg")
        w.put(f"/Inbox/put/{n}.jpg", photo(n))

    return Kind(
        "COPY into /Timeline",
        prepare,
        lambda w, n: w.send("COPY", f"/Inbox/put/{n}.jpg", to=f"{where}/{n}.jpg"),
        lambda w, n: w.get(f"{where}/{n}.jpg"),
        lambda n: GONE,
        lambda n: digest(photo(n)),
    )


def renamed(folder: str) -> Kind:
    """A folder of the owner's own that gets another name, such as a person, who is named by that."""
    return Kind(
        f"MOVE of one in {folder}",
        lambda w, n: w.make(f"{folder}/{n}"),
        lambda w, n: w.send("MOVE", f"{folder}/{n}", to=f"{folder}/to {n}"),
        lambda w, n: (w.has_folder(f"{folder}/{n}"), w.has_folder(f"{folder}/to {n}")),
        lambda n: (True, False),
        lambda n: (False, True),
    )


def merged() -> Kind:
    """A person who is moved into another, since they are the same."""

    def prepare(w: World, n: str) -> None:
        w.make(f"/People/{n}")
        w.make(f"/People/to {n}")
        assert w.send("COPY", ONE, to=f"/People/{n}/one.jpg").status == 201

    return Kind(
        "MOVE of a person into another",
        prepare,
        lambda w, n: w.send("MOVE", f"/People/{n}", to=f"/People/to {n}/{n}"),
        lambda w, n: (n in w.dav.folders("/People/"), w.get(f"/People/to {n}/one.jpg")),
        lambda n: (True, GONE),
        lambda n: (False, digest(photo("one"))),
    )


def dropped(folder: str) -> Kind:
    """A folder of the owner's own that is removed."""
    return Kind(
        f"DELETE of one in {folder}",
        lambda w, n: w.make(f"{folder}/{n}"),
        lambda w, n: w.send("DELETE", f"{folder}/{n}"),
        lambda w, n: n in w.dav.folders(folder + "/"),
        lambda n: True,
        lambda n: False,
    )


def sought() -> Kind:
    """A picture that is put into /Search, to find what looks like it."""
    return Kind(
        "PUT a picture /Search",
        lambda w, n: None,
        lambda w, n: w.send("PUT", f"/Search/{n}.jpg", photo(n)),
        lambda w, n: w.get(f"/Search/{n}.jpg"),
        lambda n: GONE,
        lambda n: digest(photo(n)),
    )


def hidden() -> Kind:
    """A photo that is hidden."""
    return Kind(
        "hide a photo",
        lambda w, n: w.put(f"/Inbox/{n}.jpg", photo(n)),
        lambda w, n: w.send("MOVE", f"/Recent/{n}.jpg", to=f"{REMOVED}/{n}.jpg"),
        lambda w, n: (w.get(f"/Recent/{n}.jpg"), w.get(f"{REMOVED}/{n}.jpg")),
        lambda n: (digest(photo(n)), GONE),
        lambda n: (GONE, digest(photo(n))),
    )


def undone() -> Kind:
    """A change that is taken back, by deleting it in /Review/Changes."""

    names: dict[str, str] = {}

    def prepare(w: World, n: str) -> None:
        w.make(f"/Albums/{n}")
        (names[n],) = [one for one in w.dav.files(quote(CHANGES) + "/") if n in one]

    return Kind(
        "undo in /Review/Changes",
        prepare,
        lambda w, n: w.send("DELETE", f"{CHANGES}/{names[n]}"),
        lambda w, n: w.has_folder(f"/Albums/{n}"),
        lambda n: True,
        lambda n: False,
    )


def retimed(folder: str) -> Kind:
    """A file whose time is set, by PROPPATCH."""
    moment = "<D:lastmodified>Mon, 06 May 2013 10:00:00 GMT</D:lastmodified>"

    def facts(w: World, n: str) -> object:
        body = w.get(f"{folder}/{n}.txt")
        return body, "2013" in w.dav.one(quote(f"{folder}/{n}.txt"), "getlastmodified")["getlastmodified"]

    return Kind(
        f"PROPPATCH of the time {folder}",
        lambda w, n: w.put(f"{folder}/{n}.txt", text(n)),
        lambda w, n: w.send("PROPPATCH", f"{folder}/{n}.txt", _SET.format(moment).encode()),
        facts,
        lambda n: (_d(n), False),
        lambda n: (_d(n), True),
    )


def noted(folder: str) -> Kind:
    """A file of which a program notes something, by PROPPATCH."""

    def facts(w: World, n: str) -> object:
        return "{urn:x}word" in w.dav.one(quote(f"{folder}/{n}.txt"), "{urn:x}word").found

    return Kind(
        f"PROPPATCH of a word {folder}",
        lambda w, n: w.put(f"{folder}/{n}.txt", text(n)),
        lambda w, n: w.send("PROPPATCH", f"{folder}/{n}.txt", _SET.format("<x:word>so</x:word>").encode()),
        facts,
        lambda n: False,
        lambda n: True,
    )


def is_locked(w: World, path: str) -> bool:
    """Tell whether a path is locked."""
    return b"locktoken" in w.dav("PROPFIND", quote(path), None, Depth="0").body


def locked(folder: str, *, there: bool) -> Kind:
    """A file that is locked; one that is not there yet is a name that is kept."""

    def facts(w: World, n: str) -> object:
        return is_locked(w, f"{folder}/{n}.txt"), w.get(f"{folder}/{n}.txt")

    body = _d if there else (lambda n: GONE)
    return Kind(
        f"LOCK {'' if there else 'a new name '}{folder}",
        lambda w, n: w.put(f"{folder}/{n}.txt", text(n)) if there else None,
        lambda w, n: w.send("LOCK", f"{folder}/{n}.txt", LOCKINFO.format(scope="exclusive").encode()),
        facts,
        lambda n: (False, body(n)),
        lambda n: (True, body(n) if there else digest(b"")),
    )


def unlocked(folder: str) -> Kind:
    """A file that is unlocked."""
    tokens: dict[str, str] = {}

    def prepare(w: World, n: str) -> None:
        w.put(f"{folder}/{n}.txt", text(n))
        answer = w.send("LOCK", f"{folder}/{n}.txt", LOCKINFO.format(scope="exclusive").encode())
        tokens[n] = answer["Lock-Token"]

    return Kind(
        f"UNLOCK {folder}",
        prepare,
        lambda w, n: w.send("UNLOCK", f"{folder}/{n}.txt", Lock_Token=tokens[n]),
        lambda w, n: is_locked(w, f"{folder}/{n}.txt"),
        lambda n: True,
        lambda n: False,
    )


def _d(name: str) -> str:
    return digest(text(name))
