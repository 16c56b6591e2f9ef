"""Any open_clip model written in the layout that `clip` reads, and compared with open_clip before it counts as done.

Needs the extra [torch]; nothing here is imported otherwise.
"""

import json
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image

from haven_fs import UserError
from haven_models import layout, onnx_export
from haven_models.parity import Parity, drawn_pictures, measure_parity
from haven_models.tokenizer_json import simple_tokenizer_json

_CLEANING = {"_clean_lower": "lower", "_clean_whitespace": "whitespace", "_clean_canonicalize": "canonicalize"}


@dataclass(frozen=True, slots=True)
class Exported:
    """A written model: its folder, its parity with open_clip, and that of its 8-bit form if it was asked for."""

    folder: Path
    parity: Parity
    int8: Parity | None = None


def export_open_clip(
    model: Any,
    preprocess: Mapping[str, Any],
    tokenizer: Any,
    out: Path,
    *,
    config: Mapping[str, Any],
    ours: Mapping[str, Any] | None = None,
    half: bool = False,
    int8: bool = False,
    pictures: Sequence[Image.Image] | None = None,
    tell: Callable[[str], None] = lambda text: None,
) -> Exported:
    """Write an open_clip model that is in memory to the folder `out`, which must not be there or be empty.

    `preprocess`: open_clip's preprocess configuration (size, mean, std, interpolation, resize_mode).
    `tokenizer`: open_clip's SimpleTokenizer, any merges file and context length, or HFTokenizer or SigLipTokenizer.
    `config`: the model's configuration, of which embed_dim and text_cfg are read later. `ours`: what haven.json shall
    say besides the name (name, licence, languages, source, cutoff). `half`: keep weights in half precision.
    `int8`: multiply matrices in 8 bits, after parity was found. `pictures`: what to compare with; drawn ones if None.

    Raises UserError if a vector of a picture or a text is not the one that open_clip gives (cosine above 0.9999), and
    leaves no folder then. The model is in evaluation mode afterwards.
    """
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise UserError(f"{out} already exists. Choose another folder with --out, or delete it.")
    model = model.float().cpu().eval()
    draft = out.with_name(f".{out.name}.draft")
    shutil.rmtree(draft, ignore_errors=True)
    try:
        tell("Writing the picture half ...")
        size = preprocess.get("size", 224)
        height, width = (size, size) if isinstance(size, int) else (int(size[0]), int(size[-1]))
        onnx_export.export_visual(model, (height, width), draft / layout.VISUAL)
        tell("Writing the text half ...")
        onnx_export.export_textual(model, int(tokenizer.context_length), draft / layout.TEXTUAL)
        if half:
            for file in (layout.VISUAL, layout.TEXTUAL):
                onnx_export.halve(draft / file)
        _write_settings(draft, preprocess, tokenizer, config, {"name": out.name, **(ours or {})})
        tell("Comparing with open_clip ...")
        transform = _transform(preprocess)
        shown = list(pictures) if pictures is not None else drawn_pictures()
        parity = measure_parity(draft, model, transform, tokenizer, shown)
        if not parity.holds:
            raise UserError(
                f"The exported model does not match open_clip: cosine similarity {parity.images:.6f} for pictures,"
                f" {parity.texts:.6f} for texts. It was not kept. Please report which model this was."
            )
        small = None
        if int8:
            tell("Converting to 8 bits ...")
            for file in (layout.VISUAL, layout.TEXTUAL):
                onnx_export.quantize(draft / file)
            small = measure_parity(draft, model, transform, tokenizer, shown)
        if out.exists():
            out.rmdir()
        draft.rename(out)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return Exported(out, parity, small)


def _transform(preprocess: Mapping[str, Any]) -> Any:
    from open_clip.transform import PreprocessCfg, image_transform_v2, merge_preprocess_dict

    return image_transform_v2(PreprocessCfg(**merge_preprocess_dict(PreprocessCfg(), dict(preprocess))), is_train=False)


def _write_settings(
    folder: Path, preprocess: Mapping[str, Any], tokenizer: Any, config: Mapping[str, Any], ours: Mapping[str, Any]
) -> None:
    """Write everything but the two halves."""
    from open_clip.transform import PreprocessCfg, merge_preprocess_dict

    text, tokenizer_config, cleaning = _tokenizer_files(tokenizer)
    text_config = {**config.get("text_cfg", {}), "context_length": int(tokenizer.context_length)}
    text_config["tokenizer_kwargs"] = cleaning
    merged = merge_preprocess_dict(PreprocessCfg(), dict(preprocess))
    _write(folder / layout.CONFIG, {**config, "text_cfg": text_config})
    _write(folder / layout.PREPROCESS, merged)
    (folder / layout.TOKENIZER).write_text(text, encoding="utf-8")
    _write(folder / layout.TOKENIZER_CONFIG, tokenizer_config)
    _write(folder / layout.OURS, ours)


def _write(path: Path, settings: Mapping[str, Any]) -> None:
    path.write_text(json.dumps(settings, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _tokenizer_files(tokenizer: Any) -> tuple[str, dict[str, Any], dict[str, Any]]:
    """Return tokenizer.json, tokenizer_config.json and how texts are cleaned before. Raises UserError."""
    cleaner = getattr(tokenizer, "clean_fn", None)  # SigLipTokenizer has none and always does the same
    cleaning = _CLEANING[cleaner.__name__] if cleaner is not None else "canonicalize"
    if hasattr(tokenizer, "bpe_ranks"):
        # open_clip pads these with zeros, whatever token that is.
        return simple_tokenizer_json(tokenizer), {"pad_token": tokenizer.decoder[0]}, {"clean": cleaning}
    inner = getattr(tokenizer, "tokenizer", None)
    backend = getattr(inner, "backend_tokenizer", None)
    if inner is None or backend is None or getattr(tokenizer, "tokenizer_mode", False):
        raise UserError(f"Haven cannot write the tokenizer of this model ({type(tokenizer).__name__}).")
    said: dict[str, Any] = {"pad_token": inner.pad_token}
    if getattr(tokenizer, "strip_sep_token", False):
        said["sep_token"] = inner.sep_token
        return backend.to_str(), said, {"clean": cleaning, "strip_sep_token": True}
    return backend.to_str(), said, {"clean": cleaning}
