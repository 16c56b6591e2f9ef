"""What the first pass over a library costs for each file: statements of the catalog, bytes and calls of reading.

python tests/benchmarks/first_pass.py [LIBRARY]

LIBRARY: a folder to look through, which is copied; without one, 400 small photos are made, with the films of 60, edits
of 40 and backups of 40, and what other programs leave. Linux only: the system counts what is read. Times
are those of a single process, and only of use as a ratio between two versions.
"""

import shutil
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from helpers.home import Home
from write_cost import Counter

from haven_fs.library.kinds import kind_of
from haven_fs.library.metadata import read_metadata
from haven_fs.testing import make_photo, make_video

FOLDERS, PHOTOS = 20, 20


def made(root: Path) -> None:
    """Make a library as a family has it: most files alone, some in groups."""
    for folder in range(FOLDERS):
        below = root / f"{folder:02}"
        for number in range(PHOTOS):
            taken = f"2020-01-{folder + 1:02} 12:{number:02}:00"
            photo = make_photo(below / f"IMG_{folder:02}{number:02}.jpg", taken, seed=(folder, number))
            if number < 3:
                make_video(photo.with_suffix(".MOV"), taken=taken)
            elif number < 5:
                shutil.copy2(photo, photo.with_name(f"{photo.stem}-edited.jpg"))
            elif number < 7:
                shutil.copy2(photo, photo.with_name(f"{photo.name}_original"))
        (below / "@eaDir").mkdir()
        (below / ".hidden.jpg").touch()


def read_so_far() -> tuple[int, int]:
    """Return how many bytes this process has read, and in how many calls."""
    said = dict(line.split(": ") for line in Path("/proc/self/io").read_text().splitlines())
    return int(said["rchar"]), int(said["syscr"])


def main() -> None:
    """Print the figures of the first pass, and of a second that finds nothing new."""
    counter = Counter()
    with tempfile.TemporaryDirectory() as base, Home(Path(base) / "home") as home:
        if len(sys.argv) > 1:
            shutil.copytree(sys.argv[1], home.root, dirs_exist_ok=True)
        else:
            made(home.root)
        files = sum(path.is_file() for path in home.root.rglob("*"))
        for warm in (make_photo(Path(base) / "warm.jpg"), make_video(Path(base) / "warm.mov")):
            read_metadata(warm, kind_of(warm))  # so that what Python reads to import is not counted
        home.add_library()
        for name in ("first pass", "second"):
            statements, (size, calls), began = counter.statements, read_so_far(), time.process_time()
            home.index()
            took = time.process_time() - began
            now, now_calls = read_so_far()
            print(
                f"{name:11}{files:6} files: {(counter.statements - statements) / files:6.2f} statements,"
                f" {(now - size) / files / 1024:7.1f} KiB in {(now_calls - calls) / files:5.1f} reads,"
                f" {took / files * 1000:6.2f} ms of CPU a file"
            )


if __name__ == "__main__":
    main()
