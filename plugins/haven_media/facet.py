"""What haven_media keeps in the catalog: keywords as words about photos, and indexes for what phrases ask of files."""

from haven_fs import Facet
from haven_media.spoken import SELFIE
from haven_media.spokenfiles import SHAPE


class KeywordsFacet(Facet):
    """Keywords: words that somebody wrote about a photo."""

    name = "keyword"
    is_words = True


class FilesFacet(Facet):
    """Photos as files: how long, large and wide, of which format. Only indexes; the columns are the core's."""

    name = "file_traits"
    migrations = (
        f"""
    CREATE INDEX photo_length ON photo (duration, seq) WHERE duration IS NOT NULL;
    CREATE INDEX photo_shape ON photo ({SHAPE.format(p="")}, seq) WHERE width IS NOT NULL AND height IS NOT NULL;
    CREATE INDEX photo_selfie ON photo (seq) WHERE lens IS NOT NULL AND {SELFIE.format(lens="lens")};
    CREATE INDEX photo_captioned ON photo (seq) WHERE coalesce(caption, '') <> '';
    CREATE INDEX photo_stars ON photo (coalesce(rating, 0), seq) WHERE rating IS NOT NULL;
    CREATE INDEX original_format ON original (format, photo_id) WHERE gone IS NULL AND role = 'main';
    CREATE INDEX original_weight ON original (size, photo_id) WHERE gone IS NULL AND role = 'main';
    CREATE INDEX original_edit ON original (photo_id) WHERE role = 'edit' AND gone IS NULL;
        """,
    )
