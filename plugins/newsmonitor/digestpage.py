"""One digest, counted and as a page: stories in, HTML out. Pure.

The page is an e-mail first: tables and inline styles, each picture beside its numbers. What it may weigh is an
argument, for Gmail cuts off what is longer than 102 kB.
"""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from newsmonitor.alertforms import RULE, SOFT, direction_in, document, escape, link, moment
from newsmonitor.alerts import About, Copy, headline, lead, time_of, why
from newsmonitor.charts import SERIES, Column, Spot, crowd, framed, place_map, sheet, timeline
from newsmonitor.harmless import address, stranger
from newsmonitor.records import Match, Story

_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)
_LONGEST_HOURLY = timedelta(hours=49)
_SHORTEST_SHOWN = timedelta(hours=6)
_MOST_COLUMNS = 93
# A timeline has five colours, the last for the rest.
_MOST_KINDS = 5
_MOST_BARS, _MOST_ALSO, _MOST_BROKEN = 12, 8, 20
# Text that nobody reads to the end is left to the page of the digest.
_MOST_NAMES = 60
# So many are seen without a list of contents.
_FEW = 5
_ENTRIES_IN_FULL = 500
_SOFT = ' class="nm-soft"'
# ISO 639-1; of another language the code says enough.
_LANGUAGES = {
    "ar": "Arabic", "be": "Belarusian", "bg": "Bulgarian", "bn": "Bengali", "cs": "Czech", "da": "Danish",
    "de": "German", "el": "Greek", "en": "English", "es": "Spanish", "et": "Estonian", "fa": "Persian",
    "fi": "Finnish", "fr": "French", "he": "Hebrew", "hi": "Hindi", "hr": "Croatian", "hu": "Hungarian",
    "id": "Indonesian", "it": "Italian", "ja": "Japanese", "ka": "Georgian", "kk": "Kazakh", "ko": "Korean",
    "lt": "Lithuanian", "lv": "Latvian", "nl": "Dutch", "no": "Norwegian", "pl": "Polish", "pt": "Portuguese",
    "ro": "Romanian", "ru": "Russian", "sk": "Slovak", "sl": "Slovenian", "sr": "Serbian", "sv": "Swedish",
    "sw": "Swahili", "tr": "Turkish", "uk": "Ukrainian", "ur": "Urdu", "vi": "Vietnamese", "zh": "Chinese",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokenFeed:
    """A feed that broke in the period: whose, since when, and what is wrong, in words."""

    outlet: str
    since: datetime
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """What matched a rule in (since, until], the most widely told first; times are shown in the zone and in UTC.

    topic_id is None where the rule asks for any topic. reason: why it is a digest, where it was to be single alerts.
    """

    rule: str
    topic_id: str | None
    topic: str | None
    since: datetime
    until: datetime
    zone: ZoneInfo
    told: tuple[About, ...]
    broken: tuple[BrokenFeed, ...] = ()
    reason: str | None = None
    link: str | None = None

    @property
    def period(self) -> str:
        """How long it is: `24 hours`, `7 days`."""
        return span(self.until - self.since)

    @property
    def languages(self) -> list[tuple[str, int]]:
        """The languages in words with their stories, the most frequent first."""
        return _ranked(language_name(each.story) for each in self.told)

    @property
    def outlets(self) -> list[tuple[str, int, int]]:
        """Each outlet with the stories it is told with and those it ran also, the most frequent first."""
        first = Counter(each.story.outlet for each in self.told)
        also = Counter(outlet for each in self.told for outlet in each.outlets if outlet != each.story.outlet)
        names = sorted({*first, *also}, key=lambda name: (-first[name] - also[name], -first[name], name))
        return [(name, first[name], also[name]) for name in names]

    @property
    def places(self) -> list[tuple[str, int]]:
        """The places named with the number of stories, the most frequent first; also those without a point."""
        return _ranked(
            name
            for each in self.told
            for name in {m.name or m.term for m in self._place_matches(each).values()}
        )

    @property
    def spots(self) -> list[Spot]:
        """The places that have coordinates, each with the stories that name it."""
        stories: dict[str, set[str]] = {}
        points: dict[str, Match] = {}
        for each in self.told:
            for place_id, match in self._place_matches(each).items():
                if match.latitude is not None and match.longitude is not None:
                    points.setdefault(place_id, match)
                    stories.setdefault(place_id, set()).add(each.story.story_id)
        return [
            Spot(
                name=stranger(match.name or match.term, 60),
                latitude=match.latitude or 0.0,
                longitude=match.longitude or 0.0,
                stories=frozenset(stories[place_id]),
            )
            for place_id, match in points.items()
        ]

    def _place_matches(self, told: About) -> dict[str, Match]:
        return {
            match.place_id: match
            for match in reversed(told.story.matches)
            if match.role == "place"
            and match.counted
            and match.place_id
            and self.topic_id in (None, match.topic)
        }

    @property
    def columns(self) -> list[Column]:
        """The stories by step of time and language; what came out before the first step is in none."""
        kinds = self.kinds
        starts = _steps(self.shown_since, self.until, self.zone)
        counts: list[Counter[str]] = [Counter() for _ in starts]
        for each in self.told:
            at = appeared_at(each)
            number = sum(start <= at for start in starts) - 1
            if number >= 0 and at <= self.until:
                name = language_name(each.story)
                counts[number][name if name in kinds else kinds[-1]] += 1
        return [Column(start=start, counts=count) for start, count in zip(starts, counts, strict=True)]

    @property
    def kinds(self) -> list[str]:
        """The languages that a timeline tells apart, the most frequent first, and the rest under one name."""
        names = [name for name, _ in self.languages]
        return names if len(names) <= _MOST_KINDS else [*names[: _MOST_KINDS - 1], "other"]

    @property
    def shown_since(self) -> datetime:
        """When the timeline begins: what was found within minutes may have come out in the hours before."""
        earliest = min((appeared_at(each) for each in self.told), default=self.since)
        return min(self.since, max(earliest, self.until - _DAY), self.until - _SHORTEST_SHOWN)

    @property
    def is_hourly(self) -> bool:
        """Whether the steps of the timeline are hours."""
        return self.until - self.shown_since <= _LONGEST_HOURLY

    @property
    def undrawn_count(self) -> int:
        """How many stories came out before the timeline begins, and were found in the period."""
        return len(self.told) - sum(column.total for column in self.columns)


def page(digest: Digest, *, most_bytes: int | None = None) -> str:
    """The digest as an HTML document of at most so many bytes; None: as long as 500 stories in full make it.

    What does not fit in full is told with the headline only, and what does not fit so is counted. The frame, the
    pictures and the tables take up to 35 kB, whatever the limit.
    """
    head = [_head(digest)]
    tail: list[str] = []
    if digest.told:
        head += [_timeline(digest), _map(digest), _h2("Stories", "stories")]
        tail = [_counts(digest)]
    tail.append(_broken(digest))
    frame = _document(digest, "".join([*head, *tail]))
    room = None if most_bytes is None else most_bytes - len(frame.encode()) - 400
    stories = _stories(digest, room) if digest.told else ""
    return _document(digest, "".join([*head, stories, *tail]))


def _document(digest: Digest, body: str) -> str:
    rule = escape(stranger(digest.rule))
    foot = (
        f"newsmonitor, the digest of the rule {rule}. A story counts once, with whoever ran it first; who ran it also "
        "is told beside it."
    )
    dark = f"@media (prefers-color-scheme:dark){{.nm-bar{{background:{SERIES[0][1]}!important}}}}"
    style = f"h3 a{{text-decoration:none}}{dark}"
    return document(
        title_of(digest), body, lang="en", preview=summary(digest), footer_html=foot, style=style, width=640
    )


def title_of(digest: Digest) -> str:
    """The title: whose digest, how many stories, how long a time, in which languages."""
    languages = ", ".join(f"{name} {count:,}" for name, count in digest.languages[:3])
    more = ", …" if len(digest.languages) > 3 else ""
    count = many(len(digest.told), "story", "stories") if digest.told else "no story"
    said = f"{stranger(digest.rule)}: {count} in {digest.period}"
    return f"{said} ({languages}{more})" if languages else said


def summary(digest: Digest) -> str:
    """The counts in a sentence."""
    if not digest.told:
        return "Nothing matched."
    copies = sum(max(len(each.copies) - 1, 0) for each in digest.told)
    repeated = f", repeated {many(copies, 'time')}" if copies else ""
    languages = ", ".join(f"{name} {count:,}" for name, count in digest.languages[:_MOST_BARS])
    outlets = many(len(digest.outlets), "outlet")
    return f"{many(len(digest.told), 'story', 'stories')}{repeated}, at {outlets}. {languages}."


def period(digest: Digest) -> str:
    """From when to when, in the zone and in UTC."""
    return f"{digest.since.astimezone(digest.zone):%Y-%m-%d %H:%M} to {moment(digest.until, digest.zone)}"


def _head(digest: Digest) -> str:
    count = many(len(digest.told), "story", "stories") if digest.told else "No story"
    parts = [
        f'<p class="nm-soft" style="margin:0;font-size:14px;color:{SOFT}">{escape(stranger(digest.rule))}</p>',
        '<h1 class="nm-head" style="margin:2px 0 8px;font-size:28px;line-height:1.2">'
        f"{count} in {digest.period}</h1>",
    ]
    if digest.reason:
        parts.append(
            f'<p class="nm-rule" style="margin:0 0 10px;padding:2px 0 2px 12px;border-left:4px solid {SERIES[1][0]}">'
            f"{escape(stranger(digest.reason))}</p>"
        )
    if digest.topic:
        parts.append(_p(escape(stranger(digest.topic))))
    parts.append(_p(escape(period(digest)), soft=True))
    parts.append(_p(escape(summary(digest))))
    desk = address(digest.link)
    links = [link(desk, "Open it on the desk")] if desk else []
    if len(digest.told) > _FEW:
        links += [link(f"#{name.lower()}", name) for name in ("Stories", "Outlets", "Feeds")]
    parts.append(_p(" · ".join(links)) if links else "")
    return "".join(parts)


def _timeline(digest: Digest) -> str:
    step = "hour" if digest.is_hourly else "day"
    columns, kinds = digest.columns, digest.kinds
    highest = max(columns, key=lambda column: column.total)
    city = digest.zone.key.rpartition("/")[2].replace("_", " ")
    zone = city if city == "UTC" else f"{city} time"
    said = f"Most: {many(highest.total, 'story', 'stories')}, {_step(highest.start, digest)}."
    chart = timeline(
        columns,
        kinds,
        chart_id="nm-timeline",
        title=f"Stories by {step} and language",
        desc=f"{said} {zone}. The numbers follow.",
        is_hourly=digest.is_hourly,
    )
    left = digest.undrawn_count
    before = f" Not in it: {many(left, 'story', 'stories')} that came out before." if left else ""
    numbers = "; ".join(
        f"{_step(column.start, digest)} <b>{column.total:,}</b> "
        f"({escape(', '.join(f'{kind} {column.counts[kind]:,}' for kind in kinds if column.counts.get(kind)))})"
        for column in columns
        if column.total
    )
    note = _p(escape(f"By {step}, {zone}. {said}{before}"), soft=True, above="8px")
    return f"{_h2('When', 'when')}{sheet()}{framed(chart)}{note}{_details('The numbers', numbers)}"


def _map(digest: Digest) -> str:
    places, spots = digest.places, digest.spots
    if not places:
        return _h2("Where", "where") + _p("No place of the topic is named.", soft=True)
    pictures = ""
    if spots:
        desc = "North is up; the size of a dot is the number of stories. The table below has the numbers."
        pictures = framed(place_map(spots, chart_id="nm-map", title="The places named", desc=desc))
        if near := crowd(spots):
            title = f"The places around {max(near, key=lambda spot: len(spot.stories)).name}"
            nearer = place_map(near, chart_id="nm-near", title=title, desc=desc)
            pictures += framed(f"{_h3(escape(title), below=8)}{nearer}")
    note = "Stories that name a place of the topic; a story may name several."
    missing = len(places) - len({spot.name for spot in spots})
    if missing > 0:
        note += f" {many(missing, 'place')} without coordinates, in the table only."
    table = _bars([(stranger(name, 60), count, f"{count:,}") for name, count in places])
    return f"{_h2('Where', 'where')}{pictures}{_p(escape(note), soft=True, above='8px')}{table}"


def _stories(digest: Digest, room: int | None) -> str:
    """As many stories in full as leave room for the headlines of the rest; where they do not fit, some of those."""
    shorts = [_in_short(each, digest.zone) for each in digest.told]
    # Of five hundred headlines some give way to the first stories in full.
    left = math.inf if room is None else room - min(len("".join(shorts).encode()), room * 2 / 3)
    full: list[str] = []
    for told in digest.told[:_ENTRIES_IN_FULL]:
        entry = _in_full(told, digest.zone)
        left += len(shorts[len(full)].encode()) - len(entry.encode())
        if left < 0:
            break
        full.append(entry)
    spare = math.inf if room is None else room - len("".join(full).encode())
    listed: list[str] = []
    for line in shorts[len(full) :]:
        spare -= len(line.encode())
        if spare < 0:
            break
        listed.append(line)
    missing = len(digest.told) - len(full) - len(listed)
    desk = address(digest.link)
    more = f"And {many(missing, 'more story', 'more stories')}."
    if desk:
        more += f" {link(desk, 'All of them')}"
    in_short = f'<ul style="margin:22px 0 0;padding-left:20px">{"".join(listed)}</ul>' if listed else ""
    return f"{''.join(full)}{in_short}{_p(more, above='8px') if missing else ''}"


def _in_full(told: About, zone: ZoneInfo) -> str:
    story = told.story
    facts = [stranger(story.outlet, 80), time_of(story, zone), told.level or "no level", language_name(story)]
    others = also_at(told)
    also = ", ".join(
        f"{link(address(copy.url), escape(stranger(copy.outlet, 80)))} ({delay(after)})"
        for copy, after in others[:_MOST_ALSO]
    )
    lines = [f"Why: {escape(stranger(why(story), 300))}"]
    if others:
        more = len(others) - _MOST_ALSO
        lines.append(f"Also at {also}{f' and {more:,} more' if more > 0 else ''}")
    on_desk = f" · {link(told.page_url, 'on the desk')}" if told.page_url else ""
    return (
        f"{_h3(_headline(told))}{_p(escape(' · '.join(facts)) + on_desk, soft=True)}{_written(lead(story), story)}"
        f"{_p('<br>'.join(lines), soft=True)}"
    )


def _in_short(told: About, zone: ZoneInfo) -> str:
    others = len(told.outlets) - 1
    also = f", also at {many(others, 'outlet')}" if others else ""
    facts = f"{stranger(told.story.outlet, 80)}, {time_of(told.story, zone)}{also}"
    return f'<li style="margin-bottom:5px">{_headline(told)}<br>{escape(facts)}</li>'


def _headline(told: About) -> str:
    words = headline(told.story)
    return f"<span{_language(told.story, words)}>{link(address(told.story.url), escape(words))}</span>"


def _written(text: str, story: Story) -> str:
    return f'<p{_language(story, text)} style="margin:0 0 4px">{escape(text)}</p>' if text else ""


def _language(story: Story, text: str) -> str:
    """The attributes that say in which language and which way a text is written."""
    code = f' lang="{escape(story.language)}"' if story.language else ""
    return f'{code} dir="rtl"' if direction_in(text) == "rtl" else code


def _counts(digest: Digest) -> str:
    languages = _bars([(name, count, f"{count:,}") for name, count in digest.languages])
    outlets = _bars(
        [
            (stranger(name, 80), first + also, _outlet_count(first, also))
            for name, first, also in digest.outlets
        ]
    )
    note = "The stories told here by the outlet, and those of others that it ran also."
    return (
        f"{_h2('Languages', 'languages')}{languages}{_h2('Outlets', 'outlets')}{_p(note, soft=True)}{outlets}"
    )


def _outlet_count(first: int, also: int) -> str:
    return " + ".join([*([f"{first:,}"] if first else []), *([f"{also:,} also"] if also else [])])


def _broken(digest: Digest) -> str:
    if not digest.broken:
        return _h2("Feeds", "feeds") + _p("No feed broke in this time.", soft=True)
    items = "".join(
        f"<li>{escape(stranger(feed.outlet, 80))}: {escape(stranger(feed.words, 300))}, "
        f"since {escape(moment(feed.since, digest.zone))}</li>"
        for feed in digest.broken[:_MOST_BROKEN]
    )
    more = len(digest.broken) - _MOST_BROKEN
    items += f"<li>and {more:,} more</li>" if more > 0 else ""
    return f'{_h2("Feeds that broke", "feeds")}<ul style="margin:0;padding-left:20px;font-size:15px">{items}</ul>'


def _bars(rows: Sequence[tuple[str, int, str]]) -> str:
    """A table of names, bars and numbers; beyond twelve rows, the rest in a line."""
    most = max((count for _, count, _ in rows), default=0)
    bar = f'<div class="nm-bar" style="background:{SERIES[0][0]};height:11px;font-size:0;border-radius:2px;width:'
    cells = "".join(
        f'<tr><th scope="row" style="width:40%;padding:2px 10px 2px 0;font-weight:400;text-align:start">'
        f'{escape(name)}</th><td style="width:42%">{bar}{max(100 * count // most, 1)}%">&nbsp;</div></td>'
        f'<td align="right" style="padding-left:8px">{words}</td></tr>'
        for name, count, words in rows[:_MOST_BARS]
    )
    looks = 'width="100%" cellpadding="0" cellspacing="0" style="font-size:15px;line-height:1.3"'
    table = f"<table {looks}>{cells}</table>"
    if not (rest := rows[_MOST_BARS:]):
        return table
    named = ", ".join(f"{escape(name)} {words}" for name, _, words in rest[:_MOST_NAMES])
    more = f" and {len(rest) - _MOST_NAMES:,} more" if len(rest) > _MOST_NAMES else ""
    return f"{table}{_details(f'And {len(rest):,} more', named + more)}"


def _h2(words: str, name: str) -> str:
    return (
        f'<h2 id="{name}" class="nm-rule" style="margin:30px 0 12px;padding-top:14px;border-top:1px solid {RULE};'
        f'font-size:20px;line-height:1.3">{words}</h2>'
    )


def _h3(inside: str, *, below: int = 2) -> str:
    return f'<h3 style="margin:22px 0 {below}px;font-size:17px;line-height:1.35">{inside}</h3>'


def _p(inside: str, *, soft: bool = False, above: str = "0") -> str:
    looks = f";font-size:14px;color:{SOFT}" if soft else ""
    return f'<p{_SOFT if soft else ""} style="margin:{above} 0 5px{looks}">{inside}</p>'


def _details(words: str, inside: str) -> str:
    return (
        f'<details{_SOFT} style="margin:6px 0;font-size:14px;color:{SOFT}"><summary>{words}</summary>'
        f"{inside}</details>"
    )


def _step(start: datetime, digest: Digest) -> str:
    return f"{start.day} {start:%b %H:%M}" if digest.is_hourly else f"{start.day} {start:%b}"


def appeared_at(told: About) -> datetime:
    """When a story came out; where that is not known to the minute, when we saw it."""
    own = (copy.appeared_at for copy in told.copies if copy.story_id == told.story.story_id)
    return next(own, told.story.seen_at)


def also_at(told: About) -> list[tuple[Copy, timedelta]]:
    """What each other outlet ran first of the group, and how long after the story that is told (before: negative)."""
    first: dict[str, Copy] = {}
    for copy in told.copies:
        first.setdefault(copy.outlet, copy)
    start = appeared_at(told)
    return [(copy, copy.appeared_at - start) for name, copy in first.items() if name != told.story.outlet]


def span(length: timedelta) -> str:
    """About how long, in words: `40 minutes`, `24 hours`, `7 days`."""
    if length >= 2 * _DAY:
        return many(round(length / _DAY), "day")
    if length == _HOUR or length >= 2 * _HOUR:
        return many(round(length / _HOUR), "hour")
    return many(max(round(length / timedelta(minutes=1)), 1), "minute")


def delay(length: timedelta) -> str:
    """How long after another: `+2 h`; before: `−10 min`."""
    sign, length = ("−", -length) if length < timedelta(0) else ("+", length)
    if length >= 2 * _DAY:
        return f"{sign}{length // _DAY} d"
    return f"{sign}{length // _HOUR} h" if length >= _HOUR else f"{sign}{length // timedelta(minutes=1)} min"


def many(count: int, one: str, more: str | None = None) -> str:
    """A number of things in words: `1 story`, `2 stories`."""
    return f"{count:,} {one if count == 1 else more or one + 's'}"


def language_name(story: Story) -> str:
    """The language of a story in words, or its code."""
    code = story.language or ""
    return _LANGUAGES.get(code, stranger(code, 20) or "language unknown")


def _ranked(names: Iterable[str]) -> list[tuple[str, int]]:
    return sorted(Counter(names).items(), key=lambda item: (-item[1], item[0]))


def _steps(since: datetime, until: datetime, zone: ZoneInfo) -> list[datetime]:
    """When each step of a timeline begins: hours, or days of the zone, as many to a step as keep them few."""
    first = since.astimezone(zone).replace(minute=0, second=0, microsecond=0)
    if until - since <= _LONGEST_HOURLY:
        # Counted in UTC: in the zone, an hour may be missing or come twice.
        start, starts = first.astimezone(UTC), []
        while start < until:
            starts.append(start.astimezone(zone))
            start += _HOUR
        return starts
    days = (until.astimezone(zone).date() - first.date()).days + 1
    width = next((n for n in (1, 7, 28, 91, 364) if days <= n * _MOST_COLUMNS), 3640)
    midnight = first.replace(hour=0)
    starts = [midnight + timedelta(days=n) for n in range(0, days, width)]
    return [start for start in starts if start < until]
