"""What is erased or forgotten is in no small picture either."""

from contextlib import closing
from pathlib import Path

from helpers.home import Home

from haven_fs.renditions.renditions import FILE, Renditions, forget_gone, forget_parts

SECRET = b"the picture of a secret" * 50


def kept(home: Home) -> bytes:
    return b"".join(path.read_bytes() for path in home.data.glob(f"{FILE}*"))


def test_of_an_original_that_is_gone_nothing_is_left(home: Home) -> None:
    for name in ("a.jpg", "b.jpg"):
        home.add(name)
    home.index()
    ids = {path: seen.id for path, seen in home.seen().items()}
    with closing(Renditions(home.catalog, home.settings)) as renditions:
        renditions.keep([((ids["a.jpg"], "grid"), "t", SECRET), ((ids["b.jpg"], "grid"), "t", b"another picture")])
        renditions.given.note(ids["a.jpg"], SECRET, len(SECRET))
    assert SECRET in kept(home)
    Path(home.root / "a.jpg").unlink()
    home.index(accept_missing=True)
    forget_gone(home.catalog, home.settings)
    assert SECRET not in kept(home)
    with closing(Renditions(home.catalog, home.settings)) as renditions:
        assert renditions.cache.originals() == [ids["b.jpg"]]
        assert not renditions.given.is_size(len(SECRET))


def test_of_faces_that_were_cut_out_nothing_is_left(home: Home) -> None:
    with closing(Renditions(home.catalog, home.settings)) as renditions:
        renditions.cache.put([((1, "grid 0.1,0.2,0.3,0.4"), "t", SECRET), ((1, "grid"), "t", b"the whole picture")])
    forget_parts(home.settings)
    assert SECRET not in kept(home) and b"the whole picture" in kept(home)


def test_without_small_pictures_there_is_nothing_to_do(home: Home) -> None:
    forget_gone(home.catalog, home.settings)
    forget_parts(home.settings)
    assert not (home.data / FILE).exists()
