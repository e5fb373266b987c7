"""What an item of a feed says, by the rules that every reader shares: a document's raw values in, plain ones out. Pure.

The two readers of XML (feedxml for what is well-formed, feedparser in feeds for the rest) and the reader of JSON
find the values; which of several is the address, the picture or the full text is decided here, once.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from urllib.parse import urljoin

from newsmonitor.feeddates import parse_date
from newsmonitor.feedtext import names_in, plain_line, plain_lines, without_controls
from newsmonitor.urls import canonical_url

# The newest stand first; Media Cloud cuts here too, after a sitemap of 50,000 took nine minutes.
MAX_ITEMS = 2000
# What bounds a row, far above what was seen in 2,300 feeds: headlines up to 282 characters, summaries to 10,829,
# full texts to 12,155, guids to 205, links to 340, labels to 14 an item.
MAX_TITLE = 1_000
_MAX_SUMMARY = 20_000
MAX_CONTENT = 500_000
_MAX_NAMES = 30
MAX_NAME = 200
_MAX_ID = 2_000
_MAX_LINK = 8_000
_MAX_HUBS = 5
_YEAR = 365 * 86_400

_IMAGE_PATH = re.compile(r"\.(?:jpe?g|png|gif|webp|avif)\Z", re.IGNORECASE)
_PLAIN_ADDRESS = re.compile(r"https?://[a-z0-9-]{1,60}(?:\.[a-z0-9-]{1,60}){1,3}/[A-Za-z0-9._~/?=&%+,-]*")
_MINUTES = re.compile(r"\s*([0-9]{1,7})\s*")
_PERIODS = {"hourly": 3600, "daily": 86_400, "weekly": 7 * 86_400, "monthly": 30 * 86_400, "yearly": _YEAR}

# Names that are no codes of two letters, or codes of the country: ua is Ukraine, uk Ukrainian.
_LANGUAGES = {
    "ua": "uk", "ukr": "uk", "ukrainian": "uk", "rus": "ru", "russian": "ru", "eng": "en", "english": "en",
    "bel": "be", "by": "be", "cz": "cs", "jp": "ja", "cn": "zh", "gr": "el", "deu": "de", "ger": "de",
    "fra": "fr", "fre": "fr", "pol": "pl", "kz": "kk", "ge": "ka", "ee": "et",
}  # fmt: skip

# rel, type and address of a link.
Link = tuple[str, str, str]


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
    """A feed as read: version is rss20, atom10, json11 and the like; a feed may have no item.

    update_seconds and ttl_seconds are the waits it asks for between two polls (sy:updatePeriod with
    sy:updateFrequency; RSS ttl), hub_urls the WebSub hubs it names (five at most), self_url the address it gives
    itself. bridge_error is what a bridge reports in an item of its own, beside items that are real; is_cut says that
    the document breaks off before its end.
    """

    version: str
    title: str | None = None
    language: str | None = None
    items: tuple[ParsedItem, ...] = ()
    update_seconds: int | None = None
    ttl_seconds: int | None = None
    hub_urls: tuple[str, ...] = ()
    self_url: str | None = None
    bridge_error: str | None = None
    is_cut: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RawItem:
    """The values of an item as its document has them; "" where it has none."""

    guid: str
    links: Sequence[Link]
    link: str
    original_link: str
    title: str
    summary: str
    contents: Sequence[str]
    authors: Sequence[str]
    labels: Sequence[str]
    languages: Sequence[str]
    # medium, type and address
    media: Sequence[tuple[str, str, str]]
    thumbnails: Sequence[str]
    image: str
    published: str
    created: str
    updated: str


def item_of(raw: RawItem, base: str) -> ParsedItem:
    """The item, its addresses counted from base."""
    published = parse_date(raw.published) or parse_date(raw.created)
    updated = parse_date(raw.updated)
    summary, content = _texts(raw.summary, raw.contents)
    return ParsedItem(
        guid=guid_of(raw.guid),
        url=next((url for link in _pages(raw) if (url := absolute(link, base))), None),
        title=plain_line(raw.title, MAX_TITLE),
        summary=summary,
        content=content,
        byline=names_of(raw.authors),
        categories=labels_of(raw.labels),
        language=next((code for tag in raw.languages if (code := language_code(tag))), None),
        image_url=next((url for link in _images(raw) if (url := absolute(link, base))), None),
        # RSS 1.0 has dc:date only, which feedparser calls updated; and Atom asks for no more than updated.
        published_at=published or updated,
        updated_at=updated,
    )


def feed_of(
    *,
    version: str,
    url: str,
    link: str,
    title: str,
    language: str,
    links: Sequence[Link],
    period: str,
    frequency: str,
    ttl: str,
    items: Iterable[RawItem],
) -> ParsedFeed:
    """The feed with the first of its items, without those that say nothing."""
    # A relative address counts from the document in Atom (RFC 4287, 2), from the site in RSS: so feeds mean it.
    base = url if version.startswith("atom") else absolute(link, url) or url
    found = (item_of(item, base) for item in islice(items, MAX_ITEMS))
    named = [(rel.split(), href) for rel, _, href in links]
    return ParsedFeed(
        version=version,
        title=plain_line(title, MAX_TITLE),
        language=language_code(language),
        items=tuple(item for item in found if says_something(item)),
        update_seconds=_update_seconds(period, frequency),
        ttl_seconds=_ttl_seconds(ttl),
        hub_urls=hubs_of((href for rel, href in named if "hub" in rel), url),
        self_url=next((own for rel, href in named if "self" in rel and (own := absolute(href, url))), None),
    )


def says_something(item: ParsedItem) -> bool:
    """Whether an item announces anything."""
    return bool(item.guid or item.url or item.title or item.summary or item.content)


def hubs_of(addresses: Iterable[str], base: str) -> tuple[str, ...]:
    """The hubs that can be asked, each once."""
    hubs = dict.fromkeys(hub for address in addresses if (hub := absolute(address, base)))
    return tuple(islice(hubs, _MAX_HUBS))


def _update_seconds(period: str, frequency: str) -> int | None:
    """Seconds between two updates; without a period daily, without a frequency once (the syndication module)."""
    period, frequency = period.strip().lower(), frequency.strip()
    times = int(frequency) if frequency.isascii() and frequency.isdigit() and len(frequency) < 6 else 0
    if not (period or frequency) or (frequency and not times):
        return None
    return _PERIODS.get(period or "daily", 0) // (times or 1) or None


def _ttl_seconds(text: str) -> int | None:
    match = _MINUTES.fullmatch(text)
    seconds = int(match[1]) * 60 if match else 0
    return seconds if 0 < seconds <= _YEAR else None


def _pages(raw: RawItem) -> Iterator[str]:
    """What may be the address of the item's page, the best first."""
    yield raw.original_link
    pages = [(kind, href) for rel, kind, href in raw.links if rel == "alternate"]
    for _, href in sorted(pages, key=lambda page: "html" not in page[0]) if len(pages) > 1 else pages:
        yield href
    # Parsers take any guid for the link where there is none; one that looks like no address is none.
    if raw.link != raw.guid or raw.guid.startswith(("/", "./", "../")):
        yield raw.link
    # A guid is a link where it is one: isPermaLink is true by default, and forgotten where it is not.
    if (guid := raw.guid.strip()).lower().startswith(("http://", "https://")):
        yield guid


def _images(raw: RawItem) -> Iterator[str]:
    enclosures = (("", kind, href) for rel, kind, href in raw.links if rel == "enclosure")
    for media in (raw.media, enclosures):
        for medium, kind, address in media:
            kind = medium or kind.partition("/")[0]
            if kind == "image" or (not kind and _IMAGE_PATH.search(address.partition("?")[0])):
                yield address
    yield from raw.thumbnails
    yield raw.image


def _texts(summary: str, contents: Sequence[str]) -> tuple[str | None, str | None]:
    """Summary and full text: the longest of all the texts is the full one, if there is a shorter one beside it.

    By length, as feedparser files a caption or a second description as content, and a lone content as summary.
    """
    texts = dict.fromkeys(plain_lines(text, MAX_CONTENT) for text in dict.fromkeys((summary, *contents)))
    found = [text for text in texts if text]
    full = max(found, key=len, default=None)
    if full is None or (len(found) == 1 and not any(contents)):
        return summary_of(full), None
    return summary_of(next((text for text in found if text is not full), None)), full


def summary_of(text: str | None) -> str | None:
    """The text cut to a summary's length."""
    return text[:_MAX_SUMMARY].rstrip() if text else None


def absolute(link: str, base: str) -> str | None:
    """A web address in full; a link without a scheme (`example.com/a`) is one only if it begins with a host."""
    link = link.strip()
    if not link or len(link) > _MAX_LINK:
        return None
    if _PLAIN_ADDRESS.fullmatch(link):
        return link
    try:
        if link.startswith("//") or canonical_url(link) is None:
            link = urljoin(base, link)
        elif not link.lower().startswith("http"):
            link = f"https://{link}"
    except ValueError:
        return None
    return link if link.lower().startswith(("http://", "https://")) else None


def guid_of(text: str) -> str | None:
    """The id of an item, without what Parquet and people stumble over."""
    return without_controls(text).strip()[:_MAX_ID] or None


def language_code(tag: str) -> str | None:
    """The ISO 639-1 code of a language tag: ru of ru-RU, uk of the common mistake ua."""
    if not tag:
        return None
    primary = re.split(r"[-_\s,;]", tag.strip().lower(), maxsplit=1)[0]
    code = _LANGUAGES.get(primary, primary)
    return code if re.fullmatch("[a-z]{2}", code) else None


def names_of(bylines: Iterable[str]) -> tuple[str, ...]:
    """The authors' names, each once."""
    return _unlike(name for byline in bylines for name in names_in(byline, MAX_NAME))


def labels_of(values: Iterable[str]) -> tuple[str, ...]:
    """The labels, each once."""
    return _unlike(label for value in values if (label := plain_line(value, MAX_NAME)))


def _unlike(names: Iterable[str]) -> tuple[str, ...]:
    """The names, each once in any case of letters."""
    found: dict[str, str] = {}
    for name in names:
        found.setdefault(name.casefold(), name)
    return tuple(islice(found.values(), _MAX_NAMES))
