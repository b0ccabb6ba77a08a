"""BuildProfile: the class that the build tool writes for each module, with what it knows of the build.

No checkout has the file, so that its text is made here, as a release build of the product and the target ``default`` has it.
Source: the HarmonyOS guide on build parameters in code (ide-hvigor-get-build-profile-para-guide).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from emulator.package import MODULE_FILES
from emulator.package.files import read_json5
from emulator.package.oh_package import OH_PACKAGE
from emulator.package.project import BUILD_PROFILE, project_root, read_app

CLASS = "BuildProfile"
FILE = f"{CLASS}.ets"
DEFAULT = "default"
"""The product and the target that are built."""
MODE = "release"
BUILT = f"build/{DEFAULT}/generated/profile/{DEFAULT}/{FILE}"
"""Where it lies in a HAP or an HSP; in a HAR it lies at the root."""

_NAME = re.compile(r"[A-Za-z_$][\w$]*", re.ASCII)


def module_around(places: Iterable[Path]) -> Path | None:
    """The module that the first of these directories belongs to, the others being those around it; None for none."""
    for place in places:
        if any((place / name).is_file() for name in MODULE_FILES):
            return place.parents[1] if place.parent.name == "src" else place
    return None


def build_profile_of(module: Path) -> Path:
    """The file that a build writes for a module. Raises PackageError where module.json5 cannot be read."""
    return module / (FILE if is_har(module) else BUILT)


def is_har(directory: Path) -> bool:
    """Whether a directory is a module of type har. Raises PackageError."""
    documents = (read_json5(directory, name).document for name in MODULE_FILES if (directory / name).is_file())
    return any(_member(document, "module").get("type") == "har" for document in documents)


def source_roots(module: Path) -> tuple[Path, ...]:
    """The directories whose code only the target ``default`` has (``sourceRoots``). Raises PackageError."""
    targets = _named(_document(module, BUILD_PROFILE), "targets", DEFAULT)
    roots = [_member(target, "source").get("sourceRoots") for target in targets]
    return tuple(module / root for some in roots if isinstance(some, list) for root in some if isinstance(root, str))


def source_text(path: Path) -> str:
    """The text of a source file, or what a build would write where there is no BuildProfile.ets yet.

    Raises OSError, UnicodeDecodeError, and PackageError for a document of the project that cannot be read.
    """
    if path.name != FILE or path.is_file():
        return path.read_text(encoding="utf-8-sig")
    is_built = path.as_posix().endswith(f"/{BUILT}")
    module = path.parents[BUILT.count("/")] if is_built else path.parent
    return _written({**(_of_hap(module) if is_built else _of_har(module)), **_own_fields(module)})


# its fields --------------------------------------------------------------------------------------------------------------


def _of_hap(module: Path) -> dict[str, Any]:
    app = read_app(project_root(module), module)
    return {
        "BUNDLE_NAME": app.bundle_name,
        "BUNDLE_TYPE": app.bundle_type,
        "VERSION_CODE": app.version_code,
        "VERSION_NAME": app.version_name,
        "TARGET_NAME": DEFAULT,
        "PRODUCT_NAME": DEFAULT,
        "BUILD_MODE_NAME": MODE,
        "DEBUG": False,
    }


def _of_har(module: Path) -> dict[str, Any]:
    version = _document(module, OH_PACKAGE).get("version")
    return {
        "HAR_VERSION": version if isinstance(version, str) else "",
        "BUILD_MODE_NAME": MODE,
        "DEBUG": False,
        "TARGET_NAME": DEFAULT,
    }


def _own_fields(module: Path) -> dict[str, Any]:
    """buildProfileFields of the project and of the module, the weaker ones first, as the guide orders them."""
    app = _member(_document(project_root(module), BUILD_PROFILE), "app")
    own = _document(module, BUILD_PROFILE)
    options = [
        *(_member(mode, "buildOption") for mode in _named(app, "buildModeSet", MODE)),
        *(_member(product, "buildOption") for product in _named(app, "products", DEFAULT)),
        _member(own, "buildOption"),
        *_named(own, "buildOptionSet", MODE),
        *(_member(_member(target, "config"), "buildOption") for target in _named(own, "targets", DEFAULT)),
    ]
    fields = [_member(_member(option, "arkOptions"), "buildProfileFields") for option in options]
    return {
        name: value
        for some in fields
        for name, value in some.items()
        if _NAME.fullmatch(name) and isinstance(value, str | int | float)
    }


def _written(fields: Mapping[str, Any]) -> str:
    """The class, and each field as a constant of its own."""
    constants = [f"export const {name} = {json.dumps(value)};" for name, value in fields.items()]
    members = [f"  static readonly {name} = {name};" for name in fields]
    return "\n".join([*constants, f"export default class {CLASS} {{", *members, "}", ""])


# documents ---------------------------------------------------------------------------------------------------------------


def _document(directory: Path, name: str) -> Mapping[str, Any]:
    return read_json5(directory, name).document if (directory / name).is_file() else {}


def _member(document: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = document.get(name)
    return value if isinstance(value, dict) else {}


def _named(document: Mapping[str, Any], key: str, name: str) -> Iterator[Mapping[str, Any]]:
    """The objects of a list that have this name."""
    items = document.get(key)
    for item in items if isinstance(items, list) else ():
        if isinstance(item, dict) and item.get("name") == name:
            yield item
