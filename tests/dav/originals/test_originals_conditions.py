"""Every method, every condition, every kind of thing: what RFC 9110 (13) and RFC 4918 (10.4) say it comes to."""

from collections.abc import Iterator
from itertools import count

import pytest
from helpers.dav import LOCKINFO, Answer, Client
from helpers.writable import House, at, contents

OLD, NEW = "Sat, 01 Jan 2000 00:00:00 GMT", "Fri, 01 Jan 2100 00:00:00 GMT"
PHOTO = b"\xff\xd8\xff\xe0 no photo, but bytes"
_names = count(1)

# What a condition is to a thing that is there: True if it holds, False if it does not, None if it does not count.
CONDITIONS: list[tuple[dict[str, str], bool | None]] = [
    ({"If_Match": "{tag}"}, True),
    ({"If_Match": '"other", {tag}'}, True),
    ({"If_Match": '{tag},"a,b"'}, True),
    ({"If_Match": "*"}, True),
    ({"If_Match": " * "}, True),
    ({"If_Match": '"other"'}, False),
    ({"If_Match": '"{bare}x"'}, False),
    ({"If_Match": '"x{bare}"'}, False),
    ({"If_Match": '"a,{bare},b"'}, False),
    ({"If_Match": "W/{tag}"}, False),
    ({"If_Match": "{bare}"}, False),
    ({"If_Match": '"{half}"'}, False),
    ({"If_None_Match": "{tag}"}, False),
    ({"If_None_Match": "W/{tag}"}, False),
    ({"If_None_Match": '"other" , {tag}'}, False),
    ({"If_None_Match": "*"}, False),
    ({"If_None_Match": '"other"'}, True),
    ({"If_None_Match": '"{bare}x"'}, True),
    ({"If_None_Match": '"{half}"'}, True),
    ({"If_None_Match": '"a,{bare},b"'}, True),
    ({"If_None_Match": "{bare}"}, True),
    ({"If_Unmodified_Since": OLD}, False),
    ({"If_Unmodified_Since": "Saturday, 01-Jan-00 00:00:00 GMT"}, False),
    ({"If_Unmodified_Since": "Sat Jan  1 00:00:00 2000"}, False),
    ({"If_Unmodified_Since": NEW}, True),
    ({"If_Unmodified_Since": "{date}"}, True),
    ({"If_Unmodified_Since": "2000-01-01"}, None),
    ({"If_Unmodified_Since": "Sat, 32 Jan 2000 00:00:00 GMT"}, None),
    # A tag is the better witness, and the date beside it is not asked.
    ({"If_Match": "{tag}", "If_Unmodified_Since": OLD}, True),
    ({"If_Match": '"other"', "If_Unmodified_Since": NEW}, False),
    ({"If": "([{tag}])"}, True),
    ({"If": '(["other"])'}, False),
    ({"If": '(["other"]) ([{tag}])'}, True),
    ({"If": "(Not [{tag}])"}, False),
    ({"If": "(<opaquelocktoken:none>)"}, False),
    ({"If": "(Not <DAV:no-lock>)"}, True),
]
SINCE = {"If_Modified_Since": NEW}
"""Counts for GET and HEAD alone."""
SUCCEEDS = {
    "GET": 200, "HEAD": 200, "PROPFIND": 207, "PROPPATCH": 207, "PUT": 204, "DELETE": 204, "COPY": 201, "MOVE": 201,
    "LOCK": 200,
}  # fmt: skip
READS = ("GET", "HEAD")
KINDS = ("file", "folder", "kept name")


class Thing:
    """Something of a test's own, by the kind it is: made anew wherever a request would change it."""

    def __init__(self, dav: Client, folder: str, kind: str) -> None:
        self.dav, self.kind = dav, kind
        self.path = f"{folder}/{kind}{next(_names)}" + (".jpg" if kind == "file" else "")
        if kind == "folder":
            assert dav("MKCOL", self.path).status == 201
        elif kind == "kept name":
            self.path = self.path.replace(" ", "%20") + ".jpg"
            assert dav("PUT", self.path, b"").status == 201
        else:
            assert dav("PUT", self.path, PHOTO).status == 201
        found = dav.one(self.path)
        self.tag, self.date = found["getetag"], found["getlastmodified"]

    def filled(self, condition: dict[str, str]) -> dict[str, str]:
        bare = self.tag.strip('"')
        values = {"tag": self.tag, "bare": bare, "half": bare[: len(bare) // 2], "date": self.date}
        return {name: value.format(**values) for name, value in condition.items()}

    def ask(self, method: str, **headers: str) -> Answer:
        body: str | bytes | None = None
        if method in ("COPY", "MOVE"):
            headers["Destination"] = f"{self.dav.address}{self.path}-to"
        elif method == "PUT":
            body = PHOTO + b"2"
        elif method == "LOCK":
            body = LOCKINFO.format(scope="shared")
        elif method == "PROPPATCH":
            prop = '<D:set><D:prop><x xmlns="u:">1</x></D:prop></D:set>'
            body = f'<D:propertyupdate xmlns:D="DAV:">{prop}</D:propertyupdate>'
        elif method == "PROPFIND":
            headers["Depth"] = "0"
        return self.dav(method, self.path, body, **headers)


@pytest.fixture(scope="module")
def folder(shared: House) -> Iterator[str]:
    path = "/Originals/Lib/conditions"
    with Client(shared.serving.url) as client:
        assert client("MKCOL", path).status == 201
    yield path


ASKED = [(method, kind) for method in SUCCEEDS for kind in KINDS if (method, kind) != ("PUT", "folder")]


@pytest.mark.parametrize(("method", "kind"), ASKED)
def test_every_condition_of_every_method(dav: Client, folder: str, method: str, kind: str) -> None:
    thing = Thing(dav, folder, kind)
    for condition, holds in [*CONDITIONS, (SINCE, None)]:
        answer = thing.ask(method, **thing.filled(condition))
        expected = succeeds = SUCCEEDS[method]
        if method in READS and (condition is SINCE or ("If_None_Match" in condition and holds is False)):
            expected = 304
        elif holds is False:
            expected = 412
        assert answer.status == expected, (condition, answer.status, answer.body)
        if expected == succeeds and method not in (*READS, "PROPFIND"):
            thing = Thing(dav, folder, kind)


@pytest.mark.parametrize(
    ("method", "condition", "status"),
    [
        ("PUT", {"If_Match": "*"}, 412),
        ("PUT", {"If_Match": '"a"'}, 412),
        ("PUT", {"If_None_Match": "*"}, 201),
        ("PUT", {"If_Unmodified_Since": OLD}, 201),
        ("PUT", {"If": '(["a"])'}, 412),
        ("PUT", {"If": '(Not ["a"])'}, 201),
        ("MKCOL", {"If_Match": "*"}, 412),
        ("MKCOL", {"If_None_Match": "*"}, 201),
        ("LOCK", {"If_Match": "*"}, 412),
        ("LOCK", {"If_None_Match": "*"}, 201),
        # What would be refused anyway is refused for that (RFC 9110, 13.2.1).
        ("GET", {"If_Match": '"a"'}, 404),
        ("GET", {"If_None_Match": "*"}, 404),
        ("PROPFIND", {"If_Match": "*"}, 404),
        ("DELETE", {"If_Match": '"a"'}, 404),
        ("DELETE", {"If_Unmodified_Since": OLD}, 404),
        ("MOVE", {"If_Match": '"a"'}, 404),
        ("UNLOCK", {"If_Match": '"a"', "Lock_Token": "<a>"}, 404),
    ],
)
def test_conditions_of_what_is_not_there(
    house: House, dav: Client, method: str, condition: dict[str, str], status: int
) -> None:
    path = f"{at(house.lib)}/nothing.txt"
    body = {"PUT": PHOTO, "LOCK": LOCKINFO.format(scope="exclusive")}.get(method)
    headers = condition | ({"Destination": f"{dav.address}{path}2"} if method == "MOVE" else {})
    assert dav(method, path, body, **headers).status == status


def test_what_is_refused_anyway_or_locked_comes_first(house: House, dav: Client) -> None:
    path = f"{at(house.lib)}/2020/IMG_20.jpg"
    assert dav("MKCOL", f"{at(house.lib)}/2020", If_Match='"other"').status == 405
    assert dav("PUT", f"{at(house.lib)}/none/x.txt", b"x", If_Match='"other"').status == 409
    assert dav("PUT", "/Originals/Fixed/x.txt", b"x", If_Match='"other"').status == 403
    assert dav("LOCK", path, LOCKINFO.format(scope="exclusive")).status == 200
    assert dav("DELETE", path, If_Match='"other"').status == 423


def test_a_refused_condition_changes_nothing(house: House, dav: Client) -> None:
    before = contents(house.lib)
    for method in ("PUT", "DELETE", "MOVE", "PROPPATCH"):
        answer = dav(
            method, f"{at(house.lib)}/2020/IMG_20.jpg", PHOTO if method == "PUT" else None,
            If_Unmodified_Since=OLD, Destination=f"{dav.address}{at(house.lib)}/moved.jpg",
        )  # fmt: skip
        assert answer.status == 412
        assert answer.reason()
    assert contents(house.lib) == before


@pytest.mark.parametrize("path", ["/", "/Timeline", "/Timeline/2020", "/Originals", "/Small/Timeline", "/Search"])
def test_smart_folders_have_tags_too(dav: Client, path: str) -> None:
    tag = dav.one(path)["getetag"]
    assert dav("PROPFIND", path, Depth=0, If_Match=tag).status == 207
    assert dav("PROPFIND", path, Depth=0, If_Match='"other"').status == 412
    assert dav("GET", f"{path.rstrip('/')}/", If_None_Match=tag).status == 304
    assert dav("GET", f"{path.rstrip('/')}/", If_Match='"other"').status == 412
    assert dav("OPTIONS", path, If_Match='"other"').status == 200


def test_small_pictures_have_their_own(house: House, dav: Client) -> None:
    (path,) = (m.href for m in dav.members(f"/Small{at(house.lib)}/2020") if "IMG_20" in m.href)
    tag = dav.one(path)["getetag"]
    assert dav("GET", path, If_None_Match=tag).status == 304
    assert dav("HEAD", path, If_Match=tag).status == 200
    assert dav("GET", path, If_Match='"other"').status == 412
    assert dav("PROPFIND", path, Depth=0, If_None_Match=tag).status == 412
