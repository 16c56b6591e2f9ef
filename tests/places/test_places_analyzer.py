"""The analyzer turns a batch of samples into positions and tags, in order."""

import pickle
from pathlib import Path

import pytest
from helpers.little_places import PARIS, little_places

from haven_fs.analysis.analyzer import Analyzer, Metadata, Sample, Tag
from haven_fs.config import load_settings
from haven_places.analyzer import PlacesAnalyzer


def sample(location: str | None) -> Sample:
    video = {"location": location} if location else {}
    return Sample(Path("clip.mp4"), 0.0, Metadata("video", "mp4", video=video))


@pytest.fixture(autouse=True)
def little(monkeypatch: pytest.MonkeyPatch) -> None:
    """A little table, which is made at once and is in no release of a package."""
    monkeypatch.setattr("haven_places.sources.read_places", little_places)


def test_a_batch(tmp_path: Path) -> None:
    analyzer = PlacesAnalyzer({"data_dir": str(tmp_path), "language": "en"})
    assert isinstance(analyzer, Analyzer)
    locations = ["+48.8584+002.2945/", None, "+32.0-045.0/", "+95+000/", "+33.65-095.54/"]
    paris, unplaced, sea, nonsense, texas = analyzer.analyze([sample(location) for location in locations])
    assert paris.values == {"latitude": 48.8584, "longitude": 2.2945}
    assert paris.tags == [Tag("country", "FR", "France"), Tag("place", PARIS, "Paris", parent="FR")]
    assert (unplaced.values, unplaced.tags, unplaced.problems) == ({}, [], [])
    assert sea.values == {"latitude": 32.0, "longitude": -45.0}
    assert sea.tags == []
    assert nonsense.values == {}
    assert len(nonsense.problems) == 1
    assert Tag("place", "2", "Paris (US-TX)", parent="US") in texas.tags
    assert pickle.loads(pickle.dumps(paris)) == paris


def test_no_positions_open_no_table(tmp_path: Path) -> None:
    analyzer = PlacesAnalyzer({"data_dir": str(tmp_path), "language": "en"})
    assert analyzer.analyze([]) == []
    analyzer.analyze([sample(None)])
    assert list(tmp_path.iterdir()) == []


def test_the_table_is_shared_by_data_folders(tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    for name in ("one", "another"):
        settings = {"data_dir": str(tmp_path / name), "cache_dir": str(shared), "language": "en"}
        (facts,) = PlacesAnalyzer(settings).analyze([sample("+41.8902+012.4922/")])
        assert Tag("country", "IT", "Italy") in facts.tags
    assert list(tmp_path.iterdir()) == [shared]


def test_the_data_folder_keeps_it_where_the_shared_one_cannot(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("a file where the folder should be")
    settings = {"data_dir": str(tmp_path / "data"), "cache_dir": str(tmp_path / "file" / "within")}
    (facts,) = PlacesAnalyzer(settings).analyze([sample("+41.8902+012.4922/")])
    assert Tag("country", "IT", "Italy") in facts.tags
    assert (tmp_path / "data" / "cache" / "places-en.npz").is_file()


def test_where_the_shared_folder_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HAVEN_CACHE", str(tmp_path / "shared"))
    assert load_settings(tmp_path, [])["cache_dir"] == str(tmp_path / "shared")
    monkeypatch.delenv("HAVEN_CACHE")
    own = load_settings(tmp_path, [])["cache_dir"]
    assert Path(own).is_absolute()
    assert not Path(own).is_relative_to(tmp_path)


def test_it_answers_without_settings() -> None:
    (facts,) = PlacesAnalyzer({}).analyze([sample("+41.8902+012.4922/")])
    assert Tag("country", "IT", "Italy") in facts.tags
