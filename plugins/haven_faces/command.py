"""`haven people`: lists people, forgets one, measures a model. Naming and correcting are done in the folders."""

import argparse
import json

from haven_faces import calibrate_command
from haven_faces.forget import forget
from haven_fs import Command, UserError, options


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verbs `list`, `forget` and `calibrate` with their arguments, --data and --json to `parser`."""
    verbs = parser.add_subparsers(dest="verb", metavar="list|forget|calibrate", required=True)
    show = verbs.add_parser("list", help="list the people in your photos, including those whose folder you deleted")
    erase = verbs.add_parser(
        "forget", help="erase a person's face and name from everything Haven keeps; not while `serve` runs"
    )
    erase.add_argument("name", metavar="NAME", help="the name of the person's folder")
    erase.add_argument("--yes", action="store_true", help="do not ask for confirmation")
    measure = verbs.add_parser(
        "calibrate", help="measure how alike two faces must be to be the same person, for the model in use"
    )
    calibrate_command.arguments(measure)
    options.add_data(parser, show, erase, measure)
    options.add_json(parser, show, erase, measure)
    parser.epilog = (
        "With --json, `list` prints a list of `name`, `photos` and `hidden`; `forget` prints `name`, `faces` and"
        " `photos`; `calibrate` prints what it measured."
    )


def run(args: argparse.Namespace) -> int:
    """Carry out the verb. Raises UserError for unknown names and if it was not confirmed."""
    return {"list": _list, "forget": _forget, "calibrate": calibrate_command.run}[args.verb](args)


def _list(args: argparse.Namespace) -> int:
    with options.data_folder(args).catalog(readonly=True) as catalog, catalog.read() as db:
        rows = db.execute(
            "SELECT coalesce(q.name, 'Person ' || q.number), q.hidden,"
            " (SELECT count(DISTINCT f.photo_id) FROM face f JOIN photo p ON p.id = f.photo_id"
            " WHERE f.person_id = q.id AND p.shown = 1) FROM person q"
            " WHERE q.merged_into IS NULL AND (q.name IS NOT NULL OR q.number IS NOT NULL)"
            " ORDER BY q.name IS NULL, q.fold, q.number"
        ).fetchall()
    rows = [(name, hidden, count) for name, hidden, count in rows if count or not name.startswith("Person ")]
    if args.json:
        print(json.dumps([{"name": n, "photos": c, "hidden": bool(h)} for n, h, c in rows], ensure_ascii=False))
        return 0
    for name, hidden, count in rows:
        print(f"{count:6} {'photo ' if count == 1 else 'photos'}  {name}{'  (hidden)' if hidden else ''}")
    if not rows:
        print("No people yet. Haven needs a model to find faces: see `haven models list`.")
    return 0


def _forget(args: argparse.Namespace) -> int:
    data = options.data_folder(args)
    data.check_catalog()
    with data.locked(), data.catalog() as catalog:
        if not args.yes:
            _ask(args.name)
        done = forget(catalog, data.settings, args.name)
        for copy in data.backups():
            old = data.open_catalog(copy / "catalog.sqlite")
            forget(old, {**data.settings, "data_dir": copy}, args.name)
            old.close()
    if done is None:
        raise UserError(f"There is no person called {args.name}. `haven people list` shows everyone.")
    if args.json:
        print(json.dumps({"name": args.name, "faces": done.faces, "photos": done.photos}, ensure_ascii=False))
    else:
        faces, photos = options.counted(done.faces, "face"), options.counted(done.photos, "photo")
        print(
            f"{args.name} has been forgotten: {faces} in {photos}. The photos themselves are untouched; in new photos"
            " this person will be an unknown face."
        )
    return 0


def _ask(name: str) -> None:
    """Raise UserError unless the person at the keyboard agrees."""
    options.confirm(
        f"Haven will permanently erase the face and name of {name}, and everything you told it about this person.\n"
        "Erase?",
        unasked=f"This cannot be undone. To go ahead: haven people forget {name!r} --yes",
        refused="Nothing was erased.",
    )


COMMAND = Command("people", "List the people in your photos, or make Haven forget someone.", arguments, run)
