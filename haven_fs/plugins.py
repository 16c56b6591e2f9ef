"""Finds the plugins and asks them what they bring; a broken one is logged and left out, the rest goes on.

Entry points of the group `haven_fs` are loaded one by one, each on its own: one that raises, one that never ends its
import, or one with a hook nobody knows costs only itself.
"""

import importlib
import importlib.metadata
import logging
import threading
from argparse import ArgumentParser
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pluggy

from haven_fs import hookspecs
from haven_fs.analysis.analyzer import Analyzer
from haven_fs.analysis.follower import Follower
from haven_fs.catalog import Catalog
from haven_fs.catalog.facets import Facet
from haven_fs.catalog.wording import Wording, Words
from haven_fs.command import Command
from haven_fs.config import CORE_SETTINGS, Setting, Settings
from haven_fs.sidecars import SidecarSource
from haven_fs.tree.narrowing import Narrower
from haven_fs.tree.nodes import PathPattern, SmartFolder
from haven_fs.tree.searcher import Searcher
from haven_fs.tree.spoken import SpokenFacet
from haven_fs.tree.tree import Tree

logger = logging.getLogger(__name__)

CORE_PLUGINS = (
    "haven_fs.analysis.small_copies",
    "haven_fs.analysis.said_beside",
    "haven_fs.tree.inbox",
    "haven_fs.tree.originals",
    "haven_fs.tree.trash",
    "haven_fs.tree.review",
    "haven_fs.tree.changes",
    "haven_fs.tree.maps.patterns",
)
"""Smart folders that belong to the core speak the same contract."""


@dataclass(frozen=True, slots=True)
class Found:
    """One plugin: its entry point's name, its distribution's version, and why it was left out, None if it runs."""

    name: str
    version: str
    problem: str | None = None


class Plugins:
    """The plugins of one process. No global manager: each server, test and worker has its own."""

    def __init__(
        self, extra: Sequence[object] = (), *, only: Collection[str] | None = None, patience: float = 20.0
    ) -> None:
        """Find the plugins.

        `extra`: plugins to register though no entry point names them. `only`: names of the entry points to load, which
        workers are told so that they need not find out again which are broken. `patience`: seconds an import may take.
        """
        self._patience = patience
        self.found: list[Found] = []
        self._manager = pluggy.PluginManager("haven_fs")
        self._manager.add_hookspecs(hookspecs)
        for module in CORE_PLUGINS:
            self._manager.register(importlib.import_module(module), name=module.rpartition(".")[2])
        versions: dict[object, str] = {None: "?"}  # reading a distribution's is slow, and one brings many plugins
        for entry in sorted(importlib.metadata.entry_points(group="haven_fs"), key=lambda e: e.name):
            if only is not None and entry.name not in only:
                continue
            if entry.dist is not None and entry.dist not in versions:
                versions[entry.dist] = entry.dist.version
            problem = self._load(entry)
            self.found.append(Found(entry.name, versions[entry.dist], problem))
            if problem:
                logger.error("The plugin %s is not used: %s", entry.name, problem)
        for plugin in extra:
            if not self._manager.is_registered(plugin):
                name = getattr(plugin, "__name__", type(plugin).__name__)
                self.found.append(Found(name, "?", self._register(plugin, name)))

    def _load(self, entry: importlib.metadata.EntryPoint) -> str | None:
        """Import and register one plugin; return why that failed, None if it did not."""
        outcome: list[Any] = []

        def load() -> None:
            try:
                outcome.append(entry.load())
            except BaseException as error:
                outcome.append(error)

        # An import cannot be interrupted; a thread that hangs in one is left behind and dies with the process.
        thread = threading.Thread(target=load, daemon=True, name=f"import {entry.name}")
        thread.start()
        thread.join(self._patience)
        if not outcome:
            return f"importing {entry.value} took longer than {self._patience:.0f} seconds"
        if isinstance(outcome[0], BaseException):
            return f"importing {entry.value} failed: {type(outcome[0]).__name__}: {outcome[0]}"
        return self._register(outcome[0], entry.name)

    def _register(self, plugin: object, name: str) -> str | None:
        unknown = [
            attribute
            for attribute in dir(plugin)
            if self._manager.parse_hookimpl_opts(plugin, attribute) is not None
            and not hasattr(self._manager.hook, attribute)
        ]
        if unknown:
            return f"it has a hook that Haven does not know: {', '.join(unknown)}"
        try:
            self._manager.register(plugin, name=name)
        except (pluggy.PluginValidationError, ValueError) as error:
            if self._manager.has_plugin(name):
                self._manager.unregister(name=name)
            return str(error)
        return None

    def _ask(self, hook: str, wanted: type, **arguments: Any) -> list[Any]:
        """Call one hook plugin by plugin, so that one that raises or answers nonsense costs only its own answer."""
        answers: list[Any] = []
        for implementation in getattr(self._manager.hook, hook).get_hookimpls():
            try:
                given = {name: arguments[name] for name in implementation.argnames}
                answer = list(implementation.function(**given) or ())
                for item in answer:
                    _check(item, wanted)
            except (Exception, SystemExit) as error:
                logger.exception("The plugin %s failed in %s, which is ignored", implementation.plugin_name, hook)
                self._blame(implementation.plugin_name, f"{hook}: {type(error).__name__}: {error}")
                continue
            answers += answer
        return answers

    def _blame(self, name: str, problem: str) -> None:
        self.found = [Found(f.name, f.version, problem) if f.name == name else f for f in self.found]

    @property
    def loaded(self) -> list[str]:
        """The entry points whose plugins run, also those of which one hook failed: what workers are to load."""
        return [found.name for found in self.found if self._manager.has_plugin(found.name)]

    def examine(self, settings: Settings) -> None:
        """Ask for everything there is to bring, so that `found` says all that is wrong."""
        self.analyzers(settings)
        self.facets(settings)
        self.followers(settings)
        self.smart_folders(settings)
        self.path_patterns(settings)
        self.narrowers(settings)
        self.searchers(settings)
        self.spoken(settings)
        self.sidecar_sources(settings)
        self.hints(settings)
        self.problems(settings)
        self.wording()
        self.commands()

    def settings(self) -> list[Setting]:
        """Return every setting there is, the core's first."""
        return [*CORE_SETTINGS, *self._ask("haven_settings", Setting)]

    def analyzers(self, settings: Settings) -> dict[str, Analyzer]:
        """Return the analyzers by name; of two with one name the first counts."""
        return _by_name(self._ask("haven_analyzers", Analyzer, settings=settings), "name")

    def facets(self, settings: Settings) -> list[Facet]:
        """Return the parts of the catalog that plugins own; of two with one name the first counts."""
        return list(_by_name(self._ask("haven_facets", Facet, settings=settings), "name").values())

    def followers(self, settings: Settings) -> dict[str, Follower]:
        """Return what goes on with what analyzers found, by name."""
        return _by_name(self._ask("haven_followers", Follower, settings=settings), "name")

    def smart_folders(self, settings: Settings) -> dict[str, SmartFolder]:
        """Return the smart folders by their path in the tree."""
        return _by_name(self._ask("haven_smart_folders", SmartFolder, settings=settings), "path")

    def path_patterns(self, settings: Settings) -> list[PathPattern]:
        """Return the patterns of names that resolve without being listed."""
        return self._ask("haven_path_patterns", PathPattern, settings=settings)

    def narrowers(self, settings: Settings) -> list[Narrower]:
        """Return what opens folders that were made inside others."""
        return self._ask("haven_narrowers", Narrower, settings=settings)

    def searchers(self, settings: Settings) -> list[Searcher]:
        """Return what ranks photos by meaning."""
        return self._ask("haven_searchers", Searcher, settings=settings)

    def spoken(self, settings: Settings) -> list[SpokenFacet]:
        """Return how phrases speak of facets, by facet; of two for one facet the first counts."""
        return list(_by_name(self._ask("haven_phrases", SpokenFacet, settings=settings), "facet").values())

    def sidecar_sources(self, settings: Settings) -> list[SidecarSource]:
        """Return what has sidecars say something of photos."""
        return self._ask("haven_sidecars", SidecarSource, settings=settings)

    def wording(self) -> Wording:
        """Return what puts corrections into words."""
        return Wording(_by_name(self._ask("haven_words", Words), "kind").values())

    def hints(self, settings: Settings) -> list[str]:
        """Return what keeps plugins from doing all that they could, in sentences for the owner."""
        return list(dict.fromkeys(self._ask("haven_hints", str, settings=settings)))

    def problems(self, settings: Settings) -> list[str]:
        """Return what plugins cannot use as it was set, in sentences for the owner."""
        return list(dict.fromkeys(self._ask("haven_problems", str, settings=settings)))

    def tree(self, catalog: Catalog, settings: Settings) -> Tree:
        """Return the tree over a catalog, made of all that the plugins bring."""
        return Tree(
            catalog,
            settings,
            self.smart_folders(settings),
            self.path_patterns(settings),
            self.searchers(settings),
            next(reversed(self.narrowers(settings)), None),
            self.spoken(settings),
            self.wording(),
        )

    def commands(self) -> dict[str, Command]:
        """Return the commands that plugins add to the command line."""
        return _by_name(self._ask("haven_commands", Command), "name")


def _check(item: Any, wanted: type) -> None:
    """Raise TypeError or ValueError if what a plugin brings is not what its hook is for."""
    if not isinstance(item, wanted) or isinstance(item, type):
        raise TypeError(f"{item!r} is not of the type {wanted.__name__}{_lacks(item, wanted)}")
    if isinstance(item, Analyzer):
        if not isinstance(item.name, str) or not isinstance(item.version, int):
            raise TypeError(
                f"{item!r} has the name {item.name!r} and version {item.version!r}, not a text and a number"
            )
        if item.needs not in ("metadata", "picture"):
            raise ValueError(f'analyzer {item.name} needs {item.needs!r}, which is neither "metadata" nor "picture"')
    if isinstance(item, Facet) and not _is_facet(item):
        raise TypeError(
            f"{item!r} needs a text as its name, texts as its migrations, and tuples of columns by table in `owned`"
        )
    if isinstance(item, Command):
        # Asked once for trial: one that raised would take `haven --help` with it.
        item.arguments(ArgumentParser())


def _is_facet(item: Facet) -> bool:
    """Tell whether a facet has what the catalog works with, of the right types."""
    named = isinstance(getattr(item, "name", None), str) and bool(item.name)
    scripts = isinstance(item.migrations, Sequence) and all(isinstance(script, str) for script in item.migrations)
    owned = isinstance(item.owned, Mapping) and all(isinstance(key, tuple) and key for key in item.owned.values())
    return named and scripts and not isinstance(item.migrations, str) and owned


def _lacks(item: Any, wanted: type) -> str:
    """Say what an object lacks that has some of what a type asks for, and how it comes by the rest."""
    asked = [name for name in (*vars(wanted), *vars(wanted).get("__annotations__", ())) if not name.startswith("_")]
    lacking = sorted({name for name in asked if not hasattr(item, name)})
    if isinstance(item, type) or not lacking or len(lacking) == len(set(asked)):
        return ""
    return f": it lacks {', '.join(lacking)}. A class derived from haven_fs.{wanted.__name__} has the defaults"


def _by_name(items: Iterable[Any], attribute: str) -> dict[str, Any]:
    named: dict[str, Any] = {}
    for item in items:
        name = getattr(item, attribute)
        if name in named:
            logger.error("Two plugins add %r; the second is ignored", name)
        else:
            named[name] = item
    return named
