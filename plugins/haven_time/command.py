"""`haven shift-time` and `haven taken`: set when photos were taken where folders cannot. Work while `serve` runs.

A camera with a wrong clock, or one left on home time, spoils a whole journey at once; and a scan may be from a year
that no other photo is from, so that there is no folder to put it in. `haven undo` undoes both.
"""

import argparse
import json
from collections.abc import Sequence
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from pathlib import Path

from haven_fs import Catalog, Command, UserError, Writer, names, options, photo_at, say
from haven_time.clock import words
from haven_time.said import Period, say_then
from haven_time.taken import OWNER
from haven_time.zones import Shift, span, zone

_FROM_CLOCK = ("exif", "video", OWNER)
"""Where a time comes from that a camera's clock gave: no sidecar, which somebody corrected, no GPS and no name."""
_MOST_SHOWN = 20


def shift_arguments(parser: argparse.ArgumentParser) -> None:
    """Add --camera, --by, --zone, --camera-zone, --from, --to, --dry-run, --data and --json to `parser`."""
    parser.add_argument(
        "--camera", required=True, metavar="NAME", help='the camera, as `haven info` shows it: "Canon EOS R10"'
    )
    how = parser.add_mutually_exclusive_group(required=True)
    how.add_argument(
        "--by",
        metavar="SPAN",
        help="how much later it really was: +1h30m, 2d; for earlier use an equals sign: --by=-1h30m",
    )
    how.add_argument("--zone", metavar="ZONE", help="the time zone the photos were taken in: +02:00, Europe/Paris")
    parser.add_argument(
        "--camera-zone", metavar="ZONE", help="the time zone the clock was set to, for photos that do not say"
    )
    parser.add_argument("--from", dest="first", type=_day, metavar="DATE", help="only photos from this day on")
    parser.add_argument("--to", dest="last", type=_day, metavar="DATE", help="only photos up to and including this day")
    parser.add_argument("--dry-run", action="store_true", help="show what would change, and change nothing")
    options.add_data(parser)
    options.add_json(parser)
    parser.epilog = (
        "Give either --by or --zone. One `haven undo` undoes the whole correction. With --json it prints `changed`, a"
        " list of `name`, `before` and `after`, and `left`, how many photos do not say which zone their clock was set"
        " to."
    )


def shift(args: argparse.Namespace) -> int:
    """Shift the times of a camera's photos, all or none: half of them shifted could not be told apart.

    Returns 0; raises UserError for an unknown camera or something that is not a span of time or a zone.
    """
    try:
        by = span(args.by) if args.by is not None else 0
        how = Shift(by, *(zone(text) if text is not None else None for text in (args.zone, args.camera_zone)))
    except ValueError as error:
        raise UserError(f"{error}.") from error
    # One command, one gesture: what `haven undo` takes back at once.
    place = f"haven shift-time {args.camera} {args.by or args.zone}"
    changed: list[tuple[str, int, int]] = []
    left = 0
    with _catalog(args) as catalog, catalog.write(by="", place=place) as w:
        for photo_id, name, clock, offset in _of_camera(w, args.camera, args.first, args.last):
            shifted = how.of(clock, offset)
            if shifted is None:
                left += 1
            elif shifted != (clock, offset):
                changed.append((name, clock, shifted[0]))
                if not args.dry_run:
                    facts = {"taken": shifted[0], "taken_offset": shifted[1], "taken_source": OWNER}
                    say(w, photo_id, facts, "clock shifted", when=words(shifted[0]))
    if args.json:
        shown = [{"name": name, "before": words(before), "after": words(after)} for name, before, after in changed]
        print(json.dumps({"changed": shown, "left": left}, ensure_ascii=False))
        return 0
    for name, before, after in changed[:_MOST_SHOWN]:
        print(f"{name}: {words(before)} becomes {words(after)}")
    if len(changed) > _MOST_SHOWN:
        print(f"and {len(changed) - _MOST_SHOWN} more")
    told = options.counted(len(changed), "photo")
    print(f"{told} would be changed." if args.dry_run else f"{told} changed. To undo that: haven undo")
    if left:
        print(f"The time zone of the clock is unknown for {options.counted(left, 'photo')}: add --camera-zone.")
    return 0


def _of_camera(w: Writer, camera: str, first: int | None, last: int | None) -> list[tuple[int, str, int, int | None]]:
    """Return id, name, clock and offset of the photos whose time that camera's clock gave. Raises UserError."""
    cameras = w.db.execute("SELECT DISTINCT make, model FROM photo WHERE model IS NOT NULL AND shown = 1").fetchall()
    meant = [
        (make, model)
        for make, model in cameras
        if names.fold(camera) in (names.fold(model), names.fold(_called(make, model)))
    ]
    if not meant:
        known = ", ".join(sorted({_called(make, model) for make, model in cameras})) or "none"
        raise UserError(f"None of your photos was taken with a camera called {camera}. Your cameras: {known}.")
    marks = ", ".join("?" * len(_FROM_CLOCK))
    rows: list[tuple[int, str, int, int | None]] = []
    for make, model in meant:
        rows += w.db.execute(
            "SELECT p.id, o.name, p.taken, p.taken_offset FROM photo p JOIN original o ON o.id = p.main_id"
            f" WHERE p.make IS ? AND p.model = ? AND p.shown = 1 AND p.taken_source IN ({marks})"
            " AND p.day BETWEEN ? AND ? ORDER BY p.taken",
            (make, model, *_FROM_CLOCK, first or 0, last or 99991231),
        ).fetchall()
    return rows


def _called(make: str | None, model: str) -> str:
    """Return a camera's name; many models begin with the maker's."""
    return model if make is None or names.fold(model).startswith(names.fold(make.split()[0])) else f"{make} {model}"


def taken_arguments(parser: argparse.ArgumentParser) -> None:
    """Add WHEN, FILE... and --data to `parser`."""
    parser.add_argument("when", metavar="WHEN", help="the date: 1998, 1998-07, 1998-07-14 or 1998-07-14T15:30")
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="a photo or video in a library")
    options.add_data(parser)


def taken(args: argparse.Namespace) -> int:
    """Set when each photo was taken; what WHEN leaves open stays. Returns 0; raises UserError for bad arguments."""
    period = Period.named(args.when)
    clock: int | None = None
    if period is None:
        try:
            moment = datetime.fromisoformat(args.when)
            clock = int((moment.replace(tzinfo=None) - datetime(1970, 1, 1)) // timedelta(seconds=1))
        except ValueError:
            raise UserError(
                f"Give a date such as 1998, 1998-07, 1998-07-14 or 1998-07-14T15:30, not `{args.when}`."
            ) from None
        period = Period(moment.year, moment.month, moment.day)
    with _catalog(args) as catalog, catalog.write(by="", place=f"haven taken {args.when}") as w:
        for file in args.files:
            print(f"{file}: {words(say_then(w, photo_at(w.db, file), period, clock))}")
    return 0


def _catalog(args: argparse.Namespace) -> AbstractContextManager[Catalog]:
    return options.data_folder(args).catalog_beside("Run `haven index FOLDER` first.")


def _day(text: str) -> int:
    period = Period.named(text)
    if period is None or period.day is None or period.month is None:
        raise argparse.ArgumentTypeError(f"give a day such as 2019-07-31, not `{text}`")
    return period.year * 10000 + period.month * 100 + period.day


COMMANDS: Sequence[Command] = (
    Command("taken", "Set the date of photos that have none or a wrong one.", taken_arguments, taken, "Corrections"),
    Command(
        "shift-time", "Correct the clock or time zone of a camera's photos.", shift_arguments, shift, "Corrections"
    ),
)
