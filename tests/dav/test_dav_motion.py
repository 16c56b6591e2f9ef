"""The films of motion photos as programs see them: with a length, in parts, unchanged, and only to be read."""

from pathlib import Path

import pytest
from helpers.dav import Client
from helpers.motion import FILM, KINDS, write_motion_photo
from helpers.serving import serve


@pytest.mark.parametrize("kind", KINDS)
def test_a_film_is_sent(tmp_path: Path, kind: str) -> None:
    root = tmp_path / "Pictures"
    root.mkdir()
    name = f"a.{'heic' if kind == 'heic' else 'jpg'}"
    write_motion_photo(root / name, kind)
    with serve(root, data=tmp_path / "data") as house, Client(house.url) as dav:
        folder = "/Recent"
        assert set(dav.files(folder)) == {name, f"{name}.mp4"}
        said = dav.one(f"{folder}/{name}.mp4")
        assert (said["getcontentlength"], said["getcontenttype"]) == (str(len(FILM)), "video/mp4")
        answer = dav("GET", f"{folder}/{name}.mp4")
        assert answer.status == 200 and answer.body == FILM
        assert answer["Content-Type"] == "video/mp4" and answer["ETag"] == said["getetag"]
        for first, last in ((0, 9), (100, len(FILM) - 1), (len(FILM) - 5, len(FILM) + 50)):
            part = dav("GET", f"{folder}/{name}.mp4", Range=f"bytes={first}-{last}")
            assert part.status == 206 and part.body == FILM[first : last + 1]
        several = dav("GET", f"{folder}/{name}.mp4", Range="bytes=0-3,10-13")
        assert FILM[10:14] in several.body
        assert dav("GET", f"{folder}/{name}.mp4", If_None_Match=said["getetag"]).status == 304
        assert dav("PUT", f"{folder}/{name}.mp4", b"x").status == 403
        assert dav("DELETE", f"{folder}/{name}.mp4").status == 403
        assert dav("GET", f"{folder}/{name}").body == (root / name).read_bytes()
        assert set(dav.files("/Originals/Pictures")) == {name}
