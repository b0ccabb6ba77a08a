"""Trees of the reference model, and what the device's patterns name in them (data-plane 1.5, 1.6).

A tree is device path by node: absolute paths, no slash at the end, every parent present but ``/``.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

NS = 1_000_000_000


class Kind(Enum):
    """What a node is."""

    FILE, DIRECTORY, LINK, FIFO, SOCKET = "file", "directory", "link", "fifo", "socket"


@dataclass(frozen=True, repr=False)
class Node:
    """One node. ``content`` is a link's target; ``mtime_ns`` None means: whatever the restore left."""

    kind: Kind = Kind.FILE
    content: bytes = b""
    mode: int = 0o660
    mtime_ns: int | None = 1_700_000_000 * NS

    def __repr__(self) -> str:
        content = repr(self.content) if len(self.content) < 20 else f"{len(self.content)} bytes {self.content[:4]!r}..."
        return f"Node({self.kind.value}, {content}, 0o{self.mode:o}, {self.mtime_ns})"

    def _repr_pretty_(self, printer: Any, _cycle: bool) -> None:
        printer.text(repr(self))  # for Hypothesis, which would print every byte

    @property
    def readable(self) -> bool:
        """By its owner, who also has to search a directory to get at what is in it."""
        needed = 0o500 if self.kind is Kind.DIRECTORY else 0o400
        return self.mode & needed == needed


Tree = Mapping[str, Node]

TOP = Node(Kind.DIRECTORY, mode=0o755)


def resolve(tree: Tree, path: str, follow: bool = True) -> str | None:
    """The place that ``path`` leads to, links followed (the last only if ``follow``); None when nothing can be found there."""
    at, parts, links = "", path.split("/"), 0
    while parts:
        part = parts.pop(0)
        if part == "..":
            at = at.rpartition("/")[0]
        if part in ("", ".", ".."):
            continue
        node = tree.get(f"{at}/{part}") if tree.get(at, TOP).mode & 0o100 else None
        if node is None or (parts and node.kind not in (Kind.DIRECTORY, Kind.LINK)):
            return None
        if node.kind is Kind.LINK and (follow or parts):
            links += 1
            target = os.fsdecode(node.content)
            at = "" if target.startswith("/") else at
            parts = [*target.split("/"), *parts]
            if links > 40:
                return None
        else:
            at = f"{at}/{part}"
    return at or "/"


def node_at(tree: Tree, path: str, follow: bool = True) -> Node | None:
    """The node that ``path`` leads to."""
    place = resolve(tree, path, follow)
    return None if place is None else TOP if place == "/" else tree[place]


def children(tree: Tree, directory: str) -> list[str]:
    """The names in a directory, in byte order."""
    prefix = directory.rstrip("/") + "/"
    names = (path[len(prefix) :] for path in tree if path.startswith(prefix))
    return sorted((name for name in names if "/" not in name), key=os.fsencode)


def matches(pattern: str, text: str) -> bool:
    """fnmatch without flags, byte by byte."""
    return re.fullmatch(_expression(_bytes(pattern)), _bytes(text), re.DOTALL) is not None


def excluded(patterns: Iterable[str], path: str) -> bool:
    """Whether a pattern matches the path or any part of it that ends before a slash."""
    parts = [path[:end] for end in range(len(path)) if path[end] == "/"]
    return any(matches(pattern, text) for pattern in patterns for text in (*parts, path))


def _bytes(text: str) -> str:
    return os.fsencode(text).decode("latin-1")


_TOKEN = re.compile(r"\\(?P<escaped>.)|\[(?P<not>[!^]?+)(?P<set>\][^\]]*|[^\]]+)\]|(?P<other>.)", re.DOTALL)


def _expression(pattern: str) -> str:
    out = ""
    for token in _TOKEN.finditer(pattern):
        if token["set"] is not None:
            members = re.sub(r"([\\\[\]^&~|])", r"\\\1", token["set"])
            out += f"[{'^' if token['not'] else ''}{members}]"
        elif token["escaped"] is not None:
            out += re.escape(token["escaped"])
        else:
            out += {"*": ".*", "?": "."}.get(token["other"], re.escape(token["other"]))
    return out


def glob(tree: Tree, pattern: str) -> list[str]:
    """The paths that a pattern names, spelled as in the pattern; directories end with a slash."""
    found = [""]
    for part in re.findall(r"/+|[^/]+", pattern):
        if part.startswith("/"):
            found = [path + part for path in found]
        elif re.search(r"[*?]|\[.*\]", part):
            found = [path + name for path in found for name in _matching(tree, path, part)]
        else:
            found = [path + re.sub(r"\\(.)", r"\1", part) for path in found]
    return [_marked(tree, path) for path in found if path and resolve(tree, path, follow=False)]


def _matching(tree: Tree, directory: str, pattern: str) -> Iterator[str]:
    place = resolve(tree, directory)
    node = node_at(tree, directory)
    if place is not None and node is not None and node.kind is Kind.DIRECTORY and node.readable:
        for name in (".", "..", *children(tree, place)):
            if matches(pattern, name) and (not name.startswith(".") or pattern.lstrip("\\").startswith(".")):
                yield name


def _marked(tree: Tree, path: str) -> str:
    node = node_at(tree, path)
    return path + "/" if node is not None and node.kind is Kind.DIRECTORY and not path.endswith("/") else path


def planted(nodes: Mapping[str, Node | bytes]) -> dict[str, Node]:
    """A tree of these nodes (bytes are files) with every parent."""
    found: dict[str, Node] = {}
    for path, node in nodes.items():
        parents = path.split("/")[1:-1]
        for depth in range(len(parents)):
            found.setdefault("/" + "/".join(parents[: depth + 1]), directory())
        found[path] = node if isinstance(node, Node) else Node(content=node)
    return found


def directory(mode: int = 0o755) -> Node:
    """A directory."""
    return Node(Kind.DIRECTORY, mode=mode)


def link(target: str) -> Node:
    """A symbolic link."""
    return Node(Kind.LINK, target.encode(), 0o777)
