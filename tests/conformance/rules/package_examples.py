"""Packages for the rules about module.json5 and backup_config.json: where exactly each fires, and what only just keeps to it."""

from __future__ import annotations

import json
from typing import Any

from emulator.storage.config.backup_config import DEFAULT_INCLUDES

METADATA = [{"name": "ohos.extension.backup", "resource": "$profile:backup_config"}]
FILES, OWN = "data/storage/el2/base/files/", "data/storage/el2/base/haps/entry/files/"
GUIDE_2025 = tuple(
    f"data/storage/{level}/{place}"
    for level in ("el1", "el2", "el5")
    for place in ("database/", "base/files/", "base/preferences/", "base/haps/*/files/", "base/haps/*/preferences/")
)
"""The list of the guide, but for the distributed files."""


def extension(**members: Any) -> dict[str, Any]:
    """A backup extension as the template has it; None takes a member away."""
    whole = {"name": "B", "srcEntry": "./ets/B.ets", "type": "backup", "exported": False, "metadata": METADATA, **members}
    return {name: value for name, value in whole.items() if value is not None}


def module(*extensions: Any, **members: Any) -> str:
    return json.dumps({"module": {"name": "entry", "type": "entry", "extensionAbilities": extensions, **members}}, indent=1)


def profile(**members: Any) -> str:
    return json.dumps({"allowToBackupRestore": True, **members})


GOOD_MODULE, GOOD = module(extension()), profile()

FIRES: dict[str, list[tuple[dict[str, Any], str, str, str]]] = {
    "BK701": [
        (
            {"module": module({"type": "Backup"}), "profile": GOOD},
            'no element of extensionAbilities has the type "backup"; did you mean backup?',
            'the types are ["Backup"]',
            "app/module.json5:5",
        ),
        (
            {"module": "{module: {}}"},
            'no element of extensionAbilities has the type "backup"',
            "the types are []",
            "app/module.json5:1",
        ),
        (
            {"module": module(extension(metadata=[{"name": "ohos.extension. backup", "resource": "$profile:backup_config"}]))},
            'no metadata of the extension is named ohos.extension.backup; "ohos.extension. backup" is another name',
            'metadata is [{"name": "ohos.extension. backup", "resource": "$profile:backup_config"}]',
            "app/module.json5:11",
        ),
        (
            {"module": module(extension(metadata=None))},
            "no metadata of the extension is named ohos.extension.backup",
            "metadata is null",
            "app/module.json5:6",
        ),
        (
            {"module": module(extension(metadata=[{"name": "ohos.extension.backup", "resource": "backup_config"}]))},
            'resource of the metadata ohos.extension.backup is "backup_config", not $profile:<name>',
            'metadata is [{"name": "ohos.extension.backup", "resource": "backup_config"}]',
            "app/module.json5:11",
        ),
        (
            {"profile": None},
            "the profile backup_config.json does not exist",
            "looked for backup_config.json in src/main/resources/base/profile, resources/base/profile, .",
            "app/module.json5:11",
        ),
        (
            {"module": module(extension(srcEntry=None))},
            "the extension has no srcEntry",
            'its keys are ["name", "type", "exported", "metadata"]',
            "app/module.json5:6",
        ),
        (
            {"ets/Other.ets": ""},
            "srcEntry ./ets/B.ets does not exist",
            "looked for ./ets/B.ets beside module.json5",
            "app/module.json5:8",
        ),
        (
            {"ets/b.ets": ""},
            "srcEntry ./ets/B.ets does not exist; there is ./ets/b.ets",
            "looked for ./ets/B.ets beside module.json5",
            "app/module.json5:8",
        ),
        (
            {"profile": None, "Backup_Config.json": GOOD},
            "the profile backup_config.json does not exist; there is Backup_Config.json",
            "looked for backup_config.json in src/main/resources/base/profile, resources/base/profile, .",
            "app/module.json5:11",
        ),
    ],
    "BK702": [
        (
            {"profile": "{'allowToBackupRestore': true}"},
            "the device cannot read backup_config.json: line 1, column 2: \"'\" where '\"' or '}' is expected",
            "its parser says line 1, column 2: \"'\" where '\"' or '}' is expected",
            "app/backup_config.json:1",
        ),
        (
            {"profile": '{\n "includes": [1,,2]\n}'},
            "the device cannot read backup_config.json: line 2, column 17: ',' where a value is expected",
            "its parser says line 2, column 17: ',' where a value is expected",
            "app/backup_config.json:2",
        ),
        (
            {"profile": "\n"},
            "the device cannot read backup_config.json: the file is empty",
            "its parser says the file is empty",
            "app/backup_config.json:1",
        ),
        (
            {"profile": "[" * 1001},
            "the device cannot read backup_config.json: more than 1000 values inside each other",
            "its parser says more than 1000 values inside each other",
            "app/backup_config.json:1",
        ),
        ({"profile": "[true]"}, "backup_config.json is no object", "the top level is [true]", "app/backup_config.json:1"),
        ({"profile": "null"}, "backup_config.json is no object", "the top level is null", "app/backup_config.json:1"),
    ],
    "BK703": [
        ({"profile": "{}"}, "allowToBackupRestore is absent", "the fields are []", "app/backup_config.json:1"),
        (
            {"profile": '{\n"allowToBackupRestore": false}'},
            "allowToBackupRestore is false",
            '"allowToBackupRestore": false',
            "app/backup_config.json:2",
        ),
        (
            {"profile": '{"allowToBackupRestore": "true"}'},
            'allowToBackupRestore is "true", which is no boolean',
            '"allowToBackupRestore": "true"',
            "app/backup_config.json:1",
        ),
        (
            {"profile": '{"allowToBackupRestore": 1}'},
            "allowToBackupRestore is 1, which is no boolean",
            '"allowToBackupRestore": 1',
            "app/backup_config.json:1",
        ),
        (
            {"profile": '{"allowToBackupRestore": true, "allowToBackupRestore": null}'},
            "allowToBackupRestore is null, which is no boolean",
            '"allowToBackupRestore": null',
            "app/backup_config.json:1",
        ),
    ],
    "BK704": [
        (
            {"profile": '{"allowToBackupRestore": true,\n"fullbackOnly": true}'},
            "the device does not read fullbackOnly; did you mean fullBackupOnly?",
            '"fullbackOnly": true',
            "app/backup_config.json:2",
        ),
        (
            {"profile": profile(includes=[OWN], include=[])},
            "the device does not read include",
            '"include": []',
            "app/backup_config.json:1",
        ),
        ({"profile": profile(host="x")}, "the device does not read host", '"host": "x"', "app/backup_config.json:1"),
        (
            {"profile": profile(INCLUDES=[FILES])},
            "the device does not read INCLUDES; did you mean includes?",
            f'"INCLUDES": ["{FILES}"]',
            "app/backup_config.json:1",
        ),
        (
            {"profile": profile(optionDir=[{"sceneid": "a"}])},
            "the device does not read optionDir[0].sceneid; did you mean sceneId?",
            '"sceneid": "a"',
            "app/backup_config.json:1",
        ),
    ],
    "BK705": [
        (
            {"profile": profile(restoreDeps=[])},
            "restoreDeps is [], not a string",
            '"restoreDeps": []',
            "app/backup_config.json:1",
        ),
        (
            {"profile": profile(fullBackupOnly="true")},
            'fullBackupOnly is "true", not a boolean',
            '"fullBackupOnly": "true"',
            "app/backup_config.json:1",
        ),
        (
            {"profile": profile(includes=OWN)},
            f'includes is "{OWN}", not an array',
            f'"includes": "{OWN}"',
            "app/backup_config.json:1",
        ),
        (
            {"profile": f'{{"allowToBackupRestore": true, "excludes": [\n"{OWN}x",\nnull]}}'},
            "excludes[1] is null, not a string",
            f'"excludes": ["{OWN}x", null]',
            "app/backup_config.json:3",
        ),
        (
            {"profile": profile(extraInfo=["hmos2next"])},
            'extraInfo is ["hmos2next"], not an object',
            '"extraInfo": ["hmos2next"]',
            "app/backup_config.json:1",
        ),
        (
            {"profile": profile(compatibleDirMapping=[{"backupDir": 1}])},
            "compatibleDirMapping[0].backupDir is 1, not a string",
            '"compatibleDirMapping": [{"backupDir": 1}]',
            "app/backup_config.json:1",
        ),
    ],
    "BK706": [
        (
            {"profile": profile(includes=[])},
            "includes is []: nothing is backed up",
            '"includes": []',
            "app/backup_config.json:1",
        ),
        (
            {"profile": '{"allowToBackupRestore": true,\n "includes": ["", ""]}'},
            'includes is ["", ""]: nothing is backed up',
            '"includes": ["", ""]',
            "app/backup_config.json:2",
        ),
    ],
    "BK707": [
        (
            {"profile": f'{{"allowToBackupRestore": true, "includes": [\n"{OWN}",\n"./files/"]}}'},
            "includes[1] \"./files/\" keeps its './'; write the path from data/storage/ on",
            'includes[1] is "./files/"',
            "app/backup_config.json:3",
        ),
        (
            {"profile": profile(includes=[OWN, ""])},
            'includes[1] "" names nothing',
            'includes[1] is ""',
            "app/backup_config.json:1",
        ),
    ],
    "BK708": [
        (
            {"profile": '{"allowToBackupRestore": true, "excludes": [\n"cache"]}'},
            'excludes[0] "cache" takes nothing away: it is compared with whole paths; write the path from data/storage/ on',
            'excludes[0] is "cache"',
            "app/backup_config.json:2",
        ),
        (
            {"profile": profile(excludes=["data/storage/el2/base/cache/"])},
            'excludes[0] "data/storage/el2/base/cache/" takes nothing away: '
            "no path that /data/storage/el2/base/cache/* matches is included",
            'excludes[0] is "data/storage/el2/base/cache/"',
            "app/backup_config.json:1",
        ),
        (
            {"profile": profile(excludes=["./cache/"])},
            "excludes[0] \"./cache/\" takes nothing away: it keeps its './'; write the path from data/storage/ on",
            'excludes[0] is "./cache/"',
            "app/backup_config.json:1",
        ),
        (
            {"profile": profile(excludes=[""])},
            'excludes[0] "" takes nothing away: an empty text names nothing',
            'excludes[0] is ""',
            "app/backup_config.json:1",
        ),
        (
            {"profile": profile(includes=[OWN], excludes=["data/storage/el2/base/haps/entry/preferences/a"])},
            'excludes[0] "data/storage/el2/base/haps/entry/preferences/a" takes nothing away: '
            "no path that /data/storage/el2/base/haps/entry/preferences/a matches is included",
            'excludes[0] is "data/storage/el2/base/haps/entry/preferences/a"',
            "app/backup_config.json:1",
        ),
    ],
    "BK709": [
        (
            {"profile": f'{{"allowToBackupRestore": true,\n"includes": ["{FILES}"]}}'},
            "no include names anything in data/storage/el2/base/haps/entry/ or data/storage/el2/database/, "
            "where contexts of the module keep their data",
            f'includes is ["{FILES}"]',
            "app/backup_config.json:2",
        ),
        (
            {"profile": profile(includes=[OWN, FILES]), "module": module(extension(), name="phone")},
            "no include names anything in data/storage/el2/base/haps/phone/ or data/storage/el2/database/, "
            "where contexts of the module keep their data",
            f'includes is ["{OWN}", "{FILES}"]',
            "app/backup_config.json:1",
        ),
    ],
    "BK710": [
        (
            {"profile": '{"allowToBackupRestore": true,\n"fullBackupOnly": true}', "callbacks": ("onBackup", "onBackupEx")},
            "fullBackupOnly is true and neither onRestore nor onRestoreEx is overridden",
            "the callbacks that are overridden: onBackup, onBackupEx",
            "app/backup_config.json:2",
        ),
        (
            {"profile": profile(fullBackupOnly=True), "callbacks": ()},
            "fullBackupOnly is true and neither onRestore nor onRestoreEx is overridden",
            "the callbacks that are overridden: none",
            "app/backup_config.json:1",
        ),
    ],
    "BK711": [
        (
            {"module": module(extension(), extension(name="C"))},
            "2 backup extensions are registered: which of them is run is not defined",
            "module.extensionAbilities is",
            "app/module.json5:5",
        ),
        (
            {"module": module(extension(), type="feature")},
            'the module is of type "feature": a backup extension is found in the entry module only',
            'module.type is "feature"',
            "app/module.json5:4",
        ),
        (
            {"module": module({"type": "form", "exported": True}, extension(exported=True))},
            "exported is true: other apps may start the extension",
            "module.extensionAbilities[1].exported is true",
            "app/module.json5:14",
        ),
        (
            {"module": module(extension(exported="false"))},
            'exported is "false", not false',
            'module.extensionAbilities[0].exported is "false"',
            "app/module.json5:10",
        ),
        (
            {"module": module(extension(srcEntry=None, srcEntrance="./ets/B.ts"))},
            "srcEntrance is a key of earlier versions; today it is srcEntry",
            'module.extensionAbilities[0].srcEntrance is "./ets/B.ts"',
            "app/module.json5:16",
        ),
        (
            {"module": module(extension(exported=None, visible=True))},
            "visible is a key of earlier versions; today it is exported",
            "module.extensionAbilities[0].visible is true",
            "app/module.json5:16",
        ),
    ],
    "BK712": [
        (
            {"profile": '{\n // on\n"allowToBackupRestore": true}'},
            "backup_config.json is no strict JSON: a comment",
            "a strict parser stops: Expecting property name enclosed in double quotes at character 3",
            "app/backup_config.json:2",
        ),
        (
            {"profile": '{"allowToBackupRestore": true,\n"excludes": [],\n}\nand so on'},
            "backup_config.json is no strict JSON: a comma after the last element, text after the end",
            "a strict parser stops: ",
            "app/backup_config.json:3",
        ),
        (
            {"profile": "\ufeff" + GOOD},
            "backup_config.json is no strict JSON: a byte order mark",
            "a strict parser stops: Expecting value at character 0",
            "app/backup_config.json:1",
        ),
        (
            {"profile": '{"allowToBackupRestore": true,\n\n"restoreDeps": "a\tb"}'},
            "backup_config.json is no strict JSON: a line break or another control character in a string",
            "a strict parser stops: Invalid control character at at character 49",
            "app/backup_config.json:3",
        ),
        (
            {"profile": '{"allowToBackupRestore": true, "extraInfo": {"a": +1}}'},
            "backup_config.json is no strict JSON: +1, which is no number of JSON",
            "a strict parser stops: Expecting value at character 50",
            "app/backup_config.json:1",
        ),
    ],
}
"""The texts, then message, beginning of what was seen, and place of the one finding."""

MISSES: dict[str, list[dict[str, Any]]] = {
    "BK701": [
        {},
        {"module": None},
        {"ets/B.ets": ""},
        {"module": module({"type": "form"}, extension())},
        {"module": module(extension(metadata=None), extension())},
    ],
    "BK702": [{}, {"profile": "// on\n" + GOOD + "}"}, {"profile": None}],
    "BK703": [{}, {"profile": '{"allowToBackupRestore": false, "allowToBackupRestore": true}'}, {"profile": "'"}],
    "BK704": [
        {
            "profile": profile(
                includes=[OWN],
                excludes=[OWN + "a"],
                fullBackupOnly=False,
                restoreDeps="",
                supportScene="next2next,hmos2next",
                extraInfo={"supportScene": ["hmos2next"], "anything": 1},
                requireCompatibility=True,
                backupScene="a",
                optionDir=[{"sceneId": "a", "includes": [], "excludes": []}],
                compatibleDirMapping=[{"backupDir": "a", "restoreDir": "b"}],
            )
        },
        {"profile": "[1]"},
    ],
    "BK705": [{}, {"profile": '{"allowToBackupRestore": "true"}'}, {"profile": profile(includes=[], extraInfo={})}],
    "BK706": [{}, {"profile": profile(includes=["", OWN])}, {"profile": profile(includes=OWN)}],
    "BK707": [
        {"profile": profile(includes=[*DEFAULT_INCLUDES])},
        {"profile": profile(includes=[*GUIDE_2025, "data/storage/el2/distributedfiles/"])},
        {"profile": profile(includes=["/data/storage/el2/base/haps/*/files", "data/storage/el2/", "/"])},
        {"profile": profile(includes=[])},
    ],
    "BK708": [
        {"profile": profile(excludes=[FILES + "a", "/" + FILES + "b/", "*.log", "data/storage/el2/base/haps/*/files/c"])},
        {"profile": profile(includes=[OWN + "a/"], excludes=[OWN, OWN + "a/b.txt"])},
        {"profile": profile(includes=[""], excludes=["cache"])},
    ],
    "BK709": [
        {},
        {"profile": profile(includes=[*DEFAULT_INCLUDES])},
        {"profile": profile(includes=[FILES + "users/"])},
        {"profile": profile(includes=[FILES, OWN + "a.txt"])},
        {"profile": profile(includes=[FILES, "data/storage/el2/database/"])},
        {"profile": profile(includes=[FILES, "data/storage/el2/base/haps/*/preferences"])},
        {"profile": profile(includes=[FILES]), "module": None},
        {"profile": profile(includes=["./files/"])},
        {"profile": profile(includes=[""])},
    ],
    "BK710": [
        {"profile": profile(fullBackupOnly=True)},
        {"profile": profile(fullBackupOnly=True), "callbacks": ("onRestore",)},
        {"profile": profile(fullBackupOnly="true"), "callbacks": ()},
        {"callbacks": ()},
    ],
    "BK711": [
        {},
        {"module": module(extension(exported=None, launchType="singleton"), {"type": "form", "exported": True, "visible": True})},
        {"module": module({"type": "service"}, type="feature")},
    ],
    "BK712": [{}, {"profile": f"\r\n\t{GOOD} \n"}, {"profile": "'"}],
}
