"""The Chroma index: in step with the store, out of the way when it is not, and built again when it is lost."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import psutil
import pytest
from helpers.serving import wait_for
from vectorkit import SPACE, as_put, brute, one_each, same, some_vectors

from haven_fs.errors import UserError
from haven_fs.vectors import ChromaIndex, Hits, Vectors, VectorStore
from haven_fs.vectors.collection import State

DIM = 24
ROWS = some_vectors(2600, DIM)
QUESTIONS = some_vectors(6, DIM, seed=3).astype(np.float32)
Photos = dict[int, list[np.ndarray]]


def photos_of(rows: np.ndarray) -> Photos:
    """Return photos of which every tenth has eight parts."""
    photos: Photos = {}
    at = 0
    while at < len(rows):
        photos[len(photos)] = list(rows[at : at + (8 if len(photos) % 10 == 0 else 1)])
        at += len(photos[len(photos) - 1])
    return photos


def is_right(index: ChromaIndex, photos: Photos, counts: tuple[int, ...] = (1, 30, 400)) -> bool:
    """Tell whether the index answers as brute force does; with so few vectors it finds them all."""
    answers = [(index.nearest(SPACE, q, count), brute(photos, q)[:count]) for q in QUESTIONS for count in counts]
    return all(hits is not None and same(hits, wanted) for hits, wanted in answers)


def comes_back(index: ChromaIndex) -> Hits:
    """Ask until the index, which a question brings up in the background, answers."""
    return wait_for(lambda: index.nearest(SPACE, QUESTIONS[0], 10), "the index", seconds=60)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "v"


@pytest.fixture
def both(folder: Path) -> Iterator[Vectors]:
    both = Vectors(folder, at_least=1)
    yield both
    both.close()


def test_it_is_in_step(both: Vectors) -> None:
    photos = photos_of(ROWS)
    store, index = both.store, both.chroma
    assert index.nearest(SPACE, QUESTIONS[0], 10) is None
    store.put(SPACE, as_put(photos))
    both.sync()
    assert index.states() == {SPACE: "ready"}
    assert is_right(index, photos)
    assert same(
        index.nearest(SPACE, QUESTIONS[0], 2000) or both.search(SPACE, QUESTIONS[0]), brute(photos, QUESTIONS[0])
    )
    assert index.nearest("clip:other", QUESTIONS[0], 10) is None
    with pytest.raises(ValueError):
        index.nearest(SPACE, QUESTIONS[0][1:], 10)
    # a few changes are answered beside it
    changed = {id_: [row] for id_, row in zip(range(0, 60, 3), some_vectors(20, DIM, 5), strict=True)}
    store.put(SPACE, as_put(changed))
    store.remove(SPACE, gone := list(range(100, 140)))
    photos = {id_: parts for id_, parts in (photos | changed).items() if id_ not in gone}
    pid = index.pid
    assert is_right(index, photos)
    # many are not, before it was brought up to date
    store.put(SPACE, as_put(more := one_each(some_vectors(1500, DIM, 6), 10_000)))
    store.remove(SPACE, gone := list(range(200, 300)))
    photos = {id_: parts for id_, parts in (photos | more).items() if id_ not in gone}
    assert index.nearest(SPACE, QUESTIONS[0], 10) is None
    comes_back(index)
    assert index.pid == pid and is_right(index, photos)
    # gaps are closed: rows have new numbers
    store.remove(SPACE, gone := list(range(10_000, 11_400)))
    photos = {id_: parts for id_, parts in photos.items() if id_ not in gone}
    found = store.numbering(SPACE)
    assert found is not None and found.dead == 0
    assert index.nearest(SPACE, QUESTIONS[0], 10) is None
    both.sync()
    assert is_right(index, photos)
    assert [path.name for path in (store.folder / "chroma").iterdir() if path.is_dir()] == [f"{found.token}-1"]
    store.drop(SPACE)
    assert index.nearest(SPACE, QUESTIONS[0], 10) is None


def test_released_and_opened_again(folder: Path) -> None:
    photos = photos_of(ROWS[:300])
    with VectorStore(folder) as store:
        store.put(SPACE, as_put(photos))
        index = ChromaIndex(store, at_least=1, idle_seconds=1.5)
        index.sync()
        assert index.states() == {SPACE: "ready"}
        wait_for(lambda: index.pid is None, "the idle process to end")
        index.sync()
        assert index.pid is None, "nothing is to be done, so nothing is started"
        assert index.nearest(SPACE, QUESTIONS[0], 10) is None
        assert same(comes_back(index), brute(photos, QUESTIONS[0])[:10])
        index.close()
        index.sync()
        assert index.nearest(SPACE, QUESTIONS[0], 10) is None and index.pid is None


def test_small_spaces_have_no_index(folder: Path) -> None:
    both = Vectors(folder)
    both.store.put(SPACE, as_put(photos := photos_of(ROWS)))
    both.sync()
    assert both.chroma.nearest(SPACE, QUESTIONS[0], 10) is None
    assert both.chroma.pid is None and not (folder / "chroma").exists()
    assert same(both.search(SPACE, QUESTIONS[0], count=10), brute(photos, QUESTIONS[0])[:10])
    both.close()


def test_what_the_two_together_answer(both: Vectors) -> None:
    photos = photos_of(ROWS)
    both.store.put(SPACE, as_put(photos))
    both.sync()
    asked = []
    ask = both.chroma.nearest
    both.chroma.nearest = lambda *args: asked.append(hits := ask(*args)) or hits  # type: ignore[method-assign]
    for question in QUESTIONS[:2]:
        ranked = brute(photos, question)
        few, many = ranked[40][1] + 1e-4, ranked[1500][1]
        assert same(both.search(SPACE, question, count=30), ranked[:30])
        assert same(both.search(SPACE, question, count=30, least=few), ranked[:30])
        assert same(both.search(SPACE, question, count=90, least=few), [item for item in ranked if item[1] >= few])
        assert same(both.search(SPACE, question, least=few), [item for item in ranked if item[1] >= few])
        assert len(asked) == 4 and all(asked)
        # more than the index was asked for
        hits = both.search(SPACE, question, least=many)
        assert 1499 <= len(hits) <= 1502 and hits.scores[-1] >= many - 1e-6
        assert len(asked) == 5
        assert same(both.search(SPACE, question), ranked)
        some = np.arange(0, 500, 3)
        assert same(both.search(SPACE, question, within=some, count=9), brute(photos, question, some.tolist())[:9])
        assert len(asked) == 5, "neither is for the index"
        asked.clear()


def test_its_process_dies_and_hangs(both: Vectors, monkeypatch: pytest.MonkeyPatch) -> None:
    photos = photos_of(ROWS[:600])
    both.store.put(SPACE, as_put(photos))
    both.sync()
    monkeypatch.setattr("haven_fs.vectors.chroma._QUERY_SECONDS", 2.0)
    for number in (signal.SIGKILL, signal.SIGSTOP):
        pid = both.chroma.pid
        assert pid is not None
        os.kill(pid, number)
        assert same(both.search(SPACE, QUESTIONS[0], count=10), brute(photos, QUESTIONS[0])[:10])
        assert not psutil.pid_exists(pid)
        comes_back(both.chroma)
        assert is_right(both.chroma, photos)


def crashing(folder: Path) -> None:
    """Make Chroma itself crash: nothing says that the file was changed."""
    state = next(folder.glob("chroma/*/state.json"))
    state.write_text(state.read_text().partition(', "files"')[0] + "}")
    file = next(folder.glob("chroma/*/index/*/data_level0.bin"))
    file.write_bytes(os.urandom(len(file.read_bytes())))


def test_other_runs_find_it_whole_until_chroma_crashes(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    photos = photos_of(ROWS[:500])
    with VectorStore(folder) as store:
        store.put(SPACE, as_put(photos))
        for vectors in (500, len(ROWS), 0):
            # At first all vectors are in Chroma's database, later in its other files too.
            index = ChromaIndex(store, at_least=1)
            comes_back(index)
            assert is_right(index, photos, (5,))
            if vectors == len(ROWS):
                store.put(SPACE, as_put(photos := photos_of(ROWS)))
                index.sync()
            index.close()
        assert not caplog.records
        crashing(folder)
        index = ChromaIndex(store, at_least=1)
        assert index.nearest(SPACE, QUESTIONS[0], 10) is None
        index.sync()
        assert "it ended with status -" in caplog.text and "will be rebuilt" in caplog.text
        assert is_right(index, photos)
        index.close()


def test_wrong_settings_are_refused_in_words(folder: Path) -> None:
    with VectorStore(folder) as store, pytest.raises(UserError, match=r'"embedded", "off" or the address.*"ftp://x"'):
        ChromaIndex(store, "ftp://x")


def test_off_means_off(folder: Path) -> None:
    photos = photos_of(ROWS[:300])
    (folder / "chroma" / "0123456789abcdef-1" / "index").mkdir(parents=True)
    off = Vectors(folder, chroma="off", at_least=1)
    off.store.put(SPACE, as_put(photos))
    off.sync()
    assert not (folder / "chroma").exists()
    assert off.chroma.nearest(SPACE, QUESTIONS[0], 10) is None and off.chroma.pid is None
    assert same(off.search(SPACE, QUESTIONS[0], count=10), brute(photos, QUESTIONS[0])[:10])
    off.close()


def test_a_second_owner_does_no_harm(both: Vectors, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    photos = photos_of(ROWS[:300])
    both.store.put(SPACE, as_put(photos))
    both.sync()
    monkeypatch.setattr("haven_fs.vectors.chroma._OPEN_SECONDS", 3.0)
    second = Vectors(folder, at_least=1)
    second.sync()
    assert second.chroma.nearest(SPACE, QUESTIONS[0], 10) is None
    assert same(second.search(SPACE, QUESTIONS[0], count=10), brute(photos, QUESTIONS[0])[:10])
    second.close()
    assert is_right(both.chroma, photos)


def test_closing_ends_a_build(folder: Path) -> None:
    both = Vectors(folder, at_least=1)
    both.store.put(SPACE, as_put(one_each(some_vectors(3000, DIM))))
    both.sync(wait=False)
    wait_for(lambda: both.chroma.states().get(SPACE, "").endswith("vectors"), "the build to begin")
    both.stop()
    both.sync()  # no more
    both.close()
    done = State.read(next(folder.glob("chroma/*-1")))
    assert done is not None and 0 < done.rows < 3000 and not done.dirty
    again = Vectors(folder, at_least=1)
    again.sync()
    now = State.read(next(folder.glob("chroma/*-1")))
    assert now is not None and now.rows == 3000, "it went on where it had ended"
    again.close()
