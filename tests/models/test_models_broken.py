"""A model that cannot be used is told of in a sentence that names the file and says what to do."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from helpers.onnx_files import FLOAT, Node, Port, onnx_file
from helpers.tiny_clip import DIM, SIDE, tiny_clip
from PIL import Image

from haven_fs.errors import UserError
from haven_models.clip import open_clip_model
from haven_models.layout import NEEDED


def refused(folder: Path) -> str:
    """Open the model, use both halves, and return the one sentence."""
    with pytest.raises(UserError) as caught:
        model = open_clip_model(folder, threads=1)
        model.embed_images([Image.new("RGB", (20, 20), "red")])
        model.embed_texts(["a dog"])
    words = str(caught.value)
    assert "\n" not in words
    assert words.endswith(".")
    return words


def test_no_folder(tmp_path: Path) -> None:
    assert str(tmp_path / "none") in refused(tmp_path / "none")


@pytest.mark.parametrize("name", NEEDED)
def test_a_missing_file(tmp_path: Path, name: str) -> None:
    tiny_clip(tmp_path / "tiny")
    (tmp_path / "tiny" / name).unlink()
    assert f"it lacks {name}." in refused(tmp_path / "tiny")


@pytest.mark.parametrize("name", ["visual/model.onnx", "textual/model.onnx", "textual/tokenizer.json"])
@pytest.mark.parametrize("damage", [lambda data: data[: len(data) // 2], lambda data: b"", lambda data: b"\xff" * 300])
def test_a_damaged_file(tmp_path: Path, name: str, damage: Callable[[bytes], bytes]) -> None:
    tiny_clip(tmp_path / "tiny")
    file = tmp_path / "tiny" / name
    file.write_bytes(damage(file.read_bytes()))
    words = refused(tmp_path / "tiny")
    assert str(file) in words
    assert "haven models" in words


@pytest.mark.parametrize("name", ["config.json", "visual/preprocess_cfg.json", "haven.json"])
@pytest.mark.parametrize("text", ["{", "[]", "\xff"])
def test_settings_that_are_none(tmp_path: Path, name: str, text: str) -> None:
    tiny_clip(tmp_path / "tiny")
    (tmp_path / "tiny" / name).write_bytes(text.encode("latin-1"))
    assert str(tmp_path / "tiny" / name) in refused(tmp_path / "tiny")


@pytest.mark.parametrize(
    ("file", "settings", "reason"),
    [
        ("config.json", {"embed_dim": "many"}, "embed_dim"),
        ("config.json", {}, "embed_dim"),
        ("config.json", {"embed_dim": DIM + 1}, f"promises vectors of {DIM + 1}"),
        (
            "config.json",
            {"embed_dim": DIM, "text_cfg": {"tokenizer_kwargs": {"clean": "shout"}}},
            "in a way that Haven does not know: 'shout'",
        ),
        ("visual/preprocess_cfg.json", {"size": "big"}, "preprocess_cfg.json"),
        ("visual/preprocess_cfg.json", {"resize_mode": "stretch"}, "stretch"),
        ("visual/preprocess_cfg.json", {"mean": [1, 2]}, "preprocess_cfg.json"),
        ("visual/preprocess_cfg.json", {"std": 0}, "preprocess_cfg.json"),
        ("visual/preprocess_cfg.json", {"size": SIDE * 2}, "visual/model.onnx"),
        ("textual/tokenizer_config.json", {"pad_token": "<none>"}, "<none>"),
        ("haven.json", {"cutoff": 3}, "cutoff must be"),
    ],
)
def test_settings_that_do_not_fit(tmp_path: Path, file: str, settings: dict[str, object], reason: str) -> None:
    tiny_clip(tmp_path / "tiny")
    (tmp_path / "tiny" / file).write_text(json.dumps(settings))
    assert reason in refused(tmp_path / "tiny")


def test_missing_weights_beside_the_model(tmp_path: Path) -> None:
    tiny_clip(tmp_path / "tiny", weights_file="model.onnx_data")
    (tmp_path / "tiny/visual/model.onnx_data").unlink()
    assert "model.onnx_data" in refused(tmp_path / "tiny")


@pytest.mark.parametrize("value", [np.nan, np.inf, 0])
def test_a_model_that_gives_no_numbers(tmp_path: Path, value: float) -> None:
    tiny_clip(tmp_path / "tiny")
    onnx_file(
        tmp_path / "tiny/visual/model.onnx",
        [Port("image", FLOAT, ["batch", 3, SIDE, SIDE])],
        [Node("Flatten", ["image"], "flat", {"axis": 1}), Node("MatMul", ["flat", "pixels"], "embedding")],
        {"pixels": np.full((3 * SIDE * SIDE, DIM), value, np.float32)},
        [Port("embedding", FLOAT, ["batch", DIM])],
    )
    assert "no usable vectors" in refused(tmp_path / "tiny")


def test_a_model_for_something_else(tmp_path: Path) -> None:
    tiny_clip(tmp_path / "tiny")
    onnx_file(
        tmp_path / "tiny/visual/model.onnx",
        [Port("boxes", FLOAT, ["batch", 4]), Port("scores", FLOAT, ["batch", 4])],
        [Node("Add", ["boxes", "scores"], "both")],
        {},
        [Port("both", FLOAT, ["batch", 4])],
    )
    assert "visual/model.onnx" in refused(tmp_path / "tiny")
