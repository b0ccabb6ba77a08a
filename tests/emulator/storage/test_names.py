"""Names of blobs, and the hash behind them: data-plane 3.2, 3.3, 8.4, 8.5 and Appendix A."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from emulator.storage.inside import Inside
from emulator.storage.name_hash import city_hash64, gen_hash_name
from emulator.storage.names import (
    FullBlobNames,
    IncrementalBlobNames,
    check_own_pack_tar,
    extension,
    hash_file_path,
    is_user_tar,
    tar_name,
)
from emulator.storage.paths import gen_mapping_dir, gen_real_path, is_file_path_valid, parse_mapping_dir
from emulator.storage.unpack.header import parse_octal
from tests.emulator.storage.vector_tables import DOCUMENT
from tests.vectors import Vector, vectors

FILES = "/data/storage/el2/base/files"
STAGING = "data/storage/el2/base/.backup/backup"


def reference_values() -> list[tuple[bytes, str]]:
    """The values at the end of Appendix A."""
    text = DOCUMENT.read_text(encoding="utf-8").partition("Reference values (X): ")[2].partition(". My transcription")[0]
    first, _, counted = text.partition("; n times `a`: ")
    named = re.findall(r"(empty|`\w+`) ([0-9a-f]{16})", first)
    values = [(b"" if name == "empty" else name.strip("`").encode(), digits) for name, digits in named]
    return values + [(b"a" * int(n), digits) for n, digits in re.findall(r"(\d+) ([0-9a-f]{16})", counted)]


@pytest.mark.parametrize(
    ("data", "digits"), [pytest.param(*value, id=f"{len(value[0])}-{value[1]}") for value in reference_values()]
)
def test_hash(data: bytes, digits: str) -> None:
    assert f"{city_hash64(data):016x}" == digits


def test_every_reference_value_was_read() -> None:
    assert len(reference_values()) == 21


@pytest.mark.parametrize("vector", vectors("N1"))
def test_gen_hash_name(vector: Vector) -> None:
    assert gen_hash_name(vector["Input"]) == vector["Result"]


def test_hash_of_a_name_that_is_no_text() -> None:
    assert gen_hash_name("\udcff\udcfe") == f"{city_hash64(bytes([0xFF, 0xFE])):016x}"


@pytest.mark.parametrize("vector", vectors("N2", "N6..N16"))
def test_full_blob_name(vector: Vector) -> None:
    assert FullBlobNames().name(vector["Input"]) == vector["Result"]


@pytest.mark.parametrize("vector", vectors("N4"))
def test_full_blob_name_that_is_taken(vector: Vector) -> None:
    names = FullBlobNames()
    for _ in range(1 if vector.id == "N4a" else 2):
        names.name(vector["Input"])
    assert names.name(vector["Input"]) == vector["Result"]


def test_the_extension_does_not_make_a_taken_name_free() -> None:
    names = FullBlobNames()
    taken = names.name(f"{FILES}/big.bin").partition(".")[0]
    assert names.name(f"{FILES}/big.bin").partition(".")[0] != taken


@pytest.mark.parametrize("vector", vectors("N3", "N5"))
def test_incremental_blob_name(vector: Vector) -> None:
    names = IncrementalBlobNames()
    for _ in range({"N3": 0, "N5a": 1, "N5b": 2}[vector.id]):
        names.name(vector["Input"])
    assert names.name(vector["Input"]) == vector["Result"]


@pytest.mark.parametrize("vector", vectors("N17"))
def test_hash_file_path(vector: Vector) -> None:
    assert hash_file_path(vector["Input"]) == vector["Result"]


@pytest.mark.parametrize("vector", vectors("N18"))
def test_gen_mapping_dir(vector: Vector) -> None:
    assert gen_mapping_dir(*vector.json("Input")) == vector["Result"]


@pytest.mark.parametrize("vector", vectors("N19"))
def test_parse_mapping_dir(vector: Vector) -> None:
    assert list(parse_mapping_dir(vector["Input"])) == vector.json("Result")


def test_a_mapping_ends_with_the_separator() -> None:
    assert parse_mapping_dir("a||||b||||c") == ("a||||b||||c", "")


@pytest.mark.parametrize("vector", vectors("N20", "N21"))
def test_gen_real_path(vector: Vector) -> None:
    assert gen_real_path(*vector.json("Input")) == vector["Result"]


def test_gen_real_path_drops_one_slash() -> None:
    assert gen_real_path("//r//", "//n") == "/r///n"


@pytest.mark.parametrize("vector", vectors("N22"))
def test_parse_octal(vector: Vector) -> None:
    text, length = vector.json("Input")
    assert parse_octal(text.encode(), length) == int(vector["Result"])


@pytest.mark.vector("N23a", "N23b")
def test_tar_name() -> None:
    assert tar_name(1) == "part.1.tar"
    assert tar_name(0, 1700000000123) == "1700000000123_part.0.tar"


@pytest.mark.parametrize("vector", vectors("N24", "N25"))
def test_check_own_pack_tar(vector: Vector, tmp_path: Path) -> None:
    (tmp_path / STAGING).mkdir(parents=True)
    (tmp_path / "storage/el2/user").mkdir(parents=True)
    assert check_own_pack_tar(vector["Input"], Inside(tmp_path)) is (vector["Result"] == "true")


def test_own_tars_are_where_the_path_leads(tmp_path: Path) -> None:
    inside = Inside(tmp_path)
    assert not check_own_pack_tar(f"/{STAGING}/part1.tar", inside), "the directory does not exist"
    (tmp_path / STAGING / "below").mkdir(parents=True)
    (tmp_path / f"{STAGING}2").mkdir()
    (tmp_path / "link").symlink_to(f"/{STAGING}")
    inside = Inside(tmp_path)
    assert check_own_pack_tar("/link/part.0.tar", inside)
    assert check_own_pack_tar(f"/{STAGING}/below/1_part.0.tar", inside)
    assert not check_own_pack_tar(f"/{STAGING}2/part.0.tar", inside)
    assert not check_own_pack_tar("/link/x.part.tar", inside), "the name up to its first dot decides"


def test_user_tar(tmp_path: Path) -> None:
    sizes = {"big.tar": 2_097_153, "small.tar": 2_097_152, "big.bin": 2_097_153}
    for name, size in sizes.items():
        with open(tmp_path / name, "wb") as file:
            file.truncate(size)
    inside = Inside(tmp_path)
    assert {name: is_user_tar(f"/{name}", inside) for name in (*sizes, "none.tar")} == {
        "big.tar": True,
        "small.tar": False,
        "big.bin": False,
        "none.tar": False,
    }
    assert is_user_tar("/small.tar", inside, no_tar=True)


def test_extension_of_the_whole_path() -> None:
    assert [extension(path) for path in ("/a.b/c", "/a.b", "/a/", ".", "")] == ["b/c", "b", "", "", ""]


@pytest.mark.parametrize("vector", vectors("P"))
def test_path_check(vector: Vector) -> None:
    assert is_file_path_valid(vector["Path"]) is (vector["Result"] == "allowed")


def test_the_path_check_counts_bytes() -> None:
    assert is_file_path_valid("é" * 2048)
    assert not is_file_path_valid("é" * 2048 + "x")
    assert is_file_path_valid("\udcff" * 4096)
