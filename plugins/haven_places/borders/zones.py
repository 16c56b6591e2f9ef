"""Which country a position close to a border is in, by the outlines of time zones, which are exact to 111 m.

They come from the package tzfpy, and are OpenStreetMap's. They take 35 MB and a twentieth of a second to load, and miss
enclaves of a few streets, so only what lies close to a border as drawn here is looked up there. A zone that towns of
several countries keep, such as Europe/Belgrade, tells nothing.
"""

from collections.abc import Mapping


def country_by_zone(latitude: float, longitude: float, countries: Mapping[str, int]) -> int:
    """Return the number of the country whose zone alone is at a position, 0 if that is not known.

    `countries`: numbers by zone.
    """
    from tzfpy import get_tzs

    found = {countries.get(zone, 0) for zone in get_tzs(longitude, latitude)}
    return found.pop() if len(found) == 1 else 0
