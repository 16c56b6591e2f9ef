"""What a folder lists is the same for whoever asks: a browser's page, a PROPFIND, and wsgidav's own code."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import pytest
from helpers.dav import Client
from helpers.home import Home
from helpers.pages import read_page
from helpers.serving import Serving, serve

from haven_fs.testing import make_photo
from haven_fs.tree.looks import LOOKS

FOLDERS = ("/", "/Inbox", "/Search", "/People/Alice", "/Albums", "/Originals/Pictures", "/Timeline/2020/2020-05")


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """A drive with something of every kind: folders made in folders, notes, pictures put into one, names kept."""
    home = Home(tmp_path_factory.mktemp("listing"))
    home.add("a.jpg")
    home.index()
    home.close()
    with serve(data=home.data, inbox=home.data.parent / "Inbox") as serving, Client(serving.url) as dav:
        picture = make_photo(home.data.parent / "new.jpg").read_bytes()
        for folder in ("/Search/dog", "/People/Alice", "/People/Alice/dog", "/Albums/Summer", "/Inbox/Trip"):
            assert dav("MKCOL", folder).status == 201
        for path, body in (
            ("/Search/like.jpg", picture),
            ("/Search/kept.jpg", b""),
            ("/Inbox/kept%20%26%20empty.jpg", b""),
            ("/People/Alice/kept.jpg", b""),
        ):
            assert dav("PUT", path, body).status == 201
        to = f"{dav.address}/People/Alice/under%20another%20name.jpg"
        assert dav("COPY", "/Recent/a.jpg", Destination=to).status == 201
        yield serving


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_page_shows_what_a_propfind_lists(house: Serving, folder: str) -> None:
    """Texts are shown themselves, and a photo by its own name where it was written under another one."""
    with Client(house.url) as dav:
        page = read_page(dav("GET", f"{folder.rstrip('/')}/").body)
        main = page.one("main")
        shown = {unquote(link["href"]).removesuffix("?view").rstrip("/") for link in main.all("a")}
        listed = {member.name for member in dav.members(folder)}
    texts = {name for name in listed if name.endswith(".txt")}
    assert len(main.all("", "note")) == len(texts)
    looks = {look.name for look in LOOKS} if folder == "/" else set()  # for programs
    assert listed - texts - looks - {"under another name.jpg"} <= shown
    if folder in ("/Inbox", "/People/Alice"):
        assert any(name.startswith("kept") for name in listed)
    if folder == "/People/Alice":
        assert "a.jpg" in shown


@pytest.mark.parametrize("folder", ["/Inbox", "/People/Alice"])
def test_names_that_are_kept_are_listed_once(house: Serving, folder: str, tmp_path: Path) -> None:
    with Client(house.url) as dav:
        kept = [member.name for member in dav.members(folder) if member.name.startswith("kept")]
    assert len(kept) == 1
