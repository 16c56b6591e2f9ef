"""How programs save a photo that is there: whatever steps they take, it stays that photo with all that was said of it.

Each exchange is what the named program was seen to send, or does on a mounted drive: the names of its temporary files
and backups, and the order. What a mount adds of its own, such as locks, makes no difference here.
"""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from helpers.hands import Http
from helpers.tree_hands import TreeHands

from haven_fs.testing import make_photo

Plain = TreeHands | Http

PUT, MOVE, COPY, DELETE = "put", "move", "copy", "delete"
PROGRAMS: dict[str, Sequence[tuple[str, ...]]] = {
    "GIMP over gvfs": [(PUT, "")],
    "GIMP, with a backup": [(PUT, ".goutputstream-Q1W2"), (MOVE, "", "~"), (MOVE, ".goutputstream-Q1W2", "")],
    "Photoshop": [(PUT, "ps9A3F.tmp"), (DELETE, ""), (MOVE, "ps9A3F.tmp", "")],
    "Photoshop on a Mac": [
        (PUT, "_5F1C2A.jpg"), (MOVE, "", "_old 5F1C.jpg"), (MOVE, "_5F1C2A.jpg", ""), (DELETE, "_old 5F1C.jpg")
    ],
    "Preview": [(MOVE, "", ".sb-1a2b3c4d-AbCdEf"), (PUT, ""), (DELETE, ".sb-1a2b3c4d-AbCdEf")],
    "LibreOffice": [(PUT, "lu81m2x.tmp"), (COPY, "lu81m2x.tmp", ""), (DELETE, "lu81m2x.tmp")],
    "LibreOffice, with a backup": [(COPY, "", ".bak"), (PUT, "")],
    "exiftool": [(PUT, "_exiftool_tmp"), (MOVE, "", "_original"), (MOVE, "_exiftool_tmp", "")],
    "exiftool -overwrite_original": [(PUT, "_exiftool_tmp"), (MOVE, "_exiftool_tmp", "")],
    "exiftool -overwrite_original_in_place": [
        (PUT, "_exiftool_tmp"), (COPY, "_exiftool_tmp", ""), (DELETE, "_exiftool_tmp")
    ],
    "digiKam": [(PUT, "-sXk3.digikamtempfile.jpg"), (MOVE, "-sXk3.digikamtempfile.jpg", "")],
    "KDE": [(PUT, ".XkPqRs"), (MOVE, ".XkPqRs", "")],
    "KDE, with a backup": [(COPY, "", "~"), (PUT, ".XkPqRs"), (MOVE, ".XkPqRs", "")],
    "Windows' Photos": [(PUT, "~TF1A2.tmp"), (MOVE, "", "~RF77.TMP"), (MOVE, "~TF1A2.tmp", ""), (DELETE, "~RF77.TMP")],
    "Paint": [(DELETE, ""), (PUT, "")],
    "jpegtran by hand": [(PUT, "turned.jpg"), (DELETE, ""), (MOVE, "turned.jpg", "")],
    "a script that sets it aside": [(MOVE, "", "aside.jpg"), (PUT, ""), (DELETE, "aside.jpg")],
    "a script that sets it aside first": [(MOVE, "", "aside.jpg"), (DELETE, "aside.jpg"), (PUT, "")],
    "rclone": [(PUT, ".5a1b2c3d.partial"), (DELETE, ""), (MOVE, ".5a1b2c3d.partial", "")],
}  # fmt: skip


def named(path: str, more: str) -> str:
    """Return the path of a file that a program makes: beside a photo, with its name and more, or one of its own."""
    beside = more.startswith(("_exiftool", "_original", "~", ".", "-")) and not more.startswith((".gout", "~TF", "~RF"))
    if beside or not more:
        return path + more
    return f"{path.rpartition('/')[0]}/{path.rpartition('/')[2].removesuffix('.jpg')} {more}"


def do(hands: Plain, path: str, steps: Sequence[tuple[str, ...]], data: bytes) -> None:
    for act, *rest in steps:
        paths = [named(path, more) for more in rest]
        done = {
            PUT: lambda to: hands.put(data, to),
            MOVE: lambda source, to: hands.move(source, to, overwrite=True),
            COPY: lambda source, to: hands.copy(source, to, overwrite=True),
            DELETE: hands.delete,
        }[act]
        assert done(*paths), (act, paths)


@pytest.mark.parametrize("folder", ["/Inbox", "/Originals/Own/sub"])
@pytest.mark.parametrize("program", PROGRAMS)
def test_a_photo_that_is_saved_stays_that_photo(
    hands: Plain, folder: str, program: str, stem: str, first: bytes, second: bytes
) -> None:
    path, name = f"{folder}/{stem}.jpg", f"{stem}.jpg"
    assert hands.put(first, path) and hands.make(f"/Albums/{stem}") and hands.make(f"/People/Somebody {stem}")
    says = [f"/Albums/{stem}", "/Favorites", f"/People/Somebody {stem}", "/Timeline/2020/2020-05"]
    for where in says[:-1]:
        assert hands.copy(path, f"{where}/{name}"), where
    assert hands.move(f"/Timeline/2016/2016-03/{name}", f"{says[-1]}/{name}")
    do(hands, path, PROGRAMS[program], second)
    assert hands.read(path) == second
    for where in says:
        assert hands.read(f"{where}/{name}") == second, where
    kept = [one for one in hands.list(folder) if stem in one and one != name]
    assert len(kept) <= 1 and all(hands.read(f"{folder}/{one}") == first for one in kept)
    removed = [one for one in hands.list("/Recently Removed") if hands.read(f"/Recently Removed/{one}") == first]
    assert kept or removed, "the old bytes are somewhere"


@pytest.mark.parametrize("folder", ["/Inbox", "/Originals/Own/sub"])
@pytest.mark.parametrize("program", PROGRAMS)
def test_a_hidden_photo_that_is_saved_stays_hidden(
    hands: Plain, folder: str, program: str, stem: str, first: bytes, second: bytes
) -> None:
    path, name = f"{folder}/{stem}.jpg", f"{stem}.jpg"
    assert hands.put(first, path) and hands.move(f"/Timeline/2016/2016-03/{name}", f"/Recently Removed/{name}")
    do(hands, path, PROGRAMS[program], second)
    assert hands.read(path) == second
    assert not [one for one in hands.list("/Recent") if hands.read(f"/Recent/{one}") in (first, second)]


Swap = Callable[[Plain, str, str, str], bool]


@pytest.mark.parametrize("folder", ["/Inbox", "/Originals/Own/sub"])
@pytest.mark.parametrize("aside", ["swap.tmp.jpg", "zz.jpg"])
def test_two_photos_that_exchange_their_names(
    hands: Plain, folder: str, aside: str, stem: str, first: bytes, second: bytes
) -> None:
    a, b, away = (f"{folder}/{name}" for name in (f"a{stem}.jpg", f"b{stem}.jpg", f"{stem}{aside}"))
    assert hands.put(first, a) and hands.put(second, b) and hands.make(f"/Albums/{stem}")
    assert hands.copy(a, f"/Albums/{stem}/it.jpg")
    assert hands.move(a, away) and hands.move(b, a) and hands.move(away, b)
    assert (hands.read(a), hands.read(b)) == (second, first)
    assert hands.read(f"/Albums/{stem}/it.jpg") == first
    assert hands.list(f"/Albums/{stem}") == ["it.jpg"]


def test_a_row_of_photos_is_renumbered(hands: Plain, stem: str, tmp_path: Path) -> None:
    folder = f"/Originals/Own/{stem}"
    assert hands.make(folder) and hands.make(f"/Albums/{stem}")
    bytes_of = {n: make_photo(tmp_path / f"{n}.jpg", None, seed=f"{tmp_path}{n}").read_bytes() for n in range(1, 6)}
    for number, data in bytes_of.items():
        assert hands.put(data, f"{folder}/{number}.jpg")
    assert hands.copy(f"{folder}/3.jpg", f"/Albums/{stem}/third.jpg")
    for number in range(5, 1, -1):
        assert hands.move(f"{folder}/{number}.jpg", f"{folder}/{number + 1}.jpg")
    assert hands.read(f"/Albums/{stem}/third.jpg") == bytes_of[3] == hands.read(f"{folder}/4.jpg")
    for number in range(2, 6):
        assert hands.move(f"{folder}/{number + 1}.jpg", f"{folder}/{number}.jpg", overwrite=True)
    assert hands.delete(f"{folder}/1.jpg")
    for number in range(2, 6):
        assert hands.move(f"{folder}/{number}.jpg", f"{folder}/{number - 1}.jpg", overwrite=True)
    assert hands.read(f"/Albums/{stem}/third.jpg") == bytes_of[3] == hands.read(f"{folder}/2.jpg")


def test_a_folder_that_is_saved_anew(hands: Plain, stem: str, first: bytes, second: bytes) -> None:
    folder = f"/Originals/Own/{stem}"
    path = f"{folder}/{stem}.jpg"
    assert hands.make(folder) and hands.put(first, path) and hands.make(f"/Albums/{stem}")
    assert hands.copy(path, f"/Albums/{stem}/it.jpg")
    assert hands.move_folder(folder, f"{folder} old") and hands.make(folder) and hands.put(second, path)
    assert hands.delete_folder(f"{folder} old")
    assert hands.read(f"/Albums/{stem}/it.jpg") == second
