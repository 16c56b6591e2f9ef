"""From photos in a folder a person to the likeness from which two faces are one person, kept with the model."""

import json
import shutil
from argparse import ArgumentParser
from collections.abc import Callable
from pathlib import Path

import pytest

from haven_faces import calibrate_command
from haven_faces.model import chosen_faces
from haven_fs.cli import options
from haven_fs.errors import UserError
from haven_models.face_layout import FaceLayout
from haven_models.store import ModelStore, model_store

Run = Callable[..., int]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.delenv("HAVEN_MODELS", raising=False)
    parser = ArgumentParser()
    calibrate_command.arguments(parser)
    options.add_data(parser)
    options.add_json(parser)
    return lambda *given: calibrate_command.run(parser.parse_args([*map(str, given), "--data", str(tmp_path / "data")]))


@pytest.fixture
def store(tmp_path: Path) -> ModelStore:
    return model_store({"data_dir": str(tmp_path / "data")})


def test_measured_and_kept(
    run: Run, store: ModelStore, corpus: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    added = store.add("faces", corpus / "models/insightface/models/open")
    people = tmp_path / "people"
    for person in sorted(corpus.glob("faces/*"))[:4]:
        shutil.copytree(person, people / person.name)
    (people / "Ariel_Sharon/broken.jpg").write_bytes(b"\xff\xd8\xff\xe0 no picture")
    (people / "Ariel_Sharon/notes.txt").write_text("mine")
    before = FaceLayout(added.folder)

    assert run(people, "--show", "--json") == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["people"], said["kept"], said["before"]) == (4, False, before.same)
    assert 35 <= said["faces"] <= 40
    assert 0.3 < said["same"] < 0.6
    assert FaceLayout(added.folder).same == before.same

    assert run(people) == 0
    words = capsys.readouterr()
    assert f"from a similarity of {said['same']}; before" in words.out
    assert "based on few faces" in words.out
    assert "broken.jpg: " in words.err
    after = FaceLayout(added.folder)
    assert (after.same, after.id) == (said["same"], before.id)
    assert store.verify("open") == []
    chosen = chosen_faces({"data_dir": str(tmp_path / "data")})
    assert chosen is not None
    assert chosen.limits.same == said["same"]


def test_what_cannot_be_calibrated(run: Run, store: ModelStore, corpus: Path, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no folder"):
        run(tmp_path / "none")
    with pytest.raises(UserError, match="No model for faces is in use"):
        run(tmp_path)
    store.add("faces", corpus / "models/insightface/models/open")
    with pytest.raises(UserError, match="does not have enough good faces: 0 faces of 0 people"):
        (tmp_path / "empty").mkdir()
        run(tmp_path / "empty")
    shutil.copytree(corpus / "faces/Tony_Blair", tmp_path / "people/Tony")
    with pytest.raises(UserError, match="does not have enough good faces"):
        run(tmp_path / "people")
