"""`haven log` and `haven undo`, beside a server that goes on."""

import json
from collections.abc import Iterator
from urllib.parse import quote

import pytest
from helpers.dav import Client
from helpers.home import Home
from helpers.people import LEFT, plant_people
from helpers.serving import Serving, haven, serve

PHOTOS = [f"IMG_{number}.jpg" for number in range(1, 6)]


@pytest.fixture
def house(home: Home) -> Iterator[Serving]:
    """A server over five photos of somebody."""
    for name in PHOTOS:
        home.add(name)
    plant_people(home, (LEFT, PHOTOS))
    home.close()
    with serve(data=home.data) as serving:
        yield serving


def log(house: Serving, *options: str) -> list[dict[str, object]]:
    lines = haven("log", "--json", "--data", house.data, *options).stdout.splitlines()
    return [json.loads(line) for line in lines]


def test_a_gesture_is_taken_back_while_the_server_runs(house: Serving) -> None:
    assert "No changes recorded yet" in haven("log", "--data", house.data).stdout
    with Client(house.url) as client:
        answer = client("MOVE", "/People/Person%201", Destination=f"{client.address}/People/Alice")
        assert answer.status == 201
        for photo in PHOTOS[:3]:
            assert client("DELETE", f"/People/Alice/{photo}").status == 204
        assert client.files("/People/Alice/") == PHOTOS[3:]
        said = log(house)
        assert [one["kind"] for one in said] == ["person not in photo"] * 3 + ["person named"]
        assert {one["place"] for one in said} == {"/People/Alice", "/People"}
        assert len({one["gesture"] for one in said}) == 2
        shown = haven("log", "--data", house.data, "--limit", "4").stdout
        assert f"Alice is not in {PHOTOS[0]}, in /People/Alice" in shown and "Person 1 is Alice, in /People" in shown
        tag = client.one("/People/Alice/", "getetag")["getetag"]
        dry = haven("undo", "--dry-run", "--data", house.data).stdout
        assert dry.startswith("This would be undone:\nAlice is not in 3 photos:\n")
        assert dry.count("Alice is not in IMG_") == 3 and client.files("/People/Alice/") == PHOTOS[3:]
        told = haven("undo", "--data", house.data).stdout
        assert told.startswith("Undoing:\nAlice is not in 3 photos:\n") and told.index("IMG_1.jpg") < told.index(
            "Undone."
        )
        assert client.files("/People/Alice/") == PHOTOS
        assert client.one("/People/Alice/", "getetag")["getetag"] != tag
        assert "Person 1 is Alice" in haven("undo", "--data", house.data).stdout
        assert client.folders("/People/") == ["Person 1"]
        assert "1 change undone, with `haven undo`" in haven("log", "--data", house.data).stdout
        assert "Nothing to undo" in haven("undo", "--data", house.data).stdout
        # By its number, taking back is taken back.
        newest = str(log(house)[0]["id"])
        assert json.loads(haven("undo", newest, "--json", "--data", house.data).stdout)["taken_back"] == [int(newest)]
        assert client.folders("/People/") == ["Alice"]
    lines = [json.loads(line) for line in (house.data / "corrections.jsonl").read_text().splitlines()]
    assert [line["id"] for line in lines] == sorted({line["id"] for line in lines}), "each once, in order"
    assert len(lines) == 7


def test_what_was_so_is_so_again_though_some_was_undone_before(house: Serving) -> None:
    with Client(house.url) as client:

        def named() -> list[str]:
            return client.folders("/People/")

        def rename(old: str, new: str) -> None:
            to = f"{client.address}/People/{quote(new)}"
            assert client("MOVE", f"/People/{quote(old)}", Destination=to).status == 201

        def undo(*options: str) -> str:
            return haven("undo", *options, "--data", house.data).stdout

        rename("Person 1", "Alice")
        undo()  # void: a name and its undo
        rename("Person 1", "Wrong")
        undo()
        newest = str(log(house)[0]["id"])
        undo(newest)  # an undo of the undo: it is Wrong after all
        rename("Wrong", "Anna")
        assert named() == ["Anna"]
        told = undo("--since", "1h")
        assert named() == ["Person 1"] and "Wrong is Anna" in told and "Alice" not in told
        assert undo("--since", "1h") == "Nothing to undo.\n" and named() == ["Person 1"]
        undo(str(log(house)[0]["id"]))  # all of that
        assert named() == ["Anna"]
        assert "Anna" in undo("--since", "1h") and named() == ["Person 1"]


def test_by_time_and_by_user(house: Serving) -> None:
    with Client(house.url) as client:
        client("DELETE", f"/People/{quote('Person 1')}/{PHOTOS[0]}")
        assert log(house, "--since", "2100-01-01") == [] and log(house, "--user", "nobody") == []
        assert len(log(house, "--since", "5m")) == 1
        none = haven("undo", "--since", "5m", "--user", "nobody", "--data", house.data).stdout
        assert "Nothing to undo" in none
        haven("undo", "--since", "5m", "--data", house.data)
        assert client.files("/People/Person%201/") == PHOTOS


@pytest.mark.parametrize(
    ("words", "status", "sentence"),
    [
        (["99"], 1, "There is no change number 99. `haven log` lists them."),
        (["x"], 2, "ID: give a whole number of 1 or more, not `x`."),
        (["--since", "yesterday"], 2, "--since: give a time such as 2024-07-31T18:30, or 20m for 20 minutes ago"),
    ],
)
def test_mistakes_are_told(house: Serving, words: list[str], status: int, sentence: str) -> None:
    done = haven("undo", *words, "--data", house.data, check=False)
    assert done.returncode == status and sentence in done.stderr
