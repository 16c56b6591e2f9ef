"""Every hook is documented, and does what it says for a plugin that is not Haven's own."""

import inspect
import re
from pathlib import Path

import pytest
from helpers.home import Home
from helpers.planting import Plant

from haven_fs import hookspecs
from haven_fs.cli import main
from haven_fs.config import load_settings
from haven_fs.datafolder import DataFolder
from haven_fs.plugins import Plugins
from haven_fs.tree.nodes import Folder

HOOKS = {name: hook for name, hook in vars(hookspecs).items() if name.startswith("haven_")}
DOCS = Path(__file__).parents[2] / "docs" / "plugins.md"

EVERY_HOOK = """
import re
from pathlib import Path

from haven_fs import Analyzer, Command, Facet, Facts, PathPattern, PhotoFolder, Ranking
from haven_fs import Setting, SidecarNotes, SmartFolder, SpokenFacet, Tag, Words, hookimpl


@hookimpl
def haven_settings():
    return [Setting("size.large", 60, "Pixels of width from which a photo is large.")]


class Size(Analyzer):
    name, version, needs = "size", 1, "metadata"

    def __init__(self, large):
        self.large = large

    def analyze(self, batch):
        return [Facts(tags=[Tag("size", "large", "Large")] if s.metadata.width >= self.large else []) for s in batch]


@hookimpl
def haven_analyzers(settings):
    return [Size(settings["size.large"])]


def large(view):
    return PhotoFolder(view, view.within.narrowed("p.id IN (SELECT photo_id FROM member m JOIN value v"
                                                  " ON v.id = m.value_id WHERE v.facet = 'size')"))


@hookimpl
def haven_smart_folders(settings):
    return [SmartFolder("Review/Large", large)]


def wider(view, match):
    return PhotoFolder(view, view.within.narrowed("p.width > ?", int(match[1])))


@hookimpl
def haven_path_patterns(settings):
    return [PathPattern(re.compile(r"wider than (\\d+)"), wider)]


class Widest:
    name = "widest"

    def by_text(self, view, text, photos):
        query = f"SELECT id, width FROM photo p WHERE {photos.condition} ORDER BY width DESC"
        found = view.db.execute(query, photos.params).fetchall()
        return Ranking([id for id, _ in found], [width for _, width in found]) if text == "width" else None

    def by_photo(self, view, photo_id, photos):
        return None

    def by_picture(self, view, picture, photos):
        return None


@hookimpl
def haven_searchers(settings):
    return [Widest()]


class Counter:
    name, analyzers = "counter", frozenset({"size"})

    def __init__(self, data_dir):
        self.file = Path(data_dir) / "counted.txt"

    def note(self, line):
        with self.file.open("a") as file:
            print(line, file=file)

    def follow(self, catalog, photo_ids):
        with catalog.read() as db:
            known = db.execute("SELECT count(*) FROM photo").fetchone()[0]
        self.note(f"{len(photo_ids)} of {known}")

    def idle(self, catalog, progress, stopped):
        self.note("settled")

    def rest(self):
        pass


class Sizes(Facet):
    name = "size"
    migrations = ("CREATE TABLE size_seen (photo_id INTEGER PRIMARY KEY);",)
    owned = {"size_seen": ("photo_id",)}

    def absorb(self, w, found):
        w.db.executemany("INSERT OR IGNORE INTO size_seen VALUES (?)", [(photo_id,) for photo_id in found])

    def called(self, db):
        return {"large": "Very large"}


@hookimpl
def haven_facets(settings):
    return [Sizes()]


@hookimpl
def haven_followers(settings):
    return [Counter(settings["data_dir"])]


class Shouted:
    def open(self, view, name, made_id):
        return PhotoFolder(view, view.within.narrowed("p.width >= ?", len(name) * 10))

    def check(self, name):
        pass


class Said(SpokenFacet):
    facet, leads = "size", "with"

    def also_called(self, value, language):
        return ["room to spare"]


@hookimpl
def haven_phrases(settings):
    return [Said()]


class Wide:
    name = "wide"

    def notes(self, db):
        notes = SidecarNotes(texts={"xmp:Rating": "5"})
        return {photo_id: notes for (photo_id,) in db.execute("SELECT photo_id FROM size_seen")}


@hookimpl
def haven_sidecars(settings):
    return [Wide()]


@hookimpl
def haven_narrowers(settings):
    return [Shouted()]


@hookimpl
def haven_words():
    return [Words("measured", "{photo} is {size}")]


def run(args):
    print("measured", args.what)
    return 7


@hookimpl
def haven_commands():
    return [Command("measure", "Measure a thing.", lambda parser: parser.add_argument("what"), run)]


@hookimpl
def haven_hints(settings):
    return ["To measure more, buy a longer ruler."]


@hookimpl
def haven_problems(settings):
    return ["The ruler is too short."] if settings["size.large"] > 999 else []
"""


@pytest.mark.parametrize("name", HOOKS)
def test_every_hook_is_documented(name: str) -> None:
    hook = HOOKS[name]
    assert re.fullmatch(r"[A-Z].*\.", inspect.getdoc(hook) or "", re.DOTALL)
    assert f"`{name}" in DOCS.read_text() or f"def {name}(" in DOCS.read_text()


@pytest.mark.parametrize("name", HOOKS)
def test_every_hook_is_tested(name: str) -> None:
    assert f"\ndef {name}(" in EVERY_HOOK


def test_a_plugin_with_every_hook(plant: Plant, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plant("size", EVERY_HOOK)
    plugins = Plugins()
    assert [(f.name, f.version, f.problem) for f in plugins.found if f.name == "size"] == [("size", "1.2.3", None)]
    home = Home(tmp_path)
    (home.data / "haven.toml").write_text("[size]\nlarge = 100\n")
    settings = load_settings(home.data, plugins.settings())
    assert settings["size.large"] == 100
    assert plugins.hints(settings)[-1] == "To measure more, buy a longer ruler."
    assert plugins.problems(settings) == []
    assert plugins.problems({**settings, "size.large": 1000}) == ["The ruler is too short."]
    for width in (50, 100, 150):
        home.add(f"{width}.jpg", "2020-01-01 00:00:00", size=(width, 20))
    home.close()

    data = ["--data", str(home.data)]
    assert main(["index", str(home.root), *data]) == 0
    told = (home.data / "counted.txt").read_text().splitlines()
    assert told[-1] == "settled" and sum(int(line.split()[0]) for line in told[:-1]) == 3
    folder = DataFolder(home.data)
    with folder.catalog() as catalog:
        tree = folder.tree(catalog)
        with tree.view() as view:

            def files(*path: str) -> list[str]:
                found = tree.resolve(view, path)
                assert isinstance(found, Folder)
                listed = found.files()
                assert listed is not None
                return sorted(file.name for file in listed.files(view.db))

            assert view.db.execute("SELECT count(*) FROM size_seen").fetchone() == (3,)
            assert view.db.execute("SELECT name FROM value WHERE facet = 'size'").fetchall() == [("Very large",)]
            assert files("Review", "Large") == ["100.jpg", "150.jpg"]
            assert files("Timeline", "2020", "wider than 120") == ["150.jpg"]
            assert files("Recent", "wider than 60") == ["100.jpg", "150.jpg"]
            assert files("wider than 60") == ["100.jpg", "150.jpg"]
            assert tree.resolve(view, ["Recent", "wider than"]) is None
            with catalog.write(by="anna") as w:
                w.correct("measured", 1, size="large")
                recent = tree.resolve(view, ["Recent"])
                assert isinstance(recent, Folder)
                tree.narrow(w, recent, "twelve long ")
        with tree.view() as view:
            assert files("Recent", "Twelve Long ") == ["150.jpg"]
            assert files('"width"') == ["001 150.jpg", "002 100.jpg", "003 50.jpg"]
            assert files("Review", "Large", '"width"') == ["001 150.jpg", "002 100.jpg"]
            assert files("Timeline", '"with room to spare"') == ["100.jpg", "150.jpg"]

    capsys.readouterr()
    assert main(["log", *data]) == 0
    assert ".jpg is large, in / by anna" in capsys.readouterr().out
    assert main(["measure", "this"]) == 7
    assert capsys.readouterr().out == "measured this\n"
    assert main(["doctor", *data]) == 0
    assert "size.large = 100" in capsys.readouterr().out
    assert main(["plugins", *data]) == 0
    shown = capsys.readouterr().out
    assert "size 1.2.3" in shown
    assert "/Review/Large" in shown
    with pytest.raises(SystemExit):
        main(["--help"])
    assert "Measure a thing." in capsys.readouterr().out


def test_what_plugins_may_import_is_there() -> None:
    import haven_fs

    for name in haven_fs.__all__:
        assert inspect.getdoc(getattr(haven_fs, name)), name
