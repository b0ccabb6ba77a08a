"""AtomicFile of @ohos.file.fs: what lies on the disk at each step, its codes, faults, and a kill in between."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from emulator import Device, Record, SessionKind, nominal_plan
from emulator.conditions import Condition, IoError, Kill, ReadOnlyArea, StorageFull
from tests.emulator.harness import OK_JSON
from tests.emulator.runtime.arkts.kits_driver import FILES, FakeApp, Kits, app_on
from tests.emulator.runtime.arkts.stand_in import extension, subject

SEED = {"old": b"0123456789", "empty": b"", "odd": b"\x00\xff", "tree/a.txt": b"a"}
HEAD = """const fs = load("@ohos.file.fs"); const d = context.filesDir; const read = (name) => fs.readTextSync(d + "/" + name);
const made = (name) => new fs.AtomicFile(d + "/" + name); const there = () => fs.listFileSync(d).map((name) => name.replace(/_[a-z0-9]{6}$/, "_*"));
const written = (stream, text) => new Promise((done) => stream.write(text, "utf-8", (error) => done(error && error.code)));
"""
BEFORE = ["empty", "odd", "old", "tree"]
INTERNAL = 13900042

VALUES: dict[str, tuple[str, Any]] = {
    "what is written takes the place": (
        "const a = made('old'); const s = a.startWrite(); const e = await written(s, 'new'); const during = [read('old'), there()];"
        "a.finishWrite(); return [e, ...during, read('old'), there()]",
        [None, "0123456789", ["empty", "odd", "old", "old_*", "tree"], "new", BEFORE],
    ),
    "a file that was not there": (
        "const a = made('n'); const s = a.startWrite(); await written(s, 'x'); const during = fs.accessSync(d + '/n'); a.finishWrite();"
        "return [during, read('n'), (fs.statSync(d + '/n').mode & 0o777).toString(8)]",
        [False, "x", "600"],
    ),
    "nothing written": ("const a = made('old'); a.startWrite(); a.finishWrite(); return [fs.statSync(d + '/old').size, there()]", [0, BEFORE]),
    "several chunks": (
        "const a = made('n'); const s = a.startWrite(); s.write('ab'); s.write(new Uint8Array([67])); await written(s, 'd'); a.finishWrite();"
        "return [read('n'), s.bytesWritten, s.path.startsWith(d + '/n_'), s instanceof fs.WriteStream]",
        ["abCd", 4, True, True],
    ),
    "failWrite": (
        "const a = made('old'); await written(a.startWrite(), 'new'); a.failWrite(); return [read('old'), there()]",
        ["0123456789", BEFORE],
    ),
    "again": (
        "const a = made('n'); for (const t of ['1', '2']) { await written(a.startWrite(), t); a.finishWrite(); }"
        "await written(a.startWrite(), '3'); a.failWrite(); return [read('n'), there()]",
        ["2", ["empty", "n", "odd", "old", "tree"]],
    ),
    "two at a time": (
        "const a = made('n'), b = made('n'); const s = a.startWrite(), t = b.startWrite(); await written(s, 'a'); await written(t, 'b');"
        "b.finishWrite(); a.finishWrite(); return [read('n'), s.path !== t.path]",
        ["a", True],
    ),
    "readFully": ("const b = made('odd').readFully(); return [b instanceof Int8Array, new Uint8Array(b)]", [True, b"\x00\xff"]),
    "openRead": (
        "const s = made('old').openRead(); s.setEncoding('utf8');"
        "return await new Promise((r) => s.on('data', (chunk) => r([chunk.data, s.path, s instanceof fs.ReadStream])))",
        ["0123456789", f"{FILES}/old", True],
    ),
    "getBaseFile": (
        "const f = made('old').getBaseFile(); const w = code(() => fs.writeSync(f.fd, 'x'));"
        "return [f.path, f.name, fs.statSync(f.fd).size, f instanceof fs.File, w]",
        [f"{FILES}/old", "old", 10, True, 13900008],
    ),
    "delete": (
        "const a = made('old'); await written(a.startWrite(), 'x'); a.delete();"
        "return [there(), code(() => a.startWrite()), code(() => a.getBaseFile()), code(() => a.readFully()), code(() => a.openRead())]",
        [["empty", "odd", "tree"], 13900002, 13900002, 13900002, INTERNAL],
    ),
    "delete what is not there": ("made('nope').delete(); return there()", BEFORE),
    "what is under way at finishWrite comes later": (
        "const a = made('n'); const s = a.startWrite(); const ended = written(s, 'x'); s.write('lost'); a.finishWrite();"
        "const first = read('n'); await ended; await new Promise((r) => fs.stat(d, r)); return [first, read('n')]",
        ["", "x"],
    ),
    "a stream that was closed before is told of after the work": (
        "const a = made('old'); const s = a.startWrite(); await written(s, 'new'); s.closeSync(); const e = code(() => a.finishWrite());"
        "const b = made('old'); const t = b.startWrite(); t.closeSync(); return [e, read('old'), code(() => b.failWrite()), there()]",
        [13900005, "new", 13900005, BEFORE],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", VALUES)
def test_value(kits: Kits, app: FakeApp, name: str) -> None:
    script, expected = VALUES[name]
    assert kits.run(app, HEAD + script) == expected


CODES = {
    "no path": ("new fs.AtomicFile()", 401),
    "a number": ("new fs.AtomicFile(5)", 401),
    "two paths": ("new fs.AtomicFile(d, d)", 401),
    "an argument too many": ("made('old').readFully('utf8')", 401),
    "read what is missing": ("made('nope').readFully()", 13900002),
    "read an empty file": ("made('empty').readFully()", 13900005),
    "read a directory": ("made('tree').readFully()", 13900005),
    "a stream of what is missing": ("made('nope').openRead()", INTERNAL),
    "base file that is missing": ("made('nope').getBaseFile()", 13900002),
    "write in a missing directory": ("made('nope/x').startWrite()", 13900002),
    "write to nowhere": ("new fs.AtomicFile('').startWrite()", 13900002),
    "write to a URI": ("new fs.AtomicFile('file://com.example.app' + d + '/n').startWrite()", 13900002),
    "start twice": ("const a = made('n'); a.startWrite(); a.startWrite()", 13900002),
    "finish without a start": ("made('old').finishWrite()", INTERNAL),
    "fail without a start": ("made('old').failWrite()", INTERNAL),
    "fail after the end": ("const a = made('n'); a.startWrite(); a.finishWrite(); a.failWrite()", INTERNAL),
    "finish over a directory": ("const a = made('tree'); a.startWrite(); a.finishWrite()", INTERNAL),
    "fail when the file is gone": ("const a = made('n'); fs.unlinkSync(a.startWrite().path); a.failWrite()", INTERNAL),
    "close twice": ("const s = made('n').startWrite(); s.closeSync(); s.closeSync()", 13900005),
}  # fmt: skip


@pytest.mark.parametrize("name", CODES)
def test_code(kits: Kits, app: FakeApp, name: str) -> None:
    script, code = CODES[name]
    assert kits.code(app, HEAD + script) == code


@pytest.mark.parametrize(
    ("condition", "script", "expected"),
    [
        (ReadOnlyArea(area="el2"), "return code(() => made('old').startWrite())", 13900002),
        (ReadOnlyArea(area="el2"), "return code(() => made('old').delete())", 13900027),
        (StorageFull(after_bytes=2), "const s = made('n').startWrite(); return [await written(s, 'abc'), s.bytesWritten]", [13900025, 3]),
        (IoError(path="*/old", operation="read"), "return code(() => made('old').readFully())", 13900005),
    ],
    ids=["read-only", "read-only, delete", "full", "broken"],
)  # fmt: skip
def test_a_fault_of_the_disk(kits: Kits, tmp_path: Path, condition: Condition, script: str, expected: Any) -> None:
    app = app_on(tmp_path / "root", [condition], seed=SEED)
    assert kits.run(app, HEAD + script) == expected


def test_only_what_writes_makes_the_device_look_closer(kits: Kits, app: FakeApp) -> None:
    kits.run(app, HEAD + "made('old').readFully()")
    assert not app.process.wrote_files
    kits.run(app, HEAD + "made('old').startWrite()")
    assert app.process.wrote_files


BODY = f"""async onBackupEx(i) {{
  const a = new K.fileIo.AtomicFile(this.context.filesDir + "/n");
  const write = (text) => new Promise((done) => {{ const s = a.startWrite(); s.write(text, "utf-8", () => done(s)); }});
  await write("first"); a.finishWrite();
  await write("second");
  await new Promise((r) => setTimeout(r, 9000));
  a.finishWrite();
  return '{OK_JSON}'; }}"""


def backup(*conditions: Condition) -> tuple[Record, dict[str, bytes]]:
    with Device(conditions=conditions) as device:
        device.install(subject(extension(BODY)))
        record = device.run(nominal_plan(SessionKind.FULL_BACKUP))
        files = device.bundles["com.example.app"].sandbox.files()
        return record, {path.rsplit("/", 1)[1]: Path(host).read_bytes() for path, host, _ in files if "/files/n" in path}


def test_a_kill_in_between_leaves_the_file_as_it_was_and_the_one_beside_it() -> None:
    _, files = backup(Kill(at_ns=5_000_000_000))
    assert files.pop("n") == b"first"
    assert [(len(name), content) for name, content in files.items()] == [(len("n_XXXXXX"), b"second")]


def test_without_a_kill_the_new_content_is_there_alone() -> None:
    record, files = backup()
    assert files == {"n": b"second"}
    assert record.to_json() == backup()[0].to_json()
    changed = {event.data["path"].rsplit("/", 1)[1][:2] for event in record.of_kind("change")}
    assert "n" in changed
