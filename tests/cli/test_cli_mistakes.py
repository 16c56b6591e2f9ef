"""What a user gets wrong is answered with a sentence and a status, never with a traceback."""

import json
import os
import shutil
import signal
import socket
import subprocess
from pathlib import Path

import pytest
from helpers.serving import HAVEN, environment, haven, serve, wait_for

from haven_fs.testing import make_photo

pytestmark = pytest.mark.long


def refused(*arguments: object, status: int = 1) -> str:
    """Run a command that must fail in words; return them."""
    # Other people's packages may leave a socket open when one cannot be had, which Python mentions if asked to.
    quiet = {**environment(), "PYTHONWARNINGS": "ignore"}
    command = [*HAVEN, *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, env=quiet, check=False)
    assert done.returncode == status, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    if status == 1:
        assert done.stderr.startswith("haven: ")
        assert done.stderr.rstrip().count("\n") == 0
    return done.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ["frobnicate"],
        ["index", "--frobnicate"],
        ["serve", "--port", "many"],
        ["serve", "--port", "99999"],
        ["serve", "--port", "-1"],
        ["info"],
        ["libraries"],
        ["libraries", "remove"],
        ["users", "add"],
        ["status", "--data"],
    ],
)
def test_bad_arguments(arguments: list[str], tmp_path: Path) -> None:
    words = refused(*arguments, status=2).splitlines()
    assert len(words) == 2
    assert words[0].startswith("haven")
    assert words[1].startswith("`haven")
    assert "--help`" in words[1]


@pytest.mark.parametrize(
    "arguments",
    [
        ["serve", "nonexist"],
        ["index", "nonexist"],
        ["index"],
        ["serve", "--inbox", "nonexist/inbox"],
        ["serve", "--inbox", __file__],
    ],
)
def test_what_is_mistyped_leaves_no_data_folder(arguments: list[str], tmp_path: Path) -> None:
    words = refused(*arguments, "--data", tmp_path / "data")
    assert "There is no" in words or "That is a file" in words
    assert not (tmp_path / "data").exists()


def test_a_name_that_is_no_text(tmp_path: Path) -> None:
    folder = tmp_path / os.fsdecode(b"bad\xffdir")
    make_photo(folder / "a.jpg")
    haven("index", tmp_path, "--data", tmp_path.with_name("data of no text"))
    for file, status in ((folder / "a.jpg", 0), (folder / "b.jpg", 1)):
        command = [*HAVEN, "info", os.fsencode(file), "--data", str(tmp_path.with_name("data of no text"))]
        done = subprocess.run(command, capture_output=True, env=environment(), check=False)
        said = done.stdout + done.stderr
        assert done.returncode == status and b"bad?dir" in said and b"udcff" not in said and b"\xff" not in said


def test_no_library_yet(tmp_path: Path) -> None:
    assert "no library yet" in refused("index", "--data", tmp_path / "data")


@pytest.mark.parametrize("command", [["status"], ["info", "x.jpg"], ["libraries", "list"]])
def test_no_catalog_yet(command: list[str], tmp_path: Path) -> None:
    assert "no catalog" in refused(*command, "--data", tmp_path / "data")
    assert list(tmp_path.iterdir()) == []


def test_folders_that_cannot_be_libraries(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert "no folder" in refused("index", tmp_path / "missing", "--data", tmp_path / "data")
    assert "data folder" in refused("index", tmp_path, "--data", tmp_path / "data")
    assert "data folder" in refused("serve", tmp_path, "--data", tmp_path / "data", "--port", "0")
    make_photo(tmp_path / "Pictures/sub/a.jpg")
    haven("index", tmp_path / "Pictures", "--data", tmp_path / "data")
    assert "overlaps" in refused("index", tmp_path / "Pictures/sub", "--data", tmp_path / "data")


@pytest.mark.parametrize(
    "arguments",
    [
        ["index", "FILE"],
        ["serve", "FILE", "--port", "0"],
        ["serve", "FOLDER", "--inbox", "FILE", "--port", "0"],
        ["backup", "FILE"],
        ["export", "xmp", "FILE"],
        ["people", "calibrate", "FILE"],
    ],
)
def test_a_file_where_a_folder_is_wanted(indexed: Path, tmp_path: Path, arguments: list[str]) -> None:
    file = tmp_path / "file.jpg"
    make_photo(file)
    known = {"FILE": file, "FOLDER": indexed.parent / "Pictures"}
    words = refused(*(known.get(word, word) for word in arguments), "--data", indexed)
    assert words == f"haven: {file}: That is a file; give the folder it is in.\n"


def test_a_file_that_is_in_no_library(indexed: Path, tmp_path: Path) -> None:
    assert "not in a library" in refused("info", tmp_path / "x.jpg", "--data", indexed)
    assert "no library" in refused("libraries", "remove", "nothing", "--data", indexed)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[tree\n", "haven.toml cannot be read"),
        ('[places]\nlanguage = "de"\n', "language belongs above the first [section]"),
        ("\xff", "haven.toml cannot be read"),
        ("[tree]\nsplit_above = 'many'\n", "tree.split_above must be"),
        ("[tree]\nsplit_above = true\n", "tree.split_above must be"),
        ("[serve]\nallow_basic = 1\n", "serve.allow_basic must be"),
        ("[tree]\nsplit_abvoe = 5\n", "no setting tree.split_abvoe"),
        ("colour = 5\n", "no setting colour"),
        ("tree = 5\n", "no setting tree"),
        ("[index]\nworkers = -1\n", "index.workers must be at least 0"),
        ("[tree]\nsplit_above = 0\n", "tree.split_above must be at least 1"),
        ("[tree.deep]\nx = 1\n", "tree.deep"),
        ("[renditions]\npercent = inf\n", "renditions.percent must be a finite number"),
        ("[renditions]\npercent = 1e400\n", "renditions.percent must be a finite number"),
        ("[renditions]\npercent = -inf\n", "renditions.percent must be a finite number"),
        ("[people]\nleast_quality = nan\n", "people.least_quality must be a finite number"),
        ("[people]\nleast_quality = 7\n", "people.least_quality must be at most 1"),
        ("[people]\nsmallest = 0\n", "people.smallest must be at least 1"),
        ("[serve]\nthreads = 100000\n", "serve.threads must be at most 1000"),
        (f"[tree]\nrecent_photos = {'9' * 400}\n", "tree.recent_photos must be at most 1e+09"),
        ("[removed]\ndays = 1000000000\n", "removed.days must be at most 36500"),
        ('language = "xx"\n', "language must be a language, such as"),
        ('language = "German"\n', "language must be a language, such as"),
        ('country = "ZZ"\n', "country must be the two letters of a country"),
        ('country = "Germany"\n', "country must be the two letters of a country"),
        ('[clip]\nbackend = "tpu"\n', "clip.backend must be one of 'onnx', 'torch', 'auto'"),
        ('[search]\nwords = ["nonsense"]\n', "Oma = Ursula; not 'nonsense'"),
        ('[search]\nwords = ["a = b", " = c"]\n', "Oma = Ursula; not ' = c'"),
        ("[search]\nwords = [1]\n", "search.words must be a list of texts"),
        ('[inbox]\ntemplate = "{foo}"\n', "inbox.template may have no braces but those of {year}"),
        ('[inbox]\ntemplate = ".hidden/{year}"\n', "inbox.template must have no folder that begins with a dot"),
        ('[inbox]\ntemplate = "../.."\n', "inbox.template must have no folder that begins with a dot"),
        ('[inbox]\ntemplate = "/etc/x/{year}"\n', "inbox.template must not begin with a slash"),
    ],
)
def test_a_bad_haven_toml(tmp_path: Path, text: str, reason: str) -> None:
    data = tmp_path / "data"
    data.mkdir()
    (data / "haven.toml").write_bytes(text.encode("latin-1"))
    for command in ("status", "index"):
        words = refused(command, "--data", data)
        assert reason in words and "Traceback" not in words and "codec" not in words


def test_models_that_are_not_there_are_a_problem_and_said_once(indexed: Path, tmp_path: Path) -> None:
    data = shutil.copytree(indexed, tmp_path / "data")
    (data / "haven.toml").write_text('[clip]\nmodel = "nope"\n[faces]\nmodel = "gone"\n')
    done = haven("doctor", "--data", data, check=False)
    assert done.returncode == 1
    for setting, name in (("clip.model", "nope"), ("faces.model", "gone")):
        words = f"the setting {setting} names {name}, which is not installed"
        assert (done.stdout + done.stderr).count(words) == 1
        assert any(words in line for line in done.stdout.splitlines() if line.startswith("PROBLEM"))
    assert "To do more" not in done.stdout
    assert haven("status", "--data", data).stderr.count("is not installed") == 2


def test_settings_at_their_ends(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    make_photo(tmp_path / "Pictures/a.jpg")
    rest = 'language = "{}"\ncountry = "{}"\n[people]\nleast_quality = {}\n[search]\nwords = ["Oma = Ursula"]\n'
    for split, recent, workers, *more in ((1, 0, 0, "", "", 0), (10**9, 10**9, 100, "pt-BR", "gb", 1)):
        text = rest.format(*more)
        text += f"[tree]\nsplit_above = {split}\nrecent_photos = {recent}\n[index]\nworkers = {workers}\n"
        (data / "haven.toml").write_text(text)
        assert haven("index", tmp_path / "Pictures", "--data", data).stdout.startswith("1 photo")


@pytest.mark.parametrize("content", [b"not a database " * 100, b""])
def test_a_catalog_that_is_none(tmp_path: Path, content: bytes) -> None:
    data = tmp_path / "data"
    data.mkdir()
    (data / "catalog.sqlite").write_bytes(content)
    for command in (["status"], ["libraries", "list"], ["info", "x"]):
        assert "catalog.sqlite" in refused(*command, "--data", data)
    doctor = haven("doctor", "--data", data, check=False)
    assert doctor.returncode == 1
    assert "Traceback" not in doctor.stderr


def test_a_data_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    make_photo(tmp_path / "Pictures/a.jpg")
    words = refused("index", tmp_path / "Pictures", "--data", tmp_path / "file/data")
    assert "cannot be used" in words
    words = refused("index", tmp_path / "Pictures", "--data", tmp_path / "file")
    assert "is a file, and --data takes a folder" in words


def test_a_port_that_is_taken(tmp_path: Path) -> None:
    make_photo(tmp_path / "Pictures/a.jpg")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        words = refused("serve", tmp_path / "Pictures", "--data", tmp_path / "data", "--port", port)
    assert f"port {port}: Address already in use. Try another port; --port 0" in words


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["--host", "0.0.0.0", "--no-auth"], "--no-auth"),
        (["--host", "no.such.host.invalid"], "Cannot serve"),
        (["--tls-cert", "x.pem"], "belong together"),
        (["--tls-cert", "x.pem", "--tls-key", "y.pem"], "x.pem"),
    ],
)
def test_serving_as_it_cannot_be(tmp_path: Path, arguments: list[str], reason: str) -> None:
    make_photo(tmp_path / "Pictures/a.jpg")
    assert reason in refused("serve", tmp_path / "Pictures", "--data", tmp_path / "data", *arguments)


def test_one_process_holds_the_data_folder(tmp_path: Path) -> None:
    make_photo(tmp_path / "Pictures/a.jpg")
    data = tmp_path / "data"
    with serve(tmp_path / "Pictures", data=data) as serving:
        for command in (["index"], ["serve", "--port", "0"], ["libraries", "remove", "Pictures"]):
            words = refused(*command, "--data", data)
            assert serving.url in words
            assert str(serving.process.pid) in words
        # What only reads goes on.
        status = json.loads(haven("status", "--data", data, "--json").stdout)
        assert (status["photos"], status["serving"]) == (1, serving.url)
        assert haven("info", tmp_path / "Pictures/a.jpg", "--data", data).returncode == 0
        # Killed, it holds nothing any more.
        os.kill(serving.process.pid, signal.SIGKILL)
        serving.process.wait()
        assert json.loads(haven("status", "--data", data, "--json").stdout)["serving"] is None
        assert haven("index", "--data", data).returncode == 0


def test_ctrl_c_ends_an_index_in_silence(tmp_path: Path) -> None:
    for number in range(400):
        make_photo(tmp_path / f"Pictures/{number}.jpg", size=(8, 8))
    data = tmp_path / "data"
    command = [*HAVEN, "index", str(tmp_path / "Pictures"), "--data", str(data)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment(), start_new_session=True
    ) as process:
        wait_for(lambda: (data / "running.json").exists() or process.poll() is not None, "the index to begin")
        # A terminal sends it to the whole group, the workers too.
        os.killpg(process.pid, signal.SIGINT)
        _, errors = process.communicate(timeout=60)
    assert "Traceback" not in errors
    assert process.returncode in (130, 0)
    assert haven("index", tmp_path / "Pictures", "--data", data).stdout.startswith("400 photos")


@pytest.mark.parametrize("command", [("serve",), ("index",), ("serve", "--inbox")])
@pytest.mark.parametrize("inside", ["hv", "deep/er/hv", ""])
def test_a_data_folder_among_photos_is_refused_before_anything_is_written(
    tmp_path: Path, command: tuple[str, ...], inside: str
) -> None:
    photos = tmp_path / "Pictures"
    make_photo(photos / "a.jpg")
    verb, *option = command
    done = haven(verb, *option, photos, "--data", photos / inside, check=False)
    assert done.returncode != 0 and "outside your photos" in done.stderr
    assert [path.name for path in photos.iterdir()] == ["a.jpg"]


def test_nothing_of_the_demo_lies_among_other_files(tmp_path: Path) -> None:
    make_photo(tmp_path / "Pictures/a.jpg")
    assert "a folder of its own" in refused("demo", "--port", "0", "--data", tmp_path / "Pictures")
    assert [path.name for path in (tmp_path / "Pictures").iterdir()] == ["a.jpg"]


@pytest.mark.parametrize("inside", ["", "of/Haven"])
def test_no_backup_lies_among_photos(tmp_path: Path, inside: str) -> None:
    photos, data = tmp_path / "Pictures", tmp_path / "data"
    make_photo(photos / "a.jpg")
    haven("index", photos, "--data", data)
    assert "outside your photos" in refused("backup", photos / inside, "--data", data)
    assert [path.name for path in photos.iterdir()] == ["a.jpg"]
    haven("backup", tmp_path / "copies", "--data", data)
