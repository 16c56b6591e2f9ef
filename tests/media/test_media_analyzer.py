"""What a photo is: rating, caption, keywords and type, from what files really hold."""

from collections.abc import Callable

import pytest

from haven_fs.analysis.analyzer import Facts, Metadata, Sample, Tag
from haven_media.analyzer import MediaAnalyzer

Make = Callable[..., Sample]


def facts(sample: Sample) -> Facts:
    return MediaAnalyzer().analyze([sample])[0]


def types(sample: Sample) -> set[str]:
    return {tag.name for tag in facts(sample).tags if tag.facet == "type"}


def test_values_are_those_of_the_file_and_nothing_else(sample: Make) -> None:
    made = sample(width=40, height=30, orientation=6, exif={"Image Make": "Canon\0\0 ", "Image Model": "EOS"})
    assert facts(made).values == {"width": 40, "height": 30, "orientation": 6, "make": "Canon", "model": "EOS"}


def test_camera_of_a_video_and_of_a_raw_twin(sample: Make) -> None:
    tags = {"com.apple.quicktime.make": "Apple", "com.apple.quicktime.model": "iPhone 6"}
    assert facts(sample(kind="video", format="mov", video=tags)).values == {"make": "Apple", "model": "iPhone 6"}
    raw = Metadata("raw", "nef", exif={"Image Model": "Z 6", "EXIF LensModel": "35mm"})
    assert facts(sample(companions={"raw": raw})).values == {"model": "Z 6", "lens": "35mm"}


@pytest.mark.parametrize(
    ("metadata", "rating"),
    [
        ({"xmp": {"xmp:Rating": "4"}}, 4),
        ({"xmp": {"xmp:Rating": "0"}}, 0),
        ({"xmp": {"xmp:Rating": "-1"}}, None),
        ({"xmp": {"xmp:Rating": "5"}, "exif": {"Image Rating": 1}}, 5),
        ({"xmp": {"xmp:Rating": "nan"}}, None),
        ({"xmp": {"MicrosoftPhoto:Rating": "75"}}, 4),
        ({"xmp": {"MicrosoftPhoto:Rating": "99"}}, 5),
        ({"xmp": {"MicrosoftPhoto:Rating": "0"}}, 0),
        ({"exif": {"Image Rating": 3}}, 3),
        ({"exif": {"Image Rating": 80}}, None),
        ({}, None),
    ],
)
def test_rating(sample: Make, metadata: dict[str, object], rating: int | None) -> None:
    assert facts(sample(**metadata)).values.get("rating") == rating


@pytest.mark.parametrize(
    ("exif", "caption"),
    [
        ({"Image ImageDescription": "Grandma's 80th birthday"}, "Grandma's 80th birthday"),
        ({"Image ImageDescription": "OLYMPUS DIGITAL CAMERA         "}, None),
        ({"Image ImageDescription": "SONY DSC"}, None),
        ({"Image ImageDescription": "KONICA MINOLTA DIGITAL CAMERA"}, None),
        ({"Image ImageDescription": "Exif_JPEG_PICTURE"}, None),
        ({"Image ImageDescription": "DCIM\\100GOPRO\\GOPR0017.JPG"}, None),
        ({"Image ImageDescription": "DSC00019"}, None),
        ({"Image ImageDescription": "rhdr", "Image Make": "HUAWEI"}, None),
        ({"Image ImageDescription": "rhdr", "Image Make": "Canon"}, "rhdr"),
        ({"Image ImageDescription": "KODAK DC210", "Image Model": "Kodak DC210"}, None),
        ({"Image ImageDescription": "12:30"}, None),
        ({"Image ImageDescription": "SONY DSC", "EXIF UserComment": "On the pier"}, "On the pier"),
        ({"EXIF UserComment": '{"filter": 3}'}, None),
        ({"EXIF UserComment": "Screenshot"}, None),
        ({"Image XPTitle": "Été à la mer"}, "Été à la mer"),
    ],
)
def test_caption(sample: Make, exif: dict[str, object], caption: str | None) -> None:
    assert facts(sample(exif=exif)).values.get("caption") == caption


@pytest.mark.parametrize(
    ("comments", "caption"),
    [
        (["Created with The GIMP", "Lovely smoke, of which I'm secretly very proud."], "Lovely smoke, of which I'm"),
        (["Grandma's version of the cake"], "Grandma's version of the cake"),
        (["CREATOR: gd-jpeg v1.0 (using IJG JPEG v62), quality = 85"], None),
        (["File written by Adobe Photoshop\u00a8 4.0"], None),
        (["AppleMark"], None),
        (["Lavc58.54.100"], None),
        (["LEAD Technologies Inc. V1.01"], None),
        (["Optimized using ezgif.com"], None),
        (["https://example.org/File:Beach.jpg"], None),
        (["R: 139 G: 255 B: 189"], None),
    ],
)
def test_a_comment_in_plain_words_is_the_last_to_be_a_caption(
    sample: Make, comments: list[str], caption: str | None
) -> None:
    said = facts(sample(comments=comments)).values.get("caption")
    assert said == caption or (caption and str(said).startswith(caption))
    assert facts(sample(comments=comments, exif={"EXIF UserComment": "On it"})).values["caption"] == "On it"


def test_xmp_caption_comes_first_and_loses_control_characters(sample: Make) -> None:
    made = sample(xmp={"dc:description": " A\0walk\r\n "}, exif={"Image ImageDescription": "other"})
    assert facts(made).values["caption"] == "A walk"


def test_iptc_s_caption_and_keywords(sample: Make) -> None:
    iptc = {"iptc:Caption-Abstract": "At the fair", "iptc:ObjectName": "Fair", "iptc:Keywords": ["Ulm", "fair"]}
    made = sample(iptc=iptc, exif={"Image ImageDescription": "other"}, xmp={"dc:subject": ["Fair"]})
    assert facts(made).values["caption"] == "At the fair"
    assert [tag.name for tag in facts(made).tags] == ["Fair", "Ulm"]
    assert facts(sample(iptc=iptc, xmp={"dc:description": "Said later"})).values["caption"] == "Said later"
    assert facts(sample(iptc={"iptc:ObjectName": "Fair"})).values["caption"] == "Fair"


def test_keywords_are_leaves_once_each(sample: Make) -> None:
    xmp = {
        "dc:subject": ["Beach", "beach ", "ÉTÉ", ""],
        "lr:hierarchicalSubject": ["Animals|Dogs|Rex", "Beach"],
        "digiKam:TagsList": ["People/Family"],
    }
    made = sample(xmp=xmp, exif={"Image XPKeywords": "Rex; snow"})
    names = [tag.name for tag in facts(made).tags]
    assert names == ["Beach", "ÉTÉ", "Rex", "Family", "snow"]
    assert facts(made).tags[1] == Tag("keyword", "été", "ÉTÉ")


@pytest.mark.parametrize("name", ["keywords", "com.apple.quicktime.keywords"])
def test_a_video_s_keywords(sample: Make, name: str) -> None:
    made = sample("a.mov", kind="video", format="mov", video={name: "Oma, Garten"})
    assert [tag.name for tag in facts(made).tags if tag.facet == "keyword"] == ["Oma", "Garten"]


def test_a_single_keyword_may_be_a_text(sample: Make) -> None:
    assert facts(sample(xmp={"dc:subject": "tag"})).tags == [Tag("keyword", "tag", "tag")]


CAMERA = {"Image Make": "Apple", "Image Model": "iPhone 8"}


@pytest.mark.parametrize(
    ("name", "metadata", "expected"),
    [
        ("a.mp4", {"kind": "video", "format": "mp4"}, {"Videos"}),
        ("a.nef", {"kind": "raw", "format": "nef"}, {"RAW"}),
        ("a.jpg", {"roles": frozenset({"raw", "live"})}, {"RAW", "Live Photos"}),
        ("a.jpg", {"film": (4000, 90_000)}, {"Live Photos"}),
        ("a.jpg", {"xmp": {"GCamera:MotionPhoto": "1"}}, set()),  # a program has dropped the film
        ("a.gif", {"format": "gif", "frames": 31}, {"Animations"}),
        ("a.gif", {"format": "gif"}, set()),
        ("IMG_20190102_030405_BURST001.jpg", {}, {"Bursts"}),
        ("00000IMG_00000_BURST20190102030405123_COVER.jpg", {}, {"Bursts"}),
        ("PXL_20210101_120000123.BURST-01.COVER.jpg", {}, {"Bursts"}),
        ("starburst 2.jpg", {}, set()),
        ("a.heic", {"exif": {"Apple BurstUUID": "5-6"}}, {"Bursts"}),
        ("Screenshot_2019-01-02-03-04-05.jpg", {}, {"Screenshots"}),
        ("Bildschirmfoto 2019-01-02 um 03.04.05.png", {}, {"Screenshots"}),
        ("a.heic", {"exif": {"EXIF UserComment": "Screenshot"}}, {"Screenshots"}),
        ("a.png", {"format": "png", "width": 1170, "height": 2532}, {"Screenshots"}),
        ("a.png", {"format": "png", "width": 2532, "height": 1170}, {"Screenshots"}),
        ("a.png", {"format": "png", "width": 1170, "height": 2532, "exif": CAMERA}, set()),
        ("a.png", {"format": "png", "width": 1920, "height": 1080}, set()),
        ("a.png", {"format": "png", "width": 800, "height": 800}, set()),
        ("a.jpg", {"width": 1170, "height": 2532}, set()),
        ("a.jpg", {"width": 10800, "height": 3900, "exif": CAMERA}, {"Panoramas"}),
        ("a.jpg", {"width": 3900, "height": 10800, "exif": CAMERA}, {"Panoramas"}),
        ("a.jpg", {"width": 10800, "height": 3900}, set()),
        ("a.jpg", {"width": 1200, "height": 400, "exif": CAMERA}, set()),
        ("a.jpg", {"xmp": {"GPano:ProjectionType": "equirectangular"}}, {"Panoramas"}),
    ],
)
def test_types(sample: Make, name: str, metadata: dict[str, object], expected: set[str]) -> None:
    assert types(sample(name, **metadata)) == expected
