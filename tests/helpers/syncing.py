"""A folder of this computer that rclone keeps in step with one of the drive: `rclone sync` and `rclone bisync`."""

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from helpers.programs import QUIET


@dataclass
class Synced:
    """The local folder, the folder of the drive, and with which verb of rclone, taking Haven for which vendor."""

    url: str
    local: Path
    remote: str
    verb: str = "sync"
    vendor: str = "other"

    def rclone(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run rclone with the drive as "haven:"; skip the test where it is not installed."""
        if not shutil.which("rclone"):
            pytest.skip("rclone is not installed")
        remote = {"TYPE": "webdav", "URL": self.url, "VENDOR": self.vendor}
        environment = {f"RCLONE_CONFIG_HAVEN_{name}": value for name, value in remote.items()} | QUIET
        environment |= {"RCLONE_RETRIES": "1", "RCLONE_LOW_LEVEL_RETRIES": "1", "RCLONE_LOG_LEVEL": "INFO"}
        return subprocess.run(
            ["rclone", *words, "--stats", "0"],
            env=os.environ | environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def begin(self) -> None:
        """Fetch what is on the drive, as one does at first."""
        self.local.mkdir(exist_ok=True)
        assert self.rclone("copy", f"haven:{self.remote}", str(self.local)).returncode == 0
        if self.verb == "bisync":
            self.run("--resync")

    def run(self, *more: str) -> str | None:
        """Bring both in step and return what was copied and deleted; None if something was refused."""
        state = ["--workdir", str(self.local.with_name("bisync"))] if self.verb == "bisync" else []
        done = self.rclone(self.verb, str(self.local), f"haven:{self.remote}", *state, *more)
        acts = [line for line in done.stderr.splitlines() if ": Copied" in line or ": Deleted" in line]
        assert done.returncode == 0 or "403 " in done.stderr, done.stderr
        return "\n".join(acts) if done.returncode == 0 else None

    def here(self) -> dict[str, bytes]:
        """Return what is in the local folder."""
        return {path.name: path.read_bytes() for path in self.local.iterdir()}
