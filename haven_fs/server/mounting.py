"""How to open the drive in the programs people have, in words that fit how it is served."""

import ipaddress
from urllib.parse import urlsplit


def how_to_mount(url: str, tls: bool, user: str | None) -> str:
    """Return a few lines for each program; `url` is where the server answers, `user` None if nobody is asked.

    Explorer takes no certificate that Windows does not trust, and a plain address with a password only by digest,
    which Haven offers; rclone and most phone apps send the password itself and so need https.
    """
    parts = urlsplit(url)
    address = parts.netloc
    davs = f"{'davs' if tls else 'dav'}://{address}/"
    web = f"{'webdavs' if tls else 'webdav'}://{address}/"
    asked = f" * /user:{user}" if user else ""
    lines = [
        ("Finder", f"Go > Connect to Server (Cmd+K): {url}" + ("" if user else "  and connect as a guest")),
        ("Explorer", f"in a command window: net use Z: {url}{asked}"),
        ("GNOME Files", f"Other Locations > Connect to Server: {davs}"),
        ("KDE Dolphin", f"in the address bar: {web}"),
    ]
    clear = bool(user) and not tls
    if not clear:
        secret = f" --webdav-user {user} --webdav-pass $(rclone obscure PASSWORD)" if user else ""
        trust = " --no-check-certificate" if tls else ""
        options = f"--webdav-url {url} --webdav-vendor other{secret}{trust}"
        lines += [
            ("rclone", f"rclone lsf :webdav: {options}"),
            ("", f"rclone mount :webdav: FOLDER --vfs-cache-mode writes {options}"),
        ]
    if _is_loopback(parts.hostname or ""):
        lines.append(("Phones", "start it with --host 0.0.0.0 --tls to reach it from other devices"))
    elif clear:
        lines.append(("rclone, phones", "they send the password itself: start Haven with --tls for them"))
    else:
        lines.append(("Phones", f"any file app that knows WebDAV: {url}"))
    if tls:
        lines.append(
            ("", "The certificate is Haven's own: check its fingerprint when a program asks whether to trust it.")
        )
        lines.append(
            ("", "Explorer never asks; install the certificate under Trusted Root Certification Authorities first.")
        )
    return "\n".join(f"  {name:<15}{text}" for name, text in lines)


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
