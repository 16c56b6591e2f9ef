"""Which WebDAV clients can do what, where: one table, and the whole of litmus and dav-tck.

python tests/benchmarks/clients_table.py [FOLDER]

Programs that are not installed are left out and named. Python's and Node's clients are installed into FOLDER (default:
a temporary one) with pip and npm. "yes": done, and what was done is there; "no": not done; "-": the program cannot.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

sys.path.insert(0, str(Path(__file__).parents[1]))

from helpers.dav import LOCKINFO, Client
from helpers.serving import Serving, haven, serve

from haven_fs.testing import make_photo

TASKS = ("list", "read", "range", "upload", "make folder", "rename", "copy", "delete", "lock")
PLACES = ("/Originals/Pictures", "/Inbox", "/Albums")
PACKAGES = ("webdav4[fsspec]", "webdavclient3", "webdav-tck")
LOCK = LOCKINFO.format(scope="exclusive")

# What each client does in the folder $U, whose path is $P: reads a.jpg to $OUT, sends $NEW as b.jpg, and so on.
SHELL: dict[str, dict[str, str]] = {
    "curl": {
        "list": 'curl -sf -X PROPFIND -H "Depth: 1" "$U/" | grep -q a.jpg',
        "read": 'curl -sf -o "$OUT" "$U/a.jpg"',
        "range": 'curl -sf -r 10-19 -o "$OUT" "$U/a.jpg"',
        "upload": 'curl -sf -T "$NEW" "$U/b.jpg"',
        "make folder": 'curl -sf -X MKCOL "$U/sub"',
        "rename": 'curl -sf -X MOVE -H "Destination: $U/c.jpg" "$U/a.jpg"',
        "copy": 'curl -sf -X COPY -H "Destination: $U/d.jpg" "$U/c.jpg"',
        "delete": 'curl -sf -X DELETE "$U/b.jpg"',
        "lock": 'T=$(curl -sf -D - -o /dev/null -X LOCK --data "$LOCK" "$U/c.jpg" | sed -n "s/^Lock-Token: //Ip" |'
        ' tr -d "\\r") && curl -sf -X UNLOCK -H "Lock-Token: $T" "$U/c.jpg"',
    },
    "cadaver": {
        "list": 'echo ls | cadaver "$U/" | grep -q a.jpg',
        "read": 'echo "get a.jpg $OUT" | cadaver "$U/"',
        "upload": 'echo "put $NEW b.jpg" | cadaver "$U/"',
        "make folder": 'echo "mkcol sub" | cadaver "$U/"',
        "rename": 'echo "move a.jpg c.jpg" | cadaver "$U/"',
        "copy": 'echo "copy c.jpg d.jpg" | cadaver "$U/"',
        "delete": 'echo "delete b.jpg" | cadaver "$U/"',
        "lock": 'test $(printf "lock c.jpg\\nunlock c.jpg\\n" | cadaver "$U/" | grep -c "ocking .*succeeded") = 2',
    },
    "rclone": {
        "list": 'rclone lsf ":webdav:" | grep -q a.jpg',
        "read": 'rclone copyto ":webdav:a.jpg" "$OUT"',
        "range": 'rclone cat --offset 10 --count 10 ":webdav:a.jpg" > "$OUT"',
        "upload": 'rclone copyto "$NEW" ":webdav:b.jpg"',
        "make folder": 'rclone mkdir ":webdav:sub"',
        "rename": 'rclone moveto ":webdav:a.jpg" ":webdav:c.jpg"',
        "copy": 'rclone copyto ":webdav:c.jpg" ":webdav:d.jpg"',
        "delete": 'rclone deletefile ":webdav:b.jpg"',
    },
    "gio": {
        "list": 'gio list "$DAV" | grep -q a.jpg',
        "read": 'gio copy "$DAV/a.jpg" "file://$OUT"',
        "upload": 'gio copy "file://$NEW" "$DAV/b.jpg"',
        "make folder": 'gio mkdir "$DAV/sub"',
        "rename": 'gio rename "$DAV/a.jpg" c.jpg',
        "copy": 'gio copy "$DAV/c.jpg" "$DAV/d.jpg"',
        "delete": 'gio remove "$DAV/b.jpg"',
    },
}
_WEBDAV4 = "from webdav4.client import Client; c = Client(E['U'] + '/'); "
_FSSPEC = "from webdav4.fsspec import WebdavFileSystem; c = WebdavFileSystem(E['U'] + '/'); "
_CLIENT3 = "from webdav3.client import Client; c = Client({'webdav_hostname': E['U']}); "
PYTHON: dict[str, dict[str, str]] = {
    "webdav4": {
        "list": _WEBDAV4 + "assert 'a.jpg' in str(c.ls('/'))",
        "read": _WEBDAV4 + "c.download_file('a.jpg', E['OUT'])",
        "range": _WEBDAV4 + "f = c.open('a.jpg', 'rb').__enter__(); f.seek(10); open(E['OUT'], 'wb').write(f.read(10))",
        "upload": _WEBDAV4 + "c.upload_file(E['NEW'], 'b.jpg')",
        "make folder": _WEBDAV4 + "c.mkdir('sub')",
        "rename": _WEBDAV4 + "c.move('a.jpg', 'c.jpg')",
        "copy": _WEBDAV4 + "c.copy('c.jpg', 'd.jpg')",
        "delete": _WEBDAV4 + "c.remove('b.jpg')",
    },
    "fsspec": {
        "list": _FSSPEC + "assert 'a.jpg' in str(c.ls('/')) and c.exists('a.jpg')",
        "read": _FSSPEC + "open(E['OUT'], 'wb').write(c.cat('a.jpg'))",
        "range": _FSSPEC + "open(E['OUT'], 'wb').write(c.cat_file('a.jpg', start=10, end=20))",
        "upload": _FSSPEC + "c.put_file(E['NEW'], 'b.jpg')",
        "make folder": _FSSPEC + "c.mkdir('sub')",
        "rename": _FSSPEC + "c.mv('a.jpg', 'c.jpg')",
        "copy": _FSSPEC + "c.cp_file('c.jpg', 'd.jpg')",
        "delete": _FSSPEC + "c.rm('b.jpg')",
    },
    "webdavclient3": {
        "list": _CLIENT3 + "assert 'a.jpg' in c.list('/')",
        "read": _CLIENT3 + "c.download_sync('a.jpg', E['OUT'])",
        "upload": _CLIENT3 + "c.upload_sync('b.jpg', E['NEW'])",
        "make folder": _CLIENT3 + "c.mkdir('sub')",
        "rename": _CLIENT3 + "c.move('a.jpg', 'c.jpg')",
        "copy": _CLIENT3 + "c.copy('c.jpg', 'd.jpg')",
        "delete": _CLIENT3 + "c.clean('b.jpg')",
        "lock": _CLIENT3 + "l = c.lock('c.jpg'); l.__enter__(); l.__exit__(None, None, None)",
    },
}
NODE = {
    "list": "if (!JSON.stringify(await c.getDirectoryContents('/')).includes('a.jpg')) throw 1",
    "read": "fs.writeFileSync(E.OUT, await c.getFileContents('/a.jpg'))",
    "range": "await new Promise((y, n) => c.createReadStream('/a.jpg', {range: {start: 10, end: 19}})"
    ".pipe(fs.createWriteStream(E.OUT)).on('finish', y).on('error', n))",
    "upload": "await c.putFileContents('/b.jpg', fs.readFileSync(E.NEW))",
    "make folder": "await c.createDirectory('/sub')",
    "rename": "await c.moveFile('/a.jpg', '/c.jpg')",
    "copy": "await c.copyFile('/c.jpg', '/d.jpg')",
    "delete": "await c.deleteFile('/b.jpg')",
    "lock": "const l = await c.lock('/c.jpg'); await c.unlock('/c.jpg', l.token)",
}
_ASK = "const ask = async (m, n, h = {}, b) => { const r = await fetch(U + n, {method: m, headers: h, body: b});"
_ASK += " if (!r.ok) throw r.status; return r; };"
_SAVE = "return Array.from(new Uint8Array(await (await ask('GET', '/a.jpg', {})).arrayBuffer()))"
CHROMIUM = {
    "list": "if (!(await (await ask('PROPFIND', '/', {Depth: '1'})).text()).includes('a.jpg')) throw 1",
    "read": _SAVE,
    "range": _SAVE.replace("{}", "{Range: 'bytes=10-19'}"),
    "upload": "await ask('PUT', '/b.jpg', {}, new Uint8Array(NEW))",
    "make folder": "await ask('MKCOL', '/sub')",
    "rename": "await ask('MOVE', '/a.jpg', {Destination: location.origin + U + '/c.jpg'})",
    "copy": "await ask('COPY', '/c.jpg', {Destination: location.origin + U + '/d.jpg'})",
    "delete": "await ask('DELETE', '/b.jpg')",
    "lock": "const t = (await ask('LOCK', '/c.jpg', {}, LOCK)).headers.get('Lock-Token');"
    " await ask('UNLOCK', '/c.jpg', {'Lock-Token': t})",
}
Runner = Callable[[str, dict[str, str]], bool]


def _shell(command: str, env: dict[str, str], *before: str) -> bool:
    whole = {**os.environ, "RCLONE_CONFIG": "/dev/null", "RCLONE_WEBDAV_URL": env["U"], "LOCK": LOCK, **env}
    line = [*before, "sh", "-c", command]
    return subprocess.run(line, env=whole, capture_output=True, timeout=120, check=False).returncode == 0


def _gio(command: str, env: dict[str, str]) -> bool:
    return _shell(f'gio mount "$ROOT" && {command}', env, "dbus-run-session", "--")


def _python(program: Path) -> Runner:
    def run(code: str, env: dict[str, str]) -> bool:
        line = [str(program), "-c", f"import os; E = os.environ; {code}"]
        done = subprocess.run(line, env={**os.environ, **env}, capture_output=True, timeout=120, check=False)
        return done.returncode == 0

    return run


def _node(folder: Path) -> Runner:
    def run(code: str, env: dict[str, str]) -> bool:
        script = folder / "run.mjs"
        head = "import fs from 'fs'; import {createClient} from 'webdav'; const E = process.env;"
        script.write_text(f"{head} const c = createClient(E.U); {code}")
        line = ["node", str(script)]
        done = subprocess.run(
            line, env={**os.environ, **env}, cwd=folder, capture_output=True, timeout=120, check=False
        )
        return done.returncode == 0

    return run


def _page(page: object) -> Runner:
    def run(code: str, env: dict[str, str]) -> bool:
        given = {"U": env["P"], "NEW": list(Path(env["NEW"]).read_bytes()), "LOCK": LOCK}
        try:
            page.goto(env["ROOT_HTTP"])  # type: ignore[attr-defined]
            found = page.evaluate(f"async ({{U, NEW, LOCK}}) => {{ {_ASK} {code} }}", given)  # type: ignore[attr-defined]
        except Exception:
            return False
        if found:
            Path(env["OUT"]).write_bytes(bytes(found))
        return True

    return run


@contextmanager
def clients(folder: Path) -> Iterator[dict[str, tuple[Runner, dict[str, str]]]]:
    """Give what runs each client that can be had, and its tasks."""
    found: dict[str, tuple[Runner, dict[str, str]]] = {}
    for name, tasks in SHELL.items():
        if shutil.which(name):
            found[name] = (_gio if name == "gio" else _shell, tasks)
    program = folder / "venv" / "bin" / "python"
    if not program.exists():
        subprocess.run([sys.executable, "-m", "venv", str(folder / "venv")], check=True)
        subprocess.run([str(program), "-m", "pip", "install", "-q", *PACKAGES], check=True)
    found |= {name: (_python(program), tasks) for name, tasks in PYTHON.items()}
    if shutil.which("npm"):
        (folder / "node").mkdir(exist_ok=True)
        if not (folder / "node" / "node_modules" / "webdav").exists():
            subprocess.run(["npm", "install", "--silent", "webdav"], cwd=folder / "node", check=True)
        found["npm webdav"] = (_node(folder / "node"), NODE)
    browser = os.environ.get("HAVEN_CHROMIUM") or shutil.which("chromium")
    if browser is None:
        yield found
        return
    from playwright.sync_api import sync_playwright

    with sync_playwright() as started:
        chromium = started.chromium.launch(executable_path=browser, args=["--no-sandbox"])
        yield found | {"Chromium": (_page(chromium.new_page()), CHROMIUM)}
        chromium.close()


def tried(
    dav: Client, house: Serving, name: str, run: Runner, tasks: dict[str, str], place: str, base: Path
) -> list[str]:
    """Return what came of each task of a client in a folder of its own."""
    photos = [make_photo(base / f"{name.split()[0]}-{n}-{place[1:4]}.jpg", f"2020-05-0{n} 10:00:00") for n in (1, 2)]
    path, old, new = f"{place}/{name}", photos[0].read_bytes(), photos[1].read_bytes()
    assert dav("MKCOL", quote(path)).status == 201
    assert dav("PUT", quote(f"{path}/a.jpg"), old).status in (201, 204)
    out = base / "out"
    url = house.url.rstrip("/") + quote(path)
    env = {
        "U": url, "P": quote(path), "DAV": url.replace("http", "dav", 1), "ROOT": house.url.replace("http", "dav", 1),
        "ROOT_HTTP": house.url, "OUT": str(out), "NEW": str(photos[1]), "HOME": str(base),
        "XDG_RUNTIME_DIR": str(base), "GVFS_DISABLE_FUSE": "1",
    }  # fmt: skip

    def body(file: str) -> bytes | None:
        answer = dav("GET", quote(f"{path}/{file}"))
        return answer.body if answer.status == 200 else None

    holds: dict[str, Callable[[], bool]] = {
        "read": lambda: out.read_bytes() == old,
        "range": lambda: out.read_bytes() == old[10:20],
        "upload": lambda: body("b.jpg") == new,
        "make folder": lambda: dav("PROPFIND", quote(f"{path}/sub"), Depth=0).status == 207,
        "rename": lambda: body("c.jpg") == old and body("a.jpg") is None,
        "copy": lambda: body("d.jpg") == old,
        "delete": lambda: body("b.jpg") is None,
    }
    results = []
    for task in TASKS:
        out.unlink(missing_ok=True)
        if task not in tasks:
            results.append("-")
            if task == "rename":
                dav.transfer("MOVE", f"{path}/a.jpg", f"{path}/c.jpg")
            continue
        done = run(tasks[task], env)
        try:
            results.append("yes" if done and holds.get(task, lambda: True)() else "no")
        except OSError:
            results.append("no")
    return results


def suites(house: Serving, folder: Path) -> None:
    """Run the two suites of tests of WebDAV in both folders of files."""
    for place in PLACES[:2]:
        url = house.url.rstrip("/") + place + "/"
        if shutil.which("litmus"):
            done = subprocess.run(["litmus", url], cwd=folder, capture_output=True, text=True, check=False)
            counts = re.findall(r"of (\d+) tests run: (\d+) passed", done.stdout)
            passed, run = sum(int(p) for _, p in counts), sum(int(n) for n, _ in counts)
            print(f"litmus in {place}: {passed} of {run}")
        command = [str(folder / "venv" / "bin" / "dav-tck"), "--no-colour", url]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
        found = re.findall(r"test_\w+: (\w+)", done.stdout)
        print(f"dav-tck in {place}: {found.count('PASS')} of {len(found)}")


def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as temporary:
        base = Path(temporary)
        folder = Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else base
        folder.mkdir(parents=True, exist_ok=True)
        make_photo(base / "Pictures" / "one.jpg", "2019-05-04 12:00:00")
        (base / "Inbox").mkdir()
        haven("index", base / "Pictures", "--data", base / "data")
        haven("libraries", "set", "Pictures", "--writable", "--data", base / "data")
        with (
            serve(data=base / "data", inbox=base / "Inbox") as house,
            Client(house.url) as dav,
            clients(folder) as found,
        ):
            print(f"left out, not installed: {', '.join(sorted(set(SHELL) - set(found))) or 'none'}")
            print(f"{'':15}{'':22}" + "".join(f"{task:13}" for task in TASKS))
            for name, (run, tasks) in found.items():
                for place in PLACES:
                    row = tried(dav, house, name, run, tasks, place, base)
                    print(f"{name:15}{place:22}" + "".join(f"{one:13}" for one in row), flush=True)
            suites(house, folder)


if __name__ == "__main__":
    main()
