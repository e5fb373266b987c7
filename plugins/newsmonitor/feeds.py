"""Feeds: the bytes of an answer in, entries out. Pure; parse_feed runs in a worker process.

RSS 0.9 to 2.0, RDF and Atom are read by feedxml where they are well-formed and of a usual shape, else by
feedparser (feedforgiving), which forgives most; JSON Feed, which it does not know, is read here.
"""

import json
import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import islice
from typing import Any

from newsmonitor.decoding import decode
from newsmonitor.errors import NotAFeed
from newsmonitor.feeddates import parse_date
from newsmonitor.feedforgiving import FOREIGN, read_forgiving, record_of, records_of, text_of
from newsmonitor.feeditems import (
    MAX_CONTENT,
    MAX_ITEMS,
    MAX_NAME,
    MAX_TITLE,
    ParsedFeed,
    ParsedItem,
    absolute,
    guid_of,
    hubs_of,
    labels_of,
    language_code,
    names_of,
    says_something,
    summary_of,
)
from newsmonitor.feedtext import plain_line, plain_lines, without_controls
from newsmonitor.feedxml import read_feed
from newsmonitor.records import Entry, Feed, identify
from newsmonitor.urls import canonical_url, url_key

__all__ = ["ParsedFeed", "ParsedItem", "document_of", "is_error_item", "parse_feed", "to_entries"]

_DECLARATION = "<?xml version='1.0' encoding='utf-8'?>"
_OLD_DECLARATION = re.compile(r"<\?xml[^>]*>")
# "Bridge returned error 500! (20417)": the number is that of the day.
_BRIDGE_ERROR = re.compile(r"(Bridge returned error [^!]{1,100}!)(?:\s*\(\d+\))?", re.IGNORECASE)
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
_WHAT_XML_IS = {
    "urlset": "a sitemap",
    "sitemapindex": "a list of sitemaps",
    "opml": "an OPML list of feeds",
    "svg": "a picture (SVG)",
}
_ITEM_START = re.compile(r"<(?:[\w.-]+:)?(?:item|entry)[\s>]", re.IGNORECASE)
_ITEM_DATE = re.compile(r"<(?:pubDate|published|updated|dc:date)>([^<]{1,80})<", re.IGNORECASE)
_LINK_WITH_TEXT = re.compile(
    r"<link\s(?![^<>]*(?:enclosure|self|hub|next))[^<>]*(?<!/)>(?=\s*https?://)", re.IGNORECASE
)
# Comments of caches stand behind the end of the root; a whole item does not.
_END_WITHIN = 1_000
_FEED_END = re.compile(r"</(?:[\w.-]+:)?(?:rss|feed|rdf|channel)\s*>", re.IGNORECASE)
_MAGIC = (
    (b"\x1f\x8b", "gzip-compressed data"),
    (b"%PDF", "a PDF"),
    (b"PK\x03\x04", "a ZIP archive"),
    (b"\x89PNG", "a PNG"),
)


def parse_feed(body: bytes, *, content_type: str | None, url: str) -> ParsedFeed:
    """The feed in these bytes; content_type is the answer's header, url the address it came from.

    Raises NotAFeed, whose words say what the bytes are instead, and nothing else.
    """
    text = without_controls(decode(body, content_type)).strip("\ufeff \t\r\n")
    if text.startswith("{"):
        return _without_errors(_json_feed(text, url))
    if _HTML.match(text) or not _FEED_TAG.search(text):
        raise _not_a_feed(body, text)
    parsed = _without_errors(_xml_feed(body, text, url))
    return parsed if _FEED_END.search(text[-_END_WITHIN:]) else replace(parsed, is_cut=True)


def is_error_item(item: ParsedItem) -> str | None:
    """The error that a bridge reports in this item, in its own words; None for an item that is one.

    RSS-Bridge makes an item of each failure, with a new guid every day, so that feed readers show it. RSSHub, the
    other common bridge, answers with an HTML page and a status of 5xx.
    """
    match = _BRIDGE_ERROR.fullmatch(item.title or "")
    return match[1] if match else None


def _without_errors(parsed: ParsedFeed) -> ParsedFeed:
    """The feed without what its bridge reports of itself; raises NotAFeed where it holds nothing else."""
    errors = [error for item in parsed.items if (error := is_error_item(item))]
    if not errors:
        return parsed
    items = tuple(item for item in parsed.items if not is_error_item(item))
    if not items:
        raise NotAFeed(f"a bridge that reports: {errors[0]}")
    return replace(parsed, items=items, bridge_error=errors[0])


def to_entries(parsed: ParsedFeed, feed: Feed, *, seen_at: datetime, is_backlog: bool) -> tuple[Entry, ...]:
    """The items as rows, each once, in the feed's order.

    An item is known by its guid; by guid and address where the document uses a guid for several addresses
    (else the newest would be lost); by its address; by its text. So the id stays when a headline is mended or
    a tracking parameter changes.
    """
    canonical = [canonical_url(item.url) if item.url else None for item in parsed.items]
    places = [_address(item, url) for item, url in zip(parsed.items, canonical, strict=True)]
    uses = Counter(
        guid for guid, _ in {(i.guid, at) for i, at in zip(parsed.items, places, strict=True) if i.guid}
    )
    crowded = _crowded(parsed.items, places)
    entries: dict[str, Entry] = {}
    for item, url, place in zip(parsed.items, canonical, places, strict=True):
        entry_id = identify(feed.url, *_natural_key(item, place, is_reused=uses[item.guid or ""] > 1))
        if (item.guid, place) in crowded:
            entry_id = identify(entry_id, item.title or "")
        if entry_id not in entries:
            entries[entry_id] = Entry(
                entry_id=entry_id,
                feed_url=feed.url,
                outlet=feed.outlet,
                country=feed.country,
                guid=item.guid,
                entry_url=item.url,
                canonical_url=url,
                title=item.title,
                summary=item.summary,
                content=item.content,
                byline=item.byline,
                categories=item.categories,
                language=item.language or parsed.language or feed.language,
                image_url=item.image_url,
                published_at=item.published_at,
                updated_at=item.updated_at,
                seen_at=seen_at,
                is_backlog=is_backlog,
            )
    return tuple(entries.values())


def _crowded(items: Sequence[ParsedItem], places: Sequence[str]) -> set[tuple[str | None, str]]:
    """The pairs of guid and address that stand for several items: of a feed that links all to its home page.

    With a guid also their times must differ, else it is one item with its headline in two forms.
    """
    found: dict[tuple[str | None, str], list[ParsedItem]] = defaultdict(list)
    for item, place in zip(items, places, strict=True):
        found[item.guid, place].append(item)
    return {
        pair
        for pair, those in found.items()
        if len(those) > 1
        and len({item.title for item in those}) > 1
        and (pair[0] is None or len({item.published_at for item in those}) > 1)
    }


def _natural_key(item: ParsedItem, place: str, *, is_reused: bool) -> tuple[str, ...]:
    if item.guid:
        return (item.guid, place) if is_reused else (item.guid,)
    return (place,) if item.url else (item.title or "", item.content or item.summary or "")


def _address(item: ParsedItem, canonical: str | None) -> str:
    """What stands for the item's page; the headline where it announces none."""
    return url_key(canonical) if canonical else item.url or item.title or ""


def _xml_feed(body: bytes, text: str, url: str) -> ParsedFeed:
    document = document_of(text)
    if parsed := read_feed(document, url):
        return parsed
    try:
        parsed = read_forgiving(document, url)
    except FOREIGN as error:
        raise NotAFeed(f"XML that no feed reader can read ({type(error).__name__})") from error
    # Any XML may declare Atom's namespace: maps, pictures, sitemaps.
    if parsed is None or (_root(text)[1] not in _FEED_ROOTS and not parsed.items):
        raise _not_a_feed(body, text)
    return parsed


def document_of(text: str) -> str:
    """The document that both readers of XML are given: with a declaration that fits, cut after the last item."""
    if match := _OLD_DECLARATION.match(text):
        text = text[match.end() :]
    # Both readers would take an attribute (uri="at://...", href="") for the address that stands in the element.
    text = _LINK_WITH_TEXT.sub("<link>", text)
    if len(text) > MAX_ITEMS * len("<item></item>"):
        text = _newest_of_many(text)
    return _DECLARATION + text


def _newest_of_many(text: str) -> str:
    """The document with as many items as are taken: the first, or the last where these are the newer ones."""
    ends = [match.end() for match in _ITEM_END.finditer(text)]
    begin = _ITEM_START.search(text)
    if len(ends) <= MAX_ITEMS or begin is None:
        return text
    whole, root = _root(text)
    closing = ("</channel>" if root == "rss" else "") + f"</{whole}>"
    first, last = (_date_in(piece) for piece in (text[: ends[0]], text[ends[-2] : ends[-1]]))
    if first is not None and last is not None and last > first:
        return text[: begin.start()] + text[ends[-MAX_ITEMS - 1] : ends[-1]] + closing
    return text[: ends[MAX_ITEMS - 1]] + closing


def _date_in(item: str) -> datetime | None:
    dates = (parse_date(text) for text in reversed(_ITEM_DATE.findall(item)))
    return next(filter(None, dates), None)


def _root(text: str) -> tuple[str, str]:
    """The name of the root as it is written, and without its prefix in small letters."""
    match = _ROOT.match(text)
    return (match[1], match[2].lower()) if match else ("", "")


def _json_feed(text: str, url: str) -> ParsedFeed:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise NotAFeed("JSON that is broken") from error
    version = text_of(document.get("version"))
    if not _JSON_FEED.match(version):
        raise NotAFeed("JSON that is no JSON Feed")
    base = absolute(text_of(document.get("home_page_url")), url) or url
    items = (_json_item(item, base) for item in islice(records_of(document.get("items")), MAX_ITEMS))
    hubs = (text_of(hub.get("url")) for hub in records_of(document.get("hubs")))
    return ParsedFeed(
        version="json11" if version.endswith("1.1") else "json1",
        title=plain_line(text_of(document.get("title")), MAX_TITLE),
        language=language_code(text_of(document.get("language"))),
        items=tuple(item for item in items if says_something(item)),
        hub_urls=hubs_of(hubs, url),
        self_url=absolute(text_of(document.get("feed_url")), url),
    )


def _json_item(item: Mapping[str, Any], base: str) -> ParsedItem:
    authors = records_of(item.get("authors")) or [record_of(item.get("author"))]
    content = plain_lines(text_of(item.get("content_html")), MAX_CONTENT)
    links = (absolute(text_of(item.get(name)), base) for name in ("url", "external_url", "id"))
    images = (absolute(text_of(item.get(name)), base) for name in ("image", "banner_image"))
    published, updated = (parse_date(text_of(item.get(f"date_{name}"))) for name in ("published", "modified"))
    tags = item.get("tags")
    return ParsedItem(
        guid=guid_of(_id(item.get("id"))),
        url=next(filter(None, links), None),
        title=plain_line(text_of(item.get("title")), MAX_TITLE),
        summary=summary_of(plain_lines(text_of(item.get("summary")), MAX_CONTENT)),
        content=content or plain_lines(text_of(item.get("content_text")), MAX_CONTENT),
        byline=names_of(text_of(author.get("name")) for author in authors),
        categories=labels_of(text_of(tag) for tag in tags) if isinstance(tags, list) else (),
        language=language_code(text_of(item.get("language"))),
        image_url=next(filter(None, images), None),
        published_at=published or updated,
        updated_at=updated,
    )


def _not_a_feed(body: bytes, text: str) -> NotAFeed:
    root = _root(text)[1]
    if not text:
        kind = "empty"
    elif _HTML.match(text) or root == "html":
        kind = "html"
    else:
        kind = "sitemap" if root in ("urlset", "sitemapindex") else "other"
    return NotAFeed(_what_it_is(body, text), kind)


def _what_it_is(body: bytes, text: str) -> str:
    """What the bytes of an answer are that are no feed, in words for a person."""
    if not text:
        return "an empty answer"
    if kind := next((kind for magic, kind in _MAGIC if body.startswith(magic)), None):
        return kind
    if _HTML.match(text):
        title = _TITLE.search(text)
        named = plain_line(title[1], MAX_NAME) if title else None
        return f'an HTML page titled "{named}"' if named else "an HTML page without a title"
    if text.startswith("["):
        return "JSON that is no JSON Feed"
    if match := _ROOT.match(text):
        return _WHAT_XML_IS.get(match[2].lower()) or f"XML that is no feed (<{match[1][:60]}>)"
    if "\ufffd" in text[:200] or body.count(b"\x00") > len(body) // 100:
        return f"{len(body)} bytes that are no text"
    return f'text that is no feed ("{plain_line(text[:80], 60) or "..."}")'


def _id(value: object) -> str:
    # JSON Feed asks for a string, and feeds give numbers.
    return str(value) if isinstance(value, int) else text_of(value)
