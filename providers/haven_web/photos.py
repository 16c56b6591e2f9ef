"""The page of one photo or film: as large as the window, with what is known of it, and the ones before and after it."""

from dataclasses import dataclass
from urllib.parse import unquote

from haven_fs.catalog import names
from haven_fs.catalog.spelling import picture_name
from haven_fs.tree.files import File
from haven_fs.tree.inside import film_in, is_inside
from haven_fs.tree.nodes import Folder, View
from haven_fs.tree.tree import Tree
from haven_web.details import Details, details, is_showable
from haven_web.shelves import Around, DayCounts, shelf_of
from haven_web.tiles import Tile, main_of, tiles_of


@dataclass(frozen=True, slots=True)
class PhotoPage:
    """What a template needs to know of a photo.

    `called`: its name wherever it is shown but in a folder of the disk. `href`: the original, as part of a URL.
    `picture`: what stands for its content in addresses of pictures of it, "" if there is none. `is_original`: browsers
    show the original as it is, so that one can look into it closely. `film`: the one in it or of it, as part of a URL.
    """

    title: str
    name: str
    called: str
    href: str
    alt: str
    picture: str
    is_video: bool
    is_original: bool
    details: Details
    around: Around | None
    film: str


def photo_page(tree: Tree, view: View, parent: Folder, file: File, root: str, counts: DayCounts) -> PhotoPage | None:
    """Work out the page of a photo in a folder, None if it is no photo any more."""
    if file.photo_id is None:
        return None
    files = parent.files()
    disk_names = files is not None and files.disk_names
    known = details(tree, view, file.photo_id, file.id, root, disk_names=disk_names)
    main_id = main_of(view.db, file.photo_id)
    tile = next(iter(tiles_of(view, [main_id])), None) if main_id is not None else None
    if known is None or tile is None:
        return None
    shelf = shelf_of(parent, counts)
    is_video = file.mime.startswith("video/")
    return PhotoPage(
        known.when or file.name,
        file.name,
        unquote(tile.called),
        names.href(file.name),
        _alt(known, tile),
        "" if tile.plain else picture_name(file.id, file.etag),
        is_video,
        not is_video and is_showable(file.mime),
        known,
        shelf.around(file.photo_id) if shelf is not None else None,
        "" if is_video else _film(view, file, disk_names=disk_names),
    )


def _film(view: View, file: File, *, disk_names: bool) -> str:
    """Return the film of a motion photo or a Live Photo, "" if there is none in this folder."""
    if (found := None if disk_names or is_inside(file) else film_in(view.db, file)) is not None:
        return names.href(found.name)
    row = view.db.execute(
        f"SELECT {'shown_href' if disk_names else 'href'} FROM original"
        " WHERE photo_id = ? AND id <> ? AND role = 'live' AND gone IS NULL AND name IS NOT NULL ORDER BY name_fold",
        (file.photo_id, file.id),
    ).fetchone()
    return str(row[0]) if row is not None else ""


def _alt(known: Details, tile: Tile) -> str:
    """Return what is read out for it: "Photo, 6 July 2024, Paris, with Alice and Bob"."""
    return f"{tile.alt}, with {known.who}" if known.who and not known.caption else tile.alt
