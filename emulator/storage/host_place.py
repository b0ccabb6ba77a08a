"""Where on the host sandboxes and archives are made."""

from __future__ import annotations

import os
import shutil
from functools import lru_cache
from pathlib import Path

MEMORY_BYTES = 1024**3
"""They are made in memory when so much is free there."""


@lru_cache(maxsize=1)
def roomy_place() -> str | None:
    """Memory, where the system offers enough of it as a directory: making and removing sandboxes is most of a session.

    None for the usual place. Whoever sets TMPDIR has decided otherwise.
    """
    memory = Path("/dev/shm")
    try:
        if os.environ.get("TMPDIR"):
            return None
        return str(memory) if shutil.disk_usage(memory).free >= MEMORY_BYTES else None
    except OSError:
        return None
