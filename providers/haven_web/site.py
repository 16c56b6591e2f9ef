"""The page as a whole: which request gets which answer. Made once by a provider; thread-safe.

Besides the tree's own URLs there is one folder, `/.haven/`, for what pages need: pictures, CSS, scripts, progress. A
folder's URL takes `?days`, `?day=`, `?from=`, `?page=`, `?cover` and `?q=`, a photo's `?view`.
"""

import json
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from urllib.parse import parse_qs

from haven_fs.analysis.progress import Doing
from haven_fs.catalog import names
from haven_fs.errors import NotFound
from haven_fs.preconditions import is_known
from haven_fs.qr import as_svg
from haven_fs.renditions.renditions import Renditions
from haven_fs.tree.files import File
from haven_fs.tree.maps.answers import clusters_json
from haven_fs.tree.maps.statics import static_files
from haven_fs.tree.nodes import Folder, View
from haven_fs.tree.photofolders import PhotoFolder
from haven_fs.tree.tree import Located, Tree
from haven_web import pictures, statics, words
from haven_web.abilities import CHANGES, abilities, folder_names, is_favorite
from haven_web.answers import ASK_AGAIN, FOR_GOOD, JSON, Answer, Environ, StartResponse, moved, wants_page
from haven_web.connecting import Connecting
from haven_web.covers import cover_answer
from haven_web.errors import error_page
from haven_web.folders import crumbs, folder_page, title_of
from haven_web.home import home_page, passed_over
from haven_web.maps import Map
from haven_web.photos import photo_page
from haven_web.searching import phrase_in, quoted
from haven_web.shelves import PAGE, ByDay, DayCounts, Section, shelf_of
from haven_web.templating import fill

OWN = "/.haven/"
"""The folder of what pages need. It is not in the tree."""
SEARCH = "Search"
Query = Mapping[str, str]


class Site:
    """Answers GET and HEAD of folders and photos with pages.

    `root`: gives the URL path of the drive, which ends in "/". `progress`: gives what the indexer is doing, if that is
    known.
    """

    def __init__(
        self,
        tree: Tree,
        renditions: Renditions,
        root: Callable[[], str],
        progress: Callable[[], Doing | None] = lambda: None,
        connecting: Callable[[], Connecting] = Connecting,
    ) -> None:
        self._tree = tree
        self._connecting = connecting
        self._renditions = renditions
        self._root = root
        self._progress = progress
        self._counts = DayCounts()

    @staticmethod
    def owns(path: str) -> bool:
        """Tell whether a path of the drive is one of the page's own."""
        return path.startswith(OWN)

    @staticmethod
    def shows(environ: Environ, at: Located) -> bool:
        """Tell whether a file is asked for as a page."""
        return isinstance(at.node, File) and at.node.photo_id is not None and "view" in _query(environ)

    def own(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request below `/.haven/`. Raises Refused."""
        name = environ["PATH_INFO"].removeprefix(OWN)
        return self._own(name, _query(environ), environ).send(environ, start_response)

    def _own(self, name: str, query: Query, environ: Environ) -> Answer:
        if name == "progress":
            said = words.progress(self._progress())
            return Answer(json.dumps({"says": said, "busy": bool(said)}).encode(), JSON, cache="no-store")
        if name == "change":
            return self._last_change()
        if name == "connect":
            return Answer(self._fill("connect.html", (), about=self._connecting(), crumbs=(), search=_Search(self, ())))
        if name == "code.svg" and (url := self._connecting().phone):
            return Answer(as_svg(url), "image/svg+xml")
        if name.startswith("static/map") and (file := static_files().get(name.removeprefix("static/"))):
            cache = FOR_GOOD if query.get("v") == file.version else ASK_AGAIN
            return Answer(file.read(), file.mime, etag=file.version, cache=cache)
        if name.startswith("static/") and (answer := statics.answer(name.removeprefix("static/"), query.get("v", ""))):
            return answer
        wanted = pictures.Wanted.parse(name)
        if wanted is None:
            raise NotFound("There is nothing here.")
        with self._tree.view() as view:
            found = pictures.find(view.db, self._renditions, wanted)
        return pictures.picture(environ, self._renditions, wanted, found)

    def _last_change(self) -> Answer:
        """Return what was changed last, in words, and the file in /Review/Changes that takes it back."""
        path = CHANGES.split("/")
        with self._tree.view() as view:
            found = self._tree.resolve(view, path)
            text = next(iter(found.texts()), None) if isinstance(found, Folder) else None
        if text is None:
            return Answer(b"null", JSON, cache="no-store")
        said = " ".join(text.name.removesuffix(".txt").split(" ")[2:])
        change = {"says": said, "href": self._href(path) + names.href(text.name)}
        return Answer(json.dumps(change).encode(), JSON, cache="no-store")

    def folder(self, environ: Environ, start_response: StartResponse, folder: Folder) -> Iterable[bytes]:
        """Answer a request for a folder."""
        return self._folder(folder, _query(environ), environ).send(environ, start_response)

    def _folder(self, folder: Folder, query: Query, environ: Environ) -> Answer:
        view, path = folder.view, folder.view.path
        if "q" in query:
            return self._search(view, path, query)
        if "cover" in query:
            return cover_answer(folder, query["cover"], f"{self._root()}{OWN[1:]}")
        if "names" in query:
            return Answer(json.dumps(folder_names(self._tree, folder)).encode(), JSON, cache="no-store")
        is_named = not path or environ["PATH_INFO"].endswith("/")
        if (folder.view.look is not None or not is_named) and wants_page(environ):
            # Where a page's links lead to the right place. /Small and /TV are for programs: pages show small pictures.
            return moved(self._href(path))
        passed = [] if path else passed_over(view)
        etag = self._version(view) + (f"-{zlib.crc32(repr(passed).encode()):x}" if passed else "")
        if is_known(environ.get("HTTP_IF_NONE_MATCH"), etag):
            return Answer(etag=etag)
        if not path:
            home = home_page(self._tree, folder, self._counts, passed)
            can = abilities(self._tree, folder, self._root())
            body = self._fill(
                "home.html",
                path,
                home=home,
                hints=self._connecting().hints,
                crumbs=(),
                search=_Search(self, path),
                can=can,
            )
            return Answer(body, etag=etag)
        if "clusters" in query:
            found = clusters_json(view, folder.scope, query)
            return Answer(json.dumps(found, separators=(",", ":")).encode(), JSON, etag=etag)
        if "days" in query or "day" in query or "from" in query:
            return self._part(folder, query, etag)
        page = folder_page(self._tree, folder, self._counts)
        number = _number(query, "page", 1, least=1)
        sections = page.shelf.part((number - 1) * PAGE, PAGE) if page.shelf is not None else []
        body = self._fill(
            "folder.html",
            path,
            page=page,
            sections=sections,
            number=number,
            pages=-(-page.shelf.count // PAGE) if page.shelf is not None else 0,
            crumbs=crumbs(self._root(), path),
            search=_Search(self, path, isinstance(folder, PhotoFolder)),
            can=abilities(self._tree, folder, self._root()),
            map=Map.of(folder, self._root(), is_asked="map" in query),
        )
        return Answer(body, etag=etag)

    def _part(self, folder: Folder, query: Query, etag: str) -> Answer:
        """Return what a page's script asks: how many photos there are of each day, or the tiles of some."""
        shelf = shelf_of(folder, self._counts)
        if shelf is None:
            raise NotFound("There are no photos in this folder.")
        start, count = _number(query, "from"), _number(query, "count", PAGE, least=1)
        if "days" in query:
            days = shelf.days if isinstance(shelf, ByDay) else []
            return Answer(json.dumps([list(one) for one in days], separators=(",", ":")).encode(), JSON, etag=etag)
        sections: Sequence[Section]
        if "day" in query and isinstance(shelf, ByDay):
            newest, _, oldest = query["day"].partition("-")
            first, last = _int(newest), _int(oldest or newest)
            if first is None or last is None:
                raise NotFound("That is no day.")
            sections = shelf.of_day(first, start, count) if "from" in query else shelf.run(first, last)
        else:
            sections = shelf.part(start, count)
        return Answer(fill("sections.html", root=self._root(), sections=sections, eager=0, bare=True), etag=etag)

    def _search(self, view: View, path: Sequence[str], query: Query) -> Answer:
        """Return where a phrase that was typed into the search box is answered."""
        name = quoted(query["q"])
        if name is None:
            return moved(self._href(path))
        base = path if query.get("in") == "here" else self._search_folder(view)
        return moved(self._href((*base, name)))

    def _search_folder(self, view: View) -> Sequence[str]:
        return (SEARCH,) if isinstance(self._tree.resolve(view, [SEARCH]), Folder) else ()

    def photo(self, environ: Environ, start_response: StartResponse, at: Located, view: View) -> Iterable[bytes]:
        """Answer a request for the page of a photo. Raises Refused if it is none any more."""
        assert isinstance(at.node, File)
        assert at.parent is not None
        if at.parent.view.look is not None:
            address = f"{self._href(at.parent.view.path)}{names.href(at.node.name)}?view"
            return moved(address).send(environ, start_response)
        etag = self._version(view)
        if is_known(environ.get("HTTP_IF_NONE_MATCH"), etag):
            return Answer(etag=etag).send(environ, start_response)
        page = photo_page(self._tree, view, at.parent, at.node, self._root(), self._counts)
        if page is None:
            raise NotFound("This photo is not there any more.")
        above = at.parent.view.path
        can = abilities(self._tree, at.parent, self._root())
        favorite = is_favorite(self._tree, view, page.called)
        body = self._fill("photo.html", above, page=page, back=title_of(at.parent), can=can, favorite=favorite)
        return Answer(body, etag=etag).send(environ, start_response)

    def refusal(self, environ: Environ, start_response: StartResponse, status: str, reason: str) -> Iterable[bytes]:
        """Answer with a page that says why something cannot be shown; `status`: such as "404 Not Found"."""
        return error_page(status, reason, self._root()).send(environ, start_response)

    def _fill(self, template: str, path: Sequence[str], **given: object) -> bytes:
        said = words.progress(self._progress())
        return fill(template, root=self._root(), here=self._href(path), progress=said, **given)

    def _href(self, path: Sequence[str]) -> str:
        return self._root() + "".join(f"{names.href(name)}/" for name in path)

    def _version(self, view: View) -> str:
        """Return what every page depends on: the catalog, the day, and the page's own files."""
        # And where the drive is: a proxy that is set up anew must not leave browsers with links to the old place.
        place = zlib.crc32(self._root().encode())
        return f"{view.seq:x}-{view.now:%Y%m%d}-{statics.version()}-{place:x}"


class _Search:
    """The search box of a page: where it asks, what stands in it, and in what it may search besides everything."""

    def __init__(self, site: Site, path: Sequence[str], is_photos: bool = False) -> None:
        base = list(path)
        self.phrase = phrase_in(base)
        if self.phrase:
            base.pop()
        elif is_photos and len(base) == 2 and base[0] == SEARCH:
            self.phrase, base = base[1], base[:1]
        self.is_here = bool(self.phrase) and base not in ([], [SEARCH])
        self.here = words.dated(base[-1]) if base and base != [SEARCH] else ""
        self.action = site._href(base)


def _query(environ: Environ) -> Query:
    try:
        found = parse_qs(environ.get("QUERY_STRING", ""), keep_blank_values=True, max_num_fields=20)
    except ValueError:  # more fields than any page sends
        return {}
    return {name: values[-1] for name, values in found.items()}


def _int(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 10 else None


def _number(query: Query, name: str, default: int = 0, *, least: int = 0) -> int:
    found = _int(query.get(name, ""))
    return default if found is None else max(found, least)
