"""Two files that were the same when they were compared need not be when one takes the place of the other."""

from pathlib import Path

from helpers.home import Home

from haven_fs.catalog.moving import file_at
from haven_fs.library.beneath import Beneath
from haven_fs.tree.disk.content import Arrival
from haven_fs.tree.disk.place import DiskPlace


def test_what_was_sent_meanwhile_is_not_taken_for_what_was_compared(tmp_path: Path) -> None:
    with Home(tmp_path) as home:
        for name in ("a.txt", "b.txt"):
            (home.root / name).write_text("same")
        library = home.add_library(writable=True)
        home.index()
        place = DiskPlace(library, "b.txt")
        arrival = Arrival(Beneath(library.root, "a.txt"), place, place)
        (home.root / "new").write_text("sent meanwhile")
        (home.root / "new").replace(home.root / "a.txt")
        with home.catalog.write(by="", place="/") as w:
            known = file_at(w.db, library.id, b"a.txt")
            arrival.put_file(w, known.id if known else None)
        assert (home.root / "b.txt").read_text() == "sent meanwhile"
        assert not (home.root / "a.txt").exists()
