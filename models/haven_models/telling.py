"""What `haven models list` says of how much search models find: for the owner's language, and as a table of all."""

from collections.abc import Sequence

from haven_models.recall import FIGURES, LANGUAGES, MEASURED, cost, language_of, recall, recommended
from haven_models.registry import ENTRIES, Entry

_ANY = float("inf")
_TABLE = "haven models list --languages"


def advice(language: str) -> Sequence[str]:
    """Return which model to fetch for searching in a language, as lines; the code is as in the setting `language`."""
    called = LANGUAGES.get(language_of(language))
    best, dear = recommended(language), recommended(language, most=_ANY)
    if called is None or best is None or dear is None:
        return [f"How much models find in your language ({language}) is not published. For others: {_TABLE}"]
    lines = [f"To search in {called}: haven models pull {best.tier or best.name}", f"    {_why(best, language)}"]
    if dear.name != best.name:
        lines.append(f"If it may take longer: haven models pull {dear.tier or dear.name}\n    {_why(dear, language)}")
    return [*lines, f"Figures: {MEASURED}. All of them: {_TABLE}"]


def _why(entry: Entry, language: str) -> str:
    return f"{entry.name} {found(entry.name, language)}."


def found(name: str, language: str) -> str:
    """Return in words how much a model finds in a language and in English, and what it costs; unknown is said so."""
    codes = [code for code in dict.fromkeys((language_of(language), "en")) if code in LANGUAGES]
    if name not in FIGURES:
        return "finds: unknown, nobody has published it"
    parts = [f"{_percent(recall(name, code))} in {LANGUAGES[code]}" for code in codes]
    times = cost(name)
    slower = f"; takes {times:.1f} times as long as the default" if times is not None and abs(times - 1) >= 0.1 else ""
    return f"finds {', '.join(parts)}{slower}"


def table() -> list[str]:
    """Return how much each model finds in each language, as lines of a table."""
    models = [entry for entry in ENTRIES if entry.task == "clip" and entry.name in FIGURES]
    letters = dict(zip((one.name for one in models), "ABCDEFGHIJ", strict=False))
    lines = [f"In percent: {MEASURED}.", ""]
    for one in models:
        times = cost(one.name)
        lines.append(f"{letters[one.name]}  {one.name}: licence {one.licence.spdx}, time {times:.1f}")
    lines += ["", f"{'':16}{''.join(f'{letter:>7}' for letter in letters.values())}".rstrip()]
    for code, called in LANGUAGES.items():
        best = recommended(code)
        cells = (_cell(recall(one.name, code), is_best=one is best) for one in models)
        lines.append(f"{called:11}{code:>5}{''.join(cells)}".rstrip())
    return [
        *lines,
        "",
        "*  finds most of those that are free for any use and take about as long as the default (time 1.0).",
        "-  not published, so little can be expected.",
    ]


def _cell(value: float | None, *, is_best: bool) -> str:
    return f"{'-' if value is None else f'{value:.1f}':>7}" if not is_best else f"{f'*{value:.1f}':>7}"


def _percent(value: float | None) -> str:
    return "an unknown share" if value is None else f"{value:.1f} %"
