"""What photos have at all: "without location", "not in any album", "with a caption", "undated", "geotagged".

The words are in the tables ([any], [having], [lacking]) by the key that a SpokenFacet calls `at_large`. What "with"
leads to, such as people, is looked for in the pictures: "with people" stays words, and only "without people" is one.
"""

from collections.abc import Iterator

from haven_fs import SpokenFacet
from haven_search import filters
from haven_search.filters import Filter
from haven_search.joining import leads_to, sign_before
from haven_search.reading import Item, Reading
from haven_search.vocabulary import SURE

_LEADS = ("with", "at")


def read_at_large(reading: Reading) -> None:
    """Make items of what is said of any value of a facet, where that can be told."""
    for spoken, condition in _conditions(reading):
        for place in range(len(reading.words)):
            _read_word(reading, spoken, condition, place)
            _read_noun(reading, spoken, condition, place)


def _conditions(reading: Reading) -> Iterator[tuple[SpokenFacet, Filter]]:
    for spoken in reading.known.spoken.values():
        anything = spoken.anything() if spoken.at_large and reading.can_tell(spoken) else None
        if anything is not None:
            yield spoken, filters.asked(spoken.facet, anything, of_company=anything.says.startswith("with "))


def _read_word(reading: Reading, spoken: SpokenFacet, condition: Filter, place: int) -> None:
    for count, sense in reading.cues.at(place):
        if sense.role in ("having", "lacking") and sense.value == spoken.at_large:
            if reading.is_free(place, place + count):
                out = sense.role == "lacking"
                item = Item(place, place + count, spoken.facet, filter=condition, out=out)
                sign = sign_before(reading, item, "without", "not")
                item.out = out != (sign is not None or reading.words[place].out)
                reading.claim(item)
                if sign is not None:
                    leads_to(reading, item, sign, place)
            return


def _read_noun(reading: Reading, spoken: SpokenFacet, condition: Filter, place: int) -> None:
    count, sense = next(
        ((n, one) for n, one in reading.cues.at(place) if one.role == "any" and one.value == spoken.at_large), (0, None)
    )
    end = place + count
    if sense is None or not reading.is_free(place, end) or (sense.doubt > SURE and reading.is_plain(end)):
        return
    item = Item(place, end, spoken.facet, filter=condition, out=True)
    sign = sign_before(reading, item, "without", "not")
    if sign is None and not reading.words[place].out:
        before = reading.cues.ends(place, "article")
        start = place if before is None or not reading.is_free(before, place) else before
        sign = reading.cues.ends(start, *_LEADS[: 2 if spoken.by_noun else 1])
        if spoken.leads == "with" or sign is None or not reading.is_free(sign, start):
            return
        item.out = False
    reading.claim(item)
    leads_to(reading, item, place if sign is None else sign, place)
