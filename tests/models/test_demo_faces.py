"""The demo's face models as they are committed: whole, small, and telling drawn people apart whom they never saw."""

import io
import json
import shutil
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import pytest
from PIL import Image

from haven_fs.demo import faces
from haven_fs.demo.drawing import SCENES, SUBJECTS, draw_picture, fits
from haven_fs.demo.faces_album import FAMILY, STRANGERS
from haven_fs.demo.odd import odd
from haven_fs.demo.pen import dice
from haven_models.demo_faces import demo_faces
from haven_models.demo_faces_training import measure
from haven_models.demo_faces_training.__main__ import Settings, make_models

LARGEST = 4_000_000
UNSEEN = faces.TEST[5000:5024]
"""Not those that the recipe measures on: nothing was ever chosen by looking at these."""

pytestmark = pytest.mark.filterwarnings("ignore:.*SimilarityTransform.*:FutureWarning")


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Any:
    from insightface.app import FaceAnalysis

    root = tmp_path_factory.mktemp("faces")
    shutil.copytree(demo_faces(), root / "models" / "demo")
    found = FaceAnalysis(
        name="demo",
        root=str(root),
        allowed_modules=["detection", "recognition"],
        providers=["CPUExecutionProvider"],
    )
    found.prepare(ctx_id=-1, det_size=measure.DETECT)
    return found


@pytest.fixture(scope="module")
def shown() -> list[measure.Photo]:
    return measure.photos(UNSEEN, 5, "test of the committed models", hard=0.8)


@pytest.fixture(scope="module")
def found(app: Any, shown: list[measure.Photo]) -> measure.Found:
    return measure.find(app, shown)


@pytest.fixture(scope="module")
def same() -> float:
    return float(json.loads((demo_faces() / "haven.json").read_text(encoding="utf-8"))["faces"]["same"])


def test_it_is_whole_and_small() -> None:
    files = [path for path in demo_faces().iterdir() if path.suffix != ".py" and path.is_file()]
    assert {path.name for path in files} == {"detection.onnx", "recognition.onnx", "haven.json"}
    assert sum(path.stat().st_size for path in files) <= LARGEST
    ours = json.loads((demo_faces() / "haven.json").read_text(encoding="utf-8"))
    assert (ours["name"], ours["licence"]) == ("demo", "MIT") and 0.1 < ours["faces"]["same"] < 0.9


def test_it_loads_quietly_in_the_layout_that_insightface_knows(app: Any, capfd: pytest.CaptureFixture[str]) -> None:
    assert set(app.models) == {"detection", "recognition"}
    detector, embedder = (
        onnxruntime.InferenceSession(demo_faces() / f"{name}.onnx", providers=["CPUExecutionProvider"])
        for name in ("detection", "recognition")
    )
    assert capfd.readouterr().err == ""
    assert len(detector.get_inputs()) == 1 and len(detector.get_outputs()) == 9
    for height, width in ((128, 128), (96, 160)):
        outputs = detector.run(None, {"input.1": np.zeros((1, 3, height, width), np.float32)})
        cells = [2 * (height // stride) * (width // stride) for stride in (8, 16, 32)]
        assert [one.shape for one in outputs] == [(count, part) for part in (1, 4, 10) for count in cells]
    for count in (1, 3):
        (vectors,) = embedder.run(None, {"data": np.zeros((count, 3, 112, 112), np.float32)})
        assert vectors.shape == (count, 128)


def test_everybody_in_new_pictures_is_found_and_nobody_else(found: measure.Found) -> None:
    assert found.there == len(UNSEEN) * 5
    assert found.recall >= 0.95
    assert found.precision >= 0.97
    assert found.off < 0.2


def test_no_face_is_found_where_there_is_none(app: Any) -> None:
    rng = dice("nobody")
    pairs = [(subject, scene) for subject in SUBJECTS for scene in SCENES if fits(subject, scene)]
    seen = [
        len(
            measure.faces_of(app, draw_picture(subject, scene, rng.choice(SUBJECTS[subject].colours), "day", size, rng))
        )
        for (subject, scene), size in zip(rng.sample(pairs, 40), [(640, 480), (480, 640)] * 20, strict=True)
    ]
    assert sum(seen) <= 1
    screen = next(item for item in odd(1, date(2026, 11, 23)) if "Screenshot" in item.path.name)
    with Image.open(io.BytesIO(screen.make())) as image:
        assert measure.faces_of(app, image.convert("RGB")) == []


def test_new_people_are_told_apart(found: measure.Found, same: float) -> None:
    cosines, one_person = measure.pairs(found)
    told = measure.figures(cosines, one_person, same)
    assert told["precision"] >= 0.9
    assert told["recall"] >= 0.5


def test_looking_at_two_sizes_as_insightface_does_unless_told_finds_the_same(
    app: Any, shown: list[measure.Photo]
) -> None:
    for one in shown[:10]:
        pixels = np.asarray(one.image)[:, :, ::-1].copy()
        boxes, marks = app.det_model.detect(pixels, input_size=[(128, 128), measure.DETECT])
        assert len(boxes) == len(one.faces) and marks.shape == (len(boxes), 5, 2)
        for face in one.faces:
            assert max(measure.overlap(box[:4], face.box) for box in boxes) > 0.5


def test_no_identity_is_both_trained_on_and_measured_or_shown() -> None:
    ranges = [set(part) for part in (faces.TRAINING, faces.VALIDATION, faces.TEST, faces.DEMO)]
    assert sum(len(part) for part in ranges) == len(set().union(*ranges))
    assert {*FAMILY.values(), *STRANGERS} <= ranges[3]
    settings = Settings()
    assert settings.people <= len(faces.TRAINING)
    assert not set(UNSEEN) & set(faces.TEST[: settings.measured])


def test_training_draws_nobody_but_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    from haven_models.demo_faces_training import pictures

    asked: list[int] = []

    def note(number: int) -> faces.Identity:
        asked.append(number)
        return faces.identity(number)

    monkeypatch.setattr(pictures, "identity", note)
    pictures.draw_windows("seed", 12, 1)
    assert len(asked) >= 9 and all(number in faces.TRAINING for number in asked)
    with pytest.raises(ValueError, match="train"):
        pictures.draw_faces("seed", faces.TEST[:1], 1, 1)


def test_truth_is_where_it_says_and_the_same_for_the_same_numbers() -> None:
    from haven_models.demo_faces_training.pictures import draw_windows

    pictures, truth = draw_windows("seed", 6, 1)
    again = draw_windows("seed", 6, 2)
    assert (pictures == again[0]).all() and (truth == again[1]).all()
    for row in truth[truth[..., 14] > 0]:
        left, top, right, bottom = row[:4]
        x, y = row[4:14:2], row[5:14:2]
        assert (x > left - 5).all() and (x < right + 5).all() and (y > top).all() and (y < bottom).all()
        assert x[0] < x[1] and x[3] < x[4] and max(y[:2]) < min(y[3:])


def test_the_recipe_makes_models_that_load(tmp_path: Path) -> None:
    pytest.importorskip("torch")
    few = {"detector_steps": 2, "pointer_steps": 2, "embedder_steps": 2, "shaken_steps": 2, "measured": 2}
    settings = Settings(windows=4, people=3, each=2, photos_each=2, **few)
    told: list[str] = []
    folder = make_models(tmp_path / "out", settings, processes=1, tell=told.append)
    assert set(measure.load(folder).models) == {"detection", "recognition"}
    assert 0 <= json.loads((folder / "haven.json").read_text())["faces"]["same"] <= 1.01
    assert "Written to" in told[-1]
