"""backup_config.json as the device reads it: the vectors of data-plane 8.1."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from emulator.service.details import read_infos
from emulator.storage.config import (
    DEFAULT_INCLUDES,
    BackupConfig,
    BundleInfo,
    ProfileThrows,
    TooDeep,
    activated_dirs,
    divide_includes,
    parse_backup_config,
    parse_json,
    read_bundle_info,
)
from emulator.storage.paths import gen_mapping_dir
from tests.vectors import Vector, vectors

GETTERS: dict[str, Callable[[BackupConfig], object]] = {
    "allow": lambda config: config.allow_to_backup_restore,
    "includes": lambda config: list(config.includes),
    "excludes": lambda config: list(config.excludes),
    "fullBackupOnly": lambda config: config.full_backup_only,
    "restoreDeps": lambda config: config.restore_deps,
    "supportScene": lambda config: config.support_scene,
    "extraInfo": lambda config: config.extra_info,
    "requireCompatibility": lambda config: config.require_compatibility,
    "backupScene": lambda config: config.backup_scene,
    "hasOptionDir": lambda config: config.has_option_dir,
    "mapping": lambda config: config.mapping,
    "mapping count": lambda config: len(config.mapping),
    "includes, scene test": lambda config: list(config.lists("test")[0]),
    "includes, scene other": lambda config: list(config.lists("other")[0]),
    "includes, scene s": lambda config: list(config.lists("s")[0]),
}


@pytest.mark.parametrize("vector", vectors("C1..C23", "C29..C42"))
def test_getters(vector: Vector) -> None:
    config, getter = parse_backup_config(vector["Config text"]), GETTERS[vector["Query"]]
    if vector["Result"] == "throw":
        with pytest.raises(ProfileThrows):
            getter(config)
    else:
        expected = vector.json("Result")
        assert getter(config) == expected and type(getter(config)) is type(expected)


@pytest.mark.parametrize("vector", vectors("C24"))
def test_mappings_beyond_the_limit_count_as_none(vector: Vector) -> None:
    pairs = 1000 if vector.id == "C24a" else 1001
    elements = [{"backupDir": f"b{n}", "restoreDir": f"r{n}"} for n in range(pairs)]
    assert len(parse_backup_config(json.dumps({"compatibleDirMapping": elements})).mapping) == vector.json("Result")


@pytest.mark.parametrize("vector", vectors("C25"))
def test_activated_directories(vector: Vector) -> None:
    assert len(activated_dirs(vector["Config text"])) == vector.json("Result")


def test_activated_directories_beyond_the_limit_count_as_none() -> None:
    names = [f"r{n}" for n in range(1001)]
    assert len(activated_dirs(json.dumps({"compatibleDirMapping": [*names[:1000], "r0"]}))) == 1000
    assert activated_dirs(json.dumps({"compatibleDirMapping": names})) == ()
    assert activated_dirs('{"compatibleDirMapping": "abc"}') == ()


@pytest.mark.parametrize("vector", vectors("C26..C28"))
def test_includes_are_divided(vector: Vector) -> None:
    mapping, activated = map(json.loads, vector.literals["Query"])
    mapped, left = divide_includes(vector.json("Config text"), mapping, activated)
    assert [[gen_mapping_dir(*directory) for directory in mapped], list(left)] == vector.json("Result")


@pytest.mark.parametrize("vector", vectors("C43..C45"))
def test_depth(vector: Vector) -> None:
    texts = {"C43": "[" * 1000 + "]" * 1000, "C44": "[" * 1001 + "]" * 1001, "C45": '{"a":' * 1000 + "1" + "}" * 1000}
    text = texts[vector.id]
    if vector["Result"] == "ok":
        assert parse_json(text) is not None
        return
    with pytest.raises(TooDeep):
        parse_json(text)


def test_a_profile_nested_too_deep_throws_at_every_getter() -> None:
    config = parse_backup_config('{"a":' * 1000 + "1" + "}" * 1000)
    assert not config.readable and "1000" in config.error
    for getter in GETTERS.values():
        with pytest.raises(ProfileThrows):
            getter(config)


@pytest.mark.parametrize("text", ["[]", "5", '"s"', "true"])
def test_of_a_document_that_is_no_object_only_the_mapping_can_be_read(text: str) -> None:
    config = parse_backup_config(text)
    assert config.readable and config.document == json.loads(text)
    assert config.mapping == {}
    for name in GETTERS.keys() - {"mapping", "mapping count"}:
        with pytest.raises(ProfileThrows):
            GETTERS[name](config)


def test_defaults_of_the_null_config() -> None:
    for text in ("", "null", "{}"):
        config = parse_backup_config(text)
        assert config.document in (None, {})
        assert (config.includes, config.excludes, config.mapping, config.extra_info) == (DEFAULT_INCLUDES, (), {}, None)
    assert parse_backup_config("null").readable
    assert parse_backup_config('{\n  "a": tru }').error == "line 2, column 9: no such word"


def test_without_option_dir_a_scene_changes_nothing() -> None:
    config = parse_backup_config('{"includes":["a"],"excludes":["b"],"optionDir":{}}')
    assert config.lists("s") == config.lists() == (("a",), ("b",))
    config = parse_backup_config('{"includes":["a"],"optionDir":[{"sceneId":"s","excludes":["x",1,""]}]}')
    assert config.lists("s") == ((), ("x", ""))
    assert config.lists() == (("a",), ())


def test_excludes_of_a_scene_follow_the_rule_of_includes() -> None:
    config = parse_backup_config('{"optionDir":[{"sceneId":"s","excludes":[]},{"sceneId":"t","excludes":5},{"sceneId":1}]}')
    assert config.scene_list("excludes", "s") == ("",)
    assert config.scene_list("excludes", "t") == ()
    assert config.scene_list("excludes", "u") == ()


def test_an_element_behind_the_deciding_one_does_not_throw() -> None:
    config = parse_backup_config('{"optionDir":[{"sceneId":"s","includes":["x"]},5]}')
    assert config.scene_list("includes", "s") == ("x",)
    with pytest.raises(ProfileThrows):
        config.scene_list("excludes", "s")


def test_a_config_is_a_value() -> None:
    first, second = (parse_backup_config('{"includes":["a"]}') for _ in range(2))
    assert first == second and hash(first) == hash(second)


@pytest.mark.parametrize("vector", vectors("V3"))
def test_clear_backup_data(vector: Vector) -> None:
    document = f'{{"infos":[],{vector.literals["Input"][0]}}}'
    infos = read_infos(document, 100, False, False)
    assert infos.clear_backup_data is vector["Result"].startswith("clear")


@pytest.mark.parametrize("vector", vectors("V4"))
def test_batch_size(vector: Vector) -> None:
    document = f'{{"infos":[],{vector.literals["Input"][0]}}}'
    assert read_bundle_info(document).batch_size == int(vector["Result"])


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        (None, BundleInfo()),
        ("", BundleInfo()),
        ("[1]", BundleInfo()),
        ("{", BundleInfo()),
        ('{"batchSize":7}', BundleInfo()),
        ('{"infos":{},"batchSize":7}', BundleInfo()),
        ('{"infos":[],"BATCHSIZE":7,"batchSize":8}', BundleInfo(batch_size=7)),
        ('{"Infos":[],"batchSize":"7"}', BundleInfo()),
        ('{"Infos":[],"batchSize":true}', BundleInfo()),
        ('{"Infos":[],"batchSize":0.5}', BundleInfo()),
        ('{"Infos":[],"batchSize":1e99}', BundleInfo(batch_size=2**31 - 1)),
        ('{"Infos":[],"batchSize":Infinity}', BundleInfo()),
        ('{"Infos":[],"backupscene":"s","isSupportWithoutTar":true} behind', BundleInfo(500, "s", True)),
        ('{"Infos":[],"backupScene":5,"isSupportWithoutTar":"true"}', BundleInfo()),
    ],
)
def test_bundle_info(document: str | None, expected: BundleInfo) -> None:
    assert read_bundle_info(document) == expected
