"""What kind of picture a photo is and what was written about it, and the folders by type: /Types."""

from collections.abc import Sequence

from haven_fs import Analyzer, Facet, FacetFolder, Settings, SmartFolder, SpokenFacet, View, hookimpl
from haven_media.analyzer import MediaAnalyzer
from haven_media.spoken import KeywordsInPhrases, TypesInPhrases


def open_types(view: View) -> FacetFolder:
    """Open the types of photos there are."""
    return FacetFolder(view, "type")


@hookimpl
def haven_analyzers(settings: Settings) -> Sequence[Analyzer]:
    """Bring the analyzer of types, cameras, ratings, captions and keywords."""
    return [MediaAnalyzer()]


class KeywordsFacet(Facet):
    """Keywords: words that somebody wrote about a photo."""

    name = "keyword"
    is_words = True


@hookimpl
def haven_facets() -> Sequence[Facet]:
    """Bring keywords, so that searches by words find them."""
    return [KeywordsFacet()]


@hookimpl
def haven_smart_folders(settings: Settings) -> Sequence[SmartFolder]:
    """Bring the folders by type."""
    return [SmartFolder("Types", open_types, facet=True)]


@hookimpl
def haven_phrases() -> Sequence[SpokenFacet]:
    """Bring how phrases speak of types and keywords."""
    return [TypesInPhrases(), KeywordsInPhrases()]
