"""News sitemaps: the bytes of an answer in, the items of a feed out. Pure; runs in a worker process.

sitemaps.org says what a sitemap is, Google's News tags what of it is an article (headline, time, language). A
plain sitemap lists pages of every kind, so what has no News tags is left out.
"""

import re
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from itertools import islice
from urllib.parse import urlsplit

from lxml import etree

from newsmonitor.decoding import decode
from newsmonitor.errors import NotAFeed
from newsmonitor.feeddates import parse_date
from newsmonitor.feeditems import (
    MAX_ITEMS,
    MAX_TITLE,
    ParsedFeed,
    ParsedItem,
    absolute,
    labels_of,
    language_code,
)
from newsmonitor.feedtext import plain_line, with_ampersands, without_controls

# What sitemaps.org allows in one file, and as many bytes unpacked.
_MAX_URLS = 50_000
_MAX_UNPACKED = 50_000_000
_MAX_CHILDREN = 5
_GZIP = b"\x1f\x8b"
_PIECE = 65_536
# An article is a few hundred bytes. Of 50 MB without one, libxml2 would make 1.5 GB of elements (measured).
_MAX_IDLE = 1_000_000
# As many labels as are kept find room; all of 9 MB of them would cost 3 seconds (measured).
_MAX_LABELS = 20_000
# Google's namespaces, seen with https and without the version too.
_NEWS, _IMAGE = "google.com/schemas/sitemap-news", "google.com/schemas/sitemap-image"
_LONG_AGO = datetime(1, 1, 1, tzinfo=UTC)
# Any other & begins nothing that XML knows; "?a=1&b=2" stands as it is in many an address.
_BARE_AMPERSAND = re.compile(r"&(?!(?:amp|lt|gt|quot|apos|#[0-9]{1,7}|#x[0-9A-Fa-f]{1,6});)")


@dataclass(frozen=True, slots=True, kw_only=True)
class SitemapIndex:
    """A list of sitemaps: the addresses of those worth asking, the likeliest first; never none."""

    urls: tuple[str, ...]


def parse_sitemap(body: bytes, *, content_type: str | None, url: str) -> ParsedFeed | SitemapIndex:
    """The articles of a news sitemap, newest first and at most 2,000; or the children of an index.

    A document that breaks off, or goes on without an article for a megabyte, gives what stands before, if anything
    does. Raises NotAFeed, whose words say what it is instead, and nothing else.
    """
    text = without_controls(decode(unpacked(body), content_type)).strip("\ufeff \t\r\n")
    found = _read(text)
    if found.root == "sitemapindex":
        if worth := _worth_asking(found.entries, url):
            return SitemapIndex(urls=worth)
        raise NotAFeed("a list of sitemaps that names none", "sitemap")
    if found.root != "urlset":
        raise NotAFeed("neither a sitemap nor a list of sitemaps", "other")
    if not found.entries and not found.is_whole:
        raise NotAFeed("a sitemap that breaks off before its first page", "sitemap")
    items = tuple(islice(_items(found.entries, url), MAX_ITEMS))
    if found.entries and not items:
        raise NotAFeed("a sitemap without Google News tags", "sitemap")
    return ParsedFeed(version="sitemap-news", items=items)


@dataclass(slots=True)
class _Entry:
    """One <url> or <sitemap>: its texts by local name, those of the News tags and of the picture apart."""

    own: dict[str, str] = field(default_factory=dict)
    news: dict[str, str] = field(default_factory=dict)
    image: str = ""
    is_news: bool = False


@dataclass(slots=True)
class _Found:
    root: str = ""
    entries: list[_Entry] = field(default_factory=list)
    is_whole: bool = False


def unpacked(body: bytes) -> bytes:
    """The bytes without the gzip of a .xml.gz that is served as it is; what there is of one that breaks off."""
    if not body.startswith(_GZIP):
        return body
    try:
        return zlib.decompressobj(31).decompress(body, _MAX_UNPACKED)
    except zlib.error as error:
        raise NotAFeed("gzip-compressed data that is broken", "other") from error


def _read(text: str) -> _Found:
    """What a document lists; of a broken one, what stands before the break."""
    parser = etree.XMLPullParser(
        events=("start", "end"),
        tag=("{*}urlset", "{*}sitemapindex", "{*}url", "{*}sitemap"),
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    found, idle = _Found(), 0
    for piece in _pieces(text):
        try:
            parser.feed(piece)
        except etree.XMLSyntaxError:
            piece = b""
        idle += len(piece)
        for event, element in parser.read_events():
            assert isinstance(element, etree._Element)
            _take(event, element, found)
            idle = 0
        if not piece or found.is_whole or len(found.entries) >= _MAX_URLS or idle > _MAX_IDLE:
            break
    return found


def _take(event: str, element: etree._Element, found: _Found) -> None:
    name = _names(str(element.tag))[0]
    if event == "start":
        # Only the first is the root, whatever a document nests.
        found.root = found.root or name
    elif name in ("urlset", "sitemapindex"):
        found.is_whole = element.getparent() is None
    elif (name == "url") == (found.root == "urlset") and len(found.entries) < _MAX_URLS:
        found.entries.append(_entry(element))
        _forget(element)


def _pieces(text: str) -> Iterator[bytes]:
    """The document without its declaration, which names an encoding that it no longer has."""
    start = text.find("?>") + 2 if text.startswith("<?xml") and "?>" in text else 0
    text = _with_escapes(text[start:])
    for place in range(0, len(text), _PIECE):
        yield text[place : place + _PIECE].encode()


def _with_escapes(text: str) -> str:
    """The document with every & that begins no entity of XML spelt out: one would cost all that follows it.

    So entities of the document's own are never expanded either.
    """
    return with_ampersands(text, _BARE_AMPERSAND)


def _forget(element: etree._Element) -> None:
    """Free what has been read, and the siblings before it: 50,000 whole would cost 130 MB more (measured)."""
    element.clear()
    parent = element.getparent()
    while parent is not None and element.getprevious() is not None:
        del parent[0]


def _entry(element: etree._Element) -> _Entry:
    found = _Entry()
    for child in element:
        name, space = _names(str(child.tag))
        if name == "news" and _NEWS in space:
            found.is_news = True
            for tag in child.iter(etree.Element):
                found.news.setdefault(_names(str(tag.tag))[0], _text(tag))
        elif name == "image" and _IMAGE in space:
            pictures = (_text(tag) for tag in child.iter(etree.Element) if _names(str(tag.tag))[0] == "loc")
            found.image = found.image or next(pictures, "")
        elif name in ("loc", "lastmod"):
            found.own.setdefault(name, _text(child))
    return found


def _items(entries: Sequence[_Entry], url: str) -> Iterator[ParsedItem]:
    """The articles, the newest first, those without a date last; the date decides before the rest is read."""
    dated = [
        (parse_date(entry.news.get("publication_date", "")), entry) for entry in entries if entry.is_news
    ]
    dated.sort(key=lambda pair: pair[0] or _LONG_AGO, reverse=True)
    for published, entry in dated:
        if loc := absolute(entry.own.get("loc", ""), url):
            news = entry.news
            words = (news.get(name, "")[:_MAX_LABELS] for name in ("keywords", "genres"))
            yield ParsedItem(
                url=loc,
                title=plain_line(news.get("title", ""), MAX_TITLE),
                categories=labels_of(label for part in words for label in part.split(",")),
                language=language_code(news.get("language", "")),
                image_url=absolute(entry.image, url),
                published_at=published,
                updated_at=parse_date(entry.own.get("lastmod", "")),
            )


def _worth_asking(children: Sequence[_Entry], url: str) -> tuple[str, ...]:
    """News first, by their address, then the newest."""
    found: dict[str, tuple[bool, datetime]] = {}
    for child in children:
        if loc := absolute(child.own.get("loc", ""), url):
            changed = parse_date(child.own.get("lastmod", "")) or _LONG_AGO
            found.setdefault(loc, (_says_news(loc), changed))
    return tuple(sorted(found, key=lambda loc: found[loc], reverse=True)[:_MAX_CHILDREN])


def _says_news(address: str) -> bool:
    """Whether path or query say news; the name of the host (dailynews.example) says nothing of one sitemap."""
    parts = urlsplit(address)
    return "news" in f"{parts.path}?{parts.query}".lower()


@lru_cache(maxsize=512)
def _names(tag: str) -> tuple[str, str]:
    """Local name and namespace; a prefix that nobody declared stands for what sites mean by it."""
    space, _, local = tag.rpartition("}")
    prefix, colon, name = local.rpartition(":")
    return name, {"news": _NEWS, "image": _IMAGE}.get(prefix, "") if colon else space[1:].lower()


def _text(element: etree._Element) -> str:
    return (element.text or "").strip()
