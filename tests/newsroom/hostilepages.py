"""Pages made to be dear, or to break what reads them: each a builder that says what it makes and why.

`PAGES` has them all by name. What a page costs is in its number of bytes, tags, attributes or levels, never in
its words. None is larger than the 10 MB that a reader takes, but those whose point is that they are.
"""

import gzip
import json
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field

from newsroom.site import Exchange

_HTML = "text/html; charset=utf-8"
# Each page's own town, so that no two pages have the same text.
_TOWN = "Neustadten"
_SENTENCE = f"The council of {_TOWN} met on Tuesday, and agreed on the budget of the whole year. "
_MANY_NAMES = (
    "author articleauthor ogarticleauthor parselyauthor sailthruauthor byl dccreator cxenseparseauthor "
    "dctermscreator rbauthors authors twittermiscwrittenby"
)
_MANY_DATES = (
    "articlepublishedtime ogpublishedtime datepublished parselypubdate sailthrudate publishedtime publishedat "
    "publishdate pubdate dcdateissued dctermsissued dctermscreated dcdatecreated dcdate publicationdate date "
    "articlemodifiedtime datemodified ogupdatedtime dctermsmodified lastmod lastmodified"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class HostilePage:
    """One page: `answer` replies with it; `body` is its bytes as they lie on the wire."""

    name: str
    why: str
    body: bytes = field(repr=False)
    content_type: str = _HTML
    is_packed: bool = False

    def answer(self, exchange: Exchange) -> None:
        packed = {"Content-Encoding": "gzip"} if self.is_packed else {}
        headers = {"Content-Type": self.content_type} | packed
        count = exchange.request.path.partition("?")[2]
        exchange.answer(_refresh(int(count)) if count else self.body, headers=headers)


Build = Callable[[], bytes]
#: The builders by name: each call makes the page anew, for all of them together are a quarter of a gigabyte.
PAGES: dict[str, Callable[[], HostilePage]] = {}


def _hostile(content_type: str = _HTML, *, is_packed: bool = False) -> Callable[[Build], Build]:
    def register(build: Build) -> Build:
        name, why = build.__name__, " ".join((build.__doc__ or "").split())
        town = b"%010d" % zlib.crc32(name.encode())

        def page() -> HostilePage:
            body = build().replace(_TOWN.encode(), town)
            return HostilePage(name=name, why=why, body=body, content_type=content_type, is_packed=is_packed)

        PAGES[name] = page
        return build

    return register


def _page(body: str, head: str = "") -> bytes:
    return (
        f"<!doctype html><html><head><title>A hostile page</title>{head}</head><body>{body}</body></html>"
    ).encode("utf-8", "surrogatepass")


def _linked(content: str) -> str:
    return f'<script type="application/ld+json">{content}</script>'


# ---- the seven of the issue -------------------------------------------------------------------------------


@_hostile()
def one_line() -> bytes:
    """10 MB of one line in one paragraph: trafilatura gives one letter of it, others never end."""
    return _page("<p>" + "a" * 9_999_000)


@_hostile()
def nested_tags() -> bytes:
    """100,000 nested div: trees as deep end the stack of whatever walks them."""
    return _page("<div>" * 100_000 + "deep" + "</div>" * 100_000)


@_hostile()
def attributes_on_one_tag() -> bytes:
    """A million attributes on one tag: parsers compare each with all before it."""
    return _page("<p " + " ".join(f"a{number}=1" for number in range(1_000_000)) + ">" + _SENTENCE)


@_hostile()
def attributes_spread() -> bytes:
    """A million attributes on 19,800 tags, so that no count of tags stops them."""
    some = " ".join((*map(chr, range(97, 123)), *(f"{chr(97 + n)}1" for n in range(25))))
    return _page(f"<p {some}>x" * 19_800)


@_hostile()
def nuls() -> bytes:
    """NULs between all letters of one half, in the tags of the other: C ends a string at the first."""
    body = "".join(f"<p>{_SENTENCE}" for _ in range(2_000))
    return _page(body) + body.encode("utf-16-le") + body.replace("<p", "<\0p").encode()


@_hostile(is_packed=True)
def gzip_bomb() -> bytes:
    """100 MB of paragraphs in 100 kB of gzip: what is unpacked before it is measured fills the memory."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    piece = b"<p>" + b"a" * 997
    return b"".join([packer.compress(piece * 1_000) for _ in range(100)] + [packer.flush()])


@_hostile()
def endless_refresh() -> bytes:
    """Nothing but a meta refresh to a next page, which is the same: a browser goes on for ever."""
    return _refresh(0)


def _refresh(number: int) -> bytes:
    return _page("", f'<meta http-equiv="refresh" content="0; url=/endless_refresh?{number + 1}">')


@_hostile("text/html; charset=windows-1251")
def wrong_charset() -> bytes:
    """Declared as windows-1251 by the server and as Shift-JIS by itself; it is UTF-8, and a box in it is KOI8-R."""
    text = "<p>Жители посёлка проснулись от взрывов, сообщил губернатор области во вторник утром. "
    return b"<meta charset=shift_jis>" + (text * 20).encode() + (text * 5).encode("koi8-r")


# ---- markup -----------------------------------------------------------------------------------------------


@_hostile()
def unclosed_tags() -> bytes:
    """20,000 kinds of tags that are never closed: 7 s in trafilatura."""
    return _page("".join(f"<{'bipqsu'[number % 6]}>word " for number in range(20_000)))


@_hostile()
def links_in_one_div() -> bytes:
    """100,000 links in one div: trafilatura does not end on it."""
    return _page("<div>" + '<a href="/x">a link</a> ' * 100_000 + "</div>")


@_hostile()
def sibling_spans() -> bytes:
    """100,000 spans side by side."""
    return _page("<div>" + "<span>a word</span> " * 100_000 + "</div>")


@_hostile()
def nested_bold() -> bytes:
    """15,000 nested b, below the cap of tags: inline elements are walked, too."""
    return _page("<p>" + "<b>" * 15_000 + _SENTENCE)


@_hostile()
def depth_190_often() -> bytes:
    """45 towers of 190 div with inline text on top: just within what is read, as often as the cap of tags lets."""
    return _page(("<div>" * 190 + f"<b><i>{_SENTENCE}</i></b>" + "</div>" * 190) * 45)


@_hostile()
def depth_300() -> bytes:
    """30 towers of 300 div: libxml2 gives up at its own limit, and what is beyond is lost."""
    return _page(("<div>" * 300 + _SENTENCE + "</div>" * 300) * 30)


@_hostile()
def one_block_a_tag() -> bytes:
    """19,990 paragraphs of a letter, the most that passes the cap of tags: a row of features for each."""
    return _page("<p>x" * 19_990)


@_hostile()
def short_paragraphs_with_author() -> bytes:
    """9,000 paragraphs, each "by" somebody: jusText compares each paragraph with all others (17 s)."""
    return _page("<p class=author>Jane Roe</p>" * 9_000)


@_hostile()
def line_breaks() -> bytes:
    """A million br."""
    return _page("text<br>" * 1_000_000)


@_hostile()
def nested_tables() -> bytes:
    """4,900 tables, nested three deep, as many as pass."""
    return _page("<table><tr><td><table><tr><td><table><tr><td>x</table></table></table>" * 1_640)


@_hostile()
def many_attributes_on_one_tag() -> bytes:
    """40,000 attributes on one tag, in 300 kB: libxml2 compares each with all before it (18 s)."""
    return _page("<p " + " ".join(f"a{number}=1" for number in range(40_000)) + f">{_SENTENCE * 9}")


@_hostile()
def class_of_2_mb() -> bytes:
    """A class attribute of 2 MB: whoever keeps names that it has met keeps this one, too."""
    return _page("<p class='" + "story-body " * 190_000 + f"'>{_SENTENCE * 9}")


@_hostile()
def many_classes() -> bytes:
    """10,000 tags with a class of their own each: for caches of names."""
    return _page("".join(f"<p class='c{number}-body x{number * 7}'>some words" for number in range(10_000)))


@_hostile()
def many_headings() -> bytes:
    """9,900 h1 with the same words: which is the headline?"""
    return _page("<h1>The council of the town met</h1>" * 9_900)


@_hostile()
def many_times() -> bytes:
    """9,900 time elements, none with a date that exists."""
    return _page("<h1>News</h1>" + "<time datetime='2026-13-45T99:99'>now</time>" * 9_900)


@_hostile()
def frames() -> bytes:
    """Thousands of framesets and frames, and no body."""
    return b"<html><head><title>Frames</title></head>" + b"<frameset><frame src=a>" * 9_000


@_hostile()
def never_closed() -> bytes:
    """A template, a noscript, a comment, a style and a script that are never closed, each after some text."""
    opened = ("<template>", "<noscript>", "<style>", "<!--")
    return _page("".join(f"<p>{_SENTENCE}</p>{tag}" * 100 for tag in opened) + "<script>")


@_hostile()
def plaintext() -> bytes:
    """The element plaintext, after which nothing is markup, and 2 MB behind it."""
    return _page("<plaintext>" + "<p>no markup</p>" * 9_000)


@_hostile()
def comments_10_mb() -> bytes:
    """1.4 million empty comments: too large, and dear to find out."""
    return _page("<!---->" * 1_420_000)


# ---- text -------------------------------------------------------------------------------------------------


@_hostile()
def word_of_3_mb() -> bytes:
    """One paragraph of 3 MB without a space."""
    return _page("<p>" + "a" * 2_990_000)


@_hostile()
def commas_and_quotes() -> bytes:
    """3 MB of commas and quotation marks: every one may end a name or begin an attribute."""
    return _page("<p>" + ",\"'" * 996_000)


@_hostile()
def ampersands() -> bytes:
    """3 MB of ampersands: every one may begin an entity."""
    return _page("<p>" + "&" * 2_990_000)


@_hostile()
def less_than_signs() -> bytes:
    """3 MB of less-than signs: every one may begin a tag."""
    return _page("<p>" + "<" * 2_990_000)


@_hostile()
def entities() -> bytes:
    """Half a million entities, of which half do not exist."""
    return _page("<p>" + "&eacute;&no; " * 225_000)


@_hostile()
def entity_bomb() -> bytes:
    """A doctype whose entities, put into each other, would make a gigabyte."""
    bomb = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    return f'<!DOCTYPE html [<!ENTITY e0 "boom">{bomb}]><html><body><p>&e9;</p></body></html>'.encode()


@_hostile()
def long_number_entity() -> bytes:
    """A character reference of 5,000 digits: Python refuses to make a number of them (ValueError)."""
    return _page(f"<p>&#{'1' * 5_000};{_SENTENCE}</p>")


@_hostile()
def long_number_in_meta() -> bytes:
    """A reference of 4,900 digits in a description, of a page that is an article otherwise."""
    article = f"<article><h1>A story</h1>{f'<p>{_SENTENCE * 4}</p>' * 5}</article>" + "<a href=/>x</a>" * 20
    return _page(article, f'<meta name="description" content="&#{"1" * 4_900};">')


@_hostile()
def combining_marks() -> bytes:
    """500 kB of combining characters on one letter, in turns: to put them in order takes time by the square."""
    return _page(f"<p>{_SENTENCE * 3}a" + "\u0301\u0316" * 125_000)


@_hostile("text/plain; charset=utf-8")
def combining_marks_in_plain_text() -> bytes:
    """The same as plain text of 6 MB: hours, for whoever normalises it."""
    return (_SENTENCE * 3 + "a" + "\u0301\u0316" * 1_490_000).encode()


@_hostile("text/plain; charset=utf-8")
def ligatures() -> bytes:
    """2.9 million times a sign that normalises to 18 letters: 9 MB become 100."""
    return ("\ufdfa" * 2_900_000).encode()


@_hostile()
def overrides() -> bytes:
    """Right-to-left overrides between all words, 3 MB of them."""
    return _page("<p>" + "\u202eword\u202d " * 200_000)


@_hostile()
def equal_blocks() -> bytes:
    """2.6 MB of blocks with the same text, as many as pass."""
    return _page(f"<p>{_SENTENCE * 3}</p>" * 9_900)


@_hostile("text/plain; charset=utf-8")
def plain_text() -> bytes:
    """10 MB of plain text."""
    return (_SENTENCE * 120_000)[:9_990_000].encode()


@_hostile("text/plain; charset=utf-8")
def plain_text_of_lines() -> bytes:
    """1.5 million lines of a letter each: a number is kept of every line."""
    return b"a\n" * 1_500_000


# ---- statements -------------------------------------------------------------------------------------------


@_hostile()
def linked_data_5_mb() -> bytes:
    """A block of JSON-LD of 5 MB: it took trafilatura 700 MB of memory."""
    things = [{"@type": "NewsArticle", "headline": f"Story {number}"} for number in range(100_000)]
    return _page(f"<p>{_SENTENCE * 9}", _linked(json.dumps(things)))


@_hostile()
def linked_data_deep() -> bytes:
    """JSON-LD 1,000 levels deep."""
    return _page(f"<p>{_SENTENCE * 9}", _linked('{"@graph":[' * 1_000 + "]}" * 1_000))


@_hostile()
def linked_data_with_body_of_5_mb() -> bytes:
    """An articleBody of 5 MB beside a paragraph."""
    story = {"@type": "NewsArticle", "headline": "Story", "articleBody": _SENTENCE * 60_000}
    return _page(f"<p>{_SENTENCE * 9}", _linked(json.dumps(story)))


@_hostile()
def linked_data_in_10000_blocks() -> bytes:
    """10,000 blocks of JSON-LD, each an article."""
    blocks = (f'{{"@type":"NewsArticle","headline":"Story {number}"}}' for number in range(10_000))
    return _page(f"<p>{_SENTENCE * 9}", "".join(map(_linked, blocks)))


@_hostile()
def linked_data_of_empty_lists() -> bytes:
    """4.5 million empty lists, one after the other, in nine blocks: an object in memory for every two bytes."""
    return _page(f"<p>{_SENTENCE * 9}", _linked("[]" * 499_000) * 9)


@_hostile()
def many_authors() -> bytes:
    """1,900 meta elements, each with a word of 1,000 letters under a dozen names of the author (24 s)."""
    return _page(f"<p>{_SENTENCE * 9}", f'<meta name="{_MANY_NAMES}" content="{"a" * 1_000}">' * 1_900)


@_hostile()
def authors_in_every_block() -> bytes:
    """2,000 authors and 17,900 paragraphs: each may hold each."""
    authors = '<meta name=author content="Jane Roe">' + '<meta name=author content="aaaaab">' * 1_990
    return _page(("<p>" + "a" * 150) * 17_900, authors)


@_hostile()
def many_dates() -> bytes:
    """2,000 meta elements, each with a date that is none under two dozen names of the date."""
    date = "tuesday, 24 november 2026 at 12:00:00.123 abcde +0300 abc!"
    return _page(f"<p>{_SENTENCE * 9}", f'<meta name="{_MANY_DATES}" content="{date}">' * 2_000)


@_hostile()
def many_equal_metas() -> bytes:
    """5,000 meta elements of the same name."""
    return _page(f"<p>{_SENTENCE * 9}", '<meta name="description" content="A text">' * 5_000)


@_hostile()
def title_of_1_mb() -> bytes:
    """A title of 1 MB."""
    return b"<title>" + b"A title, " * 111_000 + b"</title><p>" + _SENTENCE.encode() * 9


# ---- encodings and what is no page ------------------------------------------------------------------------


@_hostile()
def utf16_without_mark() -> bytes:
    """UTF-16 that nothing says: half of it are NULs."""
    return _page(f"<p>{_SENTENCE * 20}").decode().encode("utf-16-le")


@_hostile("text/html")
def utf7() -> bytes:
    """UTF-7, in which a script hides from whoever looks for its tag."""
    return _page(f"<p>{_SENTENCE * 9}", "<meta charset=utf-7>").decode().encode("utf-7")


@_hostile("text/html")
def spaces_in_charset() -> bytes:
    """16,000 spaces behind "charset=": two patterns of spaces side by side share them in every way (7 s)."""
    return b"<meta charset=" + b" " * 16_000 + b"!><p>\xe9\xe8\xff " + _SENTENCE.encode() * 9


@_hostile("text/html; charset=gb18030")
def broken_gb18030() -> bytes:
    """10 MB in which each byte is an error of the encoding that the server names."""
    return b"<p>" + b"\xff" * 9_900_000


@_hostile()
def controls_10_mb() -> bytes:
    """5 million controls, each of which may be a letter that was encoded twice: a call and an object for each."""
    return "<p>Р\x98</p>".encode() + b"\xc2\x80" * 4_990_000


@_hostile()
def pdf() -> bytes:
    """A PDF that says it is HTML."""
    return (
        b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n" + b"1 0 obj<</Length 9>>stream\n\x00\xff\x9c\nendstream\n" * 20_000
    )


@_hostile()
def jpeg() -> bytes:
    """A JPEG that says it is HTML."""
    return b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01" + bytes(range(256)) * 2_000


@_hostile()
def program() -> bytes:
    """A program for Windows that says it is HTML."""
    return b"MZ\x90\x00\x03" + bytes(range(256)) * 2_000 + b"This program cannot be run in DOS mode."


@_hostile()
def zipped() -> bytes:
    """An archive that says it is HTML; not as a coding, so nothing unpacks it."""
    return b"PK\x03\x04\x14\x00" + gzip.compress(bytes(10_000_000))


@_hostile()
def empty() -> bytes:
    """No byte at all."""
    return b""


@_hostile()
def one_byte() -> bytes:
    """One byte, of no letter."""
    return b"\xff"


@_hostile()
def mark_alone() -> bytes:
    """A byte order mark and nothing behind it."""
    return b"\xef\xbb\xbf"


@_hostile("application/xml")
def styled_xml() -> bytes:
    """XML that a browser makes a page of by a stylesheet."""
    stories = f"<story><p>{_SENTENCE}</p></story>" * 50
    return f"<?xml version='1.0'?><?xml-stylesheet type='text/xsl' href='/x'?><all>{stories}</all>".encode()
