"""What was said is all in `corrections.jsonl` though the catalog is lost, and `haven doctor` says what it lacks."""

import json
import signal
from pathlib import Path
from typing import Any

import pytest
from helpers.dav import Client
from helpers.serving import haven, serve


def made(data: Path) -> list[str]:
    lines = [json.loads(line) for line in (data / "corrections.jsonl").read_text().splitlines()]
    return [line["data"]["name"] for line in lines if line["kind"] == "album made"]


def make_albums(client: Client, *names: str) -> None:
    for name in names:
        assert client("MKCOL", f"/Albums/{name}").status == 201


def problems(data: Path) -> list[str]:
    found: dict[str, Any] = json.loads(haven("doctor", "--json", "--data", data, check=False).stdout)
    return list(found["problems"])


@pytest.fixture
def data(tmp_path: Path) -> Path:
    (tmp_path / "Pictures").mkdir()
    data = tmp_path / "data"
    haven("index", tmp_path / "Pictures", "--data", data)
    return data


def test_a_catalog_that_is_lost(data: Path) -> None:
    first, second = [f"A{n}" for n in range(5)], [f"B{n}" for n in range(7)]
    with serve(data=data) as serving, Client(serving.url) as client:
        make_albums(client, *first)
    assert not [one for one in problems(data) if "corrections" in one]
    for path in data.glob("catalog.sqlite*"):
        path.unlink()
    with serve(data=data) as serving, Client(serving.url) as client:
        assert client.folders("/Albums/") == first
        make_albums(client, *second)
    assert made(data) == [*first, *second]
    assert not [one for one in problems(data) if "corrections" in one]


def test_a_log_that_is_lost_after_a_kill(data: Path) -> None:
    """Acknowledged and fsynced in the record, but the catalog goes back to what it was before."""
    first, second = [f"X{n:02}" for n in range(20)], [f"Y{n:02}" for n in range(23)]
    with serve(data=data) as serving, Client(serving.url) as client:
        make_albums(client, *first)
        serving.process.send_signal(signal.SIGKILL)
        serving.process.wait()
    for ending in ("-wal", "-shm"):
        (data / f"catalog.sqlite{ending}").unlink()
    log = data.with_name("data.log")
    before = len(log.read_text())
    with serve(data=data) as serving, Client(serving.url) as client:
        assert client.folders("/Albums/") == first
        said = log.read_text()[before:]
        assert said.count("20 changes that the catalog lacks") == 1
        make_albums(client, *second)
        haven("undo", "--data", data)
        make_albums(client, "Z")
        assert client.folders("/Albums/") == [*first, *second[:-1], "Z"]
    assert made(data) == [*first, *second, "Z"]
    assert not [one for one in problems(data) if "corrections" in one]
    (data / "corrections.jsonl").unlink()
    assert "lacks 45 changes" in next(one for one in problems(data) if "corrections" in one)
    with serve(data=data):
        assert not [one for one in problems(data) if "corrections" in one]
    assert made(data) == [*first, *second, "Z"]
