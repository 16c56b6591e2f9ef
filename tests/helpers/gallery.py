"""A drive to look at in a browser: many photos on few days, few on many, people, places, films, and odd names."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from urllib.parse import quote

from haven_fs.catalog import names
from haven_fs.testing import make_photo, make_video
from helpers.dav import Client
from helpers.home import Home
from helpers.pages import Element, read_page
from helpers.serving import Serving, serve

PARIS, BERLIN = (48.8584, 2.2945), (52.5163, 13.3777)
BUSY = "2024-07-06"
"""A day of 150 photos."""
EVIL = """<img src=x onerror=alert(1)> "quoted" & 'ticked' 100% #1 ?x=😀.jpg"""


@dataclass(slots=True)
class Gallery:
    """A server over the library, and its photos' names by day, as yyyymmdd."""

    serving: Serving
    days: dict[int, set[str]] = field(default_factory=dict)

    @property
    def url(self) -> str:
        """Its address, without the slash at the end."""
        return self.serving.url.rstrip("/")

    @property
    def names(self) -> set[str]:
        """The names of all photos."""
        return {name for names in self.days.values() for name in names}


class Pages(Client):
    """A client that asks as a browser does, and reads pages."""

    def page(self, path: str, status: int = 200, **headers: str) -> Element:
        """Return the page at a path, which is percent-encoded already."""
        answer = self("GET", path, Accept="text/html", **headers)
        assert answer.status == status, (path, answer.status, answer.body[:500])
        assert answer["Content-Type"] == "text/html; charset=utf-8"
        return read_page(answer.body)


@contextmanager
def serve_gallery(folder: Path) -> Iterator[Gallery]:
    """Make the library in an empty folder, and serve it until the block ends."""
    home = Home(folder)
    root = home.root
    days: dict[int, set[str]] = {}

    def add(day: str, name: str, place: tuple[float, float] | None = None, **more: object) -> None:
        hour = len(days.setdefault(int(day.replace("-", "")), set()))
        taken = f"{day} {hour // 60:02d}:{hour % 60:02d}:00"
        make_photo(root / day[:4] / name, taken, place, **more)  # type: ignore[arg-type]
        days[int(day.replace("-", ""))].add(name)

    for number in range(150):
        add(BUSY, f"BUSY_{number:03d}.jpg", PARIS if number < 30 else None)
    for number in range(90):
        day = date(2022, 1, 1) + timedelta(days=7 * (number // 2))
        add(day.isoformat(), f"CALM_{number:03d}.jpg", BERLIN if number % 3 else None)
    box = (0.3, 0.2, 0.6, 0.7)
    add("2023-05-01", "ANNA_1.jpg", PARIS, people={"Anna": box}, size=(640, 480), caption="On the terrace")
    add("2023-05-01", "ANNA_2.jpg", people={"Anna": box, "Bo": (0.7, 0.2, 0.9, 0.5)}, size=(640, 480), rating=5)
    add("2021-03-03", EVIL, people={"<b>Mallory</b>": box}, size=(640, 480), caption="<img src=x onerror=alert(1)>")
    make_video(root / "2021" / "FILM_1.mp4", seconds=8, taken="2021-03-04 10:00:00")
    days[20210304] = {"FILM_1.mp4"}
    (root / "2021" / "broken.jpg").write_bytes(b"\xff\xd8\xff\xe0" + bytes(range(256)) * 4)
    (root / "2021" / "notes.txt").write_text("Not a photo.\n")
    home.index()
    home.close()
    with serve(data=home.data) as serving, Client(serving.url) as dav:
        for name in ("Summer", "A%26B%20%27best%27"):
            assert dav("MKCOL", f"/Albums/{name}").status == 201
        for name in ("ANNA_1.jpg", "BUSY_001.jpg"):
            to = f"{dav.address}/Albums/Summer/{name}"
            assert dav("COPY", f"/Recent/{name}", Destination=to).status in (201, 204)
        assert dav("MKCOL", "/Search/anna").status == 201
        yield Gallery(serving, days)


def shown_as(name: str) -> str:
    """Return how a link on a page names a photo of the library, which has a portable name there."""
    return quote(names.portable(name), safe="-_.~!()")
