"""Whether every file of /Small and /TV is what its listing said: its length, its type, and a whole picture.

    python tests/benchmarks/looks_exact.py [--drawn 1500] [FOLDER...]

Serves a library of drawn files in every format and copies of FOLDERs, such as a corpus of real photos and odd files;
fetches all of /Small/Originals and /TV/Originals; and decodes every JPEG with libjpeg's own program, which warns of
what Pillow forgives. Needs djpeg (libjpeg-turbo-progs), and ffprobe for films.
"""

import argparse
import http.client
import io
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path
from urllib.parse import urlsplit

import pillow_heif
from common import scratch, serving, settle
from PIL import Image

sys.path.insert(0, str(Path(__file__).parents[1]))
from helpers.dav import Client, Resource

from haven_fs.testing import make_photo, make_video, picture

SIZES = ((64, 48), (640, 480), (1599, 1601), (2400, 1600), (3, 2000), (4200, 2800))
ENDINGS = ("jpg", "png", "webp", "tif", "heic", "gif", "bmp", "mp4")


def draw(folder: Path, count: int) -> None:
    """Fill a folder with files of all formats and sizes."""
    for number in range(count):
        ending, size = ENDINGS[number % len(ENDINGS)], SIZES[number // len(ENDINGS) % len(SIZES)]
        path = folder / f"{number // 100}" / f"drawn {number}.{ending}"
        path.parent.mkdir(parents=True, exist_ok=True)
        if ending == "jpg":
            make_photo(path, "2020-05-04 12:00:00", (48.85, 2.35), size=size)
        elif ending == "mp4":
            make_video(path)
        elif ending == "heic":
            pillow_heif.from_pillow(picture(number, size if min(size) > 16 else (64, 48))).save(path)
        else:
            picture(number, size).save(path)


def complaint(answer: bytes, one: Resource) -> str:
    """Return what is wrong with a file that was fetched, "" if nothing is."""
    if str(len(answer)) != one["getcontentlength"]:
        return f"{len(answer)} bytes for {one['getcontentlength']}"
    kind = one["getcontenttype"]
    if kind == "image/jpeg":
        done = subprocess.run(["djpeg", "-fast", "-scale", "1/8"], input=answer, capture_output=True, check=False)
        if done.returncode or done.stderr:
            return done.stderr.decode(errors="replace").strip() or "djpeg failed"
        image = Image.open(io.BytesIO(answer))
        image.load()
    elif kind == "video/mp4":
        command = ["ffprobe", "-v", "warning", "-show_packets", "-i", "-"]
        done = subprocess.run(command, input=answer, capture_output=True, check=False)
        if done.returncode:
            return done.stderr.decode(errors="replace").strip()[:200]
    return ""


def main() -> None:
    """Fetch everything and print what is not as it was said."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="*", type=Path)
    parser.add_argument("--drawn", type=int, default=1500)
    args = parser.parse_args()
    counts: Counter[str] = Counter()
    with scratch() as folder:
        draw(folder / "library/drawn", args.drawn)
        for number, one in enumerate(args.folders):
            shutil.copytree(one, folder / f"library/copy {number}", symlinks=True)
        with serving(folder / "library", folder / "data") as (url, _):
            settle(folder / "data")
            for look in ("Small", "TV"):
                with Client(url) as client:
                    listed = client.walk(f"/{look}/Originals")
                connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=300)
                for one in listed:
                    if one.is_folder:
                        continue
                    connection.request("GET", one.href)
                    answer = connection.getresponse()
                    data = answer.read()
                    wrong = complaint(data, one) if answer.status == 200 else f"{answer.status} {answer.reason}"
                    is_own = look == "TV" and not one["getetag"].split("-t1")[1:]
                    counts[f"{look}, as it is" if is_own else look] += 1
                    if wrong and not (is_own and not wrong.endswith("bytes")):
                        counts[f"{look}, wrong"] += 1
                        print(f"{one.href}: {wrong}", flush=True)
    print(dict(counts))


if __name__ == "__main__":
    main()
