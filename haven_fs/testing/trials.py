"""One write to the tree, and what is true of each, whatever it means and whoever takes it.

A write that is refused has changed nothing, not a row and not a byte, and says why in a sentence. So has one that is
broken off at its end. One that is taken is one transaction; what it wrote answers by its name and is listed, also when
every file has been looked into again; versions tell of it; no original lost a byte; and what it said can be taken back,
until nothing that folders show or owners have said is another than before.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from haven_fs.catalog import Catalog, Writer, names
from haven_fs.errors import Refused
from haven_fs.testing.looking import Look, parts_of
from haven_fs.testing.reading import check_reading, check_sentence, spellings
from haven_fs.testing.states import EVERYTHING, SAID, State, differences, state_of
from haven_fs.testing.versions import History, Snapshots, check_versions, snapshot
from haven_fs.tree.nodes import Folder

if TYPE_CHECKING:
    from haven_fs.testing.home import Home


class BrokenOff(Exception):
    """A write was broken off at its end, as by a kill just before it was committed."""


class _Watched:
    """A catalog that counts the transactions of owners, and breaks them off if it is told to."""

    def __init__(self, catalog: Catalog, *, breaks: bool = False) -> None:
        self._catalog = catalog
        self._breaks = breaks
        self.transactions = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._catalog, name)

    @contextmanager
    def write(self, *, by: str | None = None, **how: Any) -> Iterator[Writer]:
        with self._catalog.write(by=by, **how) as w:
            yield w
            if by is not None:
                self.transactions += 1
                if self._breaks:
                    raise BrokenOff


class Trial:
    """Writes to a home, each tried on its own and taken back."""

    def __init__(self, home: "Home") -> None:
        self._home = home
        home.later()
        self._history = History()
        self._shown = self._look()
        self._seen: set[str] = set()

    def attempt(
        self, what: str, act: Callable[[], object], *, there: str = "", gone: str = "", stored: bool = False
    ) -> bool:
        """Try a write, and take it back; return whether it was taken.

        `what`: what it is called in messages; of each kind of write, the first word, one is seen to last, and said
        again. `there`: the path that must answer then, and be listed unless it ends with a slash. `gone`: the path that
        must not be listed any more. `stored`: bytes come or go, for which there are other ways back than undo.
        """
        try:
            return self._attempt(what, act, there, gone, stored=stored)
        finally:
            self._home.later()

    def _attempt(self, what: str, act: Callable[[], object], there: str, gone: str, *, stored: bool) -> bool:
        before, shown = state_of(self._home.catalog), self._shown
        if not stored and self._break_off(what, act, before):
            shown = self._look()  # changes are listed by when they were made, which is another time by now
        try:
            with self._watching() as watched:
                act()
        except Refused as refused:
            check_sentence(refused.reason, what)
            # What was stored, and then not taken, is known as gone.
            parts = (*SAID, "data", "originals") if stored else EVERYTHING
            changed = differences(before, state_of(self._home.catalog), parts)
            assert not changed, f"{what} was refused ({refused.reason}) and has changed\n{changed}"
            if stored:
                self._shown = self._look()
            return False
        assert stored or watched.transactions == 1, f"{what} took {watched.transactions} transactions"
        if stored:
            self._home.index()
        after, self._shown = state_of(self._home.catalog), self._look()
        self._check_bytes(what, before, after)
        is_first = what.partition(" ")[0] not in self._seen
        if differences(before, after, SAID) or shown != self._shown:
            self._seen.add(what.partition(" ")[0])
            self._check_shown(what, there, gone)
            check_versions(shown, self._shown, exact=False)
            if is_first:
                self._check_lasts(what, there, gone)
        noted = self._noted(before)
        if stored:
            self._unsay(what, noted, before)
        else:
            changed = differences(before, after, SAID)
            assert noted or not changed, f"{what} changed what owners have said and noted no correction\n{changed}"
            self._take_back(what, noted, before, shown, again=is_first)
        return True

    def _noted(self, before: State) -> list[int]:
        """Return the corrections that were noted since."""
        known = {row[0] for row in before.tables["correction"]}
        return [one.id for one in self._home.said() if one.id not in known]

    def _look(self) -> Snapshots:
        with self._home.looking() as look:
            shown = snapshot(look)
        self._history.note(shown)
        return shown

    @contextmanager
    def _watching(self, *, breaks: bool = False) -> Iterator[_Watched]:
        catalog: Any = self._home.catalog
        watched: Any = _Watched(catalog, breaks=breaks)
        self._home.catalog = watched
        try:
            yield watched
        finally:
            self._home.catalog = catalog

    def _break_off(self, what: str, act: Callable[[], object], before: State) -> bool:
        """Break a write off at its end; return whether it came that far. Refused ones are looked at when tried."""
        broken = False
        with self._watching(breaks=True):
            try:
                act()
            except BrokenOff:
                broken = True
            except Refused:
                pass
        changed = differences(before, state_of(self._home.catalog))
        assert not changed, f"{what} was broken off and has changed\n{changed}"
        return broken

    def _check_bytes(self, what: str, before: State, after: State) -> None:
        """Check that no byte of an original was lost: all are where they were, or elsewhere in a writable library."""
        roots = tuple(f"{library.root}/" for library in self._home.indexer().libraries() if not library.writable)
        for path, digest in before.originals.items():
            if path.startswith(roots):
                assert after.originals.get(path) == digest, f"{what} changed the original {path}"
        lost = set(before.originals.values()) - set(after.originals.values())
        assert not lost, f"{what} lost the bytes of {[p for p, digest in before.originals.items() if digest in lost]}"

    def _check_shown(self, what: str, there: str, gone: str) -> None:
        *above, name = parts_of(there or gone)
        with self._home.looking() as look:
            if isinstance(look.at("/".join(above)), Folder):
                check_reading(look, "/".join(above), portable=False)
            if there:
                for spelled in spellings(name):
                    assert look.at("/".join((*above, spelled))) is not None, f"after {what} nothing is at {spelled!r}"
                assert there.endswith("/") or _is_listed(look, there), f"after {what} {there} is not listed"
            assert not gone or not _is_listed(look, gone), f"after {what} {gone} is listed still"

    def _check_lasts(self, what: str, there: str, gone: str) -> None:
        """Check that what was said outlives that all files are looked into again."""
        said = state_of(self._home.catalog)
        self._home.index(anew=True)
        changed = differences(said, state_of(self._home.catalog), SAID)
        assert not changed, f"what {what} said did not last\n{changed}"
        self._check_shown(what, there, gone)

    def _take_back(self, what: str, noted: Sequence[int], before: State, shown: Snapshots, *, again: bool) -> None:
        """Take back what was noted; if `again`, say it again, which is a taking back too, and take it back."""
        after, shows = state_of(self._home.catalog), self._look()
        rounds = (
            ("undoing", before, shown),
            ("undoing the undoing of", after, shows),
            ("undoing again", before, shown),
        )
        for words, wanted, content in rounds[: (3 if again else 1) if noted else 0]:
            undone = self._home.undo(*noted)
            assert not undone.left, f"{words} {what} left {undone.left} rows as they were"
            noted = [self._home.said()[0].id]
            changed = differences(wanted, state_of(self._home.catalog), SAID)
            assert not changed, f"{words} {what} left\n{changed}"
            last, self._shown = self._shown, self._look()
            check_versions(last, self._shown, exact=False)
            changed = ", ".join(_other(content, self._shown))
            assert not changed, f"{words} {what} left another content in {changed}"

    def _unsay(self, what: str, noted: Sequence[int], before: State) -> None:
        """Take back what was said of what was stored, which stays."""
        if noted:
            undone = self._home.undo(*noted)
            assert not undone.left, f"undoing {what} left {undone.left} rows as they were"
            changed = differences(before, state_of(self._home.catalog), ("said",))
            assert not changed, f"undoing {what} left\n{changed}"
            self._shown = self._look()


def _other(wanted: Snapshots, now: Snapshots) -> list[str]:
    """Return the paths of folders that do not hold what is wanted."""
    both = wanted.keys() & now.keys()
    other = (wanted.keys() ^ now.keys()) | {path for path in both if wanted[path].content != now[path].content}
    return sorted(f"/{'/'.join(path)}" for path in other)


def _is_listed(look: Look, path: str) -> bool:
    *above, name = parts_of(path)
    folder = look.at("/".join(above))
    listed = look.tree.listing(folder).names() if isinstance(folder, Folder) else ()
    return names.fold(name) in {names.fold(one) for one in listed}
