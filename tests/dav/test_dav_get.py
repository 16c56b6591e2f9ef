"""GET and HEAD: whole files, parts of them, and every condition a client may put."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime

import pytest
from helpers.dav import Answer, Client
from helpers.family import Family

FILE = "/Timeline/2022/2022-08/IMG_7001.jpg"


@pytest.fixture
def content(family: Family) -> bytes:
    return (family.root / "Live/IMG_7001.jpg").read_bytes()


@pytest.fixture
def whole(dav: Client) -> Answer:
    return dav("GET", FILE)


def test_a_file_is_sent_whole(whole: Answer, content: bytes) -> None:
    assert whole.status == 200
    assert whole.body == content
    assert whole["Content-Length"] == str(len(content))
    assert whole["Accept-Ranges"] == "bytes"
    assert whole["Content-Type"] == "image/jpeg"
    assert whole["ETag"].startswith('"')


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [
        ("bytes=0-0", 0, 0),
        ("bytes=0-99", 0, 99),
        ("bytes=100-199", 100, 199),
        ("bytes=100-", 100, -1),
        ("bytes=-50", -50, -1),
        ("bytes=-999999999", 0, -1),
        ("bytes=10-999999999", 10, -1),
        ("BYTES = 5 - 9", 5, 9),
    ],
)
def test_a_part_is_sent(dav: Client, content: bytes, asked: str, first: int, last: int) -> None:
    first, last = first % len(content), last % len(content)
    answer = dav("GET", FILE, Range=asked)
    assert answer.status == 206
    assert answer["Content-Range"] == f"bytes {first}-{last}/{len(content)}"
    assert answer["Content-Length"] == str(last - first + 1)
    assert answer.body == content[first : last + 1]


@pytest.mark.parametrize("asked", ["bytes=999999999-", "bytes=999999999-1000000000", "bytes=-0"])
def test_a_part_that_is_not_there_is_416(dav: Client, content: bytes, asked: str) -> None:
    answer = dav("GET", FILE, Range=asked)
    assert answer.status == 416
    assert answer["Content-Range"] == f"bytes */{len(content)}"
    assert not answer.body


@pytest.mark.parametrize(
    "asked",
    [
        "bytes=0-9,5-12",
        "bytes=0-1,1-2",
        "bytes=" + ",".join(f"{n}-{n}" for n in range(0, 34, 2)),
        "bytes=5-2",
        "bytes=x-",
        "bytes=-",
        "lines=1-2",
        "",
        "bytes=" + "9" * 200 + "-",
    ],
)
def test_other_ranges_are_answered_with_the_whole(dav: Client, content: bytes, asked: str) -> None:
    answer = dav("GET", FILE, Range=asked)
    assert answer.status == 200
    assert answer.body == content


@pytest.mark.parametrize(
    ("asked", "spans"),
    [
        ("bytes=0-1,5-6", [(0, 1), (5, 6)]),
        ("bytes=5-6, 0-1 ,-3", [(5, 6), (0, 1), (-3, -1)]),
        ("bytes=0-9,999999999-,20-29", [(0, 9), (20, 29)]),
        ("bytes=0-0,1-1,2-", [(0, 0), (1, 1), (2, -1)]),
    ],
)
def test_several_parts_are_sent(dav: Client, content: bytes, asked: str, spans: list[tuple[int, int]]) -> None:
    for path in (FILE, f"/Small{FILE}"):
        whole = dav("GET", path).body
        answer = dav("GET", path, Range=asked)
        assert answer.status == 206
        assert answer["Content-Length"] == str(len(answer.body))
        kind, _, boundary = answer["Content-Type"].partition("; boundary=")
        assert kind == "multipart/byteranges"
        before, *parts, after = answer.body.split(f"\r\n--{boundary}".encode())
        assert (before, after) == (b"", b"--\r\n")
        for (first, last), part in zip(spans, parts, strict=True):
            head, _, body = part.partition(b"\r\n\r\n")
            first, last = first % len(whole), last % len(whole)
            assert f"Content-Range: bytes {first}-{last}/{len(whole)}".encode() in head
            assert body == whole[first : last + 1]
        assert dav("HEAD", path, Range=asked).status == 200
    assert dav("GET", FILE, Range="bytes=999999999-,888888888-").status == 416
    assert dav("GET", FILE, Range="bytes=3-4,999999999-")["Content-Range"] == f"bytes 3-4/{len(content)}"


def test_an_empty_file_has_no_parts(dav: Client) -> None:
    path = "/Originals/Family/Mixed/empty.jpg"
    assert dav("GET", path).body == b""
    assert dav("GET", path, Range="bytes=0-").status == 416


def test_parts_put_together_are_the_film(dav: Client, family: Family) -> None:
    film = (family.root / "Mixed/VID_20221105_070809.mp4").read_bytes()
    parts = [
        dav("GET", "/Types/Videos/VID_20221105_070809.mp4", Range=f"bytes={at}-{at + 999}").body
        for at in range(0, len(film), 1000)
    ]
    assert b"".join(parts) == film


def test_if_range_gives_a_part_only_of_the_same_file(dav: Client, whole: Answer) -> None:
    for condition, status in (
        (whole["ETag"], 206),
        (whole["Last-Modified"], 206),
        ('"stale"', 200),
        ("W/" + whole["ETag"], 200),
        (f'"other", {whole["ETag"]}', 200),
        ("Sat, 01 Jan 2000 00:00:00 GMT", 200),
    ):
        assert dav("GET", FILE, Range="bytes=0-9", If_Range=condition).status == status, condition


def test_if_none_match_saves_the_bytes(dav: Client, whole: Answer) -> None:
    for condition in (whole["ETag"], f'"other", {whole["ETag"]}', "*", "W/" + whole["ETag"]):
        answer = dav("GET", FILE, If_None_Match=condition)
        assert answer.status == 304, condition
        assert not answer.body
        assert answer["ETag"] == whole["ETag"]
        assert answer.headers["Content-Length"] in (None, whole["Content-Length"])
    assert dav("GET", FILE, If_None_Match='"other"').status == 200
    assert dav("HEAD", FILE, If_None_Match=whole["ETag"]).status == 304


def test_if_match_holds_a_client_to_what_it_knew(dav: Client, whole: Answer) -> None:
    assert dav("GET", FILE, If_Match=whole["ETag"]).status == 200
    assert dav("GET", FILE, If_Match="*").status == 200
    assert dav("GET", FILE, If_Match='"other"').status == 412


def test_dates_are_conditions_too(dav: Client, whole: Answer) -> None:
    modified = parsedate_to_datetime(whole["Last-Modified"])
    before, after = (format_datetime(modified + timedelta(seconds=s), usegmt=True) for s in (-5, 5))
    exactly = whole["Last-Modified"]
    assert [dav("GET", FILE, If_Modified_Since=date).status for date in (before, exactly, after)] == [200, 304, 304]
    assert [dav("GET", FILE, If_Unmodified_Since=date).status for date in (before, exactly, after)] == [412, 200, 200]
    assert dav("GET", FILE, If_Modified_Since="not a date").status == 200
    # An entity tag is the better witness, and the date beside it is not asked.
    assert dav("GET", FILE, If_None_Match='"other"', If_Modified_Since=after).status == 200
    assert dav("GET", FILE, If_Match=whole["ETag"], If_Unmodified_Since=before).status == 200


@pytest.mark.parametrize("path", [FILE, "/Review/Unreadable/Reasons.txt", "/", "/Timeline/2022/2022-08", "/nothing"])
def test_head_is_get_without_the_body(dav: Client, path: str) -> None:
    got, head = dav("GET", path), dav("HEAD", path)
    assert head.status == got.status
    assert not head.body
    for name in ("Content-Length", "Content-Type", "ETag", "Last-Modified"):
        assert head.headers[name] == got.headers[name], name
    assert head["Content-Length"] == str(len(got.body))
    assert dav("GET", FILE).status == 200  # the connection is not out of step


def test_a_photo_is_the_same_in_every_folder(dav: Client, whole: Answer) -> None:
    facts = set()
    places = (
        "Places/Paris",
        "Places/Countries/France/Paris",
        "Recent",
        "Types/Live Photos",
        "Originals/Family/Live",
        "Timeline/2022/2022-08",
    )
    for place in places:
        path = f"/{place}/IMG_7001.jpg".replace(" ", "%20")
        got, found = dav("GET", path), dav.one(path)
        assert found["getetag"] == got["ETag"]
        assert found["getlastmodified"] == got["Last-Modified"]
        facts.add((got["ETag"], got["Last-Modified"], got["Content-Type"], got.body))
    assert facts == {(whole["ETag"], whole["Last-Modified"], "image/jpeg", whole.body)}


def test_last_modified_is_the_originals(whole: Answer, family: Family) -> None:
    seconds = int((family.root / "Live/IMG_7001.jpg").stat().st_mtime)
    assert parsedate_to_datetime(whole["Last-Modified"]) == datetime.fromtimestamp(seconds, UTC)


@pytest.mark.parametrize(
    ("path", "mime"),
    [
        ("Mixed/really-a-png.jpg", "image/png"),
        ("Mixed/VID_20221105_070809.mp4", "video/mp4"),
        ("Live/IMG_7001.MOV", "video/quicktime"),
        ("2022/Home/DSC_0001.JPG", "image/jpeg"),
    ],
)
def test_the_type_is_that_of_the_content(dav: Client, path: str, mime: str) -> None:
    assert dav("GET", f"/Originals/Family/{path}")["Content-Type"] == mime
    assert dav.one(f"/Originals/Family/{path}", "getcontenttype")["getcontenttype"] == mime


def test_a_note_says_why_files_are_unreadable(dav: Client, family: Family) -> None:
    answer = dav("GET", "/Review/Unreadable/Reasons.txt")
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    for path in family.unreadable:
        assert f"/Originals/Family/{path}" in answer.body.decode()
    assert dav("GET", "/Review/Unreadable/Reasons.txt", If_None_Match=answer["ETag"]).status == 304
    assert dav("GET", "/Review/Unreadable/Reasons.txt", If_Match='"other"').status == 412


def test_what_is_not_there_is_404_in_words(dav: Client) -> None:
    for path in ("/Nothing", "/Timeline/2022/2022-08/none.jpg", "/.git/config", f"{FILE}/more"):
        answer = dav("GET", path)
        assert answer.status == 404
        assert answer.reason()
