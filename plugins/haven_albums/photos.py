"""The photos of one album as a folder, and those of any folder that is to become one."""

import json
from dataclasses import replace

from haven_albums.albums import Albums
from haven_albums.written import WrittenPhotos, photo_of
from haven_fs import File, Folder, Forbidden, PhotoFolder, PhotoSet, RankedFolder, Text, View, Writer
from haven_fs.tree.originals import DiskFolder
from haven_fs.tree.photoset import FileSet


class AlbumPhotos(WrittenPhotos):
    """Photos of one album: all that are in it itself, or those of a year, a month or a day."""

    refusal = "Copy or move photos here to add them to this album, delete them here to take them out."

    def __init__(self, view: View, album_id: int, photos: PhotoSet, place: tuple[str, ...], *, level: int = 0) -> None:
        super().__init__(view, photos, place, level=level)
        self.album_id = album_id

    def open_date(self, view: View, photos: PhotoSet, level: int) -> PhotoFolder:
        """Return the folder of a year, a month or a day, of this album."""
        return AlbumPhotos(view, self.album_id, photos, (*self.place, view.path[-1]), level=level)

    def listed(self) -> FileSet:
        """Return the photos' files in the order in which they were added."""
        position = f"SELECT a.position FROM album_photo a WHERE a.album_id = {self.album_id:d} AND a.photo_id = p.id"
        return replace(self._photos.files(), order=f"ORDER BY ({position}), o.name_fold")

    def in_order(self, w: Writer) -> list[int]:
        """Return the ids of the photos in the order in which they were added."""
        query = (
            "SELECT p.id FROM album_photo a JOIN photo p ON p.id = a.photo_id"
            f" WHERE a.album_id = ? AND {self._photos.condition} ORDER BY a.position"
        )
        return [id_ for (id_,) in w.db.execute(query, (self.album_id, *self._photos.params))]

    def take_out(self, w: Writer, node: File | Text) -> None:
        """Take a photo out of the album. A cover stays while there is a photo to make it of."""
        if isinstance(node, File) and node.photo_id is not None:
            Albums(w).take_out(self.album_id, node.photo_id)
            self.forget_names(w, node.photo_id)

    def put_photo(self, w: Writer, name: str, file: File) -> None:
        """Add a photo to the album."""
        Albums(w).add(self.album_id, photo_of(file))
        self.write_name(w, name, file)

    def move_photo(self, w: Writer, name: str, file: File, source: Folder) -> bool:
        """Add a photo to this album and take it out of another. Raises Refused."""
        if not isinstance(source, AlbumPhotos):
            return False
        if source.album_id == self.album_id:
            raise Forbidden("Photos keep the names that Haven shows them by.")
        photo_id = photo_of(file)
        Albums(w).move(photo_id, source.album_id, self.album_id)
        source.forget_names(w, photo_id)
        self.write_name(w, name, file)
        return True


def photos_of(w: Writer, folder: Folder) -> list[int]:
    """Return the photos in a folder, in its order if it has one, else as they were taken. Raises Refused."""
    photos = folder.scope if isinstance(folder, DiskFolder) else folder.photos
    if photos is None:
        raise Forbidden("This folder is not one of photos. Copy a folder with photos in it to make an album of them.")
    source, params = "photo p", photos.params
    order = "p.taken IS NULL, p.taken, (SELECT o.name_fold FROM original o WHERE o.id = p.main_id)"
    if isinstance(folder, RankedFolder):
        source, order = "json_each(?) r CROSS JOIN photo p ON p.id = r.value", "r.key"
        params = (json.dumps(list(folder._ranked)), *params)
    query = f"SELECT p.id FROM {source} WHERE {photos.condition} ORDER BY {order}"
    return [id_ for (id_,) in w.db.execute(query, params)]
