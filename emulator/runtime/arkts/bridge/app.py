"""What an operation of a kit sees of the app that calls it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from emulator.extension.process import ExtensionProcess


class App(Protocol):
    """One app process whose kits' JavaScript calls operations."""

    process: ExtensionProcess

    def now_ns(self) -> int:
        """Virtual time of the thread that calls, in ns since the session began."""


Operation = Callable[..., Any]
"""``operation(app, *args)``: what JSON can say comes in and goes out. Raises BusinessError for what the app may see."""

Operations = Mapping[str, Operation]
"""Operations by name: ``fileIo.open``."""
