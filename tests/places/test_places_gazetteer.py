"""The table made of the packages' data: names are unique and portable, famous places right, and it is made safely.

The rules stand in the other files here, on places of their own; what is said of real ones here holds in any release.
"""

import os
import re
import subprocess
import sys
import time
import unicodedata
from pathlib import Path

import numpy as np
from helpers.little_places import plain

from haven_fs.catalog.names import fold
from haven_places.gazetteer import Gazetteer, Locality

FILE = "places-en.npz"
PARIS, NEW_YORK, LONDON, TOKYO, ISTANBUL = "2988507", "5128581", "2643743", "1850147", "745044"


def spot(gazetteer: Gazetteer, latitude: float, longitude: float) -> Locality:
    return gazetteer.localities([latitude], [longitude])[0]


def test_names_are_unique_and_portable(gazetteer: Gazetteer) -> None:
    names = gazetteer.names()
    assert len(names) == len(gazetteer) > 100_000
    folded = {fold(name) for name in names.values()}
    assert len(folded) == len(names)
    bad = re.compile(r'[\\/:*?"<>|\x00-\x1f\x7f]|[. ]$|^ |^$')
    assert [name for name in names.values() if bad.search(name)] == []
    assert all(unicodedata.is_normalized("NFC", name) for name in names.values())
    assert max(len(name.encode()) for name in names.values()) <= 200
    assert {"con", "prn", "aux", "nul"}.isdisjoint(folded)


DISTRICTS = {
    "Manhattan": (40.7831, -73.9662, NEW_YORK),
    "Brooklyn Museum": (40.6712, -73.9636, NEW_YORK),
    "Flushing": (40.7675, -73.8331, NEW_YORK),
    "Westminster": (51.4995, -0.1248, LONDON),
    "Wimbledon": (51.4340, -0.2145, LONDON),
    "Shinjuku": (35.6909, 139.7003, TOKYO),
    "Sultanahmet": (41.0058, 28.9768, ISTANBUL),
    "Passy": (48.8575, 2.2800, PARIS),
}
BESIDE = {
    "saint-denis": (48.9356, 2.3539),
    "delft": (52.0116, 4.3571),
    "niteroi": (-22.8858, -43.1153),
    "pasadena": (34.1478, -118.1445),
    "vaduz": (47.1394, 9.5244),
    "vatican city": (41.9029, 12.4534),
}
"""Towns beside a city, and small states, by their plain names."""


def test_districts_are_their_city_and_towns_beside_one_stay(gazetteer: Gazetteer) -> None:
    """All of them in the release this was made with; another may know a place or two otherwise."""
    districts = {where: spot(gazetteer, north, east).town for where, (north, east, _) in DISTRICTS.items()}
    towns = {name: plain(spot(gazetteer, north, east).town_name or "") for name, (north, east) in BESIDE.items()}
    wrong = [where for where, (_, _, town) in DISTRICTS.items() if districts[where] != town]
    wrong += [name for name, found in towns.items() if found != name]
    assert len(wrong) <= 2, (wrong, districts, towns)


def test_far_from_everything(gazetteer: Gazetteer) -> None:
    assert spot(gazetteer, 32.0, -45.0) == Locality()
    assert spot(gazetteer, 89.9, 10.0) == Locality()
    pole = spot(gazetteer, -90.0, 0.0)
    assert (pole.town, pole.country) == (None, "AQ")
    outback = spot(gazetteer, -22.5, 126.5)
    assert (outback.town, outback.country) == (None, "AU")
    plateau = spot(gazetteer, 64.85, -18.0)
    assert (plateau.town, plateau.country) == (None, "IS")


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
    start = time.thread_time()  # not the clock on the wall: other tests run beside this one
    gazetteer.localities([*north, *europe[0]], [*east, *europe[1]])
    assert time.thread_time() - start < 1


def test_loading_brings_no_scipy(places_cache: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from haven_places.gazetteer import Gazetteer;"
        "Gazetteer.open([Path(sys.argv[1])]); print({'scipy', 'babel', 'reverse_geocoder'} & set(sys.modules))"
    )
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", code, str(places_cache)]
    result = subprocess.run(command, capture_output=True, env=environment, check=True, timeout=100)
    assert result.stdout.decode().strip() == "set()"
