"""A plugin as somebody else writes and installs it: in a venv of its own beside the real server."""

import io
import json
import site
import sqlite3
import subprocess
import sys
import sysconfig
import venv
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from helpers.dav import Client
from PIL import Image

from haven_fs.testing import make_photo

pytestmark = pytest.mark.long

COLOURS = Path(__file__).parent / "haven_colours"


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A venv of its own that has Haven, as it is here, and the plugin, installed by pip from `source`."""

    python: Path
    source: Path

    def install(self) -> None:
        self._pip("install", "--no-index", "--no-deps", "--no-build-isolation", self.source)

    def uninstall(self) -> None:
        self._pip("uninstall", "-y", "haven-colours")

    def _pip(self, command: str, *arguments: object) -> None:
        subprocess.run([self.python, "-m", "pip", command, "-q", *map(str, arguments)], check=True)

    def haven(self, *arguments: object, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run a command of `haven` to its end."""
        command = [str(self.python), "-m", "haven_fs", *map(str, arguments)]
        return subprocess.run(command, check=check, capture_output=True, text=True)

    def undo(self, data: Path) -> int:
        """Run `haven undo`, and return how many corrections it took back."""
        return len(json.loads(self.haven("undo", "--json", "--data", data).stdout)["taken_back"])

    @contextmanager
    def serve(self, data: Path) -> Iterator[Client]:
        """Run `haven serve`, and give a client of it."""
        command = [str(self.python), "-m", "haven_fs", "serve", "--data", str(data), "--port", "0"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
            try:
                assert server.stdout is not None
                with Client(server.stdout.readline().split()[-1]) as client:
                    yield client
            finally:
                server.terminate()


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Elsewhere:
    """Return a fresh venv with the plugin."""
    folder = tmp_path_factory.mktemp("venv")
    venv.create(folder, with_pip=True)
    python = folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    target = subprocess.check_output(
        [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"], text=True
    )
    # What this process can import, an editable Haven too, which is found by .pth files that only site.addsitedir reads.
    here = {sysconfig.get_path("purelib"), *site.getsitepackages()}
    lines = "".join(f"import site; site.addsitedir({path!r})\n" for path in sorted(here))
    Path(target.strip(), "here.pth").write_text(lines)
    source = folder / "source"
    source.mkdir()
    for file in ("pyproject.toml", "haven_colours.py", "haven_colours_said.py"):
        (source / file).write_text((COLOURS / file).read_text())
    made = Elsewhere(python, source)
    made.install()
    return made


@pytest.fixture
def data(elsewhere: Elsewhere, tmp_path: Path) -> Path:
    """Return a data folder that knows a red and a blue photo."""
    for name, year, colour in (("red.jpg", 2020, (220, 20, 20)), ("blue.jpg", 2021, (20, 20, 220))):
        image = Image.new("RGB", (64, 48), colour)
        make_photo(tmp_path / "Pictures" / name, f"{year}-05-04 12:00:00", image=image)
    elsewhere.haven("index", tmp_path / "Pictures", "--data", tmp_path / "data")
    return tmp_path / "data"


def test_it_has_at_most_40_lines() -> None:
    assert len((COLOURS / "haven_colours.py").read_text().splitlines()) <= 40


def test_its_folder_is_served(elsewhere: Elsewhere, data: Path) -> None:
    plugins = json.loads(elsewhere.haven("plugins", "--json", "--data", data).stdout)
    assert plugins["analyzers"]["colours"] == 1
    assert "Colours" in plugins["folders"]
    with elsewhere.serve(data) as client:
        assert client.folders("/Colours/") == ["Blue", "Red"]
        assert client.files("/Colours/Red/") == ["red.jpg"]
        assert client.files("/Timeline/2021/Colours/Blue/") == ["blue.jpg"]
        answer = client("GET", "/Colours/Red/red.jpg")
        assert Image.open(io.BytesIO(answer.body)).getpixel((0, 0))[0] > 200  # type: ignore[index]


def test_what_is_said_by_it_needs_it_to_be_taken_back(elsewhere: Elsewhere, data: Path) -> None:
    def names() -> list[str]:
        with closing(sqlite3.connect(data / "catalog.sqlite")) as db:
            return [name for (name,) in db.execute("SELECT name FROM colour_name")]

    with elsewhere.serve(data) as client:
        to = client.address + "/Colours/Crimson"
        assert client("MOVE", "/Colours/Red/", Destination=to, Overwrite="F").status == 201
        assert (client.folders("/Colours/"), names()) == (["Blue", "Crimson"], ["Crimson"])
        assert elsewhere.undo(data) == 1
        assert (client.folders("/Colours/"), names()) == (["Blue", "Red"], [])
        to = client.address + "/Colours/Red/blue.jpg"
        assert client("COPY", "/Colours/Blue/blue.jpg", Destination=to, Overwrite="F").status == 201
        assert client.folders("/Colours/") == ["Red"]
        assert elsewhere.undo(data) == 1
        assert client.folders("/Colours/") == ["Blue", "Red"]
        to = client.address + "/Colours/Crimson"
        assert client("MOVE", "/Colours/Red/", Destination=to, Overwrite="F").status == 201
    elsewhere.uninstall()
    try:
        elsewhere.haven("index", "--data", data)
        assert "Colours" not in json.loads(elsewhere.haven("plugins", "--json", "--data", data).stdout)["folders"]
        refused = elsewhere.haven("undo", "--data", data, check=False)
        assert refused.returncode == 1
        assert 'the plugin that keeps "colour" is not installed' in refused.stderr
        assert "Traceback" not in refused.stderr
        assert names() == ["Crimson"]
    finally:
        elsewhere.install()
    elsewhere.haven("index", "--data", data)
    assert elsewhere.undo(data) == 1
    assert names() == []
    with elsewhere.serve(data) as client:
        assert client.folders("/Colours/") == ["Blue", "Red"]
