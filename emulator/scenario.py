"""A scenario: subject, profile, plan, conditions and seed in one file that anyone can replay, without any tool's seed."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from emulator.conditions import Condition, ConditionError, condition_from_json
from emulator.device import Device
from emulator.plan import PlanError, SessionPlan
from emulator.profile import PRESETS, DeviceProfile, ProfileError
from emulator.record import Record
from emulator.subject import Subject, load_subject

SCENARIO_VERSION = 1


class ScenarioError(ValueError):
    """A scenario file cannot be read; the message names the file and the member."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """One replayable session.

    ``pins`` names what it holds fast ("control-plane 9 #4", or a rule), ``why`` says so in a sentence. ``client`` is the
    expected list of ``(callback, args)`` at the client, where the file asserts it. ``expect`` is what the finder saw:
    ``rule`` and ``traceHash``.
    """

    subject: str
    plan: SessionPlan
    profile: DeviceProfile = PRESETS["latest"]
    conditions: tuple[Condition, ...] = ()
    seed: int = 0
    pins: str = ""
    why: str = ""
    client: tuple[tuple[str, tuple[Any, ...]], ...] | None = None
    expect: Mapping[str, str] = field(default_factory=dict)

    def run(self, subject: Subject | None = None) -> Record:
        """Run it on a fresh device; ``subject`` replaces the one that the file names."""
        with Device(self.profile, self.conditions, self.seed) as device:
            app = subject if subject is not None else load_subject(self.subject)
            for name in dict.fromkeys(self.plan.bundles):
                base, _, index = name.partition(":")
                device.install(app, base, clone_index=int(index or 0))
            return device.run(self.plan)

    def to_json(self) -> dict[str, Any]:
        """The document of schemas/scenario.schema.json."""
        base = PRESETS["latest"].to_json()
        profile = {k: v for k, v in self.profile.to_json().items() if v != base[k]}
        document: dict[str, Any] = {
            "scenarioVersion": SCENARIO_VERSION,
            "subject": {"spec": self.subject},
            "pins": self.pins,
            "why": self.why,
            "profile": {"base": "latest", **profile},
            "plan": self.plan.to_json(),
            "conditions": [c.to_json() for c in self.conditions],
            "seed": self.seed,
        }
        if self.client is not None:
            document["client"] = [[callback, list(args)] for callback, args in self.client]
        if self.expect:
            document["expect"] = dict(self.expect)
        return document

    def dumps(self) -> str:
        """The document as text with a fixed layout."""
        return json.dumps(self.to_json(), indent=1, sort_keys=True) + "\n"

    def save(self, directory: Path) -> Path:
        """Write it under its content hash, in one step; the directory is made. Returns the path."""
        text = self.dumps()
        directory.mkdir(parents=True, exist_ok=True)
        path = directory / f"{hashlib.sha256(text.encode()).hexdigest()[:12]}.json"
        scratch = path.with_name(f"{path.name}.{os.getpid()}.tmp")
        try:
            scratch.write_text(text, encoding="utf-8")
            os.replace(scratch, path)
        except BaseException:
            scratch.unlink(missing_ok=True)
            raise
        return path

    @classmethod
    def load(cls, path: Path) -> Scenario:
        """Read a file. Raises ScenarioError naming the file and what is wrong in it."""
        try:
            document = json.loads(path.read_text(encoding="utf-8"))
        except OSError as error:
            raise ScenarioError(f"scenario {path}: cannot be read ({error.strerror})") from None
        except ValueError as error:
            raise ScenarioError(f"scenario {path}: not JSON ({error})") from None
        try:
            return cls._from_json(document)
        except KeyError as error:
            raise ScenarioError(f"scenario {path}: the member {error} is missing") from None
        except (TypeError, AttributeError) as error:
            raise ScenarioError(f"scenario {path}: {type(error).__name__}: {error}") from None
        except (ScenarioError, PlanError, ConditionError, ProfileError) as error:
            raise ScenarioError(f"scenario {path}: {error}") from None

    @classmethod
    def _from_json(cls, document: dict[str, Any]) -> Scenario:
        if document.get("scenarioVersion") != SCENARIO_VERSION:
            raise ScenarioError(f"scenarioVersion must be {SCENARIO_VERSION}, not {document.get('scenarioVersion')!r}")
        profile = dict(document.get("profile", {}))
        base = profile.pop("base", "latest")
        if base not in PRESETS:
            raise ScenarioError(f"profile base {base!r} is no preset ({', '.join(PRESETS)})")
        client = document.get("client")
        return cls(
            subject=document["subject"]["spec"],
            plan=SessionPlan.from_json(document["plan"]),
            profile=PRESETS[base].with_changes(**profile),
            conditions=tuple(condition_from_json(c) for c in document.get("conditions", ())),
            seed=document.get("seed", 0),
            pins=document.get("pins", ""),
            why=document.get("why", ""),
            client=tuple((callback, tuple(args)) for callback, args in client) if client is not None else None,
            expect=document.get("expect", {}),
        )
