"""What sidecars say: which of several counts, and for what."""

from pathlib import Path

import pytest

from haven_fs.library.beside import LONGEST, read_beside, read_sidecar
from haven_fs.library.headers import Metadata

SPACES = (
    'xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:exif="http://ns.adobe.com/exif/1.0/"'
    ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/"'
)


def written(path: Path, said: str) -> tuple[Path, str]:
    """Write a sidecar that has these attributes."""
    rdf = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
    path.write_text(f'<rdf:RDF xmlns:rdf="{rdf}"><rdf:Description rdf:about="" {SPACES} {said}/></rdf:RDF>')
    return path, "xmp"


def test_the_one_that_names_the_whole_file_counts_field_by_field(tmp_path: Path) -> None:
    short = written(tmp_path / "I.xmp", 'xmp:Rating="1" dc:title="from the stem"')
    whole = written(tmp_path / "i.JPG.xmp", 'xmp:Rating="5"')
    wanted = {"xmp:Rating": "5", "dc:title": "from the stem"}
    assert read_beside("I.jpg", [short, whole], []) == read_beside("I.jpg", [whole, short], []) == wanted


@pytest.mark.parametrize(
    ("more", "less"),
    [
        ('exif:GPSLatitude="52,31.2N" exif:GPSLongitude="13,24.3E"', 'exif:GPSLatitudeRef="S" exif:GPSAltitude="30/1"'),
        ('xmp:CreateDate="2001-02-03"', 'exif:DateTimeOriginal="1999-01-01" photoshop:DateCreated="1999-01-01"'),
    ],
)
def test_what_belongs_together_comes_from_one(tmp_path: Path, more: str, less: str) -> None:
    whole, short = written(tmp_path / "i.jpg.xmp", more), written(tmp_path / "i.xmp", less)
    assert read_beside("i.jpg", [whole, short], []) == read_beside("i.jpg", [whole], [])


def test_notes_are_of_the_sidecar_and_of_the_file_where_that_says_nothing() -> None:
    own = {"xmp:Rating": "1", "dc:title": "own", "xmp:CreateDate": "1999-01-01", "exif:GPSLatitudeRef": "S"}
    metadata = Metadata("image", "jpeg", xmp=own)
    assert metadata.notes == own
    metadata.beside = {"xmp:Rating": "4", "exif:DateTimeOriginal": "2001-02-03", "exif:GPSLatitude": "52.5"}
    assert metadata.notes == {**metadata.beside, "dc:title": "own"}
    assert (metadata.sidecar_dates, metadata.xmp_dates) == (["2001-02-03"], ["1999-01-01"])


def test_what_cannot_be_read_is_a_problem(tmp_path: Path) -> None:
    problems: list[str] = []
    assert read_sidecar(tmp_path / "missing.xmp", "xmp", problems) == {}
    (tmp_path / "long.xmp").write_bytes(b"<" * (LONGEST + 1))
    assert read_sidecar(tmp_path / "long.xmp", "xmp", problems) == {}
    assert len(problems) == 2 and "missing.xmp" in problems[0] and "too long" in problems[1]
    assert read_sidecar(tmp_path / "a.aae", "aae", problems) == {} and len(problems) == 2
