"""The feeds of a web page: those it announces, and the usual places to look. Pure: bytes in, addresses out."""

from dataclasses import dataclass
from urllib.parse import urldefrag, urljoin, urlsplit

from lxml import etree, html
from protego import Protego

from newsmonitor.decoding import decode
from newsmonitor.feedtext import plain_line

_MAX_BYTES = 200_000
_MAX_FOUND = 20
_MAX_LINK = 8_000
_MAX_TITLE = 200
_FEED_TYPES = {
    "application/rss+xml", "application/atom+xml", "application/feed+json", "application/rdf+xml", "text/rss+xml",
    "application/x-rss+xml", "application/rss", "application/atom",
}  # fmt: skip
# Also the types of quite other things; with these the address must look like a feed's.
_MAYBE_TYPES = {"application/json", "application/xml", "text/xml"}
_LIKE_A_FEED = ("rss", "feed", "atom", "rdf")
_COMMENTS = ("comment", "kommentar", "komentar", "comentario", "комментар", "коментар")
# Where sites keep their feeds, the commonest first.
_USUAL = (
    "feed/", "rss", "rss.xml", "feed.xml", "atom.xml", "index.xml", "feed.json", "rss/index.xml",
    "news-sitemap.xml", "sitemap-news.xml", "sitemap_news.xml",
)  # fmt: skip
_NEAR = _USUAL[:4]
# robots.txt: as much as RFC 9309, 2.5 asks robots to read.
_MAX_ROBOTS = 512_000


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnouncedFeed:
    """A feed that a page announces."""

    url: str
    title: str | None
    media_type: str


def announced_feeds(body: bytes, *, content_type: str | None, url: str) -> tuple[AnnouncedFeed, ...]:
    """The feeds that a page names in `<link rel="alternate">`, the best first: of its own host, not of comments.

    Of the first 200 kB, at most 20; never raises. Source: WHATWG HTML, 4.6.7.1 (link type "alternate", of
    link and a); rel="feed" is older and still met.
    """
    text = decode(body[:_MAX_BYTES], content_type)
    try:
        root = html.document_fromstring(text.encode(), parser=html.HTMLParser(encoding="utf-8"))
    except (etree.LxmlError, ValueError, AssertionError):
        return ()
    # WHATWG HTML, 4.2.3: the first base that has an href counts, be it good or not.
    named = next((href for element in root.iter("base") if (href := element.get("href")) is not None), None)
    base = _absolute(named, url) or url
    found: dict[str, AnnouncedFeed] = {}
    for element in root.iter("link", "a"):
        feed = _announced(element, base)
        if feed is not None:
            found.setdefault(feed.url, feed)
    host = _host(url)
    ranked = sorted(found.values(), key=lambda feed: (_is_of_comments(feed), _host(feed.url) != host))
    return tuple(ranked[:_MAX_FOUND])


def guesses(url: str) -> tuple[str, ...]:
    """The usual addresses of a site's feed, for a page that announces none: in its folder, then at the root."""
    folder, root = _absolute(".", url), _absolute("/", url)
    if folder is None or root is None:
        return ()
    near, far = (urljoin(folder, name) for name in _NEAR), (urljoin(root, name) for name in _USUAL)
    return tuple(guess for guess in dict.fromkeys([*near, *far]) if guess != url)


def sitemaps_in_robots(text: str, url: str) -> tuple[str, ...]:
    """The sitemaps that the robots.txt at this address names, those that say news first; at most 20."""
    named = (_absolute(line, url) for line in Protego.parse(text[:_MAX_ROBOTS]).sitemaps)
    found = dict.fromkeys(address for address in named if address)
    return tuple(sorted(found, key=lambda address: "news" not in address.lower())[:_MAX_FOUND])


def _announced(element: etree._Element, base: str) -> AnnouncedFeed | None:
    relations = set((element.get("rel") or "").lower().split())
    address = _absolute(element.get("href"), base)
    if address is None or not relations & {"alternate", "feed"} or "stylesheet" in relations:
        return None
    media_type = (element.get("type") or "").partition(";")[0].strip().lower()
    looks_right = any(word in address.lower() for word in _LIKE_A_FEED)
    is_feed = media_type in _FEED_TYPES or (media_type in _MAYBE_TYPES and looks_right)
    if not is_feed and not ("feed" in relations and not media_type):
        return None
    title = plain_line(element.get("title") or "", _MAX_TITLE)
    return AnnouncedFeed(url=address, title=title, media_type=media_type)


def _absolute(link: str | None, base: str) -> str | None:
    """A web address in full, without its fragment; None where it is none."""
    link = (link or "").strip()
    if not link or len(link) > _MAX_LINK:
        return None
    try:
        address = urldefrag(urljoin(base, link)).url
        parts = urlsplit(address)
        return address if parts.scheme in ("http", "https") and parts.hostname else None
    except ValueError:
        return None


def _host(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").removeprefix("www.")
    except ValueError:
        return ""


def _is_of_comments(feed: AnnouncedFeed) -> bool:
    words = f"{feed.title or ''} {feed.url}".lower()
    return any(word in words for word in _COMMENTS)
