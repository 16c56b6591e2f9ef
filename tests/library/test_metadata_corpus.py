"""Real files: what is expected of them is read, and none of them makes a reader raise or chatter."""

import csv
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from haven_fs.analysis.analyzer import Metadata, Sample
from haven_fs.library.beside import read_sidecar
from haven_fs.library.headers import dates_in
from haven_fs.library.kinds import Kind
from haven_fs.library.metadata import Unreadable, read_metadata
from haven_fs.library.picture import open_picture
from haven_media.analyzer import MediaAnalyzer
from haven_time.analyzer import TimeAnalyzer

Read = Callable[[Path], Metadata]
KindOf = Callable[[Path], Kind]

# These have no size to be found: no other reader opens them either.
UNREADABLE = {
    "drew__AssertionError.PsdReader.extract.psd",
    "drew__IllegalArgumentException.HeifReader.processBoxes.heif",
    "drew__NegativeArraySizeException.ItemInfoBox.init.heif",
    "drew__Issue 419.rw2",
    "drew__SPADE.BMP",
    "drew__beach.jpg",
    "immich__2010.xmp",
    "pheif__corrupted.heic",
    "pheif__empty.heic",
}


def expected(corpus: Path) -> list[dict[str, str]]:
    text = (corpus / "places" / "EXPECTED.tsv").read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines(), delimiter="\t"))


def test_size_orientation_camera_and_time_are_as_expected(corpus: Path, read: Read) -> None:
    rows = expected(corpus)
    assert len(rows) >= 30
    wrong: list[tuple[object, ...]] = []
    for row in rows:
        path = corpus / "places" / row["file"]
        sample = Sample(path, path.stat().st_mtime, read(path))
        values = MediaAnalyzer().analyze([sample])[0].values
        got = [values.get(name) for name in ("width", "height", "orientation", "make", "model")]
        want: list[object] = [int(row["width"]), int(row["height"])]
        want += [int(row["orientation"]) if row["orientation"] not in ("", "None") else None]
        want += [row["make"] or None, row["model"] or None]
        if got != want:
            wrong.append((row["file"], got, want))
        if row["datetime_original"] not in ("", "None"):
            taken = datetime.strptime(row["datetime_original"], "%Y:%m:%d %H:%M:%S").replace(tzinfo=UTC)
            facts = TimeAnalyzer().analyze([sample])[0]
            if facts.values.get("taken") != taken.timestamp() or facts.values["taken_source"] != "exif":
                wrong.append((row["file"], facts, taken))
    assert not wrong


@pytest.mark.parametrize("folder", ["cameras", "odd", "places"])
def test_every_file_is_read_or_refused_with_a_sentence(
    corpus: Path, folder: str, kind_of: KindOf, capfd: pytest.CaptureFixture[str]
) -> None:
    refused = set()
    files = sorted(path for path in (corpus / folder).iterdir() if path.suffix != ".tsv")
    assert files
    for path in files:
        try:
            metadata = read_metadata(path, kind_of(path))
        except Unreadable as reason:
            assert str(reason).endswith(".") and len(str(reason)) > 10
            refused.add(path.name)
            continue
        assert metadata.width and metadata.height
        sample = Sample(path, path.stat().st_mtime, metadata)
        facts = [TimeAnalyzer().analyze([sample])[0], MediaAnalyzer().analyze([sample])[0]]
        assert all(problem.endswith(".") for fact in facts for problem in fact.problems)
        assert "taken" in facts[0].values
    assert refused == (UNREADABLE if folder == "odd" else set())
    assert capfd.readouterr() == ("", "")


def test_every_odd_file_gives_a_picture_or_a_sentence(
    corpus: Path, kind_of: KindOf, capfd: pytest.CaptureFixture[str]
) -> None:
    shown, refused = 0, set()
    for path in sorted((corpus / "odd").iterdir()):
        try:
            picture = open_picture(path, kind_of(path), 320)
        except Unreadable as reason:
            assert str(reason).endswith(".")
            refused.add(path.name)
            continue
        shown += 1
        assert picture.mode == "RGB" and max(picture.size) <= 320
    assert refused > UNREADABLE
    assert shown >= 55
    assert capfd.readouterr() == ("", "")


def test_a_200_megapixel_heic_shows_its_thumbnail(corpus: Path, kind_of: KindOf, read: Read) -> None:
    path = corpus / "odd" / "pheif__200MP.heic"
    assert (read(path).width, read(path).height) == (12240, 16320)
    picture = open_picture(path, kind_of(path))
    assert picture.size == (384, 512)


def test_a_bigtiff_gives_its_size(corpus: Path, read: Read) -> None:
    found = read(corpus / "odd" / "drew__BigTIFFMotorola.tif")
    assert (found.width, found.height) == (64, 64)


def test_videos_give_time_zone_turn_and_tags(corpus: Path, read: Read) -> None:
    found = read(corpus / "odd" / "drew__with-gps.mov")
    assert (found.width, found.height, found.orientation) == (568, 320, 6)
    assert found.duration == pytest.approx(4.0, abs=0.01)
    assert found.video["com.apple.quicktime.location.iso6709"].startswith("+32.0929+034.8620")
    facts = TimeAnalyzer().analyze([Sample(Path("x.mov"), 0.0, found)])[0]
    local = datetime(2019, 7, 24, 11, 25, 40, tzinfo=UTC).timestamp()
    assert facts.values == {"taken": local, "taken_offset": 180, "taken_source": "video"}


def test_a_video_s_xmp_is_read(corpus: Path, read: Read) -> None:
    found = read(corpus / "odd" / "drew__xmp480qt.mov")
    assert found.xmp["dc:subject"] == ["baltic", "sea", "timelapse"]
    facts = MediaAnalyzer().analyze([Sample(Path("x.mov"), 0.0, found)])[0]
    assert facts.values["caption"] == "Baltic sea timelapse description"
    assert {tag.name for tag in facts.tags} == {"baltic", "sea", "timelapse", "Videos"}


def test_a_utf_16_sidecar_is_read(corpus: Path) -> None:
    values = read_sidecar(corpus / "odd" / "immich__2010.xmp", "xmp", [])
    assert dates_in(values) == ["2010-09-27T14:35:33+02:00"]
