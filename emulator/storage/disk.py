"""What the device's storage says before each file operation: the seat of every storage condition.

The emulated stack and the app's own file work ask here first, with device paths; a refusal is an OSError with the errno that
the device would give. `Disk` itself is a healthy disk.
"""

from __future__ import annotations


class Disk:
    """A disk without faults, without limits and without latency.

    Device paths are absolute (``/data/storage/el2/base/...``).
    """

    healthy = True
    """True when no operation can fail or take time: callers may then take a faster way without asking."""

    def opening(self, path: str, writing: bool) -> None:
        """``path`` is about to be opened. Raises OSError when the device would refuse it."""

    def reading(self, path: str, size: int) -> None:
        """``size`` bytes are about to be read. Raises OSError when the device would."""

    def writing(self, path: str, size: int) -> int:
        """``size`` bytes are about to be written; gives how many of them fit. Raises OSError when none does."""
        return size

    def changing(self, operation: str, path: str) -> None:
        """``operation`` (create, mkdir, unlink, rmdir, rename, chmod, utime, truncate...) is about to happen to ``path``.

        ``create`` is the making of a regular file, asked after `opening`; ``look`` changes nothing: a directory is listed, or
        somebody asks whether he may read. Raises OSError.
        """

    def latency_ns(self, size: int) -> int:
        """How long moving ``size`` bytes takes, in ns of virtual time."""
        return 0

    def cannot_reach(self, route: str, path: str) -> None:
        """``path`` was opened through ``route``, whose reads and writes will not be asked for."""

    def kept_from_app(self, path: str) -> None:
        """A kit says nothing to the app of what failed at ``path``, as the device's own code does not."""

    def room(self) -> int | None:
        """How many bytes can still be written; None when there is no limit."""
        return None


HEALTHY_DISK = Disk()
