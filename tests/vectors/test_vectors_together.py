"""Readers in threads and in another process, while one writes: each search sees one transaction's state."""

import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest
from helpers.serving import environment
from vectorkit import SPACE, as_put

from haven_fs.vectors import VectorStore

PHOTOS, VERSIONS = 60, 90
"""Rows enough that the copy is extended several times and gaps are closed."""
QUESTION = np.array([1, 0, 0, 0], np.float32)

READER = """
import sys
from pathlib import Path
import numpy as np
from haven_fs.vectors import VectorStore
sys.path[:0] = sys.argv[2:]
from test_vectors_together import looked
with VectorStore(Path(sys.argv[1]), readonly=True) as store:
    print("ready", flush=True)
    seen = set()
    while 89 not in seen:
        seen.add(looked(store, len(seen) % 2 == 0))
print(len(seen))
"""


def of_version(number: int) -> np.ndarray:
    """Return the vector that every photo has in one version."""
    angle = 0.2 + number / 70
    return np.array([np.cos(angle), np.sin(angle), 0, 0]).astype("<f2")


NUMBERS = {float(of_version(number)[0]): number for number in range(VERSIONS)}


def looked(store: VectorStore, some: bool) -> int:
    """Search, and return the one version that all photos are seen in."""
    within = np.arange(0, PHOTOS, 7) if some else None
    hits = store.search(SPACE, QUESTION, within=within)
    scores = set(hits.scores.tolist())
    assert len(hits) == (PHOTOS if within is None else len(within)), len(hits)
    assert len(scores) == 1, scores
    return NUMBERS[scores.pop()]


def put_version(store: VectorStore, number: int) -> None:
    store.put(SPACE, as_put({photo: [of_version(number)] for photo in range(PHOTOS)}))


def test_every_search_sees_one_state(tmp_path: Path) -> None:
    assert len(NUMBERS) == VERSIONS
    folder = tmp_path / "v"
    store = VectorStore(folder)
    put_version(store, 0)
    command = [sys.executable, "-c", READER, str(folder), *filter(None, sys.path)]
    other = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment())
    assert other.stdout is not None and other.stdout.readline() == "ready\n"
    ended = threading.Event()
    wrong: list[BaseException] = []
    seen: list[set[int]] = [set(), set(), set()]

    def look(number: int) -> None:
        try:
            with VectorStore(folder, readonly=True) as reader:
                while not ended.is_set():
                    seen[number].add(looked(reader if number == 2 else store, number == 1))
        except BaseException as error:
            wrong.append(error)

    threads = [threading.Thread(target=look, args=(number,)) for number in range(3)]
    for thread in threads:
        thread.start()
    tokens = set()
    for number in range(1, VERSIONS):
        put_version(store, number)
        assert looked(store, number % 2 == 0) == number  # one's own writing is seen at once
        found = store.numbering(SPACE)
        assert found is not None
        tokens.add(found.token)
    out, errors = other.communicate(timeout=60)
    ended.set()
    for thread in threads:
        thread.join()
    store.close()
    assert not wrong and not errors and other.returncode == 0
    assert all(len(versions) > 3 for versions in seen) and int(out) > 3
    assert len(tokens) > 2, "gaps were to be closed meanwhile"


FULL = """
import resource, sys
from pathlib import Path
import numpy as np
sys.path[:0] = sys.argv[2:]
from vectorkit import SPACE, as_put, one_each, some_vectors
from haven_fs.errors import Unavailable
from haven_fs.vectors import VectorStore
store = VectorStore(Path(sys.argv[1]))
rows = some_vectors(6000, 64)
store.put(SPACE, as_put(one_each(rows[:500])))
resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, resource.RLIM_INFINITY))
held = 500
try:
    for start in range(500, 6000, 250):
        store.put(SPACE, as_put(one_each(rows[start : start + 250], start)))
        held += 250
except Unavailable as error:
    print(error)
else:
    sys.exit("the disk was not full")
question = rows[0].astype(np.float32)
store.remember("large", bytes(500_000))
assert store.recall("large") is None
assert store.spaces()[SPACE].photos == held
assert len(store.search(SPACE, question)) == held
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
store.put(SPACE, as_put(one_each(rows)))
assert len(store.search(SPACE, question)) == 6000
store.close()
"""


def test_a_full_disk_is_said_and_loses_nothing(tmp_path: Path) -> None:
    pytest.importorskip("resource")
    command = [sys.executable, "-c", FULL, str(tmp_path / "v"), *filter(None, sys.path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, env=environment(), check=False)
    assert done.returncode == 0, done.stderr
    assert "has space" in done.stdout and "vectors.sqlite" in done.stdout


COPY_FULL = """
import resource, sys
from pathlib import Path
import numpy as np
sys.path[:0] = sys.argv[2:]
from vectorkit import SPACE, as_put, one_each, some_vectors
from haven_fs.vectors import VectorStore
rows = some_vectors(2000, 64)
with VectorStore(Path(sys.argv[1])) as store:
    store.put(SPACE, as_put(one_each(rows)))
    for path in Path(sys.argv[1]).glob("*.f16"):
        path.unlink()
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, resource.RLIM_INFINITY))
    assert len(store.search(SPACE, rows[0].astype(np.float32))) == 2000
    assert len(store.matrix(SPACE)[0]) == 2000
"""


def test_no_room_for_the_copy_alone(tmp_path: Path) -> None:
    pytest.importorskip("resource")
    command = [sys.executable, "-c", COPY_FULL, str(tmp_path / "v"), *filter(None, sys.path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, env=environment(), check=False)
    assert done.returncode == 0, done.stderr
    assert "cannot be written" in done.stderr
