"""One emulated phone: installed bundles with their sandboxes, a service, virtual time, and what is wrong with it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

from emulator.conditions import Condition
from emulator.extension.blobs import Outgoing
from emulator.extension.data_plane import DataPlane
from emulator.extension.host import Host
from emulator.extension.outgoing import FullBackup, Packer, owner_of
from emulator.extension.process import ExtensionProcess
from emulator.journal import Journal
from emulator.kernel import Kernel
from emulator.kernel.events import NS_PER_S, TieOrder
from emulator.package import Package
from emulator.plan import DEFAULT_BUNDLE, SessionPlan
from emulator.profile import PRESETS, DeviceProfile
from emulator.record import Record
from emulator.service.service import BackupService
from emulator.storage.config import DOCUMENTED_INCLUDES, BackupConfig
from emulator.storage.disk import HEALTHY_DISK
from emulator.storage.faults import disk_for
from emulator.storage.host_place import PLACES
from emulator.storage.host_tree import remove_tree
from emulator.storage.planting import plant
from emulator.storage.sandbox import Sandbox, Snapshot
from emulator.storage.transfer import Archive, SeedFromDirectory
from emulator.subject import Subject

WALL_EPOCH_NS = 1_782_864_000 * NS_PER_S
"""What the wall clock of a new device shows: 2026-07-01 00:00:00 UTC."""


UNREGISTERED = Package()
"""How an app counts of which nobody says how it is registered."""


class DeviceError(RuntimeError):
    """The device is used in a way that makes no sense; the message says what to do instead."""


class InstalledBundle:
    """An app on the device. ``ext_info_override`` replaces what an append makes of the client's infos."""

    def __init__(self, full_name: str, subject: Subject, package: Package, profile: DeviceProfile, sandbox: Sandbox) -> None:
        self.full_name = full_name
        self.subject = subject
        self.package = package
        self.profile = profile
        self.sandbox = sandbox
        self.ext_info_override: str | None = None
        self.archive: Archive | None = None
        self.last_files: Snapshot | None = None
        self.config: BackupConfig = package.config
        """The app's profile as this device reads it (clauses V-11)."""
        if profile.v_11_default_includes == "docs":
            self.config = replace(package.config, default_includes=DOCUMENTED_INCLUDES)
        self._call_numbers = count(1)

    @property
    def allows_backup(self) -> bool:
        """allowToBackupRestore."""
        return self.package.allow_to_backup_restore

    @property
    def has_backup_extension(self) -> bool:
        """Whether the bundle manager knows a backup extension of it."""
        return self.package.has_backup_extension

    def next_call_number(self) -> int:
        """Numbers the calls of a session."""
        return next(self._call_numbers)

    def share_call_numbers(self, numbers: count[int]) -> None:
        """Number calls together with the other bundles of the device."""
        self._call_numbers = numbers


class Device:
    """A device. Two devices with the same arguments and the same history give byte-identical records.

    ``seed`` seeds the app's random numbers. ``tie_order="lifo"`` reverses the order of events at equal times. These and the
    conditions may be replaced between two sessions.
    ``hang_limit_s`` bounds the CPU seconds of one call into the app that no tick can see.
    """

    def __init__(
        self,
        profile: DeviceProfile = PRESETS["latest"],
        conditions: Iterable[Condition] = (),
        seed: int = 0,
        tie_order: TieOrder = "fifo",
        hang_limit_s: float | None = 5.0,
        data: DataPlane | None = None,
    ) -> None:
        self.profile = profile
        self.conditions = tuple(conditions)
        self.seed = seed
        self.tie_order: TieOrder = tie_order
        self.hang_limit_s = hang_limit_s
        self.bundles: dict[str, InstalledBundle] = {}
        self.settings: dict[tuple[str, str], str] = {}
        """What @ohos.settings has, by domain (global, system, secure) and name; it survives a boot."""
        self.data_shares: dict[str, list[dict[str, Any]]] = {}
        """What other apps share with @ohos.data.dataShare: rows by the ``datashare://`` URI of their table."""
        self._data = data if data is not None else DataPlane()
        self._directory: Path | None = None
        self._up_ns = 0
        self._clear_records: set[str] = set()
        self._start()

    # life --------------------------------------------------------------------------------------------------------------

    def boot(self) -> None:
        """Start anew at virtual time 0, as the device is set up by now; no process survives, and what is on the disk stays."""
        self.end_processes()
        self._forget()
        self._start()

    def _start(self) -> None:
        self._booted_as = self._setup
        self.kernel = Kernel(self.tie_order, self.profile.stuck_escape_s * NS_PER_S)
        self.journal = Journal(self.kernel)
        self.processes: list[ExtensionProcess] = []
        self.host = Host(
            self.kernel,
            self.journal,
            self.conditions,
            WALL_EPOCH_NS + self._up_ns,
            self.seed,
            disk=disk_for(self.conditions, self._note_fault),
            settings=self.settings,
            data_shares=self.data_shares,
        )
        self.service = BackupService(self, self._data, self._clear_records)
        self._call_numbers = count(1)
        for bundle in self.bundles.values():
            bundle.share_call_numbers(self._call_numbers)

    @property
    def _setup(self) -> tuple[object, ...]:
        return self.profile, self.conditions, self.seed, self.tie_order

    @property
    def _just_booted(self) -> bool:
        """Whether another boot would change nothing."""
        untouched = not self.journal.events and self.kernel.next_ns is None and not self.kernel.now_ns
        return untouched and self._booted_as == self._setup

    def _note_fault(self, condition: str, text: str) -> None:
        self.journal.add("condition", name=condition, text=text)

    def _forget(self) -> None:
        """Let go of what happened: the device's parts point at each other in circles, so that the garbage collector would
        have to look through all of it. What still waits in the service never goes on.
        """
        self.journal.events = []
        self.service.stop()

    def close(self) -> None:
        """End everything and remove the sandboxes. A device can be used as a context manager instead."""
        try:
            self.end_processes()
        finally:
            self._forget()
            if self._directory is not None:
                _remove(self._directory)
                PLACES.give_back(self._directory)
                self._directory = None

    def __enter__(self) -> Device:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def run_until_idle(self) -> None:
        """Let virtual time pass until nothing is due any more."""
        self.kernel.run_until_idle()

    def advance(self, ns: int) -> None:
        """Let exactly ``ns`` of virtual time pass."""
        self.kernel.advance(ns)

    # bundles -----------------------------------------------------------------------------------------------------------

    def install(
        self,
        subject: Subject,
        name: str = DEFAULT_BUNDLE,
        *,
        clone_index: int = 0,
        package: Package | None = None,
        sandbox: Path | Callable[[Path], None] | None = None,
    ) -> InstalledBundle:
        """Install an app. ``sandbox``: a directory to copy the app's data from, or a function that makes it in a given root.

        A clone is known as ``name:index`` everywhere. Raises DeviceError when the name is taken.
        """
        full_name = f"{name}:{clone_index}" if clone_index else name
        if full_name in self.bundles:
            raise DeviceError(f"{full_name} is installed already: uninstall it first, or give a clone_index")
        package = package or subject.package or UNREGISTERED
        seed = SeedFromDirectory(sandbox) if isinstance(sandbox, Path) else sandbox
        tree = _LazySandbox(self, full_name.replace(":", "+"), package.module, seed)
        bundle = InstalledBundle(full_name, subject, package, self.profile, tree)
        bundle.share_call_numbers(self._call_numbers)
        self.bundles[full_name] = bundle
        return bundle

    def archive_of(self, bundle: InstalledBundle) -> Archive:
        """What a full backup of the app's present files would give, without asking the app."""
        backup = FullBackup(bundle.sandbox, bundle.config, Packer(owner_of(self.profile.user_id)), HEALTHY_DISK)
        archive, entries = Archive(), []
        for made in backup.blobs():
            if isinstance(made, Outgoing) and not made.error:
                archive.keep(made.blob)
                entries.append(made.entry)
                if made.is_tar:
                    bundle.sandbox.remove_staged(made.blob.path)
        archive.keep(backup.index(entries))
        return archive

    def uninstall(self, name: str) -> None:
        """Remove an app and its data."""
        bundle = self.bundles.pop(name, None)
        if bundle is None:
            raise DeviceError(f"{name} is not installed; installed are {', '.join(self.bundles) or 'none'}")
        if bundle.sandbox.exists:
            remove_tree(bundle.sandbox.root)

    def directory(self) -> Path:
        """Where the device's disk is on the host; made when first asked for."""
        if self._directory is None:
            self._directory = PLACES.take()
        return self._directory

    # processes ---------------------------------------------------------------------------------------------------------

    def start_process(self, bundle: InstalledBundle, purpose: str) -> ExtensionProcess:
        """A new process of the app's extension."""
        process = ExtensionProcess(self.host, len(self.processes) + 1, bundle, purpose)
        self.processes.append(process)
        return process

    def end_processes(self) -> None:
        """The device is switched off: no process survives."""
        for process in self.processes:
            if process.alive:
                process.on_died = lambda: None
                process.end("session-over")
        self.kernel.run_due()

    def restart_service(self) -> None:
        """The service died and comes up again; residues of the last life are cleaned in a session of its own."""
        self.service = BackupService(self, self._data, self._clear_records)
        self.service.clean_residues()

    # sessions ----------------------------------------------------------------------------------------------------------

    def run(self, plan: SessionPlan) -> Record:
        """Boot, carry out one session as a client would, let it come to its end, and return its record."""
        from emulator.client.driver import carry_out

        self._clear_records.clear()
        if not self._just_booted:
            self.boot()
        for bundle in self.bundles.values():
            plant(bundle.sandbox, self.conditions)
        complete, blocked = carry_out(self, plan)
        self._up_ns += self.kernel.now_ns + NS_PER_S
        return self.record(plan, complete, blocked)

    def record(self, plan: SessionPlan | None = None, complete: bool = True, blocked: str = "") -> Record:
        """What happened since the last boot."""
        first = next(iter(self.bundles.values()), None)
        return Record(
            subject=_describe(first.subject) if first else {},
            profile=self.profile.to_json(),
            plan=(plan or SessionPlan()).to_json(),
            conditions=tuple(c.to_json() for c in self.conditions),
            seed=self.seed,
            events=tuple(self.journal.events),
            tie_order=self.tie_order,
            complete=complete,
            blocked=blocked,
        )


def _remove(directory: Path) -> None:
    """Remove all of it, also when Ctrl-C comes in between: removing is where much of a run's time goes."""
    try:
        remove_tree(directory)
    except KeyboardInterrupt:
        remove_tree(directory)
        raise


_NOWHERE = Path(os.devnull, "sandbox")
"""No file of the host can be there."""


class _LazySandbox(Sandbox):
    """A sandbox whose place on the host is decided when it is first made."""

    def __init__(self, device: Device, name: str, module: str, seed: Callable[[Path], None] | None) -> None:
        super().__init__(_NOWHERE, module, seed)
        self._device = device
        self._name = name

    def make(self) -> Path:
        if not self.exists:
            self.root = self._device.directory() / self._name
        return super().make()


def _describe(subject: Subject) -> dict[str, Any]:
    return {
        "spec": subject.spec,
        "language": subject.language,
        "callbacks": list(subject.callbacks),
        "source": {"file": subject.file, "places": dict(subject.places)},
    }
