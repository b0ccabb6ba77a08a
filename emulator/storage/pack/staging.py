"""The staging directories of the extension, where blobs wait on their way out and in (data-plane 0.3)."""

from __future__ import annotations

import os

from emulator.storage.inside import Inside

BACKUP = "/data/storage/el2/base/.backup/backup"
RESTORE = "/data/storage/el2/base/.backup/restore"

_HOME_MODE = 0o755
_STAGING_MODE = 0o700


def make_staging(inside: Inside, path: str = BACKUP, umask: int = 0o022) -> None:
    """Make the staging directory ``path`` and what is missing above it. Raises OSError of the host.

    The ``.backup`` home is there since the ability was initialised (0755), staging itself is made on demand (0700).
    """
    parts = path.strip("/").split("/")
    for depth in range(1, len(parts) + 1):
        host = inside.entry("/".join(parts[:depth]))
        if not os.path.lexists(host):
            os.mkdir(host)
            os.chmod(host, (_STAGING_MODE if depth == len(parts) else _HOME_MODE) & ~umask)
