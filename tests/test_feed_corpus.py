"""Feeds by the hundred: those that other parsers are tested with, and those that chance writes."""

import json
import re
import tarfile
from collections import Counter
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import cache
from pathlib import Path
from xml.sax.saxutils import escape

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from newsmonitor.errors import NotAFeed
from newsmonitor.feeds import parse_feed, to_entries
from test_feeds import FEED, NOON, atom, parse, rss

SAYING = {"title", "link", "links", "guid", "id", "description", "content", "summary"}
DATA = Path(__file__).resolve().parents[2] / "shared" / "data" / "feeds"
needs_data = pytest.mark.skipif(not DATA.is_dir(), reason="the feeds of other parsers' tests are not here")


@cache
def corpus():
    """Path and bytes of every file of every set, packed or not."""
    files = {}
    for path in sorted(DATA.rglob("*")):
        if path.name.endswith(".tar.gz"):
            with tarfile.open(path) as archive:
                members = [member for member in archive if member.isfile()]
                files |= {member.name: archive.extractfile(member).read() for member in members}
        elif path.is_file():
            files[path.relative_to(DATA).as_posix()] = path.read_bytes()
    return files


def attempt(body):
    """The feed, or the words that say what it is instead; any other error is the test's."""
    try:
        return parse_feed(body, content_type=None, url="https://example.com/feed")
    except NotAFeed as error:
        return str(error)


@needs_data
def test_every_feed_that_other_parsers_are_tested_with_is_read_or_named():
    read, named = Counter(), Counter()

    for name, body in corpus().items():
        found = attempt(body)
        if isinstance(found, str):
            named[name.partition("/")[0]] += name.endswith((".xml", ".rss", ".atom", ".rdf"))
        else:
            read[name.partition("/")[0]] += 1
            to_entries(found, FEED, seen_at=NOON, is_backlog=False)

    # Measured. What is named: RSS 1.1, CDF, OPML, lists of services, fragments of HTML.
    assert read.total() >= 2305
    assert named.total() <= 51


@needs_data
def test_counts_titles_links_and_dates_agree_with_two_other_parsers():
    agreed, compared = Counter(), Counter()

    for expected, body in expectations():
        parsed = attempt(body)
        items = () if isinstance(parsed, str) else parsed.items
        # An item of nothing but a date or a label announces nothing.
        expected = [item for item in expected if item.keys() & SAYING]
        compared["feeds"] += 1
        agreed["feeds"] += len(items) == len(expected)
        for theirs, ours in zip(expected, items, strict=False):
            for what, is_there, is_same in comparisons(theirs, ours):
                compared[what] += is_there
                agreed[what] += is_there and is_same

    # Measured. The rest is meant: references in headlines resolved, links of FeedBurner and relative ones too.
    assert agreed >= Counter(feeds=264, titles=935, links=914, dates=945), compared
    assert compared["dates"] == agreed["dates"]


def expectations():
    """What gofeed or rss-parser reads from a feed, and the feed."""
    files = corpus()
    for name, body in files.items():
        if (
            name.startswith("gofeed/")
            and name.endswith(".xml")
            and (answer := files.get(f"{name[:-4]}.json"))
        ):
            document = json.loads(answer)
            yield document.get("items") or document.get("entries") or [], body
        elif match := re.fullmatch(r"rss-parser-npm/input/([^/]+)\.(?:rss|atom)", name):
            yield json.loads(files[f"rss-parser-npm/output/{match[1]}.json"])["feed"]["items"], body


def comparisons(theirs, ours):
    title, link = theirs.get("title"), theirs.get("link")
    date = theirs.get("isoDate") or theirs.get("publishedParsed") or theirs.get("pubDateParsed")
    yield "titles", isinstance(title, str), " ".join(str(title).split()) == ours.title
    yield "links", isinstance(link, str) and bool(link), str(link).strip() == ours.url
    yield "dates", bool(date), str(ours.published_at)[:19] == str(date)[:19].replace("T", " ")


# Text as feeds may carry it; markup and references in it have tests of their own. The sign № keeps feedparser from
# mending what looks like UTF-8 that was taken for Latin-1, as "Â¡" does.
TITLES = st.text(
    st.characters(exclude_categories=["C", "Z"], exclude_characters="<&\ue000") | st.just(" "), min_size=1, max_size=40
).map(lambda text: " ".join(f"№ {text}".split()))  # fmt: skip
LETTERS = st.text("абвгдежзийклмнопрстуфхцчшщъыьэюяАКЁё «»—№", min_size=12, max_size=60)
CYRILLIC = LETTERS.map(lambda text: "Курск " + " ".join(text.split()))
TIMES = st.datetimes(datetime(1995, 1, 1), datetime(2026, 11, 24)).map(
    lambda time: time.replace(microsecond=0, tzinfo=UTC)
)


@settings(deadline=None)
@given(st.lists(st.tuples(TITLES, TIMES), max_size=4))
def test_what_was_written_as_a_feed_is_read_from_it(items):
    expected = [(title, f"https://example.com/{number}", time) for number, (title, time) in enumerate(items)]
    as_rss = "".join(
        f"<item><title>{escape(title)}</title><link>{url}</link><pubDate>{format_datetime(time)}</pubDate></item>"
        for title, url, time in expected
    )
    as_atom = "".join(
        f"<entry><title>{escape(title)}</title><link href='{url}'/><published>{time.isoformat()}</published></entry>"
        for title, url, time in expected
    )
    as_json = {
        "version": "https://jsonfeed.org/version/1.1",
        "items": [{"title": title, "url": url, "date_published": str(time)} for title, url, time in expected],
    }

    for body in (rss(as_rss), atom(as_atom), json.dumps(as_json)):
        assert [(item.title, item.url, item.published_at) for item in parse(body).items] == expected


@settings(deadline=None)
@given(
    st.lists(CYRILLIC, min_size=1, max_size=3), st.sampled_from(["windows-1251", "koi8-r", "utf-8", "utf-16"])
)
def test_cyrillic_titles_are_read_in_every_encoding(titles, encoding):
    titles = [" ".join(title.encode(encoding, "ignore").decode(encoding).split()) for title in titles]
    body = rss(
        "".join(f"<item><title>{title}</title></item>" for title in titles),
        prolog=f"<?xml version='1.0' encoding='{encoding}'?>",
    )

    assert [item.title for item in parse(body.encode(encoding)).items] == titles


WHOLE = st.sampled_from(
    [
        rss(
            "<item><title>War</title><link>/a</link><guid>1</guid><author>a@b.c (X)</author><category>w</category>"
            "<pubDate>Tue, 24 Nov 2026 15:00:00 MSK</pubDate><media:content url='/a.jpg'/><source url='x'>y</source>"
            "<content:encoded><![CDATA[<p>One</p>]]></content:encoded></item>"
        ).encode(),
        atom(
            "<entry><title type='html'>&lt;b></title><link href='a'/><id>1</id><updated>2026</updated></entry>"
        ).encode(),
        b'{"version":"https://jsonfeed.org/version/1","items":[{"id":"1","tags":["a"],"authors":[{"name":"b"}]}]}',
    ]
)
SCRAPS = st.sampled_from(
    [
        b"<", b">", b"&", b"&#x", b"]]>", b"<![CDATA[", b"<!--", b"\x00", b"\xff", b"'", b'"', b"&a;", b"\xfe\xff",
        b"<!DOCTYPE x [<!ENTITY a 'b'>]>", b"<links a='b'>", b"<tags a='b'>", b"<authors a='b'/>", b"<link",
        b"<title_detail a='b'/>", b"<content mode='base64'>", b"<category/>", b"<image><url>", b"<item>", b"</item>",
        b"<enclosure url='http://['/>", b" xml:base='http://['", b"<media:thumbnail/>", b"<summary>", b"<source>",
        b"<textinput>", b"null", b"[", b"{", b"1e999",
    ]
)  # fmt: skip
CHANGES = st.tuples(st.integers(0, 600), st.integers(0, 12), SCRAPS | st.binary(max_size=6))


@settings(deadline=None)
@given(WHOLE, st.lists(CHANGES, max_size=6))
@example(b"<rss><channel><item><tags a='b'/><category>x</category></item></channel></rss>", [])
@example(b"<rss><channel><item><links a='b'/><link>x</link><guid>x</guid></item></channel></rss>", [])
@example(b"<rss version='2.0' xmlns:a='http://['><channel><item xml:base='http://['><link>x</link>", [])
def test_no_mutation_of_a_feed_raises_anything_but_not_a_feed(body, changes):
    for place, length, scrap in changes:
        body = body[:place] + scrap + body[place + length :]

    check_that_it_is_read_or_named(body)


@settings(deadline=None)
@given(st.binary(max_size=300), st.none() | st.text(max_size=30))
def test_no_bytes_raise_anything_but_not_a_feed(body, content_type):
    check_that_it_is_read_or_named(body, content_type)
    check_that_it_is_read_or_named(b"<rss version='2.0'><channel><item>" + body, content_type)


def check_that_it_is_read_or_named(body, content_type=None):
    try:
        parsed = parse(body, content_type)
    except NotAFeed:
        return
    for entry in to_entries(parsed, FEED, seen_at=NOON, is_backlog=False):
        for text in (entry.title, entry.summary, entry.content, entry.guid, entry.entry_url, *entry.byline):
            assert text is None or text.encode().strip()
