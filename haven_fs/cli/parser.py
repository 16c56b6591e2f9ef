"""The parser of `haven`: help grouped by what people want to do, and mistakes answered with a sentence.

argparse lists subcommands in one column and answers a mistake with its whole usage. Here the commands stand under
headings, and a mistake gets one line that names it, a guess at what was meant, and where to read on.
"""

import argparse
import re
import shutil
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from typing import Any, NoReturn

from haven_fs import __version__
from haven_fs.command import GROUPS, Command

TAGLINE = "Your photos as a network drive: a folder for every person, place, date and search."

_SENTENCES = (
    ("argument (.+?): expected (?:one|at least one) argument", "{} needs a value."),
    ("argument (.+?): not allowed with argument (.+)", "{} and {} cannot be used together."),
    ("argument (.+?): ignored explicit argument .+", "{} takes no value."),
    ("ambiguous option: (.+?) could match (.+)", "{} could mean {}: write it out."),
    ("argument (.+?): (.+)", "{}: {}."),
)
"""What argparse says, and what we say instead; what is not here is passed on as it is."""


class Parser(argparse.ArgumentParser):
    """An ArgumentParser that answers a mistake with one sentence and a pointer to its help; the status is 2."""

    def error(self, message: str) -> NoReturn:
        """Say what is wrong and exit with status 2."""
        self.exit(2, f"{self.prog}: {_in_words(message)}\n{self.where_to_read_on()}\n")

    def where_to_read_on(self) -> str:
        """Return the line that follows the sentence about a mistake."""
        return f"`{self.prog} --help` shows how to use it."

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> tuple[Any, list[str]]:
        """Parse, and refuse what nobody asked for here, where the command it was given to is known."""
        found, unknown = super().parse_known_args(args, namespace)
        if unknown:
            self.error(self._unknown(unknown))
        return found, unknown

    def _unknown(self, words: Sequence[str]) -> str:
        option = next((word for word in words if word.startswith("-")), None)
        if option is None:
            return f"One argument too many: `{words[0]}`."
        name = option.partition("=")[0]
        return f"No option `{name}`.{_guess(name, self._option_string_actions)}"

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        if action.choices is None or value in action.choices:
            return
        problem = f"No command `{value}`."
        if not isinstance(action, argparse._SubParsersAction):
            problem = f"`{value}` is none of {', '.join(map(str, action.choices))}."
        raise argparse.ArgumentError(None, f"{problem}{_guess(value, action.choices)}")


class HavenParser(Parser):
    """The parser of `haven` itself: its help lists the commands under the headings of their groups."""

    def __init__(self, commands: Mapping[str, Command]) -> None:
        super().__init__(prog="haven", description=TAGLINE, add_help=False)
        self._commands = commands
        self.add_argument("-h", "--help", action="help", help="show this help")
        self.add_argument("--version", action="version", version=f"haven {__version__}", help="show the version")
        verbs = self.add_subparsers(dest="command", metavar="COMMAND", parser_class=Parser)
        for command in commands.values():
            command.arguments(verbs.add_parser(command.name, help=command.help, description=command.help))

    def where_to_read_on(self) -> str:
        """Return the line that follows the sentence about a mistake."""
        return "`haven --help` lists all commands."

    def format_help(self) -> str:
        """Return the help, as wide as the terminal; commands in the order in which they were given."""
        width = max(shutil.get_terminal_size().columns - 2, 40)
        column = max(len(name) for name in (*self._commands, "-h, --help")) + 4
        parts = [textwrap.fill(TAGLINE, width), "Usage: haven COMMAND [OPTIONS]"]
        for group in GROUPS:
            rows = [(one.name, one.help) for one in self._commands.values() if one.group == group]
            if rows:
                parts.append(f"{group}:\n{_columns(rows, column, width)}")
        rows = [("-h, --help", "Show this help."), ("--version", "Show the version.")]
        parts.append(f"Options:\n{_columns(rows, column, width)}")
        parts.append("`haven COMMAND --help` explains a command. To look around, start with `haven demo`.")
        return "\n\n".join(parts) + "\n"


def _columns(rows: Iterable[tuple[str, str]], column: int, width: int) -> str:
    """Return names and what they mean, one below the other; long texts go on below themselves."""
    return "\n".join(
        textwrap.fill(text, width, initial_indent=f"  {name}".ljust(column), subsequent_indent=" " * column)
        for name, text in rows
    )


def _guess(word: str, known: Iterable[str]) -> str:
    """Return a question with the known word that was probably meant, or whose beginning was; "" if none is near."""
    near = {one[: len(word) + 1]: one for one in known} | {one: one for one in known}
    close = get_close_matches(word, near, 1, cutoff=0.7)
    return f" Did you mean `{near[close[0]]}`?" if close else ""


def _in_words(message: str) -> str:
    """Return what argparse says of a mistake as a sentence."""
    if missing := re.fullmatch("the following arguments are required: (.+)", message):
        names = missing[1].split(", ")
        if "|" in names[0]:
            return f"Say what to do: {_list(names[0].split('|'), 'or')}."
        return f"{_list(names, 'and')} {'is' if len(names) == 1 else 'are'} missing."
    if either := re.fullmatch("one of the arguments (.+) is required", message):
        return f"Give {_list(either[1].split(), 'or')}."
    for pattern, sentence in _SENTENCES:
        if found := re.fullmatch(pattern, message, re.DOTALL):
            return sentence.format(*found.groups())
    return message


def _list(words: Sequence[str], last: str) -> str:
    return f" {last} ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)
