"""How well search understands what families say: the share of phrases that find the photos that should come.

    python tests/benchmarks/phrases.py [--model none|demo] [--language en,de] [--json FILE] [--reveal]

A library of nearly 190 drawn photos and films (tests/helpers/exam/library.txt) is indexed in a temporary folder, and
each phrase (tests/helpers/exam/*.tsv) is asked as the folder in quotes in /Search, whose listing is compared with what
should come. This goes by the same tree that is served, without HTTP: so "yesterday" can be asked on the same day each
time. A phrase is asked with the setting `language` that its family would have, and with the names of places in it.

What is right: the very photos that should come; with a model, for phrases by what is in the pictures, precision and
recall of 0.9. One half of the phrases is for development: its failures are listed with --json. Of the other half only
the totals are printed, or nobody could tell whether search has become better or has learned the phrases by heart;
--reveal lists all the same.
"""

import argparse
import json
import re
import sys
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from common import scratch

sys.path.insert(0, str(Path(__file__).parents[1]))

from helpers.exam.library import TODAY, make_library, photos
from helpers.exam.phrases import LOOSE, Phrase, phrases, told

from haven_fs.datafolder import DataFolder
from haven_fs.testing import Home
from haven_fs.tree.nodes import Folder

TEXTS = re.compile(r"(About this search|Nothing found).*\.txt")
RANK = re.compile(r"^\d+ ")


@dataclass(frozen=True, slots=True)
class Answer:
    """What a phrase found, what should have come by the first reading, and whether it is right by any."""

    phrase: Phrase
    found: frozenset[str]
    wanted: frozenset[str]
    right: bool
    seconds: float


def ask(home: Home, asked: Iterable[Phrase], model: str) -> list[Answer]:
    """Ask phrases and return the answers, language by language."""
    facts = told(photos(), model=model != "none")
    names = {one.name for one in facts}
    answers = []
    by_language: dict[str, list[Phrase]] = defaultdict(list)
    for phrase in asked:
        if model != "none" or "model" not in phrase.marks:
            by_language[phrase.language].append(phrase)
    for language, some in by_language.items():
        speak(home, language, model)
        tree = home.tree()
        for phrase in some:
            started = time.monotonic()
            with tree.view() as view:
                written = f"={phrase.text}" if '"' in phrase.text else f'"{phrase.text}"'
                folder = tree.resolve(replace(view, now=TODAY), ["Search", written])
                assert isinstance(folder, Folder), f"{written} is no folder in /Search"
                listed = list(tree.listing(folder).names())
            seconds = time.monotonic() - started
            found = [_photo(name, names) for name in listed if not TEXTS.fullmatch(name)]
            right = phrase.right(found, facts, model=model != "none")
            wanted = phrase.readings(facts)[0].wanted
            answers.append(Answer(phrase, frozenset(found), wanted, right, seconds))
    return answers


def settings_of(language: str, model: str) -> dict[str, str]:
    """Return the settings of a family that speaks a language."""
    return {"language": language} | ({} if model == "none" else {"clip.model": model, "faces.model": model})


def speak(home: Home, language: str, model: str) -> None:
    """Set the language and index again, which gives places their names in it; nothing else is due then."""
    lines = [f"{name} = {json.dumps(value)}\n" for name, value in settings_of(language, model).items()]
    (home.data / "haven.toml").write_text("".join(lines), encoding="utf-8")
    home.folder = DataFolder(home.data, home.plugins)
    home.settings = home.folder.settings
    home.index()


def _photo(name: str, known: set[str]) -> str:
    """Return a photo's name in the library by its name in a search, which may begin with its rank."""
    bare = name if name in known else RANK.sub("", name)
    assert bare in known, f"{name} is listed, which is no photo of the library"
    return bare


def share(answers: Iterable[Answer]) -> str:
    """Return how many of them are right."""
    some = list(answers)
    right = sum(one.right for one in some)
    return f"{right:4}/{len(some):<4}{right / len(some) if some else 0:5.2f}"


def show(answers: Sequence[Answer]) -> None:
    """Print the half for development by kind and language, then the totals of both halves and of loose phrases."""
    strict = [one for one in answers if one.phrase.kind != LOOSE]
    loose = [one for one in answers if one.phrase.kind == LOOSE]
    dev = [one for one in answers if not one.phrase.held]
    for title, field in (("kind", "kind"), ("language", "language")):
        print(f"\n{f'by {title}, development half':34}")
        for value in sorted({getattr(one.phrase, field) for one in dev}):
            print(f"{value:34}{share(one for one in dev if getattr(one.phrase, field) == value)}")
    print()
    for name, some in (("", strict), ("loose, ", loose)):
        for half, held in (("development", False), ("held", True)):
            print(f"{f'total, {name}{half} half':34}{share(one for one in some if one.phrase.held is held)}")
    seconds = sorted(one.seconds for one in answers)
    print(f"{'a phrase, median and worst':34}{seconds[len(seconds) // 2] * 1000:6.1f} {seconds[-1] * 1000:6.1f} ms")


def details(answers: Iterable[Answer], *, reveal: bool) -> list[dict[str, object]]:
    """Return the answers of the half for development, of both halves if they are to be revealed."""
    return [
        {
            "language": one.phrase.language,
            "kind": one.phrase.kind,
            "phrase": one.phrase.text,
            "right": one.right,
            "should come": one.phrase.expected,
            "missing": sorted(one.wanted - one.found),
            "wrong": sorted(one.found - one.wanted),
        }
        for one in answers
        if reveal or not one.phrase.held
    ]


def main() -> None:
    """Measure and print."""
    args = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    args.add_argument("--model", choices=("none", "demo"), default="none")
    args.add_argument("--language", metavar="CODES", help="ask only phrases in these, such as en,de")
    args.add_argument("--json", type=Path, metavar="FILE", help="write the answers of the development half there")
    args.add_argument("--reveal", action="store_true", help="list the failures, those of the held half too")
    a = args.parse_args()
    languages = a.language.split(",") if a.language else None
    asked = [phrase for phrase in phrases() if not languages or phrase.language in languages]
    if not asked:
        args.error(f"there are no phrases in {a.language}")
    started = time.monotonic()
    with scratch() as folder:
        home = make_library(folder, settings_of("en", a.model))
        try:
            print(f"the library is made and indexed after {time.monotonic() - started:.0f} s", flush=True)
            answers = ask(home, asked, a.model)
        finally:
            home.close()
    show(answers)
    print(f"{'in all':34}{time.monotonic() - started:6.0f} s")
    listed = details(answers, reveal=a.reveal)
    if a.json:
        a.json.write_text(json.dumps(listed, ensure_ascii=False, indent=1), encoding="utf-8")
    if a.reveal:
        for one in listed:
            if not one["right"]:
                print(json.dumps(one, ensure_ascii=False))


if __name__ == "__main__":
    main()
