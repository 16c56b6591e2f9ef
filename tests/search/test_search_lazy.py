"""What a server does not load until somebody searches: the calendars of all countries."""

import subprocess
import sys

LOADS = (
    "import sys, haven_search, haven_search.planner, haven_search.folders, haven_time, haven_media;"
    "print(sorted({'holidays', 'babel', 'zoneinfo'} & sys.modules.keys()))"
)


def test_calendars_are_loaded_by_the_first_phrase() -> None:
    done = subprocess.run([sys.executable, "-c", LOADS], capture_output=True, text=True, check=True)
    assert "holidays" not in done.stdout and "babel" not in done.stdout
