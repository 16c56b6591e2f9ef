"""The protocol of what follows analysis: work on the catalog with what analyzers found, such as grouping faces.

A follower runs in the one process that writes the catalog, one at a time. It may be killed at any moment and is asked
again, so it decides what is to be done by what the catalog says.
"""

from collections.abc import Callable, Collection
from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    from haven_fs.analysis.progress import Progress
    from haven_fs.catalog.catalog import Catalog


@runtime_checkable
class Follower(Protocol):
    """What a plugin does with analyses once they are stored. `analyzers`: those it wants to be told of."""

    name: str
    analyzers: frozenset[str]

    def follow(self, catalog: "Catalog", photo_ids: Collection[int]) -> None:
        """Go on with photos of which one of the analyzers has just said something; it must be quick."""
        ...

    def idle(self, catalog: "Catalog", progress: "Progress", stopped: Callable[[], bool]) -> None:
        """Do what is for when no photo is due: asked often, it mostly finds nothing to do. End soon once `stopped`."""
        ...

    def rest(self) -> None:
        """Give memory back: nothing is to be done for a while."""
        ...
