"""What ranks photos by meaning or by likeness, such as an embedding model; plugins bring it, folders ask it.

A searcher knows nothing of phrases, and a folder nothing of models: between them are a text or a picture, the photos
it is about, and the answer.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from haven_fs.tree.photoset import PhotoSet

if TYPE_CHECKING:
    from haven_fs.tree.nodes import View


@dataclass(frozen=True, slots=True)
class Ranking:
    """The photos that fit, and no others, best first, with the score of each; scores of two searchers do not compare.

    `note`: a sentence for the owner about how good the answer can be now, such as that photos are still due.
    """

    photo_ids: Sequence[int] = ()
    scores: Sequence[float] = ()
    note: str = ""


@runtime_checkable
class Searcher(Protocol):
    """Ranks photos. Called from many threads at once; None means that it cannot tell just now."""

    name: str

    def by_text(self, view: "View", text: str, photos: PhotoSet) -> Ranking | None:
        """Return those of `photos` that show what `text` says."""
        ...

    def by_photo(self, view: "View", photo_id: int, photos: PhotoSet) -> Ranking | None:
        """Return those of `photos` that look like one of the catalog's, which is not among them."""
        ...

    def by_picture(self, view: "View", picture: Path, photos: PhotoSet) -> Ranking | None:
        """Return those of `photos` that look like a picture that is none of the catalog's; its bytes never change."""
        ...
