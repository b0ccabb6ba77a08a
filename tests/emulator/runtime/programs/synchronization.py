"""Events, locks, conditions, queues, semaphores and barriers."""

from __future__ import annotations

import asyncio
import sys

from tests.emulator.runtime.programs.steps import Log, program


@program
async def event(log: Log) -> None:
    event = asyncio.Event()

    async def waiter(name: str) -> None:
        await event.wait()
        log(name)

    tasks = [asyncio.create_task(waiter(name)) for name in "abc"]
    await asyncio.sleep(2)
    event.set()
    await asyncio.gather(*tasks)
    log(event.is_set())


@program
async def lock_is_fair(log: Log) -> None:
    lock = asyncio.Lock()

    async def worker(name: str) -> None:
        for step in range(2):
            async with lock:
                log(name, step)
                await asyncio.sleep(1)

    await asyncio.gather(*(worker(name) for name in "abc"))


@program
async def lock_waiter_cancelled(log: Log) -> None:
    lock = asyncio.Lock()
    await lock.acquire()
    tasks = [asyncio.create_task(_locked(lock, log, name)) for name in "ab"]
    await asyncio.sleep(0)
    tasks[0].cancel()
    lock.release()
    await asyncio.wait(tasks)
    log(lock.locked())


async def _locked(lock: asyncio.Lock, log: Log, name: str) -> None:
    async with lock:
        log(name)


@program
async def condition(log: Log) -> None:
    ready: list[int] = []
    condition = asyncio.Condition()

    async def consumer(name: str) -> None:
        async with condition:
            await condition.wait_for(lambda: bool(ready))
            log(name, ready.pop())

    tasks = [asyncio.create_task(consumer(name)) for name in "ab"]
    for value in (1, 2):
        await asyncio.sleep(1)
        async with condition:
            ready.append(value)
            condition.notify_all()
    await asyncio.gather(*tasks)


@program
async def queue(log: Log) -> None:
    queue: asyncio.Queue[int] = asyncio.Queue(maxsize=2)

    async def produce() -> None:
        for item in range(6):
            await queue.put(item)
            log("put", item)

    async def consume() -> None:
        while True:
            item = await queue.get()
            log("got", item)
            await asyncio.sleep(0.5)
            queue.task_done()

    consumer = asyncio.create_task(consume())
    await produce()
    await queue.join()
    consumer.cancel()
    log(queue.qsize())


@program
async def priority_queue_and_timeouts(log: Log) -> None:
    queue: asyncio.PriorityQueue[int] = asyncio.PriorityQueue()
    for item in (3, 1, 2):
        queue.put_nowait(item)
    log([await queue.get() for _ in range(3)])
    try:
        await asyncio.wait_for(queue.get(), 2)
    except TimeoutError:
        log("empty")


@program
async def semaphore(log: Log) -> None:
    semaphore = asyncio.BoundedSemaphore(2)

    async def worker(name: int) -> None:
        async with semaphore:
            log("in", name)
            await asyncio.sleep(1 + name % 2)
        log("out", name)

    await asyncio.gather(*(worker(name) for name in range(5)))


@program
async def barrier(log: Log) -> None:
    barrier = asyncio.Barrier(3)

    async def party(name: str, seconds: float) -> None:
        await asyncio.sleep(seconds)
        async with barrier as position:
            log(name, position)

    await asyncio.gather(party("a", 3), party("b", 1), party("c", 2))


if sys.version_info >= (3, 13):

    @program
    async def queue_shutdown(log: Log) -> None:
        queue: asyncio.Queue[int] = asyncio.Queue()
        getter = asyncio.create_task(queue.get())
        await asyncio.sleep(1)
        queue.shutdown()
        try:
            await getter
        except asyncio.QueueShutDown:
            log("shut down")
