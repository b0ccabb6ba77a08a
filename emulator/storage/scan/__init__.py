"""The full scan: which files of a sandbox leave it at backup, and why the others do not (data-plane 1.5, 1.6 and 2)."""

from __future__ import annotations

from emulator.storage.scan.decisions import Decision, decisions
from emulator.storage.scan.records import Fate, LeftOut, Scan, ScannedFile, ScanThrows
from emulator.storage.scan.roots import Root
from emulator.storage.scan.walk import scan

__all__ = ["Decision", "Fate", "LeftOut", "Root", "Scan", "ScanThrows", "ScannedFile", "decisions", "scan"]
