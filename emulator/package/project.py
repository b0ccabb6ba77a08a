"""A HarmonyOS project on the disk, in DevEco's layout: which module has the backup extension, and which file it is."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from emulator.package import MODULE_FILES, Package, load_package
from emulator.package.files import PackageError, read_json5, shown
from emulator.package.registration import source_of
from emulator.package.resources import text_of

BUILD_PROFILE = "build-profile.json5"
APP_FILE = "AppScope/app.json5"
DEFAULT_TYPE = "app"
"""The bundleType of an app that does not say one."""
OLD_MODEL_FILE = "src/main/config.json"
"""What the FA model has in place of module.json5; it knows no backup extension."""
MOST_LEVELS = 6
"""How far up from a module its project may begin."""


class ProjectError(PackageError):
    """A directory is no project and no module; the message says what was looked for and what is close."""


@dataclass(frozen=True, slots=True)
class ProjectModule:
    """One module of a project. ``kind`` is its type: entry, feature, har, shared; ``registers`` a backup extension or not."""

    name: str
    kind: str
    directory: Path
    package: Package

    @property
    def registers(self) -> bool:
        """Whether it registers a backup extension."""
        return bool(self.package.extensions)


@dataclass(frozen=True, slots=True)
class App:
    """AppScope/app.json5, as far as it matters here; "" and 0 for what it does not say."""

    bundle_name: str = ""
    version_code: int = 0
    version_name: str = ""
    label: str = ""
    bundle_type: str = DEFAULT_TYPE


@dataclass(frozen=True, slots=True)
class Project:
    """What a directory says is under test.

    ``directory`` is the root of the project, or the module's where nothing is around it. ``source`` is the file that the
    device loads, None where none is registered or the file is not there. ``notes`` are lines for the user: what was
    chosen where there was a choice.
    """

    directory: Path
    app: App
    modules: tuple[ProjectModule, ...]
    module: ProjectModule
    source: Path | None
    notes: tuple[str, ...]

    @property
    def package(self) -> Package:
        """How the chosen module is registered."""
        return self.module.package


def find_project(directory: Path) -> Project:
    """The project in ``directory``, which is its root, or that of a module of it, or holds module.json5.

    Raises ProjectError where there is none, PackageError for a document that cannot be read.
    """
    if not directory.is_dir():
        raise ProjectError(f"{shown(directory)}: there is no such directory")
    places = _module_directories(directory)
    if not places:
        raise ProjectError(f"{shown(directory)}: no HarmonyOS project: {_what_was_tried(directory)}")
    modules = tuple(map(_module, places))
    module = _chosen_module(modules)
    root = project_root(directory)
    extension = module.package.extension
    source = extension.source if extension is not None else None
    return Project(root, read_app(root, module.directory), modules, module, source, tuple(_notes(modules, module)))


def project_root(place: Path) -> Path:
    """The directory around ``place`` that has AppScope/app.json5 or names modules in its build profile; ``place`` if none."""
    around = [place, *place.resolve().parents[:MOST_LEVELS]]
    return next((d for d in around if (d / APP_FILE).is_file() or _listed_modules(d) is not None), place)


# modules -----------------------------------------------------------------------------------------------------------------


def _module_directories(directory: Path) -> list[Path]:
    listed = _listed_modules(directory) or []
    found = [directory / path for path in listed if _is_module(directory / path)]
    if found:
        return found
    if _is_module(directory):
        return [directory]
    return [place for place in sorted(directory.iterdir()) if place.is_dir() and _is_module(place)]


def _listed_modules(directory: Path) -> list[str] | None:
    """The directories that a project's build profile names; None where there is none, or it is that of a module."""
    if not (directory / BUILD_PROFILE).is_file():
        return None
    modules = read_json5(directory, BUILD_PROFILE).document.get("modules")
    if not isinstance(modules, list):
        return None
    paths = (module.get("srcPath") for module in modules if isinstance(module, dict))
    return [path for path in paths if isinstance(path, str)]


def _is_module(directory: Path) -> bool:
    return any((directory / name).is_file() for name in MODULE_FILES)


def _module(directory: Path) -> ProjectModule:
    package = load_package(directory)
    module = package.module_file.document.get("module") if package.module_file is not None else None
    kind = module.get("type") if isinstance(module, dict) else None
    return ProjectModule(package.module, kind if isinstance(kind, str) else "", directory, package)


def _chosen_module(modules: Sequence[ProjectModule]) -> ProjectModule:
    """The entry module, unless only another one registers a backup extension; then that one (C-084 is BK711's business)."""
    in_order = sorted(modules, key=lambda module: (not module.registers, module.kind != "entry"))
    return in_order[0]


def _notes(modules: Sequence[ProjectModule], module: ProjectModule) -> Iterator[str]:
    others = [other for other in modules if other is not module]
    if others:
        names = ", ".join(f"{m.name} ({m.kind or 'no type'}{', with a backup extension' if m.registers else ''})" for m in others)
        yield f"module {module.name} of {len(modules)}; the others are {names}"
    extension = module.package.extension
    if extension is not None and len(module.package.extensions) > 1:
        rest = ", ".join(e.name or source_of(e.entry) for e in module.package.extensions if e is not extension)
        yield f"the device takes {extension.name or source_of(extension.entry)}, the first whose profile is there, and not {rest}"


# the app -----------------------------------------------------------------------------------------------------------------


def read_app(root: Path, module: Path) -> App:
    """The app of the project in ``root``; ``module`` is the directory that its texts may come from. Raises PackageError."""
    if not (root / APP_FILE).is_file():
        return App()
    app = read_json5(root, APP_FILE).document.get("app")
    members: dict[str, Any] = app if isinstance(app, dict) else {}
    code = members.get("versionCode")
    return App(
        bundle_name=text_of(members.get("bundleName")),
        version_code=code if isinstance(code, int) else 0,
        version_name=text_of(members.get("versionName")),
        label=text_of(members.get("label"), root / "AppScope", module / "src" / "main"),
        bundle_type=text_of(members.get("bundleType")) or DEFAULT_TYPE,
    )


# what a bad directory is told --------------------------------------------------------------------------------------------


def _what_was_tried(directory: Path) -> str:
    listed = _listed_modules(directory)
    if listed:
        tried = f"{BUILD_PROFILE} names {', '.join(listed)}, and none of them has {MODULE_FILES[1]}"
    else:
        tried = f"looked for {BUILD_PROFILE}, {MODULE_FILES[1]} and {MODULE_FILES[0]}"
    close = _close(directory)
    return f"{tried}; {close}" if close else tried


def _close(directory: Path) -> str:
    if (directory / OLD_MODEL_FILE).is_file():
        return f"{OLD_MODEL_FILE} is one of the FA model, which has no backup extension"
    below = next((p.parent for level in range(1, 4) for p in sorted(directory.glob("*/" * level + BUILD_PROFILE))), None)
    if below is not None:
        return f"did you mean {shown(below)}?"
    around = next((d for d in directory.resolve().parents[:MOST_LEVELS] if _is_module(d)), None)
    if around is not None:
        return f"did you mean {shown(around)}?"
    names = difflib.get_close_matches("module.json5", (path.name for path in directory.iterdir()), n=1)
    return f"there is {names[0]}" if names else ""
