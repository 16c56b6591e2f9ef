"""`haven models`: which models can be had and are here, and fetching, adding, choosing, checking, removing them."""

import argparse
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from haven_fs import UserError, options
from haven_models import exporting
from haven_models.pull import Plan, plan_pull, pull
from haven_models.registry import ENTRIES, TASKS, Entry, entry_for_repository, find_entry
from haven_models.store import Installed, ModelStore, model_store


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `models` takes."""
    verbs = parser.add_subparsers(dest="verb", metavar="list|pull|add|use|verify|remove|export", required=True)
    show = verbs.add_parser("list", help="show the models that can be had and those that are here")
    fetch = verbs.add_parser("pull", help="fetch a model, or mend one that is damaged; shows size and licence first")
    fetch.add_argument(
        "name", nargs="?", default="default", help="its name, `fast`, `default`, `quality`, or OWNER/NAME at the host"
    )
    fetch.add_argument("--accept-licence", action="store_true", help="do not ask: the licence is accepted")
    add = verbs.add_parser("add", help="copy a model from a folder and use it")
    add.add_argument("task", choices=TASKS, help="clip: search by meaning; faces: people")
    add.add_argument("folder", type=Path, metavar="DIR", help="the folder that the model is in")
    add.add_argument("--name", help="what to call it (default: as the folder)")
    use = verbs.add_parser("use", help="choose a model that is here")
    verify = verbs.add_parser("verify", help="look for damage in a model, or in all")
    verify.add_argument("name", nargs="?")
    remove = verbs.add_parser("remove", help="delete a model")
    for verb in (use, remove):
        verb.add_argument("name")
    export = verbs.add_parser("export", help="make a model out of one of open_clip's (needs the extra [torch])")
    exporting.arguments(export)
    options.add_data(parser, show, fetch, add, use, verify, remove, export)
    options.add_json(parser, show, fetch, add, use, verify, remove, export)


def run(args: argparse.Namespace) -> int:
    """Do what the verb says."""
    store = model_store(options.data_folder(args).settings)
    if args.verb == "list":
        _list(store, as_json=args.json)
    elif args.verb == "pull":
        _report(_pull(store, args), args, "is here")
    elif args.verb == "add":
        added = store.add(args.task, args.folder, args.name)
        if added.commercial is False:
            known = next((one.licence.sentence for one in ENTRIES if one.licence.spdx == added.licence), "")
            print(f"Licence: {added.licence}. {known or 'NOT for commercial use.'}", file=sys.stderr)
        _report(added, args, "is here and in use")
    elif args.verb == "use":
        _report(store.use(args.name), args, "is in use")
    elif args.verb == "export":
        return exporting.run(store, args)
    elif args.verb == "remove":
        store.remove(args.name)
        print(json.dumps({"name": args.name, "removed": True}) if args.json else f"{args.name} is removed.")
    else:
        return _verify(store, args)
    return 0


def _list(store: ModelStore, *, as_json: bool) -> None:
    here = {one.name: one for one in store.installed()}
    known = {entry.name: entry for entry in ENTRIES}
    if as_json:
        names = [*known, *(name for name in here if name not in known)]
        print(json.dumps([_facts(known.get(name), here.get(name)) for name in names]))
        return
    for one in here.values():
        print(f"Here: {one.name}, {one.task}, {size(one.bytes)}, licence {one.licence}{', in use' * one.active}")
    print("Nothing is here yet." * (not here), end="\n" * (not here))
    print("\nCan be had with `haven models pull NAME`:")
    for entry in ENTRIES:
        if entry.name in here:
            continue
        tier = f" ({entry.tier})" if entry.tier else ""
        about = f", about {size(entry.about_bytes)}" if entry.about_bytes else ""
        recall = f"; {entry.coco_recall} % of COCO's captions find their picture first"
        quality = recall if entry.coco_recall else ""
        languages = f", {entry.languages}" if entry.languages else ""
        print(f"\n{entry.name}{tier}: {entry.task}{about}{languages}{quality}")
        print(f"    {entry.note}")
        print(f"    Licence {entry.licence.spdx}. {entry.licence.sentence}")
        if entry.export:
            print(f"    Not published ready; make it: haven models export {entry.export}")


def _facts(entry: Entry | None, one: Installed | None) -> dict[str, Any]:
    """Return what is known of a model that can be had, or is here, or both."""
    facts: dict[str, Any] = {"installed": one is not None, "active": one is not None and one.active}
    if entry is not None:
        facts |= {
            "name": entry.name,
            "task": entry.task,
            "tier": entry.tier,
            "languages": entry.languages,
            "licence": entry.licence.spdx,
            "commercial": entry.licence.commercial,
            "licence_in_words": entry.licence.sentence,
            "about_bytes": entry.about_bytes,
            "coco_recall": entry.coco_recall,
            "source": asdict(entry.source) if entry.source else None,
            "export": entry.export,
        }
    if one is not None:
        facts |= _here(one)
    return facts


def _here(one: Installed) -> dict[str, Any]:
    return {**asdict(one), "folder": str(one.folder)}


def _report(one: Installed, args: argparse.Namespace, how: str) -> None:
    print(json.dumps(_here(one)) if args.json else f"{one.name} {how}: {one.folder}")


def _pull(store: ModelStore, args: argparse.Namespace) -> Installed:
    entry = find_entry(args.name)
    if entry is None:
        if args.name.count("/") != 1 or not all(args.name.split("/")):
            raise UserError(f"No model is called {args.name}. `haven models list` shows those that can be had.")
        entry = entry_for_repository(args.name)
    plan = plan_pull(store, entry)
    if plan.files:
        _ask(plan, accepted=args.accept_licence)
        with _bar(plan) as progress:
            pull(store, plan, progress)
    one = store.find(entry.name)
    if not one.active and not args.json:
        print(f"Another model is in use. To change: haven models use {one.name}", file=sys.stderr)
    return one


def _ask(plan: Plan, *, accepted: bool) -> None:
    """Show what will come, and raise UserError unless it is wanted."""
    entry, licence = plan.entry, plan.entry.licence
    say = sys.stderr
    if plan.mends is not None:
        print(f"{entry.name} is damaged: {', '.join(one.name for one in plan.files)}.", file=say)
        print(f"Fetching {size(plan.bytes)} again.", file=say)
        return  # the licence was accepted when it came
    assert plan.snapshot is not None
    print(f"{entry.name} from {plan.snapshot.host}/{plan.snapshot.repository}, {size(plan.bytes)}", file=say)
    print(f"Licence: {licence.spdx}. {licence.sentence}", file=say)
    if not all(one.checked.startswith("a pinned") for one in plan.files):
        print(
            "No checksum of it came with Haven: this first fetch trusts what the host says of its files, at commit"
            f" {plan.snapshot.commit[:12]}. Its checksums are kept, and later damage is told by them.",
            file=say,
        )
    if accepted:
        return
    if not sys.stdin.isatty():
        raise UserError("Nothing was fetched. To accept the licence without being asked, add --accept-licence.")
    question = "Fetch it?" if licence.commercial else "Do you accept that, and fetch it?"
    if input(f"{question} [y/N] ").strip().casefold() not in ("y", "yes"):
        raise UserError("Nothing was fetched.")


@contextmanager
def _bar(plan: Plan) -> Iterator[Any]:
    from tqdm import tqdm

    # None: a bar only on a terminal.
    with tqdm(total=plan.bytes, unit="B", unit_scale=True, dynamic_ncols=True, disable=None) as bar:
        yield bar.update


def _verify(store: ModelStore, args: argparse.Namespace) -> int:
    names = [args.name] if args.name else [one.name for one in store.installed()]
    problems = {name: store.verify(name) for name in names}
    if args.json:
        print(json.dumps(problems))
    else:
        for name, wrong in problems.items():
            print("\n".join(wrong) if wrong else f"{name} is as it came.")
            if wrong:
                print(f"To mend it: haven models pull {name}")
        print("No model is here." * (not names), end="\n" * (not names))
    return 1 if any(problems.values()) else 0


def size(count: int) -> str:
    """Return a number of bytes in words."""
    if count >= 1e9:
        return f"{count / 1e9:.1f} GB"
    return f"{count / 1e6:.0f} MB" if count >= 1e7 else f"{max(count / 1e6, 0.1):.1f} MB"
