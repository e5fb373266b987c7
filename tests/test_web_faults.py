import asyncio
import contextlib
import gc
import gzip
import socket
import time
import tracemalloc
import zlib
from collections.abc import Sequence
from ipaddress import ip_network

import brotli
import pytest
from backports import zstd
from hypothesis import given, settings
from hypothesis import strategies as st

from newsmonitor.errors import FetchError
from newsmonitor.web import Answer
from newsroom import Exchange, Site, faults
from newsroom.certificates import authority
from newsroom.client import LIMIT, a_web, failure, fetch, names

# A server that misbehaves


@pytest.mark.parametrize(
    "fault",
    [faults.hang, faults.hang_after_headers, faults.drip, faults.drip_headers],
    ids=lambda f: f.__name__,
)
def test_a_slow_server_ends_by_the_deadline_of_the_whole_exchange(site, fault):
    url = site.reply("/a", fault)
    began = time.monotonic()

    error = failure(url, timeout=0.3, max_body_bytes=10_000_000)

    assert (error.failure_class, error.transient) == ("timeout", True)
    assert time.monotonic() - began < 3


def test_the_redirects_share_the_deadline(site):
    def slow(exchange: Exchange) -> None:
        exchange.wait(0.2)
        faults.redirect("/a")(exchange)

    assert failure(site.reply("/a", slow), timeout=0.5).failure_class == "timeout"


@pytest.mark.parametrize("slots", [{"concurrency": 8, "per_host": 1}, {"concurrency": 1, "per_host": 8}])
def test_the_wait_for_a_slot_does_not_count(site, slots):
    def slow(exchange: Exchange) -> None:
        exchange.wait(0.1)
        exchange.answer(b"x")

    url = site.reply("/a", slow)

    async def many() -> list[Answer]:
        async with a_web(timeout=0.4, **slots) as web:
            return await asyncio.gather(*(web.get(url, accept="*/*") for _ in range(6)))

    assert len(asyncio.run(many())) == 6


@pytest.mark.parametrize(
    "fault, failure_class, transient",
    [
        (faults.reset, "connection", True),
        (faults.raw(b""), "connection", True),
        (faults.raw(b"\x00\xff\x00 not HTTP\r\n\r\n"), "connection", True),
        (faults.raw(b"HTTP/1.1 200 OK\r\nbad header line\r\n\r\n"), "connection", True),
        (
            faults.raw(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n12345"),
            "connection",
            True,
        ),
        (
            faults.raw(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\nContent-Length: 5\r\n\r\n123456"),
            "connection",
            True,
        ),
        (faults.raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"), "connection", True),
        (faults.wrong_length(b"short", 100), "connection", True),
        (faults.endless, "too_large", False),
        (faults.crumbs, "too_large", False),
        (faults.wrong_length(b"", 10**12), "too_large", False),
        (faults.bomb(50 << 20), "too_large", False),
        (faults.many_headers(20_000, b"x"), "too_large", False),
        (faults.long_header(300_000), "too_large", False),
        (faults.broken_gzip(b"page" * 99), "bad_encoding", True),
        (faults.cut_gzip(b"page" * 99), "bad_encoding", True),
        (faults.encoded("gzip", b"plain"), "bad_encoding", True),
        (faults.encoded("deflate", b"plain"), "bad_encoding", True),
        (faults.encoded("br", b"\x8b\x02\x80"), "bad_encoding", True),
        (faults.encoded("zstd", b"plain"), "bad_encoding", True),
        (faults.encoded("zstd", zstd.compress(b"page")[:-1]), "bad_encoding", True),
        (faults.encoded("compress", b"plain"), "bad_encoding", False),
        (faults.packed_bomb("br", 50 << 20), "too_large", False),
        (faults.packed_bomb("zstd", 50 << 20), "too_large", False),
        (faults.raw(b"HTTP/1.1 100 Continue\r\n\r\n" * 10_000), "too_large", False),
        (faults.long_trailers(b"page", 200_000), "too_large", False),
        (faults.raw(b"HTTP/1.1 999999 OK\r\n\r\n"), "connection", True),
        (faults.encoded("gzip, gzip", gzip.compress(b"x")), "bad_encoding", False),
        (faults.encoded("gzip", gzip.compress(b"") * 10_000), "bad_encoding", False),
    ],
)
def test_a_bad_answer_is_a_failure_that_says_what_it_is(site, fault, failure_class, transient):
    error = failure(site.reply("/a", fault))

    assert (error.failure_class, error.transient, error.status) == (failure_class, transient, None)
    assert len(error.reason) < 200


@pytest.mark.parametrize(
    "fault, body",
    [
        (faults.many_headers(150, b"page"), b"page"),
        (faults.wrong_length(b"longer than said", 6), b"longer"),
        (faults.raw(faults.OK, b"\r\nto the end"), b"to the end"),
        (faults.raw(b"HTTP/1.0 200 \r\n\r\nold"), b"old"),
        (faults.raw(faults.OK, b"Transfer-Encoding: chunked\r\n\r\n3\r\none\r\n0\r\n\r\n"), b"one"),
        (faults.raw(b"HTTP/1.1 103 Early Hints\r\n\r\n", faults.OK, b"Content-Length: 1\r\n\r\nx"), b"x"),
        (faults.encoded("gzip", gzip.compress(b"page")), b"page"),
        (faults.encoded("X-GZIP", gzip.compress(b"page")), b"page"),
        (faults.encoded("gzip, identity", gzip.compress(b"page")), b"page"),
        (faults.encoded("gzip", gzip.compress(b"one ") + gzip.compress(b"two")), b"one two"),
        (faults.encoded("gzip", gzip.compress(b"page") + bytes(20)), b"page"),
        (faults.encoded("br", brotli.compress(b"page")), b"page"),
        (faults.encoded("zstd", zstd.compress(b"page")), b"page"),
        (faults.encoded("gzip", b""), b""),
        (faults.encoded("deflate", zlib.compress(b"page")), b"page"),
        (faults.encoded("deflate", zlib.compress(b"page")[2:-4]), b"page"),
        (faults.bomb(LIMIT), bytes(LIMIT)),
    ],
)
def test_an_odd_but_whole_answer_is_read(site, fault, body):
    assert fetch(site.reply("/a", fault)).body == body


def test_a_body_in_very_many_pieces_is_refused_before_it_costs_much(site):
    error = failure(site.reply("/a", faults.crumbs), max_body_bytes=100_000_000, timeout=20.0)

    assert (error.failure_class, error.reason) == ("too_large", "body in more than 100,000 pieces")


def test_a_bomb_is_never_unpacked_beyond_the_limit(site):
    url = site.reply("/a", faults.bomb(50 << 20))

    tracemalloc.start()
    try:
        failure(url)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert peak < 5 << 20


def test_a_port_that_nobody_listens_on_is_a_passing_failure():
    with Site() as gone:
        url = gone.url + "/"

    error = failure(url)

    assert (error.failure_class, error.reason, error.transient) == ("connection", "Connection refused", True)


def test_failures_use_up_no_connection(site):
    hang, page = site.reply("/hang", faults.hang), site.page("/a", b"still here")
    reset = site.reply("/reset", faults.reset)

    async def run() -> Answer:
        async with a_web(concurrency=2, per_host=2, timeout=0.1) as web:
            for _ in range(3):
                wave = (web.get(url, accept="*/*") for url in (hang, reset, hang, reset))
                errors = await asyncio.gather(*wave, return_exceptions=True)
                assert {type(error) for error in errors} == {FetchError}
        async with a_web(concurrency=2, per_host=2) as web:
            with pytest.raises(FetchError):
                await web.get(reset, accept="*/*")
            return await web.get(page, accept="*/*")

    assert asyncio.run(run()).body == b"still here"


STATUS_LINES = [
    b"HTTP/1.1 200 OK",
    b"HTTP/1.1 302 Found",
    b"HTTP/1.1 101 Switching",
    b"HTTP/2 200",
    b"200 OK",
]
HEADER_LINES = [
    b"Content-Length: 3",
    b"Transfer-Encoding: chunked",
    b"Transfer-Encoding: gzip",
    b"Content-Encoding: gzip",
    b"Location: //",
    b"Location: http://\xff\xfe/",
    b"Location: http://xn--zz/",
    b"Location: http://127.0.0.1:99999/",
    b"Connection: close",
    b" folded",
    b"\xff: \x00",
]


@settings(max_examples=150, deadline=None)
@given(
    status=st.sampled_from(STATUS_LINES) | st.binary(max_size=20),
    headers=st.lists(st.sampled_from(HEADER_LINES) | st.binary(max_size=20), max_size=5),
    body=st.binary(max_size=40),
)
def test_no_server_can_raise_anything_but_a_fetch_error(strange_site, status, headers, body):
    url = strange_site.reply("/a", faults.raw(b"\r\n".join([status, *headers, b"", body])))

    with contextlib.suppress(FetchError):
        fetch(url)


@pytest.fixture(scope="module")
def strange_site():
    with Site() as site:
        yield site


def test_a_resolver_that_hangs_ends_by_the_deadline():
    async def resolve(host: str, port: int) -> Sequence[str]:
        await asyncio.Event().wait()
        return []

    assert failure("http://news.test/", resolve=resolve, timeout=0.1).failure_class == "timeout"


def test_a_server_that_never_speaks_tls_ends_by_the_deadline():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"https://127.0.0.1:{silent.getsockname()[1]}/"

        assert failure(url, timeout=0.2).failure_class == "timeout"


def test_a_connection_that_died_while_idle_is_made_anew(site):
    def once(exchange: Exchange) -> None:
        exchange.send(faults.OK + b"Content-Length: 1\r\n\r\nx")  # and the site closes

    url = site.reply("/a", once)

    async def often() -> list[bytes]:
        async with a_web() as web:
            return [(await web.get(url, accept="*/*")).body for _ in range(5)]

    assert asyncio.run(often()) == [b"x"] * 5


def test_many_requests_leave_no_memory_behind(site):
    url = site.page("/a", b"x" * 20_000)

    async def run() -> tuple[int, int]:
        async with a_web() as web:
            sizes = []
            tracemalloc.start()
            for _ in range(2):
                for _ in range(60):
                    await web.get(url, accept="*/*")
                gc.collect()
                sizes.append(tracemalloc.get_traced_memory()[0])
            tracemalloc.stop()
            return sizes[0], sizes[1]

    before, after = asyncio.run(run())

    assert after - before < 100_000


# TLS


def test_the_certificate_is_checked_against_the_name_and_not_the_address():
    server, client = authority("news.test")

    with Site(tls=server) as site:
        url = site.page("/a", b"secret").replace("127.0.0.1", "news.test")
        answer = fetch(url, authority=client, resolve=names(news="127.0.0.1"))

    assert answer.body == b"secret"


def test_a_certificate_for_another_name_is_a_lasting_failure():
    server, client = authority("news.test")

    with Site(tls=server) as site:
        url = site.page("/a").replace("127.0.0.1", "other.test")
        error = failure(url, authority=client, resolve=names(other="127.0.0.1"))

    assert (error.failure_class, error.transient) == ("tls", False)
    assert "certificate" in error.reason


def test_a_certificate_of_nobody_is_a_lasting_failure():
    server, _ = authority("news.test")

    with Site(tls=server) as site:
        url = site.page("/a").replace("127.0.0.1", "news.test")
        error = failure(url, authority=None, resolve=names(news="127.0.0.1"))

    assert (error.failure_class, error.transient) == ("tls", False)
    assert error.reason == "certificate: self-signed certificate"


def test_tls_to_a_plain_port_is_a_tls_failure(site):
    error = failure(site.page("/a").replace("http:", "https:"))

    assert (error.failure_class, error.reason) == ("tls", "TLS: wrong version number")


# Names


def test_a_name_that_does_not_exist_is_a_dns_failure():
    error = failure("http://nobody.test/", resolve=names(nobody=[]))

    assert (error.failure_class, error.reason) == ("dns", "nobody.test has no address")


@pytest.mark.parametrize(
    "code, name, transient", [("EAI_AGAIN", "dns_temporary", True), ("EAI_NONAME", "dns", False)]
)
def test_a_resolver_that_is_down_is_a_passing_failure_and_a_missing_name_is_not(code, name, transient):
    async def resolve(host: str, port: int) -> Sequence[str]:
        raise socket.gaierror(getattr(socket, code), "no luck")

    error = failure("http://news.test/", resolve=resolve)

    assert (error.failure_class, error.reason, error.transient) == (name, "no luck", transient)


def test_a_name_too_long_to_ask_for_is_a_bad_address():
    assert failure(f"http://{'a' * 70}.example/").failure_class == "bad_url"


def test_a_name_in_broken_punycode_is_asked_for_as_it_stands():
    error = failure("http://xn--zz/", resolve=names(**{"xn--zz": []}))

    assert error.failure_class == "dns"


def test_the_next_address_is_tried_where_the_first_does_not_answer(site):
    url = site.page("/a", b"here").replace("127.0.0.1", "news.test")
    both = (ip_network("127.0.0.0/8"),)

    # Nobody listens at 127.0.0.9: the site is bound to 127.0.0.1 alone.
    answer = fetch(url, allow_networks=both, resolve=names(news=["127.0.0.9", "127.0.0.1"]))

    assert answer.body == b"here"
