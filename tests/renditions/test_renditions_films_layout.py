"""Where everything in a film lies, by its plan alone: the arithmetic, and what libav reads from the head."""

import io
import json
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import av
import pytest
from helpers.films import draw, whole
from hypothesis import given
from hypothesis import strategies as st

from haven_fs.library.kinds import sniff
from haven_fs.renditions.films import FOOT, Film, head

FILM = Film(320, 240, 30, 1, 130, 9000, 900, 768, 2, 1, 2)
RATES = [(5, 1), (15, 1), (24000, 1001), (25, 1), (30, 1)]
films = st.builds(
    lambda rate, frames, key, slot, sound: replace(
        FILM, rate_num=rate[0], rate_den=rate[1], frames=frames, key=key, slot=slot, sound=sound
    ),
    st.sampled_from(RATES),
    st.integers(1, 400),
    st.integers(1000, 9000),
    st.integers(100, 900),
    st.sampled_from([0, 768]),
)


@given(films, st.data())
def test_segments_lie_one_after_the_other(film: Film, data: st.DataObject):
    place, sounds = film.head, 0
    for n in range(film.segments):
        start, length = film.span(n)
        first, last = film.frames_of(n)
        assert start == place and first == n * film.group
        chunks = list(film.chunks_of(n))
        assert [a for a, _ in chunks] + [last] == [first] + [b for _, b in chunks]
        heard = film.sounds_before(last) - film.sounds_before(first)
        assert length == film.key + (last - first - 1) * film.slot + heard * film.sound
        place, sounds = place + length, sounds + heard
    assert (last, sounds, place + len(FOOT)) == (film.frames, film.sounds, film.length)
    assert film.chunks == sum(len(list(film.chunks_of(n))) for n in range(film.segments))
    begin = data.draw(st.integers(0, film.length - 1))
    count = data.draw(st.integers(1, film.length - begin))
    touched = [
        n
        for n, (start, length) in ((n, film.span(n)) for n in range(film.segments))
        if start < begin + count and begin < start + length
    ]
    assert list(film.segments_for(begin, count)) == touched and not film.segments_for(begin, 0)


def test_there_are_no_other_segments():
    for n in (-1, FILM.segments):
        with pytest.raises(IndexError):
            FILM.span(n)


@given(films)
def test_the_head_has_its_length_and_a_plan_survives_as_text(film: Film):
    assert len(head(film)) == film.head
    assert Film.loads(film.dumps()) == film and len(film.dumps()) < 80


@pytest.mark.parametrize("text", ["", "{}", "5", "null", "[1]", "[0,320,240,30,1,130,9000,900,768,2,1,2]", '["a"]'])
def test_what_is_no_plan_is_refused(text: str):
    with pytest.raises(ValueError):
        Film.loads(text)
    with pytest.raises(ValueError):
        Film.loads(json.dumps([*json.loads(FILM.dumps())[:-1], "1"]))


def test_players_find_every_frame_in_its_slot(tmp_path: Path):
    film, data = whole(draw(tmp_path / "a.mkv", frames=130, sound="aac"))
    assert sniff(data[:65536], "a").format == "mp4"
    with av.open(io.BytesIO(data)) as container:
        assert container.duration == round(film.seconds * av.time_base) and container.start_time == 0
        video, sound = container.streams
        assert (video.duration or 0) * Fraction(video.time_base or 1) == film.seconds
        packets = [packet for packet in container.demux() if packet.size]
    places = sorted((packet.pos or 0, packet.size) for packet in packets)
    assert places[0][0] == film.head
    assert all(place + size == following for (place, size), (following, _) in pairwise(places))
    assert sum(places[-1]) == film.length - len(FOOT)
    pictures = [packet for packet in packets if packet.stream == video]
    assert [packet.size for packet in pictures if packet.is_keyframe] == [film.key] * film.segments
    assert [packet.pos for packet in pictures if packet.is_keyframe] == [film.span(n)[0] for n in range(film.segments)]
    assert {packet.size for packet in packets if packet.stream == sound} == {film.sound}


def test_a_film_of_hours_has_places_beyond_32_bits(tmp_path: Path):
    film = replace(FILM, frames=30 * 3600 * 2, key=300_000, slot=30_000)
    path = tmp_path / "long.mp4"
    with path.open("wb") as file:
        file.write(head(film))
        file.truncate(film.length)
    with av.open(str(path)) as container:
        assert container.duration == 7200 * av.time_base
        container.seek(7199 * av.time_base)
        packets = [packet for packet in container.demux() if packet.size]
    assert max((packet.pos or 0) + packet.size for packet in packets) == film.length - len(FOOT) > 1 << 32


def test_the_head_does_not_depend_on_the_original():
    assert head(FILM) == head(Film.loads(FILM.dumps()))
    assert head(replace(FILM, width=640)) != head(FILM)
