"""The limits of a device, each under the name and with the unit that the specification gives it.

Presets follow the API levels; every difference between them cites its row in control-plane 10.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields, replace
from functools import cached_property
from math import isfinite
from pathlib import Path
from typing import Any, Literal, get_args, get_origin, get_type_hints


class ProfileError(ValueError):
    """A device profile cannot be read; the message names the file, the field and the way out."""


@dataclass(frozen=True)
class DeviceProfile:
    """A device model. Every field has the value of the newest specified stack unless a preset says otherwise.

    Fields ending in ``_s``, ``_ms`` or ``_bytes`` carry that unit; the ``v_nn`` fields choose between the real
    stack (default) and a documentation text where the two disagree (clauses 1.14). Fields that nothing reads yet, so
    that changing them has no effect, are named in docs/fidelity.md.
    """

    name: str = "latest"
    api_level: int = 26
    backup_version: str = "26"
    user_id: int = 100

    # onProcess (control-plane 3.1)
    progress_interval_s: float = 5
    first_progress_limit_ms: int = 15_000
    progress_limit_ms: int = 1_000
    progress_timeout_max_count: int = 3

    # connection (control-plane 5.1)
    connect_timer_s: float = 25
    ams_load_limit_s: float = 20
    ams_connect_limit_s: float = 10
    ams_boot_timeout_threshold_s: float = 20
    disconnect_wait_s: float = 3
    concurrent_extensions: int = 3

    # per-bundle timers (control-plane 5.2, 5.3)
    default_timeout_ms: int = 900_000
    fwk_base_s: int = 30
    fwk_slice_bytes: int = 3 * 1024 * 1024
    fwk_slice_s: int = 3
    max_update_timer_ms: int = 14_400_000
    max_delay_time_s: int = 1_800

    # other limits (control-plane 5.4, 5.5)
    release_wait_ms: int = 5_000
    compatibility_wait_ms: int = 1_000
    send_rate_fds: int = 60
    max_send_rate_fds: int = 10_000
    send_window_ms: int = 1_000
    manage_json_wait_s: int = 15
    big_file_bytes: int = 2 * 1024 * 1024
    slice_bytes: int = 100 * 1024 * 1024
    slice_entries: int = 6_000
    batch_size: int = 500
    max_compatible_dir_mappings: int = 1_000
    size_report_interval_s: float = 5
    unload_poll_s: float = 30

    # what the level knows (control-plane 10, clauses 3)
    has_release: bool = True
    has_compatibility_info: bool = True
    has_ex_callbacks: bool = True
    has_progress: bool = True
    progress_is_guarded: bool = True
    """False before 5.0.1: a first call of onProcess that is late counts as any other, and no late answer is dropped."""
    parses_details_on_connect: bool = True
    supports_without_tar: bool = True
    exit_is_posted: bool = False
    """True on 5.0.1 to 5.0.3: the native callback with 13500007 runs before the process ends (control-plane 2.6)."""

    # the documentation against the stack (clauses 1.14)
    v_01_empty_backup_result_calls: Literal["onBackup", "onRestore"] = "onBackup"
    v_07_timeouts_that_end: Literal[3, 4] = 4
    v_11_default_includes: Literal["service", "docs"] = "service"

    # the model, not the stack
    error_observer: bool = False
    """True when the app registered an errorManager observer, so that a thrown Error does not end it (2.6)."""
    stuck_escape_s: int = 3_600
    """How long a main thread may spin when nothing else is due, before the device's watchdog ends the process."""

    def to_json(self) -> dict[str, Any]:
        """All fields, ready for JSON."""
        return dict(self._members)

    @cached_property
    def _members(self) -> dict[str, Any]:
        return asdict(self)

    def with_changes(self, **changes: Any) -> DeviceProfile:
        """A copy with some fields changed; unknown names and wrong types raise ProfileError."""
        return _checked(self, changes, "the changes")


_TYPES = {f.name: str(f.type) for f in fields(DeviceProfile)}
"""Every field, and its annotation."""

_CHOICES = {name: get_args(hint) for name, hint in get_type_hints(DeviceProfile).items() if get_origin(hint) is Literal}
"""What may stand in the fields that choose."""

_LATEST = DeviceProfile()
_API_20 = replace(
    _LATEST,
    name="api-20",
    api_level=20,
    backup_version="20.1",
    connect_timer_s=15,  # 25 s and load limit 20 came after 6.0
    ams_load_limit_s=10,
    parses_details_on_connect=False,  # since 7.0-Beta1
    supports_without_tar=False,
)
_API_18 = replace(
    _API_20,
    name="api-18",
    api_level=18,
    backup_version="16.0",
    has_release=False,  # since 6.0
    has_compatibility_info=False,
)
_API_12 = replace(
    _API_18,
    name="api-12",
    api_level=12,
    first_progress_limit_ms=1_000,  # the 15 s limit came with 5.0.1
    progress_is_guarded=False,
)

PRESETS: dict[str, DeviceProfile] = {p.name: p for p in (_API_12, _API_18, _API_20, _LATEST)}
"""The profiles that ``--device NAME`` knows: api-12 is 5.0.0, api-18 is 5.1.0, api-20 is 6.0."""


def load_profile(name_or_file: str) -> DeviceProfile:
    """A preset by name, or a JSON file whose members override those of the preset named by its ``base``.

    Raises ProfileError when neither exists, the file is no JSON object, or a member is unknown or of a wrong type.
    """
    if name_or_file in PRESETS:
        return PRESETS[name_or_file]
    path = Path(name_or_file)
    if path.suffix != ".json":
        raise ProfileError(f"device {name_or_file!r} is no preset ({', '.join(PRESETS)}) and no .json file")
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ProfileError(f"device file {path}: cannot be read ({error.strerror})") from None
    except ValueError as error:
        raise ProfileError(f"device file {path}: not JSON ({error})") from None
    if not isinstance(document, dict):
        raise ProfileError(f"device file {path}: expected one JSON object")
    base = document.pop("base", "latest")
    if base not in PRESETS:
        raise ProfileError(f"device file {path}: base {base!r} is no preset ({', '.join(PRESETS)})")
    document.setdefault("name", path.stem)
    return _checked(PRESETS[base], document, f"device file {path}")


def _checked(base: DeviceProfile, changes: dict[str, Any], where: str) -> DeviceProfile:
    known = {f.name: getattr(base, f.name) for f in fields(base)}
    for name, value in changes.items():
        if name not in known:
            raise ProfileError(f"{where}: unknown field {name!r}; known are {', '.join(known)}")
        wanted = type(known[name])
        allowed: tuple[type, ...] = (int, float) if wanted in (int, float) else (wanted,)
        if not isinstance(value, allowed) or (isinstance(value, bool) and wanted is not bool):
            raise ProfileError(f"{where}: {name} must be a {wanted.__name__}, not {value!r}")
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            if value < 0:
                raise ProfileError(f"{where}: {name} must not be negative, not {value!r}")
            if isfinite(value) and value == int(value):
                changes[name] = int(value)  # one spelling in every record
            elif _TYPES[name] == "int" or not isfinite(value):
                raise ProfileError(f"{where}: {name} must be a whole number, not {value!r}")
    for name, choices in _CHOICES.items():
        if changes.get(name, choices[0]) not in choices:
            raise ProfileError(f"{where}: {name} is {' or '.join(map(str, choices))}")
    return replace(base, **changes)
