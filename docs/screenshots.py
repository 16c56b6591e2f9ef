"""Take the pictures of the page that the documents show: `python docs/screenshots.py`, then look at each.

Serves `haven demo` from a scratch folder, so they show what anybody sees who tries it. Needs Chromium and the extra
`[test]`.
"""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from helpers.browser import chromium, opened

FOLDER = Path(__file__).with_suffix("")
HAVEN = [sys.executable, "-m", "haven_fs"]
WIDE, PHONE = (1200, 760), (360, 720)
_QUALITY = 82
_PATIENCE = 300.0


def main() -> None:
    """Take them all."""
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch, served(Path(scratch)) as url, chromium() as browser:

        def take(path: str, size: tuple[int, int] = WIDE, *keys: str, wait: str = "", **more: Any) -> Image.Image:
            with opened(browser, url + path, width=size[0], height=size[1], **more) as page:
                for key in keys:
                    page.keyboard.press(key)
                if wait:
                    page.wait_for_selector(wait)
                page.wait_for_load_state("networkidle")
                page.wait_for_timeout(1000)  # for what fades in
                return Image.open(BytesIO(page.screenshot()))

        keep("home", take("/"))
        keep("search", take("/?q=dog+on+beach"))
        keep("photo", take(first(browser, url + "/People/Alice/"), WIDE, "i"))
        keep("map", take("/Places/"))
        keep(
            "phone",
            beside(
                take("/", PHONE),
                take("/People/", PHONE),
                take("/Timeline/", PHONE, color_scheme="dark"),
            ),
        )


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Run the demo until the block ends; give its address once all is indexed."""
    command = [*HAVEN, "demo", "--data", str(folder), "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:  # noqa: S603
        try:
            assert process.stdout is not None
            url = process.stdout.readline().split()[-1].rstrip("/")
            wait_until_indexed(folder)
            yield url
        finally:
            process.terminate()
            process.communicate()


def wait_until_indexed(folder: Path) -> None:
    """Return when nothing is due any more."""
    until = time.monotonic() + _PATIENCE
    while time.monotonic() < until:
        told = subprocess.run([*HAVEN, "status", "--json", "--data", str(folder)], capture_output=True, check=True)  # noqa: S603
        if json.loads(told.stdout)["pending"] == 0:
            return
        time.sleep(1)
    raise SystemExit("The demo was not indexed in time.")


def first(browser: Any, url: str) -> str:
    """Return the path of the first photo of a folder's page."""
    with opened(browser, url) as page:
        return str(
            page.evaluate(
                "() => { const a = document.querySelector('main a[href$=\"?view\"]'); return a.pathname + a.search; }"
            )
        )


def beside(*pictures: Image.Image) -> Image.Image:
    """Return pictures of phones side by side."""
    gap = 24
    width = sum(picture.width for picture in pictures) + gap * (len(pictures) - 1)
    whole = Image.new("RGBA", (width, max(picture.height for picture in pictures)))
    left = 0
    for picture in pictures:
        whole.paste(picture, (left, 0))
        left += picture.width + gap
    return whole


def keep(name: str, picture: Image.Image) -> None:
    """Put a picture among those of the documents."""
    path = FOLDER / f"{name}.webp"
    picture.save(path, quality=_QUALITY, method=6)
    print(f"{path.name}: {picture.width} x {picture.height}, {path.stat().st_size / 1000:.0f} kB", flush=True)


if __name__ == "__main__":
    main()
