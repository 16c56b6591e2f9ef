"""Texts as the tokens a model was taught: cleaned as open_clip cleans them, cut so that the end token stays, padded.

The tokenizer is the one in the model's folder, run by `tokenizers`. Cleaning follows open_clip, but for its repair of
text in a wrong encoding, which a search box does not need; curly quotes, ligatures and full-width letters are put
right as there.
"""

import html
import re
import string
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from haven_models.layout import TOKENIZER, TOKENIZER_CONFIG, Layout

CONTEXT = 77
"""Tokens a text has if the model does not say."""

_PLAIN = str.maketrans(
    dict.fromkeys(map(chr, (*range(9), 11, *range(14, 32), *range(127, 160))), "")
    | dict.fromkeys("\u02bc\u2018\u2019\u201a\u201b", "'")
    | dict.fromkeys("\u201c\u201d\u201e\u201f", '"')
)
_WIDE = re.compile("[\u3000\uff01-\uffef\ufb00-\ufb06\u0132\u0133\u0149\u01c4-\u01cc\u01f1-\u01f3]+")
_NO_PUNCTUATION = str.maketrans("", "", string.punctuation)


@dataclass(frozen=True, slots=True)
class Tokens:
    """Texts as numbers: `ids` (n, context) and which of them are not padding, `mask`, likewise."""

    ids: NDArray[np.int64]
    mask: NDArray[np.int64]


def basic(text: str) -> str:
    """Return a text without entities of HTML, control characters, odd quotes and letters of odd width, composed."""
    text = _WIDE.sub(lambda found: unicodedata.normalize("NFKC", found[0]), text).translate(_PLAIN)
    return html.unescape(html.unescape(unicodedata.normalize("NFC", text))).strip()


def whitespace(text: str) -> str:
    """Return a text with one space wherever there was any white space."""
    return " ".join(basic(text).split())


def lower(text: str) -> str:
    """Return the same in lower case."""
    return whitespace(text).lower()


def canonicalize(text: str) -> str:
    """Return a text in lower case without punctuation, as SigLIP was taught."""
    return " ".join(basic(text).replace("_", " ").translate(_NO_PUNCTUATION).lower().split())


CLEANING: dict[str, Callable[[str], str]] = {"lower": lower, "whitespace": whitespace, "canonicalize": canonicalize}


class Tokenizer:
    """The tokenizer of one model. Raises UserError if its files cannot be used."""

    def __init__(self, layout: Layout) -> None:
        import tokenizers

        config = layout.text_config
        options = config.get("tokenizer_kwargs") or {}
        usual = "whitespace" if config.get("hf_tokenizer_name") else "lower"
        cleaning = options.get("clean") or usual
        if cleaning not in CLEANING:
            raise layout.broken(
                "config.json", f"it wants texts cleaned in a way that Haven does not know: {cleaning!r}"
            )
        self._clean = CLEANING[cleaning]
        self.context = int(config.get("context_length") or CONTEXT)
        try:
            self._tokenizer = tokenizers.Tokenizer.from_file(str(layout.folder / TOKENIZER))
        except Exception as error:  # the library raises nothing more special
            raise layout.broken(TOKENIZER, f"it is not a tokenizer ({error})") from error
        said = layout.tokenizer_config
        pad = _token(said.get("pad_token"))
        pad_id = self._tokenizer.token_to_id(pad) if pad is not None else 0
        if pad_id is None:
            raise layout.broken(TOKENIZER_CONFIG, f"the tokenizer has no token {pad!r}")
        self._tokenizer.enable_truncation(self.context)
        self._tokenizer.enable_padding(length=self.context, pad_id=pad_id, pad_token=pad or "")
        # Models of this kind saw nothing where a separator was.
        separator = _token(said.get("sep_token")) if options.get("strip_sep_token") else None
        self._dropped = self._tokenizer.token_to_id(separator) if separator else None

    def __call__(self, texts: Sequence[str]) -> Tokens:
        """Return the tokens of the texts."""
        # One by one: the library's batches start threads, and processes that fork with those would be warned of.
        encoded = [self._tokenizer.encode(self._clean(text)) for text in texts]
        ids = np.array([one.ids for one in encoded], np.int64).reshape(-1, self.context)
        mask = np.array([one.attention_mask for one in encoded], np.int64).reshape(-1, self.context)
        if self._dropped is not None:
            ids[ids == self._dropped] = 0
        return Tokens(ids, mask)


def _token(said: Any) -> str | None:
    """Return a special token's text: files have it bare, or as an object around it."""
    if isinstance(said, dict):
        said = said.get("content")
    return said if isinstance(said, str) else None
