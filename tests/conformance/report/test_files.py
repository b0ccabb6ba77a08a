"""The section of files, word for word, and the same in the JSON report."""

from __future__ import annotations

import json
import unicodedata
from dataclasses import replace
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.report.files import counts, document, escaped, human, section, title
from conformance.schemas import load_schema
from emulator.leaving import Leaving, ListedFile
from emulator.profile import PRESETS

F = "/data/storage/el2/base/files"
FILES = (
    ListedFile("/data/storage/el1/database/", 0, "part.0.tar", True, include="data/storage/el1/database/"),
    ListedFile(f"{F}/a\nb\x1b[31m.txt", 1536, "part.0.tar", True, include=F),
    ListedFile(f"{F}/cache/\udcff.bin", 20, "", False, "excluded", "excluded by *.bin", F, "*.bin"),
    ListedFile(f"{F}/clip.mp4", 2097153, "0123456789abcdef.mp4", True, include=F, recorded="/data/R/clip.mp4"),
    ListedFile(f"{F}/link", 0, "part.0.tar", False, "link-as-empty-file", "it comes back as an empty file", F),
    ListedFile(f"{F}-not/other", 1, "", False, "outside", "in no include"),
)
LEAVING = Leaving("com.example.app", FILES, True, ("onBackupEx",), ("part.0.tar",), ("0123456789abcdef.mp4",), 0)
SECTION = """\
the sandbox after onBackupEx, as the device finds it in a full backup on latest (API level 26)

      size  in                    file
                                  data/
                                    storage/
                                      el1/
            part.0.tar                  database/  (include data/storage/el1/database/)
                                      el2/
                                        base/
                                          files/
   1.5 KiB  part.0.tar                      a\\x0ab\\x1b[31m.txt  (include /data/storage/el2/base/files)
                                            cache/
      20 B  stays                             \\xff.bin  (excluded by *.bin)
   2.0 MiB  0123456789abcdef.mp4            clip.mp4 as /data/R/clip.mp4  (include /data/storage/el2/base/files)
       0 B  part.0.tar                      link  (it comes back as an empty file)
                                          files-not/
       1 B  stays                           other  (in no include)
leaves: 2 files and 1 empty directory, 2.0 MiB (2,098,689 bytes) in 1 tar and 1 big file
left behind: 3 files, 21 B (21 bytes)"""


def shown(leaving: Leaving, has_sandbox: bool = True) -> list[str]:
    return [line.text for line in section(leaving, PRESETS["latest"], has_sandbox=has_sandbox)]


def test_section() -> None:
    assert "\n".join(shown(LEAVING)) == SECTION
    assert title(LEAVING) == "files of com.example.app"


def test_what_stays_is_marked() -> None:
    lines = list(section(LEAVING, PRESETS["latest"], has_sandbox=True))
    assert [line.text.split()[-1] for line in lines if line.markup.get("yellow")] == ["*.bin)", "file)", "include)"]
    assert [line.text.partition(":")[0] for line in lines if line.markup.get("bold")] == ["leaves", "left behind"]


@pytest.mark.parametrize(
    ("changes", "heading"),
    [
        ({}, ["the sandbox after onBackupEx, as the device finds it in a full backup on latest (API level 26)"]),
        (
            {"callbacks": ("onBackupEx", "onBackup")},
            ["the sandbox after onBackupEx and onBackup, as the device finds it in a full backup on latest (API level 26)"],
        ),
        (
            {"callbacks": ()},
            ["the sandbox as it was, with no onBackup to run, as the device finds it in a full backup on latest (API level 26)"],
        ),
        (
            {"end_code": 13900020},
            [
                "the sandbox after onBackupEx, as the device finds it in a full backup on latest (API level 26)",
                "the backup fails with 13900020: what was sent until then is of no use",
            ],
        ),
        (
            {"was_scanned": False, "end_code": 13500003, "tars": (), "big_files": ()},
            [
                "the sandbox at the end of a full backup on latest (API level 26) that never came to look at the files",
                "the backup fails with 13500003: nothing leaves",
            ],
        ),
        (
            {"was_scanned": False, "end_code": None},
            [
                "the sandbox at the end of a full backup on latest (API level 26) that never came to look at the files",
                "the backup never ends",
            ],
        ),
        (
            {"was_scanned": False, "end_code": None, "blocked": "not available on the emulated device: socket"},
            [
                "the sandbox at the end of a full backup on latest (API level 26) that never came to look at the files",
                "blocked: not available on the emulated device: socket",
            ],
        ),
    ],
)
def test_heading(changes: dict[str, Any], heading: list[str]) -> None:
    lines = shown(replace(LEAVING, **changes))
    assert lines[: lines.index("")] == heading


def test_without_files() -> None:
    empty = replace(LEAVING, files=(), tars=(), big_files=())
    assert shown(empty, has_sandbox=False)[1:] == [
        "no --sandbox: only what the app itself has written",
        "",
        "leaves: 0 files, 0 B (0 bytes)",
        "left behind: 0 files, 0 B (0 bytes)",
    ]


def test_several() -> None:
    names = ("part.0.tar", "part.1.tar")
    lines = shown(replace(LEAVING, tars=names, big_files=("a", "b"), files=(FILES[0], replace(FILES[0], path="/x/"))))
    assert lines[-2] == "leaves: 0 files and 2 empty directories, 0 B (0 bytes) in 2 tars and 2 big files"


def test_a_long_blob_name_pushes_its_own_line_only() -> None:
    files = (replace(FILES[3], blob="0" * 16 + "." + "x" * 100), FILES[1])
    lines = [line for line in shown(replace(LEAVING, files=files)) if "include" in line]
    assert lines[1].startswith("   1.5 KiB  part.0.tar" + " " * 30 + "  ")


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (0, "0 B"),
        (1023, "1023 B"),
        (1024, "1.0 KiB"),
        (1024 * 1024 - 1, "1.0 MiB"),
        (1024 * 1023, "1023.0 KiB"),
        (5 * 1024**3, "5.0 GiB"),
        (1 << 70, "1024.0 EiB"),
    ],
)
def test_sizes_for_people(size: int, text: str) -> None:
    assert human(size) == text


def unescaped(text: str) -> str:
    """The reader that the documentation of the escapes promises."""
    out, rest = [], text
    while rest:
        kind = rest[:2]
        if kind == "\\\\":
            out.append("\\")
            rest = rest[2:]
        elif kind in ("\\x", "\\u", "\\U"):
            digits = {"\\x": 2, "\\u": 4, "\\U": 8}[kind]
            code = int(rest[2 : 2 + digits], 16)
            out.append(chr(code + 0xDC00 if kind == "\\x" and code >= 0x80 else code))
            rest = rest[2 + digits :]
        else:
            out.append(rest[0])
            rest = rest[1:]
    return "".join(out)


@given(st.text(st.one_of(st.characters(), st.characters(min_codepoint=0xDC80, max_codepoint=0xDCFF, categories=["Cs"]))))
def test_escapes_harm_nobody_and_can_be_read_back(text: str) -> None:
    shown = escaped(text)
    assert shown.isprintable()
    assert not {unicodedata.category(character) for character in shown} & {"Cc", "Cf", "Cs", "Zl", "Zp"}
    assert shown.encode("utf-8").decode("utf-8") == shown
    assert unescaped(shown) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [("日本 é", "日本 é"), ("a\\b", "a\\\\b"), ("\t", "\\x09"), ("\udc80", "\\x80"), ("\u202e", "\\u202e"), ("\x9b", "\\u009b")],
)
def test_escapes(text: str, shown: str) -> None:
    assert escaped(text) == shown


def test_document() -> None:
    read = json.loads(document(LEAVING))
    schema = load_schema("conformance-report")
    files = {"$ref": "#/properties/files", "properties": {"files": schema["properties"]["files"]}, "$defs": schema["$defs"]}
    jsonschema.Draft202012Validator(files).validate(read)
    assert (read["bundle"], read["state"], read["callbacks"], read["endCode"], read["blocked"]) == (
        "com.example.app",
        "at-scan",
        ["onBackupEx"],
        0,
        None,
    )
    assert (read["tars"], read["bigFiles"]) == (["part.0.tar"], ["0123456789abcdef.mp4"])
    assert read["leaves"] == {"files": 2, "directories": 1, "bytes": 2098689}
    assert read["leftBehind"] == {"files": 3, "directories": 0, "bytes": 21}
    assert read["entries"][2] == {
        "path": f"{F}/cache/\\xff.bin",
        "size": 20,
        "leaves": False,
        "blob": None,
        "recorded": None,
        "why": "excluded",
        "reason": "excluded by *.bin",
        "include": F,
        "exclude": "*.bin",
    }
    assert [entry["path"] for entry in read["entries"]] == [escaped(file.path) for file in FILES]
    assert [entry["recorded"] for entry in read["entries"] if entry["recorded"]] == ["/data/R/clip.mp4"]


def test_document_without_files() -> None:
    read = json.loads(document(replace(LEAVING, files=(), was_scanned=False)))
    assert (read["entries"], read["state"]) == ([], "at-end")
    assert read["leaves"] == counts(()) == {"files": 0, "directories": 0, "bytes": 0}
