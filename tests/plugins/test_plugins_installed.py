"""A plugin as somebody else writes and installs it: in a venv of its own beside the real server."""

import json
import site
import subprocess
import sys
import sysconfig
import urllib.request
import venv
from pathlib import Path

import pytest
from PIL import Image

COLOURS = Path(__file__).parent / "haven_colours"


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the Python of a fresh venv that has Haven, as it is here, and the plugin installed by pip."""
    folder = tmp_path_factory.mktemp("venv")
    venv.create(folder, with_pip=True)
    python = folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    target = subprocess.check_output(
        [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"], text=True
    )
    # What this process can import, an editable Haven too, which is found by .pth files that only site.addsitedir reads.
    here = {sysconfig.get_path("purelib"), *site.getsitepackages()}
    lines = "".join(f"import site; site.addsitedir({path!r})\n" for path in sorted(here))
    Path(target.strip(), "here.pth").write_text(lines)
    source = folder / "source"
    source.mkdir()
    for file in ("pyproject.toml", "haven_colours.py"):
        (source / file).write_text((COLOURS / file).read_text())
    command = [python, "-m", "pip", "install", "-q", "--no-index", "--no-deps", "--no-build-isolation", source]
    subprocess.run(command, check=True)
    return python


def test_it_has_at_most_40_lines() -> None:
    assert len((COLOURS / "haven_colours.py").read_text().splitlines()) <= 40


def test_its_folder_is_served(python: Path, tmp_path: Path) -> None:
    pictures = tmp_path / "Pictures"
    pictures.mkdir()
    for name, year, colour in (("red.jpg", 2020, (220, 20, 20)), ("blue.jpg", 2021, (20, 20, 220))):
        exif = Image.Exif()
        exif[0x0132] = f"{year}:05:04 12:00:00"
        Image.new("RGB", (64, 48), colour).save(pictures / name, exif=exif)
    haven = [str(python), "-m", "haven_fs"]
    data = ["--data", str(tmp_path / "data")]
    subprocess.run([*haven, "index", str(pictures), *data], check=True, capture_output=True)
    plugins = json.loads(subprocess.check_output([*haven, "plugins", "--json", *data]))
    assert plugins["analyzers"]["colours"] == 1
    assert "Colours" in plugins["folders"]
    with subprocess.Popen([*haven, "serve", *data, "--port", "0"], stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            url = server.stdout.readline().split()[-1]
            assert names(url + "Colours/") == {"Colours", "Red", "Blue"}
            assert names(url + "Colours/Red/") == {"Red", "red.jpg"}
            assert names(url + "Timeline/2021/Colours/Blue/") == {"Blue", "blue.jpg"}
            with urllib.request.urlopen(url + "Colours/Red/red.jpg") as answer:
                assert Image.open(answer).getpixel((0, 0))[0] > 200  # type: ignore[index]
        finally:
            server.terminate()


def names(url: str) -> set[str]:
    request = urllib.request.Request(url, method="PROPFIND", headers={"Depth": "1"})
    with urllib.request.urlopen(request) as answer:
        text = answer.read().decode()
    return {part.partition("<")[0] for part in text.split("<D:displayname>")[1:]}
