"""The Atom feed of a topic: valid after RFC 4287 whatever strangers write, and read back as it was meant."""

import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import feedparser
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree, html

from atomcheck import check, errors
from newsmonitor.atom import Edit, Other, TopicEntry, TopicFeed, render
from newsmonitor.feeds import parse_feed
from newsmonitor.records import Match
from storyrows import NOON, a_story, a_tag, minutes

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "benchmarks"))

ATOM = "{http://www.w3.org/2005/Atom}"
DESK = "https://desk.example.org"
# Every script that a headline may stand in, and what has broken feeds before.
SCRIPTS = (
    "Fighting near Sudzha",
    "Бои под Суджей",
    "Бої під Суджею — 5 °C",
    "库尔斯克州的战斗",
    "クルスクで戦闘",
    "쿠르스크 전투",
    "معارك قرب كورسك",
    "קרבות ליד קורסק",
    "युद्ध कुर्स्क",
    "การสู้รบ",
    "მებრძოლები",
    "Μάχες",
    "Գյուղ",
    "ውጊያ",
    "👩‍👩‍👧 🇺🇦 𝔉𝔯𝔞𝔨𝔱𝔲𝔯",
)
HOSTILE = (
    "<script>alert(1)</script>",
    "</title></entry></feed>",
    "]]>",
    "<![CDATA[ x ]]>",
    "&lt;b&gt; &amp;amp; &#0; &nbsp;",
    '"><img src=x onerror=alert(1)>',
    "<!ENTITY x SYSTEM 'file:///etc/passwd'> &x;",
    "a\x00b\x08c\x0bd\x1be",
    "\ud800 \udfff",
    "\ufffe\uffff\U0001fffe",
    "moc.live\u202e",
    "\u2028\u2029",
    "\x85\x9f",
    "a" * 3000,
    "e\u0301" * 200,
    "<a",
    "<!--",
    "--><!--",
    "\ufeff",
    " \t\r\n ",
    "",
)
BAD_LINKS = (
    None,
    "",
    "javascript:alert(1)",
    "data:text/html,<script>",
    "//evil.example",
    "/relative",
    "http://",
    "http://[",
    "ftp://x/y",
    "https://user:pw@x.example/",
    "https://x.example/<script>",
    'https://x.example/"onmouseover="x',
    "https://x.example/%zz?a=1&b=2",
    "https://приклад.укр/стаття?q=ф",
    "https://x.example:99999/",
    "https://x.example/ a b",
    "https://x.example/\x00",
    "http://::1/",
    "https://x.example/a{b}|c\\d^e`f",
    "https://x.example/#frag#ment",
    "https://x_y.example/",
    "https://x.example/'\ud800",
)


def a_match(**values) -> Match:
    usual = {
        "topic": "war",
        "term": "Sudzha",
        "role": "place",
        "name": "Sudzha",
        "counted": True,
        "field": "body",
        "start": 14,
        "end": 20,
        "snippet": "near Sudzha",
        "place_id": "sudzha",
        "latitude": 51.1903,
        "longitude": 35.2717,
        "points": 4.0,
    }
    return Match(**{**usual, **values})


def an_entry(number: int = 1, **values) -> TopicEntry:
    story = values.pop("story", None) or a_story(f"{number}", matches=(a_match(),), tags=(a_tag(),))
    usual = {
        "group_id": f"{number}",
        "story": story,
        "level": "main",
        "appeared_at": NOON,
        "updated_at": NOON + minutes(number),
        "page_url": f"{DESK}/newsmonitor/stories/{number}",
    }
    return TopicEntry(**{**usual, **values})


def a_feed(*entries: TopicEntry, **values) -> TopicFeed:
    usual = {
        "topic_id": "war",
        "title": "The war",
        "updated_at": NOON,
        "entries": entries,
        "self_url": f"{DESK}/newsmonitor/feeds/war.atom",
        "site_url": DESK,
    }
    return TopicFeed(**{**usual, **values})


def entries_of(document: bytes) -> list[etree._Element]:
    return etree.fromstring(document).findall(f"{ATOM}entry")


def content_of(document: bytes) -> str:
    return entries_of(document)[0].findtext(f"{ATOM}content")


# ---- valid, whatever comes --------------------------------------------------------------------------------

TEXTS = st.one_of(st.text(), st.sampled_from(SCRIPTS + HOSTILE), st.text(alphabet="<>&\"'\x00\x1f\u202e ]a"))
LINKS = st.one_of(
    st.sampled_from(BAD_LINKS),
    st.text(),
    st.text().map("https://x.example/".__add__),
    st.text().map("http://".__add__),
)
# Years that the two forms of a date do not have, or that time zones lead out of.
TIMES = st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1)).flatmap(
    lambda at: st.integers(-14, 14).map(lambda hours: at.replace(tzinfo=timezone(timedelta(hours=hours))))
)
MATCHES = st.builds(
    a_match,
    term=TEXTS,
    name=st.none() | TEXTS,
    counted=st.booleans(),
    field=st.sampled_from(["title", "lead", "body"]),
    start=st.integers(0, 50),
    end=st.integers(0, 80),
    sense=st.none() | TEXTS,
    place_id=st.none() | TEXTS,
    latitude=st.none() | st.floats(-90, 90),
    longitude=st.none() | st.floats(-180, 180),
    points=st.floats(-9, 9),
    topic=st.sampled_from(["war", "other"]),
    role=st.sampled_from(["anchor", "place", "sense"]),
)
STORIES = st.builds(
    lambda **values: a_story("1", **values),
    outlet=st.just("Ledger"),
    title=st.none() | TEXTS,
    url=LINKS,
    text=st.none() | TEXTS,
    summary=st.none() | TEXTS,
    language=st.sampled_from([None, "en", "ru", "zh", "xx-", "<b>", ""]),
    matches=st.lists(MATCHES, max_size=4).map(tuple),
)
OTHERS = st.builds(Other, outlet=TEXTS, url=LINKS, appeared_at=TIMES)
EDITS = st.builds(Edit, at=TIMES, outlet=TEXTS, said=TEXTS)
ENTRIES = st.builds(
    lambda story, outlet, **values: an_entry(story=replace(story, outlet=outlet), **values),
    STORIES,
    TEXTS,
    group_id=st.text(st.characters(codec="utf-8"), max_size=9),
    level=st.sampled_from([None, "main", "mention"]),
    appeared_at=TIMES,
    updated_at=TIMES,
    others=st.lists(OTHERS, max_size=3).map(tuple),
    edits=st.lists(EDITS, max_size=3).map(tuple),
    page_url=LINKS,
)
# Two groups have two ids; that is the warehouse's to keep.
FEEDS = st.builds(
    lambda entries, **values: a_feed(*entries, **values),
    st.lists(ENTRIES, max_size=3, unique_by=lambda entry: entry.group_id),
    title=TEXTS,
    updated_at=TIMES,
    self_url=LINKS,
    site_url=LINKS,
)


@settings(deadline=None, max_examples=300)
@given(FEEDS)
def test_a_feed_is_valid_whatever_strangers_write(feed):
    document = render(feed)

    found = [finding for finding in check(document) if finding.is_error or finding.name in OURS_ALONE]
    assert found == []


# Warnings that our own words could bring about, not a headline that looks like markup.
OURS_ALONE = {
    "BadCharacters",
    "NotHtml",
    "ContainsRelRef",
    "NotBlank",
    "AttrNotBlank",
    "MissingSource",
    "UnregisteredAtomLinkRel",
    "SelfNotAtom",
    "NonCanonicalURI",
    "AtomLinkNotEmpty",
    "UnknownNamespace",
}


@pytest.mark.parametrize("words", SCRIPTS)
def test_a_headline_in_any_script_comes_back_as_it_was(words):
    document = render(a_feed(an_entry(story=a_story("1", words, title=words, text=f"{words}. " * 3))))

    assert check(document) == []
    entry = entries_of(document)[0]
    assert entry.findtext(f"{ATOM}title") == words
    assert entry.findtext(f"{ATOM}author/{ATOM}name") == words
    assert words in html.fromstring(content_of(document)).text_content()


@pytest.mark.parametrize("words", HOSTILE)
def test_a_hostile_text_is_text_and_no_markup(words):
    story = a_story(
        "1", words, title=words, text=words, matches=(a_match(term=words, name=words, start=0, end=9),)
    )
    entry = an_entry(
        story=story,
        others=(Other(outlet=words, url="https://x.example/1", appeared_at=NOON),),
        edits=(Edit(at=NOON, outlet=words, said=words),),
    )

    document = render(a_feed(entry))

    assert errors(document) == []
    tags = {element.tag for element in html.fromstring(content_of(document)).iter()}
    assert tags <= {"div", "p", "ul", "li", "a", "blockquote"}


@pytest.mark.parametrize("url", BAD_LINKS)
def test_only_an_address_of_the_web_becomes_a_link(url):
    story = a_story("1", url=url)
    entry = an_entry(story=story, page_url=url, others=(Other(outlet="Wire", url=url, appeared_at=NOON),))

    document = render(a_feed(entry, self_url=url, site_url=url))

    assert errors(document) == []
    links = [link.get("href") for link in etree.fromstring(document).iter(f"{ATOM}link")]
    links += [link for _, _, link, _ in html.fromstring(content_of(document)).iterlinks()]
    assert all(
        link.startswith(("https://x.example/", "https://xn--", "https://x_y.example", "https://evil.example"))
        for link in links
    )


def test_a_feed_without_a_story_is_valid():
    assert check(render(a_feed())) == []


def test_without_the_address_of_the_ui_a_feed_has_no_link_to_itself_and_is_valid():
    document = render(a_feed(an_entry(page_url=None), self_url=None, site_url=None))

    assert check(document) == []
    assert b"At the desk" not in document


# ---- what it says -----------------------------------------------------------------------------------------


def test_an_entry_says_what_an_alert_says_and_who_else_ran_it():
    story = a_story(
        "1",
        title="Fighting near Sudzha",
        language="ru",
        text="Fighting near Sudzha goes on. Two villages were left. More.",
        matches=(a_match(), a_match(topic="other", term="elsewhere", start=0, end=8)),
    )
    entry = an_entry(
        story=story,
        others=(Other(outlet="Wire", url="https://wire.example/2", appeared_at=NOON + minutes(40)),),
        edits=(Edit(at=NOON + minutes(90), outlet="Ledger", said="numbers 12 → 15"),),
    )

    [element] = entries_of(render(a_feed(entry)))

    assert element.get("{http://www.w3.org/XML/1998/namespace}lang") == "ru"
    assert element.findtext(f"{ATOM}summary") == "Fighting near Sudzha goes on. Two villages were left."
    assert [(each.get("term"), each.get("label")) for each in element.findall(f"{ATOM}category")] == [
        ("topic:war", "The war"),
        ("level:main", "main"),
        ("place:sudzha", "Sudzha"),
    ]
    assert [(link.get("rel"), link.get("href")) for link in element.findall(f"{ATOM}link")] == [
        ("alternate", "https://ledger.example/1"),
        ("related", f"{DESK}/newsmonitor/stories/1"),
    ]
    assert element.findtext("{http://www.georss.org/georss}point") == "51.19030 35.27170"
    assert element.findtext(f"{ATOM}content") == (
        "<p>Ledger · 2026-11-24 12:00 UTC · main · ru</p>"
        '<p lang="en">Why: Sudzha (body)</p>'
        '<blockquote lang="ru"><p>Fighting near Sudzha goes on. Two villages were left.</p></blockquote>'
        '<p lang="en">Also at:</p><ul><li>2026-11-24 12:40 UTC <a href="https://wire.example/2">Wire</a></li></ul>'
        '<p lang="en">Edited since:</p><ul><li>2026-11-24 13:30 UTC Ledger: numbers 12 → 15</li></ul>'
        '<p lang="en"><a href="https://ledger.example/1">The original</a> · '
        f'<a href="{DESK}/newsmonitor/stories/1">At the desk</a></p>'
    )


def test_times_are_in_utc_and_an_entry_is_never_changed_before_it_was_there():
    east = timezone(timedelta(hours=3))
    entry = an_entry(appeared_at=datetime(2026, 11, 24, 15, 30, 1, 999999, tzinfo=east), updated_at=NOON)

    [element] = entries_of(render(a_feed(entry)))

    assert (
        element.findtext(f"{ATOM}published") == element.findtext(f"{ATOM}updated") == "2026-11-24T12:30:01Z"
    )


def test_the_id_of_a_story_is_that_of_its_group_and_nothing_else():
    before = render(a_feed(an_entry(1), an_entry(2)))
    moved = render(
        a_feed(an_entry(2, level="mention"), an_entry(1, updated_at=NOON), topic_id="peace", title="x")
    )

    ids = [entry.findtext(f"{ATOM}id") for entry in entries_of(before)]
    # Written down here, since another id makes every story new to every reader.
    assert ids[0] == "urn:uuid:00bb6c7e-76e6-513a-92a2-7f4ba37fae97"
    assert [entry.findtext(f"{ATOM}id") for entry in entries_of(moved)] == ids[::-1]
    assert etree.fromstring(before).findtext(f"{ATOM}id") != etree.fromstring(moved).findtext(f"{ATOM}id")


def test_a_long_list_of_outlets_is_cut_and_says_so():
    others = tuple(Other(outlet=f"O{n}", url=None, appeared_at=NOON) for n in range(60))

    content = content_of(render(a_feed(an_entry(others=others))))

    assert content.count("<li>") == 51
    assert "<li>and 10 more</li>" in content


def test_the_same_feed_gives_the_same_bytes():
    assert render(a_feed(an_entry(1), an_entry(2))) == render(a_feed(an_entry(1), an_entry(2)))


# ---- read back --------------------------------------------------------------------------------------------


def read_back() -> tuple[list[TopicEntry], bytes]:
    entries = [
        an_entry(
            number,
            story=a_story(f"{number}", f"Outlet{number}", title=words, language="uk", text=f"{words}."),
        )
        for number, words in enumerate([*SCRIPTS, "5 < 6 & 7 > 6", "<b>bold</b> claim"], 1)
    ]
    return entries, render(a_feed(*entries))


def test_feedparser_reads_it_without_a_complaint():
    entries, document = read_back()

    parsed = feedparser.parse(document)

    assert not parsed.bozo
    assert parsed.version == "atom10"
    assert [each.author for each in parsed.entries] == [entry.story.outlet for entry in entries]
    assert [each.link for each in parsed.entries] == [entry.story.url for entry in entries]
    assert [datetime(*each.updated_parsed[:6], tzinfo=UTC) for each in parsed.entries] == [
        entry.updated_at for entry in entries
    ]
    # Of a title of type text too, it takes out what looks like markup.
    assert [each.title for each in parsed.entries][:-2] == [entry.story.title for entry in entries][:-2]


def test_our_own_reader_reads_it_as_it_was_meant():
    entries, document = read_back()

    parsed = parse_feed(
        document, content_type="application/atom+xml", url=f"{DESK}/newsmonitor/feeds/war.atom"
    )

    assert (parsed.version, parsed.title, parsed.self_url) == (
        "atom10",
        "The war",
        f"{DESK}/newsmonitor/feeds/war.atom",
    )
    assert [(item.url, item.published_at, item.updated_at, item.byline) for item in parsed.items] == [
        (entry.story.url, entry.appeared_at, entry.updated_at, (entry.story.outlet,)) for entry in entries
    ]
    # What looks like markup is taken for it: so many feeds say text and mean HTML.
    assert [item.title for item in parsed.items][:-1] == [entry.story.title for entry in entries][:-1]
    assert {item.language for item in parsed.items} == {"uk"}


# ---- the checker itself; against the W3C's test cases, see benchmarks/atom_validity.py --------------------

GOOD = render(a_feed(an_entry(1), an_entry(2)))


@pytest.mark.parametrize(
    "old, new, name",
    [
        (b"<id>urn:uuid:", b"<id>urn:uuid:x", "InvalidUUID"),
        (b"T12:00:00Z</published>", b"T12:00:00</published>", "InvalidRFC3339Date"),
        (b"T12:00:00Z</published>", b"T25:00:00Z</published>", "InvalidRFC3339Date"),
        (b"2026-11-24T12:00:00Z</published>", b"2026-02-30T12:00:00Z</published>", "InvalidRFC3339Date"),
        (b'<title type="text">', b'<title type="text/plain">', "InvalidTextType"),
        (b'href="https://ledger.example/1"', b'href="https://ledger.example/ 1"', "InvalidLink"),
        (b'rel="related"', b'rel="nearby"', "UnregisteredAtomLinkRel"),
        (b'rel="related"', b'rel="alternate" hreflang="en"', "DuplicateAtomLink"),
        (b'type="text/html"', b'type="html"', "InvalidMIMEType"),
        (b'xml:lang="en"', b'xml:lang="e n"', "InvalidLanguage"),
        (b"<author><name>Ledger</name></author>", b"<author/>", "MissingElement"),
        (b"<name>Ledger</name>", b"<name> </name>", "NotBlank"),
        (b"<updated>", b"<updated>1</updated><updated>", "DuplicateElement"),
        (b"<generator", b"<pubDate/><generator", "UndefinedElement"),
        (b"&lt;p lang", b"&lt;script&gt;x&lt;/script&gt;&lt;p lang", "SecurityRisk"),
        (b"&lt;p lang", b"&lt;p onclick='x' lang", "SecurityRiskAttr"),
        (b'href="https://ledger.example/1"&gt;', b'href="javascript:x"&gt;', "SecurityRiskAttr"),
        (b'href="https://ledger.example/1"&gt;', b'href="/1"&gt;', "ContainsRelRef"),
        (b"&lt;p lang", b"&lt;b&gt;&lt;p lang", "NotHtml"),
        (b"</feed>", b"<logo>x</logo></feed>", "MisplacedMetadata"),
        (b"<title", b"\x0b<title", "SAXError"),
        (b'<category term="level:main"', b"<category", "MissingAttribute"),
        (b"http://www.w3.org/2005/Atom", b"http://purl.org/atom/ns#", "InvalidNamespace"),
    ],
)
def test_the_checker_finds_what_is_broken_in_a_good_feed(old, new, name):
    assert check(GOOD) == []

    # Every place: the feed has the same elements as its entries.
    assert old in GOOD
    assert name in {finding.name for finding in check(GOOD.replace(old, new))}


def test_the_checker_finds_two_entries_of_one_id_and_time():
    names = {finding.name for finding in check(render(a_feed(an_entry(1), an_entry(1))))}

    assert names == {"DuplicateEntries", "DuplicateUpdated"}
