"""Every parser of ours keeps its promise for what once broke it, and for a few hundred inputs that nobody wrote.

tests/benchmarks/fuzz_parsers.py does this for as long as one likes, and adds to tests/fuzz/inputs what it finds.
"""

import logging
import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from helpers.fuzzing import targets
from helpers.fuzzing.mutate import mutate

INPUTS = Path(__file__).with_name("inputs")
KEPT = sorted(path.relative_to(INPUTS) for path in INPUTS.rglob("*") if path.is_file())
TRIED = {"file": 100, "exif": 100, "raw": 100, "phrase": 40, "path": 80, "write": 40}
"""How many inputs of the slow ones; all others get 500."""


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


@pytest.mark.parametrize("path", KEPT, ids=str)
def test_what_once_broke_a_parser_does_so_no_more(path: Path) -> None:
    assert targets()[path.parts[0]].fails((INPUTS / path).read_bytes()) is None


@pytest.mark.filterwarnings("ignore:Possible:FutureWarning")  # of patterns that somebody may mean so
@pytest.mark.parametrize("name", targets())
def test_anything_is_read_or_refused(name: str) -> None:
    target, dice = targets()[name], random.Random(name)
    seeds = list(target.seeds())
    for seed in seeds:
        assert target.fails(seed) is None, seed
    for _ in range(TRIED.get(name, 500)):
        data = mutate(dice.choice(seeds), seeds, target.words, dice)
        assert target.fails(data) is None, data
