"""What the fuzzer draws: sessions whose info strings, versions and conditions a device can deliver.

Strategies are written by hand from few and small choices, since drawing costs more than running a session. Next to the
corpus of the suites they use the words of the subject's own source, so that a branch on ``type == "vip"`` is found.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from conformance.rules.info import MAX_INFO_BYTES
from conformance.suites.corpus import (
    ELEMENTS,
    RESTORE_ELEMENTS,
    TEXTS,
    UPGRADE_VERSIONS,
    VERSIONS,
    infos_document,
    nested,
)
from conformance.suites.faults import STEADY, healed
from conformance.suites.session import SessionGroup, single
from emulator.ability import CALLBACKS, BundleVersion
from emulator.conditions import Cancel, ClientDeath, Condition, IpcFailure, Kill, LowMemoryKill, ServiceDeath, Trigger
from emulator.kernel.events import NS_PER_S
from emulator.plan import SessionKind, SessionPlan, nominal_plan

_SPECIAL_TYPES = ("anco_file_list_clone", "file_manager_file_list_clone")
"""A backup connection breaks on one of these with a ``detail`` that is no string (control-plane 2.2)."""

_TYPES = ("isSameDevice", "", "compatibility_info", "app_mapping_relation", "userId", "unknown")
_LEAVES: tuple[Any, ...] = (
    *("true", "", "100", "{}", "null", '{"version":1}', "not json {", "备份", '\u0007"\\\n\u2028'),
    *(None, None, None, True, 0, -1, 4294967296, 0.5),
    *([], {}, [{"source": "com.example.a", "target": "com.example.b"}]),
)
_WRAPS: tuple[tuple[int, bool], ...] = (
    *((0, False), (0, False), (0, False), (1, False), (1, True), (3, False)),
    *((28, False), (28, True)),
)
_REPEATS = (1, 1, 1, 1, 1, 1, 1000)
_NAMES = ("", "1.0.0", "0.0.0.0", "99.99.99.999", "99.99.99.996", "2.0", "v3", "1.2.3.4.5.6.7.8.9")
_SUFFIXES = ("", "", "-", "-12.0.0", ".1", "-beta", "0" * 100)
_CODES = (1_000_000, 0, 1, 999_999, 1_000_001, 2_147_483_647)
_MESSAGES = (
    *("HandleBackup", "HandleRestore", "HandleIncrementalBackup", "IncrementalOnBackup", "HandleOnRelease"),
    *("GetFileHandle", "GetIncrementalFileHandle"),
    *("PublishFile", "PublishIncrementalFile", "AppDone", "AppIncrementalDone", "AppFileReady", "AppIncrementalFileReady"),
    *("ServiceResultReport", "ReportAppProcessInfo", "StartExtTimer", "StartFwkTimer", "StopExtTimer", "StopFwkTimer"),
)
_MAX_EVENT = 99  # from 100 on Hypothesis mixes in numbers that it finds in the modules that happen to be loaded
_MAX_ELEMENTS = 4


@dataclass(frozen=True)
class Draws:
    """The strategies for one subject. ``words`` come from its source, ``callbacks`` are those that it overrides."""

    words: tuple[str, ...] = ()
    callbacks: frozenset[str] = frozenset(CALLBACKS)

    def elements(self) -> st.SearchStrategy[Any]:
        """One element of a details array as it may appear on backup and restore."""
        types: st.SearchStrategy[str] = st.sampled_from(_TYPES)
        leaves: st.SearchStrategy[Any] = st.sampled_from(_LEAVES)
        if self.words:
            words = st.sampled_from(self.words)
            types, leaves = types | words, leaves | words
        members = st.sampled_from(("detail", "detail", "detail", "detail", "extra", ""))
        built = st.builds(_element, types, leaves, st.sampled_from(_WRAPS), st.sampled_from(_REPEATS), members)
        known = st.sampled_from([e for name, details in ELEMENTS.items() if name not in ("64-kib", "many") for e in details])
        return built | known

    def details(self, *, on_restore: bool) -> st.SearchStrategy[list[Any]]:
        """A details array that the device delivers; within 64 KiB and 32 levels by construction."""
        elements = self.elements()
        if on_restore:
            elements |= st.sampled_from([e for details in RESTORE_ELEMENTS.values() for e in details])
        return st.lists(elements, max_size=_MAX_ELEMENTS)

    def texts(self) -> st.SearchStrategy[str]:
        """Text that is no array of objects and still lets a backup connect."""
        kept = st.sampled_from(tuple(text for text in (*TEXTS.values(), *self.words) if _is_no_info(text)))
        cut = st.integers(1, len(_CUT) - 1).map(lambda length: _CUT[:length])
        return kept | cut

    def versions(self) -> st.SearchStrategy[BundleVersion]:
        """A version of the data, as far as 127 characters of name allow."""
        built = st.builds(
            lambda code, name, suffix: BundleVersion(code, (name + suffix)[:127]),
            st.sampled_from(_CODES),
            st.sampled_from((*_NAMES, *(word for word in self.words if word[0].isdigit()))),
            st.sampled_from(_SUFFIXES),
        )
        return built | st.sampled_from(tuple(VERSIONS.values()))

    def conditions(self) -> st.SearchStrategy[Condition]:
        """One thing that is wrong with the device."""
        triggers: tuple[type[Trigger], ...] = (Kill, Cancel, ClientDeath, ServiceDeath)
        callbacks = tuple(sorted(self.callbacks)) or ("onBackup",)
        return st.one_of(
            st.builds(lambda kind, event: kind(event=event), st.sampled_from(triggers), st.integers(0, _MAX_EVENT)),
            st.builds(
                lambda kind, at: kind(at_ns=at),
                st.sampled_from(triggers),
                st.sampled_from((0, NS_PER_S // 2, 3 * NS_PER_S, 7 * NS_PER_S)),
            ),
            st.builds(
                LowMemoryKill, st.sampled_from(callbacks), st.sampled_from((0, NS_PER_S // 1000, NS_PER_S // 2, 3 * NS_PER_S))
            ),
            st.builds(IpcFailure, st.sampled_from(_MESSAGES), st.integers(1, 3)),
            st.sampled_from(tuple(STEADY.values())),
        )

    def groups(self) -> st.SearchStrategy[SessionGroup]:
        """One drawn session; under a condition, the one on the healed device behind it."""
        by_kind = {kind: self._of_kind(kind) for kind in SessionKind}
        return st.sampled_from(tuple(SessionKind)).flatmap(by_kind.__getitem__)

    def _of_kind(self, kind: SessionKind) -> st.SearchStrategy[SessionGroup]:
        # Info and version are drawn apart: a session that differs from the nominal one in both is no evidence for either.
        infos = self.details(on_restore=not kind.is_backup).map(infos_document)
        faulted = self.conditions().map(lambda condition: healed("fuzz", nominal_plan(kind), condition))
        both = st.builds(lambda document, c: healed("fuzz", _plan(kind, infos=document), c), infos, self.conditions())
        weighted = [
            (5, infos.map(lambda document: _alone(kind, infos=document))),
            (2, self.texts().map(lambda text: _alone(kind, ext_info=text))),
            (4, faulted),
            (1, both),
        ]
        if kind is SessionKind.UPGRADE_RESTORE:
            upgrades = st.sampled_from(tuple(VERSIONS[name] for name in UPGRADE_VERSIONS))
            weighted.append((1, upgrades.map(lambda version: _alone(kind, version=version))))
        elif not kind.is_backup:
            weighted.append((3, self.versions().map(lambda version: _alone(kind, version=version))))
        table = [strategy for weight, strategy in weighted for _ in range(weight)]
        return st.sampled_from(range(len(table))).flatmap(table.__getitem__)


def _alone(kind: SessionKind, **members: Any) -> SessionGroup:
    return single("fuzz", _plan(kind, **members))


def _plan(kind: SessionKind, **members: Any) -> SessionPlan:
    return SessionPlan(kind=kind, **{"version": nominal_plan(kind).version, **members})


def _element(type_: str, leaf: Any, wrap: tuple[int, bool], repeat: int, member: str) -> Mapping[str, Any]:
    depth, in_objects = wrap
    if isinstance(leaf, str) and repeat > 1:
        leaf = (leaf * repeat)[: MAX_INFO_BYTES // 20]
    if type_ in _SPECIAL_TYPES and member == "detail":
        return {"type": type_, "detail": leaf if isinstance(leaf, str) else json.dumps(leaf)}
    if type_ in _SPECIAL_TYPES:
        return {"type": type_, "detail": "", member: nested(depth, leaf, in_objects=in_objects)}
    return {"type": type_, member: nested(depth, leaf, in_objects=in_objects)} if member else {"type": type_}


def _is_no_info(text: str) -> bool:
    try:
        return not isinstance(json.loads(text), list)
    except ValueError:
        return True


_CUT = '[{"type":"isSameDevice","detail":"true"},{"type":"userId","detail":"100"}]'
