"""`haven models`: lists, fetches, adds, chooses, checks and removes models."""

import argparse
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import asdict
from pathlib import Path
from typing import Any

from haven_fs import Settings, UserError, options, users_umask
from haven_models import exporting, telling
from haven_models.pull import Plan, plan_pull, pull
from haven_models.recall import FIGURES, MEASURED, cost
from haven_models.registry import ENTRIES, TASKS, Entry, entry_for_repository, find_entry
from haven_models.store import Installed, ModelStore, model_store, models_folder


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verbs with their arguments, --data and --json to `parser`."""
    verbs = parser.add_subparsers(dest="verb", metavar="list|pull|add|use|verify|remove|export", required=True)
    show = verbs.add_parser("list", help="list the models you can fetch and those you have")
    show.add_argument("--languages", action="store_true", help="show how much each search model finds, by language")
    fetch = verbs.add_parser("pull", help="fetch a model, or repair a damaged one; shows its size and licence first")
    fetch.add_argument(
        "name",
        nargs="?",
        default="default",
        metavar="NAME",
        help="its name, `fast`, `default` or `quality`, or OWNER/NAME on the host (default: `default`)",
    )
    fetch.add_argument("--accept-licence", action="store_true", help="accept the licence without being asked")
    add = verbs.add_parser("add", help="copy a model from a folder and use it")
    add.add_argument("task", choices=TASKS, metavar="clip|faces", help="clip for search by meaning, faces for people")
    add.add_argument("folder", type=Path, metavar="DIR", help="the folder the model is in")
    add.add_argument("--name", metavar="NAME", help="what to call it (default: the name of the folder)")
    use = verbs.add_parser("use", help="use a model you have")
    verify = verbs.add_parser(
        "verify", help="check a model for damage, or all of them; the exit status is 1 if there is any"
    )
    verify.add_argument("name", nargs="?", metavar="NAME", help="the model (default: all)")
    remove = verbs.add_parser("remove", help="delete a model")
    for verb in (use, remove):
        verb.add_argument("name", metavar="NAME", help="the model")
    export = verbs.add_parser(
        "export", help="make a model from one of open_clip's and compare the two (needs the extra [torch])"
    )
    exporting.arguments(export)
    options.add_data(parser, show, fetch, add, use, verify, remove, export)
    options.add_json(parser, show, fetch, add, use, verify, remove, export)
    parser.epilog = (
        "`pull` resumes where a broken download stopped, and checks every file. The first model of a kind is used at"
        " once; with several, `use` chooses. With --json, `list` prints a list of models; the other verbs print the"
        " model they worked on, and `verify` the damage it found in each."
    )


def run(args: argparse.Namespace) -> int:
    """Carry out the verb. Returns 1 if `verify` found damage, otherwise 0.

    Raises UserError if there is no such model, it is damaged or cannot be fetched, or its licence was not accepted.
    """
    settings = options.data_folder(args).settings
    is_shared = not models_folder(settings).is_relative_to(settings["data_dir"])
    with users_umask() if is_shared or getattr(args, "out", None) else nullcontext():
        return _carry_out(args, settings, model_store(settings))


def _carry_out(args: argparse.Namespace, settings: Settings, store: ModelStore) -> int:
    if args.verb == "list" and args.languages and not args.json:
        print("\n".join(telling.table()))
    elif args.verb == "list":
        _list(store, str(settings.get("language") or "en"), as_json=args.json)
    elif args.verb == "pull":
        _report(_pull(store, args), args, "is installed")
    elif args.verb == "add":
        added = store.add(args.task, args.folder, args.name)
        if added.commercial is False:
            known = next((one.licence.sentence for one in ENTRIES if one.licence.spdx == added.licence), "")
            print(f"Licence: {added.licence}. {known or 'NOT for commercial use.'}", file=sys.stderr)
        _report(added, args, "is installed and in use")
    elif args.verb == "use":
        _report(store.use(args.name), args, "is in use")
    elif args.verb == "export":
        return exporting.run(store, args)
    elif args.verb == "remove":
        store.remove(args.name)
        print(json.dumps({"name": args.name, "removed": True}) if args.json else f"{args.name} has been removed.")
    else:
        return _verify(store, args)
    return 0


def _list(store: ModelStore, language: str, *, as_json: bool) -> None:
    here = {one.name: one for one in store.installed()}
    known = {entry.name: entry for entry in ENTRIES}
    if as_json:
        names = [*known, *(name for name in here if name not in known)]
        print(json.dumps([_facts(known.get(name), here.get(name)) for name in names]))
        return
    print("\n".join(telling.advice(language)), end="\n\n")
    for one in here.values():
        print(f"Installed: {one.name}, {one.task}, {size(one.bytes)}, licence {one.licence}{', in use' * one.active}")
    print("No models are installed yet." * (not here), end="\n" * (not here))
    print("\nAvailable with `haven models pull NAME`:")
    for entry in ENTRIES:
        if entry.name in here:
            continue
        tier = f" ({entry.tier})" if entry.tier else ""
        about = f", about {size(entry.about_bytes)}" if entry.about_bytes else ""
        languages = f", {entry.languages}" if entry.languages else ""
        print(f"\n{entry.name}{tier}: {entry.task}{about}{languages}")
        if entry.task == "clip":
            print(f"    {telling.found(entry.name, language)}")
        print(f"    {entry.note}")
        print(f"    Licence {entry.licence.spdx}. {entry.licence.sentence}")
        if entry.export:
            print(f"    Not published in a form Haven can use; make it with: haven models export {entry.export}")


def _facts(entry: Entry | None, one: Installed | None) -> dict[str, Any]:
    """Return what is known about a model that can be fetched, is installed, or both."""
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
            "recall": dict(FIGURES[entry.name].percent) if entry.name in FIGURES else {},
            "recall_measured": MEASURED if entry.name in FIGURES else None,
            "relative_time": round(times, 2) if (times := cost(entry.name)) else None,
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
            raise UserError(f"There is no model called {args.name}. `haven models list` shows the ones you can fetch.")
        entry = entry_for_repository(args.name)
    plan = plan_pull(store, entry)
    if plan.files:
        _ask(plan, accepted=args.accept_licence)
        with _bar(plan) as progress:
            pull(store, plan, progress)
    one = store.find(entry.name)
    if not one.active and not args.json:
        print(f"Another model is in use. To switch to this one: haven models use {one.name}", file=sys.stderr)
    return one


def _ask(plan: Plan, *, accepted: bool) -> None:
    """Show what would be fetched, and raise UserError unless it is wanted."""
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
            "Haven has no checksums for this model, so this first download trusts what the host says about the files at"
            f" commit {plan.snapshot.commit[:12]}. Their checksums are kept, so later damage will be noticed.",
            file=say,
        )
    if accepted:
        return
    options.confirm(
        "Fetch it?" if licence.commercial else "Do you accept the licence and want to fetch it?",
        unasked="Nothing was fetched. To accept the licence without being asked, add --accept-licence.",
        refused="Nothing was fetched.",
    )


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
            print("\n".join(wrong) if wrong else f"{name} is undamaged.")
            if wrong:
                print(f"To repair it: haven models pull {name}")
        print("No models are installed." * (not names), end="\n" * (not names))
    return 1 if any(problems.values()) else 0


def size(count: int) -> str:
    """Return a number of bytes as people say it, such as 1.2 GB, 45 MB or 0.3 MB."""
    if count >= 1e9:
        return f"{count / 1e9:.1f} GB"
    return f"{count / 1e6:.0f} MB" if count >= 1e7 else f"{max(count / 1e6, 0.1):.1f} MB"
