"""The fixtures for a user's own tests, as the README shows them."""

from __future__ import annotations

from tests.conformance.plugin.project import Project

TESTS = '''
from hypothesis import given, settings, strategies as st

from emulator import Device, SessionKind, SessionPlan, nominal_plan


def test_extension(extension):
    """The subject that --extension names."""
    assert extension.callbacks == ("onBackupEx",)


def test_device(device, extension):
    """A device with nothing installed, under the profile of --device."""
    assert device.profile.name == "api-20"
    device.install(extension, "com.example.other")
    record = device.run(nominal_plan(SessionKind.FULL_BACKUP).__class__(bundles=("com.example.other",)))
    assert record.end_code("com.example.other") == 0


def test_bundle(device, bundle):
    """The extension, installed."""
    assert list(device.bundles) == ["com.example.app"]
    assert bundle.full_name == "com.example.app"


def test_session(session):
    """Sessions follow each other on one device."""
    record = session()
    assert record.kind == "full-backup"
    assert record.end_code("com.example.app") == 0
    assert session("full-restore", ext_info="").kind == "full-restore"
    assert session(SessionPlan(kind=SessionKind.INCREMENTAL_BACKUP)).kind == "incremental-backup"


@settings(max_examples=3)
@given(info=st.text(max_size=5))
def test_drawn(extension, info):
    """Under Hypothesis every example needs a device of its own."""
    with Device() as device:
        device.install(extension)
        assert device.run(SessionPlan(ext_info=info)).calls
'''


def test_fixtures(project: Project) -> None:
    project.write("test_users.py", TESTS)
    result = project.check("test_users.py", "--device=api-20", scripted=False)
    assert result.counts == "5 passed", result.out


def test_fixtures_are_listed_with_their_purpose(project: Project) -> None:
    result = project.check("--fixtures", "-q", scripted=False)
    assert result.code == 0
    for name in ("extension [session scope]", "device", "bundle", "session"):
        assert any(line.startswith(f"{name} -- ") for line in result.lines)


def test_sandbox(project: Project) -> None:
    project.write("app.py", "class Ext:\n    def onBackup(self): assert self.context.filesDir")
    project.write("data/data/storage/el2/base/haps/entry/files/note.txt", "hello")
    project.write(
        "test_users.py",
        """
        def test_one(session):
            record = session()
            left = [file["path"] for event in record.of_kind("file.out") for file in event.data["files"]]
            assert [path.rsplit("/", 1)[1] for path in left] == ["note.txt"]
        """,
    )
    result = project.check("test_users.py", "--sandbox=data", scripted=False)
    assert result.counts == "1 passed", result.out
