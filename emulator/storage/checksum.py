"""What tells one content from another in a record: the CRC-32 of a file."""

from __future__ import annotations

import zlib
from pathlib import Path

from emulator.storage.sqlite_side import MAGIC_BYTES, is_side_file, page_of_journal, without_nonce, without_salts

CHECKED_BYTES = 64 << 20
"""Larger files are told apart by size alone: reading them again would take longer than packing them."""

OF_SQLITE = ("-wal", "-shm", "-journal")
"""How the files end that SQLite keeps beside an open database. It puts random numbers into them, the same work or not."""

_STEP = 1 << 20


def checksum(host: Path | str, size: int) -> str:
    """8 hex digits for the file at ``host``, which has ``size`` bytes; "" for one of more than 64 MiB.

    What SQLite draws by lot for its logs does not count.
    """
    if size > CHECKED_BYTES:
        return ""
    value, page = 0, page_of_journal(str(host))
    with open(host, "rb") as file:
        if page:
            return f"{zlib.crc32(without_nonce(file.read(), page)):08x}"
        if is_side_file(file.read(MAGIC_BYTES)):
            file.seek(0)
            return f"{zlib.crc32(without_salts(file.read())):08x}"
        file.seek(0)
        while data := file.read(_STEP):
            value = zlib.crc32(data, value)
    return f"{value:08x}"
