"""@ohos.file.fs in JavaScript and Python together: each function in each form, its codes, and what never leaves the sandbox."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from emulator.conditions import ReadOnlyArea, SlowStorage, StorageFull
from emulator.runtime.arkts.bridge import taken_ns
from tests.emulator.runtime.arkts.kits_driver import FILES, FakeApp, Kits, Thrown, app_on

SEED = {
    "old": b"0123456789",
    "lines.txt": b"one\ntwo\r\nthree",
    "odd.txt": b"a\xffb",
    "tree/a.txt": b"a",
    "tree/sub/b.log": b"bb",
    "other/tree/a.txt": b"there",
    "empty/.keep": b"",
}
HEAD = 'const fs = load("@ohos.file.fs"); const d = context.filesDir; const { OpenMode } = fs;'
CONFLICT = {"srcFile": f"{FILES}/tree/a.txt", "destFile": f"{FILES}/other/tree/a.txt"}

VALUES: dict[str, tuple[str, Any]] = {
    "access": ("return [fs.accessSync(d + '/old'), fs.accessSync(d + '/new'), fs.accessSync('')]", [True, False, True]),
    "access for reading": ("return fs.accessSync(d + '/old', fs.AccessModeType.READ)", True),
    "no slash at the beginning": ("return fs.readTextSync('data/storage/el2/base/files/old')", "0123456789"),
    "file uri": ("return fs.readTextSync('file://com.example.app' + d + '/old')", "0123456789"),
    "open": (
        "const f = fs.openSync(d + '/old'); return [f.fd, f.path, f.name, f.getParent(), f instanceof fs.File]",
        [40, f"{FILES}/old", "old", FILES, True],
    ),
    "numbers are used again": (
        "const f = fs.openSync(d + '/old'), g = fs.openSync(d + '/old'); fs.closeSync(f); return [g.fd, fs.openSync(d + '/old').fd]",
        [41, 40],
    ),
    "write text": (
        "const f = fs.openSync(d + '/new', OpenMode.CREATE | OpenMode.READ_WRITE); const n = fs.writeSync(f.fd, 'äb');"
        "fs.closeSync(f.fd); return [n, fs.readTextSync(d + '/new')]",
        [3, "äb"],
    ),
    "write a view": (
        "const f = fs.openSync(d + '/old', OpenMode.READ_WRITE);"
        "const n = fs.writeSync(f.fd, new Uint8Array([65, 66, 67]).subarray(1).slice().buffer, {offset: 3});"
        "return [n, fs.readTextSync(d + '/old')]",
        [2, "012BC56789"],
    ),
    "write a part": (
        "const f = fs.openSync(d + '/old', OpenMode.READ_WRITE);"
        "return [fs.writeSync(f.fd, 'XYZ', {length: 2}), fs.readTextSync(d + '/old')]",
        [2, "XY23456789"],
    ),
    "append and cut": (
        "const f = fs.openSync(d + '/old', OpenMode.WRITE_ONLY | OpenMode.APPEND); fs.writeSync(f.fd, '!'); fs.closeSync(f);"
        "const a = fs.readTextSync(d + '/old'); fs.closeSync(fs.openSync(d + '/old', OpenMode.WRITE_ONLY | OpenMode.TRUNC));"
        "return [a, fs.statSync(d + '/old').size]",
        ["0123456789!", 0],
    ),
    "read": (
        "const f = fs.openSync(d + '/old'); const b = new ArrayBuffer(6); const n = fs.readSync(f.fd, b, {offset: 5, length: 3});"
        "return [n, text(b), fs.readSync(f.fd, b), fs.readSync(f.fd, b), fs.readSync(f.fd, b)]",
        [3, "567\0\0\0", 6, 4, 0],
    ),
    "readText of a part": ("return fs.readTextSync(d + '/old', {offset: 8, length: 5})", "89"),
    "readText of what is no UTF-8": ("return fs.readTextSync(d + '/odd.txt')", "a\ufffdb"),
    "readLines": (
        "const r = fs.readLinesSync(d + '/lines.txt'); const all = []; for (;;) { const n = r.next();"
        "if (n.done) return [all, n.value]; all.push(n.value); }",
        [["one\n", "two\r\n", "three"], ""],
    ),
    "stat": (
        "const s = fs.statSync(d + '/old'); return [s.size, s.isFile(), s.isDirectory(), s.isSymbolicLink(), typeof s.ino,"
        "typeof s.mtimeNs, s.location, s.uid === s.gid, s instanceof fs.Stat]",
        [10, True, False, False, "bigint", "bigint", 1, True, True],
    ),
    "stat of a descriptor": ("return fs.statSync(fs.openSync(d + '/old').fd).size", 10),
    "times are the device's": (
        "fs.closeSync(fs.openSync(d + '/new', 0o102)); const s = fs.statSync(d + '/new'); return [s.mtime, s.ctime, s.ctimeNs]",
        [1_782_864_005, 1_782_864_005, "1782864005000000000n"],
    ),
    "utimes": ("fs.utimes(d + '/old', 1500); return fs.statSync(d + '/old').mtimeNs", "1500000000n"),
    "mkdir": ("fs.mkdirSync(d + '/n'); return fs.statSync(d + '/n').isDirectory()", True),
    "mkdir with parents": ("fs.mkdirSync(d + '/n/m/o', true); return fs.accessSync(d + '/n/m/o')", True),
    "mkdtemp": ("const t = fs.mkdtempSync(d + '/t-XXXXXX'); return [t.length, fs.accessSync(t)]", [len(FILES) + 9, True]),
    "rmdir": ("fs.rmdirSync(d + '/tree'); return fs.accessSync(d + '/tree')", False),
    "unlink": ("fs.unlinkSync(d + '/old'); return fs.accessSync(d + '/old')", False),
    "rename": ("fs.renameSync(d + '/old', d + '/new'); return [fs.accessSync(d + '/old'), fs.readTextSync(d + '/new')]", [False, "0123456789"]),
    "copyFile": ("fs.copyFileSync(d + '/old', d + '/new', 0); return fs.readTextSync(d + '/new')", "0123456789"),
    "copyFile by descriptor": (
        "const a = fs.openSync(d + '/old'), b = fs.openSync(d + '/new', 0o102); fs.copyFileSync(a.fd, b.fd); return fs.statSync(b.fd).size",
        10,
    ),
    "copyDir": ("fs.copyDirSync(d + '/tree', d + '/empty'); return fs.readTextSync(d + '/empty/tree/sub/b.log')", "bb"),
    "copyDir over": ("fs.copyDirSync(d + '/tree', d + '/other', 1); return fs.readTextSync(d + '/other/tree/a.txt')", "a"),
    "copyDir with conflicts": (
        "try { fs.copyDirSync(d + '/tree', d + '/other'); } catch (e) { return [e.code, e.message, e.data, e instanceof Error,"
        "fs.readTextSync(d + '/other/tree/sub/b.log')]; }",
        [13900015, "File exists", [CONFLICT], True, "bb"],
    ),
    "moveDir with conflicts": (
        "try { await fs.moveDir(d + '/tree', d + '/other', 1); } catch (e) { return [e.code, e.data]; }",
        [13900015, [CONFLICT]],
    ),
    "moveDir over": ("fs.moveDirSync(d + '/tree', d + '/other', 3); return fs.listFileSync(d + '/other/tree')", ["a.txt", "sub"]),
    "moveFile": ("fs.moveFileSync(d + '/old', d + '/odd.txt'); return fs.readTextSync(d + '/odd.txt')", "0123456789"),
    "listFile": ("return fs.listFileSync(d + '/tree')", ["a.txt", "sub"]),
    "listFile with a filter": (
        "return [fs.listFileSync(d, {recursion: true, filter: {suffix: ['.log', '.txt']}}), fs.listFileSync(d, {listNum: 2}),"
        "fs.listFileSync(d, {filter: {displayName: ['l*'], fileSizeOver: 1}})]",
        [
            ["/lines.txt", "/odd.txt", "/other/tree/a.txt", "/tree/a.txt", "/tree/sub/b.log"],
            ["empty", "lines.txt"],
            ["lines.txt"],
        ],
    ),
    "truncate": ("fs.truncateSync(d + '/old', 3); fs.truncateSync(fs.openSync(d + '/new', 0o102).fd, 2);"
                 "return [fs.readTextSync(d + '/old'), fs.statSync(d + '/new').size]", ["012", 2]),
    "lseek": ("const f = fs.openSync(d + '/old'); return [fs.lseek(f.fd, -2, fs.WhenceType.SEEK_END), fs.lseek(f.fd, 1)]", [8, 1]),
    "fsync": ("const f = fs.openSync(d + '/old', 2); return [fs.fsyncSync(f.fd), await fs.fdatasync(f.fd)]", [..., ...]),
    "dup": ("const f = fs.openSync(d + '/old'); const g = fs.dup(f.fd); fs.closeSync(f); return [g.fd, fs.statSync(g.fd).size]", [41, 10]),
    "locks": (
        "const f = fs.openSync(d + '/old', 2), g = fs.openSync(d + '/old', 2); f.tryLock(true);"
        "const first = code(() => g.tryLock()); f.unlock(); g.tryLock(); await f.lock(); const shared = code(() => f.tryLock(true));"
        "fs.closeSync(g); f.tryLock(true); return [first, shared]",
        [13900010, 13900010],
    ),
    "symlink": (
        "fs.symlinkSync(d + '/old', d + '/link'); return [fs.readTextSync(d + '/link'), fs.lstatSync(d + '/link').isSymbolicLink(),"
        "fs.statSync(d + '/link').isFile()]",
        ["0123456789", True, True],
    ),
    "stream": (
        "const s = fs.createStreamSync(d + '/new', 'w+'); const n = s.writeSync('hello'); s.flushSync(); const b = new ArrayBuffer(5);"
        "const m = s.readSync(b, {offset: 1, length: 3}); s.closeSync(); return [n, m, text(b), code(() => s.flushSync())]",
        [5, 3, "ell\0\0", 13900005],
    ),
    "stream later": (
        "const s = await fs.createStream(d + '/old', 'r'); const b = new ArrayBuffer(4); const n = await s.read(b); await s.close();"
        "return [n, text(b)]",
        [4, "0123"],
    ),
    "fdopenStream": (
        "const s = fs.fdopenStreamSync(fs.openSync(d + '/old').fd, 'r'); const b = new ArrayBuffer(2); s.readSync(b);"
        "s.closeSync(); return [text(b), fs.openSync(d + '/old').fd]",
        ["01", 40],
    ),
    "random access": (
        "const f = fs.createRandomAccessFileSync(d + '/old', OpenMode.READ_WRITE); f.setFilePointer(3); const n = f.writeSync('XY');"
        "const at = f.filePointer; const b = new ArrayBuffer(2); const m = await f.read(b); f.close(); return [n, at, m, text(b), f.fd]",
        [2, 5, 2, "56", 40],
    ),
    "random access of a File": (
        "const f = fs.openSync(d + '/old'); const r = fs.createRandomAccessFileSync(f, 0, {start: 2, end: 4});"
        "const b = new ArrayBuffer(9); return [r.readSync(b), text(b).slice(0, 3), r.fd === f.fd]",
        [3, "234", True],
    ),
    "read stream": (
        "const seen = []; const s = fs.createReadStream(d + '/old', {start: 2, end: 6}); s.setEncoding('utf8');"
        "return await new Promise((r) => { s.on('data', (c) => seen.push(c.data)); s.on('end', () => r([seen, s.bytesRead, s.path])); })",
        [["2345"], 4, f"{FILES}/old"],
    ),
    "pipe": (
        "const w = fs.createWriteStream(d + '/new'); fs.createReadStream(d + '/old').pipe(w);"
        "return await new Promise((r) => w.on('finish', () => r([w.bytesWritten, fs.readTextSync(d + '/new')])))",
        [10, "0123456789"],
    ),
    "write stream": (
        "const w = fs.createWriteStream(d + '/old', {mode: 0o2001}); w.write('a'); w.end('b');"
        "return await new Promise((r) => w.on('finish', () => r([w.writableEnded, fs.readTextSync(d + '/old')])))",
        [True, "0123456789ab"],
    ),
    "a write stream that is closed": (
        "const seen = []; const w = fs.createWriteStream(d + '/new'); w.write('a', (e) => seen.push(e)); w.write('b', (e) => seen.push(e.code)); w.close();"
        "const again = code(() => w.closeSync()); await new Promise((r) => w.on('close', r)); await fs.stat(d);"
        "return [seen, again, fs.readTextSync(d + '/new'), fs.openSync(d + '/new').fd]",
        [[None, 13900005], 13900005, "a", 40],
    ),
    "promise": ("const f = await fs.open(d + '/old'); const n = await fs.read(f.fd, new ArrayBuffer(3)); return [n, await fs.close(f)]", [3, ...]),
    "callback": (
        "return await new Promise((r) => fs.open(d + '/old', (e, f) => { const b = new ArrayBuffer(4);"
        "fs.read(f.fd, b, {offset: 2}, (e, n) => fs.close(f, (e, v) => r([n, text(b), e, v]))); }))",
        [4, "2345", ..., ...],
    ),
    "callback with an error": ("return await new Promise((r) => fs.stat(d + '/nope', (e, v) => r([e.code, v])))", [13900002, ...]),
    "a promise settles later": (
        "const order = []; const p = fs.unlink(d + '/old').then(() => order.push('settled')); order.push(fs.accessSync(d + '/old'));"
        "await p; order.push(fs.accessSync(d + '/old')); return order",
        [True, "settled", False],
    ),
    "several at once": (
        "return await Promise.all(['old', 'tree/a.txt'].map((n) => fs.stat(d + '/' + n).then((s) => s.size)))",
        [10, 1],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", VALUES)
def test_value(kits: Kits, app: FakeApp, name: str) -> None:
    script, expected = VALUES[name]
    assert kits.run(app, HEAD + script) == expected


CODES = {
    "open what is missing": ("fs.openSync(d + '/nope')", 13900002),
    "open in a missing directory": ("fs.openSync(d + '/nope/x', 0o102)", 13900002),
    "open below a file": ("fs.openSync(d + '/old/x', 0o102)", 13900018),
    "open a directory for writing": ("fs.openSync(d + '/tree', 2)", 13900019),
    "open a number": ("fs.openSync(5)", 13900020),
    "open with a wrong mode": ("fs.openSync(d + '/old', 3)", 13900020),
    "later, an argument is told at once": ("fs.open(5).catch(() => 'later')", 13900020),
    "later, the rest as a rejection": ("await fs.open(d + '/nope')", 13900002),
    "read of a closed file": ("const f = fs.openSync(d + '/old'); fs.closeSync(f); fs.readSync(f.fd, new ArrayBuffer(1))", 13900008),
    "close twice": ("const f = fs.openSync(d + '/old'); fs.closeSync(f); fs.closeSync(f)", 13900008),
    "a descriptor of the host": ("fs.writeSync(1, 'x')", 13900008),
    "read beyond the buffer": ("fs.readSync(fs.openSync(d + '/old').fd, new ArrayBuffer(1), {length: 2})", 13900020),
    "read below 0": ("fs.readSync(fs.openSync(d + '/old').fd, new ArrayBuffer(1), {offset: -1})", 13900020),
    "read into text": ("fs.readSync(fs.openSync(d + '/old').fd, 'x')", 13900020),
    "write on a file for reading": ("fs.writeSync(fs.openSync(d + '/old').fd, 'x')", 13900008),
    "write with another encoding": ("fs.writeSync(fs.openSync(d + '/old', 2).fd, 'x', {encoding: 'gbk'})", 13900020),
    "mkdir over": ("fs.mkdirSync(d + '/tree')", 13900015),
    "mkdir without a parent": ("fs.mkdirSync(d + '/n/m')", 13900002),
    "mkdtemp without the letters": ("fs.mkdtempSync(d + '/t')", 13900020),
    "unlink a directory": ("fs.unlinkSync(d + '/tree')", 13900019),
    "rmdir what is missing": ("fs.rmdirSync(d + '/nope')", 13900002),
    "stat what is missing": ("fs.statSync(d + '/nope')", 13900002),
    "copyFile with another mode": ("fs.copyFileSync(d + '/old', d + '/new', 1)", 13900020),
    "copyDir of a file": ("fs.copyDirSync(d + '/old', d + '/empty')", 13900020),
    "copyDir into itself": ("fs.copyDirSync(d + '/tree', d + '/tree/sub')", 13900020),
    "copyDir with another mode": ("fs.copyDirSync(d + '/tree', d + '/empty', 2)", 13900020),
    "moveDir into a full one": ("fs.moveDirSync(d + '/tree', d + '/other')", 13900032),
    "moveFile over": ("fs.moveFileSync(d + '/old', d + '/odd.txt', 1)", 13900015),
    "listFile with a bad suffix": ("fs.listFileSync(d, {filter: {suffix: ['log']}})", 13900020),
    "listFile of a file": ("fs.listFileSync(d + '/old')", 13900018),
    "stream with a bad mode": ("fs.createStreamSync(d + '/old', 'x')", 13900020),
    "lseek with a bad whence": ("fs.lseek(fs.openSync(d + '/old').fd, 0, 7)", 13900020),
    "a loop of links": ("fs.symlinkSync(d + '/b', d + '/a'); fs.symlinkSync(d + '/a', d + '/b'); fs.openSync(d + '/a')", 13900033),
    "a link that goes nowhere": ("fs.symlinkSync('/nope/x', d + '/a'); fs.openSync(d + '/a', 0o102)", 13900002),
}  # fmt: skip


@pytest.mark.parametrize("name", CODES)
def test_code(kits: Kits, app: FakeApp, name: str) -> None:
    script, code = CODES[name]
    assert kits.code(app, HEAD + script) == code


ESCAPES = {
    "dots": "fs.openSync(P.repeat(40) + OUT, 0o102)",
    "dots below a directory": "fs.openSync(d + '/tree/' + P.repeat(40) + OUT, 0o102)",
    "absolute": "fs.openSync(OUT, 0o102)",
    "uri": "fs.openSync('file://com.example.app/' + P.repeat(40) + OUT, 0o102)",
    "mkdir": "fs.mkdirSync(P.repeat(40) + OUT, true)",
    "copy": "fs.copyFileSync(d + '/old', P.repeat(40) + OUT)",
    "move": "fs.moveFileSync(d + '/old', P.repeat(40) + OUT)",
    "rename": "fs.renameSync(d + '/old', P.repeat(40) + OUT)",
    "link of its own": "fs.symlinkSync(OUT, d + '/l'); fs.openSync(d + '/l', 0o102)",
    "link with dots": "fs.symlinkSync(P.repeat(40) + OUT, d + '/l'); fs.openSync(d + '/l', 0o102)",
    "link to a directory": "fs.symlinkSync(DIR, d + '/l'); fs.openSync(d + '/l/file', 0o102)",
    "link of the seed": "fs.openSync(d + '/out/file', 0o102)",
    "stream": "fs.createStreamSync(P.repeat(40) + OUT, 'w')",
}


@pytest.mark.parametrize("name", ESCAPES)
def test_nothing_is_written_outside_the_sandbox(kits: Kits, tmp_path: Path, name: str) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    app = app_on(tmp_path / "root", seed=SEED)
    files = Path(app.process.sandbox.make()) / FILES.lstrip("/")
    (files / "out").symlink_to(outside)
    head = f'{HEAD} const P = "../"; const DIR = "{outside}"; const OUT = DIR + "/file";'
    kits.run(app, f"{head} {ESCAPES[name]}")
    assert list(outside.iterdir()) == []


def test_the_hosts_files_are_not_to_be_read(kits: Kits, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("secret")
    app = app_on(tmp_path / "root", seed=SEED)
    files = Path(app.process.sandbox.make()) / FILES.lstrip("/")
    (files / "link").symlink_to(secret)
    for path in (str(secret), "../" * 40 + str(secret), f"{FILES}/link"):
        result = kits.run(app, f"{HEAD} return fs.readTextSync('{path}')")
        assert result == Thrown(13900002, "No such file or directory")


def test_what_is_open_at_the_end_is_closed(tmp_path: Path, kits: Kits) -> None:
    import gc
    import os

    before = set(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else set()
    app = app_on(tmp_path / "root", seed=SEED)
    kits.run(app, f"{HEAD} for (let i = 0; i < 20; i++) fs.openSync(d + '/old')")
    assert not before or len(os.listdir("/proc/self/fd")) >= len(before) + 20
    del app
    gc.collect()
    assert not before or len(os.listdir("/proc/self/fd")) <= len(before) + 1


def test_a_full_disk(kits: Kits, tmp_path: Path) -> None:
    app = app_on(tmp_path / "root", [StorageFull(after_bytes=5_000)], seed=SEED)
    script = "const f = fs.openSync(d + '/old', 2); return [fs.writeSync(f.fd, 'x'.repeat(6000)), code(() => fs.writeSync(f.fd, 'y'.repeat(905)))]"
    assert kits.run(app, HEAD + script) == [4_096, 13900025]
    assert kits.run(app, HEAD + "const f = fs.openSync(d + '/old', 2); return fs.writeSync(f.fd, 'y'.repeat(904))") == 904
    assert kits.run(app, HEAD + "fs.mkdirSync(d + '/n')") == Thrown(13900025, "No space left on device")


def test_a_read_only_area(kits: Kits, tmp_path: Path) -> None:
    app = app_on(tmp_path / "root", [ReadOnlyArea(area="el2")], seed=SEED)
    assert kits.run(app, HEAD + "fs.openSync(d + '/old', 2)") == Thrown(13900027, "Read-only file system")
    assert kits.run(app, HEAD + "return fs.readTextSync(d + '/old')") == "0123456789"


def test_what_a_slow_disk_takes_is_told(kits: Kits, tmp_path: Path) -> None:
    app = app_on(tmp_path / "root", [SlowStorage(bytes_per_second=10)], seed=SEED)
    kits.run(app, HEAD + "fs.readTextSync(d + '/old')")
    assert taken_ns(app) == 1_000_000_000
    assert taken_ns(app) == 0


def test_app_has_its_directories_from_the_beginning(kits: Kits, tmp_path: Path) -> None:
    app = app_on(tmp_path / "root")
    script = (
        "const made = ['base/files', 'base/haps/entry/files/', 'base/.backup', 'database', 'base/cache/x']"
        ".map((n) => fs.accessSync('/data/storage/el2/' + n)); return [...made, fs.accessSync('/data/storage/el2/base/nope')]"
    )
    assert kits.run(app, HEAD + script) == [True, True, True, True, False, False]


def test_only_what_writes_makes_the_device_look_closer(kits: Kits, app: FakeApp) -> None:
    kits.run(app, HEAD + "fs.statSync(d + '/old'); fs.readTextSync(d + '/old'); fs.listFileSync(d)")
    assert not app.process.wrote_files
    kits.run(app, HEAD + "fs.unlinkSync(d + '/old')")
    assert app.process.wrote_files
