"""Addresses: what is one page, what is not, and what is no address at all."""

import re
import socket
from time import perf_counter

import duckdb
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from newsmonitor import urls
from newsmonitor.urls import canonical_url, registered_domain, url_key
from newsmonitor.worklist import URL_KEY

HOSTS = st.sampled_from(
    ["a.com", "WWW.A.com", "news.a.co.uk", "кремль.рф", "[::1]", "127.0.0.1", "a.com.", "x"]
)
PATHS = st.text(st.sampled_from("/.%2eEfF?#&=;+aБ é~!|[]@:\\"), max_size=20)
QUERIES = st.lists(
    st.sampled_from(["id=1", "utm_source=x", "b=%D0%9A", "b=К", "a", "", "CMP=y", "&amp;c=2", "%"])
)
ADDRESSES = st.builds(
    lambda scheme, host, port, path, query: f"{scheme}{host}{port}/{path}?{'&'.join(query)}",
    st.sampled_from(["http://", "https://", "HTTP://", "//", "", "https:/"]),
    HOSTS,
    st.sampled_from(["", ":80", ":443", ":8080", ":"]),
    PATHS,
    QUERIES,
)


@pytest.mark.parametrize(
    "url, canonical",
    [
        ("HTTPS://Example.COM/News/Kursk", "https://example.com/News/Kursk"),
        ("http://example.com", "http://example.com/"),
        ("http://example.com:80/a", "http://example.com/a"),
        ("https://example.com:443/a", "https://example.com/a"),
        ("https://example.com:8443/a", "https://example.com:8443/a"),
        ("https://example.com./a", "https://example.com/a"),
        ("https://example.com/a/./b/../c", "https://example.com/a/c"),
        ("https://example.com/a/%2e%2e/c", "https://example.com/c"),
        ("https://example.com//a//b/", "https://example.com//a//b/"),
        ("https://example.com/a%2fb%7ec%d0%9a", "https://example.com/a%2Fb~c%D0%9A"),
        ("https://example.com/100%/a b", "https://example.com/100%25/a%20b"),
        ("https://example.com/a#comments", "https://example.com/a"),
        ("https://example.com/#!/a/1", "https://example.com/#!/a/1"),
        ("https://кремль.рф/новости?q=Курск", "https://xn--e1ajeds9e.xn--p1ai/%D0%BD%D0%BE%D0%B2%D0%BE%D1%81%D1%82%D0%B8?q=%D0%9A%D1%83%D1%80%D1%81%D0%BA"),
        ("https://[::0:1]/a", "https://[::1]/a"),
        ("  https://example.com/a\n/b\t", "https://example.com/a/b"),
        ("https:\\\\example.com\\a", "https://example.com/a"),
        ("\\\\example.com\\a", "https://example.com/a"),
        ("http://%45xample.com/a", "http://example.com/a"),
        ("http:/example.com/a", "http://example.com/a"),
        ("http://https://example.com/a", "https://example.com/a"),
        ("//example.com/a", "https://example.com/a"),
        ("example.com/a?id=1", "https://example.com/a?id=1"),
        ("example.com:8080/a", "https://example.com:8080/a"),
    ],
)  # fmt: skip
def test_an_address_has_one_spelling(url, canonical):
    assert canonical_url(url) == canonical


@pytest.mark.parametrize(
    "query, kept",
    [
        ("utm_source=rss&utm_medium=feed&id=7", "id=7"),
        ("at_medium=RSS&at_campaign=KARANGA", ""),
        ("ns_mchannel=rss&ns_source=PublicRSS20-sa", ""),
        ("CMP=Share_iOSApp_Other", ""),
        ("fbclid=1&gclid=2&yclid=3&ysclid=4&_openstat=5&mtm_campaign=6&igshid=7&mc_cid=8", ""),
        ("UTM_Source=a&utm%5Fmedium=b&id=1", "id=1"),
        ("a=1&amp;utm_source=x&amp;b=2", "a=1&b=2"),
        ("b=2&a=1&b=1", "b=2&a=1&b=1"),
        ("&&a=&b", "a=&b"),
        ("_id=1&ref=2&p=3&from=4&page=5", "_id=1&ref=2&p=3&from=4&page=5"),
    ],
)
def test_what_tells_the_way_of_a_reader_goes_and_what_may_choose_the_page_stays_in_its_order(query, kept):
    assert canonical_url(f"https://example.com/a?{query}") == "https://example.com/a" + (kept and f"?{kept}")


@pytest.mark.parametrize(
    "one, other",
    [
        ("https://example.com/News", "https://example.com/news"),
        ("https://example.com/shownews.html?id=1", "https://example.com/shownews.html?id=2"),
        ("https://example.com/a", "https://m.example.com/a"),
        ("https://example.com/a", "https://news.example.com/a"),
        ("https://example.com/a", "https://example.com/a/"),
        ("https://example.com/a%2Fb", "https://example.com/a/b"),
    ],
)
def test_what_may_be_two_pages_stays_two(one, other):
    assert url_key(canonical_url(one)) != url_key(canonical_url(other))


@pytest.mark.parametrize(
    "url",
    [
        "", "   ", "kursk", "index.php?id=1", "/news/1", "?id=1", "#top", "mailto:desk@example.com",
        "javascript:alert(1)", "data:text/html,x", "tag:example.com,2026:1", "urn:uuid:1", "ftp://example.com/a",
        "http://", "http:///", "http://user:secret@example.com/", "http://user@example.com/", "http://a..com/",
        "http://example.com:99999/", "http://example.com:0/", "http://example.com:port/", "http://[::1/",
        "http://[fe80::1%25eth0]/", "http://exa mple.com/", "http://example.com/\x00", "http://\ud800.com/",
        "http://" + "a" * 64 + ".com/", "http://example.com/" + "a" * 8000, "http://%00.com/", "http://a%2fb.com/",
    ],
)  # fmt: skip
def test_what_cannot_be_fetched_has_no_canonical_address(url):
    assert canonical_url(url) is None


@settings(deadline=None)
@given(st.text() | st.text(alphabet="htps:/\\.@[]%?#&aкЖ\ud800\x00 ").map("http://{}".format) | ADDRESSES)
@example("http://a.com/?&amp;amp;b")
@example("http://a.com/%252e")
@example("http://①.com/")
@example("http://a.com/?%75tm_source=1")
@example("http://%41.com/")
@example("http://a.com//..//b")
def test_every_text_has_one_canonical_address_or_none_and_that_is_its_own(text):
    canonical = canonical_url(text)

    if canonical is not None:
        assert canonical_url(canonical) == canonical
        assert canonical.isascii()
        assert re.match(r"https?://[^/@]+/", canonical)
        assert canonical == canonical.strip()


@settings(deadline=None)
@given(st.text() | ADDRESSES)
def test_no_text_makes_the_domain_fail_and_spelling_does_not_change_it(text):
    domain = registered_domain(text)

    if (canonical := canonical_url(text)) is not None:
        assert domain
        assert registered_domain(canonical) == domain


@pytest.mark.parametrize(
    "one, other",
    [
        ("http://www.example.com/a", "https://example.com/a"),
        ("https://www.example.com/a?utm_source=x", "http://example.com/a"),
        ("http://example.com:80/", "https://www.example.com"),
    ],
)
def test_scheme_and_www_do_not_make_two_pages(one, other):
    assert url_key(canonical_url(one)) == url_key(canonical_url(other))


def test_the_warehouse_folds_addresses_as_url_key_does():
    addresses = [
        "https://www.example.com/a", "http://example.com/", "https://www.www.example.com/https://www.x/",
        "http://wwww.example.com/", "https://www./a", "https://кремль.рф/а?b=http://www.c/",
    ]  # fmt: skip
    canonical = [url for address in addresses if (url := canonical_url(address))]
    query = f"select {URL_KEY.format('url')} from (select unnest(?) as url)"

    folded = [row[0] for row in duckdb.execute(query, [canonical]).fetchall()]

    assert len(folded) == 6
    assert folded == [url_key(url) for url in canonical]


@pytest.mark.parametrize(
    "url, domain",
    [
        ("https://www.bbc.co.uk/news", "bbc.co.uk"),
        ("https://news.example.com:8080/a", "example.com"),
        ("https://kremlin.ru", "kremlin.ru"),
        ("https://новости.кремль.рф/а", "xn--e1ajeds9e.xn--p1ai"),
        ("https://xn--e1ajeds9e.xn--p1ai/", "xn--e1ajeds9e.xn--p1ai"),
        ("https://one.blogspot.com/", "blogspot.com"),
        ("https://two.tumblr.com/", "tumblr.com"),
        ("http://127.0.0.1:8000/feed", "127.0.0.1"),
        ("http://[::1]:8000/feed", "[::1]"),
        ("http://localhost:8000/feed", "localhost"),
        ("http://a.internal/feed", "a.internal"),
        ("https://co.uk/", "co.uk"),
        ("example.com/a", "example.com"),
        ("http://user@example.com/", "example.com"),
        ("", ""),
        ("nonsense", ""),
        ("mailto:a@example.com", ""),
        ("http://[", ""),
        ("http://a..b/", ""),
    ],
)
def test_the_registered_domain_is_whose_patience_counts(url, domain):
    assert registered_domain(url) == domain


def test_the_suffix_list_is_read_without_network_or_file(monkeypatch, tmp_path):
    urls._suffixes.cache_clear()
    urls._domain_of.cache_clear()
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("TLDEXTRACT_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **kwargs: pytest.fail("asked the network"))

    assert registered_domain("https://a.example.co.jp/") == "example.co.jp"

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "url", ["a." * 2000 + "@", "." * 4000 + "@", "http:" * 1000 + "@", "a.com/" + "../" * 2000]
)
def test_no_text_takes_long(url):
    begin = perf_counter()

    canonical_url(url)

    assert perf_counter() - begin < 1


def test_the_domain_of_a_known_host_costs_microseconds():
    registered_domain("https://example.com/")
    begin = perf_counter()

    for number in range(2000):
        registered_domain(f"https://www.example.com/{number}")

    assert perf_counter() - begin < 0.5
