"""When a page says it was published and changed. Pure: a page's statements in, times with their zones out.

A statement is a day only where it has no hour, or no zone, for then it may be 14 hours off (aa.com.tr); also where
it is the first second of a day, which is how many sites write that they know no more. Pages often state the same
time several times and only once in full (n-tv.de): the full one is taken.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from itertools import islice
from typing import Any

from newsmonitor.feeddates import parse_date
from newsmonitor.linkeddata import LinkedArticle
from newsmonitor.pagefields import Meta, all_of, attributes_of

_PUBLISHED = (
    "articlepublishedtime", "ogarticlepublishedtime", "ogpublishedtime", "datepublished", "parselypubdate",
    "sailthrudate", "cxenseparserecspublishtime", "publishedtime", "publishedat", "publishdate", "pubdate",
    "dcdateissued", "dctermsissued", "dctermscreated", "dcdatecreated", "dcdate", "articlepublished",
    "rnewsdatepublished", "publicationdate", "publisheddate", "date",
)  # fmt: skip
_MODIFIED = (
    "articlemodifiedtime", "ogarticlemodifiedtime", "datemodified", "ogupdatedtime", "dctermsmodified", "lastmod",
    "lastmodified", "articleupdated", "articlemodified", "datelastmodified", "rnewsdatemodified",
)  # fmt: skip
_TIME = re.compile(r"<time(?=\s)([^<>]{1,1000})>", re.I)
# Small letters, as everybody writes it: a pattern of either case would cost a millisecond.
_ITEM = re.compile(r"itemprop=[\"']?date(?:[Pp]ublished|[Mm]odified)\b")
# Between the headline and the first paragraph; the first time elsewhere is often that of another article.
_BELOW_HEADLINE = 4_000
_LONGEST = 60
_LONGEST_TAG = 1_000
_MOST_ITEMS = 20
_EARLIEST, _LATEST = 1995, 2100
_FARTHEST_ZONE = timedelta(hours=14)
_NEAR = timedelta(days=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """One time that a page states, in the zone it states; where only the day is known, its midnight in UTC."""

    at: datetime
    source: str
    is_day_only: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Written:
    """A time as it is written, with its own zone or none."""

    at: datetime
    source: str

    @property
    def is_day_only(self) -> bool:
        return self.at.tzinfo is None or self.at.time() == time(0, 0)

    def stated(self) -> Stated:
        is_day_only = self.is_day_only
        at = datetime.combine(self.at, time(0, 0), UTC) if is_day_only else self.at
        return Stated(at=at, source=self.source, is_day_only=is_day_only)


def read_dates(
    linked: LinkedArticle, meta: Meta, markup: str, *, headline_ends: int, announced_at: datetime | None
) -> tuple[Stated | None, Stated | None]:
    """When it was published and when it was changed; headline_ends is where in the markup the headline does."""
    items = _items(markup)
    changed = _fullest(
        (
            ("json-ld", linked.article.get("dateModified")),
            *(("meta", value) for value in all_of(meta, _MODIFIED)),
            *(("time", value) for value in items["datemodified"]),
            ("json-ld", linked.page.get("dateModified")),
        )
    )
    published = _fullest(
        (
            ("json-ld", linked.article.get("datePublished")),
            *(("meta", value) for value in all_of(meta, _PUBLISHED)),
            ("json-ld", linked.article.get("dateCreated")),
            *(("time", value) for value in items["datepublished"]),
            ("time", _time_below(markup, headline_ends)),
            # Last: of a page that is no article, or of all the articles on it.
            ("json-ld", linked.page.get("datePublished")),
        )
    )
    changed_at = changed.stated() if changed else None
    if published is None:
        return None, changed_at
    if known := announced_at or _change_before(published, changed_at):
        published = _month_first(published, known)
    return published.stated(), changed_at


def _fullest(statements: Iterable[tuple[str, Any]]) -> _Written | None:
    """The first of the statements; where it has no hour or no zone, the first in full that can be the same time."""
    first: _Written | None = None
    for source, value in statements:
        if (at := _parsed(value)) is None:
            continue
        written = _Written(at=at, source=source)
        if first is None:
            first = written
        if not written.is_day_only and _may_be_same(first, written):
            return written
    return first


def _may_be_same(first: _Written, full: _Written) -> bool:
    """Whether a time without hour or zone, as some zone reads it, is this full one."""
    if not first.is_day_only:
        return first is full
    if first.at.time() == time(0, 0):
        return first.at.date() == full.at.date()
    return abs(first.at.replace(tzinfo=None) - full.at.astimezone(UTC).replace(tzinfo=None)) <= _FARTHEST_ZONE


def _change_before(published: _Written, changed: Stated | None) -> datetime | None:
    """When it was changed, where that is impossible: days before it was published."""
    return changed.at if changed and published.stated().at > changed.at + _NEAR else None


def _month_first(written: _Written, known: datetime) -> _Written:
    """It with day and month exchanged, where only that agrees with what is known (2024-01-06 for June the first)."""
    try:
        exchanged = written.at.replace(day=written.at.month, month=written.at.day)
    except ValueError:
        return written
    is_near = abs(exchanged.replace(tzinfo=UTC) - known) < _NEAR
    return _Written(at=exchanged, source=written.source) if is_near else written


def _items(markup: str) -> dict[str, list[str]]:
    """The times in microdata, by what they are."""
    items: dict[str, list[str]] = {"datepublished": [], "datemodified": []}
    for found in islice(_ITEM.finditer(markup), _MOST_ITEMS):
        start = markup.rfind("<", max(0, found.start() - _LONGEST_TAG), found.start())
        end = markup.find(">", found.end(), found.end() + _LONGEST_TAG)
        attributes = attributes_of(markup[start:end]) if -1 < start < end else {}
        value = attributes.get("content") or attributes.get("datetime")
        for name in attributes.get("itemprop", "").lower().split():
            if value and name in items:
                items[name].append(value)
    return items


def _time_below(markup: str, headline_ends: int) -> str | None:
    """The first time element below the headline."""
    element = _TIME.search(markup, headline_ends, headline_ends + _BELOW_HEADLINE)
    return attributes_of(element.group(1)).get("datetime") if element and headline_ends else None


def _parsed(value: Any) -> datetime | None:
    """A time with the zone that is written, or none; none before there was news on the web or far ahead."""
    if isinstance(value, list) and value:
        value = value[0]
    if not isinstance(value, str) or not 8 <= len(text := value.strip()) <= _LONGEST:
        return None
    found: datetime | None
    try:
        found = _from_number(text) if text.isdecimal() else datetime.fromisoformat(text)
    except (ValueError, OverflowError, OSError):
        found = _in_other_forms(text)
    return found if found is not None and _EARLIEST <= found.year < _LATEST else None


def _from_number(text: str) -> datetime:
    """A day as 20240806, or seconds or milliseconds since 1970."""
    if len(text) == 8:
        return datetime.strptime(text, "%Y%m%d").replace(tzinfo=UTC)
    return datetime.fromtimestamp(int(text) / (1000 if len(text) > 11 else 1), UTC)


def _in_other_forms(text: str) -> datetime | None:
    """As feeds and mails write it: Tue, 06 Aug 2024 10:00:00 +0300, or 6 августа 2024, 10:00."""
    found = parse_date(text)
    # What could take an offset and the name of a zone has neither.
    is_zoneless = all(parse_date(f"{text} {zone}") is not None for zone in ("+0100", "CET"))
    return found.replace(tzinfo=None) if found is not None and is_zoneless else found
