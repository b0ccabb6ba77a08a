"""Version names that say who made the data: of a backup of this kind, or of a phone without one (control-plane 2.3)."""

from __future__ import annotations

from emulator.ability import BundleVersion

UPGRADE_PREFIX = "0.0.0.0"
LEGACY_PREFIXES = frozenset({UPGRADE_PREFIX, "99.99.99.999", "99.99.99.998", "99.99.99.997", "99.99.99.996", "99.99.99.995"})
"""Version-name prefixes of data that no extension of this kind made (control-plane 2.3)."""


def version_prefix(name: str) -> str:
    """The text before the first '-', by which special versions are known (control-plane 2.3)."""
    return name.partition("-")[0]


def is_legacy(version: BundleVersion) -> bool:
    """Whether the data was made by no extension of this kind."""
    return version_prefix(version.name) in LEGACY_PREFIXES


def version_for_on_restore(version: BundleVersion) -> BundleVersion:
    """What onRestore gets; onRestoreEx always gets the raw version (control-plane 2.3)."""
    if "-" in version.name and version_prefix(version.name) == UPGRADE_PREFIX:
        return BundleVersion(0, UPGRADE_PREFIX)
    return version
