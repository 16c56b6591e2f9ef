"""`haven serve`: indexes and serves until told to stop."""

import argparse
import logging
import signal
import socket
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

from haven_dav import HavenProvider
from haven_fs.analysis.at_once import AtOnce
from haven_fs.analysis.progress import Progress
from haven_fs.catalog import Catalog
from haven_fs.catalog.libraries import Library, add_inbox, expect_walks, find_inbox
from haven_fs.catalog.waiting import in_words
from haven_fs.cli import options
from haven_fs.command import Command
from haven_fs.datafolder import DataFolder
from haven_fs.errors import Refused, UserError
from haven_fs.qr import as_text
from haven_fs.renditions.renditions import Renditions
from haven_fs.server.addresses import for_phones, own_addresses, urls
from haven_fs.server.app import Behind, make_app
from haven_fs.server.background import Background
from haven_fs.server.guard import is_loopback
from haven_fs.server.http import Server, make_server
from haven_fs.server.mounting import how_to_mount, ways_to_mount
from haven_fs.server.process import allow_many_files, keep_small
from haven_fs.server.proxied import LOOPBACK, PublicUrl, holding, parse_networks, parse_public_url
from haven_fs.server.tls import TlsFiles, ensure_certificate, own_certificate
from haven_fs.server.users import LOST, Users
from haven_fs.tree.disk.uploads import Uploads
from haven_fs.tree.tree import Tree
from haven_web import Connecting, ErrorPages

logger = logging.getLogger(__name__)
T = TypeVar("T")

NEEDS_TLS = (
    "Without --tls, this password does not work: that of {}. Serve with --tls, or make one for a device:"
    " haven users passwords add {} DEVICE"
)
NO_UPLOADS = "Uploads are off: only photos that Haven has already can be put into folders. To turn them on: --inbox DIR"


def add_serving(parser: argparse.ArgumentParser) -> None:
    """Add --host, --port, --no-auth, the TLS and proxy options and --inbox to `parser`; `demo` takes them too."""
    parser.add_argument(
        "--host",
        default="127.0.0.1",
        help="address to serve on; 0.0.0.0 for your whole network (default: 127.0.0.1, this computer only)",
    )
    parser.add_argument(
        "--port", type=_port, default=8080, help="port to serve on; 0 takes any free one (default: 8080)"
    )
    parser.add_argument(
        "--no-auth",
        action="store_true",
        help="ask for no password, even if there are users; works on this computer only",
    )
    parser.add_argument("--tls", action="store_true", help="serve HTTPS with a certificate that Haven makes")
    parser.add_argument("--tls-cert", type=Path, metavar="FILE", help="serve HTTPS with your own certificate (PEM)")
    parser.add_argument(
        "--tls-key", type=Path, metavar="FILE", help="the key of that certificate (PEM, without a password)"
    )
    parser.add_argument(
        "--behind-proxy",
        nargs="?",
        const=LOOPBACK,
        type=_usable(parse_networks),
        metavar="NETS",
        help="believe what a reverse proxy says of who asks; asks for a password. NETS: its addresses or networks, with"
        " commas between (default: this computer)",
    )
    parser.add_argument(
        "--url",
        type=_usable(parse_public_url),
        metavar="URL",
        help="the address at which people reach the drive through that proxy, such as https://nas.example.org/photos/",
    )
    parser.add_argument("--inbox", type=Path, metavar="DIR", help="a separate folder for uploads; it is remembered")


def _usable(parse: Callable[[str], T]) -> Callable[[str], T]:
    """Return `parse` as argparse wants it: what it says is wrong becomes the message."""

    def parsed(text: str) -> T:
        try:
            return parse(text)
        except UserError as error:
            raise argparse.ArgumentTypeError(str(error)) from None

    return parsed


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"give a port number from 0 to 65535, not `{text}`")
    return int(text)


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add FOLDER..., --accept-missing, --data and what `add_serving` adds to `parser`."""
    options.add_libraries(parser)
    options.add_data(parser)
    add_serving(parser)
    parser.epilog = (
        "Serves and keeps indexing until you press Ctrl+C or a signal tells it to stop. The first line it prints is"
        " `Serving on` and the address, as soon as it answers. Only one `serve` can run on a data folder. If the disk"
        " of that folder is full or read-only, it shows your photos and refuses all changes."
    )


def run(args: argparse.Namespace) -> int:
    """Serve until SIGINT or SIGTERM. Returns 0; raises UserError if it cannot serve as it was told to."""
    keep_small()
    allow_many_files()
    data = options.data_folder(args)
    stop = _told_to_stop()
    with stop, data.served() as catalog:
        options.remember_libraries(args, data, catalog)
        inbox = args.inbox or _first_inbox(args, catalog)
        if inbox is not None:
            add_inbox(catalog, inbox, data.path)
        try:
            expect_walks(catalog)
        except Refused as refused:  # photos can be shown all the same
            logger.error("%s", refused.reason)
        _warn_of_what_waits(catalog)
        renditions = Renditions(catalog, data.settings)
        uploads = Uploads(catalog, data.settings, AtOnce(catalog, data.plugins, data.settings), renditions.given)
        tree = data.tree(catalog)
        tree.uploads = uploads
        behind = _behind(args, tree)
        users, shown = _users(args, data)
        tls = _tls(args, data)
        made = args.tls and not args.tls_cert and behind.url is None
        basic = data.settings["serve.allow_basic"]
        progress = Progress(bar=True)
        found: list[str] = []
        notes = data.plugins.hints(data.settings)
        if (
            users is not None
            and tls is None
            and not basic
            and not behind.networks
            and (names := users.without_digest())
        ):
            notes = [*notes, NEEDS_TLS.format(", ".join(names), names[0])]
        user = None if users is None else next(iter(users.names()), None)

        def connecting() -> Connecting:
            ways = ways_to_mount(found[0], made, user) if found else ()
            more = [] if _inbox(catalog) else [NO_UPLOADS]
            return Connecting(found, for_phones(found), ways, [*more, *notes])

        provider = HavenProvider(tree, renditions=renditions, progress=progress.now, connecting=connecting)
        app = make_app(provider, users, allow_basic=basic, behind=behind, pages=ErrorPages)
        background = Background(
            catalog,
            data.plugins,
            data.settings,
            progress=progress,
            renditions=renditions,
            accept_missing=args.accept_missing,
            tell=lambda trouble: data.announce(trouble=trouble),
        )
        server = _listen(app, args, data, tls, behind)
        try:
            own = urls(args.host, server.bind_addr[1], tls=tls is not None)
            data.announce(url=own[0])
            print(f"Serving on {own[0]}", flush=True)
            found += [str(behind.url)] if behind.url else own
            _explain(found, user, shown, tls, made, behind, [_uploads(catalog), *notes])
            background.start()
            threading.Thread(target=uploads.sweep, name="sweep", daemon=True).start()
            stop.recv(1)
        finally:
            logger.info("Stopping")
            server.stop()
            background.stop()
            renditions.close()
    return 0


def _warn_of_what_waits(catalog: Catalog) -> None:
    with catalog.read() as db:
        words = in_words(db)
    if words:
        logger.warning("%s", words)


def _behind(args: argparse.Namespace, tree: Tree) -> Behind:
    """Return which proxies are trusted. Raises UserError if the path that they have the drive at cannot be one."""
    url: PublicUrl | None = args.url
    networks = args.behind_proxy or (parse_networks(LOOPBACK) if url is not None else ())
    first = url.path.split("/")[1] if url is not None and url.path else ""
    with tree.view() as view:
        if first and tree.resolve(view, [first]) is not None:
            raise UserError(
                f"The drive has a folder {first} itself. Give it another path in the proxy: --url {url}drive/"
            )
    return Behind(networks, url)


def _users(args: argparse.Namespace, data: DataFolder) -> tuple[Users | None, tuple[str, str] | None]:
    """Return who may sign in, None for anyone on this computer, and a name and password to show if just made."""
    local = is_loopback(args.host if ":" not in args.host else f"[{args.host}]")
    users = Users(data.path / "users.json")
    if args.no_auth:
        if not local:
            raise UserError(
                "--no-auth only works on this computer: otherwise anyone on the network could see all your photos."
            )
        return None, None
    if users.had_some():
        if not users.names():
            raise UserError(LOST.format(data.path))
        return users, None
    if local and not args.behind_proxy and not args.url:
        return None, None
    return users, users.create_first()


def _tls(args: argparse.Namespace, data: DataFolder) -> TlsFiles | None:
    if bool(args.tls_cert) != bool(args.tls_key):
        raise UserError("--tls-cert and --tls-key belong together: give both.")
    if args.tls_cert:
        return own_certificate(args.tls_cert, args.tls_key)
    if args.tls:
        return ensure_certificate(data.path / "tls", [socket.gethostname(), args.host, *own_addresses()])
    return None


def _listen(app: Any, args: argparse.Namespace, data: DataFolder, tls: TlsFiles | None, behind: Behind) -> Server:
    threads = data.settings["serve.threads"]
    server = make_server(app, args.host, args.port, threads=threads, tls=tls, many=holding(behind.networks))
    try:
        server.prepare()
    except OSError as error:
        # cheroot puts what the system said at the end of its own words.
        reason = error.strerror or str(error).rpartition("] ")[2].rstrip(")")
        raise UserError(
            f"Cannot serve on {args.host}, port {args.port}: {reason}. Try another port; --port 0 takes any free one."
        ) from error
    threading.Thread(target=server.serve, name="accept", daemon=True).start()
    return server


def _first_inbox(args: argparse.Namespace, catalog: Catalog) -> Path | None:
    """Return the folder for uploads that `demo` begins with, if there is none yet."""
    with catalog.read() as db:
        return getattr(args, "first_inbox", None) if find_inbox(db) is None else None


def _uploads(catalog: Catalog) -> str:
    """Say whether photos can be uploaded, and where they go or how to turn that on."""
    inbox = _inbox(catalog)
    return NO_UPLOADS if inbox is None else f"Photos that you upload go to {inbox.root}"


def _inbox(catalog: Catalog) -> Library | None:
    with catalog.read() as db:
        return find_inbox(db)


def _explain(
    found: Sequence[str],
    user: str | None,
    shown: tuple[str, str] | None,
    tls: TlsFiles | None,
    made: bool,
    behind: Behind,
    notes: Sequence[str],
) -> None:
    """Print where and how to open the drive.

    `found`: its URLs. `made`: Haven made the certificate that they have. `notes`: what else the owner should know.
    """
    if shown:
        print(f"\n  User: {shown[0]}   Password: {shown[1]}")
        print("  Write the password down: it will not be shown again. To add more users: haven users add NAME")
    if tls:
        print(f"\n  Certificate SHA-256: {tls.fingerprint()}")
    if behind.url:
        print(f"\nPeople reach it through the proxy at {behind.url}")
    elif behind.networks:
        print("\nPeople reach it at the proxy's address. To have that shown here, give it: --url https://...")
    phone = for_phones(found)
    if len(found) > 1:
        print("\nThe same by number, where the name is not known:\n" + "\n".join(f"  {url}" for url in found[1:]))
    if phone is not None:
        _print_code(phone)
    mounting = how_to_mount(found[0], made, user)
    print(f"\nSee it in a web browser at the same address. Open it as a drive:\n{mounting}")
    print("\n" + "\n".join(notes))
    print("\nPress Ctrl+C to stop.", flush=True)


def _print_code(url: str) -> None:
    """Print a URL as a code for cameras, if the terminal has the letters it is made of."""
    code = as_text(url)
    try:
        code.encode(sys.stdout.encoding or "ascii")
    except (UnicodeError, LookupError):
        return
    print(f"\nOn a phone, point the camera at this ({url}):\n{code}", end="")


def _told_to_stop() -> socket.socket:
    """Return what there is something to receive from when a signal asks to end.

    It is asked for before any thread is there: an exception in the middle of starting would leave some behind, and the
    process with them. A socket cannot miss a signal; a lock that is about to be waited for can, until the next one.
    """
    stop, teller = socket.socketpair()
    teller.setblocking(False)
    signal.set_wakeup_fd(teller.detach())
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: None)
    return stop


COMMAND = Command("serve", "Index your photos and serve them as a network drive.", arguments, run, group="Start")
