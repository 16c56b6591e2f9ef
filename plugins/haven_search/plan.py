"""How a phrase was understood: the photos it narrows to, the text for a model of pictures, the words to look up."""

from dataclasses import dataclass, field
from typing import Any

from haven_fs import PhotoSet

_LINE = "\r\n"
_WIDTH = 24


@dataclass(frozen=True, slots=True)
class Understood:
    """A part of the phrase. `kind`: person, place, country, date, type, camera, ...; `written`: as it stands there;
    `meaning`: what it asks for, in words."""

    kind: str
    written: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Plan:
    """A phrase, understood. `photos`: those that all its filters fit; `text`: what is left for a model of pictures,
    "" if nothing; `words`: what is left for full text, folded, each a word or several that belong together;
    `notes`: what the owner should know besides."""

    phrase: str
    photos: PhotoSet = field(default_factory=PhotoSet)
    text: str = ""
    words: tuple[str, ...] = ()
    understood: tuple[Understood, ...] = ()
    notes: tuple[str, ...] = ()

    def explain(self) -> str:
        """Return it as a readable text; lines end as Windows' editor needs it."""
        lines = [f"You searched for: {self.phrase}", ""]
        if self.understood:
            lines.append("Only photos that match all of this:")
            lines += [f"    {one.written:<{_WIDTH}} {one.meaning}" for one in self.understood]
            lines.append("")
        if self.text:
            lines.append(
                f"Of these, photos that look like: {self.text}"
                if self.understood
                else f"Photos that look like: {self.text}"
            )
        if self.words:
            photos = "Or photos" if self.text else "Photos"
            lines.append(f"{photos} whose name, caption or keywords contain: {', '.join(self.words)}")
        if not (self.understood or self.text or self.words):
            lines.append("That contains nothing to search for, so these are all photos.")
        lines += self.notes
        if self.understood:
            lines += [
                "",
                'If a word was misunderstood, put it in quotes: "Paris" then means what a picture looks like.',
            ]
        return _LINE.join(lines).rstrip() + _LINE

    def as_json(self) -> dict[str, Any]:
        """Return it as plain values."""
        understood = [{"kind": one.kind, "written": one.written, "meaning": one.meaning} for one in self.understood]
        return {
            "phrase": self.phrase,
            "understood": understood,
            "text": self.text,
            "words": list(self.words),
            "notes": list(self.notes),
        }
