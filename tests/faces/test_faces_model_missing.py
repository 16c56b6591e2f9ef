"""Without a library that InsightFace needs people are off, in one clear sentence, and the rest of Haven goes on."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from helpers.tiny_faces import tiny_faces

LIBGL = 'raise ImportError("libGL.so.1: cannot open shared object file: No such file or directory")\n'
GLIB = 'raise ImportError("libgthread-2.0.so.0: cannot open shared object file: No such file or directory")\n'
ASK = """
import logging, sys
logging.basicConfig(format="%(message)s")
from haven_fs.plugins import Plugins
settings = {"data_dir": sys.argv[1], "cache_dir": sys.argv[1], "faces.model": "", "clip.model": ""}
for _ in range(3):
    print(*sorted(Plugins().analyzers(settings)))
"""
WORKER = """
import multiprocessing
from haven_models.insight import missing
if __name__ == "__main__":
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        print(pool.apply(missing))
"""


def broken(folder: Path, code: str) -> dict[str, str]:
    """Return the environment of a computer on which OpenCV cannot be imported."""
    folder.mkdir()
    (folder / "cv2.py").write_text(code)
    return {**os.environ, "PYTHONPATH": os.pathsep.join([str(folder), os.environ.get("PYTHONPATH", "")])}


@pytest.mark.parametrize(("code", "words"), [(LIBGL, "libGL is missing"), (GLIB, "libgthread is missing")])
def test_a_missing_system_library_is_said_once(tmp_path: Path, code: str, words: str) -> None:
    environment = broken(tmp_path / "broken", code)
    environment.pop("HAVEN_MODELS", None)
    tiny_faces(tmp_path / "data/models/faces/models/tiny")
    ran = subprocess.run(
        [sys.executable, "-c", ASK, str(tmp_path / "data")], env=environment, capture_output=True, text=True, check=True
    )
    lines = ran.stdout.splitlines()
    assert len(lines) == 3
    assert all("faces" not in line.split() and "time" in line.split() for line in lines)
    (said,) = [line for line in ran.stderr.splitlines() if "Finding people" in line]
    assert said.startswith(f"Finding people is off: the system library {words}.")
    assert "apt-get install libgl1 libglib2.0-0" in said
    assert "opencv-python-headless" in said
    assert "Traceback" not in ran.stderr


def test_a_worker_says_the_same(tmp_path: Path) -> None:
    program = tmp_path / "ask.py"
    program.write_text(WORKER)
    environment = broken(tmp_path / "broken", LIBGL)
    ran = subprocess.run([sys.executable, program], env=environment, capture_output=True, text=True, check=True)
    assert ran.stdout.startswith("the system library libGL is missing.")


def test_a_pack_can_be_added_where_it_cannot_be_used(tmp_path: Path) -> None:
    environment = broken(tmp_path / "broken", LIBGL)
    environment.pop("HAVEN_MODELS", None)
    pack = tiny_faces(tmp_path / "tiny")
    command = [sys.executable, "-m", "haven_fs", "models", "add", "faces", str(pack), "--data", str(tmp_path / "data")]
    ran = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stdout.startswith("tiny is installed and in use")) == (0, True), ran.stderr
