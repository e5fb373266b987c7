"""Items that are odd in themselves, errors announced as items, and feeds whose past is long."""

from dataclasses import replace
from email.utils import format_datetime

from newsroom import scenarios as s
from newsroom.feedbytes import DAY, HOUR, NOON, Item, rss, stories, story, titles
from newsroom.feedsite import Reply, Scenario, Visit
from newsroom.scenarios_entries import EIGHT, told

LINKS = (
    ("/story/1", "https://news.example/story/1"),
    ("story/2", "https://news.example/story/2"),
    ("//news.example/story/3", "https://news.example/story/3"),
    ("harbour-news.org/story/4", "https://harbour-news.org/story/4"),
    ("\n  https://news.example/story/5\n", "https://news.example/story/5"),
    ("https://news.example/новости/6", "https://news.example/%D0%BD%D0%BE%D0%B2%D0%BE%D1%81%D1%82%D0%B8/6"),
    ("https://news.example/story/7?a=1&amp;b=2", "https://news.example/story/7?a=1&b=2"),
    ("javascript:alert(1)", None),
    ("mailto:desk@news.example", None),
    ("file:///etc/passwd", None),
    ("https://user:secret@news.example/10", None),
)
ODD_LINKS = Scenario(
    name="odd links",
    seen="relative, without a scheme (Media Cloud), no address of the web at all",
    behaviour=s.items(
        Item(title=title, link=link, guid=f"g{n}", date=None, is_permalink=False)
        for n, (title, (link, _)) in enumerate(zip(titles(*range(len(LINKS))), LINKS, strict=True))
    ),
)

DATES = (
    ("Tue, 24 Nov 2026 13:00:00 +0300", "2026-11-24T10:00:00+00:00"),
    ("Tue, 24 Nov 2026 13:00:00 MSK", "2026-11-24T10:00:00+00:00"),
    ("2026-11-24 10:00:00", "2026-11-24T10:00:00+00:00"),
    ("24 ноября 2026 г., 10:00", "2026-11-24T10:00:00+00:00"),
    ("24.11.2026 10:00", "2026-11-24T10:00:00+00:00"),
    ("Wed, 29 Jun 2016 14:00:00 MEST", "2016-06-29T12:00:00+00:00"),
    ("2016/6/29", "2016-06-29T00:00:00+00:00"),
    ("Fri, 31 Dec 9999 23:59:59 GMT", "9999-12-31T23:59:59+00:00"),
    ("Thu, 01 Jan 1970 00:00:00 GMT", "1970-01-01T00:00:00+00:00"),
    ("11/12/2026", None),
    ("31.02.2026", None),
    ("0000-00-00 00:00:00", None),
    ("yesterday", None),
)
ODD_DATES = Scenario(
    name="odd dates",
    seen="zones by name, no zone, dates that can be read in two ways (feedparser 20, 75)",
    behaviour=s.items(
        replace(item, date=date) for item, (date, _) in zip(stories(*range(len(DATES))), DATES, strict=True)
    ),
    modes=(21,),
)


ERROR = Item(
    title="Bridge returned error 500! (20416)",
    link="https://github.com/RSS-Bridge/rss-bridge/issues/new?title=x",
    guid="error-20416",
    date=format_datetime(NOON),
    text="Details: HttpException: https://news.example/ resulted in 403 Forbidden",
)
BRIDGE = Scenario(
    name="errors as items",
    seen="Bridge returned error 500!, each day with another guid, alone or beside items (RSS-Bridge 4845)",
    behaviour=s.in_turn(
        s.feed(3, 2, 1), s.items([ERROR]), s.items([replace(ERROR, guid="error-2"), *stories(4, 3, 2, 1)])
    ),
    modes=(20,),
)


OLDEST_FIRST = Scenario(
    name="2,100 items, the newest last",
    seen="a feed that has never dropped one, in the order in which they were written",
    behaviour=lambda visit: Reply(body=rss(stories(*range(1, 2100 + visit.poll)))),
    modes=(13,),
)


def static(visit: Visit) -> Reply:
    """Eight stories that never change; for a hundred days story 9 is gone, then it is back under another guid."""
    nine = stories(9) if visit.now < NOON + DAY else []
    if visit.now > NOON + 100 * DAY:
        nine = [replace(stories(9)[0], guid="again")]
    return Reply(body=rss([*nine, *stories(*EIGHT)]))


STATIC = Scenario(
    name="static feed",
    seen="stories of a static feed came back as new after the memory's 14 or 90 days (Media Cloud)",
    behaviour=static,
    modes=(14,),
)
SITE = Scenario(
    name="two feeds of one site",
    seen="the same story through several feeds alerts several times (miniflux 980, FreshRSS 948)",
    behaviour=told(lambda item, visit: item),
    modes=(3, 10),
)


def back_after_long(visit: Visit) -> Reply:
    """A story a day, thirty at a time."""
    newest = 40 + (visit.now - NOON) // DAY
    return Reply(body=rss(story(n, NOON + (n - 40) * DAY - HOUR) for n in range(newest, newest - 30, -1)))


BACK = Scenario(
    name="back after 100 days",
    seen="a feed, or a desk, that was off for a hundred days",
    behaviour=back_after_long,
    modes=(14, 15),
)
