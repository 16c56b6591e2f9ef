"""Two clients write to a server at random, which is killed again and again: what was said stays with the pictures.

python tests/benchmarks/kill_writes.py [RUNS] [OPERATIONS] [KILL EVERY]
"""

import signal
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from helpers.dav import Client
from helpers.serving import Serving, haven, serve
from helpers.writing_clients import WritingClient, digest


def walk(base: Path, operations: int, kill_every: int, seed: int) -> Counter[str]:
    """Do so many operations in all, kill the server after every so many; return how many of which kind were done."""
    (base / "Own").mkdir(parents=True)
    haven("index", base / "Own", "--data", base / "data")
    haven("libraries", "set", "Own", "--writable", "--data", base / "data")
    clients = [WritingClient(number, seed) for number in (1, 2)]
    left = operations
    is_first = True
    while left > 0:
        with serve(data=base / "data", inbox=base / "Inbox") as serving:
            with Client(serving.url) as dav:
                for client in clients:
                    if is_first:
                        client.prepare(dav)
                    client.check(dav)
            is_first = False
            left -= _round(serving, clients, min(kill_every, left))
    with serve(data=base / "data", inbox=base / "Inbox") as serving, Client(serving.url) as dav:
        for client in clients:
            client.check(dav)
    kept = {digest(path.read_bytes()) for path in base.rglob("*") if path.is_file() and "data" not in path.parts}
    lost = set().union(*(client.written for client in clients)) - kept
    assert not lost, f"{len(lost)} files that were written are nowhere"
    return sum((client.done for client in clients), Counter())


def _round(serving: Serving, clients: list[WritingClient], operations: int) -> int:
    """Have the clients write at once until so many operations are done, then kill the server."""
    before = sum(client.done.total() for client in clients)
    failures: list[BaseException] = []

    def write(client: WritingClient) -> None:
        try:
            client.run(serving.url, operations * 2)
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=write, args=(client,)) for client in clients]
    for thread in threads:
        thread.start()
    while sum(client.done.total() for client in clients) < before + operations and not failures:
        time.sleep(0.002)
    serving.process.send_signal(signal.SIGKILL)
    serving.process.wait()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
    return sum(client.done.total() for client in clients) - before


def main() -> None:
    """Do it."""
    runs, operations, kill_every = (int(word) for word in (*sys.argv[1:], *("20", "2000", "200")[len(sys.argv) - 1 :]))
    total: Counter[str] = Counter()
    for run in range(runs):
        began = time.monotonic()
        with tempfile.TemporaryDirectory() as base:
            done = walk(Path(base), operations, kill_every, run)
        total += done
        print(f"run {run + 1}: {done.total()} operations, {time.monotonic() - began:.0f} s", flush=True)
    print(f"{runs} runs, {total.total()} operations ({dict(total)}): facts as the model says, every byte kept")


if __name__ == "__main__":
    main()
