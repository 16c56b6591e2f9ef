"""Pictures and films as files that cameras write: JPEG, HEIC, MP4 and MOV with times, places and words in them."""

import functools
import io
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from xml.sax.saxutils import escape

import av
import pillow_heif
from PIL import Image

FRAMES_PER_SECOND = 10
FACES = (
    '<mwg-rs:Regions xmlns:mwg-rs="http://www.metadataworkinggroup.com/schemas/regions/"'
    ' xmlns:stDim="http://ns.adobe.com/xap/1.0/sType/Dimensions#" xmlns:stArea="http://ns.adobe.com/xmp/sType/Area#"'
    ' rdf:parseType="Resource"><mwg-rs:AppliedToDimensions stDim:w="{width}" stDim:h="{height}" stDim:unit="pixel"/>'
    "<mwg-rs:RegionList><rdf:Bag>{faces}</rdf:Bag></mwg-rs:RegionList></mwg-rs:Regions>"
)
FACE = (
    '<rdf:li><rdf:Description mwg-rs:Name="{name}" mwg-rs:Type="Face"><mwg-rs:Area'
    ' stArea:x="{x:.5f}" stArea:y="{y:.5f}" stArea:w="{w:.5f}" stArea:h="{h:.5f}"'
    ' stArea:unit="normalized"/></rdf:Description></rdf:li>'
)
XMP = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/"\
 xmlns:GPano="http://ns.google.com/photos/1.0/panorama/"{attributes}>{elements}</rdf:Description></rdf:RDF></x:xmpmeta>
<?xpacket end="w"?>"""


@dataclass(frozen=True, slots=True)
class Camera:
    """What took it: names as in EXIF; whether it writes its time zone and its position; its file names."""

    make: str
    model: str
    lens: str
    knows_where: bool
    name: str


@dataclass(frozen=True, slots=True)
class NamedFace:
    """A face and whose it is, as programs for photos write it; left, top, right, bottom as shares of the picture."""

    name: str
    box: tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Shot:
    """When, where and with what something was taken, and what was written about it.

    `taken` is the clock's time at the place, `offset` minutes it is ahead of UTC, `position` latitude and longitude.
    """

    taken: datetime
    offset: int
    camera: Camera
    position: tuple[float, float] | None = None
    caption: str = ""
    keywords: tuple[str, ...] = ()
    rating: int = 0
    turned: bool = False
    panorama: bool = False
    faces: tuple[NamedFace, ...] = ()

    @property
    def instant(self) -> datetime:
        """The moment it was taken, in UTC."""
        return self.taken.replace(tzinfo=timezone(timedelta(minutes=self.offset))).astimezone(UTC)


def jpeg(image: Image.Image, shot: Shot | None) -> bytes:
    """Return a JPEG file; without a shot one that tells nothing, as messengers and scanners write them."""
    if shot and shot.turned:
        image = image.transpose(Image.Transpose.ROTATE_90)
    out = io.BytesIO()
    image.save(out, "JPEG", quality=88)
    plain = out.getvalue()
    if shot is None:
        return plain
    parts = [b"Exif\0\0" + _exif(shot), b"http://ns.adobe.com/xap/1.0/\0" + _xmp(shot, image.size)]
    segments = b"".join(b"\xff\xe1" + struct.pack(">H", len(part) + 2) + part for part in parts)
    return plain[:2] + segments + plain[2:]


def heic(image: Image.Image, shot: Shot) -> bytes:
    """Return a HEIC file."""
    out = io.BytesIO()
    pillow_heif.from_pillow(image).save(out, quality=70, exif=b"Exif\0\0" + _exif(shot), xmp=_xmp(shot, image.size))
    return out.getvalue()


def gif(frames: Sequence[Image.Image]) -> bytes:
    """Return an animation of ten pictures a second that begins again."""
    out = io.BytesIO()
    frames[0].save(out, "GIF", save_all=True, append_images=frames[1:], duration=100, loop=0)
    return out.getvalue()


def png(image: Image.Image) -> bytes:
    """Return a PNG file."""
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def film(frames: Sequence[Image.Image], shot: Shot, kind: str) -> bytes:
    """Return an MP4 ("mp4") or QuickTime ("mov") film of 10 frames a second; sizes must be even."""
    out = io.BytesIO()
    # The newer of the two ways to write tags is the one that keeps places and Apple's names.
    options = {"movflags": "use_metadata_tags"}
    with av.open(out, "w", format=kind, options=options) as container:
        container.metadata.update(_tags(shot, kind))
        stream = container.add_stream(_encoder(), rate=FRAMES_PER_SECOND)
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height = frames[0].size
        stream.pix_fmt = "yuv420p"
        stream.bit_rate = 1_500_000
        stream.codec_context.thread_count = 1  # the same bytes each time
        for picture in frames:
            container.mux(stream.encode(av.VideoFrame.from_image(picture)))  # type: ignore[no-untyped-call]
        container.mux(stream.encode())
    return out.getvalue()


@functools.cache
def _encoder() -> str:
    """Return H.264's encoder if PyAV was built with it, else MPEG-4's, which is always there."""
    try:
        av.Codec("libx264", "w")
    except av.codec.codec.UnknownCodecError:
        return "mpeg4"
    return "libx264"


def _tags(shot: Shot, kind: str) -> dict[str, str]:
    tags = {"creation_time": shot.instant.strftime("%Y-%m-%dT%H:%M:%S.000000Z")}
    where = f"{shot.position[0]:+08.4f}{shot.position[1]:+09.4f}/" if shot.position else ""
    if kind == "mov":
        tags["com.apple.quicktime.creationdate"] = shot.taken.isoformat() + _zone(shot.offset).replace(":", "")
        tags["com.apple.quicktime.make"] = shot.camera.make
        tags["com.apple.quicktime.model"] = shot.camera.model
        if where:
            tags["com.apple.quicktime.location.ISO6709"] = where
    elif where:
        tags["location"] = where
    return tags


def _zone(offset: int) -> str:
    return f"{'-' if offset < 0 else '+'}{abs(offset) // 60:02d}:{abs(offset) % 60:02d}"


def _exif(shot: Shot) -> bytes:
    exif = Image.Exif()
    time = shot.taken.strftime("%Y:%m:%d %H:%M:%S")
    exif[0x010F], exif[0x0110], exif[0x0112] = shot.camera.make, shot.camera.model, 6 if shot.turned else 1
    exif[0x0132] = time
    if shot.caption:
        exif[0x010E] = shot.caption
    detail = exif.get_ifd(0x8769)
    detail[0x9003] = detail[0x9004] = time
    detail[0xA434] = shot.camera.lens
    if shot.camera.knows_where:
        detail[0x9010] = detail[0x9011] = _zone(shot.offset)
    if shot.position:
        where = exif.get_ifd(0x8825)
        latitude, longitude = shot.position
        where[1], where[2] = "N" if latitude >= 0 else "S", _degrees(latitude)
        where[3], where[4] = "E" if longitude >= 0 else "W", _degrees(longitude)
        where[7] = (float(shot.instant.hour), float(shot.instant.minute), float(shot.instant.second))
        where[29] = shot.instant.strftime("%Y:%m:%d")
    return exif.tobytes().removeprefix(b"Exif\0\0")


def _degrees(value: float) -> tuple[float, float, float]:
    seconds = round(abs(value) * 3600, 2)
    return float(seconds // 3600), float(seconds % 3600 // 60), round(seconds % 60, 2)


def _xmp(shot: Shot, size: tuple[int, int]) -> bytes:
    attributes = f' xmp:Rating="{shot.rating}"' if shot.rating else ""
    if shot.panorama:
        attributes += ' GPano:ProjectionType="cylindrical"'
    words = "".join(f"<rdf:li>{escape(word)}</rdf:li>" for word in shot.keywords)
    elements = f"<dc:subject><rdf:Bag>{words}</rdf:Bag></dc:subject>" if words else ""
    if shot.faces:
        faces = "".join(_face(face) for face in shot.faces)
        elements += FACES.format(width=size[0], height=size[1], faces=faces)
    return XMP.format(attributes=attributes, elements=elements).encode()


def _face(face: NamedFace) -> str:
    left, top, right, bottom = face.box
    middle = {"x": (left + right) / 2, "y": (top + bottom) / 2, "w": right - left, "h": bottom - top}
    return FACE.format(name=escape(face.name, {'"': "&quot;"}), **middle)
