"""A backup as another system's clone would bring it, for the special old versions (data-plane 4.8)."""

from __future__ import annotations

from dataclasses import replace

from emulator.storage.pack.index import IndexEntry, IndexThrows, full_index, read_entries
from emulator.storage.pack.staging import RESTORE
from emulator.storage.paths import rooted
from emulator.storage.transfer import Archive
from emulator.storage.unpack.special import INDEX


def special_archive(archive: Archive) -> Archive:
    """The same files: big ones named by where they belong, tars by a place in staging, to be unpacked at ``/``.

    An index that cannot be read goes as it is, and so do blobs that it does not list.
    """
    try:
        entries = [_named(entry) for entry in read_entries(archive.index.read())]
    except IndexThrows:
        entries = []
    names = {old: entry.file_name for old, entry in entries}
    blobs = [replace(blob, uri=names.get(blob.uri, blob.uri)) for blob in archive.blobs]
    text = full_index(entry for _, entry in entries).encode("utf-8") if entries else archive.index.read()
    index = replace(archive.index, uri=INDEX, size=len(text), content=text)
    return Archive(blobs, index, made_from=archive)


def _named(entry: IndexEntry) -> tuple[str, IndexEntry]:
    """The name in the old index, and the element of the new one."""
    if entry.is_big_file or entry.is_user_tar:
        path = rooted(entry.path)
        return entry.file_name, replace(entry, file_name=path, path=path)
    name = entry.file_name.rpartition("/")[2]
    return entry.file_name, replace(entry, file_name=f"{RESTORE}/{name}", path="/")
