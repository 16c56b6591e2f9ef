"""What a folder lists. `Tree.listing` is the only place that composes it, so every client sees the same."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from haven_fs.tree.files import File, FileSet
from haven_fs.tree.nodes import Entry, Folder, Text


@dataclass(frozen=True, slots=True)
class Listing:
    """Everything a folder lists, by kind.

    `folders`: its own, and those that were made in it. `extras`: files of its own. `kept`: empty files, names that
    programs are about to write to. `files`: the rest, maybe thousands, which are not read yet. `films`: those inside
    some of them, see haven_fs.tree.inside.
    """

    folder: Folder
    folders: Sequence[Entry]
    texts: Sequence[Text]
    extras: Sequence[File]
    kept: Sequence[File]
    files: FileSet | None
    films: FileSet | None = None

    def every_file(self) -> Iterator[File]:
        """Give the files of every kind, one by one; for answers `files.render` is faster by far."""
        yield from self.extras
        yield from self.kept
        for some in (self.files, self.films):
            if some is not None:
                yield from some.files(self.folder.view.db)

    def names(self) -> Iterator[str]:
        """Give the name of everything that is listed, folders first."""
        yield from (entry.name for entry in self.folders)
        yield from (text.name for text in self.texts)
        yield from (file.name for file in self.every_file())
