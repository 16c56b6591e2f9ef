"""What walks passed over, as `haven status` and `haven doctor` say it."""

from collections.abc import Iterator, Sequence
from typing import Any

from haven_fs.catalog.skipped import Skipped
from haven_fs.cli import options
from haven_fs.library.leavings import ADVICE, REASONS


def as_json(found: Sequence[Skipped]) -> list[dict[str, Any]]:
    """Return what was passed over as --json prints it."""
    return [{**one._asdict(), "words": REASONS[one.reason]} for one in found]


def lines(found: Sequence[Skipped], *, advice: bool) -> Iterator[str]:
    """Give the lines for people, none if nothing was passed over; `advice`: with an example, and what to do."""
    if not found:
        return
    yield "Passed over, as it is nobody's photo:" if advice else "Passed over (`haven doctor` says where):"
    for one in found:
        counts = [(one.files, "file"), (one.folders, "folder")]
        said = " and ".join(options.counted(*count) for count in counts if count[0])
        yield f"  {said}: {REASONS[one.reason]}" + (f", as in {one.example}" if advice else "")
        if advice and one.reason in ADVICE:
            yield f"      {ADVICE[one.reason]}"
