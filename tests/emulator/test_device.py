"""A device between its sessions."""

from __future__ import annotations

from emulator import Device, SessionPlan, load_subject
from tests.emulator.harness import S


class Ext:
    def onBackup(self) -> None: ...


def test_a_session_begins_at_time_zero_whatever_was_before() -> None:
    """Also where the time before left no event."""
    with Device() as fresh, Device() as waited:
        for device in (fresh, waited):
            device.install(load_subject(Ext))
        waited.advance(5 * S)
        assert waited.run(SessionPlan()).events == fresh.run(SessionPlan()).events


def test_a_session_runs_on_the_device_as_it_is_set_up_by_then() -> None:
    with Device() as device:
        device.install(load_subject(Ext))
        device.seed = 7
        assert device.run(SessionPlan()).seed == device.host.seed == 7
