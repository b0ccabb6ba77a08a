"""Handlers that the app gives to its loggers. The logging module is one for all processes, and outlives them; on the device
there is one in each, so a handler ends with the process that has added it.
"""

from __future__ import annotations

import logging
from typing import Any

from emulator.kernel import current_thread

_REAL_ADD = logging.Logger.addHandler


def add(logger: logging.Logger, hdlr: logging.Handler) -> None:
    """Logger.addHandler; what is new and the app's is written down."""
    thread = current_thread()
    if thread is not None and thread.owner is not None and hdlr not in logger.handlers:
        thread.owner.log_handlers.append((logger, hdlr))
    _REAL_ADD(logger, hdlr)


def drop(process: Any) -> None:
    """The process is over: its handlers get nothing more and are not flushed, and the system closes their files."""
    for logger, handler in process.log_handlers:
        logger.removeHandler(handler)
        if isinstance(handler, logging.FileHandler) and handler.stream is not None:
            handler.stream.close()
    process.log_handlers.clear()
