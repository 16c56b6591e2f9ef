"""What people type: phrases in quotes, paths of any kind, over the catalog of a few made photos."""

import atexit
import tempfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from haven_fs.errors import Refused
from haven_fs.testing.home import Home
from haven_fs.tree.nodes import Folder
from helpers.fuzzing.target import Target

_PHRASES = (
    "dog on beach",
    "Alice without Bob in Paris 2019",
    "photos of Anna and Tom, last summer",
    "zwischen 3. und 5. Mai 2020",
    "within 20 km of Home",
    "not in Munich or (Berlin and 2021)",
    "il y a deux ans à Noël",
    "2019-05..2020-01",
    "-dog +cat",
    "f/2.8 iso>800 50mm",
    "more than 3 people",
    "Кошка на пляже",
    "昨年の夏 東京",
    "word" * 60,
    "((((",
    "a or",
    "without",
)
_PATHS = (
    "/",
    '/Search/"dog on beach"',
    "/People/Alice/Places/Paris/Timeline/2019",
    "/Timeline/2020/2020-05/IMG.jpg",
    "/Search/=dog",
    "/Small/Places/Paris",
    "/TV/Timeline",
    "/Review/Changes",
    "/Originals/Pictures/a.jpg",
    "/Albums/A/B/C",
    "/Places/Countries/France",
    "/Inbox/x.jpg",
    "/Recently Removed/x.jpg",
    "/People/Person 12",
    "/Favorites/001 IMG.jpg",
)
_WORDS = (
    b" and ",
    b" or ",
    b" without ",
    b" in ",
    b"2019",
    b"..",
    b"(",
    b")",
    b'"',
    b"Alice",
    b"Paris",
    b"km",
    b"last ",
    b"-",
    b":",
    b"/",
    b"=",
    b"/Search/",
    b"/Timeline/",
    "“".encode(),
    "«".encode(),
    "⁄".encode(),
)


@cache
def _home() -> Home:
    folder = tempfile.TemporaryDirectory(prefix="haven-fuzz-")
    home = Home(Path(folder.name))
    atexit.register(folder.cleanup)
    atexit.register(home.close)
    for number in range(6):
        home.add(
            f"a/IMG_{number}.jpg", f"2019-0{number + 1}-04 12:00:00", position=(48.8583, 2.2945) if number % 2 else None
        )
    home.index()
    home.make("Albums/Summer")
    return home


@cache
def _ready() -> None:
    _visit(["Search", '"dog"'])  # loads what phrases and searches are understood by


def _phrase(data: bytes) -> None:
    text = data.decode("utf-8", "surrogateescape")
    _visit(["Search", f'"{text}"'.replace("/", "⁄")])


def _path(data: bytes) -> None:
    _visit([part for part in data.decode("utf-8", "surrogateescape").split("/") if part])


def _visit(parts: Sequence[str]) -> None:
    with _home().looking() as look:
        at = look.tree.locate(look.view, parts)
        if isinstance(at.node, Folder):
            list(look.tree.listing(at.node).names())


def _write(data: bytes) -> None:
    """Have any path made, copied to, moved and removed; what is done is taken back by the next."""
    text = data.decode("utf-8", "surrogateescape")
    home = _home()
    source, _, to = text.partition("\n")
    for act in (home.make, home.delete):
        try:
            act(source)
        except Refused:
            pass
    for transfer in (home.copy, home.move):
        try:
            transfer(source, to)
        except Refused:
            pass


TARGETS = (
    Target("phrase", _phrase, lambda: [text.encode() for text in _PHRASES], words=_WORDS, prepare=_ready),
    Target("path", _path, lambda: [text.encode() for text in (*_PATHS, *_PHRASES)], words=_WORDS, prepare=_ready),
    Target(
        "write",
        _write,
        lambda: [f"{one}\n{other}".encode() for one, other in zip(_PATHS, _PATHS[3:], strict=False)],
        (Refused,),
        _WORDS,
        _ready,
    ),
)
