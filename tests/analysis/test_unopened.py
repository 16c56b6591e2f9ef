"""Photos whose pictures cannot be opened: nothing is left to do about them, and people are told."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from haven_fs.cli import main
from haven_fs.library import picture
from haven_fs.testing import Home


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Home]:
    """Make a home with a picture that is too large to open and one that is not."""
    monkeypatch.setattr(picture, "MOST_BYTES", 1_000_000)
    with Home(tmp_path) as home:
        home.add("small.jpg", "2024-05-04 12:00:00", image=Image.new("RGB", (64, 48), "green"))
        Image.new("RGB", (1000, 800)).save(home.root / "large.gif")
        home.index()
        yield home


def test_it_is_in_review_with_its_reason(home: Home) -> None:
    assert home.list("/Review/Unreadable") == ["Reasons.txt", "large.gif"]
    with home.looking() as look:
        text = str(next(iter(look.folder("/Review/Unreadable").texts())))
    assert "too large to open: it has 1 million pixels" in text


def test_status_does_not_say_that_all_is_well(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["status", "--data", str(home.data)]) == 0
    said = capsys.readouterr().out
    assert "All is done that can be done" in said and "up to date" not in said
    assert "Cannot be read (1)" in said and "too large to open" in said
    main(["status", "--json", "--data", str(home.data)])
    status = json.loads(capsys.readouterr().out)
    assert status["pending"] == 0 and status["failures"] == []
    assert [Path(one["path"]).name for one in status["troubles"]] == ["large.gif"]


def test_it_leaves_when_it_can_be_opened(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    Image.new("RGB", (100, 80)).save(home.root / "large.gif")
    home.index(anew=True)
    assert home.list("/Review/Unreadable") == []
