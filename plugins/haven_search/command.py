"""`haven search`: searches from the command line. Works while `serve` runs, and changes nothing."""

import argparse
import json
import shlex
from typing import Any

from haven_fs import Command, PhotoSet, View, options
from haven_search.engine import Engine
from haven_search.finding import Answer


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add QUERY..., --limit, --explain, --data and --json to `parser`."""
    parser.add_argument("query", nargs="+", metavar="QUERY", help="what to look for, such as: dog on beach 2019")
    parser.add_argument(
        "--limit", type=options.count, default=20, metavar="N", help="show at most N photos (default: 20)"
    )
    parser.add_argument("--explain", action="store_true", help="show how the query was understood")
    options.add_data(parser)
    options.add_json(parser)
    parser.epilog = (
        "Prints where the photos are on the disk, the best match first. The exit status is 1 if nothing matches. It"
        " works at any time. With --json it prints `query`, `count`, and `photos` with `rank`, `name`, `path` and"
        " `score`."
    )


def run(args: argparse.Namespace) -> int:
    """Print the photos that match. Returns 0 if any do, 1 if none; raises UserError if there is no catalog yet."""
    # A word with a space in it was quoted in the shell, and so means a phrase.
    phrase = " ".join(args.query if len(args.query) > 1 else args.query[0].split())
    data = options.data_folder(args)
    with data.catalog(readonly=True) as catalog, data.tree(catalog).view() as view:
        answer = Engine().answer(view, phrase)
        found = list(_found(view, answer, args.limit))
        count = answer.photos.stamp(view.db).count
    if args.json:
        facts: dict[str, Any] = {"query": phrase, "count": count, "photos": found}
        if args.explain:
            facts["understood"] = answer.plan.as_json()
        notes = " ".join((*answer.remarks, *([answer.note] if answer.note else [])))
        print(json.dumps(facts | ({"note": notes} if notes else {}), ensure_ascii=False))
        return 0 if count else 1
    if args.explain:
        print(answer.plan.explain().replace("\r\n", "\n"))
    for photo in found:
        print(photo["path"])
    for note in (*answer.remarks, *([answer.note] if answer.note else [])):
        print(note)
    if not count:
        print(f"No photos match. To see how this was understood: haven search --explain {shlex.quote(phrase)}")
    elif count > len(found):
        print(f"... and {count - len(found)} more: --limit {count}")
    return 0 if count else 1


def _found(view: View, answer: Answer, limit: int) -> Any:
    """Give the first photos that fit, as the owner finds them on disk."""
    if answer.ranked is None:
        query = f"SELECT p.id FROM photo p WHERE {answer.found.condition} ORDER BY p.day, p.taken, p.id LIMIT ?"
        ids = [row[0] for row in view.db.execute(query, (*answer.found.params, limit))]
    else:
        ids = list(answer.ranked[:limit])
    scores = dict(zip(answer.ranked or (), answer.scores, strict=True))
    for rank, photo_id in enumerate(ids, 1):
        for file in PhotoSet().narrowed("p.id = ?", photo_id).main_files().files(view.db):
            yield {"rank": rank, "name": file.name, "path": str(file.path), "score": scores.get(photo_id)}


COMMAND = Command("search", "Search your photos from the command line.", arguments, run)
