"""Texts become the tokens that open_clip makes of them, whatever script they are in."""

import gzip
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from helpers.tiny_clip import tiny_clip

from haven_models.layout import Layout
from haven_models.tokenizer_json import simple_tokenizer_json
from haven_models.tokens import Tokenizer

torch = pytest.importorskip("torch")
theirs = pytest.importorskip("open_clip.tokenizer")

TEXTS = [
    "a dog on a beach",
    "",
    "   ",
    "A DOG'S life, it'LL be 2019-05-04!!",
    "don't we've I'm you'd 's 's'S",
    "Zürich im Café, naïve, cafe\u0301, ß ẞ straße",
    "狗在海滩上 日本語テキスト ﾊﾝｶｸ",
    "пляж ночью İstanbul ΣΑΣ ὈΔΥΣΣΕΎΣ",
    "สวัสดี नमस्ते مرحبا بالعالم",
    "🐕‍🦺 dog 🏖️",
    "x" * 400,
    "word " * 100,
    "&amp;amp; &lt;b&gt; &quot;q&quot;",
    "tab\tnew\nline\u00a0b\u2003c \u200bzero\u200bwidth",
    "“curly” ‘quotes’ don’t ﬁne ＡＢＣ１２３ ½ ¼ ²³ Ⅷ",
    "IMG_2041.jpg $%^&*()_+ --- … — –",
    "<start_of_text> hi <end_of_text> ho",
    "\u0000bad\u0007bell",
]


def ours(folder: Path, tokenizer: Any, clean: str) -> Tokenizer:
    settings = {"context_length": tokenizer.context_length, "tokenizer_kwargs": {"clean": clean}}
    tiny_clip(folder, config={"text_cfg": settings}, pad="!")
    (folder / "textual/tokenizer.json").write_text(simple_tokenizer_json(tokenizer), encoding="utf-8")
    return Tokenizer(Layout(folder))


def random_texts(count: int) -> list[str]:
    rng = np.random.default_rng(5)
    # Without the Latin letters that open_clip may take for text in a wrong encoding.
    ranges = [(32, 127), (32, 127), (97, 123), (0x100, 0x180), (0x370, 0x600), (0x4E00, 0x9F00)]
    texts = []
    for _ in range(count):
        picked = rng.integers(0, len(ranges), rng.integers(1, 60))
        letters = (chr(rng.integers(*ranges[number])) for number in picked)
        texts.append("".join(letter for letter in letters if letter.isalpha() or letter.isascii()))
    return texts


@pytest.mark.parametrize("clean", ["lower", "whitespace", "canonicalize"])
def test_the_tokens_of_open_clip(tmp_path: Path, clean: str) -> None:
    tokenizer = theirs.SimpleTokenizer(clean=clean)
    texts = TEXTS + random_texts(500)
    np.testing.assert_array_equal(ours(tmp_path / "tiny", tokenizer, clean)(texts).ids, tokenizer(texts).numpy())


def test_a_pruned_vocabulary_and_a_short_context(tmp_path: Path) -> None:
    merges = [*list(theirs.SimpleTokenizer().bpe_ranks)[:600]]
    lines = ["#version: pruned", *(" ".join(merge) for merge in merges)]
    (tmp_path / "merges.gz").write_bytes(gzip.compress("\n".join(lines).encode()))
    tokenizer = theirs.SimpleTokenizer(bpe_path=str(tmp_path / "merges.gz"), context_length=12)
    assert tokenizer.vocab_size == 512 + 600 + 2
    tokens = ours(tmp_path / "tiny", tokenizer, "lower")(TEXTS)
    np.testing.assert_array_equal(tokens.ids, tokenizer(TEXTS).numpy())
    assert tokens.ids.shape == tokens.mask.shape == (len(TEXTS), 12)
    assert tokens.mask[0].tolist() == [1] * tokens.mask[0].sum() + [0] * (12 - tokens.mask[0].sum())


def test_a_newline_at_the_end_of_the_merges(tmp_path: Path) -> None:
    """open_clip then counts a merge of nothing, which takes a number."""
    (tmp_path / "merges.gz").write_bytes(gzip.compress(b"#version\nd o\ndo g</w>\n"))
    tokenizer = theirs.SimpleTokenizer(bpe_path=str(tmp_path / "merges.gz"), context_length=12)
    tokens = ours(tmp_path / "tiny", tokenizer, "lower")(TEXTS)
    np.testing.assert_array_equal(tokens.ids, tokenizer(TEXTS).numpy())


def test_immich_reads_it_too(tmp_path: Path) -> None:
    """It cleans white space only, and leaves lower case to the tokenizer."""
    from tokenizers import Tokenizer as Plain

    tokenizer = theirs.SimpleTokenizer()
    (tmp_path / "tokenizer.json").write_text(simple_tokenizer_json(tokenizer), encoding="utf-8")
    plain = Plain.from_file(str(tmp_path / "tokenizer.json"))
    for text in ("A Dog on a  BEACH", "Zürich im Café"):
        assert plain.encode(text).ids == [tokenizer.sot_token_id, *tokenizer.encode(text), tokenizer.eot_token_id]
    assert json.loads((tmp_path / "tokenizer.json").read_text(encoding="utf-8"))["model"]["type"] == "BPE"
