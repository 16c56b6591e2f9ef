"""PROPFIND: every way of asking, and every way of asking wrongly."""

from collections.abc import Iterator
from xml.etree import ElementTree

import pytest
from helpers.dav import ALLPROP, DAV, PROPNAME, Client, multistatus, propfind_body

FILE = "/Timeline/2022/2022-08/IMG_7001.jpg"
FOLDER = "/Timeline/2022/2022-08"
EVERYWHERE = (
    "displayname",
    "getetag",
    "getlastmodified",
    "creationdate",
    "resourcetype",
    "supportedlock",
    "lockdiscovery",
)
OF_FILES = (*EVERYWHERE, "getcontentlength", "getcontenttype")
OF_FOLDERS = (*EVERYWHERE, "quota-available-bytes", "quota-used-bytes")
PLACES = (
    "/",
    "/Timeline",
    "/Timeline/2022",
    FOLDER,
    "/Places",
    "/Places/Paris",
    "/Review",
    "/Review/Unreadable",
    "/Originals",
)


@pytest.mark.parametrize("name", OF_FILES)
def test_each_property_of_a_file_is_given_by_name(dav: Client, name: str) -> None:
    found = dav.one(FILE, name)
    assert list(found.found) == [DAV + name]
    assert not found.missing


@pytest.mark.parametrize("name", OF_FOLDERS)
@pytest.mark.parametrize("path", ["/", FOLDER, "/Originals/Family"])
def test_each_property_of_a_folder_is_given_by_name(dav: Client, path: str, name: str) -> None:
    found = dav.one(path, name)
    assert list(found.found) == [DAV + name]
    assert not found.missing


def test_values_of_a_file_agree_with_the_file_itself(dav: Client) -> None:
    found, got = dav.one(FILE), dav("GET", FILE)
    assert found["getcontentlength"] == got["Content-Length"] == str(len(got.body))
    assert found["getetag"] == got["ETag"]
    assert found["getlastmodified"] == got["Last-Modified"]
    assert found["getcontenttype"] == got["Content-Type"] == "image/jpeg"
    assert found["displayname"] == "IMG_7001.jpg"
    assert not found.is_folder


@pytest.mark.parametrize("name", ["getetag", "getcontentlength"])
def test_the_same_is_said_at_depth_0_and_in_a_listing(dav: Client, name: str) -> None:
    names = (*OF_FILES, *OF_FOLDERS)
    before = None
    while (now := dav.one("/", "getetag")["getetag"]) != before:  # files are still being read whole
        before = now
        listed = {member.href: member for path in PLACES for member in dav.members(path, propfind_body(*names))}
        found = {href: dav.one(href, *names) for href in listed}
    for href, member in listed.items():
        alone = found[href]
        assert {tag: "".join(e.itertext()) for tag, e in alone.found.items() if "quota" not in tag} == {
            tag: "".join(e.itertext()) for tag, e in member.found.items() if "quota" not in tag
        }, href
        assert sorted(alone.missing) == sorted(member.missing)


@pytest.mark.parametrize("body", [None, "", "  \n", ALLPROP], ids=["none", "empty", "blank", "allprop"])
def test_asking_for_all_or_for_nothing_gives_all_cheap_properties(dav: Client, body: str | None) -> None:
    folder, *members = dav.propfind(FOLDER, body)
    assert set(folder.found) == {DAV + name for name in EVERYWHERE if name != "supportedlock"}
    for member in members:
        assert set(member.found) == {DAV + name for name in OF_FILES if name != "supportedlock"}
    assert not any(resource.missing for resource in [folder, *members])


def test_allprop_includes_what_is_asked_for_besides(dav: Client) -> None:
    body = ALLPROP.replace("<D:allprop/>", "<D:allprop/><D:include><D:quota-used-bytes/><D:supportedlock/></D:include>")
    found = dav.propfind("/", body, "0")[0]
    assert set(found.found) == {DAV + name for name in (*EVERYWHERE, "quota-used-bytes")}


def test_propname_gives_every_name_and_no_value(dav: Client) -> None:
    folder, *members = dav.propfind(FOLDER, PROPNAME)
    assert set(folder.found) == {DAV + name for name in OF_FOLDERS}
    assert members
    for member in members:
        assert set(member.found) == {DAV + name for name in OF_FILES}
    for resource in [folder, *members]:
        assert not any(element.text or len(element) for element in resource.found.values())


def test_unknown_properties_are_404_in_their_own_namespace(dav: Client) -> None:
    unknown = [
        "{DAV:}executable",
        "{http://owncloud.org/ns}checksums",
        "{urn:a&\"b'%s}x",
        "{}bare",
        "{http://ä.example/}größe",
    ]
    answer = dav("PROPFIND", FOLDER, _body(*unknown, "{DAV:}getetag").encode(), Depth=1)
    for resource in multistatus(answer):
        assert sorted(resource.missing) == sorted(name.removeprefix("{}") for name in unknown)
        assert list(resource.found) == [f"{DAV}getetag"]


def test_only_unknown_properties_give_no_empty_success(dav: Client) -> None:
    answer = dav("PROPFIND", FILE, propfind_body("{urn:x}y"), Depth=0)
    assert b"200 OK" not in answer.body
    assert multistatus(answer)[0].missing == ["{urn:x}y"]


def test_a_property_asked_for_many_times_is_given_once(dav: Client) -> None:
    for resource in dav.propfind(FOLDER, propfind_body(*["getetag"] * 50, *["{urn:x}y"] * 50)):
        assert list(resource.found) == [f"{DAV}getetag"]
        assert resource.missing == ["{urn:x}y"]


def test_asking_for_no_property_is_answered(dav: Client) -> None:
    assert not dav.propfind(FILE, propfind_body(), "0")[0].found


@pytest.mark.parametrize("depth", [None, "infinity", "Infinity", " INFINITY "])
@pytest.mark.parametrize("path", ["/", FOLDER])
def test_no_answer_is_endless(dav: Client, path: str, depth: str | None) -> None:
    answer = dav("PROPFIND", path, ALLPROP, **({} if depth is None else {"Depth": depth}))
    assert answer.status == 403
    assert answer.xml().find(f"{DAV}propfind-finite-depth") is not None
    assert answer.reason()


@pytest.mark.parametrize("depth", [None, "infinity", "Infinity", "0", "1", " 0 ", "1,noroot"])
def test_a_file_ends_by_itself(dav: Client, depth: str | None) -> None:
    headers = {} if depth is None else {"Depth": depth}
    (found,) = multistatus(dav("PROPFIND", FILE, ALLPROP, **headers))
    assert found.href == FILE
    assert dav("PROPFIND", "/nothing", ALLPROP, **headers).status == 404


@pytest.mark.parametrize("depth", ["2", "-1", "", "one", "0,1", "1, no root", "infinity,noroot"])
@pytest.mark.parametrize("path", ["/", FOLDER, FILE])
def test_other_depths_are_malformed(dav: Client, path: str, depth: str) -> None:
    answer = dav("PROPFIND", path, ALLPROP, Depth=depth)
    assert answer.status == 400
    assert answer.reason()


@pytest.mark.parametrize("path", ["/", "/Timeline", FOLDER])
def test_a_folder_may_be_left_out(dav: Client, path: str) -> None:
    whole, rest = ({found.href for found in dav.propfind(path, depth=depth)} for depth in ("1", "1, NoRoot"))
    assert whole - rest == {f"{path.rstrip('/')}/"}
    assert rest < whole


def test_depth_0_is_the_folder_alone(dav: Client) -> None:
    assert [resource.href for resource in dav.propfind("/Timeline", depth="0")] == ["/Timeline/"]


def test_a_file_has_no_members(dav: Client) -> None:
    assert [resource.href for resource in dav.propfind(FILE, depth="1")] == [FILE]


@pytest.mark.parametrize(
    "body",
    [
        "no XML",
        "<propfind/>",
        '<D:propfind xmlns:D="DAV:"/>',
        '<D:propfind xmlns:D="DAV:"><D:prop></D:propfind>',
        '<D:propfind xmlns:D="DAV:"><D:prop><X:y/></D:prop></D:propfind>',
        '<D:lockinfo xmlns:D="DAV:"/>',
        b"\xff\xfe\x00",
        b'<?xml version="1.0" encoding="no-such"?><a/>',
        '<D:propfind xmlns:D="DAV:"><D:allprop/></D:propfind>trailing',
        b"\0" * 10,
    ],
)
def test_malformed_bodies_are_refused_in_words(dav: Client, body: str | bytes) -> None:
    answer = dav("PROPFIND", FOLDER, body, Depth=1)
    assert answer.status == 400
    assert answer.reason()
    assert dav("PROPFIND", "/", Depth=0).status == 207  # and the connection goes on


@pytest.mark.parametrize(
    "document_type",
    [
        '<!DOCTYPE p [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;">]>',
        '<!DOCTYPE p [<!ENTITY c SYSTEM "file:///etc/hostname">]>',
        '<!DOCTYPE p SYSTEM "http://127.0.0.1:9/x.dtd">',
        "<!DOCTYPE p>",
    ],
)
@pytest.mark.parametrize("method", ["PROPFIND", "LOCK"])
def test_entities_are_never_read(dav: Client, method: str, document_type: str) -> None:
    entity = "&c;" if "ENTITY c" in document_type else ""
    body = (
        f'<?xml version="1.0"?>{document_type}<p:propfind xmlns:p="DAV:"><p:allprop>{entity}</p:allprop></p:propfind>'
    )
    answer = dav(method, FILE, body, Depth=0)
    assert answer.status == 400 and "document type" in answer.reason()


def test_a_body_larger_than_any_clients_is_refused(dav: Client) -> None:
    answer = dav("PROPFIND", "/", ALLPROP + " " * 100_000, Depth=0)
    assert answer.status == 413
    with Client(f"http://127.0.0.1:{dav._connection.port}") as other:
        chunks = iter([ALLPROP.encode(), *[b" " * 10_000] * 10])
        assert other("PROPFIND", "/", chunks, Depth=0, Transfer_Encoding="chunked").status == 413


def test_too_many_properties_are_refused(dav: Client) -> None:
    answer = dav("PROPFIND", "/", propfind_body(*[f"p{n}" for n in range(300)]), Depth=0)
    assert answer.status == 400
    assert "200" in answer.reason()


def test_a_chunked_body_is_read(dav: Client) -> None:
    def chunks() -> Iterator[bytes]:
        body = propfind_body("getetag").encode()
        yield body[:20]
        yield body[20:]

    answer = dav("PROPFIND", FILE, chunks(), Depth=0, Transfer_Encoding="chunked")
    assert list(multistatus(answer)[0].found) == [f"{DAV}getetag"]


def test_other_encodings_of_xml_are_read(dav: Client) -> None:
    body = propfind_body("getetag").replace('"1.0"', '"1.0" encoding="utf-16"').encode("utf-16")
    assert list(multistatus(dav("PROPFIND", FILE, body, Depth=0))[0].found) == [f"{DAV}getetag"]


@pytest.mark.parametrize(
    "path", ["/nothing", "/Timeline/2022/2022-07", "/Timeline/1999", "/Places/Atlantis", FILE + "/x", FOLDER + "/x.jpg"]
)
def test_what_is_not_there_is_404(dav: Client, path: str) -> None:
    answer = dav("PROPFIND", path, Depth=0)
    assert answer.status == 404
    assert answer.reason()


@pytest.mark.parametrize(
    "path", ["/%FF", "/Timeline/%C3%28", "/..", "/Timeline/../..", "/a/../../etc/passwd", "/%2e%2e/x"]
)
def test_addresses_that_are_none_are_refused(dav: Client, path: str) -> None:
    for method in ("GET", "PROPFIND", "LOCK", "PUT"):
        assert dav(method, path, Depth=0).status in (400, 404), method


def test_namespaces_are_prefixed_and_nothing_is_indented_for_explorer(dav: Client) -> None:
    body = dav("PROPFIND", FOLDER, Depth=1).body.decode()
    assert body.startswith('<?xml version="1.0" encoding="utf-8"?>\n<D:multistatus xmlns:D="DAV:"><D:response><D:href>')
    assert ">\n<D:r" not in body
    assert "<D:status>HTTP/1.1 200 OK</D:status>" in body  # Kodi looks for this very line


def test_a_folder_is_asked_for_with_or_without_a_slash(dav: Client) -> None:
    with_slash, without = dav("PROPFIND", FOLDER + "/", Depth=1), dav("PROPFIND", FOLDER, Depth=1)
    assert with_slash.status == without.status == 207
    assert with_slash.body == without.body


def test_dates_and_sizes_are_in_their_formats(dav: Client) -> None:
    for resource in (dav.one("/Timeline", *OF_FOLDERS), dav.one(FILE, *OF_FILES)):
        assert resource["getlastmodified"].endswith(" GMT")
        assert resource["creationdate"].endswith("Z")
        assert resource["getetag"].startswith('"')
        assert resource["getetag"].endswith('"')
        assert resource.found[f"{DAV}supportedlock"].findall(f".//{DAV}exclusive")
    quota = dav.one("/", "quota-available-bytes", "quota-used-bytes")
    assert int(quota["quota-available-bytes"]) > 0
    assert int(quota["quota-used-bytes"]) > 0


def _body(*names: str) -> str:
    root = ElementTree.Element(f"{DAV}propfind")
    prop = ElementTree.SubElement(root, f"{DAV}prop")
    for name in names:
        ElementTree.SubElement(prop, name.removeprefix("{}"))
    return ElementTree.tostring(root, encoding="unicode")
