"""Exports of Google Photos made from a truth that is kept apart, with every quirk that public reports tell of.

How names are cut and numbered follows the reports too, and shares no code with what reads them.
"""

import io
import json
import random
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from PIL import Image

PLACES = {
    "Tokyo": (35.6812, 139.7671, "Asia/Tokyo"),
    "Sydney": (-33.8568, 151.2153, "Australia/Sydney"),
    "Paris": (48.8584, 2.2945, "Europe/Paris"),
    "Denver": (39.7392, -104.9903, "America/Denver"),
    "Mumbai": (19.0760, 72.8777, "Asia/Kolkata"),
}
PEOPLE = ("Alice", "Bob", "Grandma Zoë", "O'Brien", "李雷")
TITLES = ("Italy 2018", "Summer: the lake?", "Trip", "Trip", "Zoë & Bob", "2019 in pictures", "🏖 beach", "Oma's 80th")
EDITED = ("-edited", "-bearbeitet", "-modifié", "-editado")
SUFFIX = ".supplemental-metadata"


@dataclass(slots=True)
class Wanted:
    """What is true of one picture: the clock where it was taken (seconds since 1970 of it), and the rest."""

    clock: int
    position: tuple[float, float] | None
    people: frozenset[str]
    favourite: bool
    caption: str
    albums: frozenset[str] = frozenset()


@dataclass(slots=True)
class Truth:
    """What is true of an export: of each picture by the digest of its bytes; digests that are to be left out.

    `parts`: digests of edits and films, with that of the picture that they belong to.
    """

    photos: dict[str, Wanted] = field(default_factory=dict)
    left_out: set[str] = field(default_factory=set)
    parts: dict[str, str] = field(default_factory=dict)


class Maker:
    """Makes an export of `count` pictures. `write` gets a path in the export and bytes."""

    def __init__(self, count: int, seed: int = 1) -> None:
        self.rng = random.Random(seed)
        self.count = count
        self.truth = Truth()
        self.files: dict[str, bytes] = {}
        self._number = 0
        self._days: dict[int, str | None] = {}
        self._titles = self._album_titles()

    def make(self) -> "Maker":
        """Make all of it."""
        while len(self.truth.photos) < self.count:
            self._picture()
        self._strangers()
        return self

    def unpacked(self, root: Path) -> Path:
        """Write the export to a folder."""
        for path, data in self.files.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_bytes(data)
        return root

    def zipped(self, root: Path, parts: int) -> list[Path]:
        """Write the export to zips, its files spread over them as they come: a picture and its JSON may part."""
        root.mkdir(parents=True, exist_ok=True)
        paths = [root / f"takeout-20240501T000000Z-{part + 1:03}.zip" for part in range(parts)]
        zips = [zipfile.ZipFile(path, "w") for path in paths]
        for number, (path, data) in enumerate(self.files.items()):
            zips[number * parts // len(self.files)].writestr(f"Takeout/{path}", data)
        for one in zips:
            one.close()
        return paths

    def _album_titles(self) -> dict[str, str]:
        """Return folders of albums with the names that the albums are to have."""
        found: dict[str, str] = {}
        for title in TITLES:
            folder = "".join("_" if char in ':?/*"<>|&' else char for char in title)
            number = sum(one.partition("(")[0] == folder for one in found)
            folder, name = (f"{folder}({number})", f"{title} ({number + 1})") if number else (folder, title)
            of_album = {"title": title, "description": "", "access": "protected", "date": {"timestamp": "1500000000"}}
            if title == "Trip":
                self._file(f"{folder}/Metadaten.json", json.dumps({"albumData": of_album}).encode())
            else:
                self._file(f"{folder}/metadata.json", json.dumps(of_album).encode())
            found[folder] = name.replace(":", "_").replace("?", "_")
        return found

    def _file(self, path: str, data: bytes) -> None:
        self.files[f"Google Photos/{path}"] = data

    def _jpeg(self, exif: str = "") -> bytes:
        self._number += 1
        image = Image.new("RGB", (16, 16), (self._number % 251, self._number // 251 % 251, 7))
        image.putpixel((0, 0), (self._number % 256, self._number // 256, 99))
        tags = Image.Exif()
        if exif:
            tags.get_ifd(0x8769)[0x9003] = exif
            tags[0x10F] = "Maker"
        tags[0x131] = f"Program {self._number}"  # which tells it from all others
        out = io.BytesIO()
        image.save(out, "JPEG", exif=tags, quality=95)
        return out.getvalue()

    def _picture(self) -> None:
        rng = self.rng
        place = rng.choice([None, *PLACES])
        has_exif = rng.random() < 0.4
        moment = self._moment(place or (str(self._number) if has_exif else None))
        latitude, longitude, zone = PLACES[place] if place else (0.0, 0.0, "Etc/UTC")
        local = moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
        if has_exif and not place:  # a camera's clock, of a zone that nobody knows
            local = moment.replace(tzinfo=None) + timedelta(hours=rng.choice([-5, 1, 2, 9]))
        data = self._jpeg(f"{local:%Y:%m:%d %H:%M:%S}" if has_exif else "")
        digest = sha256(data).hexdigest()
        wanted = Wanted(
            int((local - datetime(1970, 1, 1)).total_seconds()),
            (latitude, longitude) if place else None,
            frozenset(rng.sample(PEOPLE, rng.choice([0, 0, 0, 1, 2]))),
            rng.random() < 0.1,
            rng.choice(["", "", "", f"Tea & cake no {self._number}", f'"Ours" in {moment.year}, at last']),
        )
        folder = f"Photos from {moment.year}"
        title, name = self._name(folder)
        notes = self._notes(title, moment, wanted, place is not None)
        fate = rng.random()
        if fate < 0.01:
            notes["trashed"] = True
            self.truth.left_out.add(digest)
            folder = "Bin"
        elif fate < 0.02:
            notes["inLockedFolder"] = True
            self.truth.left_out.add(digest)
        elif fate < 0.05:
            notes["archived"] = True
        albums = rng.sample(sorted(self._titles), rng.choice([0, 0, 1, 1, 2])) if fate >= 0.05 else []
        only = albums and rng.random() < 0.1
        self._put([*([] if only else [folder]), *albums], name, title, data, notes, digest)
        if digest not in self.truth.left_out:
            wanted.albums = frozenset(self._titles[one] for one in albums)
            self.truth.photos[digest] = wanted

    def _moment(self, zone: str | None) -> datetime:
        """Return when a picture was taken: a day away from those of other zones, since a picture tells the zone of
        those about it. None: none is known, by the clock of a camera neither."""
        rng = self.rng
        while True:
            moment = datetime(rng.randint(1965 if rng.random() < 0.05 else 2009, 2023), rng.randint(1, 12),
                              rng.randint(1, 28), rng.randint(0, 23), rng.randint(0, 59), 7, tzinfo=UTC)  # fmt: skip
            day = moment.toordinal()
            if all(self._days.get(near, zone) == zone for near in (day - 1, day, day + 1)):
                self._days[day] = zone
                return moment

    def _name(self, folder: str) -> tuple[str, str]:
        """Return a title and what the file is called on the way out: cut, without what file systems forbid."""
        rng = self.rng
        kind = rng.random()
        stem = f"IMG_{self._number:05}"
        if kind < 0.3:  # long ones, of all lengths around the limit
            stem = f"received_{self._number:05}_" + "".join(rng.choices("abcdef0123456789", k=rng.randint(16, 50)))
        elif kind < 0.4:
            stem = f"Tom & Ann's 100% {self._number}"
        elif kind < 0.5:
            stem = "DSC_0001"  # again and again, which numbers
        elif kind < 0.55:
            stem = f"Photo {self._number}.v2"
        title = f"{stem}.{rng.choice(['jpg', 'JPG', 'jpeg'])}"
        return title, "".join("_" if char in "&'%:?*" else char for char in title)

    def _notes(self, title: str, moment: datetime, wanted: Wanted, placed: bool) -> dict[str, Any]:
        where = {"latitude": 0.0, "longitude": 0.0, "altitude": 0.0, "latitudeSpan": 0.0, "longitudeSpan": 0.0}
        if wanted.position:
            there = {**where, "latitude": wanted.position[0], "longitude": wanted.position[1], "altitude": 12.5}
        exif_only = self.rng.random() < 0.3
        notes: dict[str, Any] = {
            "title": title.replace("&", "&amp;").replace("'", "&#39;") if self.rng.random() < 0.5 else title,
            "description": wanted.caption.replace("&", "&amp;") if self.rng.random() < 0.5 else wanted.caption,
            "imageViews": "3",
            "creationTime": {"timestamp": "1700000000", "formatted": "x"},
            "photoTakenTime": {"timestamp": str(int(moment.timestamp())), "formatted": "x"},
            "geoData": there if placed and not exif_only else where,
            "geoDataExif": there if placed else where,
            "url": "https://photos.google.com/photo/x",
        }
        if wanted.people:
            notes["people"] = [{"name": name} for name in sorted(wanted.people)]
        if wanted.favourite:
            notes["favorited"] = True
        return notes

    def _put(self, folders: list[str], name: str, title: str, data: bytes, notes: dict[str, Any], digest: str) -> None:
        rng = self.rng
        stem, _, tail = name.rpartition(".")
        stem = stem[:47]
        modern, extra, loses = rng.random() < 0.6, rng.random(), rng.random() < 0.1
        edited = self._jpeg() if extra < 0.05 and len(stem) < 30 else None
        word = rng.choice(EDITED)
        if edited is not None:
            if digest in self.truth.left_out:
                self.truth.left_out.add(sha256(edited).hexdigest())
            else:
                self.truth.parts[sha256(edited).hexdigest()] = digest
        for at, folder in enumerate(folders):
            number = 0
            while f"Google Photos/{folder}/{_numbered(stem, tail, number)}" in self.files:
                number += 1
            self._file(f"{folder}/{_numbered(stem, tail, number)}", data)
            if edited is not None:
                self._file(f"{folder}/{_numbered(stem + word, tail, number)}", edited)
            base = (name + SUFFIX if modern else name)[:46]
            if extra > 0.97 and len(stem) < 40 and not number:
                base = stem  # a title without an ending
            mark = f"({number})" if number else ""
            if at and loses and not number:
                continue  # the JSON is only in the other folder
            self._file(f"{folder}/{base}{mark}.json", json.dumps(notes, ensure_ascii=False).encode())

    def _strangers(self) -> None:
        """Add what is nobody's photo, and what is described nowhere."""
        self._file("print-subscriptions.json", b"{}")
        self._file("shared_album_comments.json", b'{"comments": []}')
        self._file("user-generated-memory-titles.json", b'{"title": ["A"]}')
        self._file("Untitled(3)/metadata.json", json.dumps({"title": "", "description": ""}).encode())
        self._file("2015-07-04/metadata.json", json.dumps({"albumData": {"title": "2015-07-04"}}).encode())
        self._file("Photos from 2019/lost.jpg.json", json.dumps({"title": "lost.jpg", "photoTakenTime": {}}).encode())
        self.files["archive_browser.html"] = b"<html></html>"
        self.files["Drive/scan.jpg"] = other = self._jpeg()
        self.truth.left_out.add(sha256(other).hexdigest())
        data = self._jpeg("2016:03:04 05:06:07")
        self._file("2015-07-04/plain.jpg", data)
        clock = int(datetime(2016, 3, 4, 5, 6, 7, tzinfo=UTC).timestamp())
        self.truth.photos[sha256(data).hexdigest()] = Wanted(clock, None, frozenset(), False, "")


def _numbered(stem: str, tail: str, number: int) -> str:
    return f"{stem}({number}).{tail}" if number else f"{stem}.{tail}"


@dataclass(slots=True)
class Shares:
    """How many pictures there are, and of how many each thing is right; `wrong`: some that are not, in words."""

    photos: int = 0
    right: dict[str, int] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)


def judge(truth: Truth, found: dict[str, dict[str, Any]]) -> Shares:
    """Compare what a catalog says of pictures, by the digests of their bytes, with the truth."""
    shares = Shares(len(truth.photos))
    for digest, wanted in truth.photos.items():
        said = found.get(digest)
        for what, is_right in _compared(wanted, said):
            shares.right[what] = shares.right.get(what, 0) + is_right
            if not is_right:
                shares.wrong.append(f"{what}: {said} rather than {wanted}")
    shares.right["parts"] = sum(
        part in found and whole in found and found[part]["photo"] == found[whole]["photo"]
        for part, whole in truth.parts.items()
    )
    shares.right["left out"] = sum(digest not in found for digest in truth.left_out)
    return shares


def _compared(wanted: Wanted, said: dict[str, Any] | None) -> Iterator[tuple[str, bool]]:
    if said is None:
        for what in ("there", "date", "position", "people", "favourite", "caption", "albums"):
            yield what, False
        return
    yield "there", True
    yield "date", said["taken"] == wanted.clock
    near = said["position"] is not None and wanted.position is not None
    yield (
        "position",
        (
            all(abs(a - b) < 1e-4 for a, b in zip(said["position"], wanted.position, strict=True))
            if near
            else said["position"] == wanted.position
        ),
    )
    yield "people", said["people"] == wanted.people
    yield "favourite", said["favourite"] == wanted.favourite
    yield "caption", said["caption"] == wanted.caption
    yield "albums", said["albums"] == wanted.albums


def catalogued(home: Any) -> dict[str, dict[str, Any]]:
    """Return what a `Home`'s catalog says of its pictures, by the digests of their bytes."""
    from haven_albums.favorites import CONDITION

    found: dict[str, dict[str, Any]] = {}
    rows = home.query(
        "SELECT p.id, p.taken, p.latitude, p.longitude, p.caption, l.root, d.path, o.file, " + CONDITION +
        " FROM original o JOIN photo p ON p.id = o.photo_id JOIN dir d ON d.id = o.dir_id"
        " JOIN library l ON l.id = d.library_id WHERE o.gone IS NULL AND p.shown AND o.kind <> 'sidecar'"
        " ORDER BY d.path LIKE '%Photos from%'"  # of copies that one counts which Google describes in any case
    )  # fmt: skip
    people = _by_photo(home, "person")
    albums = _by_photo(home, "album")
    for id_, taken, latitude, longitude, caption, root, folder, file, favourite in rows:
        data = Path(root.decode(), folder.decode(), file.decode()).read_bytes()
        found[sha256(data).hexdigest()] = {
            "photo": id_,
            "taken": taken,
            "position": None if latitude is None else (latitude, longitude),
            "caption": caption or "",
            "people": people.get(id_, frozenset()),
            "favourite": bool(favourite),
            "albums": albums.get(id_, frozenset()),
        }
    return found


def _by_photo(home: Any, facet: str) -> dict[int, frozenset[str]]:
    rows = home.query(
        "SELECT m.photo_id, v.name FROM member m JOIN value v ON v.id = m.value_id WHERE v.facet = ?", facet
    )
    found: dict[int, set[str]] = {}
    for photo_id, name in rows:
        found.setdefault(photo_id, set()).add(name)
    return {photo_id: frozenset(names) for photo_id, names in found.items()}
