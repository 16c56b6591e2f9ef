"""`haven status` and `haven doctor` name what cannot be read and why; `haven index`, run again, reads what it can."""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from helpers.serving import HAVEN, environment

from haven_fs.testing import make_photo

pytestmark = pytest.mark.long

RIGHTS = "-dac_override,-dac_read_search"


def plain(*arguments: object) -> subprocess.CompletedProcess[str]:
    """Run `haven` as a user whom rights matter to, which root is not."""
    command = [*HAVEN, *map(str, arguments)]
    if os.geteuid() == 0:
        if not shutil.which("setpriv"):
            pytest.skip("root may read everything, and setpriv is not there to change that")
        command = ["setpriv", f"--inh-caps={RIGHTS}", f"--bounding-set={RIGHTS}", *command]
    return subprocess.run(command, env=environment(), capture_output=True, text=True, check=False)


def said(*arguments: object) -> dict[str, Any]:
    return dict(json.loads(plain(*arguments, "--json").stdout.splitlines()[-1]))


@pytest.mark.skipif(os.name != "posix", reason="rights as Linux and macOS have them")
def test_a_writable_library_that_takes_no_writes(tmp_path: Path) -> None:
    root, data = tmp_path / "Pictures", tmp_path / "data"
    make_photo(root / "a.jpg")
    plain("index", root, "--data", data)
    root.chmod(0o555)
    try:
        assert "PROBLEM" not in plain("doctor", "--data", data).stdout
        plain("libraries", "set", "Pictures", "--writable", "--data", data)
        doctor = plain("doctor", "--data", data)
        assert doctor.returncode == 1
        assert f"PROBLEM: Nothing can be written to {root}, though Pictures is set writable" in doctor.stdout
        assert "Change that, or: haven libraries set 'Pictures' --read-only" in doctor.stdout
    finally:
        root.chmod(0o755)
    assert "PROBLEM" not in plain("doctor", "--data", data).stdout


@pytest.mark.skipif(os.name != "posix", reason="rights as Linux and macOS have them")
def test_rights_that_are_missing_and_given(tmp_path: Path) -> None:
    root, data = tmp_path / "Pictures", tmp_path / "data"
    path = make_photo(root / "a.jpg")
    make_photo(root / "b.jpg")
    make_photo(root / "closed/c.jpg")
    (root / "broken.jpg").write_bytes(b"\xff\xd8\xff")
    path.chmod(0)
    (root / "closed").chmod(0)
    try:
        for _ in range(2):
            assert said("index", root, "--data", data)["photos"] == 1
            status = said("status", "--data", data)
            assert (status["pending"], status["unreadable"]) == (0, 2)
            found = [(Path(one["path"]).name, one["passing"]) for one in status["troubles"]]
            assert found == [("a.jpg", True), ("closed", True), ("broken.jpg", False)]
            assert "not allowed" in status["troubles"][0]["reason"]
            assert "Cannot be read (3):\n" in (text := plain("status", "--data", data).stdout) and str(path) in text
            assert "3 unreadable files\n" in text
            doctor = plain("doctor", "--data", data)
            assert doctor.returncode == 1
            problems = [line for line in doctor.stdout.splitlines() if line.startswith("PROBLEM") and "read" in line]
            assert f"{path} cannot be read. Haven is not allowed" in problems[0] and "permission" in problems[0]
            assert str(root / "closed") in problems[1] and len(problems) == 2
            assert f"  {root / 'broken.jpg'}: " in doctor.stdout
    finally:
        path.chmod(0o644)
        (root / "closed").chmod(0o755)
    assert said("index", root, "--data", data)["photos"] == 3
    assert [Path(one["path"]).name for one in said("status", "--data", data)["troubles"]] == ["broken.jpg"]
    assert plain("doctor", "--data", data).stdout.count("PROBLEM") == 0
