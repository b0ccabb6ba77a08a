"""Reading a package from a directory: what is found where, what the device makes of it, and what a bad one is told."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from emulator import Package, PackageError, load_package
from emulator.package import BackupExtension

MODULE = """{
  // as DevEco Studio writes it
  "module": {
    "name": "notes", "type": "entry",
    "extensionAbilities": [
      {"name": "EntryFormAbility", "type": "form"},
      {"name": "EntryBackupAbility", "type": "backup", "srcEntry": "./ets/backup/Backup.ets",
       "metadata": [{"name": "ohos.extension.backup", "resource": "$profile:my_config"},],},
    ],
  },
}"""
ON = '{"allowToBackupRestore": true}'


def write(directory: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return directory


def only_extension(package: Package) -> BackupExtension:
    (extension,) = package.extensions
    return extension


def switches(package: Package) -> tuple[bool, bool, bool]:
    return package.allow_to_backup_restore, package.has_backup_extension, package.full_backup_only


def test_without_a_package_everything_is_in_order() -> None:
    package = Package()
    assert (package.module, package.directory, package.module_file, package.profile_file) == ("entry", None, None, None)
    assert switches(package) == (True, True, False)
    assert package.config.allow_to_backup_restore
    assert len(package.config.includes) == 13


def test_a_module_directory(tmp_path: Path) -> None:
    profile = "src/main/resources/base/profile/my_config.json"
    text = '{"allowToBackupRestore": true, "fullBackupOnly": true} // the end'
    package = load_package(write(tmp_path, {"src/main/module.json5": MODULE, profile: text}))
    assert package.module == "notes"
    assert switches(package) == (True, True, True)
    assert package.directory == tmp_path
    assert package.module_file is not None
    assert package.module_file.document["module"]["name"] == "notes"
    assert package.module_file.text == MODULE
    assert package.profile_file is not None
    assert (package.profile_file.name, package.profile_file.text) == (profile, text)
    assert package.profile_file.place == (tmp_path / profile).as_posix()
    assert (only_extension(package).index, only_extension(package).resource) == (1, "my_config")
    assert only_extension(package).profile == profile


@pytest.mark.parametrize("place", ["src/main/resources/base/profile", "resources/base/profile", "."])
def test_where_a_profile_may_lie(tmp_path: Path, place: str) -> None:
    package = load_package(write(tmp_path, {"module.json5": MODULE, f"{place}/my_config.json": ON}))
    assert package.allow_to_backup_restore


def test_the_profile_of_a_project_comes_before_a_copy(tmp_path: Path) -> None:
    files = {"src/main/module.json5": MODULE, "src/main/resources/base/profile/my_config.json": ON, "my_config.json": "{}"}
    assert load_package(write(tmp_path, files)).allow_to_backup_restore


def test_places_are_told_from_the_working_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, {"app/module.json5": MODULE, "app/my_config.json": ON})
    monkeypatch.chdir(tmp_path)
    for directory in (tmp_path / "app", Path("app")):
        package = load_package(directory)
        assert package.module_file is not None
        assert package.module_file.place == "app/module.json5"
        assert package.profile_file is not None
        assert package.profile_file.place == "app/my_config.json"


@pytest.mark.parametrize(
    ("text", "allowed"),
    [
        (ON, True),
        ("/* yes */" + ON + " and so on", True),
        ('{"allowToBackupRestore": "true"}', False),
        ('{"allowToBackupRestore": false}', False),
        ("{}", False),
        ("{'allowToBackupRestore': true}", False),
        ("", False),
        ("null", False),
        ("[true]", False),
        ("[" * 1001, False),
    ],
)
def test_a_profile_alone_as_the_device_reads_it(tmp_path: Path, text: str, allowed: bool) -> None:
    package = load_package(write(tmp_path, {"backup_config.json": text}))
    assert switches(package) == (allowed, True, False)
    assert package.profile_file is not None
    assert package.profile_file.text == text


def test_bytes_that_are_no_text_stay(tmp_path: Path) -> None:
    (tmp_path / "backup_config.json").write_bytes(b'{"includes": ["data/\xff/"]}')
    package = load_package(tmp_path)
    assert package.config.includes == ("data/\udcff/",)


def test_a_module_without_a_backup_extension(tmp_path: Path) -> None:
    package = load_package(write(tmp_path, {"module.json5": '{"module": {"name": "entry"}}', "backup_config.json": ON}))
    assert switches(package) == (False, False, False)
    assert package.profile_file is not None, "what its author means is still there to be judged"


@pytest.mark.parametrize(
    ("metadata", "resource"),
    [
        ('[{"name": "ohos.extension.backup", "resource": "$profile:my_config"}]', "my_config"),
        ('[{"name": "x"}, {"name": "ohos.extension.backup", "resource": "$profile:other"}]', "other"),
        ('[{"name": "ohos.extension. backup", "resource": "$profile:my_config"}]', None),
        ('[{"name": "ohos.extension.backup", "resource": "my_config"}]', None),
        ('[{"name": "ohos.extension.backup", "resource": "$profile:"}]', None),
        ('[{"name": "ohos.extension.backup", "resource": 1}]', None),
        ('{"name": "ohos.extension.backup", "resource": "$profile:my_config"}', None),
        ('["ohos.extension.backup"]', None),
    ],
)
def test_the_resource_that_the_device_finds(tmp_path: Path, metadata: str, resource: str | None) -> None:
    module = json.dumps({"module": {"extensionAbilities": [{"type": "backup", "metadata": json.loads(metadata)}]}})
    package = load_package(write(tmp_path, {"module.json5": module, "my_config.json": ON}))
    assert only_extension(package).resource == resource
    assert package.allow_to_backup_restore is (resource == "my_config")


def test_a_profile_that_is_not_there_switches_backup_off(tmp_path: Path) -> None:
    package = load_package(write(tmp_path, {"module.json5": MODULE, "backup_config.json": ON}))
    assert switches(package) == (False, True, False)
    assert package.profile_file is None, "another profile is not the one that is meant"


def test_the_first_extension_whose_profile_is_there(tmp_path: Path) -> None:
    entries = [
        {"type": "backup", "metadata": [{"name": "ohos.extension.backup", "resource": f"$profile:{name}"}]}
        for name in ("none", "second", "third")
    ]
    module = json.dumps({"module": {"extensionAbilities": entries}})
    files = {"second.json": ON, "third.json": "{}", "module.json5": module}
    package = load_package(write(tmp_path, files))
    assert [extension.profile for extension in package.extensions] == [None, "second.json", "third.json"]
    assert package.allow_to_backup_restore


@pytest.mark.parametrize(
    ("files", "missing"),
    [
        ({}, False),
        ({"ets/pages/Index.ets": ""}, True),
        ({"ets/pages/Index.ets": "", "ets/backup/Backup.ets": ""}, False),
    ],
)
def test_a_source_is_missing_only_where_sources_are(tmp_path: Path, files: dict[str, str], missing: bool) -> None:
    package = load_package(write(tmp_path, {"module.json5": MODULE, "my_config.json": ON, **files}))
    assert only_extension(package).source_missing is missing


def test_a_byte_order_mark_in_front_of_a_module(tmp_path: Path) -> None:
    assert load_package(write(tmp_path, {"module.json5": "\ufeff" + MODULE, "my_config.json": ON})).module == "notes"


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({}, "neither module.json5 nor backup_config.json is there"),
        ({"module.json5": "{"}, "module.json5: not JSON5"),
        ({"module.json5": "[]"}, "module.json5: expected one object"),
    ],
)
def test_a_bad_package_is_named(tmp_path: Path, files: dict[str, str], message: str) -> None:
    with pytest.raises(PackageError) as caught:
        load_package(write(tmp_path, files))
    assert message in str(caught.value)
    assert str(tmp_path) in str(caught.value)


def test_no_directory(tmp_path: Path) -> None:
    with pytest.raises(PackageError, match="there is no such directory"):
        load_package(tmp_path / "none")
