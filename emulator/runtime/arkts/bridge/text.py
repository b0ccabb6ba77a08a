"""What the kits of language basics ask of Python: random bytes, and encodings other than Unicode's."""

from __future__ import annotations

import base64
import codecs
from typing import TYPE_CHECKING, Any

from emulator.kits.errors import BusinessError

if TYPE_CHECKING:
    from emulator.runtime.arkts.bridge.app import App, Operations

_ALIASES = {
    "gb2312": "gbk",
    "ibm866": "cp866",
    "iso-8859-8-i": "iso-8859-8",
    "macintosh": "mac_roman",
    "windows-874": "cp874",
    "x-mac-cyrillic": "mac_cyrillic",
}
"""Names of the device that Python calls otherwise."""

_UNKNOWN = 401


def random_bytes(app: App, count: int) -> dict[str, str]:
    """``random.bytes``: bytes of the app's own random numbers."""
    return {"$bytes": base64.b64encode(app.process.random.randbytes(count)).decode()}


def decode(app: App, encoding: str, value: dict[str, str], final: bool) -> dict[str, Any]:
    """``text.decode``: ``{text, held, broken}``; ``held`` is how many bytes at the end begin a character that has not ended."""
    decoder = _codec(encoding).incrementaldecoder(errors="replace")
    text = decoder.decode(base64.b64decode(value["$bytes"]), final)
    held = len(decoder.getstate()[0])
    return {"text": text, "held": held, "broken": "\ufffd" in text}


def encode(app: App, encoding: str, text: str) -> dict[str, str]:
    """``text.encode``: what the encoding does not have is a question mark."""
    value, _ = _codec(encoding).encode(text, "replace")
    return {"$bytes": base64.b64encode(value).decode()}


def _codec(encoding: str) -> codecs.CodecInfo:
    try:
        return codecs.lookup(_ALIASES.get(encoding, encoding))
    except LookupError:
        raise BusinessError(_UNKNOWN, f"Parameter error. Wrong encoding format: {encoding} is not supported.") from None


OPERATIONS: Operations = {"random.bytes": random_bytes, "text.decode": decode, "text.encode": encode}
"""Operations by name."""
