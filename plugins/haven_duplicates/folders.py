"""/Review/Duplicates: a folder for each picture that is there more than once; inside are its photos, the best first."""

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import NamedTuple

from haven_duplicates.facet import state
from haven_fs import Entry, Folder, PhotoFolder, PhotoSet, RankedFolder, SmartFolder, Text, View, names, originals_paths

REFUSAL = (
    "Look at the copies here, but delete the ones you do not need where they are stored; Haven changes no original."
)
_ABOUT = (
    "Each folder here holds a picture that you have more than once: exact copies, and photos that show the same,\r\n"
    "such as smaller, edited, converted or cropped ones, screenshots of a photo, and turned or mirrored ones.\r\n"
    "The best comes first: the one with the most pixels; if several have as many, the one that still says when,\r\n"
    "where and with which camera it was taken; then the larger file; then the one Haven has known longest.\r\n\r\n"
    "Haven deletes nothing. A text in each folder says where its photos are stored. Delete the ones you do not need\r\n"
    "there, and the folder here disappears by itself. Look at them first: a small difference that matters to you\r\n"
    "may go unnoticed. Haven says that two are the same file once it has compared all their bytes.\r\n"
    "Pictures with nothing in them to know them by, such as a clear sky, are here only if their files are the same.\r\n"
    "Videos are compared by one frame and their length.\r\n"
)
_NOTHING = "Haven has found no duplicates.\r\n"
_NAMES = "SELECT g.name FROM photo p JOIN copy_member m ON m.photo_id = p.id JOIN copy_group g ON g.id = m.group_id"
_SEVERAL = (
    "(SELECT count(*) FROM copy_member n CROSS JOIN photo q ON q.id = n.photo_id"
    " WHERE n.group_id = m.group_id AND q.shown = 1) > 1"
)
"""Whether a group has not lost its photos since the keeper last looked."""
_MEMBERS = (
    "SELECT m.photo_id, m.place, m.same_as, m.checked FROM copy_member m CROSS JOIN photo p ON p.id = m.photo_id"
    " WHERE m.group_id = ?"
)


class _Member(NamedTuple):
    """A row of copy_member, see facet.py."""

    photo_id: int
    place: int
    same_as: int
    checked: int | None


class DuplicatesFolder(Folder):
    """A folder a group; too many of them are in folders by date, each where its best photo is from.

    All is read from what the keeper has found; nothing is compared here.
    """

    refusal = REFUSAL

    def __init__(self, view: View, bests: PhotoSet | None = None, *, level: int = 0) -> None:
        """`bests`: the best photos of the groups in here, all if None."""
        super().__init__(view)
        self._bests = _bests(view.within) if bests is None else bests
        self._level = level

    @cached_property
    def _by_date(self) -> PhotoFolder:
        """The same folder as if it held the best photos: it knows about dates."""
        return PhotoFolder(self.view, self._bests, level=self._level)

    @property
    def scope(self) -> PhotoSet:
        """The photos of all groups."""
        return self.view.within.narrowed("p.id IN (SELECT photo_id FROM copy_member WHERE group_id IS NOT NULL)")

    def entries(self) -> Iterable[Entry]:
        """Return the groups, or the years, months or days of their best photos."""
        stamp = self.stamp()
        if self._by_date.is_split():
            return [Entry(entry.name, stamp) for entry in self._by_date.entries()]
        names_ = self.view.db.execute(f"{_NAMES} WHERE {self._bests.condition} AND {_SEVERAL}", self._bests.params)
        return [Entry(name, stamp) for (name,) in sorted(names_)]

    def enter(self, name: str) -> Folder | None:
        """Return a group, or those of a year, month or day."""
        if self._by_date.is_split():
            below = self._by_date.enter(name)
            if isinstance(below, PhotoFolder):
                return DuplicatesFolder(below.view, below.photos, level=below.level)
        group = self.view.db.execute("SELECT id, name FROM copy_group WHERE fold = ?", (names.fold(name),)).fetchone()
        if group is None:
            return None
        within = self.view.within
        rows = self.view.db.execute(f"{_MEMBERS} AND {within.condition} ORDER BY m.place", (group[0], *within.params))
        members = [_Member(*row) for row in rows]
        return GroupFolder(self.view.below(group[1]), members) if len(members) > 1 else None

    def texts(self) -> Sequence[Text]:
        """Return what this is."""
        if self._level:
            return []
        lines = [_ABOUT]
        if self.view.db.execute("SELECT 1 FROM copy_group LIMIT 1").fetchone() is None:
            lines.append(_NOTHING)
        if due := state(self.view.db, "due"):
            lines.append(f"Haven has not yet looked at {due:,} of your photos, so there may be more soon.\r\n")
        return [Text("About duplicates.txt", "\r\n".join(lines))]


def _bests(within: PhotoSet) -> PhotoSet:
    """Return the best photo of each group of some photos."""
    if within == PhotoSet():
        return within.narrowed("p.id IN (SELECT photo_id FROM copy_member WHERE place = 1)")
    ranked = (
        "SELECT m.photo_id, row_number() OVER (PARTITION BY m.group_id ORDER BY m.place) AS place,"
        " count(*) OVER (PARTITION BY m.group_id) AS several FROM copy_member m JOIN photo p ON p.id = m.photo_id"
        f" WHERE m.group_id IS NOT NULL AND {within.condition}"
    )
    first = f"p.id IN (SELECT photo_id FROM ({ranked}) WHERE place = 1 AND several > 1)"
    return within.narrowed(first, *within.params)


class GroupFolder(RankedFolder):
    """One picture: its photos, the best first, and a text that says where they lie."""

    refusal = REFUSAL

    def __init__(self, view: View, members: Sequence[_Member]) -> None:
        super().__init__(view, view.within, [member.photo_id for member in members])
        self._members = members

    def texts(self) -> Sequence[Text]:
        """Return where each photo lies, the best first, and which are exact copies of which."""
        query = (
            "SELECT p.id, o.id, o.name, p.width, p.height, o.size FROM photo p JOIN original o ON o.id = p.main_id"
            f" WHERE {self.photos.condition}"
        )
        rows = {row[0]: row[1:] for row in self.view.db.execute(query, self.photos.params)}
        paths = originals_paths(self.view.db, [original_id for original_id, *_ in rows.values()])
        lines = []
        number_of = {member.place: number for number, member in reversed(list(enumerate(self._members, start=1)))}
        checked = {member.place: member.checked == 1 for member in self._members}
        for number, member in enumerate(self._members, start=1):
            if member.photo_id not in rows:
                continue
            original_id, name, width, height, size = rows[member.photo_id]
            about = [f"{width} x {height}"] if width and height else []
            about.append(f"{size / 1e6:.1f} MB" if size >= 100_000 else f"{size / 1e3:.1f} kB")
            same = number_of.get(member.same_as, number)
            if same != number:
                is_sure = member.checked == 1 and checked[member.same_as]
                about.append(f"{'' if is_sure else 'most likely '}the same file as {same:03d}")
            lines.append(f"{number:03d} {name}  ({', '.join(about)})\r\n    {paths.get(original_id, 'not there')}\r\n")
        return [Text("Where they are.txt", "".join(lines))]


FOLDERS = (SmartFolder("Review/Duplicates", DuplicatesFolder),)
