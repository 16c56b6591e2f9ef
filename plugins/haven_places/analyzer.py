"""The analyzer of places: a photo's position and height, and the town and country it lies in."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING
from zlib import crc32

from haven_fs import Analyzer, Facts, Sample, Settings, Tag, position_of
from haven_places.height import altitude

if TYPE_CHECKING:
    from haven_places.gazetteer import Gazetteer, Locality


_VERSION = 4


class PlacesAnalyzer(Analyzer):
    """Gives a position, `altitude`, and tags of the facets "place" (key: GeoNames id) and "country" (key: ISO code).

    The table of places is opened with the first photo that has a position, so a library without any costs nothing.
    It depends on nothing in the data folder, so it is kept in the folder of the setting "cache_dir", which all of a
    user's data folders share; in the folder "cache" of "data_dir" if that cannot be written.
    """

    name = "places"
    needs = "metadata"

    def __init__(self, settings: Settings):
        self._caches = caches_of(settings)
        self._language = language_of(settings)
        self._gazetteer: Gazetteer | None = None
        # Another language is another version: the photos there are get their names anew.
        self.version = (
            _VERSION if self._language == "en" else _VERSION * 1_000_000 + crc32(self._language.encode()) % 1_000_000
        )

    def analyze(self, batch: Sequence[Sample]) -> list[Facts]:
        """Return one Facts for each sample, in order. Raises OSError or ValueError if the table cannot be built."""
        facts: list[Facts] = []
        placed: list[tuple[Facts, float, float]] = []
        for sample in batch:
            found, problems = position_of(sample.metadata, sample.companions)
            fact = Facts(problems=problems)
            facts.append(fact)
            if found is not None:
                fact.values.update(latitude=found[0], longitude=found[1])
                if (metres := altitude(sample.metadata, sample.companions)) is not None:
                    fact.values["altitude"] = round(metres, 1)
                placed.append((fact, *found))
        if placed:
            if self._gazetteer is None:
                # Loaded here, so that a server, which only asks for the analyzer's version, has no use for numpy.
                from haven_places.gazetteer import Gazetteer

                self._gazetteer = Gazetteer.open(self._caches, self._language)
            localities = self._gazetteer.localities([north for _, north, _ in placed], [east for _, _, east in placed])
            for (fact, _, _), locality in zip(placed, localities, strict=True):
                fact.tags = _tags(locality)
        return facts


def caches_of(settings: Settings) -> list[Path]:
    """Return the folders where the table of places may be kept, the best first."""
    folders = (settings.get("cache_dir"), "."), (settings.get("data_dir"), "cache")
    return [Path(str(folder), within) for folder, within in folders if folder]


def language_of(settings: Settings) -> str:
    """Return the language of place names."""
    return str(settings.get("language") or "en")


def _tags(locality: "Locality") -> list[Tag]:
    tags: list[Tag] = []
    if locality.country is not None and locality.country_name is not None:
        tags.append(Tag("country", locality.country, locality.country_name))
    if locality.town is not None and locality.town_name is not None:
        tags.append(Tag("place", locality.town, locality.town_name, parent=locality.country))
    return tags
