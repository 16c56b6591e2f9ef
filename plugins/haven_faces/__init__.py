"""People: finds faces, groups them, and makes a folder of each person that naming is renaming.

Without a model for faces it still shows the people whom other programs named in the photos.
"""

from collections.abc import Sequence

from haven_faces.analyzer import FacesAnalyzer
from haven_faces.command import COMMAND
from haven_faces.facet import PeopleFacet
from haven_faces.folders import PEOPLE, UNKNOWN
from haven_faces.keeper import FaceKeeper
from haven_faces.maybe import MAYBE
from haven_faces.model import SETTINGS, chosen_faces, problems
from haven_faces.names import NamesAnalyzer
from haven_faces.people import WORDS
from haven_faces.sidecars import NamesInSidecars
from haven_faces.spoken import CompanyInPhrases, PeopleInPhrases
from haven_fs import (
    Analyzer,
    Command,
    Facet,
    Follower,
    Setting,
    Settings,
    SidecarSource,
    SmartFolder,
    SpokenFacet,
    Words,
    hookimpl,
)


@hookimpl
def haven_settings() -> Sequence[Setting]:
    """Bring which model, and when a group of faces is a person."""
    return (
        *SETTINGS,
        Setting("people.smallest", 3, "How many photos a face must appear in to get a folder of its own.", 1),
        Setting(
            "people.least_quality", 0.3, "How clear a face must be, from 0 to 1, to appear in Review.", 0.0, most=1
        ),
    )


@hookimpl
def haven_analyzers(settings: Settings) -> Sequence[Analyzer]:
    """Bring the analyzer of names in files, and that of faces if there is a model."""
    model = chosen_faces(settings)
    return [NamesAnalyzer(), *([FacesAnalyzer(model)] if model is not None else [])]


@hookimpl
def haven_facets() -> Sequence[Facet]:
    """Bring the tables of people and faces."""
    return [PeopleFacet()]


@hookimpl
def haven_followers(settings: Settings) -> Sequence[Follower]:
    """Bring what groups faces."""
    return [FaceKeeper(settings)]


@hookimpl
def haven_smart_folders() -> Sequence[SmartFolder]:
    """Bring /People, /Review/Unknown faces and /Review/Maybe."""
    return [PEOPLE, UNKNOWN, MAYBE]


@hookimpl
def haven_commands() -> Sequence[Command]:
    """Bring `haven people`."""
    return [COMMAND]


@hookimpl
def haven_sidecars() -> Sequence[SidecarSource]:
    """Bring what sidecars say of people."""
    return [NamesInSidecars()]


@hookimpl
def haven_phrases() -> Sequence[SpokenFacet]:
    """Bring how phrases speak of people."""
    return [PeopleInPhrases(), CompanyInPhrases()]


@hookimpl
def haven_words() -> Sequence[Words]:
    """Say how what is said about people is put."""
    return WORDS


@hookimpl
def haven_hints(settings: Settings) -> Sequence[str]:
    """Say how to get a model, if there is none."""
    if chosen_faces(settings) is not None or problems(settings):
        return []
    return ["To have people found by their faces, get a model: haven models list"]


@hookimpl
def haven_problems(settings: Settings) -> Sequence[str]:
    """Say why the model that was chosen cannot be used."""
    return problems(settings)
