"""Commands of `haven` whose system calls fail, while a server runs beside them."""

import contextlib
import json
import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

from helpers.dav import LOCKINFO
from helpers.failing_kinds import REMOVED, Kind
from helpers.failing_smart import is_locked
from helpers.failing_world import GONE, World, digest, photo, text

_PASSWORD = "a long password"


def purged() -> Kind:
    """What was removed, and is erased."""

    def prepare(w: World, n: str) -> None:
        w.do("purge", "--yes")
        w.put(f"/Originals/Lib/{n}.txt", text(n))
        assert w.send("DELETE", f"/Originals/Lib/{n}.txt").status == 204

    return Kind(
        "haven purge",
        prepare,
        lambda w, n: w.command("purge", "--yes"),
        lambda w, n: w.get(f"{REMOVED}/{n}.txt"),
        lambda n: digest(text(n)),
        lambda n: GONE,
        erases=text,
        is_command=True,
        lasts=False,
    )


def backed_up() -> Kind:
    """A backup, in the data folder."""

    def facts(w: World, n: str) -> object:
        found = [_sound(one) for one in _folder(w, n).glob("haven-*")]
        assert len(found) <= 1
        return found

    return Kind(
        "haven backup",
        lambda w, n: w.make(f"/Albums/{n}"),
        lambda w, n: w.command("backup", _folder(w, n)),
        facts,
        lambda n: [],
        lambda n: [True],
        is_command=True,
    )


def _folder(w: World, n: str) -> Path:
    return w.data / "elsewhere" / n


def _sound(backup: Path) -> bool:
    with closing(sqlite3.connect(backup / "catalog.sqlite")) as db:
        is_sound = db.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
        last = db.execute("SELECT max(id) FROM correction").fetchone()[0]
    lines = (backup / "corrections.jsonl").read_text().splitlines()
    return bool(is_sound and lines and json.loads(lines[-1])["id"] <= last)


def exported(where: str) -> Kind:
    """Sidecars that are written, into a folder in the data folder's place, or next to the photos."""

    def target(w: World, n: str) -> Path:
        return (
            w.roots["Lib"] / "one.jpg.xmp" if where == "--sidecars" else w.data.parent / "out" / n / "Lib/one.jpg.xmp"
        )

    def prepare(w: World, n: str) -> None:
        assert w.send("COPY", "/Originals/Lib/one.jpg", to="/Favorites/one.jpg").status in (201, 204)
        with contextlib.suppress(FileNotFoundError):
            target(w, n).unlink()

    def facts(w: World, n: str) -> object:
        path = target(w, n)
        there = path.exists() and path.read_text().count("</x:xmpmeta>")
        drafts = [one.name for one in path.parent.glob(".haven-*.part")] if path.parent.exists() else []
        return there, drafts

    return Kind(
        f"haven export xmp {where}",
        prepare,
        lambda w, n: w.command("export", "xmp", where if where == "--sidecars" else w.data.parent / "out" / n),
        facts,
        lambda n: (False, []),
        lambda n: (1, []),
        is_command=True,
        lasts=False,
        is_partial=True,
    )


def user_added() -> Kind:
    """A user who may sign in."""
    return Kind(
        "haven users add",
        lambda w, n: w.do("users", "add", "first", input=_PASSWORD),
        lambda w, n: w.command("users", "add", n, input=_PASSWORD),
        lambda w, n: n in _users(w),
        lambda n: False,
        lambda n: True,
        is_command=True,
    )


def user_removed() -> Kind:
    """A user who may sign in no longer."""
    return Kind(
        "haven users remove",
        lambda w, n: [w.do("users", "add", one, input=_PASSWORD) for one in ("first", n)],
        lambda w, n: w.command("users", "remove", n),
        lambda w, n: n in _users(w),
        lambda n: True,
        lambda n: False,
        is_command=True,
    )


def device_added() -> Kind:
    """A password for a device."""
    return Kind(
        "haven users passwords add",
        lambda w, n: w.do("users", "add", n, input=_PASSWORD),
        lambda w, n: w.command("users", "passwords", "add", n, "phone"),
        lambda w, n: [one.get("device", "") for one in _users(w)[n]["passwords"]],
        lambda n: [""],
        lambda n: ["", "phone"],
        is_command=True,
    )


def _users(w: World) -> dict[str, dict[str, list[dict[str, str]]]]:
    found: dict[str, dict[str, list[dict[str, str]]]] = json.loads((w.data / "users.json").read_text())["users"]
    return found


def undone() -> Kind:
    """A change that is taken back by a command."""
    return Kind(
        "haven undo",
        lambda w, n: w.make(f"/Albums/{n}"),
        lambda w, n: w.command("undo"),
        lambda w, n: n in w.dav.folders("/Albums/"),
        lambda n: True,
        lambda n: False,
        is_command=True,
    )


def made_read_only() -> Kind:
    """A library that is not to be written to any more."""
    return Kind(
        "haven libraries set",
        lambda w, n: w.do("libraries", "set", "Far", "--writable"),
        lambda w, n: w.command("libraries", "set", "Far", "--read-only"),
        lambda w, n: w.query("SELECT writable FROM library WHERE name = 'Far'"),
        lambda n: [(1,)],
        lambda n: [(0,)],
        is_command=True,
        lasts=False,
    )


def lock_broken() -> Kind:
    """A lock that is broken."""

    def prepare(w: World, n: str) -> None:
        w.put(f"/Inbox/put/{n}.txt", text(n))
        assert w.send("LOCK", f"/Inbox/put/{n}.txt", LOCKINFO.format(scope="exclusive").encode()).status == 200

    return Kind(
        "haven locks break",
        prepare,
        lambda w, n: w.command("locks", "break", f"/Inbox/put/{n}.txt"),
        lambda w, n: is_locked(w, quote(f"/Inbox/put/{n}.txt")),
        lambda n: True,
        lambda n: False,
        is_command=True,
    )


def dated() -> Kind:
    """A photo of which a command says when it was taken."""
    where = "/Timeline/2013/2013-05"
    return Kind(
        "haven taken",
        lambda w, n: w.put(f"/Inbox/put/{n}.jpg", photo(n)),
        lambda w, n: w.command("taken", "2013-05-06", w.roots["Inbox"] / "put" / f"{n}.jpg"),
        lambda w, n: w.get(f"{where}/{n}.jpg"),
        lambda n: GONE,
        lambda n: digest(photo(n)),
        is_command=True,
    )
