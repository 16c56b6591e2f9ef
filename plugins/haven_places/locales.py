"""The languages that there are names of places in: the Unicode CLDR's, as babel has them."""

import logging

from babel import Locale, UnknownLocaleError

_log = logging.getLogger(__name__)


def locale_of(language: str) -> Locale:
    """Return the locale for a tag such as "de" or "pt-BR"; English, with a warning in the log, if there is none."""
    try:
        return Locale.parse(language.strip().replace("-", "_"))
    except (UnknownLocaleError, ValueError, TypeError):
        _log.warning("There are no names of places in the language %r, so English ones are used.", language)
        return Locale.parse("en")
