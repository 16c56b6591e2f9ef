"""From pictures to regions with a pack of a few numbers: what is found where, in which order, and with which vector."""

from pathlib import Path

import numpy as np
import pytest
from helpers.home import Home, plugins
from helpers.tiny_faces import DIM, draw_faces, tiny_faces
from PIL import Image

from haven_faces.analyzer import FacesAnalyzer
from haven_faces.finding import MOST_FACES, find_faces
from haven_faces.model import ChosenFaces, chosen_faces
from haven_fs.analysis.analyzer import Facts, Metadata, Sample
from haven_fs.analysis.indexer import Indexer
from haven_fs.analysis.worker import _embeddings, _stored
from haven_models.faces import open_face_pack
from haven_models.store import model_store


@pytest.fixture
def analyzer(tmp_path: Path) -> FacesAnalyzer:
    return FacesAnalyzer(ChosenFaces(tiny_faces(tmp_path / "tiny"), "tiny-1", 0.5))


def sample(*frames: Image.Image) -> Sample:
    return Sample(Path("a.jpg"), 0.0, Metadata("image", "jpeg"), picture=frames[0], frames=frames)


def vectors(facts: Facts) -> np.ndarray:
    return np.array([np.frombuffer(one.data, "<f2") for one in facts.embeddings], np.float32)


def test_faces_are_regions_with_vectors(analyzer: FacesAnalyzer) -> None:
    one, none, two = analyzer.analyze(
        [
            sample(draw_faces((640, 320), (4, 2))),
            sample(draw_faces((640, 320))),
            sample(draw_faces((640, 320), (1, 1), (10, 7))),
        ]
    )
    assert none == Facts()
    (region,) = one.regions
    assert region.kind == "face"
    assert region.box == pytest.approx((128 / 640, 64 / 320, 160 / 640, 96 / 320), abs=0.001)
    assert (region.frame, region.part, region.name) == (0, 0, None)
    details = region.details
    assert details["pixels"] == pytest.approx(32, abs=0.5)
    assert details["score"] > 0.99
    assert details["yaw"] == pytest.approx(0, abs=2)
    assert details["roll"] == pytest.approx(0, abs=2)
    assert 0 <= details["quality"] <= 1
    marks = np.array(details["landmarks"]).reshape(5, 2) * (640, 320)
    assert ((marks > (128, 64)) & (marks < (160, 96))).all()
    assert [region.part for region in two.regions] == [0, 1]
    for facts in (one, two):
        found = vectors(facts)
        assert found.shape == (len(facts.regions), DIM)
        assert np.allclose(np.linalg.norm(found, axis=1), 1, atol=2e-3)
        assert {embedding.space for embedding in facts.embeddings} == {analyzer.space} == {"faces:tiny-1"}
        _stored(facts), _embeddings(facts)  # what the catalog takes


def test_a_batch_gives_what_each_alone_gives(analyzer: FacesAnalyzer) -> None:
    pictures = [
        draw_faces((320, 320), *[(column, row) for column in range(1, 1 + n)]) for row, n in enumerate((3, 0, 7))
    ]
    together = analyzer.analyze([sample(picture) for picture in pictures])
    alone = [analyzer.analyze([sample(picture)])[0] for picture in pictures]
    assert [facts.regions for facts in together] == [facts.regions for facts in alone]
    for one, other in zip(together, alone, strict=True):
        assert np.allclose(vectors(one).reshape(-1, DIM), vectors(other).reshape(-1, DIM), atol=2e-3)


def test_frames_of_a_video_are_numbered(analyzer: FacesAnalyzer) -> None:
    still = draw_faces((320, 224), (3, 2))
    (facts,) = analyzer.analyze([sample(still, draw_faces((320, 224)), still, draw_faces((320, 224), (2, 2), (6, 3)))])
    assert [(region.frame, region.part) for region in facts.regions] == [(0, 0), (2, 1), (3, 2), (3, 3)]
    assert len(facts.embeddings) == 4


def test_a_crowd_is_cut_off(tmp_path: Path) -> None:
    pack = open_face_pack(tiny_faces(tmp_path / "tiny"), threads=1)
    crowd = draw_faces((640, 480), *[(column, row) for column in range(0, 20, 1) for row in range(0, 15, 2)])
    assert len(pack.detect(crowd)) > MOST_FACES
    assert len(find_faces(pack, crowd)) == MOST_FACES


@pytest.mark.parametrize("size", [(1, 1), (5, 400), (3000, 2), (33, 33), (64, 64)])
def test_pictures_of_odd_sizes_have_no_faces(analyzer: FacesAnalyzer, size: tuple[int, int]) -> None:
    assert analyzer.analyze([sample(Image.new("RGB", size, (90, 90, 90)))]) == [Facts()]


def test_a_panorama_is_not_shrunk_to_nothing(tmp_path: Path) -> None:
    pack = open_face_pack(tiny_faces(tmp_path / "tiny"), threads=1)
    wide = draw_faces((1280, 192), (1, 1), (20, 3), (38, 4))
    assert find_faces(pack, wide).boxes[:, 0].tolist() == pytest.approx([32, 640, 1216], abs=1)


def test_from_disk_to_catalog(tmp_path: Path) -> None:
    home = Home(tmp_path, settings={"index.workers": 1})
    try:
        tiny_faces(tmp_path / "tiny")
        model_store(home.settings).add("faces", tmp_path / "tiny")
        chosen = chosen_faces(home.settings)
        assert chosen is not None
        assert plugins().analyzers(home.settings)["faces"].version == chosen.version
        home.root.mkdir(exist_ok=True)
        draw_faces((640, 320), (4, 2), (9, 5)).save(home.root / "a.png")
        home.add_library()
        indexer = Indexer(home.catalog, plugins(), home.settings)
        indexer.run()
        assert indexer.counts().pending == 0
        assert home.catalog.vectors.store.spaces()[chosen.space].rows == 2
        with home.catalog.read() as db:
            (failed,) = db.execute("SELECT count(*) FROM analysis WHERE failed IS NOT NULL").fetchone()
        assert failed == 0
    finally:
        home.close()
