"""docs/leavings.md says what the code does, rule by rule."""

import re
from pathlib import Path

import pytest
from helpers.belonging import DAY, F, member

from haven_fs.library.leavings import MARKERS, REASONS, RULES, Rule, left, marked, noise
from haven_fs.library.pair import pair

PAGE = Path(__file__).parents[2] / "docs/leavings.md"
TOGETHER, _, LEFT = PAGE.read_text(encoding="utf-8").partition("\n## What other programs leave\n")
ROW = re.compile(r"^\| (`.+?|a folder.+?) \| (.+?) \| (.+?) \| (.+?) \|$", re.MULTILINE)


def test_every_rule_has_its_row() -> None:
    assert ROW.findall(LEFT) == [
        (rule.shown, REASONS[rule.reason] + " *" * rule.always, rule.by, rule.source) for rule in RULES
    ]


@pytest.mark.parametrize("row", ROW.findall(TOGETHER), ids=lambda row: row[0])
def test_every_pair_is_one(row: tuple[str, str, str, str]) -> None:
    main, *others = re.findall(r"`(.+?)`", row[0])
    (photo,) = pair([member(F(name, DAY)) for name in (main, *others)])
    assert photo.main == main
    assert sorted(photo.companions) == sorted((row[1], name) for name in others)


def test_there_are_pairs() -> None:
    assert len(ROW.findall(TOGETHER)) >= 20


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.shown)
def test_the_examples_of_a_rule_are_skipped_by_it(rule: Rule) -> None:
    examples = [one.rstrip("/").replace("…", "0" * 40).replace("*", "x") for one in re.findall(r"`(.+?)`", rule.shown)]
    if rule.where == "marker":
        assert rule.marker in MARKERS
        names = [one for one in examples if one != rule.marker] or ["anything"]
        assert {marked(name, rule.marker) for name in names} == {rule.reason}
    elif rule.where == "name":
        firsts = [one for one in examples if "Mobile" not in one]
        assert {noise(one) if rule.always else left(one, folder=True) for one in firsts} == {rule.reason}
    else:
        assert left(examples[0], folder=True) == rule.reason
