"""docs/troubleshooting.md lists the kinds of damage that are tried, and no others."""

import re
from pathlib import Path

from helpers.damage_kinds import DISKS, KINDS, SERVED

PAGE = Path(__file__).parents[2] / "docs/troubleshooting.md"


def test_each_kind_of_damage_has_its_documented_end() -> None:
    section = PAGE.read_text(encoding="utf-8").partition("\n## When a disk fails\n")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| (.+?) \| (.+?) \| (.+?) \| (.+?) \|$", section, re.MULTILINE)[1:]
    assert sorted(row[0] for row in rows if not row[0].startswith("-")) == sorted(
        [one.name for one in KINDS] + [*DISKS, *SERVED]
    )
    assert len(KINDS) + len(DISKS) >= 14
