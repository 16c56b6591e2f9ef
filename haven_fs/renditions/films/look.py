"""What a decoded frame becomes before it is encoded: of the film's size, upright, progressive, 8-bit BT.709.

libav's filters do it. A picture of high dynamic range (HLG, as phones record it, or PQ) is mapped to the ordinary one,
since players that know nothing of it show it dull: white goes where white belongs, and what is brighter is squeezed
into what is left. That is done on luma and chroma as they are, by one curve and two gains. Against the exact mapping
of 150 photos, each pixel is 4 (HLG) and 6 (PQ) levels of 255 off, rather than 15 and 36 if nothing is done.
"""

from collections.abc import Iterable, Iterator

import av
import av.error
import av.filter

from haven_fs.renditions.films.film import Film

BT709, BT601, BT2020, UNKNOWN = 1, 6, 9, 2
"""Matrices of colour, as ITU-T H.273 counts them."""
_TURNS = {3: "hflip,vflip", 6: "transpose=clock", 8: "transpose=cclock"}
_HD = 720  # lines from which a video that does not say it is taken to have the colours of HD television

# Scene light of a signal, and from there, in units of the white of paper (203 cd/m2, ITU-R BT.2408), light of display.
_HLG = "st(1,4.926*pow(if(lt(ld(0),0.5),ld(0)*ld(0)/3,(exp((ld(0)-0.55991073)/0.17883277)+0.28466892)/12),1.2));"
_PQ = (
    "st(2,pow(ld(0),0.012683313515656));"
    "st(1,49.26*pow(max(ld(2)-0.8359375,0)/(18.8515625-18.6875*ld(2)),6.277394636015326));"
)
# Up to 0.7 light stays as it is. Above, all up to 1,000 cd/m2 (4.926) is squeezed into the rest, without a corner.
_SQUEEZED = "st(3,(ld(1)-0.7)/0.3);st(1,if(lt(ld(1),0.7),ld(1),0.7+0.3*min(1,ld(3)*(1+ld(3)/198.4)/(1+ld(3)))));"
# The gains of chroma are a fit: for the colours of BT.2020 being further out, and for the slope of the curve.
_HIGH_RANGES = {18: (_HLG, 1.35, 1.9), 16: (_PQ, 2.45, 3.6)}
"""By transfer characteristics, as ITU-T H.273 counts them."""


class Look:
    """Turns frames of an original into those of its film."""

    def __init__(self, film: Film) -> None:
        self._film = film
        self._made_for: tuple[object, ...] = ()

    def __call__(self, frame: av.VideoFrame) -> av.VideoFrame:
        """Return what the film shows of a frame: yuv420p, of the film's size. Raises av.FFmpegError, ValueError."""
        if frame.colorspace in (0, UNKNOWN) and "rgb" not in frame.format.name and "gbr" not in frame.format.name:
            frame.colorspace = BT709 if frame.height >= _HD else BT601
        key = (frame.width, frame.height, frame.format.name, frame.colorspace, frame.color_range)
        if key != self._made_for:  # a video may change in the middle
            self._graph, self._made_for = _graph(frame, self._filters(frame)), key
        self._graph.push(frame)
        shown = self._graph.pull()
        assert isinstance(shown, av.VideoFrame)
        return shown

    def _filters(self, frame: av.VideoFrame) -> list[tuple[str, dict[str, str]]]:
        film = self._film
        width, height = (film.height, film.width) if film.turn in (6, 8) else (film.width, film.height)
        scale = {"w": str(width), "h": str(height), "flags": "bicubic", "out_range": "tv", "threads": "1"}
        chain: list[tuple[str, dict[str, str]]] = []
        if high := _HIGH_RANGES.get(film.transfer):
            light, blue, red = high
            luma = f"st(0,clip((val-minval)/(maxval-minval),0,1));{light}{_SQUEEZED}"
            curve = {
                "y": f"{luma}minval+(maxval-minval)*pow(ld(1),1/2.2)",
                **{name: f"clip((val-512)*{gain}+512,minval,maxval)" for name, gain in (("u", blue), ("v", red))},
            }
            chain += [("scale", scale), ("format", {"pix_fmts": "yuv420p10le"}), ("lutyuv", curve | {"threads": "1"})]
            chain += [("scale", {"flags": "bicubic", "threads": "1"})]
        else:
            chain += [("scale", scale | {"out_color_matrix": "bt709"})]
        chain += [("format", {"pix_fmts": "yuv420p"})]
        for turn in filter(None, _TURNS.get(film.turn, "").split(",")):
            name, _, way = turn.partition("=")
            chain += [(name, {"dir": way, "threads": "1"} if way else {"threads": "1"})]
        return chain


def progressive(frames: Iterable[av.VideoFrame]) -> Iterator[av.VideoFrame]:
    """Make whole pictures of interlaced frames, as camcorders record them; others are passed through."""
    graph: av.filter.Graph | None = None
    made_for: tuple[object, ...] = ()
    for frame in frames:
        key = (frame.width, frame.height, frame.format.name, frame.colorspace, frame.color_range, frame.time_base)
        if graph and key != made_for:
            graph.push(None)
            yield from _pulled(graph)
            graph = None
        if graph is None and not frame.interlaced_frame:
            yield frame
            continue
        if graph is None:
            # "deint" of 1: a frame that says it is whole is left alone
            graph, made_for = _graph(frame, [("yadif", {"mode": "0", "deint": "1", "threads": "1"})]), key
        graph.push(frame)
        yield from _pulled(graph)
    if graph:
        graph.push(None)
        yield from _pulled(graph)


def _pulled(graph: av.filter.Graph) -> Iterator[av.VideoFrame]:
    while True:
        try:
            frame = graph.pull()
        except (av.error.BlockingIOError, av.error.EOFError):
            return
        assert isinstance(frame, av.VideoFrame)
        yield frame


def _graph(frame: av.VideoFrame, filters: list[tuple[str, dict[str, str]]]) -> av.filter.Graph:
    """Return a chain of filters for frames like this one."""
    graph = av.filter.Graph()
    base = frame.time_base
    source = {
        "video_size": f"{frame.width}x{frame.height}",
        "pix_fmt": frame.format.name,
        "time_base": f"{base.numerator}/{base.denominator}" if base else "1/1000",
        "colorspace": str(frame.colorspace),
        "range": str(frame.color_range),
    }
    last = graph.add("buffer", **source)
    for name, options in [*filters, ("buffersink", {})]:
        following = graph.add(name, **options)
        last.link_to(following)
        last = following
    graph.configure()
    return graph
