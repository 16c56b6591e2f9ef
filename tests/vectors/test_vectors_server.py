"""The index on a Chroma server, a real one on the loopback address, which comes and goes."""

import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import numpy as np
import pytest
from helpers.serving import wait_for
from vectorkit import SPACE, as_put, brute, one_each, same, some_vectors

from haven_fs.vectors import ChromaIndex, VectorStore

DIM = 24
QUESTION = some_vectors(1, DIM, seed=3)[0].astype(np.float32)


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@contextmanager
def serving(folder: Path, port: int) -> Iterator[str]:
    """Run Chroma's server, as `chroma run` does but for importing what it does not need."""
    code = "import sys, chromadb_rust_bindings; chromadb_rust_bindings.cli(['chroma', *sys.argv[1:]])"
    arguments = ["run", "--path", str(folder), "--host", "127.0.0.1", "--port", str(port)]
    command = [sys.executable, "-c", code, *arguments]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}"

    def answers() -> bool:
        assert server.poll() is None
        try:
            return httpx.get(f"{url}/api/v2/heartbeat", trust_env=False).status_code == 200
        except httpx.TransportError:
            return False

    try:
        wait_for(answers, "Chroma's server", seconds=60)
        yield url
    finally:
        server.kill()
        server.wait()


def collections(url: str) -> list[str]:
    path = "/api/v2/tenants/default_tenant/databases/default_database/collections"
    return sorted(one["name"] for one in httpx.get(url + path, trust_env=False).json())


def rested(index: ChromaIndex) -> ChromaIndex:
    """Let the index forget that it had better wait a minute."""
    index._rests_until = 0.0
    return index


def test_a_server_that_comes_and_goes(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    photos = one_each(some_vectors(500, DIM))
    port = free_port()
    with VectorStore(tmp_path / "v") as store:
        store.put(SPACE, as_put(photos))
        index = ChromaIndex(store, f"http://127.0.0.1:{port}", at_least=1)

        def is_right() -> bool:
            hits = index.nearest(SPACE, QUESTION, 20)
            return hits is not None and same(hits, brute(photos, QUESTION)[:20])

        index.sync()  # nobody there yet
        assert index.nearest(SPACE, QUESTION, 20) is None
        assert "does not answer" in index.states()[SPACE] and "will be rebuilt" not in caplog.text
        with serving(tmp_path / "server", port) as url:
            rested(index).sync()
            assert is_right()
            first = collections(url)
            assert len(first) == 1
            assert not list((tmp_path / "v/chroma").glob("*/index")), "nothing of it is here"
            store.put(SPACE, as_put(more := one_each(some_vectors(700, DIM, 4), 600)))
            photos |= more
            index.sync()
            assert is_right()
        assert index.nearest(SPACE, QUESTION, 20) is None  # it went away
        with serving(tmp_path / "server", port) as url:
            wait_for(lambda: rested(index).nearest(SPACE, QUESTION, 20), "the index", seconds=60)
            assert is_right() and collections(url) == first and "will be rebuilt" not in caplog.text
            index.close()
            # another run finds it; a server that lost it gets it again
            index = ChromaIndex(store, url, at_least=1)
            index.sync()
            assert is_right() and collections(url) == first and "will be rebuilt" not in caplog.text
            index.close()
        with serving(tmp_path / "another server", port) as url:
            index = ChromaIndex(store, url, at_least=1)
            index.sync()
            assert is_right() and collections(url) != first and "will be rebuilt" in caplog.text
            # what is no more is removed there too
            store.drop(SPACE)
            store.put(SPACE, as_put(photos := one_each(some_vectors(300, DIM, 8))))
            index.sync()
            assert is_right() and len(collections(url)) == 1
            index.close()
