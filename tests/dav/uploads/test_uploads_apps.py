"""Apps of phones, request by request: FolderSync, which compares listings, and PhotoSync, which asks file by file.

A second run must find all as it was sent: what is new, and what a library had before under another name and date.
"""

import os
from email.utils import formatdate, parsedate_to_datetime
from pathlib import Path
from urllib.parse import quote

import pytest
from helpers.dav import Client
from helpers.serving import Serving

from haven_fs.testing import make_photo

TAKEN = 1_500_000_000
"""When the first photo of the phone was taken; each further one a second later."""


@pytest.fixture
def phone(indexed: Path, tmp_path: Path) -> Path:
    """The folder of a phone's camera: three photos that are new, and two that a library has under other names."""
    camera = tmp_path / "DCIM"
    for number in range(3):
        make_photo(camera / f"new {number}.jpg", f"2022-03-0{number + 1} 10:00:00")
    for name in ("old.jpg", "older.jpg"):
        (camera / f"IMG {name}").write_bytes((indexed / "Pictures" / name).read_bytes())
    for number, path in enumerate(sorted(camera.iterdir())):
        os.utime(path, (TAKEN + number, TAKEN + number))
    return camera


class FolderSync:
    """Lists the folder, compares sizes and times, sends under a name for the time being, and renames."""

    def __init__(self, dav: Client, phone: Path, folder: str, ending: str = ".tacitpart") -> None:
        self.dav, self.phone, self.folder, self.ending = dav, phone, folder, ending

    def listed(self) -> dict[str, tuple[int, float]]:
        """Return the size and the time of each file on the drive."""
        return {
            one.name: (int(one["getcontentlength"]), parsedate_to_datetime(one["getlastmodified"]).timestamp())
            for one in self.dav.members(f"{self.folder}/")
            if not one.is_folder
        }

    def run(self) -> dict[str, list[str]]:
        """Make the drive's folder the phone's, and return what was sent and deleted."""
        if self.dav("PROPFIND", f"{self.folder}/", Depth=0).status == 404:
            assert self.dav("MKCOL", f"{self.folder}/").status == 201
        there, done = self.listed(), {"sent": [], "deleted": []}
        for path in sorted(self.phone.iterdir()):
            state = path.stat()
            size, time = there.pop(path.name, (-1, 0.0))
            if size != state.st_size or abs(time - state.st_mtime) > 2:
                done["sent"].append(path.name)
                self._send(path, int(state.st_mtime))
        for name in there:
            done["deleted"].append(name)
            assert self.dav("DELETE", f"{self.folder}/{quote(name)}").status == 204
        return done

    def _send(self, path: Path, time: int) -> None:
        half, whole = f"{self.folder}/{path.name}{self.ending}", f"{self.folder}/{path.name}"
        assert self.dav("PUT", quote(half), path.read_bytes(), X_OC_Mtime=time).status == 201
        assert self.dav.transfer("MOVE", half, whole, Overwrite="T").status in (201, 204)
        size = self.dav.one(quote(whole), "getcontentlength")["getcontentlength"]
        assert size == str(path.stat().st_size), "it looks whether all has arrived"


@pytest.mark.parametrize("folder", ["/Inbox/Phone", "/Albums/Phone"])
@pytest.mark.parametrize("ending", [".tacitpart", ".part"])
def test_foldersync(house: Serving, dav: Client, phone: Path, folder: str, ending: str) -> None:
    app = FolderSync(dav, phone, folder, ending)
    everything, nothing = sorted(path.name for path in phone.iterdir()), {"sent": [], "deleted": []}
    assert app.run() == {"sent": everything, "deleted": []}
    assert app.run() == nothing
    house.settle()
    assert app.run() == nothing
    assert sorted(dav.files("/Recent/")) == ["new 0.jpg", "new 1.jpg", "new 2.jpg", "old.jpg", "older.jpg"]
    for name in everything:
        assert dav("GET", f"{folder}/{quote(name)}").body == (phone / name).read_bytes()
    # It deletes what the phone has no more, and sends what was renamed there under its new name.
    (phone / "new 0.jpg").unlink()
    (phone / "IMG old.jpg").rename(phone / "best.jpg")
    assert app.run() == {"sent": ["best.jpg"], "deleted": ["IMG old.jpg", "new 0.jpg"]} or app.run() == nothing
    assert app.run() == nothing
    assert dav("GET", f"{folder}/best.jpg").body == (phone / "best.jpg").read_bytes()


def test_foldersync_replaces_what_was_edited(house: Serving, dav: Client, inbox: Path, phone: Path) -> None:
    app = FolderSync(dav, phone, "/Inbox/Phone")
    app.run()
    for name in ("new 0.jpg", "IMG old.jpg"):
        make_photo(phone / name, "2022-03-01 10:00:00", size=(90, 70))
    assert app.run() == {"sent": ["IMG old.jpg", "new 0.jpg"], "deleted": []}
    assert app.run() == {"sent": [], "deleted": []}
    for name in ("new 0.jpg", "IMG old.jpg"):
        assert (inbox / "Phone" / name).read_bytes() == (phone / name).read_bytes()


def photosync(dav: Client, phone: Path, folder: str) -> list[str]:
    """Send each photo that is not there into the folder of its month, without its time, and return which these were."""
    sent = []
    for path in sorted(phone.iterdir()):
        below = folder
        for name in ("iPhone of Anna", formatdate(path.stat().st_mtime)[8:16]):
            below = f"{below}/{quote(name)}"
            assert dav("MKCOL", f"{below}/").status in (201, 405)
        target = f"{below}/{quote(path.name)}"
        asked = dav("HEAD", target)
        if asked.status == 200 and asked["Content-Length"] == str(path.stat().st_size):
            continue
        assert asked.status == 404
        assert dav("PUT", target, path.read_bytes(), If_None_Match="*", Content_Type="image/jpeg").status == 201
        sent.append(path.name)
    return sent


@pytest.mark.parametrize("folder", ["/Inbox", "/Albums"])
def test_photosync(house: Serving, dav: Client, phone: Path, folder: str) -> None:
    assert photosync(dav, phone, folder) == sorted(path.name for path in phone.iterdir())
    assert photosync(dav, phone, folder) == []
    house.settle()
    assert photosync(dav, phone, folder) == []
    assert sorted(dav.files("/Recent/")) == ["new 0.jpg", "new 1.jpg", "new 2.jpg", "old.jpg", "older.jpg"]
    again = f"{folder}/iPhone%20of%20Anna/Jul%202017/{quote('new 0.jpg')}"
    assert dav("PUT", again, b"other", If_None_Match="*").status == 412
    assert dav("GET", again).body == (phone / "new 0.jpg").read_bytes()
