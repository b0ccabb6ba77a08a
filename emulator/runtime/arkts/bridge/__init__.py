"""The Python side of the kits: what an app's JavaScript asks for, by name.

An operation does its work when it is called; whoever calls it lets the time pass that the disk took (`taken_ns`).
"""

from __future__ import annotations

from emulator.runtime.arkts.bridge import (
    atomic_file,
    bundle_manager,
    context,
    data_share,
    file_io,
    message_digest,
    preferences,
    relational_store,
    resources,
    settings,
    text,
    told,
    zlib,
)
from emulator.runtime.arkts.bridge.app import App, Operation, Operations
from emulator.runtime.arkts.bridge.place import taken_ns

__all__ = ["OPERATIONS", "App", "Operation", "taken_ns"]

_KITS = (
    atomic_file,
    bundle_manager,
    context,
    data_share,
    file_io,
    message_digest,
    preferences,
    relational_store,
    resources,
    settings,
    text,
    told,
    zlib,
)

OPERATIONS: Operations = {name: operation for kit in _KITS for name, operation in kit.OPERATIONS.items()}
"""Every operation, by ``kit.name``."""
