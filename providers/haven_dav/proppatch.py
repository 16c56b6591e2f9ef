"""PROPPATCH: what Explorer and Finder set on a file they have just written, and take ill to be refused.

Times and attributes of their own making are granted and not kept, since Haven has its own; everything else is refused.
"""

from haven_dav.propfind import empty_element, read_xml, split_tag

_GRANTED = ("urn:schemas-microsoft-com:", "http://www.apple.com/webdav_fs/props/")


def is_granted(tag: str) -> bool:
    """Tell whether a property, by its tag as ElementTree spells it, is one that systems set for themselves."""
    return tag.startswith(tuple(f"{{{space}}}" for space in _GRANTED))


def answer(body: bytes, href: str) -> bytes:
    """Return the multistatus for the body of a PROPPATCH of what is at `href`. Raises BadRequest."""
    root = read_xml(body, "propertyupdate")
    tags = [prop.tag for change in root for holder in change for prop in holder]
    granted = all(is_granted(tag) for tag in tags)
    # One that is refused has all the others fail with it (RFC 4918, 9.2).
    status = "200 OK" if granted else "403 Forbidden"
    parts = "".join(empty_element(*split_tag(tag)) for tag in tags)
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<D:multistatus xmlns:D="DAV:"><D:response>'
        f"<D:href>{href}</D:href><D:propstat><D:prop>{parts}</D:prop><D:status>HTTP/1.1 {status}</D:status>"
        "</D:propstat></D:response></D:multistatus>"
    ).encode()
