"""Collection: one item per rule, under the same node id wherever and however it is run."""

from __future__ import annotations

import math
import time
import traceback
import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from conformance._nets import hang_net
from conformance._options import Options
from conformance._selection import REPLAY, ROOT, WAIVERS, Selection
from conformance._verdict import Verdict, verdict_of
from conformance.catalogue import AREAS, CATALOGUE, Rule
from conformance.waivers import Waiver, WaiverState, WaiverVerdict, judge_waiver

if TYPE_CHECKING:
    from conformance._smoke import Setup
    from conformance.replay import ReplayResult
    from conformance.run import ConformanceRun


class Area(pytest.Collector):
    """The items of one area; has no file."""

    def __init__(self, make_items: Callable[[Area], Iterable[pytest.Item]], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._make_items = make_items

    def collect(self) -> Iterable[pytest.Item]:
        """The items, in id order."""
        return self._make_items(self)


class ConformanceItem(pytest.Item):
    """Base of our items. The result never comes as an exception: there is no traceback to show and none to debug."""

    def __init__(self, setup: Setup, run: Callable[[], ConformanceRun], net: pytest.MarkDecorator | None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.subject_under_test = setup
        self.start_run = run
        if net is not None:
            self.add_marker(net)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: object = None) -> str:
        """Only a fault of the harness comes here, or a limit of another plugin; show our own frames and no other."""
        head = f"judging {self.name} failed, which says nothing about the extension under test:"
        trace = excinfo.value.__traceback__
        while trace is not None and trace.tb_frame.f_code.co_filename != __file__:
            trace = trace.tb_next
        lines = traceback.format_exception(excinfo.value.with_traceback(trace or excinfo.value.__traceback__))
        return "\n".join([head, "".join(lines).rstrip()])

    def reportinfo(self) -> tuple[Path | str, int | None, str]:
        """The area in place of a file, so that the node id is all that is shown."""
        return self.config.rootpath / self.nodeid.partition("::")[0], None, self.name


class RuleItem(ConformanceItem):
    """One rule, judged when it is run."""

    def __init__(self, rule: Rule, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.rule = rule
        self.verdict: Verdict | None = None

    def runtest(self) -> None:
        """Run the sessions that the rule needs, unless another rule needed them before, and judge them."""
        begin = time.perf_counter()
        with warnings_stay_warnings():
            outcome = self.start_run().outcome(self.rule.id)
        base = self.config.invocation_params.dir
        self.verdict = verdict_of(outcome, self.subject_under_test.waivers, base, time.perf_counter() - begin)


class WaiverItem(ConformanceItem):
    """One entry of the waivers file: is it still needed?"""

    def __init__(self, waiver: Waiver, ignored: tuple[str, ...], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.waiver = waiver
        self.ignored = ignored
        self.verdict: WaiverVerdict | None = None

    def runtest(self) -> None:
        """Judge the waiver by the findings of its rule."""
        outcome, fingerprints = None, []
        if self.waiver.rule in CATALOGUE and self.waiver.rule not in self.ignored:
            with warnings_stay_warnings():
                judged = self.start_run().outcome(self.waiver.rule)
            outcome, fingerprints = judged.outcome.value, [r.finding.fingerprint for r in judged.findings]
        today = self.subject_under_test.waivers.today
        self.verdict = judge_waiver(self.waiver, today, CATALOGUE, outcome, fingerprints)


class ReplayItem(ConformanceItem):
    """The session of a saved scenario, run once more."""

    def __init__(self, file: Path, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.file = file
        self.result: ReplayResult | None = None

    def runtest(self) -> None:
        """Replay."""
        from conformance.replay import replay

        with warnings_stay_warnings():
            setup = self.subject_under_test
            self.result = replay(self.file, setup.subject, setup.settings, setup.package)


@contextmanager
def warnings_stay_warnings() -> Iterator[None]:
    """Under ``-W error`` a warning of the app must not become an exception inside it: that would change verdicts."""
    with warnings.catch_warnings():
        told = [("default" if action == "error" else action, *rest) for action, *rest in warnings.filters]
        warnings.filters[:] = told  # type: ignore[index]
        yield


def collectors(
    session: pytest.Session, selection: Selection, options: Options, setup: Setup, run: Callable[[], ConformanceRun]
) -> list[pytest.Collector]:
    """Our part of the session's collection."""
    shared = {"setup": setup, "run": run, "net": hang_net(session.config, options, setup.settings)}
    if options.replay is not None:
        file = options.replay
        return [_area(session, REPLAY, lambda area: [ReplayItem.from_parent(area, name=file.stem, file=file, **shared)])]
    made = [_area(session, name, _rules_of(name, options, shared, selection)) for name in AREAS]
    if setup.waivers.entries:
        made.append(_area(session, WAIVERS, _waivers_of(setup, options, shared, selection)))
    return [area for area in made if _may_hold(area.nodeid, selection)]


def in_order_of_running(items: Iterable[pytest.Item]) -> list[pytest.Item]:
    """The items, ours rearranged: first those that need the fewest sessions, so that the first verdicts come at once."""
    items = list(items)
    places = [place for place, item in enumerate(items) if isinstance(item, ConformanceItem)]
    for place, item in zip(places, sorted((items[place] for place in places), key=_needs), strict=True):
        items[place] = item
    return items


def _needs(item: pytest.Item) -> float:
    """How much of the run has to be there before an item can be judged."""
    from conformance.suites import suites_needed

    return suites_needed(item.rule.id) if isinstance(item, RuleItem) else math.inf


def _may_hold(area: str, selection: Selection) -> bool:
    return selection.wants(area) or any(p.startswith(area + "::") for p in selection.prefixes)


def _area(session: pytest.Session, name: str, make: Callable[[Area], Iterable[pytest.Item]]) -> Area:
    nodeid = f"{ROOT}/{name}"
    area: Area = Area.from_parent(session, name=nodeid, nodeid=nodeid, make_items=make)
    return area


def _rules_of(
    name: str, options: Options, shared: dict[str, Any], selection: Selection
) -> Callable[[Area], Iterable[pytest.Item]]:
    def make(area: Area) -> Iterator[pytest.Item]:
        for rule in CATALOGUE.values():
            if rule.area == name and rule.id not in options.ignore and selection.wants(f"{area.nodeid}::{rule.title}"):
                yield RuleItem.from_parent(area, name=rule.title, rule=rule, **shared)

    return make


def _waivers_of(
    setup: Setup, options: Options, shared: dict[str, Any], selection: Selection
) -> Callable[[Area], Iterable[pytest.Item]]:
    def make(area: Area) -> Iterator[pytest.Item]:
        seen: dict[str, int] = {}
        for waiver in setup.waivers.entries:
            seen[waiver.rule] = seen.get(waiver.rule, 0) + 1
            name = waiver.rule if seen[waiver.rule] == 1 else f"{waiver.rule}-{seen[waiver.rule]}"
            if selection.wants(f"{area.nodeid}::{name}"):
                yield WaiverItem.from_parent(area, name=name, waiver=waiver, ignored=options.ignore, **shared)

    return make


def waiver_failure(verdict: WaiverVerdict, file: str) -> str:
    """The text of a waiver that fails the run."""
    waiver = verdict.waiver
    words = {
        WaiverState.EXPIRED: "has expired",
        WaiverState.STALE: "is stale",
        WaiverState.UNMATCHED: "matches nothing",
    }
    lines = [
        f"waiver {waiver.number} ({waiver.rule}) {words[verdict.state]}: {verdict.message}",
        f"  --> {file}",
        f"  reason    {waiver.reason}",
        f"  owner     {waiver.owner}",
    ]
    return "\n".join(lines)
