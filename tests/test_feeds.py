"""Feeds: what is one and what is not, what an item says, and which item is which."""

import pickle
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from newsmonitor.errors import NotAFeed
from newsmonitor.feeds import ParsedFeed, ParsedItem, is_error_item, parse_feed, to_entries
from newsmonitor.records import Feed

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
URL = "https://example.com/rss/news.xml"
FEED = Feed(url=URL, outlet="The Ledger", country="GB", language="en")


def parse(body, content_type=None):
    return parse_feed(body.encode() if isinstance(body, str) else body, content_type=content_type, url=URL)


def rss(items, *, head="", prolog="<?xml version='1.0' encoding='utf-8'?>"):
    return (
        f"{prolog}<rss version='2.0' xmlns:dc='http://purl.org/dc/elements/1.1/' "
        "xmlns:content='http://purl.org/rss/1.0/modules/content/' xmlns:media='http://search.yahoo.com/mrss/' "
        "xmlns:feedburner='http://rssnamespace.org/feedburner/ext/1.0'>"
        f"<channel><title>The Ledger</title><link>https://example.com/</link>{head}{items}</channel></rss>"
    )


def atom(entries, attributes=""):
    return f"<feed xmlns='http://www.w3.org/2005/Atom' {attributes}><title>The Ledger</title>{entries}</feed>"


def item(inner):
    """The one item of an RSS feed with this inside."""
    [found] = parse(rss(f"<item>{inner}</item>")).items
    return found


def entry(inner, attributes=""):
    """The one entry of an Atom feed with this inside."""
    [found] = parse(atom(f"<entry>{inner}</entry>", attributes)).items
    return found


def entries(*items, at=NOON):
    return to_entries(ParsedFeed(version="rss20", items=items), FEED, seen_at=at, is_backlog=False)


@pytest.mark.parametrize(
    "body, version",
    [
        (rss("<item><title>War</title></item>"), "rss20"),
        ("<rss version='0.91'><channel><item><title>War</title></item></channel></rss>", "rss091u"),
        ("<rss version='0.92'><channel><item><title>War</title></item></channel></rss>", "rss092"),
        (
            "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns='http://purl.org/rss/1.0/'>"
            "<channel/><item rdf:about='https://example.com/a'><title>War</title></item></rdf:RDF>",
            "rss10",
        ),
        (atom("<entry><title>War</title></entry>"), "atom10"),
        (
            "<feed version='0.3' xmlns='http://purl.org/atom/ns#'><entry><title>War</title></entry></feed>",
            "atom03",
        ),
        ('{"version":"https://jsonfeed.org/version/1","items":[{"id":"1","title":"War"}]}', "json1"),
        ('{"version":"https://jsonfeed.org/version/1.1","items":[{"id":"1","title":"War"}]}', "json11"),
        ("\ufeff \n\n" + rss("<item><title>War</title></item>"), "rss20"),
        ("<br/><b>Warning</b>: a notice of PHP\n" + rss("<item><title>War</title></item>"), "rss20"),
        (rss("<item><title>War</title>"), "rss20"),
        (rss("<item><title>War\x00\x0b&#0;&#x1f;&#xd800;&#99999999999;</title></item>"), "rss20"),
        (rss("<item><title>War</title><link>a?b=1&c=2</link></item>"), "rss20"),
    ],
    ids=lambda value: value if len(value) < 9 else "",
)
def test_every_kind_of_feed_is_read_also_a_broken_one(body, version):
    parsed = parse(body)

    assert parsed.version == version
    assert [item.title for item in parsed.items] == ["War"]


@pytest.mark.parametrize(
    "body", [rss(""), atom(""), '{"version": "https://jsonfeed.org/version/1.1", "items": []}', "<rss/>"]
)
def test_a_feed_without_items_is_a_feed(body):
    assert parse(body).items == ()


@pytest.mark.parametrize(
    "body, said",
    [
        (b"", "an empty answer"),
        (b" \n ", "an empty answer"),
        (b"<!DOCTYPE html><html><head><title>Just a moment...</title>", 'an HTML page titled "Just a moment..."'),
        (b"<html xmlns:atom='http://www.w3.org/2005/Atom'><rss></rss></html>", "an HTML page without a title"),
        (b'{"items": []}', "JSON that is no JSON Feed"),
        (b'{"version": {}, "items": 5}', "JSON that is no JSON Feed"),
        (b'[{"title": "War"}]', "JSON that is no JSON Feed"),
        (b'{"version": "https://jsonfeed.org/version/1"', "JSON that is broken"),
        (b'{"a":' * 100_000, "JSON that is broken"),
        (b"<?xml version='1.0'?><urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'/>", "a sitemap"),
        (b"<opml version='2.0'><body/></opml>", "an OPML list of feeds"),
        (b"<!-- <rss> --><kml xmlns:atom='http://www.w3.org/2005/Atom'/>", "XML that is no feed (<kml>)"),
        (b"\x1f\x8b\x08\x00", "gzip-compressed data"),
        (b"<html>" + b"<title " * 300_000, "an HTML page without a title"),
        (b"%PDF-1.7", "a PDF"),
        (b"Forbidden: 10.0.0.1", 'text that is no feed ("Forbidden: 10.0.0.1")'),
        (
            b"<rss><channel><item><authors a='b'/><author>x</author></item></channel></rss>",
            "XML that no feed reader can read (KeyError)",
        ),
        (b"/etc/passwd", 'text that is no feed ("/etc/passwd")'),
    ],
    ids=range(18),
)  # fmt: skip
def test_what_is_no_feed_is_named_by_what_it_is(body, said):
    with pytest.raises(NotAFeed) as caught:
        parse(body)

    assert str(caught.value) == said


def test_a_body_is_never_taken_for_the_name_of_a_file(tmp_path, monkeypatch):
    # feedparser opens the file that its input names, where there is one.
    (tmp_path / "<?xml version='1.0' encoding='utf-8'?><rss>x").write_text(
        rss("<item><title>Secret</title></item>")
    )
    monkeypatch.chdir(tmp_path)

    assert parse("<rss>x").items == ()


@pytest.mark.parametrize(
    "encoding, named, header",
    [
        ("utf-8", "utf-8", None),
        ("utf-8", "windows-1251", "text/xml; charset=iso-8859-1"),
        ("windows-1251", "windows-1251", None),
        ("windows-1251", "windows-1251", "application/rss+xml; charset=utf-8"),
        ("windows-1251", "utf-8", "text/xml; charset=windows-1251"),
        ("windows-1251", "utf-8", "text/xml; charset=utf-8"),
        ("windows-1251", "iso-8859-1", None),
        ("windows-1251", "unicode_escape", "text/xml; charset=nonsense"),
        ("koi8-r", "koi8-r", None),
        ("koi8-r", "utf-8", None),
        ("utf-16", "utf-16", None),
        ("utf-16-le", "utf-16", None),
        ("utf-16-be", "utf-8", None),
        ("utf-32", "utf-8", None),
        ("utf-8-sig", "windows-1251", None),
    ],
)
def test_the_letters_come_out_right_whatever_the_names_of_the_encoding_say(encoding, named, header):
    title = "Курск: эвакуация из приграничных сёл продолжается"
    body = rss(f"<item><title>{title}</title></item>", prolog=f"<?xml version='1.0' encoding='{named}'?>")

    parsed = parse(body.encode(encoding), header)

    assert [item.title for item in parsed.items] == [title]


def test_a_letter_cut_in_two_does_not_spoil_the_rest():
    body = rss("<item><title>Курск</title><description>Эвакуация X</description></item>").encode()

    [found] = parse(body.replace(b"X", b"\xd0"), "text/xml; charset=windows-1251; x").items[:1]
    [plain] = parse(body.replace(b"X", b"\xd0")).items

    assert plain.title == "Курск"
    assert plain.summary.startswith("Эвакуация")
    assert found.title


@pytest.mark.parametrize(
    "markup, title",
    [
        ("War &amp; peace", "War & peace"),
        ("War &amp;amp; peace", "War & peace"),
        ("The &amp;amp;quot;hero&amp;amp;quot; of Sudzha", 'The "hero" of Sudzha'),
        ("The &amp;quot;hero&amp;quot; of Sudzha", 'The "hero" of Sudzha'),
        ("<![CDATA[AT&T wins R&D &#8211; at last]]>", "AT&T wins R&D – at last"),
        ("&lt;b&gt;War&lt;/b&gt; in &lt;i class='x'&gt;Kursk&lt;/i&gt;", "War in Kursk"),
        ("<![CDATA[&lt;b&gt;War&lt;/b&gt;]]>", "War"),
        ("<![CDATA[The <Kursk> sank, 1 < 2]]>", "The <Kursk> sank, 1 < 2"),
        ("  War\n   in\tKursk ", "War in Kursk"),
        ("a" * 2000, "a" * 1000),
        ("<![CDATA[ <br/> ]]>", None),
    ],
)
def test_a_title_is_one_line_of_plain_text(markup, title):
    assert item(f"<title>{markup}</title><guid>1</guid>").title == title


def test_full_text_keeps_its_paragraphs_and_loses_its_markup():
    markup = (
        "<style>p {}</style><p>First&nbsp;&amp;\n second.</p><script>alert(1)</script><ul><li>One<li>Two</ul>"
        "Third<br>fourth <a href='x'>li</a>nk<!-- no --><table><tr><td>a</td><td>b</td></tr></table>"
    )

    found = item(f"<description>Lead.</description><content:encoded><![CDATA[{markup}]]></content:encoded>")

    assert found.summary == "Lead."
    assert found.content == "First & second.\nOne\nTwo\nThird\nfourth link\na b"


@pytest.mark.parametrize(
    "order",
    [
        "<content:encoded>{long}</content:encoded><description>Short.</description>",
        "<description>Short.</description><content:encoded>{long}</content:encoded>",
        "<description>{long}</description><media:description>Short.</media:description>",
    ],
)
def test_the_longer_text_is_the_full_one_in_any_order(order):
    long = "A long text. " * 9

    found = item("<title>War</title>" + order.format(long=long))

    assert (found.summary, found.content) == ("Short.", long.strip())


def test_a_lone_description_is_a_summary_and_a_lone_content_is_full_text():
    assert item("<description>Text.</description>").content is None
    assert item("<description>Text.</description>").summary == "Text."
    assert entry("<content>Text.</content>").content == "Text."
    assert entry("<content>Text.</content>").summary is None


@pytest.mark.parametrize(
    "inner, url",
    [
        ("<link>https://example.com/a</link>", "https://example.com/a"),
        ("<link>\n https://example.com/a\n</link>", "https://example.com/a"),
        ("<link>/a?b=1&amp;c=2</link>", "https://example.com/a?b=1&c=2"),
        ("<link>a.html</link>", "https://example.com/a.html"),
        ("<link>www.example.com/a</link>", "https://www.example.com/a"),
        ("<link>//cdn.example.com/a</link>", "https://cdn.example.com/a"),
        ("<guid>https://example.com/a</guid>", "https://example.com/a"),
        ("<link></link><guid>https://example.com/a</guid>", "https://example.com/a"),
        ("<guid isPermaLink='false'>7</guid>", None),
        (
            "<link>https://f.example/1</link><feedburner:origLink>https://example.com/a</feedburner:origLink>",
            "https://example.com/a",
        ),
        ("<link>javascript:alert(1)</link><title>x</title>", None),
        ("<link>http://[</link><title>x</title>", None),
    ],
)
def test_the_link_of_an_rss_item_is_absolute(inner, url):
    assert item(inner).url == url


@pytest.mark.parametrize(
    "inner, attributes, url",
    [
        ("<link href='https://example.com/a'/>", "", "https://example.com/a"),
        ("<link href='a'/>", "", "https://example.com/rss/a"),
        ("<link href='a'/>", "xml:base='https://example.com/b/'", "https://example.com/b/a"),
        (
            "<link rel='self' href='https://example.com/self'/><link rel='alternate' type='application/json' "
            "href='https://example.com/j'/><link rel='alternate' type='text/html' href='https://example.com/h'/>",
            "",
            "https://example.com/h",
        ),
        ("<link rel='enclosure' href='https://example.com/a.mp3'/><id>tag:1</id>", "", None),
    ],
)
def test_the_link_of_an_atom_entry_is_its_page(inner, attributes, url):
    assert entry(inner, attributes).url == url


def test_an_item_brings_authors_labels_picture_and_language():
    found = item(
        "<title>War</title><author>desk@example.com (Jane Doe)</author><dc:creator>By Ann Lee (Reuters)</dc:creator>"
        "<dc:creator>JANE DOE; news@example.com</dc:creator><category>War</category><category>war</category>"
        "<category>Kursk &amp;amp; Sudzha</category><dc:language>ru-RU</dc:language>"
        "<enclosure type='audio/mpeg' url='https://example.com/a.mp3'/><media:thumbnail url='/t.jpg'/>"
        "<media:content medium='image' url='/big.jpg'/>"
    )

    assert found.byline == ("Jane Doe", "Ann Lee (Reuters)")
    assert found.categories == ("War", "Kursk & Sudzha")
    assert found.language == "ru"
    assert found.image_url == "https://example.com/big.jpg"


@pytest.mark.parametrize(
    "tag, code", [("ru", "ru"), ("en-US", "en"), ("uk_UA", "uk"), ("ua", "uk"), ("Rus", "ru"), ("x", None)]
)
def test_a_language_is_a_code_of_two_letters(tag, code):
    assert parse(rss("", head=f"<language>{tag}</language>")).language == code


def test_a_json_feed_is_read_as_the_others():
    body = (
        '{"version": "https://jsonfeed.org/version/1.1", "title": "The Ledger", "language": "uk", "items": [{"id": 7,'
        '"url": "/a", "title": "War &amp; \\ud800peace", "content_html": "<p>One</p><p>Two</p>", "summary": "Lead",'
        '"date_published": "2026-11-24T12:00:00+03:00", "date_modified": "2026-11-24T13:00:00Z", "image": "/i.jpg",'
        '"authors": [{"name": "Jane Doe"}, 5], "tags": ["War", 5, null]}, "no item", {}]}'
    )

    parsed = parse(body)

    assert (parsed.title, parsed.language) == ("The Ledger", "uk")
    assert parsed.items == (
        ParsedItem(
            guid="7",
            url="https://example.com/a",
            title="War & peace",
            summary="Lead",
            content="One\nTwo",
            byline=("Jane Doe",),
            categories=("War",),
            image_url="https://example.com/i.jpg",
            published_at=datetime(2026, 11, 24, 9, tzinfo=UTC),
            updated_at=datetime(2026, 11, 24, 13, tzinfo=UTC),
        ),
    )


def test_a_time_far_ahead_or_far_back_is_kept_as_announced():
    times = (
        datetime(1, 1, 1, tzinfo=UTC),
        datetime(1970, 1, 1, tzinfo=UTC),
        datetime(9999, 12, 31, tzinfo=UTC),
    )

    found = entries(*(ParsedItem(guid=str(time), published_at=time, updated_at=time) for time in times))

    assert [(entry.published_at, entry.updated_at) for entry in found] == [(time, time) for time in times]


@pytest.mark.parametrize(
    "body, kind",
    [
        ("", "empty"),
        (" \r\n\t\ufeff", "empty"),
        ("<!DOCTYPE html><title>x</title>", "html"),
        ("<html><body><rss></rss></body></html>", "html"),
        ("<?xml version='1.0'?><!-- x --><html xmlns='http://www.w3.org/1999/xhtml'/>", "html"),
        ("<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'/>", "sitemap"),
        ("<s:sitemapindex xmlns:s='http://www.sitemaps.org/schemas/sitemap/0.9'/>", "sitemap"),
        ("<urlset xmlns:atom='http://www.w3.org/2005/Atom'><!-- <feed> --></urlset>", "sitemap"),
        ("<opml/>", "other"),
        ("{}", "other"),
        ("%PDF", "other"),
    ],
)
def test_what_is_no_feed_is_of_a_kind_that_polling_can_tell(body, kind):
    with pytest.raises(NotAFeed) as caught:
        parse(body)

    assert caught.value.kind == kind
    assert (pickle.loads(pickle.dumps(caught.value)).kind, str(caught.value)) == (kind, caught.value.text)


BRIDGE_ERROR = (
    "<item><title>Bridge returned error 500! (20417)</title><guid>b_20417</guid><link>/?action</link></item>"
)


def test_an_error_that_a_bridge_reports_as_an_item_is_no_item():
    parsed = parse(rss(f"{BRIDGE_ERROR}<item><title>War</title></item>"))

    assert [item.title for item in parsed.items] == ["War"]
    assert parsed.bridge_error == "Bridge returned error 500!"


def test_a_feed_of_nothing_but_a_bridges_errors_is_none():
    with pytest.raises(NotAFeed, match="a bridge that reports: Bridge returned error 500!") as caught:
        parse(rss(BRIDGE_ERROR * 2))

    assert caught.value.kind == "other"


@pytest.mark.parametrize(
    "title", ["Bridge returned error", "The bridge returned error 500! Why?", "Kerch bridge", None]
)
def test_news_of_bridges_are_news(title):
    assert is_error_item(ParsedItem(title=title)) is None


def test_an_entry_is_the_item_with_the_outlet_of_the_feed_list():
    parsed = parse(
        rss("<item><guid>7</guid><title>War</title><link>/a?utm_source=rss&amp;id=1</link></item>")
    )

    [found] = to_entries(parsed, FEED, seen_at=NOON, is_backlog=True)

    assert (found.feed_url, found.outlet, found.country, found.language) == (URL, "The Ledger", "GB", "en")
    assert (found.guid, found.title, found.seen_at, found.is_backlog) == ("7", "War", NOON, True)
    assert found.entry_url == "https://example.com/a?utm_source=rss&id=1"
    assert found.canonical_url == "https://example.com/a?id=1"


def test_the_language_of_the_item_beats_that_of_the_feed_and_that_the_feed_list():
    spoken = ParsedFeed(
        version="rss20", language="uk", items=(ParsedItem(guid="1"), ParsedItem(guid="2", language="ru"))
    )

    found = to_entries(spoken, FEED, seen_at=NOON, is_backlog=False)

    assert [entry.language for entry in found] == ["uk", "ru"]


A = ParsedItem(guid="1", url="https://example.com/a", title="War", summary="Text")


@pytest.mark.parametrize(
    "later",
    [
        A,
        replace(A, title="War, mended", summary="More", content="All"),
        replace(A, url="https://example.com/moved"),
    ],
)
def test_an_item_keeps_its_id_while_it_keeps_its_guid(later):
    [first] = entries(A)
    [again] = entries(later, at=NOON + timedelta(days=1))

    assert again.entry_id == first.entry_id


@pytest.mark.parametrize(
    "item, later",
    [
        (
            replace(A, guid=None),
            replace(A, guid=None, title="Mended", url="http://www.example.com/a?utm_source=rss"),
        ),
        (ParsedItem(title="War", summary="Text"), ParsedItem(title="War", summary="Text", published_at=NOON)),
    ],
)
def test_without_a_guid_the_address_is_the_item_and_without_one_its_text(item, later):
    assert entries(item)[0].entry_id == entries(later)[0].entry_id


@pytest.mark.parametrize(
    "one, other",
    [
        (A, replace(A, guid="2")),
        (A, replace(A, url="https://example.com/b")),
        (replace(A, guid=None), replace(A, guid=None, url="https://example.com/b")),
        (ParsedItem(title="War", summary="Text"), ParsedItem(title="War", summary="Other")),
        (replace(A, url=None), replace(A, url=None, title="Peace")),
    ],
)
def test_two_items_of_one_document_stay_two_also_under_one_guid(one, other):
    both = entries(one, other)

    assert len({entry.entry_id for entry in both}) == 2
    assert {entry.entry_id for entry in entries(other, one)} == {entry.entry_id for entry in both}


def test_a_new_item_under_a_guid_that_every_item_has_is_new():
    old = entries(A, replace(A, url="https://example.com/b"))

    new = entries(replace(A, url="https://example.com/c"), A)

    assert [entry.entry_id in {e.entry_id for e in old} for entry in new] == [False, True]


def test_an_item_that_stands_twice_in_a_document_is_one_entry_with_the_id_it_always_has():
    twice = entries(
        A, replace(A, title="War!"), replace(A, title="War?", url="https://www.example.com/a#top")
    )

    assert [entry.entry_id for entry in twice] == [entries(A)[0].entry_id]
    assert twice[0].title == "War"


def test_two_feeds_with_the_same_guids_do_not_share_entries():
    [one] = entries(A)
    [other] = to_entries(
        ParsedFeed(version="rss20", items=(A,)),
        replace(FEED, url="https://b.example/"),
        seen_at=NOON,
        is_backlog=False,
    )

    assert one.entry_id != other.entry_id


def test_a_feed_gives_its_first_2000_items_and_no_text_without_end():
    many = rss("".join(f"<item><guid>{number}</guid></item>" for number in range(2500)))
    long = item(
        f"<title>T</title><description>{'a ' * 50_000}</description><content:encoded>{'b ' * 300_000}</content:encoded>"
    )

    assert [item.guid for item in parse(many).items] == [str(number) for number in range(2000)]
    assert len(long.summary) <= 20_000
    assert len(long.content) <= 500_000


def test_a_parsed_feed_can_be_sent_from_a_worker():
    parsed = parse(rss("<item><title>War</title><pubDate>Tue, 24 Nov 2026 15:00:00 MSK</pubDate></item>"))

    assert pickle.loads(pickle.dumps(parsed)) == parsed
    assert parsed.items[0].published_at == NOON
