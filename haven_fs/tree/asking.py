"""Folders of /Review that ask the owner something about photos: a photo deleted there is not asked about again."""

from haven_fs.catalog import Writer
from haven_fs.catalog.dismissed import dismiss
from haven_fs.tree.files import File
from haven_fs.tree.nodes import Text, View
from haven_fs.tree.photofolders import PhotoFolder
from haven_fs.tree.photoset import PhotoSet


class AskingFolder(PhotoFolder):
    """Photos about which `question` is open: all, or those of a year, a month or a day."""

    narrows = False

    def __init__(self, view: View, photos: PhotoSet, question: str, refusal: str, *, level: int = 0) -> None:
        open_ = "p.id NOT IN (SELECT photo_id FROM dismissed WHERE question = ?)"
        super().__init__(view, photos if level else photos.narrowed(open_, question), level=level)
        self._question = question
        self.refusal = refusal

    def open_date(self, view: View, photos: PhotoSet, level: int) -> PhotoFolder:
        """Return the folder of a year, a month or a day, which asks the same."""
        return AskingFolder(view, photos, self._question, self.refusal, level=level)

    def take_out(self, w: Writer, node: File | Text) -> None:
        """Ask about a photo no more."""
        if isinstance(node, File) and node.photo_id is not None:
            dismiss(w, node.photo_id, self._question)
