"""What the owner takes back goes from sidecars again, and the names that other programs wrote there return."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from helpers.rebuilding import export

from haven_fs.cli import main
from haven_fs.testing import Home

NAMES = ("a.jpg", "b.jpg", "c.jpg")
PACKET = (
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">\n'
    '<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/"'
    ' xmlns:digiKam="http://www.digikam.org/ns/1.0/"><dc:subject><rdf:Bag><rdf:li>garden</rdf:li></rdf:Bag>'
    "</dc:subject><digiKam:TagsList><rdf:Seq><rdf:li>People/Frieda</rdf:li>{more}</rdf:Seq></digiKam:TagsList>"
    "</rdf:Description></rdf:RDF></x:xmpmeta>\n"
)
MORE = "<rdf:li>Natur/Baum</rdf:li>"


@pytest.fixture(params=[MORE, ""], ids=["among others", "alone"])
def home(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Home]:
    """A writable library whose photos are all of Frieda, by digiKam's keywords, perhaps with others."""
    with Home(tmp_path) as home:
        for number, name in enumerate(NAMES):
            home.add(name, f"2020-05-0{number + 1} 12:00:00")
            home.root.joinpath(f"{name}.xmp").write_text(PACKET.format(more=request.param))
        home.add_library(writable=True)
        home.index()
        yield home


def sidecars(home: Home) -> dict[str, str]:
    return {name: home.root.joinpath(f"{name}.xmp").read_text() for name in NAMES}


def say(home: Home) -> None:
    """Call Frieda another name, say that one photo is not of her, and more."""
    home.move("/People/Frieda", "/People/Friederike")
    home.delete("/People/Friederike/c.jpg")
    home.make("/Albums/Summer")
    home.copy("/Timeline/2020/2020-05/a.jpg", "/Albums/Summer/")
    home.copy("/Timeline/2020/2020-05/b.jpg", "/Favorites/")


def undo(home: Home) -> None:
    home.undo(*(one.id for one in home.said()))


@pytest.mark.parametrize("looked", [False, True], ids=["not looked at", "looked at"])
def test_names_of_other_programs_return_to_the_byte(home: Home, looked: bool) -> None:
    before = sidecars(home)
    say(home)
    export(home, "--sidecars")
    assert not any("People/Frieda" in text for text in sidecars(home).values())
    if looked:
        home.index()
        assert set(home.list("/People/Friederike")) == {"a.jpg", "b.jpg"}
    undo(home)
    export(home, "--sidecars")
    assert sidecars(home) == before
    home.index()
    assert set(home.list("/People/Frieda")) == set(NAMES)


def test_they_return_too_where_another_program_wrote_since(home: Home) -> None:
    say(home)
    export(home, "--sidecars")
    for name in NAMES:
        path = home.root / f"{name}.xmp"
        path.write_text(path.read_text().replace("<rdf:li>garden</rdf:li>", "<rdf:li>lawn</rdf:li>"))
    home.index()
    undo(home)
    export(home, "--sidecars")
    for text in sidecars(home).values():
        assert "People/Frieda" in text and "lawn" in text and "Friederike" not in text
    home.index()
    assert set(home.list("/People/Frieda")) == set(NAMES)
    export(home, "--sidecars")
    home.index()
    assert set(home.list("/People/Frieda")) == set(NAMES)


def test_who_is_forgotten_is_in_no_kept_packet(home: Home) -> None:
    say(home)
    export(home, "--sidecars")
    kept = "SELECT wrote FROM exported WHERE json_extract(wrote, '$.was') <> ''"
    assert home.query(kept)
    assert main(["people", "forget", "Friederike", "--yes", "--data", str(home.data)]) == 0
    assert home.query(kept) == []
    export(home, "--sidecars")
