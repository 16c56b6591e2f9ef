"""What is a face and what is covered, with real models, photos and things; and how the figures of a pack are kept."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from helpers.face_slices import slices
from PIL import Image

from haven_faces.finding import find_faces
from haven_faces.grouping.kinds import GOOD
from haven_faces.grouping.voting import weighed
from haven_faces.quality import blur_of, pose_of, quality_of
from haven_fs.errors import UserError
from haven_models.demo_faces import demo_faces
from haven_models.face_layout import FaceLayout
from haven_models.faces import FacePack, open_face_pack
from haven_models.judging import Judge, measure_judge, read_judge


@pytest.fixture(scope="module")
def pack(corpus: Path) -> FacePack:
    return open_face_pack(corpus / "models/insightface/models/open", threads=1)


def qualities(pack: FacePack, picture: Image.Image) -> list[tuple[float, float]]:
    """Return of what is found the quality, and what it would be if all were faces."""
    pixels, answer = np.asarray(picture), []
    found = find_faces(pack, pixels)
    for box, score, points in zip(found.boxes, found.scores, found.points, strict=True):
        again = pack.look_again(pixels, points) if pack.judge.doubts(float(score)) else None
        likely = pack.judge.face(float(score), again)
        (face,) = pack.cut_out(pixels, points[None])
        side = float(np.sqrt((box[2:] - box[:2]).prod()))
        blur, pose = blur_of(face), pose_of(points)
        answer.append((quality_of(likely, side, blur, pose), quality_of(1.0, side, blur, pose)))
    return answer


def test_things_are_no_faces(pack: FacePack, corpus: Path) -> None:
    things = []
    for path in sorted(corpus.glob("scenes/*.jpg")):
        label = path.parent / "labels" / f"{path.stem}.txt"
        if label.exists() and not any(line.startswith("0 ") for line in label.read_text().splitlines()):
            things += qualities(pack, Image.open(path).convert("RGB"))
    assert sum(otherwise >= GOOD for _, otherwise in things) >= 3, "sharp and large ones among them"
    assert max(quality for quality, _ in things) < 0.1


def test_faces_are_faces_in_gray_too(pack: FacePack, corpus: Path) -> None:
    for path in sorted(corpus.glob("faces/*/*.jpg"))[::7]:
        for picture in (Image.open(path).convert("RGB"), Image.open(path).convert("L").convert("RGB")):
            quality, otherwise = max(qualities(pack, picture))
            assert quality >= 0.95 * otherwise, path


def test_covered_faces_do_not_speak(pack: FacePack, corpus: Path) -> None:
    """Of people that nothing was measured on: these come after the first five."""
    vectors: dict[str, list[np.ndarray]] = {}
    for number, path in enumerate(sorted(corpus.glob("faces/*/*.jpg"))[50::2]):
        picture = Image.open(path).convert("RGB")
        found = find_faces(pack, picture)
        middle = np.abs((found.boxes[:, :2] + found.boxes[:, 2:]) / 2 - picture.width / 2).max(axis=1).argmin()
        for kind, made in slices(picture, found.points[middle], number).items():
            vectors.setdefault(kind, []).append(pack.embed(pack.cut_out(made, found.points[middle][None]))[0])

    def speaking(*kinds: str) -> float:
        """Return how many of the last of these kinds have weight, each confirmed as the person of the others."""
        some = np.concatenate([vectors[kind] for kind in kinds])
        who = np.tile(np.repeat(np.arange(1, 6), 5), len(kinds))
        weight = weighed(np.ones(len(some), np.float32), some, who, pack.judge.covers)
        return float((weight[-25:] >= GOOD).mean())

    assert speaking("clear") >= 0.9
    assert speaking("clear", "gray") >= 0.9
    assert speaking("clear", "sunglasses") <= 0.3
    assert speaking("clear", "mask") <= 0.6
    assert speaking("clear", "helmet") <= 0.3


def test_drawn_faces_are_faces_to_the_demo() -> None:
    from haven_fs.demo import TEST, dice
    from haven_models.demo_faces_training.measure import photo

    pack = open_face_pack(demo_faces(), threads=1)
    assert pack.judge.look is None, "it knows faces by what is around them"
    best = [
        max(qualities(pack, photo((number,), dice(f"{number}"), 0.3).image), default=(0.0, 0.0))[0]
        for number in TEST[:12]
    ]
    assert sum(quality >= GOOD for quality in best) >= 10


def test_figures_are_kept_as_they_are(pack: FacePack) -> None:
    again = read_judge(json.loads(json.dumps(pack.judge.as_json())))
    assert (again.score, again.look) == (pack.judge.score, pack.judge.look)
    assert again.covers is not None
    assert pack.judge.covers is not None
    some = np.random.default_rng(1).normal(size=(5, again.covers.directions.shape[1]))
    assert np.allclose(again.covers.of(some), pack.judge.covers.of(some), atol=0.05)


@pytest.mark.parametrize(
    "said",
    [
        3,
        {},
        {"score": [0.5], "look": None},
        {"score": [0.8, 0.5], "look": None},
        {"score": [0.5, 0.8], "look": None, "covers": {"begin": [1], "there": [0], "directions": ["AAA="]}},
        {"score": [0.5, 0.8], "look": None, "covers": {"begin": [0], "there": [1], "directions": ["*"]}},
        {"score": [0.5, 0.8], "look": None, "covers": {"begin": [0.5], "there": [0.5], "directions": ["AAA="]}},
    ],
)
def test_figures_that_cannot_be_read(said: object, corpus: Path, tmp_path: Path) -> None:
    folder = tmp_path / "open"
    shutil.copytree(corpus / "models/insightface/models/open", folder)
    (folder / "haven.json").write_text(json.dumps({"faces": {"same": 0.45, "judge": said}}))
    with pytest.raises(UserError, match="haven people calibrate"):
        _ = FaceLayout(folder).judge


def test_too_few_faces_tell_nothing(pack: FacePack) -> None:
    assert measure_judge(pack, [np.zeros((112, 112, 3), np.uint8)] * 39, [0] * 39, [0.9] * 39, None) is None
    assert Judge().face(0.9, None) == 1
    assert Judge().face(0.9, 0.0) == 0
    assert Judge(look=None).face(0.9, 0.0) == 1
