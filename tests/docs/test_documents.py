"""What README.md and docs/*.md tell the reader to do works, and prints what they say it prints."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.docs.commands import CHECKOUT, RUN, Block, Command, DocumentError, blocks, comparable, documents, matches

SKIPPED = {
    ("README.md", "$ python -m venv .venv && . .venv/bin/activate"),
    ("README.md", "$ python -m pip install tox && tox"),
    ("docs/security.md", "$ unshare -rn true && echo closed || echo open"),
    (
        "docs/performance.md",
        "$ pytest -o python_files='bench_*.py' -o python_functions='bench_*' tests/benchmarks -q -s",
    ),
}
"""Blocks that are not run: (document, first line). Nothing is skipped without standing here too."""

ALL = {path: list(blocks(path.read_text(encoding="utf-8"), str(path.relative_to(CHECKOUT)))) for path in documents()}
COPIED = ("README.md", "docs", "fixtures", "schemas", "pyproject.toml")
"""As much of the checkout as a document may use. The packages are the installed ones."""


@pytest.mark.parametrize("document", [pytest.param(path, id=str(path.relative_to(CHECKOUT))) for path in ALL])
def test_document(document: Path, tmp_path: Path) -> None:
    """The blocks of one document, in order, in one directory: what one writes the next may use."""
    directory = tmp_path / "checkout"
    (directory / "tests").mkdir(parents=True)  # testpaths names it
    for name in COPIED:
        if (CHECKOUT / name).is_dir():
            shutil.copytree(CHECKOUT / name, directory / name, ignore=shutil.ignore_patterns("__pycache__"))
        elif (CHECKOUT / name).is_file():
            shutil.copy(CHECKOUT / name, directory / name)
    for block in ALL[document]:
        if "skip" in block.notes:
            continue
        if "file" in block.notes:
            file = directory / block.notes["file"]
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(block.text, encoding="utf-8")
        elif block.language in RUN:
            run(block, directory)


def run(block: Block, directory: Path) -> None:
    """Run a block's commands; the last one ends with the code that the block's notes say."""
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "COV", "TOX"))},
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")]),
        "PYTHONDONTWRITEBYTECODE": "1",
        "COLUMNS": "80",
    }
    if block.language == "python":
        commands, interpreter = [Command(block.text)], [sys.executable, "-c"]
    else:
        commands, interpreter = block.commands, ["bash", "-euo", "pipefail", "-c"]
    for number, command in enumerate(commands, 1):
        done = subprocess.run(
            [*interpreter, command.text],
            cwd=directory,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=240,
            check=False,
        )
        expected = int(block.notes.get("exit", 0)) if number == len(commands) else 0
        said = f"{block.place}: {command.text}\n{done.stdout}"
        assert done.returncode == expected, f"exit code {done.returncode}, not {expected}, of {said}"
        if block.notes.get("output") == "exact":
            printed = comparable(done.stdout.replace(f"{directory}/", "").splitlines())
            assert matches(comparable(command.output), printed), f"{said}\nis not what the document says:\n" + "\n".join(
                command.output
            )


def test_what_is_skipped_is_listed() -> None:
    skipped = {(b.document, b.lines[0]) for found in ALL.values() for b in found if "skip" in b.notes and b.lines}
    assert skipped == SKIPPED


def test_links_lead_somewhere() -> None:
    links = [
        (document, target)
        for document in ALL
        for target in re.findall(r"\]\((?!https?:|#)([^)#\s]+)", document.read_text(encoding="utf-8"))
    ]
    dead = [
        f"{document.relative_to(CHECKOUT)}: {target}" for document, target in links if not (document.parent / target).exists()
    ]
    assert links
    assert not dead


# the reader ----------------------------------------------------------------------------------------------------------------

TEXT = """
<!-- output: exact -->
<!-- exit: 1 -->
```console
$ echo a \\
>   b
a b
$ false
```

- in a list
  <!-- file: x.py -->
  ```python
  if x:
      pass
  ```

```
$ not ours
```
"""


def test_reader() -> None:
    console, file, other = blocks(TEXT, "x.md")
    assert console.notes == {"output": "exact", "exit": "1"}
    assert [(command.text, command.output) for command in console.commands] == [("echo a \\\n  b", ("a b",)), ("false", ())]
    assert file.text == "if x:\n    pass\n"
    assert other.language not in RUN
    assert console.place == "x.md:4"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("<!-- skipped: x -->\n", "x.md:1: no note 'skipped'"),
        ("<!-- skip: x -->\ntext\n", "x.md:2: a note without a block"),
        ("```sh\nls\n", "x.md:1: the block does not end"),
    ],
)
def test_reader_refuses(text: str, message: str) -> None:
    with pytest.raises(DocumentError, match=re.escape(message)):
        list(blocks(text, "x.md"))


def test_a_console_block_begins_with_a_command() -> None:
    (block,) = blocks("```console\nls\n```\n", "x.md")
    with pytest.raises(DocumentError, match=r"x\.md:2: a console block begins with a command"):
        assert block.commands


def test_times_and_versions_do_not_count() -> None:
    lines = ["===== 3 passed in 0.12s =====", "platform linux -- Python 3.12.1, pytest-9.2.0", "took 61.2s (0:01:01)  ", ""]
    assert comparable(lines) == ["== 3 passed in N.NNs ==", "platform linux -- ...", "took N.NNs"]


def test_three_dots_stand_for_any_lines() -> None:
    assert matches(["a", "...", "z"], ["a", "b", "c", "z"])
    assert matches(["a", "..."], ["a"])
    assert not matches(["a", "...", "z"], ["a", "b"])
    assert not matches(["a"], ["a", "b"])
