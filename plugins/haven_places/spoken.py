"""How phrases speak of places: "in Paris", "Paris, France", "not in the USA"."""

from collections.abc import Iterable
from functools import lru_cache

from haven_fs import Asked, SpokenFacet, Tag
from haven_places.ownplaces import COUNTRY, PLACE

# What people call countries besides their names in CLDR.
_NICKNAMES = {
    "USA": "US", "U S A": "US", "U S": "US", "America": "US", "UK": "GB", "U K": "GB", "Great Britain": "GB",
    "Britain": "GB", "Holland": "NL", "UAE": "AE", "Emirates": "AE", "Turkey": "TR", "Czech Republic": "CZ",
    "Burma": "MM", "Ivory Coast": "CI", "Cape Verde": "CV", "South Korea": "KR", "Macedonia": "MK", "Swaziland": "SZ",
}  # fmt: skip


class PlacesInPhrases(SpokenFacet):
    """Places are where a photo was taken: one of several, and in a country."""

    facet = PLACE
    fields = ("places",)
    leads = "in"
    says = "taken in {name}"
    single = True
    within = COUNTRY
    at_large = "location"

    def anything(self) -> Asked:
        """Return what photos fulfil of which it is known where they were taken, at least in which country."""
        return Asked("p.placed = 1", (), "with a location", opposite="p.placed = 0")


class PositionInPhrases(SpokenFacet):
    """Positions, as of GPS: "no GPS"."""

    facet = "position"
    at_large = "position"

    def anything(self) -> Asked:
        """Return what photos with a position fulfil."""
        return Asked("p.quadkey IS NOT NULL", (), "with a position")


class CountriesInPhrases(SpokenFacet):
    """Countries are called as in English, in the owner's language, and by some short names."""

    facet = COUNTRY
    fields = ("countries",)
    leads = "in"
    says = "taken in {name}"
    single = True
    nations = True

    def also_called(self, value: Tag, language: str) -> Iterable[str]:
        """Return what a country is called besides the name of its folder."""
        return _called(language).get(value.key, ())


@lru_cache(maxsize=4)
def _called(language: str) -> dict[str, list[str]]:
    """Return what countries are called, by code: as people say, in English, and in the language asked for."""
    found: dict[str, list[str]] = {}
    for name, code in _NICKNAMES.items():
        found.setdefault(code, []).append(name)
    if language.partition("-")[0].lower() != "en":
        from haven_places.locales import locale_of  # babel, which phrases in English have no use for

        # A library may have been given its names in another language than it is now asked in.
        for locale in (locale_of("en"), locale_of(language)):
            for code, name in locale.territories.items():
                found.setdefault(code, []).append(str(name))
    return found
