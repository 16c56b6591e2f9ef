"""Fills in the page's templates. Whatever is put into one is escaped; what is missing is an error."""

import json
from dataclasses import asdict
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from haven_web import statics, words


@cache
def _templates() -> Environment:
    made = Environment(
        loader=PackageLoader("haven_web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.filters["json"] = lambda given: json.dumps(asdict(given))
    made.globals["words"] = words
    made.globals["static"] = statics.path_of
    return made


def fill(name: str, **given: Any) -> bytes:
    """Return a template filled in. Raises jinja2.TemplateError."""
    return _templates().get_template(name).render(given).encode("utf-8", "replace")
