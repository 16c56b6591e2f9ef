"""The folders that time makes, and what writing to those of dates says.

A photo copied into the folder of a month was taken then, if nobody knew when; one moved from another date's was taken
then instead. Dates themselves are not made, renamed or removed.
"""

from dataclasses import replace

from haven_fs import AskingFolder, PhotoFolder, PhotoSet, SmartFolder, Stamp, View, WrittenPhotos
from haven_time.said import Period, TakenThen

FIRST_PHOTO = 1826
"""The year of the oldest photograph there is."""


class DateFolder(WrittenPhotos):
    """/Timeline, or a year, a month or a day of it."""

    home = "Timeline"
    narrows = False
    refusal = (
        "To say when photos were taken, copy or move them into the folder of a month. Date folders cannot be created,"
        " renamed or deleted, and photos cannot be deleted from them. For a date without a folder, use `haven taken`."
    )

    def __init__(self, view: View, photos: PhotoSet, *, level: int = 0, date: str = "") -> None:
        """`date`: the year, month or day as its folder is called, none of all."""
        fact = TakenThen(Period.named(date))
        super().__init__(view, photos, fact, f"timeline {date}", level=level, always_split=2)

    def open_date(self, view: View, photos: PhotoSet, level: int) -> PhotoFolder:
        """Return the folder of a year, a month or a day, in which photos were taken then."""
        return DateFolder(view, photos, level=level, date=view.path[-1])


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
    # A folder's name mostly gives a month or a year, of which the first day is no anniversary.
    known = f"p.day IN ({days}) AND p.taken_source IS NOT 'folder'"
    return OnThisDayFolder(view, view.within.narrowed(known))


def open_undated(view: View) -> PhotoFolder:
    """Open the photos whose capture time is not known, or only guessed from the file's date."""
    undated = view.within.narrowed("(p.taken_source IS NULL OR p.taken_source = 'file')")
    refusal = (
        "Copy or move a photo into a month in Timeline to say when it was taken; delete it here to stop being asked."
    )
    return AskingFolder(view, undated, "time", refusal)


def open_dated_by_folder(view: View) -> PhotoFolder:
    """Open the photos whose capture time is only what the names of the folders say that they lie in."""
    guessed = view.within.narrowed("p.taken_source = 'folder'")
    refusal = (
        "These dates are guesses, by the names of the folders. Copy or move a photo into a month in Timeline to say"
        " when it was taken; delete it here if the guess is right or you do not want to be asked."
    )
    return AskingFolder(view, guessed, "time", refusal)


FOLDERS = (
    SmartFolder("Timeline", open_timeline, facet=True),
    SmartFolder("Recent", open_recent),
    SmartFolder("On This Day", open_on_this_day),
    SmartFolder("Review/Undated", open_undated),
    SmartFolder("Review/Dated by Folder", open_dated_by_folder),
)
