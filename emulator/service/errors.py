"""What a client is told of a code: internal to external, the texts of its errors, errno mapping (control-plane 6.3)."""

from __future__ import annotations

import errno

from emulator.codes import Code
from emulator.kits.errors import BusinessError

INTERNAL_TO_EXTERNAL: dict[int, int] = {
    0x0: 0,
    0x1000: Code.E_INVAL,
    0x1001: Code.E_INVAL,
    0x1002: Code.E_UKERR,
    0x1003: Code.E_UKERR,
    0x1004: Code.E_UKERR,
    0x2000: Code.E_UKERR,
    0x3000: Code.E_INVAL,
    0x3001: Code.E_IPCSS,
    0x3002: Code.E_PERM,
    0x3003: Code.E_UKERR,
    0x3004: Code.E_FORBID,
    0x3005: Code.E_BTO,
    0x3006: Code.E_EMPTY,
    0x3007: Code.E_BEF,
    0x3008: Code.E_CONFLICT,
    0x3012: Code.E_IO,
    0x4000: Code.E_INVAL,
    0x4001: Code.E_IPCSS,
    0x4002: Code.E_INVAL,
    0x5000: Code.E_INVAL,
    0x5001: Code.E_UKERR,
    0x5002: Code.E_IPCSS,
    0x5003: Code.E_IPCSS,
    0x5004: Code.E_DIED,
    0x5005: Code.E_ETO,
    0x5006: Code.E_FORBID,
    0x5007: Code.E_PACKET,
    0x5008: Code.E_INVAL,
    0x5009: Code.E_EXCEPTION,
    0x5010: Code.E_UNPACKET,
    0x6000: Code.E_INVAL,
    0x6001: Code.E_IPCSS,
    0x6002: Code.E_BEF,
}
"""Control-plane 6.3 (a); codes that are not here are unmapped and become 13900042."""

TEXTS: dict[int, str] = {
    13600001: "IPC error",
    13900001: "Operation not permitted",
    13900002: "Method not exist",
    13900005: "I/O error",
    13900011: "Out of memory",
    13900020: "Invalid argument",
    13900025: "No space left on device",
    13900042: "Unknown error",
    13500001: "Not support backup/restore",
    13500002: "SA boot extension timeout",
    13500003: "Extension process timeout",
    13500004: "Extension process died",
    13500005: "SA the bundle info for backup/restore is empty",
    13500006: "Tar failed",
    13500007: "Extension throw exception",
    13500008: "Untar failed",
    13500009: "SA failed to boot application extension",
    13500011: "Cancel unstarted backup or restore task ",
    13500012: "Cancel a backup or restore task that does not exist",
    13500013: "Session Conflict",
    13500014: "Not compatible",
    13500015: "Exit actively",
}
"""Control-plane 6.3 (b), without the three codes that have no text."""

ERRNO_TO_EXTERNAL: dict[int, int] = {
    errno.EPERM: Code.E_PERM,
    errno.EIO: Code.E_IO,
    errno.EBADF: Code.E_IO,
    errno.EACCES: Code.E_IO,
    errno.EFBIG: Code.E_IO,
    errno.ENOMEM: Code.E_NOMEM,
    errno.EMFILE: Code.E_NOMEM,
    errno.ENOENT: Code.E_INVAL,
    errno.ENOTDIR: Code.E_INVAL,
    errno.EISDIR: Code.E_INVAL,
    errno.ENAMETOOLONG: Code.E_INVAL,
    errno.ENOSPC: Code.E_NOSPC,
}
"""Control-plane 6.3 (c)."""


def backup_code(raw: int) -> int:
    """GetBackupCodeByErrno: codes with a text pass, anything else becomes 13900042; 0 stays 0."""
    return raw if raw == 0 or (raw in TEXTS and raw not in (13500014, 13500015)) else Code.E_UKERR


def bundle_error(raw: int, bundle: str) -> BusinessError:
    """The error of onBundleBegin and onBundleEnd for a raw code (control-plane 6.1)."""
    code = backup_code(raw)
    return BusinessError(code, f"{TEXTS[code]}, origin errno: {int(raw)}", bundle)


def file_error(number: int, bundle: str) -> BusinessError:
    """The error of onFileReady for a system errno (control-plane 6.1, 6.3 c)."""
    return BusinessError(ERRNO_TO_EXTERNAL.get(number, Code.E_UKERR), f"system errno: {number}", bundle)


def rejection_code(code: int) -> int:
    """The code with which a promise of a session method rejects: 13500xxx become 13900042 (control-plane 6.1)."""
    if code == Code.EPERM:
        return Code.E_PERM
    if code in (0, Code.E_IPCSS) or 13900000 < code < 13900100:
        return code
    return Code.E_UKERR
