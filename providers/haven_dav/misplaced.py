"""A proxy that takes a path off the front of what it passes on, and does not say so.

`location /photos/ { proxy_pass http://127.0.0.1:8080/; }` looks right and is not: Haven would list /Albums/, which
leads past the proxy's /photos/, and rclone drops what is not below its own address without a word. Some headers give
away where the client believes the drive to be: Referer, which rclone sends, and Destination.
"""

from urllib.parse import quote

from haven_dav.resources import split_path
from haven_dav.send import Environ
from haven_fs.errors import Malformed
from haven_fs.targets import came_by_proxy, parse_target, path_left_out
from haven_fs.tree.nodes import Folder, View
from haven_fs.tree.tree import Tree


def misplaced(tree: Tree, view: View, environ: Environ, url: str, *, names_something: bool = False) -> str | None:
    """Return what to change if a URL shows that a client has the drive below a path, None if nothing is wrong.

    `url`: one that the client believes to be of the drive; "" or what is no URL shows nothing. `names_something`: it is
    not the drive itself but something in it.
    """
    if not url or environ.get("SCRIPT_NAME") or "HTTP_SEC_FETCH_SITE" in environ:
        return None
    try:
        target = parse_target(url)
    except Malformed:
        return None
    names, asked = split_path(target.path), split_path(environ["PATH_INFO"])
    # Only what came through a proxy can have lost the front of its path, and what has it still did not.
    if target.host is None or not names or names[0] == (asked or [""])[0] or not came_by_proxy(environ):
        return None
    known = [isinstance(tree.resolve(view, [name]), Folder) for name in names]
    if known[0] or (names_something and not any(known)):
        return None
    count = next((number for number, is_known in enumerate(known) if is_known), len(names))
    path = quote("/" + "/".join(names[:count]))
    return path_left_out(f"{target.scheme}://{target.host.shown(target.scheme)}{path}/", path)
