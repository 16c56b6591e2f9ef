"""The weights lie in the wheel: reading never asks the network for anything."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from PIL import Image

from haven_text.reader import Reader

OFFLINE = """
import socket, sys

def refuse(*_, **__):
    raise AssertionError("reading went to the network")

socket.socket.connect = socket.create_connection = socket.getaddrinfo = refuse
from PIL import Image
from haven_text.reader import Reader, Weights
picture = Image.open(sys.argv[1]).convert("RGB")
reader = Reader(Weights.installed())
print(reader.sees_text(picture), [line.text for line in reader.read(picture)])
"""


def test_reading_works_without_a_network(reader: Reader, sign: Callable[..., Image.Image], tmp_path: Path) -> None:
    sign("No network").save(tmp_path / "sign.png")
    done = subprocess.run([sys.executable, "-c", OFFLINE, tmp_path / "sign.png"], capture_output=True, text=True)
    assert done.stdout.strip() == "True ['No network']", done.stderr
