"""Chromium, driven by playwright, and axe-core, which finds what people with a screen reader or a keyboard cannot use.

HAVEN_CHROMIUM names another Chromium.
"""

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import resources
from typing import Any

import pytest

_SERIOUS = ("serious", "critical")


@contextmanager
def chromium() -> Iterator[Any]:
    """Give a browser until the block ends; skip the test where there is none."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    program = os.environ.get("HAVEN_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if program is None:
        pytest.skip("Chromium is not installed")
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=program, args=["--no-sandbox"])
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def opened(
    browser: Any, url: str, *, width: int = 1280, height: int = 800, refusals: bool = False, **more: Any
) -> Iterator[Any]:
    """Give a page of a fresh profile; what its scripts complain about fails the test.

    `refusals`: requests may be refused, which the browser notes by itself.
    `more`: options of playwright's new_context, such as color_scheme="dark" or java_script_enabled=False.
    """
    context = browser.new_context(viewport={"width": width, "height": height}, **more)
    page = context.new_page()
    page.set_default_timeout(20_000)
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda message: problems.append(message.text) if message.type in ("error", "warning") else None)
    try:
        page.goto(url)
        page.wait_for_load_state("networkidle")
        yield page
        noted = [one for one in problems if not (refusals and one.startswith("Failed to load resource"))]
        assert not noted, noted
    finally:
        context.close()


def until(page: Any, condition: str, *, seconds: float = 20) -> None:
    """Wait until a script's expression is true: asked as a debugger does, since the page itself runs no such text."""
    end = time.monotonic() + seconds
    while not _holds(page, condition):
        assert time.monotonic() < end, f"waited {seconds:.0f} s for {condition}"
        page.wait_for_timeout(50)


def _holds(page: Any, condition: str) -> bool:
    """Tell whether an expression is true; on a page that is just being left nothing is."""
    from playwright.sync_api import Error

    try:
        return bool(page.evaluate(f"Boolean({condition})"))
    except Error as error:
        if "context was destroyed" not in str(error):
            raise
        return False


def axe_core() -> str:
    """Return the source of axe-core; skip the test where it is not to be had."""
    package = pytest.importorskip("axe_playwright_python", reason="axe-playwright-python is not installed")
    return resources.files(package).joinpath("axe.min.js").read_text(encoding="utf-8")


def complaints(page: Any, axe: str) -> list[str]:
    """Return what axe-core finds serious or worse on a page, in its words."""
    page.evaluate(axe)  # as a debugger does: the page itself would not run it
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{one['impact']} {one['id']}: {one['help']} {[node['html'][:160] for node in one['nodes'][:3]]}"
        for one in found["violations"]
        if one["impact"] in _SERIOUS
    ]
