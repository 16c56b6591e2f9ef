"""The folder of the inbox that a photo put elsewhere is stored in, by its date: what `inbox.template` makes."""

from datetime import datetime

from haven_fs.catalog import names


def dated_folder(template: str, date: datetime) -> str:
    """Return the folder that a template makes of a date. `template`: one of which `wrong_template` finds nothing."""
    return template.format(year=f"{date.year:04}", month=f"{date.month:02}", day=f"{date.day:02}")


def wrong_template(template: str) -> str | None:
    """Return what is wrong with a template, as what must be; None if nothing is."""
    try:
        folder = dated_folder(template, datetime(2000, 1, 1))
    except (KeyError, ValueError, IndexError, AttributeError):
        return "may have no braces but those of {year}, {month} and {day}, such as {year}/{year}-{month}"
    if not folder.strip("/"):
        return "must name a folder, such as {year}/{year}-{month}"
    if folder.startswith("/"):
        return "must not begin with a slash: it names a folder below the inbox"
    for part in folder.rstrip("/").split("/"):
        if part.startswith("."):
            return "must have no folder that begins with a dot, since Haven shows no photos there"
        if names.portable(part) != part:
            return f"must only have names that every system can store, which {part!r} is not"
    return None
