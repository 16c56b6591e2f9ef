"""Without the extra nothing of reading appears, but for the advice how to get it; and the owner can say no."""

import json

import pytest
from helpers.home import Home

from haven_text import haven_analyzers, haven_hints, haven_phrases
from haven_text.reader import Weights

SETTINGS = {"text.read": True}


@pytest.fixture
def without(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HAVEN_TEXT", raising=False)
    monkeypatch.setattr(Weights, "installed", classmethod(lambda cls: None))


def test_nothing_appears_but_a_hint(without: None, home: Home) -> None:
    home.add("a.jpg", caption="text:wifi is free")
    home.index()
    assert list(haven_analyzers(SETTINGS)) == list(haven_phrases(SETTINGS)) == []
    assert home.indexer().counts().at_leisure == 0
    assert "001 a.jpg" in home.list('/Search/"text:wifi"')  # words like all others
    assert "/Types/Documents" not in home.list("/Types")
    (hint,) = haven_hints(SETTINGS)
    assert "pip install 'haven-fs[text]'" in hint


@pytest.mark.parametrize("settings, switch", [({"text.read": False}, ""), (SETTINGS, "off"), (SETTINGS, "OFF")])
def test_who_does_not_want_it_is_not_advised(
    without: None, monkeypatch: pytest.MonkeyPatch, settings: dict[str, bool], switch: str
) -> None:
    monkeypatch.setenv("HAVEN_TEXT", switch)
    assert list(haven_hints(settings)) == []


def test_doctor_says_how_to_get_it(without: None, home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    from haven_fs.cli import main

    main(["doctor", "--json", "--data", str(home.data)])
    assert any("haven-fs[text]" in hint for hint in json.loads(capsys.readouterr().out)["hints"])
