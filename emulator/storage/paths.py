"""What the stack does to paths as texts: the check of 7.2, the texts of mappings, root and name put together."""

from __future__ import annotations

import os

PATH_LIMIT_BYTES = 4096
MAPPING_SEPARATOR = "||||"
PUBLIC_HOME = "/storage/Users/currentUser/"
"""The user's own files, which are no app's."""


def is_file_path_valid(path: str) -> bool:
    """IsFilePathValid: False for a way out of a directory, or for more than 4096 bytes (data-plane 7.2). Purely textual."""
    if len(os.fsencode(path)) > PATH_LIMIT_BYTES:
        return False
    return not (path.startswith("../") or "/../" in path or path.endswith("/.."))


def rooted(path: str) -> str:
    """The path with one slash in front, however many it has."""
    return "/" + path.lstrip("/")


def gen_mapping_dir(backup_dir: str, restore_dir: str) -> str:
    """GenMappingDir: both directories of a mapping as one text."""
    return f"{backup_dir}{MAPPING_SEPARATOR}{restore_dir}{MAPPING_SEPARATOR}"


def parse_mapping_dir(text: str) -> tuple[str, str]:
    """ParseMappingDir: backup and restore directory; the text itself and "" where it is no mapping."""
    parts = text.split(MAPPING_SEPARATOR)
    if len(parts) != 3 or parts[2]:
        return text, ""
    return parts[0], parts[1]


def gen_real_path(root: str, name: str) -> str:
    """GenRealPath: where an entry ``name`` of a tar goes below ``root``; "" if one is empty. One slash at the seam goes."""
    if not root or not name:
        return ""
    separator = "" if name.startswith("/") else "/"
    return f"{root.removesuffix('/')}{separator}{name}".removeprefix("/")
