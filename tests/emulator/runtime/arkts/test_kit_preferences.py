"""@ohos.data.preferences in JavaScript and Python together."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from emulator.conditions import StorageFull
from tests.emulator.runtime.arkts.kits_driver import CONTEXT, FakeApp, Kits, Thrown, app_on

HEAD = 'const p = load("@ohos.data.preferences"); const s = p.getPreferencesSync(context, { name: "set" });'
AGAIN = (
    's.flushSync(); p.removePreferencesFromCacheSync(context, "set"); const t = p.getPreferencesSync(context, { name: "set" });'
)

STORED = {
    "number": ("1.5", 1.5),
    "whole": ("3", 3),
    "negative": ("-2", -2),
    "text": ("'ä\\n<&>\"'", 'ä\n<&>"'),
    "truth": ("true", True),
    "numbers": ("[1, 2.5]", [1, 2.5]),
    "texts": ("['a', '']", ["a", ""]),
    "truths": ("[true, false]", [True, False]),
    "nothing in a list": ("[]", []),
    "bytes": ("new Uint8Array([0, 255])", b"\x00\xff"),
    "big": ("12345678901234567890123n", "12345678901234567890123n"),
    "big and negative": ("-1n", "-1n"),
    "big nothing": ("0n", "0n"),
    "object": ("{a: [1, 'x', null], b: {c: true}}", {"a": [1, "x", None], "b": {"c": True}}),
    "mixed list": ("[1, 'a']", [1, "a"]),
}


@pytest.mark.parametrize("name", STORED)
def test_a_value_survives(kits: Kits, app: FakeApp, name: str) -> None:
    given, expected = STORED[name]
    assert kits.run(app, f"{HEAD} s.putSync('k', {given}); return s.getSync('k', 'nothing')") == expected
    assert kits.run(app, f"{HEAD} {AGAIN} return [t.getSync('k', 'nothing'), t.getAllSync()]") == [expected, {"k": expected}]


def test_numbers_that_are_none_stay_in_memory(kits: Kits, app: FakeApp) -> None:
    assert kits.run(
        app, f"{HEAD} s.putSync('k', NaN); s.putSync('i', -Infinity); return [s.getSync('k', 0), s.getSync('i', 0)]"
    ) == [
        "NaN",
        "-Infinity",
    ]


VALUES: dict[str, tuple[str, Any]] = {
    "fallback": ("return [s.getSync('k', 'd'), s.getSync('k', undefined), await s.get('k', 5n)]", ["d", ..., "5n"]),
    "has, delete, clear": (
        "s.putSync('a', 1); s.putSync('b', 2); const one = s.hasSync('a'); s.deleteSync('a'); const two = await s.has('a');"
        "await s.clear(); return [one, two, s.hasSync('b')]",
        [True, False, False],
    ),
    "promises": ("return [await s.put('a', 'x'), await s.flush(), await s.get('a', ''), await s.getAll()]", [..., ..., "x", {"a": "x"}]),
    "callbacks": (
        "return await new Promise((r) => s.put('a', 7, (e) => s.get('a', 0, (f, v) => s.flush((g) => r([e, f, v, g])))))",
        [..., ..., 7, ...],
    ),
    "by name": ("const t = await p.getPreferences(context, 'set'); return t === s", True),
    "by callback": ("return await new Promise((r) => p.getPreferences(context, {name: 'x'}, (e, t) => r([e, t === s])))", [..., False]),
    "what was not flushed is lost": ("s.putSync('a', 1); await p.removePreferencesFromCache(context, {name: 'set'});"
                                     "return p.getPreferencesSync(context, {name: 'set'}).hasSync('a')", False),
    "deleted": ("s.putSync('a', 1); s.flushSync(); await p.deletePreferences(context, 'set');"
                "return load('@ohos.file.fs').listFileSync(context.preferencesDir)", []),
    "observers are inert": ("const f = () => { throw new Error(); }; s.on('change', f); s.on('dataChange', ['a'], f); s.putSync('a', 1);"
                            "await s.flush(); s.off('change', f); s.off('dataChange', ['a']); return s.getSync('a', 0)", 1),
    "constants": ("return [p.MAX_KEY_LENGTH, p.MAX_VALUE_LENGTH, p.StorageType, p.isStorageTypeSupported(1)]",
                  [1024, 16777216, {"XML": 0, "GSKV": 1}, False]),
}  # fmt: skip


@pytest.mark.parametrize("name", VALUES)
def test_value(kits: Kits, app: FakeApp, name: str) -> None:
    script, expected = VALUES[name]
    assert kits.run(app, f"{HEAD} {script}") == expected


CODES = {
    "no context": ("p.getPreferencesSync({}, {name: 'x'})", 401),
    "no name": ("p.getPreferencesSync(context, {})", 401),
    "later, told at once": ("p.getPreferences(context, 5).catch(() => 0)", 401),
    "GSKV": ("p.getPreferencesSync(context, {name: 'x', storageType: 1})", 801),
    "a name with a path": ("p.getPreferencesSync(context, {name: 'a/b'})", 15500000),
    "an empty name": ("p.getPreferencesSync(context, {name: ''})", 15500000),
    "a key that is none": ("s.putSync(5, 1)", 401),
    "an empty key": ("s.putSync('', 1)", 15500000),
    "a long key": ("s.putSync('k'.repeat(1025), 1)", 15500000),
    "null": ("s.putSync('k', null)", 401),
    "undefined": ("s.putSync('k')", 401),
    "a function": ("s.putSync('k', () => 1)", 401),
    "an event that is none": ("s.on('other', () => 1)", 401),
}


@pytest.mark.parametrize("name", CODES)
def test_code(kits: Kits, app: FakeApp, name: str) -> None:
    script, code = CODES[name]
    assert kits.code(app, HEAD + script) == code


def test_the_file_is_the_devices(kits: Kits, app: FakeApp) -> None:
    kits.run(app, f"{HEAD} s.putSync('a', 1); s.putSync('big', -(2n ** 64n)); s.flushSync()")
    content = (app.process.sandbox.root / CONTEXT["preferencesDir"].lstrip("/") / "set").read_text()
    assert '<double key="a" value="1.000000"/>' in content
    words = '<uint64_t value="0"/><uint64_t value="1"/><uint64_t value="1"/>'
    assert f'<BigInt key="big">{words}</BigInt>' in content


def test_a_full_disk_is_an_inner_error(kits: Kits, tmp_path: Path) -> None:
    app = app_on(tmp_path / "root", [StorageFull(after_bytes=0)])
    assert kits.run(app, f"{HEAD} s.putSync('a', 1); await s.flush()") == Thrown(15500000, "Inner error.")
