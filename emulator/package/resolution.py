"""Which file an import means: relative paths, packages of the project, and what ohpm has installed in oh_modules."""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from emulator.package.build_profile import CLASS, FILE, build_profile_of, is_har, module_around, source_roots
from emulator.package.files import PackageError, shown
from emulator.package.oh_package import DEFAULT_MAIN, FILE_PREFIX, OH_MODULES, OH_PACKAGE, OhPackage, read_oh_package

SUFFIXES = (".ets", ".ts", ".js", ".mjs", ".json", ".d.ets", ".d.ts")
"""What may be left out of a specifier, in the order in which it is tried."""
DECLARATIONS = (".d.ets", ".d.ts")
INDEXES = ("index", "Index")
BYTE_CODE = "ets/modules.abc"
"""What a package has in place of sources once it is built."""

_SYSTEM = re.compile(r"@(kit|ohos|hms|system|arkts)[.:]|lib[^/]*\.so$")


def is_system(specifier: str) -> bool:
    """True for a module of the system (@kit.CoreFileKit, @ohos.file.fs, @ohos:file.fs) and for native code (libentry.so)."""
    return _SYSTEM.match(specifier) is not None


@dataclass(frozen=True, slots=True)
class _Unresolved:
    """Why an import leads nowhere. ``in_the_build``: a build has what is not on this disk, or not as sources."""

    reason: str
    in_the_build: bool = False


class ModuleGraph:
    """Resolves the imports of an app. ``root`` is the project's directory, where the search for packages ends."""

    def __init__(self, root: Path) -> None:
        self._root = root.resolve()
        self._packages: dict[Path, OhPackage | None] = {}
        self._found: dict[tuple[str, Path], Path | _Unresolved] = {}

    def resolve(self, specifier: str, importer: Path) -> Path | None:
        """The file that ``specifier`` means in the file ``importer``, as an absolute path; that of a BuildProfile may still have
        to be built.

        None for a system module, and where there is no such file: `why_not` says why.
        """
        if is_system(specifier):
            return None
        found = self._locate(specifier, importer)
        return found if isinstance(found, Path) else None

    def why_not(self, specifier: str, importer: Path) -> str:
        """Why an import leads to no file, in one line; "" when it does, and for system modules."""
        if is_system(specifier):
            return ""
        found = self._locate(specifier, importer)
        return "" if isinstance(found, Path) else found.reason

    def lacks(self, specifier: str, importer: Path) -> bool:
        """True for a package that the app declares, and so has on a device, while this disk has no sources of it."""
        found = None if is_system(specifier) else self._locate(specifier, importer)
        return isinstance(found, _Unresolved) and found.in_the_build

    def _locate(self, specifier: str, importer: Path) -> Path | _Unresolved:
        directory = importer.parent.resolve()
        key = (specifier, directory)
        if key not in self._found:
            found = self._on_disk(specifier, directory)
            self._found[key] = found if isinstance(found, Path) else self._to_be_built(specifier, directory) or found
        return self._found[key]

    def _on_disk(self, specifier: str, directory: Path) -> Path | _Unresolved:
        if specifier.startswith("."):
            return _file_or_reason(_normal(directory / specifier), specifier)
        return self._in_package(specifier, directory)

    def _to_be_built(self, specifier: str, directory: Path) -> Path | _Unresolved | None:
        """The build profile of a module, by its name, its package or the place that it has in a HAR; None for anything else."""
        if specifier.rpartition("/")[2] not in (CLASS, FILE):
            return None
        try:
            module = self._whose_build_profile(specifier, directory)
            if module is None:
                return None
            if specifier.startswith(".") and not is_har(module):
                return _Unresolved(f"there is no {CLASS} in {shown(module)}, which is no HAR: import it from '{CLASS}'")
            return build_profile_of(module)
        except PackageError as error:
            return _Unresolved(str(error))

    def _whose_build_profile(self, specifier: str, directory: Path) -> Path | None:
        if specifier == CLASS:
            return module_around(self._around(directory))
        name, inside = _split(specifier)
        if specifier.startswith("."):
            home: Path | _Unresolved = _normal(directory / specifier).parent
        elif inside in (CLASS, FILE):
            home = self._home(name, directory)
        else:
            return None
        return home if isinstance(home, Path) and module_around([home]) == home else None

    # packages ------------------------------------------------------------------------------------------------------------

    def _in_package(self, specifier: str, directory: Path) -> Path | _Unresolved:
        name, inside = _split(specifier)
        home = self._home(name, directory)
        if isinstance(home, _Unresolved):
            return home
        if not inside:
            return self._main(home, name)
        found = _file_or_reason(_normal(home / inside), specifier)
        return found if isinstance(found, Path) else _of_target(home, inside) or found

    def _home(self, name: str, directory: Path) -> Path | _Unresolved:
        """The directory of a package, as seen from a directory that imports it."""
        declared: OhPackage | None = None
        for place in self._around(directory):
            package = self._package(place)
            if package is not None and package.error:
                return _Unresolved(package.error)
            if package is not None and package.name == name:
                return place
            if package is not None and name in package.dependencies:
                declared = declared or package
                target = place / package.dependencies[name].removeprefix(FILE_PREFIX)
                if package.dependencies[name].startswith(FILE_PREFIX) and target.is_dir():
                    return target.resolve()
            installed = place / OH_MODULES / name
            if installed.is_dir():
                return installed.resolve()
        return self._no_package(name, declared, directory)

    def _main(self, home: Path, name: str) -> Path | _Unresolved:
        package = self._package(home)
        if package is not None and package.error:
            return _Unresolved(package.error)
        main = package.main if package is not None else ""
        found = _file(_normal(home / main)) if main else _index(home)
        if found is not None and found.name.endswith(DECLARATIONS) and (home / BYTE_CODE).is_file():
            return _Unresolved(
                f"package {name} in {shown(home)} is built: {BYTE_CODE} is byte code, and its sources are not there", True
            )
        if found is not None:
            return found
        wanted = f"{main}, which {OH_PACKAGE} names as main," if main else DEFAULT_MAIN
        return _Unresolved(f"package {name} has no {wanted} in {shown(home)}")

    def _around(self, directory: Path) -> Iterator[Path]:
        """The directories in which a package is looked for: up to the root of the project, or of the disk from outside."""
        yield directory
        for place in directory.parents if directory != self._root else ():
            yield place
            if place == self._root:
                return

    def _package(self, directory: Path) -> OhPackage | None:
        if directory not in self._packages:
            self._packages[directory] = read_oh_package(directory)
        return self._packages[directory]

    def _no_package(self, name: str, declared: OhPackage | None, directory: Path) -> _Unresolved:
        if declared is None:
            packages = [p for place in self._around(directory) if (p := self._package(place)) is not None]
            known = [CLASS, *(key for package in packages for key in package.dependencies)]
            close = difflib.get_close_matches(name, known, n=1)
            hint = f"; did you mean {close[0]}?" if close else ""
            where = shown(packages[0].file) if packages else f"an {OH_PACKAGE}"
            return _Unresolved(f"{name} is no dependency in {where}, and no {OH_MODULES} has it{hint}")
        value = declared.dependencies[name]
        stands = f"{name} is {value!r} in {shown(declared.file)}"
        if not value.startswith(FILE_PREFIX):
            return _Unresolved(f"{stands}, and no {OH_MODULES} has it: run ohpm install", True)
        if (declared.directory / value.removeprefix(FILE_PREFIX)).is_file():
            return _Unresolved(f"{stands}, which is a packed file, and no {OH_MODULES} has it: run ohpm install", True)
        return _Unresolved(f"{stands}, and there is no such directory")


def _of_target(module: Path, inside: str) -> Path | _Unresolved | None:
    """Code that not every target of a module has, and which is imported by the name of the module ("entry/Edition")."""
    try:
        files = (_file(_normal(root / inside)) for root in source_roots(module))
        return next((file for file in files if file is not None), None)
    except PackageError as error:
        return _Unresolved(str(error))


def _split(specifier: str) -> tuple[str, str]:
    """The package of a specifier, and the path inside it: "@app/core/src/Text" is ("@app/core", "src/Text")."""
    parts = specifier.split("/")
    length = 2 if specifier.startswith("@") else 1
    return "/".join(parts[:length]), "/".join(parts[length:])


# files -------------------------------------------------------------------------------------------------------------------


def _file(path: Path) -> Path | None:
    """The file of a path without or with its suffix, or the index of a directory."""
    if path.is_file():
        return path
    beside = (path.with_name(path.name + suffix) for suffix in SUFFIXES)
    return next((file for file in beside if file.is_file()), None) or _index(path)


def _index(directory: Path) -> Path | None:
    files = (directory / (name + suffix) for suffix in SUFFIXES for name in INDEXES)
    return next((file for file in files if file.is_file()), None)


def _file_or_reason(path: Path, specifier: str) -> Path | _Unresolved:
    found = _file(path)
    if found is not None:
        return found
    if not path.parent.is_dir():
        return _Unresolved(f"there is no directory {shown(path.parent)} for {specifier}")
    names = {re.sub(r"(\.d)?\.(ets|ts|js|mjs)$", "", file.name): file.name for file in sorted(path.parent.iterdir())}
    by_lower = {name.lower(): name for name in names}
    close = difflib.get_close_matches(path.name.lower(), by_lower, n=1, cutoff=0.75)
    hint = (
        f"; there is {names[by_lower[close[0]]]}"
        if close
        else f", with {', '.join(SUFFIXES[:3])} or as a directory with an index"
    )
    return _Unresolved(f"there is no {path.name} in {shown(path.parent)}{hint}")


def _normal(path: Path) -> Path:
    """Without "." and "..", as the build tools read it: symbolic links on the way are not followed."""
    return Path(os.path.normpath(path))
