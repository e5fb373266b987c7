"""The rows of every table, declared once: the Parquet schemas and docs/tables.md come from these classes.

Words: a feed has entries; an entry announces a page; a page is read into a story; a story that repeats
another is a copy; a story and its copies are a group. Columns: `_at` is a time in UTC, `_url` absolute,
`_id` text (the hash of the natural key), `is_` boolean, `_count` an integer; null means unknown. Three kinds
of time are never mixed: theirs (published_at), ours (seen_at, fetched_at), the run's (the day of the file).
"""

from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any, ClassVar, NewType

UInt32 = NewType("UInt32", int)

# The values of stories.extraction where the text is not the page's, as a list of SQL.
STAND_INS = "('feed', 'summary', 'title', 'none')"

EXTRA = "room for what later versions learn, as a JSON object"


def _is(doc: str) -> Any:
    return field(metadata={"doc": doc})


def _maybe(doc: str) -> Any:
    return field(default=None, metadata={"doc": doc})


def _many(doc: str) -> Any:
    return field(default=(), metadata={"doc": doc})


def identify(*parts: str) -> str:
    """The id of a natural key: the first 32 hexadecimal digits of its SHA-256."""
    return sha256("\x1f".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """One line of the feed list."""

    url: str
    outlet: str
    kind: str = "feed"
    country: str | None = None
    language: str | None = None
    title: str | None = None
    category: str | None = None
    robots: str = "obey"


@dataclass(frozen=True, slots=True, kw_only=True)
class Announced:
    """What a feed said of a page before it was fetched: evidence when the page is read."""

    url: str | None = None
    title: str | None = None
    text: str | None = None
    byline: tuple[str, ...] = ()
    published_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Poll:
    """One poll of one feed."""

    TABLE: ClassVar[str] = "polls"
    KEY: ClassVar[tuple[str, ...]] = ("feed_url",)

    feed_url: str = _is("address in the feed list")
    domain: str | None = _maybe("registered domain of the address: its feeds wait together")
    polled_at: datetime = _is("time of the run that polled it")
    outcome: str = _is("new (a new body), same (the body of last time), unchanged (HTTP 304), failed")
    asked_url: str | None = _maybe(
        "address asked, where it is not feed_url: a permanent move, or a page's feed"
    )
    final_url: str | None = _maybe("address after redirects")
    http_status: int | None = _maybe("status of the last answer")
    is_full: bool = field(
        default=False, metadata={"doc": "asked without validators: first, or to catch a liar"}
    )
    etag: str | None = _maybe("validator to send next time")
    last_modified: str | None = _maybe("validator to send next time")
    body_sha256: str | None = _maybe("hash of the body's bytes")
    entry_count: int | None = _maybe("entries in the feed")
    new_count: int | None = _maybe("entries never seen before this run")
    held_count: int | None = _maybe("of those, old ones that came as new in a storm: stored, alert nobody")
    elapsed_ms: int | None = _maybe("milliseconds from request to last byte")
    byte_count: int | None = _maybe("bytes of the decoded body")
    failure_class: str | None = _maybe(
        "dns, dns_temporary, connection, tls, timeout, http_4xx, http_5xx, throttled (429, 503), gone (410), "
        "not_a_feed, empty, too_large, robots, ..."
    )
    error: str | None = _maybe("what went wrong, in words")
    failure_count: int = field(default=0, metadata={"doc": "failures in a row, this one included"})
    failing_since: datetime | None = _maybe("time of the first of them")
    next_poll_at: datetime | None = _maybe("not asked again before this time")
    hold_until: datetime | None = _maybe("until then no feed or page of the domain is asked (429, 503)")
    pace_seconds: int | None = _maybe(
        "wait the feed asks for (ttl, sy:updatePeriod), unless its own dates belie it"
    )
    span_seconds: int | None = _maybe("time from the oldest to the newest entry in the feed")
    last_full_at: datetime | None = _maybe("time of the last whole answer")
    last_new_at: datetime | None = _maybe("time an entry was last new; at first the time of the first poll")
    is_lying: bool = field(
        default=False, metadata={"doc": "its validators stayed while its body changed: no longer sent"}
    )
    moved_url: str | None = _maybe(
        "where permanent redirects lead (301, 308), or the feed that the page announces"
    )
    moved_count: int = field(
        default=0, metadata={"doc": "polls in a row that were led there; from 10 on it is asked"}
    )
    suggested_url: str | None = _maybe("address that the feed list should have instead")
    hub_urls: tuple[str, ...] = _many("WebSub hubs that the feed names")
    extra: str | None = _maybe(EXTRA)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One item of a feed, at first sight."""

    TABLE: ClassVar[str] = "entries"
    KEY: ClassVar[tuple[str, ...]] = ("entry_id",)

    entry_id: str = _is("hash of feed_url and guid (or the link, or the title, where there is none)")
    feed_url: str = _is("feed that announced it")
    outlet: str = _is("who publishes, from the feed list")
    country: str | None = _maybe("seat of the outlet, from the feed list (ISO 3166 alpha-2)")
    guid: str | None = _maybe("the feed's own id of the item")
    entry_url: str | None = _maybe("link as announced")
    canonical_url: str | None = _maybe("link without tracking parameters, in normal form")
    title: str | None = _maybe("headline, plain text")
    summary: str | None = _maybe("description, plain text")
    content: str | None = _maybe("full text in the feed, plain text")
    byline: tuple[str, ...] = _many("names of the authors")
    categories: tuple[str, ...] = _many("the feed's own labels")
    language: str | None = _maybe("language the feed or the feed list names (ISO 639-1)")
    image_url: str | None = _maybe("picture the feed shows")
    published_at: datetime | None = _maybe("publication time the feed gives")
    updated_at: datetime | None = _maybe("time of the last change the feed gives")
    seen_at: datetime = _is("time of the run that saw it first")
    is_backlog: bool = _is("stored, but alerts nobody; backlog_reason says why")
    backlog_reason: str | None = _maybe(
        "first poll (stood there before us), storm (old, came as new with many)"
    )
    extra: str | None = _maybe(EXTRA)

    # Workers hand over thirty at a time, and what dataclasses write for pickle asks for the fields at each.
    def __reduce__(self) -> tuple[Any, ...]:
        return _entry, tuple(getattr(self, name) for name in self.__slots__)


def _entry(*values: Any) -> Entry:
    entry = object.__new__(Entry)
    for name, value in zip(Entry.__slots__, values, strict=True):
        object.__setattr__(entry, name, value)
    return entry


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One look at the address of one entry, and what was read from it."""

    TABLE: ClassVar[str] = "pages"
    KEY: ClassVar[tuple[str, ...]] = ("entry_id",)

    entry_id: str = _is("entry that announced it")
    domain: str | None = _maybe("registered domain of the last address")
    requested_url: str | None = _maybe("address asked for")
    final_url: str | None = _maybe("address after redirects")
    http_status: int | None = _maybe("status of the last answer")
    outcome: str = _is(
        "read (text found), no_text, wall (something else answered for the article), failed, "
        "known (another entry has this address), no_address"
    )
    failure_class: str | None = _maybe(
        "as in polls, or extraction_failed, not_html; of a wall its kind: bot_check, geo_block, consent, paywall, "
        "login, soft_404, homepage, script_only, same_text (many addresses of the site give this very text)"
    )
    error: str | None = _maybe("what went wrong, in words")
    fetched_at: datetime = _is("time the answer was complete; the run's time where nothing was asked")
    elapsed_ms: int | None = _maybe("milliseconds from request to last byte")
    byte_count: int | None = _maybe("bytes of the decoded body")
    content_type: str | None = _maybe("media type the server named")
    archive_ref: str | None = _maybe(
        "where the captured page is: file#offset:sha256-… of the body, under warehouse/archive"
    )
    canonical_url: str | None = _maybe("final_url in normal form")
    named_url: str | None = _maybe("address that the page names as its own (canonical, og:url)")
    title: str | None = _maybe("headline of the page")
    byline: tuple[str, ...] = _many(
        "names of the authors; the outlet or an agency only where nobody else is named"
    )
    text: str | None = _maybe(
        "article text, paragraphs separated by line breaks; of a paywall, what it shows"
    )
    text_sha256: str | None = _maybe("hash of the normalised text")
    line_ids: tuple[UInt32, ...] = _many("of each paragraph a hash: by these is learnt what a site repeats")
    summary: str | None = _maybe("the page's own description")
    language: str | None = _maybe("language of the text (ISO 639-1)")
    language_confidence: float | None = _maybe("how sure that is, 0 to 1")
    published_at: datetime | None = _maybe("publication time the page gives")
    published_from: str | None = _maybe("where that time stands: json-ld, meta, time, htmldate")
    is_day_only: bool = field(
        default=False, metadata={"doc": "the page gives the day of publication, not the time: midnight UTC"}
    )
    modified_at: datetime | None = _maybe("time of the last change the page gives")
    site_name: str | None = _maybe("name the site gives itself")
    section: str | None = _maybe("the site's own label of the part it stands in")
    image_url: str | None = _maybe("main picture")
    extraction: str | None = _maybe(
        "how the text was found: blocks (those that a model takes for the article), trafilatura (where the model "
        "is not sure), json-ld (where the page states more), plain (no HTML)"
    )
    attempt: int = field(default=1, metadata={"doc": "first look is 1"})
    next_try_at: datetime | None = _maybe("a passing failure: looked at again after this time")
    hold_until: datetime | None = _maybe("until then no feed or page of the domain is asked (429, 503)")
    extra: str | None = _maybe(EXTRA)


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """One piece of evidence for a topic, also what was ruled out."""

    topic: str = _is("id of the topic file")
    term: str = _is("term of the topic file that was found")
    role: str = _is("anchor, place, context, event, actor or sense")
    name: str | None = _maybe("name of the list of the topic file that holds the term; of the place")
    sense: str | None = _maybe("the other meaning that ruled the mention out")
    counted: bool = _is("false: found, but ruled out")
    field: str = _is("title, lead or body")
    start: int = _is("first character, counted in title (field title) or text (lead, body)")
    end: int = _is("character after the last")
    snippet: str = _is("words around it")
    place_id: str | None = _maybe("id in the gazetteer")
    latitude: float | None = _maybe("degrees, WGS 84")
    longitude: float | None = _maybe("degrees, WGS 84")
    acled: str | None = _maybe("of an event: what ACLED calls it, event type / sub-event type")
    points: float = _is("what it adds to the score")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tag:
    """What one topic makes of a story, also where that is no level; the parts times the factor are the score."""

    topic: str = _is("id of the topic file")
    level: str | None = _maybe("main, mention; null: neither, though something was found")
    filed_level: str | None = _maybe(
        "its level when the story was filed; alerts go by it, and what newer rules found later alerts nobody"
    )
    score: float = _is("points")
    title_points: float = _is("for the best mention in the headline")
    lead_points: float = _is("for the best mention in the first words of the text")
    body_points: float = _is("for the mentions below")
    place_points: float = _is("for different places")
    context_points: float = _is("for words of the matter near a mention")
    factor: float = _is("what their sum is multiplied by")
    reason: str | None = _maybe("why that is not 1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """One article, first version: the table people query."""

    TABLE: ClassVar[str] = "stories"
    KEY: ClassVar[tuple[str, ...]] = ("story_id",)

    story_id: str = _is("the entry_id it came from: every entry ends as one story")
    entry_id: str = _is("entry that announced it")
    url: str | None = _maybe("address to open")
    canonical_url: str | None = _maybe("address in normal form")
    outlet: str = _is("who publishes")
    country: str | None = _maybe("seat of the outlet (ISO 3166 alpha-2)")
    feed_url: str = _is("feed that announced it")
    title: str | None = _maybe("headline")
    byline: tuple[str, ...] = _many("names of the authors")
    language: str | None = _maybe("language of the text (ISO 639-1)")
    language_confidence: float | None = _maybe("how sure that is, 0 to 1; null: the feed says so")
    published_at: datetime | None = _maybe("their time of publication")
    published_from: str | None = _maybe("where that time came from: json-ld, meta, time, htmldate, feed")
    is_day_only: bool = field(
        default=False, metadata={"doc": "the day of publication is known, not the time: midnight UTC"}
    )
    modified_at: datetime | None = _maybe("their time of the last change")
    seen_at: datetime = _is("time of the run that saw its entry first")
    fetched_at: datetime | None = _maybe("time its page was complete")
    filed_at: datetime = _is("time of the run that filed it")
    refiled_at: datetime | None = _maybe("time its page was read at last, or again, and the story with it")
    text: str | None = _maybe("article text, paragraphs separated by line breaks")
    text_sha256: str | None = _maybe("hash of the normalised text")
    word_count: int | None = _maybe("words of the text")
    summary: str | None = _maybe("description of the page or the feed")
    site_name: str | None = _maybe("name the site gives itself")
    section: str | None = _maybe("the site's own label of the part it stands in")
    image_url: str | None = _maybe("main picture")
    extraction: str = _is(
        "where the text came from: the page (as in pages: blocks, trafilatura, json-ld, plain), else feed, "
        "summary, title, none"
    )
    group_id: str = _is("story_id of the group's first story, or the id of the seed document")
    copy_of: str | None = _maybe("story_id, or id of the seed document, that it repeats; null: no copy")
    copy_kind: str | None = _maybe(
        "url (the same address), exact (the same text), near (nearly the same text, or part of it), seed (a text of "
        "the seed corpus); headline: no copy, but nearly the headline of similar_id"
    )
    similarity: float | None = _maybe(
        "share of the shorter text that the other has, 0 to 1; of headline, share of the letters"
    )
    shared_share: float | None = _maybe("share of this text that stands in what it repeats, 0 to 1")
    kept_share: float | None = _maybe("share of what it repeats that stands in this text, 0 to 1")
    added_count: int | None = _maybe("words that it adds to what it repeats")
    added_text: str | None = _maybe("the sentences that it adds, up to 600 characters")
    similar_id: str | None = _maybe(
        "story that had nearly the same headline within a day; no copy follows from it"
    )
    topics: tuple[str, ...] = _many("topics it is about or mentions")
    tags: tuple[Tag, ...] = _many(
        "level and score by each topic of which something was found, also too little"
    )
    level: str | None = _maybe("highest level of any topic: main or mention")
    topic_score: float | None = _maybe("highest score of any topic")
    places: tuple[str, ...] = _many("ids of the places found")
    events: tuple[str, ...] = _many("kinds of event named near a mention, by the topic file")
    actors: tuple[str, ...] = _many("armies, ministries, people named near a mention, by the topic file")
    matches: tuple[Match, ...] = _many("the evidence")
    fingerprint: tuple[UInt32, ...] = _many(
        "sampled hashes of its word triples, by which later copies are found; empty: a copy itself, or too short"
    )
    archive_ref: str | None = _maybe(
        "where the captured page is: file#offset:sha256-… of the body, under warehouse/archive"
    )
    is_backlog: bool = _is("stood in the feed at its first poll, or held back in a storm: alerts nobody")
    is_late_match: bool = field(
        default=False,
        metadata={
            "doc": "a topic has it, or has it at its level, only since newer rules: alerts go by tags.filed_level"
        },
    )
    extra: str | None = _maybe(EXTRA)


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupLink:
    """Two groups that were found to be one, after both were given; the view `members` heeds it."""

    TABLE: ClassVar[str] = "group_links"
    KEY: ClassVar[tuple[str, ...]] = ("group_id",)

    group_id: str = _is("group that is part of another")
    into_group_id: str = _is("the other, which was there first; never itself part of a third")
    story_id: str = _is("story that showed it")
    reason: str = _is(
        "url (its address is one group's, its text the other's), exact, near (its text came late, or was read anew)"
    )
    similarity: float | None = _maybe("share of the shorter text that the other has, 0 to 1")
    linked_at: datetime = _is("time of the run that found it")
    extra: str | None = _maybe(EXTRA)


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """A later version of a story: the same address with another text or headline."""

    TABLE: ClassVar[str] = "revisions"
    KEY: ClassVar[tuple[str, ...]] = ("story_id", "number")

    story_id: str = _is("story that was revised; its row keeps the first version")
    number: int = _is("1 is the first later version")
    url: str | None = _maybe("address it was read at")
    outlet: str = _is("who publishes")
    found_at: datetime = _is("time of the run that found it")
    found_by: str = _is("recheck (looked at again), entry (announced again, by this feed or another)")
    fetched_at: datetime | None = _maybe("time the new version was complete")
    modified_at: datetime | None = _maybe("time of the last change that the page gives")
    title: str | None = _maybe("headline now")
    title_before: str | None = _maybe("headline of the version before")
    is_title_changed: bool = _is("whether the headline differs by more than case and punctuation")
    text: str | None = _maybe(
        "text now, paragraphs separated by line breaks; behind a paywall, as it was known"
    )
    text_sha256: str | None = _maybe("hash of the normalised text")
    word_count: int | None = _maybe("words of the text")
    added_count: int = _is("words that the version before has not")
    removed_count: int = _is("words that only the version before has")
    numbers: tuple[str, ...] = _many("numbers that were changed, as `12 → 15`")
    diff: str = _is(
        "what changed, for people: a line for each paragraph, [-removed-] and {+added+} in it, as git has it"
    )
    archive_ref: str | None = _maybe("where the captured page is, as in pages")
    extra: str | None = _maybe(EXTRA)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recheck:
    """One later look at the page of a matching story, whatever it gave."""

    TABLE: ClassVar[str] = "rechecks"
    KEY: ClassVar[tuple[str, ...]] = ("story_id", "look")

    story_id: str = _is("story that was looked at")
    look: int = _is("1 an hour after it was filed, 2 after six, 3 after a day")
    checked_at: datetime = _is("time of the run that looked")
    outcome: str = _is(
        "same, revised, gone (the article was taken down: 404, 410, or a page that says so), wall, no_text, failed"
    )
    revision: int | None = _maybe("number of the revision that it found")
    final_url: str | None = _maybe("address after redirects; of a look that gave no page, the address asked")
    http_status: int | None = _maybe("status of the last answer")
    failure_class: str | None = _maybe(
        "as in pages, or cut_short (a small part of the text, and nothing new)"
    )
    error: str | None = _maybe("what went wrong, in words")
    fetched_at: datetime | None = _maybe("time the answer was complete")
    archive_ref: str | None = _maybe("where the captured page is, as in pages")
    hold_until: datetime | None = _maybe("until then no feed or page of the domain is asked (429, 503)")
    extra: str | None = _maybe(EXTRA)


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """One state change of one alert on one channel."""

    TABLE: ClassVar[str] = "alerts"
    KEY: ClassVar[tuple[str, ...]] = ("alert_id", "channel", "attempt", "state")

    alert_id: str = _is("hash of rule and group_id (of other kinds of rule, of what they tell of)")
    group_id: str | None = _maybe("story group it tells about; null: about none")
    story_id: str | None = _maybe("story it tells about; null: about none")
    rule: str = _is("name of the alert rule; of what the desk says of itself: storm, broken feeds, failure")
    channel: str = _is("where it goes; a name without secrets")
    state: str = _is(
        "began (the rule tells this channel from now on), owed (not taken yet, tried again), sent, failed (not taken "
        "for a day, given up), held (a failure of which somebody was told before)"
    )
    attempt: int = _is("first try is 1; 0: no try")
    tried_at: datetime = _is("time of the run that tried")
    next_try_at: datetime | None = _maybe("of owed: not tried again before this time")
    hold_until: datetime | None = _maybe(
        "until then nothing is sent to the channel: it asked for that (429, 503)"
    )
    told_by: str | None = _maybe("alert_id of the digest that told it; null: it had a message of its own")
    error: str | None = _maybe("what the channel said")
    extra: str | None = _maybe(EXTRA)


@dataclass(frozen=True, slots=True, kw_only=True)
class RobotsFile:
    """One look at the robots.txt of one host."""

    TABLE: ClassVar[str] = "robots"
    KEY: ClassVar[tuple[str, ...]] = ("origin",)

    origin: str = _is("scheme, host and port")
    fetched_at: datetime = _is("time of the run that looked")
    http_status: int | None = _maybe("status of the answer")
    rules: str | None = _maybe(
        "the text in force, of this look or of an earlier one; null: everything is allowed"
    )
    rules_at: datetime | None = _maybe("time of the look that gave the rules")
    failure_class: str | None = _maybe("as in polls")
    error: str | None = _maybe("why it could not be read, in words")
    failing_since: datetime | None = _maybe("time of the first look in a row that failed")
    expires_at: datetime = _is("looked at again after this time")
    extra: str | None = _maybe(EXTRA)


Row = Poll | Entry | Page | Story | GroupLink | Revision | Recheck | Alert | RobotsFile

TABLES: tuple[type[Row], ...] = (
    Poll,
    Entry,
    Page,
    Story,
    GroupLink,
    Revision,
    Recheck,
    Alert,
    RobotsFile,
)
