"""Photos that are there more than once: what pictures look like from afar, and /Review/Duplicates."""

from collections.abc import Sequence

from haven_duplicates.analyzer import LookAnalyzer
from haven_duplicates.folders import FOLDERS
from haven_duplicates.whole import WholeFiles, WholeFilesFacet
from haven_fs import Analyzer, Facet, Follower, Settings, SmartFolder, hookimpl


@hookimpl
def haven_analyzers(settings: Settings) -> Sequence[Analyzer]:
    """Bring the analyzer of looks."""
    return [LookAnalyzer()]


@hookimpl
def haven_facets(settings: Settings) -> Sequence[Facet]:
    """Bring what is known of whole files."""
    return [WholeFilesFacet()]


@hookimpl
def haven_followers(settings: Settings) -> Sequence[Follower]:
    """Bring what compares files that may be copies."""
    return [WholeFiles()]


@hookimpl
def haven_smart_folders(settings: Settings) -> Sequence[SmartFolder]:
    """Bring the folder."""
    return FOLDERS
