"""/Types/Documents: which pictures are documents, and owners who know better."""

from collections.abc import Callable
from random import Random

import pytest
from helpers.home import Home
from helpers.printed import pages, things
from helpers.printed.camera import photographed, scanned
from helpers.printed.fonts import TUNING_FONTS
from PIL import Image

from haven_fs.testing import check_reading, check_writing
from haven_text.reader import Reader

DOCUMENTS = "/Types/Documents"


def small(image: Image.Image) -> Image.Image:
    image.thumbnail((1280, 1280))
    return image


@pytest.fixture
def full(home: Home, reader: Reader, sign: Callable[..., Image.Image]) -> Home:
    rng = Random(5)
    paper, page = (draw(rng, TUNING_FONTS)[0] for draw in (pages.receipt, pages.letter))
    home.add("receipt.jpg", "2021-05-04 10:00:00", image=small(photographed(paper, rng)))
    home.add("letter.jpg", "2022-05-04 10:00:00", image=small(scanned(page, rng)))
    home.add("sign.jpg", "2022-06-04 10:00:00", image=sign("Free wifi"))
    home.add("settings.jpg", "2023-05-04 10:00:00", image=things.screenshot(rng, TUNING_FONTS)[0])
    home.add("plain.jpg", "2023-06-04 10:00:00", size=(640, 480))
    home.index()
    return home


def test_receipts_and_letters_are_documents_and_signs_and_screens_are_none(full: Home) -> None:
    assert full.list(DOCUMENTS) == ["letter.jpg", "receipt.jpg"]
    assert full.list("/Timeline/2021/Types/Documents") == ["receipt.jpg"]
    for phrase in ("documents", "type:documents"):
        found = [name for name in full.list(f'/Search/"{phrase}"') if name.endswith(".jpg")]
        assert found == ["letter.jpg", "receipt.jpg"], phrase


def test_owners_know_better_for_good_and_may_change_their_mind(full: Home) -> None:
    full.delete(f"{DOCUMENTS}/letter.jpg")
    full.later()
    full.copy("/Recent/sign.jpg", f"{DOCUMENTS}/")
    full.index(anew=True)
    assert full.list(DOCUMENTS) == ["receipt.jpg", "sign.jpg"]
    full.undo()
    assert full.list(DOCUMENTS) == ["receipt.jpg"]
    full.undo()
    assert full.list(DOCUMENTS) == ["letter.jpg", "receipt.jpg"]


def test_one_that_is_moved_to_another_type_is_no_document(full: Home) -> None:
    full.add("Screenshot_2.jpg", "2024-05-04 10:00:00")
    full.index()
    full.move(f"{DOCUMENTS}/letter.jpg", "/Types/Screenshots/")
    assert full.list(DOCUMENTS) == ["receipt.jpg"]
    assert full.list("/Types/Screenshots") == ["letter.jpg", "Screenshot_2.jpg"]
    full.undo()
    assert full.list(DOCUMENTS) == ["letter.jpg", "receipt.jpg"]


def test_the_rules_that_every_folder_keeps(full: Home) -> None:
    with full.looking() as look:
        check_reading(look, "/Types")
    assert check_writing(full, DOCUMENTS) == {"make", "put", "send", "take out"}
