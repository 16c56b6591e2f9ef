"""/Albums: the folders, and what writing to them says.

At the top and in an album folders can be made, renamed, moved and removed, at any depth: these are the albums. In
another folder, such as /Places/Paris/Albums, the same albums show with its photos alone, and keep their places.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace

from haven_albums.albums import TOP, Albums, Content, place_of
from haven_albums.nesting import ALBUM, BELOW, album_path, albums_above
from haven_albums.photos import AlbumPhotos, InAlbum, photos_of
from haven_fs import (
    Cover,
    DiskFolder,
    Entry,
    File,
    Folder,
    Forbidden,
    PhotoSet,
    SmartFolder,
    Stamp,
    Text,
    View,
    Writer,
    names,
    newest,
)

_ROOT = ("Albums",)
_ASIDE = " (photos)"
"""Behind the name of a folder of dates where an album has that name."""
_HOW_TO = Text(
    "How to make albums.txt",
    "To make an album, create a folder here. Copy photos into it from any folder, and put albums inside albums.\r\n\r\n"
    "To keep a person or a search as an album, copy that whole folder here: the album has the photos it has now.\r\n"
    "To take a photo out, delete it from the album or move it to another one.\r\n"
    "Deleting an album deletes only the album.\r\n\r\n"
    "Your photos stay as they are, and where they are.\r\n",
)


class Album(AlbumPhotos):
    """An album as it shows in any folder: its photos that are in that, and the albums nested in it that have some."""

    dates = AlbumPhotos

    def __init__(self, view: View, album_id: int) -> None:
        own = view.within.narrowed("p.id IN (SELECT photo_id FROM album_photo WHERE album_id = ?)", album_id)
        super().__init__(view, own, InAlbum(album_id), place_of(album_id))
        self.album_id = album_id

    @property
    def photos(self) -> PhotoSet:
        """The photos in this album and those nested in it."""
        below = f"{BELOW} SELECT photo_id FROM album_photo WHERE album_id IN (SELECT id FROM below)"
        return self.view.within.narrowed(f"p.id IN ({below})", json.dumps([self.album_id]))

    def entries(self) -> Iterable[Entry]:
        """Return the albums nested in this one, then the folders of dates if there are many photos."""
        nested = _entries(self.view, self.album_id, whole=isinstance(self, AlbumFolder))
        taken = {names.fold(entry.name) for entry in nested}
        dates = [
            replace(date, name=date.name + _ASIDE, key=names.fold(date.name))
            if names.fold(date.name) in taken
            else date
            for date in super().entries()
        ]
        return [*nested, *dates]

    def enter(self, name: str) -> Folder | None:
        """Return an album nested in this one, or a date's folder."""
        nested = _open(self.view, self.album_id, name, whole=isinstance(self, AlbumFolder))
        if nested is not None:
            return nested
        if (date := super().enter(name)) is not None:
            return date
        bare = name.removesuffix(_ASIDE)
        return super().enter(bare) if bare != name and self.enter(bare) is not None else None

    def cover(self) -> Cover | None:
        """Return the first picture in it, or else the newest in the albums nested in it."""
        first = next(self.listed().narrowed("o.kind = 'image' AND o.role = 'main'").files(self.view.db), None)
        return Cover(first.id) if first is not None else super().cover()

    def stamp(self) -> Stamp:
        """Return the version, which the names and numbers of the albums nested in this one change too."""
        return _stamps(self.view, self.album_id, itself=True).get(self.album_id, Stamp(0, 0))

    def nested(self) -> list["Album"]:
        """Return the albums nested in this one."""
        listed = _entries(self.view, self.album_id, whole=isinstance(self, AlbumFolder))
        opened = (self.enter(entry.name) for entry in listed)
        return [album for album in opened if isinstance(album, Album)]

    def content(self, w: Writer) -> Content:
        """Return what a copy of this album has in it."""
        return self.in_order(w), [(album.view.path[-1], album.content(w)) for album in self.nested()]

    def rename(self, w: Writer, name: str) -> None:
        """Give the album another name. Raises Refused."""
        Albums(w).rename(self.album_id, name)


class _Holder(Folder):
    """A folder that albums can be put into: /Albums, and every album."""

    album_id = TOP

    def make_folder(self, w: Writer, name: str) -> None:
        """Make an album. Raises Refused."""
        Albums(w).make(self.album_id, name)

    def take_folder(self, w: Writer, folder: Folder, name: str) -> None:
        """Nest an album in this one. Another folder stays and is kept here as a copy of it is. Raises Refused."""
        if isinstance(folder, AlbumFolder):
            Albums(w).nest(folder.album_id, self.album_id, name)
        elif isinstance(folder, DiskFolder):
            raise Forbidden(
                "The folders of your originals stay where they are. To make an album of this one, copy it here."
            )
        else:
            self.put_folder(w, name, folder)

    def put_folder(self, w: Writer, name: str, folder: Folder) -> None:
        """Keep the photos that are in another folder now as an album. Raises Refused."""
        if isinstance(folder, Album):
            if folder.album_id == self.album_id or folder.album_id in albums_above(w.db, self.album_id):
                raise Forbidden("An album cannot be copied into itself.")
            content = folder.content(w)
        else:
            content = (photos_of(w, folder), [])
        Albums(w).keep(self.album_id, name, content, "/".join(["", *folder.view.path]))


class AlbumFolder(_Holder, Album):
    """An album in /Albums: itself, with all in it."""

    refusal = (
        "Copy or move photos here to add them to this album; delete them here to take them out. A folder you create"
        " here becomes an album inside this one."
    )

    def __init__(self, view: View, album_id: int) -> None:
        Album.__init__(self, view, album_id)

    def texts(self) -> Sequence[Text]:
        """Return the notes that were copied here with photos."""
        query = "SELECT name, text FROM album_note WHERE album_id = ? ORDER BY fold"
        return [Text(*row) for row in self.view.db.execute(query, (self.album_id,))]

    def put_text(self, w: Writer, name: str, text: Text) -> None:
        """Keep a note of another folder. Raises Refused."""
        Albums(w).put_note(self.album_id, name, text.text)

    def take_out(self, w: Writer, node: File | Text) -> None:
        """Take a photo or a note out of the album."""
        if isinstance(node, Text):
            Albums(w).drop_note(self.album_id, node.name)
        else:
            super().take_out(w, node)

    def remove(self, w: Writer) -> None:
        """Remove the album and those nested in it; photos stay."""
        Albums(w).remove(self.album_id)


class AlbumsFolder(Folder):
    """The albums that photos of another folder are in."""

    refusal = "To make an album, create a folder here, then copy or move photos into it."

    @property
    def photos(self) -> PhotoSet | None:
        """The photos that are in any album."""
        return self.scope

    @property
    def scope(self) -> PhotoSet:
        """The photos that are in any album."""
        return self.view.within.narrowed(
            "p.id IN (SELECT photo_id FROM album_photo WHERE album_id IN (SELECT id FROM album))"
        )

    def cover(self) -> Cover | None:
        """Return the newest photo in any album."""
        return newest(self.view.db, self.scope)

    def path_to(self, facet: str, key: str) -> tuple[str, ...] | None:
        """Return the names of an album and of those that it is nested in."""
        return album_path(self.view.db, int(key)) if facet == ALBUM and key.isdecimal() else None

    def entries(self) -> Iterable[Entry]:
        """Return the albums that are nested in none."""
        return _entries(self.view, TOP, whole=isinstance(self, AlbumsRoot))

    def enter(self, name: str) -> Folder | None:
        """Return an album."""
        return _open(self.view, TOP, name, whole=isinstance(self, AlbumsRoot))

    def stamp(self) -> Stamp:
        """Return the version, which every change of an album changes."""
        stamps = _stamps(self.view, TOP).values()
        return Stamp(sum(one.count for one in stamps), max((one.seq for one in stamps), default=0))


class AlbumsRoot(_Holder, AlbumsFolder):
    """/Albums."""

    def texts(self) -> Sequence[Text]:
        """Return how to make albums."""
        return [_HOW_TO]

    @property
    def photos(self) -> None:
        """None: it is about albums, which may have any name, be it Timeline."""

    def stamp(self) -> Stamp:
        """Return the version: as new as the catalog, since the drive's own listing asks for it all the time."""
        return Stamp(0, self.view.seq, steady=True)


def _entries(view: View, parent_id: int, *, whole: bool) -> list[Entry]:
    """Return the albums nested in one: all if `whole`, else those with photos of the view."""
    stamps = _stamps(view, parent_id)
    rows = view.db.execute("SELECT id, name FROM album WHERE parent_id = ? ORDER BY fold", (parent_id,))
    counts = _counts(view, parent_id)
    listed = [
        (id_, Entry(name, stamps.get(id_, Stamp(0, 0)), key=place_of(id_), photos=counts.get(str(id_), 0)))
        for id_, name in rows
    ]
    return [entry for id_, entry in listed if whole or _has_photos(view, id_)]


def _counts(view: View, parent_id: int) -> dict[str, int]:
    """Return how many photos there are in albums nested in one, and in what is nested in them, by their keys."""
    parent = str(parent_id) if parent_id != TOP else None
    query = (
        "SELECT v.key, count(*) FROM value v JOIN member m ON m.value_id = v.id JOIN photo p ON p.id = m.photo_id"
        f" WHERE v.facet = ? AND v.parent IS ? AND {view.within.condition} GROUP BY v.id"
    )
    return dict(view.db.execute(query, (ALBUM, parent, *view.within.params)).fetchall())


def _has_photos(view: View, album_id: int) -> bool:
    return bool(Album(view, album_id).photos.stamp(view.db).count)


def _open(view: View, parent_id: int, name: str, *, whole: bool) -> Album | None:
    row = view.db.execute(
        "SELECT id, name FROM album WHERE parent_id = ? AND fold = ?", (parent_id, names.fold(name))
    ).fetchone()
    if row is None or not (whole or _has_photos(view, row[0])):
        return None
    return (AlbumFolder if whole else Album)(view.below(row[1], key=place_of(row[0])), row[0])


def _stamps(view: View, album_id: int, *, itself: bool = False) -> dict[int, Stamp]:
    """Return the versions of an album, or of those nested in it: of all albums and photos that are in each of them."""
    chosen = "id = ?" if itself else "parent_id = ?"
    query = (
        f"WITH RECURSIVE tree (top, id) AS (SELECT id, id FROM album WHERE {chosen}"
        " UNION SELECT tree.top, a.id FROM tree JOIN album a ON a.parent_id = tree.id)"
        " SELECT top, sum(albums), max(seq) FROM ("
        " SELECT tree.top, count(*) AS albums, max(a.seq) AS seq FROM tree JOIN album a ON a.id = tree.id GROUP BY 1"
        " UNION ALL SELECT tree.top, count(*), max(p.seq) FROM tree JOIN album_photo x ON x.album_id = tree.id"
        f" JOIN photo p ON p.id = x.photo_id WHERE {view.within.condition} GROUP BY 1) GROUP BY top"
    )
    rows = view.db.execute(query, (album_id, *view.within.params))
    return {top: Stamp(count, seq) for top, count, seq in rows}


def _albums(view: View) -> Folder:
    return (AlbumsRoot if view.path == _ROOT else AlbumsFolder)(view)


ALBUMS = SmartFolder("Albums", _albums, facet=True)
