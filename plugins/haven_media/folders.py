"""The folders by type, /Types, and what owners say by writing to those of types that are a matter of judgement."""

from dataclasses import dataclass

from haven_fs import (
    ChosenPhotos,
    FacetFolder,
    Folder,
    PhotoFolder,
    PhotoSet,
    View,
    Words,
    Writer,
    say,
    value_of,
    values_of,
)

TYPE = "type"
"""The facet."""
CERTAIN = frozenset({"video", "raw", "live", "burst", "animation"})
"""Types that a file is or is not, whatever anybody says; of all others a program may be wrong."""
WORDS = (
    Words("type said", "{photo} belongs in {name}", "{photos} belong in {name}"),
    Words("type denied", "{photo} does not belong in {name}", "{photos} do not belong in {name}"),
)
"""How what is said of types is put."""


@dataclass(frozen=True, slots=True)
class IsOfType:
    """The fact that a photo is of a type, by the type's key; it may be of others too."""

    key: str

    def put(self, w: Writer, photo_id: int) -> bool:
        """Say it, unless that is known."""
        if self.key in {tag.key for tag in values_of(w.db, photo_id, TYPE)}:
            return False
        say(w, photo_id, self._facts(w), "type said", name=self.name(w))
        return True

    def move(self, w: Writer, photo_id: int, source: "IsOfType") -> bool:
        """Say it, and that the photo is not of the other type."""
        say(w, photo_id, {**self._facts(w), source.fact: None}, "type said", name=self.name(w))
        return True

    def take_out(self, w: Writer, photo_id: int) -> None:
        """Say that the photo is not of this type."""
        say(w, photo_id, {self.fact: None}, "type denied", name=self.name(w))

    @property
    def fact(self) -> str:
        """The name of what is said, see haven_fs.say."""
        return f"tag:{TYPE}:{self.key}"

    def name(self, w: Writer) -> str:
        """Return what the folder of the type is called."""
        found = value_of(w.db, TYPE, self.key)
        return self.key.capitalize() if found is None else found.name

    def _facts(self, w: Writer) -> dict[str, object]:
        return {self.fact: (self.name(w), None)}


class TypePhotos(ChosenPhotos):
    """The photos of a type of which owners know better."""

    home = "Types"
    refusal = "Copy photos here to say that they are of this type, and delete those that are not."


class TypesFolder(FacetFolder):
    """/Types: a folder for each type that photos have."""

    refusal = (
        "Haven finds types by itself. Put photos into the folder of a type, or delete those that do not belong there."
    )

    def __init__(self, view: View) -> None:
        super().__init__(view, TYPE)

    def open_value(self, view: View, key: str, photos: PhotoSet) -> Folder:
        """Return the folder of a type."""
        if key in CERTAIN:
            return PhotoFolder(view, photos)
        return TypePhotos(view, photos, IsOfType(key), f"type {key}")
