"""What other programs leave beside photos: the names by which it is told, why, and where that is known from.

A rule is one row of `RULES`. docs/leavings.md shows the same rows, which a test compares. A rule must never hide what
a family keeps: names that people give, such as a folder "Previews", are only known inside what is certainly a program's
own. haven_fs.library.ignore applies the rules; which of a folder's files are backups of others is in library/pair.py.
"""

import re
from typing import Literal, NamedTuple

Where = Literal["name", "folder", "marker"]

REASONS = {
    "system": "what systems and network disks leave beside files",
    "unfinished": "files that are still being written or fetched",
    "bin": "what lies in a bin",
    "version": "older versions and snapshots",
    "preview": "small pictures and films that other programs made",
    "program": "what other programs keep for themselves",
    "nomedia": "folders that say they hold nothing to look at (.nomedia, CACHEDIR.TAG)",
    "hidden": "names that start with a dot",
    "havenignore": "what a .havenignore names",
    "link": "links that lead out of the library, or to what is skipped",
    "backup": "backups of photos that are there too",
    "haven": "what Haven itself wrote of a library",
}
"""Why something is passed over, in words for its owner."""

ADVICE = {
    "nomedia": "To have such a folder, write `!.nomedia` into a .havenignore in it.",
    "hidden": "To have such a folder, write `!.its-name/` into a .havenignore beside it.",
    "link": "Haven never follows links. To have what they lead to, make it a library: haven index FOLDER.",
}
"""What the owner may do about it."""


class Rule(NamedTuple):
    """One program's leavings. `names`: a regular expression for names in lower case, whole.

    `where`: "name": a file or folder of this name; "folder": a folder whose path ends like this, with names above it
    that only this program gives; "marker": a folder of this name that has the file `marker` in it. `always`: not even
    .havenignore takes it back in. `shown`: examples for people, `by` and `source`: whose it is, and who says so.
    """

    reason: str
    names: str
    shown: str
    by: str
    source: str
    where: Where = "name"
    always: bool = False
    marker: str = ""


_PHOTOS = r"[^/]+\.(?:photoslibrary|migratedphotolibrary)"
_IPHOTO = r"(?:iphoto\ library|[^/]+\.(?:photolibrary|aplibrary|migratedaplibrary))"

RULES = (
    Rule("system", r"\._.*", "`._a.jpg`", "macOS", "Apple, AppleDouble; RFC 1740", always=True),
    Rule(
        "system",
        r"\.ds_store|icon\r|\.spotlight-v100|\.fseventsd|\.documentrevisions-v100|\.temporaryitems|temporary\ items",
        "`.DS_Store`, `.Spotlight-V100`, `.fseventsd`, the icons of folders",
        "macOS",
        "Apple, File System Programming Guide",
        always=True,
    ),
    Rule(
        "system",
        r"thumbs\.db(?::.*)?|ehthumbs(?:_vista)?\.db|desktop\.ini|system\ volume\ information",
        "`Thumbs.db`, `ehthumbs.db`, `desktop.ini`, `System Volume Information`",
        "Windows",
        "Microsoft Learn, thumbnail caching; Desktop.ini",
        always=True,
    ),
    Rule(
        "system",
        r"lost\+found|\.nfs[0-9a-f]{4,}|\.fuse_hidden.*|\.smbdelete.*",
        "`lost+found`, `.nfs0000a1`",
        "Linux",
        "e2fsprogs, mklost+found(8); Linux NFS FAQ; libfuse, hard_remove; Samba",
        always=True,
    ),
    Rule("system", r"@tmp|\.@upload_cache", "`@tmp`, `.@upload_cache`", "Synology, QNAP", "both makers", always=True),
    Rule("system", r"\.haven-.*", "`.haven-upload-1`", "Haven", "Haven itself", always=True),
    Rule(
        "unfinished",
        r".*\.(?:part|partial|crdownload|opdownload|filepart|tmp|aria2|!ut|!qb|bts)",
        "`a.jpg.part`, `a.crdownload`, `a.tmp`",
        "browsers and downloaders",
        "Firefox, Chromium, Opera, WinSCP, aria2, uTorrent, qBittorrent, rclone",
        always=True,
    ),
    Rule(
        "unfinished",
        r"~\$.*|\.~lock.*|\.goutputstream-.*|.*\.sb-[0-9a-f]{8}-\w{6}|.*_exiftool_tmp|\#.*\.[a-z]\w{1,4}\#",
        "`~$a.docx`, `.~lock.a.odt#`, `a.jpg_exiftool_tmp`, `#a.jpg#`",
        "editors",
        "Microsoft Office, LibreOffice, GLib, macOS safe saves; ExifTool FAQ; GNU Emacs manual, Auto Save",
        always=True,
    ),
    Rule(
        "unfinished",
        r"[.~]syncthing[.~].*|\.stfolder.*|\.sync|.*\.!sync|\.resilio.*",
        "`.syncthing.a.jpg.tmp`, `.stfolder`, `.sync`",
        "Syncthing, Resilio Sync",
        "Syncthing documentation, Understanding Synchronization; Resilio Sync help",
        always=True,
    ),
    Rule(
        "bin",
        r"\.trash.*|\.dtrash|\$recycle\.bin|recycler|network\ trash\ folder|[#@]recycle",
        "`.Trash-1000`, `.Trashes`, `$RECYCLE.BIN`, `#recycle`, `@Recycle`, `.trashed-1-a.jpg`, `.dtrash`",
        "macOS, Linux, Windows, Android, Synology, QNAP, digiKam",
        "freedesktop.org Trash specification; Android MediaStore; digiKam manual, Trash; the makers' help",
        always=True,
    ),
    Rule(
        "version",
        r"[#@]snapshot|@recently-snapshot|\.snapshots?|~snapshot|@gmt-\d{4}\.\d\d\.\d\d-\d\d\.\d\d\.\d\d",
        "`#snapshot`, `@Recently-Snapshot`, `.snapshots`, `@GMT-2024.01.31-12.00.00`",
        "Synology, QNAP, Btrfs, NetApp, Samba",
        "Synology Snapshot Replication; QNAP Snapshots; snapper; ONTAP; Samba, vfs_shadow_copy2",
        always=True,
    ),
    Rule("version", r"\.stversions", "`.stversions`", "Syncthing", "its documentation, File Versioning", always=True),
    Rule(
        "preview",
        r"@eadir|@__thumb|\.@__thumb|\.thumbnails",
        "`@eaDir`, `.@__thumb`, `.thumbnails`",
        "Synology, QNAP, Android",
        "Synology Photos; QNAP Multimedia Console; Android gallery; freedesktop.org Thumbnail specification",
        always=True,
    ),
    Rule(
        "bin",
        r"files_trashbin|\.trashbin",
        "`files_trashbin`, `.trashbin`",
        "Nextcloud, ownCloud",
        "Nextcloud administration manual, Trash bin",
    ),
    Rule(
        "version",
        r"files_versions",
        "`files_versions`",
        "Nextcloud, ownCloud",
        "Nextcloud administration manual, File versioning",
    ),
    Rule(
        "version",
        r"corel\ auto-preserve|\[originals\]",
        "`Corel Auto-Preserve/`, `[Originals]/`",
        "PaintShop Pro, ACDSee: the original of an edit, which is the photo",
        "PaintShop Pro user guide, Auto-Preserve; ACDSee help, Restoring originals",
    ),
    Rule(
        "preview",
        r"appdata_[a-z0-9]{6,}",
        "`appdata_oc1a2b3c/`",
        "Nextcloud",
        "Nextcloud administration manual, Previews configuration",
    ),
    Rule(
        "preview",
        r"(?!mobile\ downloads\.).*\.lrdata",
        "`Catalog Previews.lrdata/`, `Catalog Smart Previews.lrdata/`; `Mobile Downloads.lrdata`, originals, is taken",
        "Lightroom Classic",
        "Adobe Help, Lightroom Classic preferences and files",
    ),
    Rule(
        "preview",
        r"(?:[^/]+\.cocatalog|captureone)/(?:cache|proxies|thumbnails)",
        "`CaptureOne/Cache/`, `*.cocatalog/Cache/`",
        "Capture One",
        "Capture One Knowledge Base, Sessions; Catalogs",
        "folder",
    ),
    Rule(
        "preview",
        _PHOTOS + r"/(?:resources/(?!renders|media|cloudsharing)[^/]+|thumbnails|previews|scopes/[^/]+/resources)",
        "`*.photoslibrary/resources/derivatives/`, `/Thumbnails/`; `originals/`, `Masters/` and edits"
        " (`resources/renders/`, `resources/media/`) are taken",
        "Photos on macOS",
        "osxphotos, Understanding Apple Photos; Apple Support, Photos library",
        "folder",
    ),
    Rule(
        "program",
        _PHOTOS + r"/(?:database|private|internal|plugins|attachments|faces|apdb|scopes/syndication)",
        "`*.photoslibrary/database/`, `/private/`, `/internal/`",
        "Photos on macOS",
        "osxphotos, Understanding Apple Photos",
        "folder",
    ),
    Rule(
        "preview",
        _IPHOTO + r"/(?:thumbnails|previews|data(?:\.noindex)?|ipod\ photo\ cache|apple\ tv\ photo\ cache|faces|masks)",
        "`iPhoto Library/Thumbnails/`, `*.photolibrary/Previews/`, `*.aplibrary/Previews/`; `Masters/`, `Originals/`"
        " and `Modified/` are taken",
        "iPhoto, Aperture",
        "Apple Support, iPhoto: about the library's folders; Aperture 3 User Manual",
        "folder",
    ),
    Rule(
        "program",
        _IPHOTO + r"/(?:database|aperture\.aplib|contents|caches|ilifeshared|attachments)",
        "`*.aplibrary/Database/`, `*.photolibrary/Database/`",
        "iPhoto, Aperture",
        "Aperture 3 User Manual, library",
        "folder",
    ),
    Rule(
        "preview",
        r"photodata/(?:thumbnails|metadata|caches|photocloudsharingdata/caches)",
        "`PhotoData/Thumbnails/`; `PhotoData/Mutations/`, edits, are taken",
        "iOS, in a copy of its media",
        "The iPhone Wiki, /private/var/mobile/Media",
        "folder",
    ),
    Rule(
        "preview",
        r"mipmaps-[0-9a-f]{40}\.d",
        "`mipmaps-….d/`",
        "darktable",
        "darktable user manual, darktable-generate-cache",
    ),
    Rule(
        "preview",
        r"thumbs|encoded-video|profile",
        "`thumbs/`, `encoded-video/` and `profile/` with a `.immich` in them",
        "Immich",
        "Immich documentation, System Integrity; Custom Locations",
        "marker",
        marker=".immich",
    ),
    Rule(
        "program",
        r"backups",
        "`backups/` with a `.immich` in it",
        "Immich",
        "Immich documentation, Backup and Restore",
        "marker",
        marker=".immich",
    ),
    Rule(
        "program",
        r".*",
        "a folder with a `.ppstorage` in it",
        "PhotoPrism, storage of its own: cache, sidecar, backup",
        "PhotoPrism source, storage folder; its documentation, Folders",
        "marker",
        marker=".ppstorage",
    ),
    Rule(
        "nomedia",
        r".*",
        "a folder with a `.nomedia` in it",
        "Android, WhatsApp, Telegram",
        "Android Developers, MediaStore.MEDIA_IGNORE_FILENAME",
        "marker",
        marker=".nomedia",
    ),
    Rule(
        "nomedia",
        r".*",
        "a folder with a `CACHEDIR.TAG` in it",
        "caches of any program",
        "Cache Directory Tagging Specification",
        "marker",
        marker="CACHEDIR.TAG",
    ),
    Rule(
        "preview",
        r"android/data/[^/]+/(?:cache|files/cache)",
        "`Android/data/*/cache/`",
        "Android's programs",
        "Android Developers, Data and file storage overview",
        "folder",
    ),
    Rule(
        "preview",
        r"m4root/(?:thmbnl|sub)|misc/thm",
        "`M4ROOT/THMBNL/`, `M4ROOT/SUB/`, `MISC/THM/`",
        "Sony, DJI",
        "Sony Help Guide, folder structure of XAVC; DJI, files on the card",
        "folder",
    ),
    Rule(
        "preview",
        r"ipod\ photo\ cache|generated\ images\.bundle|pwg_representative",
        "`iPod Photo Cache/`, `Generated Images.bundle/`, `pwg_representative/`",
        "iTunes, Mylio, Piwigo",
        "Apple Support, iPod Photo Cache; Mylio Photos manual; Piwigo documentation",
    ),
    Rule(
        "preview",
        r"_data/i|protected_media/(?:thumbnails_big|square_thumbnails[^/]*|faces)",
        "`_data/i/`, `protected_media/thumbnails_big/`",
        "Piwigo, LibrePhotos",
        "Piwigo documentation, derivatives; LibrePhotos source, media folders",
        "folder",
    ),
    Rule("preview", r".*\.trickplay", "`film.trickplay/`", "Jellyfin", "Jellyfin documentation, Trickplay"),
    Rule("preview", r"plex\ versions", "`Plex Versions/`", "Plex", "Plex Support, Media Optimizer"),
    Rule(
        "hidden",
        r"\.picasaoriginals|\.thumbs|\.statuses|\.photoprism|\.bridgecache.*|\.dropbox\.cache|\.tmp\.drive.*|\.debris",
        "`.picasaoriginals`, `.Thumbs`, `.Statuses`, `.photoprism`, `.dropbox.cache`; any other name with a dot first",
        "Picasa (the original of an edit, which is the photo), WhatsApp, PhotoPrism, Dropbox, Google Drive, MEGA",
        "Picasa help, Undo edits; the programs' help",
    ),
)
"""All of them, the strongest first."""

MARKERS = tuple(dict.fromkeys(rule.marker for rule in RULES if rule.marker))
"""Names of files that say something of the folder that they are in."""


def _all(where: Where, *, always: bool) -> tuple[re.Pattern[str], tuple[str, ...]]:
    """Return one expression for all rules of a kind, with a group each, and their reasons."""
    rules = [rule for rule in RULES if rule.where == where and rule.always == always]
    return re.compile("|".join(f"({rule.names})" for rule in rules), re.VERBOSE | re.DOTALL), tuple(
        rule.reason for rule in rules
    )


_ALWAYS, _ALWAYS_REASONS = _all("name", always=True)
_NAMES, _NAME_REASONS = _all("name", always=False)
_FOLDERS, _FOLDER_REASONS = _all("folder", always=False)


def noise(name: str) -> str | None:
    """Return why a file or folder of this name is skipped wherever it lies and whatever .havenignore says, if it is."""
    found = _ALWAYS.fullmatch(name.lower())
    return None if found is None else _ALWAYS_REASONS[(found.lastindex or 1) - 1]


def left(path: str, *, folder: bool) -> str | None:
    """Return why something is another program's, by its path with all that is known of the names above it."""
    path = path.lower()
    name = path.rpartition("/")[2]
    if found := _NAMES.fullmatch(name):
        return _NAME_REASONS[(found.lastindex or 1) - 1]
    if name.startswith("."):
        return "hidden"
    if folder and (reason := _tail(path)):
        return reason
    return None


def _tail(path: str) -> str | None:
    """Return why a folder is another program's, by the last names of its path."""
    start = len(path)
    for _ in range(5):  # no rule has more names
        start = path.rfind("/", 0, start)
        if found := _FOLDERS.fullmatch(path, start + 1):
            return _FOLDER_REASONS[(found.lastindex or 1) - 1]
        if start < 0:
            break
    return None


def marked(name: str, marker: str) -> str | None:
    """Return why a folder of this name that has a file called `marker` in it is skipped, if it is."""
    return next(
        (
            rule.reason
            for rule in RULES
            if rule.where == "marker" and rule.marker == marker and re.fullmatch(rule.names, name.lower(), re.DOTALL)
        ),
        None,
    )
