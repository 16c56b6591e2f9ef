"""Two clients that write to one server at once, which is killed after every so many of their operations."""

import signal
import threading
import time
from collections import Counter
from pathlib import Path

from helpers.dav import Client
from helpers.files import undisturbed
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
    kept = undisturbed(
        lambda: {digest(path.read_bytes()) for path in base.rglob("*") if path.is_file() and "data" not in path.parts}
    )
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
