"""A ranked folder of too many photos over WebDAV: the best beside the years, and everything else about it as ever."""

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, unquote

import pytest
from helpers.dav import Client, multistatus
from helpers.gallery import Pages
from helpers.home import Home
from helpers.programs import rclone
from helpers.serving import Serving, serve
from PIL import Image

YEARS = ["2018", "2019", "2020", "2021"]
ALL = 11
BEST = 4


@pytest.fixture(scope="module")
def herd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """A search that finds eleven photos where more than four are too many."""
    with Home(tmp_path_factory.mktemp("herd"), settings={"tree.split_above": BEST}) as home:
        for number in range(ALL):
            year = YEARS[number % 3] if number else "2021"
            home.add(f"IMG_{number:04d}.jpg", f"{year}-05-{number + 1:02d} 12:00:00", caption="a sheep on a meadow")
        home.add("other.jpg", "2020-01-01 12:00:00", caption="a cow")
        home.index()
    with serve(data=home.data) as serving:
        yield serving


@pytest.fixture
def dav(herd: Serving) -> Iterator[Client]:
    with Client(herd.url) as client:
        assert client("MKCOL", "/Search/sheep").status == 201
        yield client
        client("DELETE", "/Search/sheep")


def pictures(dav: Client, path: str) -> list[str]:
    return [name for name in dav.files(path) if name.endswith(".jpg")]


def test_the_best_are_beside_the_years_which_have_all(dav: Client) -> None:
    for folder in ("/Search/sheep", '/Search/"sheep"', "/Timeline/=sheep"):
        path = quote(folder)
        best = pictures(dav, path)
        assert [name.partition(" ")[0] for name in best] == ["001", "002", "003", "004"]
        assert dav.folders(path) == YEARS
        years = {name for year in YEARS for name in pictures(dav, f"{path}/{year}")}
        assert len(years) == ALL and set(best) < years
        assert sorted(name.partition(" ")[0] for name in years) == [f"{rank:03d}" for rank in range(1, ALL + 1)]


def test_a_photo_opens_in_the_folder_listed_or_not(dav: Client) -> None:
    for year in YEARS:
        for name in pictures(dav, f"/Search/sheep/{year}"):
            plain = name.partition(" ")[2]
            answers = [dav("GET", f"/Search/sheep/{quote(one)}") for one in (name, plain, f"77 {plain}")]
            assert {answer.status for answer in answers} == {200}
            assert len({answer.body for answer in answers}) == 1
    listed = multistatus(dav("PROPFIND", "/Search/sheep", Depth=1))
    for one in listed[1:]:
        alone = multistatus(dav("PROPFIND", one.href, Depth=0))
        assert [alone[0]["getetag"]] == [one["getetag"]]
        if not one.is_folder:
            assert dav("GET", one.href)["ETag"] == one["getetag"]
    assert dav("PROPFIND", "/Search/sheep", Depth="infinity").status == 403


@pytest.mark.parametrize("look", ["Small", "TV"])
def test_small_and_tv_list_the_same(dav: Client, look: str) -> None:
    assert dav.folders(f"/{look}/Search/sheep") == YEARS
    assert pictures(dav, f"/{look}/Search/sheep") == pictures(dav, "/Search/sheep")
    best = next(one for one in multistatus(dav("PROPFIND", f"/{look}/Search/sheep", Depth=1)) if ".jpg" in one.href)
    assert len(dav("GET", best.href).body) == int(best["getcontentlength"])


def test_the_next_best_takes_the_place_of_one_that_is_taken_out(dav: Client) -> None:
    before = pictures(dav, "/Search/sheep")
    tag = multistatus(dav("PROPFIND", "/Search/sheep", Depth=0))[0]["getetag"]
    assert dav("DELETE", f"/Search/sheep/{quote(before[1])}").status == 204
    after = pictures(dav, "/Search/sheep")
    assert [name.partition(" ")[0] for name in after] == ["001", "003", "004", "005"]
    assert after[:3] == [before[0], *before[2:]]
    assert multistatus(dav("PROPFIND", "/Search/sheep", Depth=0))[0]["getetag"] != tag
    assert len([name for year in YEARS for name in pictures(dav, f"/Search/sheep/{year}")]) == ALL - 1
    assert dav("GET", f"/Search/sheep/{quote(before[1])}").status == 404


def test_one_is_taken_out_of_its_year_as_well(dav: Client) -> None:
    path = next(f"/Search/sheep/2019/{quote(name)}" for name in pictures(dav, "/Search/sheep/2019"))
    name = path.rpartition("%20")[2]
    assert dav("DELETE", path).status == 204
    assert dav("GET", path).status == dav("GET", f"/Search/sheep/{name}").status == 404
    assert dav("GET", f"/Recent/{name}").status == 200
    # A year is a part of the answer and no search of its own.
    assert dav("DELETE", "/Search/sheep/2020").status == 403
    assert dav.transfer("MOVE", "/Search/sheep/2020", "/Search/sheep/Twenty").status == 403


def test_a_search_by_filters_alone_lists_no_best_and_lets_photos_go_too(dav: Client) -> None:
    assert dav("MKCOL", "/Search/since%202018").status == 201
    assert pictures(dav, "/Search/since%202018") == []
    assert dav.folders("/Search/since%202018") == YEARS
    (name,) = [name for name in pictures(dav, "/Search/since%202018/2020") if name == "other.jpg"]
    assert dav("DELETE", f"/Search/since%202018/2020/{name}").status == 204
    assert name not in pictures(dav, "/Search/since%202018/2020")
    assert dav("DELETE", "/Search/since%202018").status == 204


def test_rclone_finds_every_listed_file(dav: Client, herd: Serving, tmp_path: Path) -> None:
    rclone(herd, "copy", "haven:Search/sheep", str(tmp_path / "copy"))
    files = [path.relative_to(tmp_path / "copy") for path in (tmp_path / "copy").rglob("*.jpg")]
    assert len(files) == BEST + ALL
    assert len([path for path in files if len(path.parts) == 1]) == BEST


def test_the_page_shows_all_of_them_the_best_first(dav: Client, herd: Serving) -> None:
    with Pages(herd.url) as web:
        page = web.page("/Search/sheep/")
        assert [card.text.partition(" ")[0] for card in page.one("ul", "chips").all("a")] == YEARS[::-1]
        assert page.one("div", "grid")["data-count"] == str(ALL)
        shown = [unquote(tile["href"].removesuffix("?view")) for tile in page.all("a", "tile")]
        assert len(shown) == ALL
        assert shown[:BEST] == [name.partition(" ")[2] for name in pictures(dav, "/Search/sheep")]


def test_it_says_that_not_all_are_listed(dav: Client) -> None:
    note = dav("GET", "/Search/sheep/About%20this%20search.txt").body.decode()
    assert "The best 4 of the 11 photos are listed here" in note


def test_of_two_thousand_and_more_the_best_500_are_listed(tmp_path: Path) -> None:
    """Within what Explorer shows: 1,000,000 bytes of properties."""
    image, count = Image.new("RGB", (16, 12), "green"), 2003
    with Home(tmp_path) as home:
        for number in range(count):
            taken = f"{1930 + number % 90}-05-04 12:00:00"
            home.add(f"The sheep on the meadow, number {number:04d}.jpg", taken, caption="sheep", image=image)
        home.index()
    with serve(data=home.data) as serving, Client(serving.url) as dav:
        assert dav("MKCOL", "/Search/sheep").status == 201
        best = pictures(dav, "/Search/sheep")
        assert [name.partition(" ")[0] for name in best] == [f"{rank:04d}" for rank in range(1, 501)]
        assert len(dav.folders("/Search/sheep")) == 90
        answer = dav("PROPFIND", "/Search/sheep", Depth=1)
        assert sum(len(part) for part in re.findall(rb"<D:prop>.*?</D:prop>", answer.body, re.DOTALL)) < 1_000_000
        assert len(multistatus(answer)) == 1 + 90 + 500 + 1  # itself, years, photos, and what it says of itself
