"""folder.jpg: pictures of folders for players, if they are wanted; their length is known before they are made."""

import io
from pathlib import Path

import pytest
from helpers.dav import Client
from helpers.serving import serve
from PIL import Image

from haven_fs.testing import make_photo

PARIS = (48.8584, 2.2945)


@pytest.mark.parametrize("wanted", [True, False])
def test_folders_of_photos_have_a_picture_if_it_is_wanted(tmp_path: Path, wanted: bool) -> None:
    root, data = tmp_path / "Pictures", tmp_path / "data"
    make_photo(root / "a first.jpg", "2019-05-04 12:00:00", PARIS, image=Image.new("RGB", (600, 400), "navy"))
    make_photo(root / "b second.jpg", "2020-05-04 12:00:00", PARIS, image=Image.new("RGB", (600, 400), "crimson"))
    data.mkdir()
    (data / "haven.toml").write_text(f"[tree]\ncovers = {'true' if wanted else 'false'}\n")
    with serve(root, data=data) as house, Client(house.url) as dav:
        files = {"a first.jpg", "b second.jpg", "folder.jpg"} if wanted else {"a first.jpg", "b second.jpg"}
        for folder in ("/Places/Paris", "/Recent", "/Small/Places/Paris", "/TV/Recent"):
            assert set(dav.files(folder)) == files
        assert "folder.jpg" not in dav.files("/Originals/Pictures")
        answer = dav("GET", "/Places/Paris/folder.jpg")
        assert answer.status == (200 if wanted else 404)
        if not wanted:
            return
        assert len(answer.body) == int(dav.one("/Places/Paris/folder.jpg")["getcontentlength"])
        image = Image.open(io.BytesIO(answer.body)).convert("RGB")
        assert max(image.size) == 512
        assert image.getpixel((100, 100))[0] > 180
        part = dav("GET", "/Places/Paris/folder.jpg", Range="bytes=10-19")
        assert part.body == answer.body[10:20]
        assert dav("DELETE", "/Recent/folder.jpg").status == 403
        assert dav("PUT", "/Recent/folder.jpg", b"x").status == 403
