"""`haven places`: places of the owner's own, such as "Home": a name, a middle and a radius. Works while `serve` runs.

A photo taken within the radius is in the folder of that place, and in its town's as before. Towns are named by
renaming their folders.
"""

import argparse
import json
import math
import sqlite3
from pathlib import Path

from haven_fs import Refused
from haven_fs.catalog import Writer
from haven_fs.catalog.lookup import original_at
from haven_fs.catalog.names import fold
from haven_fs.cli import options
from haven_fs.command import Command
from haven_fs.config import Settings
from haven_fs.errors import UserError
from haven_fs.tree.writes import folder_name
from haven_places.calling import PlaceNameTaken, make_place, remove_place
from haven_places.ownplaces import OwnPlace, own_places

_LARGEST = 50_000


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `places` takes."""
    verbs = parser.add_subparsers(dest="verb", metavar="list|name|forget", required=True)
    show = verbs.add_parser("list", help="show the places of your own")
    name = verbs.add_parser("name", help="make a place of your own, or change its radius or name")
    name.add_argument("name", metavar="NAME", help="what its folder is called")
    where = name.add_mutually_exclusive_group(required=True)
    where.add_argument(
        "--at", type=_position, metavar="LAT,LON", help="its middle in degrees; south or west: --at=-33.86,151.21"
    )
    where.add_argument("--of", type=Path, metavar="FILE", help="its middle is where this photo was taken")
    name.add_argument(
        "--radius", type=_radius, default=300.0, metavar="METRES", help="how far it reaches (default: 300)"
    )
    forget = verbs.add_parser("forget", help="have a place of your own be none any more")
    forget.add_argument("name", metavar="NAME", help="as its folder is called")
    options.add_data(parser, show, name, forget)
    options.add_json(parser, show, name, forget)


def run(args: argparse.Namespace) -> int:
    """Do what the verb says."""
    data = options.data_folder(args)
    if args.verb == "list":
        with data.catalog(readonly=True) as catalog, catalog.read() as db:
            rows = [(place, _photos_in(db, place)) for place in own_places(db)]
        _show(rows, args.json)
        return 0
    said = f"haven places {args.verb} {args.name}"
    with data.catalog_beside("Run `haven index FOLDER` first.") as catalog, catalog.write(by="", place=said) as w:
        place = _make(w, args, data.settings) if args.verb == "name" else _forget(w, args.name)
        count = _photos_in(w.db, place)
    if args.json or args.verb == "name":
        _show([(place, count)], args.json)
    else:
        print(f"{place.name} is no place any more. `haven undo` takes this back.")
    return 0


def _photos_in(db: sqlite3.Connection, place: OwnPlace) -> int:
    row = db.execute(
        "SELECT count(*) FROM value v JOIN member m ON m.value_id = v.id JOIN photo p ON p.id = m.photo_id"
        " WHERE v.facet = 'place' AND v.key = ? AND p.shown = 1",
        (place.key,),
    ).fetchone()
    return int(row[0])


def _show(rows: list[tuple[OwnPlace, int]], as_json: bool) -> None:
    if as_json:
        shown = [
            {"name": p.name, "latitude": p.latitude, "longitude": p.longitude, "radius": p.radius, "photos": count}
            for p, count in rows
        ]
        print(json.dumps(shown, ensure_ascii=False))
        return
    for place, count in rows:
        print(f"{count:6} photos  {place.name}, {place.radius:.0f} m around {place.latitude}, {place.longitude}")
    if not rows:
        print('No places of your own yet. Make one: haven places name "Home" --at LAT,LON')


def _make(w: Writer, args: argparse.Namespace, settings: Settings) -> OwnPlace:
    try:
        name = folder_name(args.name.strip())
    except Refused as refused:
        raise UserError(refused.reason) from refused
    if not name or fold(name) in ("countries", "elsewhere"):
        raise UserError("This name is none that the folder of a place may have. Choose another.")
    latitude, longitude = args.at or _position_of(w, args.of)
    try:
        return make_place(w, name, latitude, longitude, args.radius, _country(settings, latitude, longitude))
    except PlaceNameTaken as taken:
        raise UserError(f"There is a place named {taken.name} already. Choose another name.") from taken


def _forget(w: Writer, name: str) -> OwnPlace:
    for place in own_places(w.db):
        if fold(place.name) == fold(name):
            remove_place(w, place)
            return place
    raise UserError(f"{name} is no place of your own. `haven places list` shows them; towns are renamed in the drive.")


def _position_of(w: Writer, file: Path) -> tuple[float, float]:
    row = original_at(w.db, file, "o.photo_id")
    if row is None:
        raise UserError(f"{file} is in no library, or not indexed yet.")
    found = w.db.execute("SELECT latitude, longitude FROM photo WHERE id = ?", row).fetchone()
    if found is None or None in found:
        raise UserError(f"{file} does not say where it was taken. Choose another photo, or say it with --at LAT,LON.")
    return float(found[0]), float(found[1])


def _country(settings: Settings, latitude: float, longitude: float) -> str | None:
    """Return the key of the country that a position is in."""
    from haven_places.analyzer import caches_of, language_of
    from haven_places.gazetteer import Gazetteer  # numpy, which only this verb needs

    (spot,) = Gazetteer.open(caches_of(settings), language_of(settings)).spots([latitude], [longitude])
    return spot.country


def _position(text: str) -> tuple[float, float]:
    try:
        latitude, longitude = (float(part) for part in text.split(","))
    except ValueError:
        latitude = longitude = math.nan
    if not (abs(latitude) <= 90 and abs(longitude) <= 180):
        raise argparse.ArgumentTypeError(f"{text} is no position, such as 52.5163,13.3777")
    return latitude, longitude


def _radius(text: str) -> float:
    try:
        radius = float(text)
    except ValueError:
        radius = math.nan
    if not 1 <= radius <= _LARGEST:
        raise argparse.ArgumentTypeError(f"{text} is no radius: from 1 to {_LARGEST} metres")
    return radius


COMMAND = Command("places", "Make places of your own, such as Home.", arguments, run)
