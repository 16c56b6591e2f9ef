"""What stands for a folder on a page: asked folder by folder as they come into sight, answered with where it is."""

from haven_fs.tree.nodes import Folder
from haven_web.answers import ASK_AGAIN, FOR_GOOD, Answer, moved
from haven_web.pictures import cover_path

NOTHING = Answer(b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"/>', "image/svg+xml", cache=ASK_AGAIN)
"""An empty picture, behind which the card shows."""


def cover_answer(folder: Folder, asked: str, own: str) -> Answer:
    """Return the answer to `?cover=VERSION`; `own`: the URL path of the page's own folder.

    The version that the folder was listed with names the answer, so it is kept until the folder has another one.
    """
    cover = folder.cover()
    path = cover_path(folder.view.db, cover) if cover is not None else None
    if path is None:
        return NOTHING
    return moved(f"{own}{path}", status="302 Found", cache=FOR_GOOD if asked else ASK_AGAIN)
