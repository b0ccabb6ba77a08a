"""BJsonEntityExtensionConfig: what backup_config.json means to the device (data-plane 1.2 to 1.9)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from emulator.storage.config.mapping import read_mapping
from emulator.storage.config.text import Json, NotJson, TooDeep, parse_json

_AREA = (
    "database/",
    "base/files/",
    "base/preferences/",
    "base/haps/*/database/",
    "base/haps/*/files/",
    "base/haps/*/preferences/",
)

DEFAULT_INCLUDES: tuple[str, ...] = (
    *(f"data/storage/{level}/{path}" for level in ("el1", "el2") for path in _AREA),
    "data/storage/el2/distributedfiles/",
)
"""PATHES_TO_BACKUP: what is backed up where the profile has no ``includes`` (data-plane 1.4)."""

DOCUMENTED_INCLUDES: tuple[str, ...] = (
    *(f"data/storage/{level}/{path}" for level in ("el1", "el2", "el5") for path in _AREA if path != "base/haps/*/database/"),
    "data/storage/el2/distributedfiles/",
)
"""The same as the documentation lists it (clauses V-11)."""


class ProfileThrows(RuntimeError):
    """Reading the profile throws, as Json::LogicError on the device: the connect, the scan or the whole request fails."""


@dataclass(frozen=True, slots=True)
class BackupConfig:
    """One profile. Every getter gives its default for a field that is absent or of a wrong type.

    Getters raise ProfileThrows where the document is no object, `mapping` excepted, and where it is nested too deep.
    ``document`` is what the parser made of the text, None for the null config; ``readable`` is False when the parser refused
    the text, and ``error`` then says where and why. ``default_includes`` stand for ``includes`` where there are none.
    """

    document: Json = field(hash=False)
    readable: bool = True
    error: str = ""
    too_deep: bool = False
    default_includes: tuple[str, ...] = DEFAULT_INCLUDES

    @property
    def throws(self) -> bool:
        """Whether reading a field of it does."""
        return self.too_deep or not (self.document is None or isinstance(self.document, dict))

    @property
    def allow_to_backup_restore(self) -> bool:
        """The gate."""
        return self._member("allowToBackupRestore") is True

    @property
    def includes(self) -> tuple[str, ...]:
        """What to back up, in the profile's order; one empty string means nothing."""
        items = self._member("includes")
        return (_strings(items) or ("",)) if isinstance(items, list) else self.default_includes

    @property
    def excludes(self) -> tuple[str, ...]:
        """What to leave out, in the profile's order."""
        items = self._member("excludes")
        return _strings(items) if isinstance(items, list) else ()

    @property
    def full_backup_only(self) -> bool:
        """Restore only: unpack for the app to move the data itself."""
        return self._member("fullBackupOnly") is True

    @property
    def restore_deps(self) -> str:
        """Names of bundles, comma separated; reported, without any effect."""
        return self._text("restoreDeps")

    @property
    def support_scene(self) -> str:
        """Reported in the capabilities."""
        return self._text("supportScene")

    @property
    def extra_info(self) -> dict[str, Json] | None:
        """Reported in the capabilities."""
        value = self._member("extraInfo")
        return value if isinstance(value, dict) else None

    @property
    def require_compatibility(self) -> bool:
        """Reported in the capabilities."""
        return self._member("requireCompatibility") is True

    @property
    def backup_scene(self) -> str:
        """Read by nobody: the scene comes from the caller."""
        return self._text("backupScene")

    @property
    def has_option_dir(self) -> bool:
        """Whether there are lists for scenes."""
        return isinstance(self._member("optionDir"), list)

    @property
    def mapping(self) -> Mapping[str, str]:
        """compatibleDirMapping: backupDir by restoreDir."""
        self._refuse_too_deep()
        return read_mapping(self.document.get("compatibleDirMapping")) if isinstance(self.document, dict) else {}

    def scene_list(self, key: str, scene: str) -> tuple[str, ...]:
        """GetDirList: the list ``key`` ("includes", "excludes") of the first element of optionDir that has it for ``scene``.

        Empty without such an element. Raises ProfileThrows for an element before it that is neither empty nor an object.
        """
        for element in self._scene_elements():
            if element.get("sceneId") == scene and key in element:
                items = element[key]
                return (_strings(items) or ("",)) if isinstance(items, list) else ()
        return ()

    def lists(self, scene: str = "") -> tuple[tuple[str, ...], tuple[str, ...]]:
        """GetScanDirList: includes and excludes of a full backup; those of ``scene`` where the profile has optionDir."""
        if scene and self.has_option_dir:
            return self.scene_list("includes", scene), self.scene_list("excludes", scene)
        return self.includes, self.excludes

    def _scene_elements(self) -> Iterator[dict[str, Json]]:
        elements = self._member("optionDir")
        for element in elements if isinstance(elements, list) else ():
            if isinstance(element, dict):
                yield element
            elif element is not None and element != []:
                raise ProfileThrows(f"an element of optionDir is {element!r}, no object")

    def _text(self, name: str) -> str:
        value = self._member(name)
        return value if isinstance(value, str) else ""

    def _member(self, name: str) -> Json:
        self._refuse_too_deep()
        if self.document is None:
            return None
        if not isinstance(self.document, dict):
            raise ProfileThrows(f"the profile is no object but {type(self.document).__name__}")
        return self.document.get(name)

    def _refuse_too_deep(self) -> None:
        if self.too_deep:
            raise ProfileThrows(self.error)


def parse_backup_config(text: str | bytes) -> BackupConfig:
    """The profile in ``text``; never raises. A text that the device cannot read is the null config: backup is off."""
    try:
        return BackupConfig(parse_json(text))
    except NotJson as error:
        return BackupConfig(None, readable=False, error=str(error))
    except TooDeep as error:
        return BackupConfig(None, readable=False, error=str(error), too_deep=True)


def _strings(items: list[Json]) -> tuple[str, ...]:
    return tuple(item for item in items if isinstance(item, str))
