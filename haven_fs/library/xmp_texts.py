"""Texts and lists that sidecars are to give, written into a packet of XMP; and taken out again when they are no more.

What Haven wrote into a packet, and what stood there before, is for the caller to keep (`Wrote`): only so can it be told
from what somebody else says, and go when the owner takes it back. All else in the packet stays, to the byte.
"""

import json
import re
import zlib
from base64 import b85decode, b85encode
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from typing import Self

from haven_fs.library import xmp_markup as markup
from haven_fs.library.headers import Values
from haven_fs.library.personnames import PEOPLE_KEYWORDS, name_key, people_in_keywords, texts_of
from haven_fs.library.regions import REGIONS
from haven_fs.library.xmp import parse_xmp
from haven_fs.library.xmp_packet import Packet

_UNHOLDABLE = re.compile("[\0-\\x08\\x0b-\\x1f\ud800-\udfff\ufffe\uffff]")

Text = str | Callable[[str], str]
"""What a property is to say, or a function from what it says now to that; "" for nothing."""

_NAMES = ("Iptc4xmpExt:PersonInImage", "dc:subject")
"""Lists that people without a place are written to."""


@dataclass(slots=True)
class Wrote:
    """What Haven wrote into one sidecar. `texts`: by property, the text and what stood there before.

    `items`: of lists, digests of their texts. `people`: digests of names, as the caller makes them: what is only
    compared need not be readable, so nobody's name is kept. `sources`: who could say what it is to give.

    `took`: digests of the names that Haven took out; only where there are some, `was` is the packet as it was before,
    and `left` a digest of it as Haven left it.
    """

    texts: dict[str, tuple[str, str]] = field(default_factory=dict)
    items: dict[str, list[str]] = field(default_factory=dict)
    people: list[str] = field(default_factory=list)
    sources: list[str] = field(default_factory=list)
    took: list[str] = field(default_factory=list)
    was: str = ""
    left: str = ""

    @property
    def is_nothing(self) -> bool:
        """Tell whether Haven changed nothing."""
        return not (self.texts or self.items or self.people or self.took)

    def take(self, took: set[str], was: bytes, left: bytes) -> None:
        """Keep which names were taken out of a packet, and that."""
        if took:
            self.took, self.was = sorted(took), b85encode(zlib.compress(was, 9)).decode()
            self.left = digest(left)

    @property
    def before(self) -> bytes:
        """The packet before Haven took names out; empty if it took none."""
        return zlib.decompress(b85decode(self.was))

    def dumps(self) -> str:
        """Return it as a text."""
        return json.dumps(asdict(self), ensure_ascii=False)

    @classmethod
    def loads(cls, text: str) -> Self:
        """Return what `dumps` made a text of."""
        found = json.loads(text)
        texts = {name: (said, was) for name, (said, was) in found["texts"].items()}
        return cls(**found | {"texts": texts})

    def without(self, values: Values) -> Values:
        """Return what a sidecar says apart from what Haven wrote into it: so what is taken back says nothing any more.

        `values`: of parse_xmp. What stood there before is there again.
        """
        kept = dict(values)
        for name, (said, was) in self.texts.items():
            if kept.get(name, "") == said:
                kept[name] = was
        for name, digests in self.items.items():
            kept[name] = [text for text in texts_of(kept.get(name)) if digest(text) not in digests]
        for name in _NAMES if self.people else ():
            kept[name] = [text for text in texts_of(kept.get(name)) if digest(name_key(text)) not in self.people]
        areas = [area for area in kept.get(REGIONS, ()) if digest(name_key(area.name)) not in self.people]
        if self.took:
            old = parse_xmp(self.before, [])
            for name, texts in taken_out(old, self.took, lambda name: digest(name_key(name))):
                there = texts_of(kept.get(name))
                kept[name] = there + [text for text in texts if text not in there]
            shown = {name_key(area.name) for area in areas}
            areas += [
                area
                for area in old.get(REGIONS, ())
                if digest(name_key(area.name)) in self.took and name_key(area.name) not in shown
            ]
        return {name: value for name, value in (kept | {REGIONS: areas}).items() if value}


def taken_out(old: Values, took: Sequence[str], key: Callable[[str], str]) -> Iterator[tuple[str, list[str]]]:
    """Yield the lists of a packet that held names which were taken out, each with those of its texts that name them."""
    for name in (*_NAMES, *PEOPLE_KEYWORDS):
        parts = PEOPLE_KEYWORDS.get(name)
        texts = [
            text
            for text in texts_of(old.get(name))
            if any(key(one) in took for one in (people_in_keywords([text], parts) if parts else [text]))
        ]
        if texts:
            yield name, texts


def with_texts(
    data: bytes,
    texts: Mapping[str, Text],
    items: Mapping[str, Sequence[str]],
    gone: Mapping[str, Callable[[str], bool]],
    before: Wrote,
    *,
    takes_back: bool = True,
) -> tuple[bytes, Wrote]:
    """Return a packet that says these, by "prefix:Name", and what of that Haven wrote. Raises NotEditable.

    `items`: what lists are to hold, among others. `gone`: of lists, which of their texts are not to stay. `before`:
    what Haven wrote into it; of that, what is not said any more is taken back, unless somebody changed it since, or not
    everybody could say what is (`takes_back`).
    """
    packet, wrote = Packet(data), Wrote()
    for name, text in texts.items():
        _say(packet, name, text, before, wrote)
    for name in sorted(before.texts.keys() - texts.keys()):
        said, was = before.texts[name]
        if not takes_back:
            wrote.texts[name] = said, was
        elif packet.said(_full(name)) == said:
            _set(packet, name, was)
    for name in sorted(items.keys() | gone.keys() | before.items.keys()):
        wanted = [text for text in map(clean, items.get(name, ())) if text]
        ours = set(before.items.get(name, ()))
        there = set(packet.items(_full(name)))
        kept = {digest(text) for text in wanted if text not in there or digest(text) in ours}
        if kept := kept if takes_back else kept | ours:
            wrote.items[name] = sorted(kept)
        is_gone = gone.get(name, lambda _: False)
        old = ours - {digest(text) for text in wanted} if takes_back else set()
        prefix, _, local = name.partition(":")
        packet.change_list(
            prefix,
            local,
            wanted,
            lambda text, old=old, is_gone=is_gone: digest(text) in old or is_gone(text),  # type: ignore[misc]
        )
    return packet.draft.result(), wrote


def digest(text: str | bytes) -> str:
    """Return what is kept of a text: enough to know it again, not to read it."""
    return sha256(text if isinstance(text, bytes) else text.encode(errors="replace")).hexdigest()[:20]


def _say(packet: Packet, name: str, text: Text, before: Wrote, wrote: Wrote) -> None:
    now = packet.said(_full(name))
    wanted = clean(text(now) if callable(text) else text)
    said, was = before.texts.get(name, ("", ""))
    if name in before.texts and now == said:
        wrote.texts[name] = wanted, was
    elif wanted != now:
        wrote.texts[name] = wanted, now
    if wanted != now:
        _set(packet, name, wanted)


def _set(packet: Packet, name: str, text: str) -> None:
    prefix, _, local = name.partition(":")
    if text:
        packet.set_text(prefix, local, text)
    else:
        packet.drop(_full(name))


def _full(name: str) -> str:
    prefix, _, local = name.partition(":")
    return markup.PREFIXES[prefix] + local


def clean(text: str) -> str:
    """Return a text without what XML cannot hold, as a reader of it will see it."""
    return _UNHOLDABLE.sub("", text).strip()
