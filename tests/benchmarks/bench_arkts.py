"""ArkTS sessions against sessions of the same class in Python, both processes counted, and what an ArkTS run costs.

How to run it is in docs/performance.md. At least a third of the sessions that Python carries out in the same time; 0.2 ms for an
onProcess; 6 s for the sample project when it is transpiled already, 2 s to its first verdict when it is not; an engine that stays
below its limit over 4,000 sessions.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from emulator import BackupExtensionAbility, Device, SessionKind, load_subject, nominal_plan
from emulator.guard import guarded
from emulator.runtime.arkts import frames, host
from emulator.subject import Subject
from tests.benchmarks.bench_run import ROOT, one_run

ROUNDS, SESSIONS = 8, 100
LIMIT = 3.0
CALL_MS = 0.2
WARM_S, FIRST_VERDICT_S = 6.0, 2.0
MANY = 4_000
RSS_MIB = host.HEAP_MB + 64
HANG_LIMIT_S = 5.0
SAMPLES = ROOT / "fixtures" / "samples"
PROJECT = ROOT / "fixtures" / "harmony_notes"

needs_proc = pytest.mark.skipif(sys.platform != "linux", reason="reads what a process has used from /proc")


class InPython(BackupExtensionAbility):
    """fixtures/samples/on_backup_ex_async.ets."""

    async def onBackupEx(self, backupInfo: str) -> str:
        print("onBackupEx ok")
        return json.dumps({"type": "ErrorInfo", "errorCode": 0, "errorInfo": "app customized error info"})


class Blocking(BackupExtensionAbility):
    """fixtures/samples/on_backup_ex_sync.ets."""

    def onBackupEx(self, backupInfo: str) -> str:
        print("onBackupEx ok")
        return json.dumps({"type": "ErrorInfo", "errorCode": 0, "errorInfo": "app customized error info"})


def session(subject: Subject) -> None:
    with Device() as device:
        device.install(subject)
        device.run(nominal_plan(SessionKind.FULL_BACKUP))


def engines_cpu_s() -> float:
    """CPU seconds of all engines."""
    ticks = 0
    for engine in host._all:
        fields = Path(f"/proc/{engine.pid}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def engines_rss_mib() -> int:
    """Resident memory of the largest engine."""
    pages = [int(Path(f"/proc/{engine.pid}/statm").read_text().split()[1]) for engine in host._all]
    return max(pages) * os.sysconf("SC_PAGE_SIZE") >> 20


def in_turns(*subjects: Subject) -> list[tuple[float, float]]:
    """CPU and wall ms of one session of each: the least disturbed of the rounds in which they take turns."""
    samples: list[list[tuple[float, float]]] = [[] for _ in subjects]
    for _ in range(ROUNDS):
        for subject, taken in zip(subjects, samples, strict=True):
            wall, cpu = time.perf_counter(), time.process_time() + engines_cpu_s()
            for _ in range(SESSIONS):
                session(subject)
            cpu = time.process_time() + engines_cpu_s() - cpu
            taken.append((cpu / SESSIONS * 1e3, (time.perf_counter() - wall) / SESSIONS * 1e3))
    return [(min(cpu for cpu, _ in taken), min(wall for _, wall in taken)) for taken in samples]


@needs_proc
@pytest.mark.parametrize(("python", "file"), [(InPython, "on_backup_ex_async.ets"), (Blocking, "on_backup_ex_sync.ets")])
def bench_session_against_python(python: type[Any], file: str) -> None:
    subjects = load_subject(str(SAMPLES / file)), load_subject(python)
    with guarded(HANG_LIMIT_S):
        for subject in subjects:
            session(subject)
        (arkts_cpu, arkts_wall), (python_cpu, python_wall) = in_turns(*subjects)
    print(
        f"\n{file}: {arkts_wall:.2f} ms a session, Python {python_wall:.2f} ms, ratio {arkts_wall / python_wall:.2f} "
        f"(limit {LIMIT}); CPU of both processes {arkts_cpu:.2f} ms, Python {python_cpu:.2f} ms, {arkts_cpu / python_cpu:.2f}"
    )
    assert arkts_wall <= LIMIT * python_wall


def bench_call_of_on_process(monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[float] = []
    run: Callable[..., None] = frames.Frames.run

    def timed(self: frames.Frames, runner: frames.Runner, name: str, /, **members: Any) -> None:
        begin = time.perf_counter()
        run(self, runner, name, **members)
        if members.get("name") == "onProcess":
            taken.append((time.perf_counter() - begin) * 1e3)

    monkeypatch.setattr(frames.Frames, "run", timed)
    subject = load_subject(str(SAMPLES / "on_process.ets"))
    with guarded(HANG_LIMIT_S):
        while len(taken) < 2_000:
            session(subject)
    p50, p99 = statistics.median(taken), statistics.quantiles(taken, n=100)[98]
    print(f"\nonProcess: p50 {p50:.3f} ms, p99 {p99:.3f} ms (limit {CALL_MS}) of {len(taken)}")
    assert p99 <= CALL_MS


def bench_run_of_the_project(tmp_path: Path) -> None:
    cold, *warm = [one_run(tmp_path, str(PROJECT)) for _ in range(4)]
    total = min(run["exit"] for run in warm)
    cpu = min(run["cpu"] for run in warm)
    print(
        f"\nfirst verdict {cold['first-verdict']:.2f} s when nothing is transpiled (limit {FIRST_VERDICT_S}), "
        f"{min(run['first-verdict'] for run in warm):.2f} s afterwards; "
        f"in all {total:.2f} s (limit {WARM_S}), CPU {cpu:.2f} s"
    )
    assert cold["first-verdict"] <= FIRST_VERDICT_S
    assert total <= WARM_S


@needs_proc
def bench_memory_of_an_engine() -> None:
    subjects = [load_subject(str(path)) for path in (SAMPLES / "on_backup_ex_async.ets", PROJECT)]
    sizes = []
    with guarded(HANG_LIMIT_S):
        for number in range(MANY):
            session(subjects[number % 2])
            if number % 500 == 499:
                sizes.append(engines_rss_mib())
    print(f"\nRSS of the engine, every 500 sessions: {sizes} MiB (limit {RSS_MIB})")
    assert max(sizes) <= RSS_MIB
    assert len({engine.pid for engine in host._all}) == 1
