"""The whole plugin contract: each hook is a sentence, each is optional, all of Haven's own plugins use only these.

A plugin is a module with functions of these names marked `@haven_fs.hookimpl`, found through the entry-point group
`haven_fs`. docs/plugins.md shows one from start to end.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pluggy

if TYPE_CHECKING:
    from haven_fs.analysis.analyzer import Analyzer
    from haven_fs.analysis.follower import Follower
    from haven_fs.catalog.facets import Facet
    from haven_fs.catalog.wording import Words
    from haven_fs.command import Command
    from haven_fs.config import Setting, Settings
    from haven_fs.sidecars import SidecarSource
    from haven_fs.tree.narrowing import Narrower
    from haven_fs.tree.nodes import PathPattern, SmartFolder
    from haven_fs.tree.searcher import Searcher
    from haven_fs.tree.spoken import SpokenFacet

hookspec = pluggy.HookspecMarker("haven_fs")


@hookspec
def haven_settings() -> "Sequence[Setting]":  # type: ignore[empty-body]
    """Settings the plugin reads from haven.toml: name, default, help."""


@hookspec
def haven_analyzers(settings: "Settings") -> "Sequence[Analyzer]":  # type: ignore[empty-body]
    """Analyzers the plugin brings; called in the server and again in every worker process."""


@hookspec
def haven_facets(settings: "Settings") -> "Sequence[Facet]":  # type: ignore[empty-body]
    """Parts of the catalog that the plugin owns: tables, what becomes of findings, and what undo is to follow."""


@hookspec
def haven_followers(settings: "Settings") -> "Sequence[Follower]":  # type: ignore[empty-body]
    """What works on the findings of analyzers, such as grouping faces; called where the catalog is written."""


@hookspec
def haven_smart_folders(settings: "Settings") -> "Sequence[SmartFolder]":  # type: ignore[empty-body]
    """Smart folders to show in the tree, each at a path such as "Colours" or "Review/Blurred"."""


@hookspec
def haven_path_patterns(settings: "Settings") -> "Sequence[PathPattern]":  # type: ignore[empty-body]
    """Names that resolve inside any folder although they are not listed, such as a quoted phrase."""


@hookspec
def haven_narrowers(settings: "Settings") -> "Sequence[Narrower]":  # type: ignore[empty-body]
    """What opens the folders that owners make inside smart folders, by their names; the last one counts."""


@hookspec
def haven_searchers(settings: "Settings") -> "Sequence[Searcher]":  # type: ignore[empty-body]
    """What ranks photos by a text or by likeness to a picture, such as an embedding model."""


@hookspec
def haven_phrases(settings: "Settings") -> "Sequence[SpokenFacet]":  # type: ignore[empty-body]
    """How phrases speak of what the plugin knows, such as "with Alice": its names and words, and what they ask for."""


@hookspec
def haven_sidecars(settings: "Settings") -> "Sequence[SidecarSource]":  # type: ignore[empty-body]
    """What owners said of photos that XMP sidecars can say, such as names and dates, for `haven export xmp`."""


@hookspec
def haven_words() -> "Sequence[Words]":  # type: ignore[empty-body]
    """How the changes that the plugin notes are put into words, such as "{photo} is in the album {name}"."""


@hookspec
def haven_hints(settings: "Settings") -> "Sequence[str]":  # type: ignore[empty-body]
    """What keeps the plugin from doing all that it could, a sentence each that says how to change it."""


@hookspec
def haven_problems(settings: "Settings") -> "Sequence[str]":  # type: ignore[empty-body]
    """What cannot be used as it was set, such as a model that is not there, a sentence each that says what to do."""


@hookspec
def haven_commands() -> "Sequence[Command]":  # type: ignore[empty-body]
    """Commands to add to `haven` on the command line."""
