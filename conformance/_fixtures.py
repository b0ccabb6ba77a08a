"""Fixtures for a user's own tests of the extension under test. They exist in runs that name an extension.

def test_notes_come_back(session):
    session("full-backup")
    record = session("full-restore")
    assert record.end_code("com.example.app") == 0
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from emulator import Device, SessionKind, SessionPlan, nominal_plan

if TYPE_CHECKING:
    from conformance._smoke import Setup
    from emulator import Record, Subject
    from emulator.device import InstalledBundle

SETUP: pytest.StashKey[Setup] = pytest.StashKey()


@pytest.fixture(scope="session")
def extension(pytestconfig: pytest.Config) -> Subject:
    """The extension that ``--extension`` names; ``Device().install(extension)`` puts it on a device of your own."""
    return pytestconfig.stash[SETUP].subject


@pytest.fixture
def device(pytestconfig: pytest.Config) -> Iterator[Device]:
    """A new device with the profile of ``--device`` and nothing installed; it is gone after the test."""
    settings = pytestconfig.stash[SETUP].settings
    with Device(settings.device, seed=settings.seed, hang_limit_s=settings.hang_limit_s) as made:
        yield made


@pytest.fixture
def bundle(pytestconfig: pytest.Config, device: Device, extension: Subject) -> InstalledBundle:
    """The extension on ``device``, as com.example.app, with the package of ``--bundle`` and the data of ``--sandbox``."""
    setup = pytestconfig.stash[SETUP]
    return device.install(extension, package=setup.package, sandbox=setup.settings.sandbox)


@pytest.fixture
def session(device: Device, bundle: InstalledBundle) -> Callable[..., Record]:
    """Run a session on ``device``: ``session("full-restore", ext_info="")`` gives its record.

    The first argument is a kind of session (default: full-backup) or a whole `emulator.SessionPlan`; members of the plan
    can be changed by name. Sessions of one test follow each other on the same device.
    """

    def run(plan: str | SessionPlan = SessionKind.FULL_BACKUP, **changes: Any) -> Record:
        whole = plan if isinstance(plan, SessionPlan) else nominal_plan(SessionKind(plan))
        return device.run(replace(whole, **changes))

    return run
