"""The one run timer of a bundle, of kind ext (the app's time) or fwk (the framework's) (control-plane 5.2, 5.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emulator.kernel import Rank
from emulator.kernel.events import NS_PER_MS, NS_PER_S
from emulator.profile import DeviceProfile
from emulator.service.session import BundleEntry

if TYPE_CHECKING:
    from emulator.service.service import BackupService


def fwk_timeout_s(profile: DeviceProfile, size: int) -> int:
    """Seconds that the framework's work on ``size`` bytes may take: at least the default timeout."""
    formula = profile.fwk_base_s + size // profile.fwk_slice_bytes * profile.fwk_slice_s
    return max(formula, profile.default_timeout_ms // 1000)


class RunTimers:
    """Starts, stops and updates the timers; an expiry is handled on the service's one timer thread."""

    def __init__(self, service: BackupService) -> None:
        self._service = service

    def start_ext(self, entry: BundleEntry) -> bool:
        """StartExtTimer; a running fwk timer is stopped first. False when an ext timer runs."""
        if entry.timer_kind == "ext":
            return False
        self.stop(entry)
        timeout_ms = entry.stored_timeout_ms
        if timeout_ms is None:
            timeout_ms = self._service.profile.default_timeout_ms
        self._start(entry, "ext", timeout_ms * NS_PER_MS)
        return True

    def stop_ext(self, entry: BundleEntry) -> bool:
        """StopExtTimer: forgets the stored value when the timer was running."""
        if entry.timer_kind == "ext":
            entry.stored_timeout_ms = None
            self.stop(entry)
        return True

    def start_fwk(self, entry: BundleEntry) -> bool:
        """StartFwkTimer for the bundle's data size; a running ext timer is stopped. False when a fwk timer runs."""
        if entry.timer_kind == "fwk":
            return False
        self.stop(entry)
        self._start(entry, "fwk", fwk_timeout_s(self._service.profile, entry.data_size) * NS_PER_S)
        return True

    def update(self, entry: BundleEntry, timeout_ms: int) -> None:
        """UpdateTimer: stored, and a running ext timer starts anew with the full value."""
        entry.stored_timeout_ms = timeout_ms
        if entry.timer_kind == "ext":
            self.stop(entry)
            self._start(entry, "ext", timeout_ms * NS_PER_MS)

    def stop(self, entry: BundleEntry) -> None:
        """Stop whichever runs."""
        if entry.timer is None:
            return
        entry.timer.cancel()
        self._service.journal.add("timer.stop", timer=entry.timer_kind, bundle=entry.name)
        entry.timer, entry.timer_kind = None, ""

    def start_connect(self, entry: BundleEntry) -> None:
        """The connect timer (control-plane 5.1)."""
        due_ns = self._service.kernel.now_ns + int(self._service.profile.connect_timer_s * NS_PER_S)
        self._service.journal.add("timer.start", timer="connect", bundle=entry.name, due_ns=due_ns)
        entry.connect_timer = self._service.kernel.call_at(due_ns, Rank.TIMER, self._connect_expired, entry)

    def stop_connect(self, entry: BundleEntry) -> None:
        """Drop the connect timer."""
        if entry.connect_timer is not None and entry.connect_timer.pending:
            entry.connect_timer.cancel()
            self._service.journal.add("timer.stop", timer="connect", bundle=entry.name)
        entry.connect_timer = None

    def _start(self, entry: BundleEntry, kind: str, ns: int) -> None:
        due_ns = self._service.kernel.now_ns + ns
        self._service.journal.add("timer.start", timer=kind, bundle=entry.name, due_ns=due_ns)
        entry.timer_kind = kind
        entry.timer = self._service.kernel.call_at(due_ns, Rank.TIMER, self._expired, entry, kind)

    def _expired(self, entry: BundleEntry, kind: str) -> None:
        self._service.journal.add("timer.expired", timer=kind, bundle=entry.name)
        if entry.timer is not None and not entry.timer.pending:  # else a second append of the name has lost it
            entry.timer, entry.timer_kind = None, ""
        self._service.timer_thread.submit(self._service.endings.timed_out, self._service.session, entry)

    def _connect_expired(self, entry: BundleEntry) -> None:
        self._service.journal.add("timer.expired", timer="connect", bundle=entry.name)
        self._service.endings.connect_timed_out(self._service.session, entry)
