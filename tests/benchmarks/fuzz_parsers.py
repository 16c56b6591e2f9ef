"""Fuzz every parser that reads what strangers wrote, and print what breaks its promise.

    python tests/benchmarks/fuzz_parsers.py [NAME...] [--seconds 60] [--seed 1] [--keep] [--plain]

Each target of tests/helpers/fuzzing runs for SECONDS in a process of its own, with 2 GB of memory at most. Inputs are
led by the code that they reach if atheris is installed (`pip install atheris`), else, or with --plain, they are changed
blindly. An input that breaks a parser is printed with what it raised, and with --keep added to tests/fuzz/inputs, where
each run of the tests tries it again. The exit status is 1 if anything broke.
"""

import argparse
import hashlib
import importlib.util
import logging
import random
import re
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from helpers.fuzzing import targets
from helpers.fuzzing.mutate import mutate
from helpers.fuzzing.target import Target

KEPT = Path(__file__).parents[1] / "fuzz" / "inputs"
_MEMORY = 2 << 30
_LED_BY = ["haven_fs", "haven_dav", "haven_web", "haven_time", "haven_places", "haven_media", "haven_search"]
_MOST = 400
"""Inputs that further ones are made from, where nothing tells which reach anything new."""


def seeds_of(target: Target) -> list[bytes]:
    """Return what to begin from: a target's own inputs, and those that once broke it."""
    kept = sorted((KEPT / target.name).glob("*"))
    return [*target.seeds(), *(path.read_bytes() for path in kept)]


def broke(target: Target, data: bytes, how: str, *, keep: bool) -> None:
    """Say that an input broke a target, and keep it."""
    name = hashlib.sha256(data).hexdigest()[:12]
    print(f"{target.name}: {name} ({len(data):,} bytes) {data[:120]!r}\n{how}", flush=True)
    if keep:
        (KEPT / target.name).mkdir(parents=True, exist_ok=True)
        (KEPT / target.name / name).write_bytes(data)


def plain(target: Target, seconds: float, seed: int, *, keep: bool) -> tuple[int, int]:
    """Change inputs blindly for a while; return how many were tried, and how many kinds of failures there were."""
    dice = random.Random(seed)
    pool, tried, seen = seeds_of(target), 0, set[str]()
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        data = mutate(dice.choice(pool), pool, target.words, dice)
        tried += 1
        how = target.fails(data)
        if how is not None and (kind := how.splitlines()[-1][:60]) not in seen:
            seen.add(kind)
            broke(target, data, how, keep=keep)
        elif dice.random() < 0.02:
            pool.append(data)
            if len(pool) > _MOST:
                del pool[dice.randrange(len(pool))]
    return tried, len(seen)


def led(target: Target, seconds: float, seed: int, *, keep: bool) -> None:
    """Have atheris look for inputs that reach new code; it ends the process, and says at the end how many it tried."""
    import atheris

    pool, seen = seeds_of(target), set[str]()

    def one(data: bytes) -> None:
        how = target.fails(data)
        if how is not None and (kind := how.splitlines()[-1][:60]) not in seen:
            seen.add(kind)
            broke(target, data, how, keep=keep)

    def change(data: bytes, most: int, chance: int) -> bytes:
        dice = random.Random(chance)
        return mutate(data if len(data) > 1 else dice.choice(pool), pool, target.words, dice)[:most]

    for data in pool:
        one(data)
    options = [f"-max_total_time={seconds:.0f}", f"-seed={seed}", "-max_len=65536", "-rss_limit_mb=2048"]
    atheris.Setup([sys.argv[0], *options], one, custom_mutator=change)
    atheris.Fuzz()


def child(args: argparse.Namespace) -> int:
    """Fuzz the one target that is named."""
    logging.disable(logging.CRITICAL)
    name = args.names[0]
    if not args.plain and importlib.util.find_spec("atheris"):
        import atheris

        with atheris.instrument_imports(include=_LED_BY):
            target = targets()[name]
        led(target, args.seconds, args.seed, keep=args.keep)
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    tried, kinds = plain(targets()[name], args.seconds, args.seed, keep=args.keep)
    print(f"Done {tried} runs", file=sys.stderr)
    return 1 if kinds else 0


def main() -> int:
    """Fuzz the targets one after the other, each in its own process."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", action="store_true")
    parser.add_argument("--plain", action="store_true")
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.child:
        return child(args)
    broken = False
    for name in args.names or targets():
        command = [
            sys.executable,
            str(Path(__file__).resolve()),
            "--child",
            f"--seconds={args.seconds}",
            f"--seed={args.seed}",
            name,
        ]
        command += ["--keep"] * args.keep + ["--plain"] * args.plain
        with tempfile.TemporaryDirectory() as scratch:  # the fuzzer leaves inputs that took long where it runs
            done = subprocess.run(command, cwd=scratch, check=False, capture_output=True, text=True, errors="replace")
        runs = re.findall(r"Done (\d+) runs", done.stderr)
        print(done.stdout, end="")
        if not runs:
            print(done.stderr[-2000:])
        verdict = "broken" if done.stdout else "well" if runs else "ended before its time"
        print(f"{name:16} {int(runs[-1]) if runs else 0:10,} inputs  {verdict}", flush=True)
        broken |= verdict != "well"
    return int(broken)


if __name__ == "__main__":
    sys.exit(main())
