"""News sitemaps: articles, newest first, whatever the prefix; hostile XML gives what is whole of it, or NotAFeed."""

import gzip
from datetime import UTC, datetime, timedelta
from time import process_time
from xml.sax.saxutils import escape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsmonitor.errors import NotAFeed
from newsmonitor.feeditems import ParsedFeed, ParsedItem
from newsmonitor.sitemaps import SitemapIndex, parse_sitemap

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
SPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"
NEWS = "http://www.google.com/schemas/sitemap-news/0.9"
IMAGE = "http://www.google.com/schemas/sitemap-image/1.1"
HEAD = f'<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="{SPACE}" xmlns:news="{NEWS}" xmlns:image="{IMAGE}">\n'
URL = "https://ledger.example/news-sitemap.xml"


def an_article(
    path: str = "/sudzha", *, title: str = "Sudzha", at: datetime | str | None = NOON, more: str = ""
) -> str:
    date = at.isoformat() if isinstance(at, datetime) else at
    return (
        f"<url><loc>https://ledger.example{path}</loc><news:news><news:publication><news:name>Ledger</news:name>"
        f"<news:language>en</news:language></news:publication><news:title>{title}</news:title>"
        + (f"<news:publication_date>{date}</news:publication_date>" if date else "")
        + f"{more}</news:news></url>\n"
    )


def urlset(*urls: str) -> bytes:
    return f"{HEAD}{''.join(urls)}</urlset>".encode()


def index(*children: tuple[str, str]) -> bytes:
    listed = "".join(
        f"<sitemap><loc>{loc}</loc>{f'<lastmod>{at}</lastmod>' if at else ''}</sitemap>"
        for loc, at in children
    )
    return f'<sitemapindex xmlns="{SPACE}">{listed}</sitemapindex>'.encode()


def parse(body: bytes, content_type: str | None = None) -> ParsedFeed | SitemapIndex:
    return parse_sitemap(body, content_type=content_type, url=URL)


def items(body: bytes, content_type: str | None = None) -> tuple[ParsedItem, ...]:
    parsed = parse(body, content_type)
    assert isinstance(parsed, ParsedFeed)
    assert parsed.version == "sitemap-news"
    return parsed.items


def refusal(body: bytes) -> NotAFeed:
    with pytest.raises(NotAFeed) as caught:
        parse(body)
    return caught.value


# ---- what an article says ---------------------------------------------------------------------------------


def test_an_article_has_all_that_the_news_tags_say_of_it():
    more = "<news:keywords>Kursk, War ,kursk,</news:keywords><news:genres>Blog</news:genres>"
    article = an_article(title="Sudzha &amp; the border: &lt;b&gt;live&lt;/b&gt;", more=more).replace(
        "</url>",
        "<lastmod>2026-11-24T13:00:00+00:00</lastmod><image:image><image:loc>https://ledger.example/a.jpg"
        "</image:loc><image:title>A</image:title></image:image></url>",
    )

    assert items(urlset(article)) == (
        ParsedItem(
            url="https://ledger.example/sudzha",
            title="Sudzha & the border: live",
            categories=("Kursk", "War", "Blog"),
            language="en",
            image_url="https://ledger.example/a.jpg",
            published_at=NOON,
            updated_at=NOON + timedelta(hours=1),
        ),
    )


@pytest.mark.parametrize(
    "namespace",
    [
        NEWS,
        NEWS.replace("http:", "https:"),
        "http://www.google.com/schemas/sitemap-news",
        "http://www.google.com/schemas/sitemap-news/0.84",
        "http://www.Google.com/schemas/sitemap-news/0.9/",
    ],
)
@pytest.mark.parametrize("prefix", ["news", "n", "ns2", "новости"])
def test_the_news_tags_count_under_any_prefix_and_every_namespace_that_was_seen(namespace, prefix):
    text = urlset(an_article()).decode()
    text = (
        text.replace("news:", f"{prefix}:").replace("xmlns:news", f"xmlns:{prefix}").replace(NEWS, namespace)
    )

    [item] = items(text.encode())

    assert (item.title, item.language, item.published_at) == ("Sudzha", "en", NOON)


def test_the_usual_prefix_counts_also_where_nobody_declared_it():
    text = urlset(an_article()).decode().replace(f' xmlns:news="{NEWS}"', "")

    assert [item.title for item in items(text.encode())] == ["Sudzha"]


def test_a_sitemap_may_have_a_prefix_of_its_own_or_no_namespace_at_all():
    plain = urlset(an_article()).decode().replace(f' xmlns="{SPACE}"', "")
    named = plain.replace("<urlset", f'<s:urlset xmlns:s="{SPACE}"').replace("/urlset", "/s:urlset")
    for name in ("url", "loc"):
        named = named.replace(f"<{name}>", f"<s:{name}>").replace(f"</{name}>", f"</s:{name}>")

    assert items(plain.encode()) == items(named.encode()) == items(urlset(an_article()))


def test_pages_without_news_tags_are_left_out_of_a_mixed_sitemap():
    about = "<url><loc>https://ledger.example/about</loc><lastmod>2026-11-24</lastmod></url>"

    assert [item.url for item in items(urlset(about, an_article(), about))] == [
        "https://ledger.example/sudzha"
    ]


@pytest.mark.parametrize(
    "loc, url",
    [
        ("  https://ledger.example/a\n", "https://ledger.example/a"),
        ("<![CDATA[https://ledger.example/?a=1&b=2]]>", "https://ledger.example/?a=1&b=2"),
        ("https://ledger.example/?a=1&b=2", "https://ledger.example/?a=1&b=2"),
        ("<![CDATA[https://ledger.example/]]>?a=1&b=2", "https://ledger.example/?a=1&b=2"),
        ("https://ledger.example/?a=1&amp;copy=2", "https://ledger.example/?a=1&copy=2"),
        ("/relative", "https://ledger.example/relative"),
        ("https://леджер.example/а", "https://леджер.example/а"),
    ],
)
def test_an_address_is_read_as_the_site_means_it(loc, url):
    body = urlset(an_article().replace("https://ledger.example/sudzha", loc), an_article("/b"))

    assert {item.url for item in items(body)} == {url, "https://ledger.example/b"}


@pytest.mark.parametrize(
    "loc", ["", "javascript:alert(1)", "ftp://ledger.example/a", "https://[", "x" * 9000]
)
def test_an_article_without_a_web_address_is_left_out(loc):
    body = urlset(an_article().replace("https://ledger.example/sudzha", loc), an_article("/b"))

    assert [item.url for item in items(body)] == ["https://ledger.example/b"]


# ---- order and number -------------------------------------------------------------------------------------


def test_the_newest_stand_first_and_those_without_a_date_last():
    urls = [
        an_article("/old", at=NOON - timedelta(days=1)),
        an_article("/none", at=None),
        an_article("/wrong", at="soon"),
        an_article("/new", at=NOON),
        an_article("/east", at="2026-11-24T14:30:00+03:00"),
    ]

    found = [(item.url or "").rpartition("/")[2] for item in items(urlset(*urls))]

    assert found == ["new", "east", "old", "none", "wrong"]


def test_of_a_sitemap_of_fifty_thousand_the_newest_two_thousand_are_taken():
    body = urlset(
        *(an_article(f"/{n}", at=NOON + timedelta(seconds=n)) for n in range(50_000)), an_article("/more")
    )

    found = items(body)

    assert [item.url for item in found] == [f"https://ledger.example/{49_999 - n}" for n in range(2_000)]


# ---- what is no news sitemap ------------------------------------------------------------------------------


def test_a_sitemap_without_news_tags_is_told_as_such():
    error = refusal(urlset("<url><loc>https://ledger.example/about</loc></url>"))

    assert (str(error), error.kind) == ("a sitemap without Google News tags", "sitemap")


@pytest.mark.parametrize(
    "tag", ["<urlset/>", f'<urlset xmlns="{SPACE}"></urlset>', "<?xml version='1.0'?><urlset>\n</urlset>"]
)
def test_an_empty_sitemap_is_an_empty_feed(tag):
    assert items(tag.encode()) == ()


@pytest.mark.parametrize(
    "body", [b"<urlset", b"<urlset>", b"<urlset><url><loc>https://a.example/", b"<urlset><url>&</b>"]
)
def test_a_sitemap_that_breaks_off_before_its_first_page_is_not_taken_for_an_empty_one(body):
    assert refusal(body).kind in ("sitemap", "other")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"sitemap",
        b"<rss/>",
        b"<html><body>urlset</body></html>",
        b"\0\xff\xfe",
        b"{}",
        b"<?xml",
        b"\x1f\x8bno",
    ],
)
def test_what_is_no_sitemap_is_refused(body):
    assert refusal(body).kind == "other"


# ---- broken documents -------------------------------------------------------------------------------------


def test_a_document_that_breaks_off_gives_its_complete_articles_wherever_the_cut_is():
    body = urlset(an_article("/1"), an_article("/2"), an_article("/3"))
    ends = [n + 6 for n in range(len(body)) if body.startswith(b"</url>", n)]

    for cut in range(body.index(b"</url>") + 6, len(body)):
        assert len(items(body[:cut])) == sum(end <= cut for end in ends)


@pytest.mark.parametrize("letter", ["\x0b", "\x00", "&#8;", "&#x1F;", "\ufffe", "&#xD800;"])
def test_a_letter_that_xml_forbids_costs_no_article(letter):
    found = items(urlset(an_article("/1", title=f"One{letter}"), an_article("/2")))

    assert [item.title for item in found] == ["One", "Sudzha"]


def test_a_byte_that_is_no_letter_costs_no_article():
    found = items(urlset(an_article(title="Бои под Суджей ?"), an_article("/2")).replace(b"?</", b"\xff</"))

    assert [item.title for item in found] == ["Бои под Суджей \ufffd", "Sudzha"]


def test_entities_of_html_and_bare_ampersands_cost_no_article():
    found = items(urlset(an_article(title="R&D&nbsp;&mdash; caf&eacute;"), an_article("/2")))

    assert [item.title for item in found] == ["R&D — café", "Sudzha"]


def test_a_tag_that_is_never_closed_costs_what_follows_and_not_what_stands_before():
    assert [i.url for i in items(urlset(an_article("/1"), "<url><loc>x</url>", an_article("/3")))] == [
        "https://ledger.example/1"
    ]


@pytest.mark.parametrize(
    "encoding, declared",
    [("utf-8", "UTF-8"), ("windows-1251", "windows-1251"), ("utf-16", "UTF-16"), ("utf-8", "UTF-16")],
)
def test_the_encoding_is_found_as_for_feeds(encoding, declared):
    text = urlset(an_article(title="Бои под Суджей")).decode().replace("UTF-8", declared)

    assert [item.title for item in items(text.encode(encoding))] == ["Бои под Суджей"]


def test_a_gzip_file_is_read_also_where_it_breaks_off():
    whole = urlset(*(an_article(f"/{n}", title=f"{n * n}") for n in range(500)))
    packed = gzip.compress(whole)

    assert items(packed) == items(whole)
    assert 0 < len(items(packed[: len(packed) // 2])) < 500


def test_a_gzip_bomb_is_unpacked_to_fifty_megabytes_and_no_more():
    text = HEAD + an_article("/near") + " " * 60_000_000 + an_article("/far")

    found = items(gzip.compress(text.encode(), compresslevel=1))

    assert [item.url for item in found] == ["https://ledger.example/near"]


# ---- lists of sitemaps ------------------------------------------------------------------------------------


def test_of_a_list_the_news_come_first_then_the_newest_and_five_at_most():
    body = index(
        ("https://dailynews.example/a-2024.xml", "2024-01-01"),
        ("https://dailynews.example/b-2026.xml", "2026-11-24T10:00:00Z"),
        ("https://dailynews.example/undated.xml", ""),
        ("https://dailynews.example/News-1.xml", "2020-01-01"),
        ("https://dailynews.example/sitemap.xml?type=news&amp;from=1", "2021-01-01"),
        ("https://dailynews.example/c-2025.xml", "2025-01-01"),
        ("https://dailynews.example/News-1.xml", "2026-01-01"),
        ("javascript:news", "2026-11-24"),
    )

    assert parse(body) == SitemapIndex(
        urls=(
            "https://dailynews.example/sitemap.xml?type=news&from=1",
            "https://dailynews.example/News-1.xml",
            "https://dailynews.example/b-2026.xml",
            "https://dailynews.example/c-2025.xml",
            "https://dailynews.example/a-2024.xml",
        )
    )


def test_a_list_that_breaks_off_gives_what_stands_before():
    body = index(("https://a.example/1.xml", "2026-01-01"), ("https://a.example/2.xml", "2026-01-02"))

    assert parse(body[: body.index(b"2.xml")]) == SitemapIndex(urls=("https://a.example/1.xml",))


@pytest.mark.parametrize(
    "body",
    [
        index(),
        index(("", "")),
        index(("mailto:a@a.example", "")),
        b"<sitemapindex><url><loc>https://a.example/</loc></url>",
    ],
)
def test_a_list_that_names_no_sitemap_is_refused(body):
    assert str(refusal(body)) == "a list of sitemaps that names none"


# ---- hostile documents ------------------------------------------------------------------------------------


def test_a_document_cannot_reach_for_files_or_swell(tmp_path):
    (tmp_path / "secret").write_text("secret")
    outside = f'<!DOCTYPE urlset [<!ENTITY x SYSTEM "file://{tmp_path}/secret"><!ENTITY % y SYSTEM "http://127.0.0.1:1/">%y;]>'
    swelling = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    bomb = f'<!DOCTYPE urlset [<!ENTITY l0 "zzzzzzzzzz">{swelling}]>'

    for doctype, name in ((outside, "x"), (bomb, "l11")):
        text = urlset(an_article(title=f"A&{name};")).decode().replace("<urlset", f"{doctype}<urlset")
        try:
            found = str(items(text.encode()))
        except NotAFeed:
            found = ""
        assert "secret" not in found
        assert "zzz" not in found


@pytest.mark.parametrize(
    "text",
    [
        "<urlset>" + "<url>" * 100_000,
        "<urlset><url>" + "<a>" * 100_000,
        "<urlset>" + "<sitemapindex>" * 300,
        "<urlset " + " ".join(f'a{n}="1"' for n in range(20_000)) + ">",
        "<urlset>" + "<![CDATA[" * 200_000,
        "<urlset>" + "&" * 1_000_000,
        "<!DOCTYPE" + "<" * 1_000_000,
        "<!--" * 200_000,
    ],
    ids=lambda text: text[:20],
)
def test_a_document_made_to_cost_time_costs_none(text):
    start = process_time()
    refusal(text.encode())

    assert process_time() - start < 2


@pytest.mark.parametrize("junk", ["<b/>", "<url><b/>"], ids=["between articles", "in one"])
def test_a_megabyte_that_says_nothing_ends_a_document_and_keeps_what_stands_before(junk):
    head, filler = f"{HEAD}{an_article('/near')}{junk}", "<b/>" * 50_000
    far = an_article("/far") + "</urlset>" if junk == "<b/>" else f"</url>{an_article('/far')}</urlset>"

    assert [item.url[-4:] for item in items(f"{head}{filler}{far}".encode())] == ["near", "/far"]
    assert [item.url[-5:] for item in items(f"{head}{filler * 6}{far}".encode())] == ["/near"]


def test_of_endless_keywords_the_first_are_taken():
    [item] = items(urlset(an_article(more=f"<news:keywords>a,b,{'a,' * 100_000}z</news:keywords>")))

    assert item.categories == ("a", "b")


# ---- any input --------------------------------------------------------------------------------------------

PIECES = st.lists(
    st.sampled_from(
        (HEAD, "<urlset>", "</urlset>", "<url>", "</url>", "<loc>", "</loc>", "https://a.example/1", "<news:news>",
         "</news:news>", "<news:title>", "</news:title>", "<news:publication_date>2026-11-24</news:publication_date>",
         "<sitemapindex>", "<sitemap>", "</sitemap>", "</sitemapindex>", "<![CDATA[", "]]>", "<!--", "-->", "<?x", "?>",
         "&", "&amp;", "&#0;", "\0", "é", "<!DOCTYPE a [", "]>", "<a:b", "/>", '"')
    ),
    max_size=30,
).map("".join)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(
    st.binary(max_size=300)
    | PIECES.map(str.encode)
    | PIECES.map(lambda text: gzip.compress(text.encode())[:-3])
)
def test_no_bytes_raise_anything_but_not_a_feed(body):
    try:
        parsed = parse(body)
    except NotAFeed:
        return
    assert parsed.urls if isinstance(parsed, SitemapIndex) else all(item.url for item in parsed.items)


WORDS = st.text(st.characters(exclude_categories=("Cs", "Cc", "Cn", "Co")), min_size=1, max_size=40).map(
    lambda text: " ".join(text.replace("&", "").replace("<", "").split()) or "x"
)
ARTICLES = st.lists(
    st.tuples(
        st.integers(0, 10**6).map("https://a.example/{}?a=1&b=2".format),
        WORDS,
        st.none() | st.integers(0, 10**6).map(lambda n: NOON - timedelta(seconds=n)),
    ),
    max_size=8,
    unique_by=lambda article: article[0],
)


@settings(max_examples=200, deadline=None)
@given(ARTICLES)
def test_what_is_written_comes_back(articles):
    urls = (
        f"<url><loc>{escape(loc)}</loc><news:news><news:title>{escape(title)}</news:title>"
        + (f"<news:publication_date>{at.isoformat()}</news:publication_date>" if at else "")
        + "</news:news></url>"
        for loc, title, at in articles
    )

    found = [(item.url, item.title, item.published_at) for item in items(urlset(*urls))]

    assert found == sorted(articles, key=lambda article: (article[2] is None, NOON - (article[2] or NOON)))
