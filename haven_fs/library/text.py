"""Text that can be written anywhere: paths on a disk may hold bytes that are none."""


def as_text(path: str) -> str:
    """Return a path, or words with one in them, as UTF-8 can say it: bytes that are no text become question marks."""
    return path.encode(errors="replace").decode()
