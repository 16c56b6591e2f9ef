"""Which of what a reader makes of pictures are words: one wrong word too many is worse than one too few."""

import pytest

from haven_text.wordlike import legible


@pytest.mark.parametrize(
    "text, confidence, kept",
    [
        ("Free wifi", 0.99, "Free wifi"),
        ("Bäckerei Grünwald", 0.65, "Bäckerei Grünwald"),
        ("SN55 JVK", 0.97, "SN55 JVK"),
        ("12,50 €", 0.9, "12,50"),
        ("ＷＩＦＩ", 0.9, "WIFI"),
        ("上海建工集团", 0.9, "上海建工集团"),
        ("Sunset Bvld", 0.4, None),
        ("six", 0.7, None),  # so short a word may be chance
        ("IIIIII", 0.99, None),  # a fence
        ("园", 0.7, None),  # a lamp
        ("K兴火", 0.7, None),
        ("a", 0.99, None),
        ("- | ·", 0.99, None),
    ],
)
def test_words(text: str, confidence: float, kept: str | None) -> None:
    assert list(legible([(text, confidence)])) == ([] if kept is None else [kept])
