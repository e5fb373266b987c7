"""The whole way from feeds that play tricks to a channel: what is news is told once, and what is not, never."""

import json
import random
from collections import Counter
from dataclasses import dataclass, field

import pytest

from newsroom import Exchange, Site
from newsroom import scenarios_entries as e
from newsroom import scenarios_items as items
from newsroom.feedbytes import MINUTE, NOON, title
from newsroom.feedsite import FeedSite
from newsroom.watch import Watch, every

NAMES = (
    "valid feed with no items once",
    "empty channel, then the old items again",
    "guid from http to https",
    "all guids changed",
    "guid new at each poll",
    "guids and addresses changed",
    "guids, addresses and dates changed",
    "guid reused for each newest item",
    "one guid for all items",
    "tracking parameters that change at every poll",
    "one article under ever new addresses",
    "an edited headline",
    "an edited headline and time",
    "dates that are those of the poll",
    "two cached versions that take turns",
    "half a document",
    "its archive with old dates",
    "its archive with fresh dates",
    "its archive without dates",
)
CASES = {case.scenario.name: case for case in e.CASES if case.scenario.name in NAMES}
WORDS = (
    "quay",
    "crane",
    "vessel",
    "dredger",
    "pilot",
    "berth",
    "sluice",
    "buoy",
    "tide",
    "rope",
    "mast",
    "keel",
)


@dataclass
class Channel:
    """What was told: stories by the folder of their scenario and their number, and notices by their titles."""

    stories: Counter[tuple[str, int]] = field(default_factory=Counter)
    notices: list[str] = field(default_factory=list)

    def take(self, exchange: Exchange) -> None:
        message = json.loads(exchange.request.body)
        path = message["message"].partition("http://127.0.0.1:")[2].partition("\n")[0]
        if message["title"].startswith("Report"):
            number = int(message["title"].split()[1].rstrip(":"))
            self.stories[path.split("/")[1], number] += 1
        else:
            self.notices.append(message["title"])
        exchange.answer(b"ok")


def publish(watch: Watch, folder: str, numbers: range) -> None:
    """The articles of a scenario, each under all the addresses that its feed may give it."""
    for number in numbers:
        chance = random.Random(f"{folder} {number}")
        text = " ".join(chance.choices(WORDS, k=80))
        words = (f"The council of Overton spoke of the harbour, item {number} of {folder}: {text}.",)
        paths = (
            f"story/{number}",
            f"2026/11/report-{number}",
            *(f"{poll}-slug/{number}" for poll in range(1, 6)),
        )
        for path in paths:
            watch.article(f"/{folder}/{path}", title(number), words)


@dataclass(frozen=True)
class Told:
    channel: Channel
    site: Site
    watch: Watch


@pytest.fixture(scope="module")
def told(tmp_path_factory) -> Told:
    """All of it, in five cycles of the four steps."""
    channel = Channel()
    with Site() as site, FeedSite() as feedsite:
        site.reply("/hook", channel.take)
        feedsite.outlet = site.url
        watch = Watch(
            site=site,
            folder=tmp_path_factory.mktemp("told"),
            feedsite=feedsite,
            alert_urls=(f"json://127.0.0.1:{site.port}/hook",),
        )
        for case in CASES.values():
            watch.follow(case.scenario)
            publish(watch, case.scenario.folder, range(1, 10))
        watch.follow(items.SITE)
        watch.follow(items.SITE, file="sport.xml")
        publish(watch, items.SITE.folder, range(1, 5))
        watch.cycle_at(*every(10 * MINUTE, 5, since=NOON))
        yield Told(channel, site, watch)


@pytest.mark.parametrize("name", NAMES)
def test_what_is_news_is_told_once_and_what_is_not_never(told, name):
    case = CASES[name]

    found = {
        number: count
        for (folder, number), count in told.channel.stories.items()
        if folder == case.scenario.folder
    }

    assert sorted(map(title, found)) == case.news
    assert set(found.values()) <= {1}


def test_a_story_that_stands_in_two_feeds_of_a_site_is_told_once(told):
    assert {
        n: count for (folder, n), count in told.channel.stories.items() if folder == items.SITE.folder
    } == {4: 1}


def test_a_storm_is_told_once_as_a_notice(told):
    held = [case for case in CASES.values() if case.held]

    assert len(held) == 3
    assert sorted(told.channel.notices) == sorted(
        f"{case.scenario.folder} 127.0.0.1 feed.xml announced {case.held} old entries as new" for case in held
    )


def test_every_entry_ends_as_a_story_and_no_validator_of_a_feed_goes_to_a_page(told):
    [row] = told.watch.rows(
        "select (select count(*) from entries) as entries, (select count(distinct entry_id) from stories) as stories"
    )
    assert row["entries"] == row["stories"] > 100
    pages = [request for request in told.site.requests if "/story/" in request.path]
    assert len(pages) > 50
    assert not any(
        name in request.headers for request in pages for name in ("If-None-Match", "If-Modified-Since")
    )
