"""The part of ``docs/kits.md`` on ArkTS: what each kit has and lacks of the names in the public declarations.

``python -m tests.meta.kits_arkts`` writes it, from ``tests/emulator/runtime/arkts/declared.json`` and the kits themselves.
"""

from __future__ import annotations

import json
from pathlib import Path

from tests.emulator.runtime.arkts.kit_cases import KITS, shown
from tests.meta.sdk_names import DECLARED, ROOT

DOCUMENT = ROOT / "docs" / "kits.md"
BEGIN = "<!-- what follows is written by tests/meta/kits_arkts.py -->"
END = "<!-- end of what tests/meta/kits_arkts.py writes -->"

_HEADING = """
## ArkTS: names of the declarations

For a subject in ArkTS the kits are called by their own module names. "has" counts the names that the public declarations
have at run time, members of classes included. A name that a kit lacks, and a module that is not in this table, is noted in
the record: it does nothing while modules are loaded, and throws 801 when a callback uses it.

| module | has | lacks |
|---|---|---|
"""

_LACKING = """
((names) => {{
  const made = (Class) => {{
    try {{
      return new Class();
    }} catch {{
      return {{}};
    }}
  }};
  const own = (thing, name) => {{
    if (thing === undefined || thing === null) return false;
    if (name in Object(thing)) return true;
    return typeof thing === "function" && (name in Object(thing.prototype) || name in made(thing));
  }};
  const within = (holder, [first, ...rest]) => own(holder, first) && (rest.length === 0 || within(Object(holder)[first], rest));
  const has = (name) => within(own(kit, name.split(".")[0]) ? kit : exports, name.split("."));
  return names.filter((name) => !has(name));
}})({names})
"""


def _kit_files() -> dict[str, str]:
    """The modules with declarations whose kit is there."""
    modules = json.loads((KITS / "modules.json").read_text(encoding="utf-8"))["ohos"]
    declared = json.loads(DECLARED.read_text(encoding="utf-8"))
    return {name: file for name, file in modules.items() if declared.get(name) and (KITS / f"{file}.js").is_file()}


def lacking(module: str, names: list[str]) -> list[str]:
    """Declared names that a kit does not have. Raises AssertionError when the kit cannot be loaded."""
    code = _LACKING.format(names=json.dumps(names))
    (answer,) = shown(module, (code,))
    assert not answer.startswith("throws"), f"{module}: {answer}"
    found: list[str] = json.loads(answer)
    return found


def _folded(names: list[str]) -> str:
    """A class that is missing as a whole stands for its members."""
    missing = set(names)
    kept = [name for name in names if not any(name.startswith(f"{other}.") for other in missing)]
    return ", ".join(kept) or "nothing"


def section() -> str:
    """The section as it ought to be."""
    declared = json.loads(DECLARED.read_text(encoding="utf-8"))
    rows = []
    for module in sorted(_kit_files()):
        names = declared[module]
        missing = lacking(module, names)
        rows.append(f"| {module} | {len(names) - len(missing)} of {len(names)} | {_folded(missing)} |")
    return _HEADING + "\n".join(rows) + "\n"


def written(text: str) -> str:
    """A document with the section in its place, at the end when it has none."""
    before, _, rest = text.partition(f"\n{BEGIN}\n")
    _, _, after = rest.partition(f"{END}\n")
    return f"{before.rstrip()}\n\n{BEGIN}\n{section()}\n{END}\n{after}"


def main(document: Path = DOCUMENT) -> None:
    """Write the section."""
    document.write_text(written(document.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
