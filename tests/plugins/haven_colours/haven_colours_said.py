"""What owners say of colours by writing to /Colours: which photos are of one, and what it is called."""

from haven_fs import (
    AlreadyExists,
    ChosenPhotos,
    Facet,
    FacetFolder,
    PhotoSet,
    Words,
    folder_name,
    hookimpl,
    names,
    rename_values,
    say,
)


class ColourFacet(Facet):
    """Colours, and the names that owners gave them."""

    name = "colour"
    migrations = ("CREATE TABLE colour_name (key TEXT PRIMARY KEY, name TEXT NOT NULL) WITHOUT ROWID;",)
    owned = {"colour_name": ("key",)}

    def called(self, db):
        return dict(db.execute("SELECT key, name FROM colour_name"))

    def follow(self, w, changes):
        self.show(w, {change["key"]["key"] for change in changes})
        return ()

    def show(self, w, keys):
        """Have the folders of colours be called what their owners say, or else what Haven says."""
        said = self.called(w.db)
        rename_values(w, self.name, {key: said.get(key, key.capitalize()) for key in keys})
        for key in keys:
            w.touch(PhotoSet().with_facet(self.name, key).ids(w.db))
        w.note_removal()


class IsColour:
    """The fact that a photo is of a colour, whatever Haven saw."""

    def __init__(self, key):
        self.key = key

    def put(self, w, photo_id):
        facts = {"tags:colour": [(self.key, self.key.capitalize(), None)]}
        say(w, photo_id, facts, "colour said", name=self.key)
        return True

    def move(self, w, photo_id, source):
        return self.put(w, photo_id)

    def take_out(self, w, photo_id):
        say(w, photo_id, {"tags:colour": []}, "colour denied", name=self.key)


class ColourPhotos(ChosenPhotos):
    home = "Colours"
    refusal = "Copy photos here to say that they are of this colour, and delete those that are not."


class ColourFolder(ColourPhotos):
    dates = ColourPhotos

    def rename(self, w, name):
        key, name = self.fact.key, folder_name(name)
        others = "SELECT 1 FROM value WHERE facet = 'colour' AND fold = ? AND key <> ?"
        if w.db.execute(others, (names.fold(name), key)).fetchone():
            raise AlreadyExists(f"There is a colour named {name} already. Choose another name.")
        w.db.execute(
            "INSERT INTO colour_name VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET name = excluded.name", (key, name)
        )
        ColourFacet().show(w, [key])
        w.correct("colour named", colour=key, name=name)


class ColoursFolder(FacetFolder):
    refusal = (
        "Haven finds the colours of your photos by itself. Put photos into the folders of colours, or rename those."
    )

    def __init__(self, view):
        super().__init__(view, "colour")

    def open_value(self, view, key, photos):
        return ColourFolder(view, photos, IsColour(key), f"colour {key}")


@hookimpl
def haven_facets():
    return [ColourFacet()]


@hookimpl
def haven_words():
    return [
        Words("colour said", "{photo} is {name}", "{photos} are {name}"),
        Words("colour denied", "{photo} is not {name}", "{photos} are not {name}"),
        Words("colour named", "The colour {colour} is called {name}"),
    ]
