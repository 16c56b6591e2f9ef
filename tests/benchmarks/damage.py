"""Damage a data folder in every way that docs/troubleshooting.md lists, and see what Haven says, serves and repairs.

    python tests/benchmarks/damage.py [--only WORDS] [--base DIR]

The data folder is that of the demo, with albums, a favourite, named people and searches. Each kind of damage is done to
a copy of it. Then `haven doctor` is asked; `haven serve` is started; a page, a PROPFIND, a search and a PUT are sent;
`haven repair` is run where the server has stopped, then `haven index`; and what was said is compared with what it was.
One table tells all that. The exit status is 1 if a kind ends other than documented.
"""

import argparse
import http.client
import io
import json
import re
import select
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, urlsplit

sys.path.insert(0, str(Path(__file__).parents[1]))

from common import HAVEN, scratch, settle
from helpers.damage_kinds import KINDS, Kind, facts, library_of, prepare
from PIL import Image

_SEARCH = "dog on beach"
_PATIENCE = 180.0
"""Seconds after which a program hangs."""


@dataclass
class Server:
    """A `haven serve` that may not start; `log` is what it wrote to its error output."""

    data: Path
    log: Path
    url: str | None = None
    process: "subprocess.Popen[str] | None" = None
    stuck: bool = False

    def __enter__(self) -> "Server":
        command = [*HAVEN, "serve", "--data", str(self.data), "--port", "0"]
        with self.log.open("w") as errors:
            self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True)
        assert self.process.stdout is not None
        if not select.select([self.process.stdout], [], [], _PATIENCE)[0]:
            self.process.kill()
        first = self.process.stdout.readline()
        self.url = first.split()[-1] if first.startswith("Serving") else None
        return self

    def __exit__(self, *_: object) -> None:
        assert self.process is not None and self.process.stdout is not None
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(timeout=60)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.stuck = True
        self.process.stdout.close()

    def ask(self, method: str, path: str, body: bytes = b"", **headers: str) -> tuple[int, bytes]:
        """Send a request and return the status and body of its answer; 0 if there is none."""
        assert self.url is not None
        connection = http.client.HTTPConnection("127.0.0.1", urlsplit(self.url).port or 0, timeout=120)
        try:
            connection.request(method, quote(path), body, headers)
            answer = connection.getresponse()
            return answer.status, answer.read()
        except (OSError, http.client.HTTPException):
            return 0, b""
        finally:
            connection.close()


@dataclass
class End:
    """How one kind of damage ended."""

    kind: Kind
    start: str = ""
    doctor: str = ""
    answers: dict[str, int] = field(default_factory=dict)
    repaired: str = ""
    lost: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    seconds: float = 0.0


def run(*arguments: object) -> "subprocess.CompletedProcess[str]":
    """Run a command of Haven."""
    command = [*HAVEN, *map(str, arguments)]
    try:
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=_PATIENCE)
    except subprocess.TimeoutExpired:
        return subprocess.CompletedProcess(command, -1, "", f"haven: it hangs: {command}\n")


def picture(number: int) -> bytes:
    """Return a JPEG that no other number gives."""
    out = io.BytesIO()
    Image.effect_noise((64 + number, 48), 60).save(out, "JPEG")
    return out.getvalue()


def make(folder: Path) -> Path:
    """Make the data folder that is damaged, and return it."""
    command = [*HAVEN, "demo", "--data", str(folder / "demo"), "--port", "0", "--no-auth"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert process.stdout is not None
    server = Server(folder, folder / "demo.log", process.stdout.readline().split()[-1], process)
    data = next(path.parent for path in (folder / "demo").rglob("catalog.sqlite"))
    settle(data)
    listing = server.ask("PROPFIND", "/Recent/", Depth="1")[1].decode()
    names = re.findall(r"<D:href>/Recent/([^<]+\.jpg)</D:href>", listing)[:30]
    for number, name in enumerate(names):
        album = f"/Albums/Trip{number % 3}"
        if number < 3:
            server.ask("MKCOL", album)
        assert server.url is not None
        server.ask("COPY", f"/Recent/{name}", Destination=f"{server.url.rstrip('/')}{album}/{name}")
    server.ask("COPY", f"/Recent/{names[1]}", Destination=f"{server.url}Favorites/{names[1]}")
    server.ask("MKCOL", f"/Search/{_SEARCH}")
    server.ask("MOVE", "/People/Person 1/", Destination=f"{server.url}People/Benedikt")
    process.send_signal(signal.SIGTERM)
    process.wait(timeout=60)
    process.stdout.close()
    with (data / "haven.toml").open("a") as settings:
        settings.write("\n[text]\nread = false\n")  # it would take minutes each time, and tells nothing here
    prepare(data)
    return data


def try_kind(kind: Kind, base: Path, folder: Path, before: dict[str, list[object]], number: int) -> End:
    """Do one kind of damage to a copy, and go through all that an owner would."""
    end, began, data = End(kind), time.monotonic(), folder / "data"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(base, data)
    kind.make(data)
    said = run("doctor", "--data", data)
    told = [line.removeprefix("PROBLEM: ") for line in said.stdout.splitlines() if line.startswith("PROBLEM")]
    told += [line.removeprefix("haven: ") for line in said.stderr.splitlines() if line.startswith("haven: ")]
    end.doctor = next((line for line in told if kind.doctor and kind.doctor in line), "")
    if kind.doctor and not end.doctor:
        end.wrong.append(f"doctor does not find it: {told}")
    log = folder / "log"
    with Server(data, log) as server:
        if server.url is not None:
            end.start = "serves"
            asked: list[tuple[str, str, str, bytes, dict[str, str]]] = [
                ("GET", "GET", "/Timeline/", b"", {"Accept": "text/html"}),
                ("PROPFIND", "PROPFIND", "/Albums/Trip1/", b"", {"Depth": "1"}),
                ("search", "PROPFIND", f"/Search/{_SEARCH}/", b"", {"Depth": "1"}),
                ("PUT", "PUT", f"/Inbox/new{number}.jpg", picture(number), {}),
            ]
            for what, method, path, body, headers in asked:
                status, answer = server.ask(method, path, body, **headers)
                end.answers[what] = status
                if status not in (200, 201, 204, 207, 503, 507):
                    end.wrong.append(f"{what} is answered {status}: {answer[:200]!r}")
            time.sleep(1)
            _, traceback, said = log.read_text().partition("Traceback")
            if traceback:
                end.wrong.append(f"there is a traceback in the log: {said[-2000:]}")
    if server.stuck:
        end.wrong.append("it does not stop")
    if server.url is None:
        end.start = log.read_text().strip().splitlines()[-1].removeprefix("haven: ")
    if (server.url is not None) is not kind.starts:
        end.wrong.append(f"it {'starts' if server.url else 'does not start'}: {end.start}")
    refused = end.answers.get("PUT", 0) not in (201, 204)
    done = run("repair", "--data", data, "--json") if "haven.toml" not in kind.name else None
    if done is not None and done.returncode == 0:
        facts_ = json.loads(done.stdout.splitlines()[-1])
        end.repaired = "" if facts_["found"] is None else ("indices" if facts_["only_indices"] else "rows saved")
        end.repaired = "new" if facts_["found"] and not facts_["saved"] and not facts_["only_indices"] else end.repaired
    if kind.repair and not end.repaired:
        end.wrong.append(f"repair does nothing: {done.stderr if done else ''}")
    if kind.undo is not None:
        kind.undo(data)
    if kind.indexes:
        again = run("index", base.parent / "Demo Photos", "--data", data)
        if again.returncode:
            end.wrong.append(f"index fails: {again.stderr.splitlines()[-1:]}")
        after = facts(data)
        new = f"new{number}.jpg"
        end.lost = [what for what, rows in before.items() if not set(rows) <= set(after[what])]
        if refused and any(new in str(row) for row in after["photos"]):
            end.wrong.append("what was refused is there")
        if not refused and not any(new in str(row) for row in after["photos"]):
            end.wrong.append("what was acknowledged is not there")
        if end.lost and not kind.lost:
            end.wrong.append(f"lost: {end.lost}")
        if kind.album and repr((kind.album,)) not in after["albums"]:
            end.wrong.append("what was acknowledged before the kill is not there")
        (library_of(data, inbox=True) / new).unlink(missing_ok=True)
    end.seconds = time.monotonic() - began
    return end


def main() -> int:
    """Go through all kinds and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="only the kinds whose names contain these words")
    parser.add_argument("--base", type=Path, help="where the undamaged data folder is, or is to be made and kept")
    args = parser.parse_args()
    with scratch() as folder:
        base = (args.base / "demo/data") if args.base and args.base.exists() else make(args.base or folder)
        before = facts(base)
        print("said before:", {what: len(rows) for what, rows in before.items()}, flush=True)
        ends = []
        print("| damage | start | doctor | GET, PROPFIND, search, PUT | repair | lost | as documented |")
        print("|---|---|---|---|---|---|---|")
        for number, kind in enumerate(KINDS):
            if args.only in kind.name:
                ends.append(end := try_kind(kind, base, folder / "copy", before, number))
                answers = ", ".join(str(status) for status in end.answers.values()) or "-"
                good = "yes" if not end.wrong else f"NO: {'; '.join(end.wrong)}"
                cells = (
                    kind.name,
                    end.start,
                    end.doctor,
                    answers,
                    end.repaired or "-",
                    ", ".join(end.lost) or "-",
                    good,
                )
                print("| " + " | ".join(cell.replace(str(folder), "")[:160] for cell in cells) + " |", flush=True)
    print(f"{sum(not end.wrong for end in ends)} of {len(ends)} kinds end as documented")
    return 1 if any(end.wrong for end in ends) else 0


if __name__ == "__main__":
    sys.exit(main())
