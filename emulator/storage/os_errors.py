"""OSErrors as the device's own calls raise them."""

from __future__ import annotations

import os

ENOKEY = 126
"""Linux's number; other hosts have no such error."""


def os_error(number: int, path: str | None = None) -> OSError:
    """The error for an errno, with its text, about a path if there is one."""
    return OSError(number, "Required key not available" if number == ENOKEY else os.strerror(number), path)
