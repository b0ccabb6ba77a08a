"""preferences: values, forms, the file as the device writes it, and what faults leave behind."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from emulator.conditions import Condition, Denied, El2Locked, IoError, ReadOnlyArea, StorageFull
from emulator.kits import preferences
from emulator.kits.preferences import xml_format
from emulator.kits.preferences.xml_format import BigInt
from tests.emulator.kits.app import Ran, in_app, raised

HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<preferences version="1.0">'
FOOT = "</preferences>\n"

VALUES: dict[str, tuple[Any, str]] = {
    "text": ("a<b>&\r\n", '<string key="k">a&lt;b&gt;&amp;&#13;\n</string>'),
    "number": (1, '<double key="k" value="1.000000"/>'),
    "fraction": (-0.5, '<double key="k" value="-0.500000"/>'),
    "true": (True, '<bool key="k" value="true"/>'),
    "bytes": (b"\x00\xff", '<uint8Array key="k">AP8=</uint8Array>'),
    "texts": (["a", "b"], '<stringArray key="k"><string>a</string><string>b</string></stringArray>'),
    "numbers": ([1, 2.5], '<doubleArray key="k"><double value="1.000000"/><double value="2.500000"/></doubleArray>'),
    "truths": ([True, False], '<boolArray key="k"><bool value="true"/><bool value="false"/></boolArray>'),
    "nothing": ([], '<doubleArray key="k"/>'),
    "object": ({"a": [1]}, '<object key="k">{"a":[1]}</object>'),
    "mixed": ([1, "a", True], '<object key="k">[1,"a",true]</object>'),
    "big": (BigInt(-(2**64)), '<BigInt key="k"><uint64_t value="0"/><uint64_t value="1"/><uint64_t value="1"/></BigInt>'),
}


def flushed(context: Any, values: dict[str, Any], name: str = "store") -> Any:
    store = preferences.getPreferencesSync(context, name)
    for key, value in values.items():
        store.putSync(key, value)
    store.flushSync()
    return store


def anew(context: Any, name: str = "store") -> Any:
    """As another process would see it."""
    preferences.removePreferencesFromCacheSync(context, name)
    return preferences.getPreferencesSync(context, name)


def file(ran: Ran, name: str = "store") -> str | None:
    content = ran.files.get(f"/data/storage/el2/base/haps/entry/preferences/{name}")
    return None if content is None else content.decode()


@pytest.mark.parametrize("name", VALUES)
def test_each_kind_of_value_as_the_device_writes_it(name: str) -> None:
    value, element = VALUES[name]

    def body(context: Any) -> Any:
        flushed(context, {"k": value})
        return anew(context).getSync("k", None)

    ran = in_app(body)
    assert ran.value == value
    assert file(ran) == HEAD + element + FOOT


def test_a_key_may_hold_anything() -> None:
    key = 'a"b<\n\t&'
    assert xml_format.decode(xml_format.encode({key: "x"})) == {key: "x"}
    assert b'key="a&quot;b&lt;&#10;&#9;&amp;"' in xml_format.encode({key: "x"})


def test_numbers_keep_six_decimals() -> None:
    def body(context: Any) -> Any:
        store = flushed(context, {"k": 0.123456789})
        return store.getSync("k", None), anew(context).getSync("k", None)

    assert in_app(body).value == (0.123456789, 0.123457)


@pytest.mark.parametrize(
    ("element", "value"),
    [
        ('<int key="k" value="7"/>', 7),
        ('<long key="k" value="9007199254740993"/>', 9007199254740993),
        ('<float key="k" value="0.5"/>', 0.5),
    ],
)
def test_elements_of_other_writers_are_read(element: str, value: Any) -> None:
    assert xml_format.decode((HEAD + element + FOOT).encode()) == {"k": value}


@pytest.mark.parametrize("text", ["", "<preferences", "<other/>", HEAD + '<odd key="k"/>' + FOOT])
def test_what_cannot_be_read_is_said(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        xml_format.decode(text.encode())


def test_at_once() -> None:
    def body(context: Any) -> Any:
        store = preferences.getPreferencesSync(context, {"name": "store"})
        store.putSync("a", 1)
        store.putSync("b", 2)
        seen = [store.hasSync("a"), store.getAllSync(), store.getSync("c", 3)]
        store.deleteSync("a")
        seen += [store.hasSync("a"), store is preferences.getPreferencesSync(context, "store")]
        store.clearSync()
        return [*seen, store.getAllSync()]

    ran = in_app(body)
    assert ran.value == [True, {"a": 1, "b": 2}, 3, False, True, {}]
    assert file(ran) is None, "nothing was flushed"


def test_as_a_promise() -> None:
    async def body(context: Any) -> Any:
        store = await preferences.getPreferences(context, "store")
        await store.put("a", 1)
        seen = [await store.has("a"), await store.get("a", 0), await store.getAll()]
        await store.flush()
        await store.delete("a")
        await store.clear()
        await preferences.removePreferencesFromCache(context, "store")
        again = await preferences.getPreferences(context, "store")
        seen.append(await again.getAll())
        await preferences.deletePreferences(context, "store")
        return seen

    ran = in_app(body)
    assert ran.value == [True, 1, {"a": 1}, {"a": 1}]
    assert not ran.files


def test_with_a_callback() -> None:
    async def body(context: Any) -> Any:
        seen: asyncio.Future[Any] = asyncio.get_running_loop().create_future()

        def got(error: Any, store: Any) -> None:
            store.get("a", "none", lambda error, value: seen.set_result((error, value)))

        preferences.getPreferences(context, "store", got)
        return await seen

    assert in_app(body).value == (None, "none")


@pytest.mark.parametrize(
    ("body", "message"),
    [
        pytest.param(lambda c: preferences.getPreferencesSync(c, ""), "The file name is empty.", id="no name"),
        pytest.param(lambda c: preferences.getPreferencesSync(c, "a/b"), "Relative path is not allowed.", id="a path"),
        pytest.param(lambda c: flushed(c, {"": 1}), "The key is empty.", id="no key"),
        pytest.param(lambda c: flushed(c, {"k" * 1025: 1}), "The key length exceeds 1024 characters.", id="a long key"),
        pytest.param(
            lambda c: flushed(c, {"k": "x" * (16 * 1024 * 1024 + 1)}), "The value length exceeds 16 MB.", id="a long value"
        ),
    ],
)
def test_errors(body: Callable[[Any], Any], message: str) -> None:
    assert raised(in_app(body)) == (15500000, message)


# faults ----------------------------------------------------------------------------------------------------------------

OLD = HEAD + '<double key="a" value="1.000000"/>' + FOOT
PLACE = "../preferences/store"


def failing(context: Any) -> Any:
    store = preferences.getPreferencesSync(context, "store")
    before = store.getAllSync()
    store.putSync("b", 2)
    with pytest.raises(preferences.BusinessError, match="15500000: Inner error"):
        store.flushSync()
    return before


def after(ran: Ran) -> dict[str, str | None]:
    return {name: file(ran, f"store{name}") for name in ("", ".bak", ".broken") if file(ran, f"store{name}") is not None}


FLUSH: dict[str, tuple[Condition, dict[str, str | None]]] = {
    "full": (StorageFull(0), {".bak": OLD}),
    "broken": (IoError("*/store", "write"), {"": "", ".bak": OLD}),
    "read-only": (ReadOnlyArea(), {"": OLD}),
}


@pytest.mark.parametrize("name", FLUSH)
def test_what_a_failed_flush_leaves(name: str) -> None:
    condition, left = FLUSH[name]
    ran = in_app(failing, condition, seed={PLACE: OLD.encode()})
    assert ran.value == {"a": 1}
    assert after(ran) == left


def test_a_short_write_is_taken_for_success_and_cuts_the_file_off() -> None:
    ran = in_app(lambda context: flushed(context, {"b": "x" * 6_000}) and None, StorageFull(5_000), seed={PLACE: OLD.encode()})
    assert ran.value is None
    assert [len(text or "") for text in after(ran).values()] == [4_096]


def test_a_broken_file_is_put_aside_and_the_old_one_comes_back() -> None:
    seed = {PLACE: b"<pref", PLACE + ".bak": OLD.encode()}
    ran = in_app(lambda context: preferences.getPreferencesSync(context, "store").getAllSync(), seed=seed)
    assert ran.value == {"a": 1}
    assert after(ran) == {"": OLD, ".broken": "<pref"}


@pytest.mark.parametrize("condition", [Denied("*/store"), El2Locked(), IoError("*/store", "read")], ids=str)
def test_what_cannot_be_opened_reads_as_empty(condition: Condition) -> None:
    ran = in_app(
        lambda context: preferences.getPreferencesSync(context, "store").getAllSync(), condition, seed={PLACE: OLD.encode()}
    )
    assert ran.value == {}
    assert after(ran) == {"": OLD}


def test_deleting_where_it_is_not_allowed() -> None:
    ran = in_app(lambda context: preferences.deletePreferencesSync(context, "store"), ReadOnlyArea(), seed={PLACE: OLD.encode()})
    assert raised(ran) == (15500010, "Failed to delete the user preferences persistence file.")


def test_deleting_takes_what_lies_beside_as_well() -> None:
    seed = {PLACE + suffix: OLD.encode() for suffix in ("", ".bak", ".broken")}
    ran = in_app(lambda context: preferences.deletePreferencesSync(context, "store"), seed=seed)
    assert ran.value is None
    assert not after(ran)
