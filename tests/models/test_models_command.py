"""`haven models` as its user runs it."""

import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest
from helpers.hub import Hub
from helpers.serving import typed
from helpers.tiny_clip import tiny_clip

from haven_fs.cli import main

DEFAULT = "ViT-B-32-SigLIP2-256__webli"


class Ran:
    """What a command gave: its status, and what it printed."""

    def __init__(self, status: int, out: str, errors: str) -> None:
        self.status, self.out, self.errors = status, out, errors

    @property
    def json(self) -> Any:
        """What it printed, as JSON."""
        return json.loads(self.out)


@pytest.fixture
def models(tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Any:
    """Run `haven models` on a data folder."""
    monkeypatch.delenv("HAVEN_MODELS", raising=False)

    def run(*arguments: object, status: int = 0) -> Ran:
        found = main(["models", *map(str, arguments), "--data", str(tmp_path / "data")])
        ran = Ran(found, *capfd.readouterr())
        assert ran.status == status, ran.errors
        if status == 1 and ran.errors:
            assert ran.errors.splitlines()[-1].startswith("haven: ")
        return ran

    with Path(os.devnull).open() as nothing:
        monkeypatch.setattr(sys, "stdin", nothing)
        yield run


def test_what_can_be_had(models: Any) -> None:
    text = models("list").out
    assert text.startswith(f"To search in English: haven models pull default\n    {DEFAULT} finds 73.2 % in English.\n")
    assert "published by Immich" in text
    assert "No models are installed yet.\n" in text
    assert f"{DEFAULT} (default): clip, about 1.5 GB, many languages\n    finds 73.2 % in English\n" in text
    assert "MobileCLIP2-S2__dfndr2b: clip, English\n    finds: unknown, nobody has published it\n" in text
    assert "Licence Apache-2.0. Free for any use" in text
    assert "buffalo_l (default): faces" in text
    assert "NON-COMMERCIAL" in text
    assert "haven models export MobileCLIP2-S2/dfndr2b" in text
    facts = {one["name"]: one for one in models("list", "--json").json}
    assert facts[DEFAULT]["commercial"] is True
    assert facts[DEFAULT]["source"]["repository"] == f"immich-app/{DEFAULT}"
    assert facts[DEFAULT]["recall"]["de"] == 84.44
    assert facts["MobileCLIP2-S2__dfndr2b"]["recall"] == {}, "what is not known is not made up"
    assert not any(one["installed"] for one in facts.values())


@pytest.mark.parametrize(
    ("language", "name", "said"),
    [
        ("de", "default", "84.4 % in German, 73.2 % in English"),
        ("da", "XLM-Roberta-Base-ViT-B-32__laion5b_s13b_b90k", "75.1 % in Danish, 68.3 % in English"),
        ("pt-BR", "default", "74.8 % in Portuguese"),
        ("no", "XLM-Roberta-Base-ViT-B-32__laion5b_s13b_b90k", "67.8 % in Norwegian"),
    ],
)
def test_the_model_for_the_owners_language_is_named(
    models: Any, tmp_path: Path, language: str, name: str, said: str
) -> None:
    (tmp_path / "data").mkdir(exist_ok=True)
    (tmp_path / "data/haven.toml").write_text(f'language = "{language}"\n')
    lines = models("list").out.splitlines()
    assert lines[0].startswith("To search in ") and lines[0].endswith(f": haven models pull {name}")
    assert said in lines[1]


def test_of_a_language_without_figures_that_is_said(models: Any, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir(exist_ok=True)
    (tmp_path / "data/haven.toml").write_text('language = "is"\n')
    assert models("list").out.startswith("How much models find in your language (is) is not published.")


def test_all_figures_are_a_table(models: Any) -> None:
    lines = models("list", "--languages").out.splitlines()
    assert any(line.split() == ["Japanese", "ja", "-", "55.3", "58.1", "*81.2", "87.0", "68.3", "-"] for line in lines)
    assert max(map(len, lines)) <= 110


def test_adding_using_checking_and_removing(models: Any, tmp_path: Path) -> None:
    tiny_clip(tmp_path / "mine", ours={"licence": "MIT"})
    added = models("add", "clip", tmp_path / "mine")
    assert added.out == f"mine is installed and in use: {tmp_path / 'data/models/clip/mine'}\n"
    second = models("add", "clip", tmp_path / "mine", "--name", "second", "--json").json
    assert (second["name"], second["active"], second["licence"]) == ("second", True, "MIT")
    assert models("use", "mine", "--json").json["active"] is True
    text = models("list").out
    assert "Installed: mine, clip, 0.1 MB, licence MIT, in use\n" in text
    assert "Installed: second, clip, 0.1 MB, licence MIT\n" in text
    here = [one for one in models("list", "--json").json if one["installed"]]
    assert [(one["name"], one["active"]) for one in here] == [("mine", True), ("second", False)]

    assert models("verify").out == "mine is undamaged.\nsecond is undamaged.\n"
    onnx = tmp_path / "data/models/clip/mine/visual/model.onnx"
    onnx.write_bytes(onnx.read_bytes()[:-1])
    assert f"{onnx}: it has" in models("verify", status=1).out
    problems = models("verify", "--json", status=1).json
    assert len(problems["mine"]) == 1
    assert problems["second"] == []
    assert models("verify", "second").out == "second is undamaged.\n"

    assert models("remove", "mine").out == "mine has been removed.\n"
    assert models("remove", "second", "--json").json == {"name": "second", "removed": True}
    assert models("verify").out == "No models are installed.\n"
    assert "no model called mine here" in models("use", "mine", status=1).errors


def test_fetching_asks_first(models: Any, hub: Hub, tmp_path: Path) -> None:
    refused = models("pull", status=1)
    assert f"{DEFAULT} from {hub.url}/immich-app/{DEFAULT}, 0.1 MB" in refused.errors
    assert "Licence: Apache-2.0. Free for any use" in refused.errors
    assert "this first download trusts what the host says" in refused.errors
    assert "--accept-licence" in refused.errors.splitlines()[-1]
    assert hub.asked == []
    assert not (tmp_path / "data/models/clip").exists()
    assert models("pull", "--accept-licence").out.startswith(f"{DEFAULT} is installed: ")
    facts = models("list", "--json").json
    assert [one["name"] for one in facts if one["active"]] == [DEFAULT]
    hub.asked.clear()
    again = models("pull", "default", "--json")
    assert again.json["active"] is True
    assert hub.asked == []


def test_mending_is_not_asked_for(models: Any, hub: Hub, tmp_path: Path) -> None:
    models("pull", "--accept-licence")
    onnx = tmp_path / "data/models/clip" / DEFAULT / "visual/model.onnx"
    onnx.write_bytes(b"broken")
    told = models("verify", status=1).out
    assert f"To repair it: haven models pull {DEFAULT}" in told
    mended = models("pull")
    assert "is damaged: visual/model.onnx" in mended.errors
    assert models("verify").out == f"{DEFAULT} is undamaged.\n"


def test_a_licence_that_forbids_is_said_plainly(models: Any, hub: Hub) -> None:
    hub.repositories["immich-app/nllb-clip-base-siglip__v1"] = hub.repositories[f"immich-app/{DEFAULT}"]
    refused = models("pull", "nllb-clip-base-siglip__v1", status=1).errors
    assert "Licence: CC-BY-NC-4.0. NOT for commercial use" in refused
    hub.repositories["somebody/else"] = hub.repositories[f"immich-app/{DEFAULT}"]
    assert "does not know its licence" in models("pull", "somebody/else", status=1).errors
    assert hub.asked == []
    models("pull", "somebody/else", "--accept-licence")
    models("pull", "--accept-licence")
    told = models("pull", "--accept-licence").errors
    assert f"Another model is in use. To switch to this one: haven models use {DEFAULT}" in told


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["pull", "nothing"], "There is no model called nothing"),
        (["pull", "a/b/c"], "There is no model called a/b/c"),
        (["pull", "MobileCLIP2-S2__dfndr2b"], "haven models export MobileCLIP2-S2/dfndr2b"),
        (["pull", "yunet-mobileface"], "haven models add faces DIR"),
        (["pull", "nobody/nothing"], "There is no nobody/nothing on"),
        (["add", "clip", "/no/such/folder"], "There is no folder"),
        (["remove", "nothing"], "no model called nothing here"),
        (["verify", "nothing"], "no model called nothing here"),
    ],
)
def test_what_cannot_be_done(models: Any, hub: Hub, arguments: list[str], reason: str) -> None:
    errors = models(*arguments, status=1).errors
    assert reason in errors
    assert errors.count("\n") == 1


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
@pytest.mark.parametrize(("answer", "fetched"), [("n", False), ("", False), ("y", True)])
def test_the_question_on_a_terminal(hub: Hub, tmp_path: Path, answer: str, fetched: bool) -> None:
    done = typed(f"{answer}\n", "models", "pull", "--data", tmp_path / "data")
    assert "Fetch it? [y/N]" in done.stderr
    assert done.returncode == (0 if fetched else 1), done.stderr
    assert ("Nothing was fetched." in done.stderr) is not fetched
    assert (tmp_path / "data/models/clip" / DEFAULT / "config.json").exists() is fetched
