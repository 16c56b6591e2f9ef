"""Which files are one photo: cases from programs' documentation and their users' reports.

Expectations were written down from the sources named, before the code was run on them.
"""

from helpers.belonging import DAY, LATER, OTHER, F, Pair

UUID = "1E50C3A2-0B1D-4A6C-9A1F-0123456789AB"

PAIRS = (
    # a counter that began again, or two cameras
    Pair(
        "field: a film of another year",
        (F("IMG_3223.JPG", DAY), F("IMG_3223.MOV", OTHER, lasts=4)),
        {"IMG_3223.JPG": {}, "IMG_3223.MOV": {}},
    ),
    Pair(
        "the same day, hours apart",
        (F("IMG_0042.JPG", "2024-05-01 10:07:13"), F("IMG_0042.MP4", "2024-05-01 19:00:00", lasts=3)),
        {"IMG_0042.JPG": {}, "IMG_0042.MP4": {}},
    ),
    Pair(
        "two cameras, the film without a date",
        (F("IMG_0042.JPG", DAY, maker="canon"), F("IMG_0042.MOV", lasts=3, maker="apple")),
        {"IMG_0042.JPG": {}, "IMG_0042.MOV": {}},
    ),
    Pair(
        "a RAW file of another year",
        (F("DSC_0001.NEF", "2012-01-01 12:00:00"), F("DSC_0001.JPG", "2015-08-01 12:00:00")),
        {"DSC_0001.JPG": {}, "DSC_0001.NEF": {}},
    ),
    Pair(
        "RAW and JPEG of two makers, one without a date",
        (F("DSC_0001.NEF", DAY, maker="nikon"), F("DSC_0001.JPG", maker="canon")),
        {"DSC_0001.JPG": {}, "DSC_0001.NEF": {}},
    ),
    Pair(
        "Apple's edit beside another picture of its number",
        (F("IMG_1234.HEIC", DAY), F("IMG_E1234.HEIC", OTHER)),
        {"IMG_1234.HEIC": {}, "IMG_E1234.HEIC": {}},
    ),
    Pair(
        "Google's edit of another year",
        (F("IMG_1.jpg", DAY), F("IMG_1-edited.jpg", OTHER)),
        {"IMG_1.jpg": {}, "IMG_1-edited.jpg": {}},
    ),
    Pair(
        "two RAW files, two JPEGs of two years",
        (F("a.jpg", DAY), F("a.nef", DAY), F("a.jpeg", OTHER), F("a.arw", OTHER)),
        {"a.jpg": {"a.nef": "raw"}, "a.jpeg": {"a.arw": "raw"}},
    ),
    Pair(
        "no dates in them, the disk says years apart",
        (F("IMG_1.JPG", changed=1.7e9), F("IMG_1.MOV", OTHER, lasts=3, changed=1.6e9)),
        {"IMG_1.JPG": {}, "IMG_1.MOV": {}},
    ),
    Pair(
        "no dates in them, copied together",
        (F("IMG_1.JPG", changed=1.7e9), F("IMG_1.MOV", OTHER, lasts=3, changed=1.7e9 + 9)),
        {"IMG_1.JPG": {"IMG_1.MOV": "live"}},
    ),
    Pair(
        "dates agree, one file was edited later",
        (F("IMG_1.JPG", DAY, changed=1.7e9), F("IMG_1.MOV", DAY, lasts=3, changed=1.6e9)),
        {"IMG_1.JPG": {"IMG_1.MOV": "live"}},
    ),
    # Live Photos by Apple's identifier
    Pair(
        "identifiers agree, the date was changed",
        (F("IMG_1.HEIC", DAY, content="A-1"), F("IMG_1.MOV", OTHER, lasts=2.5, content="A-1")),
        {"IMG_1.HEIC": {"IMG_1.MOV": "live"}},
    ),
    Pair(
        "identifiers differ, the times agree",
        (F("IMG_1.HEIC", DAY, content="A-1"), F("IMG_1.MOV", DAY, lasts=2.5, content="B-2")),
        {"IMG_1.HEIC": {}, "IMG_1.MOV": {}},
    ),
    Pair(
        "two pictures of one stem, the film says whose it is",
        (F("a.heic", DAY, content="A-1"), F("a.jpg", DAY, content="B-2"), F("a.mov", DAY, lasts=2, content="B-2")),
        {"a.heic": {}, "a.jpg": {"a.mov": "live"}},
    ),
    Pair(
        "a long film that says it is live",
        (F("IMG_1.HEIC", DAY, content="A-1"), F("IMG_1.MOV", DAY, lasts=7.4, content="A-1")),
        {"IMG_1.HEIC": {"IMG_1.MOV": "live"}},
    ),
    # Live Photos by times
    Pair(
        "the film begins before the picture",
        (F("IMG_1.JPG", LATER, 2), F("IMG_1.MOV", DAY, 2, lasts=3)),
        {"IMG_1.JPG": {"IMG_1.MOV": "live"}},
    ),
    Pair(
        "the film's time is UTC, as Android writes it",
        (F("20240501_100000.jpg", DAY), F("20240501_100000.mp4", "2024-05-01 08:00:03", lasts=2.6)),
        {"20240501_100000.jpg": {"20240501_100000.mp4": "live"}},
    ),
    Pair(
        "Nepal is 5:45 ahead",
        (F("20240501_100000.jpg", DAY), F("20240501_100000.mp4", "2024-05-01 04:15:03", lasts=2.6)),
        {"20240501_100000.jpg": {"20240501_100000.mp4": "live"}},
    ),
    Pair(
        "two zones that are sure",
        (F("IMG_1.JPG", DAY, 2), F("IMG_1.MOV", "2024-05-01 10:00:01", 3, lasts=3)),
        {"IMG_1.JPG": {}, "IMG_1.MOV": {}},
    ),
    Pair(
        "a film without any date", (F("IMG_1.JPG", DAY), F("IMG_1.MOV", lasts=3)), {"IMG_1.JPG": {"IMG_1.MOV": "live"}}
    ),
    Pair(
        "a film that is too long",
        (F("IMG_1.JPG", DAY), F("IMG_1.MOV", DAY, lasts=31)),
        {"IMG_1.JPG": {}, "IMG_1.MOV": {}},
    ),
    Pair(
        "an AVI is a film that somebody took",
        (F("MVI_1.JPG", DAY), F("MVI_1.AVI", DAY, lasts=5)),
        {"MVI_1.JPG": {}, "MVI_1.AVI": {}},
    ),
    # exporters' names of films
    Pair(
        "Photos' package",
        (F(f"{UUID}.heic", DAY), F(f"{UUID}_3.mov", DAY, lasts=2)),
        {f"{UUID}.heic": {f"{UUID}_3.mov": "live"}},
    ),
    Pair(
        "Photos' package, RAW",
        (F(f"{UUID}.jpeg", DAY), F(f"{UUID}_4.dng", DAY)),
        {f"{UUID}.jpeg": {f"{UUID}_4.dng": "raw"}},
    ),
    Pair(
        "Photos' package, edits",
        (F(f"{UUID}_1_201_a.heic", DAY), F(f"{UUID}_2_100_a.mov", DAY, lasts=2)),
        {f"{UUID}_1_201_a.heic": {f"{UUID}_2_100_a.mov": "live"}},
    ),
    Pair(
        "X.JPG.MOV", (F("IMG_1.JPG", DAY), F("IMG_1.JPG.MOV", DAY, lasts=2)), {"IMG_1.JPG": {"IMG_1.JPG.MOV": "live"}}
    ),
    Pair(
        "X.HEIC.MOV beside X.JPG",
        (F("IMG_1.JPG", DAY), F("IMG_1.HEIC", DAY), F("IMG_1.HEIC.MOV", DAY, lasts=2)),
        {"IMG_1.JPG": {}, "IMG_1.HEIC": {"IMG_1.HEIC.MOV": "live"}},
    ),
    Pair(
        "X.JPG.MOV beside X.HEIC",
        (F("IMG_1.JPG", DAY), F("IMG_1.HEIC", DAY), F("IMG_1.JPG.MOV", DAY, lasts=2)),
        {"IMG_1.JPG": {"IMG_1.JPG.MOV": "live"}, "IMG_1.HEIC": {}},
    ),
    Pair(
        "numbers with and without a space",
        (F("IMG_1234 (1).HEIC", DAY), F("IMG_1234(1).MOV", DAY, lasts=2)),
        {"IMG_1234 (1).HEIC": {"IMG_1234(1).MOV": "live"}},
    ),
    Pair(
        "numbers keep apart",
        (F("IMG_1.HEIC"), F("IMG_1.MOV", lasts=2), F("IMG_1(1).HEIC"), F("IMG_1(1).MOV", lasts=2)),
        {"IMG_1.HEIC": {"IMG_1.MOV": "live"}, "IMG_1(1).HEIC": {"IMG_1(1).MOV": "live"}},
    ),
    Pair(
        "iCloud downloaders",
        (F("IMG_1.HEIC", DAY), F("IMG_1_HEVC.MOV", DAY, lasts=2)),
        {"IMG_1.HEIC": {"IMG_1_HEVC.MOV": "live"}},
    ),
    Pair(
        "iCloud downloaders, with a number",
        (F("IMG_1 (2).HEIC", DAY), F("IMG_1 (2)_HEVC.MOV", DAY, lasts=2)),
        {"IMG_1 (2).HEIC": {"IMG_1 (2)_HEVC.MOV": "live"}},
    ),
    Pair(
        "icloudpd, by size",
        (F("IMG_1-1934885.HEIC", DAY), F("IMG_1-1934885_HEVC.MOV", DAY, lasts=2)),
        {"IMG_1-1934885.HEIC": {"IMG_1-1934885_HEVC.MOV": "live"}},
    ),
    Pair(
        "Google's .MP",
        (F("PXL_20210101_120000123.MP.jpg", DAY), F("PXL_20210101_120000123.MP", DAY, lasts=2)),
        {"PXL_20210101_120000123.MP.jpg": {"PXL_20210101_120000123.MP": "live"}},
    ),
    Pair(
        "Google's .MP with an ending",
        (F("PXL_20210101_120000123.MP.jpg", DAY), F("PXL_20210101_120000123.MP.mp4", DAY, lasts=2)),
        {"PXL_20210101_120000123.MP.jpg": {"PXL_20210101_120000123.MP.mp4": "live"}},
    ),
    Pair(
        "Takeout's film of a HEIC",
        (F("IMG_1.HEIC", DAY, content="A-1"), F("IMG_1.MP4", "2024-05-01 08:00:00", lasts=2.5)),
        {"IMG_1.HEIC": {"IMG_1.MP4": "live"}},
    ),
    Pair(
        "MVIMG, taken apart",
        (F("MVIMG_20190101_120000.jpg", DAY), F("MVIMG_20190101_120000.MP4", DAY, lasts=2)),
        {"MVIMG_20190101_120000.jpg": {"MVIMG_20190101_120000.MP4": "live"}},
    ),
    # Google's shots of several files
    Pair(
        "Pixel portrait",
        (F("PXL_20231225_120000123.PORTRAIT.jpg", DAY), F("PXL_20231225_120000123.PORTRAIT.ORIGINAL.jpg", DAY)),
        {"PXL_20231225_120000123.PORTRAIT.ORIGINAL.jpg": {"PXL_20231225_120000123.PORTRAIT.jpg": "edit"}},
    ),
    Pair(
        "old Pixel portrait",
        (
            F("00100lrPORTRAIT_00100_BURST20190101120000123_COVER.jpg", DAY),
            F("00000PORTRAIT_00000_BURST20190101120000123.jpg", DAY),
        ),
        {
            "00000PORTRAIT_00000_BURST20190101120000123.jpg": {
                "00100lrPORTRAIT_00100_BURST20190101120000123_COVER.jpg": "edit"
            }
        },
    ),
    Pair(
        "Pixel burst: each is a photo",
        (
            F("00000IMG_00000_BURST20190101120000123_COVER.jpg", DAY),
            F("00001IMG_00001_BURST20190101120000123.jpg", DAY),
        ),
        {
            "00000IMG_00000_BURST20190101120000123_COVER.jpg": {},
            "00001IMG_00001_BURST20190101120000123.jpg": {},
        },
    ),
    Pair(
        "Google Photos' copy of an edit",
        (F("PXL_20210101_120000123.jpg", DAY), F("PXL_20210101_120000123~2.jpg", DAY)),
        {"PXL_20210101_120000123.jpg": {"PXL_20210101_120000123~2.jpg": "edit"}},
    ),
    Pair(
        "two shots in one second are not edits",
        (F("IMG_20150101_120000.jpg", DAY), F("IMG_20150101_120000~2.jpg", DAY)),
        {"IMG_20150101_120000.jpg": {}, "IMG_20150101_120000~2.jpg": {}},
    ),
    # Samsung
    Pair(
        "Samsung burst: each is a photo",
        tuple(F(f"20190101_120000_{n:03}.jpg", DAY) for n in range(1, 4)),
        {f"20190101_120000_{n:03}.jpg": {} for n in range(1, 4)},
    ),
    Pair(
        "Samsung's best of a burst",
        (F("20190101_120000.jpg", DAY), F("20190101_120000_Burst01.jpg", DAY)),
        {"20190101_120000.jpg": {}, "20190101_120000_Burst01.jpg": {}},
    ),
    Pair(
        "Samsung, two in one second",
        (F("20190101_120000(0).jpg", DAY), F("20190101_120000.jpg", DAY), F("20190101_120000(0).mp4", DAY, lasts=2)),
        {"20190101_120000(0).jpg": {"20190101_120000(0).mp4": "live"}, "20190101_120000.jpg": {}},
    ),
    # edits
    Pair(
        "osxphotos",
        (F("IMG_1.HEIC", DAY), F("IMG_1_edited.jpeg", DAY), F("IMG_1.mov", DAY, lasts=2), F("IMG_1_edited.mov", DAY)),
        {"IMG_1.HEIC": {"IMG_1_edited.jpeg": "edit", "IMG_1.mov": "live", "IMG_1_edited.mov": "edit"}},
    ),
    Pair(
        "osxphotos, with a number",
        (F("IMG_1 (1).jpg", DAY), F("IMG_1_edited (1).jpg", DAY), F("IMG_1.jpg", OTHER)),
        {"IMG_1 (1).jpg": {"IMG_1_edited (1).jpg": "edit"}, "IMG_1.jpg": {}},
    ),
    *(
        Pair(
            f"Takeout {word}",
            (F("IMG_1.jpg", DAY), F(f"IMG_1-{word}.jpg", DAY)),
            {"IMG_1.jpg": {f"IMG_1-{word}.jpg": "edit"}},
        )
        for word in (
            "edited",
            "bearbeitet",
            "modifié",
            "modifie\u0301",
            "bewerkt",
            "ha editado",
            "編集済み",
            "edytowane",
        )
    ),
    Pair(
        "Takeout's number comes last",
        (F("IMG_1(1).jpg", DAY), F("IMG_1-edited(1).jpg", DAY), F("IMG_1.jpg", OTHER)),
        {"IMG_1(1).jpg": {"IMG_1-edited(1).jpg": "edit"}, "IMG_1.jpg": {}},
    ),
    Pair(
        "Takeout cuts the word",
        (F("a" * 43 + ".jpg", DAY), F("a" * 43 + "-edi.jpg", DAY)),
        {"a" * 43 + ".jpg": {"a" * 43 + "-edi.jpg": "edit"}},
    ),
    Pair(
        "iPhone",
        (F("IMG_1234.HEIC", DAY), F("IMG_E1234.HEIC", DAY), "IMG_1234.AAE", "IMG_O1234.AAE"),
        {"IMG_1234.HEIC": {"IMG_E1234.HEIC": "edit", "IMG_1234.AAE": "sidecar", "IMG_O1234.AAE": "sidecar"}},
    ),
    Pair(
        "Lightroom",
        (F("DSC_1.NEF", DAY), F("DSC_1-Edit.tif", DAY), F("DSC_1-Enhanced-NR.dng", DAY), F("DSC_1-Edit-2.tif", DAY)),
        {"DSC_1.NEF": {"DSC_1-Edit.tif": "edit", "DSC_1-Enhanced-NR.dng": "edit", "DSC_1-Edit-2.tif": "edit"}},
    ),
    Pair(
        "Lightroom, twice over",
        (F("DSC_1.NEF", DAY), F("DSC_1-Enhanced-NR-Edit.tif", DAY)),
        {"DSC_1.NEF": {"DSC_1-Enhanced-NR-Edit.tif": "edit"}},
    ),
    Pair(
        "DxO",
        (F("DSC_1.NEF", DAY), F("DSC_1_DxO.jpg", DAY), F("DSC_1-DxO_DeepPRIME XD.dng", DAY)),
        {"DSC_1.NEF": {"DSC_1_DxO.jpg": "edit", "DSC_1-DxO_DeepPRIME XD.dng": "edit"}},
    ),
    Pair(
        "Shotwell", (F("DSC_1.JPG", DAY), F("DSC_1_modified.JPG", DAY)), {"DSC_1.JPG": {"DSC_1_modified.JPG": "edit"}}
    ),
    Pair(
        "digiKam's versions",
        (F("DSC_1.JPG", DAY), F("DSC_1_v1.JPG", DAY), F("DSC_1_v2.JPG", DAY)),
        {"DSC_1.JPG": {"DSC_1_v1.JPG": "edit", "DSC_1_v2.JPG": "edit"}},
    ),
    Pair(
        "an HDR picture beside the plain one of the shot",
        (F("IMG_20230601_101112.jpg", DAY), F("IMG_20230601_101112_HDR.jpg", DAY)),
        {"IMG_20230601_101112.jpg": {"IMG_20230601_101112_HDR.jpg": "edit"}},
    ),
    Pair(
        "an HDR picture of another moment, and one alone",
        (F("IMG_1.jpg", DAY), F("IMG_1_HDR.jpg", OTHER), F("IMG_2_HDR.jpg", DAY)),
        {"IMG_1.jpg": {}, "IMG_1_HDR.jpg": {}, "IMG_2_HDR.jpg": {}},
    ),
    Pair(
        "an HDR picture with its own RAW file and film",
        (F("IMG_1_HDR.jpg", DAY), F("IMG_1_HDR.dng", DAY), F("IMG_1_HDR.mp4", DAY, lasts=2)),
        {"IMG_1_HDR.jpg": {"IMG_1_HDR.dng": "raw", "IMG_1_HDR.mp4": "live"}},
    ),
    Pair(
        "a map of depths, which says nothing of its time",
        (F("IMG_20230601_101112.jpg", DAY), "IMG_20230601_101112_DEPTH.jpg", "IMG_3_depth.png"),
        {"IMG_20230601_101112.jpg": {"IMG_20230601_101112_DEPTH.jpg": "edit"}, "IMG_3_depth.png": {}},
    ),
    Pair(
        "a portrait and what it was made from",
        (F("00100_PORTRAIT-01.COVER.jpg", DAY), F("00100_PORTRAIT-02.ORIGINAL.jpg", DAY)),
        {"00100_PORTRAIT-02.ORIGINAL.jpg": {"00100_PORTRAIT-01.COVER.jpg": "edit"}},
    ),
    Pair(
        "versions without dates are what people kept",
        (F("plan.jpg"), F("plan_v1.jpg"), F("plan_v2.jpg"), "plan_v1.xmp", "plan_v2.jpg.xmp"),
        {"plan.jpg": {}, "plan_v1.jpg": {"plan_v1.xmp": "sidecar"}, "plan_v2.jpg": {"plan_v2.jpg.xmp": "sidecar"}},
    ),
    Pair("an edit alone is a photo", (F("IMG_1-edited.jpg", DAY),), {"IMG_1-edited.jpg": {}}),
    # RAW twins and thumbnails
    Pair("RAW and JPEG", (F("DSC_1.ARW", DAY), F("DSC_1.JPG", DAY)), {"DSC_1.JPG": {"DSC_1.ARW": "raw"}}),
    Pair("RAW and HIF", (F("DSC_1.ARW", DAY), F("DSC_1.HIF", DAY)), {"DSC_1.HIF": {"DSC_1.ARW": "raw"}}),
    Pair("RAW and a JPEG without a date", (F("DSC_1.ARW", DAY), F("DSC_1.JPG")), {"DSC_1.JPG": {"DSC_1.ARW": "raw"}}),
    Pair(
        "GoPro",
        (F("GX010123.MP4", DAY, lasts=60), F("GL010123.LRV", DAY, lasts=60), F("GX010123.THM")),
        {"GX010123.MP4": {"GL010123.LRV": "thumbnail", "GX010123.THM": "thumbnail"}},
    ),
    Pair(
        "Lumia",
        (F("WP_20140101_12_00_00_Raw.jpg", DAY), F("WP_20140101_12_00_00_Raw__highres.dng", DAY)),
        {"WP_20140101_12_00_00_Raw.jpg": {"WP_20140101_12_00_00_Raw__highres.dng": "raw"}},
    ),
    # sidecars
    Pair(
        "each sidecar to its own",
        (F("i.jpg", DAY), F("i.nef", DAY), F("i.png", DAY), "i.jpg.xmp", "i.xmp", "i.nef.xmp", "i.png.xmp"),
        {
            "i.jpg": {"i.nef": "raw", "i.jpg.xmp": "sidecar", "i.xmp": "sidecar", "i.nef.xmp": "sidecar"},
            "i.png": {"i.png.xmp": "sidecar"},
        },
    ),
    Pair(
        "a number in a sidecar",
        (F("i(1).jpg"), F("i.jpg"), "i(1).xmp"),
        {"i(1).jpg": {"i(1).xmp": "sidecar"}, "i.jpg": {}},
    ),
    # backups
    Pair("exiftool", (F("x.jpg", DAY), F("x.jpg_original", DAY)), {"x.jpg": {}}),
    Pair(
        "editors", (F("DSC_0001.JPG", DAY), F("DSC_0001.JPG~", DAY), F("DSC_0001.JPG.~1~", DAY)), {"DSC_0001.JPG": {}}
    ),
    Pair("bak", (F("x.jpg"), F("x.bak"), F("x.jpg.bak"), F("x.jpg.orig"), F("x.jpg.old")), {"x.jpg": {}}),
    Pair("exiftool, of a film", (F("x.mp4", DAY, lasts=30), F("x.mp4_original", DAY, lasts=30)), {"x.mp4": {}}),
    Pair("a backup alone is a photo", (F("x.jpg_original", DAY),), {"x.jpg_original": {}}),
    Pair(
        "what somebody kept",
        (F("x.jpg", DAY), F("x_old.jpg", DAY), F("old x.jpg", DAY)),
        {"x.jpg": {}, "x_old.jpg": {}, "old x.jpg": {}},
    ),
    # conflict copies are photos
    Pair(
        "Syncthing's conflict",
        (F("x.jpg", DAY), F("x.sync-conflict-20240607-101112-ABCDEFG.jpg", DAY)),
        {"x.jpg": {}, "x.sync-conflict-20240607-101112-ABCDEFG.jpg": {}},
    ),
)
