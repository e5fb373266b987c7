"""Feeds and time: patience with the dead, obedience to servers that ask for rest, and no story missed meanwhile."""

import pytest

from newsroom import scenarios_time as t
from newsroom.feedbytes import DAY, HOUR, MINUTE, NOON, newswire, titles
from newsroom.feedsite import FeedSite
from newsroom.watch import FIVE_MINUTES, Watch, Watched, every

TEN = 10 * MINUTE


@pytest.fixture
def watch(tmp_path):
    with FeedSite() as feedsite:
        yield Watch(site=None, folder=tmp_path, feedsite=feedsite)


# Servers that want to be left alone


@pytest.mark.parametrize("scenario, hold", t.THROTTLED, ids=[scenario.name for scenario, _ in t.THROTTLED])
def test_a_server_that_throttles_is_left_alone_for_as_long_as_it_says_with_its_whole_domain(
    watch, scenario, hold
):
    feed, neighbour = watch.follow(scenario), watch.follow(t.WELL)
    elsewhere = watch.follow(t.WELL, host="127.0.0.2")
    begin = NOON + TEN
    over = begin + hold

    watch.poll_at(NOON, begin, over - FIVE_MINUTES, over, over + TEN)

    polls = feed.polls
    assert feed.outcomes[:3] == ["new", "failed", "new"]
    assert (polls[1].failure_class, polls[1].hold_until) == ("throttled", over)
    assert polls[1].next_poll_at == max(over, begin + 19 * MINUTE)
    # While the domain was held nothing of it was asked, and no row says that it was.
    assert {asked.poll for asked in [*feed.asked, *neighbour.asked]}.isdisjoint({3})
    assert neighbour.last.polled_at >= over
    assert {asked.poll for asked in elsewhere.asked} >= {1, 2}
    assert feed.titles == titles(1, 2, 3)


# Feeds that fail for long


def test_a_feed_that_failed_three_times_is_asked_on_and_then_loses_nothing(watch):
    feed = watch.follow(t.DEAD_THRICE)

    watch.poll_at(NOON)
    for _ in range(4):
        watch.poll_next()

    assert feed.outcomes == ["new", "failed", "failed", "failed", "new"]
    assert [poll.failure_count for poll in feed.polls] == [0, 1, 2, 3, 0]
    waits = [poll.next_poll_at - poll.polled_at for poll in feed.polls[1:4]]
    assert waits == [19 * MINUTE, 39 * MINUTE, 59 * MINUTE]
    assert {poll.failing_since for poll in feed.polls[1:4]} == {feed.polls[1].polled_at}
    assert feed.fresh == titles(3)
    assert feed.titles == titles(1, 2, 3)


@pytest.fixture(scope="module")
def months(tmp_path_factory) -> dict[str, Watched]:
    """The feeds that come back, polled on the days on which even the longest dead is asked."""
    days = (0, 1, 2, 3, 4, 7, 8, 9, 12, 20, 31, 32, 38, 45, 52, 59, 66, 73, 80, 87, 94, 101)
    with FeedSite() as feedsite:
        watch = Watch(site=None, folder=tmp_path_factory.mktemp("months"), feedsite=feedsite)
        found = {scenario.name: watch.follow(scenario) for scenario, _, _ in t.MONTHS}
        watch.poll_at(*(NOON + day * DAY for day in days))
        yield found


@pytest.mark.parametrize(
    "name, failure_class, back", [(scenario.name, kind, back) for scenario, kind, back in t.MONTHS]
)
def test_a_feed_that_comes_back_after_long_is_found_and_has_lost_nothing(months, name, failure_class, back):
    feed = months[name]

    failed = [poll for poll in feed.polls if poll.outcome == "failed"]
    found_at = next(poll.polled_at for poll in feed.polls if poll.polled_at > failed[-1].polled_at)
    assert {poll.failure_class for poll in failed} == {failure_class}
    assert {poll.failing_since for poll in failed} == {NOON + DAY}
    assert found_at - (NOON + back) <= (30 * DAY if failure_class == "gone" else 7 * DAY)
    assert (feed.last.failure_count, feed.last.failing_since, feed.last.error) == (0, None, None)
    # A story a day, from two days before the first poll on.
    assert feed.titles == sorted(titles(*range(1, 105)))
    # What is older than a week when it is found is stored, and no news.
    missed = [entry for entry in feed.entries if entry.seen_at > NOON]
    assert {e.backlog_reason for e in missed if e.published_at >= e.seen_at - 7 * DAY} == {None}
    past = [e for e in missed if e.published_at < e.seen_at - 7 * DAY]
    assert {e.backlog_reason for e in past} <= ({"storm"} if len(past) > 10 else {None, "storm"})


def test_a_feed_that_says_it_is_gone_is_asked_the_next_day_and_then_every_thirty_days(months):
    gone = [poll for poll in months["410 by mistake"].polls if poll.outcome == "failed"]

    assert [poll.next_poll_at - poll.polled_at for poll in gone] == [DAY, 30 * DAY]


def test_a_feed_that_is_dead_for_ever_is_asked_once_a_week_for_ever(watch):
    feed = watch.follow(t.DEAD_FOR_EVER)

    watch.poll_at(*(NOON + days * DAY for days in (0, 1, 2, 32, 400)))

    assert len(feed.asked) == len(feed.polls) == 5
    assert feed.last.next_poll_at - feed.last.polled_at == 7 * DAY
    assert (feed.last.failure_count, feed.last.failing_since) == (4, NOON + DAY)


def test_an_outage_of_our_own_network_is_no_failure_of_any_feed(watch):
    feeds = [watch.follow(t.NETWORK_DOWN, host=host) for host in watch.feedsite.HOSTS]

    watch.poll_at(*every(TEN, 5, since=NOON))

    for feed in feeds:
        assert feed.outcomes == ["new", "failed", "failed", "failed", "unchanged"]
        assert [poll.failure_count for poll in feed.polls] == [0] * 5
        assert {poll.failing_since for poll in feed.polls} == {None}
        assert all(poll.next_poll_at - poll.polled_at < 2 * FIVE_MINUTES for poll in feed.polls)
        assert feed.titles == titles(1, 2, 3)


# Feeds that say when to ask


@pytest.fixture(scope="module")
def paced(tmp_path_factory) -> dict[str, Watched]:
    with FeedSite() as feedsite:
        watch = Watch(site=None, folder=tmp_path_factory.mktemp("paced"), feedsite=feedsite)
        found = {scenario.name: watch.follow(scenario) for scenario, _, _ in t.PACED}
        watch.poll_at(NOON)
        yield found


@pytest.mark.parametrize(
    "name, least, most", [(scenario.name, least, most) for scenario, least, most in t.PACED]
)
def test_a_feed_that_says_how_often_it_changes_is_believed_within_bounds(paced, name, least, most):
    [poll] = paced[name].polls

    assert least <= poll.next_poll_at - NOON <= most


def test_a_short_window_loses_nothing_whatever_the_feed_and_its_caches_ask_for(watch):
    feed = watch.follow(t.SHORT_WINDOW)
    watch.poll_at(NOON)

    watch.poll_until(NOON + HOUR)

    published = newswire(feed.last.polled_at, since=NOON - HOUR, every=75 * MINUTE / 60, window=999)
    first = {entry.title for entry in feed.entries if entry.is_backlog}
    since = [item.title for item in published if item.title not in set(titles(*range(1, 40)))]
    assert len(first) == 10
    assert set(since) <= set(feed.titles)
    assert len(feed.titles) == len(set(feed.titles))


def test_a_feed_that_falls_silent_is_asked_ever_more_rarely_but_every_day(watch):
    feed = watch.follow(t.WELL)

    watch.poll_at(NOON, NOON + 12 * HOUR, NOON + 4 * DAY, NOON + 60 * DAY)

    waits = [poll.next_poll_at - poll.polled_at for poll in feed.polls]
    assert waits == sorted(waits)
    assert (waits[0], waits[3]) == (4 * MINUTE, DAY)
    assert HOUR / 2 - MINUTE <= waits[1] <= HOUR
    assert feed.titles == titles(1, 2)
