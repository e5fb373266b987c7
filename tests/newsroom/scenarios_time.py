"""Feeds and time: servers that want to be left alone, feeds that say how often they change, feeds long dead."""

from datetime import datetime, timedelta
from email.utils import format_datetime

from newsroom import scenarios as s
from newsroom.feedbytes import DAY, HOUR, MINUTE, NOON, newswire, page, rss, stories
from newsroom.feedsite import Behaviour, RawReply, Reply, Scenario, Visit

BODY = rss(stories(2, 1))


def between(begin: datetime, end: datetime, fault: Behaviour, well: Behaviour) -> Behaviour:
    """A fault from one time to another."""
    return lambda visit: fault(visit) if begin <= visit.now < end else well(visit)


def daily(visit: Visit) -> Reply | RawReply:
    """A story a day, and the last 120 of them in the feed."""
    return s.document(rss(newswire(visit.now, since=NOON - 2 * DAY, every=DAY, window=120)))(visit)


def throttled(code: int, retry_after: str | None) -> Behaviour:
    """Throttles once, at the second poll."""
    headers = {} if retry_after is None else {"Retry-After": retry_after}
    return s.in_turn(s.feed(2, 1), lambda visit: Reply(status=code, headers=headers), s.feed(3, 2, 1))


def at_date(wait: timedelta) -> str:
    """The time so long after the second poll, as a header says it."""
    return format_datetime(NOON + 10 * MINUTE + wait, usegmt=True)


def _throttled(name: str, seen: str, behaviour: Behaviour, hold: timedelta) -> tuple[Scenario, timedelta]:
    return Scenario(name=name, seen=seen, behaviour=behaviour), hold


# Each with how long nothing of its domain is asked.
THROTTLED = (
    _throttled("429 with seconds", "an hour", throttled(429, "3600"), HOUR),
    _throttled(
        "429 with a date",
        "as RFC 9110 allows; Media Cloud reads seconds only",
        throttled(429, at_date(2 * HOUR)),
        2 * HOUR,
    ),
    _throttled(
        "429 with a date that is over",
        "a server whose cache is old",
        throttled(429, at_date(-HOUR)),
        10 * MINUTE,
    ),
    _throttled("429 with nonsense", "words", throttled(429, "soon"), 10 * MINUTE),
    _throttled("429 without", "no word of how long", throttled(429, None), 10 * MINUTE),
    _throttled(
        "503 with a day", "Retry-After 86400 with 503 (Media Cloud's list)", throttled(503, "86400"), DAY
    ),
    _throttled("503 with ten days", "longer than is obeyed", throttled(503, "864000"), DAY),
    _throttled("503 without", "a site under repair", throttled(503, None), 10 * MINUTE),
)

# Feeds that are well again after a time, each with the class of its failure.
MONTHS = (
    (
        Scenario(
            name="404 for months",
            seen="back after a hundred days (Media Cloud)",
            behaviour=between(NOON + DAY, NOON + 100 * DAY, s.status(404), daily),
            modes=(4, 5),
        ),
        "http_4xx",
        100 * DAY,
    ),
    (
        Scenario(
            name="HTML for a week",
            seen="a domain that was parked (Media Cloud)",
            behaviour=between(
                NOON + DAY, NOON + 8 * DAY, s.status(200, page(), Content_Type="text/html"), daily
            ),
            modes=(5,),
        ),
        "not_a_feed",
        8 * DAY,
    ),
    (
        Scenario(
            name="410 by mistake",
            seen="gone, and a fortnight later it is back",
            behaviour=between(NOON + DAY, NOON + 15 * DAY, s.status(410), daily),
            modes=(5,),
        ),
        "gone",
        15 * DAY,
    ),
    (
        Scenario(
            name="resets for two days",
            seen="a firewall",
            behaviour=between(NOON + DAY, NOON + 3 * DAY, s.on_the_wire(s.reset), daily),
            modes=(4,),
        ),
        "connection",
        3 * DAY,
    ),
)
DEAD_FOR_EVER = Scenario(
    name="404 for ever",
    seen="a site that is no more",
    behaviour=s.in_turn(s.feed(1), s.status(404)),
    modes=(4,),
)
DEAD_THRICE = Scenario(
    name="dead three times",
    seen="Miniflux gives up after three errors (1893, 1628, 851)",
    behaviour=s.in_turn(s.feed(2, 1), s.status(500), s.status(500), s.status(500), s.feed(3, 2, 1)),
    modes=(4,),
)
NETWORK_DOWN = Scenario(
    name="our network is down",
    seen="three polls during an outage of one's own, and every feed was given up",
    behaviour=lambda visit: (s.on_the_wire(s.reset) if 2 <= visit.poll <= 4 else daily)(visit),
    modes=(4,),
)


def _paced(
    name: str,
    seen: str,
    least: timedelta,
    most: timedelta,
    channel: str = "",
    *,
    body: bytes | None = None,
    **headers: str,
) -> tuple[Scenario, timedelta, timedelta]:
    document = s.status(200, body or rss(stories(2, 1), channel=channel), **headers)
    return Scenario(name=name, seen=seen, behaviour=document), least, most


def _dates(*agos: timedelta) -> bytes:
    found = (story for ago in agos for story in newswire(NOON - ago, since=NOON - ago, every=DAY, window=1))
    return rss(found)


SOON, EVER = 5 * MINUTE, DAY
PERIOD = "<sy:updatePeriod>{}</sy:updatePeriod><sy:updateFrequency>{}</sy:updateFrequency>"
BUSY = rss(
    newswire(NOON, since=NOON - 90 * MINUTE, every=10 * MINUTE, window=10), channel=PERIOD.format("hourly", 1)
)
FAR = format_datetime(NOON + 3 * HOUR, usegmt=True)
PAST = "Thu, 01 Jan 1970 00:00:00 GMT"

# Each with the least and the longest time to the next poll.
PACED = (
    _paced("no wish", "says nothing of how often it changes", SOON - MINUTE, SOON),
    _paced("ttl of an hour", "RSS 2.0", HOUR, HOUR, "<ttl>60</ttl>"),
    _paced("ttl of zero", "a template", SOON - MINUTE, SOON, "<ttl>0</ttl>"),
    _paced("ttl of a year", "somebody's idea of rest", DAY, DAY, "<ttl>525600</ttl>"),
    _paced("ttl of words", "an hour", SOON - MINUTE, SOON, "<ttl>an hour</ttl>"),
    _paced(
        "sy twice a day",
        "a syndication module that is meant",
        12 * HOUR,
        12 * HOUR,
        PERIOD.format("daily", 2),
    ),
    _paced(
        "sy hourly on a busy feed",
        "WordPress says hourly whatever a site does",
        SOON - MINUTE,
        SOON,
        body=BUSY,
    ),
    _paced(
        "sy nonsense",
        "updatePeriod and updateFrequency of no meaning (Media Cloud's list)",
        SOON - MINUTE,
        SOON,
        PERIOD.format("sometimes", "-1"),
    ),
    _paced("sy by zero", "a frequency of 0", SOON - MINUTE, HOUR, PERIOD.format("hourly", 0)),
    _paced(
        "max-age of an hour", "a cache keeps it so long", HOUR, HOUR, Cache_Control="public, max-age=3600"
    ),
    _paced(
        "max-age that has aged",
        "half of it is over",
        30 * MINUTE,
        30 * MINUTE,
        Cache_Control="max-age=3600",
        Age="1800",
    ),
    _paced("max-age of ten years", "a rule meant for pictures", DAY, DAY, Cache_Control="max-age=315360000"),
    _paced(
        "no-cache beside max-age", "two plugins", SOON - MINUTE, SOON, Cache_Control="no-cache, max-age=3600"
    ),
    _paced("Expires in three hours", "the older header", 3 * HOUR, 3 * HOUR, Expires=FAR),
    _paced("Expires in the past", "1970", SOON - MINUTE, SOON, Expires=PAST),
    _paced("Expires of zero", "no date", SOON - MINUTE, SOON, Expires="0"),
)


def short_window(visit: Visit) -> Reply:
    """Ten stories at a time, one every 75 seconds: eight of them are new after ten minutes."""
    found = newswire(visit.now, since=NOON - HOUR, every=timedelta(seconds=75), window=10)
    return Reply(body=rss(found, channel="<ttl>60</ttl>"), headers={"Cache-Control": "max-age=3600"})


SHORT_WINDOW = Scenario(
    name="short window",
    seen="ten items, eight of them new at each poll, and a ttl of an hour (jekyll-feed 56)",
    behaviour=short_window,
    modes=(13,),
)

WELL = Scenario(name="well", seen="a neighbour that does nothing wrong", behaviour=s.feed(2, 1))
NAMED = Scenario(
    name="NXDOMAIN for weeks",
    seen="feeds come back from what looks like death, host not found (Media Cloud)",
    behaviour=daily,
    modes=(4, 5),
)
SUBDOMAINS = Scenario(
    name="sub-domains of one site",
    seen="a host that limits all of its sub-domains together (Tumblr, FreshRSS 8925)",
    behaviour=throttled(429, "3600"),
)
