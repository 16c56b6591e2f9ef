"""A folder as a plain page, for whoever opens the address in a web browser. No script, nothing from elsewhere."""

from collections.abc import Iterable
from html import escape

from haven_dav.send import Environ, StartResponse
from haven_fs.catalog import names
from haven_fs.tree.nodes import Folder, View
from haven_fs.tree.tree import Tree

_PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{title} - Haven</title>
<style>
:root {{ color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }}
body {{ max-width: 60rem; margin: 2rem auto; padding: 0 1rem }}
ul {{ list-style: none; padding: 0; columns: 14rem }}
li {{ padding: .15rem 0; break-inside: avoid; overflow-wrap: anywhere }}
a {{ text-decoration: none }} a:hover {{ text-decoration: underline }}
.folder a {{ font-weight: 600 }} .folder a::after {{ content: "/" }}
</style></head><body><h1>{title}</h1><ul>
"""
_END = """</ul>
<p>To use it in your file browser and photo apps, connect to this address as a network drive.</p></body></html>
"""


def page(
    environ: Environ, start_response: StartResponse, tree: Tree, view: View, folder: Folder, href: str
) -> Iterable[bytes]:
    """Answer a GET or HEAD of the folder at the URL path `href`, which ends in "/"."""
    title = escape(" / ".join(view_path) if (view_path := folder.view.path) else "Haven")
    body = [_PAGE.format(title=title).encode()]
    if folder.view.path:
        body.append(b'<li class="folder"><a href="../">..</a></li>\n')
    here = escape(href)
    listing = tree.listing(folder)
    links = [
        f'<li class="folder"><a href="{here}{names.href(entry.name)}/">{names.xml(entry.name)}</a></li>\n'
        for entry in listing.folders
    ]
    links += [
        f'<li><a href="{here}{names.href(name)}">{names.xml(name)}</a></li>\n'
        for name in [one.name for kind in (listing.texts, listing.extras, listing.kept) for one in kind]
    ]
    body.append("".join(links).encode())
    if listing.files is not None:
        prefix = here.replace("%", "%%")
        body += listing.files.render(view.db, f'<li><a href="{prefix}%s">%s</a></li>\n', ["href", "xml"])
    body.append(_END.encode())
    headers = [
        ("Content-Type", "text/html; charset=utf-8"),
        ("Content-Length", str(sum(map(len, body)))),
        ("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'"),
    ]
    start_response("200 OK", headers)
    return [b""] if environ["REQUEST_METHOD"] == "HEAD" else body
