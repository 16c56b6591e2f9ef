"""What was said, in plain words: the one place that makes a sentence of a correction, and of a whole gesture.

Whoever notes corrections says how each kind of them is put (`Words`, hook `haven_words`): plugins for theirs, the core
for its own.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from haven_fs.catalog.history import KIND, Correction, Gesture


@dataclass(frozen=True, slots=True)
class Words:
    """How a kind of correction is put: "{photo} is in the album {name}", "{photos} are in the album {name}".

    Names in braces are those of the correction's data, and `photo`, what its photo is called; `photos`, how many there
    are; `folder`, where it was said. `several`: of more than one photo, if it can be about more. `whole`: it says what
    all of the gesture is that it is in.
    """

    kind: str
    one: str
    several: str = ""
    whole: bool = False


class Wording:
    """Puts corrections into words. One whose kind nobody has words for, or that lacks a name, is put by its kind."""

    def __init__(self, words: Iterable[Words] = ()) -> None:
        self._words: Mapping[str, Words] = {one.kind: one for one in words}

    def sentence(self, one: Correction) -> str:
        """Return what a correction says, without a full stop."""
        words = self._words.get(one.kind)
        said = None if words is None else _filled(words.one, one)
        if said is not None:
            return said
        name = one.data.get("name")
        return " ".join(part for part in (one.kind, f'"{name}"' if name else "", one.photo or "") if part)

    def summary(self, gesture: Gesture | Sequence[Correction]) -> str:
        """Return what was done in one go, in a few words: "12 photos are in the album Summer"."""
        said = gesture.corrections if isinstance(gesture, Gesture) else gesture
        of_all = next((one for one in said if (words := self._words.get(one.kind)) and words.whole), None)
        if of_all is not None:
            return self.sentence(of_all)
        alike: dict[str, list[Correction]] = {}
        for one in said:
            alike.setdefault(self._several(one, 0) or self.sentence(one), []).append(one)
        main = max(alike.values(), key=len)
        if isinstance(gesture, Gesture) and gesture.count > len(said):  # the rest of it is not at hand
            return self._several(main[0], gesture.photos) or self.sentence(main[0])
        things = len({_thing(one) for one in main})
        text = self._several(main[0], things, "photo" if all(one.photo for one in main) else "file")
        if text is None or things == 1:
            text = self.sentence(main[0])
        rest = len(said) - len(main)
        return f"{text}, and {counted(rest, 'more change')}" if rest else text

    def _several(self, one: Correction, number: int, noun: str = "photo") -> str | None:
        """Return what a correction says, said of more than one; None if it can be about one only."""
        words = self._words.get(one.kind)
        if words is None or not words.several:
            return None
        return _filled(words.several, one, counted(number, noun))


def counted(number: int, noun: str, several: str = "") -> str:
    """Return a number of things in words: "1 photo", "2,000 photos"; `several`: the plural if it is no mere s."""
    return f"{number:,} {noun if number == 1 else several or noun + 's'}"


def where(one: Correction) -> str:
    """Return in which folder something was said, or with which command, and by whom."""
    place = f"in {one.place or '/'}" if one.place.startswith("/") or not one.place else f"with `{one.place}`"
    return f"{place} by {one.by}" if one.by else place


def _thing(one: Correction) -> object:
    """Return the photo, or the text of a folder, that a correction is about."""
    return one.photo or one.data.get("note") or one.id


def _filled(words: str, one: Correction, photos: str = "") -> str | None:
    given = {key: value for key, value in one.data.items() if value is not None}
    folder = one.place.rpartition("/")[2] if one.place.startswith("/") else ""
    fields: dict[str, object] = {
        "folder": folder or "Haven",
        **given,
        "photos": photos,
        "photo": one.photo or given.get("note", "a photo"),
    }
    if one.kind == KIND and isinstance(ids := given.get("corrections"), list):
        fields["changes"] = counted(len(ids), "change")
    try:
        return words.format_map(fields)
    except (KeyError, ValueError, IndexError, AttributeError):
        return None  # noted before these words were, or by another version of the plugin
