"""Encodings of text that JavaScript does not have by itself, and random bytes."""

from __future__ import annotations

import base64
import codecs
from typing import Any

from emulator.kits.errors import BusinessError
from emulator.runtime.arkts.bridge.app import App, Operations


def random_bytes(app: App, size: int) -> Any:
    """The app's next random bytes, the same in every run with this seed."""
    return _bytes(app.process.random.randbytes(size))


def encode(app: App, encoding: str, text: str) -> Any:
    """What the encoding does not have becomes a question mark."""
    return _bytes(text.encode(_known(encoding), "replace"))


def decode(app: App, encoding: str, data: Any, final: bool) -> dict[str, Any]:
    """The ``text``, how many bytes at the end wait for more (``held``), and whether something was ``broken``."""
    decoder = codecs.getincrementaldecoder(_known(encoding))("replace")
    text = decoder.decode(base64.b64decode(data["$bytes"]), final)
    return {"text": text, "held": len(decoder.getstate()[0]), "broken": "\ufffd" in text}


def _known(encoding: str) -> str:
    try:
        return codecs.lookup(encoding).name
    except LookupError:
        raise BusinessError(401, f"Parameter error. The encoding {encoding} is not supported.") from None


def _bytes(data: bytes) -> dict[str, str]:
    return {"$bytes": base64.b64encode(data).decode()}


OPERATIONS: Operations = {"random.bytes": random_bytes, "text.encode": encode, "text.decode": decode}
"""By ``kit.name``."""
