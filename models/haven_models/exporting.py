"""`haven models export`: turns one of open_clip's models into one that Haven runs without torch."""

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from haven_fs import UserError
from haven_models.layout import TORCH
from haven_models.registry import ENTRIES
from haven_models.store import ModelStore

if TYPE_CHECKING:
    from haven_models.export import Exported


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add NAME/TAG and the options of `haven models export` to `parser`."""
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument(
        "name", nargs="?", metavar="NAME/TAG", help="the model as open_clip calls it; its weights are downloaded"
    )
    what.add_argument(
        "--open-clip-dir", type=Path, metavar="DIR", help="use a folder with open_clip_config.json and weights instead"
    )
    parser.add_argument("--out", type=Path, metavar="DIR", help="write the model to DIR instead of installing it")
    parser.add_argument(
        "--int8", action="store_true", help="compute in 8 bits: a third of the size, and faster on many processors"
    )
    parser.add_argument(
        "--half",
        action="store_true",
        help="store the weights in half precision: half the size on disk, more memory in use",
    )
    parser.add_argument(
        "--torch",
        action="store_true",
        help="keep the torch model too, so that a graphics card can be used; not with --int8",
    )
    parser.add_argument("--random", action="store_true", help="use random weights, to measure speed; finds nothing")
    parser.add_argument("--pictures", type=Path, metavar="DIR", help="compare on these pictures instead of drawn ones")


def run(store: ModelStore, args: argparse.Namespace) -> int:
    """Export the model and print how close it is to the original. Returns 0; raises UserError if it is not the same."""
    from haven_models import open_clip_source
    from haven_models.export import export_open_clip
    from haven_models.parity import pictures_in

    if args.torch and args.int8:
        raise UserError("torch would compute different vectors from those in 8 bits: give --torch or --int8, not both.")
    pictures = pictures_in(args.pictures) if args.pictures else None
    if args.open_clip_dir:
        source = open_clip_source.from_folder(args.open_clip_dir)
    else:
        source = open_clip_source.by_name(args.name, random=args.random)
    name = source.name + "__int8" * args.int8
    entry = next((one for one in ENTRIES if args.name and args.name == one.export), None)
    ours = {"name": name, "licence": entry.licence.spdx if entry else "unknown", "source": f"open_clip {args.name}"}
    if entry is not None:
        ours["commercial"] = entry.licence.commercial
    made: list[Exported] = []

    def make(folder: Path) -> None:
        made.append(
            export_open_clip(
                source.model,
                source.preprocess,
                source.tokenizer,
                folder,
                config=source.config,
                ours=ours,
                half=args.half,
                int8=args.int8,
                pictures=pictures,
                tell=lambda text: print(text, file=sys.stderr),
            )
        )
        if args.torch:
            open_clip_source.save(source, folder / TORCH)

    if args.out:
        make(args.out)
        folder = args.out
    else:
        folder = store.adopt("clip", name, make, f"open_clip {args.name or args.open_clip_dir}").folder
        if store.active("clip") is None and not args.random:
            store.use(name)
    _report(name, folder, made[0], args)
    return 0


def _report(name: str, folder: Path, made: "Exported", args: argparse.Namespace) -> None:
    if args.json:
        small = asdict(made.int8) if made.int8 else None
        print(json.dumps({"name": name, "folder": str(folder), "parity": asdict(made.parity), "int8": small}))
        return
    print(f"{name} is in {folder}")
    print(_words("Compared with open_clip", made.parity.images, made.parity.texts, made.parity.pictures))
    if made.int8:
        print(_words("In 8 bits", made.int8.images, made.int8.texts, made.int8.pictures))
        print("These figures do not show how much is lost in searches: try both.")


def _words(what: str, images: float, texts: float, count: int) -> str:
    return f"{what}: cosine similarity at least {images:.6f} on {count} pictures and {texts:.6f} on texts."
