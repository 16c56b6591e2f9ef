"""`haven info`: what Haven knows about one file, what of it the owner said, and what was dropped as nonsense."""

import argparse
import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from haven_fs.catalog import Catalog
from haven_fs.catalog.findings import FACTS
from haven_fs.catalog.lookup import original_at
from haven_fs.catalog.said import said_of
from haven_fs.catalog.settle import TAGS
from haven_fs.cli import options
from haven_fs.command import Command
from haven_fs.errors import UserError


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `info` takes."""
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="a photo or video in a library")
    options.add_data(parser)
    options.add_json(parser)


def run(args: argparse.Namespace) -> int:
    """Report on each file; JSON is one object a line."""
    data = options.data_folder(args)
    with data.catalog(readonly=True) as catalog:
        for file in args.files:
            facts = known(catalog, file)
            if args.json:
                print(json.dumps(facts, ensure_ascii=False))
                continue
            print(facts.pop("file"))
            for name, value in facts.items():
                if value not in (None, [], {}):
                    print(f"  {name}: {', '.join(map(str, value)) if isinstance(value, list) else value}")
    return 0


def known(catalog: Catalog, file: Path) -> dict[str, Any]:
    """Return all that is known about an original, by the names of FACTS and a list for each facet. Raises UserError."""
    with catalog.read() as db:
        row = original_at(db, file, "o.photo_id, o.role, o.name, o.format")
        if row is None:
            raise UserError(f"{file} is in no library, or not indexed yet.")
        photo_id, role, name, format_ = row
        facts: dict[str, Any] = {"file": str(file), "name": name, "role": role, "format": format_}
        if photo_id is None:
            return facts
        columns = sorted(FACTS)
        values = db.execute(f"SELECT {', '.join(columns)}, unreadable FROM photo WHERE id = ?", (photo_id,)).fetchone()
        facts |= dict(zip([*columns, "unreadable"], values, strict=True))
        if facts["taken"] is not None:
            taken = datetime(1970, 1, 1) + timedelta(seconds=facts["taken"])
            facts["taken"] = taken.isoformat(sep=" ")
        for facet, value in db.execute(
            "SELECT facet, name FROM value JOIN member ON value_id = id WHERE photo_id = ? ORDER BY facet, name",
            (photo_id,),
        ):
            facts.setdefault(facet, []).append(value)
        facts["said by the owner"] = sorted(fact.removeprefix(TAGS) for fact in said_of(db, photo_id))
        analyses = db.execute("SELECT analyzer, facts, failed FROM analysis WHERE photo_id = ?", (photo_id,)).fetchall()
        facts["problems"] = [problem for _, text, _ in analyses for problem in json.loads(text).get("problems", ())]
        facts["failed"] = {analyzer: failed for analyzer, _, failed in analyses if failed}
    return facts


COMMAND = Command("info", "Show what is known about a photo.", arguments, run)
