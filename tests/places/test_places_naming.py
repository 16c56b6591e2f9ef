"""Who has which name: the rules, on a table of a dozen places and on what a language calls them."""

import pytest
from babel import Locale
from helpers.little_places import Language, Row, little_places

from haven_places import naming
from haven_places.areas.spoken import spoken_names, telling
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


CITIES: list[Row] = [
    (2867714, "Munich", 48.1374, 11.5755, "DE", 1_505_005, "Europe/Berlin", "02", ""),
    (3176959, "Florence", 43.7792, 11.2463, "IT", 349_296, "Europe/Rome", "16", ""),
    (3164603, "Venice", 45.4371, 12.3326, "IT", 51_298, "Europe/Rome", "20", ""),
    (3173435, "Milan", 45.4643, 9.1895, "IT", 1_371_498, "Europe/Rome", "09", ""),
    (2660646, "Geneva", 46.2022, 6.1457, "CH", 183_981, "Europe/Zurich", "GE", ""),
    (3, "Florenz", 47.0, 11.0, "AT", 900, "Europe/Vienna", "07", ""),
]


@pytest.mark.parametrize(
    ("tag", "wanted"),
    [
        ("de", ["München", "Florenz", "Venedig", "Mailand", "Genf", "Florenz (AT-07)"]),
        ("fr", ["Munich", "Florence", "Venise", "Milan", "Genève", "Florenz"]),
        ("es", ["Múnich", "Florencia", "Venecia", "Milán", "Ginebra", "Florenz"]),
        ("pt-BR", ["Munique", "Florença", "Veneza", "Milão", "Genebra", "Florenz"]),
        ("ja", ["ミュンヘン", "フィレンツェ", "ヴェネツィア", "ミラノ", "ジュネーヴ", "Florenz"]),
        ("nl", ["München", "Florence", "Venetië", "Milaan", "Genève", "Florenz"]),
        ("pl", ["Monachium", "Florencja", "Wenecja", "Mediolan", "Genewa", "Florenz"]),
        ("fi", ["Munich", "Florence", "Venice", "Milan", "Geneva", "Florenz"]),
    ],
)
def test_cities_are_called_as_the_owner_does(tag: str, wanted: list[str]) -> None:
    places = little_places(CITIES)
    assert naming.name_places(places, Locale.parse(tag.replace("-", "_"))) == wanted


def test_a_translation_tells_more_than_spelling_and_place() -> None:
    called = {"de": "Clifton (Texas)", "fr": "Genève", "es": "Ginebra", "pt": "Clifton, Texas", "ru": "Клифтон"}
    assert telling("Clifton", called) == {"fr": "Genève", "es": "Ginebra", "ru": "Клифтон"}
    assert telling("Genève", {"de": "Genf", "fr": "Geneve", "es": "Canton de Genève"}) == {"de": "Genf"}


def test_an_unknown_language_is_english(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    monkeypatch.setattr("haven_places.sources.read_places", little_places)
    (tower,) = Gazetteer.open(language="elvish").localities([48.8584], [2.2945])
    assert tower.country_name == Locale.parse("en").territories["FR"]
    assert "elvish" in caplog.text


@pytest.mark.parametrize(
    ("language", "munich", "liege"),
    [
        ("de", "München", "Lüttich"),
        ("it", "Monaco di Baviera", "Liegi"),
        ("nl", "München", "Luik"),
        ("sv", "München", None),
        ("pl", "Monachium", None),
        ("uk", "Мюнхен", "Льєж"),
        ("no", "München", None),
    ],
)
def test_towns_have_a_name_in_the_languages_of_travellers(language: str, munich: str, liege: str | None) -> None:
    known = spoken_names(language)
    assert (known[2867714], known.get(2792413)) == (munich, liege)


def test_what_is_written_for_haven_outranks_the_packages() -> None:
    assert spoken_names("de")[2800931] == "Brügge"


def test_what_geonames_spells_as_at_home_is_english_in_english() -> None:
    known = spoken_names("en")
    assert [known.get(id_) for id_ in (2886242, 2657896, 400666, 2867714)] == ["Cologne", "Zurich", "Rhodes", None]
