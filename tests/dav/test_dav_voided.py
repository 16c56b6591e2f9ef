"""A photo deleted and written again under its name: an editor's save, which must not say that Alice is not in it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from helpers.dav import Client
from helpers.home import Home
from helpers.people import LEFT, RIGHT, plant_people
from helpers.serving import Serving, serve

PHOTOS = ["IMG_1.jpg", "IMG_2.jpg", "IMG_3.jpg"]


@pytest.fixture
def house(home: Home, tmp_path: Path) -> Iterator[Serving]:
    """A server over three photos of two people, with an inbox."""
    for name in PHOTOS:
        home.add(name)
    plant_people(home, (LEFT, PHOTOS), (RIGHT, PHOTOS))
    home.close()
    with serve(data=home.data, inbox=tmp_path / "Inbox") as serving:
        yield serving


FOLDER = "/People/Person%201/"


def test_an_editors_save_voids_the_deletion_and_is_refused(dav: Client) -> None:
    assert dav("DELETE", f"{FOLDER}IMG_1.jpg").status == 204
    assert dav.files(FOLDER) == PHOTOS[1:]
    answer = dav("PUT", f"{FOLDER}IMG_1.jpg", b"edited bytes")
    assert answer.status == 403 and "another name" in answer.reason()
    assert dav.files(FOLDER) == PHOTOS


def test_the_same_bytes_written_again_are_the_photo(dav: Client) -> None:
    data = dav("GET", f"{FOLDER}IMG_1.jpg").body
    assert dav("DELETE", f"{FOLDER}IMG_1.jpg").status == 204
    assert dav("PUT", f"{FOLDER}IMG_1.jpg", data).status in (201, 204)
    assert dav.files(FOLDER) == PHOTOS
    # In another spelling it is the photo too, and answers by both.
    assert dav("DELETE", f"{FOLDER}IMG_1.jpg").status == 204
    assert dav("PUT", f"{FOLDER}img_1.JPG", data).status in (201, 204)
    assert dav.files(FOLDER) == [PHOTOS[0], "img_1.JPG", *PHOTOS[1:]]
    assert dav.files("/Inbox/") == []


def test_a_move_onto_the_name_voids_it_too(dav: Client) -> None:
    assert dav("DELETE", f"{FOLDER}IMG_1.jpg").status == 204
    to = f"{dav.address}{FOLDER}IMG_1.jpg"
    assert dav("MOVE", "/People/Person%202/IMG_2.jpg", Destination=to, Overwrite="T").status == 403
    assert dav.files(FOLDER) == PHOTOS and dav.files("/People/Person%202/") == PHOTOS


def test_no_bytes_in_chunks_are_refused_too(dav: Client) -> None:
    assert dav("PUT", f"{FOLDER}IMG_1.jpg", iter([b""]), Transfer_Encoding="chunked").status == 403
    assert dav("DELETE", f"{FOLDER}IMG_1.jpg").status == 204
    assert dav.files(FOLDER) == PHOTOS


@pytest.mark.parametrize("size", ["other", "the same"])
def test_two_programs_that_are_refused_clean_up_twice(dav: Client, size: str) -> None:
    data = b"edited bytes" if size == "other" else bytes(len(dav("GET", f"{FOLDER}IMG_1.jpg").body))
    for _ in range(2):
        assert dav("PUT", f"{FOLDER}IMG_1.jpg", data).status in (403, 415)
    for _ in range(2):
        assert dav("DELETE", f"{FOLDER}IMG_1.jpg").status == 204
        assert dav.files(FOLDER) == PHOTOS
    assert dav("DELETE", f"{FOLDER}IMG_1.jpg").status == 204
    assert dav.files(FOLDER) == PHOTOS[1:], "this one is a person's"


def test_another_name_voids_nothing(dav: Client) -> None:
    assert dav("DELETE", f"{FOLDER}IMG_1.jpg").status == 204
    assert dav("PUT", f"{FOLDER}other.jpg", b"edited bytes").status in (201, 403, 415)
    assert "IMG_1.jpg" not in dav.files(FOLDER)


def test_a_photo_is_not_renamed(dav: Client) -> None:
    answer = dav("MOVE", f"{FOLDER}IMG_1.jpg", Destination=f"{dav.address}{FOLDER}best.jpg")
    assert answer.status == 403, answer.body
    assert dav.files(FOLDER) == PHOTOS


def test_a_write_whose_condition_is_false_voids_nothing(dav: Client) -> None:
    assert dav("DELETE", f"{FOLDER}IMG_1.jpg").status == 204
    assert dav("PUT", f"{FOLDER}IMG_1.jpg", b"edited bytes", If='(["another"])').status == 412
    assert dav.files(FOLDER) == PHOTOS[1:]
