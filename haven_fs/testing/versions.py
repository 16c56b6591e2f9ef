"""Whether the version of a folder says that it changed: programs list a folder again only if it does."""

from collections.abc import Mapping
from dataclasses import dataclass

from haven_fs.testing.looking import Look
from haven_fs.testing.reading import below
from haven_fs.tree.narrowing import Versions
from haven_fs.tree.nodes import Folder

Content = tuple[tuple[str, ...], tuple[tuple[str, str], ...], tuple["Content", ...]]
"""The names of the folders in one; its files, each with its ETag or its text; what is in those folders."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A folder at one moment: its version, when it changed, and all that is in it and below."""

    stamp: str
    modified: int
    content: Content
    about_photos: bool


Snapshots = Mapping[tuple[str, ...], Snapshot]
"""By the paths of folders."""


def snapshot(look: Look, path: str = "") -> Snapshots:
    """Return what a folder and each one below it is like at this moment."""
    found: dict[tuple[str, ...], Snapshot] = {}
    versions = Versions(look.view)

    def note(folder: Folder) -> Content:
        listing = look.tree.listing(folder)
        inside = tuple(note(below(look, folder, entry.name)) for entry in listing.folders)
        files = ((file.name, file.etag) for file in listing.every_file())
        texts = tuple((text.name, text.text) for text in listing.texts)
        content = (tuple(entry.name for entry in listing.folders), (*files, *texts), inside)
        stamp, about_photos = versions.of(folder), folder.photos is not None
        found[folder.view.path] = Snapshot(str(stamp), look.view.modified(stamp), content, about_photos)
        return content

    note(look.folder(path))
    return found


def check_versions(before: Snapshots, after: Snapshots, *, exact: bool = True) -> int:
    """Check that versions changed where anything did, and return in how many folders that was.

    `exact`: nor may the version of a folder of photos have changed for nothing.
    """
    changed = 0
    for path in before.keys() & after.keys():
        was, now = before[path], after[path]
        name = "/" + "/".join(path)
        assert now.modified >= was.modified, f"{name} became older"
        if was.content != now.content:
            changed += 1
            assert now.stamp != was.stamp, f"{name} changed and its version did not"
            assert now.modified > was.modified, f"{name} changed and its time did not"
        elif exact and was.about_photos:
            assert now.stamp == was.stamp, f"{name} did not change and its version did"
    return changed


class History:
    """The versions that folders ever had: none may stand for two contents, however long ago the other one was."""

    def __init__(self) -> None:
        self._contents: dict[tuple[tuple[str, ...], str], Content] = {}

    def note(self, snapshots: Snapshots) -> None:
        """Check a moment against all that were before, and remember it."""
        for path, one in snapshots.items():
            known = self._contents.setdefault((path, one.stamp), one.content)
            assert known == one.content, (
                f"/{'/'.join(path)} has the version {one.stamp} again, and is another by now: {known} was {one.content}"
            )
