"""Finds in the words of a phrase what is a date, a name, a camera, a type or a file's name; the rest stays words.

First what leaves little doubt, the longest first at each place: dates with a number or a word such as "last", names,
cameras, files. Then, as long as something is found, what the words around must speak for: bare months and seasons,
"video", names that are ordinary words ("Nice", "Rose"). What is found is an Item; `planner` makes filters of them.
"""

import logging
import re
import sqlite3
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from string import ascii_lowercase

from haven_fs import SpokenFacet
from haven_search import filters, nearness
from haven_search.cues import Cues
from haven_search.datepoints import CERTAIN, Moment
from haven_search.datewords import DateReader
from haven_search.fields import Fields
from haven_search.filters import Filter
from haven_search.known import EXACT, SHORT, Camera, Known, Name
from haven_search.measures import MeasureReader
from haven_search.nouns import NounReader
from haven_search.plan import Look
from haven_search.vocabulary import AFTER_CUE, FUNCTION, NOT_AMONG_WORDS, NOT_BEFORE_WORDS, SHY, SURE

_log = logging.getLogger(__name__)

# What cameras, phones and messengers call files: IMG_2041, DSC01234, P1020304, PXL_2021..., 20190102_030405.
_FILE = re.compile(
    r".+\.(?:jpe?g|heic|heif|avif|png|gif|webp|tiff?|dng|cr2|cr3|nef|arw|raf|orf|rw2|mp4|mov|avi|mkv|mts|m4v|3gp)"
    r"|(?:img|dsc|dscn|dscf|pxl|mvi|vid|mov|gopr|gh|gx|dji|imgp|cimg|sam|kic|hpim|wp|pano|snap|_?mg|p|pict|fb_img|image)"
    r"[-_]?\d{3,}.*",
    re.IGNORECASE,
)
_PERHAPS_FILE = re.compile(r".*_.*|(?=.*\d{3})(?=.*[a-z])[a-z\d]{5,}|\d{5,}", re.IGNORECASE)
_LETTERS = frozenset(ascii_lowercase)
_ROUNDS = 5


@dataclass(slots=True)
class Item:
    """What some words are. One of `filter`, `moment`, `names` (each with how it is said) is there, or `look`: what no
    photo that is found may look like. `stay`: the role of the words by which the days of a place are meant; `place`:
    where its first own word is.
    """

    start: int
    end: int
    kind: str
    filter: Filter | None = None
    moment: Moment | None = None
    names: list[tuple[int, Name]] = field(default_factory=list)
    look: Look | None = None
    out: bool = False
    only: bool = False
    stay: str = ""
    place: int = 0

    def __post_init__(self) -> None:
        self.place = self.start


class Reading:
    """The items of one phrase, and which words belong to which (`owner`, None for words that are left).

    `otherwise`: the places of first words, each with what is not to be read there: a facet, "date", or the role of a
    sort; or with "name": that an ordinary word is a name there.
    """

    def __init__(
        self,
        db: sqlite3.Connection,
        cues: Cues,
        known: Known,
        dates: DateReader,
        fields: Fields,
        otherwise: Collection[tuple[int, str]] = (),
    ) -> None:
        self.words = cues.words
        self._otherwise = frozenset(otherwise)
        self.cues = cues
        self.owner: list[Item | None] = [None] * len(self.words)
        self.items: list[Item] = []
        self._db = db
        self.known = known
        told = [one for one in known.spoken.values() if self.can_tell(one)]
        self._sorts = {one.facet: sorts for one in told if (sorts := one.sorts())}
        self._measures = MeasureReader(cues, {one.facet: one.measures() for one in told})
        self._nouns = NounReader(db, cues, known.spoken)
        self._dates = dates
        letters = [word.raw for word in self.words if word.raw.lower() != word.raw.upper()]
        self._shouted = len(letters) > 1 and all(raw == raw.upper() for raw in letters)
        self._read_fields(fields)
        self._read_certain()
        for _ in range(_ROUNDS):
            if not self._read_doubtful():
                break
        self.items.sort(key=lambda item: item.start)

    def claim(self, item: Item) -> None:
        """Take the words of an item; they must be free."""
        item.out = item.out or self.words[item.start].out
        self.items.append(item)
        self.owner[item.start : item.end] = [item] * (item.end - item.start)

    def can_tell(self, spoken: SpokenFacet) -> bool:
        """Tell whether it is known of photos what they have of a facet; not if its plugin has no tables here."""
        try:
            return spoken.can_tell(self._db)
        except sqlite3.OperationalError as error:
            _log.warning('"%s" cannot say what photos have of it: %s', spoken.facet, error)
            return False

    def is_company(self, name: Name) -> bool:
        """Tell whether a value is led to by "with", as a person is, and not by "in"."""
        spoken = self.known.spoken.get(name.facet)
        return spoken is not None and spoken.leads == "with"

    def is_free(self, start: int, end: int) -> bool:
        """Tell whether no item has any of these words."""
        return all(owner is None for owner in self.owner[start:end])

    def is_plain(self, place: int) -> bool:
        """Tell whether there is a word at `place` that is none of an item's and joins nothing."""
        return 0 <= place < len(self.words) and self.owner[place] is None and not self.cues.has(place, *FUNCTION)

    def _read_fields(self, fields: Fields) -> None:
        for place, word in enumerate(self.words):
            meant = fields.read(word) if word.field is not None else None
            if isinstance(meant, Moment):
                self.claim(Item(place, place + 1, "date", moment=meant))
            elif isinstance(meant, list):
                self.claim(Item(place, place + 1, "name", names=[(EXACT, name) for name in meant]))
            elif meant is not None:
                self.claim(Item(place, place + 1, meant.kind, filter=meant))

    def _read_certain(self) -> None:
        place = 0
        while place < len(self.words):
            if not self._is_open(place):
                place += 1
                continue
            found = [item for item in self._certain(place) if self.is_free(item.start, item.end)]
            best = max(found, key=lambda item: item.end, default=None)
            if best is None:
                place += 1
            else:
                self.claim(best)
                place = best.end

    def _is_open(self, place: int) -> bool:
        return self.owner[place] is None and not self.words[place].quoted and self.words[place].field is None

    def _certain(self, place: int) -> Iterator[Item]:
        """Give what begins at `place`, of equally long ones the likelier first."""
        moment = self._moment(place)
        if moment is not None and (moment.doubt == CERTAIN or self._has_cue(moment, place)):
            yield Item(place, moment.end, "date", moment=moment)
        if (measured := self._measures.find(place)) is not None:
            chosen = filters.asked(measured.facet, measured.asked)
            yield Item(place, measured.end, measured.facet, filter=chosen)
        for end, values in self._nouns.find(place):
            yield Item(place, end, "name", names=[(EXACT, name) for name in values])
        yield from nearness.items(self, self._db, place)
        for count, named in self.known.names_at(self.words, place):
            able = nearness.without_initials(self, place, count, self.able(place, named))
            if able and not self._is_common(place, count):
                yield Item(place, place + count, "name", names=able)
                break
        for count, cameras in self.known.cameras_at(self.words, place):
            if not self._is_common(place, count):
                yield self._camera(place, count, cameras)
                break
        if (file := self._file(place)) is not None:
            yield file

    def _camera(self, place: int, count: int, cameras: Sequence[tuple[int, Camera]]) -> Item:
        best = min(said for said, _ in cameras)
        chosen = filters.taken_with([camera for said, camera in cameras if said == best])
        return Item(place, place + count, "camera", filter=chosen)

    def _file(self, place: int) -> Item | None:
        word = self.words[place]
        named = filters.named_like(word.raw)
        sure = _FILE.fullmatch(word.key)
        # What only might be a file's name is one if there is such a file: "b2b_meeting" may be a subject.
        if not sure and not (_PERHAPS_FILE.fullmatch(word.key) and filters.fits_any(self._db, named)):
            return None
        return Item(place, place + 1, "file", filter=named)

    def _has_cue(self, moment: Moment, place: int) -> bool:
        """Tell whether a word such as "in" leads to a date at `place`."""
        if moment.doubt > AFTER_CUE or self._says_more(moment, place):
            return False
        before = self.cues.ends(place, "article")
        cue = self.cues.ends(place if before is None else before, "at", "on", "this")
        return cue is not None and self.is_free(cue, place)

    def _says_more(self, moment: Moment, place: int) -> bool:
        """Tell whether a season or feast belongs to the word before: "smell of summer", "sapin de Noël"."""
        before = self.cues.ends(place, "article")
        of = self.cues.ends(place if before is None else before, "of")
        return moment.named and of is not None and self.is_plain(of - 1)

    def _moment(self, place: int) -> Moment | None:
        """Return the date that begins at `place`, if one may."""
        return None if (place, "date") in self._otherwise else self._dates.find(place)

    def _unread_names(self) -> list[tuple[int, str]]:
        """Return where left words are ordinary ones that are somebody's or some place's name as well."""
        places = [place for place in range(len(self.words)) if self.owner[place] is None and self._is_open(place)]
        return [
            (place, "name")
            for place in places
            if any(self.able(place, named) for _, named in self.known.names_at(self.words, place))
        ]

    def able(self, place: int, named: Sequence[tuple[int, Name]]) -> list[tuple[int, Name]]:
        """Return those of the names that can be meant: of most facets, those that there are photos of."""
        spoken = self.known.spoken
        return [
            (said, name)
            for said, name in named
            if (place, name.facet) not in self._otherwise
            and (spoken[name.facet].unseen or filters.has_value(self._db, name))
        ]

    def other_readings(self, chosen: Mapping[int, Collection[str]]) -> tuple[tuple[int, str], ...]:
        """Return what may be read otherwise, as `otherwise` takes it; the likeliest to be mistaken first.

        `chosen`: the facets that names were taken for, by the id of their items.
        """
        found = self._unread_names()
        for item in self.items:
            facets = {name.facet for _, name in item.names}
            if self.words[item.place].field is not None:
                continue
            if len(facets) > 1:
                found += [(item.place, facet) for facet in sorted(facets & set(chosen.get(id(item), ())))]
            elif item.names and (self._is_common(item.place, 1) or self._dates.find(item.place) is not None):
                found += [(item.place, facet) for facet in facets]
            elif item.moment is not None and any(
                self.able(item.place, named) for _, named in self.known.names_at(self.words, item.place)
            ):
                found.append((item.place, "date"))
        return tuple(found)

    def _is_common(self, place: int, count: int) -> bool:
        """Tell whether a name is an ordinary word too, or one that steers."""
        key = tuple(piece for word in self.words[place : place + count] for piece in word.pieces)
        vocabulary = self.cues.vocabulary
        letter = len(key) == 1 and len(key[0]) == 1 and key[0].isascii()
        bare = (*key[:-1], key[-1].removesuffix("s")) if key else key  # "roses" is as common as "rose"
        return letter or any(one in vocabulary.common or one in vocabulary.senses for one in (key, bare))

    def _read_doubtful(self) -> bool:
        before = len(self.items)
        for place in range(len(self.words)):
            if self._is_open(place):
                item = next((item for item in self._doubtful(place) if self.is_free(item.start, item.end)), None)
                if item is not None:
                    self.claim(item)
        return len(self.items) > before

    def _doubtful(self, place: int) -> Iterator[Item]:
        for count, named in self.known.names_at(self.words, place):
            able = self.able(place, named)
            meant = [(said, name) for said, name in able if self._stands_out(place, count, name)]
            meant = meant if self._is_common(place, count) else nearness.alone(self, place, count, able)
            if meant:
                yield Item(place, place + count, "name", names=meant)
        moment = self._moment(place)
        if moment is not None and not self._says_more(moment, place) and self._allows(moment.doubt, place, moment.end):
            yield Item(place, moment.end, "date", moment=moment)
        for count, sense in self.cues.at(place):
            asked = self._sorts.get(sense.role, {}).get(str(sense.value))
            if (place, sense.role) in self._otherwise or self._is_only(place):
                continue  # "Alice alone" is nobody but her
            if asked is not None and self._allows(sense.doubt, place, place + count):
                yield Item(place, place + count, sense.role, filter=filters.asked(sense.role, asked))

    def _is_only(self, place: int) -> bool:
        """Tell whether the words at `place` say "only" of the name before or after them."""
        only = self.cues.find(place, "only")
        beside = self.owner[place - 1 : place] if place else []
        beside = [*beside, *self.owner[only[0] : only[0] + 1]] if only is not None else []
        return any(item is not None and item.names for item in beside)

    def _allows(self, doubt: int, start: int, end: int) -> bool:
        """Tell whether the words around speak for what is in doubt."""
        # A minus is for what can be left out, so "-video game" is about videos.
        if doubt <= SURE or (doubt <= NOT_AMONG_WORDS and self.words[start].out):
            return True
        after = self.is_plain(end) and not self.words[end].comma and not self._is_small(end)
        if doubt == NOT_BEFORE_WORDS:
            return not after
        if doubt == NOT_AMONG_WORDS:
            return not after and not (self.is_plain(start - 1) and not self.words[start].comma)
        return doubt == SHY and self._is_capital(start) and not after and (start > 0 or self._is_apart(end))

    def _is_small(self, place: int) -> bool:
        """Tell whether a word says nothing: "that winter we were in Vienna" is a season, a summer dress is none."""
        return self.cues.vocabulary.is_frequent(self.words[place].pieces)

    def _is_apart(self, place: int) -> bool:
        """Tell whether nothing plain comes after the joining words from `place` on: an item, or the end."""
        while place < len(self.words) and self.owner[place] is None and self.cues.has(place, *FUNCTION):
            place += 1
        return not self.is_plain(place)

    def _is_capital(self, place: int) -> bool:
        return self.words[place].raw[:1].isupper() and not self._shouted

    def _stands_out(self, start: int, count: int, name: Name) -> bool:
        """Tell whether a name that is an ordinary word is written as a name.

        Company's with a capital, or after "with" or "of"; a place's with a capital that is not just the phrase's
        first. Where all nouns have capitals, only what stands before or around speaks for either.
        """
        if (start, "name") in self._otherwise:
            return True
        end = start + count
        apart = self._is_apart(end) and not self.is_plain(start - 1)
        capital = self._is_capital(start)
        if count == 1 and self.words[start].key in _LETTERS:
            return False  # "a" is no town, even if Å is one
        nouns = self.cues.vocabulary.nouns
        if self.is_company(name):
            led = self.cues.has(start - 1, "with", "of") or bool(self.words[start].key.endswith("'s"))
            return led or (capital and (apart or not nouns))
        led = self.cues.has(start - 1, "at")
        return capital and (apart or led or (start > 0 and not nouns))


def best_said(names: Sequence[tuple[int, Name]]) -> list[tuple[int, Name]]:
    """Return those names that are said most nearly as they are; a first name only if nothing else is meant."""
    best = min((said for said, _ in names), default=SHORT)
    return [(said, name) for said, name in names if said == best]
