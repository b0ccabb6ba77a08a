"""Message digests of cryptoFramework for ArkTS, by the host's hashlib."""

from __future__ import annotations

import hashlib
from typing import Any

from emulator.kits.errors import BusinessError
from emulator.runtime.arkts.bridge.app import App, Operations
from emulator.runtime.arkts.bridge.handles import handles_of
from emulator.runtime.arkts.bridge.values import from_app, to_app

INVALID_PARAMS = 401
CRYPTO_OPERATION = 17_630_001


def create(app: App, name: str) -> dict[str, int] | None:
    """The ``handle`` of a digest that nothing went into, and its ``length`` in bytes; None where the host has no such digest."""
    try:
        made = hashlib.new(name.lower(), usedforsecurity=False)
    except ValueError:
        return None
    return {"handle": handles_of(app).keep(made), "length": made.digest_size}


def update(app: App, handle: int, data: Any, at_once: bool) -> None:
    """Nothing as data is refused, by each form with a code of its own (napi_md.cpp)."""
    content = from_app(data)
    if not content and at_once:
        raise BusinessError(CRYPTO_OPERATION, "crypto operation error.")
    if not content:
        raise BusinessError(INVALID_PARAMS, "update failed")
    handles_of(app).get(handle).update(content)


def digest(app: App, handle: int) -> Any:
    """The bytes of the digest; the handle is of no use afterwards."""
    made = handles_of(app).get(handle)
    handles_of(app).drop(handle)
    return to_app(made.digest())


OPERATIONS: Operations = {"md.create": create, "md.update": update, "md.digest": digest}
"""By ``kit.name``."""
