"""/Review/Duplicates: a folder for each picture that is there more than once; inside are its photos, the best first."""

from collections.abc import Iterable, Sequence
from functools import cached_property

from haven_duplicates.answers import Answer, Answers
from haven_duplicates.groups import Group
from haven_fs import Entry, Folder, PhotoFolder, PhotoSet, RankedFolder, SmartFolder, Text, View, names, originals_paths

REFUSAL = (
    "Look at the copies here, but delete the ones you do not need where they are stored; Haven changes no original."
)
_ANSWERS = Answers()
_ABOUT = (
    "Each folder here holds a picture that you have more than once: exact copies, and photos that look the same,\r\n"
    "such as smaller, edited or converted ones. The best comes first: the one with the most pixels; if several have\r\n"
    "as many, the one that still says when, where and with which camera it was taken; then the larger file; then\r\n"
    "the one Haven has known longest.\r\n\r\n"
    "Haven deletes nothing. A text in each folder says where its photos are stored. Delete the ones you do not need\r\n"
    "there, and the folder here disappears by itself. Look at them first: Haven compares pictures only roughly, so\r\n"
    "a small difference that matters to you may go unnoticed. It says that two are the same file once it has\r\n"
    "compared all their bytes.\r\n"
    "Videos are compared by one frame and their length.\r\n"
)
_NOTHING = "Haven has found no duplicates.\r\n"


class DuplicatesFolder(Folder):
    """A folder a group; too many of them are in folders by date, each where its best photo is from.

    Looking for duplicates takes a moment in a large library, so only listing or entering does it, never the stamp,
    which the folders above ask for.
    """

    refusal = REFUSAL

    def __init__(self, view: View, bests: PhotoSet | None = None, *, level: int = 0) -> None:
        """`bests`: the best photos of the groups in here, all if None."""
        super().__init__(view)
        self._given = bests
        self._level = level

    @cached_property
    def _answer(self) -> Answer:
        return _ANSWERS.of(self.view)

    @cached_property
    def _by_date(self) -> PhotoFolder:
        """The same folder as if it held the best photos: it knows about dates."""
        bests = self._given
        if bests is None:
            bests = self.view.within.among([group.best for group in self._answer.groups])
        return PhotoFolder(self.view, bests, level=self._level)

    @property
    def scope(self) -> PhotoSet:
        """The photos of all groups."""
        return self.view.within.among([id_ for group in self._answer.groups for id_ in group.photo_ids])

    def entries(self) -> Iterable[Entry]:
        """Return the groups, or the years, months or days of their best photos."""
        stamp = self.stamp()
        if self._by_date.is_split():
            return [Entry(entry.name, stamp) for entry in self._by_date.entries()]
        return [Entry(group.name, stamp) for group in self._groups()]

    def _groups(self) -> Iterable[Group]:
        if self._given is None:
            return self._answer.groups
        bests = self._given
        rows = self.view.db.execute(f"SELECT p.id FROM photo p WHERE {bests.condition}", bests.params)
        here = {id_ for (id_,) in rows}
        return [group for group in self._answer.groups if group.best in here]

    def enter(self, name: str) -> Folder | None:
        """Return a group, or those of a year, month or day."""
        if self._by_date.is_split():
            below = self._by_date.enter(name)
            if isinstance(below, PhotoFolder):
                return DuplicatesFolder(below.view, below.photos, level=below.level)
        group = self._answer.by_name.get(names.fold(name))
        return GroupFolder(self.view.below(group.name), group) if group else None

    def texts(self) -> Sequence[Text]:
        """Return what this is."""
        if self._level:
            return []
        lines = [_ABOUT]
        if not self._answer.groups:
            lines.append(_NOTHING)
        if self._answer.due:
            lines.append(
                f"Haven has not yet looked at {self._answer.due:,} of your photos, so there may be more soon.\r\n"
            )
        if self._answer.problem:
            lines.append(f"For now only exact copies are shown. {self._answer.problem}\r\n")
        return [Text("About duplicates.txt", "\r\n".join(lines))]


class GroupFolder(RankedFolder):
    """One picture: its photos, the best first, and a text that says where they lie."""

    refusal = REFUSAL

    def __init__(self, view: View, group: Group) -> None:
        super().__init__(view, view.within, group.photo_ids)
        self._group = group

    def texts(self) -> Sequence[Text]:
        """Return where each photo lies, the best first, and which are exact copies of which."""
        query = (
            "SELECT p.id, o.id, o.name, p.width, p.height, o.size FROM photo p JOIN original o ON o.id = p.main_id"
            f" WHERE {self.photos.condition}"
        )
        rows = {row[0]: row[1:] for row in self.view.db.execute(query, self.photos.params)}
        paths = originals_paths(self.view.db, [original_id for original_id, *_ in rows.values()])
        lines = []
        for number, (id_, copy) in enumerate(zip(self._group.photo_ids, self._group.copies, strict=True), start=1):
            if id_ not in rows:
                continue
            original_id, name, width, height, size = rows[id_]
            about = [f"{width} x {height}"] if width and height else []
            about.append(f"{size / 1e6:.1f} MB" if size >= 100_000 else f"{size / 1e3:.1f} kB")
            if copy != number:
                is_sure = {id_, self._group.photo_ids[copy - 1]} <= self._group.compared
                about.append(f"{'' if is_sure else 'most likely '}the same file as {copy:03d}")
            lines.append(f"{number:03d} {name}  ({', '.join(about)})\r\n    {paths.get(original_id, 'not there')}\r\n")
        return [Text("Where they are.txt", "".join(lines))]


FOLDERS = (SmartFolder("Review/Duplicates", DuplicatesFolder),)
