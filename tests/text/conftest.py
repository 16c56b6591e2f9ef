"""Reading is tested with what really reads; where the extra `[text]` is not installed, those tests skip."""

from collections.abc import Callable
from functools import cache
from hashlib import blake2b

import pytest
from PIL import Image, ImageDraw, ImageFont

from haven_text.reader import Line, Reader, Weights


class Remembering(Reader):
    """Reads every picture once: tests look at the same ones again and again, and reading takes a second."""

    def __init__(self, weights: Weights) -> None:
        super().__init__(weights)
        self._seen: dict[bytes, bool] = {}
        self._lines: dict[bytes, list[Line]] = {}

    def sees_text(self, picture: Image.Image) -> bool:
        """Return what was seen, once it was looked for."""
        key = blake2b(picture.tobytes()).digest()
        if key not in self._seen:
            self._seen[key] = super().sees_text(picture)
        return self._seen[key]

    def read(self, picture: Image.Image) -> list[Line]:
        """Return what was read, once it was."""
        key = blake2b(picture.tobytes()).digest()
        if key not in self._lines:
            self._lines[key] = super().read(picture)
        return self._lines[key]


@cache
def _reader() -> Reader:
    weights = Weights.installed()
    assert weights is not None
    return Remembering(weights)


@pytest.fixture
def reader(monkeypatch: pytest.MonkeyPatch) -> Reader:
    """What reads, loaded once for all tests of a process, and turned on for what a test starts."""
    if Weights.installed() is None:
        pytest.skip("the extra [text] is not installed: pip install '.[text]'")
    monkeypatch.delenv("HAVEN_TEXT", raising=False)
    # An analyzer of its own for each run would load the weights each time.
    monkeypatch.setattr("haven_text.analyzer.Reader", lambda _: _reader())
    return _reader()


@pytest.fixture
def sign() -> Callable[..., Image.Image]:
    """Draw lines in large letters, in white on blue: `sign("Free", "wifi")`."""

    def drawn(*lines: str) -> Image.Image:
        image = Image.new("RGB", (900, 60 + 170 * len(lines)), "#0b4ea2")
        for number, line in enumerate(lines):
            ImageDraw.Draw(image).text((40, 40 + 170 * number), line, "white", ImageFont.load_default(110))
        return image

    return drawn
