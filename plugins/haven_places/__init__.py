"""Where photos were taken, in words, and the folders by place: /Places, /Places/Countries, /Review/Unplaced."""

from collections.abc import Sequence

from haven_fs import (
    Analyzer,
    Command,
    Facet,
    Follower,
    Settings,
    SidecarSource,
    SmartFolder,
    SpokenFacet,
    Words,
    hookimpl,
)
from haven_places.analyzer import PlacesAnalyzer
from haven_places.calling import WORDS as NAME_WORDS
from haven_places.command import COMMAND
from haven_places.facet import ContinentsFacet, CountriesFacet, PlacesFacet, RegionsFacet
from haven_places.folders import FOLDERS
from haven_places.learning import PlaceLearner
from haven_places.mapfile import MapKeeper
from haven_places.said import WORDS as POSITION_WORDS
from haven_places.sidecars import PlacesInSidecars
from haven_places.spoken import (
    ContinentsInPhrases,
    CountriesInPhrases,
    PlacesInPhrases,
    PositionInPhrases,
    RegionsInPhrases,
)


@hookimpl
def haven_analyzers(settings: Settings) -> Sequence[Analyzer]:
    """Bring the analyzer of places."""
    return [PlacesAnalyzer(settings)]


@hookimpl
def haven_facets(settings: Settings) -> Sequence[Facet]:
    """Bring the tables of what the owner calls places and of what they lie in."""
    return [PlacesFacet(settings), CountriesFacet(), RegionsFacet(), ContinentsFacet()]


@hookimpl
def haven_followers(settings: Settings) -> Sequence[Follower]:
    """Bring what learns of places, and what makes the map of all photos."""
    return [PlaceLearner(settings), MapKeeper(settings)]


@hookimpl
def haven_smart_folders(settings: Settings) -> Sequence[SmartFolder]:
    """Bring the folders by place."""
    return FOLDERS


@hookimpl
def haven_commands() -> Sequence[Command]:
    """Bring `haven places`."""
    return [COMMAND]


@hookimpl
def haven_phrases() -> Sequence[SpokenFacet]:
    """Bring how phrases speak of places."""
    return [
        PlacesInPhrases(),
        RegionsInPhrases(),
        CountriesInPhrases(),
        ContinentsInPhrases(),
        PositionInPhrases(),
    ]


@hookimpl
def haven_words() -> Sequence[Words]:
    """Say how what is said about places is put."""
    return [*NAME_WORDS, *POSITION_WORDS]


@hookimpl
def haven_sidecars() -> Sequence[SidecarSource]:
    """Bring what sidecars say of where photos were taken."""
    return [PlacesInSidecars()]
