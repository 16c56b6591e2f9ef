"""How well haven_text reads: words right, documents told from the rest, seconds a photo, and what it costs a server.

    python tests/benchmarks/text_reading.py [--made 54] [--photos 60] [--rounds 12] [--only words,corpus,server]

Needs the extra `[text]`. `words`: receipts, letters, tickets, signs, screens and covers are drawn in four languages,
photographed on paper and read as the indexer does, as many of kinds and fonts that were never tuned on; recall and
precision of their words, and of /Types/Documents. `corpus`: of the real photos in HAVEN_CORPUS, what is read of the
words that a person reads there, seconds a photo, the share that the look at a small copy skips, and what it misses of
what would have been read. `server`: a server lists a folder while its reader works and while that is stopped, in turn,
a dozen times in the same run; the ratio of the medians is the slow-down. Peak memory is the reader's.
"""

import argparse
import os
import random
import re
import resource
import statistics
import sys
import time
import unicodedata
from collections import Counter, defaultdict
from pathlib import Path

import psutil
from common import family, scratch, serving, settle
from listing_speed import Client

sys.path.insert(0, str(Path(__file__).parents[1]))
os.environ.pop("HAVEN_TEXT", None)
os.environ.setdefault("OMP_NUM_THREADS", "1")

from helpers.printed import printed
from helpers.printed.real import REAL

from haven_fs.analysis.analyzer import Facts, Sample
from haven_fs.analysis.pool import LEISURE_NICENESS
from haven_fs.library.kinds import kind_of
from haven_fs.library.metadata import Unreadable, read_metadata
from haven_fs.library.picture import open_picture
from haven_fs.testing import make_photo
from haven_text.analyzer import TextAnalyzer
from haven_text.reader import Weights

TURN = 1.0
"""Seconds for which a folder is listed with the reader at work, then with it stopped."""


def words(lines: list[str], *, accents: bool = False) -> Counter[str]:
    """Return the words of lines, without case, and without accents unless they count: as searches compare them."""
    text = unicodedata.normalize("NFD", "\n".join(lines).casefold())
    if not accents:
        text = "".join(char for char in text if not unicodedata.combining(char))
    return Counter(word for word in re.findall(r"[^\W_]+", unicodedata.normalize("NFC", text)) if len(word) > 1)


def sample_of(path: Path) -> Sample:
    """Return what a worker gives an analyzer. Raises Unreadable, OSError."""
    kind = kind_of(path)
    return Sample(path, 0.0, read_metadata(path, kind), picture=open_picture(path, kind))


def read(analyzer: TextAnalyzer, path: Path) -> tuple[Facts, float]:
    """Return what is read of a file, and the seconds that it took with decoding it."""
    started = time.perf_counter()
    (facts,) = analyzer.analyze([sample_of(path)])
    return facts, time.perf_counter() - started


def made(analyzer: TextAnalyzer, count: int, folder: Path, *, held_out: bool) -> None:
    """Print words right and documents right of drawn pictures."""
    right: dict[str, Counter[str]] = defaultdict(Counter)
    documents: Counter[tuple[bool, bool]] = Counter()
    wrong, seconds = [], []
    for number, one in enumerate(printed(count, held_out=held_out)):
        path = folder / f"{number}.jpg"
        one.image.save(path, quality=88)
        facts, took = read(analyzer, path)
        seconds.append(took)
        for accents in (False, True):
            wanted, found = words(one.lines, accents=accents), words(facts.words, accents=accents)
            hits = sum((wanted & found).values())
            right[one.kind].update({f"hit{accents}": hits, f"all{accents}": wanted.total()})
            right[one.kind].update({f"said{accents}": found.total()})
        is_document = bool(facts.tags)
        documents[one.is_document, is_document] += 1
        if is_document != one.is_document:
            wrong.append(f"{one.kind} {number}")
    whole = sum(right.values(), Counter())
    for kind, sums in [*right.items(), ("all", whole)]:
        print(
            f"  {kind:<11} recall {sums['hitFalse'] / sums['allFalse']:.3f}  precision"
            f" {sums['hitFalse'] / max(sums['saidFalse'], 1):.3f}  with accents"
            f" {sums['hitTrue'] / sums['allTrue']:.3f}  of {sums['allFalse']:,} words"
        )
    precision = documents[True, True] / max(documents[True, True] + documents[False, True], 1)
    recall = documents[True, True] / max(documents[True, True] + documents[True, False], 1)
    print(f"  documents   recall {recall:.3f}  precision {precision:.3f}  wrong: {', '.join(wrong) or 'none'}")
    print(f"  {statistics.mean(seconds):.2f} s a picture\n", flush=True)


def corpus(analyzer: TextAnalyzer, root: Path, count: int) -> None:
    """Print what is read in real photos: the words that people read in some, and time and misses in a sample."""
    wanted, found, missing = 0, 0, []
    for name, text in REAL.items():
        expected = words([text])
        facts, _ = read(analyzer, root / name)
        hits = expected & words(facts.words)
        wanted, found = wanted + expected.total(), found + hits.total()
        missing += [f"{Path(name).stem}: {' '.join((expected - hits).elements())}"] if hits != expected else []
    print(f"  real words  recall {found / wanted:.3f} of {wanted} words in {len(REAL)} photos")
    print("  not read    " + "; ".join(missing))
    files = sorted(path for part in ("scenes", "cameras", "places") for path in (root / part).glob("*.*"))
    seconds, looks, skipped, missed, documents, read_some = [], [], 0, [], [], 0
    for path in random.Random(3).sample(files, min(count, len(files))):
        try:
            sample = sample_of(path)
        except (Unreadable, OSError):
            continue
        facts, took = read(analyzer, path)
        started = time.perf_counter()
        seen = analyzer.reader.sees_text(sample.picture)
        looks.append(time.perf_counter() - started)
        seconds.append(took)
        documents += [path.name] if facts.tags else []
        read_some += bool(facts.words)
        if not seen:
            skipped += 1
            whole = analyzer.read_whole(sample)
            missed += [f"{path.stem}: {' '.join(whole.words)}"] if whole.words else []
    print(
        f"  {len(seconds)} photos: {statistics.mean(seconds):.2f} s a photo with decoding,"
        f" {statistics.mean(looks):.2f} s the look at a small copy; {skipped / len(seconds):.0%} skipped by it,"
        f" {read_some} with words, {len(missed)} missed"
    )
    print(
        f"  missed      {'; '.join(missed) or 'nothing'}\n  documents   {', '.join(documents) or 'none'}\n", flush=True
    )


def server(rounds: int, folder: Path) -> None:
    """Print how much slower a folder is listed while the server reads, and the memory that reading takes."""
    library = folder / "library"
    for number in range(400):
        make_photo(library / "all" / f"{number}.jpg", "2020-01-01 10:00:00", size=(64, 48))
    for number, one in enumerate(printed(12, held_out=False, seed=9)):
        for turn in range(12):  # other bytes, so that each is read
            make_photo(library / f"words{turn}" / f"w{number}.jpg", f"2021-01-{turn + 1:02} 10:00:00", image=one.image)
    with serving(library, folder / "data") as (url, pid):
        settle(folder / "data")
        client = Client(f"{url}Originals/library/all/")
        reader = wait_for_reader(pid)
        times: dict[bool, list[float]] = {True: [], False: []}
        cpu = reader.cpu_times()
        for turn in range(2 * rounds):
            works = turn % 2 == 0
            (reader.resume if works else reader.suspend)()
            time.sleep(0.2)
            end = time.monotonic() + TURN
            while time.monotonic() < end:
                times[works].append(client.list("finder")[0])
        reader.resume()
        used = sum(reader.cpu_times()[:2]) - sum(cpu[:2])
        peak = next(
            line for line in Path(f"/proc/{reader.pid}/status").read_text().splitlines() if line.startswith("VmHWM")
        )
    reading, still = (statistics.median(times[works]) for works in (True, False))
    quick = [statistics.quantiles(times[works], n=10)[0] for works in (True, False)]
    slow = [statistics.quantiles(times[works], n=10)[8] for works in (True, False)]
    print(
        f"  a folder of 400 is listed in {reading:.2f} ms while reading and {still:.2f} ms while not: ratio"
        f" {reading / still:.3f} of medians, {quick[0] / quick[1]:.3f} and {slow[0] / slow[1]:.3f} of the first and"
        f" last tenth, {len(times[True]):,} and {len(times[False]):,} listings;"
        f" the reader used {used:.1f} s of processor time meanwhile"
    )
    print(f"  peak memory of the reader {peak.split(':')[1].strip()}")


def wait_for_reader(pid: int) -> psutil.Process:
    """Return the process that reads, once it does."""
    while True:
        for one in family(pid):
            process = psutil.Process(one)
            if process.nice() == LEISURE_NICENESS and sum(process.cpu_times()[:2]) > 6:
                return process
        time.sleep(0.5)


def main() -> None:
    """Measure and print."""
    args = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    args.add_argument("--made", type=int, default=54, help="pictures drawn of each half")
    args.add_argument("--photos", type=int, default=60, help="real photos that are timed")
    args.add_argument("--rounds", type=int, default=12)
    args.add_argument("--only", default="words,corpus,server")
    given = args.parse_args()
    weights = Weights.installed()
    if weights is None:
        raise SystemExit("The extra [text] is not installed: pip install '.[text]'")
    analyzer = TextAnalyzer(weights)
    with scratch() as folder:
        if "words" in given.only:
            for held_out in (False, True):
                print("Drawn, kept apart from tuning:" if held_out else "Drawn, tuned on:")
                made(analyzer, given.made, folder, held_out=held_out)
        if "corpus" in given.only and os.environ.get("HAVEN_CORPUS"):
            print("Real photos:")
            corpus(analyzer, Path(os.environ["HAVEN_CORPUS"]), given.photos)
        print(f"  peak memory of this process {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB\n")
        if "server" in given.only:
            print("A server that reads:")
            server(given.rounds, folder)


if __name__ == "__main__":
    main()
