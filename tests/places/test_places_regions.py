"""Regions, continents and the names that others give places: what photos are in, and what phrases find."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from helpers.home import Home

from haven_search.engine import Engine

SPOTS = {
    "munich": (48.1374, 11.5755),
    "nuremberg": (49.4521, 11.0767),
    "berlin": (52.5163, 13.3777),
    "cologne": (50.9413, 6.9583),
    "florence": (43.7731, 11.2560),
    "pisa": (43.7230, 10.3966),
    "milan": (45.4642, 9.1900),
    "rome": (41.8902, 12.4922),
    "london": (51.5007, -0.1246),
    "penzance": (50.1186, -5.5371),
    "edinburgh": (55.9486, -3.1999),
    "toronto": (43.6426, -79.3871),
    "quebec": (46.8139, -71.2082),
    "montreal": (45.5019, -73.5674),
    "newyork": (40.7580, -73.9855),
    "buffalo": (42.8864, -78.8784),
    "losangeles": (34.0522, -118.2437),
    "paris": (48.8584, 2.2945),
    "versailles": (48.8049, 2.1204),
    "annecy": (45.8992, 6.1294),
    "palma": (39.5696, 2.6502),
    "barcelona": (41.3851, 2.1734),
    "heraklion": (35.3387, 25.1442),
    "saopaulo": (-23.5505, -46.6333),
    "tokyo": (35.6586, 139.7454),
    "oslo": (59.9139, 10.7522),
}
EUROPE = {
    "munich", "nuremberg", "berlin", "cologne", "florence", "pisa", "milan", "rome", "london", "penzance", "edinburgh",
    "paris", "versailles", "annecy", "palma", "barcelona", "heraklion", "oslo",
}  # fmt: skip
NAMES = {
    "Bavaria": {"munich", "nuremberg"},
    "Bayern": {"munich", "nuremberg"},
    "bavière": {"munich", "nuremberg"},
    "Oberbayern": {"munich"},
    "Tuscany": {"florence", "pisa"},
    "toskana": {"florence", "pisa"},
    "Lombardei": {"milan"},
    "Lombardia": {"milan"},
    "England": {"london", "penzance"},
    "Cornwall": {"penzance"},
    "Scotland": {"edinburgh"},
    "Schottland": {"edinburgh"},
    "Ontario": {"toronto"},
    "Québec": {"quebec"},
    "province:Quebec": {"quebec", "montreal"},
    "Europe": EUROPE,
    "Asia": {"tokyo"},
    "Scandinavia": {"oslo"},
    "North America": {"toronto", "quebec", "montreal", "newyork", "buffalo", "losangeles"},
    "NYC": {"newyork"},
    "nyc 2020": {"newyork"},
    "New York": {"newyork"},
    "New York state": {"newyork", "buffalo"},
    "Palma de Mallorca": {"palma"},
    "Mallorca": {"palma"},
    "Majorca": {"palma"},
    "Balearic Islands": {"palma"},
    "Catalonia": {"barcelona"},
    "Cataluña": {"barcelona"},
    "Katalonien": {"barcelona"},
    "Crete": {"heraklion"},
    "Kreta": {"heraklion"},
    "Île-de-France": {"paris", "versailles"},
    "ile de france": {"paris", "versailles"},
    "Haute-Savoie": {"annecy"},
    "Firenze": {"florence"},
    "Roma": {"rome"},
    "Rom": {"rome"},
    "Köln": {"cologne"},
    "Cologne": {"cologne"},
    "Muenchen": {"munich"},
    "münchen": {"munich"},
    "LA": {"losangeles"},
    "California": {"losangeles"},
    "NY": {"newyork"},
    "CA 2020": {"losangeles"},
    "Kalifornien": {"losangeles"},
    "sao paulo": {"saopaulo"},
    "Deutschland": {"munich", "nuremberg", "berlin", "cologne"},
    "Munich, Bavaria": {"munich"},
    "Munich, Germany": {"munich"},
    "Bavaria, Germany": {"munich", "nuremberg"},
    "Bavaria and Tuscany": {"munich", "nuremberg", "florence", "pisa"},
    "Germany not Bavaria": {"berlin", "cologne"},
    "near Paris": {"paris", "versailles"},
    "around Paris": {"paris", "versailles"},
    "close to Milan": {"milan"},
    "within 10 km of Paris": {"paris"},
    "within 100 km of Florence": {"florence", "pisa"},
    "20 km around Paris": {"paris", "versailles"},
    "20km from Paris": {"paris", "versailles"},
    "less than 15 miles from Paris": {"paris", "versailles"},
    "within five miles of Paris": {"paris"},
    "within 2,5 km of Paris": set(),
    "near Paris 2021": set(),
    "near Paris or near Milan": {"paris", "versailles", "milan"},
    "near München": {"munich"},
}
IN_LANGUAGES = {
    ("de", "in der Nähe von Paris"): {"paris", "versailles"},
    ("de", "im Umkreis von 20 km um Paris"): {"paris", "versailles"},
    ("de", "weniger als 20 km von Paris"): {"paris", "versailles"},
    ("de", "in Bayern"): {"munich", "nuremberg"},
    ("de", "Nordamerika"): {"toronto", "quebec", "montreal", "newyork", "buffalo", "losangeles"},
    ("fr", "près de Paris"): {"paris", "versailles"},
    ("fr", "à moins de 20 km de Paris"): {"paris", "versailles"},
    ("fr", "à 20 km de Paris"): {"paris", "versailles"},
    ("fr", "dans un rayon de 20 km autour de Paris"): {"paris", "versailles"},
    ("fr", "en Écosse"): {"edinburgh"},
    ("es", "cerca de París"): {"paris", "versailles"},
    ("es", "a menos de 20 km de París"): {"paris", "versailles"},
    ("es", "Londres"): {"london"},
    ("it", "vicino a Parigi"): {"paris", "versailles"},
    ("it", "entro 20 km da Parigi"): {"paris", "versailles"},
    ("it", "Toscana"): {"florence", "pisa"},
    ("pt", "perto de Paris"): {"paris", "versailles"},
    ("pt", "a menos de 20 km de Paris"): {"paris", "versailles"},
    ("nl", "in de buurt van Parijs"): {"paris", "versailles"},
    ("nl", "binnen 20 km van Parijs"): {"paris", "versailles"},
    ("nl", "Beieren"): {"munich", "nuremberg"},
}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    with Home(tmp_path_factory.mktemp("regions")) as made:
        for number, (name, spot) in enumerate(SPOTS.items()):
            made.add(f"{name}.jpg", f"2020-05-{number % 28 + 1:02d} 12:00:00", position=spot)
        made.index()
        yield made


def found(home: Home, phrase: str, language: str = "en") -> set[str]:
    """Return what a phrase finds; all of it has to be understood."""
    with home.tree().view() as view:
        answer = Engine().answer(replace(view, settings={**view.settings, "language": language}), phrase)
        assert not answer.plan.looks, answer.plan
        query = f"SELECT o.name FROM photo p JOIN original o ON o.id = p.main_id WHERE {answer.photos.condition}"
        return {name.removesuffix(".jpg") for (name,) in view.db.execute(query, answer.photos.params)}


@pytest.mark.parametrize("phrase", NAMES)
def test_names(home: Home, phrase: str) -> None:
    assert found(home, phrase) == NAMES[phrase]


@pytest.mark.parametrize(("language", "phrase"), IN_LANGUAGES)
def test_names_in_languages(home: Home, language: str, phrase: str) -> None:
    assert found(home, phrase, language) == IN_LANGUAGES[language, phrase]


def test_the_folder_of_a_region(home: Home) -> None:
    # Which of its names Nuremberg has depends on how old the table of towns is.
    nuremberg = next(name for name in home.list("Places/Countries/Germany/Bavaria") if name.startswith("N"))
    assert home.list("Places/Countries/Germany/Bavaria") == ["Munich/", nuremberg]
    assert home.list("Places/Countries/Germany/Bavaria/Munich") == ["munich.jpg"]
    assert home.list("Places/Countries/Germany/Munich") == ["munich.jpg"]
    assert home.list("Places/Countries/Germany") == ["Berlin/", "Cologne/", "Munich/", nuremberg]
