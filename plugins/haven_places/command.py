"""`haven places`: places of the owner's own, such as "Home": a name, a middle and a radius. Works while `serve` runs.

A photo taken within the radius is in the folder of that place, and in its town's as before. Towns are named by
renaming their folders.
"""

import argparse
import json
import math
import sqlite3
from pathlib import Path

from haven_fs import Command, PhotoSet, Refused, Settings, UserError, Writer, folder_name, names, options, photo_at
from haven_places.calling import PlaceNameTaken, make_place, remove_place
from haven_places.ownplaces import PLACE, OwnPlace, own_places

_LARGEST = 50_000


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verbs `list`, `name` and `forget` with their arguments, --data and --json to `parser`."""
    verbs = parser.add_subparsers(dest="verb", metavar="list|name|forget", required=True)
    show = verbs.add_parser("list", help="list your own places")
    name = verbs.add_parser("name", help="add a place of your own, or change where it is")
    name.add_argument("name", metavar="NAME", help="the name of its folder")
    where = name.add_mutually_exclusive_group(required=True)
    where.add_argument(
        "--at",
        type=_position,
        metavar="LAT,LON",
        help="its centre in degrees; for south or west use an equals sign: --at=-33.86,151.21",
    )
    where.add_argument("--of", type=Path, metavar="FILE", help="its centre is where this photo was taken")
    name.add_argument("--radius", type=_radius, default=300.0, metavar="METRES", help="its radius (default: 300)")
    forget = verbs.add_parser("forget", help="remove a place of your own")
    forget.add_argument("name", metavar="NAME", help="the name of its folder")
    options.add_data(parser, show, name, forget)
    options.add_json(parser, show, name, forget)
    parser.epilog = (
        "A photo taken within the radius is in the folder of the place as well as in its town's."
        " With --json it prints a list of `name`, `latitude`, `longitude`, `radius` and `photos`."
    )


def run(args: argparse.Namespace) -> int:
    """Carry out the verb. Returns 0; raises UserError for a name taken or unknown, or a photo without a position."""
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
        print(f"{place.name} has been removed. To undo that: haven undo")
    return 0


def _photos_in(db: sqlite3.Connection, place: OwnPlace) -> int:
    return PhotoSet().with_facet(PLACE, place.key).stamp(db).count


def _show(rows: list[tuple[OwnPlace, int]], as_json: bool) -> None:
    if as_json:
        shown = [
            {"name": p.name, "latitude": p.latitude, "longitude": p.longitude, "radius": p.radius, "photos": count}
            for p, count in rows
        ]
        print(json.dumps(shown, ensure_ascii=False))
        return
    for place, count in rows:
        where = f"{place.radius:.0f} m around {place.latitude}, {place.longitude}"
        print(f"{count:6} {'photo ' if count == 1 else 'photos'}  {place.name}, {where}")
    if not rows:
        print('No places of your own yet. Make one: haven places name "Home" --at LAT,LON')


def _make(w: Writer, args: argparse.Namespace, settings: Settings) -> OwnPlace:
    try:
        name = folder_name(args.name.strip())
    except Refused as refused:
        raise UserError(refused.reason) from refused
    if not name or names.fold(name) in ("countries", "elsewhere"):
        raise UserError("A place's folder cannot have this name. Choose another.")
    latitude, longitude = args.at or _position_of(w, args.of)
    try:
        return make_place(w, name, latitude, longitude, args.radius, _country(settings, latitude, longitude))
    except PlaceNameTaken as taken:
        raise UserError(f"There is already a place called {taken.name}. Choose another name.") from taken


def _forget(w: Writer, name: str) -> OwnPlace:
    for place in own_places(w.db):
        if names.fold(place.name) == names.fold(name):
            remove_place(w, place)
            return place
    raise UserError(
        f"{name} is not one of your own places; `haven places list` shows them. To rename a town, rename its folder in"
        " the drive."
    )


def _position_of(w: Writer, file: Path) -> tuple[float, float]:
    photo_id = photo_at(w.db, file)
    found = w.db.execute("SELECT latitude, longitude FROM photo WHERE id = ?", (photo_id,)).fetchone()
    if None in found:
        raise UserError(f"{file} does not say where it was taken. Choose another photo, or use --at LAT,LON.")
    return float(found[0]), float(found[1])


def _country(settings: Settings, latitude: float, longitude: float) -> str | None:
    """Return the key of the country that a position is in."""
    from haven_places.analyzer import caches_of, language_of
    from haven_places.gazetteer import Gazetteer  # numpy, which only this verb needs

    (locality,) = Gazetteer.open(caches_of(settings), language_of(settings)).localities([latitude], [longitude])
    return locality.country


def _position(text: str) -> tuple[float, float]:
    try:
        latitude, longitude = (float(part) for part in text.split(","))
    except ValueError:
        latitude = longitude = math.nan
    if not (abs(latitude) <= 90 and abs(longitude) <= 180):
        raise argparse.ArgumentTypeError(f"give latitude and longitude, such as 52.5163,13.3777, not `{text}`")
    return latitude, longitude


def _radius(text: str) -> float:
    try:
        radius = float(text)
    except ValueError:
        radius = math.nan
    if not 1 <= radius <= _LARGEST:
        raise argparse.ArgumentTypeError(f"give a number of metres from 1 to {_LARGEST}, not `{text}`")
    return radius


COMMAND = Command("places", "Add places of your own, such as Home.", arguments, run)
