"""What desktop systems, sync tools and televisions really ask, one request after the other, in their own spelling."""

import pytest
from helpers.dav import DAV, LOCKINFO, Client, multistatus
from helpers.family import Family

JUNK = (
    "._.",
    "._IMG_7001.jpg",
    ".DS_Store",
    ".hidden",
    ".Spotlight-V100",
    ".Trashes",
    ".fseventsd",
    ".TemporaryItems",
    ".apdisk",
    ".ql_disablethumbnails",
    ".localized",
    "Contents",
    "Thumbs.db",
    "desktop.ini",
    "Desktop.ini",
    "folder.jpg",
    "autorun.inf",
    ".directory",
    ".xdg-volume-info",
    ".Trash-1000",
    ".git",
    "cover.jpg",
    "VIDEO_TS",
)
KIO = (
    '<?xml version="1.0" encoding="utf-8" ?><D:propfind xmlns:D="DAV:"><D:prop><D:creationdate/><D:getcontentlength/>'
    "<D:displayname/><D:source/><D:getcontentlanguage/><D:getcontenttype/><D:getlastmodified/><D:getetag/>"
    "<D:supportedlock/><D:lockdiscovery/><D:resourcetype/><D:quota-available-bytes/><D:quota-used-bytes/></D:prop>"
    "</D:propfind>"
)
FINDER = (
    '<?xml version="1.0" encoding="utf-8"?><D:propfind xmlns:D="DAV:"><D:prop><D:getlastmodified/><D:getcontentlength/>'
    "<D:creationdate/><D:resourcetype/></D:prop></D:propfind>"
)
FINDER_QUOTA = (
    '<?xml version="1.0" encoding="utf-8"?><D:propfind xmlns:D="DAV:"><D:prop><D:quota-available-bytes/>'
    "<D:quota-used-bytes/><D:quota/><D:quotaused/></D:prop></D:propfind>"
)
GVFS = (
    '<?xml version="1.0" encoding="utf-8" ?>\n <D:propfind xmlns:D="DAV:">\n  <D:prop>\n<D:creationdate/>\n'
    "<D:displayname/>\n<D:getcontentlength/>\n<D:getcontenttype/>\n<D:getetag/>\n<D:getlastmodified/>\n"
    "<D:resourcetype/>\n  </D:prop>\n </D:propfind>"
)
RCLONE = (
    '<?xml version="1.0"?><d:propfind  xmlns:d="DAV:" xmlns:oc="http://owncloud.org/ns" xmlns:nc="http://nextcloud.org/ns">'
    "<d:prop><d:displayname /><d:getlastmodified /><d:getcontentlength /><d:resourcetype /><d:getcontenttype />"
    "<oc:checksums /><oc:permissions /></d:prop></d:propfind>"
)
KODI = '<?xml version="1.0" encoding="utf-8" ?><D:propfind xmlns:D="DAV:"><D:allprop/></D:propfind>'
FOLDERS = ("/", "/Timeline", "/Timeline/2022/2022-08", "/Places/Paris", "/Recent", "/Review", "/Originals/Family/Live")


@pytest.mark.parametrize("folder", FOLDERS)
def test_what_systems_leave_everywhere_is_nowhere(dav: Client, folder: str) -> None:
    for name in JUNK:
        for method in ("PROPFIND", "GET", "HEAD"):
            answer = dav(method, f"{folder.rstrip('/')}/{name}", Depth=0)
            assert answer.status == 404, (method, name)


def test_spotlight_is_asked_to_stay_away_and_nobody_else_sees_it(dav: Client) -> None:
    answer = dav("GET", "/.metadata_never_index")
    assert answer.status == 200
    assert answer.body == b""
    assert answer["Content-Length"] == "0"
    found = dav.one("/.metadata_never_index")
    assert found["getcontentlength"] == "0"
    assert not found.is_folder
    assert ".metadata_never_index" not in dav.files("/")
    assert dav("GET", "/Timeline/.metadata_never_index").status == 404
    assert dav("DELETE", "/.metadata_never_index").status == 403
    assert dav("PUT", "/.metadata_never_index", b"").status == 403


def test_finder_mounts_looks_and_opens(dav: Client, family: Family) -> None:
    agent = {"User_Agent": "WebDAVFS/3.0.0 (03008000) Darwin/23.0.0 (arm64)", "Accept": "*/*"}
    options = dav("OPTIONS", "/", **agent)
    assert "2" in options["DAV"]
    assert dav("PROPFIND", "/", FINDER, Depth=0, **agent).status == 207
    quota = multistatus(dav("PROPFIND", "/", FINDER_QUOTA, Depth=0, **agent))[0]
    assert {f"{DAV}quota-available-bytes", f"{DAV}quota-used-bytes"} == set(quota.found)
    for probe in ("/.hidden", "/._.", "/.DS_Store", "/Timeline/._2022"):
        assert dav("PROPFIND", probe, FINDER, Depth=0, **agent).status == 404
    listing = multistatus(dav("PROPFIND", "/Originals/Family/Live/", FINDER, Depth=1, **agent))
    assert not any(resource.missing for resource in listing[1:])
    photo = "/Originals/Family/Live/IMG_7001.jpg"
    lock = dav("LOCK", photo, LOCKINFO.format(scope="exclusive"), Depth=0, Timeout="Second-600", **agent)
    assert lock.status == 200
    body = dav("GET", photo, If=f"({lock['Lock-Token']})", Range="bytes=0-32767", **agent).body
    assert body == (family.root / "Live/IMG_7001.jpg").read_bytes()[:32768]
    assert dav("UNLOCK", photo, Lock_Token=lock["Lock-Token"], **agent).status == 204


def test_finder_is_told_no_when_it_writes(dav: Client) -> None:
    token = dav("LOCK", "/Recent/untitled.txt", LOCKINFO.format(scope="exclusive"), Depth=0)
    assert token.status == 403
    assert dav("MKCOL", "/Timeline/untitled%20folder").status == 403
    put = dav("PUT", "/Recent/._x.jpg", iter([b"", b"abc"]), Transfer_Encoding="chunked", X_Expected_Entity_Length=3)
    assert put.status == 403


def test_explorer_maps_a_drive(dav: Client) -> None:
    agent = {"User_Agent": "Microsoft-WebDAV-MiniRedir/10.0.22631", "Translate": "f"}
    options = dav("OPTIONS", "/", **agent)
    assert options["MS-Author-Via"] == "DAV"
    assert {"1", "2"} <= {part.strip() for part in options["DAV"].split(",")}
    root = dav("PROPFIND", "/", None, Depth=0, Content_Length=0, **agent)
    assert root.status == 207
    assert b"D:getlastmodified" in root.body
    listing = multistatus(dav("PROPFIND", "/Timeline/2022/2022-08", None, Depth=1, **agent))
    assert len(listing) == 4  # no redirect for the missing slash
    assert all(f"{DAV}getlastmodified" in resource.found for resource in listing)
    for probe in ("/desktop.ini", "/Timeline/Thumbs.db", "/AutoRun.inf"):
        assert dav("PROPFIND", probe, None, Depth=0, **agent).status == 404
    assert dav("MKCOL", "/Timeline/New%20folder", **agent).status == 403
    # It makes an empty file first; if the photo is not one that Haven has, and there is no inbox, nothing of it stays.
    assert dav("PUT", "/Places/Paris/x.jpg", b"", **agent).status == 201
    answer = dav("PUT", "/Places/Paris/x.jpg", b"none of them", **agent)
    assert answer.status == 403 and "--inbox" in answer.reason()
    assert dav("PROPFIND", "/Places/Paris/x.jpg", Depth=0).status == 404


def test_explorer_sees_a_full_folder(dav: Client) -> None:
    # Past 1,000,000 bytes of properties it shows nothing; folders are split at 2,000 photos.
    listing = dav("PROPFIND", "/Recent", None, Depth=1).body
    files = len(dav.files("/Recent"))
    assert len(listing) / files * 2000 < 1_900_000
    properties = listing.split(b"<D:response>")[2:]
    longest = max(len(p.partition(b"<D:prop>")[2].partition(b"</D:prop>")[0]) for p in properties if b"%" not in p)
    assert longest < 1000


def test_kde_opens_a_folder(dav: Client) -> None:
    for path in FOLDERS:
        for resource in multistatus(dav("PROPFIND", path, KIO, Depth=1, User_Agent="Mozilla/5.0 dolphin/23.08")):
            assert {f"{DAV}source", f"{DAV}getcontentlanguage"} <= set(resource.missing)
            assert len(resource.found) + len(resource.missing) == 13
    search = '<D:searchrequest xmlns:D="DAV:"><D:basicsearch/></D:searchrequest>'
    assert dav("SEARCH", "/", search).status == 405


def test_gnome_opens_a_folder(dav: Client) -> None:
    assert dav("OPTIONS", "/Places/Paris", User_Agent="gvfs/1.50").status == 200
    assert dav("PROPFIND", "/", GVFS, Depth=0, Apply_To_Redirect_Ref="T").status == 207
    for resource in multistatus(dav("PROPFIND", "/Places/Paris", GVFS, Depth=1))[1:]:
        assert not resource.missing
        assert dav("HEAD", resource.href).status == 200


def test_rclone_as_nextcloud_gets_a_404_for_checksums(dav: Client) -> None:
    for resource in multistatus(dav("PROPFIND", "/Timeline/2022/2022-08/", RCLONE, Depth=1))[1:]:
        assert "{http://owncloud.org/ns}checksums" in resource.missing
        assert resource["displayname"] == resource.name


def test_kodi_lists_seeks_and_plays(dav: Client, family: Family) -> None:
    answer = dav("PROPFIND", "/Types/Videos/", KODI, Depth=1, Connection="keep-alive")
    assert answer.body.count(b"<D:status>HTTP/1.1 200 OK</D:status>") == 2
    film = multistatus(answer)[1]
    size = int(film["getcontentlength"])
    assert dav("HEAD", film.href)["Accept-Ranges"] == "bytes"
    content = (family.root / "Mixed/VID_20221105_070809.mp4").read_bytes()
    assert dav("GET", film.href, Range="bytes=0-").body == content
    tail = dav("GET", film.href, Range=f"bytes={size - 100}-", Icy_MetaData=1)
    assert tail.status == 206
    assert tail.body == content[-100:]


def test_a_phone_asks_for_too_much_once_and_then_rightly(dav: Client) -> None:
    assert dav("PROPFIND", "/", KODI, Depth="infinity").status == 403
    assert dav("PROPFIND", "/", KODI).status == 403
    assert dav("PROPFIND", "/", KODI, Depth=1).status == 207


def test_many_photos_over_one_connection(dav: Client) -> None:
    for member in dav.members("/Recent"):
        assert len(dav("GET", member.href).body) == int(member["getcontentlength"])
