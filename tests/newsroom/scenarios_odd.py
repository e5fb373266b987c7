"""Feeds that are odd, and still say what is new: three stories each, to be read at the first poll."""

import gzip
import zlib

import brotli
from backports import zstd

from newsroom import scenarios as s
from newsroom.feedbytes import (
    NOON,
    Item,
    json_feed,
    news_sitemap,
    rss,
    rss_text,
    sitemap_index,
    stories,
    story,
    titles,
)
from newsroom.feedsite import Behaviour, Scenario

NUMBERS = (1, 2, 3)
PLAIN = rss(stories(*NUMBERS))
WORDS = titles(*NUMBERS)
RUSSIAN = ["Курск: итоги первого дня", "Суджа: эвакуация продолжается", "Ёлка на площади — открыта"]


def russian(*, prolog: str = "<?xml version='1.0'?>") -> str:
    found = [
        Item(title=text, link=f"https://news.example/{n}", guid=str(n), date=None)
        for n, text in enumerate(RUSSIAN)
    ]
    return rss_text(found, prolog=prolog)


def _says(encoding: str) -> str:
    return russian(prolog=f"<?xml version='1.0' encoding='{encoding}'?>")


def _titled(*found: str) -> bytes:
    """A feed whose headlines are this XML."""
    text = rss_text(stories(*NUMBERS))
    for number, title in zip(NUMBERS, found, strict=True):
        text = text.replace(titles(number)[0], title)
    return text.encode()


def _odd(
    name: str,
    seen: str,
    behaviour: Behaviour,
    *modes: int,
    found: list[str] | None = None,
    **files: Behaviour,
) -> tuple[Scenario, list[str]]:
    behaviour = s.at_paths(feed=behaviour, **files)
    return Scenario(name=name, seen=seen, behaviour=behaviour, modes=modes), sorted(found or WORDS)


def _doc(body: bytes, **headers: str) -> Behaviour:
    return s.document(body, **headers)


XML = {"Content_Type": "text/xml"}
LAUGHS = (
    "<!DOCTYPE rss [<!ENTITY a 'ha'>"
    + "".join(f"<!ENTITY {b} '{f'&{a};' * 10}'>" for a, b in zip("abcdefgh", "bcdefghi", strict=True))
    + "]>"
)
SECRET = "<!DOCTYPE rss [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>"
ATOM = "".join(
    f"<entry><id>{i.guid}</id><title>{i.title}</title><link href='{i.link}'/>"
    f"<updated>{NOON.isoformat()}</updated></entry>"
    for i in stories(*NUMBERS)
)
RDF = "".join(
    f"<item rdf:about='{i.link}'><title>{i.title}</title><link>{i.link}</link></item>"
    for i in stories(*NUMBERS)
)
RDF_SPACES = "xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns='http://purl.org/rss/1.0/'"
LENGTH = b"Content-Length: %d\r\n" % len(PLAIN)

# Each with the headlines that are to be found.
ODD = (
    # Letters.
    _odd(
        "windows-1251 by prolog",
        "half of the Russian feeds of 2010",
        _doc(_says("windows-1251").encode("cp1251")),
        found=RUSSIAN,
    ),
    _odd(
        "windows-1251 by header",
        "the prolog says nothing",
        _doc(russian().encode("cp1251"), Content_Type="text/xml; charset=windows-1251"),
        found=RUSSIAN,
    ),
    _odd(
        "KOI8-R",
        "a mailing list's archive",
        _doc(_says("koi8-r").replace("—", "-").encode("koi8-r")),
        found=[t.replace("—", "-") for t in RUSSIAN],
    ),
    _odd(
        "UTF-16",
        "broken where text and not bytes go to the parser (Media Cloud)",
        _doc(_says("utf-16").encode("utf-16")),
        found=RUSSIAN,
    ),
    _odd(
        "UTF-16 without a mark",
        "big-endian, as Java writes it",
        _doc(_says("utf-16").encode("utf-16-be")),
        found=RUSSIAN,
    ),
    _odd(
        "wrong prolog",
        "says windows-1251 and is UTF-8",
        _doc(_says("windows-1251").encode(), **XML),
        found=RUSSIAN,
    ),
    _odd(
        "wrong header",
        "charset=iso-8859-1 is a server's default, and the body is UTF-8",
        _doc(_says("utf-8").encode(), Content_Type="text/xml; charset=iso-8859-1"),
        found=RUSSIAN,
    ),
    _odd("byte order mark", "UTF-8 with a mark", _doc(b"\xef\xbb\xbf" + PLAIN)),
    _odd("two byte order marks", "two templates, each with a mark", _doc(b"\xef\xbb\xbf" * 2 + PLAIN)),
    _odd(
        "NUL letters", "NULs in titles (Media Cloud)", _doc(PLAIN.replace(b"the council", b"the\0 council"))
    ),
    _odd(
        "control characters",
        "a story pasted out of a word processor",
        _doc(PLAIN.replace(b"the council", b"the\x0b\x1f council")),
    ),
    _odd(
        "bare ampersand",
        "AT&T in a headline",
        _doc(_titled("AT&T wins", "R&D & more", "a&b")),
        found=["AT&T wins", "R&D & more", "a&b"],
    ),
    _odd(
        "HTML entities",
        "entities that XML does not know",
        _doc(_titled("One&nbsp;two", "Caf&eacute;", "A&mdash;B")),
        found=["One two", "Café", "A—B"],
    ),
    # What stands around.
    _odd("comment before the prolog", "a cache signs its work", _doc(b"<!-- cached -->\n" + PLAIN)),
    _odd(
        "warning before the prolog",
        "PHP speaks first",
        _doc(b"<br />\n<b>Warning</b>: x in <b>y</b>\n" + PLAIN),
    ),
    _odd(
        "line breaks before the prolog",
        "a plugin with an empty line at its end (WordPress)",
        _doc(b"\n\n  " + PLAIN),
    ),
    _odd("script after the end", "a hoster adds its counter", _doc(PLAIN + b"<script>count()</script>")),
    _odd(
        "two root elements",
        "a feed and a second, empty one",
        _doc(PLAIN + b"<rss version='2.0'><channel/></rss>"),
    ),
    _odd(
        "entity bomb",
        "a billion laughs",
        _doc(LAUGHS.encode() + _titled("&i;", *titles(2, 3))),
        found=titles(2, 3),
    ),
    _odd(
        "external entity",
        "asks for a file of ours",
        _doc(SECRET.encode() + _titled("&x;", *titles(2, 3))),
        found=titles(2, 3),
    ),
    _odd(
        "deep nesting",
        "100,000 elements in one another",
        _doc(PLAIN.replace(b"</item>", b"<x>" * 100_000 + b"</x>" * 100_000 + b"</item>", 1)),
    ),
    # Codings.
    _odd("gzip", "packed", _doc(gzip.compress(PLAIN), Content_Encoding="gzip")),
    _odd("brotli", "packed", _doc(brotli.compress(PLAIN), Content_Encoding="br")),
    _odd("zstd", "packed", _doc(zstd.compress(PLAIN), Content_Encoding="zstd")),
    _odd(
        "bare deflate",
        "without zlib's header, by habit of servers",
        _doc(zlib.compress(PLAIN)[2:-4], Content_Encoding="deflate"),
    ),
    _odd(
        "double gzip",
        "packed by the site and by its proxy",
        _doc(gzip.compress(gzip.compress(PLAIN)), Content_Encoding="gzip"),
    ),
    _odd(
        "gzip in name",
        "feed.xml.gz, served as it is",
        _doc(gzip.compress(PLAIN), Content_Type="application/gzip"),
    ),
    # Headers.
    _odd(
        "120 headers",
        "more than http.client takes (Media Cloud)",
        s.with_header_lines([b"X-%d: v" % n for n in range(120)], PLAIN),
    ),
    _odd(
        "header with strange letters",
        "a name in windows-1251",
        s.with_header_lines(["X-Город: Курск".encode("cp1251")], PLAIN),
    ),
    _odd(
        "no Content-Type",
        "vedomosti.ru does not return it (Media Cloud)",
        s.raw(b"HTTP/1.1 200 OK\r\n", LENGTH, b"\r\n", PLAIN),
    ),
    _odd("Content-Type of a picture", "image/png", _doc(PLAIN, Content_Type="image/png")),
    _odd("Content-Type of a page", "text/html", _doc(PLAIN, Content_Type="text/html; charset=utf-8")),
    _odd("to the end of the connection", "HTTP/1.0, no length", s.raw(b"HTTP/1.0 200 OK\r\n\r\n", PLAIN)),
    _odd(
        "early hints",
        "an interim answer first",
        s.raw(b"HTTP/1.1 103 Early Hints\r\n\r\n", s.OK, LENGTH, b"\r\n", PLAIN),
    ),
    _odd(
        "chunks of one byte",
        "a slow script without a buffer",
        s.raw(
            s.OK,
            b"Transfer-Encoding: chunked\r\n\r\n",
            *(b"1\r\n%c\r\n" % byte for byte in PLAIN),
            b"0\r\n\r\n",
        ),
    ),
    # Ways.
    _odd(
        "five redirects",
        "as many as are followed",
        s.redirect("{base}r1.xml"),
        r1=s.redirect("{base}r2.xml"),
        r2=s.redirect("{base}r3.xml"),
        r3=s.redirect("{base}r4.xml"),
        r4=s.redirect("{base}r5.xml"),
        r5=s.feed(*NUMBERS),
    ),
    _odd("relative redirect", "no host in Location", s.redirect("moved.xml"), moved=s.feed(*NUMBERS)),
    # Kinds.
    _odd("feed.json", "JSON Feed", _doc(json_feed(stories(*NUMBERS)), Content_Type="application/feed+json")),
    _odd(
        "Atom", "a feed of entries", _doc(f"<feed xmlns='http://www.w3.org/2005/Atom'>{ATOM}</feed>".encode())
    ),
    _odd("RDF", "RSS 1.0", _doc(f"<rdf:RDF {RDF_SPACES}><channel/>{RDF}</rdf:RDF>".encode())),
    _odd(
        "news sitemap",
        "polled like a feed (Media Cloud, news-crawl)",
        _doc(news_sitemap(stories(*NUMBERS), NOON)),
    ),
    _odd(
        "sitemap index",
        "leads to the sitemaps of the day",
        lambda visit: s.document(
            sitemap_index([f"{visit.base}a.xml", f"{visit.base}dead.xml", f"{visit.base}b.xml"])
        )(visit),
        a=_doc(news_sitemap(stories(1, 2), NOON)),
        b=_doc(news_sitemap(stories(3), NOON)),
    ),
    # Items.
    _odd(
        "no guid",
        "links alone",
        s.items([Item(title=i.title, link=i.link, guid=None, date=i.date) for i in stories(*NUMBERS)]),
        8,
    ),
    _odd(
        "no link",
        "guids alone",
        s.items(
            [
                Item(title=i.title, link=None, guid=str(n), date=i.date)
                for n, i in enumerate(stories(*NUMBERS))
            ]
        ),
        8,
    ),
    _odd(
        "neither guid nor link",
        "headlines alone",
        s.items([Item(title=i.title, link=None, guid=None, date=i.date) for i in stories(*NUMBERS)]),
        8,
    ),
    _odd(
        "one guid, three items",
        "newest items missing (FreshRSS 4485)",
        s.items([Item(title=i.title, link=i.link, guid="42", date=i.date) for i in stories(*NUMBERS)]),
        8,
    ),
    _odd(
        "one link, three items",
        "each leads to the home page",
        s.items(
            [
                Item(title=i.title, link="https://news.example/", guid=str(n), date=i.date)
                for n, i in enumerate(stories(*NUMBERS))
            ]
        ),
        8,
    ),
    _odd(
        "guid that is no permalink",
        "and says so",
        s.items(
            [
                Item(
                    title=i.title,
                    link=i.link,
                    guid=f"{n} at https://news.example",
                    date=i.date,
                    is_permalink=False,
                )
                for n, i in enumerate(stories(*NUMBERS))
            ]
        ),
    ),
    _odd(
        "shownews.html?id=",
        "one path for all articles; Fundus drops the query",
        s.items(
            [
                Item(title=i.title, link=f"https://news.example/shownews.html?id={n}", guid=None, date=i.date)
                for n, i in enumerate(stories(*NUMBERS))
            ]
        ),
        12,
    ),
    _odd(
        "addresses that differ in case",
        "Media Cloud lowercases paths",
        s.items(
            [
                Item(title=i.title, link=f"https://news.example/{n}", guid=None, date=i.date)
                for n, i in zip(("aB", "Ab", "ab"), stories(*NUMBERS), strict=True)
            ]
        ),
        12,
    ),
    _odd("the same item twice", "a template in a loop too many", s.items([*stories(*NUMBERS), story(2)]), 8),
)
