"""Coroutines that the app makes and drops without having begun them: work that it has forgotten to wait for.

The interpreter itself tells when it drops one, at that very moment and on the thread that drops it. It tells the function of
`warnings` that is replaced here, which has the coroutine; what a filter of warnings does comes later.
"""

from __future__ import annotations

import warnings
from typing import Any

from emulator.kernel import current_thread
from emulator.runtime.python.work import call_tag

real = warnings._warn_unawaited_coroutine  # type: ignore[attr-defined]


def note(coroutine: Any) -> None:
    """``coroutine`` is dropped. Of the app's it is told to its process, unless that is ending; of others Python warns."""
    thread = current_thread()
    if thread is None or thread.owner is None:
        real(coroutine)
    elif not thread.dying:
        thread.owner.realm.note_never_awaited(coroutine.__qualname__, call_tag.get())
