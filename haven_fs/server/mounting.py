"""How to open the drive in the programs people have, in words that fit how it is served."""

import ipaddress
from urllib.parse import urlsplit

MOUNT = "rclone mount {} {} --vfs-cache-mode writes --dir-cache-time 5s"
"""How to mount a remote at a folder. By itself rclone would look for what others change only every five minutes, and
would not show for as long what Haven did not let it delete."""


def how_to_mount(url: str, made: bool, user: str | None) -> str:
    """Return `ways_to_mount` as lines for a terminal."""
    return "\n".join(f"  {name:<15}{text}" for name, text in ways_to_mount(url, made, user))


def ways_to_mount(url: str, made: bool, user: str | None) -> list[tuple[str, str]]:
    """Return programs and what to do in them; a program of several lines is named in its first.

    `url` is where the server answers, `user` None if nobody is asked. `made`: its certificate is one that Haven made.

    Explorer takes no certificate that Windows does not trust, and a plain address with a password only by digest,
    which Haven offers; rclone and most phone apps send the password itself and so need https.
    """
    parts = urlsplit(url)
    address, tls = f"{parts.netloc}{parts.path.rstrip('/')}", parts.scheme == "https"
    davs = f"{'davs' if tls else 'dav'}://{address}/"
    web = f"{'webdavs' if tls else 'webdav'}://{address}/"
    asked = f" * /user:{user}" if user else ""
    lines = [
        ("Finder", f"Go > Connect to Server (Cmd+K): {url}" + ("" if user else "  (connect as a guest)")),
        ("Explorer", f"at a command prompt: net use Z: {url}{asked}"),
        ("GNOME Files", f"Other Locations > Connect to Server: {davs}"),
        ("KDE Dolphin", f"in the address bar: {web}"),
    ]
    clear = bool(user) and not tls
    if not clear:
        secret = f" --webdav-user {user} --webdav-pass $(rclone obscure PASSWORD)" if user else ""
        trust = " --no-check-certificate" if made else ""
        options = f"--webdav-url {url} --webdav-vendor other{secret}{trust}"
        lines += [
            ("rclone", f"rclone lsf :webdav: {options}"),
            ("", f"{MOUNT.format(':webdav:', 'FOLDER')} {options}"),
        ]
    if _is_loopback(parts.hostname or ""):
        lines.append(("Phones", "to reach it from other devices, start Haven with --host 0.0.0.0 --tls"))
    elif clear:
        lines.append(("rclone, phones", "these send passwords unencrypted; for them, start Haven with --tls"))
    else:
        lines.append(("Phones", f"any file app that supports WebDAV: {url}"))
    lines += [
        ("Thumbnails", "GNOME Files: Preferences > Show Thumbnails > All Files. Dolphin: Previews, for remote files"),
        ("", "Light ones: open the folder Small, on phones too. On a TV, open the folder TV."),
    ]
    if made:
        lines.append(
            (
                "",
                "Haven made this certificate itself: when a program asks whether to trust it, compare the fingerprint.",
            )
        )
        lines.append(
            ("", "Explorer never asks: first install the certificate under Trusted Root Certification Authorities.")
        )
    return lines


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
