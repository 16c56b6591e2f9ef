"""Photos that are there more than once: what pictures look like from afar, and /Review/Duplicates."""

from collections.abc import Sequence

from haven_duplicates.analyzer import LookAnalyzer
from haven_duplicates.folders import FOLDERS
from haven_fs import Analyzer, Settings, SmartFolder, hookimpl


@hookimpl
def haven_analyzers(settings: Settings) -> Sequence[Analyzer]:
    """Bring the analyzer of looks."""
    return [LookAnalyzer()]


@hookimpl
def haven_smart_folders(settings: Settings) -> Sequence[SmartFolder]:
    """Bring the folder."""
    return FOLDERS
