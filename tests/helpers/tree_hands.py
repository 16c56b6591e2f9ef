"""The tree's own hands: its door for writes, asked without any server or protocol."""

from collections.abc import Callable, Sequence
from pathlib import Path

from haven_fs.errors import Refused
from haven_fs.tree.actions import Actions, Plan
from haven_fs.tree.nodes import Folder, Text, View
from haven_fs.tree.photoset import File
from haven_fs.tree.tree import Located, Tree
from helpers.hands import Hands


class TreeHands(Hands):
    """What a person does, done by actions on the nodes of a tree."""

    name = "tree"

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self.refused: Refused | None = None
        """Why the last one was not done, if it was not."""

    def _perform(self, plan: Callable[[Actions, Callable[[str], Located]], Plan], writes_to: str = "") -> bool:
        actions = Actions(self.tree)

        def decide(view: View) -> Plan:
            return plan(actions, lambda path: self.tree.locate(view, _names(path)))

        return self._is_done(lambda: actions.perform(decide, writes_to=_names(writes_to)).failed)

    def _is_done(self, act: Callable[[], object]) -> bool:
        self.refused = None
        try:
            assert not act()
        except Refused as refused:
            self.refused = refused
        return self.refused is None

    def make(self, path: str) -> bool:
        return self._perform(lambda actions, at: actions.make(at(path)))

    def copy(self, source: str, to: str, *, overwrite: bool = False) -> bool:
        return self._perform(lambda actions, at: actions.copy(at(source), at(to), overwrite=overwrite), to)

    def copy_folder(self, source: str, to: str) -> bool:
        return self.copy(source, to)

    def move(self, source: str, to: str, *, overwrite: bool = False) -> bool:
        return self._perform(lambda actions, at: actions.move(at(source), at(to), overwrite=overwrite), to)

    def move_folder(self, source: str, to: str) -> bool:
        return self.move(source, to)

    def delete(self, path: str) -> bool:
        return self._perform(lambda actions, at: actions.delete(at(path)))

    def delete_folder(self, path: str) -> bool:
        return self.delete(path)

    def upload(self, file: Path, to: str) -> bool:
        return self.put(file.read_bytes(), to)

    def put(self, data: bytes, to: str) -> bool:
        """Send bytes to a path."""
        actions = Actions(self.tree)

        def send() -> None:
            put = actions.decide(lambda view: actions.put(self.tree.locate(view, _names(to))), writes_to=_names(to))
            with actions.receive(put, len(data)) as incoming:
                incoming.write(data)
                incoming.finish()

        return self._is_done(send)

    def read(self, path: str) -> bytes | None:
        """Return what is in a file; None if there is none."""
        with self.tree.view() as view:
            node = self.tree.resolve(view, _names(path))
            if isinstance(node, Text):
                return node.text.encode()
            return node.path.read_bytes() if isinstance(node, File) else None

    def list(self, path: str) -> list[str]:
        """Return all that is listed in a folder."""
        with self.tree.view() as view:
            at = self.tree.locate(view, _names(path))
            return list(self.tree.listing(at.node).names()) if isinstance(at.node, Folder) else []


def _names(path: str) -> Sequence[str]:
    return [name for name in path.split("/") if name]
