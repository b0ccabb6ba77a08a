"""Small sandboxes and configurations that meet in interesting places, and trees on the disk of the host.

Few names, few sizes and few patterns, so that excludes hit files and includes nest; what is expensive (files around 2 MiB) or
special (links, FIFOs, sockets, unreadable nodes) is rare.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from tests.emulator.storage.model import BIG_BYTES
from tests.emulator.storage.model_tree import NS, Kind, Node, Tree

ROOTS = (
    "/data/storage/el2/base/files",
    "/data/storage/el2/base/haps/entry/files",
    "/data/storage/el2/base/haps/entry/cache",
    "/data/storage/el2/base/haps/feature/preferences",
    "/data/storage/el1/database",
    "/data/storage/el2/distributedfiles",
)
NAMES = ("a", "b", "ab", "cache", "x.log", ".x", "a.b", "日本.txt", "n;m", "l\nf", "\udcff", "100%", "a*", "[a]", "n" * 101)
MTIMES_NS = (1_700_000_000 * NS + 123_456_789, 1_700_000_000 * NS, 1_262_304_000 * NS, 5 * NS, 4_102_444_800 * NS)
SMALL_SIZES = (0, 1, 511, 512, 513)
TAILS = (
    "/a",
    "/b",
    "/cache",
    "/x.log",
    "/.x",
    "/*",
    "/a*",
    "/?",
    "/[ab]",
    "/[!a]*",
    "/*.log",
    "/*/a",
    "/a/*",
    "//a",
    "/./a",
    "/nowhere",
)

_BIG = {size: b"B" + bytes(size - 2) + b"E" for size in (BIG_BYTES, BIG_BYTES + 1)}

_KINDS = {
    stat.S_IFREG: Kind.FILE,
    stat.S_IFDIR: Kind.DIRECTORY,
    stat.S_IFLNK: Kind.LINK,
    stat.S_IFIFO: Kind.FIFO,
    stat.S_IFSOCK: Kind.SOCKET,
}


def rarely(usual: st.SearchStrategy[Any], rare: st.SearchStrategy[Any], one_in: int = 10) -> st.SearchStrategy[Any]:
    """``rare`` about once in ``one_in`` draws; shrinks to ``usual``."""
    return st.integers(0, one_in - 1).flatmap(lambda number: rare if number == one_in - 1 else usual)


@st.composite
def files(draw: st.DrawFn) -> Node:
    """Files, most of them small and readable."""
    size = draw(rarely(st.sampled_from(SMALL_SIZES), st.sampled_from(list(_BIG)), 15))
    content = _BIG.get(size) or draw(st.sampled_from([b"x", b"y"])) * size
    mode = draw(rarely(st.sampled_from([0o660, 0o600, 0o644, 0o755]), st.sampled_from([0, 0o400, 0o6711])))
    return Node(Kind.FILE, content, mode, draw(st.sampled_from(MTIMES_NS)))


@st.composite
def directories(draw: st.DrawFn) -> Node:
    """Directories that their owner may enter."""
    return Node(Kind.DIRECTORY, b"", draw(st.sampled_from([0o755, 0o771, 0o700])), draw(st.sampled_from(MTIMES_NS)))


@st.composite
def specials(draw: st.DrawFn) -> Node:
    """Links, FIFOs and sockets."""
    target = draw(st.sampled_from([b"a", b"b", b"cache", b".", b"nowhere", None, None]))
    if target is not None:
        return Node(Kind.LINK, target, 0o777, draw(st.sampled_from(MTIMES_NS)))
    return Node(draw(st.sampled_from([Kind.FIFO, Kind.SOCKET])), b"", 0o660, MTIMES_NS[0])


@st.composite
def trees(draw: st.DrawFn, special: bool = True) -> dict[str, Node]:
    """Sandboxes of up to eight nodes and their parents; ``special``: also links, FIFOs, sockets and closed directories.

    A big file's name has an extension of its own, since without one it can break the bundle (data-plane 9, item 1).
    """
    usual = st.one_of(files(), files(), directories())
    nodes = rarely(usual, specials(), 8) if special else usual
    places = st.tuples(st.sampled_from(ROOTS), st.lists(st.sampled_from(NAMES), min_size=1, max_size=3))
    drawn = st.tuples(places, nodes)
    tree: dict[str, Node] = {}
    for (root, names), node in draw(rarely(st.lists(drawn, min_size=3, max_size=8), st.lists(drawn, max_size=2))):
        _add(tree, f"{root}/{'/'.join(names)}" + (".bin" if len(node.content) > BIG_BYTES else ""), node)
    inner = [path for path in below_roots(tree) if tree[path].kind is Kind.DIRECTORY]
    if special and inner and draw(rarely(st.just(False), st.just(True))):
        path = draw(st.sampled_from(inner))
        tree[path] = replace(tree[path], mode=0)
    if special and below_roots(tree) and draw(rarely(st.just(False), st.just(True), 5)):
        above, _, name = draw(st.sampled_from(below_roots(tree))).rpartition("/")
        _add(tree, f"{above}/link", Node(Kind.LINK, os.fsencode(name), 0o777, MTIMES_NS[0]))
    return tree


def below_roots(tree: Iterable[str]) -> list[str]:
    """The paths that lie in one of `ROOTS`."""
    return [path for path in tree if path.startswith(tuple(root + "/" for root in ROOTS))]


def _add(tree: dict[str, Node], path: str, node: Node) -> None:
    parts = path.split("/")[1:]
    parents = ["/" + "/".join(parts[:depth]) for depth in range(1, len(parts))]
    if path in tree or any(tree.get(parent, node).kind is not Kind.DIRECTORY for parent in parents if parent in tree):
        return
    for parent in parents:
        tree.setdefault(parent, Node(Kind.DIRECTORY, b"", 0o755, MTIMES_NS[1]))
    tree[path] = node


def patterns(paths: Sequence[str] = ()) -> st.SearchStrategy[str]:
    """Includes or excludes that have a chance to meet something, above all one of ``paths``: with and without slashes."""
    roots = st.sampled_from([*ROOTS, "/data/storage/el2/base", "/data/storage/el2/base/haps/*"])
    built = st.builds(_pattern, roots, st.one_of(st.just(""), st.sampled_from(TAILS)), st.booleans(), st.booleans())
    if paths:
        exact = st.builds(
            _pattern, st.sampled_from(sorted(paths)), st.sampled_from(["", "", "*", "/*"]), st.booleans(), st.booleans()
        )
        built = st.one_of(built, exact)
    return rarely(built, st.sampled_from(["", "", "", "cache", "*.log", "*cache*", "/data/storage/el?/*", "/*/a", "*/a/*"]), 5)


def _pattern(base: str, tail: str, rooted: bool, ended: bool) -> str:
    return (base if rooted else base[1:]) + tail + ("/" if ended else "")


def pattern_lists(items: st.SearchStrategy[str]) -> st.SearchStrategy[Any]:
    """A list of patterns, now and then empty, with items or as a whole of a wrong type."""
    wrong_item: st.SearchStrategy[Any] = st.sampled_from([1, None, [], {}, True, ["a"]])
    wrong: st.SearchStrategy[Any] = st.sampled_from([[], 1, None, "data/storage/el2/base/files", {}, True])
    return rarely(st.lists(rarely(items, wrong_item, 15), min_size=1, max_size=3), wrong)


def profiles(paths: Sequence[str] = ()) -> st.SearchStrategy[dict[str, Any]]:
    """What backup_config.json says, as far as the choice of files goes; either list can be missing.

    ``paths``: what lies in the sandbox. No pattern has a line break, which spoils the service's list (data-plane 5.2).
    """
    lists = pattern_lists(patterns([path for path in paths if "\n" not in path]))
    return st.fixed_dictionaries({"allowToBackupRestore": st.just(True)}, optional={"includes": lists, "excludes": lists})


@st.composite
def sandboxes(draw: st.DrawFn, special: bool = True) -> tuple[dict[str, Node], dict[str, Any]]:
    """A tree and a profile made for it."""
    tree = draw(trees(special))
    return tree, draw(profiles(below_roots(tree)))


# on the disk ------------------------------------------------------------------------------------------------------------------


def write_tree(tree: Tree, root: Path) -> None:
    """Make a tree below the directory ``root``; modes and times are set when everything is there."""
    for path in sorted(tree, key=os.fsencode):
        _make(f"{root}{path}", tree[path])
    for path in sorted(tree, key=os.fsencode, reverse=True):
        _dress(f"{root}{path}", tree[path])


def _make(path: str, node: Node) -> None:
    match node.kind:
        case Kind.DIRECTORY:
            os.mkdir(path)
        case Kind.LINK:
            os.symlink(os.fsdecode(node.content), path)
        case Kind.FIFO:
            os.mkfifo(path)
        case Kind.SOCKET:
            os.mknod(path, stat.S_IFSOCK | 0o600)
        case Kind.FILE:
            Path(path).write_bytes(node.content)


def _dress(path: str, node: Node) -> None:
    if node.mtime_ns is not None:
        os.utime(path, ns=(node.mtime_ns, node.mtime_ns), follow_symlinks=False)
    if node.kind is not Kind.LINK:
        os.chmod(path, node.mode)


def read_tree(root: Path) -> dict[str, Node]:
    """What lies below ``root``, whatever the modes say; nothing is changed."""
    return dict(_read(str(root), ""))


def _read(directory: str, device: str) -> Iterator[tuple[str, Node]]:
    for name in sorted(os.listdir(directory), key=os.fsencode):
        path = f"{directory}/{name}"
        status = os.lstat(path)
        kind, mode = _KINDS[stat.S_IFMT(status.st_mode)], stat.S_IMODE(status.st_mode)
        with _opened_up(path, kind, mode):
            content = (
                os.fsencode(os.readlink(path)) if kind is Kind.LINK else Path(path).read_bytes() if kind is Kind.FILE else b""
            )
            yield f"{device}/{name}", Node(kind, content, mode, status.st_mtime_ns)
            if kind is Kind.DIRECTORY:
                yield from _read(path, f"{device}/{name}")


@contextmanager
def _opened_up(path: str, kind: Kind, mode: int) -> Iterator[None]:
    closed = kind in (Kind.FILE, Kind.DIRECTORY) and mode & 0o500 != 0o500
    if closed:
        os.chmod(path, mode | 0o700)
    yield
    if closed:
        os.chmod(path, mode)
