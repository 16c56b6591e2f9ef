"""Servers that are killed while they move and delete real files: nothing may be lost, or be there twice."""

import hashlib
import http.client
import random
import signal
import threading
from collections import Counter
from pathlib import Path
from urllib.parse import quote

from helpers.dav import Client
from helpers.files import digests
from helpers.serving import haven, serve, wait_for

REMOVED = ".haven-removed"
HERE = "/Recently%20Removed/"


def killed_in_the_middle(base: Path, rounds: int, seed: int = 7) -> Counter[str]:
    """Kill a server `rounds` times amid random operations; return how many of which kind were answered.

    None is missing at any moment. A kill may leave a file with a second name, which the next start takes from it: then
    each is at its old place, its new one or in Recently Removed, byte for byte, and the catalog says where.
    """
    rng, root, data = random.Random(seed), base / "Lib", base / "data"
    for number in range(60):
        (root / f"d{number % 4}").mkdir(parents=True, exist_ok=True)
        (root / f"d{number % 4}" / f"{number}.txt").write_text(f"file {number}")
    haven("index", root, "--data", data)
    haven("libraries", "set", "Lib", "--writable", "--data", data)
    written, done = Counter(digests(root).values()), Counter[str]()
    for round_ in range(rounds):
        with serve(data=data) as serving, Client(serving.url) as dav:
            _wait_until_tidy(root, written)
            killer = threading.Timer(rng.uniform(0.1, 0.8), serving.process.send_signal, [signal.SIGKILL])
            killer.start()
            try:
                for step in range(100_000):
                    done[_anything(dav, rng, root, f"{round_}-{step}")] += 1
            except (OSError, http.client.HTTPException):
                killer.join()
            serving.process.wait()
        assert Counter(digests(root).values()).keys() == written.keys()
    with serve(data=data) as serving, Client(serving.url) as dav:
        _wait_until_tidy(root, written)
        shown = [m.href for m in [*dav.walk("/Originals/Lib/"), *dav.walk(HERE)] if not m.is_folder]
        assert Counter(hashlib.sha256(dav("GET", href).body).hexdigest() for href in shown) == written
    return done


def _wait_until_tidy(root: Path, written: Counter[str]) -> None:
    def is_tidy() -> bool:
        try:
            return Counter(digests(root).values()) == written
        except FileNotFoundError:  # tidied just now
            return False

    wait_for(is_tidy, "each file to have one name")


def _anything(dav: Client, rng: random.Random, root: Path, name: str) -> str:
    """Delete, move or bring back something, and return what it was."""
    lib = "/Originals/Lib"
    files = [path for path in root.rglob("*") if path.is_file() and REMOVED not in path.parts]
    folders = [path for path in root.iterdir() if path.is_dir() and path.name != REMOVED]
    if len(folders) < 3:
        dav("MKCOL", f"{lib}/d{rng.randrange(4)}")
        return "make"
    kind = rng.choice(("delete", "move", "folder", "replace", "back", "back")) if files else "back"
    if kind == "back":
        removed = dav.members(HERE)
        if removed:
            to = f"{dav.address}{lib}/{quote(f'd{rng.randrange(4)} {name}')}"
            dav("MOVE", HERE + quote(rng.choice(removed).name), None, Destination=to)
        return kind
    path, folder = rng.choice(files), rng.choice(folders)
    url = f"{lib}/{quote(path.relative_to(root).as_posix())}"
    if kind == "delete":
        dav("DELETE", url)
    elif kind == "move":
        dav("MOVE", url, None, Destination=f"{dav.address}{lib}/{quote(folder.name)}/{name}.txt")
    elif kind == "replace":
        other = rng.choice(files).relative_to(root).as_posix()
        dav("MOVE", url, None, Destination=f"{dav.address}{lib}/{quote(other)}")
    else:
        dav("MOVE", f"{lib}/{quote(folder.name)}", None, Destination=f"{dav.address}{lib}/d{rng.randrange(4)}")
    return kind
