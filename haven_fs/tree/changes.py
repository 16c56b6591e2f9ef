"""The words for what the core itself notes."""

from collections.abc import Sequence

from haven_fs.catalog.history import KIND
from haven_fs.catalog.wording import Words
from haven_fs.hook import hookimpl


@hookimpl
def haven_words() -> Sequence[Words]:
    """Say how what any folder may note is put."""
    return [
        Words(KIND, "{changes} undone"),
        Words("folder made", "New folder {name} in {folder}"),
        Words("written here", "{photo} is in {folder} as {name}", "{photos} are in {folder} by other names"),
        Words(
            "not asked again",
            "The {question} of {photo} is not asked any more",
            "The {question} of {photos} is not asked any more",
        ),
    ]
