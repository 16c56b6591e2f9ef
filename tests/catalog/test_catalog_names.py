"""Display names: portable, unique in the library, kept for good, never given to another photo."""

import unicodedata
from typing import Literal

import pytest
from helpers.home import Home
from hypothesis import given
from hypothesis import strategies as st

from haven_fs.catalog import names
from haven_fs.testing import make_photo, make_video

# What file names may hold anywhere, lone surrogates (bytes that are no text) among it.
ANY_NAME = st.text(st.characters(codec=None, exclude_characters="\0"), max_size=300)
TRICKY = st.text(st.sampled_from('aA.. _:/\\*"<>|?\t\x7f\x80éÉe\u0301ßıİσς\ud800日🐕'), max_size=40)
NAMES = ANY_NAME | TRICKY | st.sampled_from(["con", "COM1.jpg", "nul.tar.gz", "..", ".", "", " . ", "aux .txt"])


@given(NAMES)
def test_portable_names_suit_every_system(name: str) -> None:
    made = names.portable(name)
    assert made
    assert names.portable(made) == made
    assert made == unicodedata.normalize("NFC", made)
    assert not set(made) & set('\\/:*?"<>|')
    assert all(ord(letter) >= 32 and ord(letter) != 127 for letter in made)
    assert made == made.strip(" ") == made.rstrip(".")
    assert made not in (".", "..")
    assert names.fold(made).partition(".")[0].strip() not in {"con", "prn", "aux", "nul", "com1", "lpt9"}
    assert len(made.encode()) <= 255


@given(NAMES, st.sampled_from(["NFC", "NFD"]))
def test_names_that_differ_by_case_or_composition_fold_alike(name: str, form: Literal["NFC", "NFD"]) -> None:
    folded = names.fold(name)
    assert names.fold(folded) == folded
    assert names.fold(unicodedata.normalize(form, name)) == folded
    alone = "".join(letter.swapcase() if len(letter.swapcase()) == 1 else letter for letter in name)
    assert names.fold(unicodedata.normalize(form, alone)) == folded or set(name) & set(_ODD)


_ODD = "ıſµςϐϑϕϖϰϱϵẛι\u0345ǅǈǋǲ"
"""Letters whose other case has another small letter, in one way or the other."""


@pytest.mark.parametrize(
    ("name", "other"),
    [("Straße.jpg", "Strasse.jpg"), ("ﬁn.jpg", "fin.jpg"), ("Ａ.jpg", "A.jpg"), ("ŉ", "ʼn"), ("²", "2"), ("Å", "A")],
)
def test_names_that_are_two(name: str, other: str) -> None:
    assert names.fold(name) != names.fold(other)


@pytest.mark.parametrize(
    ("name", "other"),
    [("STRAẞE", "straße"), ("ÅNGSTRÖM", "a\u030angstro\u0308m"), ("ΟΔΌΣ", "οδός"), ("ДОМ", "дом"), ("Ｂ", "ｂ")],
)
def test_names_that_are_one(name: str, other: str) -> None:
    assert names.fold(name) == names.fold(other)


@given(st.lists(TRICKY, max_size=20))
def test_unique_names_have_folds_of_their_own(wanted: list[str]) -> None:
    taken: set[str] = set()
    made = []
    for name in wanted:
        made.append(names.free(name, taken.__contains__))
        taken.add(names.fold(made[-1]))
    assert len({names.fold(name) for name in made}) == len(made)
    assert taken == {names.fold(name) for name in made}


def test_numbers_come_before_the_ending_of_a_file_and_behind_a_folder():
    first = [next(names.numbered(*names.split_ending(n))) for n in ("x.jpg", "x", ".x", "a b.c.jpeg", "x.a long one")]
    assert first == ["x (2).jpg", "x (2)", ".x (2)", "a b.c (2).jpeg", "x.a long one (2)"]
    assert names.free("A.jpg", {"a.jpg", "a (2).jpg"}.__contains__) == "A (3).jpg"
    assert names.free("St. Gallen", {"st. gallen"}.__contains__, folder=True) == "St. Gallen (2)"


@given(NAMES)
def test_endings_are_cut_off_and_put_back(name: str) -> None:
    stem, ending = names.split_ending(name)
    assert stem + ending == name
    assert stem or not name


@pytest.mark.parametrize(
    ("name", "made"),
    [
        ("IMG_1.jpg", "IMG_1.jpg"),
        ("con.jpg", "_con.jpg"),
        ("LPT3", "_LPT3"),
        ("console.jpg", "console.jpg"),
        ("a:b?.jpg", "a_b_.jpg"),
        ("dots...", "dots"),
        ("", "_"),
        ("...", "_"),
        ("Mu\u0308ller.jpg", "Müller.jpg"),
        ("x" * 400 + ".jpg", "x" * 196 + ".jpg"),
        ("日" * 100 + ".heic", "日" * 65 + ".heic"),
    ],
)
def test_portable(name: str, made: str) -> None:
    assert names.portable(name) == made


def test_photos_of_one_name_are_told_apart_for_good(home: Home) -> None:
    for folder in "abc":
        home.add(f"{folder}/IMG_1.jpg")
    home.index()
    before = {path: seen.name for path, seen in home.seen().items()}
    assert before == {"a/IMG_1.jpg": "IMG_1.jpg", "b/IMG_1.jpg": "IMG_1 (2).jpg", "c/IMG_1.jpg": "IMG_1 (3).jpg"}
    home.index()
    assert {path: seen.name for path, seen in home.seen().items()} == before


def test_names_differ_in_more_than_case_and_composition(home: Home) -> None:
    for number, name in enumerate(["Ü.jpg", "ü.jpg", "U\u0308.jpg", "IMG.JPG", "img.jpg"]):
        home.add(f"{number}/{name}")
    home.index()
    folds = [names.fold(seen.name or "") for seen in home.seen().values()]
    assert len(set(folds)) == len(folds) == 5
    assert all(seen.name == unicodedata.normalize("NFC", seen.name or "") for seen in home.seen().values())


def test_a_name_is_never_used_again(home: Home) -> None:
    first = home.add("a/IMG_1.jpg")
    home.index()
    first.unlink()
    home.index(accept_missing=True)
    home.add("b/IMG_1.jpg", seed="another")
    home.index()
    assert home.seen()["b/IMG_1.jpg"].name == "IMG_1 (2).jpg"


def test_longest_names(home: Home) -> None:
    for folder in "ab":
        home.add(f"{folder}/{'n' * 251}.jpg")
        home.add(f"{folder}/{'ü' * 125}.jpg")
    home.index()
    shown = [seen.name or "" for seen in home.seen().values()]
    assert len(shown) == len(set(shown)) == 4
    assert all(len(name.encode()) <= 255 for name in shown)


def test_names_of_devices_and_forbidden_letters(home: Home) -> None:
    for name in ("con.jpg", "what?.jpg", "a:b.jpg", "a*b.jpg", " x .jpg"):
        home.add(name)
    home.index()
    shown = {path: seen.name for path, seen in home.seen().items()}
    assert shown["con.jpg"] == "_con.jpg"
    assert shown["what?.jpg"] == "what_.jpg"
    assert {shown["a:b.jpg"], shown["a*b.jpg"]} == {"a_b.jpg", "a_b (2).jpg"}
    for given_name in shown.values():
        assert names.portable(given_name or "") == given_name


def test_companions_share_a_stem_that_is_theirs_alone(home: Home) -> None:
    for folder in "ab":
        home.add(f"{folder}/IMG_7.jpg")
        make_video(home.root / f"{folder}/IMG_7.MOV")
    make_photo(home.root / "c/IMG_7.png", format="PNG")
    home.index()
    seen = home.seen()
    stems = [
        {names.split_ending(seen[f"{folder}/{file}"].name or "")[0] for file in ("IMG_7.jpg", "IMG_7.MOV")}
        for folder in "ab"
    ]
    assert stems == [{"IMG_7"}, {"IMG_7 (2)"}]
    # Another ending alone would leave it looking like one of the group.
    assert seen["c/IMG_7.png"].name == "IMG_7 (3).png"


def test_photos_without_companions_may_share_a_stem(home: Home) -> None:
    home.add("a/IMG_8.jpg")
    make_photo(home.root / "b/IMG_8.png", format="PNG")
    home.index()
    assert {seen.name for seen in home.seen().values()} == {"IMG_8.jpg", "IMG_8.png"}


def test_an_edit_says_that_it_is_one(home: Home) -> None:
    home.add("IMG_1234.jpg")
    home.add("IMG_E1234.jpg")
    home.index()
    assert {seen.name for seen in home.seen().values()} == {"IMG_1234.jpg", "IMG_1234 (edited).jpg"}
    assert len({seen.photo for seen in home.seen().values()}) == 1
