"""An open_clip model with all that goes with it, by its name there or from a folder. Needs the extra [torch]."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from haven_fs import UserError
from haven_models.onnx_export import hushed_root

_CONFIG = "open_clip_config.json"
_ELSEWHERE = "hf-hub:"


@dataclass(frozen=True, slots=True)
class OpenClip:
    """A model, how its pictures and texts are made ready, its configuration, and what it is called."""

    name: str
    model: Any
    preprocess: Mapping[str, Any]
    tokenizer: Any
    config: Mapping[str, Any]


def by_name(wanted: str, *, random: bool = False) -> OpenClip:
    """Return the model NAME/TAG of open_clip, or hf-hub:OWNER/NAME; open_clip fetches weights it does not have yet.

    `random`: NAME alone, with weights that mean nothing, to measure speed with. Raises UserError.
    """
    open_clip = _open_clip()
    name, tag = (wanted, "") if wanted.startswith(_ELSEWHERE) else wanted.partition("/")[::2]
    if not wanted.startswith(_ELSEWHERE):
        if name not in open_clip.list_models():
            raise UserError(
                f"open_clip has no model called {name}. `haven models list` shows models that are ready to fetch."
            )
        tags = open_clip.list_pretrained_tags_by_model(name)
        if not (tag in tags or (random and not tag)):
            raise UserError(f"Say which weights you want: {name}/TAG. For {name}, open_clip has: {', '.join(tags)}.")
    settings = open_clip.get_pretrained_cfg(name, tag) if tag else {}
    quick = bool(settings.get("quick_gelu"))  # those weights were trained with it, whatever the name alone says
    if random:
        import torch

        torch.manual_seed(0)  # so that two exports are of one model
    try:
        with hushed_root():
            model = open_clip.create_model(
                name,
                pretrained=tag or None,
                force_quick_gelu=quick,
                require_pretrained=not random,
            )
            tokenizer = open_clip.get_tokenizer(name)
        if name.startswith(_ELSEWHERE):
            from open_clip.factory import _get_hf_config

            config = _get_hf_config(name.removeprefix(_ELSEWHERE))["model_cfg"]
        else:
            config = open_clip.get_model_config(name)
    except Exception as error:  # whatever a hub, its client and a file raise
        raise _failed(wanted, error) from error
    if quick:
        config = {**config, "quick_gelu": True}
    known = f"{name}__{tag or 'random'}" if not name.startswith(_ELSEWHERE) else name.rpartition("/")[2]
    return OpenClip(known, model, open_clip.get_model_preprocess_cfg(model), tokenizer, config)


def from_folder(folder: Path) -> OpenClip:
    """Return the model of a folder with open_clip_config.json, weights, and what its tokenizer needs.

    A merges file of open_clip's own tokenizer is named in text_cfg.tokenizer_kwargs.bpe_path, below the folder.
    Raises UserError.
    """
    open_clip = _open_clip()
    model, config = model_from_folder(folder)
    options = dict(config.get("text_cfg", {}).get("tokenizer_kwargs") or {})
    if "bpe_path" in options:
        options["bpe_path"] = str(folder / options["bpe_path"])
    try:
        with hushed_root():
            tokenizer = open_clip.get_tokenizer(f"local-dir:{folder}", **options)
    except Exception as error:  # whatever a damaged file raises
        raise _failed(f"the tokenizer in {folder}", error) from error
    return OpenClip(folder.resolve().name, model, open_clip.get_model_preprocess_cfg(model), tokenizer, config)


def model_from_folder(folder: Path) -> tuple[Any, Mapping[str, Any]]:
    """Return the model of such a folder and its configuration, without a tokenizer. Raises UserError."""
    open_clip = _open_clip()
    try:
        config = json.loads((folder / _CONFIG).read_text(encoding="utf-8"))["model_cfg"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UserError(
            f"{folder} is not an open_clip folder: {_CONFIG} is missing or cannot be understood."
        ) from error
    if not any(path.suffix in (".safetensors", ".bin", ".pth") for path in folder.iterdir()):
        raise UserError(f"{folder} has no weights: it needs a .safetensors or .bin file next to {_CONFIG}.")
    try:
        with hushed_root():
            return open_clip.create_model(f"local-dir:{folder}", require_pretrained=True), config
    except Exception as error:  # whatever a damaged file raises
        raise _failed(str(folder), error) from error


def save(source: OpenClip, folder: Path) -> None:
    """Write a model's configuration and weights as open_clip reads them from a folder."""
    from safetensors.torch import save_file

    folder.mkdir(parents=True, exist_ok=True)
    said = {"model_cfg": dict(source.config), "preprocess_cfg": dict(source.preprocess)}
    (folder / _CONFIG).write_text(json.dumps(said, indent=1) + "\n", encoding="utf-8")
    weights = {name: value.contiguous().clone() for name, value in source.model.state_dict().items()}
    save_file(weights, str(folder / "open_clip_model.safetensors"))


def _open_clip() -> Any:
    try:
        import open_clip
    except ImportError as error:
        raise UserError(
            f"This needs torch and open_clip, which are not installed ({error}). Install them with:"
            " pip install 'haven-fs[torch]'"
        ) from error
    return open_clip


def _failed(what: str, error: Exception) -> UserError:
    return UserError(f"open_clip could not load {what}: {' '.join(str(error).split())[:300]}")
