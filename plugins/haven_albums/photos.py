"""The photos of one album as a folder, and those of any folder that is to become one."""

import json
from dataclasses import dataclass, replace

from haven_albums.albums import Albums
from haven_fs import ChosenPhotos, DiskFolder, FileSet, Folder, Forbidden, RankedFolder, Writer


@dataclass(frozen=True, slots=True)
class InAlbum:
    """The fact that a photo is in an album."""

    album_id: int

    def put(self, w: Writer, photo_id: int) -> bool:
        """Add a photo to the album."""
        Albums(w).add(self.album_id, photo_id)
        return True

    def move(self, w: Writer, photo_id: int, source: "InAlbum") -> bool:
        """Add a photo to this album and take it out of another."""
        Albums(w).move(photo_id, source.album_id, self.album_id)
        return True

    def take_out(self, w: Writer, photo_id: int) -> None:
        """Take a photo out of the album."""
        Albums(w).take_out(self.album_id, photo_id)


class AlbumPhotos(ChosenPhotos):
    """Photos of one album: all that are in it itself, or those of a year, a month or a day."""

    home = "Albums"
    refusal = "Copy or move photos here to add them to this album; delete them here to take them out."
    fact: InAlbum

    def listed(self) -> FileSet:
        """Return the photos' files in the order in which they were added."""
        album_id = self.fact.album_id
        position = f"SELECT a.position FROM album_photo a WHERE a.album_id = {album_id:d} AND a.photo_id = p.id"
        return replace(super().listed(), order=f"ORDER BY ({position}), o.name_fold")

    def in_order(self, w: Writer) -> list[int]:
        """Return the ids of the photos in the order in which they were added."""
        query = (
            "SELECT p.id FROM album_photo a JOIN photo p ON p.id = a.photo_id"
            f" WHERE a.album_id = ? AND {self.own.condition} ORDER BY a.position"
        )
        return [id_ for (id_,) in w.db.execute(query, (self.fact.album_id, *self.own.params))]


def photos_of(w: Writer, folder: Folder) -> list[int]:
    """Return the photos in a folder, in its order if it has one, else as they were taken. Raises Refused."""
    photos = folder.scope if isinstance(folder, DiskFolder) else folder.photos
    if photos is None:
        raise Forbidden("This folder contains no photos. To make an album, copy a folder that does.")
    source, params = "photo p", photos.params
    order = "p.taken IS NULL, p.taken, (SELECT o.name_fold FROM original o WHERE o.id = p.main_id)"
    if isinstance(folder, RankedFolder):
        source, order = "json_each(?) r CROSS JOIN photo p ON p.id = r.value", "r.key"
        params = (json.dumps(list(folder.ranked)), *params)
    query = f"SELECT p.id FROM {source} WHERE {photos.condition} ORDER BY {order}"
    return [id_ for (id_,) in w.db.execute(query, params)]
