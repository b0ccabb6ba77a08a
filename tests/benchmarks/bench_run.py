"""Wall seconds of ``pytest --extension=fixtures.notes.Ext``, and what of them is import and collection.

The goal on two cores is 5 s in all and 1 s before the first test begins. How to run it is in docs/performance.md.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TOTAL_S = 5.0
BEFORE_S = 1.0
RUNS = 3


def one_run(directory: Path, extension: str = "fixtures.notes.Ext") -> dict[str, float]:
    """When the run reached its stages, in wall seconds since its process was started; ``cpu`` seconds with its processes'."""
    probe = directory / "stages.json"
    path = os.pathsep.join([str(Path(__file__).parent), str(ROOT)])
    begin = time.time()
    environment = {**os.environ, "PYTHONPATH": path, "RUN_PROBE": str(probe), "RUN_BEGIN": repr(begin)}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "run_probe", "-p", "no:cacheprovider"]
    if not _installed():
        command += ["-p", "conformance.plugin"]
    command.append(f"--extension={extension}")
    before = os.times()
    done = subprocess.run(command, cwd=directory, env=environment, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    stages: dict[str, float] = json.loads(probe.read_text(encoding="utf-8"))
    stages["exit"] = time.time() - begin
    after = os.times()
    stages["cpu"] = after.children_user + after.children_system - before.children_user - before.children_system
    return stages


def _installed() -> bool:
    from importlib.metadata import entry_points

    return any(entry.value == "conformance.plugin" for entry in entry_points(group="pytest11"))


def bench_run_of_the_sample(tmp_path: Path) -> None:
    runs = [one_run(tmp_path) for _ in range(RUNS)]
    median = {stage: statistics.median(run[stage] for run in runs) for stage in runs[0]}
    total, before = median["exit"], median["collected"]
    print(f"\n{', '.join(f'{stage} {seconds:.2f} s' for stage, seconds in median.items())}")
    print(f"import and collection {before:.2f} s of {total:.2f} s = {before / total:.0%} (goals {BEFORE_S} s of {TOTAL_S} s)")
    assert before <= BEFORE_S
    assert total <= TOTAL_S
