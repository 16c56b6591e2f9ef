"""Search by words and meaning: /Search, phrases in every folder, quoted or made, and the command `haven search`."""

from collections.abc import Sequence

from haven_fs import (
    Command,
    Facet,
    Narrower,
    PathPattern,
    Setting,
    Settings,
    SidecarSource,
    SmartFolder,
    Words,
    hookimpl,
)
from haven_search.command import COMMAND
from haven_search.dropped import WORDS as PICTURES
from haven_search.facet import SearchFacet
from haven_search.folders import QUOTED, SEARCH, WORDS, PhraseNarrower
from haven_search.homeland import COUNTRY
from haven_search.ownwords import SETTING
from haven_search.sidecars import KeptSearches


@hookimpl
def haven_settings() -> Sequence[Setting]:
    """Bring the owner's own words, and whose holidays are meant."""
    return [SETTING, COUNTRY]


@hookimpl
def haven_facets() -> Sequence[Facet]:
    """Bring the tables of pictures that were put into folders, and of what is not wanted in a search."""
    return [SearchFacet()]


@hookimpl
def haven_sidecars() -> Sequence[SidecarSource]:
    """Bring the searches that were kept."""
    return [KeptSearches()]


@hookimpl
def haven_smart_folders(settings: Settings) -> Sequence[SmartFolder]:
    """Bring the folder of searches."""
    return [SEARCH]


@hookimpl
def haven_path_patterns(settings: Settings) -> Sequence[PathPattern]:
    """Bring quoted phrases."""
    return [QUOTED]


@hookimpl
def haven_narrowers() -> Sequence[Narrower]:
    """Bring what opens folders that were made inside others, by their names."""
    return [PhraseNarrower()]


@hookimpl
def haven_commands() -> Sequence[Command]:
    """Bring `haven search`."""
    return [COMMAND]


@hookimpl
def haven_words() -> Sequence[Words]:
    """Say how what is said about searches is put."""
    return [*WORDS, *PICTURES]
