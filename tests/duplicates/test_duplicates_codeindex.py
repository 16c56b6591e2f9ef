"""Candidates are found among many, in whatever files the index is, and after it was closed, lost or damaged."""

from pathlib import Path

import numpy as np
import pytest

from haven_duplicates import codeindex
from haven_duplicates.codeindex import CodeIndex
from haven_duplicates.details import CODE, Details

DICE = np.random.default_rng(4)


def picture() -> Details:
    """Return details of a picture that nobody took."""
    return Details(
        (1.0, 0.75),
        (0.0, 0.0, 1.0, 0.75),
        DICE.random((48, 2), np.float32),
        DICE.random(48, np.float32) * 2,
        DICE.random(48, np.float32) * np.float32(2 * np.pi),
        DICE.integers(0, 256, (48, CODE), np.uint8),
        b"",
    )


def copy_of(one: Details, kept: int = 20, wrong: int = 8, turned: float = 0.0, grown: float = 0.0) -> Details:
    """Return details of which so many places are those of another, with some bits of their codes wrong."""
    other = picture()
    bits = np.unpackbits(one.codes[:kept], axis=1)
    for row in bits:
        row[DICE.choice(bits.shape[1], wrong, replace=False)] ^= 1
    codes = np.concatenate([np.packbits(bits, axis=1), other.codes[kept:]])
    angle = np.concatenate([(one.angle[:kept] + turned) % (2 * np.pi), other.angle[kept:]]).astype(np.float32)
    scale = np.concatenate([one.scale[:kept] + grown, other.scale[kept:]]).astype(np.float32)
    return Details(one.size, one.content, other.at, scale, angle, codes, b"")


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have files be written and merged early, in small pieces."""
    monkeypatch.setattr(codeindex, "_PENDING", 50)
    monkeypatch.setattr(codeindex, "_CHUNK", 777)


def filled(folder: Path, pictures: list[Details], token: str = "a") -> CodeIndex:
    index = CodeIndex(folder, token)
    for start in range(0, len(pictures), 20):
        some = [(1000 + start + n, one) for n, one in enumerate(pictures[start : start + 20])]
        index.add(start + len(some), some)
        index.flush()
    return index


def test_copies_are_found_among_others_however_they_are_turned(tmp_path: Path, small: None) -> None:
    pictures = [picture() for _ in range(400)]
    index = filled(tmp_path, pictures)
    for n in (0, 133, 399):
        for turned, grown in ((0.0, 0.0), (np.pi / 2, 0.0), (-np.pi / 2, 1.0), (np.pi, -1.0)):
            (found,) = index.candidates([(1, copy_of(pictures[n], turned=turned, grown=grown))], 5)
            assert next(iter(found.items())) == (1000 + n, False)
        (found,) = index.candidates([(1, copy_of(pictures[n]).mirrored())], 5)
        assert next(iter(found.items())) == (1000 + n, True)
        (askew,) = index.candidates([(1, copy_of(pictures[n], turned=np.pi / 4))], 5)
        assert 1000 + n not in askew
    (found,) = index.candidates([(1000, pictures[0])], 5)
    assert 1000 not in found, "nothing is a copy of itself"


def test_what_is_written_is_there_again(tmp_path: Path, small: None) -> None:
    pictures = [picture() for _ in range(130)]
    index = filled(tmp_path, pictures)
    index.close()
    again = CodeIndex(tmp_path, "a")
    assert again.last == 130
    assert again.candidates([(1, copy_of(one)) for one in pictures], 1) == [{1000 + n: False} for n in range(130)]
    assert len(list(tmp_path.glob("*-0"))) < 4, "merged"
    assert CodeIndex(tmp_path, "another catalog").last == 0


@pytest.mark.parametrize("damage", ["no file", "no manifest", "other bytes"])
def test_an_index_that_is_damaged_begins_again(tmp_path: Path, small: None, damage: str) -> None:
    index = filled(tmp_path, [picture() for _ in range(60)])
    index.close()
    assert index.is_there()
    if damage == "no file":
        next(tmp_path.glob("*-1")).unlink()
    elif damage == "no manifest":
        (tmp_path / "index.json").unlink()
    else:
        (tmp_path / "index.json").write_bytes(b"{")
    assert CodeIndex(tmp_path, "a").last == 0
    assert not list(tmp_path.glob("*-0"))


def test_pictures_that_come_twice_are_kept_once(tmp_path: Path, small: None) -> None:
    one = picture()
    index = CodeIndex(tmp_path, "a")
    for turn in range(1, 8):
        index.add(turn, [(7, one), *((100 * turn + n, picture()) for n in range(49))])
        index.flush()
    assert index.candidates([(1, copy_of(one))], 1) == [{7: False}]
    entries = np.concatenate([np.fromfile(path, "<u8") for path in tmp_path.glob("*-0")])
    assert len(entries) < 48 * (7 * 49 + 7)
