"""Who has which name: the rules, on a table of a dozen places and on what a language calls them."""

import pytest
from babel import Locale
from helpers.little_places import Language, little_places

from haven_places import naming
from haven_places.gazetteer import Gazetteer

ENGLISH = Language("en")
OLD = {"America/Argentina/Cordoba": {"city": "Cordoba"}}
NEW = {"America/Argentina/Cordoba": {"city": "Córdoba"}}


def names(monkeypatch: pytest.MonkeyPatch, language: Language, english: Language = ENGLISH) -> dict[int, str]:
    """Return the name of each place in a language, where English has these names of cities."""
    monkeypatch.setattr(naming.Locale, "parse", lambda tag: {"en": english}[tag])
    places = little_places()
    return dict(zip(places.id, naming.name_places(places, language), strict=True))


def test_the_plain_name_is_the_largest_places(monkeypatch: pytest.MonkeyPatch) -> None:
    named = names(monkeypatch, ENGLISH)
    assert (named[1], named[2]) == ("Paris", "Paris (US-TX)")
    assert (named[3], named[4]) == ("Springfield", "Springfield (AU-Queensland)")


def test_more_words_come_where_they_are_needed_and_last_the_number(monkeypatch: pytest.MonkeyPatch) -> None:
    named = names(monkeypatch, ENGLISH)
    assert (named[5], named[6], named[7]) == ("Greenwood", "Greenwood (US-PA)", "Greenwood (US-PA, Blair County)")
    assert named[16] == "Greenwood (US-PA 16)"


def test_a_town_is_called_as_the_language_does_and_keeps_its_other_name(monkeypatch: pytest.MonkeyPatch) -> None:
    german = Language(
        "de", time_zones={"Europe/Rome": {"city": "Rom"}, "Atlantic/Reykjavik": {"city": "Reyk\xadjavík"}}
    )
    named = names(monkeypatch, german)
    assert (named[8], named[9]) == ("Rom", "Rome (US-GA)")
    assert named[13] == "Reykjavík"  # CLDR has soft hyphens in it


@pytest.mark.parametrize(("cities", "largest"), [({}, "Cordoba"), (OLD, "Cordoba"), (NEW, "Córdoba")])
def test_towns_are_not_told_apart_by_an_accent_alone(
    monkeypatch: pytest.MonkeyPatch, cities: dict[str, dict[str, str]], largest: str
) -> None:
    """Whichever way CLDR writes the larger one; without a word of CLDR's it is named as its time zone is."""
    english = Language("en", time_zones=cities)
    named = names(monkeypatch, english, english)
    assert (named[10], named[11]) == (largest, "Córdoba (ES-Andalusia)")


def test_a_city_that_is_written_with_its_state_keeps_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    english = Language("en", time_zones={"America/Indiana/Knox": {"city": "Knox, Indiana"}})
    assert names(monkeypatch, english, english)[14] == "Knox"


def test_names_are_those_of_folders(monkeypatch: pytest.MonkeyPatch) -> None:
    named = names(monkeypatch, ENGLISH)
    assert named[12] == "Biel-Bienne"
    assert named[15].casefold() != "con"


def test_countries_are_called_as_the_language_does_and_no_two_alike() -> None:
    german = Language("de", territories={"IT": "Italien", "CG": "Kongo", "CD": "Kongo"})
    english = {"IT": "Italy", "CG": "Republic of the Congo", "CD": "Democratic Republic of the Congo", "XK": "Kosovo"}
    assert naming.name_countries(english, german) == {  # type: ignore[arg-type]
        "CD": "Kongo",
        "CG": "Kongo (CG)",
        "IT": "Italien",
        "XK": "Kosovo",
    }


def test_the_words_are_those_of_the_package(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the release of CLDR that is installed calls a town and a country, in any language it has."""
    monkeypatch.setattr("haven_places.sources.read_places", little_places)
    for tag in ("de", "pt-BR", "en"):
        (rome,) = Gazetteer.open(language=tag).localities([41.8902], [12.4922])
        locale = Locale.parse(tag.replace("-", "_"))
        assert rome.country_name == locale.territories["IT"]
        city = locale.time_zones.get("Europe/Rome", {}).get("city", "Rome")
        assert (rome.town, rome.town_name) == ("8", city.replace("\xad", ""))


def test_an_unknown_language_is_english(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    monkeypatch.setattr("haven_places.sources.read_places", little_places)
    (tower,) = Gazetteer.open(language="elvish").localities([48.8584], [2.2945])
    assert tower.country_name == Locale.parse("en").territories["FR"]
    assert "elvish" in caplog.text
