"""What every test may ask for: the corpus of real files, and skips that count as failures where all must run."""

import os
from pathlib import Path

import pytest
from helpers.family import Family, make_family


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
    folder = tmp_path_factory.mktemp("cache")
    os.environ["HAVEN_CACHE"] = str(folder)
    return folder


@pytest.fixture(scope="session")
def family(tmp_path_factory: pytest.TempPathFactory) -> Family:
    """A library of about 60 photos that no test changes."""
    return make_family(tmp_path_factory.mktemp("pictures") / "Family")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]):
    report = yield
    if report.skipped and os.environ.get("HAVEN_REQUIRE_ALL") == "1" and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped, but HAVEN_REQUIRE_ALL=1: {report.longrepr}"
    return report
