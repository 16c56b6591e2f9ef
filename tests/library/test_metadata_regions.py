"""Who is where, as photo programs write it: read in every spelling, turned upright, and never a reason to fail."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from helpers.effort import times
from helpers.packets import BOXES, STYLES, digikam, packet, windows
from helpers.programs import run
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from haven_fs.analysis.analyzer import Metadata
from haven_fs.library.beside import read_beside
from haven_fs.library.personnames import clean_name, people_in_keywords
from haven_fs.library.upright import turned, turned_back, upright
from haven_fs.library.xmp import parse_xmp
from haven_fs.testing import picture

Box = tuple[float, float, float, float]
WIDTH, HEIGHT = 80, 60
TURNS = {
    1: None,
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def said(raw: bytes, **more: object) -> Metadata:
    """Return the headers of a JPEG of 80 x 60 that says `raw`."""
    values = {"width": WIDTH, "height": HEIGHT, **more}
    metadata = Metadata("image", "jpeg", **values)  # type: ignore[arg-type]
    metadata.xmp = parse_xmp(raw, metadata.problems)
    return metadata


def boxes(metadata: Metadata) -> dict[str, Box | None]:
    found = {area.name: upright(area, metadata) for area in metadata.regions}
    return {name: box and tuple(round(side, 4) for side in box) for name, box in found.items()}  # type: ignore[misc]


def seen_by_pillow(box: Box, orientation: int) -> Box:
    """Return where a box is after Pillow has turned a picture with only that box in it."""
    image = Image.new("L", (WIDTH, HEIGHT))
    left, top, right, bottom = (round(side * size) for side, size in zip(box, (WIDTH, HEIGHT) * 2, strict=True))
    image.paste(255, (left, top, right, bottom))
    turn = TURNS[orientation]
    upright_ = image if turn is None else image.transpose(turn)
    found = upright_.getbbox()
    assert found
    sides = zip(found, upright_.size * 2, strict=True)
    return tuple(round(side / size, 4) for side, size in sides)  # type: ignore[return-value]


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_program_s_regions_are_found_in_the_upright_picture(style: str, orientation: int) -> None:
    metadata = said(STYLES[style](WIDTH, HEIGHT), orientation=orientation)
    assert boxes(metadata) == {name: seen_by_pillow(box, orientation) for name, box in BOXES.items()}
    assert metadata.problems == []


@pytest.mark.parametrize("orientation", range(1, 9))
def test_files_of_exiftool_are_read(orientation: int, tmp_path: Path, read: Callable[[Path], Metadata]) -> None:
    path = tmp_path / "a.jpg"
    picture(0, (WIDTH, HEIGHT)).save(path)
    area = "Area={X=0.2,Y=0.35,W=0.2,H=0.3,Unit=normalized}"
    regions = f"{{AppliedToDimensions={{W=80,H=60,Unit=pixel}},RegionList=[{{{area},Name=Älice & Co,Type=Face}}]}}"
    microsoft = r"{Regions=[{PersonDisplayName=Bob,Rectangle=0.6|, 0.1|, 0.2|, 0.3}]}"
    run(
        "exiftool",
        "-q",
        "-overwrite_original",
        f"-Orientation#={orientation}",
        f"-RegionInfo={regions}",
        f"-RegionInfoMP={microsoft}",
        "-PersonInImage=Zoë",
        str(path),
    )
    metadata = read(path)
    assert boxes(metadata) == {
        "Älice & Co": seen_by_pillow(BOXES["Alice"], orientation),
        "Bob": seen_by_pillow(BOXES["Bob"], orientation),
    }
    assert metadata.xmp["Iptc4xmpExt:PersonInImage"] == ["Zoë"]
    # And the program itself sees in the file what the packet said.
    shown = json.loads(run("exiftool", "-json", "-struct", "-RegionInfo", str(path)).stdout)[0]
    assert shown["RegionInfo"]["RegionList"][0]["Name"] == "Älice & Co"


@pytest.mark.parametrize("orientation", range(5, 9))
def test_regions_drawn_on_the_upright_picture_say_so_by_its_size(orientation: int) -> None:
    assert boxes(said(digikam(HEIGHT, WIDTH), orientation=orientation)) == BOXES


def test_a_sidecar_s_own_orientation_tells_how_it_was_drawn() -> None:
    raw = digikam(HEIGHT, WIDTH).replace(b"<mwg-rs:Regions", b"<tiff:Orientation>6</tiff:Orientation><mwg-rs:Regions")
    raw = raw.replace(b"xmlns:digiKam", b'xmlns:tiff="http://ns.adobe.com/tiff/1.0/" xmlns:digiKam')
    # Only the sidecar turns the picture; Haven goes by the file, so the boxes are turned back.
    expected = {name: tuple(round(side, 4) for side in turned_back(box, 6)) for name, box in BOXES.items()}
    assert boxes(said(raw, orientation=1)) == expected


@pytest.mark.parametrize(
    ("width", "height", "orientation"),
    [(HEIGHT, WIDTH, 1), (HEIGHT, WIDTH, 3), (80, 80, 1), (400, 100, 6)],
    ids=["turned for good", "upside down", "cropped square", "cropped wide"],
)
def test_boxes_of_a_picture_of_another_shape_are_left_out(width: int, height: int, orientation: int) -> None:
    assert boxes(said(digikam(width, height), orientation=orientation)) == {"Alice": None, "Bob": None}


def test_a_few_pixels_or_another_scale_make_no_other_shape() -> None:
    assert boxes(said(digikam(6000, 4000), width=6048, height=4024)) == BOXES
    assert boxes(said(digikam(800, 600))) == BOXES


def test_a_heic_turns_itself_and_its_regions_do_not_know() -> None:
    # Its size is known as turned, while EXIF and everybody's regions are of the sensor's picture.
    exif = {"Image Orientation": 6}
    expected = {name: seen_by_pillow(box, 6) for name, box in BOXES.items()}
    for raw in (digikam(WIDTH, HEIGHT), windows(WIDTH, HEIGHT)):
        assert boxes(said(raw, width=HEIGHT, height=WIDTH, orientation=1, exif=exif)) == expected
    raw = digikam(HEIGHT, WIDTH)
    assert boxes(said(raw, width=HEIGHT, height=WIDTH, orientation=1, exif=exif)) == BOXES


@pytest.mark.parametrize("orientation", range(1, 9))
def test_turning_there_and_back(orientation: int) -> None:
    box = (0.125, 0.25, 0.375, 0.625)
    assert turned(box, orientation) == seen_by_pillow_exactly(box, orientation)
    assert turned_back(turned(box, orientation), orientation) == box


def seen_by_pillow_exactly(box: Box, orientation: int) -> Box:
    corners = {1: box, 2: (0.625, 0.25, 0.875, 0.625), 3: (0.625, 0.375, 0.875, 0.75), 4: (0.125, 0.375, 0.375, 0.75)}
    corners |= {5: (0.25, 0.125, 0.625, 0.375), 6: (0.375, 0.125, 0.75, 0.375), 7: (0.375, 0.625, 0.75, 0.875)}
    return (corners | {8: (0.25, 0.625, 0.625, 0.875)})[orientation]


MWG = (
    'xmlns:m="http://www.metadataworkinggroup.com/schemas/regions/" xmlns:a="http://ns.adobe.com/xmp/sType/Area#"'
    ' xmlns:s="http://ns.adobe.com/xap/1.0/sType/Dimensions#"'
)


def one(area: str, name: str = "Alice", more: str = "") -> bytes:
    item = f'<rdf:li m:Name="{name}"><m:Area {area}/></rdf:li>'
    return packet(
        f"<m:Regions>{more}<m:RegionList><rdf:Bag>{item}</rdf:Bag></m:RegionList></m:Regions>", attributes=MWG
    )


@pytest.mark.parametrize(
    ("area", "box"),
    [
        ('a:x="0.2" a:y="0.35" a:w="0.2" a:h="0.3"', BOXES["Alice"]),
        ('a:x="0,2" a:y="0,35" a:w="0,2" a:h="0,3"', BOXES["Alice"]),  # a German digiKam of old
        ('a:x="16" a:y="21" a:w="16" a:h="18" a:unit="pixel"', BOXES["Alice"]),
        ('a:x="0" a:y="0.9" a:w="0.2" a:h="0.4"', (0.0, 0.7, 0.1, 1.0)),  # clipped
        ('a:x="0.5" a:y="0.5" a:w="1" a:h="1"', None),  # Windows Phones mark the whole picture
        ('a:x="0.5" a:y="0.5" a:w="0" a:h="0"', None),  # a point
        ('a:x="0.5" a:y="0.5" a:d="0.1"', None),
        ('a:x="3" a:y="0.5" a:w="0.1" a:h="0.1"', None),
        ('a:x="nan" a:y="inf" a:w="1e999" a:h="0.1"', None),
        ('a:x="0.5" a:y="0.5" a:w="-0.5" a:h="0.1"', None),
        ('a:x="" a:y="y" a:w="1_0" a:h="0x1"', None),
        ("", None),
    ],
)
def test_areas_that_are_odd(area: str, box: Box | None) -> None:
    assert boxes(said(one(area))) == {"Alice": box}


def test_pixels_are_of_the_size_that_regions_give() -> None:
    size = '<m:AppliedToDimensions s:w="800" s:h="600"/>'
    area = 'a:x="160" a:y="210" a:w="160" a:h="180" a:unit="pixel"'
    assert boxes(said(one(area, more=size))) == {"Alice": BOXES["Alice"]}


def test_a_place_that_makes_no_sense_is_said_once() -> None:
    metadata = said(one('a:x="nan" a:y="1" a:w="1" a:h="1"'))
    assert len(metadata.problems) == 1 and "make no sense" in metadata.problems[0]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("  Anna\tMaria \n", "Anna Maria"),
        ("Ann\u0000a\u202e\ufeff", "Ann a"),
        ("Jose\u0301", "José"),
        ("👩‍👧 שרה", "👩‍👧 שרה"),
        ("Unknown", ""),
        ("unknown person", ""),
        ("ffffffffffffffff", ""),
        ("Person 12", ""),
        ("Unbekannt", ""),
        ("   ", ""),
        ("x" * 5000, "x" * 200),
        ("Ann\ud800a", "Anna"),
    ],
)
def test_names(text: str, name: str) -> None:
    assert clean_name(text) == name


def test_people_among_keywords() -> None:
    paths = ["People|Family|Alice", "People|Family", "People|Bob", "Places|Paris", "People", "Personen|Jürgen", "Bob"]
    assert people_in_keywords(paths, "|") == ["Alice", "Bob", "Jürgen"]
    assert people_in_keywords(["People/Friends", "People/Unknown", "People/", "/", "", "people/ann"], "/") == ["ann"]


def test_a_crowd_is_bounded() -> None:
    item = '<rdf:li m:Name="P{0}x"><m:Area a:x="0.5" a:y="0.5" a:w="0.1" a:h="0.1"/></rdf:li>'
    items = "".join(item.format(number) for number in range(5000))
    raw = packet(f"<m:Regions><m:RegionList><rdf:Bag>{items}</rdf:Bag></m:RegionList></m:Regions>", attributes=MWG)
    metadata = said(raw)
    assert len(metadata.regions) == 500
    assert len(metadata.problems) == 1 and "500" in metadata.problems[0]


def test_a_sidecar_s_regions_are_read_too(tmp_path: Path) -> None:
    path = tmp_path / "a.xmp"
    path.write_bytes(digikam(WIDTH, HEIGHT))
    metadata = Metadata("image", "jpeg", WIDTH, HEIGHT)
    metadata.beside = read_beside("a.jpg", [(path, "xmp")], metadata.problems)
    assert boxes(metadata) == BOXES


PIECES = st.sampled_from(
    [
        b"<rdf:li>", b"</rdf:li>", b"<rdf:Bag>", b"</rdf:Bag>", b"<mwg-rs:Regions>", b"</mwg-rs:Regions>",
        b"<rdf:Seq/>", b"\0",
        b'mwg-rs:Name=""', b"<mwg-rs:RegionList/>", b'stArea:x="-1e308"', b'rdf:parseType="Literal"', b"<!-- -->",
        b'stDim:w="0"', b'stDim:h="-3"', b"<![CDATA[", b"]]>", b"&amp;", b"&lt;", b'"', b"<", b"\xff", b"1e400", b",,,",
        b'xml:lang="de"', b'rdf:resource="x"', b"<rdf:Description/>", b"<mwg-rs:Name>", b"0.5", b"9" * 400,
    ]
)  # fmt: skip


@settings(deadline=None, max_examples=times(60, 300))
@given(
    st.sampled_from(sorted(STYLES)),
    st.lists(st.tuples(st.integers(0, 4000), st.integers(0, 60), PIECES), max_size=6),
    st.integers(1, 8),
)
def test_damage_of_any_kind_never_raises(style: str, cuts: list[tuple[int, int, bytes]], orientation: int) -> None:
    raw = STYLES[style](WIDTH, HEIGHT)
    for at, length, piece in cuts:
        at %= len(raw)
        raw = raw[:at] + piece + raw[at + length :]
    look_at(raw, orientation)


NAMES = st.sampled_from(
    ["Regions", "RegionList", "Area", "Name", "Type", "AppliedToDimensions", "x", "y", "w", "h", "unit", "RegionInfo",
     "Rectangle", "PersonDisplayName", "ImageRegion", "RegionBoundary", "rbShape", "rbX", "rbVertices", "RCtype",
     "PersonInImage", "li", "Bag", "Seq", "Alt", "Description", "DLYArea", "value"]
)  # fmt: skip
SPACES = st.sampled_from(["rdf", "m", "a", "s", "p", "q", "r", "e", "c"])
TEXTS = st.sampled_from(
    ["", "0.5", "face", "Alice", "nan", "pixel", "circle", "polygon", "0.1,0.2,0.3,0.4", "-1", "human"]
)
ELEMENTS = st.recursive(
    st.builds(lambda p, n, t: f"<{p}:{n}>{t}</{p}:{n}>", SPACES, NAMES, TEXTS),
    lambda inner: st.builds(
        lambda p, n, q, m, t, children: f'<{p}:{n} {q}:{m}="{t}">{"".join(children)}</{p}:{n}>',
        SPACES, NAMES, SPACES, NAMES, TEXTS, st.lists(inner, max_size=4),
    ),
    max_leaves=30,
)  # fmt: skip
ALL = (
    f'{MWG} xmlns:p="http://ns.microsoft.com/photo/1.2/" xmlns:q="http://ns.microsoft.com/photo/1.2/t/RegionInfo#"'
    ' xmlns:r="http://ns.microsoft.com/photo/1.2/t/Region#" xmlns:e="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"'
    ' xmlns:c="http://ns.acdsee.com/regions/"'
)


@settings(deadline=None, max_examples=times(60, 300))
@given(st.lists(ELEMENTS, min_size=1, max_size=4), st.integers(1, 8))
def test_any_nesting_of_the_right_words_never_raises(elements: list[str], orientation: int) -> None:
    look_at(packet(*elements, attributes=ALL), orientation)


def look_at(raw: bytes, orientation: int) -> None:
    metadata = said(raw, orientation=orientation)
    for area in metadata.regions:
        box = upright(area, metadata)
        assert area.name == clean_name(area.name) != ""
        assert box is None or (0 <= box[0] < box[2] <= 1 and 0 <= box[1] < box[3] <= 1)
    assert all(problem.endswith(".") for problem in metadata.problems)


@pytest.mark.parametrize("tag", ["rdf:Description", "rdf:li", "m:Regions"])
def test_a_packet_nested_without_end_ends(tag: str) -> None:
    depth = 20000
    look_at(packet(f"<{tag}>" * depth + f"</{tag}>" * depth, attributes=MWG), 1)
