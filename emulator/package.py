"""How the app is registered: the facts of module.json5 and backup_config.json that the stack acts on."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Package:
    """Registration of one bundle. The defaults are those of a subject without a package.

    ``allow_to_backup_restore`` is the gate of clauses 1.8 C-069; ``has_backup_extension`` says whether module.json5 has
    an extension of type backup at all.
    """

    module: str = "entry"
    allow_to_backup_restore: bool = True
    has_backup_extension: bool = True
    full_backup_only: bool = False
