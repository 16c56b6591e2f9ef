"""How the demo model is made: what is kept out stays out, and the recipe runs from end to end."""

import random
import re
from pathlib import Path

import numpy as np
import pytest

from haven_fs.demo.drawing import SCENES, SUBJECTS, fits
from haven_models.demo_training import words
from haven_models.demo_training.captions import (
    TERMS,
    Shown,
    Term,
    caption,
    caption_for,
    caption_for_nothing,
    fitting,
    names,
)
from haven_models.demo_training.measure import figures, planned, questions
from haven_models.demo_training.pairs import PAIRS, SEEN_PAIRS, TEST_PAIRS, VALIDATION_PAIRS
from haven_models.demo_training.pictures import SIDE, draw_many, picture, show_any


def test_a_fifth_of_the_pairs_is_kept_out() -> None:
    assert {(subject, scene) for subject in SUBJECTS for scene in SCENES if fits(subject, scene)} == set(PAIRS)
    assert len(TEST_PAIRS) == len(PAIRS) // 5
    assert set(SEEN_PAIRS) | set(TEST_PAIRS) == set(PAIRS)
    assert not set(SEEN_PAIRS) & set(TEST_PAIRS)
    assert set(VALIDATION_PAIRS) < set(SEEN_PAIRS)
    # Each subject and each scene is known from other pairs, so that a pair kept out can be understood at all.
    for side in (0, 1):
        for name in {pair[side] for pair in PAIRS}:
            whole, seen = (sum(pair[side] == name for pair in pairs) for pairs in (PAIRS, SEEN_PAIRS))
            assert seen >= 2 * whole / 3


def test_no_picture_for_training_shows_a_pair_that_is_kept_out() -> None:
    rng = random.Random(1)
    shown = [show_any(rng, SEEN_PAIRS) for _ in range(5000)]
    assert {(one.subject, one.scene) for one in shown} >= set(SEEN_PAIRS)
    assert not {(one.subject, one.scene) for one in shown} & set(TEST_PAIRS)


def meant(text: str, field: str) -> set[str]:
    """Return what any word of a text may mean, found without the code that made the text."""
    tokens = " ".join(re.findall("[a-z]+", text.lower()))
    found: set[str] = set()
    for term in sorted(TERMS[field], key=lambda term: -len(term.word)):
        pattern = rf"\b{term.word.replace('-', ' ')}\b"
        if re.search(pattern, tokens):
            found.update(term.means)
            tokens = re.sub(pattern, "-", tokens)
    return found


def test_no_caption_for_training_names_a_pair_that_is_kept_out() -> None:
    rng = random.Random(2)
    for _ in range(4000):
        shown = show_any(rng, SEEN_PAIRS)
        if shown.scene is None:
            continue
        text = caption_for(rng, shown, TEST_PAIRS).text
        named = {(subject, scene) for subject in meant(text, "subject") for scene in meant(text, "scene")}
        assert not named & set(TEST_PAIRS), text


def test_a_word_for_several_things_names_the_pairs_of_each() -> None:
    animal = Term("subject", "animal", ("dog", "cat"))
    kept_out = {("cat", "snow")}
    assert names([animal, Term("scene", "winter", ("snow",))], kept_out)
    assert not names([animal, Term("scene", "city", ("city",))], kept_out)
    assert not names([animal], kept_out)


def test_captions_fit_what_they_were_made_for_and_nothing_else() -> None:
    rng = random.Random(3)
    shown = [Shown("dog", "beach", "brown", "day"), Shown("dog", "snow", "black", "night"), Shown("nothing", "beach")]
    terms = {"dog": TERMS["subject"][0], "beach": TERMS["scene"][0], "evening": TERMS["time"][0]}
    dog = caption(rng, [terms["dog"]])
    both = caption(rng, [terms["dog"], terms["beach"]])
    beach = caption(rng, [terms["beach"]])
    unknown = caption(rng, [Term("subject", "zebra"), terms["beach"]])
    assert fitting([dog, both, beach, unknown], shown).tolist() == [
        [True, True, False],
        [True, False, False],
        [True, False, True],
        [False, False, False],
    ]
    assert "dog" in both.text.lower() and "beach" in both.text.lower() and "zebra" in unknown.text.lower()
    for one in shown:
        for _ in range(50):
            assert fitting([caption_for(rng, one, ())], [one]).all()
            assert not fitting([caption_for_nothing(rng, words.UNKNOWN)], [one]).any()
    assert not fitting([dog, beach], [Shown()]).any()


def test_the_same_seed_draws_the_same_pictures_in_any_number_of_processes() -> None:
    first = draw_many("seed", 6, SEEN_PAIRS, 1)
    again = draw_many("seed", 6, SEEN_PAIRS, 2)
    assert first[0] == again[0] and (first[1] == again[1]).all()
    assert first[1].shape == (6, SIDE, SIDE, 3)
    assert draw_many("other", 6, SEEN_PAIRS, 1)[0] != first[0]


def test_pictures_come_in_many_shapes_and_some_show_nothing_known() -> None:
    rng = random.Random(4)
    shapes = {round(image.width / image.height, 1) for image in (picture(rng, show_any(rng, PAIRS)) for _ in range(60))}
    assert min(shapes) < 0.8 and max(shapes) > 1.4
    assert picture(rng, Shown()).mode == "RGB"


def test_figures_are_right_for_a_model_that_knows_all_and_for_one_that_knows_nothing() -> None:
    shown = planned("seed", TEST_PAIRS, SEEN_PAIRS)
    asked = questions(shown, TEST_PAIRS, ["zebra"], "seed")
    assert {("pair"), ("colour and pair"), ("unknown word")} <= {one.kind for one in asked}
    truth = np.array([one.fits for one in asked], np.float32)
    found = figures(asked, truth, lambda _, scores: scores > 0.5)
    for kind, row in found.items():
        if "unknown" in kind:
            assert row["nothing found"] == 1
        else:
            assert (row["R@1"], row["P@20"], row["precision"], row["recall"], row["nothing found"]) == (1, 1, 1, 1, 0)
    guessed = figures(asked, np.random.default_rng(1).random(truth.shape, np.float32))
    assert guessed["pair"]["R@1"] < 0.2 and guessed["pair"]["P@20"] < 0.2


@pytest.fixture
def tokenizer(tmp_path: Path) -> object:
    pytest.importorskip("torch")
    open_clip = pytest.importorskip("open_clip")
    from haven_models.demo_training.vocabulary import write_merges

    return open_clip.SimpleTokenizer(str(write_merges(tmp_path / "merges.gz")), context_length=32)


def test_known_words_are_split_as_clip_splits_them_and_the_committed_tokenizer_agrees(tokenizer: object) -> None:
    from open_clip import SimpleTokenizer

    from haven_models.demo import demo_model
    from haven_models.demo_training.vocabulary import known_words
    from haven_models.layout import Layout
    from haven_models.tokens import Tokenizer

    whole, committed = SimpleTokenizer(), Tokenizer(Layout(demo_model()))
    rng = random.Random(5)
    texts = [caption_for_nothing(rng, words.UNKNOWN_IN_TEST).text for _ in range(50)]
    for word in known_words():
        pieces = [[one.decoder[number] for number in one.encode(word)] for one in (whole, tokenizer)]
        assert pieces[0] == pieces[1]
    texts += [*known_words(), "Ein Hund, 2019!", ""]
    assert (committed(texts).ids == tokenizer(texts).numpy()).all()
    assert tokenizer.vocab_size < 1500


def test_the_recipe_makes_a_model_that_loads(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("torch")
    pytest.importorskip("open_clip")
    pytest.importorskip("onnx")
    from haven_models.clip import open_clip_model
    from haven_models.demo_training.__main__ import make_model
    from haven_models.demo_training.train import Settings

    settings = Settings(steps=3, batch=16, unknown=4, width=8)
    folder = make_model(tmp_path / "demo", settings, pictures=48, processes=1)
    model = open_clip_model(folder, threads=1)
    rng = random.Random(6)
    vectors = model.embed_images([picture(rng, show_any(rng, SEEN_PAIRS)) for _ in range(3)])
    assert vectors.shape == (3, 64) and model.id.startswith("demo-")
    assert model.embed_texts(["a dog", "zebra"]).shape == (2, 64)
    assert "Written to" in capsys.readouterr().out
