"""The codes by which each part of the stack tells the others what failed (control-plane 6.3)."""

from __future__ import annotations

from enum import IntEnum


class Code(IntEnum):
    """External codes, under the names of the service."""

    OK = 0
    EPERM = 1
    E_UKERR = 13900042
    E_INVAL = 13900020
    E_PERM = 13900001
    E_IO = 13900005
    E_NOMEM = 13900011
    E_NOSPC = 13900025
    E_IPCSS = 13600001
    E_FORBID = 13500001
    E_BTO = 13500002
    E_ETO = 13500003
    E_DIED = 13500004
    E_EMPTY = 13500005
    E_PACKET = 13500006
    E_UNPACKET = 13500008
    E_EXCEPTION = 13500007
    E_BEF = 13500009
    E_CANCEL_UNSTARTED_TASK = 13500011
    E_CANCEL_NO_TASK = 13500012
    E_CONFLICT = 13500013


REPORT_FILE_READY_FAIL = 0x5013
"""Raw and unmapped: reaches the client as 13900042 (control-plane 6.3, note)."""

HANDLE_RESTORE_CONNECT_TIMEOUT = 29189
"""The raw code of a dead binder, rewritten to 13500002 in onBundleBegin (control-plane 1.7 #6)."""
