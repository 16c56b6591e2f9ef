"""Search by meaning with a CLIP model: embeds photos, and ranks them by a text or by likeness to a picture.

Without a model it brings nothing, and searches go by words alone.
"""

from collections.abc import Sequence

from haven_clip.analyzer import ClipAnalyzer
from haven_clip.model import SETTINGS, chosen_model, problems
from haven_clip.searcher import ClipSearcher
from haven_fs import Analyzer, Searcher, Setting, Settings, hookimpl


@hookimpl
def haven_settings() -> Sequence[Setting]:
    """Bring which model and how much of it."""
    return SETTINGS


@hookimpl
def haven_analyzers(settings: Settings) -> Sequence[Analyzer]:
    """Bring the analyzer that embeds photos, if there is a model."""
    model = chosen_model(settings)
    return [ClipAnalyzer(model)] if model is not None else []


@hookimpl
def haven_searchers(settings: Settings) -> Sequence[Searcher]:
    """Bring what ranks photos by the embeddings of the model there is, now or later."""
    return [ClipSearcher(settings)]


@hookimpl
def haven_hints(settings: Settings) -> Sequence[str]:
    """Say how to get a model, if there is none."""
    if chosen_model(settings) is not None or problems(settings):
        return []
    return ["To search for what is in the pictures, such as a dog on a beach, get a model: haven models list"]


@hookimpl
def haven_problems(settings: Settings) -> Sequence[str]:
    """Say why the model that was chosen cannot be used."""
    return problems(settings)
