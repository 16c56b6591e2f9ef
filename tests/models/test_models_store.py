"""The store: what is added works and is whole, one is in use, damage is told, what is removed is gone."""

import json
import shutil
from pathlib import Path

import pytest
from helpers.tiny_clip import tiny_clip

from haven_fs.errors import UserError
from haven_models.clip import open_clip_model
from haven_models.layout import NEEDED
from haven_models.store import ModelStore, model_store, models_folder


def everything(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*")}


def test_nothing_is_here(store: ModelStore) -> None:
    assert store.installed() == []
    assert store.active("clip") is None
    assert not store.folder.exists(), "looking makes nothing"
    for act in (store.use, store.remove, store.verify):
        with pytest.raises(UserError, match="no model called tiny here"):
            act("tiny")


def test_adding_copies_checks_and_uses(store: ModelStore, tmp_path: Path) -> None:
    source = tmp_path / "tiny"
    tiny_clip(source, weights_file="weights of all kinds", ours={"licence": "MIT", "commercial": True})
    (source / "notes.doc").write_text("mine")
    (source / "visual/.DS_Store").write_text("a Mac's")
    added = store.add("clip", source)
    assert (added.name, added.task, added.licence, added.commercial, added.active) == (
        "tiny",
        "clip",
        "MIT",
        True,
        True,
    )
    assert added.folder == store.folder / "clip/tiny"
    files = {name for name in everything(added.folder) if (added.folder / name).is_file()}
    assert files == {
        *NEEDED,
        "textual/tokenizer_config.json",
        "visual/weights of all kinds",
        "haven.json",
        "manifest.json",
    }
    assert added.bytes == sum((added.folder / name).stat().st_size for name in files)
    assert store.active("clip") == added
    assert store.installed() == [added]
    assert store.active("faces") is None
    assert open_clip_model(added.folder).id == open_clip_model(source).id
    assert everything(source) >= files - {"manifest.json"}, "the original stays"
    assert store.verify("tiny") == []


def test_a_name_may_be_given_and_must_be_free(store: ModelStore, tmp_path: Path) -> None:
    tiny_clip(tmp_path / "tiny")
    first = store.add("clip", tmp_path / "tiny")
    with pytest.raises(UserError, match=r"already.*--name"):
        store.add("clip", tmp_path / "tiny")
    second = store.add("clip", tmp_path / "tiny", "other")
    assert [one.name for one in store.installed()] == ["other", "tiny"]
    assert store.active("clip") == second
    assert store.use("tiny") == first
    assert store.active("clip") == first
    for name in ("../out", "", ".hidden", "a/b", "a\\b", "x" * 200):
        with pytest.raises(UserError, match="cannot be the name of a model"):
            store.add("clip", tmp_path / "tiny", name or " ")
    assert not (store.folder / "out").exists()


def test_what_is_no_model_is_not_added(store: ModelStore, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no folder"):
        store.add("clip", tmp_path / "none")
    (tmp_path / "pictures").mkdir()
    with pytest.raises(UserError, match=r"it lacks config.json"):
        store.add("clip", tmp_path / "pictures")
    tiny_clip(tmp_path / "broken")
    onnx = tmp_path / "broken/textual/model.onnx"
    onnx.write_bytes(onnx.read_bytes()[:50])
    with pytest.raises(UserError, match="cannot be opened"):
        store.add("clip", tmp_path / "broken")
    assert store.installed() == []
    assert everything(store.folder) <= {"clip", ".lock"}, "no drafts are left"


def test_one_model_is_used_without_being_chosen_but_never_the_demo(store: ModelStore, tmp_path: Path) -> None:
    tiny_clip(store.folder / "clip/demo")
    assert store.active("clip") is None
    tiny_clip(store.folder / "clip/real")
    assert store.active("clip") is None, "of two, one must be chosen"
    store.remove("demo")
    active = store.active("clip")
    assert active is not None
    assert (active.name, active.licence) == ("real", "unknown")
    tiny_clip(store.folder / "clip/demo")
    store.use("demo")
    active = store.active("clip")
    assert active is not None
    assert active.name == "demo"


def test_the_only_model_stays_in_use_when_another_comes(store: ModelStore, tmp_path: Path) -> None:
    tiny_clip(store.folder / "clip/first")
    tiny_clip(tmp_path / "tiny")
    store.adopt("clip", "second", lambda folder: shutil.copytree(tmp_path / "tiny", folder), "a test")
    active = store.active("clip")
    assert active is not None
    assert active.name == "first"


def test_removing_the_model_in_use(store: ModelStore, tmp_path: Path) -> None:
    tiny_clip(tmp_path / "tiny")
    store.add("clip", tmp_path / "tiny")
    store.add("clip", tmp_path / "tiny", "other")
    store.remove("other")
    assert [one.name for one in store.installed()] == ["tiny"]
    assert everything(store.folder / "clip") == {"tiny", *(f"tiny/{n}" for n in everything(store.folder / "clip/tiny"))}
    # The choice is gone with it; what is left is the only one.
    active = store.active("clip")
    assert active is not None
    assert active.name == "tiny"


def test_a_chosen_model_that_vanished(store: ModelStore, tmp_path: Path) -> None:
    tiny_clip(tmp_path / "tiny")
    store.add("clip", tmp_path / "tiny", "one")
    store.add("clip", tmp_path / "tiny", "two")
    (store.folder / "clip/two").rename(tmp_path / "elsewhere")
    assert store.active("clip") is None, "another one is not taken for it"


@pytest.mark.parametrize("name", ["visual/model.onnx", "textual/tokenizer.json", "config.json"])
def test_damage_is_told(store: ModelStore, tmp_path: Path, name: str) -> None:
    tiny_clip(tmp_path / "tiny")
    file = store.add("clip", tmp_path / "tiny").folder / name
    data = file.read_bytes()
    file.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    assert store.verify("tiny") == [f"{file}: its content has changed since it was installed."]
    file.write_bytes(data + b"x")
    assert store.verify("tiny") == [f"{file}: it has {len(data) + 1:,} bytes and should have {len(data):,}."]
    file.unlink()
    assert store.verify("tiny") == [f"{file}: it is missing."]
    file.write_bytes(data)
    assert store.verify("tiny") == []


def test_a_model_put_there_by_hand(store: ModelStore) -> None:
    tiny_clip(store.folder / "clip/tiny")
    assert store.verify("tiny") == []
    (store.folder / "clip/tiny/visual/model.onnx").write_bytes(b"broken")
    (problem,) = store.verify("tiny")
    assert "visual/model.onnx" in problem


def test_damaged_notes_are_told_in_words(store: ModelStore, tmp_path: Path) -> None:
    tiny_clip(tmp_path / "tiny")
    store.add("clip", tmp_path / "tiny")
    (store.folder / "active.json").write_text("{")
    with pytest.raises(UserError, match=r"active.json cannot be read"):
        store.active("clip")
    (store.folder / "active.json").unlink()
    (store.folder / "clip/tiny/manifest.json").write_text('{"files": 3}')
    with pytest.raises(UserError, match=r"manifest.json is damaged"):
        store.verify("tiny")
    assert [(one.name, one.licence) for one in store.installed()] == [("tiny", "unknown")]


def test_data_folders_that_share_models_choose_for_themselves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HAVEN_MODELS", raising=False)
    settings = [{"data_dir": str(tmp_path / name)} for name in ("a", "b")]
    assert models_folder(settings[0]) == tmp_path / "a/models"
    tiny_clip(tmp_path / "tiny")
    assert model_store(settings[0]).add("clip", tmp_path / "tiny").folder == tmp_path / "a/models/clip/tiny"
    assert model_store(settings[1]).installed() == []

    monkeypatch.setenv("HAVEN_MODELS", str(tmp_path / "shared"))
    stores = [model_store(one) for one in settings]
    assert {one.folder for one in stores} == {tmp_path / "shared"}
    stores[0].add("clip", tmp_path / "tiny", "one")
    stores[1].add("clip", tmp_path / "tiny", "two")
    assert [one.name for one in stores[0].installed()] == ["one", "two"]
    assert [one.active("clip").name for one in stores] == ["one", "two"]  # type: ignore[union-attr]
    assert json.loads((tmp_path / "b/models/active.json").read_text()) == {"clip": "two"}


def test_two_commands_at_once(store: ModelStore, tmp_path: Path) -> None:
    tiny_clip(tmp_path / "tiny")
    with store.locked(), pytest.raises(UserError, match="Wait until it has finished"):
        ModelStore(store.folder).add("clip", tmp_path / "tiny")


def test_faces_of_the_corpus(store: ModelStore, corpus: Path) -> None:
    added = store.add("faces", corpus / "models/insightface/models/open")
    assert (added.name, added.task, added.active) == ("open", "faces", True)
    assert added.folder == store.folder / "faces/models/open"
    assert sorted(path.name for path in added.folder.glob("*.onnx")) == sorted(
        path.name for path in (corpus / "models/insightface/models/open").glob("*.onnx")
    )
    assert store.verify("open") == []
    assert store.active("clip") is None


def test_faces_need_a_detector_and_an_embedder(store: ModelStore, corpus: Path, tmp_path: Path) -> None:
    pack = corpus / "models/insightface/models/open"
    for name, words in (("yunet_n_as_scrfd.onnx", "tells faces apart"), ("mobileface", "finds faces")):
        half = tmp_path / name
        half.mkdir()
        (file,) = (path for path in pack.glob("*.onnx") if path.name.startswith(name.removesuffix(".onnx")))
        (half / file.name).write_bytes(file.read_bytes())
        with pytest.raises(UserError, match=f"none of its files {words}"):
            store.add("faces", half)
    tiny_clip(tmp_path / "clip")
    with pytest.raises(UserError, match=r"no .onnx file"):
        store.add("faces", tmp_path / "clip")
