"""The folders that time makes, and what writing to those of dates says.

A photo copied into the folder of a month was taken then, if nobody knew when; one moved from another date's was taken
then instead. Dates themselves are not made, renamed or removed.
"""

from collections.abc import Sequence
from dataclasses import replace

from haven_fs import File, Folder, Forbidden, PhotoFolder, PhotoSet, SmartFolder, Stamp, View, Writer
from haven_fs.tree.aliases import Aliases
from haven_fs.tree.asking import AskingFolder
from haven_fs.tree.photoset import FileSet
from haven_time.said import Period, move_then, put_then

FIRST_PHOTO = 1826
"""The year of the oldest photograph there is."""


class DateFolder(PhotoFolder):
    """/Timeline, or a year, a month or a day of it."""

    narrows = False
    refusal = (
        "Copy or move photos into the folder of a month to say when they were taken. Folders of dates cannot be made,"
        " renamed or removed, nor photos deleted from them: for a date without a folder use `haven taken`."
    )

    def __init__(self, view: View, photos: PhotoSet, *, level: int = 0, date: str = "") -> None:
        """`date`: the year, month or day as its folder is called, none of all."""
        super().__init__(view, photos, always_split=2, level=level)
        self._date = date
        self._aliases = Aliases(view, f"timeline {date}")

    def open_date(self, view: View, photos: PhotoSet, level: int) -> PhotoFolder:
        """Return the folder of a year, a month or a day, which takes photos too."""
        return DateFolder(view, photos, level=level, date=view.path[-1])

    def files(self) -> FileSet | None:
        """Return the photos' files under their display names, unless they are in folders by date."""
        return None if self.is_split() else self._aliases.rest(self.photos.files())

    def extras(self) -> Sequence[File]:
        """Return the files that were written here under other names."""
        return self._aliases.files(self.photos)

    def put_photo(self, w: Writer, name: str, file: File) -> None:
        """Say that a photo was taken then, if nobody knows when it was. Raises Refused."""
        said = put_then(w, _photo_of(file), self._period())
        self._write(w, name, file, said=said)

    def move_photo(self, w: Writer, name: str, file: File, source: Folder) -> bool:
        """Say that a photo was taken then and not when Haven thought. Raises Refused."""
        if not isinstance(source, DateFolder):
            return False
        if source.view.path == self.view.path:
            raise Forbidden("Photos keep the names that Haven shows them by: their files are never renamed.")
        said = move_then(w, _photo_of(file), self._period())
        source._aliases.drop(w, _photo_of(file))
        self._write(w, name, file, said=said)
        return True

    def _period(self) -> Period:
        period = Period.named(self._date)
        if period is None:
            raise Forbidden("Put photos into the folder of a year, a month or a day: then they were taken then.")
        return period

    def _write(self, w: Writer, name: str, file: File, *, said: bool) -> None:
        """Have the photo answer by the name it was written under. Raises Refused if it is none of this folder's."""
        photo_id = _photo_of(file)
        if not self.photos.narrowed("p.id = ?", photo_id).stamp(w.db).count:
            raise Forbidden("This folder holds only some of the photos of then. Put the photo into Timeline itself.")
        self._aliases.put(w, name, file, always=self.is_split())
        if not said:
            # The listing may be another all the same.
            w.db.execute("UPDATE photo SET seq = ? WHERE id = ?", (w.seq, photo_id))
            w.correct("written here", photo_id, name=name)


def open_timeline(view: View) -> PhotoFolder:
    """Open the photos with a capture time, by year and month."""
    # A range, unlike "is not null", always comes from the index.
    return DateFolder(view, view.within.narrowed("p.day > 0"))


class RecentFolder(PhotoFolder):
    """/Recent: when a photo leaves the library an older one moves up, which changes neither count nor highest seq."""

    def stamp(self) -> Stamp:
        """Return the version, which removals change too."""
        stamp = super().stamp()
        return replace(stamp, seq=self.view.modified(stamp))


class OnThisDayFolder(PhotoFolder):
    """/On This Day: other photos each day, of which yesterday's may be as many and newer in the catalog."""

    def stamp(self) -> Stamp:
        """Return the version, which a new day changes too."""
        stamp = super().stamp()
        return replace(stamp, seq=max(stamp.seq, self.view.midnight))


def open_recent(view: View) -> PhotoFolder:
    """Open the photos that came last into the library; of those that came together, the last taken."""
    newest = "p.id IN (SELECT id FROM photo WHERE shown = 1 ORDER BY added DESC, taken DESC LIMIT ?)"
    return RecentFolder(view, view.within.narrowed(newest, view.settings["tree.recent_photos"]))


def open_on_this_day(view: View) -> PhotoFolder:
    """Open the photos taken on today's day and month in earlier years."""
    today = view.now.month * 100 + view.now.day
    # Each day by name, so that an index finds them: "day % 10000" would read every photo's.
    days = ",".join(str(year * 10000 + today) for year in range(FIRST_PHOTO, view.now.year))
    return OnThisDayFolder(view, view.within.narrowed(f"p.day IN ({days})"))


def open_undated(view: View) -> PhotoFolder:
    """Open the photos whose capture time is not known, or only guessed from the file's date."""
    undated = view.within.narrowed("(p.taken_source IS NULL OR p.taken_source = 'file')")
    refusal = "Copy or move a photo into a month's folder in Timeline to say when it was; delete it not to be asked."
    return AskingFolder(view, undated, "time", refusal)


def _photo_of(file: File) -> int:
    if file.photo_id is None:
        raise Forbidden("This file is no photo of your libraries.")
    return file.photo_id


FOLDERS = (
    SmartFolder("Timeline", open_timeline, facet=True),
    SmartFolder("Recent", open_recent),
    SmartFolder("On This Day", open_on_this_day),
    SmartFolder("Review/Undated", open_undated),
)
