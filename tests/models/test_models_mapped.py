"""Weights left in the file: the same numbers, hardly any memory, and any odd file read the usual way."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from helpers.onnx_files import FLOAT, INT32, Node, Port, onnx_file
from helpers.tiny_clip import CONTEXT, DIM, tiny_clip
from PIL import Image

from haven_models import mapped
from haven_models.clip import open_clip_model
from haven_models.onnx_towers import new_session

MEGABYTES = 96
MEASURE = """
import sys
from pathlib import Path
import numpy as np
from haven_models.onnx_towers import new_session
def anonymous():
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("RssAnon")) // 1024
small, large = map(Path, sys.argv[1:])
new_session(small, 1)
before = anonymous()
session = new_session(large, 1)
rows = session.run(None, {"ids": np.array([[1, 5, 7]], np.int32)})[0]
print(anonymous() - before, float(rows.sum()))
"""


def lookup(path: Path, table: np.ndarray, name: str = "table", *, said_inside: bool = False) -> Path:
    """Write a model that looks up rows of a table."""
    ids = Port("ids", INT32, ["batch", "count"])
    found = Port("rows", FLOAT, ["batch", "count", table.shape[1]])
    nodes = [Node("Gather", [name, "ids"], "rows")]
    return onnx_file(path, [ids], nodes, {name: table}, [found], said_inside=said_inside)


@pytest.mark.parametrize("said_inside", [False, True])
@pytest.mark.parametrize("length", range(1, 9))
def test_weights_that_begin_anywhere(tmp_path: Path, length: int, said_inside: bool) -> None:
    """Whatever comes before them, and whether or not a number begins at a multiple of its size."""
    table = np.random.default_rng(length).normal(0, 1, (600, 40)).astype(np.float32)
    path = lookup(tmp_path / "model.onnx", table, "t" * length, said_inside=said_inside)
    graph = mapped.graph_without_weights(path)
    assert graph is not None
    assert len(graph) < 400
    ids = np.array([[0, 599, 17]], np.int32)
    np.testing.assert_array_equal(new_session(path, 1).run(None, {"ids": ids})[0], table[ids])


@pytest.mark.parametrize("options", [{}, {"half": True}, {"masked": True}, {"weights_file": "weights.bin"}])
def test_the_same_vectors_mapped_or_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: dict[str, object]
) -> None:
    tiny_clip(tmp_path / "tiny", **options)
    pictures, texts = [Image.new("RGB", (30, 20), "red")], ["a dog", "the beach"]
    usual = open_clip_model(tmp_path / "tiny", threads=1)
    monkeypatch.setattr(mapped, "LARGE", 16)
    model = open_clip_model(tmp_path / "tiny", threads=1)
    assert mapped.graph_without_weights(tmp_path / "tiny/textual/model.onnx") is not None
    images = model.embed_images(pictures), model.embed_texts(texts)
    monkeypatch.undo()
    np.testing.assert_allclose(images[0], usual.embed_images(pictures), atol=1e-6)
    np.testing.assert_allclose(images[1], usual.embed_texts(texts), atol=1e-6)


def test_nothing_is_gained_from_small_or_odd_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tiny_clip(tmp_path / "tiny", weights_file="weights.bin")
    visual = tmp_path / "tiny/visual/model.onnx"
    assert mapped.graph_without_weights(visual) is None
    monkeypatch.setattr(mapped, "LARGE", 16)
    assert mapped.graph_without_weights(visual) is None, "its weights are outside already"
    whole = (tmp_path / "tiny/textual/model.onnx").read_bytes()
    assert mapped.graph_without_weights(tmp_path / "tiny/textual/model.onnx") is not None
    for odd in (whole[:-30], whole[: len(whole) // 2], b"\xff" * 500, b"\x0b" * 500, whole + b"\xff" * 20, b"\0" * 99):
        visual.write_bytes(odd)
        assert mapped.graph_without_weights(visual) is None


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_a_large_table_takes_hardly_any_memory(tmp_path: Path) -> None:
    small = lookup(tmp_path / "small/model.onnx", np.ones((CONTEXT, DIM), np.float32))
    large = lookup(tmp_path / "large/model.onnx", np.ones((MEGABYTES * 1024, 256), np.float32))
    command = [sys.executable, "-c", MEASURE, str(small), str(large)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    megabytes, total = done.stdout.split()
    assert float(total) == 3 * 256
    assert int(megabytes) < MEGABYTES / 4
