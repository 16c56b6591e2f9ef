"""Models in the layout on disk, in all the shapes they are published in, give the vectors they should."""

import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest
from helpers.tiny_clip import CONTEXT, DIM, INT64, SIDE, WORDS, Weights, tiny_clip
from PIL import Image

from haven_models.clip import ClipModel, Cutoff, open_clip_model

TEXTS = ["a dog on the beach", "a cat", "", "Dog  DOG unheard"]
IDS = [[4, 5, 7, 9, 8], [4, 6], [], [5, 5, 3]]


def unit(vectors: np.ndarray) -> np.ndarray:
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def pictures(count: int) -> list[Image.Image]:
    rng = np.random.default_rng(count)
    return [Image.fromarray(rng.integers(0, 256, (SIDE, SIDE, 3), np.uint8)) for _ in range(count)]


def expected_pictures(weights: Weights, given: list[Image.Image]) -> np.ndarray:
    ready = np.stack([((np.asarray(one) / 255 - 0.5) / 0.25).transpose(2, 0, 1).reshape(-1) for one in given])
    return unit(ready @ weights.pixels.astype(np.float64))


def expected_texts(weights: Weights, *, padding: bool = True) -> np.ndarray:
    rows = [[1, *ids, 2] + [0] * (CONTEXT - 2 - len(ids)) * padding for ids in IDS]
    return unit(np.stack([weights.words.astype(np.float64)[row].sum(0) for row in rows]))


def check(model: ClipModel, weights: Weights, *, padding: bool = True, within: float = 1e-5) -> None:
    for count in (1, 5, 33):
        given = pictures(count)
        vectors = model.embed_images(given)
        assert (vectors.dtype, vectors.shape) == (np.float32, (count, DIM))
        np.testing.assert_allclose(vectors, expected_pictures(weights, given), atol=within)
    vectors = model.embed_texts(TEXTS)
    assert (vectors.dtype, vectors.shape) == (np.float32, (len(TEXTS), DIM))
    np.testing.assert_allclose(vectors, expected_texts(weights, padding=padding), atol=within)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-6)


@pytest.mark.parametrize("batch", ["batch", 1, 4])
@pytest.mark.parametrize("options", [{}, {"ids": INT64}, {"weights_file": "model.onnx_data"}])
def test_every_shape_of_model(tmp_path: Path, batch: int | str, options: dict[str, object]) -> None:
    weights = tiny_clip(tmp_path / "tiny", batch=batch, **options)
    check(open_clip_model(tmp_path / "tiny", threads=1), weights)


def test_half_precision(tmp_path: Path) -> None:
    weights = tiny_clip(tmp_path / "tiny", half=True)
    check(open_clip_model(tmp_path / "tiny", threads=1), weights, within=3e-3)


def test_ids_with_a_mask(tmp_path: Path) -> None:
    weights = tiny_clip(tmp_path / "tiny", masked=True, ids=INT64)
    check(open_clip_model(tmp_path / "tiny", threads=1), weights, padding=False)


def test_a_text_too_long_keeps_its_end(tmp_path: Path) -> None:
    weights = tiny_clip(tmp_path / "tiny")
    model = open_clip_model(tmp_path / "tiny", threads=1)
    kept = [1] + [WORDS.index("dog")] * (CONTEXT - 2) + [2]
    np.testing.assert_allclose(
        model.embed_texts(["dog " * 50]), unit(weights.words[kept].sum(0, keepdims=True)), atol=1e-5
    )


def test_the_padding_token_may_be_written_as_an_object(tmp_path: Path) -> None:
    weights = tiny_clip(tmp_path / "tiny", pad={"content": "<pad>", "lstrip": False})
    check(open_clip_model(tmp_path / "tiny", threads=1), weights)


def test_texts_without_punctuation(tmp_path: Path) -> None:
    tiny_clip(tmp_path / "plain", config={"text_cfg": {"context_length": CONTEXT}})
    cleaned = {"context_length": CONTEXT, "tokenizer_kwargs": {"clean": "canonicalize"}}
    tiny_clip(tmp_path / "cleaned", config={"text_cfg": cleaned})
    texts = ["A dog, on_the BEACH!", "a dog on the beach"]
    first, second = open_clip_model(tmp_path / "cleaned", threads=1).embed_texts(texts)
    np.testing.assert_array_equal(first, second)
    first, second = open_clip_model(tmp_path / "plain", threads=1).embed_texts(texts)
    assert not np.allclose(first, second)


def test_nothing_gives_nothing(tmp_path: Path) -> None:
    tiny_clip(tmp_path / "tiny")
    model = open_clip_model(tmp_path / "tiny", threads=1)
    assert model.embed_images([]).shape == model.embed_texts([]).shape == (0, DIM)
    assert model.loaded == set()


def test_pictures_of_any_mode(tmp_path: Path) -> None:
    tiny_clip(tmp_path / "tiny")
    model = open_clip_model(tmp_path / "tiny", threads=1)
    gray = Image.new("L", (40, 30), 77)
    same = [gray, gray.convert("RGB"), gray.convert("RGBA"), gray.convert("P"), gray.resize((3, 90))]
    vectors = model.embed_images(same)
    np.testing.assert_allclose(vectors, np.broadcast_to(vectors[0], vectors.shape), atol=1e-6)


def test_halves_load_apart_and_go(tmp_path: Path) -> None:
    weights = tiny_clip(tmp_path / "tiny")
    model = open_clip_model(tmp_path / "tiny", threads=1)
    assert model.loaded == set()
    model.embed_images(pictures(1))
    assert model.loaded == {"visual"}
    model.embed_texts(["a"])
    assert model.loaded == {"visual", "textual", "tokenizer"}
    model.unload(keep_texts=True)
    assert model.loaded == {"textual", "tokenizer"}
    model.unload()
    assert model.loaded == set()
    check(model, weights)


def test_threads_share_a_model(tmp_path: Path) -> None:
    weights = tiny_clip(tmp_path / "tiny")
    model = open_clip_model(tmp_path / "tiny", threads=1)
    given = pictures(3)
    wrong: list[BaseException] = []

    def work() -> None:
        try:
            for _ in range(20):
                np.testing.assert_allclose(model.embed_images(given), expected_pictures(weights, given), atol=1e-5)
                model.embed_texts(TEXTS)
                model.unload()
        except BaseException as error:
            wrong.append(error)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_what_haven_json_says(tmp_path: Path) -> None:
    tiny_clip(tmp_path / "folder", ours={"name": "tiny", "cutoff": {"score": 0.25, "measured": "by hand"}})
    model = open_clip_model(tmp_path / "folder")
    assert (model.name, model.dim) == ("tiny", DIM)
    assert model.id.startswith("tiny-")
    assert model.cutoff == Cutoff(0.25, "by hand")
    tiny_clip(tmp_path / "bare")
    assert open_clip_model(tmp_path / "bare").cutoff is None


def test_an_id_is_of_the_files_that_make_the_vectors(tmp_path: Path) -> None:
    tiny_clip(tmp_path / "one", ours={"name": "tiny"})
    tiny_clip(tmp_path / "two", ours={"name": "tiny", "licence": "MIT"})
    first = open_clip_model(tmp_path / "one").id
    assert first == open_clip_model(tmp_path / "two").id, "what is said of a model is not the model"
    (tmp_path / "two/visual/.DS_Store").write_bytes(b"left by a Mac")
    assert first == open_clip_model(tmp_path / "two").id
    others = set()
    for change in ({"seed": 2}, {"config": {"logit_scale": 1}}, {"pad": "<unk>"}, {"weights_file": "model.onnx_data"}):
        tiny_clip(tmp_path / f"other{len(others)}", ours={"name": "tiny"}, **change)
        others.add(open_clip_model(tmp_path / f"other{len(others)}").id)
    assert len(others) == 4
    assert first not in others


def test_the_middle_of_a_large_file_counts(tmp_path: Path) -> None:
    tiny_clip(tmp_path / "tiny", weights_file="model.onnx_data")
    weights = tmp_path / "tiny/visual/model.onnx_data"
    whole = bytearray(weights.read_bytes()) + bytearray(8 << 20)
    weights.write_bytes(whole)
    first = open_clip_model(tmp_path / "tiny").id
    whole[3 << 20 : 4 << 20] = b"\1" * (1 << 20)
    weights.write_bytes(whole)
    assert open_clip_model(tmp_path / "tiny").id != first


def test_importing_loads_nothing_heavy() -> None:
    code = (
        "import sys, haven_models.clip; print([m for m in ('onnxruntime', 'tokenizers', 'torch') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
