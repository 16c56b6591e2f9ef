"""Models of open_clip become models of Haven's that give the same vectors, or do not become any."""

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("open_clip")

from helpers.open_clip_dirs import PREPROCESS, TINY, clip_dir, lively, merges_file, siglip_dir
from open_clip.tokenizer import SimpleTokenizer
from PIL import Image

from haven_fs.cli import main
from haven_fs.errors import UserError
from haven_models import onnx_export, open_clip_source, torch_towers
from haven_models.clip import open_clip_model
from haven_models.export import Exported, export_open_clip
from haven_models.parity import LEAST, drawn_pictures, pictures_in
from haven_models.store import ModelStore


@pytest.fixture(scope="module")
def pictures() -> list[Image.Image]:
    return drawn_pictures()


def exported(folder: Path, out: Path, **options: Any) -> Exported:
    source = open_clip_source.from_folder(folder)
    return export_open_clip(source.model, source.preprocess, source.tokenizer, out, config=source.config, **options)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Exported:
    """A small CLIP model with a pruned vocabulary, exported; its source lies beside it."""
    folder = tmp_path_factory.mktemp("export")
    return exported(clip_dir(folder / "tiny"), folder / "out", ours={"name": "mine", "licence": "MIT"})


def copied(whole: Exported, folder: Path) -> tuple[open_clip_source.OpenClip, Path]:
    """Return the source of an exported model, and a copy of what was exported."""
    shutil.copytree(whole.folder, folder)
    return open_clip_source.from_folder(whole.folder.with_name("tiny")), folder


def apart(vectors: np.ndarray) -> float:
    """Return the highest cosine between two different things: parity of what is all the same proves nothing."""
    return float((vectors @ vectors.T)[np.triu_indices(len(vectors), 1)].max())


def test_a_clip_model_with_a_pruned_vocabulary(whole: Exported, pictures: list[Image.Image]) -> None:
    made = whole
    assert made.parity.holds
    assert min(made.parity.images, made.parity.texts) > 0.99999
    assert made.parity.pictures == len(pictures)
    model = open_clip_model(made.folder)
    assert (model.name, model.dim) == ("mine", 32)
    assert apart(model.embed_images(pictures)) < 0.99
    assert apart(model.embed_texts(["a dog", "the sea at night", "2019", "snow"])) < 0.99
    assert {path.name for path in made.folder.parent.iterdir()} == {"tiny", "out"}, "no drafts are left"
    config = json.loads((made.folder / "config.json").read_text())
    assert config["text_cfg"]["tokenizer_kwargs"] == {"clean": "lower"}


def test_a_model_built_as_siglip2_is(tmp_path: Path, pictures: list[Image.Image]) -> None:
    made = exported(siglip_dir(tmp_path / "siglip"), tmp_path / "out")
    assert min(made.parity.images, made.parity.texts) > 0.99999
    model = open_clip_model(made.folder)
    texts = model.embed_texts(["A dog, on the beach!", "a dog on the beach", "un perro en la playa"])
    np.testing.assert_allclose(texts[0], texts[1], atol=1e-6)
    assert apart(texts[1:]) < 0.999
    config = json.loads((made.folder / "config.json").read_text())
    assert config["text_cfg"]["tokenizer_kwargs"] == {"clean": "canonicalize"}


def test_half_precision_halves_the_files(whole: Exported, tmp_path: Path) -> None:
    half = exported(whole.folder.with_name("tiny"), tmp_path / "half", half=True)
    assert min(half.parity.images, half.parity.texts) > LEAST
    for file in ("visual/model.onnx", "textual/model.onnx"):
        assert (half.folder / file).stat().st_size < 0.6 * (whole.folder / file).stat().st_size
    assert open_clip_model(half.folder).id != open_clip_model(whole.folder).id


def test_eight_bits(whole: Exported, tmp_path: Path, pictures: list[Image.Image]) -> None:
    made = exported(whole.folder.with_name("tiny"), tmp_path / "out", int8=True, pictures=pictures[:4])
    assert made.parity.holds
    assert made.parity.pictures == 4
    assert made.int8 is not None
    assert 0.95 < made.int8.images < made.parity.images
    assert 0.95 < made.int8.texts < made.parity.texts
    model = open_clip_model(made.folder)
    assert model.embed_images(pictures).shape == (len(pictures), 32)


def test_what_open_clip_computes_otherwise_is_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file then holds other weights than the model that it is compared with."""
    visual = onnx_export.export_visual

    def other(model: Any, side: tuple[int, int], path: Path) -> None:
        visual(model, side, path)
        model.visual.proj.data[0] += 0.3

    monkeypatch.setattr(onnx_export, "export_visual", other)
    source = open_clip_source.from_folder(clip_dir(tmp_path / "tiny"))
    with pytest.raises(UserError, match="does not match open_clip"):
        export_open_clip(source.model, source.preprocess, source.tokenizer, tmp_path / "out", config=source.config)
    assert {path.name for path in tmp_path.iterdir()} == {"tiny"}


def test_a_model_in_memory(tmp_path: Path) -> None:
    tokenizer = SimpleTokenizer(bpe_path=str(merges_file(tmp_path / "merges.gz")), context_length=32)
    model = lively(TINY)
    (tmp_path / "out").mkdir()
    told: list[str] = []
    made = export_open_clip(model, PREPROCESS, tokenizer, tmp_path / "out", config=TINY, tell=told.append)
    assert made.parity.holds
    assert len(told) == 3
    assert not model.training
    with pytest.raises(UserError, match="already exists"):
        export_open_clip(model, PREPROCESS, tokenizer, tmp_path / "out", config=TINY)


def test_torch_gives_the_same_vectors(whole: Exported, tmp_path: Path, pictures: list[Image.Image]) -> None:
    source, out = copied(whole, tmp_path / "out")
    before = open_clip_model(out, backend="onnx")
    with pytest.raises(UserError, match="--torch"):
        open_clip_model(out, backend="torch").embed_texts(["a dog"])
    open_clip_source.save(source, out / "open_clip")
    torch_model = open_clip_model(out, backend="torch", threads=1)
    assert torch_model.id == before.id
    texts = ["a dog on the beach", "IMG_2041", "snow"]
    np.testing.assert_allclose(torch_model.embed_images(pictures), before.embed_images(pictures), atol=1e-5)
    np.testing.assert_allclose(torch_model.embed_texts(texts), before.embed_texts(texts), atol=1e-5)
    assert torch_model.loaded == {"torch", "visual", "textual", "tokenizer"}
    torch_model.unload()
    assert torch_model.loaded == set()


def test_auto_takes_torch_for_pictures_where_there_is_a_graphics_card(
    whole: Exported, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pictures: list[Image.Image]
) -> None:
    source, out = copied(whole, tmp_path / "out")
    monkeypatch.setattr(torch_towers, "graphics_card", lambda: "cpu")  # there is none where this is tested
    for kept, loaded in ((False, {"visual"}), (True, {"visual", "torch"})):
        if kept:
            open_clip_source.save(source, out / "open_clip")
        model = open_clip_model(out)
        model.embed_images(pictures[:1])
        assert model.loaded == loaded
        model.embed_texts(["a dog"])
        assert model.loaded == loaded | {"textual", "tokenizer"}
    monkeypatch.setattr(torch_towers, "graphics_card", lambda: None)
    model = open_clip_model(out)
    model.embed_images(pictures[:1])
    assert model.loaded == {"visual"}


def test_the_folder_of_open_clip(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"open_clip_config.json is missing"):
        open_clip_source.from_folder(tmp_path)
    folder = clip_dir(tmp_path / "tiny")
    weights = folder / "open_clip_model.safetensors"
    data = weights.read_bytes()
    weights.write_bytes(data[: len(data) // 2])
    with pytest.raises(UserError, match="open_clip could not load"):
        open_clip_source.from_folder(folder)
    weights.unlink()
    with pytest.raises(UserError, match="has no weights"):
        open_clip_source.from_folder(folder)


def test_names_of_open_clip() -> None:
    with pytest.raises(UserError, match="has no model called ViT-Z-1"):
        open_clip_source.by_name("ViT-Z-1/openai")
    with pytest.raises(UserError, match=r"want: ViT-B-32/TAG.*laion2b_s34b_b79k"):
        open_clip_source.by_name("ViT-B-32")
    with pytest.raises(UserError, match="want: ViT-B-32/TAG"):
        open_clip_source.by_name("ViT-B-32/nothing")


def test_pictures_to_compare_with(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no pictures"):
        pictures_in(tmp_path)
    (tmp_path / "notes.txt").write_text("no picture")
    Image.new("RGB", (50, 40), "red").save(tmp_path / "a.jpg")
    Image.new("RGBA", (50, 40)).save(tmp_path / "b.png")
    assert [one.mode for one in pictures_in(tmp_path)] == ["RGB", "RGB"]


def test_a_tokenizer_nobody_can_write(tmp_path: Path) -> None:
    class Odd:
        context_length = 32

    with pytest.raises(UserError, match="cannot write the tokenizer"):
        export_open_clip(lively(TINY), PREPROCESS, Odd(), tmp_path / "out", config=TINY)
    assert not (tmp_path / "out").exists()


def test_the_command(whole: Exported, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Image.new("RGB", (90, 60), "green").save(tmp_path / "a.png")
    source, data = whole.folder.with_name("tiny"), tmp_path / "data"
    command = ["models", "export", "--open-clip-dir", str(source), "--data", str(data), "--pictures", str(tmp_path)]
    assert main([*command, "--half", "--torch", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    folder = data / "models/clip/tiny"
    assert (said["name"], said["folder"], said["int8"]) == ("tiny", str(folder), None)
    assert said["parity"]["pictures"] == 1
    assert min(said["parity"]["images"], said["parity"]["texts"]) > LEAST
    store = ModelStore(data / "models")
    assert store.verify("tiny") == []
    active = store.active("clip")
    assert active is not None
    assert (active.name, active.licence) == ("tiny", "unknown")
    assert open_clip_model(folder, backend="torch").embed_texts(["a dog"]).shape == (1, 32)

    assert main([*command, "--out", str(tmp_path / "out"), "--int8"]) == 0
    told = capsys.readouterr().out
    assert told.startswith(
        f"tiny__int8 is in {tmp_path / 'out'}\nCompared with open_clip: cosine similarity at least 1.000000"
    )
    assert "In 8 bits: cosine similarity at least 0.9" in told
    assert [one.name for one in store.installed()] == ["tiny"]
    assert main([*command, "--int8", "--torch"]) == 1
    assert main(command) == 1, "the name is taken"
    assert "already a model called tiny" in capsys.readouterr().err
