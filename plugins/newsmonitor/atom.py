"""An Atom 1.0 feed (RFC 4287) of the story groups of a topic. Pure: records in, bytes out.

Titles, outlets, texts and addresses are strangers': they are text to XML, text again to the HTML of the content, and
an address is a link only where it is one of the web.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from html import escape
from uuid import UUID, uuid5

from lxml import etree

from newsmonitor import __version__
from newsmonitor.alertforms import first_sentences
from newsmonitor.alerts import why
from newsmonitor.harmless import cleaned
from newsmonitor.records import Match, Story
from newsmonitor.urls import canonical_url

MEDIA_TYPE = "application/atom+xml"
_ATOM = "http://www.w3.org/2005/Atom"
_GEORSS = "http://www.georss.org/georss"
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
# Drawn once, and never to be changed: a feed reader takes an entry with another id for another story.
_NAMESPACE = UUID("5b0f4c0e-6a3f-4f0a-9c1d-3f6b1f0f7a52")
_LANGUAGE = re.compile("[a-z]{2,3}")
_EXCERPT = 400
_MOST_OTHERS = 50
_MOST_EDITS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Other:
    """Another outlet that ran the story: who, where, when."""

    outlet: str
    url: str | None
    appeared_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """A later version of a story: when it was found, whose, and in words what it changed."""

    at: datetime
    outlet: str
    said: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicEntry:
    """A story group as the feed of a topic tells of it.

    story stands for the group, level is what it is to the topic; others are the rest of the group in order of
    time; updated_at is when the last story or revision was added.
    """

    group_id: str
    story: Story
    level: str | None
    appeared_at: datetime
    updated_at: datetime
    others: tuple[Other, ...] = ()
    edits: tuple[Edit, ...] = ()
    page_url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicFeed:
    """The feed of a topic, newest group first; self_url is where it is served, site_url whose it is."""

    topic_id: str
    title: str
    updated_at: datetime
    entries: tuple[TopicEntry, ...] = ()
    self_url: str | None = None
    site_url: str | None = None


def render(feed: TopicFeed) -> bytes:
    """The feed as an Atom 1.0 document in UTF-8; the same feed gives the same bytes.

    The id of an entry comes of its group alone: it stays the same when the group grows, moves in the feed, or is
    in the feed of another topic (RFC 4287, 4.2.6).
    """
    # lxml's stubs do not know that the default namespace is None.
    root = etree.Element(f"{{{_ATOM}}}feed", {_LANG: "en"}, {None: _ATOM, "georss": _GEORSS})  # type: ignore[dict-item]
    _add(root, "title", cleaned(feed.title) or feed.topic_id, type="text")
    _add(root, "id", _urn("topic", feed.topic_id))
    _add(root, "updated", _instant(feed.updated_at))
    _add(_add(root, "author"), "name", "newsmonitor")
    _add(root, "generator", "newsmonitor", version=__version__)
    _link(root, feed.self_url, rel="self", type=MEDIA_TYPE)
    _link(root, feed.site_url, rel="alternate", type="text/html")
    for entry in feed.entries:
        _add_entry(root, feed, entry)
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)


def _add_entry(root: etree._Element, feed: TopicFeed, entry: TopicEntry) -> None:
    story = entry.story
    language = story.language if story.language and _LANGUAGE.fullmatch(story.language) else None
    element = _add(root, "entry")
    if language:
        element.set(_LANG, language)
    _add(element, "title", cleaned(story.title or "") or "(no headline)", type="text")
    _add(element, "id", _urn("group", entry.group_id))
    _add(element, "published", _instant(entry.appeared_at))
    # RFC 4287 does not say so, but readers are confused by what was changed before it was there.
    _add(element, "updated", _instant(max(entry.updated_at, entry.appeared_at)))
    _add(_add(element, "author"), "name", _outlet(story.outlet))
    about = {"hreflang": language} if language else {}
    _link(element, story.url, rel="alternate", type="text/html", **about)
    _link(element, entry.page_url, rel="related", type="text/html", title="The story at the desk")
    places = _places(story, feed.topic_id)
    _category(element, f"topic:{feed.topic_id}", feed.title)
    if entry.level:
        _category(element, f"level:{entry.level}", entry.level)
    for place in places:
        _category(element, f"place:{place.place_id}", place.name or place.place_id or "")
    if excerpt := _excerpt(story):
        _add(element, "summary", excerpt, type="text")
    # In the language of the entry, for readers take that of the content for the story's; ours is told in the HTML.
    _add(element, "content", "".join(_html(feed, entry, language)), type="html")
    # GeoRSS Simple has one geometry for each entry.
    for place in places[:1]:
        point = etree.SubElement(element, f"{{{_GEORSS}}}point")
        point.text = f"{place.latitude:.5f} {place.longitude:.5f}"


def _html(feed: TopicFeed, entry: TopicEntry, language: str | None) -> Iterator[str]:
    """The content, element by element; every word of a stranger's escaped."""
    story = entry.story
    ours = replace(story, matches=tuple(match for match in story.matches if match.topic == feed.topic_id))
    known = [_time(entry.appeared_at), entry.level or "no level", language or "language unknown"]
    yield f"<p>{' · '.join([_text(_outlet(story.outlet)), *map(_text, known)])}</p>"
    yield f'<p lang="en">Why: {_text(why(ours))}</p>'
    if excerpt := _excerpt(story):
        spoken = f' lang="{language}"' if language else ""
        yield f"<blockquote{spoken}><p>{_text(excerpt)}</p></blockquote>"
    if entry.others:
        yield '<p lang="en">Also at:</p>'
        yield _list([_other(other) for other in entry.others], _MOST_OTHERS)
    if entry.edits:
        yield '<p lang="en">Edited since:</p>'
        yield _list([_edit(edit) for edit in entry.edits], _MOST_EDITS)
    links = [
        _anchor(url, words) for url, words in ((story.url, "The original"), (entry.page_url, "At the desk"))
    ]
    if any(links):
        yield f'<p lang="en">{" · ".join(link for link in links if link)}</p>'


def _other(other: Other) -> str:
    outlet = _outlet(other.outlet)
    return f"{_time(other.appeared_at)} {_anchor(other.url, outlet) or _text(outlet)}"


def _edit(edit: Edit) -> str:
    return f"{_time(edit.at)} {_text(_outlet(edit.outlet))}: {_text(edit.said)}"


def _list(items: Sequence[str], most: int) -> str:
    more = [f"and {len(items) - most} more"] if len(items) > most else []
    return f"<ul>{''.join(f'<li>{item}</li>' for item in [*items[:most], *more])}</ul>"


def _anchor(url: str | None, words: str) -> str | None:
    href = canonical_url(url or "")
    return f'<a href="{escape(href)}">{_text(words)}</a>' if href else None


def _places(story: Story, topic_id: str) -> list[Match]:
    """The places of the topic that were found in the story and have coordinates, strongest first, each once."""
    counted = sorted((m for m in story.matches if m.counted and m.topic == topic_id), key=lambda m: -m.points)
    found: dict[str, Match] = {}
    for match in counted:
        if match.place_id and match.latitude is not None and match.longitude is not None:
            found.setdefault(match.place_id, match)
    return list(found.values())


def _excerpt(story: Story) -> str:
    return cleaned(first_sentences(story.text or story.summary or "", story.language), _EXCERPT)


def _add(parent: etree._Element, name: str, text: str | None = None, **attributes: str) -> etree._Element:
    element = etree.SubElement(parent, f"{{{_ATOM}}}{name}", attributes)
    element.text = text
    return element


def _link(parent: etree._Element, url: str | None, **attributes: str) -> None:
    if href := canonical_url(url or ""):
        _add(parent, "link", href=href, **attributes)


def _category(parent: etree._Element, term: str, label: str) -> None:
    if term := cleaned(term):
        _add(parent, "category", term=term, label=cleaned(label) or term)


def _urn(kind: str, name: str) -> str:
    return uuid5(_NAMESPACE, f"{kind}\x1f{name}").urn


def _instant(at: datetime) -> str:
    """A moment after RFC 3339, in UTC, to the second."""
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _time(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def _outlet(name: str) -> str:
    return cleaned(name) or "(no name)"


def _text(words: str) -> str:
    return escape(cleaned(words))
