"""Being a good guest: how many requests at a time, how far apart, and what a host may ask of us."""

import asyncio
import time
from threading import Event
from typing import Any

import pytest

from newsmonitor.errors import FetchError
from newsmonitor.web import Answer
from newsroom import Exchange, faults
from newsroom.client import a_web, names


class Counter:
    """How many requests were open at once, at most; each waits until `until` are open or a moment passes."""

    def __init__(self, until: int) -> None:
        self.open = self.most = 0
        self.until = until
        self.full = Event()

    def __call__(self, exchange: Exchange) -> None:
        self.open += 1
        self.most = max(self.most, self.open)
        if self.open >= self.until:
            self.full.set()
        self.full.wait(0.05)
        self.open -= 1
        exchange.answer(b"x")


def ask_all(urls: list[str], **changes: Any) -> None:
    async def run() -> None:
        async with a_web(**changes) as web:
            await asyncio.gather(*(web.get(url, accept="*/*") for url in urls))

    asyncio.run(run())


def test_one_host_gets_only_so_many_requests_at_a_time(site):
    counter = Counter(until=3)

    ask_all([site.reply("/a", counter)] * 8, concurrency=8, per_host=2)

    assert counter.most == 2


def test_all_hosts_together_get_only_so_many_requests_at_a_time(site):
    counter = Counter(until=4)
    site.reply("/a", counter)
    hosts = {f"h{number}": "127.0.0.1" for number in range(8)}
    urls = [f"http://{name}.test:{site.port}/a" for name in hosts]

    ask_all(urls, concurrency=3, per_host=2, resolve=names(**hosts))

    assert counter.most == 3


def test_the_caller_says_what_counts_as_one_host(site):
    counter = Counter(until=2)
    site.reply("/a", counter)
    hosts = {"one": "127.0.0.1", "two": "127.0.0.1"}
    urls = [f"http://{name}.test:{site.port}/a" for name in hosts]

    ask_all(urls, per_host=1, resolve=names(**hosts), host_key=lambda url: "test")

    assert counter.most == 1


def test_a_slow_host_holds_back_no_other(site):
    site.reply("/hang", faults.hang)
    page = site.page("/a", b"quick").replace("127.0.0.1", "quick.test")

    async def run() -> tuple[Answer, bool]:
        resolve = names(slow="127.0.0.1", quick="127.0.0.1")
        async with a_web(concurrency=2, per_host=1, timeout=1.0, resolve=resolve) as web:
            slow = f"http://slow.test:{site.port}/hang"
            hangs = [asyncio.create_task(web.get(slow, accept="*/*")) for _ in range(3)]
            answer = await web.get(page, accept="*/*")
            waiting = not any(hang.done() for hang in hangs)
            for hang in hangs:
                hang.cancel()
            await asyncio.gather(*hangs, return_exceptions=True)
            return answer, waiting

    answer, waiting = asyncio.run(run())

    assert (answer.body, waiting) == (b"quick", True)


def test_a_pause_lies_between_two_requests_to_one_host(site):
    times: list[float] = []

    def note(exchange: Exchange) -> None:
        times.append(time.monotonic())
        exchange.answer(b"x")

    ask_all([site.reply("/a", note)] * 4, pause_seconds=0.05)

    gaps = [later - sooner for sooner, later in zip(sorted(times), sorted(times)[1:], strict=False)]
    # The clock runs at the beginning of the request, the note is taken at its arrival: allow for the way.
    assert min(gaps) > 0.02
    assert times[-1] - times[0] > 0.12


# What a host asks for: silence


def ask_each(urls: list[str], **changes: Any) -> list[Answer | FetchError]:
    """Ask one after the other."""

    async def run() -> list[Answer | FetchError]:
        results: list[Answer | FetchError] = []
        async with a_web(**changes) as web:
            for url in urls:
                try:
                    results.append(await web.get(url, accept="*/*"))
                except FetchError as error:
                    results.append(error)
        return results

    return asyncio.run(run())


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("headers, least, most", [({"Retry_After": "120"}, 110, 120), ({}, 50, 60)])
def test_a_host_that_says_too_much_is_left_alone(site, status, headers, least, most):
    busy, page = site.page("/busy", status=status, **headers), site.page("/a", b"x")

    first, second = ask_each([busy, page])

    assert (first.failure_class, first.status) == ("throttled", status)
    assert (second.url, second.failure_class, second.transient) == (page, "held", True)
    assert least < second.retry_after <= most
    assert second.status is None
    assert site.asked("/a") == []


def test_a_rest_until_a_date_is_kept(site):
    times = {"Retry_After": "Fri, 31 Dec 1999 23:59:59 GMT", "Date": "Fri, 31 Dec 1999 23:49:59 GMT"}

    _, second = ask_each([site.page("/busy", status=503, **times), site.page("/a")])

    assert second.failure_class == "held"
    assert 590 < second.retry_after <= 600


def test_the_rest_is_that_of_all_that_counts_as_one_host_and_of_no_other(site):
    hosts = {"one": "127.0.0.1", "two": "127.0.0.1", "far": "127.0.0.1"}
    site.page("/busy", status=429)
    site.page("/a", b"x")
    urls = [
        f"http://{name}.test:{site.port}/{page}"
        for name, page in (("one", "busy"), ("two", "a"), ("far", "a"))
    ]

    _, same, other = ask_each(
        urls, resolve=names(**hosts), host_key=lambda url: "far" if "far" in url else "near"
    )

    assert (same.failure_class, other.body) == ("held", b"x")


def test_a_rest_that_is_over_is_over(site):
    busy, page = site.page("/busy", status=429, Retry_After="0"), site.page("/a", b"x")

    assert ask_each([busy, page])[1].body == b"x"


def test_a_client_may_be_told_not_to_hold(site):
    busy, page = site.page("/busy", status=429, Retry_After="120"), site.page("/a", b"x")

    assert ask_each([busy, page], holds=False)[1].body == b"x"


@pytest.mark.parametrize("slots", [{"concurrency": 8, "per_host": 1}, {"concurrency": 1, "per_host": 8}])
def test_those_who_wait_for_a_slot_are_held_too(site, slots):
    busy = site.page("/busy", status=429)

    async def run() -> list[Answer | BaseException]:
        async with a_web(**slots) as web:
            all_at_once = (web.get(busy, accept="*/*") for _ in range(5))
            return await asyncio.gather(*all_at_once, return_exceptions=True)

    classes = [error.failure_class for error in asyncio.run(run())]

    assert classes == ["throttled", "held", "held", "held", "held"]
    assert len(site.requests) == 1


def test_a_redirect_to_a_host_at_rest_is_held(site):
    site.page("/busy", status=429)
    moved = site.reply("/a", faults.redirect(f"http://busy.test:{site.port}/busy"))

    first, second = ask_each([moved, moved], resolve=names(busy="127.0.0.1"))

    assert (first.failure_class, second.failure_class) == ("throttled", "held")
    assert str(second).endswith(f"(redirected to http://busy.test:{site.port}/busy)")


# What a host asks for: robots.txt


def test_leave_is_asked_before_every_hop(site):
    end = site.page("/b", b"x")
    url = site.reply("/a", faults.redirect("/b"))
    asked: list[tuple[str, int]] = []

    async def permit(address: str) -> float:
        asked.append((address, len(site.requests)))
        return 0.0

    async def run() -> Answer:
        async with a_web() as web:
            return await web.get(url, accept="*/*", permit=permit)

    assert asyncio.run(run()).body == b"x"
    assert asked == [(url, 0), (end, 1)]


def test_leave_that_is_refused_goes_out_unchanged(site):
    async def permit(address: str) -> float:
        raise refusal

    async def run() -> None:
        async with a_web() as web:
            await web.get(site.page("/a"), accept="*/*", permit=permit)

    refusal = FetchError("http://x.test/", "robots.txt says no", failure_class="robots", transient=False)

    with pytest.raises(FetchError) as caught:
        asyncio.run(run())

    assert caught.value is refusal
    assert site.requests == []


def test_leave_may_be_asked_of_the_same_host_by_the_same_client(site):
    site.page("/robots.txt", b"User-agent: *")
    url = site.page("/a", b"x")

    async def run() -> list[Answer]:
        async with a_web(concurrency=1, per_host=1) as web:

            async def permit(address: str) -> float:
                await web.get(site.url + "/robots.txt", accept="text/plain")
                return 0.0

            asking = (web.get(url, accept="*/*", permit=permit) for _ in range(4))
            return await asyncio.gather(*asking)

    assert len(asyncio.run(run())) == 4


@pytest.mark.parametrize("ours, theirs", [(0.0, 0.08), (0.08, 0.0)])
def test_the_longer_pause_counts_theirs_or_ours(site, ours, theirs):
    url = site.page("/a", b"x")

    async def permit(address: str) -> float:
        return theirs

    async def run() -> None:
        async with a_web(pause_seconds=ours) as web:
            await asyncio.gather(*(web.get(url, accept="*/*", permit=permit) for _ in range(4)))

    began = time.monotonic()
    asyncio.run(run())

    assert time.monotonic() - began > 0.22
