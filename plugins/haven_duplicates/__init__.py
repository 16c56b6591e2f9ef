"""Photos that are there more than once: what pictures are compared by, which are copies, and /Review/Duplicates."""

from collections.abc import Sequence

from haven_duplicates.analyzer import LookAnalyzer
from haven_duplicates.facet import CopiesFacet
from haven_duplicates.folders import FOLDERS
from haven_duplicates.keeper import CopyKeeper
from haven_fs import Analyzer, Facet, Follower, Settings, SmartFolder, hookimpl


@hookimpl
def haven_analyzers(settings: Settings) -> Sequence[Analyzer]:
    """Bring the analyzer that finds details."""
    return [LookAnalyzer()]


@hookimpl
def haven_facets(settings: Settings) -> Sequence[Facet]:
    """Bring what is kept of copies."""
    return [CopiesFacet()]


@hookimpl
def haven_followers(settings: Settings) -> Sequence[Follower]:
    """Bring what compares photos and keeps the groups."""
    return [CopyKeeper(settings)]


@hookimpl
def haven_smart_folders(settings: Settings) -> Sequence[SmartFolder]:
    """Bring the folder."""
    return FOLDERS
