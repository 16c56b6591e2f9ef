"""What every test may ask for, in how many processes tests run, and skips that are failures where all must run."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from helpers.browser import chromium
from helpers.dav import Client
from helpers.family import Family, make_family
from helpers.home import Home
from helpers.serving import Serving, serve
from PIL import Image

from haven_fs.analysis.analyzer import Metadata, Sample

MOST_PROCESSES = 8
"""Each holds some 500 MB with the programs it starts, and more than this are hardly quicker."""


@pytest.fixture(scope="session")
def corpus() -> Path:
    """The folder of real photos that is not part of the project; tests that need it skip without."""
    folder = os.environ.get("HAVEN_CORPUS")
    if not folder or not Path(folder).is_dir():
        pytest.skip("HAVEN_CORPUS names no folder of real photos")
    return Path(folder).resolve()


@pytest.fixture(scope="session", autouse=True)
def cache_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One cache for all data folders of all tests and the programs they start, away from the user's own."""
    run = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        run = run.parent  # which all processes of this run share
    folder = run / "cache"
    folder.mkdir(exist_ok=True)
    os.environ["HAVEN_CACHE"] = str(folder)
    os.environ["HAVEN_TEXT"] = "off"  # it takes a second a picture: those who test it turn it on
    if os.environ.pop("PYTHONDONTWRITEBYTECODE", None):
        # Not beside the sources then; but each of a thousand programs would compile all of Haven anew.
        os.environ["PYTHONPYCACHEPREFIX"] = str(run / "bytecode")
    return folder


@pytest.fixture(scope="session")
def family(tmp_path_factory: pytest.TempPathFactory) -> Family:
    """A library of about 60 photos that no test changes."""
    return make_family(tmp_path_factory.mktemp("pictures") / "Family")


@pytest.fixture(scope="session")
def house(family: Family, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """A server over that library, which no test changes either."""
    with serve(family.root, data=tmp_path_factory.mktemp("house") / "data") as serving:
        yield serving


@pytest.fixture
def dav(house: Serving) -> Iterator[Client]:
    """A client of the server."""
    with Client(house.url) as client:
        yield client


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """One Chromium for all tests of a process: playwright starts once in each."""
    with chromium() as started:
        yield started


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    """An empty data folder and an empty library."""
    made = Home(tmp_path)
    yield made
    made.close()


@pytest.fixture
def sample() -> Callable[..., Sample]:
    """Make a sample of metadata: `sample("IMG.jpg", exif={...}, xmp={...}, roles={"live"}, companions={...})`."""

    def make(
        name: str = "photo.jpg",
        mtime: float = 1_600_000_000.0,
        roles: frozenset[str] = frozenset(),
        companions: dict[str, Metadata] | None = None,
        **metadata: object,
    ) -> Sample:
        values = {"kind": "image", "format": "jpeg", **metadata}
        return Sample(Path("/library") / name, mtime, Metadata(**values), roles, companions or {})  # type: ignore[arg-type]

    return make


@pytest.fixture
def exif() -> Callable[..., Image.Exif]:
    """Make an EXIF block: main tags by number, and those of the EXIF and the GPS directory."""

    def make(
        main: dict[int, object], inner: dict[int, object] | None = None, gps: dict[int, object] | None = None
    ) -> Image.Exif:
        block = Image.Exif()
        block.update(main)
        for tag, values in ((0x8769, inner), (0x8825, gps)):
            if values:
                block.get_ifd(tag).update(values)
        return block

    return make


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that have a long test, and go on with those that have most tests."""
    files: dict[Path, list[pytest.Item]] = {}
    for item in items:
        files.setdefault(item.path, []).append(item)
    long = {path for path, some in files.items() if any(item.get_closest_marker("long") for item in some)}
    items.sort(key=lambda item: (item.path not in long, -len(files[item.path])))


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Return in how many processes tests run: one more than cores, since many wait for what they start.

    Single files run in none but this, where --pdb works.
    """
    if all(".py" in argument for argument in config.args):
        return 0
    return min((os.cpu_count() or 1) + 1, MOST_PROCESSES)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]):
    report = yield
    if report.skipped and os.environ.get("HAVEN_REQUIRE_ALL") == "1" and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped, but HAVEN_REQUIRE_ALL=1: {report.longrepr}"
    return report
