"""Names: whatever a file is called, every client can list it, and the address it was given leads to its bytes."""

import unicodedata
from urllib.parse import quote, unquote

import pytest
from helpers.dav import Client, url_of
from helpers.family import NFC, NFD, ODD, ODD_NAMES, UNSENDABLE, Family

FOLDER = url_of("Originals", "Family", ODD)


def test_every_address_leads_to_its_file(dav: Client) -> None:
    seen = 0
    for member in dav.walk("/"):
        if member.is_folder:
            assert member.href.endswith("/")
            assert dav("GET", member.href).status == 200
            continue
        got = dav("GET", member.href)
        assert got.status == 200, member.href
        assert str(len(got.body)) == member["getcontentlength"], member.href
        assert got["ETag"] == member["getetag"], member.href
        seen += 1
    assert seen > 200


@pytest.mark.parametrize("name", ODD_NAMES)
def test_an_odd_name_is_served_as_it_is(dav: Client, family: Family, name: str) -> None:
    listed = {member["displayname"]: member for member in dav.members(FOLDER)}
    shown = unicodedata.normalize("NFC", name)
    assert (
        shown in listed or f"{shown.partition('.')[0]} (2).{shown.partition('.')[2]}" in listed
    )  # case.JPG beside Case.jpg
    got = dav("GET", f"{FOLDER}/{quote(name, safe='')}")
    assert got.status == 200
    if name.lower() != "case.jpg":
        assert got.body == (family.root / ODD / name).read_bytes()


@pytest.mark.parametrize("name", [NFC, NFD, "ü" * 125 + ".jpg"])
@pytest.mark.parametrize("form", ["NFC", "NFD"])
@pytest.mark.parametrize("case", [str, str.upper])
def test_names_are_found_in_any_composition_and_case(dav: Client, name: str, form: str, case: type[str]) -> None:
    spelled = quote(unicodedata.normalize(form, case(name)), safe="")
    recent = quote(unicodedata.normalize(form, case(name)[-104:]), safe="")  # display names are shorter
    assert dav("GET", f"{FOLDER}/{spelled}").status == 200
    if len(name) < 100:
        assert dav("GET", f"/Recent/{recent}").status == 200
    assert dav("PROPFIND", f"{FOLDER}/{spelled}", Depth=0).status == 207


def test_names_that_differ_by_case_alone_are_two_files(dav: Client, family: Family) -> None:
    names = [name for name in dav.files(FOLDER) if name.lower().startswith("case")]
    assert sorted(names) == ["Case.jpg", "case.JPG"]
    bodies = {dav("GET", f"{FOLDER}/{quote(name)}").body for name in names}
    assert bodies == {(family.root / ODD / name).read_bytes() for name in ("Case.jpg", "case.JPG")}


def test_names_that_cannot_be_sent_are_shown_all_the_same(dav: Client) -> None:
    replaced = [name for name in dav.files(FOLDER) if "\ufffd" in name]
    assert len(replaced) == len(UNSENDABLE)
    for name in replaced:
        assert dav("GET", f"{FOLDER}/{quote(name)}").body.startswith(b"\xff\xd8")


def test_originals_are_what_is_on_the_disk(dav: Client, family: Family) -> None:
    base = "/Originals/Family/"
    served = {unquote(m.href).removeprefix(base): m for m in dav.walk("/Originals/Family") if not m.is_folder}
    on_disk = family.on_disk()
    plain = {path: member for path, member in served.items() if "\ufffd" not in path and "(2)" not in path}
    expected = {
        unicodedata.normalize("NFC", path): file
        for path, file in on_disk.items()
        if not any(not char.isprintable() or 0xD800 <= ord(char) <= 0xDFFF for char in path)
    }
    assert len(served) == len(on_disk)
    assert {path.lower() for path in plain} == {path.lower() for path in expected}
    for path, member in plain.items():
        if not path.lower().endswith("case.jpg"):
            assert int(member["getcontentlength"]) == expected[path].stat().st_size
    folders = {unquote(m.href).removeprefix(base).rstrip("/") for m in dav.walk("/Originals/Family") if m.is_folder}
    assert folders == {p.relative_to(family.root).as_posix() for p in family.root.rglob("*") if p.is_dir()} - {
        "@eaDir",
        ".trash",
    }


def test_smart_folders_bear_names_that_every_system_can_store(dav: Client) -> None:
    for member in dav.walk("/"):
        if not member.href.removeprefix("/Small").removeprefix("/TV").startswith("/Originals"):
            assert not set(member.name) & set('\\/:*?"<>|'), member.href
            assert member.name == member.name.strip(" ").rstrip("."), member.href
            assert member.name.partition(".")[0].lower() not in ("con", "prn", "aux", "nul"), member.href
            assert len(member.name.encode()) <= 210
            assert unicodedata.is_normalized("NFC", member.name)


def test_a_photo_has_one_name_in_every_smart_folder(dav: Client) -> None:
    tags: dict[str, set[tuple[str, str, str]]] = {}
    for member in dav.walk("/"):
        others = ("/Originals", "/Review/Unreadable/Reasons", "/Small", "/TV")
        if not member.is_folder and not member.href.startswith(others):
            tags.setdefault(member.name, set()).add(
                (member["getetag"], member["getlastmodified"], member["getcontenttype"])
            )
    assert all(len(values) == 1 for values in tags.values()), tags
    assert len({name.lower() for name in tags}) == len(tags)
