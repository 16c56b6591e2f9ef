"""The tree's own hands: its door for writes, asked without any server or protocol."""

from collections.abc import Callable
from pathlib import Path

from haven_fs.errors import Refused
from haven_fs.tree.actions import Done
from haven_fs.tree.files import File
from haven_fs.tree.nodes import Text
from helpers.hands import Hands
from helpers.home import Home


class TreeHands(Hands):
    """What a person does, done by actions on the nodes of a home's tree."""

    name = "tree"

    def __init__(self, home: Home) -> None:
        self._home = home
        self.refused: Refused | None = None
        """Why the last one was not done, if it was not."""

    def _is_done(self, act: Callable[[], Done]) -> bool:
        self.refused = None
        try:
            assert not act().failed
        except Refused as refused:
            self.refused = refused
        return self.refused is None

    def make(self, path: str) -> bool:
        return self._is_done(lambda: self._home.make(path))

    def copy(self, source: str, to: str, *, overwrite: bool = False) -> bool:
        return self._is_done(lambda: self._home.copy(source, to, overwrite=overwrite))

    def copy_folder(self, source: str, to: str) -> bool:
        return self.copy(source, to)

    def move(self, source: str, to: str, *, overwrite: bool = False) -> bool:
        return self._is_done(lambda: self._home.move(source, to, overwrite=overwrite))

    def move_folder(self, source: str, to: str) -> bool:
        return self.move(source, to)

    def delete(self, path: str) -> bool:
        return self._is_done(lambda: self._home.delete(path))

    def delete_folder(self, path: str) -> bool:
        return self.delete(path)

    def upload(self, file: Path, to: str) -> bool:
        return self.put(file.read_bytes(), to)

    def put(self, data: bytes, to: str) -> bool:
        """Send bytes to a path."""
        return self._is_done(lambda: self._home.put(to, data))

    def read(self, path: str) -> bytes | None:
        """Return what is in a file; None if there is none."""
        with self._home.looking() as look:
            node = look.at(path)
            if isinstance(node, Text):
                return node.text.encode()
            return node.path.read_bytes() if isinstance(node, File) else None

    def list(self, path: str) -> list[str]:
        """Return all that is listed in a folder."""
        with self._home.looking() as look:
            return list(look.tree.listing(look.folder(path)).names())
