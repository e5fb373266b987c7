"""Feeds as bytes: numbered stories, and the documents that announce them."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from xml.sax.saxutils import escape

OUTLET = "https://news.example"
# The time of the first poll in every test.
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """What stands in a feed about one story; None: nothing. The date is as written."""

    title: str | None
    link: str | None
    guid: str | None
    date: str | None
    text: str | None = None
    is_permalink: bool = True


def title(number: int) -> str:
    """The headline of a story: long enough to tell it from all others."""
    return f"Report {number}: the council speaks of the harbour"


def titles(*numbers: int) -> list[str]:
    return [title(number) for number in numbers]


def story(number: int, at: datetime | None = None, *, outlet: str = OUTLET) -> Item:
    """A story as a proper feed announces it; number 1 is two hours old at noon, each next one a minute younger."""
    link = f"{outlet}/story/{number}"
    at = at or NOON - 2 * HOUR + number * MINUTE
    return Item(title=title(number), link=link, guid=link, date=format_datetime(at))


def stories(*numbers: int) -> list[Item]:
    """These stories, in this order."""
    return [story(number) for number in numbers]


def newswire(now: datetime, *, since: datetime, every: timedelta, window: int) -> list[Item]:
    """The last stories of an outlet that publishes story 1 at a time, and one more each so often."""
    newest = 1 + (now - since) // every
    return [story(n, since + (n - 1) * every) for n in range(newest, max(newest - window, 0), -1)]


def rss(items: Iterable[Item], *, channel: str = "") -> bytes:
    """An RSS 2.0 document in UTF-8; channel is more XML for its head."""
    return rss_text(items, channel=channel, prolog="<?xml version='1.0' encoding='utf-8'?>").encode()


def rss_text(items: Iterable[Item], *, channel: str = "", prolog: str = "") -> str:
    """The same before it is encoded."""
    head = f"<title>Harbour News</title><link>{OUTLET}/</link><description>d</description>{channel}"
    spaces = (
        "xmlns:sy='http://purl.org/rss/1.0/modules/syndication/' xmlns:atom='http://www.w3.org/2005/Atom'"
    )
    body = "".join(map(_item, items))
    return f"{prolog}<rss version='2.0' {spaces}><channel>{head}{body}</channel></rss>"


def _item(item: Item) -> str:
    permalink = "" if item.is_permalink else " isPermaLink='false'"
    parts = (
        ("title", "", item.title),
        ("link", "", item.link),
        ("guid", permalink, item.guid),
        ("pubDate", "", item.date),
        ("description", "", item.text),
    )
    return f"<item>{''.join(f'<{t}{a}>{escape(v)}</{t}>' for t, a, v in parts if v is not None)}</item>"


def json_feed(items: Iterable[Item]) -> bytes:
    """The same as a JSON Feed 1.1."""
    found = [{"id": i.guid, "url": i.link, "title": i.title, "content_text": i.text or "-"} for i in items]
    document = {"version": "https://jsonfeed.org/version/1.1", "title": "Harbour News", "items": found}
    return json.dumps(document).encode()


def news_sitemap(items: Iterable[Item], at: datetime) -> bytes:
    """A sitemap with Google News tags."""
    spaces = (
        "xmlns='http://www.sitemaps.org/schemas/sitemap/0.9' "
        "xmlns:news='http://www.google.com/schemas/sitemap-news/0.9'"
    )
    urls = "".join(
        f"<url><loc>{escape(i.link or '')}</loc><news:news><news:publication><news:name>H</news:name>"
        f"<news:language>en</news:language></news:publication><news:title>{escape(i.title or '')}</news:title>"
        f"<news:publication_date>{at.isoformat()}</news:publication_date></news:news></url>"
        for i in items
    )
    return f"<?xml version='1.0'?><urlset {spaces}>{urls}</urlset>".encode()


def sitemap_index(addresses: Iterable[str]) -> bytes:
    """A list of sitemaps."""
    space = "xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'"
    found = "".join(f"<sitemap><loc>{escape(address)}</loc></sitemap>" for address in addresses)
    return f"<?xml version='1.0'?><sitemapindex {space}>{found}</sitemapindex>".encode()


def page(head: str = "", body: str = "<p>Please sign in.</p>") -> bytes:
    """A web page."""
    return f"<!doctype html><html><head><title>Harbour News</title>{head}</head><body>{body}</body></html>".encode()
