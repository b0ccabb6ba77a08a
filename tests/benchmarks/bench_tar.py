"""Packing and restoring against GNU tar: the same tree, in the same place, in the same run.

How to run it is in docs/performance.md. At most three times tar's time packing, and
one and a half times restoring; a restore of 1 GiB in less than 150 MiB; the same cost for a file among 1,000 and 100,000.
"""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from emulator.storage.inside import Inside
from emulator.storage.pack.header import app_owner
from emulator.storage.pack.slices import Entry, slices
from emulator.storage.pack.staging import BACKUP, make_staging
from emulator.storage.pack.tar import pack
from emulator.storage.unpack.untar import untar

F = "data/storage/el2/base/files"
PACKING, RESTORING = 3.0, 1.5
MEMORY_MIB = 150
MIB = 1 << 20
MEMORY_DISK = Path("/dev/shm")

PROBE = """
import resource, sys
from tests.benchmarks.bench_tar import pack_tree, restore_tree
{"pack": pack_tree, "restore": restore_tree}[sys.argv[1]](sys.argv[2])
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""


@pytest.fixture
def root() -> Iterator[str]:
    """A sandbox in memory where there is some, so that no disk is measured."""
    parent = MEMORY_DISK if MEMORY_DISK.is_dir() else None
    with tempfile.TemporaryDirectory(dir=parent) as directory:
        (Path(directory) / "sandbox" / F).mkdir(parents=True)
        make_staging(Inside(f"{directory}/sandbox"))
        yield directory


def small_files(root: str, count: int) -> None:
    """Files of a few hundred bytes, a hundred in a directory."""
    for number in range(count):
        above = Path(root, "sandbox", F, f"d{number // 100}")
        if number % 100 == 0:
            above.mkdir()
        file = above / f"file{number}.dat"
        file.write_bytes(b"x" * (number % 997))
        file.chmod(0o660)


def big_files(root: str, count: int, size: int) -> None:
    """Files that travel through the kernel."""
    for number in range(count):
        with open(Path(root, "sandbox", F, f"big{number}"), "wb") as file:
            file.writelines(os.urandom(MIB) for _ in range(size // MIB))


def entries(root: str) -> list[Entry]:
    """What a scan would give."""
    found = []
    for above, _directories, files in os.walk(f"{root}/sandbox/{F}"):
        device = above.removeprefix(f"{root}/sandbox")
        found += [Entry(f"{device}/{name}", f"{device}/{name}", os.lstat(f"{above}/{name}").st_size) for name in files]
    return found


def pack_tree(root: str, listed: list[Entry] | None = None) -> None:
    """All tars of the sandbox."""
    inside = Inside(f"{root}/sandbox")
    for number, part in enumerate(slices(entries(root) if listed is None else listed)):
        assert not pack(inside, part, f"{BACKUP}/part.{number}.tar", app_owner(20010045)).errors


def restore_tree(root: str) -> None:
    """All tars of the sandbox into a fresh one."""
    os.makedirs(f"{root}/restored")
    inside = Inside(f"{root}/restored")
    for number, tar in enumerate(tars(root)):
        shutil.move(tar, f"{root}/restored/{number}.tar")
        assert all(event.errno is None for event in untar(inside, f"/{number}.tar"))


def tars(root: str) -> list[str]:
    staging = f"{root}/sandbox{BACKUP}"
    return sorted(f"{staging}/{name}" for name in os.listdir(staging))


def gnu_pack(root: str) -> None:
    subprocess.run(["tar", "-cf", f"{root}/gnu.tar", "-C", f"{root}/sandbox", F], check=True)


def gnu_restore(root: str) -> None:
    os.makedirs(f"{root}/gnu")
    subprocess.run(["tar", "-xf", f"{root}/gnu.tar", "-C", f"{root}/gnu"], check=True)


def fresh(root: str) -> None:
    """Remove what a round made."""
    for name in ("restored", "gnu"):
        shutil.rmtree(f"{root}/{name}", ignore_errors=True)
    for tar in [*tars(root), f"{root}/gnu.tar"]:
        Path(tar).unlink(missing_ok=True)


def timed(action: Callable[[], None]) -> float:
    """CPU seconds, of processes that it started too: in memory nothing waits, and what else the machine does is left out."""
    begin = cpu_s()
    action()
    return cpu_s() - begin


def cpu_s() -> float:
    usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def in_turns(root: str, rounds: int) -> tuple[float, float, float, float]:
    """CPU seconds of our packing, GNU's, our restoring, GNU's: the least disturbed of the rounds in which they take turns."""
    listed = entries(root)
    samples = []
    for _ in range(rounds):
        fresh(root)
        packing = timed(lambda: pack_tree(root, listed)), timed(lambda: gnu_pack(root))
        samples.append((*packing, timed(lambda: restore_tree(root)), timed(lambda: gnu_restore(root))))
    ours_packing, gnu_packing, ours_restoring, gnu_restoring = (min(column) for column in zip(*samples, strict=True))
    return ours_packing, gnu_packing, ours_restoring, gnu_restoring


def judge(title: str, seconds: tuple[float, float, float, float]) -> None:
    packing, gnu_packing, restoring, gnu_restoring = seconds
    print(
        f"\n{title}: pack {packing * 1e3:.0f} ms, GNU tar {gnu_packing * 1e3:.0f} ms, ratio {packing / gnu_packing:.2f} "
        f"(limit {PACKING}); restore {restoring * 1e3:.0f} ms, GNU tar {gnu_restoring * 1e3:.0f} ms, "
        f"ratio {restoring / gnu_restoring:.2f} (limit {RESTORING})"
    )
    assert packing <= PACKING * gnu_packing
    assert restoring <= RESTORING * gnu_restoring


def bench_small_files(root: str) -> None:
    small_files(root, 10_000)
    judge("10,000 small files", in_turns(root, 9))


def bench_big_files(root: str) -> None:
    big_files(root, 16, 64 * MIB)
    judge("1 GiB in 16 files", in_turns(root, 3))


def bench_memory(root: str) -> None:
    big_files(root, 16, 64 * MIB)
    for action in ("pack", "restore"):
        probe = subprocess.run([sys.executable, "-c", PROBE, action, root], capture_output=True, text=True, check=True)
        print(f"\n{action} 1 GiB: at most {probe.stdout.strip()} MiB (limit {MEMORY_MIB})")
        assert int(probe.stdout) < MEMORY_MIB


def bench_cost_of_a_file(root: str) -> None:
    costs = {}
    for count in (1_000, 10_000, 100_000):
        below = f"{root}/{count}"
        (Path(below) / "sandbox" / F).mkdir(parents=True)
        make_staging(Inside(f"{below}/sandbox"))
        small_files(below, count)
        listed = entries(below)
        costs[count] = timed(lambda: pack_tree(below, listed)) / count, timed(lambda: restore_tree(below)) / count  # noqa: B023
        shutil.rmtree(below)
    for count, (packing, restoring) in costs.items():
        print(f"\n{count} files: pack {packing * 1e6:.1f} us, restore {restoring * 1e6:.1f} us a file")
    for packing, restoring in costs.values():
        assert packing < 2 * costs[1_000][0]
        assert restoring < 2 * costs[1_000][1]
