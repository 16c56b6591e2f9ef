"""A running Immich server, asked by its own API: photos, albums, people with their faces, favourites, descriptions.

Nothing is changed there. The key is one that its owner makes in Immich ("API keys"); it goes to that server alone, so
redirects are not followed. An original is only downloaded if no library has a file of its length and SHA-1, which
Immich tells; where the originals lie on this computer as Immich names them, they are read from there.
"""

import base64
import binascii
import json
import os
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from http.client import HTTPException, HTTPMessage
from pathlib import Path
from typing import IO, Any, BinaryIO
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urlsplit
from urllib.request import HTTPRedirectHandler, OpenerDirector, Request, build_opener

from haven_fs.errors import UserError
from haven_fs.library.headers import Values
from haven_fs.library.plainnotes import number, said, text
from haven_fs.library.regions import REGIONS, NamedArea
from haven_fs.library.upright import turned_back
from haven_fs.moving.described import Export, Item, sidecar_of
from haven_fs.moving.sources import Entry

TITLE = "Immich"
KEY = "IMMICH_API_KEY"
"""The environment variable with the key."""
LONGEST = 256 << 20
"""Bytes of an answer that lists things."""
_PAGE = 500
_MOST_PAGES = 20_000
_PATIENCE = 60.0
_ID = re.compile(r"[0-9a-fA-F-]{8,64}")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}")


def read_immich(paths: Sequence[Path | str], key: str = "") -> Export:
    """Describe what is on a server. `paths`: its address alone. Raises UserError."""
    if len(paths) != 1 or urlsplit(str(paths[0])).scheme not in ("http", "https"):
        raise UserError("Give the address of the Immich server: haven import immich http://nas:2283")
    key = key or os.environ.get(KEY, "")
    if not key:
        raise UserError(f"Make a key in Immich (Account Settings, API Keys), and put it into {KEY}.")
    server = _Server(str(paths[0]), key)
    export = Export(TITLE)
    assets = list(server.assets())
    in_albums: dict[str, list[str]] = defaultdict(list)
    for album in server.albums():
        id_, title = text(album.get("id")), text(album.get("albumName"))
        if title and _ID.fullmatch(id_):
            export.albums[id_] = title
            for asset_id in server.assets_of(id_):
                in_albums[asset_id].append(id_)
    for order, asset in enumerate(assets):
        _describe(server, asset, order, in_albums, export)
    export.seen["albums"] = len({key for item in export.items for key in item.albums})
    return export


class _NoRedirects(HTTPRedirectHandler):
    def redirect_request(
        self, req: Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> None:
        """Follow none: the key is for one server."""


class _Server:
    """One Immich server. Raises UserError where it cannot be asked."""

    def __init__(self, address: str, key: str) -> None:
        self._base = address.rstrip("/").removesuffix("/api") + "/api"
        self._key = key
        self._opener: OpenerDirector = build_opener(_NoRedirects)

    def open(self, path: str, asked: object = None) -> Any:
        """Return the answer to a request, to be read and closed. Raises OSError."""
        data = None if asked is None else json.dumps(asked).encode()
        headers = {"x-api-key": self._key, "Accept": "*/*", "Content-Type": "application/json"}
        request = Request(f"{self._base}/{path}", data, headers)  # noqa: S310 - http and https alone, see read_immich
        return self._opener.open(request, timeout=_PATIENCE)

    def ask(self, path: str, asked: object = None) -> Any:
        """Return the JSON that a request is answered with."""
        try:
            with self.open(path, asked) as answer:
                data = answer.read(LONGEST + 1)
            if len(data) > LONGEST:
                raise UserError(f"{self._base} gave an answer that is too long.")
            return json.loads(data)
        except HTTPError as error:
            if error.code in (401, 403):
                raise UserError(
                    f"Immich does not take this key ({error.code} for {path}). It must be allowed to read assets,"
                    " albums, people and faces, and to download assets."
                ) from error
            raise UserError(f"{self._base}/{path} was answered with {error.code}: is this an Immich server?") from error
        except (URLError, HTTPException, OSError) as error:
            raise UserError(f"{self._base} cannot be reached: {getattr(error, 'reason', error)}.") from error
        except (ValueError, RecursionError) as error:
            raise UserError(f"{self._base} does not answer as an Immich server does.") from error

    def assets(self) -> Iterator[dict[str, Any]]:
        """Give all assets."""
        return self._search({"withExif": True, "withPeople": True})

    def _search(self, wanted: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """Give the assets that a search finds, page by page."""
        page: Any = 1
        for _ in range(_MOST_PAGES):
            asked = {"page": page, "size": _PAGE, **wanted}
            found = _fields(_fields(self.ask("search/metadata", asked)).get("assets"))
            yield from _list(found.get("items"))
            following = found.get("nextPage")
            if not str(following or "").isdecimal():
                return
            page = int(str(following))

    def albums(self) -> list[dict[str, Any]]:
        """Return the albums, without what is in them."""
        return _list(self.ask("albums"))

    def assets_of(self, album_id: str) -> list[str]:
        """Return the ids of what is in an album, in its order."""
        found = _fields(self.ask(f"albums/{quote(album_id)}"))
        if "assets" in found:
            return [text(one.get("id")) for one in _list(found["assets"])]
        # From version 3 on. Older servers would not mind what album is asked for, and give everything.
        order = "asc" if found.get("order") == "asc" else "desc"
        return [text(one.get("id")) for one in self._search({"albumIds": [album_id], "order": order})]

    def asset(self, asset_id: str) -> dict[str, Any]:
        """Return one asset."""
        return _fields(self.ask(f"assets/{quote(asset_id)}"))


def _describe(
    server: _Server, asset: dict[str, Any], order: int, in_albums: dict[str, list[str]], export: Export
) -> None:
    entry = _entry(server, asset, order)
    if entry is None:
        export.left_out.append((text(asset.get("originalFileName")) or "?", "Immich does not say how long it is"))
        return
    if asset.get("isTrashed") is True:
        export.left_out.append((entry.path, "it is in the bin"))
        return
    values = _values(asset)
    albums = in_albums.get(text(asset.get("id")), [])
    export.items.append(Item(entry, entry.folder, entry.name, sidecar_of(values), list(albums)))
    export.seen["photos and videos"] += 1
    film_id = text(asset.get("livePhotoVideoId"))
    if _ID.fullmatch(film_id):
        film = server.asset(film_id)
        stem = entry.name.rpartition(".")[0] or entry.name
        tail = text(film.get("originalFileName")).rpartition(".")[2] or "mov"
        live = _entry(server, {**film, "id": film_id, "originalFileName": f"{stem}.{tail}"}, order, entry.folder)
        if live is not None:
            export.items.append(Item(live, live.folder, live.name))
            export.seen["films of live photos"] += 1


def _entry(server: _Server, asset: dict[str, Any], order: int, folder: str = "") -> Entry | None:
    """Return an asset as a file, in the folder of its year and month; None if it has no length."""
    id_, name = text(asset.get("id")), text(asset.get("originalFileName"))
    size = _fields(asset.get("exifInfo")).get("fileSizeInByte")
    if not _ID.fullmatch(id_) or not name or not isinstance(size, int) or size < 0:
        return None
    at = _DATE.match(text(asset.get("localDateTime")) or text(asset.get("fileCreatedAt")))
    folder = folder or (f"{at[0][:4]}/{at[0][:7]}" if at is not None else "")
    path = f"{folder}/{name.replace('/', '_')}".lstrip("/")
    here = Path(text(asset.get("originalPath")) or "/")
    is_here = here.is_absolute() and not here.is_symlink() and here.is_file() and here.stat().st_size == size
    return Entry(path, size, (0, order), _downloads(server, id_), here if is_here else None, _digest(asset))


def _downloads(server: _Server, asset_id: str) -> Callable[[], BinaryIO]:
    def opened() -> BinaryIO:
        file: BinaryIO = server.open(f"assets/{quote(asset_id)}/original")
        return file

    return opened


def _digest(asset: dict[str, Any]) -> bytes | None:
    try:
        digest = base64.b64decode(text(asset.get("checksum")), validate=True)
    except (binascii.Error, ValueError):
        return None
    return digest if len(digest) == 20 else None


def _values(asset: dict[str, Any]) -> Values:
    exif = _fields(asset.get("exifInfo"))
    at = _DATE.match(text(asset.get("localDateTime"))) if exif.get("dateTimeOriginal") else None
    areas = [area for one in _list(asset.get("people")) for area in _areas(one, exif)]
    people = [text(one.get("name")) for one in _list(asset.get("people")) if one.get("isHidden") is not True]
    values = said(
        taken=at[0] if at is not None else "",
        caption=text(exif.get("description")),
        keywords=[text(one.get("value")).rpartition("/")[2] for one in _list(asset.get("tags")) if one.get("value")],
        people=dict.fromkeys(name for name in people if name),
        position=(exif.get("latitude"), exif.get("longitude"), None),
        favourite=asset.get("isFavorite") is True,
    )
    stars = exif.get("rating")
    if isinstance(stars, int) and 0 < stars <= 5:
        values.setdefault("xmp:Rating", str(stars))
    return {**values, REGIONS: areas} if areas else values


def _areas(person: dict[str, Any], exif: dict[str, Any]) -> Iterator[NamedArea]:
    """Give the faces of somebody who has a name; Immich finds them in the upright picture."""
    name = text(person.get("name"))
    turned = number(exif.get("orientation")) or 1
    orientation = int(turned) if turned in range(1, 9) else 1
    for face in _list(person.get("faces")) if name and person.get("isHidden") is not True else ():
        names = ("boundingBoxX1", "boundingBoxY1", "boundingBoxX2", "boundingBoxY2", "imageWidth", "imageHeight")
        sides = [number(face.get(side)) for side in names]
        left, top, right, bottom, width, height = (side or 0.0 for side in sides)
        if None in sides or width <= 0 or height <= 0:
            continue
        box = turned_back((left / width, top / height, right / width, bottom / height), orientation)
        yield NamedArea(name, box, (height, width) if orientation >= 5 else (width, height))


def _fields(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
