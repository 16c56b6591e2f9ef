"""How phrases speak of what haven_media finds: types ("videos"), and keywords as a field ("keyword:dog")."""

from collections.abc import Mapping

from haven_fs import Asked, SpokenFacet

_SAYS = {
    "video": "videos",
    "screenshot": "screenshots",
    "panorama": "panoramas",
    "raw": "RAW photos",
    "live": "live photos",
    "burst": "photos of a burst",
    "animation": "animations",
}


class TypesInPhrases(SpokenFacet):
    """Types are said in the words of a language, not by names; "photo" is all that is no video."""

    facet = "type"
    fields = ("kind",)
    single = True

    def sorts(self) -> Mapping[str, Asked]:
        """Return the types, and photos in the narrow sense."""
        types = {key: Asked.of_value(self.facet, key, says) for key, says in _SAYS.items()}
        return {**types, "photo": Asked("p.kind <> 'video'", (), "photos, not videos", broad=True)}


class KeywordsInPhrases(SpokenFacet):
    """Keywords are words like all others, unless they are asked for as keywords."""

    facet = "keyword"
    fields = ("tag", "keywords")
