"""BK706 to BK709: what includes and excludes of the profile can take and leave (data-plane 1.3 to 1.6)."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.catalogue import Finding
from conformance.evidence import Evidence
from conformance.rules import needs
from conformance.rules.package_findings import as_json
from conformance.rules.package_overlap import can_take_away, exclude_pattern
from conformance.rules.package_paths import fault_of_include, own_directories, reaches, takes_whole_directory
from conformance.rules.package_profile import Profile, readable_profile
from conformance.rules.registry import predicate


@predicate("BK706", needs.package)
def includes_nothing(evidence: Evidence) -> Iterator[Finding]:
    """includes is an array in which nothing is left: the device does not go back to its default directories."""
    profile = readable_profile(evidence)
    if profile is not None and takes_nothing(profile):
        value = as_json(profile.fields["includes"])
        yield profile.finding("BK706", ("includes",), f"includes is {value}: nothing is backed up", f'"includes": {value}')


@predicate("BK707", needs.package)
def dead_include(evidence: Evidence) -> Iterator[Finding]:
    """An include that can never match, or that lies outside the supported directories."""
    profile = readable_profile(evidence)
    if profile is None or takes_nothing(profile):
        return
    for index, include in _texts(profile, "includes"):
        fault = fault_of_include(include)
        if fault:
            message, seen = f"includes[{index}] {as_json(include)} {fault}", f"includes[{index}] is {as_json(include)}"
            yield profile.finding("BK707", ("includes", index), message, seen, cause=include)


@predicate("BK708", needs.package)
def dead_exclude(evidence: Evidence) -> Iterator[Finding]:
    """An exclude that can never take anything away from what is included."""
    profile = readable_profile(evidence)
    if profile is None or takes_nothing(profile):
        return
    includes = [include for include in profile.config.includes if include]
    for index, exclude in _texts(profile, "excludes"):
        if not any(can_take_away(exclude, include) for include in includes):
            message = f"excludes[{index}] {as_json(exclude)} takes nothing away: {_why_dead(exclude)}"
            seen = f"excludes[{index}] is {as_json(exclude)}"
            yield profile.finding("BK708", ("excludes", index), message, seen, cause=exclude)


@predicate("BK709", needs.package)
def misses_own_directories(evidence: Evidence) -> Iterator[Finding]:
    """No include comes near the directories in which this module's contexts keep files, preferences and databases (V-11).

    Who picks single files or directories inside the supported ones has looked; who takes whole ones means everything.
    """
    profile = readable_profile(evidence)
    if profile is None or evidence.package is None or evidence.package.module_file is None or takes_nothing(profile):
        return
    own = own_directories(evidence.package.module)
    includes = [include for include in profile.config.includes if include]
    if not any(map(takes_whole_directory, includes)) or any(reaches(i, directory) for i in includes for directory in own):
        return
    home = f"data/storage/el2/base/haps/{evidence.package.module}/"
    message = f"no include names anything in {home} or data/storage/el2/database/, where contexts of the module keep their data"
    yield profile.finding("BK709", ("includes",), message, f"includes is {as_json(includes)}")


def takes_nothing(profile: Profile) -> bool:
    """True when includes is there and names nothing (BK706)."""
    return isinstance(profile.fields.get("includes"), list) and not any(profile.config.includes)


def _texts(profile: Profile, name: str) -> Iterator[tuple[int, str]]:
    """The elements that the device reads, with their place in the profile."""
    value = profile.fields.get(name)
    for index, item in enumerate(value if isinstance(value, list) else ()):
        if isinstance(item, str):
            yield index, item


def _why_dead(exclude: str) -> str:
    if not exclude:
        return "an empty text names nothing"
    if "." in exclude.split("/"):
        return "it keeps its './'; write the path from data/storage/ on"
    if "/" not in exclude:
        return "it is compared with whole paths; write the path from data/storage/ on"
    return f"no path that {exclude_pattern(exclude)} matches is included"
