"""The data folder and its haven.toml: every setting has a name, a default and a sentence of help.

Plugins declare settings of their own by the hook `haven_settings`; `haven doctor` shows them all with their values.
"""

import logging
import math
import os
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import platformdirs

from haven_fs.errors import UserError, why

logger = logging.getLogger(__name__)

Settings = Mapping[str, Any]
"""Setting names such as "language" and "index.workers" to their values."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting: `name` is "section.key" in haven.toml, or a key above all sections.

    `default` is of the type that it must have; a list is one of texts. `least` and `most`: the lowest and the highest
    number it may be. `demo`: what `haven demo` sets it to, in a data folder of its own. `wrong`: what returns what is
    wrong with a value, such as "must begin with a letter", or None; it is asked of values other than the default.
    """

    name: str
    default: bool | int | float | str | list[str]
    help: str
    least: float | None = None
    demo: bool | int | float | str | None = None
    most: float = 1e9
    wrong: Callable[[Any], str | None] | None = None

    def check(self, value: Any) -> str | None:
        """Return what is wrong with a value from haven.toml, such as "must be at least 1"; None if nothing is."""
        wanted = (int, float) if isinstance(self.default, float) else type(self.default)
        if not isinstance(value, wanted) or isinstance(value, bool) is not isinstance(self.default, bool):
            return f"must be {_KINDS[type(self.default)]}"
        if isinstance(value, list) and not all(isinstance(one, str) for one in value):
            return f"must be {_KINDS[list]}"
        if isinstance(value, int | float) and not isinstance(value, bool):
            if value != value or value in (math.inf, -math.inf):
                return "must be a finite number"
            if self.least is not None and value < self.least:
                return f"must be at least {self.least:g}"
            if value > self.most:
                return f"must be at most {self.most:g}"
        return self.wrong(value) if self.wrong is not None and value != self.default else None


def one_of(*texts: str) -> Callable[[str], str | None]:
    """Return what a setting is checked by that must be one of some texts."""
    return lambda text: None if text in texts else f"must be one of {', '.join(map(repr, texts))}"


def _unknown_language(text: str) -> str | None:
    from babel import Locale  # which is slow to load

    base = text.strip().replace("_", "-").partition("-")[0].lower()
    known = not text or base in Locale("en").languages
    return None if known else 'must be a language, such as "de" or "pt-BR"'


_KINDS = {
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    str: "text in quotes",
    list: "a list of texts",
}

_SHOWN = 60
"""Letters of a value that are shown where it is wrong."""

CORE_SETTINGS = (
    Setting(
        "language",
        "en",
        "Your language, such as de or pt-BR: for the names of countries and cities, and for phrases to search for.",
        wrong=_unknown_language,
    ),
    Setting("index.workers", 0, "How many processes read photos; 0 means one per processor core.", 0, most=1000),
    Setting(
        "index.rescan_minutes",
        60,
        "Minutes between full checks of every library for changes that its disk did not report.",
        1,
        most=525_600,
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
        "removed.days",
        30,
        "How many days files deleted from a writable library stay in Recently Removed.",
        1,
        most=36_500,
    ),
    Setting(
        "verify.days",
        90,
        "Days after which `haven serve` reads each photo whole again, when nothing else is to be done, to see whether"
        " the disk still has it as it was; 0 means never.",
        0,
        most=36_500,
    ),
    Setting(
        "vectors.chroma",
        "embedded",
        'The index for libraries of more than 10,000 photos: "embedded", "off", or the address of a Chroma server.',
    ),
    Setting(
        "renditions.percent",
        2.0,
        "Size of the store of small pictures, in percent of your photos and videos.",
        0.0,
        most=100,
    ),
    Setting("renditions.least_megabytes", 64, "Megabytes that the store of small pictures may have in any case.", 0),
    Setting(
        "renditions.workers",
        0,
        "How many processes make small pictures; 0 means one per two cores, at least one.",
        0,
        most=1000,
    ),
    Setting("serve.threads", 48, "How many requests can be answered at the same time.", 1, most=1000),
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
    except (OSError, ValueError, RecursionError) as error:
        # The parser's own words are about the line, those about bytes are for programmers.
        reason = str(error) if isinstance(error, tomllib.TOMLDecodeError) else why(error, "TOML, as UTF-8")
        raise UserError(f"{path} cannot be read: {reason}. Correct the file, or move it away.") from error
    given = {
        f"{section}.{key}" if key else section: value
        for section, keys in table.items()
        for key, value in (keys.items() if isinstance(keys, dict) else [("", keys)])
    }
    settings: dict[str, Any] = {"data_dir": str(data_dir), "cache_dir": str(default_cache_dir())}
    for setting in declared:
        value = given.pop(setting.name, setting.default)
        if (wrong := setting.check(value)) is not None:
            given_as = repr(value) if len(repr(value)) <= _SHOWN else f"{repr(value)[:_SHOWN]}..."
            raise UserError(f"{path}: {setting.name} {wrong}; it is {given_as}. {setting.help}")
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
