"""A request walks the tree once for each path that it names: what it has found is handed on."""

import io
from collections.abc import Iterator
from pathlib import Path
from wsgiref.util import setup_testing_defaults

import pytest
from helpers.home import Home

from haven_dav import HavenProvider
from haven_fs.analysis.at_once import AtOnce
from haven_fs.catalog.libraries import add_inbox, set_writable
from haven_fs.server.app import make_app
from haven_fs.testing import make_photo
from haven_fs.tree.disk.uploads import Uploads
from haven_fs.tree.tree import Tree

MAY, LIBRARY = "/Timeline/2020/2020-05", "/Originals/Pictures"


class Counting:
    """An application over a home, and how often it has looked up a path."""

    def __init__(self, home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
        tree = home.tree()
        tree.uploads = Uploads(home.catalog, home.settings, AtOnce(home.catalog, home.plugins, home.settings))
        self._app = make_app(HavenProvider(tree), None)
        self.count = 0
        locate = Tree.locate

        def counted(tree: Tree, *arguments: object) -> object:
            self.count += 1
            return locate(tree, *arguments)  # type: ignore[arg-type]

        monkeypatch.setattr(Tree, "locate", counted)

    def __call__(self, method: str, path: str, to: str = "", body: bytes = b"") -> tuple[str, int]:
        """Return the status of a request's answer, and how many paths were looked up for it."""
        self.count = 0
        environ = {
            "REQUEST_METHOD": method,
            "SCRIPT_NAME": "",
            "PATH_INFO": path,
            "HTTP_DEPTH": "1" if method == "PROPFIND" else "infinity",
            "HTTP_DESTINATION": f"http://127.0.0.1{to}",
            "CONTENT_LENGTH": str(len(body)),
            "wsgi.input": io.BytesIO(body),
            "REMOTE_ADDR": "127.0.0.1",
        }
        setup_testing_defaults(environ)
        statuses: list[str] = []
        b"".join(self._app(environ, lambda status, *_: statuses.append(status)))
        return statuses[0].partition(" ")[0], self.count


@pytest.fixture
def ask(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Counting]:
    with Home(tmp_path) as home:
        for number in (1, 2, 3):
            home.add(f"{number}.jpg")
        home.index()
        add_inbox(home.catalog, tmp_path / "Inbox", home.data)
        home.indexer().walk()
        with home.catalog.write() as w:
            set_writable(w, "Pictures", writable=True)
        yield Counting(home, monkeypatch)


def test_each_path_is_looked_up_once(ask: Counting, tmp_path: Path) -> None:
    new = make_photo(tmp_path / "new.jpg", "2021-01-01 12:00:00").read_bytes()
    newer = make_photo(tmp_path / "newer.jpg", "2021-01-02 12:00:00").read_bytes()
    for request, status, count in (
        (("PROPFIND", MAY), "207", 1),
        (("PROPFIND", f"{MAY}/1.jpg"), "207", 1),
        (("PROPFIND", "/Albums/How to make albums.txt"), "207", 1),
        (("GET", f"{MAY}/1.jpg"), "200", 1),
        (("GET", MAY), "200", 1),
        (("MKCOL", "/Albums/A"), "201", 1),
        (("MKCOL", "/Albums/B"), "201", 1),
        (("MKCOL", "/Inbox/Trip"), "201", 1),
        (("COPY", f"{MAY}/1.jpg", "/Albums/A/1.jpg"), "201", 2),
        (("MOVE", "/Albums/A/1.jpg", "/Albums/B/1.jpg"), "201", 2),
        (("DELETE", "/Albums/B/1.jpg"), "204", 1),
        (("MOVE", "/Albums/B", "/Albums/C"), "201", 2),
        (("DELETE", "/Albums/C"), "204", 1),
        (("PUT", "/Inbox/new.jpg", "", new), "201", 1),
        (("PUT", "/Inbox/new.jpg", "", newer), "204", 1),
        # What takes what was sent is opened again when it is there, which may be an hour later.
        (("PUT", "/Albums/A/new.jpg", "", new), "201", 2),
        (("MOVE", "/Inbox/new.jpg", "/Inbox/Trip/new.jpg"), "201", 2),
        (("MOVE", f"{LIBRARY}/1.jpg", f"{LIBRARY}/2.jpg"), "204", 2),
        (("COPY", f"{LIBRARY}/2.jpg", f"{LIBRARY}/4.jpg"), "201", 2),
        (("DELETE", f"{LIBRARY}/4.jpg"), "204", 1),
        (("MOVE", f"{MAY}/3.jpg", "/Recently Removed/3.jpg"), "201", 2),
    ):
        assert ask(*request) == (status, count), request
