"""A command of `haven`: its name, a line of help, its arguments and what it does."""

from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from dataclasses import dataclass

GROUPS = ("Start", "Photos", "Corrections", "Care")
"""The headings of `haven --help`, in their order."""


@dataclass(frozen=True, slots=True)
class Command:
    """One command.

    `help` is one sentence. `arguments` adds to a parser; what it puts into `parser.epilog` is shown below the options
    and in docs/reference.md. `run` does the work and returns the exit status, or raises UserError. `group` is the
    heading under which `haven --help` lists the command; one that is not in GROUPS raises ValueError.
    """

    name: str
    help: str
    arguments: Callable[[ArgumentParser], None]
    run: Callable[[Namespace], int]
    group: str = "Photos"

    def __post_init__(self) -> None:
        if self.group not in GROUPS:
            raise ValueError(f"the group of command {self.name} is {self.group!r}, not one of {', '.join(GROUPS)}")
