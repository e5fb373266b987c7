"""What feeds do to their items: ids, addresses, headlines and dates that change, repeat, vanish and come back.

Polled five times, every ten minutes. Each scenario stands with the numbers of its stories: those that are to be stored,
each once, and those of them that are news, so that they may alert somebody.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from email.utils import format_datetime
from typing import Any

from newsroom import scenarios as s
from newsroom.feedbytes import DAY, HOUR, NOON, OUTLET, Item, rss, stories, story, titles
from newsroom.feedsite import Behaviour, RawReply, Reply, Scenario, Visit

AGES = NOON - 30 * DAY


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A scenario and what it is to end in."""

    scenario: Scenario
    stored: list[str]
    news: list[str]
    held: int = 0


def case(
    name: str,
    seen: str,
    *modes: int,
    feed: Behaviour,
    stored: Iterable[int] = (1, 2, 3, 4),
    news: Iterable[int] = (4,),
    held: int = 0,
) -> Case:
    scenario = Scenario(name=name, seen=seen, behaviour=feed, modes=modes)
    return Case(scenario=scenario, stored=sorted(titles(*stored)), news=sorted(titles(*news)), held=held)


Change = Callable[[Item, Visit], Item]


def told(change: Change) -> Behaviour:
    """Stories 1 to 3, and 4 from the third poll on; each item changed as the scenario has it."""

    def behave(visit: Visit) -> Reply:
        numbers = (4, 3, 2, 1) if visit.poll >= 3 else (3, 2, 1)
        return Reply(body=rss(change(item, visit) for item in stories(*numbers)))

    return behave


def with_parts(**parts: str | None) -> Behaviour:
    """The same, with parts like guid="g{n}", where n is the story's number, poll the poll's, now its time."""

    def change(item: Item, visit: Visit) -> Item:
        words = {
            "n": number_of(item),
            "poll": visit.poll,
            "now": format_datetime(visit.now),
            "link": item.link,
        }
        changed: dict[str, Any] = {name: part and part.format(**words) for name, part in parts.items()}
        return replace(item, **changed)

    return told(change)


def many(change: Callable[[Item], Item]) -> Behaviour:
    """Eight stories, changed from the third poll on."""
    return s.in_turn(
        s.feed(*range(8, 0, -1)), s.feed(*range(8, 0, -1)), s.items(map(change, stories(*range(8, 0, -1))))
    )


def number_of(item: Item) -> int:
    return int((item.title or "").split()[1].rstrip(":"))


def renumbered(item: Item, visit: Visit) -> Item:
    return replace(item, guid=f"node-{number_of(item)}" if visit.poll < 3 else f"post-{number_of(item)}")


def http_to_https(item: Item, visit: Visit) -> Item:
    scheme, www = ("http", "www.") if visit.poll < 3 else ("https", "")
    return replace(item, guid=f"{scheme}://{www}news.example/?p={number_of(item)}")


def https_and_moved(item: Item, visit: Visit) -> Item:
    """By guid alone it is the same: it has another address, and no date."""
    link = f"https://news.example/{'old' if visit.poll < 3 else 'new'}/{number_of(item)}"
    return replace(http_to_https(item, visit), link=link, date=None)


def rebuilt(item: Item) -> Item:
    """Another system: other guids and addresses, the same headlines and times."""
    n = number_of(item)
    return replace(item, guid=f"tag:new.example,{n}", link=f"https://news.example/2026/11/report-{n}")


def rebuilt_today(item: Item) -> Item:
    return replace(rebuilt(item), date=format_datetime(NOON + HOUR / 3))


def undated(item: Item) -> Item:
    return replace(item, date=None)


def edited(item: Item, visit: Visit) -> Item:
    is_it = number_of(item) == 2 and visit.poll >= 2
    return replace(item, title=f"Mended in version {visit.poll}, a headline of its own") if is_it else item


def newest_alone(guid: str) -> Behaviour:
    """One story, another one at each poll, always under this guid."""
    return lambda visit: Reply(body=rss(replace(item, guid=guid) for item in stories(visit.poll)))


def cut_in_the_middle(visit: Visit) -> Reply:
    """From the second poll on eight stories; the second answer is half of them, under the validator of the whole."""
    if visit.poll == 1:
        return Reply(body=rss(stories(3, 2, 1)))
    whole = rss(stories(*range(8, 0, -1)))
    etag = s.etag_of(whole)
    if visit.carries(etag=etag):
        return Reply(status=304)
    # In the middle of the headline of story 5.
    end = whole.index(b"Report 5") + 20
    return Reply(body=whole[:end] if visit.poll == 2 else whole, headers={"ETag": etag})


def length_too_small(visit: Visit) -> Reply | RawReply:
    reply = cut_in_the_middle(visit)
    if visit.poll != 2:
        return reply
    whole, etag = rss(stories(*EIGHT[::-1])), reply.headers["ETag"].encode()
    length = b"ETag: %b\r\nContent-Length: %d\r\n\r\n" % (etag, len(reply.body))
    return s.raw(s.OK, length, whole)(visit)


def _archive(visit: Visit) -> Reply:
    """At the third poll thirty stories of last month that were never announced, and one of today."""
    return Reply(body=rss([*stories(4), *OLD] if visit.poll >= 3 else stories(3, 2, 1)))


def turns(visit: Visit) -> Reply | RawReply:
    return s.feed(*((4, 3, 2) if visit.poll % 2 == 0 else (3, 2, 1)))(visit)


def shuffled(visit: Visit) -> Reply | RawReply:
    return s.feed(*((3, 1, 2) if visit.poll < 3 else (2, 4, 1, 3)))(visit)


def long_list(visit: Visit) -> Reply:
    return Reply(body=rss([*(stories(3000) if visit.poll >= 3 else ()), *LONG_LIST]))


def edited_and_dated(item: Item, visit: Visit) -> Item:
    return replace(edited(item, visit), date=format_datetime(visit.now))


def dated_today(item: Item) -> Item:
    return replace(item, date=format_datetime(NOON + HOUR / 3))


EIGHT = range(1, 9)
LATER = (2, 3, 4, 5)
ARCHIVE = range(100, 130)
OLD = [story(number, AGES + number * HOUR) for number in ARCHIVE]
LONG_LIST = [replace(item, date=None) for item in stories(*range(2100, 0, -1))]

CASES = (
    # Nothing in it for once.
    case(
        "valid feed with no items once",
        "an empty channel wiped the memory of what was seen (go-neb PR 134)",
        6,
        feed=s.in_turn(s.feed(3, 2, 1), s.feed(), s.feed(4, 3, 2, 1)),
    ),
    case(
        "empty channel, then the old items again",
        "all came as new",
        6,
        feed=s.in_turn(s.feed(3, 2, 1), s.feed(), s.feed(3, 2, 1)),
        stored=(1, 2, 3),
        news=(),
    ),
    case(
        "empty at first",
        "a new outlet that has published nothing yet",
        6,
        feed=s.in_turn(s.feed(), s.feed(1), s.feed(2, 1)),
        stored=(1, 2),
        news=(1, 2),
    ),
    case(
        "empty at first, then its archive",
        "a site that was under repair when it was added to the list",
        6,
        15,
        feed=s.in_turn(s.feed(), s.items([*stories(4), *OLD])),
        stored=(4, *ARCHIVE),
        news=(4,),
        held=30,
    ),
    # Guids.
    case("guid from http to https", "whole feeds came as new (NetNewsWire 324)", 7, feed=told(http_to_https)),
    case("guid to https, other addresses", "and no dates", 7, feed=told(https_and_moved)),
    case("all guids changed", "hundreds of posts each time, daily (newrelic 1271)", 7, feed=told(renumbered)),
    case("guid new at each poll", "made while the feed is printed", 7, feed=with_parts(guid="{poll}-{n}")),
    case(
        "guids and addresses changed",
        "a rebuilt site (feedbin 515)",
        7,
        feed=many(rebuilt),
        stored=EIGHT,
        news=(),
    ),
    case(
        "guids, addresses and dates changed",
        "a rebuilt site that dates everything today",
        7,
        15,
        feed=many(rebuilt_today),
        stored=(*EIGHT, *EIGHT),
        news=(),
        held=8,
    ),
    case(
        "guid reused for each newest item",
        "one item, always with the same guid (FreshRSS 4485)",
        8,
        feed=newest_alone("latest"),
        stored=(1, *LATER),
        news=LATER,
    ),
    case("one guid for all items", "newest items missing (FreshRSS 5329)", 8, feed=with_parts(guid="42")),
    case(
        "guids start again at 1",
        "a rewrite of 2020 of a post of 2017 was never shown (feedbin 604)",
        8,
        feed=newest_alone("1"),
        stored=(1, *LATER),
        news=LATER,
    ),
    case("no guid, growing", "links alone", 8, feed=with_parts(guid=None)),
    case("no link, growing", "guids alone", 8, feed=with_parts(guid="g{n}", link=None)),
    case("neither guid nor link, growing", "headlines alone", 8, feed=with_parts(guid=None, link=None)),
    case(
        "neither guid nor link nor date, growing",
        "headlines alone",
        8,
        feed=with_parts(guid=None, link=None, date=None),
    ),
    case(
        "guid that is no permalink, growing",
        "and says so",
        8,
        feed=told(lambda item, visit: replace(item, guid=f"at {item.link}", is_permalink=False)),
    ),
    # Addresses.
    case(
        "same link for all items",
        "each leads to the home page",
        8,
        feed=with_parts(guid="g{n}", link="https://news.example/"),
    ),
    case(
        "same link for all items, no guid",
        "each leads to the home page (RSS 0.91)",
        8,
        feed=with_parts(guid=None, link="https://news.example/"),
    ),
    case(
        "posts of a live page",
        "each is an anchor of one page",
        8,
        12,
        feed=with_parts(guid="https://news.example/live#{n}", link="https://news.example/live#{n}"),
    ),
    case(
        "tracking parameters that change at every poll",
        "a campaign with the hour in its name",
        7,
        11,
        feed=with_parts(guid=None, link="{link}?utm_source=rss&utm_campaign={poll}"),
    ),
    case(
        "a parameter of the site's own that changes",
        "from=rss1, from=rss2",
        7,
        11,
        feed=with_parts(guid=None, link="{link}?from=rss{poll}"),
    ),
    case(
        "one article under ever new addresses",
        "2,162 addresses with other articles' slugs (news-crawl 44)",
        11,
        feed=with_parts(guid=None, link="https://news.example/{poll}-slug/{n}"),
    ),
    case(
        "articles whose paths differ in case",
        "Media Cloud lowercases paths",
        12,
        feed=told(
            lambda item, visit: replace(item, guid=None, link=f"{OUTLET}/{'aAbB'[number_of(item) - 1]}")
        ),
    ),
    case(
        "articles that differ in ?id= alone",
        "Fundus drops the query",
        12,
        feed=with_parts(guid=None, link="https://news.example/shownews.html?id={n}"),
    ),
    # Headlines and times.
    case("an edited headline", "a new one at each poll, in a feed of three items", feed=told(edited)),
    case("an edited headline and time", "a story kept up to date (feedbin 287)", feed=told(edited_and_dated)),
    case("dates that are those of the poll", "when the feed was printed", 21, feed=with_parts(date="{now}")),
    case(
        "dates in 9999",
        "pinned for ever (osmosfeed 76)",
        21,
        feed=with_parts(date="Fri, 31 Dec 9999 23:59:59 GMT"),
    ),
    case(
        "dates of epoch 0",
        "a field that was never filled in",
        21,
        feed=with_parts(date="Thu, 01 Jan 1970 00:00:00 GMT"),
    ),
    case("no dates", "none at all", 21, feed=with_parts(date=None)),
    # Order and windows.
    case(
        "two cached versions that take turns",
        "a load balancer with two caches (rsstail 24, reader 340)",
        9,
        feed=turns,
    ),
    case("shuffled items", "in no order", feed=shuffled),
    case(
        "2,100 items",
        "a feed that has never dropped one",
        13,
        feed=long_list,
        stored=(*range(101, 2101), 3000),
        news=(3000,),
    ),
    case(
        "half a document",
        "cut in the middle of a headline, under the validator of the whole",
        2,
        feed=cut_in_the_middle,
        stored=EIGHT,
        news=(4, 5, 6, 7, 8),
    ),
    case(
        "Content-Length too small",
        "bytes counted as letters: the end is cut off, under the validator of the whole",
        2,
        feed=length_too_small,
        stored=EIGHT,
        news=(4, 5, 6, 7, 8),
    ),
    # The past.
    case(
        "its archive with old dates",
        "thirty stories of last month that nobody announced before",
        15,
        feed=_archive,
        stored=(1, 2, 3, 4, *ARCHIVE),
        news=(4,),
        held=30,
    ),
    case(
        "its archive with fresh dates",
        "the same eight stories, dated anew",
        15,
        feed=many(dated_today),
        stored=EIGHT,
        news=(),
    ),
    case(
        "its archive without dates",
        "the same eight headlines under new guids and addresses, and no dates",
        15,
        feed=many(lambda item: undated(rebuilt(item))),
        stored=(*EIGHT, *EIGHT),
        news=(),
        held=8,
    ),
)
