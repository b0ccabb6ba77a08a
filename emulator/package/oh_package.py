"""oh-package.json5: the name of a package of the app, where it begins, and which other packages it may import."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from emulator.package.files import PackageError, read_json5

OH_PACKAGE = "oh-package.json5"
OH_MODULES = "oh_modules"
FILE_PREFIX = "file:"
DEPENDENCY_KEYS = ("dependencies", "dynamicDependencies", "devDependencies")
DEFAULT_MAIN = "Index.ets"


@dataclass(frozen=True, slots=True)
class OhPackage:
    """One oh-package.json5. ``dependencies`` are names and what stands beside them: "file:../notes_core", "^2.0.1".

    ``error`` says why the file cannot be read, "" when it can.
    """

    directory: Path
    name: str = ""
    main: str = ""
    dependencies: Mapping[str, str] = field(default_factory=dict)
    error: str = ""

    @property
    def file(self) -> Path:
        """The document itself."""
        return self.directory / OH_PACKAGE


def read_oh_package(directory: Path) -> OhPackage | None:
    """The oh-package.json5 of a directory, None where there is none."""
    if not (directory / OH_PACKAGE).is_file():
        return None
    try:
        document = read_json5(directory, OH_PACKAGE).document
    except PackageError as error:
        return OhPackage(directory, error=str(error))
    named = {
        name: value
        for key in reversed(DEPENDENCY_KEYS)
        for name, value in _members(document.get(key)).items()
        if isinstance(value, str)
    }
    name, main = document.get("name"), document.get("main")
    return OhPackage(directory, name if isinstance(name, str) else "", main if isinstance(main, str) else "", named)


def _members(value: object) -> Mapping[str, object]:
    return value if isinstance(value, dict) else {}
