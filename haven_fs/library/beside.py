"""What lies beside a photo says of it: sidecars of every format, in the one vocabulary of XMP.

A format is a reader here and a signature in haven_fs.library.kinds; analyzers never learn which program wrote what.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

from haven_fs.library.cameranotes import parse_dji, parse_sony
from haven_fs.library.exiftoolnotes import parse_exiftool
from haven_fs.library.folding import fold
from haven_fs.library.googlenotes import parse_album, parse_google
from haven_fs.library.headers import Values, aspect_of
from haven_fs.library.osxphotosnotes import parse_osxphotos
from haven_fs.library.photoprismnotes import parse_photoprism
from haven_fs.library.xmp import LONGEST_PACKET, parse_xmp
from haven_fs.library.xmp_texts import Wrote

Reader = Callable[[bytes, list[str]], Values]
"""Reads a sidecar's bytes, at most LONGEST + 1 of them; puts what is wrong into sentences and never raises for it."""

LONGEST = LONGEST_PACKET
"""Bytes: no program that describes a photo comes near."""

NOTHING: Mapping[str, str] = {}

READERS: Mapping[str, Reader] = {
    "xmp": parse_xmp,
    "google": parse_google,
    "osxphotos": parse_osxphotos,
    "exiftool": parse_exiftool,
    "photoprism": parse_photoprism,
    "sony": parse_sony,
    "dji": parse_dji,
}
"""By the format that `kinds.sniff` gives. Of any other sidecar only that it is there is of use."""

OF_FOLDERS: Mapping[str, Callable[[str, bytes, list[str]], Values]] = {"googlealbum": parse_album}
"""Readers of what is said of all photos in a folder, which get the folder's name first."""


def read_sidecar(path: Path, form: str, problems: list[str]) -> Values:
    """Read one sidecar of a format; empty if it cannot be read, with a sentence in `problems`."""
    reader = partial(OF_FOLDERS[form], path.parent.name) if form in OF_FOLDERS else READERS.get(form)
    if reader is None:
        return {}
    try:
        with path.open("rb") as file:
            data = file.read(LONGEST + 1)
    except OSError as error:
        problems.append(f"The sidecar {path.name} cannot be read: {error.strerror}.")
        return {}
    return reader(data, problems)


def read_beside(
    name: str, sidecars: Sequence[tuple[Path, str]], problems: list[str], own: Mapping[str, str] = NOTHING
) -> Values:
    """Return what the sidecars of the photo whose main file is called `name` say; each is a path and a format.

    What its folder says counts least.

    `own`: what this catalog had Haven write into some, by their names, as Wrote.dumps has it. That says nothing new:
    the catalog knows it, or it was taken back.

    Where several speak of one thing, the one that names the file in full counts: `i.jpg.xmp` before `i.xmp`; of those,
    XMP, which is written where somebody works with photos, before what a service exported. What only makes sense
    together, such as a latitude and a longitude, comes from one of them.
    """
    found: Values = {}
    whose: dict[str, Path] = {}
    full = fold(name)

    def rank(one: tuple[Path, str]) -> tuple[bool, bool, bool, str]:
        its = fold(one[0].name)
        return one[1] in OF_FOLDERS, not its.startswith(full), one[1] != "xmp", its

    for path, form in sorted(sidecars, key=rank):
        values = read_sidecar(path, form, problems)
        if wrote := own.get(path.name):
            values = Wrote.loads(wrote).without(values)
        for key, value in values.items():
            if whose.setdefault(aspect_of(key), path) == path:
                found[key] = value
    return found
