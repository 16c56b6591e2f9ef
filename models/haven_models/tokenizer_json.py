"""open_clip's own tokenizer written as a tokenizer.json, which `tokenizers` and Immich read.

It is a byte pair encoding over words, numbers' digits and runs of signs, each letter a byte, each word's last letter
marked. Any merges file does, also one pruned to a small vocabulary.
"""

import json
from typing import Any

END_OF_WORD = "</w>"
_SPLIT = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|\p{L}+|\p{N}|[^\s\p{L}\p{N}]+"


def simple_tokenizer_json(tokenizer: Any) -> str:
    """Return the tokenizer.json that gives the tokens an open_clip.tokenizer.SimpleTokenizer gives.

    Texts are expected to be cleaned as the model wants (see `tokens`); for those who do not, such as Immich, it puts
    letters in lower case by itself.
    """
    start, end = (tokenizer.decoder[number] for number in tokenizer.all_special_ids[:2])
    specials = [_special(tokenizer.decoder[number], number) for number in tokenizer.all_special_ids]
    pieces = [
        {"type": "Split", "pattern": {"Regex": _SPLIT}, "behavior": "Removed", "invert": True},
        {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": False},
    ]
    normalizers: list[dict[str, Any]] = [
        {"type": "NFC"},
        {"type": "Replace", "pattern": {"Regex": r"\s+"}, "content": " "},
    ]
    if tokenizer.clean_fn("A") == "a":
        normalizers.append({"type": "Lowercase"})
    model = {
        "type": "BPE",
        "unk_token": None,
        "continuing_subword_prefix": "",
        "end_of_word_suffix": END_OF_WORD,
        "fuse_unk": False,
        "vocab": dict(tokenizer.encoder),
        "merges": [list(merge) for merge in tokenizer.bpe_ranks if len(merge) == 2],
    }
    return json.dumps(
        {
            "version": "1.0",
            "truncation": None,
            "padding": None,
            "added_tokens": specials,
            "normalizer": {"type": "Sequence", "normalizers": normalizers},
            "pre_tokenizer": {"type": "Sequence", "pretokenizers": pieces},
            "post_processor": _around(start, tokenizer.sot_token_id, end, tokenizer.eot_token_id),
            "decoder": {"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": True, "use_regex": True},
            "model": model,
        },
        ensure_ascii=False,
    )


def _special(text: str, number: int) -> dict[str, Any]:
    plain = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True}
    return {"id": number, "content": text, **plain}


def _around(start: str, start_id: int, end: str, end_id: int) -> dict[str, Any]:
    """Return the step that puts the start token before a text and the end token after it."""
    first, last = ({"SpecialToken": {"id": text, "type_id": 0}} for text in (start, end))
    text = {"Sequence": {"id": "A", "type_id": 0}}
    return {
        "type": "TemplateProcessing",
        "single": [first, text, last],
        "pair": [first, text, last, {"Sequence": {"id": "B", "type_id": 1}}],
        "special_tokens": {
            start: {"id": start, "ids": [start_id], "tokens": [start]},
            end: {"id": end, "ids": [end_id], "tokens": [end]},
        },
    }
