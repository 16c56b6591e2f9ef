"""How people speak of what plugins know: the names of facets' values, what leads to them, what they ask of photos.

A plugin brings a SpokenFacet for each of its facets that a phrase may name, such as people ("with Alice") or places
("in Paris"). Whoever understands phrases goes by these alone, and so knows nothing of faces or towns.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from haven_fs.catalog.findings import Tag
from haven_fs.tree.photoset import having


@dataclass(frozen=True, slots=True)
class Asked:
    """A condition on photos in SQL over `photo AS p`, its parameters, and how it is said, such as "with people".

    `broad`: nearly all photos fulfil it, so a phrase that asks for nothing else narrows nothing.
    """

    sql: str
    params: tuple[Any, ...]
    says: str
    broad: bool = False

    @classmethod
    def of_value(cls, facet: str, key: str, says: str) -> "Asked":
        """Return the condition that a photo has a value of a facet."""
        sql, *params = having(facet, key)
        return cls(sql, tuple(params), says)


class SpokenFacet:
    """How people speak of one facet. What a subclass does not define, is not spoken of.

    `facet`: its name, by which any value can be asked for ("colour:red"); `fields`: what else may stand before the
    colon. `leads`: whether its values are named without that, and after which words: "with" as in "with Alice" and "of
    Alice", "in" as in "in Paris" and "at home". `says`: how a photo of a value is described. `single`: a photo has one
    value, so that two that are named mean either. `within`: the facet of what its values lie in. `unseen`: names count
    though no photo has them. `at_large`: the role of words that mean any value, in the tables of those who read
    phrases, such as "people".
    """

    facet: str
    fields: tuple[str, ...] = ()
    leads: Literal["with", "in"] | None = None
    says: str = "with the {facet} {name}"
    single: bool = False
    within: str | None = None
    unseen: bool = False
    at_large: str = ""

    def also_called(self, value: Tag, language: str) -> Iterable[str]:
        """Return what else a value is called, in any language that the owner may speak."""
        return ()

    def shortly_called(self, value: Tag) -> Iterable[str]:
        """Return what a value is called for short, which counts where nothing else is meant by it."""
        return ()

    def sorts(self) -> Mapping[str, Asked]:
        """Return what is asked by words of a language, by the keys that tables of words have for them: "video"."""
        return {}

    def anything(self) -> Asked | None:
        """Return what photos with any value fulfil, whether it is known which or not; None if that cannot be told."""
        return None

    def nothing_but(self, keys: Collection[str]) -> Asked | None:
        """Return what photos fulfil that have none but these values; None if that cannot be told."""
        return None


def facets_led_by(spoken: Sequence[SpokenFacet], lead: str) -> list[str]:
    """Return the facets whose values are spoken of after "in" or "with"; those that lie in others first."""
    return [one.facet for one in sorted(spoken, key=lambda one: one.within is None) if one.leads == lead]
