"""@ohos.fileio in JavaScript and Python together."""

from __future__ import annotations

from typing import Any

import pytest

from tests.emulator.runtime.arkts.kits_driver import FakeApp, Kits

SEED = {"old": b"0123456789", "tree/a.txt": b"a", "tree/sub/b.log": b"bb"}
HEAD = 'const f = load("@ohos.fileio"); const d = context.filesDir;'

VALUES: dict[str, tuple[str, Any]] = {
    "access": ("return [f.accessSync(d + '/old'), await f.access(d + '/old')]", [..., ...]),
    "open is a number": ("const fd = f.openSync(d + '/new', 0o102, 0o666); const n = f.writeSync(fd, 'abc'); f.closeSync(fd); return [fd, n, f.readTextSync(d + '/new')]", [40, 3, "abc"]),
    "read": (
        "const fd = await f.open(d + '/old'); const b = new ArrayBuffer(6); const n = f.readSync(fd, b, {offset: 1, length: 3, position: 5});"
        "const r = await f.read(fd, b, {position: 0}); return [n, r.bytesRead, r.offset, r.buffer === b, text(b)]",
        [3, 6, 0, True, "012345"],
    ),
    "read into a part": ("const b = new ArrayBuffer(6); f.readSync(f.openSync(d + '/old'), b, {offset: 4}); return text(b)", "\0" * 4 + "01"),
    "write a part": (
        "const fd = f.openSync(d + '/old', 2); const n = f.writeSync(fd, new Uint8Array([65, 66, 67, 68]).buffer, {offset: 1, length: 2, position: 8});"
        "return [n, f.readTextSync(d + '/old', {position: 7, length: 2})]",
        [2, "7B"],
    ),
    "stat": ("const s = f.statSync(d + '/old'); const t = await f.fstat(f.openSync(d + '/old')); return [s.size, s.isFile(), typeof s.ino, t.size, f.lstatSync(d).isDirectory()]",
             [10, True, "number", 10, True]),
    "directory": (
        "const dir = f.opendirSync(d + '/tree'); const one = dir.readSync(), two = await dir.read(); const end = dir.readSync(); dir.closeSync();"
        "return [one.name, one.isFile(), two.name, two.isDirectory(), end]",
        ["a.txt", True, "sub", True, ...],
    ),
    "stream": (
        "const s = f.createStreamSync(d + '/new', 'w+'); s.writeSync('hello'); s.flushSync(); const b = new ArrayBuffer(5);"
        "const r = await s.read(b, {position: 1, length: 2}); await s.close(); return [r.bytesRead, text(b).slice(0, 2)]",
        [2, "el"],
    ),
    "the rest": (
        "f.mkdirSync(d + '/n', 0o700); f.renameSync(d + '/old', d + '/n/new'); f.copyFileSync(d + '/n/new', d + '/c'); f.truncateSync(d + '/c', 4);"
        "f.unlinkSync(d + '/n/new'); f.rmdirSync(d + '/n'); return [f.readTextSync(d + '/c'), await f.hash(d + '/c', 'md5')]",
        ["0123", "EB62F6B9306DB575C2D596B1279627A4"],
    ),
    "callback": ("return await new Promise((r) => f.open(d + '/old', 0, 0, (e, fd) => f.close(fd, (g) => r([e, fd, g]))))", [..., 40, ...]),
}  # fmt: skip


@pytest.mark.parametrize("name", VALUES)
def test_value(kits: Kits, app: FakeApp, name: str) -> None:
    script, expected = VALUES[name]
    assert kits.run(app, HEAD + script) == expected


CODES = {
    "access throws": ("f.accessSync(d + '/nope')", 13900002),
    "open what is missing": ("f.openSync(d + '/nope')", 13900002),
    "a part beyond the buffer": ("f.readSync(f.openSync(d + '/old'), new ArrayBuffer(2), {offset: 1, length: 2})", 13900020),
    "opendir of a file": ("f.opendirSync(d + '/old')", 13900018),
}


@pytest.mark.parametrize("name", CODES)
def test_code(kits: Kits, app: FakeApp, name: str) -> None:
    script, code = CODES[name]
    assert kits.code(app, HEAD + script) == code
