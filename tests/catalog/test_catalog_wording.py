"""Corrections and gestures in words: templates of plugins, filled from what a correction has, or else its kind."""

import ast
from itertools import count
from pathlib import Path

import pytest
from helpers.home import plugins

from haven_fs.catalog.history import KIND, Correction, Gesture
from haven_fs.catalog.wording import Wording, Words

ROOT = Path(__file__).parents[2]
IDS = count(1)
WORDS = Wording(
    [
        Words("put", "{photo} is in {name}", "{photos} are in {name}"),
        Words("note", "{note} is in {name}", "{photos} are in {name}"),
        Words("named", "{before} is {name}"),
        Words("odd", "{no such} {0}"),
        Words("here", "{photo} is in {folder}"),
        Words(KIND, "{changes} undone"),
    ]
)


def said(kind: str, photo: str | None = None, **data: object) -> Correction:
    return Correction(next(IDS), 0.0, "", "/Albums/Trip", 1, kind, photo, data, None)


@pytest.mark.parametrize(
    ("one", "sentence"),
    [
        (said("put", "a.jpg", name="{photo} %s"), "a.jpg is in {photo} %s"),
        (said("put", None, name="A"), "a photo is in A"),
        (said("named", name="Alice", before="Person 12"), "Person 12 is Alice"),
        (said("named", name="Alice", before=None), 'named "Alice"'),
        (said("nobody knows", "a.jpg", name="A"), 'nobody knows "A" a.jpg'),
        (said("odd", "a.jpg"), "odd a.jpg"),
        (said("here", "a.jpg"), "a.jpg is in Trip"),
        (said(KIND, corrections=[1]), "1 change undone"),
        (said(KIND, corrections=[*range(1200)]), "1,200 changes undone"),
    ],
)
def test_a_sentence(one: Correction, sentence: str) -> None:
    assert WORDS.sentence(one) == sentence


PUT = [said("put", f"{number}.jpg", name="A") for number in range(1200)]


@pytest.mark.parametrize(
    ("gesture", "words"),
    [
        (PUT[:1], "0.jpg is in A"),
        (PUT[:12], "12 photos are in A"),
        (PUT, "1,200 photos are in A"),
        ([PUT[0], PUT[0]], "0.jpg is in A"),
        ([*PUT[:2], said("note", name="A", note="About.txt")], "3 files are in A"),
        ([said("note", name="A", note="About.txt")], "About.txt is in A"),
        ([*PUT[:2], said("put", "2.jpg", name="B")], "2 photos are in A, and 1 more change"),
        ([said("named", name="Alice", before="Bob"), said("named", name="Bob", before="Carl")],
         "Bob is Alice, and 1 more change"),
        ([said("nobody knows", "a.jpg"), said("nobody knows", "b.jpg")], "nobody knows a.jpg, and 1 more change"),
        (Gesture(1, tuple(PUT[:50]), 1200, 1100, undone=False), "1,100 photos are in A"),
    ],
)  # fmt: skip
def test_a_gesture(gesture: list[Correction], words: str) -> None:
    assert WORDS.summary(gesture) == words


def test_there_are_words_for_all_that_haven_notes() -> None:
    wording, noted = plugins().wording(), {KIND}
    for path in [*(ROOT / "haven_fs").rglob("*.py"), *(ROOT / "plugins").rglob("*.py")]:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        named = {
            target.id: node.value.value
            for node in tree.body
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
            for target in node.targets
            if isinstance(target, ast.Name)
        }
        for node in ast.walk(tree):
            called = getattr(node, "func", None)
            name = getattr(called, "attr", getattr(called, "id", ""))
            place = {"correct": 0, "say": 3, "unsay": 3, "_say": 3}.get(name)
            if isinstance(node, ast.Call) and place is not None and len(node.args) > place:
                kind = node.args[place]
                value = named.get(kind.id) if isinstance(kind, ast.Name) else getattr(kind, "value", None)
                if isinstance(value, str):
                    noted.add(value)
    assert {"person named", "taken then", "taken here", "album made", "hidden", "person not in photo"} <= noted
    assert noted <= wording._words.keys(), "these kinds of corrections have no words"
