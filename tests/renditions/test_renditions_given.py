"""Files that were shown in place of originals are known again by their bytes."""

from pathlib import Path

from helpers.home import Home

from haven_fs.renditions.given import Given


def test_a_file_is_known_by_its_bytes_or_its_head(home: Home, tmp_path: Path) -> None:
    given = Given(home.catalog)
    given.note(7, b"a picture of seven", 18)
    given.note(8, b"the head of a film", 30)
    given.note(8, b"the head of a film", 30)
    for data, original_id in (
        (b"a picture of seven", 7),
        (b"a picture of eight", None),
        (b"the head of a film" + b"x" * 12, 8),
        (b"the head of another film".ljust(30), None),
        (b"the head of a film", None),
        (b"", None),
    ):
        (tmp_path / "sent").write_bytes(data)
        assert given.original_of(tmp_path / "sent") == original_id, data
        assert given.is_size(len(data)) is (len(data) in (18, 30))


def test_those_of_originals_that_are_gone_are_forgotten(home: Home) -> None:
    home.add("a.jpg")
    home.index()
    (id_,) = (seen.id for seen in home.seen().values())
    given = Given(home.catalog)
    given.note(id_, b"of a photo", 10)
    given.note(id_ + 1, b"of what is gone", 15)
    given.drop_gone()
    assert given.is_size(10) and not given.is_size(15)
