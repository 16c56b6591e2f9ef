"""What kind of picture a photo is and what was written about it, and the folders by type: /Types."""

from collections.abc import Sequence

from haven_fs import Analyzer, Facet, Settings, SidecarSource, SmartFolder, SpokenFacet, Words, hookimpl
from haven_media.analyzer import MediaAnalyzer
from haven_media.facet import FilesFacet, KeywordsFacet
from haven_media.folders import WORDS, TypesFolder
from haven_media.sidecars import TextsInSidecars
from haven_media.spoken import (
    CaptionsInPhrases,
    EditsInPhrases,
    KeywordsInPhrases,
    SelfiesInPhrases,
    StarsInPhrases,
    TypesInPhrases,
)
from haven_media.spokenfiles import (
    FormatInPhrases,
    LengthInPhrases,
    PixelsInPhrases,
    ShapeInPhrases,
    SizeInPhrases,
)


@hookimpl
def haven_analyzers(settings: Settings) -> Sequence[Analyzer]:
    """Bring the analyzer of types, cameras, ratings, captions and keywords."""
    return [MediaAnalyzer()]


@hookimpl
def haven_facets() -> Sequence[Facet]:
    """Bring keywords, so that searches by words find them, and indexes for what phrases ask of files."""
    return [KeywordsFacet(), FilesFacet()]


@hookimpl
def haven_smart_folders(settings: Settings) -> Sequence[SmartFolder]:
    """Bring the folders by type."""
    return [SmartFolder("Types", TypesFolder, facet=True)]


@hookimpl
def haven_phrases() -> Sequence[SpokenFacet]:
    """Bring how phrases speak of types, of what was written about photos, and of photos as files."""
    return [
        TypesInPhrases(), SelfiesInPhrases(), EditsInPhrases(), KeywordsInPhrases(), CaptionsInPhrases(),
        StarsInPhrases(), LengthInPhrases(), SizeInPhrases(), PixelsInPhrases(), FormatInPhrases(), ShapeInPhrases(),
    ]  # fmt: skip


@hookimpl
def haven_words() -> Sequence[Words]:
    """Say how what is said of types is put."""
    return WORDS


@hookimpl
def haven_sidecars() -> Sequence[SidecarSource]:
    """Bring what sidecars say of captions and stars."""
    return [TextsInSidecars()]
