"""docs/reference.md, made from the commands and settings themselves so that it cannot lag behind them.

    python -m haven_fs.cli.reference > docs/reference.md

Only what belongs to Haven is in it, whatever other plugins are installed.
"""

import argparse
import importlib.metadata
import json
import textwrap
from collections.abc import Sequence
from importlib import import_module

from haven_fs.cli import COMMANDS, module_of
from haven_fs.command import GROUPS, Command
from haven_fs.config import Setting
from haven_fs.plugins import Plugins

_HEAD = """# Reference

<!-- Made by `python -m haven_fs.cli.reference`. Do not edit: change the help of the command or setting instead. -->

Every command, option and setting of Haven FS. [guide.md](guide.md) shows how to use them.

[Commands](#commands) · [Settings](#settings) · [Environment variables](#environment-variables)

## Commands

`haven --help` lists the commands, `haven COMMAND --help` explains one, and `haven --version` shows the version. Every
command takes `--data DIR`, the data folder to work on; without it, that is the platform's data folder, or what
`HAVEN_DATA` says.

The exit status is 0 if all is well, 1 after a sentence about what is wrong, and 2 if the arguments are wrong.
"""
_SETTINGS = """
## Settings

Settings are read from `haven.toml` in the data folder when a command starts. Write that file only if you want other
values than these. The part of a name before the dot is the section; names without a dot come first, above all sections:

```toml
language = "de"

[tree]
recent_photos = 200
```

`haven doctor` shows every setting with its value, including those of plugins. A setting that is misspelt or of the
wrong kind is an error that names it.

| setting | default | meaning |
|---|---|---|
"""
_ENVIRONMENT = """
## Environment variables

| variable | meaning |
|---|---|
| `HAVEN_DATA` | the data folder, if `--data` is not given |
| `HAVEN_CACHE` | the folder for what can be made again, such as the table of places |
| `HAVEN_MODELS` | the folder of models, which several data folders may share; by default `models` in the data folder |
| `HAVEN_TEXT` | `off`: the words in pictures are not read, whatever `text.read` says |
| `HAVEN_MODEL_HOST` | the `https://` address of a mirror to fetch models from |
"""


_EVERYWHERE = ("help", "data")
"""Options that every command has, which are said once."""


def reference() -> str:
    """Return the whole text of docs/reference.md."""
    plugins = Plugins(only=own_plugins())
    core = {name: import_module(module_of(name)).COMMAND for name in COMMANDS}
    commands = [*core.values(), *plugins.commands().values()]
    parts = [_HEAD]
    for group in GROUPS:
        parts.append(f"\n### {group}\n")
        parts += [_command(one) for one in commands if one.group == group]
    parts += [_SETTINGS, *map(_setting, plugins.settings()), _ENVIRONMENT]
    return "".join(parts)


def own_plugins() -> list[str]:
    """Return the entry points of the plugins that come with Haven."""
    ours = importlib.metadata.distribution("haven-fs").entry_points
    return [entry.name for entry in ours if entry.group == "haven_fs"]


def _command(command: Command) -> str:
    parser = argparse.ArgumentParser()
    command.arguments(parser)
    name = f"haven {command.name}"
    lines = [f"\n#### {name}\n", command.help]
    verbs = next((action for action in parser._actions if isinstance(action, argparse._SubParsersAction)), None)
    if verbs is None:
        lines += ["", f"    {_usage(name, parser)}"]
        rows = [_row(action) for action in parser._actions if action.dest not in _EVERYWHERE]
    else:
        helps = {action.dest: action.help or "" for action in verbs._choices_actions}
        lines += ["", "| verb | what it does |", "|---|---|"]
        lines += [_cells(f"`{_usage(f'{name} {verb}', one)}`", helps[verb]) for verb, one in verbs.choices.items()]
        shared = {action.dest for action in parser._actions}
        rows = [
            _row(action, f"`{verb}`: ")
            for verb, one in verbs.choices.items()
            for action in one._actions
            if action.dest not in shared
        ]
        rows += [_row(action) for action in parser._actions if action.dest not in (*_EVERYWHERE, verbs.dest)]
    if rows:
        lines += ["", "| argument | meaning |", "|---|---|", *rows]
    if parser.epilog:
        lines += ["", textwrap.fill(parser.epilog, 120, break_long_words=False, break_on_hyphens=False)]
    return "\n".join(lines) + "\n"


def _usage(name: str, parser: argparse.ArgumentParser) -> str:
    """Return a command with what it must be given: `haven libraries remove NAME`."""
    needed = [_shown(action) for action in parser._actions if action.required and action.option_strings]
    words = [_shown(action) for action in parser._actions if not action.option_strings]
    optional = any(
        action.option_strings and action.dest != "help" and not action.required for action in parser._actions
    )
    return " ".join([name, *words, *needed, *["[OPTIONS]"] * optional])


def _shown(action: argparse.Action) -> str:
    """Return an argument as it is written: `FILE...`, `--json`, `--limit N`."""
    value = str(action.metavar or action.dest.upper())
    if action.option_strings:
        return ", ".join(action.option_strings) + (f" {value}" if action.nargs != 0 else "")
    return {"?": f"[{value}]", "*": f"[{value}...]", "+": f"{value}..."}.get(str(action.nargs), value)


def _row(action: argparse.Action, whose: str = "") -> str:
    return _cells(f"`{_shown(action)}`", f"{whose}{action.help}")


def _cells(*texts: str) -> str:
    return f"| {' | '.join(text.replace('|', chr(92) + '|') for text in texts)} |"


def _setting(setting: Setting) -> str:
    return _cells(f"`{setting.name}`", f"`{json.dumps(setting.default)}`", setting.help) + "\n"


def main(argv: Sequence[str] | None = None) -> None:
    """Print the page; takes no arguments."""
    argparse.ArgumentParser(description="Print docs/reference.md.").parse_args(argv)
    print(reference(), end="")


if __name__ == "__main__":
    main()
