"""Small open_clip models with random weights, saved as open_clip saves them. Needs the extra [torch]."""

import gzip
import json
from pathlib import Path
from typing import Any

MERGES = 400
TINY = {
    "embed_dim": 32,
    "vision_cfg": {"image_size": 48, "layers": 2, "width": 64, "patch_size": 16, "head_width": 32},
    "text_cfg": {"context_length": 32, "vocab_size": 512 + MERGES + 2, "width": 64, "heads": 2, "layers": 2},
}
SIGLIP_TEXT = {
    "context_length": 24,
    "hf_tokenizer_name": "timm/made-up",
    "tokenizer_kwargs": {"clean": "canonicalize"},
    "width": 64,
    "heads": 2,
    "layers": 2,
    "no_causal_mask": True,
    "proj_bias": True,
    "pool_type": "last",
    "norm_kwargs": {"eps": 1e-6},
    "act_kwargs": {"approximate": "tanh"},
}
PREPROCESS = {"size": 48, "mean": [0.5] * 3, "std": [0.5] * 3}


def merges_file(path: Path) -> Path:
    """Write the first of CLIP's merges, as open_clip's own tokenizer reads them."""
    from open_clip.tokenizer import SimpleTokenizer

    lines = [" ".join(merge) for merge in list(SimpleTokenizer().bpe_ranks)[:MERGES]]
    path.write_bytes(gzip.compress("\n".join(["#version", *lines]).encode()))
    return path


def lively(config: dict[str, Any], *, custom: bool = False) -> Any:
    """Return a model whose random weights give different vectors for different things, which fresh ones hardly do."""
    import open_clip
    import torch

    torch.manual_seed(3)
    model = (open_clip.CustomTextCLIP if custom else open_clip.CLIP)(**config)
    with torch.no_grad():
        for weight in model.parameters():
            if weight.ndim > 1:
                weight.normal_(0, weight.shape[-1] ** -0.5)
    return model


def clip_dir(folder: Path) -> Path:
    """Write a small CLIP model with a pruned vocabulary."""
    text = {**TINY["text_cfg"], "tokenizer_kwargs": {"bpe_path": "merges.txt.gz"}}
    _save(folder, lively(TINY), {**TINY, "text_cfg": text})
    merges_file(folder / "merges.txt.gz")
    return folder


def siglip_dir(folder: Path) -> Path:
    """Write a small model built as SigLIP2 is, with a tokenizer of the kind it has, trained on a few words."""
    from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

    folder.mkdir(parents=True)
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>", byte_fallback=True, fuse_unk=True))
    tokenizer.normalizer = normalizers.Replace(" ", "▁")
    tokenizer.pre_tokenizer = pre_tokenizers.Split(" ", "merged_with_previous")
    tokenizer.decoder = decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse()])
    bytes_ = [f"<0x{number:02X}>" for number in range(256)]
    trainer = trainers.BpeTrainer(
        vocab_size=700, special_tokens=["<pad>", "<eos>", "<bos>", "<unk>", *bytes_], show_progress=False
    )
    words = ["a dog on the beach", "un perro en la playa", "собака на пляже", "two children playing in the snow"]
    tokenizer.train_from_iterator(words * 20, trainer)
    tokenizer.post_processor = processors.TemplateProcessing(single="$A <eos>", special_tokens=[("<eos>", 1)])
    tokenizer.save(str(folder / "tokenizer.json"))
    said = {"tokenizer_class": "PreTrainedTokenizerFast", "pad_token": "<pad>", "eos_token": "<eos>"}
    (folder / "tokenizer_config.json").write_text(json.dumps({**said, "unk_token": "<unk>", "padding_side": "right"}))
    config = {**TINY, "text_cfg": {**SIGLIP_TEXT, "vocab_size": tokenizer.get_vocab_size()}}
    _save(folder, lively(config, custom=True), {**config, "custom_text": True})
    return folder


def _save(folder: Path, model: Any, config: dict[str, Any]) -> None:
    from safetensors.torch import save_file

    folder.mkdir(parents=True, exist_ok=True)
    said = {"model_cfg": config, "preprocess_cfg": PREPROCESS}
    (folder / "open_clip_config.json").write_text(json.dumps(said))
    weights = {name: value.contiguous().clone() for name, value in model.state_dict().items()}
    save_file(weights, str(folder / "open_clip_model.safetensors"))
