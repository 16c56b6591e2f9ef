"""The map as a part of a page: what the script starts from, and a list of places for those without it."""

import json
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from haven_fs.catalog import names
from haven_fs.catalog.wording import counted
from haven_fs.tree.maps.answers import first_answer
from haven_fs.tree.maps.area import area_name
from haven_fs.tree.maps.cells import box_of
from haven_fs.tree.maps.statics import static_url
from haven_fs.tree.nodes import Folder

_NOWHERE = "None of these photos says where it was taken."
_LISTED = 100


def map_head(root: str = "/") -> str:
    """Return what the head of a page with a map needs; `root`: the drive's URL path, which ends in "/"."""
    scripts = (escape(static_url(root, name)) for name in ("map-world.js", "map.js"))
    tags = "".join(f'<script src="{script}" defer></script>' for script in scripts)
    return f'<link rel="stylesheet" href="{escape(static_url(root, "map.css"))}">{tags}'


def map_html(folder: Folder, root: str = "/") -> str:
    """Return the map of a folder's photos, for a page at the folder's URL; `root` as above.

    Without a script it is a list of places, each with how many photos were taken there, and when.
    """
    view = folder.view
    first = first_answer(view, folder.scope)
    config = {
        **first,
        "pictures": f"{root}.haven/grid/",
        "coarse": static_url(root, "map-coarse.bin"),
        "fine": static_url(root, "map-fine.bin"),
        "towns": static_url(root, "map-towns.json"),
        "language": view.settings["language"],
    }
    data = escape(json.dumps(config, ensure_ascii=False, separators=(",", ":")))
    return (
        f'<div class="haven-map" role="region" aria-label="Map" data-map="{data}">'
        f'<div class="map-text">{_listed(first["clusters"])}</div></div>{_files(folder)}'
    )


def _listed(clusters: Sequence[Mapping[str, Any]]) -> str:
    if not clusters:
        return f"<p>{_NOWHERE}</p>"
    items = []
    for one in clusters[:_LISTED]:
        level, _, code = one["cell"].partition(".")
        href = names.href(area_name(box_of(int(level), int(code, 16))))
        where = f" near {one['name']}" if "name" in one else ""
        items.append(
            f'<li><a href="./{escape(href)}/">{escape(counted(one["count"], "photo") + where)}</a>{_when(one)}</li>'
        )
    return f"<ul>{''.join(items)}</ul>"


def _when(cluster: Mapping[str, Any]) -> str:
    years = [cluster[end] // 10000 for end in ("from", "to") if end in cluster]
    return f", {' to '.join(map(str, sorted(set(years))))}" if years else ""


def _files(folder: Folder) -> str:
    """Return the links to the folder's positions as files, see tracks.py."""
    if folder.photos is None or not folder.view.path:
        return ""
    stem = names.href(folder.view.path[-1])
    links = (f'<a href="../{escape(stem)}.{kind}" download>{kind.upper()}</a>' for kind in ("gpx", "kml"))
    return f'<p class="map-files">These places for other programs: {" · ".join(links)}</p>'
