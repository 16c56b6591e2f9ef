"""Fetching from a hub: whole or not at all, gone on with, checked, mended, and refused in words."""

import dataclasses
import errno
import shutil
from collections import Counter
from pathlib import Path

import pytest
from helpers.hub import COMMIT, Hub
from helpers.tiny_clip import tiny_clip

from haven_fs.errors import UserError
from haven_models import download
from haven_models.layout import NEEDED
from haven_models.manifest import read_manifest
from haven_models.pull import SPARE, Plan, plan_pull, pull
from haven_models.registry import Entry, entry_for_repository, find_entry
from haven_models.store import ModelStore

LARGE = "visual/model.onnx"
NAME = "ViT-B-32-SigLIP2-256__webli"
WANTED = {*NEEDED, "textual/tokenizer_config.json"}


def entry() -> Entry:
    found = find_entry("default")
    assert found is not None
    return found


def plan(store: ModelStore) -> Plan:
    return plan_pull(store, entry())


def get(store: ModelStore, **changes: object) -> Path:
    return pull(store, plan_pull(store, dataclasses.replace(entry(), **changes)))


def files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def sizes(hub: Hub) -> dict[str, int]:
    (repository,) = hub.repositories.values()
    return {name: len(data) for name, data in repository.items()}


def test_a_model_is_fetched_whole_and_used(store: ModelStore, hub: Hub, tmp_path: Path) -> None:
    made = plan(store)
    assert {one.name for one in made.files} == WANTED
    assert made.bytes == sum(sizes(hub)[name] for name in WANTED)
    seen: list[int] = []
    folder = pull(store, made, seen.append)
    assert sum(seen) == made.bytes
    assert folder == store.folder / "clip" / NAME
    assert files(folder) == {*WANTED, "manifest.json"}
    for name in WANTED:
        assert (folder / name).read_bytes() == (tmp_path / "published" / name).read_bytes()
    active = store.active("clip")
    assert active is not None
    assert (active.name, active.licence, active.commercial) == (NAME, "Apache-2.0", True)
    assert store.verify(NAME) == []
    manifest = read_manifest(folder)
    assert manifest is not None
    assert (manifest.revision, manifest.host) == (COMMIT, hub.url)
    assert {record.checked for record in manifest.files.values()} == {"the host's SHA-256", "the host's git id"}
    assert max(Counter(name for name, _ in hub.asked).values()) == 1


def test_what_is_here_is_not_fetched_again(store: ModelStore, hub: Hub) -> None:
    get(store)
    hub.asked.clear()
    hub.status = 500  # nobody is asked
    made = plan(store)
    assert made.files == ()
    assert pull(store, made) == store.folder / "clip" / NAME
    assert hub.asked == []


def test_a_broken_connection_is_gone_on_with(store: ModelStore, hub: Hub) -> None:
    hub.cut, hub.cuts = {LARGE: 1000}, 3
    get(store)
    assert [asked for name, asked in hub.asked if name == LARGE] == ["", "bytes=1000-", "bytes=2000-", "bytes=3000-"]
    assert store.verify(NAME) == []


def test_a_fetch_that_was_given_up_is_gone_on_with_later(store: ModelStore, hub: Hub) -> None:
    hub.cut, hub.cuts = {LARGE: 0}, 10**6
    draft = store.folder / "clip" / f".{NAME}.draft"
    with pytest.raises(UserError, match=r"cannot be reached.*kept"):
        get(store)
    assert store.installed() == []
    assert len([name for name, _ in hub.asked if name == LARGE]) == download.TRIES
    hub.cut, hub.cuts = {LARGE: 1500}, 1
    hub.asked.clear()
    (draft / LARGE).write_bytes((hub.repositories[entry().source.repository][LARGE])[:700])  # type: ignore[union-attr]
    get(store)
    assert [asked for name, asked in hub.asked if name == LARGE] == ["bytes=700-", "bytes=2200-"]
    assert "config.json" not in [name for name, _ in hub.asked], "what came whole is not asked for again"
    assert not draft.exists()
    assert store.verify(NAME) == []


def test_a_host_without_ranges(store: ModelStore, hub: Hub) -> None:
    hub.ranges = False
    hub.cut, hub.cuts = {LARGE: 1000}, 2
    seen: list[int] = []
    pull(store, plan(store), seen.append)
    assert sum(seen) == sum(sizes(hub)[name] for name in WANTED), "what has to come again is taken back"
    assert min(seen) == -1000
    assert store.verify(NAME) == []


def test_what_lies_there_from_another_time_is_not_believed(store: ModelStore, hub: Hub) -> None:
    draft = store.folder / "clip" / f".{NAME}.draft"
    for content in (b"x" * 100, b"x" * sizes(hub)[LARGE], b"x" * 10**6):
        (draft / "visual").mkdir(parents=True, exist_ok=True)
        (draft / LARGE).write_bytes(content)
        (draft / "visual/gone.bin").write_bytes(b"no part of it any more")
        folder = get(store)
        assert files(folder) == {*WANTED, "manifest.json"}
        assert store.verify(NAME) == []
        store.remove(NAME)


def test_a_busy_host_is_asked_again(store: ModelStore, hub: Hub) -> None:
    made = plan(store)
    hub.busy = 3
    pull(store, made)
    assert store.verify(NAME) == []


@pytest.mark.parametrize("name", [LARGE, "config.json"])
def test_a_spoiled_file_is_fetched_again_and_never_kept(store: ModelStore, hub: Hub, name: str) -> None:
    hub.spoil = {name: 2}
    with pytest.raises(UserError, match=f"{name}.*downloaded twice and does not match the host's"):
        get(store)
    assert store.installed() == []
    assert not (store.folder / "clip" / f".{NAME}.draft" / name).exists()
    hub.spoil = {name: 1}
    get(store)
    assert store.verify(NAME) == []


def test_a_pinned_checksum_outranks_the_host(store: ModelStore, hub: Hub) -> None:
    source = entry().source
    assert source is not None
    pinned = dataclasses.replace(source, sha256={LARGE: "0" * 64})
    with pytest.raises(UserError, match="does not match a pinned SHA-256"):
        get(store, source=pinned)
    assert store.installed() == []


def test_only_the_damaged_file_is_fetched_again(store: ModelStore, hub: Hub) -> None:
    folder = get(store)
    before = store.find(NAME)
    for damage in ("changed", "cut", "gone"):
        file = folder / LARGE
        data = file.read_bytes()
        file.write_bytes({"changed": b"\0" + data[1:], "cut": data[:-9], "gone": b""}[damage])
        if damage == "gone":
            file.unlink()
        assert store.verify(NAME)
        hub.asked.clear()
        made = plan(store)
        assert [one.name for one in made.files] == [LARGE]
        assert made.mends is not None
        pull(store, made)
        assert [name for name, _ in hub.asked] == [LARGE]
        assert store.verify(NAME) == []
    assert store.find(NAME) == before


def test_mending_takes_the_file_that_was_there_or_none(store: ModelStore, hub: Hub) -> None:
    """The host may say what it likes by then: the checksum that was written down counts."""
    folder = get(store)
    (folder / LARGE).unlink()
    repository = entry().source.repository  # type: ignore[union-attr]
    hub.repositories[repository][LARGE] = hub.repositories[repository][LARGE][:-1] + b"?"
    with pytest.raises(UserError, match="twice"):
        get(store)
    assert store.verify(NAME) == [f"{folder / LARGE}: it is missing."]


def test_a_model_that_was_put_there_is_left_alone(store: ModelStore, hub: Hub, tmp_path: Path) -> None:
    tiny_clip(tmp_path / "mine")
    store.add("clip", tmp_path / "mine", NAME)
    with pytest.raises(UserError, match="that Haven did not fetch"):
        plan(store)
    assert hub.asked == []


def test_another_model_in_use_stays_in_use(store: ModelStore, hub: Hub, tmp_path: Path) -> None:
    tiny_clip(tmp_path / "mine")
    store.add("clip", tmp_path / "mine")
    get(store)
    active = store.active("clip")
    assert active is not None
    assert active.name == "mine"


def test_the_demo_model_gives_way(store: ModelStore, hub: Hub, tmp_path: Path) -> None:
    tiny_clip(tmp_path / "demo")
    store.add("clip", tmp_path / "demo")
    get(store)
    active = store.active("clip")
    assert active is not None
    assert active.name == NAME


def test_any_repository_in_the_layout(store: ModelStore, hub: Hub) -> None:
    hub.repositories["somebody/else"] = hub.repositories.pop(entry().source.repository)  # type: ignore[union-attr]
    pull(store, plan_pull(store, entry_for_repository("somebody/else")))
    (one,) = store.installed()
    assert (one.name, one.licence, one.commercial) == ("else", "unknown", None)


def test_a_repository_that_is_no_model(store: ModelStore, hub: Hub) -> None:
    del hub.repositories[entry().source.repository]["textual/model.onnx"]  # type: ignore[union-attr]
    with pytest.raises(UserError, match=r"it lacks textual/model.onnx"):
        plan(store)


def test_a_model_that_does_not_run_is_not_kept(store: ModelStore, hub: Hub) -> None:
    hub.repositories[entry().source.repository][LARGE] = b"no model at all"  # type: ignore[union-attr]
    with pytest.raises(UserError, match="cannot be opened"):
        get(store)
    assert store.installed() == []
    assert files(store.folder) == {".lock"}


@pytest.mark.parametrize(
    ("status", "words"), [(404, "There is no"), (401, "does not give"), (403, "does not give"), (500, "answered 500")]
)
def test_a_host_that_refuses(store: ModelStore, hub: Hub, status: int, words: str) -> None:
    made = plan(store)
    hub.status = status
    with pytest.raises(UserError, match=words):
        plan(store)
    with pytest.raises(UserError, match=words):
        pull(store, made)
    assert store.installed() == []


def test_no_network(store: ModelStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HAVEN_MODEL_HOST", "http://127.0.0.1:9")
    with pytest.raises(UserError, match=r"127.0.0.1:9 cannot be reached.*haven models add"):
        plan(store)
    for host in ("ftp://example.org", "http://example.org", "example.org"):
        monkeypatch.setenv("HAVEN_MODEL_HOST", host)
        with pytest.raises(UserError, match=r"HAVEN_MODEL_HOST.*must begin with https"):
            plan(store)


def test_a_host_that_is_no_hub(store: ModelStore, hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub, "metadata", lambda repository: ["hello"])
    with pytest.raises(UserError, match="does not answer like a model hub"):
        plan(store)


def test_no_room_is_said_before_anything_is_fetched(
    store: ModelStore, hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = plan(store)
    free = shutil.disk_usage(store.folder.parent)._replace(free=SPARE + made.bytes - 1)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: free)
    with pytest.raises(UserError, match="The disk is full"):
        pull(store, made)
    assert hub.asked == []


def test_a_disk_that_fills_up_meanwhile(store: ModelStore, hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    made = plan(store)
    whole = download._more

    def full(url: str, path: Path, *rest: object) -> None:
        if path.name == "model.onnx":
            path.write_bytes(b"part")
            raise OSError(errno.ENOSPC, "No space left on device")
        whole(url, path, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(download, "_more", full)
    with pytest.raises(UserError, match=r"The disk is full.*HAVEN_MODELS"):
        pull(store, made)
    assert not list(store.folder.rglob("model.onnx"))
    monkeypatch.setattr(download, "_more", whole)
    get(store)
    assert store.verify(NAME) == []


def test_models_for_faces(store: ModelStore, hub: Hub, corpus: Path, tmp_path: Path) -> None:
    buffalo = find_entry("buffalo_s")
    assert buffalo is not None
    assert buffalo.licence.commercial is False
    pack = corpus / "models/insightface/models/open"
    for part, name in (("detection", "yunet_n_as_scrfd.onnx"), ("recognition", "mobileface_identification_v2.onnx")):
        (tmp_path / "faces" / part).mkdir(parents=True)
        shutil.copyfile(pack / name, tmp_path / "faces" / part / "model.onnx")
    hub.publish("immich-app/buffalo_s", tmp_path / "faces")
    folder = pull(store, plan_pull(store, buffalo))
    assert files(folder) == {"detection.onnx", "recognition.onnx", "manifest.json"}
    (folder / "detection.onnx").unlink()
    assert [one.file.path for one in plan_pull(store, buffalo).files] == ["detection/model.onnx"]
    pull(store, plan_pull(store, buffalo))
    assert store.verify("buffalo_s") == []
