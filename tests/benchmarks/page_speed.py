"""The page of a month of many photos in a browser: how soon it shows, what it loads, the memory to scroll through it.

    python tests/benchmarks/page_speed.py LIBRARY [--runs 7]

LIBRARY: a folder of, say, 10,000 photos. A copy of what is known of them says that all were taken in one month. Needs
playwright and Chromium. For the first content the processor is slowed down to a quarter, as a phone's is. Memory is
what the process of the page holds for itself, looked at all the way down (Linux); Chromium is driven through a pipe for
that, since a debugger that watches the network has it keep all that was loaded.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from contextlib import closing, suppress
from pathlib import Path
from sqlite3 import connect
from typing import Any

from common import HAVEN, scratch, serving, show

MONTH = "Timeline/2024/2024-07/"
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
SLOWER = 4
WIDTH, HEIGHT = 1280, 800


def put_into_one_month(data: Path) -> int:
    """Have the catalog say that all photos were taken in July 2024; return how many there are."""
    with closing(connect(data / "catalog.sqlite")) as db:
        day = "(id % 31)"
        db.execute(f"UPDATE photo SET day = 20240701 + {day}, taken = 1719828000 + 86400 * {day} + id % 40000")
        db.commit()
        return int(db.execute("SELECT count(*) FROM photo WHERE shown = 1").fetchone()[0])


def first_screen(url: str, runs: int) -> None:
    """Measure when something shows, and what is loaded until nothing more is asked for."""
    from playwright.sync_api import sync_playwright

    painted, loaded = [], []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        for run in range(runs + 1):
            context = browser.new_context(viewport={"width": WIDTH, "height": HEIGHT})
            page = context.new_page()
            debugger = context.new_cdp_session(page)
            sizes: list[int] = []
            debugger.on("Network.loadingFinished", lambda event, to=sizes: to.append(int(event["encodedDataLength"])))
            debugger.send("Network.enable")
            debugger.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
            page.goto(url, wait_until="networkidle")
            if run:  # the first is for the server to warm up
                painted.append(page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime"))
                loaded.append(sum(sizes) / 1000)
            context.close()
        browser.close()
    show(f"first content, processor {SLOWER} times slower", painted, "ms")
    show("loaded for the first screen", loaded, "kB")


class Piped:
    """Chromium with one page, driven by what its debugger takes through a pipe."""

    def __init__(self, profile: Path) -> None:
        theirs, self._out = os.pipe()
        self._in, back = os.pipe()

        def connect_pipes() -> None:
            os.dup2(theirs, 3)
            os.dup2(back, 4)

        command = [CHROMIUM, "--headless=new", "--no-sandbox", "--remote-debugging-pipe", f"--user-data-dir={profile}"]
        command += [f"--window-size={WIDTH},{HEIGHT}", "about:blank"]
        self._process = subprocess.Popen(command, preexec_fn=connect_pipes, close_fds=False, stderr=subprocess.DEVNULL)
        self._read, self._sent = b"", 0
        self._session = ""
        while not (pages := [one for one in self("Target.getTargets")["targetInfos"] if one["type"] == "page"]):
            time.sleep(0.1)
        attached = self("Target.attachToTarget", targetId=pages[0]["targetId"], flatten=True)
        self._session = attached["sessionId"]

    def __call__(self, method: str, **given: Any) -> dict[str, Any]:
        """Call a method of the debugger's and return what it answers."""
        self._sent += 1
        message = {"id": self._sent, "method": method, "params": given}
        if self._session and not method.startswith(("SystemInfo.", "Browser.")):
            message["sessionId"] = self._session
        os.write(self._out, json.dumps(message).encode() + b"\0")
        while True:
            while b"\0" not in self._read:
                self._read += os.read(self._in, 65536)
            one, _, self._read = self._read.partition(b"\0")
            answer = json.loads(one)
            if answer.get("id") == self._sent:
                return dict(answer.get("result", {}))

    def ask(self, expression: str) -> Any:
        """Return what a script of the page's gives."""
        return self("Runtime.evaluate", expression=expression, returnByValue=True)["result"].get("value")

    def memory(self) -> float:
        """Return what the page's process shares with no other, in MB; it is the largest of its kind."""
        processes = self("SystemInfo.getProcessInfo")["processInfo"]
        return max(private(int(one["id"])) for one in processes if one["type"] == "renderer")

    def close(self) -> None:
        """End it."""
        with suppress(OSError):
            self("Browser.close")
        self._process.wait(timeout=20)


def private(pid: int) -> float:
    """Return the memory that a process shares with no other, in MB."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("Private_")) / 1024


def scrolled(url: str, profile: Path) -> None:
    """Scroll to the end as with a wheel, and measure memory on the way and afterwards."""
    browser = Piped(profile)
    browser("Page.navigate", url=url)
    time.sleep(5)
    show("memory of the page at first", [browser.memory()], "MB")
    taken = []
    while browser.ask("scrollY < document.documentElement.scrollHeight - innerHeight - 2"):
        for _ in range(8):
            browser("Input.dispatchMouseEvent", type="mouseWheel", x=600, y=400, deltaX=0, deltaY=500)
            time.sleep(0.04)
        taken.append(browser.memory())
    show("memory on the way down", taken, "MB")
    show("the most of it", [max(taken)], "MB")
    time.sleep(15)
    show("memory at the end, after a while", [browser.memory()], "MB")
    show("tiles in the page at the end", [browser.ask("document.querySelectorAll('.tile').length")], "")
    browser.close()


def main() -> None:
    """Index a library, say that it is one month, and measure its page."""
    parser = argparse.ArgumentParser()
    parser.add_argument("library", type=Path)
    parser.add_argument("--runs", type=int, default=7)
    args = parser.parse_args()
    with scratch() as folder:
        data = folder / "data"
        subprocess.run([*HAVEN, "index", str(args.library), "--data", str(data)], check=True, stdout=sys.stderr)
        print(f"{put_into_one_month(data):,} photos in {MONTH}")
        with serving(args.library, data) as (url, _):
            first_screen(f"{url}{MONTH}", args.runs)
            scrolled(f"{url}{MONTH}", folder / "profile")


if __name__ == "__main__":
    main()
