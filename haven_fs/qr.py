"""Addresses as codes that a phone's camera reads."""

import io

import segno


def as_text(url: str) -> str:
    """Return a URL as a QR code made of letters, for a terminal."""
    out = io.StringIO()
    segno.make(url, error="l", micro=False).terminal(out, compact=True, border=2)
    return out.getvalue()


def as_svg(url: str) -> bytes:
    """Return a URL as a QR code in an SVG picture, dark on white with the margin that readers need."""
    out = io.BytesIO()
    segno.make(url, error="m", micro=False).save(out, kind="svg", border=4, light="white", xmldecl=False, scale=4)
    return out.getvalue()
