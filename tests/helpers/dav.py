"""A WebDAV client that shows everything: each status, header and property, and bodies that must be well-formed."""

import base64
import http.client
import posixpath
import ssl
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, unquote, urlsplit
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

DAV = "{DAV:}"
ALLPROP = '<?xml version="1.0" encoding="utf-8"?><D:propfind xmlns:D="DAV:"><D:allprop/></D:propfind>'
PROPNAME = '<?xml version="1.0" encoding="utf-8"?><D:propfind xmlns:D="DAV:"><D:propname/></D:propfind>'
LOCKINFO = (
    '<?xml version="1.0" encoding="utf-8"?><D:lockinfo xmlns:D="DAV:"><D:lockscope><D:{scope}/></D:lockscope>'
    "<D:locktype><D:write/></D:locktype><D:owner><D:href>test</D:href></D:owner></D:lockinfo>"
)


def propfind_body(*names: str) -> str:
    """Return a body that asks for properties, given as "{DAV:}getetag" or just "getetag"."""
    parts = []
    for name in names:
        space, _, local = name[1:].rpartition("}") if name.startswith("{") else ("DAV:", "", name)
        parts.append(f'<{local} xmlns="{space}"/>')
    return f'<?xml version="1.0"?><D:propfind xmlns:D="DAV:"><D:prop>{"".join(parts)}</D:prop></D:propfind>'


@dataclass(slots=True)
class Answer:
    """A response, read wholly; `phrase`: what its status line says after the number."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes
    phrase: str = ""

    def __getitem__(self, name: str) -> str:
        value = self.headers[name]
        assert value is not None, f"there is no {name} among\n{self.headers}"
        return str(value)

    def xml(self) -> Element:
        """Return the body as XML, which it must be."""
        return ElementTree.fromstring(self.body)

    def reason(self) -> str:
        """Return the sentence of a refusal, which must be in a DAV:error element."""
        root = self.xml()
        assert root.tag == f"{DAV}error", self.body
        return "".join(root.itertext()).strip()


@dataclass(slots=True)
class Resource:
    """What a multistatus says of one resource: `found` and `missing` properties by "{namespace}name"."""

    href: str
    found: dict[str, Element] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)

    def __getitem__(self, name: str) -> str:
        return "".join(self.found[DAV + name].itertext())

    @property
    def is_folder(self) -> bool:
        """Whether it is a collection."""
        return self.found[DAV + "resourcetype"].find(DAV + "collection") is not None

    @property
    def name(self) -> str:
        """The last segment of its path."""
        return unquote(posixpath.basename(urlsplit(self.href).path.rstrip("/")))


class Client:
    """One keep-alive connection to a server; `address` has no path, requests go below the URL path `folder`."""

    def __init__(self, url: str, *, auth: tuple[str, str] | None = None) -> None:
        parts = urlsplit(url)
        self.folder = parts.path.rstrip("/")
        self.address = f"{parts.scheme}://{parts.netloc}"
        self._headers = {}
        if auth:
            self._headers["Authorization"] = "Basic " + base64.b64encode(":".join(auth).encode()).decode()
        self._connection: http.client.HTTPConnection
        if parts.scheme == "https":
            context = ssl._create_unverified_context()
            self._connection = http.client.HTTPSConnection(
                parts.hostname or "", parts.port, timeout=60, context=context
            )
        else:
            self._connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=60)

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def __call__(self, method: str, path: str, body: Any = None, /, **headers: Any) -> Answer:
        """Send a request; `path` is percent-encoded already, a header's name is written with "_" for "-"."""
        given = self._headers | {name.replace("_", "-"): str(value) for name, value in headers.items()}
        data = body.encode() if isinstance(body, str) else body
        self._connection.request(method, self.folder + path, data, given, encode_chunked=not hasattr(data, "__len__"))
        response = self._connection.getresponse()
        return Answer(response.status, response.headers, response.read(), response.reason)

    def transfer(self, verb: str, source: str, to: str, **headers: Any) -> Answer:
        """COPY or MOVE what is at one path to another; neither is percent-encoded yet."""
        return self(verb, quote(source), Destination=self.address + self.folder + quote(to), **headers)

    def propfind(self, path: str, body: str | None = None, depth: str = "1") -> list[Resource]:
        """Return what a PROPFIND, which must succeed, says."""
        answer = self("PROPFIND", path, body, Depth=depth)
        assert answer.status == 207, (path, answer.status, answer.body)
        return multistatus(answer)

    def one(self, path: str, *names: str) -> Resource:
        """Return the properties of one resource, all of them if none is named."""
        (found,) = self.propfind(path, propfind_body(*names) if names else None, "0")
        return found

    def members(self, path: str, body: str | None = None) -> list[Resource]:
        """Return what is listed in a folder, without the folder itself."""
        first, *rest = self.propfind(path, body)
        assert first.href.rstrip("/") == (self.folder + path).rstrip("/"), (first.href, path)
        return rest

    def folders(self, path: str) -> list[str]:
        """Return the names of the folders in one."""
        return [member.name for member in self.members(path) if member.is_folder]

    def files(self, path: str) -> list[str]:
        """Return the names of the files in a folder."""
        return [member.name for member in self.members(path) if not member.is_folder]

    def walk(self, path: str) -> list[Resource]:
        """Return everything below a folder."""
        found = []
        for member in self.members(path):
            found.append(member)
            if member.is_folder:
                found += self.walk(member.href.removeprefix(self.folder))
        return found


def multistatus(answer: Answer) -> list[Resource]:
    """Read a multistatus strictly: each response has one href and known statuses only."""
    root = answer.xml()
    assert root.tag == f"{DAV}multistatus"
    resources = []
    for response in root:
        assert response.tag == f"{DAV}response"
        (href,) = response.findall(f"{DAV}href")
        assert href.text
        resource = Resource(href.text)
        for propstat in response.findall(f"{DAV}propstat"):
            status, properties = propstat.find(f"{DAV}status"), propstat.find(f"{DAV}prop")
            assert status is not None
            assert properties is not None
            if status.text == "HTTP/1.1 200 OK":
                resource.found |= {element.tag: element for element in properties}
            else:
                assert status.text == "HTTP/1.1 404 Not Found"
                resource.missing += [element.tag for element in properties]
        resources.append(resource)
    return resources


def url_of(*names: str) -> str:
    """Return the URL path of nested names."""
    return "/" + "/".join(quote(name, safe="") for name in names)
