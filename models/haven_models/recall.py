"""How well search models find pictures, language by language: published figures, and the model they speak for.

The figures are Immich's, from the page "Searching" of its documentation (docs/docs/features/searching.md in
immich-app/immich, as of commit 01a09bb36ba0): pictures of Crossmodal-3600 found by what people wrote about them in 36
languages; the mean of recall@1, recall@5 and recall@10, in percent. Where that page names no figure there is none here,
which for models that know one language means that they are of little use in the others. `milliseconds` are the page's
too, for a picture and a text on one fast processor; as a ratio they say what a model costs beside another one.

Of the NLLB models only the English figure is taken over: in other languages they must be told which one a text is in,
which Haven does not do.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from haven_models.registry import ENTRIES, Entry, find_entry

MEASURED = "mean of recall at 1, 5 and 10 on Crossmodal-3600, published by Immich"
"""What the figures are, and whose."""
SAME_COST = 1.2
"""A model that takes at most this many times as long as the usual one costs about the same."""

LANGUAGES = {
    "en": "English", "ar": "Arabic", "bn": "Bengali", "zh": "Chinese", "hr": "Croatian", "cs": "Czech",
    "da": "Danish", "nl": "Dutch", "fil": "Filipino", "fi": "Finnish", "fr": "French", "de": "German", "el": "Greek",
    "he": "Hebrew", "hi": "Hindi", "hu": "Hungarian", "id": "Indonesian", "it": "Italian", "ja": "Japanese",
    "ko": "Korean", "nb": "Norwegian", "fa": "Persian", "pl": "Polish", "pt": "Portuguese", "ro": "Romanian",
    "ru": "Russian", "es": "Spanish", "sv": "Swedish", "th": "Thai", "tr": "Turkish", "uk": "Ukrainian",
    "vi": "Vietnamese",
}  # fmt: skip
"""The languages that there are figures for, by their codes."""
_SAME_LANGUAGE = {"no": "nb", "nn": "nb", "iw": "he", "in": "id", "tl": "fil"}


@dataclass(frozen=True, slots=True)
class Figures:
    """What is published of one model: its time a picture, and by language its recall in percent."""

    milliseconds: float
    percent: Mapping[str, float] = field(default_factory=dict)


FIGURES: Mapping[str, Figures] = {
    "ViT-B-32__laion2b-s34b-b79k": Figures(
        2.29, {"en": 68.78, "nl": 29.54, "fr": 56.08, "de": 36.6, "it": 33.8, "pt": 32.62, "es": 42.5}
    ),
    "ViT-B-32-SigLIP2-256__webli": Figures(3.31, {
        "en": 73.15, "ar": 60.7, "zh": 62.56, "hr": 53.3, "cs": 54.31, "da": 67.2, "nl": 72.72, "fil": 22.69,
        "fi": 40.06, "fr": 82.27, "de": 84.44, "el": 53.24, "he": 58.49, "hi": 27.08, "hu": 56.74, "id": 77.02,
        "it": 81.81, "ja": 55.31, "ko": 67.54, "nb": 60.94, "fa": 65.16, "pl": 70.34, "pt": 74.82, "ro": 56.54,
        "ru": 81.59, "es": 78.99, "sv": 64.86, "th": 35.28, "tr": 64.76, "uk": 63.95, "vi": 77.73,
    }),
    "XLM-Roberta-Base-ViT-B-32__laion5b_s13b_b90k": Figures(3.2, {
        "en": 68.33, "ar": 59.66, "zh": 72.52, "hr": 72.69, "cs": 61.01, "da": 75.07, "nl": 70.81, "fi": 63.08,
        "fr": 79.65, "de": 81.63, "el": 64.69, "he": 72.73, "hi": 32.06, "hu": 72.5, "id": 74.15, "it": 77.31,
        "ja": 81.19, "ko": 65.44, "nb": 67.81, "fa": 68.55, "pl": 73.69, "pt": 73.02, "ro": 77.92, "ru": 80.56,
        "es": 75.01, "sv": 66.93, "th": 66.03, "tr": 69.19, "uk": 76.31, "vi": 75.18,
    }),
    "ViT-B-16-SigLIP2__webli": Figures(5.81, {
        "en": 75.19, "ar": 61.71, "zh": 64.39, "hr": 54.31, "cs": 54.81, "da": 67.68, "nl": 75.33, "fil": 23.37,
        "fi": 40.26, "fr": 84.3, "de": 86.44, "el": 53.42, "he": 60.33, "hi": 27.87, "hu": 58.31, "id": 79.84,
        "it": 83.78, "ja": 58.1, "ko": 70.25, "nb": 62.56, "fa": 68.26, "pl": 73.44, "pt": 77.54, "ro": 58.28,
        "ru": 84.29, "es": 82.22, "sv": 66.37, "th": 37.35, "tr": 66.72, "uk": 65.28, "vi": 80.88,
    }),
    "XLM-Roberta-Large-ViT-H-14__frozen_laion5b_s13b_b90k": Figures(39.14, {
        "en": 71.45, "ar": 66.52, "zh": 77.19, "hr": 81.93, "cs": 67.49, "da": 83.32, "nl": 75.6, "fi": 75.49,
        "fr": 84.49, "de": 87.19, "el": 71.28, "he": 80.78, "hi": 38.54, "hu": 81.74, "id": 80.93, "it": 83.0,
        "ja": 86.97, "ko": 71.12, "nb": 75.44, "fa": 74.92, "pl": 79.8, "pt": 79.12, "ro": 85.37, "ru": 85.54,
        "es": 80.18, "sv": 72.83, "th": 74.04, "tr": 77.24, "uk": 83.2, "vi": 81.88,
    }),
    "ViT-SO400M-16-SigLIP2-384__webli": Figures(56.57, {
        "en": 75.09, "ar": 69.31, "bn": 26.19, "zh": 67.33, "hr": 73.2, "cs": 62.98, "da": 82.3, "nl": 79.72,
        "fil": 34.27, "fi": 62.28, "fr": 87.6, "de": 89.81, "el": 60.63, "he": 72.15, "hi": 34.94, "hu": 73.9,
        "id": 84.99, "it": 87.97, "ja": 68.29, "ko": 75.06, "nb": 75.0, "fa": 76.3, "pl": 80.04, "pt": 81.69,
        "ro": 73.94, "ru": 87.65, "es": 83.78, "sv": 72.06, "th": 45.52, "tr": 77.01, "uk": 78.33, "vi": 85.86,
    }),
    "nllb-clip-base-siglip__v1": Figures(15.17, {"en": 68.41}),
}  # fmt: skip


def language_of(setting: str) -> str:
    """Return the code that figures go by for a setting such as "de", "pt-BR" or "no"; it may have none."""
    code = setting.replace("_", "-").partition("-")[0].casefold() or "en"
    return _SAME_LANGUAGE.get(code, code)


def recall(name: str, language: str) -> float | None:
    """Return how many of 100 searches in a language find what was meant; None if nothing is published."""
    figures = FIGURES.get(name)
    return None if figures is None else figures.percent.get(language_of(language))


def cost(name: str) -> float | None:
    """Return how many times as long as the usual model another one takes; None if nothing is published."""
    usual = find_entry("default")
    figures = FIGURES.get(name)
    return None if figures is None or usual is None else figures.milliseconds / FIGURES[usual.name].milliseconds


def recommended(language: str, most: float = SAME_COST) -> Entry | None:
    """Return the model that finds most in a language among those free for any use that can be fetched.

    `most`: how many times as long as the usual one it may take. None if no figure is published for the language.
    """
    free = [entry for entry in ENTRIES if entry.task == "clip" and entry.source and entry.licence.commercial]
    known = [(percent, entry) for entry in free if (percent := recall(entry.name, language)) is not None]
    fitting = [(percent, entry) for percent, entry in known if (cost(entry.name) or 0.0) <= most]
    return max(fitting, key=lambda one: one[0], default=(0.0, None))[1]
