"""Programs that families use, run against the real server: rclone, its mount, and GNOME's gio."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from helpers.serving import Serving, wait_for

QUIET = {"RCLONE_CONFIG": "/dev/null", "RCLONE_LOG_LEVEL": "ERROR"}


def run(
    *command: str, input: str | None = None, check: bool = True, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run a program to its end; skip the test if it is not installed."""
    if not shutil.which(command[0]):
        pytest.skip(f"{command[0]} is not installed")
    env = {**os.environ, **environment}
    done = subprocess.run(command, input=input, capture_output=True, text=True, timeout=120, env=env, check=False)
    assert not check or done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done


def rclone(serving: Serving, verb: str, *arguments: str, vendor: str = "other", **more: bool) -> str:
    """Run rclone with the server as the remote "haven:"."""
    remote = {"RCLONE_CONFIG_HAVEN_TYPE": "webdav", "RCLONE_CONFIG_HAVEN_URL": serving.url, **QUIET}
    done = run("rclone", verb, *arguments, **remote, RCLONE_CONFIG_HAVEN_VENDOR=vendor, **more)  # type: ignore[arg-type]
    return done.stdout


@contextmanager
def mounted(serving: Serving, folder: Path, *options: str, at: str = "") -> Iterator[Path]:
    """Mount the drive, or the path `at` in it, in `folder` until the block ends; skip the test where that cannot be."""
    if not (shutil.which("rclone") and shutil.which("fusermount3") and Path("/dev/fuse").exists()):
        pytest.skip("rclone mount needs rclone, fusermount3 and /dev/fuse")
    mount = folder / "mount"
    mount.mkdir()
    cache = ["--cache-dir", str(folder / "cache")]
    command = ["rclone", "mount", f":webdav:{at}", str(mount), "--webdav-url", serving.url, *cache, *options]
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, env={**os.environ, "RCLONE_CONFIG": "/dev/null"})
    try:
        wait_for(lambda: os.path.ismount(mount) or process.poll() is not None, "the drive to be mounted")
        if process.poll() is not None:
            pytest.skip(f"FUSE does not work here: {(folder / 'log').read_text()}")
        yield mount
    finally:
        subprocess.run(["fusermount3", "-u", "-z", str(mount)], check=False, capture_output=True)
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def gio(serving: Serving, folder: Path, script: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run a script of gio commands, whose $1 is the drive, in a session of its own; skip where that cannot be."""
    if not shutil.which("gio"):
        pytest.skip("gio is not installed")
    url = serving.url.replace("http", "dav").rstrip("/")
    home = {name: str(folder) for name in ("HOME", "XDG_RUNTIME_DIR", "XDG_CACHE_HOME")} | {"GVFS_DISABLE_FUSE": "1"}
    done = run("dbus-run-session", "--", "sh", "-c", script, "sh", url, *arguments, check=False, **home)
    if done.returncode and re.search(r"^gio: .*not supported", done.stderr, re.MULTILINE):
        pytest.skip("gio has no WebDAV here: gvfs-backends is not installed")
    assert done.returncode == 0, done.stderr
    return done
