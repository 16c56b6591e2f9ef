"""The model that decides which town a person standing somewhere would say they were in.

GeoNames gives each place one point and a population, no outline. The model draws the outline:

1. **Reach.** A place of population p covers a disc of radius R = sqrt(p / (pi * DENSITY)): a city of ten million
   reaches 28 km from its point, a village of 500 some 200 m.
2. **Closeness.** A photo d km away from a place is at `min(d, R) / (R + NEAR) + max(0, d - R) / NEAR` from it. Within
   the disc this is the relative depth, so that Paris wins at the Eiffel Tower against the nearer but small Vanves;
   outside every kilometre counts the same for all, so that a village keeps its fields although a city is 20 km off.
   The place with the smallest closeness is the local answer; none if it is further than FAR_KM beyond its disc.
3. **Folding.** Districts stand for their city: Altstadt Nord for Cologne, Brooklyn for New York. A place is one if it
   lies in the disc of a bigger one, in the same country and the same first-order division. How deep it must lie
   depends on what is known of it. Places of VILLAGE people up that GeoNames' table did not have in 2015, when it left
   out most districts, must lie within OUTER_NEW of the radius and be half as big at most. All others may be towns in
   their own right: only cities from MIN_CITY people up and OLD_RATIO times as big take them in, within INNER_OLD of
   the radius; INNER_SPANNING if the city lies in no second-order division (department, county, council), as those
   do that span several (New York) or are more than one (Berlin); INNER_APART if the two are known to lie in
   different ones, so Saint-Denis stays a town beside Paris. A district belongs to the closest such city. Only places
   that are not districts themselves take in others, so nothing is folded from one city on to the next.

4. **Whole divisions.** Where nearly all places of a division (country, first order, second order) that is named after a
   city lie within WHOLE of its radius, or WHOLE_KM, the division is that city, as Berlin, Gibraltar and Hong Kong are;
   its places there are districts, whatever else is known of them. Only in one of the first order, such as Tokyo, those
   that a division of the second order is named after are towns in their own right: Hachioji.
5. **Airports.** An airport is a place of its own, of AIRPORT_KM, and stands for the city that it serves, if that has
   MIN_CITY people and is at most SERVED_KM away: one flies to Munich and lands in Munich, though between villages.

The country comes first, by borders (`haven_places.borders`), and only its places are asked. At sea, and where no
country is, one is in a place only within AT_SEA_KM of its disc.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

DENSITY = 4000.0  # people a square km of a city: Berlin has this, London and Cologne about it, Los Angeles less
NEAR = 2.0  # km; how far a place of no extent still feels like "here"
FAR_KM = 50.0
VILLAGE = 1000
OUTER_NEW = 1.25
NEW_RATIO = 2
MIN_CITY = 100_000
OLD_RATIO = 3
INNER_OLD = 0.7
INNER_SPANNING = 0.9
INNER_APART = 0.35
AT_SEA_KM = 5.0
WHOLE = 1.25
WHOLE_KM = 4.0
NEARLY_ALL = 0.85
AIRPORT_KM = 2.5
SERVED_KM = 80.0

KM_PER_DEGREE = 111.195
_FIRST_ORDER = 1  # among divisions by level
_BAND = 0.25  # degrees of latitude; places are sorted by band, then longitude, so a box is a few slices
_SMALL = 2.0  # km; places with a smaller radius are looked for nearby first, all others at once
_STEPS_KM = (5.0, 15.0, FAR_KM + _SMALL)


def radius_km(population: Floats) -> Floats:
    """Return the radius of the disc that so many people fill at DENSITY."""
    return np.sqrt(population / (np.pi * DENSITY))


def closeness(distance: Floats, radius: Floats) -> Floats:
    """Return how far a place is, weighed by its size: 0 at its point, just below 1 at the rim, then 1 / NEAR a km."""
    inside = np.minimum(distance, radius)
    return inside / (radius + NEAR) + (distance - inside) / NEAR


def order(latitude: Floats, longitude: Floats) -> Ints:
    """Return the order in which a Boxes wants its places."""
    return np.argsort(_key(latitude, longitude), kind="stable")


def _key(latitude: Floats, longitude: Floats) -> Floats:
    return np.floor((latitude + 90) / _BAND) * 1000 + longitude


class Boxes:
    """Finds the places in a box around each of many points. Places must come sorted by `order`."""

    def __init__(self, latitude: Floats, longitude: Floats):
        self.latitude = latitude
        self.longitude = longitude
        self._keys = _key(latitude, longitude)

    def pairs(self, latitude: Floats, longitude: Floats, half_km: Floats) -> tuple[Ints, Ints, Floats]:
        """Return (point, place, km between them) for places within `half_km` of a point, grouped by nothing.

        All three of equal length. The distance takes the earth as flat, within 0.5 % up to 200 km and latitude 70.
        """
        up = half_km / KM_PER_DEGREE
        shrink = np.maximum(np.cos(np.radians(latitude)), 0.01)
        aside = np.minimum(up / shrink, 180.0)
        lowest = np.floor((latitude - up + 90) / _BAND)
        highest = np.floor((latitude + up + 90) / _BAND)
        points: list[Ints] = []
        places: list[Ints] = []
        for step in range(int((highest - lowest).max(initial=-1)) + 1):
            use = np.flatnonzero(lowest + step <= highest)
            band = (lowest[use] + step) * 1000
            start = np.searchsorted(self._keys, band + longitude[use] - aside[use], "left")
            count = np.searchsorted(self._keys, band + longitude[use] + aside[use], "right") - start
            within = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
            points.append(np.repeat(use, count))
            places.append(np.repeat(start, count) + within)
        point = np.concatenate(points) if points else np.zeros(0, np.int64)
        place = np.concatenate(places) if places else np.zeros(0, np.int64)
        north = self.latitude[place] - latitude[point]
        east = (self.longitude[place] - longitude[point]) * shrink[point]
        distance = np.hypot(north, east) * KM_PER_DEGREE
        near = distance <= half_km[point]
        return point[near], place[near], distance[near]


def fold(
    latitude: Floats,
    longitude: Floats,
    population: Floats,
    country: Ints,
    admin1: Ints,
    admin2: Sequence[Ints],
    older: npt.NDArray[np.bool_],
    named: Sequence[tuple[Ints, Ints]] = (),
) -> npt.NDArray[np.int64]:
    """Return for each place the row of the city it is a district of, its own row if it is none.

    Places sorted by `order`; `country`, `admin1`, `admin2` are numbers for divisions, 0 where there is none or it is
    not known; `admin2` as several sources have it, the best first. `named`: numbers of divisions, country to second
    order, and the rows of the cities that they are named after, -1 for none.
    """
    radius = radius_km(population)
    cities = np.flatnonzero(radius > 0.5)
    reach = radius[cities] * OUTER_NEW
    city, place, distance = Boxes(latitude, longitude).pairs(latitude[cities], longitude[cities], reach)
    city = cities[city]
    apart, spanning = np.zeros(len(city), bool), np.ones(len(city), bool)
    for division in reversed(admin2):  # so that the better source has the last word
        known = (division[city] > 0) & (division[place] > 0)
        apart[known] = (division[city] != division[place])[known]
        spanning &= division[city] == 0
    depth = np.where(apart, INNER_APART, np.where(spanning, INNER_SPANNING, INNER_OLD))
    depth[population[city] < MIN_CITY] = 0
    new = ~older[place] & (population[place] >= VILLAGE)
    keep = (
        (population[city] >= population[place] * np.where(new, NEW_RATIO, OLD_RATIO))
        & (city != place)
        & (country[city] == country[place])
        & ((admin1[city] == admin1[place]) | (admin1[city] == 0) | (admin1[place] == 0))
        & (distance <= radius[city] * np.where(new, OUTER_NEW, depth))
    )
    city, place, distance = city[keep], place[keep], distance[keep]
    whole = np.full(len(latitude), -1)
    for level, (division, named_after) in enumerate(named):
        found = _whole(latitude, longitude, radius * WHOLE, division, named_after)
        if level == _FIRST_ORDER:
            second_order = named[level + 1][1]
            found[second_order[second_order >= 0]] = -1
        whole = np.where((whole < 0) & (whole[found] < 0), found, whole)
    district = (whole >= 0) & (whole != np.arange(len(whole)))
    district[place] = True
    keep = ~district[city]
    city, place, distance = city[keep], place[keep], distance[keep]
    closest_last = np.argsort(-closeness(distance, radius[city]), kind="stable")
    roots = np.arange(len(latitude))
    roots[place[closest_last]] = city[closest_last]
    return np.where(whole >= 0, roots[whole], roots)


def _whole(latitude: Floats, longitude: Floats, reach: Floats, division: Ints, named_after: Ints) -> Ints:
    """Return for each place the city that its division is as a whole, -1 for none; `reach`: km, of each city."""
    city = named_after[division]
    known = np.flatnonzero(city >= 0)
    city, division = city[known], division[known]
    east = (longitude[known] - longitude[city]) * np.cos(np.radians(latitude[city]))
    distance = np.hypot(latitude[known] - latitude[city], east) * KM_PER_DEGREE
    near = distance <= np.maximum(reach[city], WHOLE_KM)
    all_there = np.bincount(division, minlength=len(named_after))
    share = np.bincount(division, near, len(named_after)) / np.maximum(all_there, 1)
    found = np.full(len(latitude), -1)
    found[known] = np.where(near & (share[division] >= NEARLY_ALL), city, -1)
    return found


class Towns:
    """Answers which place is the local one, for many points at once. Places sorted by `order`.

    `country`: their numbers.
    """

    def __init__(
        self,
        latitude: Floats,
        longitude: Floats,
        radius: Floats,
        country: npt.NDArray[np.int16],
    ):
        self._radius = radius
        self._country = country
        self._all = Boxes(latitude, longitude)
        self._big = np.flatnonzero(radius > _SMALL)
        self._big_boxes = Boxes(latitude[self._big], longitude[self._big])
        self._big_reach = float(radius.max(initial=0)) + FAR_KM

    def local(self, latitude: Floats, longitude: Floats, country: Ints, at_sea: npt.NDArray[np.bool_]) -> Ints:
        """Return the row of the closest place for each point, -1 where there is none within reach of its rim.

        `country`: the number of the one that each point is in, 0 for none; `at_sea`: whether it is on the open sea.
        """
        found = _Closest(np.full(len(latitude), np.inf), np.full(len(latitude), -1), country, at_sea)
        point, place, distance = self._big_boxes.pairs(latitude, longitude, np.full(len(latitude), self._big_reach))
        self._take(found, point, self._big[place], distance)
        todo = np.arange(len(latitude))
        for step in _STEPS_KM:
            if len(todo) == 0:
                break
            point, place, distance = self._all.pairs(latitude[todo], longitude[todo], np.full(len(todo), step))
            self._take(found, todo[point], place, distance)
            unseen = closeness(np.full(1, step), np.full(1, _SMALL))  # no small place further off can be closer
            todo = todo[found.closeness[todo] > unseen]
        return found.row

    def _take(self, found: "_Closest", point: Ints, place: Ints, distance: Floats) -> None:
        """Note the closest place for points that have a closer one among the pairs."""
        beyond = distance - self._radius[place]
        reach = np.where(found.at_sea[point] | (found.country[point] == 0), AT_SEA_KM, FAR_KM)
        abroad = (self._country[place] != found.country[point]) & (found.country[point] > 0)
        near = (beyond <= reach) & ~abroad
        point, place = point[near], place[near]
        close = closeness(distance[near], self._radius[place])
        first = np.lexsort((place, close, point))
        point, place, close = point[first], place[first], close[first]
        leads = np.flatnonzero(np.diff(point, prepend=-1))
        better = leads[close[leads] < found.closeness[point[leads]]]
        found.closeness[point[better]] = close[better]
        found.row[point[better]] = place[better]


@dataclass(frozen=True, slots=True)
class _Closest:
    """The closest place by points as far as known: how close and which row, -1 for none; and what was asked."""

    closeness: Floats
    row: Ints
    country: Ints
    at_sea: npt.NDArray[np.bool_]
