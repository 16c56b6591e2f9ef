"""Real files from many cameras, and files that break readers, through the real command line."""

import csv
import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from helpers.serving import environment, haven

pytestmark = pytest.mark.long

HAVEN = [sys.executable, "-m", "haven_fs"]
DEGREES = 0.0002
MOST_MEMORY = 1536.0
"""MB that the whole process tree may hold, as proportional set size."""


class Indexed:
    """What `haven index` made of a folder of the corpus: its data folder, its messages, its peak of memory."""

    def __init__(self, folder: Path, data: Path) -> None:
        self.folder = folder
        self.data = data
        command = [*HAVEN, "index", str(folder), "--data", str(data), "--json"]
        with subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment()
        ) as process:
            self.peak = 0.0
            done = threading.Event()
            sampler = threading.Thread(target=self._sample, args=(process.pid, done))
            sampler.start()
            output, self.messages = process.communicate(timeout=300)
            done.set()
            sampler.join()
        assert process.returncode == 0, self.messages
        self.counts: dict[str, Any] = json.loads(output.splitlines()[-1])
        files = [path for path in sorted(folder.iterdir()) if path.is_file()]
        lines = haven("info", "--json", "--data", data, *files).stdout.splitlines()
        self.facts = {path.name: json.loads(line) for path, line in zip(files, lines, strict=True)}

    def _sample(self, pid: int, done: threading.Event) -> None:
        while not done.wait(0.02):
            self.peak = max(self.peak, sum(map(_pss, _family(pid))))


def _family(pid: int) -> Iterator[int]:
    yield pid
    for path in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            children = path.read_text().split()
        except OSError:
            continue
        for child in children:
            yield from _family(int(child))


def _pss(pid: int) -> float:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


@pytest.fixture(scope="module")
def indexed(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Indexed]:
    data = tmp_path_factory.mktemp("corpus")
    return {name: Indexed(corpus / name, data / name) for name in ("places", "cameras", "odd")}


def test_what_is_expected_of_photos_with_a_place(corpus: Path, indexed: dict[str, Indexed]) -> None:
    with (corpus / "places/EXPECTED.tsv").open(newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    assert len(rows) >= 30
    wrong = []
    for row in rows:
        facts = indexed["places"].facts[row["file"]]
        wanted = {name: None if row[name] in ("", "None") else row[name] for name in ("orientation", "make", "model")}
        expected = (row["width"], row["height"], *wanted.values())
        found = tuple(
            None if facts[name] is None else str(facts[name])
            for name in ("width", "height", "orientation", "make", "model")
        )
        if found != expected:
            wrong.append((row["file"], found, expected))
        if row["datetime_original"] not in ("", "None"):
            taken = (facts["taken_source"], facts["taken"].replace("-", ":"))
            if taken != ("exif", row["datetime_original"]):
                wrong.append((row["file"], taken))
        distance = max(abs(facts["latitude"] - float(row["lat"])), abs(facts["longitude"] - float(row["lon"])))
        if distance > DEGREES:
            wrong.append((row["file"], facts["latitude"], facts["longitude"]))
    assert not wrong


@pytest.mark.parametrize("name", ["places", "cameras", "odd"])
def test_every_file_is_a_photo_or_has_a_reason(indexed: dict[str, Indexed], name: str) -> None:
    found = indexed[name]
    unreadable = {file for file, facts in found.facts.items() if facts.get("unreadable")}
    readable = {file for file, facts in found.facts.items() if facts.get("width")}
    neither = {file for file, facts in found.facts.items() if facts["role"] is None}
    assert unreadable | readable | neither == found.facts.keys()
    assert len(unreadable) == found.counts["unreadable"]
    assert found.counts["photos"] + found.counts["videos"] == len(readable)
    # What is no picture and does not say that it is one is served from /Originals alone.
    assert {Path(file).suffix.lower() for file in neither} <= {".tsv", ".xmp", ".psd"}
    if name == "odd":
        assert 0 < len(unreadable) < len(readable) / 4
    else:
        assert not unreadable


@pytest.mark.parametrize("name", ["places", "cameras", "odd"])
def test_nothing_is_said_about_single_files(indexed: dict[str, Indexed], name: str) -> None:
    assert indexed[name].messages == ""


@pytest.mark.skipif(not Path("/proc/self/smaps_rollup").exists(), reason="memory is measured on Linux")
def test_memory_of_odd_files(indexed: dict[str, Indexed]) -> None:
    assert 20 < indexed["odd"].peak < MOST_MEMORY


def test_nothing_due_is_left(indexed: dict[str, Indexed]) -> None:
    for found in indexed.values():
        started = time.monotonic()
        again = json.loads(haven("index", "--data", found.data, "--json").stdout)
        assert {**again, "seconds": 0} == {**found.counts, "seconds": 0}, f"after {time.monotonic() - started:.1f} s"
        assert json.loads(haven("status", "--data", found.data, "--json").stdout)["pending"] == 0
