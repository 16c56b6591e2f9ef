"""How phrases speak of what haven_media finds: types ("videos"), keywords, captions and stars.

Keywords are words like all others, unless they are asked for as keywords ("keyword:dog", "keyword dog").
"""

from collections.abc import Mapping

from haven_fs import Amount, Asked, Measure, PhotoSet, SpokenFacet

_SAYS = {
    "video": "videos",
    "screenshot": "screenshots",
    "panorama": "panoramas",
    "raw": "RAW photos",
    "live": "live photos",
    "burst": "photos of a burst",
    "animation": "animations",
}
SELFIE = "instr(lower({lens}), 'front') > 0"
"""That a lens is a phone's front camera: Apple and others say so in its name."""


class TypesInPhrases(SpokenFacet):
    """Types are said in the words of a language, not by names; "photo" is all that is no video."""

    facet = "type"
    fields = ("kind",)
    single = True

    def sorts(self) -> Mapping[str, Asked]:
        """Return the types, and photos in the narrow sense."""
        types = {key: Asked.of_value(self.facet, key, says) for key, says in _SAYS.items()}
        return {**types, "photo": Asked("p.kind <> 'video'", (), "photos, not videos", broad=True)}


class SelfiesInPhrases(SpokenFacet):
    """Selfies: taken with a front camera, where the file says so, or with that word in the file's name."""

    facet = "selfie"

    def sorts(self) -> Mapping[str, Asked]:
        """Return selfies."""
        lens = f"SELECT id FROM photo WHERE lens IS NOT NULL AND {SELFIE.format(lens='lens')}"
        named = "SELECT rowid FROM words WHERE words MATCH 'name:selfie'"
        either = f"p.id IN ({lens} UNION ALL {named})"
        return {"selfie": Asked(either, (), "selfies (taken with a front camera, or named so)")}


class EditsInPhrases(SpokenFacet):
    """Photos that a phone keeps an edit of beside the original; other edits nobody can tell."""

    facet = "edit"

    def sorts(self) -> Mapping[str, Asked]:
        """Return photos that were edited."""
        edits = "p.id IN (SELECT photo_id FROM original WHERE role = 'edit' AND gone IS NULL)"
        return {"edited": Asked(edits, (), "edited, with the edit beside the original")}


class KeywordsInPhrases(SpokenFacet):
    """Keywords: "keyword dog", "without keywords"."""

    facet = "keyword"
    fields = ("tag", "keywords")
    at_large = "keyword"
    by_noun = True

    def anything(self) -> Asked:
        """Return what photos with any keyword fulfil."""
        return Asked(PhotoSet().with_facet(self.facet).where[0], (self.facet,), "with keywords")


class CaptionsInPhrases(SpokenFacet):
    """Captions: "without a caption"."""

    facet = "caption"
    at_large = "caption"

    def anything(self) -> Asked:
        """Return what photos with a caption fulfil."""
        return Asked("coalesce(p.caption, '') <> ''", (), "with a caption")


class StarsInPhrases(SpokenFacet):
    """Stars: "4 stars or more", "rated", "unrated"."""

    facet = "rating"
    at_large = "rating"

    def measures(self) -> Mapping[str, Measure]:
        """Return stars as what is counted."""
        return {"rating": Measure({"star": 1}, _rated, counts=True)}

    def anything(self) -> Asked:
        """Return what photos with stars fulfil; no stars are no rating."""
        return Asked("coalesce(p.rating, 0) > 0", (), "with stars")


def _rated(amount: Amount) -> Asked:
    sql, params = amount.sql("coalesce(p.rating, 0)")
    says = amount.say(lambda stars: f"{stars:g} star{'' if stars == 1 else 's'}")
    return Asked(f"p.rating IS NOT NULL AND {sql}", params, f"with {says}")
