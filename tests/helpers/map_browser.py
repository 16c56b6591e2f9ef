"""The map in Chromium: what it looks at and shows, and what it asks of anybody."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

LISBON, PARIS, TOKYO = (38.7223, -9.1393), (48.8566, 2.3522), (35.6897, 139.6922)
MAP = "document.querySelector('.haven-map').havenMap"


@dataclass
class Shown:
    """A page with a map. `asked`: the addresses that it asked for, besides what lies in it."""

    page: Any
    asked: list[str] = field(default_factory=list)

    @property
    def looks_at(self) -> tuple[float, float, float]:
        """How far right and down the middle is on the map, and the zoom."""
        x, y, zoom = self.page.evaluate(f"(({{x, y, zoom}}) => [x, y, zoom])({MAP})")
        return float(x), float(y), float(zoom)

    def look_at(self, latitude: float, longitude: float, zoom: float) -> None:
        """Have the map look there at once, and wait until it is at rest."""
        self.page.evaluate(
            f"([lat, lon, zoom]) => {MAP}.place({{x: lon / 360 + 0.5, zoom,"
            " y: 0.5 - Math.atanh(Math.sin(lat * Math.PI / 180)) / (2 * Math.PI)})",
            [latitude, longitude, zoom],
        )
        self.rest()

    def rest(self) -> None:
        """Wait until nothing moves and nothing is waited for."""
        # Asked as a debugger does: the page itself runs no text.
        settled = f"!{MAP}.flying && {MAP}.coarse && {MAP}.root.getAttribute('aria-busy') === 'false'"
        self.until(lambda: self.page.evaluate(f"Boolean({settled})"))
        self.page.wait_for_timeout(60)

    def until(self, condition: Callable[[], object]) -> None:
        """Wait until something is so."""
        end = time.monotonic() + 20
        while not condition():
            assert time.monotonic() < end, "waited 20 s for nothing"
            self.page.wait_for_timeout(30)

    @property
    def labels(self) -> list[str]:
        """What the clusters in view are called, from north to south."""
        found: list[str] = self.page.locator(".map-mark:visible").evaluate_all(
            "marks => marks.map(mark => mark.getAttribute('aria-label'))"
        )
        return found

    @property
    def count(self) -> int:
        """How many photos are in view."""
        return sum(int(label.partition(" ")[0].replace(",", "")) for label in self.labels)


def _is_problem(message: Any) -> bool:
    """Tell whether a message in the browser's console is a complaint, and not about how these tests look."""
    return message.type in ("error", "warning") and "getImageData" not in message.text


@contextmanager
def shown(browser: Any, url: str, *, width: int = 1000, height: int = 700, **more: Any) -> Iterator[Shown]:
    """Open a map in a fresh profile; what its scripts complain about fails the test."""
    context = browser.new_context(viewport={"width": width, "height": height}, **more)
    page = context.new_page()
    page.set_default_timeout(20_000)
    problems: list[str] = []
    found = Shown(page)
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda message: problems.append(message.text) if _is_problem(message) else None)
    page.on("request", lambda request: found.asked.append(request.url) if request.url[:5] != "data:" else None)
    try:
        page.goto(url)
        if more.get("java_script_enabled", True):
            found.rest()
        yield found
        assert not problems, problems
    finally:
        context.close()
