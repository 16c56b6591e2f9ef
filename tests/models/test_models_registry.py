"""The registry says of each model what one must know before one takes it, and nothing it does not know."""

import re

from haven_models.recall import FIGURES, LANGUAGES, SAME_COST, cost, recall, recommended
from haven_models.registry import ENTRIES, TASKS, TIERS, entry_of_embedder, find_entry


def test_every_tier_of_search_is_there_and_means_one_model() -> None:
    for tier in TIERS:
        entry = find_entry(tier)
        assert entry is not None
        assert (entry.task, entry.tier) == ("clip", tier)
    names = [entry.name.casefold() for entry in ENTRIES]
    tiers = [(entry.task, entry.tier) for entry in ENTRIES if entry.tier]
    assert len(set(names)) == len(names)
    assert len(set(tiers)) == len(tiers)


def test_the_default_is_free_for_any_use_and_multilingual() -> None:
    entry = find_entry("default")
    assert entry is not None
    assert entry.licence.spdx == "Apache-2.0"
    assert entry.licence.commercial is True
    assert entry.languages == "many languages"


def test_what_may_not_be_used_commercially_says_so() -> None:
    restricted = [entry for entry in ENTRIES if entry.licence.commercial is False]
    assert {entry.name.partition("-")[0].partition("_")[0] for entry in restricted} == {
        "nllb",
        "MobileCLIP2",
        "buffalo",
        "antelopev2",
        "auraface",
    }
    for entry in restricted:
        assert re.search("NOT for commercial use|NON-COMMERCIAL|RESEARCH only", entry.licence.sentence)


def test_every_entry_says_how_to_get_it() -> None:
    for entry in ENTRIES:
        assert entry.task in TASKS
        assert re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", entry.name)
        assert entry.note.endswith(".")
        assert entry.licence.sentence.endswith(".")
        assert entry.source or entry.export or "haven models add" in entry.note


def test_a_pack_is_as_free_as_the_least_free_of_its_files() -> None:
    """What finds faces in AuraFace's repository is InsightFace's, whatever is said of the whole."""
    for entry in ENTRIES:
        files = entry.source.files if entry.source else {}
        if any(name.startswith("scrfd") or "detection.onnx" in to for name, to in files.items()):
            assert entry.licence.commercial is False, entry.name


def test_figures_are_of_models_there_are_and_of_languages_that_have_a_name() -> None:
    names = {entry.name for entry in ENTRIES if entry.task == "clip"}
    assert names - {"MobileCLIP2-S2__dfndr2b"} == set(FIGURES)
    for figures in FIGURES.values():
        assert set(figures.percent) <= set(LANGUAGES)
        assert all(0 < percent < 100 for percent in figures.percent.values())
    for code in LANGUAGES:
        best = recommended(code)
        if best is not None:
            assert best.licence.commercial is True and (cost(best.name) or 9) <= SAME_COST
            mine = recall(best.name, code) or 0
            others = [recall(name, code) or 0 for name in names if (cost(name) or 9) <= SAME_COST]
            assert mine == max(others)
    assert recall("MobileCLIP2-S2__dfndr2b", "en") is None
    assert recommended("is") is None


def test_finding() -> None:
    assert find_entry("vit-b-32__laion2b-s34b-b79k") == find_entry("fast")
    assert find_entry("nothing") is None
    faces = find_entry("fast", "faces")
    assert faces is not None
    assert faces.name == "buffalo_s"
    usual = find_entry("default", "faces")
    assert usual is not None
    assert usual.name == "buffalo_l"


def test_packs_for_faces_say_from_when_two_are_one_person() -> None:
    packs = [entry for entry in ENTRIES if entry.task == "faces"]
    assert all(entry.same is not None and 0.3 < entry.same < 0.6 for entry in packs)
    known = [digest for entry in packs for digest in entry.embedders]
    assert len(set(known)) == len(known)
    assert all(re.fullmatch("[0-9a-f]{64}", digest) for digest in known)
    free = {entry.name for entry in packs if entry.licence.commercial}
    assert {"yunet-auraface", "yunet-sface"} <= free, "there is a choice for those who earn money with photos"
    assert all(entry.source is not None for entry in packs if "haven models add faces" not in entry.note)
    found = entry_of_embedder(["0" * 64, known[-1]])
    assert found is not None
    assert known[-1] in found.embedders
    assert entry_of_embedder(["0" * 64]) is None
