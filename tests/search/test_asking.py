"""What a phrase finds when it is asked: leftover words, alternatives, exclusions, misspelt words, namesakes."""

import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from little_library import NOW, PHOTOS, SPOKEN, make

from haven_fs import PhotoSet, Ranking, View
from haven_search.engine import Engine
from haven_search.finding import Answer

SEEN = {
    "dog": ["DSC01234.jpg", "beach.jpg", "IMG_2041.jpg"],
    "cat": ["c.jpg", "IMG_2041.jpg"],
    "beach": ["beach.jpg", "IMG_2042.jpg"],
    "dog on the beach": ["beach.jpg"],
}
"""What a model sees: for a text the photos that it fits, the best first."""


class Eyes:
    """A searcher that sees what SEEN says, and knows no other word."""

    name = "eyes"

    def by_text(self, view: View, text: str, photos: PhotoSet) -> Ranking | None:
        text = text.replace("on beach", "on the beach")
        numbers = {name: number for number, (name, *_) in enumerate(PHOTOS, 1)}
        there = set(photos.ids(view.db))
        ids = [numbers[name] for name in SEEN.get(text.removesuffix("s"), []) if numbers[name] in there]
        return Ranking(ids, [1 - place / 10 for place in range(len(ids))])

    def by_photo(self, view: View, photo_id: int, photos: PhotoSet) -> Ranking | None:
        return None

    def by_picture(self, view: View, picture: Path, photos: PhotoSet) -> Ranking | None:
        return None


@pytest.fixture(scope="module")
def db() -> Iterator[sqlite3.Connection]:
    made = make()
    made.execute("UPDATE state SET value = 5 WHERE key = 'seq'")
    yield made
    made.close()


def ask(
    db: sqlite3.Connection,
    phrase: str,
    *,
    model: bool = True,
    language: str = "en",
    own: Sequence[str] = (),
    data: Path = Path(),
) -> Answer:
    settings = {"data_dir": str(data), "language": language, "search.words": own}
    view = View(db, settings, NOW, searchers=(Eyes(),) if model else (), spoken=SPOKEN)
    return Engine().answer(view, phrase)


def names(db: sqlite3.Connection, answer: Answer) -> Sequence[str]:
    ids = answer.photos.ids(db) if answer.ranked is None else answer.ranked
    return [PHOTOS[id_ - 1][0] for id_ in ids]


ALICE = {"IMG_2041.jpg", "IMG_2042.jpg", "IMG_2043.mov"}
SHOWN = {name for name, *_, caption in PHOTOS if caption != "not shown"}
PARIS = {"IMG_2041.jpg", "IMG_2042.jpg"}


@pytest.mark.parametrize(
    ("phrase", "wanted"),
    [
        ("nice photos of Alice", {"IMG_2041.jpg", "IMG_2042.jpg"}),  # photos, not videos
        ("Alice riding a zebra", ALICE),
        ("Alice's journey to Paris", PARIS),
        ("portrait of Alice", ALICE),
        ("dogs in Paris", {"IMG_2041.jpg"}),
        ("zebra on the moon", set()),
        ("pictures of a zebra", set()),
        ('Alice "zebra"', set()),
        ('"the dog"', {"DSC01234.jpg"}),  # as its caption says, and no other dog
        ('"cat"', {"c.jpg", "IMG_2041.jpg"}),
        ("Alice keyword:dog", set()),
        ("dog or cat", {"DSC01234.jpg", "beach.jpg", "IMG_2041.jpg", "c.jpg"}),
        ("dog and cat", {"IMG_2041.jpg"}),
        ("dog or zebra", {"DSC01234.jpg", "beach.jpg", "IMG_2041.jpg"}),
        ("dog and zebra", set()),
        ("dog not on the beach", {"IMG_2041.jpg"}),  # the words of the other two say beach as well
        ("dog -cat", {"DSC01234.jpg", "beach.jpg"}),
        ("no dogs", SHOWN - {"DSC01234.jpg", "beach.jpg", "IMG_2041.jpg"}),
        ("neither dogs nor cats", SHOWN - {"DSC01234.jpg", "beach.jpg", "IMG_2041.jpg", "c.jpg"}),
        ("Alice without cats", ALICE - {"IMG_2041.jpg"}),
        ("cat or Bob", {"c.jpg", "IMG_2041.jpg", "IMG_2042.jpg", "DSC01234.jpg"}),
        ("France without umbrella", PARIS | {"PANO_1.jpg"}),
        ("Alice -laughing", ALICE - {"IMG_2041.jpg"}),
        ("either Alice in Paris or Bob in New York", PARIS | {"DSC01234.jpg"}),
        ("Alice in London or a dog in New York", {"IMG_2043.mov", "DSC01234.jpg"}),
        ("neither in Paris nor in London", SHOWN - PARIS - {"IMG_2043.mov"}),
        ("in Paris or in London", PARIS | {"IMG_2043.mov"}),
        ("Dan or in London", {"IMG_2043.mov", "j.jpg"}),
        ("Alice|Dan", ALICE | {"j.jpg"}),
        ("anything but dogs", SHOWN - {"DSC01234.jpg", "beach.jpg", "IMG_2041.jpg"}),
        ("all the good ones from Alice's birthday", ALICE),
        ("what did Alice do in 2019", PARIS),
        ("do you have any pictures of Alice in Paris?", PARIS),
        ("can you find me the photo of Alice laughing", {"IMG_2041.jpg"}),
        ("our dog", {"DSC01234.jpg", "beach.jpg", "IMG_2041.jpg"}),
        ("Alise or Bobb", ALICE | {"DSC01234.jpg"}),
        ("rose in june", {"IMG_3000.heic"}),
        ("dan in split", {"j.jpg"}),
        ("hey, remember a dog, please", {"DSC01234.jpg", "beach.jpg", "IMG_2041.jpg"}),
        ("the last time Alice was in Paris", {"IMG_2042.jpg"}),
        ("the very first photo of Alice", {"IMG_2041.jpg"}),
        ("our second day in Paris", {"IMG_2042.jpg"}),
        ("our third day in Paris", set()),
        ("Alice in London and Bob in New York", {"IMG_2043.mov", "DSC01234.jpg"}),
        ("Alice 🐶", {"IMG_2041.jpg"}),
        ("Florence 2018", {"_MG_0001.cr2"}),  # nobody called Florence was there, but it was there
        ("Pariss", PARIS | set()),
        ("Alise in Pariss", PARIS),
        ("Octobr 2015", {"e.jpg"}),
        ("San Fransisco", {"DSC01235.jpg"}),
        ("NewYork", {"DSC01234.jpg"}),
        ("Grandmothr", {"scan_old.jpg"}),
        ("umbrellas", {"b.jpg"}),
    ],
)
def test_a_phrase_finds(db: sqlite3.Connection, phrase: str, wanted: set[str]) -> None:
    assert set(names(db, ask(db, phrase))) == wanted


@pytest.mark.parametrize(
    ("phrase", "wanted"),
    [
        ("Alice riding a zebra", ALICE),
        ("Alice laughing at a zebra", ALICE),
        ("something with umbrellas", {"b.jpg"}),
        ("zebra on the moon", set()),
        ("dogs", {"DSC01234.jpg", "beach.jpg"}),
        ("dog or umbrella", {"DSC01234.jpg", "beach.jpg", "b.jpg"}),
        ("France without umbrellas", PARIS | {"PANO_1.jpg"}),
    ],
)
def test_without_a_model_words_do(db: sqlite3.Connection, phrase: str, wanted: set[str]) -> None:
    assert set(names(db, ask(db, phrase, model=False))) == wanted


@pytest.mark.parametrize(
    ("phrase", "remark"),
    [
        ("Alice riding a zebra", "Not understood, and found in none of these photos: “riding a zebra”."),
        ("Pariss", "“Pariss” was taken for “Paris”."),
        ("Florence 2018", "Read as “with Florence; taken in 2018”, it finds less or nothing."),
        ("dog or zebra", "Nothing was found for “zebra”."),
        ("Alice without zebra", "No photo looks like or mentions “zebra”, so nothing is left out for it."),
        ("Alice in New York 2023", "Without “Alice” there would be 1 photo."),
        ("Alice in France in 2020", "Without “France” there would be 1 photo."),
    ],
)
def test_what_was_done_is_said(db: sqlite3.Connection, phrase: str, remark: str) -> None:
    assert any(remark in said for said in ask(db, phrase).remarks)


def test_what_is_known_is_never_misspelt(db: sqlite3.Connection) -> None:
    for phrase in ("Alice moon", "house in Paris", "rain", "noon", "Paris", "Dann was here"):
        assert not any("taken for" in said for said in ask(db, phrase).remarks if "Dann" not in said), phrase


def test_all_that_fit_in_part_come_in_no_order_of_rank(db: sqlite3.Connection) -> None:
    assert ask(db, "Alice riding a zebra").ranked is None
    assert names(db, ask(db, "dogs or cats"))[:2] == ["DSC01234.jpg", "beach.jpg"]
    # But what fits a part of the rest comes first.
    assert names(db, ask(db, "Florence and her zebra's grandmother"))[:1] == ["scan_old.jpg"]
    assert names(db, ask(db, "Alice laughing at a zebra", model=False))[0] == "IMG_2041.jpg"


def test_the_days_of_a_stay(db: sqlite3.Connection) -> None:
    # The day between two photos of a place counts, though nothing says where that day's photos were taken.
    with_guest = {"IMG_2041.jpg", "IMG_2042.jpg"}
    for phrase in ("when we were in Paris", "photos when we were in Paris, France", "during our trip to Paris"):
        answer = ask(db, phrase)
        assert set(names(db, answer)) == with_guest, phrase
    assert "during a stay in Paris: from 14 July 2019 to 15 July 2019" in answer.plan.understood[-1].meaning
    assert set(names(db, ask(db, "Alice without Bob when we were in Paris"))) == {"IMG_2041.jpg"}
    assert names(db, ask(db, "when we were on the moon")) == []
    assert names(db, ask(db, "last time we were in Springfield")) == ["P1020304.jpg"]
    assert names(db, ask(db, "our first trip to the USA")) == ["scan_old.jpg"]


@pytest.mark.parametrize(
    ("phrase", "meaning"),
    [
        ("spring of '19", "taken from March 2019 to May 2019"),
        ("June '19", "taken in June 2019"),
        ("summer ’85", "taken from June 1985 to August 1985"),
        ("three summers ago", "taken from June 2021 to August 2021"),
        ("the day after Christmas 2019", "taken on 27 December 2019"),
        ("the day before Easter 2019", "taken on 18 April 2019"),
        ("the day after Christmas", "taken on the day after Christmas of any year"),
        ("first day of 2022", "taken on 1 January 2022"),
        ("the last day of June 2019", "taken on 30 June 2019"),
        ("first week of July", "taken on 1 to 7 July of any year"),
        ("nobody", "without people"),
    ],
)
def test_days_as_families_say_them(db: sqlite3.Connection, phrase: str, meaning: str) -> None:
    answer = ask(db, phrase)
    assert [one.meaning for one in answer.plan.understood] == [meaning] and not answer.plan.groups


def test_this_day_of_another_year(db: sqlite3.Connection) -> None:
    for phrase, year in (("today two years ago", "taken in 2022"), ("on this day last year", "taken in 2023")):
        meanings = [one.meaning for one in ask(db, phrase).plan.understood]
        assert meanings == ["taken on 3 July of any year", year]
    assert [one.meaning for one in ask(db, "today").plan.understood] == ["taken on 3 July 2024"]


def test_kin_go_by_all_their_names(tmp_path: Path) -> None:
    kin = make(str(tmp_path / "catalog.sqlite"))
    kin.execute(
        "UPDATE value SET name = 'Grandma', fold = 'grandma', seq = 9 WHERE name = 'Florence' AND facet = 'person'"
    )
    for phrase, language in (("granny", "en"), ("my nan", "en"), ("Oma", "de"), ("la abuela", "es"), ("nonna", "it")):
        assert names(kin, ask(kin, phrase, language=language)) == ["scan_old.jpg"], phrase
    kin.close()


def test_the_owners_own_words(db: sqlite3.Connection) -> None:
    own = ["Nana = Florence", "the old flat = in London", "pup = dog"]
    answer = ask(db, "with Nana", own=own)
    assert names(db, answer) == ["scan_old.jpg"]
    assert answer.plan.phrase == "with Nana" and "“Nana” means “Florence”, as you have set." in answer.remarks
    assert names(db, ask(db, "Alice the old flat", own=own)) == ["IMG_2043.mov"]
    assert set(names(db, ask(db, "pups", own=own))) == set()  # a word of the owner's is that word


def test_a_language_that_the_owner_adds(db: sqlite3.Connection, tmp_path: Path) -> None:
    (tmp_path / "languages").mkdir()
    file = tmp_path / "languages" / "eo.toml"
    file.write_text('with = "kun"\nor = "aŭ"\n[type]\nvideo = "filmoj"\n', encoding="utf-8")
    assert names(db, ask(db, "filmoj kun Alice", language="eo", data=tmp_path)) == ["IMG_2043.mov"]
    assert set(names(db, ask(db, "Alice aŭ Dan", language="eo", data=tmp_path))) == ALICE | {"j.jpg"}
    (tmp_path / "languages" / "de.toml").write_text('without = "bar jeglicher"\n', encoding="utf-8")
    wanted = ALICE - {"IMG_2042.jpg"}
    assert set(names(db, ask(db, "Alice bar jeglicher Bob", language="de", data=tmp_path))) == wanted
    assert set(names(db, ask(db, "Alice ohne Bob", language="de", data=tmp_path))) == wanted


@pytest.mark.parametrize("text", ["with = kun", "with = 3", "[type]\nvideo = 3", "\xff"])
def test_a_broken_table_is_said_and_left_out(
    db: sqlite3.Connection, tmp_path: Path, caplog: pytest.LogCaptureFixture, text: str
) -> None:
    (tmp_path / "languages").mkdir()
    (tmp_path / "languages" / "de.toml").write_text(text, encoding="latin-1")
    assert set(names(db, ask(db, "Alice ohne Bob", language="de", data=tmp_path))) == ALICE - {"IMG_2042.jpg"}
    assert "cannot be read" in caplog.text


DOGS = {"DSC01234.jpg", "beach.jpg", "IMG_2041.jpg"}
NEITHER = SHOWN - ALICE - {"DSC01234.jpg"}
LANGUAGES = [
    ("de", "Hund oder Katze", DOGS | {"c.jpg"}),
    ("de", "Hunde am Strand", {"beach.jpg", "DSC01234.jpg"}),  # the one by what it shows, the other by its caption
    ("de", "Alice ohne Katze", ALICE - {"IMG_2041.jpg"}),
    ("fr", "chiens", DOGS),
    ("fr", "chien et chat", {"IMG_2041.jpg"}),
    ("es", "perro sin gatos", {"DSC01234.jpg", "beach.jpg"}),
    ("it", "cani in spiaggia", {"beach.jpg", "DSC01234.jpg"}),
    ("pt", "cachorro ou gato", DOGS | {"c.jpg"}),
    ("nl", "geen honden", SHOWN - DOGS),
    ("de", "schöne Fotos von Alice", {"IMG_2041.jpg", "IMG_2042.jpg"}),
    ("de", "Alice auf einem Zebra", ALICE),
    ("de", "weder Alice noch Bob", NEITHER),
    ("de", "als wir in Paris waren", PARIS),
    ("de", "Alices Reise nach Paris", PARIS),
    ("de", "entweder Alice oder Dan", ALICE | {"j.jpg"}),
    ("fr", "belles photos d'Alice", {"IMG_2041.jpg", "IMG_2042.jpg"}),
    ("fr", "Alice sur un zèbre", ALICE),
    ("fr", "ni Alice ni Bob", NEITHER),
    ("fr", "quand nous étions à Paris", PARIS),
    ("fr", "le voyage d'Alice à Paris", PARIS),
    ("fr", "Alice ou Dan", ALICE | {"j.jpg"}),
    ("fr", "Alice où il y a un zèbre", ALICE),
    ("it", "Alice è un zebra", ALICE),
    ("es", "fotos bonitas de Alice", {"IMG_2041.jpg", "IMG_2042.jpg"}),
    ("es", "Alice en una cebra", ALICE),
    ("es", "ni Alice ni Bob", NEITHER),
    ("es", "cuando estábamos en París", PARIS),
    ("es", "el viaje de Alice a París", PARIS),
    ("es", "Alice o Dan", ALICE | {"j.jpg"}),
    ("it", "belle foto di Alice", {"IMG_2041.jpg", "IMG_2042.jpg"}),
    ("it", "Alice su una zebra", ALICE),
    ("it", "né Alice né Bob", NEITHER),
    ("it", "quando eravamo a Paris", PARIS),
    ("it", "il viaggio di Alice a Paris", PARIS),
    ("it", "Alice o Dan", ALICE | {"j.jpg"}),
    ("pt", "fotos bonitas da Alice", {"IMG_2041.jpg", "IMG_2042.jpg"}),
    ("pt", "Alice em uma zebra", ALICE),
    ("pt", "nem Alice nem Bob", NEITHER),
    ("pt", "quando estávamos em Paris", PARIS),
    ("pt", "a viagem da Alice a Paris", PARIS),
    ("pt", "Alice ou Dan", ALICE | {"j.jpg"}),
    ("nl", "mooie foto's van Alice", {"IMG_2041.jpg", "IMG_2042.jpg"}),
    ("nl", "Alice op een zebra", ALICE),
    ("nl", "noch Alice noch Bob", NEITHER),
    ("nl", "toen we in Parijs waren", PARIS),
    ("nl", "Alice's reis naar Parijs", PARIS),
    ("nl", "Alice of Dan", ALICE | {"j.jpg"}),
]


@pytest.mark.parametrize(("language", "phrase", "wanted"), LANGUAGES)
def test_in_other_languages(db: sqlite3.Connection, language: str, phrase: str, wanted: set[str]) -> None:
    assert set(names(db, ask(db, phrase, language=language))) == wanted
