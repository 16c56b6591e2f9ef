"""`haven info`: what Haven knows about a file, which of it the owner set, and what it did not believe."""

import argparse
import json
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from haven_fs.catalog import Catalog
from haven_fs.catalog.findings import FACTS
from haven_fs.catalog.lookup import original_at
from haven_fs.catalog.said import said_of
from haven_fs.catalog.settle import TAG, TAGS
from haven_fs.catalog.values import values_of
from haven_fs.cli import options
from haven_fs.command import Command
from haven_fs.errors import UserError


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add FILE..., --data and --json to `parser`."""
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="a photo or video in a library")
    options.add_data(parser)
    options.add_json(parser)
    parser.epilog = (
        "Shows dates, place, camera, keywords, people, the name in the drive, what you set yourself, words that were"
        " read in it, and anything in the file that Haven did not believe, with the reason. With --json it prints one"
        " object per line."
    )


def run(args: argparse.Namespace) -> int:
    """Print what is known about each file. Returns 1 if one is in no library; the others are shown all the same."""
    data = options.data_folder(args)
    code = 0
    with data.catalog(readonly=True) as catalog:
        for file in args.files:
            try:
                facts = known(catalog, file)
            except UserError as error:
                print(f"haven: {error}", file=sys.stderr)
                code = 1
                continue
            if args.json:
                print(json.dumps(facts, ensure_ascii=False))
                continue
            print(facts.pop("file"))
            facts["failed"] = [f"{options.listed(names)}: {why}" for why, names in _by_reason(facts.get("failed", {}))]
            for name, value in facts.items():
                if value not in (None, [], {}):
                    print(f"  {name}: {', '.join(map(str, value)) if isinstance(value, list) else value}")
    return code


def known(catalog: Catalog, file: Path) -> dict[str, Any]:
    """Return all that is known about an original, by the names of FACTS and a list for each facet. Raises UserError."""
    with catalog.read() as db:
        row = original_at(db, file, "o.photo_id, o.role, o.name, o.format, o.trouble")
        if row is None:
            raise UserError(f"{file} is not in a library, or has not been indexed yet.")
        photo_id, role, name, format_, trouble = row
        facts: dict[str, Any] = {"file": str(file), "name": name, "role": role, "format": format_}
        facts["trouble"] = trouble
        if photo_id is None:
            return facts
        columns = sorted(FACTS)
        values = db.execute(f"SELECT {', '.join(columns)}, unreadable FROM photo WHERE id = ?", (photo_id,)).fetchone()
        facts |= dict(zip([*columns, "unreadable"], values, strict=True))
        if facts["taken"] is not None:
            taken = datetime(1970, 1, 1) + timedelta(seconds=facts["taken"])
            facts["taken"] = taken.isoformat(sep=" ")
        for value in values_of(db, photo_id):
            facts.setdefault(value.facet, []).append(value.name)
        facts["said by the owner"] = sorted(fact.removeprefix(TAGS).removeprefix(TAG) for fact in said_of(db, photo_id))
        analyses = db.execute("SELECT analyzer, facts, failed FROM analysis WHERE photo_id = ?", (photo_id,)).fetchall()
        facts["problems"] = [problem for _, text, _ in analyses for problem in json.loads(text).get("problems", ())]
        facts["words"] = [line for _, text, _ in analyses for line in json.loads(text).get("words", ())]
        facts["failed"] = {analyzer: failed for analyzer, _, failed in analyses if failed}
    return facts


def _by_reason(failed: dict[str, str]) -> list[tuple[str, list[str]]]:
    reasons: dict[str, list[str]] = {}
    for analyzer, reason in failed.items():
        reasons.setdefault(reason, []).append(analyzer)
    return list(reasons.items())


COMMAND = Command("info", "Show everything Haven knows about a photo.", arguments, run)
