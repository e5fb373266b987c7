"""Hosts: robots.txt is heeded in whatever form, many feeds of one host take turns, and none waits for the stuck."""

import pytest

from newsroom import scenarios_polite as p
from newsroom.feedbytes import DAY, HOUR, NOON, titles
from newsroom.feedsite import FeedSite, Scenario
from newsroom.watch import Watch


@pytest.fixture
def watch(tmp_path):
    with FeedSite() as feedsite:
        yield Watch(site=None, folder=tmp_path, feedsite=feedsite)


@pytest.mark.parametrize("scenario, failure_class", p.ROBOTS, ids=[scenario.name for scenario, _ in p.ROBOTS])
def test_robots_txt_is_heeded_in_whatever_form_it_comes(watch, scenario, failure_class):
    watch.feedsite.robots = scenario.behaviour
    watch.changes = {"page_timeout": 0.8, "max_body_bytes": 1_000_000}
    feeds = [watch.follow(p.FEED), watch.follow(p.FEED, file="second.xml")]

    watch.poll_at(NOON)

    assert len(watch.feedsite.asked("/robots.txt")) == 1
    for feed in feeds:
        assert feed.last.failure_class == failure_class
        assert feed.titles == (titles(1, 2) if failure_class is None else [])
        assert len(feed.asked) == (failure_class is None)
    if failure_class is not None:
        assert "robots.txt" in feeds[0].last.error
        assert feeds[0].last.next_poll_at - NOON <= DAY


@pytest.mark.parametrize("name", ["robots Disallow", "robots 500", "robots hanging"])
def test_a_feed_that_robots_txt_shut_out_is_asked_when_it_may_be_again_and_has_lost_nothing(watch, name):
    watch.changes = {"page_timeout": 0.8}
    feed = watch.follow(p.FEED)
    watch.feedsite.robots = next(scenario.behaviour for scenario, _ in p.ROBOTS if scenario.name == name)
    watch.poll_at(NOON, NOON + 2 * HOUR)

    watch.feedsite.robots = p.rules("")
    watch.poll_at(NOON + DAY, NOON + 2 * DAY)

    assert feed.titles == titles(1, 2)
    assert {entry.backlog_reason for entry in feed.entries} == {"first poll"}


def test_a_crawl_delay_lies_between_any_two_requests_to_a_host(watch):
    watch.feedsite.robots = p.CRAWL_DELAY
    for number in range(4):
        watch.follow(p.FEED, file=f"{number}.xml")

    watch.poll_at(NOON)

    moments = [asked.moment for asked in watch.feedsite.requests if asked.path != "/robots.txt"]
    assert len(moments) == 4
    # Three pauses of 0.3 s; on a busy machine a request may come a little late.
    assert moments[-1] - moments[0] > 0.8


def test_more_than_a_hundred_feeds_on_one_host_are_asked_once_each_two_at_a_time(watch):
    watch.changes = {"fetch_per_host": 2}
    feeds = [watch.follow(p.FEED, file=f"{number}.xml") for number in range(120)]

    watch.poll_at(NOON)

    assert len(watch.feedsite.asked("/robots.txt")) == 1
    assert len(watch.feedsite.asked("/feed/")) == 120
    assert watch.feedsite.most_at_once <= 2
    assert watch.rows("select count(*) as n, count(distinct feed_url) as k from entries") == [
        {"n": 240, "k": 120}
    ]
    assert feeds[-1].last.outcome == "new"


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.2"])
def test_a_feed_that_hangs_does_not_hold_up_the_others_of_its_host_or_of_any(watch, host):
    watch.changes = {"page_timeout": 1.5, "fetch_per_host": 2, "fetch_concurrency": 2}
    stuck = watch.follow(p.STUCK, host=host)
    others = [watch.follow(p.FEED, file=f"{number}.xml") for number in range(20)]

    watch.poll_at(NOON)

    assert stuck.last.failure_class == "timeout"
    assert {feed.last.outcome for feed in others} == {"new"}
    begun = min(asked.moment for asked in watch.feedsite.requests)
    assert max(feed.asked[0].moment for feed in others) - begun < 1.5


def test_a_stuck_feed_does_not_keep_the_rows_of_the_others_from_the_next_run(watch):
    watch.changes = {"page_timeout": 0.8}
    stuck = watch.follow(p.STUCK)
    other = watch.follow(Scenario(name="other", seen="a feed", behaviour=p.FEED.behaviour))

    watch.poll_at(NOON, NOON + DAY)

    assert stuck.outcomes == ["failed", "failed"]
    assert other.outcomes == ["new", "same"]


def test_the_hubs_that_a_feed_names_are_kept(watch):
    feed = watch.follow(p.HUB)

    watch.poll_at(NOON)

    assert feed.last.hub_urls == ("https://hub.example/", "https://other-hub.example/")
