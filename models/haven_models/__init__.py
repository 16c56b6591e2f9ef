"""Which models exist and which are installed: the registry, the store on disk, and loading them.

Importing it costs nothing: every library that computes is loaded with the first model that needs it.
"""

from collections.abc import Sequence

from haven_fs import Command, hookimpl


@hookimpl
def haven_commands() -> Sequence[Command]:
    """Bring `haven models`."""
    from haven_models import command

    return [
        Command(
            "models",
            "List, fetch and choose the models that recognise pictures and faces.",
            command.arguments,
            command.run,
            group="Start",
        )
    ]
