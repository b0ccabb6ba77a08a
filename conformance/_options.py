"""The options of the pytest plugin: one table for the command line and for ini files, read into one value.

Nothing here imports more than pytest: this module is loaded in every pytest run of an environment with the plugin.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeVar

import pytest

PROFILES = ("quick", "gate", "fuzz")
SHIM_SUFFIXES = (".js", ".ts", ".ets", ".py")

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Option:
    """One option: ``--flag`` on the command line, the same name with underscores in an ini file."""

    flag: str
    metavar: str
    help: str
    default: str = ""
    ini_type: Literal["string", "int", "float", "bool", "linelist", "args"] = "string"
    on_command_line: bool = True

    @property
    def ini(self) -> str:
        """Its name in an ini file."""
        return self.flag.removeprefix("--").replace("-", "_")


OPTIONS = (
    Option(
        "--extension",
        "SPEC",
        "the extension under test: pkg.module.Class, path/to/file.py:Class, path/to/file.ets or the directory of a project",
    ),
    Option("--bundle", "DIR", "the app's module: DIR/module.json5 or DIR/src/main/module.json5, and its backup_config.json"),
    Option("--sandbox", "DIR", "the app's data: the root of a device, with DIR/data/storage/el2/base/..."),
    Option("--device", "NAME|FILE.json", "the device profile: api-12, api-18, api-20, latest, or a file", "latest"),
    Option(
        "--condition",
        "NAME:key=value,...",
        "something that is wrong with the device, added to the condition suite; can be given several times",
        ini_type="linelist",
    ),
    Option(
        "--kit-shim",
        "MODULE=FILE",
        "what plays a module that the emulated device does not have, for an ArkTS extension: a file .js, .ts, .ets or .py; "
        "can be given several times",
        ini_type="linelist",
    ),
    Option("--conformance-profile", "|".join(PROFILES), "how much is run", "gate"),
    Option("--conformance-seed", "N", "seed of everything that is drawn", "0", ini_type="int"),
    Option("--conformance-examples", "N", "how many sessions the fuzzer draws", "of the profile", ini_type="int"),
    Option("--conformance-budget", "TIME", "how long the fuzzer may go on: 600s, 10m, 8h", "of the profile"),
    Option("--conformance-strict", "", "warnings and blocked rules fail the run too", "off", ini_type="bool"),
    Option("--conformance-waivers", "FILE.toml", "known findings that do not fail the run"),
    Option("--conformance-json", "FILE", "write the report as JSON"),
    Option(
        "--conformance-files",
        "",
        "show which files of the app leave the device in a full backup, and why the others do not",
        "off",
        ini_type="bool",
    ),
    Option("--conformance-explain", "RULE", "say what a rule means, and do nothing else"),
    Option("--hang-limit", "SECONDS", "CPU time that one call into the extension may take", "5", ini_type="float"),
    Option("--replay", "FILE", "run the session of a saved scenario instead of the suites"),
    Option("--conformance-ignore", "RULE ...", "rules that are not run", ini_type="args", on_command_line=False),
)


@dataclass(frozen=True)
class Options:
    """What the user asked for. Paths are absolute; nothing but their text has been looked at yet."""

    extension: str
    import_root: Path
    """The directory that is put on sys.path for the import of the extension."""
    bundle: Path | None = None
    sandbox: Path | None = None
    device: str = "latest"
    conditions: tuple[str, ...] = ()
    kit_shims: Mapping[str, Path] = field(default_factory=dict)
    """Files by the module that they play."""
    profile: str = "gate"
    seed: int = 0
    examples: int | None = None
    budget_s: float | None = None
    strict: bool = False
    waivers: Path | None = None
    json: Path | None = None
    files: bool = False
    hang_limit_s: float = 5.0
    debugger: bool = False
    """A debugger is on: no net may strike."""
    replay: Path | None = None
    ignore: tuple[str, ...] = ()
    rerun: tuple[str, ...] = ()
    """The options that a command needs to see the same subject on the same device."""


def declare(parser: pytest.Parser) -> None:
    """Add every option to the command line and to ini files."""
    group = parser.getgroup("backup conformance", "conformance of a BackupExtensionAbility (pytest-backup-extension)")
    for option in OPTIONS:
        default = f" (default: {option.default})" if option.default else ""
        if option.on_command_line:
            arguments: dict[str, Any] = {"default": None, "help": option.help.replace("%", "%%") + default}
            if option.ini_type == "bool":
                arguments["action"] = "store_true"
            else:
                arguments["metavar"] = option.metavar
                arguments["action"] = "append" if option.ini_type == "linelist" else "store"
            group.addoption(option.flag, **arguments)
        parser.addini(option.ini, f"{option.flag}: {option.help}", type=option.ini_type, default=None)


def explained_rule(config: pytest.Config) -> str | None:
    """The rule that ``--conformance-explain`` names, if any."""
    value, _ = _given(config, "--conformance-explain")
    return str(value) if value is not None else None


def read(config: pytest.Config) -> Options | None:
    """The options of this run, or None when no extension is named. Raises UsageError for what cannot be read."""
    extension, from_ini = _given(config, "--extension")
    if extension is None:
        _refuse_orphans(config)
        return None
    base = _ini_directory(config) if from_ini else config.invocation_params.dir
    return Options(
        extension=_named_in_ini(str(extension), base) if from_ini else str(extension),
        import_root=base,
        bundle=_path(config, "--bundle"),
        sandbox=_path(config, "--sandbox"),
        device=_device(config),
        conditions=tuple(_given(config, "--condition")[0] or ()),
        kit_shims=_kit_shims(config),
        profile=_read(config, "--conformance-profile", _profile, "gate"),
        seed=_read(config, "--conformance-seed", _whole_number, 0),
        examples=_read(config, "--conformance-examples", _count, None),
        budget_s=_read(config, "--conformance-budget", _duration, None),
        strict=bool(_given(config, "--conformance-strict")[0]),
        waivers=_path(config, "--conformance-waivers"),
        json=_path(config, "--conformance-json"),
        files=bool(_given(config, "--conformance-files")[0]),
        hang_limit_s=_read(config, "--hang-limit", _seconds, 5.0),
        debugger=bool(config.getoption("usepdb", False)) or bool(config.getoption("trace", False)),
        replay=_path(config, "--replay"),
        ignore=tuple(_given(config, "--conformance-ignore")[0] or ()),
        rerun=tuple(_for_rerun(config)),
    )


def _refuse_orphans(config: pytest.Config) -> None:
    orphans = [o.flag for o in OPTIONS if o.on_command_line and config.getoption(o.flag) is not None]
    if orphans:
        raise pytest.UsageError(f"{', '.join(orphans)}: name what is under test too, with --extension=pkg.module.Class")


def _given(config: pytest.Config, flag: str) -> tuple[Any, bool]:
    """The value of an option and whether it comes from an ini file; (None, False) when it is not given."""
    option = next(o for o in OPTIONS if o.flag == flag)
    value = config.getoption(flag) if option.on_command_line else None
    if value is not None:
        return value, False
    try:
        value = config.getini(option.ini)
    except (TypeError, ValueError, pytest.UsageError) as error:
        raise pytest.UsageError(f"ini option {option.ini}: {error}") from None
    return (None, False) if value in (None, "", []) else (value, True)


def _read(config: pytest.Config, flag: str, convert: Callable[[str], _T], default: Any) -> _T:
    value, from_ini = _given(config, flag)
    if value is None:
        return default  # type: ignore[no-any-return]
    try:
        return convert(str(value))
    except ValueError as error:
        name = f"ini option {flag.removeprefix('--').replace('-', '_')}" if from_ini else flag
        raise pytest.UsageError(f"{name}: {error}") from None


def _profile(text: str) -> str:
    if text not in PROFILES:
        raise ValueError(f"{text!r} is none of {', '.join(PROFILES)}")
    return text


def _whole_number(text: str) -> int:
    if not re.fullmatch(r"\d+", text):
        raise ValueError(f"{text!r} is no whole number")
    return int(text)


def _count(text: str) -> int:
    if _whole_number(text) < 1:
        raise ValueError("at least 1 is needed")
    return int(text)


def _seconds(text: str) -> float:
    if not re.fullmatch(r"\d+(\.\d+)?s?", text) or float(text.removesuffix("s")) <= 0:
        raise ValueError(f"{text!r} is no number of seconds above 0")
    return float(text.removesuffix("s"))


def _duration(text: str) -> float:
    match = re.fullmatch(r"(\d+(?:\.\d+)?)(s|m|h)?", text)
    if match is None or float(match[1]) <= 0:
        raise ValueError(f"{text!r} is no time above 0, like 600s, 10m or 8h")
    return float(match[1]) * {"s": 1, "m": 60, "h": 3600}[match[2] or "s"]


def _ini_directory(config: pytest.Config) -> Path:
    return config.inipath.parent if config.inipath is not None else config.invocation_params.dir


def _path(config: pytest.Config, flag: str) -> Path | None:
    value, from_ini = _given(config, flag)
    if value is None:
        return None
    return (_ini_directory(config) if from_ini else config.invocation_params.dir) / str(value)


def _kit_shims(config: pytest.Config) -> dict[str, Path]:
    given, from_ini = _given(config, "--kit-shim")
    base = _ini_directory(config) if from_ini else config.invocation_params.dir
    name = "ini option kit_shim: " if from_ini else "--kit-shim="
    shims: dict[str, Path] = {}
    for text in given or ():
        module, _, file = (part.strip() for part in text.partition("="))
        if not module or not file:
            raise pytest.UsageError(f"{name}{text}: expected MODULE=FILE, like libentry.so=fakes/entry.ets")
        if module.startswith((".", "/")):
            raise pytest.UsageError(f"{name}{text}: a file of the app's own is no module that a shim could play")
        if not file.endswith(SHIM_SUFFIXES):
            raise pytest.UsageError(f"{name}{text}: a shim is a file of {', '.join(SHIM_SUFFIXES)}")
        if module.replace(":", ".") in shims:
            raise pytest.UsageError(f"{name}{text}: {module} has a shim already, {shims[module.replace(':', '.')].name}")
        shims[module.replace(":", ".")] = base / file
    return shims


def _device(config: pytest.Config) -> str:
    value, from_ini = _given(config, "--device")
    return "latest" if value is None else _place(str(value), _ini_directory(config)) if from_ini else str(value)


def _place(value: str, base: Path) -> str:
    """A file that an ini file names lies beside that ini file."""
    return str(base / value) if value.endswith(".json") else value


def _named_in_ini(extension: str, base: Path) -> str:
    """The same for an extension; a directory is a project."""
    is_path = re.search(r"\.(py|ets|ts|js)(:|$)", extension) or (base / extension).is_dir()
    return str(base / extension) if is_path else extension


def _for_rerun(config: pytest.Config) -> list[str]:
    given = ((flag, config.getoption(flag)) for flag in ("--extension", "--bundle", "--sandbox", "--device", "--kit-shim"))
    return [f"{flag}={text}" for flag, value in given for text in (value if isinstance(value, list) else [value]) if text]
