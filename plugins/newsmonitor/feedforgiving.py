"""The forgiving reader of feeds: feedparser, for RSS, RDF and Atom in any state. Pure.

What it gives is taken with care: a feed can make any of its values any type.
"""

import re
import xml.sax
from collections.abc import Mapping
from io import BytesIO
from typing import Any

import feedparser

from newsmonitor.feeditems import Link, ParsedFeed, RawItem, feed_of
from newsmonitor.feedtext import with_ampersands

# All that a parser of this kind raises when its input leaves the paths it was written for.
FOREIGN = (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, AssertionError, RuntimeError,
            xml.sax.SAXException)  # fmt: skip

# "AT&T wins": feedparser reads an entity there, and makes it "AT&T; wins".
_BARE_AMPERSAND = re.compile(r"&(?!#?\w{1,31};)")


def read_forgiving(document: str, url: str) -> ParsedFeed | None:
    """The feed that feedparser sees in this document, which came from url; None where it sees none.

    Its `version`, not its `bozo`, says whether something is a feed. Raises one of FOREIGN.
    """
    # A stream and not the bytes: feedparser takes bytes for the name of a file and opens it.
    source = BytesIO(with_ampersands(document, _BARE_AMPERSAND).encode())
    parsed = feedparser.parse(source, sanitize_html=False, resolve_relative_uris=False)
    channel, entries = record_of(parsed["feed"]), records_of(parsed["entries"])
    if not parsed["version"]:
        return None
    return feed_of(
        version=parsed["version"],
        url=url,
        link=text_of(channel.get("link")),
        title=text_of(channel.get("title")),
        language=text_of(channel.get("language")),
        links=[_link(link) for link in records_of(channel.get("links"))],
        period=text_of(channel.get("sy_updateperiod")),
        frequency=text_of(channel.get("sy_updatefrequency")),
        ttl=text_of(channel.get("ttl")),
        items=(_raw_item(entry) for entry in entries),
    )


def _raw_item(entry: Mapping[str, Any]) -> RawItem:
    links, media = records_of(entry.get("links")), records_of(entry.get("media_content"))
    contents, authors = records_of(entry.get("content")), records_of(entry.get("authors"))
    details = (*contents, record_of(entry.get("title_detail")))
    names = [text_of(name) for author in authors if (name := author.get("name"))]
    return RawItem(
        guid=text_of(entry.get("id")),
        links=[_link(link) for link in links],
        link=text_of(entry.get("link")),
        original_link=text_of(entry.get("feedburner_origlink")),
        title=text_of(entry.get("title")),
        summary=text_of(entry.get("summary")),
        contents=[text_of(content.get("value")) for content in contents],
        authors=names or [text_of(entry.get("author"))],
        labels=[text_of(tag.get("label") or tag.get("term")) for tag in records_of(entry.get("tags"))],
        languages=[text_of(entry.get("language")), *(text_of(detail.get("language")) for detail in details)],
        media=[
            (text_of(medium.get("medium")), text_of(medium.get("type")), _place(medium)) for medium in media
        ],
        thumbnails=[text_of(thumbnail.get("url")) for thumbnail in records_of(entry.get("media_thumbnail"))],
        image=text_of(record_of(entry.get("image")).get("href")),
        published=text_of(entry.get("published")),
        created=text_of(entry.get("created")),
        updated=text_of(entry.get("updated")),
    )


def _link(link: Mapping[str, Any]) -> Link:
    return text_of(link.get("rel")), text_of(link.get("type")), _place(link)


def _place(link: Mapping[str, Any]) -> str:
    return text_of(link.get("url") or link.get("href"))


def record_of(value: object) -> Mapping[str, Any]:
    """The mapping that a value is; an empty one where it is none."""
    # Not a FeedParserDict: that one guesses at missing names, and warns as it does.
    return dict(value) if isinstance(value, Mapping) else {}


def records_of(value: object) -> list[Mapping[str, Any]]:
    """The mappings in the list that a value is."""
    return [record_of(one) for one in value if isinstance(one, Mapping)] if isinstance(value, list) else []


def text_of(value: object) -> str:
    """The text that a value is; "" where it is none."""
    return value if isinstance(value, str) else ""
