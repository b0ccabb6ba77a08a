"""What the service tells an extension with the connection: the parameters of the want (control-plane 1.5)."""

from __future__ import annotations

from dataclasses import dataclass

from emulator.ability import BundleVersion
from emulator.storage.config.bundle_info import BundleInfo


@dataclass(frozen=True, slots=True)
class Want:
    """``ext_info`` is what the app will get for info, ``version`` the old app's, ``upgrade`` restoreType READY, ``info`` what
    the caller says of the data. ``clear``, clearBackupData, travels with the first message.
    """

    ext_info: str = ""
    version: BundleVersion = BundleVersion(0, "")  # noqa: RUF009 - frozen
    upgrade: bool = False
    info: BundleInfo = BundleInfo()  # noqa: RUF009 - frozen
    clear: bool = True
