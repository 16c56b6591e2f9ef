"""RFC 4918's fine print for real files: locks of source, target and parents, If headers, properties that follow."""

from xml.etree import ElementTree

import pytest
from helpers.dav import DAV, LOCKINFO, Answer, Client, propfind_body
from helpers.writable import REMOVED, House, at, contents

EXCLUSIVE, SHARED = LOCKINFO.format(scope="exclusive"), LOCKINFO.format(scope="shared")


class Holder:
    """Locks, and what they forbid."""

    def __init__(self, dav: Client) -> None:
        self.dav = dav

    def lock(self, path: str, body: str = EXCLUSIVE, **headers: object) -> str:
        answer = self.dav("LOCK", path, body, **headers)
        assert answer.status in (200, 201), answer.body
        return answer["Lock-Token"].strip("<>")


def test_locks_of_source_target_and_parents(house: House, dav: Client) -> None:
    holder, lib = Holder(dav), at(house.lib)
    token = holder.lock(f"{lib}/2020/IMG_20.jpg", Depth="0")
    answer = dav.transfer("MOVE", f"{lib}/2020/IMG_20.jpg", f"{lib}/x.jpg")
    assert answer.status == 423
    href = answer.xml().findtext(f"{DAV}lock-token-submitted/{DAV}href")
    assert href == f"{lib}/2020/IMG_20.jpg"
    assert dav.transfer("MOVE", f"{lib}/2020", f"{lib}/2021").status == 423
    assert dav.transfer("COPY", f"{lib}/2020/IMG_21.jpg", f"{lib}/2020/IMG_20.jpg").status == 423
    assert dav.transfer("COPY", f"{lib}/2020/IMG_20.jpg", f"{lib}/copied.jpg").status == 201
    moved = dav.transfer("MOVE", f"{lib}/2020/IMG_20.jpg", f"{lib}/x.jpg", If=f"(<{token}>)")
    assert moved.status == 201
    assert dav("DELETE", f"{lib}/x.jpg").status == 204, "a lock does not move along"
    folder = holder.lock(f"{lib}/2020", Depth="0")
    assert dav("DELETE", f"{lib}/2020/IMG_21.jpg").status == 423
    assert dav("PUT", f"{lib}/2020/new.txt", b"x").status == 423
    assert dav("PUT", f"{lib}/2020/IMG_21.jpg", (house.lib / "2020/IMG_22.jpg").read_bytes()).status == 204
    tagged = f"<{dav.address}{lib}/2020> (<{folder}>)"
    assert dav("DELETE", f"{lib}/2020/IMG_21.jpg", If=tagged).status == 204
    assert dav("UNLOCK", f"{lib}/2020", Lock_Token=f"<{folder}>").status == 204
    holder.lock(lib, Depth="infinity")
    assert dav("MKCOL", f"{lib}/2020/deep").status == 423


def test_part_of_a_folder_is_locked(house: House, dav: Client) -> None:
    assert dav("MKCOL", f"{at(house.lib)}/2020/sub").status == 201
    assert dav.transfer("COPY", f"{at(house.lib)}/2020/IMG_20.jpg", f"{at(house.lib)}/2020/sub/held.jpg").status == 201
    assert dav.transfer("COPY", f"{at(house.lib)}/2020/IMG_21.jpg", f"{at(house.lib)}/2020/sub/free.jpg").status == 201
    Holder(dav).lock(f"{at(house.lib)}/2020/sub/held.jpg")
    answer = dav("DELETE", f"{at(house.lib)}/2020")
    assert answer.status == 207
    root = ElementTree.fromstring(answer.body)
    assert [r.findtext(f"{DAV}href") for r in root] == [f"{at(house.lib)}/2020/sub/held.jpg"]
    assert "423" in (root[0].findtext(f"{DAV}status") or "")
    assert set(contents(house.lib)) == {"2020", "2020/sub", "2020/sub/held.jpg"}
    below = f"{house.lib.name}/2020"
    gone = {
        path.partition(f"{below}/")[2] for path in contents(house.lib.parent / REMOVED, removed=True) if below in path
    }
    assert gone >= {"IMG_20.jpg", "IMG_21.jpg", "IMG_22.jpg", "sub/free.jpg"}


def test_shared_locks(house: House, dav: Client) -> None:
    path, holder = f"{at(house.lib)}/2020/IMG_20.jpg", Holder(dav)
    first, _ = holder.lock(path, SHARED), holder.lock(path, SHARED)
    assert dav("DELETE", path).status == 423
    assert dav("DELETE", path, If=f"(<{first}>)").status == 204


@pytest.mark.parametrize(
    ("header", "status"),
    [
        ("([{etag}])", 204),
        ('(["no such"])', 412),
        ("(Not [{etag}])", 412),
        ('(["no such"]) ([{etag}])', 204),
        ("(<opaquelocktoken:none>)", 412),
        ("(Not <DAV:no-lock> [{etag}])", 204),
        ("<http://elsewhere.example/x> ([{etag}])", 412),
        ("<{lib}/2020/IMG_21.jpg> ([{etag}])", 412),
        ("nonsense", 400),
        ("(", 400),
        ("()", 400),
    ],
)
def test_if_headers(house: House, dav: Client, header: str, status: int) -> None:
    path = f"{at(house.lib)}/2020/IMG_20.jpg"
    etag = dav.one(path, "getetag")["getetag"]
    assert dav("DELETE", path, If=header.format(etag=etag, lib=at(house.lib))).status == status


def patch(dav: Client, path: str, *changes: str) -> Answer:
    body = (
        f'<?xml version="1.0"?><D:propertyupdate xmlns:D="DAV:" xmlns:x="urn:x">{"".join(changes)}</D:propertyupdate>'
    )
    return dav("PROPPATCH", path, body)


def test_no_property_at_all_is_done(house: House, dav: Client) -> None:
    """An answer about a resource has a status of its own if it has no properties (RFC 4918, 14.24)."""
    path = f"{at(house.lib)}/2020/IMG_20.jpg"
    for changes in ((), ("<D:set/>",), ("<D:set><D:prop/></D:set>",)):
        answer = patch(dav, path, *changes)
        assert answer.status == 207
        assert b"</D:href><D:status>HTTP/1.1 200 OK</D:status></D:response>" in answer.body


def test_properties_follow(house: House, dav: Client) -> None:
    lib, colour, notes = at(house.lib), "{urn:x}colour", "{urn:x}notes"
    set_ = "<D:set><D:prop>{}</D:prop></D:set>"
    for path in (f"{lib}/2020", f"{lib}/2020/IMG_20.jpg"):
        values = "<x:colour xml:lang='de'>Rot &amp; 100%s</x:colour><x:notes><x:a/>text</x:notes>"
        answer = patch(dav, path, set_.format(values))
        assert answer.status == 207
        assert b"200 OK" in answer.body

    def of(path: str) -> dict[str, str | None]:
        (found,) = dav.propfind(path, propfind_body(colour, notes), "0")
        return {tag: element.text for tag, element in found.found.items()}

    assert of(f"{lib}/2020")[colour] == "Rot & 100%s"
    assert set(of(f"{lib}/2020/IMG_20.jpg")) == {colour, notes}
    assert {m.name: set(m.found) for m in dav.members(f"{lib}/2020", propfind_body(colour))}["IMG_20.jpg"] == {colour}
    assert colour in dav.one(f"{lib}/2020/IMG_20.jpg").found
    assert dav.transfer("COPY", f"{lib}/2020", f"{lib}/Copy").status == 201
    assert dav.transfer("MOVE", f"{lib}/2020", f"{lib}/Moved").status == 201
    assert dav.transfer("MOVE", f"{lib}/Moved/IMG_20.jpg", f"{at(house.other)}/x.jpg").status == 201
    for path in (f"{lib}/Copy", f"{lib}/Moved", f"{lib}/Copy/IMG_20.jpg", f"{at(house.other)}/x.jpg"):
        assert set(of(path)) == {colour, notes}, path
    patch(dav, f"{lib}/Copy", "<D:remove><D:prop><x:colour/></D:prop></D:remove>", set_.format("<x:notes>2</x:notes>"))
    assert of(f"{lib}/Copy") == {notes: "2"}
    assert set(of(f"{lib}/Moved")) == {colour, notes}
    refused = patch(dav, f"{lib}/Copy", set_.format("<D:getetag>x</D:getetag><x:colour>blue</x:colour>"))
    assert refused.status == 207
    assert b"403 Forbidden" in refused.body
    assert b"424 Failed Dependency" in refused.body
    assert of(f"{lib}/Copy") == {notes: "2"}
    assert dav("DELETE", f"{lib}/Copy").status == 204
    assert dav("MKCOL", f"{lib}/Copy").status == 201
    assert of(f"{lib}/Copy") == {}
    when = "Mon, 01 Jan 2024 10:00:00 GMT"
    windows = f"<w:Win32LastModifiedTime xmlns:w='urn:schemas-microsoft-com:'>{when}</w:Win32LastModifiedTime>"
    assert b"200 OK" in patch(dav, f"{at(house.other)}/x.jpg", set_.format(windows)).body
    assert patch(dav, "/Originals/Fixed/2020/IMG_20.jpg", set_.format("<x:colour/>")).status == 403
