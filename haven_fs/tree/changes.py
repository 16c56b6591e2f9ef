"""/Review/Changes: what people have changed lately, a small file each; deleting one takes that change back.

A file is a gesture, as `haven undo` would take it back, named by its time and in words. It says all that was changed.
"""

import time
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import cached_property

from haven_fs.catalog import Writer, names
from haven_fs.catalog.brake import allowed_until
from haven_fs.catalog.history import KIND, Gesture, corrections, gestures
from haven_fs.catalog.undo import undo
from haven_fs.catalog.wording import Wording, Words, where
from haven_fs.config import Settings
from haven_fs.errors import Conflict, Forbidden, NotFound, UserError
from haven_fs.hook import hookimpl
from haven_fs.tree.files import File, Stamp
from haven_fs.tree.nodes import Folder, SmartFolder, Text

DAYS = 7
MOST = 500
"""Changes that are listed; `haven log` has them all."""
LINES = 50
"""Single changes that a file names."""
AT_ONCE = 20
"""Changes that can be taken back in one go: whoever empties the folder would undo all that was said for days."""


class ChangesFolder(Folder):
    """The changes of the last days, the newest first."""

    narrows = False
    refusal = "Each file here is a change that somebody made. Delete one to take it back; nothing can be added here."

    @cached_property
    def _named(self) -> Mapping[str, Gesture]:
        """The gestures that are listed, by name, the newest first.

        A name that another change of the same minute has gets a number. It keeps it when the other is taken back: a
        program that repeats a request must not take back what it has never seen.
        """
        today = self.view.now.replace(hour=0, minute=0, second=0, microsecond=0)
        since = (today - timedelta(days=DAYS - 1)).timestamp()
        found = gestures(self.view.db, since, most=MOST, first=LINES)
        named: dict[str, Gesture] = {}
        taken: set[str] = set()
        for gesture in reversed(found):
            name = names.free(_file_name(gesture, self.view.wording), taken.__contains__)
            taken.add(names.fold(name))
            if not gesture.undone:
                named[name] = gesture
        return dict(reversed(named.items()))

    @cached_property
    def _texts(self) -> Sequence[Text]:
        return [Text(name, _in_full(gesture, self.view.wording)) for name, gesture in self._named.items()]

    @cached_property
    def _stamp(self) -> Stamp:
        return super().stamp()

    def texts(self) -> Sequence[Text]:
        """Return the changes."""
        return self._texts

    def stamp(self) -> Stamp:
        """Return the version: photos in what was said may get other names at any time, so it is the catalog's."""
        return self._stamp

    def take_out(self, w: Writer, node: File | Text) -> None:
        """Take a change back, or refuse where `haven undo` does, or where not all of it can be."""
        gesture = self._named[node.name]
        standing = [one for one in corrections(w.db, gesture=gesture.id) if one.undone is None]
        if not standing:
            raise NotFound("This change was taken back already.")
        try:
            done = undo(w, standing, time.time())
        except UserError as error:
            raise Forbidden(str(error)) from error
        if done.left:
            raise Conflict(
                "What was changed here has been changed again since. Take back the later change first: its file is"
                " here too, or in `haven log` if it is older than a week."
            )
        _check_brake(w)


def _check_brake(w: Writer) -> None:
    """Raise Refused, and with it take the transaction back, if the user is about to undo everything."""
    count = w.db.execute(
        "SELECT count(*) FROM correction WHERE gesture = (SELECT gesture FROM correction ORDER BY id DESC LIMIT 1)"
    ).fetchone()[0]
    if count > AT_ONCE and allowed_until(w.db) < time.time():
        raise Forbidden(
            f"{AT_ONCE} changes were taken back in one go, which may be a mistake. To go on, wait a moment or run"
            " `haven allow`. `haven log` lists what was taken back, and `haven undo ID` brings it back."
        )


def _file_name(gesture: Gesture, wording: Wording) -> str:
    """Return what the file of a gesture is called, short enough for a number to be added."""
    when = datetime.fromtimestamp(gesture.corrections[0].at)
    stem = names.portable(f"{when:%Y-%m-%d %H.%M} {wording.summary(gesture)}.txt").removesuffix(".txt")
    return stem.encode()[: names.LONGEST - 20].decode(errors="ignore").rstrip(" .") + ".txt"


def _in_full(gesture: Gesture, wording: Wording) -> str:
    """Return all that a gesture changed, when, where and by whom, and how to take it back."""
    first = gesture.corrections[0]
    lines = [
        f"{wording.summary(gesture)}.",
        "",
        f"{datetime.fromtimestamp(first.at):%Y-%m-%d %H:%M:%S}, {where(first)}",
    ]
    lines += [f"{one.id:6}  {wording.sentence(one)}" for one in gesture.corrections]
    if gesture.count > len(gesture.corrections):
        lines.append(f"        and {gesture.count - len(gesture.corrections):,} more, which `haven log` lists")
    lines += ["", "To take this back, delete this file. `haven undo ID` takes back one of the numbers above."]
    return "".join(f"{line}\r\n" for line in lines)


@hookimpl
def haven_smart_folders(settings: Settings) -> Sequence[SmartFolder]:
    """Put the folder into the tree."""
    return [SmartFolder("Review/Changes", ChangesFolder)]


@hookimpl
def haven_words() -> Sequence[Words]:
    """Say how what any folder may note is put."""
    return [
        Words(KIND, "{changes} undone"),
        Words("folder made", "New folder {name} in {folder}"),
        Words("written here", "{photo} is in {folder} as {name}", "{photos} are in {folder} by other names"),
        Words(
            "not asked again",
            "The {question} of {photo} is not asked any more",
            "The {question} of {photos} is not asked any more",
        ),
    ]
