"""Real files when something looks at the pictures: each is decoded, within the memory a small machine has."""

import json
from pathlib import Path

import pytest
from helpers.planting import Plant, plant
from helpers.serving import haven
from test_corpus_index import MOST_MEMORY, Indexed

pytestmark = pytest.mark.long

__all__ = ["plant"]

LOOK = """
from haven_fs import Analyzer, Facts, hookimpl


class Look(Analyzer):
    name, version, needs = "look", 1, "picture"

    def analyze(self, batch):
        for sample in batch:
            if sample.picture.mode != "RGB" or not 1 <= max(sample.picture.size) <= 1280:
                raise ValueError(f"a picture of {sample.picture.size} in {sample.picture.mode}")
        return [Facts() for sample in batch]


@hookimpl
def haven_analyzers():
    return [Look()]
"""


@pytest.mark.skipif(not Path("/proc/self/smaps_rollup").exists(), reason="memory is measured on Linux")
def test_pictures_of_odd_files(corpus: Path, tmp_path: Path, plant: Plant) -> None:
    plant("look", LOOK)
    found = Indexed(corpus / "odd", tmp_path / "data")
    assert 20 < found.peak < MOST_MEMORY
    failed = {name: facts["failed"]["look"] for name, facts in found.facts.items() if facts.get("failed")}
    # What cannot be decoded says so in words; nothing came in a way that analyzers do not expect.
    assert all(reason.endswith(".") and "Error" not in reason for reason in failed.values()), failed
    assert len(failed) < found.counts["photos"] / 8, failed
    assert json.loads(haven("status", "--data", tmp_path / "data", "--json").stdout)["pending"] == 0
