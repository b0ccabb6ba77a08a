"""The emulated data plane does with drawn sandboxes and profiles what the reference model says, step by step."""

from __future__ import annotations

import json
import os
import re
import stat
import tarfile
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from emulator.storage.config.backup_config import parse_backup_config
from emulator.storage.incremental.compare import Comparison, HashHangs, compare
from emulator.storage.incremental.manifest import ReportLine, read_report, write_report
from emulator.storage.incremental.stat_list import make_stat_list
from emulator.storage.inside import Inside
from emulator.storage.pack.header import app_owner
from emulator.storage.pack.index import BlobStat, IndexEntry, blob_stat, full_index
from emulator.storage.pack.slices import Packable
from emulator.storage.pack.staging import BACKUP, RESTORE, make_staging
from emulator.storage.pack.tar import PackHangs, pack
from emulator.storage.scan.records import Fate, Scan
from emulator.storage.scan.walk import scan
from emulator.storage.unpack.restore import incremental_restore
from tests.emulator.storage.model import Blocked, Left, Manifest, backup, exclude_list, include_list, incremental, restore
from tests.emulator.storage.model_tree import NS, Kind, Node, Tree
from tests.emulator.storage.strategies import MTIMES_NS, ROOTS, read_tree, sandboxes, trees, write_tree

STEADY = settings(derandomize=True, database=None, deadline=None, max_examples=200, suppress_health_check=list(HealthCheck))
OWNER = app_owner(20_010_045)
Sandbox = tuple[dict[str, Node], dict[str, Any]]
Lines = dict[str, tuple[bool, int, int, str]]
T = TypeVar("T")
RECORD = "/data/storage/el2/base/files/record"
MEMORY = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None


@contextmanager
def on_disk(tree: Tree) -> Iterator[Path]:
    """A directory with the tree in it, which can be removed afterwards whatever the modes say."""
    with tempfile.TemporaryDirectory(dir=MEMORY) as directory:
        write_tree(tree, Path(directory))
        try:
            yield Path(directory)
        finally:
            for path, node in tree.items():
                if node.kind is Kind.DIRECTORY:
                    os.chmod(directory + path, 0o700)


def archived(inside: Inside, entries: Iterable[Packable]) -> dict[str, Node]:
    """What a tar of these entries holds, read by Python's own reader; names without slashes at either end."""
    make_staging(inside)
    packed = pack(inside, entries, f"{BACKUP}/part.0.tar", OWNER)
    with tarfile.open(inside.host(packed.path), encoding="utf-8", errors="surrogateescape") as archive:
        return {"/" + member.name.strip("/"): _node(archive, member) for member in archive}


def _node(archive: tarfile.TarFile, member: tarfile.TarInfo) -> Node:
    content = archive.extractfile(member)
    kind = Kind.DIRECTORY if member.isdir() else Kind.FILE
    return Node(kind, b"" if content is None else content.read(), member.mode, int(member.mtime) * NS)


def small(left: dict[str, Left]) -> dict[str, Node]:
    """The model's tar entries as an archive can hold them: whole seconds."""
    nodes = {path: what.node for path, what in left.items() if not what.big}
    return {path: Node(n.kind, n.content, n.mode, (n.mtime_ns or 0) // NS * NS) for path, n in nodes.items()}


def big(left: dict[str, Left]) -> dict[str, Node]:
    """The model's big files."""
    return {path: what.node for path, what in left.items() if what.big}


def text_of(profile: dict[str, Any]) -> bytes:
    """A profile as a file; a name that is no UTF-8 stands in it byte by byte."""
    return os.fsencode(json.dumps(profile, ensure_ascii=False))


@STEADY
@given(sandboxes())
def test_the_profile_is_read_alike(sandbox: Sandbox) -> None:
    _, profile = sandbox
    config = parse_backup_config(text_of(profile))
    assert (list(config.includes), list(config.excludes)) == (include_list(profile), exclude_list(profile))


# incremental flow -------------------------------------------------------------------------------------------------------------


def previous_manifests(tree: Tree, profile: dict[str, Any]) -> st.SearchStrategy[Manifest]:
    """What an earlier backup may have known: the same, less, or something else."""
    try:
        _, now = incremental(tree, profile)
    except Blocked:
        return st.just({})

    def altered(line: tuple[Kind, int, int, str], how: str) -> tuple[Kind, int, int, str]:
        kind, size, mtime, digest = line
        return {
            "older": (kind, size, mtime - 1, digest),
            "other": (kind, size, mtime - 1, "OTHER"),
            "other, same time": (kind, size, mtime, "OTHER"),
            "longer": (kind, size + 1, mtime, "OTHER"),
        }.get(how, line)

    ways = st.sampled_from(["same", "gone", "older", "other", "other, same time", "longer"])
    return st.lists(ways, min_size=len(now), max_size=len(now)).map(
        lambda chosen: {path: altered(now[path], how) for path, how in zip(now, chosen, strict=True) if how != "gone"}
    )


def compared(inside: Inside, profile: dict[str, Any], last_s: int, previous: Manifest) -> Comparison:
    """The stat list and its comparison, both exchanged as files."""
    config = parse_backup_config(text_of(profile))
    local = make_stat_list(inside, config.includes, config.excludes, last_s)
    lines = [
        ReportLine(path, "0", kind is Kind.DIRECTORY, size, mtime, digest, False)
        for path, (kind, size, mtime, digest) in previous.items()
    ]
    return compare(inside, read_report(local.text()).values(), read_report(write_report(lines)))


def known(comparison: Comparison) -> Lines:
    """The full manifest without the sizes of directories, which are the host's."""
    return {
        line.path: (line.is_directory, 0 if line.is_directory else line.size, line.mtime, line.hash) for line in comparison.all
    }


def as_known(manifest: Manifest) -> Lines:
    """The model's manifest in the same form."""
    return {path: (kind is Kind.DIRECTORY, size, mtime, digest) for path, (kind, size, mtime, digest) in manifest.items()}


@STEADY
@given(sandboxes(), st.sampled_from([0, 0, *(time // NS for time in MTIMES_NS)]), st.data())
def test_an_incremental_backup_takes_what_the_model_takes(sandbox: Sandbox, last_s: int, data: st.DataObject) -> None:
    tree, profile = sandbox
    previous = data.draw(st.one_of(st.just({}), previous_manifests(tree, profile)))
    with on_disk(tree) as root:
        inside = Inside(root)
        expected = unless(Blocked, lambda: incremental(tree, profile, last_s, previous))
        found = unless(HashHangs, lambda: compared(inside, profile, last_s, previous))
        assert (expected is None) == (found is None)
        if expected is None or found is None:
            return
        left, manifest = expected
        assert known(found) == as_known(manifest)
        assert {"/" + line.path for line in found.big} == big(left).keys()
        assert archived(inside, found.small) == small(left)


def unless(blocked: type[Exception], action: Callable[[], T]) -> T | None:
    """What ``action`` gives, None when it waits for ever."""
    try:
        return action()
    except blocked:
        return None


# full flow --------------------------------------------------------------------------------------------------------------------


@st.composite
def mapped_sandboxes(draw: st.DrawFn) -> tuple[dict[str, Node], dict[str, Any], dict[str, str]]:
    """A tree, a profile, and the directory that is recorded under another name, if one is."""
    tree, profile = draw(sandboxes())
    if not draw(st.booleans()):
        return tree, profile, {}
    source = draw(st.sampled_from([root for root in ROOTS if root in tree] or ROOTS))
    inside = [path for path in tree if path.startswith(source + "/")]
    return (
        tree,
        {
            **profile,
            "includes": [*include_list(profile), RECORD],
            "excludes": [*exclude_list(profile), *draw(st.lists(st.sampled_from(inside), max_size=1) if inside else st.just([]))],
            "compatibleDirMapping": [{"backupDir": source, "restoreDir": RECORD}],
        },
        {source: RECORD},
    )


def scanned(root: Path, profile: dict[str, Any]) -> Scan:
    """The scan. Raises PackHangs where a FIFO was named, as packing would."""
    found = scan(root, parse_backup_config(text_of(profile)), activated=[RECORD])
    for file in found.small:
        if file.fate is Fate.FIFO_BLOCKS:
            raise PackHangs(file.path)
    return found


def sent(inside: Inside, found: Scan) -> dict[str, tuple[str, os.stat_result]]:
    """The big files that can be opened: where they lie and what they are, by recorded path."""
    status = {file: os.stat(inside.host(file.path)) for file in found.big}
    return {file.recorded: (inside.host(file.path), known) for file, known in status.items() if known.st_mode & stat.S_IRUSR}


@STEADY
@given(mapped_sandboxes())
def test_a_full_backup_takes_what_the_model_takes(sandbox: tuple[dict[str, Node], dict[str, Any], dict[str, str]]) -> None:
    tree, profile, mapped = sandbox
    expected = unless(Blocked, lambda: backup(tree, profile, mapped))
    with on_disk(tree) as root:
        inside = Inside(root)
        found = unless(PackHangs, lambda: scanned(root, profile))
        assert (expected is None) == (found is None)
        if expected is None or found is None:
            return
        everything = [file.recorded for file in (*found.small, *found.big)]
        assert len(everything) == len(set(everything))
        assert list(sent(inside, found)) == list(big(expected))
        for path, (host, status) in sent(inside, found).items():
            node = expected[path].node
            assert (Path(host).read_bytes(), stat.S_IMODE(status.st_mode), status.st_mtime_ns) == (
                node.content,
                node.mode,
                node.mtime_ns,
            )
        archive = archived(inside, found.small)
        assert archive == small(expected)
        assert list(archive) == list(small(expected))


# restore ----------------------------------------------------------------------------------------------------------------------


def received(inside: Inside, sender: Inside, found: Scan, listed: bool) -> None:
    """Put into staging what a caller writes there: a tar, big files under names of the test's own, the index, manifests."""
    make_staging(sender)
    make_staging(inside, RESTORE)
    packed = pack(sender, found.small, f"{BACKUP}/part.0.tar", OWNER)
    listing = [file.recorded.rstrip("/") for file in found.small]
    arrived(inside, "part.0.tar", Path(sender.host(packed.path)).read_bytes(), listing if listed else [])
    entries = [IndexEntry("part.0.tar", packed.path, BlobStat(packed.size, packed.mode, 0, 0))]
    for number, (path, (host, status)) in enumerate(sent(sender, found).items()):
        arrived(inside, f"{number}.bin", Path(host).read_bytes(), [path] if listed else [])
        entries.append(IndexEntry(f"{number}.bin", path, blob_stat(status), is_big_file=True))
    Path(inside.host(f"{RESTORE}/manage.json")).write_text(full_index(entries))


def arrived(inside: Inside, name: str, content: bytes, paths: list[str]) -> None:
    """A blob and its manifest, which is empty when it lists nothing."""
    lines = [ReportLine(path[1:], "33200", False, 0, 0, "", False) for path in paths]
    Path(inside.host(f"{RESTORE}/{name}")).write_bytes(content)
    Path(inside.host(f"{RESTORE}/{name}.rp")).write_bytes(write_report(lines) if lines else b"")


def undressed(tree: Tree) -> dict[str, Node]:
    """A tree without what the model leaves open: times of directories, and the blobs in staging."""
    kept = {path: node for path, node in tree.items() if not re.fullmatch(rf"{RESTORE}/[^/]*\.(tar|bin|rp|json)", path)}
    return {path: replace(node, mtime_ns=None) if node.kind is Kind.DIRECTORY else node for path, node in kept.items()}


def difference(expected: Tree, found: Tree) -> dict[str, tuple[Node | None, Node | None]]:
    """Expected and found of every path where they differ. A time that the model leaves open can be any."""
    paths = sorted(expected.keys() | found.keys(), key=os.fsencode)
    pairs = {path: (expected.get(path), found.get(path)) for path in paths}
    return {
        path: (a, b)
        for path, (a, b) in pairs.items()
        if a is None or b is None or a != replace(b, mtime_ns=a.mtime_ns and b.mtime_ns)
    }


@STEADY
@given(sandboxes(), trees(), st.booleans(), st.booleans(), st.sampled_from([0o022, 0, 0o077]))
def test_what_was_scanned_and_packed_comes_back_as_in_the_model(
    sandbox: Sandbox, before: dict[str, Node], full_backup_only: bool, listed: bool, umask: int
) -> None:
    tree, profile = sandbox
    left = unless(Blocked, lambda: backup(tree, profile))
    if left is None:
        return
    with on_disk(tree) as sender, on_disk(before) as root:
        received(Inside(root), Inside(sender), scanned(sender, profile), listed)
        there = undressed(read_tree(root))
        for _ in incremental_restore(Inside(root), full_backup_only=full_backup_only, umask=umask):
            pass
        expected = restore(there, left, umask, RESTORE if full_backup_only else "", listed)
        assert difference(expected, undressed(read_tree(root))) == {}
