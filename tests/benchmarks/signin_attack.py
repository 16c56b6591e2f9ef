"""How long a family waits while somebody tries passwords from the same address, beside nginx with auth_basic.

    python tests/benchmarks/signin_attack.py [--seconds 30]

Three attacks: two wrong passwords a second for changing names; sixty unknown names in a row; two hundred tries at once
for one name. During each, one user who signed in before asks again and again, and right after each, people who never
did sign in for the first time. Times are of GET of a picture of 10 KB by Basic; all come from one address, as behind a
proxy that does not say who asks. Prints for both servers the times, how often the right password was refused, and how
many of the attacker's tries were checked rather than refused. Needs nginx and openssl.
"""

import argparse
import base64
import http.client
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from common import HAVEN, scratch, settle, show

from haven_fs.testing import make_photo

PASSWORD = "correct horse battery"
PATH = "/Originals/Pictures/a.jpg"
PEOPLE = [f"user{n}" for n in range(8)]
NGINX = """daemon off; error_log {run}/errors; pid {run}/pid; worker_processes 2; events {{ }}
http {{ access_log off; client_body_temp_path {run}/b; proxy_temp_path {run}/p; fastcgi_temp_path {run}/f;
uwsgi_temp_path {run}/u; scgi_temp_path {run}/s; server {{ listen 127.0.0.1:{port}; root {root};
location / {{ auth_basic "x"; auth_basic_user_file {run}/htpasswd; }} }} }}
"""


class Asker:
    """Someone who signs in on one connection that is kept."""

    def __init__(self, port: int, user: str, password: str) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self._login = {"Authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}

    def ask(self) -> tuple[int, float]:
        """Return the status of a request and its milliseconds."""
        started = time.perf_counter()
        try:
            self._connection.request("GET", PATH, headers=self._login)
            answer = self._connection.getresponse()
            answer.read()
            status = answer.status
        except (OSError, http.client.HTTPException):
            self._connection.close()
            status = 0
        return status, (time.perf_counter() - started) * 1000


def tried(port: int, name: str, password: str) -> int:
    """Return the status that one wrong password got."""
    return Asker(port, name, password).ask()[0]


def scan(port: int, seconds: float) -> Counter[int]:
    """Try two passwords a second for changing names."""
    until, answers, number = time.monotonic() + seconds, Counter[int](), 0
    while time.monotonic() < until:
        answers[tried(port, f"name{number}", "guess")] += 1
        number += 1
        time.sleep(0.5)
    return answers


def in_a_row(port: int, seconds: float) -> Counter[int]:
    """Try sixty unknown names, one after another."""
    return Counter(tried(port, f"row{number}", "guess") for number in range(60))


def at_once(port: int, seconds: float) -> Counter[int]:
    """Try two hundred passwords for one name at once."""
    with ThreadPoolExecutor(200) as pool:
        return Counter(pool.map(lambda number: tried(port, "victim", f"guess {number}"), range(200)))


ATTACKS: dict[str, Callable[[int, float], Counter[int]]] = {
    "2 names a second": scan,
    "60 names in a row": in_a_row,
    "200 tries at once": at_once,
}


def measure(server: str, port: int, seconds: float) -> None:
    """Print the figures of one server."""
    print(f"\n{server}")
    known = Asker(port, PEOPLE[0], PASSWORD)
    assert known.ask()[0] == 200
    unloaded = show("unloaded", [known.ask()[1] for _ in range(200) if time.sleep(0.02) is None], "ms")
    people = iter(PEOPLE[1:])
    for name, attack in ATTACKS.items():
        answers: list[tuple[int, float]] = []
        with ThreadPoolExecutor(1) as pool:
            running = pool.submit(attack, port, seconds)
            while not running.done():
                answers.append(known.ask())
                time.sleep(0.02)
        middle = show(f"{name}: signed in before", [took for _, took in answers], "ms")
        refused = sum(status != 200 for status, _ in answers)
        print(f"    {middle / unloaded:.1f} times unloaded, {refused} of {len(answers)} refused")
        started, asked = time.monotonic(), 1
        new = Asker(port, next(people), PASSWORD)
        while new.ask()[0] != 200 and time.monotonic() - started < 60:
            asked += 1
            time.sleep(0.5)
        print(f"    someone new is in after {time.monotonic() - started:.2f} s, {asked} tries")
        checked = running.result()
        print(f"    the attacker's tries: {checked[401]} checked, {sum(checked.values()) - checked[401]} refused")


def main() -> None:
    """Run everything."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=30, help="how long the scanner tries")
    a = parser.parse_args()
    with scratch() as run:
        make_photo(run / "Pictures/a.jpg", "2019-07-01 10:00:00")
        (run / "data").mkdir()
        (run / "data/haven.toml").write_text("[serve]\nallow_basic = true\n")
        for name in (*PEOPLE, "victim"):
            add = [*HAVEN, "users", "add", name, "--data", str(run / "data")]
            subprocess.run(add, input=f"{PASSWORD}\n", text=True, check=True, stdout=subprocess.DEVNULL)
        serve = [
            *HAVEN,
            "serve",
            str(run / "Pictures"),
            "--data",
            str(run / "data"),
            "--host",
            "0.0.0.0",
            "--port",
            "0",
        ]
        haven = subprocess.Popen(serve, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        assert haven.stdout is not None
        port = int(haven.stdout.readline().rstrip("/\n").rpartition(":")[2])
        threading.Thread(target=haven.stdout.read, daemon=True).start()
        try:
            settle(run / "data")
            measure("haven serve", port, a.seconds)
        finally:
            haven.terminate()
            haven.wait(timeout=30)
        beside(run, a.seconds)


def beside(run: Path, seconds: float) -> None:
    """Measure nginx with the same users, its passwords as `openssl passwd -apr1` has them."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    (run / "root/Originals").mkdir(parents=True)
    (run / "root/Originals/Pictures").symlink_to(run / "Pictures")
    done = subprocess.run(["openssl", "passwd", "-apr1", PASSWORD], capture_output=True, text=True, check=True)
    (run / "htpasswd").write_text("".join(f"{name}:{done.stdout}" for name in (*PEOPLE, "victim")))
    for path in (run, *run.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() else 0o644)
    (run / "nginx.conf").write_text(NGINX.format(run=run, port=port, root=run / "root"))
    nginx = subprocess.Popen(["nginx", "-c", str(run / "nginx.conf")], stderr=subprocess.DEVNULL)
    try:
        time.sleep(1)
        measure("nginx, auth_basic", port, seconds)
    finally:
        nginx.terminate()
        nginx.wait(timeout=10)


if __name__ == "__main__":
    sys.exit(main())
