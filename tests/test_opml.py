"""Feed lists written: OPML 2.0 and CSV that come back the same, and lists of people that grow and else stay."""

import re
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from newsmonitor.errors import InputError
from newsmonitor.feedlist import KINDS, ROBOTS, parse_feed_list
from newsmonitor.opml import NAMESPACE, add_feeds, add_line, add_outline, to_csv, to_opml
from newsmonitor.records import Feed

ROOT = Path(__file__).resolve().parents[1]
LISTS = ROOT.parent / "shared" / "data" / "feed-lists"
needs_lists = pytest.mark.skipif(not LISTS.is_dir(), reason="the collection of real feed lists is not here")
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
LEDGER = Feed(
    url="https://ledger.example/rss?a=1&b=2",
    outlet='The "Ledger" <1>',
    country="GB",
    language="en",
    title="World",
)
SITEMAP = Feed(
    url="https://b.example/news.xml",
    outlet="B",
    kind="news-sitemap",
    robots="ignore",
    category="state-controlled",
)

OPML = """\
<?xml version="1.0" encoding="UTF-8"?>
<!-- <body><outline text="off" xmlUrl="https://off.example/" country="GB"/> -->
<opml version="2.0">
  <head><title>a &gt; b</title></head>
  <body>
    <outline text="United Kingdom">
\t<outline text="BBC" title='a > b' type="rss" xmlUrl="https://a.example/rss" country="gb"/>  <!-- the best -->

    </outline>
    <outline text="Ukraine"><outline text="U" xmlUrl="https://u.example/" country="UA"></outline></outline>
    <outline text="Mixed">
      <outline text="M" xmlUrl="https://m.example/" country="FR"/>
      <outline text="N" xmlUrl="https://n.example/" country="DE"/>
    </outline>
    <!-- add yours here -->
  </body>
</opml>
"""


def read(text: str) -> list[Feed]:
    feeds, broken = parse_feed_list(text.encode(), "my.opml")
    assert broken == ()
    return list(feeds)


def added(old: str, new: str) -> str:
    """What an extended text has more, without the white space around it; fails where anything else has changed."""
    at = next((n for n, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), min(len(old), len(new)))
    more = new[at : at + len(new) - len(old)]
    assert new == old[:at] + more + old[at:]
    return more.strip(" \t\r\n")


# ---- OPML -------------------------------------------------------------------------------------------------


def test_feeds_are_written_as_opml_in_a_folder_for_each_country():
    text = to_opml(
        [LEDGER, SITEMAP, Feed(url="https://x.example/", outlet="X", country="XK")],
        title="A & B",
        created_at=NOON,
    )

    assert text == (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<opml version="2.0">\n'
        "  <head>\n"
        "    <title>A &amp; B</title>\n"
        "    <dateCreated>Tue, 24 Nov 2026 12:00:00 GMT</dateCreated>\n"
        "  </head>\n"
        "  <body>\n"
        '    <outline text="United Kingdom">\n'
        '      <outline text="The &quot;Ledger&quot; &lt;1&gt;" title="World" type="rss"'
        ' xmlUrl="https://ledger.example/rss?a=1&amp;b=2" country="GB" language="en"/>\n'
        "    </outline>\n"
        '    <outline text="B" kind="news-sitemap" xmlUrl="https://b.example/news.xml" category="state-controlled"'
        ' robots="ignore"/>\n'
        '    <outline text="XK">\n'
        '      <outline text="X" type="rss" xmlUrl="https://x.example/" country="XK"/>\n'
        "    </outline>\n"
        "  </body>\n"
        "</opml>\n"
    )


def test_the_date_is_in_utc_in_the_form_of_rfc_822():
    moscow = NOON.astimezone(timezone(timedelta(hours=3)))

    [date] = re.findall("<dateCreated>(.*)</dateCreated>", to_opml([], title="", created_at=moscow))

    assert date.endswith(" GMT")
    assert parsedate_to_datetime(date) == NOON
    assert "dateCreated" not in to_opml([], title="", created_at=None)


def test_what_is_known_of_a_feed_stands_in_a_namespace_and_is_not_taken_for_the_feed_itself():
    known = {LEDGER.url: {"state": "failing", "language": "xx", "words": 'HTTP 503; "slow"\n<down>\x00'}}

    text = to_opml([LEDGER, SITEMAP], title="x", created_at=NOON, extra=known)

    [outline] = etree.fromstring(text.encode()).xpath("//outline[@type='rss']")
    assert outline.get(f"{{{NAMESPACE}}}state") == "failing"
    assert outline.get(f"{{{NAMESPACE}}}words") == 'HTTP 503; "slow"\n<down>'
    assert read(text) == [LEDGER, SITEMAP]


def test_an_export_that_somebody_broke_is_still_read_with_its_namespace():
    text = to_opml([LEDGER, SITEMAP], title="x", created_at=NOON, extra={LEDGER.url: {"state": "well"}})

    feeds, broken = parse_feed_list(text.replace("</body>", "").encode(), "my.opml")

    assert (list(feeds), len(broken)) == ([LEDGER, SITEMAP], 1)


def test_the_list_that_ships_comes_back_from_an_export_in_its_order():
    feeds = read((ROOT / "seeds" / "feeds.opml").read_text(encoding="utf-8"))

    assert read(to_opml(feeds, title="x", created_at=NOON)) == feeds
    assert read(to_csv(feeds)) == feeds


@needs_lists
def test_every_real_list_comes_back_from_an_export():
    for path in sorted((LISTS / "opml").glob("*.opml")) + sorted(LISTS.glob("*.csv")):
        feeds, _ = parse_feed_list(path.read_bytes(), path.name)
        feeds = [feed for feed in feeds if feed.country] + [feed for feed in feeds if not feed.country]

        assert sorted(read(to_opml(feeds, title="x", created_at=NOON)), key=repr) == sorted(feeds, key=repr)
        assert read(to_csv(feeds)) == feeds


# ---- one more outline -------------------------------------------------------------------------------------


def test_an_outline_goes_to_the_end_of_the_folder_of_its_country():
    assert added(OPML, add_outline(OPML, LEDGER)) == (
        '<outline text="The &quot;Ledger&quot; &lt;1&gt;" title="World" type="rss"'
        ' xmlUrl="https://ledger.example/rss?a=1&amp;b=2" country="GB" language="en"/>'
    )
    longer = add_outline(OPML, LEDGER)
    assert '<!-- the best -->\n\t<outline text="The' in longer
    assert longer.index("<!-- the best -->") < longer.index("ledger.example") < longer.index('text="Ukraine"')


def test_a_folder_on_one_line_stays_on_it():
    new = Feed(url="https://v.example/", outlet="V", country="UA")
    outline = '<outline text="V" type="rss" xmlUrl="https://v.example/" country="UA"/>'

    assert add_outline(OPML, new) == OPML.replace("</outline></outline>", f"</outline>{outline}</outline>")


@pytest.mark.parametrize("country", ["FR", "US", None])
def test_an_outline_without_a_folder_of_its_own_goes_to_the_end_of_the_body(country):
    new = Feed(url="https://v.example/", outlet="V", country=country)

    longer = add_outline(OPML, new)

    assert added(OPML, longer).startswith('<outline text="V" type="rss"')
    assert longer.endswith("/>\n  </body>\n</opml>\n")
    assert '<!-- add yours here -->\n    <outline text="V"' in longer


def test_several_outlines_go_each_to_its_place_in_their_order():
    new = [
        Feed(url=f"https://v.example/{n}", outlet="V", country=c)
        for n, c in enumerate(("UA", "GB", None, "GB"))
    ]

    longer = add_outline(OPML, *new)

    assert [feed.url[-1] for feed in read(longer) if feed.outlet == "V"] == ["1", "3", "0", "2"]
    assert re.sub(r"\s*<outline text=\"V\"[^>]*/>", "", longer) == OPML


@pytest.mark.parametrize(
    "body, longer",
    [
        ("<body/>", "<body>{}</body>"),
        ("<body />", "<body>{}</body>"),
        ("<body></body>", "<body>{}</body>"),
        ("\n  <body/>\n", "\n  <body>\n    {}\n  </body>\n"),
        ("\r\n\t<body>\r\n\t</body>\r\n", "\r\n\t<body>\r\n\t  {}\r\n\t</body>\r\n"),
        ("<body><!-- <outline> --><![CDATA[<outline>]]></body>",
         "<body><!-- <outline> --><![CDATA[<outline>]]>{}</body>"),
        ("<BODY a='>'>\n<Outline text='x' xmlURL='https://x.example/'/>\n</BODY>",
         "<BODY a='>'>\n<Outline text='x' xmlURL='https://x.example/'/>\n{}\n</BODY>"),
        ("<body>\n <outline text='GB'/>\n</body>", "<body>\n <outline text='GB'/>\n {}\n</body>"),
    ],
)  # fmt: skip
def test_a_list_may_be_empty_or_look_as_it_likes(body, longer):
    outline = '<outline text="B" type="rss" xmlUrl="https://b.example/rss"/>'

    longer = longer.format(outline)
    assert (
        add_outline(f"<opml>{body}</opml>", Feed(url="https://b.example/rss", outlet="B"))
        == f"<opml>{longer}</opml>"
    )


def test_line_ends_the_byte_order_mark_and_the_namespace_of_others_stay():
    text = "\ufeff" + OPML.replace("\n", "\r\n").replace("<opml ", "<opml xmlns:x='urn:x' ").replace(
        "title=", "x:y='' title="
    )

    longer = add_outline(text, LEDGER)

    assert added(text, longer).startswith("<outline ")
    assert '\r\n\t<outline text="The' in longer


@pytest.mark.parametrize(
    "text, said",
    [
        ("", "is not well-formed XML"),
        ("<opml><body>", "is not well-formed XML"),
        ("<opml/>", "has no <body>; write <body></body> before </opml>"),
        ("<html><body/></html>", "is a <html> document, not OPML"),
        (
            "<?xml version='1.0' encoding='windows-1251'?><opml><body/></opml>",
            "line 1: is in windows-1251; save it as UTF-8",
        ),
    ],
)
def test_a_text_that_is_no_opml_is_refused_in_one_line(text, said):
    with pytest.raises(InputError) as caught:
        add_outline(text, LEDGER, where="my.opml")

    assert said in str(caught.value)
    assert str(caught.value).startswith("my.opml")


# ---- one more line ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text, line",
    [
        ("outlet,url\nA,https://a.example/\n", '"The ""Ledger"" <1>",https://ledger.example/rss?a=1&b=2\n'),
        (
            "# mine\n\nurl;Country ; note\nhttps://a.example/;GB;x",
            "\nhttps://ledger.example/rss?a=1&b=2;GB;\n",
        ),
        ("url\tlanguage\ttitle\r\n", "https://ledger.example/rss?a=1&b=2\ten\tWorld\r\n"),
        ("\ufeffurl,robots,kind,category\n", "https://ledger.example/rss?a=1&b=2,obey,feed,\n"),
    ],
)
def test_a_line_has_the_columns_the_delimiter_and_the_end_that_the_list_has(text, line):
    assert add_line(text, LEDGER) == text + line
    assert add_feeds(text, [LEDGER]) == add_line(text, LEDGER)


def test_an_outlet_that_begins_like_a_comment_is_no_comment():
    assert [
        feed.outlet
        for feed in read(add_line("outlet,url\n", Feed(url="https://a.example/", outlet="# 1 News")))
    ] == ["1 News"]


@pytest.mark.parametrize(
    "text, said",
    [
        ("", "is neither OPML nor CSV"),
        ("https://a.example/\n", "is neither OPML nor CSV"),
        ("name,address\n", "has no column `url`"),
        (
            'outlet,url\n"A,https://a.example/\n',
            "cannot take https://ledger.example/rss?a=1&b=2; mend the broken lines before",
        ),
    ],
)
def test_a_text_that_is_no_list_is_refused_in_one_line(text, said):
    with pytest.raises(InputError) as caught:
        add_line(text, LEDGER)

    assert said in str(caught.value)


# ---- any text ---------------------------------------------------------------------------------------------

TEXT = st.text(max_size=20)
FEEDS = st.lists(
    st.builds(
        Feed,
        url=st.integers(0, 10**6).map("https://a.example/?x=1&y=<{}>'".format),
        outlet=TEXT.map(lambda text: text + "x"),
        kind=st.sampled_from(KINDS),
        country=st.none() | st.sampled_from(("GB", "UA", "XK")),
        language=st.none() | st.sampled_from(("en", "uk")),
        title=st.none() | TEXT,
        category=st.none() | TEXT,
        robots=st.sampled_from(ROBOTS),
    ),
    min_size=1,
    max_size=8,
    unique_by=lambda feed: feed.url,
)


def kept(feeds: list[Feed]) -> set[Feed]:
    """The feeds as a list can hold them: without letters that XML forbids, white space folded."""

    def plain(text: str | None) -> str | None:
        held = re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]", "", text or "")
        return " ".join(held.split()) or None

    return {
        Feed(
            url=feed.url, outlet=plain(feed.outlet) or "", kind=feed.kind, country=feed.country, language=feed.language,
            title=plain(feed.title), category=plain(feed.category), robots=feed.robots,
        )
        for feed in feeds
    }  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(FEEDS, TEXT, st.dictionaries(st.sampled_from(("state", "words", "kind")), TEXT, max_size=3))
def test_any_feeds_come_back_from_opml(feeds, title, known):
    text = to_opml(feeds, title=title, created_at=NOON, extra={feed.url: known for feed in feeds})

    assert set(read(text)) == kept(feeds)


@settings(max_examples=150, deadline=None)
@given(FEEDS, st.sampled_from((OPML, OPML.replace("\n", "\r\n"), "<opml><body/></opml>")))
def test_any_feeds_can_be_added_to_opml_one_by_one_or_at_once(feeds, text):
    before = {feed.url for feed in parse_feed_list(text.encode(), "x")[0]}
    longer = text
    for feed in feeds:
        longer = add_outline(longer, feed)

    assert {feed for feed in read(longer) if feed.url not in before} == kept(feeds)
    if before:
        assert {feed for feed in read(add_outline(text, *feeds)) if feed.url not in before} == kept(feeds)


PRINTED = FEEDS.map(lambda feeds: [feed for feed in kept(feeds) if not feed.outlet.startswith("#")])


@settings(max_examples=150, deadline=None)
@given(PRINTED, st.sampled_from((",", ";", "\t")), st.sampled_from(("\n", "\r\n")))
def test_any_feeds_come_back_from_csv(feeds, delimiter, end):
    head = (
        delimiter.join(("outlet", "url", "kind", "country", "language", "title", "category", "robots")) + end
    )

    assert read(add_line(head, *feeds)) == feeds if feeds else True
    assert read(to_csv(feeds)) == feeds if feeds else True


@settings(max_examples=200, deadline=None)
@given(
    st.text(max_size=60)
    | st.lists(
        st.sampled_from(("<opml>", "<body>", "<body/>", "</body>", "</opml>", "<outline ", 'text="a"', "/>",
                         ">", "<!--", "-->", "url,outlet\n", ",", '"', "#", "\n")),
        max_size=12,
    ).map("".join)
)  # fmt: skip
def test_any_text_takes_the_feed_or_is_refused(text):
    try:
        longer = add_feeds(text, [LEDGER])
    except InputError as error:
        assert "\n" not in str(error)  # noqa: PT017
    else:
        assert LEDGER.url in {feed.url for feed in parse_feed_list(longer.encode("utf-8", "replace"), "x")[0]}
