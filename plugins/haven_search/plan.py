"""How a phrase was understood: the photos it narrows to, what else to look for in them, and what to leave out."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from haven_fs import PhotoSet
from haven_search.filters import Filter

if TYPE_CHECKING:
    from haven_search.picks import Pick

_LINE = "\r\n"


@dataclass(frozen=True, slots=True)
class Understood:
    """A part of the phrase. `kind`: person, place, country, date, type, camera, ...; `written`: as it stands there;
    `meaning`: what it asks for, in words."""

    kind: str
    written: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Look:
    """One thing to look for. `text`: for a model of pictures, "" if it says nothing that a picture could show;
    `words`: for full text, folded, each a word or several that belong together; `exact`: some of it was in quotes, so
    a photo has to fit it. `english`: the text in English, if it is in another language and the tables know its words;
    `also`: likewise words of `words`, each with what it is in English."""

    text: str
    words: tuple[str, ...]
    exact: bool = False
    english: str = ""
    also: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        return self.text or " ".join(self.words)


Group = tuple["Look | Filter", ...]
"""What may fit a photo instead of each other: "dog or cat"."""


@dataclass(frozen=True, slots=True)
class Condition:
    """A filter of a phrase, and the words of the phrase that ask for it."""

    filter: Filter
    written: str


@dataclass(frozen=True, slots=True)
class Plan:
    """A phrase, understood. `within`: the photos that are asked about; `conditions`: what all those must fulfil that
    are found; `groups`: of each of these, something must fit them; `without`: what must not.

    `narrows`: some condition says more than "photos"; `left`: where in the phrase the words of `groups` and `without`
    are; `clauses`: where the parts are that "or" stands between, if it does; `other_readings`: what might be read
    otherwise, see `Reading`; `notes`: what the owner should know besides; `pick`: the one
    day that is meant of those that fit.
    """

    phrase: str
    within: PhotoSet = field(default_factory=PhotoSet)
    conditions: tuple[Condition, ...] = ()
    groups: tuple[Group, ...] = ()
    without: tuple[Look, ...] = ()
    understood: tuple[Understood, ...] = ()
    narrows: bool = False
    left: tuple[tuple[int, int], ...] = ()
    clauses: tuple[tuple[int, int], ...] = ()
    other_readings: tuple[tuple[int, str], ...] = ()
    notes: tuple[str, ...] = ()
    pick: "Pick | None" = None

    @property
    def photos(self) -> PhotoSet:
        """The photos that all conditions fit."""
        return self.without_condition(None)

    def without_condition(self, besides: Condition | None) -> PhotoSet:
        """Return the photos that all conditions fit but one."""
        photos = self.within
        for condition in self.conditions:
            if condition is not besides:
                photos = condition.filter.narrow(photos)
        return photos

    @property
    def looks(self) -> tuple[Look, ...]:
        """All that is looked for, alternatives too."""
        return tuple(one for group in self.groups for one in group if isinstance(one, Look))

    def explain(self, remarks: Sequence[str] = ()) -> str:
        """Return it as a readable text, with what else is to be said; lines end as Windows' editor needs it."""
        lines = [f"You searched for: {self.phrase}", ""]
        if self.understood:
            lines.append("Only photos that match all of this:")
            lines += [f"    {one.written}: {one.meaning}" for one in self.understood]
            lines.append("")
        for group in self.groups:
            lines += _sought(group, "Of these, photos" if self.understood else "Photos")
        if self.without:
            lines.append(f"Left out: photos that look like or mention {', '.join(map(str, self.without))}")
        if not (self.understood or self.groups or self.without):
            lines.append("That contains nothing to search for, so these are all photos.")
        lines += self.notes
        if remarks:
            lines += [*([""] if lines[-1] else []), *remarks]
        if self.understood:
            lines += [
                *([""] if lines[-1] else []),
                'If a word was misunderstood, put it in quotes: "Paris" then means what a picture looks like.',
            ]
        return _LINE.join(lines).rstrip() + _LINE

    def as_json(self) -> dict[str, Any]:
        """Return it as plain values."""
        understood = [{"kind": one.kind, "written": one.written, "meaning": one.meaning} for one in self.understood]
        return {
            "phrase": self.phrase,
            "understood": understood,
            "looked_for": [
                [one.says if isinstance(one, Filter) else str(one) for one in group] for group in self.groups
            ],
            "left_out": [str(look) for look in self.without],
            "notes": list(self.notes),
        }


def _sought(group: Group, photos: str) -> list[str]:
    """Return the lines about what is looked for in pictures and in words."""
    texts = [one.text for one in group if isinstance(one, Look) and one.text]
    said = [one.says for one in group if isinstance(one, Filter)]
    words = [", ".join(one.words) for one in group if isinstance(one, Look) and one.words]
    lines = []
    if texts:
        lines.append(f"{photos} that look like: {' or '.join(texts)}")
    if words:
        others = "Or photos" if texts else photos
        lines.append(f"{others} whose name, caption or keywords contain: {' or '.join(words)}")
    if said:
        lines.append(f"Or photos {' or '.join(said)}")
    return lines
