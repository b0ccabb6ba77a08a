"""The profile as the device reads it, and what callers and apps say about the data of one backup."""

from __future__ import annotations

from emulator.storage.config.backup_config import (
    DEFAULT_INCLUDES,
    DOCUMENTED_INCLUDES,
    BackupConfig,
    ProfileThrows,
    parse_backup_config,
)
from emulator.storage.config.bundle_info import BundleInfo, read_bundle_info
from emulator.storage.config.mapping import MappedDir, activated_dirs, divide_includes
from emulator.storage.config.text import NotJson, TooDeep, parse_json

__all__ = [
    "DEFAULT_INCLUDES",
    "DOCUMENTED_INCLUDES",
    "BackupConfig",
    "BundleInfo",
    "MappedDir",
    "NotJson",
    "ProfileThrows",
    "TooDeep",
    "activated_dirs",
    "divide_includes",
    "parse_backup_config",
    "parse_json",
    "read_bundle_info",
]
