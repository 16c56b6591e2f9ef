"""The data folder and its haven.toml: every setting has a name, a default and a sentence of help.

Plugins declare settings of their own by the hook `haven_settings`; `haven doctor` shows them all with their values.
"""

import logging
import os
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import platformdirs

from haven_fs.errors import UserError

logger = logging.getLogger(__name__)

Settings = Mapping[str, Any]
"""Setting names such as "language" and "index.workers" to their values."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting: `name` is "section.key" in haven.toml, or a key above all sections.

    `default` is of the type that it must have. `least`: the lowest number it may be. `demo`: what `haven demo` sets it
    to, in a data folder of its own.
    """

    name: str
    default: bool | int | float | str | list[str]
    help: str
    least: float | None = None
    demo: bool | int | float | str | None = None


_KINDS = {bool: "true or false", int: "a whole number", float: "a number", str: "text in quotes", list: "a list"}

CORE_SETTINGS = (
    Setting(
        "language",
        "en",
        "Your language, such as de or pt-BR: for the names of countries and cities, and for phrases to search for.",
    ),
    Setting("index.workers", 0, "How many processes read photos; 0 means one per processor core.", 0),
    Setting(
        "index.rescan_minutes",
        60,
        "Minutes between full checks of every library for changes that its disk did not report.",
        1,
    ),
    Setting(
        "tree.split_above", 2000, "A smart folder with more photos than this is split into years, months and days.", 1
    ),
    Setting("tree.looks", True, "Show /Small and /TV: the whole drive again as small JPEGs, and as every TV can show."),
    Setting(
        "tree.covers",
        False,
        "Show a picture of each folder of photos in it, folder.jpg: a person's face, an album's first photo.",
    ),
    Setting("tree.recent_photos", 500, "How many photos Recent shows.", 0),
    Setting(
        "inbox.template",
        "{year}/{year}-{month}",
        "The folder of the inbox for photos that were put into an album, a person or another smart folder; {year},"
        " {month} and {day} are when the photo was taken.",
    ),
    Setting("removed.days", 30, "How many days files deleted from a writable library stay in Recently Removed.", 1),
    Setting(
        "verify.days",
        90,
        "Days after which `haven serve` reads each photo whole again, when nothing else is to be done, to see whether"
        " the disk still has it as it was; 0 means never.",
        0,
    ),
    Setting(
        "vectors.chroma",
        "embedded",
        'The index for libraries of more than 10,000 photos: "embedded", "off", or the address of a Chroma server.',
    ),
    Setting(
        "renditions.percent", 2.0, "Size of the store of small pictures, in percent of your photos and videos.", 0.0
    ),
    Setting("renditions.least_megabytes", 64, "Megabytes that the store of small pictures may have in any case.", 0),
    Setting(
        "renditions.workers", 0, "How many processes make small pictures; 0 means one per two cores, at least one.", 0
    ),
    Setting("serve.threads", 48, "How many requests can be answered at the same time.", 1),
    Setting(
        "serve.allow_basic",
        False,
        "Accept passwords sent unencrypted (Basic without TLS). Only for a network you trust.",
    ),
)


def default_data_dir() -> Path:
    """Return the platform's folder for Haven's data, or HAVEN_DATA if that is set."""
    return Path(os.environ.get("HAVEN_DATA") or platformdirs.user_data_dir("haven-fs", appauthor=False))


def default_cache_dir() -> Path:
    """Return the platform's folder for what can be made again, or HAVEN_CACHE if that is set."""
    return Path(os.environ.get("HAVEN_CACHE") or platformdirs.user_cache_dir("haven-fs", appauthor=False))


def load_settings(data_dir: Path, declared: Iterable[Setting], *, lenient: bool = False) -> dict[str, Any]:
    """Read haven.toml in `data_dir` and fill in defaults.

    Two keys are not settings: "data_dir" is the folder itself, "cache_dir" one that all data folders of this user share
    for what can be made again. It may be missing or read-only, and what lies there may go at any time. Both are str.

    Raises UserError, naming the line or the setting, if the file is not TOML, a value has the wrong type, or there is
    no such setting. `lenient`: the last is only logged, since it may be of a plugin that is left out.
    """
    path = data_dir / "haven.toml"
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        table = {}
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UserError(f"{path} cannot be read: {error}. Correct the file, or move it away.") from error
    given = {
        f"{section}.{key}" if key else section: value
        for section, keys in table.items()
        for key, value in (keys.items() if isinstance(keys, dict) else [("", keys)])
    }
    settings: dict[str, Any] = {"data_dir": str(data_dir), "cache_dir": str(default_cache_dir())}
    for setting in declared:
        value = given.pop(setting.name, setting.default)
        wanted = (int, float) if isinstance(setting.default, float) else type(setting.default)
        if not isinstance(value, wanted) or isinstance(value, bool) is not isinstance(setting.default, bool):
            raise UserError(
                f"{path}: {setting.name} must be {_KINDS[type(setting.default)]}, not {value!r}. {setting.help}"
            )
        if setting.least is not None and isinstance(value, int | float) and value < setting.least:
            raise UserError(f"{path}: {setting.name} must be at least {setting.least:g}, not {value!r}. {setting.help}")
        settings[setting.name] = value
    if given:
        unknown = f"{path}: there is no setting {', '.join(sorted(given))}. `haven doctor` lists all settings."
        astray = [key for name in sorted(given) if (key := name.rpartition(".")[2]) in settings]
        if astray:
            unknown += f" {astray[0]} belongs above the first [section] of the file."
        if not lenient:
            raise UserError(unknown)
        logger.warning("%s", unknown)
    return settings
