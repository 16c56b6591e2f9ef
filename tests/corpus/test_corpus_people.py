"""Real faces from the photos to the folders: found by real models, grouped, corrected, and found again."""

import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from helpers.catalogs import open_catalog
from helpers.dav import Client
from helpers.serving import haven, serve

pytestmark = pytest.mark.long

PEOPLE, FEW = 6, 6
"""As many people, and as many photos of each: enough to be grouped, few enough for a quick test."""


@pytest.fixture(scope="module")
def photos(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Photos of people, named after them."""
    folder = tmp_path_factory.mktemp("faces") / "Pictures"
    folder.mkdir()
    people = sorted(path for path in (corpus / "faces").iterdir() if path.is_dir())[:PEOPLE]
    for person in people:
        for photo in sorted(person.iterdir())[:FEW]:
            shutil.copyfile(photo, folder / f"{person.name} {photo.name}")
    return folder


@pytest.fixture(scope="module")
def indexed(corpus: Path, photos: Path) -> Path:
    """A data folder in which they were found, closed."""
    data = photos.parent / "data"
    haven("models", "add", "faces", corpus / "models/insightface/models/open", "--data", data)
    haven("index", photos, "--data", data)
    return data


@pytest.fixture
def data(indexed: Path, tmp_path: Path) -> Iterator[Path]:
    shutil.copytree(indexed, tmp_path / "data")
    yield tmp_path / "data"


def folders(client: Client) -> dict[str, set[str]]:
    return {name: set(client.files(f"/People/{quote(name)}/")) for name in client.folders("/People/")}


def of(photo: str) -> str:
    return photo.rpartition(" ")[0]


def test_each_folder_is_one_person(data: Path, photos: Path) -> None:
    with serve(data=data) as serving, Client(serving.url) as client:
        found = folders(client)
    together = [set(map(of, shown)) for shown in found.values()]
    assert all(len(people) == 1 for people in together), "two people in one folder"
    counted = Counter(person for people in together for person in people)
    assert len(counted) == PEOPLE
    shown = sum(len(shown) for shown in found.values())
    assert shown >= 0.9 * len(list(photos.iterdir()))


def test_corrections_outlast_everything(data: Path, photos: Path) -> None:
    with serve(data=data) as serving, Client(serving.url) as client:

        def move(source: str, to: str) -> None:
            answer = client("MOVE", quote(source), Destination=client.address + quote(to), Overwrite="F")
            assert answer.status == 201, answer.body

        before = folders(client)
        first, second, third = (name for name, _ in sorted(before.items(), key=lambda item: -len(item[1]))[:3])
        moved, removed, copied = sorted(before[first])[0], sorted(before[first])[1], sorted(before[third])[0]
        move(f"/People/{first}", "/People/Alice")
        move(f"/People/{second}", "/People/Bob")
        move(f"/People/Alice/{moved}", f"/People/Bob/{moved}")
        assert client("DELETE", f"/People/Alice/{quote(removed)}").status == 204
        assert client("MKCOL", "/People/Carl").status == 201
        target = f"{client.address}/People/Carl/{quote(copied)}"
        assert client("COPY", quote(f"/People/{third}/{copied}"), Destination=target).status == 201
        said = folders(client)
    assert said["Alice"] == before[first] - {moved, removed}
    assert said["Bob"] == before[second] | {moved}
    assert said["Carl"] == {copied}

    def check(what: str) -> None:
        haven("index", photos, "--data", data)
        with serve(data=data) as serving, Client(serving.url) as client:
            assert folders(client) == said, what
        catalog = open_catalog(data, readonly=True)
        (faces,) = (info for space, info in catalog.vectors.store.spaces().items() if space.startswith("faces:"))
        assert faces.photos == len(list(photos.iterdir())), what
        catalog.close()

    def change(*statements: str) -> None:
        catalog = open_catalog(data)
        with catalog.write() as w:
            for statement in statements:
                w.db.execute(statement)
        catalog.close()

    change("DELETE FROM analysis", "UPDATE original SET probed = 0", "DELETE FROM state WHERE key = 'grouped'")
    check("all indexed again")
    change("UPDATE analysis SET version = version + 1 WHERE analyzer = 'faces'")
    check("another version of the model")
    shutil.rmtree(data / "vectors")
    change("DELETE FROM state WHERE key = 'grouped'")
    check("the vectors were lost")
