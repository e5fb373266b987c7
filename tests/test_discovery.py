"""The feeds of a page: what it announces, in whatever spelling, the best first; where to look else."""

from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsmonitor.discovery import AnnouncedFeed, announced_feeds, guesses, sitemaps_in_robots

PAGE = "https://ledger.example/world/"
RSS = "application/rss+xml"


def page(*links: str, head: str = "") -> bytes:
    return f"<!doctype html><html><head>{head}{''.join(links)}</head><body><p>News</p></body></html>".encode()


def link(href: str, *, rel: str = "alternate", kind: str = RSS, title: str = "") -> str:
    return f'<link rel="{rel}" type="{kind}" title="{title}" href="{href}">'


def found(body: bytes, content_type: str | None = "text/html; charset=utf-8", url: str = PAGE) -> list[str]:
    return [feed.url for feed in announced_feeds(body, content_type=content_type, url=url)]


# ---- what a page announces --------------------------------------------------------------------------------


def test_an_announced_feed_comes_with_its_title_and_type():
    body = page(link("/rss", title="The Ledger &raquo; Feed"))

    assert announced_feeds(body, content_type=None, url=PAGE) == (
        AnnouncedFeed(url="https://ledger.example/rss", title="The Ledger » Feed", media_type=RSS),
    )


@pytest.mark.parametrize(
    "markup",
    [
        "<link rel=alternate type=application/rss+xml href=/x>",
        "<LINK REL='Alternate' TYPE='Application/RSS+XML' HREF='/x'/>",
        "<link rel='alternate nofollow' type='application/atom+xml; charset=utf-8' href=' /x '>",
        "<link rel='home alternate' type='application/feed+json' href='/x'>",
        "<link rel='alternate' type='application/rdf+xml' href='/x'>",
        "<link rel='feed' href='/x'>",
        "<link rel='feed alternate' type='application/rss+xml' href='/x'>",
        "<a rel='alternate' type='application/rss+xml' href='/x'>RSS</a>",
        "<link rel='alternate' type='application/rss+xml' href='/&#120;'>",
        "<link rel='alternate' type='application/rss+xml' href='/x#top'>",
    ],
)
def test_a_feed_is_found_in_every_spelling(markup):
    assert found(page(markup)) == ["https://ledger.example/x"]


@pytest.mark.parametrize(
    "markup",
    [
        "<link rel='alternate' hreflang='de' href='/de/feed'>",
        "<link rel='stylesheet' type='application/rss+xml' href='/x'>",
        "<link rel='alternate stylesheet' type='application/rss+xml' href='/x'>",
        "<link rel='alternate' type='application/json' href='/wp-json/wp/v2/pages/12'>",
        "<link rel='alternate' type='application/json+oembed' href='/oembed?url=feed'>",
        "<link rel='alternate' type='text/xml' href='/sitemap.xml'>",
        "<link rel='alternate' type='text/html' href='/rss'>",
        "<link type='application/rss+xml' href='/x'>",
        "<link rel='alternate' type='application/rss+xml'>",
        "<link rel='alternate' type='application/rss+xml' href=''>",
        "<link rel='alternate' type='application/rss+xml' href='javascript:alert(1)'>",
        "<link rel='alternate' type='application/rss+xml' href='data:text/xml,x'>",
        "<link rel='alternate' type='application/rss+xml' href='file:///etc/passwd'>",
        "<link rel='alternate' type='application/rss+xml' href='feed:https://x.example/'>",
        "<link rel='alternate' type='application/rss+xml' href='https://['>",
        "<!-- <link rel='alternate' type='application/rss+xml' href='/x'> -->",
        "<script>'<link rel=alternate type=application/rss+xml href=/x>'</script>",
    ],
)
def test_what_is_no_feed_of_the_web_is_left_out(markup):
    assert found(page(markup)) == []


@pytest.mark.parametrize("kind", ["text/xml", "application/xml", "application/json"])
@pytest.mark.parametrize("href", ["/rss", "/feed.json", "/atom.xml", "https://feeds.ledger.example/news"])
def test_a_type_of_many_things_counts_where_the_address_is_like_that_of_a_feed(kind, href):
    assert len(found(page(link(href, kind=kind)))) == 1


def test_a_relative_address_counts_from_the_base_that_the_page_names_or_from_the_page():
    base = "<base target='_blank'><base href='//cdn.ledger.example/a/'><base href='/b/'>"

    assert found(page(link("rss"))) == ["https://ledger.example/world/rss"]
    assert found(page(link("rss"), head=base)) == ["https://cdn.ledger.example/a/rss"]
    assert found(page(link("rss"), head="<base href='javascript:x'>")) == ["https://ledger.example/world/rss"]


def test_the_sites_own_feeds_come_first_and_those_of_comments_last():
    body = page(
        link("/comments/feed/", title="Ledger &raquo; Comments Feed"),
        link("https://podcasts.example/rss", title="Podcast"),
        link("/обсуждение/rss", title="Комментарии"),
        link("https://www.ledger.example/rss", title="World"),
        link("/rss", title="Ledger"),
    )

    assert found(body) == [
        "https://www.ledger.example/rss",
        "https://ledger.example/rss",
        "https://podcasts.example/rss",
        "https://ledger.example/comments/feed/",
        "https://ledger.example/обсуждение/rss",
    ]


def test_a_feed_that_is_announced_again_and_again_comes_once_and_twenty_at_most():
    assert found(page(link("/rss"), link("/rss#2"), link("https://ledger.example/rss"))) == [
        "https://ledger.example/rss"
    ]
    assert len(found(page(*(link(f"/rss/{n}") for n in range(50))))) == 20


@pytest.mark.parametrize("content_type", [None, "text/html", "text/html; charset=windows-1251"])
def test_a_page_in_windows_1251_is_read_in_it(content_type):
    body = page(link("/новости/rss", title="Лента новостей"), head="<meta charset=windows-1251>")

    [feed] = announced_feeds(body.decode().encode("cp1251"), content_type=content_type, url=PAGE)

    assert (feed.title, feed.url) == ("Лента новостей", "https://ledger.example/новости/rss")


def test_a_giant_page_is_read_to_its_two_hundredth_kilobyte():
    filler = "<!-- " + "x" * 1000 + " -->"

    start = process_time()
    near = found(page(filler * 100, link("/rss"), filler * 20_000))
    far = found(page(filler * 300, link("/rss")))

    assert (near, far) == (["https://ledger.example/rss"], [])
    assert process_time() - start < 2


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" ",
        b"\0\0",
        b"\xff\xfe",
        b"<",
        b"<!---->",
        b"<div>" * 50_000,
        b"<link>" * 40_000,
        b"<base href='http://['>",
    ],
    ids=lambda body: repr(body[:12]),
)
def test_a_page_that_is_none_announces_nothing(body):
    start = process_time()

    assert found(body) == []
    assert process_time() - start < 2


PIECES = st.lists(
    st.sampled_from(
        ("<link ", "<a ", "<base ", "rel=alternate ", "rel=feed ", f"type='{RSS}' ", "href='", "/x'", "http://[", "//",
         ":99999/", "?#", ">", "'", '"', "<!--", "-->", "<head>", "<body>", "<svg>", "</", "\0", "é",
         "&#x110000;", "&", "]")
    ),
    max_size=25,
).map("".join)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(
    st.binary(max_size=300) | PIECES.map(str.encode),
    st.sampled_from((None, "text/html; charset=utf-16", "x; charset=no")),
)
def test_no_bytes_raise_and_every_address_is_of_the_web(body, content_type):
    for address in found(body, content_type):
        assert address.startswith(("http://", "https://"))


# ---- where to look else -----------------------------------------------------------------------------------


def test_guesses_are_made_in_the_folder_of_the_page_and_at_the_root_and_end_with_news_sitemaps():
    made = guesses("https://ledger.example/world/page?id=3#top")

    assert made[0] == "https://ledger.example/world/feed/"
    assert {"https://ledger.example/rss", "https://ledger.example/feed.xml"} <= set(made)
    assert made[-1] == "https://ledger.example/sitemap_news.xml"
    assert len(made) == len(set(made)) <= 15


def test_the_address_itself_is_not_guessed():
    assert "https://ledger.example/rss" not in guesses("https://ledger.example/rss")
    assert guesses("https://ledger.example") == guesses("https://ledger.example/")


@settings(max_examples=200, deadline=None)
@given(
    st.text(max_size=30)
    | st.sampled_from(("http://[", "https://a.example:x/", "javascript:", "ftp://a.example/"))
)
def test_nothing_is_guessed_of_what_is_no_web_address(url):
    assert all(guess.startswith(("http://", "https://")) for guess in guesses(url))


def test_a_robots_txt_names_sitemaps_and_those_of_news_come_first():
    text = (
        "User-agent: *\nDisallow: /a\nSitemap: https://ledger.example/sitemap.xml\nsitemap:https://ledger.example/NEWS.xml\n"
        "Sitemap: /relative.xml\nSitemap: HTTPS://ledger.example/b.xml\nSitemap: ftp://ledger.example/c.xml\nSitemap:\n"
        "Sitemap: https://ledger.example/sitemap.xml\n"
    )

    assert sitemaps_in_robots(text, "https://ledger.example/robots.txt") == (
        "https://ledger.example/NEWS.xml",
        "https://ledger.example/sitemap.xml",
        "https://ledger.example/relative.xml",
        "https://ledger.example/b.xml",
    )


@settings(max_examples=200, deadline=None)
@given(
    st.text(max_size=100)
    | st.lists(
        st.sampled_from(("User-agent:", "Sitemap: ", "Disallow: ", "http://[", "*", "\n", "$", "%", "\0")),
        max_size=20,
    ).map("".join)
)
def test_no_robots_txt_raises(text):
    sitemaps_in_robots(text, "https://ledger.example/robots.txt")
