"""A walk of two clients over one server, which is killed after every so many rounds."""

import signal
import threading
from contextlib import ExitStack
from pathlib import Path

from helpers.dav import Client
from helpers.serving import Serving, haven, serve
from helpers.two_clients import Walk
from helpers.two_clients_model import Request


def walk(base: Path, rounds: int, requests: int, *, kill_every: int, seed: int, few: bool = False) -> Walk:
    """Do so many rounds of so many requests of each client; kill the server amid every `kill_every`th."""
    (base / "Own").mkdir(parents=True)
    (base / "Inbox").mkdir()
    haven("index", base / "Own", "--data", base / "data")
    haven("libraries", "set", "Own", "--writable", "--data", base / "data")
    found = Walk(seed, few)
    with ExitStack() as stack:
        serving = _start(stack, base)
        with Client(serving.url) as dav:
            found.begin(dav)
        for number in range(1, rounds + 1):
            if kill_every and number % kill_every == 0:
                sent = _killed(found, serving, requests)
                serving = _start(stack, base)
                # Until the folders were walked, what was on its way in the killed one may still come to light.
                serving.settle()
            else:
                sent = found.round(serving.url, requests)
            with Client(serving.url) as dav:
                found.look(dav, sent)
        with Client(serving.url) as dav:
            found.check_disk(base, dav)
    return found


def _start(stack: ExitStack, base: Path) -> Serving:
    return stack.enter_context(serve(data=base / "data", inbox=base / "Inbox", settled=False))


def _killed(found: Walk, serving: Serving, requests: int) -> list[list[Request]]:
    """Kill the server while both clients write."""
    over = threading.Event()

    def kill() -> None:
        over.wait(0.01 + 0.03 * (len(found.sent) % 7))
        serving.process.send_signal(signal.SIGKILL)

    killer = threading.Thread(target=kill)
    killer.start()
    sent = found.round(serving.url, requests, until=over)
    killer.join()
    serving.process.wait()
    return sent
