"""What a backup takes and what a restore brings back, said once more in plain Python, from the text of data-plane 1 to 5.

Nothing here is shared with the emulated stack. Not modelled: scenes, the public home, special old versions, no-tar mode and
damage (data-plane 1.5.3, 1.8, 3.10, 4.4, 4.8).
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from tests.emulator.storage.model_tree import NS, TOP, Kind, Node, Tree, children, excluded, glob, node_at, resolve

BIG_BYTES = 2 * 1024 * 1024
PATH_BYTES = 4096
LEVELS = ("el1", "el2")
PER_LEVEL = ("database/", *(f"base/{where}" for where in ("files/", "preferences/")))
IN_HAPS = tuple(f"base/haps/*/{kind}/" for kind in ("database", "files", "preferences"))
DEFAULTS = [f"data/storage/{level}/{path}" for level in LEVELS for path in PER_LEVEL + IN_HAPS] + [
    "data/storage/el2/distributedfiles/"
]
VISIBLE_TO_SERVICE = (
    *(f"/data/storage/{level}/{kind}/" for level in ("el1", "el2", "el5") for kind in ("base", "database")),
    "/data/storage/el2/distributedfiles/",
    "/data/storage/el2/cloud/",
)

NOT_RESTORED = (
    "mode and mtime of a directory that is not empty (full flow), mtime of any directory",
    "bits of a directory's mode that the umask takes",
    "nanoseconds of the mtime of a small file, and an mtime of 0",
    "links, sockets, FIFOs and devices; a named link to a small file becomes an empty file, one to a big file a copy",
    "unreadable files and directories, paths of 4096 bytes or more",
    "owner, group, hard links, holes",
    "that something was deleted: a restore deletes nothing",
)
"""What does not come back (data-plane 2.2, 4.3 to 4.6, 9.16 to 9.19)."""


@dataclass(frozen=True)
class Left:
    """What left for one path: in a tar or as a big file, and the node that it is there."""

    big: bool
    node: Node


Manifest = Mapping[str, tuple[Kind, int, int, str]]
"""Path as listed without its first slash by kind, size, mtime in seconds, and hash."""


class Blocked(Exception):
    """The extension waits at a FIFO until a timer ends it."""


# configuration (1.3, 1.5, 1.6) ------------------------------------------------------------------------------------------------


def include_list(config: Mapping[str, Any]) -> list[str]:
    """``includes`` as the device reads them."""
    value = config.get("includes")
    return [item for item in value if isinstance(item, str)] or [""] if isinstance(value, list) else DEFAULTS


def exclude_list(config: Mapping[str, Any]) -> list[str]:
    """``excludes`` as the device reads them."""
    value = config.get("excludes")
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def exclude_patterns(excludes: Iterable[str]) -> list[str]:
    """Excludes as they are matched in the full flow."""
    patterns = (text + "*" if text.endswith("/") else text for text in excludes if text)
    return ["/" + text if "/" in text and not text.startswith("/") else text for text in patterns]


def scan_roots(expanded: Iterable[str]) -> list[str]:
    """The include roots in order: rooted, sorted, without what lies below a directory that is itself a root."""
    rooted = {"/" + path if path.find("/") > 0 else path for path in expanded}
    roots: list[str] = []
    for path in sorted(rooted, key=os.fsencode):
        if not any(root.endswith("/") and path.startswith(root) for root in roots):
            roots.append(path)
    return roots


# full flow (2) ----------------------------------------------------------------------------------------------------------------


def backup(tree: Tree, config: Mapping[str, Any], mapped: Mapping[str, str] | None = None) -> dict[str, Left]:
    """What leaves in the full flow, in the order of the scan. ``mapped``: directory that is backed up by path of its record.

    Recorded paths have no slash at the end. Raises Blocked.
    """
    patterns = exclude_patterns(exclude_list(config))
    roots = scan_roots(
        path for include in include_list(config) if include not in (mapped or {}).values() for path in glob(tree, include)
    )
    left: dict[str, Left] = {}
    for root in roots:
        for path in _scanned(tree, root, patterns, patterns):
            _take(left, path, _full(tree, path))
    for root, record in sorted((mapped or {}).items()):
        for path in _scanned(tree, root, patterns, ()):
            _take(left, record.rstrip("/") + path[len(root.rstrip("/")) :], _full(tree, path))
    return left


def _take(left: dict[str, Left], path: str, what: Left | None) -> None:
    if what is not None:
        left[path.rstrip("/")] = what


def _scanned(tree: Tree, root: str, patterns: Iterable[str], file_patterns: Iterable[str]) -> Iterator[str]:
    """Files and, with a slash at the end, empty directories below an include root."""
    node = node_at(tree, root)
    if node is None or node.kind is not Kind.DIRECTORY:
        if node is not None and not excluded(file_patterns, root):
            yield root
        return
    stack = [root]
    while stack:
        directory = stack.pop()
        place, node = resolve(tree, directory), node_at(tree, directory)
        if excluded(patterns, directory) or place is None or node is None or not node.readable:
            continue
        base = directory if directory.endswith("/") else directory + "/"
        names = children(tree, place)
        if not names:
            yield base
        for name in names:
            child = node_at(tree, f"{place}/{name}", follow=False)
            if child is not None and child.kind is Kind.DIRECTORY:
                stack.append(base + name)
            elif child is not None and child.kind is Kind.FILE and not excluded(file_patterns, base + name):
                yield base + name


def _full(tree: Tree, path: str) -> Left | None:
    """One scanned path as it leaves."""
    node = node_at(tree, path)
    if node is None or not node.readable or len(os.fsencode(path)) >= PATH_BYTES:
        return None
    return _sent(tree, path, node)


def _sent(tree: Tree, path: str, node: Node) -> Left | None:
    if node.kind is Kind.FIFO:
        raise Blocked(path)
    if node.kind is Kind.SOCKET or not node.mode & 0o400:
        return None
    if len(node.content) > BIG_BYTES and node.kind is Kind.FILE:
        return Left(True, node)
    itself = node_at(tree, path, follow=False)
    if itself is not None and itself.kind is Kind.LINK and node.kind is Kind.FILE:
        node = replace(itself, kind=Kind.FILE, content=b"")
    return Left(False, node)


# incremental flow (5) ---------------------------------------------------------------------------------------------------------


def incremental(
    tree: Tree, config: Mapping[str, Any], last_s: int = 0, previous: Manifest | None = None
) -> tuple[dict[str, Left], Manifest]:
    """What leaves in the incremental flow, in path order, and the full manifest. Raises Blocked."""
    left: dict[str, Left] = {}
    known: dict[str, tuple[Kind, int, int, str]] = {}
    before = previous or {}
    for path, is_directory in sorted(set(_stat_lines(tree, config)), key=lambda line: os.fsencode(line[0])):
        node = node_at(tree, path)
        if node is None:
            continue
        mtime_s = (node.mtime_ns or 0) // NS
        fresh = last_s == 0 or mtime_s > last_s
        old = before.get(path[1:])
        if is_directory:
            known[path[1:]] = (Kind.DIRECTORY, 0, mtime_s, "")
            changed = old is None
        elif old is not None and old[1:3] == (len(node.content), mtime_s):
            known[path[1:]] = old
            changed = False
        elif (digest := _hashed(node, path)) is None:
            continue
        else:
            known[path[1:]] = (Kind.FILE, len(node.content), mtime_s, digest)
            changed = old is None or old[3] != digest
        if changed and fresh:
            _take(left, path, _sent(tree, path, node))
    return left, known


def _hashed(node: Node, path: str) -> str | None:
    if node.kind is Kind.FIFO:
        raise Blocked(path)
    readable = node.kind is Kind.FILE and node.readable
    return hashlib.sha256(node.content).hexdigest().upper() if readable else None


def stat_list(tree: Tree, config: Mapping[str, Any]) -> list[str]:
    """The paths that the service lists, include roots spelled as configured, in the order of the walk."""
    return [path for path, _ in _stat_lines(tree, config)]


def _stat_lines(tree: Tree, config: Mapping[str, Any]) -> list[tuple[str, bool]]:
    included, excluded = _exchanged(include_list(config), exclude_list(config))
    excludes = [_excluding(tree, path) for path in _mapped(excluded)]
    lines: list[tuple[str, bool]] = []
    for root in sorted(set(_mapped(_module_directories(tree, included))), key=os.fsencode):
        node = node_at(tree, root)
        if node is not None:
            found = ((root, node.kind is Kind.DIRECTORY), *_lines(tree, root))
            lines += (line for line in found if not _suppressed(excludes, *line))
    return lines


def _exchanged(includes: list[str], excludes: list[str]) -> tuple[list[str], list[str]]:
    """Both lists, includes first, stand in one file that is read up to the first empty line."""
    if "" in includes:
        includes, excludes = includes[: includes.index("")], []
    if "" in excludes:
        excludes = excludes[: excludes.index("")]
    return ["/" + path.removeprefix("/") for path in includes], ["/" + path.removeprefix("/") for path in excludes]


def _module_directories(tree: Tree, includes: Iterable[str]) -> Iterator[str]:
    for include in includes:
        found = re.match(r"(/data/storage/el[12]/base/haps/)\*", include)
        if found is None:
            yield include
            continue
        for name in (f"{module}/{kind}" for module in _listed(tree, found[1]) for kind in ("files", "database", "preferences")):
            node = node_at(tree, found[1] + name, follow=False)
            if node is not None and node.kind is Kind.DIRECTORY:
                yield found[1] + name


def _listed(tree: Tree, directory: str) -> list[str]:
    node = node_at(tree, directory)
    return children(tree, directory) if node is not None and node.readable else []


def _mapped(paths: Iterable[str]) -> Iterator[str]:
    for path in paths:
        if path.startswith(VISIBLE_TO_SERVICE) and ".." not in path.split("/"):
            yield path


def _excluding(tree: Tree, path: str) -> str:
    node = node_at(tree, path)
    is_directory = node is not None and node.kind is Kind.DIRECTORY
    return path.rstrip("/") + "/" if is_directory else path


def _suppressed(excludes: Iterable[str], path: str, is_directory: bool) -> bool:
    text = path.rstrip("/") + "/" if is_directory else path
    return any(text.startswith(exclude) if exclude.endswith("/") else text == exclude for exclude in excludes)


def _lines(tree: Tree, root: str) -> Iterator[tuple[str, bool]]:
    """What lies below a directory: paths, and whether they are directories themselves."""
    place, node = resolve(tree, root), node_at(tree, root)
    if place is None or node is None or node.kind is not Kind.DIRECTORY or not node.readable:
        return
    base = root if root.endswith("/") else root + "/"
    for name in children(tree, place):
        child = node_at(tree, f"{place}/{name}", follow=False)
        is_directory = child is not None and child.kind is Kind.DIRECTORY
        yield base + name, is_directory
        if is_directory:
            yield from _lines(tree, base + name)


# restore (4) ------------------------------------------------------------------------------------------------------------------


def restore(before: Tree, left: Mapping[str, Left], umask: int = 0o022, below: str = "", listed: bool = False) -> dict[str, Node]:
    """The tree after ``left`` has come back. Directories lose their mtime.

    ``below``: where to, when fullBackupOnly (4.6). ``listed``: every blob has its manifest, so that a big file keeps a name
    that the index, being JSON, cannot hold.
    """
    after = {path: replace(node, mtime_ns=None) if node.kind is Kind.DIRECTORY else node for path, node in before.items()}
    for path, what in left.items():
        if not what.big:
            if ".." in path.split("/"):
                break
            _unpack(after, below + path, what.node, umask)
    for path, what in left.items():
        if what.big and ".." not in path.split("/"):
            _move(after, below + (path if listed else os.fsencode(path).decode(errors="replace")), what.node, umask)
    return after


def _unpack(after: dict[str, Node], path: str, node: Node, umask: int) -> None:
    if node.kind is Kind.DIRECTORY:
        _make_directories(after, path, node.mode & ~umask)
        return
    path = _through_links(after, path)
    target = resolve(after, path)
    if target is None:
        target = None if node_at(after, path, follow=False) else _fresh(after, path, umask)
    elif after.get(target, TOP).kind is not Kind.FILE or not after[target].mode & 0o200:
        return
    if target is not None:
        mtime_s = (node.mtime_ns or 0) // NS
        after[target] = replace(node, mtime_ns=mtime_s * NS if mtime_s else None)


def _through_links(after: Tree, path: str) -> str:
    """Where a file is made when links at its place lead nowhere; a link that leads to itself stays one, and nothing is made."""
    for _ in range(40):
        node = node_at(after, path, follow=False)
        if node is None or node.kind is not Kind.LINK or resolve(after, path) is not None:
            break
        path = f"{path.rpartition('/')[0]}/{os.fsdecode(node.content)}"
    return path


def _move(after: dict[str, Node], path: str, node: Node, umask: int) -> None:
    existing = node_at(after, path, follow=False)
    target = _fresh(after, path, umask)
    if target is not None and (existing is None or existing.kind is not Kind.DIRECTORY):
        after[target] = node


def _fresh(after: dict[str, Node], path: str, umask: int) -> str | None:
    """The place of a new file, its parents made; None when one of them cannot be, or nothing can be made in it."""
    parent, _, name = path.rpartition("/")
    _make_directories(after, parent, 0o755 & ~umask)
    return _in_writable(after, parent, name)


def _make_directories(after: dict[str, Node], path: str, mode: int) -> None:
    at = ""
    for part in path.strip("/").split("/"):
        at = f"{at}/{part}"
        if resolve(after, at, follow=False) is None:
            place = _in_writable(after, at.rpartition("/")[0], part)
            if place is None:
                return
            after[place] = Node(Kind.DIRECTORY, b"", mode, None)


def _in_writable(after: dict[str, Node], parent: str, name: str) -> str | None:
    place, node = resolve(after, parent), node_at(after, parent)
    writable = node is not None and node.kind is Kind.DIRECTORY and node.mode & 0o300 == 0o300
    return f"{place.rstrip('/')}/{name}" if place is not None and writable else None
