"""Positions in transpiled code lead back to the source."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from emulator.runtime.arkts.script import Script
from emulator.runtime.arkts.source_map import original
from emulator.runtime.arkts.toolchain import Toolchain
from emulator.runtime.arkts.transpiler import Transpiler
from tests.emulator.runtime.arkts.goldens import run

HERE = "/*here*/"


@pytest.mark.parametrize(
    ("mappings", "position", "expected"),
    [
        ("", (7, 3), (7, 3)),
        ("AAAA", (1, 1), (1, 1)),
        ("AAAA", (1, 99), (1, 1)),
        ("AACA,IAAI", (1, 4), (2, 1)),
        ("AACA,IAAI", (1, 5), (2, 5)),
        ("AAAA;AACA;;AAEA", (2, 1), (2, 1)),
        ("AAAA;AACA;;AAEA", (4, 1), (4, 1)),
        ("AACA;;AAEA", (2, 5), (2, 1)),
        (";;AACA", (1, 1), (1, 1)),
        ("AAAA;AACA", (9, 9), (2, 1)),
        ("IAAI,IAAI", (1, 2), (1, 1)),
        ("A,CAACA,EAAE", (1, 3), (1, 2)),
        ("AAgCA", (1, 1), (33, 1)),
        ("AAggBggB", (1, 1), (513, 513)),
        ("AAEA;AADA", (2, 1), (2, 1)),
        ("AAAA,CAAC,EAAAA", (1, 4), (1, 2)),
    ],
)
def test_a_position(mappings: str, position: tuple[int, int], expected: tuple[int, int]) -> None:
    assert original(mappings, *position) == expected


ASYNC = """import lazy { late } from './late'
@Component
struct Page {
  build() { Column() { } }
}
@Concurrent
function other(): void {}

class Notes {
  title: string = ''
  constructor(private readonly count: number = 1) {}
  async save(): Promise<void> {
    for (let i = 0; i < 1; i++) {
      await 0
      try { await 0 } catch { other() }
      this.inner({ a: i }); /*2*/
    }
  }
  inner(x: object): void {
    const thrown: Error = /*1*/new Error('here'); throw thrown
  }
}

export async function main(): Promise<void> {
  await Promise.resolve()
  await new Notes().save() /*3*/
}
"""


@pytest.mark.parametrize("end", ["\n", "\r\n", "\u2028"])
@pytest.mark.parametrize("start", ["", "\ufeff"])
def test_an_error_in_async_code_leads_back_to_its_line_and_column(toolchain: Toolchain, start: str, end: str) -> None:
    script = _transpiled(toolchain, start + ASYNC.replace("\n", end))
    [note] = run(toolchain, [script.code])
    assert note["error"] == "Error: here"
    lines = ASYNC.split("\n")
    here = next(i for i, line in enumerate(lines) if "/*1*/" in line)
    calls = [next(i for i, line in enumerate(lines) if mark in line) for mark in ("/*2*/", "/*3*/")]
    places = _places(script, note["stack"])
    assert places[0] == (here + 1, lines[here].index("new Error") + 1)
    assert [line for line, _ in places[1:]] == [line + 1 for line in calls]


@pytest.mark.parametrize(
    "source",
    [
        "export function main() {\n  return [1].map((x) => {\n    if (x) throw /*here*/new Error('here')\n  })\n}",
        "class A { get x(): number {\n  throw /*here*/new Error('here') } }\nexport const main = () => new A().x",
        "export const main = (x: number = /*here*/(() => { throw new Error('here') })()) => x",
        "function mark(target: object, key: string) { throw /*here*/new Error('here') }\nclass A { @mark x: number = 1 }",
        "\n\nexport const main = async () => {\n  const note: string | undefined = undefined\n  return note!./*here*/length\n}",
        "enum A { X = /*here*/(() => { throw new Error('here') })() }",
        "namespace N {\n  export let a = 1\n  throw /*here*/new Error('here')\n}",
        "import { late } from './late'\n\nlet x: number = 1; throw /*here*/new Error('here')",
    ],
)
def test_an_error_leads_back_from_every_construct(toolchain: Toolchain, source: str) -> None:
    line, column = _line_of(source)
    script = _transpiled(toolchain, source)
    [note] = run(toolchain, [script.code])
    assert note["error"]
    found = _places(script, note["stack"])[0]
    assert found[0] == line
    assert abs(found[1] - column) <= len(HERE) + 16  # a function of its own begins behind the mark


def test_every_line_of_the_code_leads_to_a_line_of_the_source(toolchain: Toolchain) -> None:
    script = _transpiled(toolchain, ASYNC)
    last = ASYNC.count("\n") + 1
    places = [original(script.mappings, line, 1) for line in range(1, script.code.count("\n") + 1)]
    assert all(1 <= line <= last for line, _ in places)


def test_a_tick_leads_to_the_code_around_it(toolchain: Toolchain) -> None:
    script = _transpiled(toolchain, "\n\nexport function main() {\n  while (true) {\n    main()\n  }\n}\n")
    ticks = [number for number, line in enumerate(script.code.split("\n"), 1) if "__tick()" in line]
    assert [original(script.mappings, number, 9)[0] for number in ticks] == [3, 4]


def _transpiled(toolchain: Toolchain, source: str) -> Script:
    transpiler = Transpiler(toolchain, None)
    script = transpiler.transpile(Path("Notes.ets"), source)
    transpiler.close()
    assert script.diagnostics == ()
    return script


def _places(script: Script, stack: str) -> list[tuple[int, int]]:
    """Of the frames in the code, the innermost first."""
    found = re.findall(r"code\.js:(\d+):(\d+)", stack)
    return [original(script.mappings, int(line), int(column)) for line, column in found]


def _line_of(source: str) -> tuple[int, int]:
    before = source[: source.index(HERE)]
    return before.count("\n") + 1, len(before.rpartition("\n")[2]) + 1
