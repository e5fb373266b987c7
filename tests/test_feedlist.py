"""Feed lists that people keep: every good line is a feed, every broken one is told with its line, nothing raises."""

import re
from pathlib import Path
from xml.sax.saxutils import quoteattr

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsmonitor.errors import InputError
from newsmonitor.feedlist import KINDS, ROBOTS, decode_text, parse_feed_list
from newsmonitor.records import Feed

LISTS = Path(__file__).resolve().parents[2] / "shared" / "data" / "feed-lists"
needs_lists = pytest.mark.skipif(not LISTS.is_dir(), reason="the collection of real feed lists is not here")

OPML = '<?xml version="1.0"?>\n<opml version="2.0"><head/><body>\n{}\n</body></opml>'
HEAD = "outlet,url,kind,country,language\n"


def opml(*outlines: str) -> bytes:
    return OPML.format("\n".join(outlines)).encode()


def parse(data: bytes | str) -> tuple[list[Feed], list[tuple[int | None, str]]]:
    feeds, broken = parse_feed_list(data.encode() if isinstance(data, str) else data, "my.opml")
    assert all(error.where == "my.opml" and error.mend and "\n" not in str(error) for error in broken)
    return list(feeds), [(error.line, error.problem) for error in broken]


# ---- OPML -------------------------------------------------------------------------------------------------


def test_an_outline_with_an_address_is_a_feed_at_any_depth():
    feeds, broken = parse(
        opml(
            '<outline text="UK"><outline text="News"><outline text="BBC" type="rss" xmlUrl="https://a.example/rss"'
            ' country="gb" language="en-GB"/></outline></outline>',
            '<outline title="Sitemap" xmlUrl="https://b.example/news.xml" kind="news-sitemap"/>',
            '<OUTLINE xmlURL=" https://c.example/feed "/>',
            '<outline text="A note" type="link" url="https://d.example/"/>',
        )
    )

    assert broken == []
    assert feeds == [
        Feed(url="https://a.example/rss", outlet="BBC", country="GB", language="en"),
        Feed(url="https://b.example/news.xml", outlet="Sitemap", title="Sitemap", kind="news-sitemap"),
        Feed(url="https://c.example/feed", outlet="c.example"),
    ]


def test_title_category_and_robots_are_read_from_an_outline():
    feeds, broken = parse(
        opml(
            '<outline text="The  Ledger" title=" World &amp;&#10; war " category="/a/b,c" robots=" Ignore "'
            ' xmlUrl="https://a.example/rss"/>',
            '<outline text="B" title="" category=" " robots="" xmlUrl="https://b.example/rss"/>',
        )
    )

    assert broken == []
    assert feeds == [
        Feed(
            url="https://a.example/rss",
            outlet="The Ledger",
            title="World & war",
            category="/a/b,c",
            robots="ignore",
        ),
        Feed(url="https://b.example/rss", outlet="B"),
    ]


def test_attributes_of_other_namespaces_are_not_taken_for_ours():
    outline = (
        '<outline xmlns:x="urn:x" x:text="X" x:country="FR" x:robots="perhaps" x:xmlUrl="https://x.example/" text="A"'
        ' xmlUrl="https://a.example/"/>'
    )

    assert parse(opml(outline)) == ([Feed(url="https://a.example/", outlet="A")], [])


def test_a_broken_list_is_read_with_the_namespaces_that_its_root_declares():
    text = '<opml xmlns:x="urn:x"\n xmlns:y = "urn:y"><body><outline x:a="1" y:b="2" text="A" xmlUrl="https://a.example/"/>'

    feeds, broken = parse(text)

    assert (feeds, len(broken)) == ([Feed(url="https://a.example/", outlet="A")], 1)


@pytest.mark.parametrize(
    "outline, said",
    [
        ('<outline text="a" type="rss"/>', "has no address"),
        ('<outline text="a" xmlUrl=""/>', "has no address"),
        ('<outline text="a" xmlUrl="feed://a.example/"/>', "'feed://a.example/' is no web address"),
        ('<outline text="a" xmlUrl="https://"/>', "'https://' is no web address"),
        (
            '<outline text="a" xmlUrl="https://a.example:99999/"/>',
            "'https://a.example:99999/' is no web address",
        ),
        ('<outline text="a" xmlUrl="https://a.exam ple/"/>', "'https://a.exam ple/' is no web address"),
        (
            '<outline text="a" xmlUrl="https://a.example/" kind="podcast"/>',
            "has kind 'podcast', which is none of",
        ),
        (
            '<outline text="a" xmlUrl="https://a.example/" robots="allow"/>',
            "has robots 'allow', which is none of obey, ignore",
        ),
        ('<outline text="a" xmlUrl="https://ok.example/"/>', "names https://ok.example/ again, after line 3"),
    ],
)
def test_a_line_that_gives_no_feed_is_told_and_costs_no_other(outline, said):
    feeds, broken = parse(opml('<outline text="ok" xmlUrl="https://ok.example/"/>', outline))

    assert [feed.outlet for feed in feeds] == ["ok"]
    [(line, problem)] = broken
    assert line == 4
    assert problem.startswith(said)


def test_an_address_with_an_ampersand_as_it_is_is_taken_for_what_it_means():
    feeds, broken = parse(opml('<outline text="a & b" xmlUrl="https://a.example/?a=1&copy=2&amp;c=3"/>'))

    assert broken == []
    assert feeds == [Feed(url="https://a.example/?a=1&copy=2&c=3", outlet="a & b")]


def test_a_file_that_is_not_well_formed_keeps_the_feeds_of_its_good_lines():
    feeds, broken = parse(
        opml(
            '<outline text="one" xmlUrl="https://one.example/"/>',
            '<outline text="Газета "Коммерсантъ"" xmlUrl="https://two.example/"/>',
            '<outline text="three" xmlUrl="https://three.example/?a=1&b=2"/>',
            '<outline text="four" xmlUrl="https://four.example/?a=1&amp;b=2"/>',
            '<outline text="three b" xmlUrl="https://three.example/?a=1&nbsp;b=2"/>',
            '<!-- <outline text="off" xmlUrl="https://off.example/"/>',
            '<outline text="off too" xmlUrl="https://off.example/2"/> -->',
            '<outline text="five" xmlUrl="https://five.example/">',
        )
    )

    assert [feed.url for feed in feeds] == [
        "https://one.example/",
        "https://three.example/?a=1&b=2",
        "https://four.example/?a=1&b=2",
        "https://five.example/",
    ]
    assert [line for line, _ in broken] == [4, 7]
    assert "attribute" in broken[0][1].lower()
    assert broken[1][1] == "is not well-formed XML (an & that begins no entity)"


@pytest.mark.parametrize(
    "data, said",
    [
        ("", "is empty"),
        ("  \n", "is empty"),
        ("<!doctype html><html><body>Sign in</body></html>", "is an HTML page, not a feed list"),
        ("<html><p>unclosed", "is an HTML page, not a feed list"),
        ("<rss version='2.0'><channel/></rss>", "is a <rss> document, not a feed list"),
        ("<opml><body/></opml>", "names no feed"),
        ("<!-- a comment\nthat never ends\n", "is not well-formed XML (Comment not terminated"),
        ("https://a.example/rss\nhttps://b.example/rss\n", "is neither OPML nor CSV"),
        ("name,address\na,https://a.example/\n", "has no column `url`"),
        ("outlet,url\n", "names no feed"),
        (b"\x89PNG\r\n\x1a\n\0\0\0", "is not UTF-8 text"),
        (b'<?xml version="1.0" encoding="no-such"?><opml', "names an unknown encoding, no-such"),
    ],
)
def test_a_file_that_is_no_list_is_told_in_one_line(data, said):
    feeds, [(_, problem)] = parse(data)

    assert feeds == []
    assert problem.startswith(said)


def test_a_document_cannot_reach_for_other_files_or_swell(tmp_path):
    (tmp_path / "secret").write_text("https://secret.example/")
    entity = f'<!DOCTYPE opml [<!ENTITY x SYSTEM "file://{tmp_path}/secret"><!ENTITY y "{"z" * 50}">]>'
    swelling = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    bomb = f'<!DOCTYPE opml [<!ENTITY l0 "zzzzzzzzzz">{swelling}]>'
    line = '<opml><body><outline text="{0}" xmlUrl="https://a.example/{0}"/></body></opml>'

    for document in (entity + line.format("&x;"), bomb + line.format("&l11;")):
        feeds, broken = parse(document)
        assert "secret" not in f"{feeds}{broken}"
        assert sum(len(feed.url) for feed in feeds) < 1000


def test_a_wrong_robots_is_told_with_file_line_and_mend():
    data = b"url,robots\nhttps://a.example/,obey\nhttps://b.example/,yes\n"

    feeds, [error] = parse_feed_list(data, "my.csv")

    assert [feed.url for feed in feeds] == ["https://a.example/"]
    assert str(error) == (
        "my.csv, line 3: has robots 'yes', which is none of obey, ignore; "
        "write ignore where the outlet lets you ask whatever its robots.txt says, else nothing"
    )


# ---- CSV --------------------------------------------------------------------------------------------------


def test_a_csv_is_read_by_the_names_of_its_columns():
    feeds, broken = parse(
        "\ufeff" + "source,URL , outlet,language,country,kind,Title,category,robots\r\n"
        'x,https://a.example/,"A, B",uk,UA,,World,state-controlled,IGNORE\r\n'
        "# x,https://off.example/,,,,\r\n\r\nx,https://b.example/a;b\r\n"
    )

    assert broken == []
    assert feeds == [
        Feed(
            url="https://a.example/",
            outlet="A, B",
            country="UA",
            language="uk",
            title="World",
            category="state-controlled",
            robots="ignore",
        ),
        Feed(url="https://b.example/a;b", outlet="b.example"),
    ]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_spreadsheet_may_part_its_columns_as_it_likes(delimiter):
    text = "outlet,url\nA,https://a.example/\n".replace(",", delimiter)

    assert parse(text) == ([Feed(url="https://a.example/", outlet="A")], [])


def test_broken_lines_of_a_csv_are_told_with_their_line():
    feeds, broken = parse(
        HEAD + "A,https://a.example/,feed,GB,en\nB,https://b.example/x,y,feed,GB,en\nC,,feed,,\n"
        '"D,https://d.example/\n'
    )

    assert [feed.outlet for feed in feeds] == ["A"]
    assert [(line, problem.partition(" (")[0]) for line, problem in broken] == [
        (3, "has 6 values for 5 columns"),
        (4, "has no address"),
        (5, "cannot be read as CSV"),
    ]


@pytest.mark.parametrize(
    "country, language, kept",
    [
        ("GB", "en", ("GB", "en")),
        ("gb", "EN-gb", ("GB", "en")),
        ("LV/RU", "en_US", ("LV", "en")),
        ("United Kingdom", "english", (None, None)),
        ("", "uk, en, ru", (None, None)),
        ("GBR", "ukr", (None, "ukr")),
    ],
)
def test_codes_are_kept_and_names_are_left_out(country, language, kept):
    [feed], broken = parse(HEAD + f'A,https://a.example/,,"{country}","{language}"\n')

    assert broken == []
    assert (feed.country, feed.language) == kept


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_file_with_a_byte_order_mark_is_read_by_it(encoding):
    assert parse((HEAD + "Курск,https://a.example/\n").encode(encoding))[0][0].outlet == "Курск"
    assert decode_text("Курск".encode(encoding), "x").removeprefix("\ufeff") == "Курск"


def test_a_file_in_another_encoding_is_told_with_the_line():
    _, [(line, problem)] = parse(
        (HEAD + "ok,https://a.example/\nКурск,https://b.example/\n").encode("cp1251")
    )

    assert (line, problem) == (3, "is not UTF-8 text")


def test_a_broken_list_in_its_own_encoding_is_read_in_it():
    text = '<?xml version="1.0" encoding="windows-1251"?><opml><body>\n<outline text="Курск" xmlUrl="https://a.example/"/>'

    feeds, broken = parse(text.encode("cp1251"))

    assert [feed.outlet for feed in feeds] == ["Курск"]
    assert len(broken) == 1


# ---- real lists -------------------------------------------------------------------------------------------


@needs_lists
def test_every_real_list_is_read():
    paths = sorted((LISTS / "opml").glob("*.opml"))
    assert len(paths) == 25

    for path in paths:
        feeds, broken = parse_feed_list(path.read_bytes(), str(path))
        named = len(set(re.findall(r'xmlUrl="([^"]+)"', path.read_text(encoding="utf-8"))))
        assert len(feeds) + len(broken) >= named
        assert len(feeds) == named - (path.stem == "Russia")
        assert len(broken) == (path.stem == "Russia")


@needs_lists
def test_the_real_list_that_is_not_well_formed_loses_only_its_broken_lines():
    data = (LISTS / "opml" / "Russia.opml").read_bytes()

    feeds, broken = parse_feed_list(data, "Russia.opml")

    [error] = broken
    assert 'text="Газета "Коммерсантъ"' in data.decode().splitlines()[(error.line or 0) - 1]
    assert {"https://lenta.ru/rss", "https://www.rt.com/rss/"} <= {feed.url for feed in feeds}


@needs_lists
def test_the_real_csv_of_war_coverage_is_read_whole():
    feeds, broken = parse_feed_list((LISTS / "war-coverage-feeds.csv").read_bytes(), "war.csv")

    assert (len(feeds), broken) == (124, ())


# ---- any input --------------------------------------------------------------------------------------------


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=200) | st.text(max_size=200).map(lambda text: ("<opml>" + text).encode()))
def test_no_bytes_raise(data):
    parse(data)


WORDS = st.lists(
    st.sampled_from(
        ("<outline ", 'text="a"', "xmlUrl=", '"https://a.example/"', "/>", ">", "<!--", "-->", "&", '"', "'", "\n",
         "<opml>", "<body>", "</body></opml>", "url,outlet\n", ",", ";",
         "https://b.example/", "<![CDATA[", "]]>", "\0", "é")
    ),
    max_size=25,
).map("".join)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(WORDS)
def test_no_pieces_of_a_list_raise_and_a_feed_has_a_web_address(text):
    feeds, _ = parse(text)

    assert all(feed.url.startswith(("https://", "http://")) and feed.outlet for feed in feeds)
    assert all(feed.kind in KINDS and feed.robots in ROBOTS for feed in feeds)
    assert len({feed.url for feed in feeds}) == len(feeds)


NAME = st.text(
    st.characters(min_codepoint=0x20, exclude_categories=("Cs", "Cc", "Cn")), min_size=1, max_size=20
)
FEEDS = st.lists(
    st.builds(
        Feed,
        url=st.integers(0, 10**6).map("https://a.example/?x=1&y={}".format),
        outlet=NAME.map(lambda name: " ".join(name.split()).lstrip("#") or "x"),
        kind=st.sampled_from(KINDS),
        country=st.none() | st.sampled_from(("GB", "UA")),
        language=st.none() | st.sampled_from(("en", "uk")),
    ),
    min_size=1,
    max_size=8,
    unique_by=lambda feed: feed.url,
)


@settings(max_examples=100, deadline=None)
@given(FEEDS)
def test_any_list_written_as_opml_or_csv_comes_back(feeds):
    outlines = (
        f"<outline text={quoteattr(feed.outlet)} xmlUrl={quoteattr(feed.url)} kind='{feed.kind}'"
        f" country='{feed.country or ''}' language='{feed.language or ''}'/>"
        for feed in feeds
    )
    rows = (
        ",".join(
            '"' + value.replace('"', '""') + '"'
            for value in (feed.outlet, feed.url, feed.kind, feed.country or "", feed.language or "")
        )
        for feed in feeds
    )

    assert parse(opml(*outlines)) == (feeds, [])
    assert parse(HEAD + "\n".join(rows)) == (feeds, [])


def test_an_encoding_fault_is_an_error_of_ours_and_names_the_line():
    with pytest.raises(InputError) as caught:
        decode_text(b"a\nb\n\xff", "x.txt")

    assert str(caught.value) == "x.txt, line 3: is not UTF-8 text; save it as UTF-8"
