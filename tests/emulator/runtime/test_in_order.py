"""asyncio.as_completed begins the app's coroutines in the order in which they are given, and is otherwise what it was."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.emulator.runtime.box import run_app


def begun(make: Any) -> list[int]:
    order: list[int] = []

    async def one(number: int) -> int:
        order.append(number)
        await asyncio.sleep(1 - number / 100)
        return number

    async def main() -> list[int]:
        return [await next_one for next_one in asyncio.as_completed(make(one), timeout=5)]

    assert run_app(lambda: asyncio.run(main())) == list(reversed(range(50)))
    return order


def test_coroutines_begin_in_their_order() -> None:
    assert begun(lambda one: [one(number) for number in range(50)]) == list(range(50))
    assert begun(lambda one: (one(number) for number in range(50))) == list(range(50))


def test_one_that_is_given_twice_is_waited_for_once() -> None:
    async def main() -> list[str]:
        task = asyncio.create_task(asyncio.sleep(1, "once"))
        return [await each for each in asyncio.as_completed([task, task])]

    assert run_app(lambda: asyncio.run(main())) == ["once"]


def test_a_single_awaitable_is_refused_as_ever() -> None:
    async def main() -> None:
        task = asyncio.create_task(asyncio.sleep(0))
        with pytest.raises(TypeError, match=r"an iterable of (futures|awaitables)"):
            next(iter(asyncio.as_completed(task)))  # type: ignore[call-overload]
        await task

    run_app(lambda: asyncio.run(main()))


def test_others_get_the_real_one() -> None:
    async def main() -> set[int]:
        return {await each for each in asyncio.as_completed([asyncio.sleep(0, n) for n in range(3)])}

    assert asyncio.run(main()) == {0, 1, 2}
