"""Waivers: how the file is read, what becomes of each, and what the user is told."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from conformance.waivers import Waiver, WaiverError, WaiverState, judge_waiver, load_waivers
from tests.conformance.plugin.project import Project

TODAY = date(2026, 7, 1)
ENTRY = '[[waiver]]\nrule = "BK401"\nreason = "moves to a worker in 2.4"\nowner = "storage team"\n'


def load(tmp_path: Path, text: str) -> tuple[Waiver, ...]:
    file = tmp_path / "waivers.toml"
    file.write_text(text, encoding="utf-8")
    return load_waivers(file, TODAY).entries


def test_all_members(tmp_path: Path) -> None:
    text = ENTRY + 'expires = 2026-12-31\nfingerprint = "9c1b"\n' + ENTRY.replace("BK401", "BK402") + 'expires = "2027-01-01"\n'
    assert load(tmp_path, text) == (
        Waiver(1, "BK401", "moves to a worker in 2.4", "storage team", date(2026, 12, 31), "9c1b"),
        Waiver(2, "BK402", "moves to a worker in 2.4", "storage team", date(2027, 1, 1)),
    )


def test_an_empty_file_waives_nothing(tmp_path: Path) -> None:
    assert load(tmp_path, "# none left\n") == ()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[[waiver", "no TOML ("),
        ("[waiver]\nrule = 'BK401'", "write each waiver as a table of its own, headed [[waiver]]"),
        ("[[waivers]]\nrule = 'BK401'", "unknown 'waivers'; a waivers file has [[waiver]] tables only"),
        ("[[waiver]]\nrule = 'BK401'\nreason = ' '\nowner = 'us'", "waiver 1 (BK401): reason is needed, as a text"),
        ("[[waiver]]\nrule = 'BK401'\nreason = 'x'", "waiver 1 (BK401): owner is needed, as a text"),
        ("[[waiver]]\nreason = 'x'\nowner = 'us'", "waiver 1: rule is needed, as a text"),
        (ENTRY + "expire = 2026-12-31", "waiver 1 (BK401): unknown 'expire'; did you mean expires?"),
        (ENTRY + "xyz = 1", "waiver 1 (BK401): unknown 'xyz'; known are rule, reason, owner, expires, fingerprint"),
        (ENTRY + "expires = 'soon'", "waiver 1 (BK401): expires 'soon' is no date like 2026-12-31"),
        (ENTRY + "expires = 2026-12-31T10:00:00", "waiver 1 (BK401): expires 2026-12-31 10:00:00 is no date like 2026-12-31"),
        (ENTRY + "expires = 7", "waiver 1 (BK401): expires 7 is no date like 2026-12-31"),
        (ENTRY + "fingerprint = 7", "waiver 1 (BK401): fingerprint is a text"),
    ],
)
def test_unreadable(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(WaiverError) as caught:
        load(tmp_path, text)
    assert str(caught.value).startswith(f"{tmp_path / 'waivers.toml'}: {message}")


@pytest.mark.parametrize(
    ("waiver", "outcome", "fingerprints", "state", "message"),
    [
        (Waiver(1, "BK401", "r", "us"), "failed", ["a"], WaiverState.USED, "r"),
        (Waiver(1, "BK401", "r", "us", fingerprint="a"), "failed", ["b", "a"], WaiverState.USED, "r"),
        (Waiver(1, "BK401", "r", "us", TODAY), "warned", ["a"], WaiverState.USED, "r"),
        (
            Waiver(1, "BK401", "r", "us", date(2026, 6, 30)),
            "failed",
            ["a"],
            WaiverState.EXPIRED,
            "its last day was 2026-06-30; mend the finding, or agree on a new date with us",
        ),
        (Waiver(1, "BK401", "r", "us"), "passed", [], WaiverState.STALE, "BK401 finds nothing any more: remove the waiver"),
        (
            Waiver(1, "BK401", "r", "us"),
            "not-applicable",
            [],
            WaiverState.STALE,
            "BK401 does not apply here: remove the waiver",
        ),
        (
            Waiver(1, "BK401", "r", "us", fingerprint="c"),
            "failed",
            ["a", "b", "a"],
            WaiverState.UNMATCHED,
            "BK401 has findings, but none with the fingerprint 'c' (seen: a, b)",
        ),
        (
            Waiver(1, "BK401x", "r", "us"),
            None,
            [],
            WaiverState.UNMATCHED,
            "there is no rule 'BK401x'; did you mean BK401, BK402?",
        ),
        (Waiver(1, "BK401", "r", "us"), "blocked", [], WaiverState.NOT_JUDGED, "BK401 was not judged in this run"),
        (Waiver(1, "BK401", "r", "us"), "error", [], WaiverState.NOT_JUDGED, "BK401 was not judged in this run"),
        (Waiver(1, "BK401", "r", "us"), None, [], WaiverState.NOT_JUDGED, "BK401 was not judged in this run"),
    ],
)
def test_state(waiver: Waiver, outcome: str | None, fingerprints: list[str], state: WaiverState, message: str) -> None:
    verdict = judge_waiver(waiver, TODAY, ["BK401", "BK402"], outcome, fingerprints)
    assert (verdict.state, verdict.message) == (state, message)
    assert state.fails == (state in (WaiverState.EXPIRED, WaiverState.STALE, WaiverState.UNMATCHED))


def test_a_waived_rule_does_not_fail(project: Project) -> None:
    project.write("waivers.toml", ENTRY)
    project.script(BK401={"outcome": "failed", "findings": [{}, {}]})
    result = project.check("--conformance-waivers=waivers.toml")
    assert result.code == 0
    assert result.counts == "68 passed, 1 waived"
    assert "waived: BK401 (moves to a worker in 2.4 (storage team))" in result.lines
    assert "compliant: with waivers - 67 passed, 0 failed, 0 warned, 0 not applicable, 0 blocked, 1 waived" in result.lines


def test_a_waiver_of_one_finding_leaves_the_others(project: Project) -> None:
    project.write("waivers.toml", ENTRY + 'fingerprint = "BK401-1"\n')
    project.script(BK401={"outcome": "failed", "findings": [{}, {}]})
    result = project.check("--conformance-waivers=waivers.toml")
    assert result.code == 1
    text = result.between("__ BK401-progress-late __", "= conformance =")
    assert text.startswith("BK401 progress-late: finding 2\n")
    assert text.endswith("\n\n1 more finding is waived")


FAILING = (
    """\
waiver 1 (BK401) has expired: its last day was 2020-02-29; mend the finding, or agree on a new date with storage team
  --> waivers.toml
  reason    moves to a worker in 2.4
  owner     storage team""",
    """\
waiver 2 (BK101) is stale: BK101 finds nothing any more: remove the waiver
  --> waivers.toml
  reason    old
  owner     us""",
    """\
waiver 3 (BK40) matches nothing: there is no rule 'BK40'; did you mean BK410, BK409, BK408?
  --> waivers.toml
  reason    typo
  owner     us""",
)


@pytest.mark.parametrize("workers", [[], ["-n", "2"]], ids=["one process", "xdist"])
def test_waivers_that_fail_the_run(project: Project, workers: list[str]) -> None:
    project.write(
        "waivers.toml",
        ENTRY
        + 'expires = 2020-02-29\n[[waiver]]\nrule = "BK101"\nreason = "old"\nowner = "us"\n'
        + '[[waiver]]\nrule = "BK40"\nreason = "typo"\nowner = "us"\n',
    )
    project.script(BK401={"outcome": "failed", "findings": [{}]})
    result = project.check("--conformance-waivers=waivers.toml", *workers)
    assert result.code == 1
    assert result.counts == "4 failed, 67 passed"
    texts = "\n".join(line for line in result.between("= FAILURES =", "= conformance =").splitlines() if line[:3] != "[gw")
    for expected in FAILING:
        assert expected in texts


def test_a_waiver_of_a_rule_that_is_not_run(project: Project) -> None:
    project.write("waivers.toml", ENTRY)
    project.write("pytest.ini", "[pytest]\nconformance_ignore = BK401")
    assert project.check("--conformance-waivers=waivers.toml", "--conformance-json=report.json").code == 0
    assert project.report()["waivers"][0]["state"] == "not-judged"


def test_two_waivers_of_one_rule(project: Project) -> None:
    project.write("waivers.toml", ENTRY + 'fingerprint = "BK401-1"\n' + ENTRY + 'fingerprint = "BK401-2"\n')
    project.script(BK401={"outcome": "failed", "findings": [{}, {}]})
    result = project.check("--conformance-waivers=waivers.toml", "-v")
    assert result.code == 0
    assert [line.split()[0] for line in result.lines if "waivers::" in line] == [
        "conformance/waivers::BK401",
        "conformance/waivers::BK401-2",
    ]
