"""Sources for the rules about an ArkTS extension: where exactly each fires, and what only just keeps to it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from emulator import CALLBACKS
from emulator.runtime.arkts.script import Script
from tests.conformance.rules.scripts import ENTRY, KIT, class_of, imports, script

KIT_IMPORT = imports(KIT, "BackupExtensionAbility", "BundleVersion")
GOOD = script(class_of("BackupExtensionAbility", "onBackup", "onRestore"), imported=(KIT_IMPORT,))


def app(entry: Script = GOOD, **others: Script) -> dict[str, Script]:
    """An entry file and what lies beside it."""
    return {ENTRY: entry, **{f"app/{name}.ets": made for name, made in others.items()}}


def backup_class(*methods: str, base: str = "BackupExtensionAbility", code: str = "", **members: Any) -> Script:
    return script(class_of(base, *methods, **members), imported=(KIT_IMPORT,), code=code)


def importing(*statements: Any) -> Script:
    return replace(GOOD, imports=(KIT_IMPORT, *statements))


BASE = script(class_of("BackupExtensionAbility", "onBackupEx", name="Base", default=False, exported=True), imported=(KIT_IMPORT,))
FROM_BASE = script(class_of("Base", "onRestore"), imported=(imports("./Base", "Base"),))

FIRES: dict[str, list[tuple[dict[str, Script], str, str, str]]] = {
    "BK801": [
        (
            app(replace(GOOD, diagnostics=script(a="';' expected.", b="'}' expected.").diagnostics)),
            "Backup.ets does not compile: ';' expected.",
            "app/Backup.ets:2:5: ';' expected., and 1 more in this file",
            "app/Backup.ets:2:5",
        ),
        (
            app(importing(imports("./Gone", "Gone", line=4, column=8))),
            "an import of Backup.ets leads nowhere: there is no ./Gone",
            "app/Backup.ets:4:8: there is no ./Gone",
            "app/Backup.ets:4:8",
        ),
        (
            app(importing(imports("./Gone", "Gone", type_only=True, line=4, column=8))),
            "an import of Backup.ets leads nowhere: there is no ./Gone",
            "app/Backup.ets:4:8: there is no ./Gone",
            "app/Backup.ets:4:8",
        ),
        (
            app(importing(imports("./A")), A=script(imported=(imports("./B"),)), B=script(a="Expression expected.")),
            "B.ets does not compile: Expression expected.",
            "app/B.ets:2:5: Expression expected.",
            "app/B.ets:2:5",
        ),
    ],
    "BK802": [
        (
            app(script(class_of("BackupExtensionAbility", "onBackup", default=False), imported=(KIT_IMPORT,))),
            "class Backup is not exported, not as default",
            "the module has no default export; Backup is run",
            "app/Backup.ets:3:7",
        ),
        (
            app(
                script(class_of("", name="Other", default=False), class_of("", "onBackup", default=False, exported=True, line=7))
            ),
            "class Backup is exported by its name, not as default",
            "the module has no default export; Backup is run",
            "app/Backup.ets:7:7",
        ),
        (
            app(script(class_of("", "x", default=False))),
            "there is no default export",
            "the classes of the file: Backup",
            "app/Backup.ets:1",
        ),
        (app(script()), "there is no default export", "the classes of the file: none", "app/Backup.ets:1"),
    ],
    "BK803": [
        (app(script(export="(expression)")), "the default export is no class", "it is (expression)", "app/Backup.ets:1"),
        (
            app(script(class_of("UIAbility"), imported=(imports("@kit.AbilityKit", "UIAbility"),))),
            "class Backup extends UIAbility, not BackupExtensionAbility",
            "Backup (app/Backup.ets:3) extends UIAbility",
            "app/Backup.ets:3:7",
        ),
        (
            app(
                FROM_BASE,
                Base=script(class_of("F", name="Base", default=False), imported=(imports("@ohos.app.F", "default as F"),)),
            ),
            "class Base extends F, not BackupExtensionAbility",
            "Backup (app/Backup.ets:3) extends Base (app/Base.ets:3) extends F",
            "app/Base.ets:3:7",
        ),
        (
            app(script(class_of("kit.UIAbility"), imported=(imports("@kit.AbilityKit", "* as kit"),))),
            "class Backup extends UIAbility, not BackupExtensionAbility",
            "Backup (app/Backup.ets:3) extends UIAbility",
            "app/Backup.ets:3:7",
        ),
    ],
    "BK804": [
        (
            app(importing(imports("@kit.ArkUI", "window", "display", line=2, column=1))),
            "Backup.ets imports @ohos.window, which is not allowed in a backup extension",
            "import { window, display } from @kit.ArkUI; in the entry file",
            "app/Backup.ets:2:1",
        ),
        (
            app(importing(imports("@ohos:sensor", "default"))),
            "Backup.ets imports @ohos.sensor, which is not allowed in a backup extension",
            "import { default } from @ohos:sensor; in the entry file",
            "app/Backup.ets:1:1",
        ),
        (
            app(
                importing(imports("./A", "a")),
                A=script(imported=(imports("./B", "b"),)),
                B=script(imported=(imports("@ohos.power", line=9, column=3, dynamic=True),)),
            ),
            "B.ets imports @ohos.power, which is not allowed in a backup extension",
            "import @ohos.power; imported by Backup.ets -> A.ets",
            "app/B.ets:9:3",
        ),
    ],
    "BK805": [
        (
            app(backup_class("onbackup")),
            "onbackup is no callback of the ability",
            "onbackup is close to onBackup",
            "app/Backup.ets:4:3",
        ),
        (
            app(backup_class("onBackup", "onCleanup")),
            "onCleanup is no callback of the ability",
            f"the callbacks are {', '.join(CALLBACKS)}",
            "app/Backup.ets:5:3",
        ),
        (
            app(backup_class("onDestroy", code="onDestroy() { super.onDestroy() }")),
            "onDestroy is no callback of the ability",
            "onDestroy is a callback of other abilities",
            "app/Backup.ets:4:3",
        ),
        (
            app(
                FROM_BASE,
                Base=replace(
                    BASE, classes=(class_of("BackupExtensionAbility", "onRestoreFinished", name="Base", default=False),)
                ),
            ),
            "onRestoreFinished is no callback of the ability",
            f"the callbacks are {', '.join(CALLBACKS)}",
            "app/Base.ets:4:3",
        ),
    ],
    "BK806": [
        (
            app(script(class_of("", "onRestore", "onBackup"))),
            "class Backup extends nothing",
            "Backup (app/Backup.ets:3); it has onBackup, onRestore",
            "app/Backup.ets:3:7",
        ),
        (
            app(FROM_BASE, Base=script(class_of("", name="Base", default=False, line=8))),
            "class Base extends nothing",
            "Backup (app/Backup.ets:3) extends Base (app/Base.ets:8); it has onRestore",
            "app/Base.ets:8:7",
        ),
    ],
}

DEFAULT_IMPORT = imports("@ohos.application.BackupExtensionAbility", "default as Ability")
MISSES: dict[str, list[dict[str, Script]]] = {
    "BK801": [
        app(),
        app(importing(imports("./A", "a")), A=script()),
        app(importing(imports("@app/gone", "Gone", type_only=True))),
        app(importing(imports("./Gone", dynamic=True))),
        app(importing(imports("@ohos.nobody.knows", "x"), imports("@kit.Unknown", "y", lazy=True))),
    ],
    "BK802": [app(), app(script(export="(expression)")), app(FROM_BASE, Base=BASE)],
    "BK803": [
        app(),
        app(FROM_BASE, Base=BASE),
        app(script(class_of("Ability"), imported=(DEFAULT_IMPORT,))),
        app(script(class_of("Kit.BackupExtensionAbility"), imported=(imports(KIT, "* as Kit"),))),
        app(script(class_of("mixin(Base)"))),
        app(script(class_of("", "onBackup"))),
        app(script(class_of("Unknown"), imported=(KIT_IMPORT,))),
        app(script(class_of("Alias"), imported=(imports(KIT, "BackupExtensionAbility as Alias"),))),
        app(script(class_of("Own"), imported=(imports("./Base", "Base as Own"),)), Base=BASE),
        app(script(imported=(imports("./Base", "Base as Own"),), export="Own"), Base=BASE),
        app(script(imported=(imports("./Base", "default as Own"),), export="Own"), Base=replace(BASE, default_export="Base")),
        app(script(imported=(imports("./Base", "Base as default"),), export="default"), Base=BASE),
        app(FROM_BASE, Base=script(imported=(imports(KIT, "BackupExtensionAbility as Base"),))),
        app(FROM_BASE, Base=script(imported=(imports(KIT, "*"),))),
        app(FROM_BASE, Base=script(imported=(imports("./Deep", "*"),)), Deep=BASE),
        app(script(class_of("Base"), imported=(imports("./Backup", "Base"),))),
    ],
    "BK804": [
        app(),
        app(importing(imports("@kit.ArkUI", "display"), imports("@kit.AbilityKit", "*"), imports("@kit.AbilityKit", "Context"))),
        app(importing(imports("@ohos.window", "default", type_only=True), imports("@kit.ArkUI", "window", type_only=True))),
        app(importing(imports("@ohos.windowing", "default"), imports("@ohos.file.fs", "default"))),
    ],
    "BK805": [
        app(script(class_of("UIAbility", "onForeground"), imported=(imports("@kit.AbilityKit", "UIAbility"),))),
        app(backup_class(*CALLBACKS)),
        app(backup_class("onBackup", "onBackupDone", code="onBackup() { this.onBackupDone(); }")),
        app(backup_class("onNote", "onOpen", "constructor", "backupNotes", "onDatabaseUpgrade")),
        app(script(class_of("", "onCleanup", name="Helper", default=False), class_of("BackupExtensionAbility", "onBackup"))),
    ],
    "BK806": [
        app(),
        app(script(class_of("", "save"))),
        app(script(class_of("mixin(Base)", "onBackup"))),
        app(FROM_BASE, Base=BASE),
    ],
}
