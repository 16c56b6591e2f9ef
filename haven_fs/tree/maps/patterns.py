"""Names about places that resolve in any folder of photos: areas, and positions as GPX and KML."""

from collections.abc import Sequence

from haven_fs.config import Settings
from haven_fs.hook import hookimpl
from haven_fs.tree.maps.area import AREA
from haven_fs.tree.maps.tracks import TRACK
from haven_fs.tree.nodes import PathPattern


@hookimpl
def haven_path_patterns(settings: Settings) -> Sequence[PathPattern]:
    """Bring the names."""
    return [AREA, TRACK]
