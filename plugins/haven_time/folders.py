"""The folders that time makes."""

from dataclasses import replace

from haven_fs import PhotoFolder, SmartFolder, Stamp, View

FIRST_PHOTO = 1826
"""The year of the oldest photograph there is."""


def open_timeline(view: View) -> PhotoFolder:
    """Open the photos with a capture time, by year and month."""
    # A range, unlike "is not null", always comes from the index.
    return PhotoFolder(view, view.within.narrowed("p.day > 0"), always_split=2)


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
    return PhotoFolder(view, view.within.narrowed("(p.taken_source IS NULL OR p.taken_source = 'file')"))


FOLDERS = (
    SmartFolder("Timeline", open_timeline, facet=True),
    SmartFolder("Recent", open_recent),
    SmartFolder("On This Day", open_on_this_day),
    SmartFolder("Review/Undated", open_undated),
)
