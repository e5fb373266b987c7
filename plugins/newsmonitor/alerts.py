"""The message about a story, in all its forms. Pure: what is known in, words out."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from newsmonitor import alertforms
from newsmonitor.alertforms import (
    INK,
    RULE,
    SANS,
    SERIF,
    SOFT,
    direction_in,
    escape,
    first_sentences,
    link,
    moment,
    rfc3339,
)
from newsmonitor.alertspec import UTC_ZONE, Rule
from newsmonitor.harmless import address, cleaned, stranger
from newsmonitor.messages import Message
from newsmonitor.records import Match, Story, identify
from newsmonitor.topicspec import MAIN

_TITLE_LIMIT = 250
_NAME_LIMIT = 80
_MOST_NAMED = 8
_MOST_LISTED = 100
# What a pager or a text message of two parts takes.
SHORT_LIMIT = 240
# Leaves room for some words beside the longest outlet.
_SHORT_LINK_LIMIT = 140
_NO_HEADLINE = "(no headline)"
_ALONE = "no other outlet"


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """One story of the group, the story itself too: who ran it, where, and when it came out."""

    story_id: str
    outlet: str
    url: str | None
    language: str | None
    appeared_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """A story with all that its message says.

    group_id: of its group as groups are now. level: of the topic that the rule asks for. topic_titles: by id.
    zone: of the event. copies: the group so far, in order of time. page_url: of the story's page of the desk.
    """

    story: Story
    rule: str
    group_id: str
    level: str | None
    topic_titles: Mapping[str, str] = field(default_factory=dict)
    zone: ZoneInfo = UTC_ZONE
    copies: tuple[Copy, ...] = ()
    page_url: str | None = None

    @property
    def outlets(self) -> tuple[str, ...]:
        """Who ran it so far, in order of time."""
        return tuple(dict.fromkeys([copy.outlet for copy in self.copies] or [self.story.outlet]))


def alert_id(group_id: str, rule: Rule) -> str:
    """The id of the one alert that a story group and a rule can have."""
    return identify("alert", group_id, rule.name)


def compose(about: About) -> Message:
    """The message about a story: headline, outlet, time, level, why it matched, the first sentences, copies, links.

    All words of strangers in it are harmless (newsmonitor.harmless) but those of the payload, which is data: they are
    as the outlet wrote them.
    """
    title = headline(about.story)
    return Message(
        title=title,
        body=_plain(about),
        short=_short(about),
        html=_html(about, title),
        payload=_payload(about),
    )


def headline(story: Story) -> str:
    """The headline as a message shows it: one harmless line; words in brackets where there is none."""
    return stranger(story.title or "", _TITLE_LIMIT) or _NO_HEADLINE


def lead(story: Story) -> str:
    """The first two sentences as a message shows them: one harmless line, empty where there is no text."""
    text = first_sentences(story.text or story.summary or "", story.language)
    return stranger(text, len(text) + 1)


def time_of(story: Story, zone: ZoneInfo) -> str:
    """When a story came out, in a zone and in UTC; where nobody says, when it was seen."""
    if story.published_at is None:
        return f"time unknown, seen {moment(story.seen_at, zone)}"
    if story.is_day_only:
        return f"{story.published_at:%Y-%m-%d}, no time given, seen {moment(story.seen_at, zone)}"
    return moment(story.published_at, zone)


def copies_line(about: About) -> str:
    """Who ran the story so far, as one harmless line: "3 outlets: A, B, C"."""
    if len(about.copies) < 2:
        return _ALONE
    outlets = about.outlets
    names = [stranger(outlet, _NAME_LIMIT) for outlet in outlets[:_MOST_NAMED]]
    more = f" and {len(outlets) - _MOST_NAMED} more" if len(outlets) > _MOST_NAMED else ""
    return f"{_outlets_and_stories(about)}: {', '.join(names)}{more}"


def why(story: Story) -> str:
    """The terms and places that made a story match, strongest first, each once, as one line.

    Its words are the story's own, not made harmless: for a terminal and for pages that escape them.
    """
    return _reasons(story, lambda words: words)


def reason_line(story: Story) -> str:
    """As why, with harmless words, for messages."""
    return _reasons(story, lambda words: stranger(words, _NAME_LIMIT))


def _reasons(story: Story, shown: Callable[[str], str]) -> str:
    found = dict.fromkeys(
        f"{shown(_found(match, story) or match.term)} ({match.field})"
        for match in _strongest(story, "anchor", "place")
    )
    ruled_out = dict.fromkeys(m.sense for m in story.matches if not m.counted and m.sense)
    parts = [", ".join(list(found)[:6])] if found else []
    if ruled_out:
        parts.append(f"ruled out: {', '.join(ruled_out)}")
    return "; ".join(parts) or "nothing found"


def _found(match: Match, story: Story) -> str:
    source = (story.title if match.field == "title" else story.text) or ""
    return " ".join(source[match.start : match.end].split())


def _strongest(story: Story, *roles: str) -> list[Match]:
    counted = (match for match in story.matches if match.counted and (not roles or match.role in roles))
    return sorted(counted, key=lambda match: -match.points)


def _places(story: Story) -> list[Match]:
    """The strongest match of each place, the strongest first."""
    by_place: dict[str, Match] = {}
    for match in _strongest(story, "place"):
        by_place.setdefault(match.place_id or match.term, match)
    return list(by_place.values())


def _place_names(story: Story) -> str:
    names = [place.name or place.term for place in _places(story)]
    more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    return ", ".join(names[:_MOST_NAMED]) + more


def _topic_lines(about: About) -> list[str]:
    """The topics of the story with their levels, the highest score first."""
    levels = {tag.topic: (tag.score, tag.level) for tag in about.story.tags if tag.level}
    names = sorted(about.story.topics, key=lambda topic: -levels.get(topic, (0.0, None))[0])
    return [
        f"{about.topic_titles.get(name, name)} ({levels.get(name, (0.0, about.level))[1] or 'no level'})"
        for name in names
    ]


def _outlets_and_stories(about: About) -> str:
    outlets, stories = len(about.outlets), len(about.copies)
    said = f"{outlets} outlet{'s' if outlets > 1 else ''}"
    return f"{said}, {stories} stories" if stories > outlets else said


def _outlet(story: Story) -> str:
    name = stranger(story.outlet, _NAME_LIMIT)
    return f"{name} ({story.country})" if story.country else name


def _plain(about: About) -> str:
    story = about.story
    first = [
        _outlet(story),
        time_of(story, about.zone),
        about.level or "no level",
        story.language or "language unknown",
    ]
    places = _place_names(story)
    links = [address(story.url) or "(no address)"]
    if about.page_url:
        links.append(f"On the desk: {about.page_url}")
    lines = [
        " · ".join(first),
        *(f"Topic: {line}" for line in _topic_lines(about)),
        f"Why: {reason_line(story)}",
        *([f"Places: {places}"] if places else []),
        f"So far: {copies_line(about)}",
        "",
        *([text, ""] if (text := lead(story)) else []),
        *links,
    ]
    return "\n".join(lines)


def _short(about: About) -> str:
    """One line for a pager: headline, outlet, time, link; the headline gives way to the rest."""
    story = about.story
    url = next(
        (each for each in (address(story.url), about.page_url) if each and len(each) <= _SHORT_LINK_LIMIT),
        None,
    )
    when = f"{story.published_at.astimezone(UTC):%H:%M} UTC" if story.published_at else "time unknown"
    if story.published_at and story.is_day_only:
        when = f"{story.published_at:%Y-%m-%d}"
    rest = f" ({stranger(story.outlet, 30)}, {when})" + (f" {url}" if url else "")
    limit = SHORT_LIMIT - len(rest)
    line = (stranger(story.title or "", limit) or _NO_HEADLINE) + rest
    while len(line) > SHORT_LIMIT and limit > 1:
        # By what a headline is broken with, which is not known before.
        limit = max(1, limit - max(1, (len(line) - SHORT_LIMIT) // 2))
        line = (stranger(story.title or "", limit) or _NO_HEADLINE) + rest
    return line


def _payload(about: About) -> dict[str, Any]:
    story = about.story
    return {
        "kind": "story",
        "rule": about.rule,
        "story_id": story.story_id,
        "group_id": about.group_id,
        "level": about.level,
        "title": cleaned(story.title or "") or None,
        "lead": cleaned(first_sentences(story.text or story.summary or "", story.language)) or None,
        "outlet": cleaned(story.outlet),
        "country": story.country,
        "url": address(story.url),
        "published_at": rfc3339(story.published_at) if story.published_at else None,
        "is_day_only": story.is_day_only,
        "seen_at": rfc3339(story.seen_at),
        "language": story.language,
        **_evidence(about),
        "copies": [
            {
                "story_id": copy.story_id,
                "outlet": cleaned(copy.outlet),
                "url": address(copy.url),
                "language": copy.language,
                "appeared_at": rfc3339(copy.appeared_at),
            }
            for copy in about.copies[:_MOST_LISTED]
        ],
        "outlets": [cleaned(outlet) for outlet in about.outlets[:_MOST_LISTED]],
        "outlet_count": len(about.outlets),
        "story_count": max(len(about.copies), 1),
        "links": {"original": address(story.url), "story": about.page_url},
    }


def _evidence(about: About) -> dict[str, Any]:
    story = about.story
    return {
        "topics": [
            {
                "id": tag.topic,
                "title": about.topic_titles.get(tag.topic),
                "level": tag.level,
                "score": tag.score,
            }
            for tag in sorted(story.tags, key=lambda tag: -tag.score)
            if tag.level
        ],
        "places": [
            {
                "id": match.place_id,
                "name": match.name,
                "latitude": match.latitude,
                "longitude": match.longitude,
            }
            for match in _places(story)[:_MOST_LISTED]
        ],
        "matches": [
            {
                "topic": match.topic,
                "role": match.role,
                "term": match.term,
                "name": match.name,
                "field": match.field,
                "words": cleaned(_found(match, story), _NAME_LIMIT) or None,
                "points": match.points,
            }
            for match in _strongest(story)[:_MOST_LISTED]
        ],
    }


def _html(about: About, title: str) -> str:
    story = about.story
    url = address(story.url)
    parts = [
        _kicker(about),
        _headline_html(story, title, url),
        f'<p class="nm-soft" style="margin:0 0 18px;font:14px/1.5 {SANS};color:{SOFT}">'
        f'<b class="nm-ink" style="color:{INK}">{escape(_outlet(story))}</b>'
        f"{f' · {escape(story.language)}' if story.language else ''}<br>{escape(time_of(story, about.zone))}</p>",
        _lead_html(story),
        _facts_html(about),
        _buttons_html(about, url),
    ]
    return alertforms.document(
        title,
        "\n".join(part for part in parts if part),
        lang="en",
        preview=f"{_outlet(story)} · {lead(story)}",
        footer_html=f"Sent by the rule <b>{escape(about.rule)}</b> of your desk, once for this story and its copies. "
        "Headline and text are the outlet's words as they were found; nobody has checked them.",
    )


def _kicker(about: About) -> str:
    """The level, and what the story is about."""
    level = about.level or "no level"
    is_main = level == MAIN
    colours = "background:#a6460f;color:#ffffff" if is_main else f"background:#e3e7ec;color:{INK}"
    topics = ", ".join(about.topic_titles.get(topic, topic) for topic in about.story.topics)
    return (
        f'<p class="nm-soft" style="margin:0 0 12px;font:13px/1.6 {SANS};color:{SOFT}">'
        f'<span class="{"nm-main" if is_main else "nm-badge"}" style="{colours};border-radius:3px;padding:2px 7px;'
        f'font-weight:700;font-size:12px">{escape(level)}</span>&nbsp; {escape(topics)}</p>'
    )


def _headline_html(story: Story, title: str, url: str | None) -> str:
    words = escape(title)
    if url:
        style = f"color:{INK};text-decoration:none"
        words = f'<a class="nm-ink" href="{escape(url)}" style="{style}">{words}</a>'
    style = f"margin:0 0 10px;font:700 26px/1.25 {SERIF};color:{INK};overflow-wrap:anywhere;{_aligned(title)}"
    return f'<h1 class="nm-head nm-ink"{_written(story, title)} style="{style}">{words}</h1>'


def _lead_html(story: Story) -> str:
    text = lead(story)
    if not text:
        return ""
    style = f"margin:0 0 20px;overflow-wrap:anywhere;{_aligned(text)}"
    return f'<p{_written(story, text)} style="{style}">{escape(text)}</p>'


def _facts_html(about: About) -> str:
    story = about.story
    rows = [("Why it matched", escape(reason_line(story)))]
    if places := _place_names(story):
        rows.append(("Places", escape(places)))
    rows.append(("So far", _copies_html(about)))
    cells = "".join(
        f'<tr><td valign="top" class="nm-soft nm-rule" style="{_CELL};width:104px;padding-right:14px;color:{SOFT}">'
        f'{name}</td><td valign="top" class="nm-rule" style="{_CELL};overflow-wrap:anywhere">{words}</td></tr>'
        for name, words in rows
    )
    return (
        '<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" '
        f'style="margin:0 0 22px;border-collapse:collapse">{cells}</table>'
    )


_CELL = f"border-top:1px solid {RULE};padding:9px 0;font:14px/1.5 {SANS}"


def _copies_html(about: About) -> str:
    """Each outlet with a link to the first that it ran."""
    if len(about.copies) < 2:
        return _ALONE
    first: dict[str, str | None] = {}
    for copy in about.copies:
        first.setdefault(copy.outlet, address(copy.url))
    names = [
        link(first.get(outlet), escape(stranger(outlet, _NAME_LIMIT)))
        for outlet in about.outlets[:_MOST_NAMED]
    ]
    more = len(about.outlets) - _MOST_NAMED
    return f"{_outlets_and_stories(about)}: {', '.join(names)}{f' and {more} more' if more > 0 else ''}"


def _buttons_html(about: About, url: str | None) -> str:
    style = (
        f"display:inline-block;border:1px solid;border-radius:5px;padding:10px 18px;font:600 15px/1.2 {SANS};"
    )
    style += "text-decoration:none;margin:0 10px 8px 0"
    parts = []
    if about.page_url:
        parts.append(
            f'<a class="nm-button" href="{escape(about.page_url)}" style="{style};background:{alertforms.LINK};'
            f'border-color:{alertforms.LINK};color:#ffffff">Open on the desk</a>'
        )
    if url:
        parts.append(
            f'<a class="nm-link nm-rule" href="{escape(url)}" style="{style};border-color:{RULE};'
            f'color:{alertforms.LINK}">Read the original</a>'
        )
    return f'<div style="margin:0">{"".join(parts)}</div>' if parts else ""


def _written(story: Story, text: str) -> str:
    """The attributes that tell in which language, and which way, a text is written."""
    language = f' lang="{escape(story.language)}"' if story.language else ""
    return f'{language} dir="{direction_in(text)}"'


def _aligned(text: str) -> str:
    # Some programmes align by this and not by dir.
    return "text-align:right" if direction_in(text) == "rtl" else "text-align:left"
