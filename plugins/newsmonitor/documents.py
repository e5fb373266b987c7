"""What a feed's address answered: a feed, a sitemap, or a page that announces a feed. Pure; runs in a worker."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from newsmonitor.discovery import AnnouncedFeed, announced_feeds
from newsmonitor.errors import NotAFeed
from newsmonitor.feeds import ParsedFeed, parse_feed, to_entries
from newsmonitor.records import Entry, Feed
from newsmonitor.sitemaps import SitemapIndex, parse_sitemap, unpacked


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """An answer, read: a feed with its entries, or the sitemaps or feeds that it leads to, or why it is neither."""

    feed: ParsedFeed | None = None
    entries: tuple[Entry, ...] = ()
    sitemap_urls: tuple[str, ...] = ()
    is_of_index: bool = False
    announced: tuple[AnnouncedFeed, ...] = ()
    problem: str | None = None
    problem_class: str = "not_a_feed"


def read_document(
    bodies: Sequence[bytes],
    *,
    content_type: str | None,
    url: str,
    feed: Feed,
    seen_at: datetime,
    is_backlog: bool,
) -> Document:
    """What these bytes are: one answer of the feed's address, or the sitemaps of an index; never raises.

    The feed's kind is no matter: lists are wrong about it, and the bytes are not.
    """
    items = []
    for packed in bodies:
        body = packed
        try:
            body = unpacked(packed)
            parsed = _parse(body, content_type, url)
        except NotAFeed as error:
            if len(bodies) > 1:
                continue
            announced = (
                announced_feeds(body, content_type=content_type, url=url) if error.kind == "html" else ()
            )
            problem_class = "empty" if error.kind == "empty" else "not_a_feed"
            return Document(announced=announced, problem=str(error), problem_class=problem_class)
        if isinstance(parsed, SitemapIndex):
            return Document(sitemap_urls=parsed.urls)
        items.append(parsed)
    if not items:
        return Document(problem="a list of sitemaps, none of which can be read as one with Google News tags")
    entries = [
        entry
        for parsed in items
        for entry in to_entries(parsed, feed, seen_at=seen_at, is_backlog=is_backlog)
    ]
    # The entries are what is wanted of the items, and the way back to the poller is not free.
    bare = replace(items[0], items=(), is_cut=any(parsed.is_cut for parsed in items))
    return Document(feed=bare, entries=tuple({entry.entry_id: entry for entry in entries}.values()))


def warm_up() -> None:
    """Load what the first document needs, so that its time does not count as the document's."""
    sample = b"<rss version='2.0'><channel><item><title>a</title><link>http://a.example/</link></item></channel></rss>"
    feed = Feed(url="http://a.example/", outlet="a")
    now = datetime.fromisoformat("2026-01-01T00:00:00+00:00")
    read_document([sample], content_type=None, url=feed.url, feed=feed, seen_at=now, is_backlog=False)


def _parse(body: bytes, content_type: str | None, url: str) -> ParsedFeed | SitemapIndex:
    try:
        return parse_feed(body, content_type=content_type, url=url)
    except NotAFeed as error:
        if error.kind != "sitemap":
            raise
    return parse_sitemap(body, content_type=content_type, url=url)
