"""A file of the data folder that cannot be used while Haven serves is said in words, and its repair is noticed."""

from pathlib import Path

from helpers.dav import Client
from helpers.serving import haven, serve

from haven_fs.testing import make_photo


def test_users_that_cannot_be_read_let_nobody_in(tmp_path: Path) -> None:
    make_photo(tmp_path / "Pictures/a.jpg")
    data = tmp_path / "data"
    haven("users", "add", "anna", "--data", data, input="correct horse\n")
    (data / "haven.toml").write_text("[serve]\nallow_basic = true\n")
    users = (data / "users.json").read_bytes()
    with serve(tmp_path / "Pictures", data=data) as serving:
        (data / "users.json").write_bytes(users[:20])
        with Client(serving.url, auth=("anna", "correct horse")) as client:
            for method in ("GET", "PROPFIND", "PUT"):
                answer = client(method, "/Timeline", Depth="0")
                assert answer.status == 503 and b"cannot be read" in answer.body, method
        (data / "users.json").write_bytes(users)
        with Client(serving.url) as client:
            assert client("GET", "/").status == 401
    assert "Traceback" not in (tmp_path / "data.log").read_text()
