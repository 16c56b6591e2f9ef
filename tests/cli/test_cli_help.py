"""The front door: `haven --help` in groups, and what is said about arguments that are wrong."""

import re
import subprocess

import pytest
from helpers.serving import HAVEN, environment

from haven_fs import __version__
from haven_fs.cli import COMMANDS, main, module_of
from haven_fs.cli.parser import TAGLINE, HavenParser
from haven_fs.command import GROUPS, Command
from haven_fs.plugins import Plugins


def run(*arguments: str, columns: int = 80) -> subprocess.CompletedProcess[str]:
    variables = {**environment(), "COLUMNS": str(columns)}
    return subprocess.run([*HAVEN, *arguments], capture_output=True, text=True, timeout=60, env=variables, check=False)


def test_without_arguments_it_shows_its_help():
    shown = run()
    assert (shown.returncode, shown.stderr) == (0, "")
    assert shown.stdout == run("--help").stdout == run("-h", "serve").stdout


def test_help_has_every_command_once_in_a_group():
    text = run("--help").stdout
    assert text.startswith(TAGLINE.partition(":")[0])
    headings = re.findall(r"^(\w+):$", text, re.MULTILINE)
    assert headings == [*GROUPS, "Options"]
    listed = re.findall(r"^  ([\w-]+) {2,}[A-Z]", text, re.MULTILINE)
    assert sorted(listed) == sorted([*COMMANDS, *Plugins().commands(), "--version"])
    start = text.partition("Start:")[2].partition("Photos:")[0]
    assert re.findall(r"^  ([\w-]+)", start, re.MULTILINE) == ["demo", "serve", "index", "libraries", "users", "models"]


@pytest.mark.parametrize("columns", [50, 80, 200])
def test_help_is_as_wide_as_the_terminal(columns: int):
    lines = run("--help", columns=columns).stdout.splitlines()
    assert max(len(line) for line in lines if not line.startswith("`haven COMMAND")) <= columns
    texts = re.findall(r"^ {2,}(?:[\w-]+ {2,})?(\S.*)$", "\n".join(lines), re.MULTILINE)
    assert "Correct the clock or time zone of a camera's photos." in " ".join(texts)


def test_every_command_is_explained_in_one_sentence():
    commands = {**Plugins().commands(), **{name: command(name) for name in COMMANDS}}
    for one in commands.values():
        assert re.fullmatch(r"[A-Z][^.]+\.", one.help), one.name
        assert len(one.help) <= 80, one.name


def command(name: str) -> Command:
    return __import__(module_of(name), fromlist=["COMMAND"]).COMMAND


def test_a_group_must_be_one_there_is():
    with pytest.raises(ValueError, match="'Elsewhere', not one of Start, Photos, Corrections, Care"):
        Command("x", "X.", lambda parser: None, lambda args: 0, "Elsewhere")


def test_a_group_without_commands_has_no_heading():
    only = Command("x", "Do x.", lambda parser: None, lambda args: 0, "Care")
    assert re.findall(r"^(\w+):$", HavenParser({"x": only}).format_help(), re.MULTILINE) == ["Care", "Options"]


def test_the_version():
    assert run("--version").stdout == f"haven {__version__}\n"


@pytest.mark.parametrize(
    ("arguments", "sentence", "program"),
    [
        ("serv", "No command `serv`. Did you mean `serve`?", "haven"),
        ("stauts", "No command `stauts`. Did you mean `status`?", "haven"),
        ("frobnicate", "No command `frobnicate`.", "haven"),
        ("models add DIR", "`DIR` is none of clip, faces.", "haven models add"),
        ("--verison", "No option `--verison`. Did you mean `--version`?", "haven"),
        ("libraries lst", "No command `lst`. Did you mean `list`?", "haven libraries"),
        ("libraries", "Say what to do: list, remove or set.", "haven libraries"),
        ("libraries remove", "NAME is missing.", "haven libraries remove"),
        ("libraries list --jsn", "No option `--jsn`. Did you mean `--json`?", "haven libraries list"),
        ("libraries set x --writable --read-only", "--read-only and --writable cannot be used together.",
         "haven libraries set"),
        ("index --acept", "No option `--acept`. Did you mean `--accept-missing`?", "haven index"),
        ("index --frobnicate", "No option `--frobnicate`.", "haven index"),
        ("info", "FILE is missing.", "haven info"),
        ("status here", "One argument too many: `here`.", "haven status"),
        ("status --data", "--data needs a value.", "haven status"),
        ("serve --port many", "--port: give a port number from 0 to 65535, not `many`.", "haven serve"),
        ("serve --no-auth=1", "--no-auth takes no value.", "haven serve"),
        ("serve --tls-", "--tls- could mean --tls-cert, --tls-key: write it out.", "haven serve"),
        ("log --limit 0", "--limit: give a whole number of 1 or more, not `0`.", "haven log"),
        ("log --since noon", "--since: give a time such as 2024-07-31T18:30, or 20m for 20 minutes ago, not `noon`.",
         "haven log"),
        ("taken", "WHEN and FILE are missing.", "haven taken"),
        ("places name Home", "Give --at or --of.", "haven places name"),
        ("places name Home --at here", "--at: give latitude and longitude, such as 52.5163,13.3777, not `here`.",
         "haven places name"),
        ("models add clp x", "`clp` is none of clip, faces. Did you mean `clip`?", "haven models add"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_in_one_line(
    arguments: str, sentence: str, program: str, capsys: pytest.CaptureFixture[str]
):
    with pytest.raises(SystemExit) as left:
        main(arguments.split())
    more = "`haven --help` lists all commands." if program == "haven" else f"`{program} --help` shows how to use it."
    assert (left.value.code, *capsys.readouterr()) == (2, "", f"{program}: {sentence}\n{more}\n")
