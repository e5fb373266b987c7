import asyncio
import time
from datetime import UTC, datetime, timedelta
from threading import Event
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsmonitor.web import Answer, retry_after
from newsroom import Exchange, faults
from newsroom.client import a_web, failure, fetch, names

# What a good answer brings


def test_an_answer_carries_the_body_and_what_the_archive_needs(site):
    url = site.page("/a", b"<html>", Content_Type="text/html", ETag='"1"')

    answer = fetch(url)

    assert (answer.url, answer.final_url, answer.status, answer.body) == (url, url, 200, b"<html>")
    assert answer.header("content-type") == "text/html"
    assert ("ETag", '"1"') in answer.raw_headers
    assert ("Host", f"127.0.0.1:{site.port}") in answer.request_headers
    assert answer.received_at.tzinfo is UTC
    assert abs(datetime.now(UTC) - answer.received_at) < timedelta(seconds=5)
    assert (answer.redirects, answer.permanent_url, answer.not_modified) == ((), None, False)


def test_a_request_says_who_asks_and_what_for(site):
    fetch(site.page("/a"))

    asked = site.asked("/a")[0].headers
    assert asked["User-Agent"] == "newsmonitor-test (+mailto:desk@example.org)"
    assert (asked["Accept"], asked["Accept-Encoding"]) == ("*/*", "gzip, deflate")


def test_an_unchanged_page_costs_one_conditional_request(site):
    url = site.page("/feed.xml", b"<rss/>", ETag='"v1"')

    again = fetch(url, etag=fetch(url).header("etag"))

    assert (again.not_modified, again.status, again.body) == (True, 304, b"")
    assert site.asked("/feed.xml")[1].headers["If-None-Match"] == '"v1"'


def test_the_time_of_the_last_change_is_sent_back_as_it_came(site):
    when = "Tue, 06 Aug 2024 05:00:00 GMT"
    url = site.page("/feed.xml", b"<rss/>", Last_Modified=when)

    assert fetch(url, last_modified=when).not_modified
    assert not fetch(url).not_modified


def test_not_modified_without_having_asked_is_a_failure(site):
    error = failure(site.page("/a", status=304))

    assert (error.failure_class, error.status, error.transient) == ("http_3xx", 304, False)


def test_a_cookie_is_not_kept(site):
    url = site.page("/a", b"x", Set_Cookie="id=1")

    async def twice() -> None:
        async with a_web() as web:
            await web.get(url, accept="*/*")
            await web.get(url, accept="*/*")

    asyncio.run(twice())

    assert [request.headers["Cookie"] for request in site.requests] == [None, None]


def test_a_proxy_in_the_environment_is_ignored(site, monkeypatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    monkeypatch.setenv("all_proxy", "http://127.0.0.1:1")

    assert fetch(site.page("/a", b"direct")).body == b"direct"


def test_one_connection_serves_many_requests(site):
    page, known = site.page("/a", b"x"), site.page("/b", b"x", ETag='"1"')

    async def often() -> None:
        async with a_web() as web:
            for _ in range(5):
                await web.get(page, accept="*/*")
                await web.get(known, accept="*/*", etag='"1"')

    asyncio.run(often())

    assert (len(site.requests), site.connection_count) == (10, 1)


def test_headers_in_utf8_and_in_latin1_are_both_read(site):
    url = site.reply(
        "/a",
        faults.raw(
            faults.OK,
            "X-Utf: Курск\r\n".encode(),
            "X-Latin: é\r\n".encode("latin-1"),
            b"Content-Length: 0\r\n\r\n",
        ),
    )

    answer = fetch(url)

    assert (answer.header("x-utf"), answer.header("x-latin")) == ("Курск", "é")


# Statuses


@pytest.mark.parametrize(
    "status, failure_class, transient",
    [
        (204, "http_2xx", False),
        (300, "http_3xx", False),
        (301, "http_3xx", False),  # without a Location
        (400, "http_4xx", False),
        (401, "http_4xx", False),
        (403, "http_4xx", False),
        (404, "http_4xx", False),
        (408, "http_4xx", True),
        (410, "http_4xx", False),
        (425, "http_4xx", True),
        (429, "http_4xx", True),
        (451, "http_4xx", False),
        (500, "http_5xx", True),
        (503, "http_5xx", True),
        (599, "http_5xx", True),
    ],
)
def test_a_status_says_whether_to_try_again(site, status, failure_class, transient):
    url = site.page("/a", b"no", status=status)

    error = failure(url)

    assert (error.failure_class, error.status, error.transient) == (failure_class, status, transient)
    assert str(error) == f"{url}: HTTP {status}"


def test_a_server_says_when_to_come_back_in_seconds(site):
    assert failure(site.page("/a", status=429, Retry_After="120")).retry_after == 120.0


def test_a_date_to_come_back_counts_from_the_servers_own_clock(site):
    url = site.page(
        "/a",
        status=503,
        Retry_After="Fri, 31 Dec 1999 23:59:59 GMT",
        Date="Fri, 31 Dec 1999 23:58:59 GMT",
    )

    assert failure(url).retry_after == 60.0


NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "value, date, seconds",
    [
        ("0", None, 0.0),
        (" 30 ", None, 30.0),
        ("Thu, 01 Jan 2026 12:01:00 GMT", None, 60.0),
        ("Thursday, 01-Jan-26 12:01:00 GMT", None, 60.0),
        ("Thu, 01 Jan 2026 12:01:00 -0000", None, 60.0),
        ("Thu, 01 Jan 2026 11:00:00 GMT", None, 0.0),
        ("Thu, 01 Jan 2026 12:01:00 GMT", "nonsense", 60.0),
        (None, None, None),
        ("", None, None),
        ("soon", None, None),
        ("-1", None, None),
        ("1.5", None, None),
        ("٣", None, None),
        ("9" * 5000, None, None),
        ("Thu, 01 Jan 99999 12:01:00 GMT", None, None),
    ],
)
def test_retry_after_is_seconds_or_a_date_or_nothing(value, date, seconds):
    assert retry_after(value, date, NOON) == seconds


@given(st.text(max_size=60), st.text(max_size=60))
def test_no_retry_after_is_too_strange(value, date):
    seconds = retry_after(value, date, NOON)

    assert seconds is None or seconds >= 0


# Redirects


def test_redirects_are_followed_and_named(site):
    end = site.page("/c", b"here")
    site.reply("/b", faults.redirect("c", 307))
    url = site.reply("/a", faults.redirect("/b#part", 302))

    answer = fetch(url)

    assert (answer.body, answer.url, answer.final_url) == (b"here", url, end)
    assert answer.redirects == ((302, site.url + "/b"), (307, end))
    assert answer.permanent_url is None


@pytest.mark.parametrize("first, second, moved", [(301, 308, "/c"), (301, 302, "/b"), (302, 301, None)])
def test_a_page_has_moved_as_far_as_the_permanent_redirects_reach(site, first, second, moved):
    site.page("/c", b"here")
    site.reply("/b", faults.redirect("/c", second))
    url = site.reply("/a", faults.redirect("/b", first))

    assert fetch(url).permanent_url == (moved and site.url + moved)


def test_a_redirect_in_bare_cyrillic_is_understood(site):
    site.page("/%D0%BA%D1%83%D1%80%D1%81%D0%BA", b"here")

    assert fetch(site.reply("/a", faults.redirect("/курск"))).body == b"here"


def test_five_redirects_are_followed_and_six_are_not(site):
    site.page("/6", b"here")
    for number in range(6):
        site.reply(f"/{number}", faults.redirect(f"/{number + 1}"))

    assert fetch(site.url + "/1").body == b"here"
    assert failure(site.url + "/0").failure_class == "too_many_redirects"


def test_a_redirect_to_itself_ends(site):
    error = failure(site.reply("/a", faults.redirect("/a")))

    assert (error.failure_class, error.transient) == ("too_many_redirects", False)
    assert len(site.requests) == 6


def test_the_error_behind_a_redirect_names_both_addresses(site):
    gone = site.page("/gone", status=410)
    url = site.reply("/a", faults.redirect("/gone"))

    assert str(failure(url)) == f"{url}: HTTP 410 (redirected to {gone})"


@pytest.mark.parametrize(
    "location",
    [
        "javascript:alert(1)",
        "file:///etc/passwd",
        "https:///a",
        "http://[::1",
        "http://u:p@x.test/",
        "http://a:0/",
    ],
)
def test_a_redirect_to_nowhere_is_a_bad_address(site, location):
    assert failure(site.reply("/a", faults.redirect(location))).failure_class == "bad_url"


# Politeness


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
