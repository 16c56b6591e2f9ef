"""Which renditions are kept: what shows a photo, and a tile only of what could never be read."""

import os
from contextlib import closing

from helpers.home import Home

from haven_fs.renditions.renditions import Renditions


def test_a_tile_of_a_photo_that_could_be_read_is_not_kept(home: Home) -> None:
    """As after a disk that gave zeros: the same size and time, and then the right bytes again."""
    path = home.add("a.jpg", size=(640, 480))
    damaged = home.root / "damaged.jpg"
    damaged.write_bytes(b"\xff\xd8\xff\xe0" + bytes(2000))
    home.index()
    ids = {name: seen.id for name, seen in home.seen().items()}
    right, state = path.read_bytes(), path.stat()

    def put(data: bytes) -> None:
        path.write_bytes(data)
        os.utime(path, ns=(state.st_mtime_ns, state.st_mtime_ns))

    def screen(renditions: Renditions, name: str) -> tuple[bytes, bool]:
        with home.catalog.read() as db:
            wanted = renditions.wanted(db, ids[name], "screen")
        assert wanted is not None
        return renditions.ask(wanted).result(60), renditions.find(wanted) is not None

    with closing(Renditions(home.catalog, home.settings)) as renditions:
        put(bytes(len(right)))
        tile, is_kept = screen(renditions, "a.jpg")
        assert not is_kept
        put(right)
        picture, is_kept = screen(renditions, "a.jpg")
        assert is_kept and picture != tile
        assert screen(renditions, "damaged.jpg")[1]
