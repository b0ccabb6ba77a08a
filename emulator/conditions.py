"""What is wrong with a device: small values that compose, save to JSON and read back.

A condition is a description only; the parts of the emulated stack ask for the ones that concern them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any, ClassVar, TypeVar

_C = TypeVar("_C", bound="Condition")


class ConditionError(ValueError):
    """A condition cannot be read; the message names it and what is known."""


@dataclass(frozen=True, slots=True)
class Condition:
    """Base of all conditions. ``affects_time`` says that time rules do not judge sessions under it."""

    affects_time: ClassVar[bool] = True
    cuts_short: ClassVar[bool] = False
    """True when the session may end before the app had its say: its unfinished callbacks are not judged."""

    def to_json(self) -> dict[str, Any]:
        """``{"name": class name, ...fields}``."""
        return {"name": type(self).__name__, **{member.name: getattr(self, member.name) for member in fields(self)}}


@dataclass(frozen=True, slots=True)
class Trigger(Condition):
    """Base of conditions that strike once: at a virtual time, or right after the n-th event (from 0) of the record."""

    at_ns: int | None = None
    event: int | None = None
    cuts_short: ClassVar[bool] = True

    def __post_init__(self) -> None:
        if (self.at_ns is None) == (self.event is None):
            raise ConditionError(f"{type(self).__name__} needs exactly one of at_ns and event")


@dataclass(frozen=True, slots=True)
class Kill(Trigger):
    """The extension's process is killed."""


@dataclass(frozen=True, slots=True)
class ServiceDeath(Trigger):
    """The backup service dies and restarts (control-plane 6.7)."""


@dataclass(frozen=True, slots=True)
class ClientDeath(Trigger):
    """The caller of the backup dies (control-plane 7.5)."""


@dataclass(frozen=True, slots=True)
class Cancel(Trigger):
    """The client cancels the bundle (control-plane 7.4)."""


@dataclass(frozen=True, slots=True)
class LowMemoryKill(Condition):
    """The system kills the process ``after_ns`` into the first call of ``callback`` (0: right at its start)."""

    callback: str = "onBackupEx"
    after_ns: int = 0
    cuts_short: ClassVar[bool] = True


@dataclass(frozen=True, slots=True)
class SlowCpu(Condition):
    """Charged CPU work takes ``factor`` times as long; sleeps and timers do not."""

    factor: int = 4


@dataclass(frozen=True, slots=True)
class SlowMainThread(Condition):
    """Other events occupy the main thread for ``busy_ns`` before each callback."""

    busy_ns: int = 200_000_000


@dataclass(frozen=True, slots=True)
class ConnectTimeout(Condition):
    """The extension's process never comes up (control-plane 5.1, 6.6).

    ``ams_gives_up_s``: when the ability manager disconnects it; None: not before the service's own 25 s timer.
    """

    ams_gives_up_s: int | None = None
    cuts_short: ClassVar[bool] = True


@dataclass(frozen=True, slots=True)
class RefuseConnect(Condition):
    """OnConnect answers with no object (control-plane 6.6)."""

    cuts_short: ClassVar[bool] = True


@dataclass(frozen=True, slots=True)
class ConnectError(Condition):
    """ConnectAbility itself fails (control-plane 5.1): 13500009."""

    cuts_short: ClassVar[bool] = True


@dataclass(frozen=True, slots=True)
class IpcFailure(Condition):
    """The ``nth`` (from 1) IPC of this name fails, e.g. HandleBackup, ServiceResultReport, ReportAppProcessInfo."""

    message: str = "ReportAppProcessInfo"
    nth: int = 1
    cuts_short: ClassVar[bool] = True


class StorageCondition(Condition):
    """Base of what is wrong with the device's storage; `emulator.storage.faults` carries it out.

    Paths are device paths and may be patterns of `fnmatch`, whose ``*`` reaches over slashes as well.
    """

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class StorageFull(StorageCondition):
    """``after_bytes`` more can be written, then nothing: ENOSPC, as on a phone whose user data partition is full.

    Without room for a byte no file, directory or link can be made either. What is removed frees nothing.
    """

    after_bytes: int = 0


@dataclass(frozen=True, slots=True)
class IoError(StorageCondition):
    """EIO from worn or broken flash: reading, writing or opening (``operation``) of matching files fails.

    ``nth`` (from 1): only that very one; None: every one.
    """

    path: str = "*"
    operation: str = "write"
    nth: int | None = None

    def __post_init__(self) -> None:
        if self.operation not in ("read", "write", "open"):
            raise ConditionError(f"IoError: operation must be read, write or open, not {self.operation!r}")
        if self.nth == 0:
            raise ConditionError("IoError: nth counts from 1")


@dataclass(frozen=True, slots=True)
class Denied(StorageCondition):
    """EACCES for matching files and directories: they came with the owner or label of somebody else, after a restore say."""

    path: str = "*"


@dataclass(frozen=True, slots=True)
class ReadOnlyArea(StorageCondition):
    """EROFS for every change: the file system was remounted read-only after errors. ``area``: el1, el2, or a directory."""

    area: str = "el2"


@dataclass(frozen=True, slots=True)
class El2Locked(StorageCondition):
    """The user has not entered the password since the phone was started: the keys of EL2 are not there (ContextConstant
    AreaMode: EL2 is accessible after the first entry). fscrypt then answers ENOKEY to opening, making and renaming;
    names are still listed and removed (the kernel's fscrypt document, "Without the key").
    """


@dataclass(frozen=True, slots=True)
class SlowStorage(StorageCondition):
    """Reading and writing pass at ``bytes_per_second``, as on flash that is nearly full and collects garbage."""

    bytes_per_second: int = 1_000_000

    def __post_init__(self) -> None:
        if not self.bytes_per_second:
            raise ConditionError("SlowStorage: bytes_per_second must not be 0")


@dataclass(frozen=True, slots=True)
class Vanishes(StorageCondition):
    """Matching files are gone when the device packs them, after it has found them: another process cleaned up."""

    path: str = "*"


@dataclass(frozen=True, slots=True)
class Grows(StorageCondition):
    """Matching files have ``by_bytes`` more when the device packs them than when it found them: a log goes on being written."""

    path: str = "*"
    by_bytes: int = 1


@dataclass(frozen=True, slots=True)
class BitRot(StorageCondition):
    """One bit of a blob is another on the way to the new device: ``bit`` (0 to 7) of the byte at ``offset``.

    ``blob`` is a pattern for the name under which the caller got it; a shorter blob is left alone.
    """

    blob: str = "*"
    offset: int = 0
    bit: int = 0

    def __post_init__(self) -> None:
        if self.bit > 7:
            raise ConditionError(f"BitRot: bit must be 0 to 7, not {self.bit}")


ODD_FILES = ("symlink", "socket", "fifo", "unreadable", "breaking-name")
"""The kinds of `OddFile`."""


@dataclass(frozen=True, slots=True)
class OddFile(StorageCondition):
    """Something in the app's data that the device's scan or pack does not take as it takes plain files (data-plane 2 and 3).

    ``kind``: symlink (to a file that exists), socket, fifo, unreadable (mode 000), or breaking-name: a file over 2 MiB
    without extension below a directory with a dot in its name. ``path``: where it is; "" for a place in the module's files.
    """

    kind: str = "symlink"
    path: str = ""

    def __post_init__(self) -> None:
        if self.kind not in ODD_FILES:
            raise ConditionError(f"OddFile: kind must be one of {', '.join(ODD_FILES)}, not {self.kind!r}")


CONDITIONS: dict[str, type[Condition]] = {
    c.__name__: c
    for c in (
        Kill,
        ServiceDeath,
        ClientDeath,
        Cancel,
        LowMemoryKill,
        SlowCpu,
        SlowMainThread,
        ConnectTimeout,
        RefuseConnect,
        ConnectError,
        IpcFailure,
        StorageFull,
        IoError,
        Denied,
        ReadOnlyArea,
        El2Locked,
        SlowStorage,
        Vanishes,
        Grows,
        BitRot,
        OddFile,
    )
}
"""Every condition by name."""


def condition_from_json(document: Mapping[str, Any]) -> Condition:
    """The condition that `Condition.to_json` gave. Raises ConditionError naming what is wrong."""
    members = dict(document)
    name = members.pop("name", None)
    if name not in CONDITIONS:
        raise ConditionError(f"unknown condition {name!r}; known are {', '.join(CONDITIONS)}")
    kind = CONDITIONS[name]
    known = {f.name: f for f in fields(kind)}
    for member, value in members.items():
        if member not in known:
            raise ConditionError(f"{name} has no {member!r}; it has {', '.join(known) or 'no members'}")
        wanted = str if known[member].type == "str" else int
        if value is not None and (not isinstance(value, wanted) or isinstance(value, bool)):
            raise ConditionError(f"{name}: {member} must be a {wanted.__name__}, not {value!r}")
        if isinstance(value, int) and value < 0:
            raise ConditionError(f"{name}: {member} must not be negative, not {value}")
    return kind(**members)


def parse_condition(text: str) -> Condition:
    """``Name`` or ``Name:key=value,key=value`` as on the command line; whole numbers are read as numbers."""
    name, _, rest = text.partition(":")
    members: dict[str, Any] = {"name": name.strip()}
    for part in rest.split(",") if rest else ():
        key, equals, value = part.partition("=")
        if not equals:
            raise ConditionError(f"condition {text!r}: {part!r} is not key=value")
        value = value.strip()
        members[key.strip()] = int(value) if value.lstrip("-").isdigit() else value
    return condition_from_json(members)


def find_condition(conditions: Iterable[Condition], kind: type[_C]) -> _C | None:
    """The first condition of this class, if any."""
    for condition in conditions:
        if isinstance(condition, kind):
            return condition
    return None
