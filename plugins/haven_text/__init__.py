"""Reads the words in pictures, so that searches find them, and finds documents: /Types/Documents.

It takes the extra `[text]`. Without it nothing is read, and `haven doctor` says how to get it.
"""

import os
from collections.abc import Sequence

from haven_fs import Analyzer, Setting, Settings, SpokenFacet, hookimpl
from haven_text.reader import Weights


def wanted(settings: Settings) -> bool:
    """Tell whether the owner lets words be read; HAVEN_TEXT=off says no for one program."""
    return bool(settings.get("text.read", True)) and os.environ.get("HAVEN_TEXT", "").lower() not in (
        "off",
        "0",
        "no",
        "false",
    )


def _weights(settings: Settings) -> Weights | None:
    return Weights.installed() if wanted(settings) else None


@hookimpl
def haven_settings() -> Sequence[Setting]:
    """Bring whether words are read."""
    help_ = (
        "Read the words in pictures when nothing else is to do, if the extra is there: pip install 'haven-fs[text]'."
    )
    return [Setting("text.read", True, help_)]


@hookimpl
def haven_analyzers(settings: Settings) -> Sequence[Analyzer]:
    """Bring what reads, if it is there."""
    weights = _weights(settings)
    if weights is None:
        return []
    from haven_text.analyzer import TextAnalyzer

    return [TextAnalyzer(weights)]


@hookimpl
def haven_phrases(settings: Settings) -> Sequence[SpokenFacet]:
    """Bring how phrases speak of words in pictures and of documents."""
    if _weights(settings) is None:
        return []
    from haven_text.spoken import DocumentsInPhrases, TextInPhrases

    return [TextInPhrases(), DocumentsInPhrases()]


@hookimpl
def haven_hints(settings: Settings) -> Sequence[str]:
    """Say how to get what reads, if it is not there."""
    if not wanted(settings) or Weights.installed() is not None:
        return []
    return ["To search for words in your pictures, such as those on signs and receipts: pip install 'haven-fs[text]'"]
