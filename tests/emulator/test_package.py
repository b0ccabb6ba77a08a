"""Reading a package from a directory: what is found where, and what a bad one is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from emulator import Package, PackageError, load_package

MODULE = """{
  // as DevEco Studio writes it
  "module": {
    "name": "notes", "type": "entry",
    "extensionAbilities": [
      {"name": "EntryBackupAbility", "type": "backup",
       "metadata": [{"name": "ohos.extension.backup", "resource": "$profile:my_config"},],},
    ],
  },
}"""


def write(directory: Path, **files: str) -> Path:
    for name, text in files.items():
        path = directory / name.replace("__", "/").replace("_dot_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return directory


def test_a_module_directory(tmp_path: Path) -> None:
    write(
        tmp_path,
        src__main__module_dot_json5=MODULE,
        src__main__resources__base__profile__my_config_dot_json='{"allowToBackupRestore": true, "fullBackupOnly": true}',
    )
    assert load_package(tmp_path) == Package("notes", True, True, True)


def test_a_profile_alone(tmp_path: Path) -> None:
    write(tmp_path, backup_config_dot_json='{"allowToBackupRestore": "true"}')
    assert load_package(tmp_path) == Package(allow_to_backup_restore=False), "a wrong type is no true"


def test_a_module_without_a_backup_extension(tmp_path: Path) -> None:
    write(tmp_path, module_dot_json5='{"module": {"name": "entry"}}')
    assert load_package(tmp_path).has_backup_extension is False


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({}, "neither module.json5 nor backup_config.json is there"),
        ({"module_dot_json5": "{"}, "module.json5: not JSON5"),
        ({"module_dot_json5": "[]"}, "module.json5: expected one object"),
    ],
)
def test_a_bad_package_is_named(tmp_path: Path, files: dict[str, str], message: str) -> None:
    with pytest.raises(PackageError) as caught:
        load_package(write(tmp_path, **files))
    assert message in str(caught.value)
    assert str(tmp_path) in str(caught.value)


def test_no_directory(tmp_path: Path) -> None:
    with pytest.raises(PackageError, match="there is no such directory"):
        load_package(tmp_path / "none")
