"""Real faces, really found, with the open pack: in any position, size and colour, and as InsightFace has them."""

import shutil
import warnings
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageOps

from haven_faces.analyzer import FacesAnalyzer
from haven_faces.finding import MOST_FACES, find_faces
from haven_faces.model import ChosenFaces
from haven_fs.analysis.analyzer import Facts, Metadata, Region, Sample
from haven_models.face_layout import YUNET_OUTPUTS, FaceLayout
from haven_models.faces import FacePack, open_face_pack

TURNS = [Image.Transpose.ROTATE_90, Image.Transpose.ROTATE_180, Image.Transpose.ROTATE_270]


@pytest.fixture(scope="module")
def folder(corpus: Path) -> Path:
    return corpus / "models/insightface/models/open"


@pytest.fixture(scope="module")
def pack(folder: Path) -> FacePack:
    return open_face_pack(folder, threads=1)


@pytest.fixture(scope="module")
def photos(corpus: Path) -> list[Image.Image]:
    return [Image.open(path).convert("RGB") for path in sorted(corpus.glob("faces/*/*.jpg"))]


def looked_at(folder: Path, pictures: Sequence[Image.Image]) -> list[Facts]:
    layout = FaceLayout(folder)
    analyzer = FacesAnalyzer(ChosenFaces(folder, layout.id, layout.same))
    metadata = Metadata("image", "jpeg")
    return analyzer.analyze([Sample(Path("a"), 0, metadata, picture=one, frames=[one]) for one in pictures])


def in_the_middle(facts: Facts) -> Region:
    """Return the face nearest to the middle; the corpus has the one that is named there."""
    boxed = [(region, np.array(region.box)) for region in facts.regions]
    return min(boxed, key=lambda one: float(np.abs((one[1][:2] + one[1][2:]) / 2 - 0.5).max()))[0]


def vector(facts: Facts, region: Region) -> np.ndarray:
    assert region.part is not None
    return np.frombuffer(facts.embeddings[region.part].data, "<f2").astype(np.float32)


@pytest.fixture(scope="module")
def found(folder: Path, photos: list[Image.Image]) -> list[Facts]:
    """What is said of all photos, in one batch."""
    return looked_at(folder, photos)


@pytest.fixture(scope="module")
def named(found: list[Facts]) -> np.ndarray:
    """The vectors of those who are named, (100, dim)."""
    return np.array([vector(facts, in_the_middle(facts)) for facts in found])


def test_every_face_is_found_where_it_is(found: list[Facts], named: np.ndarray) -> None:
    assert len(found) == 100
    for facts in found:
        region = in_the_middle(facts)
        assert region.box is not None
        left, top, right, bottom = region.box
        assert abs((left + right) / 2 - 0.5) < 0.1
        assert abs((top + bottom) / 2 - 0.5) < 0.1
        assert 0.25 < right - left < 0.6
        marks = np.array(region.details["landmarks"]).reshape(5, 2)
        assert ((marks > (left - 0.02, top)) & (marks < (right + 0.02, bottom))).all()
        assert marks[0, 0] < marks[1, 0], "the left eye is the one on the left"
        assert marks[:2, 1].max() < marks[3:, 1].min(), "eyes are above mouths"
    assert np.allclose(np.linalg.norm(named, axis=1), 1, atol=2e-3)
    assert np.median([in_the_middle(facts).details["quality"] for facts in found]) > 0.9


def test_vectors_tell_people_apart(named: np.ndarray) -> None:
    cosines = named @ named.T
    person = np.arange(100) // 10
    same = (person[:, None] == person) & ~np.eye(100, dtype=bool)
    other = person[:, None] != person
    better = (cosines[same][:, None] > cosines[other][None, ::7]).mean()
    assert better > 0.997


def test_the_same_as_insightface(folder: Path, photos: list[Image.Image], pack: FacePack) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of what it imports besides
        from insightface.app import FaceAnalysis

        app = FaceAnalysis(
            str(folder), allowed_modules=["detection", "recognition"], providers=["CPUExecutionProvider"]
        )
        app.prepare(0, det_size=(256, 256))
        for picture in photos[::10]:
            theirs = app.get(np.asarray(picture)[:, :, ::-1])
            ours = pack.detect(picture)
            assert len(theirs) == len(ours)
            assert np.allclose([one.bbox for one in theirs], ours.boxes, atol=0.6)  # a picture of 250 in one of 256
            assert np.allclose([one.kps for one in theirs], ours.points, atol=0.6)
            crops = pack.cut_out(picture, np.array([one.kps for one in theirs]))
            cosines = (pack.embed(crops) * [one.normed_embedding for one in theirs]).sum(axis=1)
            assert (cosines > 0.9999).all(), cosines


@pytest.mark.parametrize("turn", TURNS)
def test_photos_that_lie_or_stand_on_their_head(
    folder: Path, photos: list[Image.Image], named: np.ndarray, turn: Image.Transpose
) -> None:
    answers = looked_at(folder, [photo.transpose(turn) for photo in photos[::5]])
    cosines = [float(vector(facts, in_the_middle(facts)) @ named[5 * number]) for number, facts in enumerate(answers)]
    assert len(cosines) == 20
    assert sum(cosine > 0.8 for cosine in cosines) >= 18, cosines
    rolls = [in_the_middle(facts).details["roll"] for facts in answers]
    wanted = {TURNS[0]: -90, TURNS[1]: 180, TURNS[2]: 90}[turn]
    assert np.median([abs((roll - wanted + 180) % 360 - 180) for roll in rolls]) < 15


def test_gray_photos(folder: Path, photos: list[Image.Image], named: np.ndarray) -> None:
    answers = looked_at(folder, [ImageOps.grayscale(photo).convert("RGB") for photo in photos[::5]])
    cosines = [float(vector(facts, in_the_middle(facts)) @ named[5 * n]) for n, facts in enumerate(answers)]
    assert min(cosines) > 0.7


def test_tiny_pictures_and_faces_that_fill_them(folder: Path, photos: list[Image.Image], named: np.ndarray) -> None:
    tiny = looked_at(folder, [photo.resize((60, 60), Image.Resampling.BOX) for photo in photos[::5]])
    assert sum(bool(facts.regions) for facts in tiny) >= 19
    close = looked_at(folder, [photo.crop((70, 60, 180, 190)).resize((56, 66), 3) for photo in photos[::5]])
    assert sum(bool(facts.regions) for facts in close) >= 18
    huge = looked_at(folder, [photo.crop((70, 60, 180, 190)).resize((1083, 1280), 3) for photo in photos[::5]])
    cosines = [
        float(vector(facts, in_the_middle(facts)) @ named[5 * n]) for n, facts in enumerate(huge) if facts.regions
    ]
    assert sum(cosine > 0.6 for cosine in cosines) >= 18, cosines


def test_small_faces_of_large_pictures_keep_their_likeness(
    pack: FacePack, photos: list[Image.Image], named: np.ndarray
) -> None:
    picture = Image.new("RGB", (1280, 960), (120, 130, 120))
    for number in range(20):  # faces of about 40 pixels, 20 where the whole picture is looked over
        picture.paste(
            photos[5 * number].resize((96, 96), Image.Resampling.BOX), (number % 5 * 250 + 30, number // 5 * 230 + 40)
        )
    first, second = pack.detect(picture), find_faces(pack, picture)
    cosines = []
    for found in (first, second):
        middles = (found.boxes[:, :2] + found.boxes[:, 2:]) / 2
        wanted = [(number % 5 * 250 + 78, number // 5 * 230 + 88) for number in range(20)]
        nearest = [int(np.hypot(*(middles - middle).T).argmin()) for middle in wanted]
        assert len(set(nearest)) == 20
        vectors = pack.embed(pack.cut_out(picture, found.points[nearest]))
        cosines.append(float((vectors * named[::5]).sum(axis=1).mean()))
    assert cosines[1] > cosines[0] + 0.05, "a second look finds the points better"


def test_a_crowd_keeps_its_largest_faces(pack: FacePack, photos: list[Image.Image]) -> None:
    picture = Image.new("RGB", (1280, 1280))
    for number in range(144):
        photo = photos[number % 100].crop((60, 55, 190, 195))
        side = 100 if number % 2 else 70
        picture.paste(photo.resize((side, side), 3), (number % 12 * 106, number // 12 * 106))
    found = find_faces(pack, picture)
    assert len(found) > MOST_FACES * 0.9
    assert len(found) <= MOST_FACES
    widths = found.boxes[:, 2] - found.boxes[:, 0]
    assert (widths > 50).sum() > 65, "the 72 large ones are among them"


def test_a_panorama(folder: Path, photos: list[Image.Image], named: np.ndarray) -> None:
    wide = Image.new("RGB", (1280, 150), (140, 150, 160))
    for number in range(4):
        wide.paste(photos[25 * number].resize((120, 120), Image.Resampling.BOX), (number * 320 + 60, 15))
    (facts,) = looked_at(folder, [wide])
    regions = sorted(facts.regions, key=lambda region: region.box or ())
    assert len(regions) == 4
    assert all(float(vector(facts, one) @ named[25 * n]) > 0.6 for n, one in enumerate(regions))


def test_faces_at_the_border_stay_inside(folder: Path, photos: list[Image.Image]) -> None:
    answers = looked_at(folder, [photo.crop((125, 0, 250, 250)) for photo in photos[::5]])
    boxes = [region.box for facts in answers for region in facts.regions]
    assert boxes
    assert all(0 <= box[0] < box[2] <= 1 and 0 <= box[1] < box[3] <= 1 for box in boxes if box)


def test_no_faces_where_there_are_none(folder: Path, corpus: Path) -> None:
    rng = np.random.default_rng(5)
    noise = Image.fromarray(rng.integers(0, 255, (480, 640, 3), np.uint8))
    plain = Image.new("RGB", (1280, 960), (90, 120, 200))
    assert looked_at(folder, [noise, plain]) == [Facts(), Facts()]


def test_what_yunet_gives_is_read_as_scrfd_would(folder: Path, photos: list[Image.Image], tmp_path: Path) -> None:
    """The open pack's detector is YuNet with SCRFD's outputs built on; without these Haven reads it alike."""
    onnx = pytest.importorskip("onnx")
    model = onnx.load(folder / "yunet_n_as_scrfd.onnx")
    real, number = onnx.helper.make_tensor_value_info, onnx.TensorProto.FLOAT
    widths = {"cls": 1, "obj": 1, "bbox": 4, "kps": 10}
    outputs = [real(name, number, [1, None, widths[name.partition("_")[0]]]) for name in sorted(YUNET_OUTPUTS)]
    nodes = [node for node in model.graph.node if node.name]  # what was built on has no names
    graph = onnx.helper.make_graph(
        nodes, "yunet", [real("input", number, [1, 3, "h", "w"])], outputs, list(model.graph.initializer)
    )
    raw = onnx.helper.make_model(graph, opset_imports=model.opset_import, ir_version=model.ir_version)
    shutil.copytree(folder, tmp_path / "raw")
    (tmp_path / "raw/yunet_n_as_scrfd.onnx").unlink()
    onnx.save(raw, tmp_path / "raw/face_detection_yunet.onnx")
    pack, other = open_face_pack(folder, threads=1), open_face_pack(tmp_path / "raw", threads=1)
    for photo in photos[::20]:
        ours, theirs = pack.detect(photo), other.detect(photo)
        assert len(ours) == len(theirs) > 0
        assert np.allclose(ours.boxes, theirs.boxes, atol=0.05)
        assert np.allclose(ours.points, theirs.points, atol=0.05)
        assert np.allclose(ours.scores, theirs.scores, atol=1e-4)
