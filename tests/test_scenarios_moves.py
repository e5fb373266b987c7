"""Feeds that move: a permanent redirect is believed when it has been seen ten times, and never for good."""

import pytest

from newsroom import scenarios_moves as m
from newsroom.feedbytes import HOUR, NOON, newswire, titles
from newsroom.feedsite import FeedSite
from newsroom.watch import Watch, Watched, every


@pytest.fixture
def watch(tmp_path):
    with FeedSite() as feedsite:
        yield Watch(site=None, folder=tmp_path, feedsite=feedsite)


@pytest.fixture(scope="module")
def hourly(tmp_path_factory) -> dict[str, Watched]:
    """The feeds that move, in one list, polled every hour, sixteen times."""
    with FeedSite() as feedsite:
        watch = Watch(site=None, folder=tmp_path_factory.mktemp("moves"), feedsite=feedsite)
        found = {scenario.name: watch.follow(scenario) for scenario in m.MOVES}
        watch.poll_at(*every(HOUR, 16, since=NOON))
        yield found


def paths_by_poll(feed: Watched) -> list[list[str]]:
    """The files that were asked for, poll by poll."""
    asked = feed.asked_below
    return [
        [a.path.rpartition("/")[2] for a in asked if a.poll == poll]
        for poll in range(1, max(a.poll for a in asked) + 1)
    ]


def assert_all_is_stored_once(feed: Watched) -> None:
    published = newswire(feed.watch.at, since=NOON - 2 * HOUR, every=HOUR, window=1000)
    assert feed.titles == sorted(item.title for item in published)
    assert sorted(e.title for e in feed.entries if e.is_backlog) == titles(1, 2, 3)


def folder(feed: Watched) -> str:
    return feed.url.removesuffix("feed.xml")


@pytest.mark.parametrize(
    "scenario", [m.MOVED_FOR_GOOD, m.MOVED_308, m.MOVED_IN_TWO_STEPS], ids=lambda s: s.name
)
def test_a_permanent_redirect_is_taken_over_after_ten_polls(hourly, scenario):
    feed = hourly[scenario.name]

    polls = feed.polls
    assert {poll.outcome for poll in polls} == {"new"}
    assert [poll.moved_count for poll in polls[:10]] == list(range(1, 11))
    assert {poll.asked_url for poll in polls[:10]} == {None}
    assert {poll.asked_url for poll in polls[10:]} == {folder(feed) + "new.xml"}
    assert [poll.suggested_url for poll in polls] == [None] * 9 + [folder(feed) + "new.xml"] * 7
    assert all("feed.xml" not in paths for paths in paths_by_poll(feed)[10:])
    assert_all_is_stored_once(feed)


@pytest.mark.parametrize("scenario", [m.NEW_ADDRESS_DIES, m.NEW_ADDRESS_IS_A_PAGE], ids=lambda s: s.name)
def test_an_address_that_was_believed_and_fails_gives_way_to_the_list_in_the_same_poll(hourly, scenario):
    feed = hourly[scenario.name]

    assert set(feed.outcomes) == {"new"}
    assert paths_by_poll(feed)[11:14] == [["new.xml"], ["new.xml", "feed.xml"], ["feed.xml"]]
    assert (feed.last.asked_url, feed.last.moved_url, feed.last.moved_count) == (None, None, 0)
    assert feed.last.suggested_url is None
    assert_all_is_stored_once(feed)


def test_the_validator_of_one_address_is_not_sent_to_another(hourly):
    # The poll in which it went back to the list, and those after it.
    back = [asked for asked in hourly[m.NEW_ADDRESS_DIES.name].asked if asked.poll >= 13]

    assert [asked.validators[0] is None for asked in back] == [True, False, False, False]


@pytest.mark.parametrize("scenario", [m.MOVED_NINE_TIMES, m.ALWAYS_302], ids=lambda s: s.name)
def test_a_redirect_that_is_not_meant_for_good_is_never_believed(hourly, scenario):
    feed = hourly[scenario.name]

    assert {(poll.asked_url, poll.suggested_url) for poll in feed.polls} == {(None, None)}
    assert all(paths[0] == "feed.xml" for paths in paths_by_poll(feed))
    assert (feed.last.moved_url, feed.last.moved_count) == (None, 0)
    assert_all_is_stored_once(feed)


def test_two_addresses_that_lead_to_one_feed_are_two_feeds_with_the_same_stories(watch):
    home = watch.follow(m.TWO_ADDRESSES)
    sport = watch.follow(m.TWO_ADDRESSES, file="sport.xml")

    watch.poll_at(*every(HOUR, 3, since=NOON))

    assert home.titles == sport.titles == titles(1, 2, 3, 4, 5)
    assert home.fresh == sport.fresh == titles(4, 5)


@pytest.mark.parametrize("scenario", [m.A_PAGE, m.A_PAGE_WITH_A_DEAD_FEED], ids=lambda s: s.name)
def test_a_page_in_the_list_is_followed_to_its_feed_which_is_suggested_and_then_asked_at_once(
    watch, scenario
):
    feed = watch.follow(scenario)

    watch.poll_at(*every(HOUR, 3, since=NOON))

    assert feed.outcomes == ["new", "new", "new"]
    assert {poll.suggested_url for poll in feed.polls} == {folder(feed) + "news.xml"}
    assert paths_by_poll(feed)[1:] == [["news.xml"], ["news.xml"]]
    assert_all_is_stored_once(feed)


def test_a_page_that_announces_itself_is_no_feed_and_no_loop(watch):
    feed = watch.follow(m.A_PAGE_OF_ITSELF)

    watch.poll_at(NOON, NOON + HOUR)

    assert [(poll.outcome, poll.failure_class) for poll in feed.polls] == [("failed", "not_a_feed")] * 2
    assert len(feed.asked_below) <= 6


def test_a_login_page_is_no_move_and_its_feed_another(watch):
    feed = watch.follow(m.A_LOGIN_PAGE)

    watch.poll_at(*every(6 * HOUR, 10, since=NOON))

    assert feed.outcomes == ["new"] + ["failed"] * 7 + ["new"] * 2
    assert {poll.failure_class for poll in feed.polls[1:8]} == {"not_a_feed"}
    assert all("blog.xml" not in paths for paths in paths_by_poll(feed))
    assert feed.last.suggested_url is None
    assert set(titles(901, 902)).isdisjoint(feed.titles)
    # The window of the feed is 40 stories, and the failure was shorter.
    assert_all_is_stored_once(feed)


def test_a_feed_that_is_a_page_for_ten_polls_is_followed_to_the_feed_that_the_page_announces(watch):
    feed = watch.follow(m.A_FEED_BECOMES_A_PAGE)
    watch.poll_at(NOON)

    watch.poll_until(NOON + 39 * HOUR)

    outcomes = feed.outcomes
    assert outcomes[:11] == ["new"] + ["failed"] * 10
    assert {poll.suggested_url for poll in feed.polls[1:]} == {folder(feed) + "new.xml"}
    assert (outcomes[11], set(outcomes[11:])) == ("new", {"new", "unchanged"})
    assert feed.titles == sorted(
        item.title
        for item in newswire(feed.entries[-1].seen_at, since=NOON - 2 * HOUR, every=HOUR, window=99)
    )
