"""A file of the data folder that cannot be used while Haven serves is said in words, and its repair is noticed."""

from collections.abc import Callable
from pathlib import Path

import pytest
from helpers.dav import Client
from helpers.serving import haven, serve

from haven_fs.testing import make_photo

UNUSABLE: dict[str, Callable[[Path], object]] = {
    "cut short": lambda path: path.write_bytes(path.read_bytes()[:20]),
    "another list": lambda path: path.write_text("[]"),
    "deleted": Path.unlink,
    "a folder": lambda path: (path.unlink(), path.mkdir()),
}


@pytest.mark.parametrize("how", UNUSABLE)
def test_users_that_cannot_be_read_let_nobody_in(tmp_path: Path, how: str) -> None:
    make_photo(tmp_path / "Pictures/a.jpg")
    data = tmp_path / "data"
    haven("users", "add", "anna", "--data", data, input="correct horse\n")
    (data / "haven.toml").write_text("[serve]\nallow_basic = true\n")
    users = (data / "users.json").read_bytes()
    with serve(tmp_path / "Pictures", data=data) as serving:
        UNUSABLE[how](data / "users.json")
        with Client(serving.url, auth=("anna", "correct horse")) as client:
            for method in ("GET", "PROPFIND", "PUT"):
                answer = client(method, "/Timeline", Depth="0")
                assert answer.status == 503 and b"cannot be read" in answer.body, method
        if (data / "users.json").is_dir():
            (data / "users.json").rmdir()
        (data / "users.json").write_bytes(users)
        with Client(serving.url) as client:
            assert client("GET", "/").status == 401
    log = (tmp_path / "data.log").read_text()
    assert "users.json" in log and "Traceback" not in log
    assert "indices" not in log and "Expecting" not in log and "Errno" not in log
