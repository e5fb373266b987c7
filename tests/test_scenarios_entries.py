"""Whatever a feed does to its items: every story is stored, each once, and what is old is not taken for news."""

import pytest

from newsroom import scenarios_entries as e
from newsroom import scenarios_items as items
from newsroom.feedbytes import DAY, HOUR, MINUTE, NOON, titles
from newsroom.feedsite import FeedSite
from newsroom.watch import Watch, Watched, every

CASES = {case.scenario.name: case for case in e.CASES}


@pytest.fixture(scope="module")
def watched(tmp_path_factory) -> dict[str, Watched]:
    """All the cases in one list, polled five times."""
    with FeedSite() as feedsite:
        changes = {"fetch_per_host": 32}
        watch = Watch(
            site=None, folder=tmp_path_factory.mktemp("entries"), feedsite=feedsite, changes=changes
        )
        found = {name: watch.follow(case.scenario) for name, case in CASES.items()}
        watch.poll_at(*every(10 * MINUTE, 5, since=NOON))
        yield found


@pytest.fixture
def watch(tmp_path):
    with FeedSite() as feedsite:
        yield Watch(site=None, folder=tmp_path, feedsite=feedsite)


@pytest.mark.parametrize("name", CASES)
def test_every_story_is_stored_and_each_once(watched, name):
    entries = watched[name].entries

    found = [str(entry.title) for entry in entries]
    assert sorted(found) == CASES[name].stored
    assert len({entry.entry_id for entry in entries}) == len(entries)


@pytest.mark.parametrize("name", CASES)
def test_only_what_is_news_may_alert_and_the_rest_says_why_not(watched, name):
    case, feed = CASES[name], watched[name]

    assert feed.fresh == case.news
    held = [entry for entry in feed.entries if entry.backlog_reason == "storm"]
    assert len(held) == case.held
    assert sum(poll.held_count or 0 for poll in feed.polls) == case.held
    rest = [entry for entry in feed.entries if entry not in held]
    assert {(entry.is_backlog, entry.backlog_reason) for entry in rest} <= {
        (True, "first poll"),
        (False, None),
    }


# What is cut off may be called a failure, as long as nothing is lost by it.
@pytest.mark.parametrize("name", sorted(CASES.keys() - {"half a document", "Content-Length too small"}))
def test_none_of_it_is_a_failure_of_the_feed(watched, name):
    assert len(watched[name].polls) == 5
    assert {(poll.failure_class, poll.failure_count) for poll in watched[name].polls} == {(None, 0)}


def test_errors_that_a_bridge_announces_as_items_are_said_in_the_row_and_told_to_nobody(watch):
    feed = watch.follow(items.BRIDGE)

    watch.poll_at(NOON, NOON + 10 * MINUTE, NOON + HOUR)

    assert feed.outcomes == ["new", "failed", "new"]
    assert "Bridge returned error 500" in feed.polls[1].error
    assert "Bridge returned error 500" in feed.polls[2].error
    assert feed.titles == titles(1, 2, 3, 4)
    assert feed.fresh == titles(4)


def test_the_newest_of_too_many_items_are_taken_wherever_they_stand(watch):
    feed = watch.follow(items.OLDEST_FIRST)

    watch.poll_at(NOON, NOON + 10 * MINUTE)

    assert feed.fresh == titles(2101)
    assert [poll.entry_count for poll in feed.polls] == [2000, 2000]


def test_a_link_is_made_whole_or_left_out_and_never_loses_its_item(watch):
    feed = watch.follow(items.ODD_LINKS)

    watch.poll_at(NOON)

    found = {entry.title: entry.canonical_url for entry in feed.entries}
    assert found == dict(zip(titles(*range(len(items.LINKS))), (url for _, url in items.LINKS), strict=True))


def test_a_date_is_read_right_or_not_at_all_and_never_loses_its_item(watch):
    feed = watch.follow(items.ODD_DATES)

    watch.poll_at(NOON)

    found = {entry.title: entry.published_at and entry.published_at.isoformat() for entry in feed.entries}
    assert found == dict(
        zip(titles(*range(len(items.DATES))), (date for _, date in items.DATES), strict=True)
    )
    # What stands there is no reason to wait, or not to.
    assert feed.last.next_poll_at <= NOON + HOUR


def test_a_story_that_was_seen_once_is_known_for_ever(watch):
    feed = watch.follow(items.STATIC)

    watch.poll_at(*(NOON + days * DAY for days in (0, 2, 30, 95, 101, 102)))

    assert feed.titles == titles(*range(1, 10))
    assert feed.fresh == []
    assert [poll.new_count for poll in feed.polls] == [9, 0, 0, 0, 0, 0]


def test_a_desk_that_was_off_for_a_hundred_days_stores_what_still_stands_in_the_feed_and_stores_it_once(
    watch,
):
    feed = watch.follow(items.BACK)

    watch.poll_at(NOON, NOON + 100 * DAY, NOON + 100 * DAY + HOUR)

    assert feed.titles == sorted(titles(*range(11, 41), *range(111, 141)))
    assert [poll.new_count for poll in feed.polls] == [30, 30, 0]


def test_a_feed_that_is_taken_off_the_list_and_put_back_is_not_polled_for_the_first_time(watch):
    feed = watch.follow(items.BACK)
    watch.poll_at(NOON)
    outlets = dict(watch.feeds)
    watch.feeds.clear()
    watch.follow(items.SITE)
    watch.poll_at(NOON + DAY)

    watch.feeds.update(outlets)
    watch.poll_at(NOON + 3 * DAY)

    assert feed.titles == sorted(titles(*range(11, 44)))
    assert feed.fresh == titles(41, 42, 43)


def test_a_feed_that_is_added_to_the_list_brings_its_past_and_no_news(watch):
    watch.follow(items.SITE)
    watch.poll_at(NOON)

    added = watch.follow(items.BACK)
    watch.poll_at(NOON + DAY, NOON + 2 * DAY)

    assert len(added.titles) == 31
    assert added.fresh == titles(42)
    assert {entry.backlog_reason for entry in added.entries if entry.is_backlog} == {"first poll"}


def test_one_article_in_two_feeds_of_a_site_is_an_entry_of_each_with_one_address(watch):
    home, sport = watch.follow(items.SITE), watch.follow(items.SITE, file="sport.xml")

    watch.poll_at(*every(10 * MINUTE, 3, since=NOON))

    assert home.titles == sport.titles == titles(1, 2, 3, 4)
    assert home.fresh == sport.fresh == titles(4)
    addresses = watch.rows(
        "select count(distinct canonical_url) as n, count(distinct entry_id) as k from entries"
    )
    assert addresses == [{"n": 4, "k": 8}]
