"""What models exist and which are here: the registry, the store on disk, and loading them.

Importing it costs nothing: every library that computes is loaded with the first model that needs it.
"""

from collections.abc import Sequence

from haven_fs import Command, hookimpl


@hookimpl
def haven_commands() -> Sequence[Command]:
    """Bring `haven models`."""
    from haven_models import command

    return [
        Command("models", "Show, fetch, add or remove models for search by meaning.", command.arguments, command.run)
    ]
