"""When photos were taken, and the folders by time: /Timeline, /Recent, /On This Day, in /Review."""

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
from haven_time.analyzer import TimeAnalyzer
from haven_time.command import COMMANDS
from haven_time.daytime import DatesInPhrases, DaytimeFacet, DaytimesInPhrases
from haven_time.folders import FOLDERS
from haven_time.nearby import ZoneKeeper, ZonesFacet
from haven_time.said import WORDS
from haven_time.sidecars import DatesInSidecars


@hookimpl
def haven_analyzers(settings: Settings) -> Sequence[Analyzer]:
    """Bring the analyzer of capture times."""
    return [TimeAnalyzer()]


@hookimpl
def haven_facets() -> Sequence[Facet]:
    """Bring the parts of the day, and the zones that photos tell each other."""
    return [ZonesFacet(), DaytimeFacet()]


@hookimpl
def haven_followers(settings: Settings) -> Sequence[Follower]:
    """Bring what lets photos tell each other's zones."""
    return [ZoneKeeper()]


@hookimpl
def haven_phrases() -> Sequence[SpokenFacet]:
    """Bring how phrases speak of dates at large, and of parts of the day."""
    return [DatesInPhrases(), DaytimesInPhrases()]


@hookimpl
def haven_smart_folders(settings: Settings) -> Sequence[SmartFolder]:
    """Bring the folders by time."""
    return FOLDERS


@hookimpl
def haven_commands() -> Sequence[Command]:
    """Bring `haven shift-time` and `haven taken`."""
    return COMMANDS


@hookimpl
def haven_words() -> Sequence[Words]:
    """Say how what is said about dates is put."""
    return WORDS


@hookimpl
def haven_sidecars() -> Sequence[SidecarSource]:
    """Bring what sidecars say of when photos were taken."""
    return [DatesInSidecars()]
