"""Packages as doors: names of many modules, each imported when one of its names is first asked for (PEP 562).

So a plugin imports all it needs from `haven_fs`, and a worker process that loads the plugin pays for what that uses and
for no more.
"""

from collections.abc import Callable, Mapping
from importlib import import_module
from types import ModuleType
from typing import Any


def door(
    package: ModuleType, exports: Mapping[str, str], modules: Mapping[str, str] | None = None
) -> tuple[Callable[[str], Any], list[str]]:
    """Return what a package is to have as `__getattr__` and `__all__`.

    `exports`: by the module they are in, the names that the package offers, with spaces between. `modules`: what whole
    modules are offered as.
    """
    home = {name: module for module, names in exports.items() for name in names.split()}
    whole = modules or {}

    def find(name: str) -> Any:
        if name in home:
            found = getattr(import_module(home[name]), name)
        elif name in whole:
            found = import_module(whole[name])
        else:
            raise AttributeError(f"module {package.__name__!r} has no attribute {name!r}")
        setattr(package, name, found)
        return found

    return find, sorted((*home, *whole))
