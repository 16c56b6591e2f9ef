"""Names that other programs gave name people here, without any work."""

import subprocess
import sys
from pathlib import Path

import pytest
from helpers.home import Home
from helpers.packets import BOXES, STYLES, digikam, lightroom, packet
from PIL import Image

from haven_faces.names import NamesAnalyzer
from haven_fs.analysis.analyzer import Facts, Metadata, Region, Sample
from haven_fs.library.xmp import parse_xmp
from haven_fs.testing import make_photo

EXT = 'xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/" xmlns:lr="http://ns.adobe.com/lightroom/1.0/"'


def named(raw: bytes, **more: object) -> Facts:
    values = {"kind": "image", "format": "jpeg", "width": 80, "height": 60, **more}
    metadata = Metadata(**values)  # type: ignore[arg-type]
    metadata.xmp = parse_xmp(raw, metadata.problems)
    (facts,) = NamesAnalyzer().analyze([Sample(Path("/library/a.jpg"), 0.0, metadata)])
    return facts


def people(regions: list[Region]) -> dict[str | None, object]:
    assert all(region.kind == "face" and region.part is None for region in regions)
    return {r.name: r.box and tuple(round(side, 4) for side in r.box) for r in regions}


@pytest.mark.parametrize("style", STYLES)
def test_one_region_a_person_whatever_wrote_it(style: str) -> None:
    facts = named(STYLES[style](80, 60))
    assert people(facts.regions) == BOXES
    assert len(facts.regions) == 2
    assert facts.problems == []


def test_a_name_counts_once_with_its_place_if_one_is_known() -> None:
    listed = "<Iptc4xmpExt:PersonInImage><rdf:Bag><rdf:li>ALICE</rdf:li><rdf:li>Zoë</rdf:li></rdf:Bag>"
    keywords = "<lr:hierarchicalSubject><rdf:Bag><rdf:li>People|zoë</rdf:li><rdf:li>Sea</rdf:li></rdf:Bag>"
    more = f"{listed}</Iptc4xmpExt:PersonInImage>{keywords}</lr:hierarchicalSubject>"
    raw = digikam(80, 60).replace(b"<mwg-rs:Regions", more.encode() + b"<mwg-rs:Regions")
    facts = named(raw.replace(b"xmlns:digiKam", EXT.encode() + b" xmlns:digiKam"))
    assert people(facts.regions) == {**BOXES, "Zoë": None}


def test_two_names_for_one_place_are_the_first() -> None:
    raw = digikam(80, 60).replace(b'MPReg:PersonDisplayName="Alice"', b'MPReg:PersonDisplayName="Alicia"')
    assert people(named(raw).regions) == BOXES


def test_places_of_another_shape_leave_the_names_and_a_sentence() -> None:
    facts = named(digikam(60, 80), orientation=1)
    assert people(facts.regions) == {"Alice": None, "Bob": None}
    assert len(facts.problems) == 1 and "before it was cropped or turned" in facts.problems[0]


def test_people_outside_the_picture_leave_a_sentence() -> None:
    facts = named(digikam(80, 60).replace(b'stArea:x="0.7"', b'stArea:x="7"').replace(b"0.6, 0.1", b"6, 0.1"))
    assert people(facts.regions) == {"Alice": BOXES["Alice"], "Bob": None}
    assert len(facts.problems) == 1 and "outside" in facts.problems[0]


def test_in_a_video_people_have_no_place() -> None:
    assert people(named(digikam(80, 60), kind="video", format="mp4").regions) == {"Alice": None, "Bob": None}


def test_nobody_is_nobody() -> None:
    listed = "".join(f"<rdf:li>{name}</rdf:li>" for name in ("Unknown", " ", "Person 4", "ffffffffffffffff"))
    raw = packet(f"<Iptc4xmpExt:PersonInImage><rdf:Bag>{listed}</rdf:Bag></Iptc4xmpExt:PersonInImage>", attributes=EXT)
    assert named(raw).regions == []
    assert named(b"").regions == []


def test_sidecars_of_every_habit_name_people_and_outrank_the_file(home: Home) -> None:
    xmp = lightroom(64, 48).replace(b'mwg-rs:Name="Bob"', b'mwg-rs:Name="Bert"')
    home.add("beside.jpg")
    (home.root / "beside.xmp").write_bytes(xmp)
    home.add("whole.jpg")
    (home.root / "whole.jpg.xmp").write_bytes(digikam(64, 48))
    inside = make_photo(home.root / "inside.jpg")
    with Image.open(inside) as image:
        image.save(home.root / "both.jpg", xmp=digikam(64, 48))
        image.transpose(Image.Transpose.ROTATE_90).save(inside, xmp=digikam(48, 64))
    (home.root / "both.jpg.xmp").write_bytes(xmp)
    home.index()
    rows = home.query(
        "SELECT o.shown, q.name, f.left, f.top FROM face f JOIN person q ON q.id = f.person_id JOIN original o"
        " ON o.photo_id = f.photo_id WHERE o.role = 'main' ORDER BY o.shown, q.name"
    )
    assert rows == [
        ("beside.jpg", "Alice", 0.1, 0.2),
        ("beside.jpg", "Bert", 0.6, 0.1),
        ("both.jpg", "Alice", 0.1, 0.2),
        ("both.jpg", "Bert", 0.6, 0.1),
        ("inside.jpg", "Alice", 0.1, 0.2),
        ("inside.jpg", "Bob", 0.6, 0.1),
        ("whole.jpg", "Alice", 0.1, 0.2),
        ("whole.jpg", "Bob", 0.6, 0.1),
    ]


def test_the_analyzer_of_names_loads_nothing_heavy() -> None:

    code = (
        "import sys, haven_faces.names; sys.exit(any(m in sys.modules for m in ('numpy', 'cv2', 'onnxruntime', 'PIL')))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
