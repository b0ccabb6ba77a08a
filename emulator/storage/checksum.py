"""What tells one content from another in a record: the CRC-32 of a file."""

from __future__ import annotations

import zlib
from pathlib import Path

CHECKED_BYTES = 64 << 20
"""Larger files are told apart by size alone: reading them again would take longer than packing them."""

OF_SQLITE = ("-wal", "-shm", "-journal")
"""How the files end that SQLite keeps beside an open database. It puts random numbers into them, the same work or not."""

_STEP = 1 << 20


def checksum(host: Path | str, size: int) -> str:
    """8 hex digits for the file at ``host``, which has ``size`` bytes; "" for one of more than 64 MiB or of SQLite's own."""
    if size > CHECKED_BYTES or str(host).endswith(OF_SQLITE):
        return ""
    value = 0
    with open(host, "rb") as file:
        while data := file.read(_STEP):
            value = zlib.crc32(data, value)
    return f"{value:08x}"
