"""Whether the version of a folder says that it changed: programs list a folder again only if it does."""

from dataclasses import dataclass

from haven_fs.tree.nodes import Folder
from haven_fs.tree.photoset import File

Content = tuple[tuple[str, ...], tuple[tuple[str, str], ...], tuple["Content", ...]]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A folder at one moment: its version, when it changed, and all that is in it and below."""

    stamp: str
    modified: int
    content: Content
    about_photos: bool


def snapshot_of(folder: Folder) -> dict[tuple[str, ...], Snapshot]:
    """Return what a folder and each one below is like at this moment, by path."""
    found: dict[tuple[str, ...], Snapshot] = {}

    def look(one: Folder) -> Content:
        files = one.files()
        shown: list[File] = list(files.files(one.view.db)) if files is not None else []
        below = []
        for entry in one.entries():
            child = one.enter(entry.name)
            assert child is not None
            below.append(look(child))
        texts = tuple((text.name, text.text) for text in one.texts())
        content = (tuple(e.name for e in one.entries()), (*((f.name, f.etag) for f in shown), *texts), tuple(below))
        stamp = one.stamp()
        about_photos = one.photos is not None
        found[one.view.path] = Snapshot(str(stamp), one.view.modified(stamp), content, about_photos)
        return content

    look(folder)
    return found


def check_versions(
    before: dict[tuple[str, ...], Snapshot], after: dict[tuple[str, ...], Snapshot], *, exact: bool = True
) -> int:
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
