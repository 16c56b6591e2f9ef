"""From photos on disk to a ranked folder, with a model of a few numbers: embedded, kept, ranked, and changed."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from helpers.home import Home, plugins
from helpers.serving import wait_for
from helpers.tiny_clip import tiny_clip

from haven_clip import searcher as searcher_module
from haven_clip.model import ChosenModel, chosen_model
from haven_clip.searcher import ClipSearcher
from haven_fs.analysis.indexer import Indexer
from haven_fs.library.kinds import sniff
from haven_fs.library.picture import open_frames
from haven_fs.testing import make_photo, make_video
from haven_fs.tree.nodes import Folder
from haven_fs.tree.photoset import PhotoSet
from haven_models.clip import ClipModel
from haven_models.store import model_store


@pytest.fixture
def home(home: Home) -> Home:
    """A library that is indexed by one worker."""
    home.settings["index.workers"] = 1
    return home


def use(home: Home, seed: int, name: str) -> str:
    """Add a model and return the name of its space."""
    tiny_clip(home.data.parent / name, seed=seed)
    model_store(home.settings).add("clip", home.data.parent / name)
    model = chosen_model(home.settings)
    assert model is not None
    return model.space


def index(home: Home) -> None:
    home.add_library()
    indexer = Indexer(home.catalog, plugins(), home.settings)
    indexer.run()
    assert indexer.counts().pending == 0


def opened(path: Path) -> list[object]:
    with path.open("rb") as file:
        return list(open_frames(path, sniff(file.read(65536), path.name)))


def test_without_a_model_nothing_is_embedded(home: Home) -> None:
    home.add("a.jpg")
    assert chosen_model(home.settings) is None
    assert "clip" not in plugins().analyzers(home.settings)
    index(home)
    assert not [space for space in home.catalog.vectors.store.spaces() if space.startswith("clip")]
    with home.tree().view() as view:
        assert ClipSearcher(home.settings).by_text(view, "dog", PhotoSet()) is None


def test_every_photo_and_several_frames_of_a_film_are_embedded(home: Home) -> None:
    space = use(home, 1, "one")
    paths = [home.add(f"{number}.jpg", size=(160, 120)) for number in range(20)]
    film = make_video(home.root / "film.mp4", seconds=20, changing=True)
    index(home)
    model = chosen_model(home.settings)
    assert model is not None
    clip, store = model.open(), home.catalog.vectors.store
    assert store.spaces()[space].photos == 21
    for path in (*paths, film):
        frames = opened(path)
        wanted = clip.embed_images(frames)  # type: ignore[arg-type]
        kept = store.get(space, home.seen()[path.name].photo or 0)
        assert len(kept) == len(frames)
        assert np.allclose((kept * wanted).sum(axis=1), 1, atol=2e-3), path
    assert len(opened(film)) == 6
    assert len(opened(make_video(home.root / "short.mp4", seconds=2))) == 1


def test_an_answer_is_the_exact_ranking_cut_where_relevance_ends(home: Home) -> None:
    space = use(home, 1, "one")
    for number in range(40):
        home.add(f"{number}.jpg", size=(160, 120), taken=f"20{10 + number % 3}-05-04 12:00:00")
    index(home)
    searcher = ClipSearcher(home.settings)
    model = chosen_model(home.settings)
    assert model is not None
    photo_ids, matrix = home.catalog.vectors.store.matrix(space)
    with home.tree().view() as view:
        for text in ("dog", "a dog on the beach", "cat", "the beach"):
            query = model.open().embed_texts([text])[0].astype(np.float16).astype(np.float32)
            query /= np.linalg.norm(query)
            scores = matrix.astype(np.float32) @ query
            order = np.lexsort((photo_ids, -scores))
            answer = searcher.by_text(view, text, PhotoSet())
            assert answer is not None
            count = len(answer.photo_ids)
            assert list(answer.photo_ids) == photo_ids[order][:count].tolist()
            assert np.allclose(answer.scores, scores[order][:count], atol=1e-3)
            within = searcher.by_text(view, text, PhotoSet().narrowed("p.day / 10000 = 2010"))
            assert within is not None
            in_2010 = set(home.query("SELECT id FROM photo WHERE day / 10000 = 2010"))
            assert list(within.photo_ids) == [id_ for id_ in answer.photo_ids if id_ in in_2010]


def test_when_idle_only_the_text_half_of_the_model_in_use_stays(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(home, 1, "one")
    for number in range(5):
        home.add(f"{number}.jpg", size=(160, 120))
    index(home)
    opened: list[ClipModel] = []
    monkeypatch.setattr(ChosenModel, "open", recording(ChosenModel.open, opened))
    monkeypatch.setattr(searcher_module, "IDLE", 0.2)
    searcher = ClipSearcher(home.settings)
    with home.tree().view() as view:
        searcher.by_text(view, "dog", PhotoSet())
        searcher.by_picture(view, make_photo(tmp_path / "strange.jpg", size=(160, 120)), PhotoSet())
        (model,) = opened
        wait_for(lambda: model.loaded == {"textual", "tokenizer"}, "what is not needed to go")
        use(home, 2, "two")
        monkeypatch.setattr(searcher_module, "CHOICE_LASTS", 0.0)
        searcher.by_text(view, "cat", PhotoSet())
        wait_for(lambda: not model.loaded, "the model that is not used any more to go")


def recording(open_: Callable[[ChosenModel], ClipModel], opened: list[ClipModel]) -> Callable[[ChosenModel], ClipModel]:
    """Return a function that opens a model and remembers it."""

    def open_one(chosen: ChosenModel) -> ClipModel:
        opened.append(open_(chosen))
        return opened[-1]

    return open_one


def test_what_looks_alike_is_not_the_photo_itself(home: Home, tmp_path: Path) -> None:
    use(home, 1, "one")
    home.add("red.jpg", seed="same", size=(160, 120))
    home.add("twin.jpg", seed="same", size=(160, 120), taken="2021-01-01 00:00:00")
    for number in range(10):
        home.add(f"{number}.jpg", size=(160, 120))
    index(home)
    searcher, seen = ClipSearcher(home.settings), home.seen()
    with home.tree().view() as view:
        answer = searcher.by_photo(view, seen["red.jpg"].photo or 0, PhotoSet())
        assert answer is not None
        assert answer.photo_ids[0] == seen["twin.jpg"].photo
        assert seen["red.jpg"].photo not in answer.photo_ids
        strange = make_photo(tmp_path / "strange.jpg", seed="same", size=(160, 120))
        answer = searcher.by_picture(view, strange, PhotoSet())
        assert answer is not None
        assert set(answer.photo_ids[:2]) == {seen["red.jpg"].photo, seen["twin.jpg"].photo}


def test_a_text_that_was_asked_before_needs_no_model(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    use(home, 1, "one")
    home.add("a.jpg")
    index(home)
    with home.tree().view() as view:
        first = ClipSearcher(home.settings).by_text(view, "dog", PhotoSet())

        def none_there(*_: object) -> None:
            raise AssertionError("the model was loaded")

        monkeypatch.setattr(ClipSearcher, "_model", none_there)
        assert ClipSearcher(home.settings).by_text(view, "dog", PhotoSet()) == first
        with pytest.raises(AssertionError, match="was loaded"):
            ClipSearcher(home.settings).by_text(view, "cat", PhotoSet())


def test_another_model_takes_over_when_it_has_seen_everything(home: Home) -> None:
    old = use(home, 1, "one")
    for number in range(6):
        home.add(f"{number}.jpg", size=(160, 120))
    index(home)
    new = use(home, 2, "two")
    assert old != new
    searcher = ClipSearcher(home.settings)
    with home.tree().view() as view:
        answer = searcher.by_text(view, "dog", PhotoSet())
        assert answer is not None
        assert "one-" in answer.note
        assert "6 of 6" in answer.note
    indexer = Indexer(home.catalog, plugins(), home.settings)
    assert indexer.counts().pending == 6
    index(home)
    assert [space for space in home.catalog.vectors.store.spaces() if space.startswith("clip")] == [new]
    with home.tree().view() as view:
        answer = searcher.by_text(view, "dog", PhotoSet())
        assert answer is not None
        assert answer.note == ""


def test_a_running_indexer_notices_another_model(home: Home) -> None:
    home.add("a.jpg")
    home.add_library()
    indexer = Indexer(home.catalog, plugins(), home.settings)
    indexer.run()
    space = use(home, 1, "one")
    indexer.renew()
    assert indexer.counts().pending == 1
    indexer.run()
    assert home.catalog.vectors.store.spaces()[space].photos == 1


def test_a_photo_with_other_bytes_is_embedded_anew(home: Home) -> None:
    space = use(home, 1, "one")
    home.add("a.jpg", seed="one", size=(160, 120))
    index(home)
    photo = home.seen()["a.jpg"].photo or 0
    before = home.catalog.vectors.store.get(space, photo)
    home.add("a.jpg", seed="two", size=(200, 120))
    index(home)
    after = home.catalog.vectors.store.get(space, photo)
    assert home.seen()["a.jpg"].photo == photo
    assert not np.allclose(before, after)


def test_a_folder_of_a_phrase_ranks_by_meaning(home: Home) -> None:
    use(home, 1, "one")
    for number in range(30):
        home.add(f"{number}.jpg", size=(160, 120))
    home.add("written.jpg", size=(160, 120), caption="A dog that somebody saw")
    index(home)
    tree = home.tree()
    with tree.view() as view:
        folder = tree.resolve(view, ["Search", '"dog"'])
        assert isinstance(folder, Folder)
        files = folder.files()
        assert files is not None
        names = [file.name for file in files.files(view.db)]
        assert names[0] == "001 written.jpg"
        answer = ClipSearcher(home.settings).by_text(view, "dog", PhotoSet())
        assert answer is not None
        by_meaning = [home.query("SELECT name FROM original WHERE photo_id = ?", id_)[0] for id_ in answer.photo_ids]
        assert [name[4:] for name in names[1:]] == [name for name in by_meaning if name != "written.jpg"]


def test_a_broken_model_turns_meaning_off_and_nothing_else(home: Home, caplog: pytest.LogCaptureFixture) -> None:
    use(home, 1, "one")
    (home.data / "models/clip/one/config.json").write_text("{")
    home.add("dog.jpg", caption="A dog")
    index(home)
    assert "Search by meaning is off" in caplog.text
    tree = home.tree()
    with tree.view() as view:
        folder = tree.resolve(view, ['"dog"'])
        assert isinstance(folder, Folder)
        assert [file.name for file in folder.files().files(view.db)] == ["001 dog.jpg"]  # type: ignore[union-attr]


def test_the_corpus_is_embedded_whole_and_ranked_exactly(corpus: Path, home: Home) -> None:
    space = use(home, 1, "one")
    home.root.rmdir()
    home.root.symlink_to(corpus / "scenes", target_is_directory=True)
    home.root = corpus / "scenes"
    index(home)
    pictures = {path.name for path in home.root.glob("*.jpg")}
    photo_ids, matrix = home.catalog.vectors.store.matrix(space)
    assert len(pictures) >= 100
    assert len(photo_ids) == len(pictures)
    searcher = ClipSearcher(home.settings)
    model = chosen_model(home.settings)
    assert model is not None
    query = model.open().embed_texts(["dog"])[0]
    order = np.argsort(-(matrix.astype(np.float32) @ query), kind="stable")
    with home.tree().view() as view:
        answer = searcher.by_text(view, "dog", PhotoSet())
        assert answer is not None
        assert list(answer.photo_ids) == photo_ids[order][: len(answer.photo_ids)].tolist()
        hits = view.vectors().search(space, query)
        assert hits.photo_ids.tolist() == photo_ids[order].tolist()
