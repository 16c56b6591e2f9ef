"""Packs of models for faces on disk: which files make one, its id, and from when two faces are one person."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from helpers.hub import Hub, serving_hub
from helpers.onnx_files import FLOAT, Node, Port, onnx_file
from helpers.tiny_faces import DIM, draw_faces, tiny_faces

from haven_fs.cli import main
from haven_fs.errors import UserError
from haven_models import registry
from haven_models.face_layout import CAREFUL, FaceLayout
from haven_models.faces import open_face_pack
from haven_models.manifest import note, sha256_of
from haven_models.registry import find_entry
from haven_models.signature import read_signature
from haven_models.store import ModelStore


def estimator(path: Path, side: int = 96, width: int = 3) -> Path:
    """Write what tells a few numbers of a face, such as an age."""
    nodes = [
        Node("AveragePool", ["data"], "small", {"kernel_shape": [side, side]}),
        Node("Flatten", ["small"], "flat", {"axis": 1}),
        Node("MatMul", ["flat", "matrix"], "numbers"),
    ]
    matrix = np.ones((3, width), np.float32)
    data, numbers = Port("data", FLOAT, ["n", 3, side, side]), Port("numbers", FLOAT, ["n", width])
    return onnx_file(path, [data], nodes, {"matrix": matrix}, [numbers])


def test_other_models_of_a_pack_are_left_alone(store: ModelStore, tmp_path: Path) -> None:
    pack = tiny_faces(tmp_path / "pack")
    estimator(pack / "age.onnx")
    estimator(pack / "a_hat.onnx", side=112)
    estimator(pack / "points.onnx", side=192, width=212)
    (pack / "notes.txt").write_text("mine")
    (pack / "LICENSE").write_text("Do what you like.")
    (pack / "haven.json").write_text(json.dumps({"name": "little", "licence": "MIT", "commercial": True}))
    added = store.add("faces", pack)
    assert (added.name, added.licence, added.commercial, added.active) == ("little", "MIT", True, True)
    names = {path.name for path in added.folder.iterdir()}
    assert names == {"det_tiny.onnx", "rec_tiny.onnx", "haven.json", "LICENSE", "manifest.json"}
    assert store.verify("little") == []
    assert open_face_pack(added.folder).id == open_face_pack(pack).id


def test_immichs_folders_are_a_pack(store: ModelStore, tmp_path: Path) -> None:
    tiny_faces(tmp_path / "flat")
    for name, folder in (("det_tiny.onnx", "detection"), ("rec_tiny.onnx", "recognition")):
        (tmp_path / "cache" / folder).mkdir(parents=True)
        shutil.copy(tmp_path / "flat" / name, tmp_path / "cache" / folder / "model.onnx")
    added = store.add("faces", tmp_path / "cache", "mine")
    assert store.verify("mine") == []
    found = open_face_pack(added.folder).detect(draw_faces((320, 224), (2, 1), (5, 3)))
    assert found.boxes.tolist() == [[64, 32, 96, 64], [160, 96, 192, 128]]
    # The id stands for what the models compute: neither the names of files nor notes beside them change it.
    flat, ours = FaceLayout(tmp_path / "flat").id, FaceLayout(added.folder).id
    assert flat.removeprefix("flat-") == ours.removeprefix("mine-")


def test_another_embedder_is_another_id(tmp_path: Path) -> None:
    one, other = tiny_faces(tmp_path / "a/pack"), tiny_faces(tmp_path / "b/pack", seed=2)
    assert FaceLayout(one).id != FaceLayout(other).id
    before = FaceLayout(one).id
    note(one, {"faces": {"same": 0.6}})
    assert FaceLayout(one).id == before, "what is said of the model does not change its vectors"


def test_what_is_no_pack_says_what_is_missing(tmp_path: Path) -> None:
    pack = tiny_faces(tmp_path / "pack")
    (pack / "rec_tiny.onnx").rename(tmp_path / "rec_tiny.onnx")
    estimator(pack / "age.onnx")
    with pytest.raises(UserError, match=r"none of its files tells faces apart \(age.onnx, det_tiny.onnx\)"):
        FaceLayout(pack)
    (pack / "rec_tiny.onnx").write_bytes((tmp_path / "rec_tiny.onnx").read_bytes()[:200])
    with pytest.raises(UserError, match=r"rec_tiny.onnx cannot be opened.*damaged"):
        FaceLayout(pack)
    (pack / "rec_tiny.onnx").write_bytes(b"")
    with pytest.raises(UserError, match=r"rec_tiny.onnx cannot be opened"):
        FaceLayout(pack)
    with pytest.raises(UserError, match=r"no .onnx file"):
        FaceLayout(tmp_path / "none")


def test_signatures_are_read_without_weights(tmp_path: Path) -> None:
    tiny_faces(tmp_path)
    signature = read_signature(tmp_path / "rec_tiny.onnx")
    assert signature is not None
    assert [(one.name, one.shape) for one in signature.inputs] == [("data", (None, 3, 112, 112))]
    assert [(one.name, one.shape) for one in signature.outputs] == [("vector", (None, DIM))]
    (tmp_path / "photo.onnx").write_bytes(bytes(range(256)) * 9)
    assert read_signature(tmp_path / "photo.onnx") is None


def test_from_when_faces_are_one_person(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pack = tiny_faces(tmp_path / "nobody-knows")
    assert FaceLayout(pack).same == CAREFUL
    named = shutil.copytree(pack, tmp_path / "yunet-sface")
    assert FaceLayout(named).same == 0.363
    entries = (
        *registry.ENTRIES,
        registry.Entry(
            "known",
            "faces",
            "",
            registry.Licence("X", False, "No."),
            "",
            same=0.41,
            embedders=(sha256_of(pack / "rec_tiny.onnx"),),
        ),
    )
    monkeypatch.setattr(registry, "ENTRIES", entries)
    assert FaceLayout(pack).same == 0.41
    note(pack, {"faces": {"same": 0.52, "measured": "here"}})
    assert FaceLayout(pack).same == 0.52
    for wrong in (0, 1.5, "much", True):
        note(pack, {"faces": {"same": wrong}})
        with pytest.raises(UserError, match="faces must be like"):
            _ = FaceLayout(pack).same
    # The licence of a file that is known is known too, under whatever name it comes.
    (pack / "haven.json").unlink()
    added = ModelStore(tmp_path / "models").add("faces", pack)
    assert (added.licence, added.commercial) == ("X", False)


def test_adding_says_what_the_licence_forbids(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("HAVEN_MODELS", raising=False)
    pack = tiny_faces(tmp_path / "tiny")
    usual = find_entry("buffalo_l", "faces")
    assert usual is not None
    ours = {"licence": usual.licence.spdx, "commercial": False}
    (pack / "haven.json").write_text(json.dumps(ours))
    assert main(["models", "add", "faces", str(pack), "--data", str(tmp_path / "data")]) == 0
    said = capfd.readouterr()
    assert "NON-COMMERCIAL" in said.err
    assert said.out.startswith("tiny is installed and in use")


def test_notes_are_no_damage(store: ModelStore, tmp_path: Path) -> None:
    pack = tiny_faces(tmp_path / "pack")
    (pack / "haven.json").write_text(json.dumps({"name": "little", "licence": "MIT"}))
    folder = store.add("faces", pack).folder
    note(folder, {"faces": {"same": 0.6}})
    assert store.verify("little") == []
    assert FaceLayout(folder).same == 0.6
    assert store.find("little").licence == "MIT"


@pytest.mark.parametrize("batch", ["batch", 1, 4])
def test_vectors_are_of_unit_length_and_in_order(tmp_path: Path, batch: int | str) -> None:
    pack = open_face_pack(tiny_faces(tmp_path / "tiny", batch=batch), threads=1)
    rng = np.random.default_rng(3)
    faces = [rng.integers(0, 255, (112, 112, 3), np.uint8) for _ in range(21)]
    together = pack.embed(faces)
    assert together.shape == (21, DIM)
    assert together.dtype == np.float32
    assert np.allclose(np.linalg.norm(together, axis=1), 1, atol=1e-6)
    alone = np.concatenate([pack.embed([face]) for face in faces])
    assert np.allclose(together, alone, atol=1e-6)
    assert pack.embed([]).shape == (0, DIM)
    pack.unload()
    assert np.array_equal(pack.embed(faces), together)


def test_a_detector_of_one_size(tmp_path: Path) -> None:
    pack = open_face_pack(tiny_faces(tmp_path / "tiny", side=320), threads=1)
    assert not pack.resizes
    found = pack.detect(draw_faces((320, 320), (2, 1)))
    assert found.boxes.tolist() == [[64, 32, 96, 64]]
    wide = draw_faces((320, 320), (2, 1)).resize((640, 640), 0)
    assert pack.detect(wide).boxes.tolist() == [[128, 64, 192, 128]]


def test_pictures_of_odd_kinds_are_refused(tmp_path: Path) -> None:
    pack = open_face_pack(tiny_faces(tmp_path / "tiny"), threads=1)
    for picture in (np.zeros((20, 20), np.uint8), np.zeros((20, 20, 4), np.uint8), np.zeros((20, 20, 3))):
        with pytest.raises(ValueError, match="RGB"):
            pack.detect(picture)  # type: ignore[arg-type]


def test_a_pack_that_gives_nonsense_is_not_added(store: ModelStore, tmp_path: Path) -> None:
    pack = tiny_faces(tmp_path / "tiny")
    nodes = [Node("AveragePool", ["data"], "small", {"kernel_shape": [14, 14], "strides": [14, 14]})]
    nodes += [Node("Flatten", ["small"], "flat", {"axis": 1}), Node("MatMul", ["flat", "matrix"], "vector")]
    data, vector = Port("data", FLOAT, ["n", 3, 112, 112]), Port("vector", FLOAT, ["n", DIM])
    onnx_file(pack / "rec_tiny.onnx", [data], nodes, {"matrix": np.zeros((192, DIM), np.float32)}, [vector])
    with pytest.raises(UserError, match="no usable vectors"):
        store.add("faces", pack)
    assert store.installed() == []


def test_pulling_a_pack_shows_its_licence_and_asks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("HAVEN_MODELS", raising=False)
    published = tiny_faces(tmp_path / "published")
    entry = find_entry("buffalo_s", "faces")
    assert entry is not None
    assert entry.source is not None
    for theirs, ours in entry.source.files.items():
        (published / theirs).parent.mkdir()
        shutil.move(published / ("det_tiny.onnx" if ours.startswith("det") else "rec_tiny.onnx"), published / theirs)
    with serving_hub() as hub:
        assert isinstance(hub, Hub)
        hub.publish(entry.source.repository, published)
        monkeypatch.setenv("HAVEN_MODEL_HOST", hub.url)
        monkeypatch.setenv("no_proxy", "127.0.0.1")
        data = str(tmp_path / "data")
        assert main(["models", "pull", "buffalo_s", "--data", data]) == 1
        said = capfd.readouterr().err
        assert "NON-COMMERCIAL" in said
        assert "--accept-licence" in said
        assert main(["models", "pull", "buffalo_s", "--accept-licence", "--data", data]) == 0
    folder = tmp_path / "data/models/faces/models/buffalo_s"
    assert {path.name for path in folder.iterdir()} == {"detection.onnx", "recognition.onnx", "manifest.json"}
    assert FaceLayout(folder).same == entry.same
    assert capfd.readouterr().out.startswith("buffalo_s is installed")
