"""People written into packets: read back the same by Haven and by exiftool, and nothing else in a packet changes."""

import json
from difflib import SequenceMatcher
from pathlib import Path
from xml.etree.ElementTree import Element

import pytest
from defusedxml.ElementTree import fromstring
from helpers.effort import times
from helpers.packets import BOXES, STYLES, digikam, lightroom, packet, picasa, windows
from helpers.programs import run
from hypothesis import given, settings
from hypothesis import strategies as st

from haven_fs.analysis.analyzer import Metadata
from haven_fs.library.personnames import clean_name, listed_people
from haven_fs.library.placed import Draft, NotEditable
from haven_fs.library.regions import Named
from haven_fs.library.upright import turned, upright
from haven_fs.library.xmp import parse_xmp
from haven_fs.library.xmp_markup import EMPTY
from haven_fs.library.xmp_texts import Wrote, with_texts
from haven_fs.library.xmp_write import with_people

Box = tuple[float, float, float, float]
NAMES = ["Ålice & Co", "<b> \"x\" 'y'", "שרה 👩‍👧‍👦", "山田 太郎", "O'Neil", "a]]>b&amp;", "  spaced  "]
PLACES: list[Box] = [(0.1, 0.2, 0.3, 0.5), (0.6, 0.1, 0.8, 0.4), (0.4, 0.6, 0.5, 0.75), (0.0, 0.8, 0.2, 1.0)]
PEOPLE = [Named("Alice", BOXES["Alice"]), Named("Bob", BOXES["Bob"])]


def photo(orientation: int = 1, width: int = 80, height: int = 60) -> Metadata:
    return Metadata("image", "jpeg", width, height, orientation)


def people_in(raw: bytes, metadata: Metadata) -> dict[str, Box | None]:
    problems: list[str] = []
    values = parse_xmp(raw, problems)
    assert problems == []
    found: dict[str, Box | None] = dict.fromkeys(listed_people(values))
    for area in values.get("haven:Regions", ()):
        box = upright(area, metadata)
        # The first place counts, as it does when photos are indexed.
        found[area.name] = found.get(area.name) or (box and tuple(round(side, 5) for side in box))  # type: ignore[assignment]
    return found


@pytest.mark.parametrize("orientation", range(1, 9))
def test_what_is_written_is_read_back(orientation: int) -> None:
    people = [Named(name, box) for name, box in zip(NAMES, [*PLACES, None, None, None], strict=True)]
    raw = with_people(EMPTY, people, photo(orientation))
    expected = {clean_name(person.name): person.box for person in people}
    assert people_in(raw, photo(orientation)) == expected
    assert with_people(raw, people, photo(orientation)) == raw


def test_exiftool_reads_the_same_in_every_orientation(tmp_path: Path) -> None:
    people = [Named(name, box) for name, box in zip(NAMES, [*PLACES, None, None, None], strict=True)]
    for orientation in range(1, 9):
        (tmp_path / f"{orientation}.xmp").write_bytes(with_people(EMPTY, people, photo(orientation)))
    tags = ["-RegionInfo", "-RegionInfoMP", "-PersonInImage", "-XMP:Subject", "-Warning", "-Error", "-Validate"]
    shown = json.loads(run("exiftool", "-json", "-struct", *tags, str(tmp_path)).stdout)
    assert len(shown) == 8
    for found in shown:
        orientation = int(Path(found["SourceFile"]).stem)
        assert found["Validate"] == "OK"
        assert found["RegionInfo"]["AppliedToDimensions"] == {"W": 80, "H": 60, "Unit": "pixel"}
        # exiftool shows the picture as it is stored: turned, it is the box that Haven knows.
        for region, person in zip(found["RegionInfo"]["RegionList"], people, strict=False):
            area = region["Area"]
            x, y, w, h = (float(area[side]) for side in "XYWH")
            box = turned((x - w / 2, y - h / 2, x + w / 2, y + h / 2), orientation)
            assert (region["Name"], region["Type"], area["Unit"]) == (clean_name(person.name), "Face", "normalized")
            assert box == pytest.approx(person.box, abs=2e-6)
        for region, person in zip(found["RegionInfoMP"]["Regions"], people, strict=True):
            assert region["PersonDisplayName"] == clean_name(person.name)
            if person.box is None:
                assert "Rectangle" not in region
                continue
            x, y, w, h = (float(side) for side in region["Rectangle"].split(","))
            assert turned((x, y, x + w, y + h), orientation) == pytest.approx(person.box, abs=2e-6)
        assert found["PersonInImage"] == [clean_name(name) for name in NAMES]
        assert found["Subject"] == [clean_name(name) for name in NAMES[4:]]


def test_a_heic_s_regions_are_of_the_picture_before_it_turns_itself() -> None:
    heic = Metadata("image", "heic", 60, 80, 1, exif={"Image Orientation": 6})
    raw = with_people(EMPTY, PEOPLE, heic)
    assert b'stDim:w="80" stDim:h="60"' in raw
    assert people_in(raw, heic) == BOXES
    assert people_in(raw, photo(6)) == BOXES


@pytest.mark.parametrize("style", ["digikam", "lightroom", "picasa", "windows", "apple"])
@pytest.mark.parametrize("orientation", [1, 6])
def test_what_other_programs_say_already_is_not_said_again(style: str, orientation: int) -> None:
    raw = STYLES[style](80, 60)
    people = [Named(name, turned(box, orientation)) for name, box in BOXES.items()]
    after = with_people(raw, people, photo(orientation))
    assert after.count(b"mwg-rs:Name") == max(raw.count(b"mwg-rs:Name"), 2)  # none twice
    assert untouched(raw, after)
    assert with_people(after, people, photo(orientation)) == after
    assert people_in(after, photo(orientation)) == {
        name: pytest.approx(turned(box, orientation), abs=1e-5) for name, box in BOXES.items()
    }


def untouched(before: bytes, after: bytes) -> bool:
    """Tell whether every byte of a packet is still there, in order, with others put between."""
    matcher = SequenceMatcher(None, before.decode(), after.decode(), autojunk=False)
    return all(tag in ("equal", "insert") for tag, *_ in matcher.get_opcodes())


def test_all_else_in_a_packet_stays_as_it_is_byte_by_byte() -> None:
    odd = (
        b'\xef\xbb\xbf<?xml version="1.0"?><!-- a > b -->\r\n<x:xmpmeta  xmlns:x = "adobe:ns:meta/"\n\t>'
        b"<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'>\r\n"
        b"<rdf:Description q:note='5 > 4 &#10; &quot;' xmlns:q='urn:q' rdf:about=''/>"
        b'<rdf:Description rdf:about=""><?pi <odd/> ?><q:a xmlns:q="urn:r"><![CDATA[</q:a>]]>&#13;</q:a>'
        b"</rdf:Description></rdf:RDF></x:xmpmeta>\n\n   \n<?xpacket end='w'?>"
    )
    after = with_people(odd, [*PEOPLE, Named("Zoë")], photo())
    assert people_in(after, photo()) == {**BOXES, "Zoë": None}
    start, end = after.index(b"<mwg-rs:Regions"), after.rindex(b"</dc:subject>") + len(b"</dc:subject>")
    around = (after[:start].rstrip() + after[end:].lstrip()).replace(b"></rdf:Description><rdf:Desc", b"/><rdf:Desc")
    assert around == odd
    assert other_values(after) == other_values(odd)


def other_values(raw: bytes) -> list[tuple[str, str, list[tuple[str, str]]]]:
    root: Element = fromstring(raw)
    return [
        (element.tag, (element.text or "").strip(), sorted(element.attrib.items()))
        for element in root.iter()
        if isinstance(element.tag, str) and "urn:" in element.tag + "".join(element.attrib)
    ]


@pytest.mark.parametrize("style", ["digikam", "lightroom", "picasa", "windows", "apple"])
def test_a_region_around_a_face_gets_the_face_s_name_and_keeps_its_box(style: str) -> None:
    raw = STYLES[style](80, 60)
    people = [Named('Alicia "Al" & <Co>', (0.12, 0.24, 0.28, 0.46)), PEOPLE[1]]
    after = with_people(raw, people, photo())
    found = people_in(after, photo())
    assert found == {
        clean_name(people[0].name): pytest.approx(BOXES["Alice"] if style != "windows" else people[0].box, abs=1e-5),
        "Bob": BOXES["Bob"],
    }
    assert b"Alice<" not in after and b'"Alice"' not in after and b"/Alice" not in after and b"|Alice" not in after
    assert with_people(after, people, photo()) == after
    for kept in (b"apple-fi:FaceID", b"mwg-rs:Rotation", b"crs:Exposure2012", b"Places|Paris", b"Focus", b"ffffffff"):
        assert (kept in after) == (kept in raw)


def test_a_face_that_had_no_name_gets_one_in_any_spelling() -> None:
    nobody = Named("Carla", (0.4, 0.65, 0.6, 0.95))
    after = with_people(picasa(80, 60), [*PEOPLE, nobody], photo())
    assert people_in(after, photo())["Carla"] == pytest.approx(nobody.box)
    assert after.count(b"<mwg-rs:Type>Face") == 4  # no region was added
    unnamed = lightroom(80, 60).replace(b'mwg-rs:Name="Bob" ', b"")
    assert people_in(with_people(unnamed, PEOPLE, photo()), photo()) == BOXES
    unnamed = windows(80, 60).replace(b'MPReg:PersonDisplayName="Bob" ', b"")
    assert people_in(with_people(unnamed, PEOPLE, photo()), photo()) == BOXES


def test_somebody_whom_haven_does_not_know_stays_and_who_is_not_there_goes() -> None:
    raw = digikam(80, 60)
    alice = [PEOPLE[0]]
    assert people_in(with_people(raw, alice, photo()), photo()) == BOXES
    after = with_people(raw, alice, photo(), gone={"bob"})
    assert people_in(after, photo()) == {"Alice": BOXES["Alice"]}
    assert b"Bob" not in after
    nobody = with_people(raw, [], photo(), gone={"bob", "alice"})
    assert people_in(nobody, photo()) == {}
    assert b"Bag" not in nobody and b"Seq" not in nobody  # programs complain of empty lists
    # Whoever is in it is not gone, whatever their former names were.
    assert people_in(with_people(raw, PEOPLE, photo(), gone={"bob"}), photo()) == BOXES


def test_a_person_who_is_elsewhere_moves() -> None:
    people = [Named("Alice", BOXES["Bob"]), Named("Bob", BOXES["Alice"])]
    assert people_in(with_people(digikam(80, 60), people, photo()), photo()) == {
        "Alice": BOXES["Bob"],
        "Bob": BOXES["Alice"],
    }
    moved = Named("Alice", (0.3, 0.7, 0.4, 0.9))
    assert people_in(with_people(digikam(80, 60), [moved], photo()), photo())["Alice"] == moved.box


def test_a_keyword_of_the_owner_s_own_stays() -> None:
    own = "<dc:subject><rdf:Bag><rdf:li>Bob</rdf:li><rdf:li>sea</rdf:li></rdf:Bag></dc:subject>"
    raw = packet(own, attributes='xmlns:dc="http://purl.org/dc/elements/1.1/"')
    assert parse_xmp(with_people(raw, [], photo(), gone={"bob"}), [])["dc:subject"] == ["Bob", "sea"]
    written = with_people(raw, [Named("Zoë")], photo())
    assert parse_xmp(written, [])["dc:subject"] == ["Bob", "sea", "Zoë"]
    assert parse_xmp(with_people(written, [], photo(), gone={"zoë"}), [])["dc:subject"] == ["Bob", "sea"]


def test_a_single_text_becomes_a_list() -> None:
    ext = 'xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"'
    raw = packet("<Iptc4xmpExt:PersonInImage>Carl</Iptc4xmpExt:PersonInImage>", attributes=ext)
    assert people_in(with_people(raw, [Named("Zoë")], photo()), photo()) == {"Carl": None, "Zoë": None}


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (digikam(80, 60)[:-60], "damaged"),
        (b"", "damaged"),
        (b"not XML", "damaged"),
        (b"<!DOCTYPE x [<!ENTITY e 'x'>]><x>&e;</x>", "damaged"),
        (b"<plist/>", "not XMP"),
        (b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"/>', "not XMP"),
        (digikam(80, 60).decode().encode("utf-16"), "UTF-8"),
        (b'<?xml version="1.0" encoding="latin-1"?>' + digikam(80, 60)[60:], "UTF-8"),
        (digikam(60, 80), "before it was cropped"),
        (b"<a>" * 600 + b"</a>" * 600, "damaged"),
    ],
)
def test_what_cannot_be_changed_safely_is_left_and_said(raw: bytes, words: str) -> None:
    with pytest.raises(NotEditable, match=words):
        with_people(raw, PEOPLE, photo())


@settings(deadline=None, max_examples=times(30, 150))
@given(
    st.sampled_from(sorted(STYLES)),
    st.lists(st.tuples(st.text(max_size=12), st.one_of(st.none(), st.sampled_from(PLACES))), max_size=5),
    st.integers(1, 8),
    st.sets(st.sampled_from(["alice", "bob", ""])),
)
def test_any_names_in_any_packet(
    style: str, people: list[tuple[str, Box | None]], orientation: int, gone: set[str]
) -> None:
    named = [Named(*person) for person in people]
    for raw in (EMPTY, STYLES[style](80, 60)):
        after = with_people(raw, named, photo(orientation), gone)
        assert {clean_name(person.name).casefold() for person in named} - {""} <= {
            name.casefold() for name in people_in(after, photo(orientation))
        }
        assert with_people(after, named, photo(orientation), gone) == after


@settings(deadline=None, max_examples=times(40, 200))
@given(st.sampled_from(sorted(STYLES)), st.integers(0, 4000), st.integers(0, 40), st.binary(max_size=4))
def test_a_damaged_packet_is_refused_or_stays_whole(style: str, at: int, length: int, piece: bytes) -> None:
    raw = STYLES[style](80, 60)
    raw = raw[: at % len(raw)] + piece + raw[at % len(raw) + length :]
    try:
        after = with_people(raw, PEOPLE, photo())
    except NotEditable:
        return
    Draft(after)


def test_a_prefix_that_stands_for_something_else_is_left_to_it() -> None:
    raw = (
        b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        b'<rdf:Description xmlns:xmp="urn:other" xmp:Mine="1"/></rdf:RDF></x:xmpmeta>'
    )
    starred, _ = with_texts(raw, {"xmp:Rating": "5"}, {}, {}, Wrote())
    assert parse_xmp(starred, problems := []) == {"xmp:Rating": "5"}
    assert not problems
    assert b'xmlns:xmp="urn:other" xmp:Mine="1"' in starred
