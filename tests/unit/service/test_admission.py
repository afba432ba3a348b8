"""Places are given in turn, and nobody's many requests keep another's one waiting."""

from __future__ import annotations

import asyncio

import pytest
from waiting import PATIENCE

from provenance_graph.core.errors import RequestRefused
from provenance_graph.service.http import admission
from provenance_graph.service.http.admission import Gate, GateKind
from provenance_graph.service.http.limits import Client, Clients, Fairness


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def gate(clock: Clock, places: int = 2, share: int = 2, queue: int = 10, **more: float) -> Gate:
    kind = GateKind("queries", places, share, stoppable=bool(more.pop("stoppable", True)))
    return Gate(kind, queue, more.get("seconds", PATIENCE), clock)


def client() -> Client:
    return Client(Fairness(), 0.0)


async def settle() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


def status(error: BaseException | None) -> int:
    assert isinstance(error, RequestRefused)
    return int(error.problem.status)  # type: ignore[attr-defined]


def test_lines_are_served_in_turn() -> None:
    async def main() -> list[str]:
        places = gate(Clock(), places=1, share=1)
        greedy, modest = client(), client()
        first = await places.acquire(greedy)
        order: list[str] = []

        async def ask(who: Client, name: str) -> None:
            with await places.acquire(who):
                order.append(name)

        tasks = [asyncio.create_task(ask(greedy, f"greedy-{n}")) for n in range(4)]
        await settle()
        tasks.append(asyncio.create_task(ask(modest, "modest")))
        await settle()
        first.release()
        await asyncio.gather(*tasks)
        return order

    order = asyncio.run(main())
    assert order.index("modest") <= 1


def test_whoever_holds_all_places_loses_one_to_whoever_waits(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(admission, "MAKE_ROOM_AFTER", 0.0)

    async def main() -> int:
        clock = Clock()
        places = gate(clock)
        greedy, modest = client(), client()

        async def heavy() -> None:
            with await places.acquire(greedy):
                await asyncio.sleep(600)  # until it is ended

        tasks = [asyncio.create_task(heavy()) for _ in range(2)]
        await settle()
        clock.now = 1.0
        permit = await asyncio.wait_for(places.acquire(modest), PATIENCE)
        permit.release()
        done, running = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        return status(done.pop().exception())

    assert asyncio.run(main()) == 429


def test_a_place_that_was_freed_for_somebody_goes_to_nobody_who_holds_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(admission, "MAKE_ROOM_AFTER", 0.0)

    async def main() -> tuple[list[int], bool]:
        clock = Clock()
        places = gate(clock)
        greedy, modest = client(), client()
        refused: list[int] = []

        async def heavy() -> None:
            try:
                with await places.acquire(greedy):
                    await asyncio.sleep(600)  # until it is ended
            except RequestRefused as error:
                refused.append(status(error))

        tasks = [asyncio.create_task(heavy()) for _ in range(6)]  # two work, four wait before it
        await settle()
        clock.now = 1.0
        async with asyncio.timeout(PATIENCE):
            with await places.acquire(modest):
                holds = places.busy == 2
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        return refused, holds

    refused, holds = asyncio.run(main())
    assert refused == [429]
    assert holds


def test_after_a_stop_nobody_holds_all_places_for_a_while(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(admission, "MAKE_ROOM_AFTER", 0.0)

    async def main() -> list[int]:
        clock = Clock()
        places = gate(clock)
        greedy, modest = client(), client()
        tasks = [asyncio.create_task(work(places, greedy)) for _ in range(4)]
        await settle()
        clock.now = 1.0
        async with asyncio.timeout(PATIENCE):
            (await places.acquire(modest)).release()
        await settle()
        held = [places.busy]  # one place is kept for who comes back
        back = await places.acquire(modest)
        held.append(places.busy)
        back.release()
        clock.now += admission.CROWDED
        places._serve()
        held.append(places.busy)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        return held

    assert asyncio.run(main()) == [1, 2, 2]


async def work(places: Gate, who: Client) -> None:
    with await places.acquire(who):
        await asyncio.sleep(600)  # until it is ended


def test_work_that_cannot_be_stopped_leaves_a_place_for_others() -> None:
    async def main() -> None:
        places = gate(Clock(), places=3, share=2, stoppable=0)
        greedy, modest = client(), client()
        stored = [await places.acquire(greedy) for _ in range(2)]
        waiting = asyncio.create_task(places.acquire(greedy))
        await settle()
        assert not waiting.done()
        (await asyncio.wait_for(places.acquire(modest), PATIENCE)).release()
        stored[0].release()
        (await waiting).release()
        stored[1].release()
        assert places.busy == places.waiting == 0

    asyncio.run(main())


def test_a_full_queue_costs_the_longest_line() -> None:
    async def main() -> tuple[int, int]:
        places = gate(Clock(), places=1, share=1, queue=3)
        greedy, modest = client(), client()
        acquire = await places.acquire(greedy)
        waiting = [asyncio.create_task(places.acquire(greedy)) for _ in range(3)]
        await settle()
        with pytest.raises(RequestRefused) as refused:
            await places.acquire(greedy)
        asked = asyncio.create_task(places.acquire(modest))
        await settle()
        dropped = waiting[-1].exception()
        acquire.release()
        for task in (waiting[0], asked, waiting[1]):
            (await task).release()
        return status(refused.value), status(dropped)

    assert asyncio.run(main()) == (503, 503)


def test_a_line_that_does_not_move_is_503_and_leaves_nothing_behind() -> None:
    async def main() -> int:
        places = gate(Clock(), places=1, share=1, seconds=0.01, stoppable=0)
        acquire = await places.acquire(client())
        with pytest.raises(RequestRefused) as refused:
            await places.acquire(client())
        assert places.waiting == 0
        acquire.release()
        return status(refused.value)

    assert asyncio.run(main()) == 503


def test_a_client_that_gives_up_waiting_gives_up_its_place() -> None:
    async def main() -> None:
        places = gate(Clock(), places=1, share=1)
        acquire = await places.acquire(client())
        waiting = asyncio.create_task(places.acquire(client()))
        await settle()
        acquire.release()  # the place is on its way when the client leaves
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        assert places.busy == places.waiting == 0

    asyncio.run(main())


def test_what_is_held_is_bounded_for_one_and_for_all() -> None:
    clients = Clients(Fairness(held_bytes=100, all_held_bytes=350), lambda: 0.0)
    one, two = clients.find("one"), clients.find("two")
    clients.hold(one, 150)
    with pytest.raises(RequestRefused) as refused:
        clients.admit("one")
    assert status(refused.value) == 429
    with pytest.raises(RequestRefused) as refused:
        clients.hold(one, 100)
    assert status(refused.value) == 429
    clients.hold(two, 200)
    with pytest.raises(RequestRefused) as refused:
        clients.hold(clients.find("three"), 10)
    assert status(refused.value) == 503
    clients.hold(one, -150)
    clients.admit("one")
