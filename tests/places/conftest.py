"""A gazetteer that is built once for all tests here."""

from pathlib import Path

import pytest

from haven_places.gazetteer import Gazetteer


@pytest.fixture(scope="session")
def places_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("places")
    Gazetteer.open([folder])
    return folder


@pytest.fixture(scope="session")
def gazetteer(places_cache: Path) -> Gazetteer:
    return Gazetteer.open([places_cache])
