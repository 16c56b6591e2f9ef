"""Phrases in the owner's language: months, "with" and "without", "last", seasons and types; English beside it."""

import sqlite3

import pytest
from little_library import NOW, looked_for, plan

PARIS_2019_WITHOUT_BOB = ["place: taken in Paris", "date: taken in 2019", "person: without Bob"]
LAST_SUMMER = ["date: taken from June 2023 to August 2023"]
VIDEOS_IN_MARCH = ["type: videos", "person: with Alice", "date: taken in March of any year"]
EITHER = ["person: with Alice", "person: or with Bob"]
BOTH = ["person: with Alice", "person: with Bob"]
JULY_14 = ["date: taken on 14 July 2019"]
BEFORE, SINCE, RANGE = ["date: taken before 2010"], ["date: taken in 2015 or later"], ["date: taken from 2015 to 2018"]
AGO, NINETIES, YESTERDAY = ["date: taken in 2021"], ["date: taken from 1990 to 1999"], ["date: taken on 2 July 2024"]
CHRISTMAS = ["date: taken from 24 December 2018 to 26 December 2018"]

CASES = {
    "de": [
        ("Hund am Strand in Paris 2019 ohne Bob", PARIS_2019_WITHOUT_BOB, "Hund am Strand"),
        ("Sonnenuntergang letzten Sommer", LAST_SUMMER, "Sonnenuntergang"),
        ("Videos von Alice im März", VIDEOS_IN_MARCH, ""),
        ("Alice oder Bob", EITHER, ""),
        ("mit Alice und Bob", BOTH, ""),
        ("14. Juli 2019", JULY_14, ""),
        ("14.7.2019", JULY_14, ""),
        ("vor 2010", BEFORE, ""),
        ("seit 2015", SINCE, ""),
        ("zwischen 2015 und 2018", RANGE, ""),
        ("von 2015 bis 2018", RANGE, ""),
        ("vor 3 Jahren", AGO, ""),
        ("die 90er Jahre", NINETIES, ""),
        ("gestern", YESTERDAY, ""),
        ("Weihnachten 2018", CHRISTMAS, ""),
        ("Weihnachtsbaum", [], "Weihnachtsbaum"),
        ("im Mai", ["date: taken in May of any year"], ""),
        ("Bildschirmfotos", ["type: screenshots"], ""),
        ("Fotos aus Frankreich", ["type: photos, not videos", "country: taken in France"], ""),
        ("leckeres Essen", [], "leckeres Essen"),
        ("Essen auf dem Tisch", [], "Essen auf dem Tisch"),
        ("in Essen", ["place: taken in Essen"], ""),
        ("Rose im Garten", [], "Rose im Garten"),
        ("mit Rose", ["person: with Rose"], ""),
        ("nur Alice", ["person: with Alice and nobody else"], ""),
        ("Schnee ohne Menschen", ["person: without people"], "Schnee"),
        ("last summer with Alice", [*LAST_SUMMER, "person: with Alice"], ""),
    ],
    "fr": [
        ("chien sur la plage à Paris 2019 sans Bob", PARIS_2019_WITHOUT_BOB, "chien sur la plage"),
        ("coucher de soleil l'été dernier", LAST_SUMMER, "coucher de soleil"),
        ("vidéos d’Alice en mars", VIDEOS_IN_MARCH, ""),
        ("Alice ou Bob", EITHER, ""),
        ("avec Alice et Bob", BOTH, ""),
        ("le 14 juillet 2019", JULY_14, ""),
        ("avant 2010", BEFORE, ""),
        ("depuis 2015", SINCE, ""),
        ("entre 2015 et 2018", RANGE, ""),
        ("de 2015 à 2018", RANGE, ""),
        ("il y a 3 ans", AGO, ""),
        ("les années 90", NINETIES, ""),
        ("hier", YESTERDAY, ""),
        ("Noël 2018", CHRISTMAS, ""),
        ("sapin de Noël", [], "sapin de Noël"),
        ("planète mars", [], "planète mars"),
        ("jusqu'en 2010", ["date: taken before 2011"], ""),
        ("aujourd'hui", ["date: taken on 3 July 2024"], ""),
        ("captures d'écran", ["type: screenshots"], ""),
        ("pas de Bob", ["person: without Bob"], ""),
    ],
    "es": [
        ("perro en la playa en París 2019 sin Bob", PARIS_2019_WITHOUT_BOB, "perro en la playa"),
        ("atardecer el verano pasado", LAST_SUMMER, "atardecer"),
        ("vídeos de Alice en marzo", VIDEOS_IN_MARCH, ""),
        ("Alice o Bob", EITHER, ""),
        ("con Alice y Bob", BOTH, ""),
        ("14 de julio de 2019", JULY_14, ""),
        ("antes de 2010", BEFORE, ""),
        ("desde 2015", SINCE, ""),
        ("de 2015 a 2018", RANGE, ""),
        ("hace 3 años", AGO, ""),
        ("3 years ago", AGO, ""),
        ("años 90", NINETIES, ""),
        ("ayer", YESTERDAY, ""),
        ("Navidad 2018", CHRISTMAS, ""),
        ("perro en el mar", [], "perro en el mar"),
        ("mar 2019", ["date: taken in March 2019"], ""),
        ("Estados Unidos", ["country: taken in United States"], ""),
    ],
    "it": [
        ("cane in spiaggia a Paris 2019 senza Bob", PARIS_2019_WITHOUT_BOB, "cane in spiaggia"),
        ("tramonto l'estate scorsa", LAST_SUMMER, "tramonto"),
        ("video di Alice a marzo", VIDEOS_IN_MARCH, ""),
        ("Alice o Bob", EITHER, ""),
        ("Alice e Bob", BOTH, ""),
        ("il 14 luglio 2019", JULY_14, ""),
        ("prima del 2010", BEFORE, ""),
        ("dal 2015", SINCE, ""),
        ("dal 2015 al 2018", RANGE, ""),
        ("3 anni fa", AGO, ""),
        ("anni '90", NINETIES, ""),
        ("ieri", YESTERDAY, ""),
        ("Natale 2018", CHRISTMAS, ""),
        ("albero di Natale", [], "albero di Natale"),
    ],
    "nl": [
        ("hond op strand in Paris 2019 zonder Bob", PARIS_2019_WITHOUT_BOB, "hond op strand"),
        ("zonsondergang vorige zomer", LAST_SUMMER, "zonsondergang"),
        ("video's van Alice in maart", VIDEOS_IN_MARCH, ""),
        ("Alice of Bob", EITHER, ""),
        ("met Alice en Bob", BOTH, ""),
        ("14 juli 2019", JULY_14, ""),
        ("voor 2010", BEFORE, ""),
        ("sinds 2015", SINCE, ""),
        ("tussen 2015 en 2018", RANGE, ""),
        ("3 jaar geleden", AGO, ""),
        ("jaren 90", NINETIES, ""),
        ("gisteren", YESTERDAY, ""),
        ("kerst 2018", CHRISTMAS, ""),
        ("kerstboom", [], "kerstboom"),
    ],
    "pt-BR": [
        ("cachorro na praia em Paris 2019 sem Bob", PARIS_2019_WITHOUT_BOB, "cachorro na praia"),
        ("pôr do sol no verão passado", LAST_SUMMER, "pôr do sol"),
        ("vídeos da Alice em março", VIDEOS_IN_MARCH, ""),
        ("Alice ou Bob", EITHER, ""),
        ("com Alice e Bob", BOTH, ""),
        ("14 de julho de 2019", JULY_14, ""),
        ("antes de 2010", BEFORE, ""),
        ("desde 2015", SINCE, ""),
        ("entre 2015 e 2018", RANGE, ""),
        ("há 3 anos", AGO, ""),
        ("anos 90", NINETIES, ""),
        ("ontem", YESTERDAY, ""),
        ("Natal 2018", CHRISTMAS, ""),
        ("no Natal", ["date: taken at Christmas of any year"], ""),
    ],
    "sv": [
        ("hund på stranden i Paris 2019 utan Bob", PARIS_2019_WITHOUT_BOB, "hund på stranden"),
        ("solnedgång förra sommaren", LAST_SUMMER, "solnedgång"),
        ("i somras", LAST_SUMMER, ""),
        ("videor med Alice i mars", VIDEOS_IN_MARCH, ""),
        ("Alice eller Bob", EITHER, ""),
        ("den 14 juli 2019", JULY_14, ""),
        ("före 2010", BEFORE, ""),
        ("sedan 2015", SINCE, ""),
        ("mellan 2015 och 2018", RANGE, ""),
        ("för 3 år sedan", AGO, ""),
        ("90-talet", NINETIES, ""),
        ("i går", YESTERDAY, ""),
        ("jul 2018", CHRISTMAS, ""),
    ],
    "da": [
        ("hund på stranden i Paris 2019 uden Bob", PARIS_2019_WITHOUT_BOB, "hund på stranden"),
        ("sidste sommer", LAST_SUMMER, ""),
        ("videoer med Alice i marts", VIDEOS_IN_MARCH, ""),
        ("for 3 år siden", AGO, ""),
        ("jul 2018", CHRISTMAS, ""),
    ],
    "no": [
        ("hund på stranden i Paris 2019 uten Bob", PARIS_2019_WITHOUT_BOB, "hund på stranden"),
        ("forrige sommer", LAST_SUMMER, ""),
        ("i fjor", ["date: taken in 2023"], ""),
        ("før 2010", BEFORE, ""),
    ],
    "pl": [
        ("pies na plaży w Paris 2019 bez Bob", PARIS_2019_WITHOUT_BOB, "pies na plaży"),
        ("zeszłego lata", LAST_SUMMER, ""),
        ("filmy z Alice w marcu", VIDEOS_IN_MARCH, ""),
        ("14 lipca 2019", JULY_14, ""),
        ("przed 2010", BEFORE, ""),
        ("od 2015", SINCE, ""),
        ("od 2015 do 2018", RANGE, ""),
        ("3 lata temu", AGO, ""),
        ("lata 90", NINETIES, ""),
        ("w maju", ["date: taken in May of any year"], ""),
    ],
    # Languages without a file of their own have CLDR's months, and English.
    "ja": [("2019年 3月 犬", ["date: taken in March 2019"], "犬"), ("フランス", ["country: taken in France"], "")],
    "ru": [("14 июля 2019", JULY_14, ""), ("dog without Bob", ["person: without Bob"], "dog")],
}


@pytest.mark.parametrize(
    ("language", "phrase", "parts", "text"),
    [(language, *case) for language, cases in CASES.items() for case in cases],
)
def test_a_phrase_in_a_language_means(
    db: sqlite3.Connection, language: str, phrase: str, parts: list[str], text: str
) -> None:
    made = plan(db, phrase, now=NOW, language=language)
    assert ([f"{one.kind}: {one.meaning}" for one in made.understood], looked_for(made)) == (parts, text)


@pytest.mark.parametrize("language", ["xx", "", "not a language", "de_DE.UTF-8", "../en"])
def test_a_language_that_does_not_exist_is_read_as_english(db: sqlite3.Connection, language: str) -> None:
    made = plan(db, "dog in March without Bob", now=NOW, language=language)
    assert [one.kind for one in made.understood] == ["date", "person"]
    assert looked_for(made) == "dog"
