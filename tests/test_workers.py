"""Worker processes: what a call may do to its worker, and that nothing else feels it."""

import asyncio
import os
import select
import subprocess
import sys
from pathlib import Path
from time import monotonic

import psutil
import pytest

from newsmonitor.errors import InputError, NotAFeed, WorkerFailure
from newsmonitor.workers import Workers

TESTS = Path(__file__).resolve().parent
PLUGINS = TESTS.parent / "plugins"
SECONDS = 20.0


def jobs(count=1, **options):
    return Workers(count=count, package="workerjobs", **options)


def call(name, *args, timeout=SECONDS, **options):
    """One call on a worker of its own, and the answer of a call after it."""

    async def both():
        async with jobs(**options) as workers:
            try:
                return await workers.run(f"workerjobs:{name}", *args, timeout=timeout)
            finally:
                assert await workers.run("workerjobs:echo", "well", timeout=SECONDS) == (("well",), {})

    return asyncio.run(both())


def children():
    return [child.pid for child in psutil.Process().children(recursive=True)]


def wait_for_end(pids):
    """Whether all of these processes, no children of ours, end within SECONDS."""
    deadline = monotonic() + SECONDS
    for pid in pids:
        try:
            end = os.pidfd_open(pid)
        except ProcessLookupError:
            continue
        try:
            if not select.select([end], [], [], max(deadline - monotonic(), 0))[0]:
                return False
        finally:
            os.close(end)
    return True


def test_a_call_gives_what_the_function_returns():
    async def calls():
        async with jobs() as workers:
            return await workers.run("workerjobs:echo", b"\x00", [1], timeout=SECONDS, word="Курск")

    assert asyncio.run(calls()) == ((b"\x00", [1]), {"word": "Курск"})


@pytest.mark.parametrize("name", ["spin", "spin_in_c", "rest"])
def test_an_endless_call_fails_in_time_and_the_next_one_works(name):
    began = monotonic()

    with pytest.raises(WorkerFailure, match=r"^took longer than 0\.5 s$"):
        call(name, timeout=0.5)

    assert monotonic() - began < 10


def test_a_call_that_swells_fails_before_the_machine_does():
    with pytest.raises(WorkerFailure, match=r"^took too much memory$"):
        call("swell", memory_bytes=2**28)


@pytest.mark.parametrize(
    "name, args, reason",
    [
        ("leave", (3,), r"the worker died (exit status 3)"),
        ("give_up", (), r"the worker died (exit status 7)"),
        ("crash", (), r"the worker died (SIGSEGV)"),
        ("raise_value_error", (), "ValueError: first line second line " + "x" * 165),
        ("unpicklable", (), "its answer cannot travel: RuntimeError: no way to travel"),
        ("zeros", (2**27,), "its answer is too large (128 MB)"),
        ("no_such_function", (), "AttributeError: module 'workerjobs' has no attribute 'no_such_function'"),
    ],
)
def test_a_call_that_breaks_its_worker_says_how_and_the_next_one_works(name, args, reason):
    with pytest.raises(WorkerFailure) as caught:
        call(name, *args)

    assert caught.value.reason == reason


@pytest.mark.parametrize(
    "name, error, words",
    [
        ("not_a_feed", NotAFeed, "is a page of HTML"),
        ("input_error", InputError, "feeds.opml, line 3: is empty; add a feed"),
    ],
)
def test_an_error_of_ours_travels_and_costs_no_worker(name, error, words):
    async def calls():
        async with jobs() as workers:
            before = await workers.run("workerjobs:pid", timeout=SECONDS)
            with pytest.raises(error) as caught:
                await workers.run(f"workerjobs:{name}", timeout=SECONDS)
            return before, caught.value, await workers.run("workerjobs:pid", timeout=SECONDS)

    before, caught, after = asyncio.run(calls())

    assert str(caught) == words
    assert before == after


def test_an_error_of_ours_that_cannot_travel_is_told_in_words():
    with pytest.raises(WorkerFailure, match="its answer cannot travel: TypeError"):
        call("error_that_cannot_travel")


def test_large_payloads_travel_both_ways():
    payload = os.urandom(10_000_000)

    async def calls():
        async with jobs(2) as workers:
            order = ("workerjobs:echo", payload)
            return await asyncio.gather(*(workers.run(*order, timeout=SECONDS) for _ in range(4)))

    assert asyncio.run(calls()) == [((payload,), {})] * 4


def test_a_payload_that_is_not_read_to_the_end_blocks_nobody():
    async def calls():
        async with jobs(memory_bytes=2**28) as workers:
            with pytest.raises(WorkerFailure, match=r"^the worker died \(exit status 1\)$"):
                await workers.run("workerjobs:echo", bytes(2**28), timeout=SECONDS)

    asyncio.run(calls())


def test_fifty_calls_at_once_share_two_workers():
    async def calls():
        async with jobs(2) as workers:
            order = [workers.run("workerjobs:echo", number, timeout=SECONDS) for number in range(50)]
            answers = await asyncio.gather(*order)
            return answers, children()

    answers, pids = asyncio.run(calls())

    assert answers == [((number,), {}) for number in range(50)]
    assert len(pids) == 2


def test_one_bad_call_does_not_disturb_the_others():
    async def calls():
        async with jobs(2) as workers:
            bad = [workers.run("workerjobs:leave", 1, timeout=SECONDS) for _ in range(2)]
            bad.append(workers.run("workerjobs:spin", timeout=0.3))
            good = [workers.run("workerjobs:echo", number, timeout=SECONDS) for number in range(10)]
            return await asyncio.gather(*bad, *good, return_exceptions=True)

    answers = asyncio.run(calls())

    assert [type(answer) for answer in answers[:3]] == [WorkerFailure] * 3
    assert answers[3:] == [((number,), {}) for number in range(10)]


def test_a_worker_starts_when_a_call_needs_it_and_not_before():
    async def calls():
        async with jobs(4) as workers:
            before = children()
            await workers.run("workerjobs:pid", timeout=SECONDS)
            await workers.run("workerjobs:pid", timeout=SECONDS)
            return before, children()

    before, after = asyncio.run(calls())

    assert (before, len(after)) == ([], 1)


def test_a_worker_is_replaced_after_its_share_of_calls():
    async def calls():
        async with jobs(recycle_after=3) as workers:
            return [await workers.run("workerjobs:pid", timeout=SECONDS) for _ in range(7)]

    pids = asyncio.run(calls())

    assert [pids.index(pid) for pid in pids] == [0, 0, 0, 3, 3, 3, 6]


def test_a_worker_that_keeps_half_of_its_memory_is_replaced_before_a_call_needs_it():
    async def calls():
        async with jobs(memory_bytes=2**30) as workers:
            return [
                await workers.run("workerjobs:keep", megabytes, timeout=SECONDS)
                for megabytes in (1, 1, 700, 1)
            ]

    pids = asyncio.run(calls())

    assert [pids.index(pid) for pid in pids] == [0, 0, 0, 3]


def test_what_a_library_prints_or_reads_is_not_taken_for_the_protocol():
    assert call("chatter") == ("", False)


def test_no_process_is_left_when_the_context_ends_or_fails():
    async def calls(end):
        async with jobs(2) as workers:
            await workers.run("workerjobs:pid", timeout=SECONDS)
            assert len(children()) == 1
            end()

    asyncio.run(calls(lambda: None))
    assert children() == []

    with pytest.raises(ZeroDivisionError):
        asyncio.run(calls(lambda: 1 / 0))
    assert children() == []


def test_a_cancelled_call_frees_its_place_and_its_answer_goes_to_nobody():
    async def calls():
        async with jobs() as workers:
            await workers.run("workerjobs:pid", timeout=SECONDS)
            for name, args in (("rest", ()), ("echo", (bytes(5_000_000),))):
                task = asyncio.create_task(workers.run(f"workerjobs:{name}", *args, timeout=SECONDS))
                await asyncio.sleep(0)
                await asyncio.sleep(0)
                task.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await task
            return await workers.run("workerjobs:echo", "next", timeout=SECONDS), len(children())

    assert asyncio.run(calls()) == ((("next",), {}), 1)


def test_calls_in_flight_when_the_context_ends_fail_and_leave_no_process():
    async def calls():
        async with jobs(2) as workers:
            await workers.run("workerjobs:echo", timeout=SECONDS)
            # One asks an idle worker, one starts one, one waits for its turn.
            tasks = [asyncio.create_task(workers.run("workerjobs:rest", timeout=SECONDS)) for _ in range(3)]
            await asyncio.sleep(0)
        return await asyncio.gather(*tasks, return_exceptions=True)

    answers = asyncio.run(calls())

    assert [type(answer) for answer in answers] == [WorkerFailure, ChildProcessError, RuntimeError]
    assert children() == []


def test_a_worker_that_cannot_start_is_our_fault_and_no_page_s():
    async def calls():
        async with Workers(count=1, package="no_such_package") as workers:
            await workers.run("no_such_package:job", timeout=SECONDS)

    with pytest.raises(ChildProcessError, match="no worker could be started: ModuleNotFoundError"):
        asyncio.run(calls())


def test_only_functions_of_the_package_are_called():
    async def calls():
        async with Workers(count=1) as workers:
            await workers.run("os:getpid", timeout=SECONDS)

    with pytest.raises(ValueError, match="os:getpid is not in newsmonitor"):
        asyncio.run(calls())


def test_without_workers_the_call_is_made_in_this_process_and_fails_alike():
    async def calls():
        async with jobs(0) as workers:
            assert await workers.run("workerjobs:pid", timeout=SECONDS) == os.getpid()
            with pytest.raises(NotAFeed):
                await workers.run("workerjobs:not_a_feed", timeout=SECONDS)
            with pytest.raises(WorkerFailure, match="ValueError: first line"):
                await workers.run("workerjobs:raise_value_error", timeout=SECONDS)

    asyncio.run(calls())


PARENT = """
import asyncio, os, sys
from newsmonitor.workers import Workers

async def main(fifo):
    async with Workers(count=3, package="workerjobs") as workers:
        await workers.run("workerjobs:pid", timeout=20)
        busy = [workers.run("workerjobs:spin", fifo, timeout=2), workers.run("workerjobs:spin_in_c", fifo, timeout=2)]
        tasks = [asyncio.create_task(call) for call in busy]
        await workers.run("workerjobs:pid", timeout=20)
        # A fork that outlives its parent holds the other ends of the sockets open.
        if os.fork() == 0:
            os.read(0, 1)
            os._exit(0)
        print("ready", flush=True)
        await asyncio.gather(*tasks)

asyncio.run(main(sys.argv[1]))
"""


def workers_of(pid):
    return [kid.pid for kid in psutil.Process(pid).children() if "serve(" in str(kid.cmdline())]


@pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="needs pidfd_open of Linux")
@pytest.mark.parametrize("is_busy", [False, True], ids=["idle and starting", "idle and busy"])
def test_a_killed_parent_leaves_no_worker(is_busy, tmp_path):
    fifo = tmp_path / "busy"
    os.mkfifo(fifo)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(PLUGINS), str(TESTS)])}
    order = [sys.executable, "-c", PARENT, str(fifo)]
    with subprocess.Popen(
        order, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout.readline() == "ready\n"
        begun = b"" if is_busy else b".."
        while len(begun) < 2:
            begun += fifo.read_bytes()
        pids = workers_of(parent.pid)
        while len(pids) < 3:
            # One that has just been forked does not carry its own name yet.
            pids = workers_of(parent.pid)

        parent.kill()
        parent.wait()
        ended = wait_for_end(pids)
        parent.stdin.close()

    assert len(pids) == 3
    assert ended
