"""The demo model as it is committed: whole, small, and finding what Haven draws by the words people type."""

import json
import random
import re
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest

from haven_clip.cutoff import BACKGROUND, Cutoff
from haven_fs.demo.drawing import SUBJECTS, TIMES, draw_film, draw_picture
from haven_fs.demo.files import jpeg
from haven_fs.demo.plan import WHERE
from haven_models.clip import ClipModel, open_clip_model
from haven_models.demo import demo_model
from haven_models.demo_training import words
from haven_models.demo_training.captions import TERMS, Shown
from haven_models.demo_training.pairs import PAIRS, SEEN_PAIRS, TEST_PAIRS, Pair
from haven_models.demo_training.vocabulary import known_words
from haven_models.layout import Layout

SMALL_WORDS = {"a", "an", "the", "of", "in", "on", "with", "and", "at", "by", "over", "under", "for"}
LARGEST = 8_000_000


class Gallery:
    """Drawn pictures and their vectors."""

    def __init__(self, model: ClipModel, pairs: Iterable[Pair], each: int, seed: int) -> None:
        rng = random.Random(seed)
        self.shown: list[Shown] = []
        pictures = []
        for subject, scene in pairs:
            for _ in range(each):
                colour, time = rng.choice(SUBJECTS[subject].colours), rng.choice(TIMES)
                self.shown.append(Shown(subject, scene, colour, time))
                size = rng.choice(((320, 240), (400, 300), (240, 320)))
                pictures.append(draw_picture(subject, scene, colour, time, size, rng))
        self._model = model
        self.vectors = model.embed_images(pictures)

    def scores(self, text: str) -> np.ndarray:
        return self.vectors @ self._model.embed_texts([text])[0]

    def best(self, text: str) -> Shown:
        return self.shown[int(self.scores(text).argmax())]

    def recall(self, pairs: Iterable[Pair], form: str) -> float:
        """Return for how many pairs the best picture is of the pair."""
        wanted = list(pairs)
        right = 0
        for subject, scene in wanted:
            best = self.best(form.format(subject=subject, scene=scene, where=WHERE[scene]))
            right += (best.subject, best.scene) == (subject, scene)
        return right / len(wanted)


@pytest.fixture(scope="module")
def model() -> ClipModel:
    return open_clip_model(demo_model(), threads=1)


@pytest.fixture(scope="module")
def gallery(model: ClipModel) -> Gallery:
    """One picture of each pair there is, other ones than the model was trained and measured with."""
    return Gallery(model, PAIRS, 1, seed=2026)


def test_it_is_whole_and_small() -> None:
    layout = Layout(demo_model())
    assert layout.name == "demo" and layout.id.startswith("demo-")
    assert sum(path.stat().st_size for path in layout.files()) <= LARGEST
    assert layout.ours["licence"] == "MIT"
    assert layout.ours["languages"] == ["en"]
    assert "never picked" in str(layout.ours["about"])
    assert layout.cutoff is not None and layout.cutoff.measured


def test_it_finds_what_it_was_trained_on_in_new_pictures(gallery: Gallery) -> None:
    assert gallery.recall(SEEN_PAIRS, "a {subject} {where}") > 0.85
    assert gallery.recall(SEEN_PAIRS, "{scene} {subject}") > 0.85


def test_it_finds_pairs_that_it_never_saw(gallery: Gallery) -> None:
    assert gallery.recall(TEST_PAIRS, "a {subject} {where}") > 0.75
    assert gallery.recall(TEST_PAIRS, "{subject} {scene}") > 0.75


@pytest.mark.parametrize(
    ("text", "subject", "scene"),
    [
        ("dog on beach", "dog", "beach"),
        ("Dogs on the beach", "dog", "beach"),
        ("puppy seaside", "dog", "beach"),
        ("beach dog", "dog", "beach"),
        ("a photo of a dog", "dog", None),
        ("ship", "boat", None),
        ("bike in the woods", "bicycle", "forest"),
        ("birthday cake in the garden", "cake", "park"),
        ("a train in the city", "train", "city"),
        ("kitten", "cat", None),
        ("winter", None, "snow"),
        ("seaside", None, "beach"),
        ("ocean", None, "sea"),
        ("stars", None, "night sky"),
    ],
)
def test_people_may_use_their_own_words(gallery: Gallery, text: str, subject: str | None, scene: str | None) -> None:
    best = gallery.best(text)
    assert subject in (None, best.subject) and scene in (None, best.scene)


def test_colours_and_times_count(model: ClipModel) -> None:
    rng = random.Random(5)
    for field, values in (("colour", SUBJECTS["car"].colours), ("time", TIMES)):
        right = 0
        for scene in ("beach", "city", "park"):
            what = [("red", value) if field == "time" else (value, "day") for value in values]
            pictures = [draw_picture("car", scene, colour, time, (320, 240), rng) for colour, time in what]
            vectors = model.embed_images(pictures)
            for row, value in enumerate(values):
                text = f"a {value} car" if field == "colour" else f"a car at {value}"
                best = int((vectors @ model.embed_texts([text])[0]).argmax())
                right += best == row or (field == "time" and {value, values[best]} == {"evening", "dusk"})
        assert right / (3 * len(values)) > 0.6


def test_unknown_words_find_nothing_and_known_ones_do(model: ClipModel, gallery: Gallery) -> None:
    layout = Layout(demo_model())
    assert layout.cutoff is not None
    cutoff = Cutoff.fit(gallery.vectors, model.embed_texts(BACKGROUND), known=layout.cutoff.score)
    empty = [
        not cutoff.select(gallery.scores(text)).any()
        for word in words.UNKNOWN_IN_TEST
        for text in (word, f"a {word} on the beach")
    ]
    assert np.mean(empty) > 0.9
    for text in ("zebra", "spaceship", "a spaceship in the city"):
        assert not cutoff.select(gallery.scores(text)).any()
    found = cutoff.select(gallery.scores("beach"))
    scenes = [shown.scene for shown, chosen in zip(gallery.shown, found, strict=True) if chosen]
    assert len(scenes) >= 5 and scenes.count("beach") / len(scenes) > 0.8


def test_a_place_without_anything_is_empty(model: ClipModel) -> None:
    rng = random.Random(6)
    shown = [None, "dog", "house", "car", "cake"]
    vectors = model.embed_images([draw_picture(one, "beach", "brown", "day", (320, 240), rng) for one in shown])
    assert shown[int((vectors @ model.embed_texts(["an empty beach"])[0]).argmax())] is None


def test_a_subject_that_crosses_a_film_is_seen_at_its_edges(model: ClipModel, gallery: Gallery) -> None:
    frames = draw_film("dog", "beach", "brown", "day", (640, 480), random.Random(8), frames=9)
    query = model.embed_texts(["a dog on the beach"])[0]
    others = [row for row, one in enumerate(gallery.shown) if (one.subject, one.scene) != ("dog", "beach")]
    assert (model.embed_images(frames) @ query > np.quantile(gallery.vectors[others] @ query, 0.9)).all()


def test_background_texts_are_about_nothing_it_was_taught() -> None:
    taught = known_words() | {*words.UNKNOWN, *words.UNKNOWN_WHILE_CHOOSING, *words.UNKNOWN_IN_TEST}
    used = {word for text in BACKGROUND for word in re.findall("[a-z]+", text.lower())}
    assert not used & taught - SMALL_WORDS


def test_lists_of_unknown_words_share_nothing_with_each_other_or_with_known_ones() -> None:
    lists = [words.UNKNOWN, words.UNKNOWN_WHILE_CHOOSING, words.UNKNOWN_IN_TEST]
    everything = [word for one in lists for word in one]
    assert len(everything) == len(set(everything))
    assert not set(everything) & {term.word for terms in TERMS.values() for term in terms}


def test_the_benchmark_measures_a_folder_with_captions(tmp_path: Path) -> None:
    rng = random.Random(9)
    told = {"a.jpg": ("dog", "beach"), "b.jpg": ("car", "city"), "below/c.jpg": ("boat", "sea")}
    (tmp_path / "below").mkdir()
    for name, (subject, scene) in told.items():
        picture = draw_picture(subject, scene, SUBJECTS[subject].colours[0], "day", (320, 240), rng)
        (tmp_path / name).write_bytes(jpeg(picture, None))
        (tmp_path / name).with_suffix(".txt").write_text(f"a {subject} {WHERE[scene]}\n{subject}\n")
    benchmark = Path(__file__).parent.parent / "benchmarks" / "retrieval.py"
    command = [sys.executable, str(benchmark), str(tmp_path), "--threads", "1", "--json"]
    beside = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    assert (beside["pictures"], beside["captions"]) == (3, 6)
    assert beside["R@1"] > 0.6 and beside["R@5"] == 1.0
    (tmp_path / "captions.tsv").write_text("a.jpg\tdog\nbelow/c.jpg\tboat at sea\n")
    table = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    assert (table["pictures"], table["captions"], table["R@5"]) == (2, 2, 1.0)
