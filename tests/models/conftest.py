"""What tests of models share: a store, and a hub that publishes a tiny model under the default model's name."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from helpers.hub import Hub, serving_hub
from helpers.tiny_clip import tiny_clip

from haven_models import download
from haven_models.registry import find_entry
from haven_models.store import ModelStore


@pytest.fixture
def store(tmp_path: Path) -> ModelStore:
    """An empty store."""
    return ModelStore(tmp_path / "models")


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """A hub that the code fetches from, with a tiny model and what lies beside published ones."""
    monkeypatch.setattr(download, "WAIT", 0.001)
    published = tmp_path / "published"
    tiny_clip(published)
    (published / ".gitattributes").write_text("*.onnx filter=lfs\n")
    (published / "README.md").write_text("# A model\n")
    (published / "visual/model.armnn").write_bytes(b"for other programs")
    (published / "visual/fp16").mkdir()
    (published / "visual/fp16/model.armnn").write_bytes(b"for other programs")
    entry = find_entry("default")
    assert entry is not None
    assert entry.source is not None
    with serving_hub() as hub:
        hub.publish(entry.source.repository, published)
        monkeypatch.setenv("HAVEN_MODEL_HOST", hub.url)
        monkeypatch.setenv("no_proxy", "127.0.0.1")
        yield hub
