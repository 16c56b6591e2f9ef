"""Names that are kept in Haven's own folders for what a program is about to write: for an hour, and no longer."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from helpers.dav import LOCKINFO, Client
from helpers.serving import serve

from haven_fs.testing import make_photo

FOLDERS = ("/Favorites", "/Albums/Trip", "/Search", "/Timeline/2019/2019-07")


@pytest.mark.parametrize("method", ["LOCK", "PUT"])
def test_names_that_nobody_writes_to(method: str, tmp_path: Path) -> None:
    body = LOCKINFO.format(scope="exclusive") if method == "LOCK" else b""
    make_photo(tmp_path / "Pictures/a.jpg", "2019-07-01 10:00:00")
    with serve(tmp_path / "Pictures", data=tmp_path / "data") as serving, Client(serving.url) as dav:
        assert dav("MKCOL", "/Albums/Trip").status == 201
        for folder in FOLDERS:
            answer = dav(method, f"{folder}/left.jpg", body, Timeout="Second-60")
            assert answer.status == 201
            assert "left.jpg" in dav.files(folder)
            if method == "LOCK":
                assert dav("UNLOCK", f"{folder}/left.jpg", Lock_Token=answer["Lock-Token"]).status == 204
        with closing(sqlite3.connect(tmp_path / "data/catalog.sqlite")) as db, db:
            for table in ("kept_name", "dropped"):
                db.execute(f"UPDATE {table} SET seq = seq - 3700 * 1000")
        for folder in FOLDERS:
            assert "left.jpg" not in dav.files(folder)
            assert dav("GET", f"{folder}/left.jpg").status == 404
            assert dav(method, f"{folder}/left.jpg", body, Timeout="Second-60").status == 201
            assert "left.jpg" in dav.files(folder)
        assert serving.query("SELECT count(*) FROM kept_name") == [(len(FOLDERS) - 1,)]
        assert serving.query("SELECT count(*) FROM dropped") == [(1,)]
