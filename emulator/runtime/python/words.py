"""An object of the app put into words, whatever its own code does when it is asked for them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from emulator.kernel import Killed, current_thread
from emulator.runtime.python import interrupts


def text_of(value: Any, ask: Callable[[Any], str] = str) -> str:
    """What ``ask`` has to say of ``value``, as a plain str; when the app's code raises, a text that says so.

    Passes on only the death of the app's process and the user's own Ctrl-C.
    """
    try:
        return "".join((ask(value),))  # also of a str of the app's own class
    except Killed:
        raise
    except BaseException as error:
        thread = current_thread()
        if thread is not None:
            interrupts.reraise_real(error, thread.kernel)
        elif isinstance(error, KeyboardInterrupt):
            raise
        return f"<{type(value).__name__}: asking for its text raised {type(error).__name__}>"


def error_text(error: BaseException) -> str:
    """Class and message of an exception of the app."""
    return f"{type(error).__name__}: {text_of(error)}"
