import asyncio
import contextlib
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsmonitor.errors import FetchError
from newsmonitor.web import Answer, retry_after
from newsroom import faults
from newsroom.certificates import authority
from newsroom.client import a_web, failure, fetch, names
from newsroom.h2site import H2Site

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
    assert (asked["Accept"], asked["Accept-Encoding"]) == ("*/*", "gzip, deflate, br, zstd")
    assert asked["Cache-Control"] is None


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


def test_the_headers_of_the_answer_are_kept_as_sent_and_those_of_an_interim_one_are_not(site):
    early = b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n"
    folded = b"x-Odd:  one \r\n two\r\nX-ODD: three\r\n"
    trailer = b"Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\nX-Trailer: late\r\n\r\n"

    answer = fetch(site.reply("/a", faults.raw(early, faults.OK, folded, trailer)))

    assert answer.body == b"x"
    assert answer.raw_headers == (
        ("x-Odd", "one two"),
        ("X-ODD", "three"),
        ("Transfer-Encoding", "chunked"),
    )


def test_a_request_can_ask_the_caches_on_the_way_to_look_again(site):
    url = site.page("/a", b"x")

    async def run() -> None:
        async with a_web() as web:
            await web.get(url, accept="*/*", fresh=True)

    asyncio.run(run())

    assert site.asked("/a")[0].headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize("etag", ['"1"\r\nX-Forged: 1', '"1"\nX-Forged: 1', '"1"\x00'])
def test_a_validator_that_would_write_headers_of_its_own_is_not_sent(site, etag):
    url = site.page("/a", b"x")

    assert fetch(url, etag=etag).body == b"x"
    asked = site.asked("/a")[0].headers
    assert (asked["If-None-Match"], asked["X-Forged"]) == (None, None)


def test_the_body_of_an_error_costs_no_connection_where_it_is_small(site):
    missing = site.page("/missing", b"not here " * 50, status=404)

    async def often() -> None:
        async with a_web() as web:
            for _ in range(4):
                with pytest.raises(FetchError):
                    await web.get(missing, accept="*/*")

    asyncio.run(often())

    assert (len(site.requests), site.connection_count) == (4, 1)


def test_the_body_of_an_error_is_not_read_to_its_end_where_there_is_none(site):
    def endless_error(exchange):
        exchange.send(b"HTTP/1.1 404 Not Found\r\nConnection: close\r\n\r\n")
        with contextlib.suppress(OSError):
            while not exchange.wait(0):
                exchange.send(b"n" * 65536)

    error = failure(site.reply("/a", endless_error))

    assert (error.failure_class, error.status) == ("http_4xx", 404)


def test_a_client_that_goes_away_leaves_no_request_behind(site):
    hang, page = site.reply("/hang", faults.hang), site.page("/a", b"x")

    async def run() -> Answer:
        async with a_web(concurrency=1, per_host=1) as web:
            for _ in range(3):
                with pytest.raises(TimeoutError):
                    await asyncio.wait_for(web.get(hang, accept="*/*"), 0.05)
            return await web.get(page, accept="*/*")

    assert asyncio.run(run()).body == b"x"


def test_a_client_can_be_closed_while_it_waits(site):
    hang = site.reply("/hang", faults.hang)

    async def run() -> BaseException | None:
        async with a_web() as web:
            waiting = asyncio.create_task(web.get(hang, accept="*/*"))
            while not site.requests:
                await asyncio.sleep(0.01)
        (result,) = await asyncio.gather(waiting, return_exceptions=True)
        return result if isinstance(result, BaseException) else None

    assert isinstance(asyncio.run(run()), asyncio.CancelledError)


def test_two_clients_share_a_loop_and_loops_follow_one_another(site):
    url = site.page("/a", b"x")

    async def both() -> list[Answer]:
        async with a_web() as one, a_web() as other:
            return await asyncio.gather(*(web.get(url, accept="*/*") for web in (one, other, one, other)))

    for _ in range(3):
        assert [answer.body for answer in asyncio.run(both())] == [b"x"] * 4


def test_a_name_is_looked_up_once_for_requests_that_follow_closely(site):
    asked: list[tuple[str, int]] = []

    async def resolve(host: str, port: int) -> list[str]:
        asked.append((host, port))
        return ["127.0.0.1"]

    url = site.page("/a", b"x").replace("127.0.0.1", "news.test")

    async def often() -> None:
        async with a_web(resolve=resolve) as web:
            for _ in range(3):
                await web.get(url, accept="*/*")

    asyncio.run(often())

    assert asked == [("news.test", site.port)]


# HTTP/2


def test_requests_share_one_connection_where_the_server_speaks_http2():
    server, public = authority("news.test")

    def answer(headers):
        if headers.get("if-none-match") == '"1"':
            return 304, {"etag": '"1"'}, b""
        return 200, {"etag": '"1"', "x-path": headers[":path"]}, headers[":path"].encode() * 9000

    # The server answers none before all four are there: they must travel side by side.
    with H2Site(server, answer, together=4) as site:

        async def ask() -> list[Answer]:
            resolve = names(news="127.0.0.1")
            async with a_web(authority=public, resolve=resolve, concurrency=4, per_host=4) as web:
                urls = [f"https://news.test:{site.port}/{number}" for number in range(4)]
                first = await asyncio.gather(*(web.get(url, accept="*/*") for url in urls))
                again = await asyncio.gather(*(web.get(url, accept="*/*", etag='"1"') for url in urls))
                return first + again

        answers = asyncio.run(ask())

        assert site.connection_count == 1
        assert {request["user-agent"] for request in site.requests} == {
            "newsmonitor-test (+mailto:desk@example.org)"
        }
    assert [answer.body for answer in answers[:4]] == [b"/%d" % number * 9000 for number in range(4)]
    assert answers[0].raw_headers == (("etag", '"1"'), ("x-path", "/0"))
    assert [answer.not_modified for answer in answers[4:]] == [True] * 4


def test_an_http2_answer_is_limited_as_any_other():
    server, public = authority("news.test")

    with H2Site(server, lambda headers: (200, {}, bytes(400_000))) as site:
        url = f"https://news.test:{site.port}/"
        error = failure(url, authority=public, resolve=names(news="127.0.0.1"))

    assert error.failure_class == "too_large"


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
        (410, "gone", False),
        (425, "http_4xx", True),
        (429, "throttled", True),
        (451, "http_4xx", False),
        (500, "http_5xx", True),
        (502, "http_5xx", True),
        (503, "throttled", True),
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
