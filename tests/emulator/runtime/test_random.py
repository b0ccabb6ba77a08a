"""The random module: seeded anew in every process of the device; nobody else's numbers change."""

from __future__ import annotations

import random
from random import shuffle
from typing import Any

from tests.emulator.runtime.box import Box, run_app


def draw() -> list[Any]:
    items = list(range(10))
    shuffle(items)
    numbers = [random.random(), random.randint(1, 10**6), random.gauss(0, 1)]
    return [numbers, random.choice("abc"), random.sample(range(99), 3), items]


def test_the_same_numbers_in_every_process() -> None:
    first = run_app(draw)
    random.seed(5)
    assert run_app(draw) == first
    assert run_app(draw, seed=1) != first


def test_the_app_may_seed_for_itself() -> None:
    def main() -> list[Any]:
        random.seed(7)
        state = random.getstate()
        numbers = draw()
        random.setstate(state)
        return [numbers, draw()]

    first, second = run_app(main)
    assert first == second == run_app(main)[0]
    assert first != run_app(draw)


def test_numbers_of_everybody_else_are_left_alone() -> None:
    Box()
    random.seed(3)
    expected = [random.random() for _ in range(4)]
    random.seed(3)
    found = [random.random(), random.random()]
    run_app(lambda: (random.seed(9), draw()))
    found += [random.random(), random.random()]
    assert found == expected
