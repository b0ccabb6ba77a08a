"""The info strings, texts and versions that an app may meet, by name (clauses 2.5 and 2.6, control-plane 2.2 and 2.3).

An info document is given as the ``details`` array of one unicast entry; the service prints it its own way and appends
the userId element. ``ELEMENTS`` can be delivered on backup and restore alike: an extension of a backup does not
even start when an element is no object or lacks a string ``type``, or when one of two special types has a ``detail``
that is no string.
"""

from __future__ import annotations

import json
from typing import Any

from conformance.rules.info import MAX_INFO_BYTES, MAX_INFO_DEPTH
from emulator.ability import BundleVersion


def nested(depth: int, leaf: Any = "leaf", *, in_objects: bool = False) -> Any:
    """``leaf`` inside ``depth`` arrays, or objects."""
    for _ in range(depth):
        leaf = {"next": leaf} if in_objects else [leaf]
    return leaf


ELEMENTS: dict[str, list[Any]] = {
    "same-device": [{"type": "isSameDevice", "detail": "true"}],
    "other-device": [{"type": "isSameDevice", "detail": "false"}],
    "same-device-as-boolean": [{"type": "isSameDevice", "detail": True}],
    "compatibility-info": [{"type": "compatibility_info", "detail": '{"version":1,"peerSlotNum":4}'}],
    "compatibility-info-empty": [{"type": "compatibility_info", "detail": ""}],
    "compatibility-info-no-json": [{"type": "compatibility_info", "detail": "{version:1"}],
    "compatibility-info-null": [{"type": "compatibility_info", "detail": "null"}],
    "app-mapping": [{"type": "app_mapping_relation", "detail": [{"source": "com.example.old", "target": "com.example.app"}]}],
    "app-mapping-empty": [{"type": "app_mapping_relation", "detail": []}],
    "user-id-twice": [{"type": "userId", "detail": "101"}],
    "user-id-as-number": [{"type": "userId", "detail": 100}],
    "unknown-type": [{"type": "com.example.something_new", "detail": "on"}],
    "empty-type": [{"type": "", "detail": ""}],
    "names-of-object-members": [{"type": "__proto__", "detail": "constructor"}],
    "detail-object": [{"type": "settings", "detail": {"theme": "dark", "size": 12}}],
    "detail-empty-object": [{"type": "settings", "detail": {}}],
    "detail-array": [{"type": "settings", "detail": [1, "two", None]}],
    "detail-number": [{"type": "settings", "detail": 42}],
    "detail-fraction": [{"type": "settings", "detail": -0.5}],
    "detail-large-number": [{"type": "settings", "detail": 1e300}],
    "detail-true": [{"type": "settings", "detail": True}],
    "detail-null": [{"type": "settings", "detail": None}],
    "detail-empty": [{"type": "settings", "detail": ""}],
    "detail-absent": [{"type": "settings"}],
    "further-members": [{"type": "settings", "detail": "x", "extra": {"a": [1]}, "version": 2}],
    "escapes": [{"type": "settings", "detail": 'quote " backslash \\ newline \n tab \t slash / bell \u0007'}],
    "not-ascii": [{"type": "settings", "detail": "备份 ñ \U0001f4f1 \u202e"}],
    "json-in-detail": [{"type": "settings", "detail": '[{"type":"userId","detail":"7"}]'}],
    "several": [
        {"type": "isSameDevice", "detail": "false"},
        {"type": "compatibility_info", "detail": "{}"},
        {"type": "app_mapping_relation", "detail": []},
        {"type": "unknown", "detail": None},
    ],
    "many": [{"type": f"type{i}", "detail": str(i)} for i in range(300)],
    "deep-arrays": [{"type": "settings", "detail": nested(MAX_INFO_DEPTH - 2)}],
    "deep-objects": [{"type": "settings", "detail": nested(MAX_INFO_DEPTH - 2, in_objects=True)}],
    "64-kib": [{"type": "settings", "detail": "x" * (MAX_INFO_BYTES - 150)}],
}

RESTORE_ELEMENTS: dict[str, list[Any]] = {
    "element-null": [None],
    "element-number": [7],
    "element-string": ["isSameDevice"],
    "element-true": [True],
    "element-array": [["type", "detail"]],
    "element-empty-object": [{}],
    "type-number": [{"type": 5, "detail": "x"}],
    "type-null": [{"type": None, "detail": "x"}],
    "type-absent": [{"detail": "x"}],
    "mixed": [None, {"type": "isSameDevice", "detail": "true"}, "text", []],
}
"""Delivered on restore only, where nothing looks into the string before the app does."""

TEXTS: dict[str, str] = {
    "plain": "backup please",
    "blank": " ",
    "number": "42",
    "null": "null",
    "true": "true",
    "json-string": '"text"',
    "object": '{"type":"userId","detail":"100"}',
    "empty-object": "{}",
    "empty-array": "[]",
    "cut-off": '[{"type":"userId","detail":"10',
    "json5": "[{type:'userId',detail:'100'},]",
    "not-ascii": "备份",
}
"""What today's device never sends and the texts do not exclude (BK514); none keeps a backup from connecting."""

VERSIONS: dict[str, BundleVersion] = {
    "older": BundleVersion(1, "0.0.1"),
    "newer": BundleVersion(2_000_000_000, "99.0.0"),
    "code-0": BundleVersion(0, "1.0.0"),
    "same-code-other-name": BundleVersion(1_000_000, "2.0.0.300"),
    "hmos4-upgrade": BundleVersion(0, "0.0.0.0-12.0.0"),
    "hmos4-upgrade-text": BundleVersion(120_000, "0.0.0.0-HUAWEI 4.2"),
    "hmos4-bare": BundleVersion(0, "0.0.0.0"),
    "not-hmos4": BundleVersion(1, "0.0.0.0.1-x"),
    "dual-frame-clone": BundleVersion(0, "99.99.99.999"),
    "dual-frame-clone-with-name": BundleVersion(0, "99.99.99.999-11.0.5"),
    "other-brand": BundleVersion(0, "99.99.99.998"),
    "iphone": BundleVersion(0, "99.99.99.997"),
    "pc": BundleVersion(0, "99.99.99.996"),
    "cloud": BundleVersion(0, "99.99.99.995"),
    "empty-name": BundleVersion(1_000_000, ""),
    "letters": BundleVersion(1_000_000, "beta"),
    "one-part": BundleVersion(7, "7"),
    "dots": BundleVersion(1_000_000, "..."),
    "long-name": BundleVersion(1_000_000, "1." + "2345678901." * 11 + "0"),
    "not-ascii": BundleVersion(1_000_000, "1.0.0-测试"),
}

UPGRADE_VERSIONS = ("hmos4-upgrade-text", "hmos4-bare")
"""Those of `VERSIONS` with which an upgrade restore differs from the nominal one and still calls the app at once."""


def infos_document(details: list[Any], **members: Any) -> str:
    """The document that a client gives for one bundle (control-plane 2.2)."""
    document = {"infos": [{"type": "unicast", "details": details}], **members}
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))
