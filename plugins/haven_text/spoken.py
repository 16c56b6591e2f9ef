"""How phrases speak of what is read: "text:wifi", and "documents"."""

from collections.abc import Mapping

from haven_fs import Asked, SpokenFacet
from haven_text.analyzer import DOCUMENT


class TextInPhrases(SpokenFacet):
    """Words that stand in pictures are looked up as all others are, unless they alone are asked for."""

    facet = "text"
    fields = ("ocr",)

    def asked(self, value: str) -> Asked:
        """Return that the picture has these words, one after another."""
        return Asked.of_words(value, f"with “{value}” in the picture itself")


class DocumentsInPhrases(SpokenFacet):
    """Documents: one more type, which no other plugin knows."""

    facet = "document"

    def sorts(self) -> Mapping[str, Asked]:
        """Return documents."""
        return {DOCUMENT.key: Asked.of_value(DOCUMENT.facet, DOCUMENT.key, "documents")}
