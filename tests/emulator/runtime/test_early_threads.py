"""Threads that start while the app's module is imported or its first instance is made: the app's own are refused or wait for
their process, those of libraries are real.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from emulator import Device, SubjectError, load_subject, nominal_plan
from emulator.plan import SessionKind
from tests.emulator.harness import seen

EXT = """
OK = '{"type": "ErrorInfo", "errorCode": 0, "errorInfo": ""}'
class Ext:
    context = None
    def onBackupEx(self, backupInfo):
        return OK
"""
SERVE = """
import queue, threading
jobs = queue.Queue()
def serve():
    while True:
        reply, answer = jobs.get()
        reply.put(answer)
"""


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    modules, threads = set(sys.modules), set(threading.enumerate())
    yield tmp_path
    for name in set(sys.modules) - modules:
        del sys.modules[name]
    assert not set(threading.enumerate()) - threads


OWN = {
    "a thread": (SERVE + "threading.Thread(target=serve, daemon=True).start()", 8),
    "a timer": ("import threading\nthreading.Timer(1, print).start()", 2),
    "a class of its own": (
        "import threading\nclass T(threading.Thread):\n    def start(self):\n        super().start()\nT().start()",
        4,
    ),
    "a listener of the standard library": (
        "import logging.handlers, queue\nlogging.handlers.QueueListener(queue.Queue()).start()",
        2,
    ),
    "an error that is caught": ("import threading\ntry:\n    threading.Thread().start()\nexcept BaseException: pass", 3),
}


@pytest.mark.parametrize("case", OWN)
@pytest.mark.parametrize("spec", ["early_app.Ext", "early_app.py:Ext"])
def test_one_that_the_module_starts_is_refused(app: Path, case: str, spec: str) -> None:
    source, line = OWN[case]
    (app / "early_app.py").write_text(source + "\n" + EXT)
    for _ in range(2):
        with pytest.raises(SubjectError) as refused:
            load_subject(spec)
        assert str(refused.value) == (
            f"--extension={spec}: importing {spec.rpartition('.' if spec[-4] == '.' else ':')[0]} starts a thread "
            f"(early_app.py:{line}), of which each process of the device would have one of its own; start it in a callback or "
            "in __init__, which run in the emulated process"
        )


def test_also_in_another_module_of_its_package(app: Path) -> None:
    (app / "early_package").mkdir()
    (app / "early_package" / "__init__.py").write_text("")
    (app / "early_package" / "worker.py").write_text(SERVE + "threading.Thread(target=serve).start()")
    (app / "early_package" / "ext.py").write_text("from early_package import worker\n" + EXT)
    with pytest.raises(SubjectError, match=r"starts a thread \(early_package/worker.py:8\)"):
        load_subject("early_package.ext.Ext")


def test_one_of_a_library_is_real(app: Path) -> None:
    (app / "early_library.py").write_text(
        "import threading\nseen = []\ndef note(): seen.append(threading.get_ident())\n"
        "def begin():\n    thread = threading.Thread(target=note)\n    thread.start()\n    thread.join()\nbegin()"
    )
    (app / "early_app.py").write_text("import early_library\nearly_library.begin()\n" + EXT)
    load_subject("early_app.Ext")
    seen_by = sys.modules["early_library"].seen
    assert len(seen_by) == 2
    assert threading.get_ident() not in seen_by


def test_a_pool_may_work_already(app: Path) -> None:
    source = (
        "from concurrent.futures import ThreadPoolExecutor\nwith ThreadPoolExecutor(1) as pool: READY = pool.submit(int, '7')"
    )
    (app / "early_app.py").write_text(source + "\n" + EXT)
    load_subject("early_app.Ext")
    assert sys.modules["early_app"].READY.result() == 7


IN_INIT = (
    SERVE
    + """
OK = '{"type": "ErrorInfo", "errorCode": 0, "errorInfo": ""}'
class Ext:
    context = None
    def __init__(self):
        threading.Thread(target=serve, daemon=True).start()
    def onBackupEx(self, backupInfo):
        reply = queue.Queue()
        jobs.put((reply, OK))
        return reply.get()
"""
)


def test_one_that_init_starts_runs_in_each_process_alone(app: Path) -> None:
    (app / "early_app.py").write_text(IN_INIT)
    subject = load_subject("early_app.Ext")
    assert subject.callbacks == ("onBackupEx",)
    for _ in range(2):
        with Device() as device:
            device.install(subject)
            assert ("onBundleEnd", 0) in seen(device.run(nominal_plan(SessionKind.FULL_BACKUP)))


def test_a_class_without_callbacks_that_starts_one(app: Path) -> None:
    (app / "early_app.py").write_text(IN_INIT.replace("onBackupEx", "other"))
    with pytest.raises(SubjectError, match=r"Ext\(\) starts a thread \(early_app.py:13\) and the class defines none"):
        load_subject("early_app.Ext")
