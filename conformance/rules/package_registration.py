"""BK701 and BK711: how module.json5 registers the backup extension (clauses 1.9, 4.3)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator, ValidationError

from conformance.catalogue import Finding
from conformance.evidence import Evidence
from conformance.rules import needs
from conformance.rules.package_findings import as_json, close_to, package_finding, written
from conformance.rules.package_lines import Path
from conformance.rules.registry import predicate
from conformance.schemas import load_schema
from emulator.package import BackupExtension, Package, PackageFile
from emulator.package.files import PROFILE_DIRECTORIES, spelled_otherwise
from emulator.package.registration import METADATA_NAME, RESOURCE_PREFIX, source_of

EXTENSIONS: Path = ("module", "extensionAbilities")
LEGACY_KEYS = {"srcEntrance": "srcEntry", "visible": "exported"}
"""Keys of earlier versions, and what they are called now."""


@predicate("BK701", needs.package)
def not_registered(evidence: Evidence) -> Iterator[Finding]:
    """The device does not find a backup extension, its profile or its source (C-079 to C-082)."""
    package = evidence.package
    if package is None or package.module_file is None:
        return
    extension = package.extension
    faults = _no_extension(package) if extension is None else _faults(package, package.module_file, extension)
    for path, message, seen in faults:
        yield package_finding("BK701", package.module_file, path, message, seen, cause=written(path[3:]))


@predicate("BK711", needs.package)
def odd_registration(evidence: Evidence) -> Iterator[Finding]:
    """A backup extension is registered, but not as the guide has it (C-079, C-083, C-084)."""
    package = evidence.package
    if package is None or package.module_file is None or not package.extensions:
        return
    for error in _validator().iter_errors(package.module_file.document):
        path = tuple(error.absolute_path)
        message = _oddity(path, error, package)
        if message:
            seen = f"{written(path)} is {as_json(error.instance)}"
            yield package_finding("BK711", package.module_file, path, message, seen, cause=message)


def _no_extension(package: Package) -> Iterator[tuple[Path, str, str]]:
    module = package.module_file.document.get("module") if package.module_file is not None else None
    entries = module.get("extensionAbilities") if isinstance(module, dict) else None
    types = [entry.get("type") for entry in entries if isinstance(entry, dict)] if isinstance(entries, list) else []
    close = next((hint for kind in types if isinstance(kind, str) and (hint := close_to(kind, ["backup"]))), "")
    yield EXTENSIONS, f'no element of extensionAbilities has the type "backup"{close}', f"the types are {as_json(types)}"


def _faults(package: Package, module_file: PackageFile, extension: BackupExtension) -> Iterator[tuple[Path, str, str]]:
    path = (*EXTENSIONS, extension.index)
    metadata = extension.entry.get("metadata")
    if extension.resource is None:
        yield (*path, "metadata"), _why_no_resource(metadata), f"metadata is {as_json(metadata)}"
    elif extension.profile is None:
        name = f"{extension.resource}.json"
        hint = _in_other_case(package, name, PROFILE_DIRECTORIES)
        places = ", ".join(PROFILE_DIRECTORIES)
        yield (*path, "metadata"), f"the profile {name} does not exist{hint}", f"looked for {name} in {places}"
    source = source_of(extension.entry)
    if not source:
        yield (*path, "srcEntry"), "the extension has no srcEntry", f"its keys are {as_json(list(extension.entry))}"
    elif extension.source_missing:
        hint = _in_other_case(package, source, [module_file.name.rpartition("/")[0]])
        yield (*path, "srcEntry"), f"srcEntry {source} does not exist{hint}", f"looked for {source} beside module.json5"


def _in_other_case(package: Package, name: str, homes: Iterable[str]) -> str:
    """The hint "; there is x" where a file in one of these directories differs from ``name`` by case alone, else ""."""
    if package.directory is None:
        return ""
    found = (spelled_otherwise(package.directory / home, name) for home in homes)
    return next((f"; there is {path}" for path in found if path), "")


def _why_no_resource(metadata: Any) -> str:
    items = [item for item in metadata if isinstance(item, dict)] if isinstance(metadata, list) else []
    named = next((item for item in items if item.get("name") == METADATA_NAME), None)
    if named is not None:
        return f"resource of the metadata {METADATA_NAME} is {as_json(named.get('resource'))}, not {RESOURCE_PREFIX}<name>"
    names = [item["name"] for item in items if isinstance(item.get("name"), str)]
    close = next((f"; {as_json(name)} is another name" for name in names if close_to(name, [METADATA_NAME])), "")
    return f"no metadata of the extension is named {METADATA_NAME}{close}"


def _oddity(path: Path, error: ValidationError, package: Package) -> str:
    """What is odd about the place at which module.json5 leaves its schema; "" for what breaks another rule."""
    member = path[-1] if path else ""
    if error.validator == "maxContains":
        return f"{len(package.extensions)} backup extensions are registered: which of them is run is not defined"
    if path == ("module", "type"):
        return f"the module is of type {as_json(error.instance)}: a backup extension is found in the entry module only"
    if member in LEGACY_KEYS:
        return f"{member} is a key of earlier versions; today it is {LEGACY_KEYS[str(member)]}"
    if member == "exported":
        return (
            f"exported is {as_json(error.instance)}: other apps may start the extension"
            if error.instance is True
            else (f"exported is {as_json(error.instance)}, not false")
        )
    return ""


@cache
def _validator() -> Draft202012Validator:
    schema: Mapping[str, Any] = load_schema("module")
    return Draft202012Validator(schema)
