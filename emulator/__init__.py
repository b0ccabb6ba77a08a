"""A simulated backup stack: a device in virtual time that calls an app's backup extension as the real one does."""

from emulator.ability import CALLBACKS, BackupExtensionAbility, BundleVersion, RejectedValue, ThrownValue
from emulator.conditions import (
    CONDITIONS,
    Cancel,
    ClientDeath,
    Condition,
    ConditionError,
    ConnectError,
    ConnectTimeout,
    IpcFailure,
    Kill,
    LowMemoryKill,
    RefuseConnect,
    ServiceDeath,
    SlowCpu,
    SlowMainThread,
    parse_condition,
)
from emulator.device import Device, DeviceError
from emulator.package import Package, PackageError, load_package
from emulator.plan import ClientStep, PlanError, SessionKind, SessionPlan, nominal_plan
from emulator.profile import PRESETS, DeviceProfile, ProfileError, load_profile
from emulator.record import Record, RecordError
from emulator.scenario import Scenario, ScenarioError
from emulator.service.errors import BusinessError
from emulator.subject import PythonSubject, Subject, SubjectError, load_subject

__all__ = [
    "CALLBACKS",
    "CONDITIONS",
    "PRESETS",
    "BackupExtensionAbility",
    "BundleVersion",
    "BusinessError",
    "Cancel",
    "ClientDeath",
    "ClientStep",
    "Condition",
    "ConditionError",
    "ConnectError",
    "ConnectTimeout",
    "Device",
    "DeviceError",
    "DeviceProfile",
    "IpcFailure",
    "Kill",
    "LowMemoryKill",
    "Package",
    "PackageError",
    "PlanError",
    "ProfileError",
    "PythonSubject",
    "Record",
    "RecordError",
    "RefuseConnect",
    "RejectedValue",
    "Scenario",
    "ScenarioError",
    "ServiceDeath",
    "SessionKind",
    "SessionPlan",
    "SlowCpu",
    "SlowMainThread",
    "Subject",
    "SubjectError",
    "ThrownValue",
    "load_package",
    "load_profile",
    "load_subject",
    "nominal_plan",
    "parse_condition",
]
