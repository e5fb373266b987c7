"""Feeds: the bytes of an answer in, entries out. Pure; parse_feed runs in a worker process.

RSS 0.9 to 2.0, RDF and Atom are read by feedparser, which forgives most and whose `version`, not its `bozo`, says
whether something is a feed; JSON Feed, which it does not know, is read here. What feedparser gives is taken
with care: a feed can make any of its values any type.
"""

import json
import re
import xml.sax
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from io import BytesIO
from itertools import islice
from typing import Any
from urllib.parse import urljoin

import feedparser

from newsmonitor.errors import NotAFeed
from newsmonitor.feeddates import parse_date
from newsmonitor.feedtext import decode, names_in, plain_line, plain_lines, without_controls
from newsmonitor.records import Entry, Feed, identify
from newsmonitor.urls import canonical_url, url_key

# The newest stand first; Media Cloud cuts here too, after a sitemap of 50,000 took nine minutes.
_MAX_ITEMS = 2000
# What bounds a row, far above what was seen in 2,300 feeds: headlines up to 282 characters, summaries to 10,829,
# full texts to 12,155, guids to 205, links to 340, labels to 14 an item.
_MAX_TITLE = 1_000
_MAX_SUMMARY = 20_000
_MAX_CONTENT = 500_000
_MAX_NAMES = 30
_MAX_NAME = 200
_MAX_ID = 2_000
_MAX_LINK = 8_000
# An announced time may lie ahead of us by a zone that is missing, not by more.
_MAX_AHEAD = timedelta(days=2)

_ROOT = re.compile(
    r"(?>\s+|<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^>\[]*(?:\[.*?\]\s*)?>)*+<((?:[\w.-]+:)?([\w.-]+))",
    re.DOTALL | re.IGNORECASE,
)
_FEED_ROOTS = frozenset({"rss", "feed", "rdf", "channel", "entry"})
_FEED_TAG = re.compile(r"<(?:[\w.-]+:)?(?:rss|feed|rdf|channel|entry)[\s/>]", re.IGNORECASE)
_ITEM_END = re.compile(r"</(?:[\w.-]+:)?(?:item|entry)\s*>", re.IGNORECASE)
_HTML = re.compile(r"\s*(?:<!--.*?-->\s*)?<(?:!doctype\s+html|html|head|body)\b", re.DOTALL | re.IGNORECASE)
_TITLE = re.compile(r"<title[^>]{0,200}>([^<]{1,300})", re.IGNORECASE)
_JSON_FEED = re.compile(r"https?://(?:www\.)?jsonfeed\.org/version/1|1(?:\.[01])?\Z")
_IMAGE_PATH = re.compile(r"\.(?:jpe?g|png|gif|webp|avif)\Z", re.IGNORECASE)
_WHAT_XML_IS = {
    "urlset": "a sitemap",
    "sitemapindex": "a list of sitemaps",
    "opml": "an OPML list of feeds",
    "svg": "a picture (SVG)",
}
_MAGIC = (
    (b"\x1f\x8b", "gzip-compressed data"),
    (b"%PDF", "a PDF"),
    (b"PK\x03\x04", "a ZIP archive"),
    (b"\x89PNG", "a PNG"),
)

# Names that are no codes of two letters, or codes of the country: ua is Ukraine, uk Ukrainian.
_LANGUAGES = {
    "ua": "uk", "ukr": "uk", "ukrainian": "uk", "rus": "ru", "russian": "ru", "eng": "en", "english": "en",
    "bel": "be", "by": "be", "cz": "cs", "jp": "ja", "cn": "zh", "gr": "el", "deu": "de", "ger": "de",
    "fra": "fr", "fre": "fr", "pol": "pl", "kz": "kk", "ge": "ka", "ee": "et",
}  # fmt: skip

# All that a parser of this kind raises when its input leaves the paths it was written for.
_FOREIGN = (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, AssertionError, RuntimeError,
            xml.sax.SAXException)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedItem:
    """One item of a feed; texts are plain, url is absolute, times are as announced, in UTC."""

    guid: str | None = None
    url: str | None = None
    title: str | None = None
    summary: str | None = None
    content: str | None = None
    byline: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    language: str | None = None
    image_url: str | None = None
    published_at: datetime | None = None
    updated_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedFeed:
    """A feed as read: version is rss20, atom10, json11 and the like; a feed may have no item."""

    version: str
    title: str | None = None
    language: str | None = None
    items: tuple[ParsedItem, ...] = ()


def parse_feed(body: bytes, *, content_type: str | None, url: str) -> ParsedFeed:
    """The feed in these bytes; content_type is the answer's header, url the address it came from.

    Raises NotAFeed, whose words say what the bytes are instead, and nothing else.
    """
    text = without_controls(decode(body, content_type)).strip("\ufeff \t\r\n")
    if text.startswith("{"):
        return _json_feed(text, url)
    if _HTML.match(text) or not _FEED_TAG.search(text):
        raise NotAFeed(_what_it_is(body, text))
    try:
        return _xml_feed(text, url)
    except _FOREIGN as error:
        raise NotAFeed(f"XML that no feed reader can read ({type(error).__name__})") from error


def to_entries(parsed: ParsedFeed, feed: Feed, *, seen_at: datetime, is_backlog: bool) -> tuple[Entry, ...]:
    """The items as rows, each once, in the feed's order.

    An item is known by its guid; by guid and address where the document uses a guid for several addresses
    (else the newest would be lost); by its address; by its text. So the id stays when a headline is mended or
    a tracking parameter changes.
    """
    addresses = {(item.guid, _address(item)) for item in parsed.items if item.guid}
    uses = Counter(guid for guid, _ in addresses)
    entries: dict[str, Entry] = {}
    for item in parsed.items:
        entry_id = identify(feed.url, *_natural_key(item, is_reused=uses[item.guid or ""] > 1))
        if entry_id not in entries:
            entries[entry_id] = _entry(item, feed, entry_id, parsed.language, seen_at, is_backlog)
    return tuple(entries.values())


def _natural_key(item: ParsedItem, *, is_reused: bool) -> tuple[str, ...]:
    if item.guid:
        return (item.guid, _address(item)) if is_reused else (item.guid,)
    return (_address(item),) if item.url else (item.title or "", item.content or item.summary or "")


def _address(item: ParsedItem) -> str:
    """What stands for the item's page; the headline where it announces none."""
    canonical = canonical_url(item.url or "")
    return url_key(canonical) if canonical else item.url or item.title or ""


def _entry(
    item: ParsedItem, feed: Feed, entry_id: str, language: str | None, seen_at: datetime, is_backlog: bool
) -> Entry:
    latest = seen_at + _MAX_AHEAD
    return Entry(
        entry_id=entry_id,
        feed_url=feed.url,
        outlet=feed.outlet,
        country=feed.country,
        guid=item.guid,
        entry_url=item.url,
        canonical_url=canonical_url(item.url) if item.url else None,
        title=item.title,
        summary=item.summary,
        content=item.content,
        byline=item.byline,
        categories=item.categories,
        language=item.language or language or feed.language,
        image_url=item.image_url,
        published_at=item.published_at if item.published_at and item.published_at <= latest else None,
        updated_at=item.updated_at if item.updated_at and item.updated_at <= latest else None,
        seen_at=seen_at,
        is_backlog=is_backlog,
    )


def _xml_feed(text: str, url: str) -> ParsedFeed:
    match = _ROOT.match(text)
    root = match[2].lower() if match else ""
    # A stream and not the bytes: feedparser takes bytes for the name of a file and opens it.
    source = BytesIO(_closed_after_the_last(text, match[1] if match else "").encode())
    parsed = feedparser.parse(source, sanitize_html=False, resolve_relative_uris=False)
    channel, entries = _dict(parsed["feed"]), _dicts(parsed["entries"])
    # Any XML may declare Atom's namespace: maps, pictures, sitemaps.
    if not parsed["version"] or (root not in _FEED_ROOTS and not entries):
        raise NotAFeed(_what_it_is(b"", text))
    # A relative address counts from the document in Atom (RFC 4287, 2), from the site in RSS: so feeds mean it.
    is_atom = parsed["version"].startswith("atom")
    base = url if is_atom else _absolute(_text(channel.get("link")), url) or url
    items = (_xml_item(entry, base) for entry in islice(entries, _MAX_ITEMS))
    return ParsedFeed(
        version=parsed["version"],
        title=plain_line(_text(channel.get("title")), _MAX_TITLE),
        language=_language(channel.get("language")),
        items=tuple(item for item in items if _says_something(item)),
    )


def _closed_after_the_last(text: str, root: str) -> str:
    """The document with a declaration that fits it, and cut after as many items as are taken."""
    text = re.sub(r"\A<\?xml[^>]*>", "", text)
    end = next(islice(_ITEM_END.finditer(text), _MAX_ITEMS - 1, None), None)
    if end is not None:
        text = text[: end.end()] + ("</channel>" if root.lower() == "rss" else "") + f"</{root}>"
    return f"<?xml version='1.0' encoding='utf-8'?>{text}"


def _xml_item(entry: Mapping[str, Any], base: str) -> ParsedItem:
    guid = _id(entry.get("id"))
    published = parse_date(_text(entry.get("published"))) or parse_date(_text(entry.get("created")))
    updated = parse_date(_text(entry.get("updated")))
    summary, content = _texts(entry)
    details = [*_dicts(entry.get("content")), _dict(entry.get("title_detail"))]
    languages = (_language(value) for value in (entry.get("language"), *(d.get("language") for d in details)))
    return ParsedItem(
        guid=guid,
        url=next((url for link in _links(entry) if (url := _absolute(link, base))), None),
        title=plain_line(_text(entry.get("title")), _MAX_TITLE),
        summary=summary,
        content=content,
        byline=_names(_authors(entry)),
        categories=_labels(tag.get("label") or tag.get("term") for tag in _dicts(entry.get("tags"))),
        language=next(filter(None, languages), None),
        image_url=next((url for link in _images(entry) if (url := _absolute(link, base))), None),
        # RSS 1.0 has dc:date only, which feedparser calls updated; and Atom asks for no more than updated.
        published_at=published or updated,
        updated_at=updated,
    )


def _links(entry: Mapping[str, Any]) -> Iterator[str]:
    """What may be the address of the item's page, the best first."""
    yield _text(entry.get("feedburner_origlink"))
    pages = [link for link in _dicts(entry.get("links")) if link.get("rel") == "alternate"]
    for link in sorted(pages, key=lambda link: "html" not in _text(link.get("type"))):
        yield _text(link.get("href"))
    yield _text(entry.get("link"))
    # A guid is a link where it is one: isPermaLink is true by default, and forgotten where it is not.
    if (guid := _text(entry.get("id")).strip()).lower().startswith(("http://", "https://")):
        yield guid


def _images(entry: Mapping[str, Any]) -> Iterator[str]:
    enclosures = [link for link in _dicts(entry.get("links")) if link.get("rel") == "enclosure"]
    for medium in (*_dicts(entry.get("media_content")), *enclosures):
        address = _text(medium.get("url") or medium.get("href"))
        kind = _text(medium.get("medium")) or _text(medium.get("type")).partition("/")[0]
        if kind == "image" or (not kind and _IMAGE_PATH.search(address.partition("?")[0])):
            yield address
    for thumbnail in _dicts(entry.get("media_thumbnail")):
        yield _text(thumbnail.get("url"))
    yield _text(_dict(entry.get("image")).get("href"))


def _texts(entry: Mapping[str, Any]) -> tuple[str | None, str | None]:
    """Summary and full text: the longest of all the texts is the full one, if there is a shorter one beside it.

    By length, as feedparser files a caption or a second description as content, and a lone content as summary.
    """
    summary = _text(entry.get("summary"))
    contents = [_text(content.get("value")) for content in _dicts(entry.get("content"))]
    texts = dict.fromkeys(plain_lines(text, _MAX_CONTENT) for text in (summary, *contents))
    found = [text for text in texts if text]
    full = max(found, key=len, default=None)
    if full is None or (len(found) == 1 and not any(contents)):
        return _cut(full), None
    return _cut(next((text for text in found if text is not full), None)), full


def _cut(text: str | None) -> str | None:
    return text[:_MAX_SUMMARY].rstrip() if text else None


def _authors(entry: Mapping[str, Any]) -> Iterator[str]:
    authors = _dicts(entry.get("authors"))
    for author in authors:
        yield _text(author.get("name"))
    if not any(author.get("name") for author in authors):
        yield _text(entry.get("author"))


def _json_feed(text: str, url: str) -> ParsedFeed:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise NotAFeed("JSON that is broken") from error
    version = _text(document.get("version"))
    if not _JSON_FEED.match(version):
        raise NotAFeed("JSON that is no JSON Feed")
    base = _absolute(_text(document.get("home_page_url")), url) or url
    items = (_json_item(item, base) for item in islice(_dicts(document.get("items")), _MAX_ITEMS))
    return ParsedFeed(
        version="json11" if version.endswith("1.1") else "json1",
        title=plain_line(_text(document.get("title")), _MAX_TITLE),
        language=_language(document.get("language")),
        items=tuple(item for item in items if _says_something(item)),
    )


def _json_item(item: Mapping[str, Any], base: str) -> ParsedItem:
    authors = _dicts(item.get("authors")) or [_dict(item.get("author"))]
    content = plain_lines(_text(item.get("content_html")), _MAX_CONTENT)
    links = (_absolute(_text(item.get(name)), base) for name in ("url", "external_url", "id"))
    images = (_absolute(_text(item.get(name)), base) for name in ("image", "banner_image"))
    published, updated = (parse_date(_text(item.get(f"date_{name}"))) for name in ("published", "modified"))
    tags = item.get("tags")
    return ParsedItem(
        guid=_id(item.get("id")),
        url=next(filter(None, links), None),
        title=plain_line(_text(item.get("title")), _MAX_TITLE),
        summary=plain_lines(_text(item.get("summary")), _MAX_SUMMARY),
        content=content or plain_lines(_text(item.get("content_text")), _MAX_CONTENT),
        byline=_names(_text(author.get("name")) for author in authors),
        categories=_labels(tags if isinstance(tags, list) else ()),
        language=_language(item.get("language")),
        image_url=next(filter(None, images), None),
        published_at=published or updated,
        updated_at=updated,
    )


def _says_something(item: ParsedItem) -> bool:
    return bool(item.guid or item.url or item.title or item.summary or item.content)


def _absolute(link: str, base: str) -> str | None:
    """A web address in full; a link without a scheme (`example.com/a`) is one only if it begins with a host."""
    link = link.strip()
    try:
        if not link or len(link) > _MAX_LINK:
            return None
        if link.startswith("//") or canonical_url(link) is None:
            link = urljoin(base, link)
        elif not link.lower().startswith("http"):
            link = f"https://{link}"
    except ValueError:
        return None
    return link if link.lower().startswith(("http://", "https://")) else None


def _what_it_is(body: bytes, text: str) -> str:
    """What the bytes of an answer are that are no feed, in words for a person."""
    if not text:
        return "an empty answer"
    if kind := next((kind for magic, kind in _MAGIC if body.startswith(magic)), None):
        return kind
    if _HTML.match(text):
        title = _TITLE.search(text)
        named = plain_line(title[1], _MAX_NAME) if title else None
        return f'an HTML page titled "{named}"' if named else "an HTML page without a title"
    if text.startswith("["):
        return "JSON that is no JSON Feed"
    if match := _ROOT.match(text):
        return _WHAT_XML_IS.get(match[2].lower()) or f"XML that is no feed (<{match[1][:60]}>)"
    if "\ufffd" in text[:200] or body.count(b"\x00") > len(body) // 100:
        return f"{len(body)} bytes that are no text"
    return f'text that is no feed ("{plain_line(text[:80], 60) or "..."}")'


def _dict(value: object) -> Mapping[str, Any]:
    # Not a FeedParserDict: that one guesses at missing names, and warns as it does.
    return dict(value) if isinstance(value, Mapping) else {}


def _dicts(value: object) -> list[Mapping[str, Any]]:
    return [_dict(one) for one in value if isinstance(one, Mapping)] if isinstance(value, list) else []


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _id(value: object) -> str | None:
    # JSON Feed asks for a string, and feeds give numbers.
    text = str(value) if isinstance(value, int) else _text(value)
    return without_controls(text).strip()[:_MAX_ID] or None


def _language(value: object) -> str | None:
    """The ISO 639-1 code of a language tag: ru of ru-RU, uk of the common mistake ua."""
    primary = re.split(r"[-_\s,;]", _text(value).strip().lower(), maxsplit=1)[0]
    code = _LANGUAGES.get(primary, primary)
    return code if re.fullmatch("[a-z]{2}", code) else None


def _names(bylines: Iterable[str]) -> tuple[str, ...]:
    return _unlike(name for byline in bylines for name in names_in(byline, _MAX_NAME))


def _labels(values: Iterable[object]) -> tuple[str, ...]:
    return _unlike(label for value in values if (label := plain_line(_text(value), _MAX_NAME)))


def _unlike(names: Iterable[str]) -> tuple[str, ...]:
    """The names, each once in any case of letters."""
    found: dict[str, str] = {}
    for name in names:
        found.setdefault(name.casefold(), name)
    return tuple(islice(found.values(), _MAX_NAMES))
