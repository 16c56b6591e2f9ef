"""What the items of a phrase are to each other: excluded, alternatives, one narrower than the other.

"without Bob and Carol" excludes both; "Alice or Bob" is either and "Alice and Bob" both; of places there can only be
one, so "Paris and London" is either, but "Paris, France" the one in France. All words that join items, such as the
"in" of "in Paris", belong to them and are left out of what is looked for.
"""

import sqlite3
from collections.abc import Mapping, Sequence
from itertools import pairwise

from haven_fs import PhotoSet, names
from haven_search import filters, levels
from haven_search.known import EXACT, Name
from haven_search.reading import Item, Reading, best_said
from haven_search.remainder import look_of
from haven_search.stays import STAYS

_LEADING = ("article", "at", "on", "with", "of", "taken", "ones")


def mark_excluded(reading: Reading) -> None:
    """Find what is excluded by "without", "not" or a minus, what "only" means, and "when we were" at a place."""
    before: Item | None = None
    for item in list(reading.items):
        place = bool(item.names) and not reading.is_company(item.names[0][1])
        sign = sign_before(reading, item, "without", "not", *(("outside",) if place else ()))
        if before is not None and _is_meant_by(reading, before, item):
            # "Not the photos with Bob" are not without photos.
            before.out, item.out = False, True
            leads_to(reading, item, before.end, item.start)
        elif sign is not None:
            item.out = True
            leads_to(reading, item, sign, item.start)
        elif (
            before is not None
            and before.out
            and not reading.words[before.start].out
            and _goes_on(reading, before, item)
        ):
            item.out = True
            leads_to(reading, item, before.end, item.start)
        only = sign_before(reading, item, "only")
        if only is not None and not item.out:
            item.only = True
            leads_to(reading, item, only, item.start)
        elif before is not None and before.only and _goes_on(reading, before, item):
            item.only = True
        elif (found := reading.cues.find(item.end, "only")) is not None and reading.is_free(item.end, found[0]):
            item.only = True
            leads_to(reading, item, item.end, found[0])
        for role in STAYS if item.names else ():
            stay = sign_before(reading, item, role)
            if stay is not None:
                item.stay = role
                leads_to(reading, item, stay, item.start)
                break
        before = item


def mark_alone(reading: Reading) -> None:
    """Find "nobody else", wherever it stands, which is said of all the people who are named."""
    people = [item for item in reading.items if item.names and not item.out and reading.is_company(item.names[0][1])]
    for place in range(len(reading.words) if people else 0):
        found = reading.cues.find(place, "nobody-else")
        if found is not None and reading.is_free(place, found[0]):
            reading.owner[place : found[0]] = [people[-1]] * (found[0] - place)
            for item in people:
                item.only = True


def drop_taken_back(reading: Reading) -> None:
    """Forget what is taken back: of "Munich, no wait, Lyon" only Lyon is meant."""
    for before, item in pairwise(list(reading.items)):
        said = reading.cues.find(before.end, "instead")
        if said is None or _family(before) != _family(item) or not reading.is_free(before.end, item.start):
            continue
        if _skip_leading(reading, said[0], item.start) == item.start:
            reading.items.remove(before)
            leads_to(reading, item, before.start, item.start)


def _is_meant_by(reading: Reading, before: Item, item: Item) -> bool:
    """Tell whether what is left out says nearly nothing by itself, as "photos", and another item says which."""
    broad = before.out and before.filter is not None and before.filter.broad
    return broad and item.start > before.end and _skip_leading(reading, before.end, item.start) == item.start


def _skip_leading(reading: Reading, place: int, end: int) -> int:
    while place < end and (led := reading.cues.find(place, *_LEADING)) is not None and reading.is_free(place, led[0]):
        place = led[0]
    return place


def leads_to(reading: Reading, item: Item, start: int, end: int) -> None:
    """Give the words that lead to an item to it."""
    reading.owner[start:end] = [item] * (end - start)
    item.start, item.end = min(start, item.start), max(end, item.end)


def sign_before(reading: Reading, item: Item, *roles: str) -> int | None:
    """Return where a word of these roles begins that leads to an item; None if there is none."""
    place = item.start
    while True:
        sign = reading.cues.ends(place, *roles)
        if sign is not None and reading.is_free(sign, place):
            return sign
        leading = reading.cues.ends(place, *_LEADING)
        if leading is None or not reading.is_free(leading, place) or reading.words[place].comma:
            return None
        place = leading


def _goes_on(reading: Reading, before: Item, item: Item) -> bool:
    """Tell whether an item goes on with a list: of the same kind, and only "and", "or" or a comma stands between."""
    if _family(before) != _family(item):
        return False
    return joint_between(reading, before, item) != ""


def joints(reading: Reading, items: Sequence[Item]) -> list[str]:
    """Return what stands between each item and the one before: "and", "or", "" for nothing or anything else.

    Commas say what comes last in their list: in "Alice, Bob or Dan" both are "or".
    """
    found = ["", *(joint_between(reading, before, item) for before, item in pairwise(items))]
    for place in range(len(found) - 2, -1, -1):
        if found[place] == ",":
            found[place] = found[place + 1]
    return ["" if joint == "," else joint for joint in found[: len(items)]]


def joint_between(reading: Reading, before: Item, item: Item) -> str:
    """Return "and", "or" or "," if that is all that stands between two items, else ""."""
    start = before.end
    if start == item.start:
        return "," if reading.words[start].comma else ""
    joint = reading.cues.find(start, "and", "or")
    if joint is None:
        return ""
    place = joint[0]
    while place < item.start and (led := reading.cues.find(place, "article", "at", "on")) is not None:
        place = led[0]  # "in Paris or in London"
    return joint[1].role if place == item.start else ""


def _family(item: Item) -> str:
    return item.names[0][1].facet if item.names else item.kind


def exclude_words(reading: Reading) -> None:
    """Make items of what is excluded though it is nothing the library knows: "not on the beach", "-umbrella"."""
    before: Item | None = None
    place = 0
    while place < len(reading.words):
        start = place
        owner = reading.owner[place]
        if owner is not None:
            if not reading.words[owner.start].out:
                before = owner if owner.out else None
            place = max(place + 1, owner.end)
            continue
        if reading.words[place].out and reading.words[place].pieces:
            before = None
            _exclude(reading, place, place, place + 1)
        elif (opened := reading.cues.find(place, "without", "not")) is not None and reading.is_free(place, opened[0]):
            before = _exclude_after(reading, place, opened[0])
        elif before is not None and before.end == place and (joint := reading.cues.find(place, "and", "or")):
            # "Without dogs or cats" is about both, and so is "neither Alice nor dogs".
            before = _go_on_excluding(reading, place, joint[0])
        place = max(start + 1, before.end if before is not None else 0)


def _go_on_excluding(reading: Reading, start: int, place: int) -> Item | None:
    """Exclude what comes after a joint that begins at `start`, words or an item; None if there is nothing."""
    first = reading.cues.after(place, "article", "at", "on", most=3)
    item = reading.owner[first] if first < len(reading.words) else None
    if item is None:
        return _exclude_after(reading, start, place)
    if item.out or item.start != first:
        return None
    item.out = True
    leads_to(reading, item, start, first)
    return item


def _exclude_after(reading: Reading, start: int, place: int) -> Item | None:
    """Exclude the plain words after a sign or a joint that begins at `start`; None if there are none."""
    place = reading.cues.after(place, "without", "not", most=1)
    first = reading.cues.after(place, *_LEADING, most=3)
    while reading.is_plain(first) and _is_small(reading, first) and first + 1 < len(reading.words):
        first = reading.cues.after(first + 1, *_LEADING, most=3)  # "her dog", "sur la plage"
    end = first
    while reading.is_plain(end) and not (end > first and reading.words[end].comma):
        end += 1
    return _exclude(reading, start, first, end) if any(word.pieces for word in reading.words[first:end]) else None


def _is_small(reading: Reading, place: int) -> bool:
    """Tell whether a word says nothing, such as "her", before one that does."""
    after = reading.cues.after(place + 1, *_LEADING, most=3)
    return reading.is_plain(after) and reading.cues.vocabulary.is_frequent(reading.words[place].pieces)


def _exclude(reading: Reading, start: int, first: int, end: int) -> Item:
    places = [place for place in range(first, end) if reading.words[place].pieces]
    item = Item(start, end, "look", look=look_of(reading, places), out=True)
    reading.claim(item)
    return item


def resolve_names(reading: Reading, db: sqlite3.Connection, within: PhotoSet) -> dict[int, tuple[list[Name], str]]:
    """Decide which value each name is; by the id of the item: the values, any of them, and a note if it was not plain.

    After "with" and "of" it is company, such as a person; after "in" a place. Else whoever there are photos of within,
    company first.
    """
    spoken = reading.known.spoken
    items = [item for item in reading.items if item.names]
    chosen: dict[int, tuple[list[Name], str]] = {}
    for item in items:
        company = [pair for pair in item.names if reading.is_company(pair[1])]
        places = [pair for pair in item.names if not reading.is_company(pair[1])]
        note = ""
        places, wider = levels.meant(places, spoken, reading.known.inside)
        if company and places:
            company, places, note = _decide(reading, item, company, places, db, within)
        elif places:
            note = wider
        chosen[id(item)] = ([name for _, name in company or places], note)
    # What other names lie in, where it is meant for sure.
    outer = {
        (name.facet, name.key)
        for those, _ in chosen.values()
        if len({name.facet for name in those}) == 1
        for name in those
    }
    for item in items:
        those, note = chosen[id(item)]
        pairs = [(said, name) for said, name in item.names if name in those]
        inside = [(said, name) for said, name in pairs if levels.lies_in_any(name, outer, reading.known.inside)]
        written = names.fold(" ".join(word.raw for word in reading.words[item.start : item.end]))
        best = [name for _, name in best_said(inside or pairs)]
        around = [name for name in best if _holds_another(reading, item, name, chosen)]
        best = best if inside else around or [name for name in best if name.fold == written] or best
        chosen[id(item)] = (best, note)
    return chosen


def _holds_another(reading: Reading, item: Item, name: Name, chosen: Mapping[int, tuple[list[Name], str]]) -> bool:
    """Tell whether what another item names lies in a value: of "Atlanta, Georgia" it is the Georgia around Atlanta."""
    around = {(name.facet, name.key)}
    others = (those for key, (those, _) in chosen.items() if key != id(item))
    return any(levels.lies_in_any(one, around, reading.known.inside) for those in others for one in those)


def _decide(
    reading: Reading,
    item: Item,
    company: list[tuple[int, Name]],
    places: list[tuple[int, Name]],
    db: sqlite3.Connection,
    within: PhotoSet,
) -> tuple[list[tuple[int, Name]], list[tuple[int, Name]], str]:
    """Return either those that are company or the places, and how the other would be said."""
    first, other = company[0][1], places[0][1]
    to_place = f"for the {other.facet}, write: in {other.name}"
    to_company = f"for the {first.facet}, write: with {first.name}"
    led = reading.cues.ends(item.start, "with", "of") is not None
    at = reading.cues.ends(item.start, "at") is not None
    if led != at:  # "de" is of and from
        return (company, [], to_place) if led else ([], places, to_company)
    exact = [any(said == EXACT for said, _ in side) for side in (company, places)]
    if exact[0] == exact[1]:
        there = [any(filters.has_value(db, one, within) for _, one in side) for side in (company, places)]
    else:
        there = exact
    return ([], places, to_company) if there == [False, True] else (company, [], to_place)
