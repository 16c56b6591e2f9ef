"""What commands say, to people and, with --json, to programs."""

import json
import os
import pty
import re
import subprocess
import sys
import termios
from pathlib import Path
from typing import Any

import pytest
from helpers.serving import HAVEN, environment, haven

from haven_fs import __version__
from haven_fs.testing import make_photo


def said(*arguments: object) -> Any:
    """Return what a command says as JSON, which is one line."""
    done = haven(*arguments, "--json")
    assert done.stderr == ""
    assert done.stdout.count("\n") == 1
    return json.loads(done.stdout)


def test_version() -> None:
    assert haven("--version").stdout == f"haven {__version__}\n"


def test_help_names_every_command() -> None:
    text = haven("--help").stdout
    for command in (
        *("serve", "index", "status", "info", "libraries", "users", "plugins", "doctor", "demo"),
        *("export", "people", "models", "search", "log", "undo", "allow", "backup"),
    ):
        assert re.search(rf"^  {command}\b", text, re.MULTILINE)
        assert "usage: haven" in haven(command, "--help").stdout


def test_index(indexed: Path) -> None:
    report = said("index", "--data", indexed)
    assert report.keys() == {"photos", "videos", "unreadable", "seconds"}
    assert (report["photos"], report["videos"], report["unreadable"]) == (4, 1, 1)
    assert 0 <= report["seconds"] < 60
    text = haven("index", "--data", indexed)
    assert text.stdout.startswith("4 photos and 1 video in ")
    assert text.stderr == ""


def test_index_of_what_is_new_ends_with_one_line_of_json(tmp_path: Path) -> None:
    make_photo(tmp_path / "Pictures/a.jpg")
    done = haven("index", tmp_path / "Pictures", "--data", tmp_path / "data", "--json")
    assert json.loads(done.stdout.splitlines()[-1])["photos"] == 1
    assert done.stderr == ""


def test_a_bar_is_shown_on_a_terminal_alone(tmp_path: Path) -> None:
    for number in range(5):
        make_photo(tmp_path / f"Pictures/{number}.jpg")
    above, below = pty.openpty()
    termios.tcsetwinsize(below, (24, 100))
    command = [*HAVEN, "index", str(tmp_path / "Pictures"), "--data", str(tmp_path / "data"), "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=below, text=True, env=environment()) as process:
        os.close(below)
        shown = b""
        while True:
            try:
                piece = os.read(above, 4096)
            except OSError:  # how Linux says that the terminal was closed
                break
            if not piece:
                break
            shown += piece
        assert process.stdout is not None
        assert json.loads(process.stdout.read())["photos"] == 5
    os.close(above)
    assert b"Reading files" in shown
    assert b"5/5" in shown


def test_status(indexed: Path) -> None:
    report = said("status", "--data", indexed)
    assert {"photos": 4, "videos": 1, "unreadable": 1, "pending": 0}.items() <= report.items()
    assert report["data"] == str(indexed)
    assert report["serving"] is None
    root = str(indexed.parent / "Pictures")
    assert report["libraries"] == [{"name": "Pictures", "root": root, "away": None, "missing": 0}]
    text = haven("status", "--data", indexed).stdout
    assert "4 photos, 1 video, 1 unreadable file" in text
    assert "All is done that can be done" in text


def test_plugins(indexed: Path) -> None:
    report = said("plugins", "--data", indexed)
    found = {plugin["name"]: plugin for plugin in report["plugins"]}
    for name in ("time", "media", "places"):
        assert found[name] == {"name": name, "version": __version__, "problem": None}
    assert report["analyzers"].keys() >= {"time", "media", "places"}
    assert {"Timeline", "Places", "Recent", "Originals", "Review/Unreadable"} <= set(report["folders"])
    text = haven("plugins", "--data", indexed).stdout
    assert "/Timeline" in text
    assert "LEFT OUT" not in text


def test_doctor(indexed: Path) -> None:
    report = said("doctor", "--data", indexed)
    assert report.keys() == {"versions", "data", "settings", "hints", "problems", "unreadable", "skipped"}
    assert [Path(one["path"]).name for one in report["unreadable"]] == ["broken.jpg"]
    assert report["problems"] == []
    assert report["versions"]["haven-fs"] == __version__
    assert report["settings"]["tree.split_above"] == 2000
    assert any("haven models list" in hint for hint in report["hints"])
    text = haven("doctor", "--data", indexed).stdout
    assert all(f"To do more: {hint}" in text for hint in report["hints"])
    assert "No problems found" in text
    for name in report["settings"]:
        assert f"  {name} = " in text


def test_doctor_where_there_is_nothing_yet(tmp_path: Path) -> None:
    done = haven("doctor", "--data", tmp_path / "data", check=False)
    assert done.returncode == 1
    assert f"PROBLEM: There is no catalog in {tmp_path / 'data'} yet. Run: haven serve" in done.stdout
    assert not (tmp_path / "data").exists()


def test_info(indexed: Path) -> None:
    root = indexed.parent / "Pictures"
    facts = said("info", root / "1.jpg", "--data", indexed)
    assert facts["file"] == str(root / "1.jpg")
    assert facts["name"] == "1.jpg"
    assert (facts["role"], facts["format"]) == ("main", "jpeg")
    assert (facts["taken"], facts["taken_source"]) == ("2020-05-02 12:00:00", "exif")
    assert (facts["width"], facts["height"], facts["caption"]) == (64, 48, "Number 1")
    assert facts["problems"] == []
    assert facts["failed"] == {}
    assert facts["unreadable"] is None
    assert said("info", root / "broken.jpg", "--data", indexed)["unreadable"]
    assert said("info", root / "film.mp4", "--data", indexed)["type"] == ["Videos"]
    assert said("info", root / "notes.txt", "--data", indexed)["role"] is None
    done = haven("info", root / "0.jpg", root / "sub/0.jpg", "--data", indexed, "--json")
    assert [json.loads(line)["name"] for line in done.stdout.splitlines()] == ["0.jpg", "0 (2).jpg"]
    text = haven("info", root / "1.jpg", "--data", indexed).stdout
    assert "taken: 2020-05-02 12:00:00" in text


def test_info_of_a_path_as_one_types_it(indexed: Path) -> None:
    root = indexed.parent / "Pictures"
    (root.parent / "link").symlink_to(root) if not (root.parent / "link").exists() else None
    for folder, name in ((root, "1.jpg"), (root / "sub", "../1.jpg"), (root.parent, "link/1.jpg")):
        command = [*HAVEN, "info", name, "--json", "--data", str(indexed)]
        done = subprocess.run(command, capture_output=True, text=True, cwd=folder, env=environment(), check=True)
        assert json.loads(done.stdout)["name"] == "1.jpg"


def test_libraries(tmp_path: Path) -> None:
    data = tmp_path / "data"
    for name in ("One", "Two"):
        make_photo(tmp_path / name / f"{name}.jpg")
    haven("index", tmp_path / "One", tmp_path / "Two", "--data", data)
    listed = said("libraries", "list", "--data", data)
    assert [library["name"] for library in listed] == ["One", "Two"]
    assert listed[0] == {"name": "One", "root": str(tmp_path / "One"), "away": None, "writable": False}
    assert f"Two\t{tmp_path / 'Two'}\tconnected" in haven("libraries", "list", "--data", data).stdout
    assert "added, moved and deleted" in haven("libraries", "set", "one", "--writable", "--data", data).stdout
    assert said("libraries", "list", "--data", data)[0]["writable"] is True
    assert "is read-only now" in haven("libraries", "set", str(tmp_path / "One"), "--read-only", "--data", data).stdout
    assert said("libraries", "list", "--data", data)[0]["writable"] is False
    assert "no longer a library" in haven("libraries", "remove", "two", "--data", data).stdout
    assert [library["name"] for library in said("libraries", "list", "--data", data)] == ["One"]
    assert said("status", "--data", data)["photos"] == 1
    assert (tmp_path / "Two/Two.jpg").exists()
    # They are remembered: nobody names them again.
    haven("index", tmp_path / "Two", "--data", data)
    assert said("index", "--data", data)["photos"] == 2


def test_a_library_that_is_away_is_said(tmp_path: Path) -> None:
    make_photo(tmp_path / "Pictures/a.jpg")
    data = tmp_path / "data"
    haven("index", tmp_path / "Pictures", "--data", data)
    (tmp_path / "Pictures").rename(tmp_path / "elsewhere")
    done = haven("index", "--data", data)
    assert "Pictures was not updated: " in done.stdout
    assert "is not there" in done.stdout
    assert "is not there" in said("status", "--data", data)["libraries"][0]["away"]
    assert "is not there" in haven("status", "--data", data).stdout
    doctor = haven("doctor", "--data", data, check=False)
    assert doctor.returncode == 1
    assert "is not there" in doctor.stdout


def _first_words(text: str) -> list[str]:
    return [line.split()[0] for line in text.splitlines() if line and not line.startswith(" ")]


def test_users(tmp_path: Path) -> None:
    data = tmp_path / "data"
    assert "no users yet" in haven("users", "list", "--data", data).stdout
    assert "anna can now sign in" in haven("users", "add", "anna", "--data", data, input="correct horse\n").stdout
    haven("users", "add", "ben", "--data", data, input="battery staple\n")
    assert _first_words(haven("users", "list", "--data", data).stdout) == ["anna", "ben"]
    assert "correct horse" not in (data / "users.json").read_text()
    if os.name == "posix":
        assert (data / "users.json").stat().st_mode & 0o077 == 0
    haven("users", "remove", "anna", "--data", data)
    assert _first_words(haven("users", "list", "--data", data).stdout) == ["ben"]
    short = haven("users", "add", "carl", "--data", data, input="short\n", check=False)
    assert (short.returncode, "8 characters" in short.stderr) == (1, True)
    gone = haven("users", "remove", "nobody", "--data", data, check=False)
    assert (gone.returncode, "Traceback" in gone.stderr) == (1, False)


def test_the_data_folder_may_come_from_the_environment(indexed: Path) -> None:
    command = [*HAVEN, "status", "--json"]
    done = subprocess.run(
        command, capture_output=True, text=True, env={**environment(), "HAVEN_DATA": str(indexed)}, check=True
    )
    assert json.loads(done.stdout)["data"] == str(indexed)


def test_a_reader_that_goes_away_is_no_error(indexed: Path) -> None:
    command = [*HAVEN, "doctor", "--data", str(indexed)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment()) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""


@pytest.mark.parametrize("module", ["av", "cv2", "numpy", "PIL", "wsgidav", "cheroot", "haven_places.gazetteer"])
def test_quick_commands_import_no_more_than_they_need(indexed: Path, module: str) -> None:
    """A status asked every few seconds by a program must not load what decodes pictures."""
    code = (
        "import sys; from haven_fs.cli import main; main(['status', '--json', '--data', sys.argv[1]]);"
        "sys.exit(sys.argv[2] in sys.modules)"
    )
    command = [sys.executable, "-c", code, str(indexed), module]
    assert subprocess.run(command, stdout=subprocess.DEVNULL, env=environment(), check=False).returncode == 0
