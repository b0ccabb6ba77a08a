"""Encodings by Python's codecs, and random bytes of the app."""

from __future__ import annotations

import base64
import random
from types import SimpleNamespace
from typing import Any

import pytest

from emulator.kits.errors import BusinessError
from emulator.runtime.arkts.bridge.text import OPERATIONS

APP: Any = SimpleNamespace(process=SimpleNamespace(random=random.Random(7)))


def sent(value: bytes) -> dict[str, str]:
    return {"$bytes": base64.b64encode(value).decode()}


@pytest.mark.parametrize(
    ("encoding", "value", "final", "expected"),
    [
        pytest.param("gbk", b"\xc4\xe3", True, {"text": "你", "held": 0, "broken": False}, id="gbk"),
        pytest.param("gb2312", b"\xc4\xe3\xba", False, {"text": "你", "held": 1, "broken": False}, id="half-a-character"),
        pytest.param("gbk", b"\xc4", True, {"text": "\ufffd", "held": 0, "broken": True}, id="broken"),
        pytest.param("ibm866", b"\x80", True, {"text": "А", "held": 0, "broken": False}, id="another-name"),
        pytest.param("iso-8859-2", b"\xb1", True, {"text": "ą", "held": 0, "broken": False}, id="single-bytes"),
    ],
)
def test_decoding(encoding: str, value: bytes, final: bool, expected: dict[str, Any]) -> None:
    assert OPERATIONS["text.decode"](APP, encoding, sent(value), final) == expected


def test_encoding() -> None:
    assert OPERATIONS["text.encode"](APP, "gbk", "你😀") == sent(b"\xc4\xe3?")


def test_an_unknown_encoding_is_an_error_of_the_app() -> None:
    with pytest.raises(BusinessError, match="klingon is not supported") as failure:
        OPERATIONS["text.encode"](APP, "klingon", "a")
    assert failure.value.code == 401


def test_random_bytes_come_from_the_seed() -> None:
    value = OPERATIONS["random.bytes"](APP, 4)
    assert base64.b64decode(value["$bytes"]) == random.Random(7).randbytes(4)
