"""Validators: sent when they save something, kept only with the entries they stand for, and not believed for long."""

import pytest

from newsmonitor.records import Poll
from newsroom import scenarios_validators as v
from newsroom.feedbytes import DAY, HOUR, MINUTE, NOON, newswire, titles
from newsroom.feedsite import FeedSite, Reply, Scenario
from newsroom.watch import Watch, Watched, every

TEN = 10 * MINUTE


@pytest.fixture
def watch(tmp_path):
    with FeedSite() as feedsite:
        yield Watch(site=None, folder=tmp_path, feedsite=feedsite)


@pytest.fixture(scope="module")
def quiet(tmp_path_factory) -> dict[str, Watched]:
    """The feeds that stay as they are, polled thrice."""
    with FeedSite() as feedsite:
        watch = Watch(site=None, folder=tmp_path_factory.mktemp("quiet"), feedsite=feedsite)
        found = {scenario.name: watch.follow(scenario) for scenario, _ in v.QUIET}
        watch.poll_at(NOON, NOON + TEN, NOON + 2 * TEN)
        yield found


@pytest.mark.parametrize("name, outcome", [(scenario.name, outcome) for scenario, outcome in v.QUIET])
def test_odd_validators_of_a_quiet_feed_do_no_harm(quiet, name, outcome):
    polls = quiet[name].polls

    assert quiet[name].outcomes == ["new", outcome, outcome]
    assert [(poll.failure_class, poll.is_lying) for poll in polls] == [(None, False)] * 3
    assert quiet[name].titles == titles(1, 2, 3)
    assert polls[-1].entry_count == 3


def test_the_validators_that_are_sent_are_those_of_the_last_good_answer(quiet):
    assert quiet["ETag of each request"].validators == [(None, None), ('"1"', None), ('"2"', None)]
    assert quiet["Last-Modified alone"].validators == [(None, None), *[(None, v.LAST_MODIFIED)] * 2]
    assert quiet["empty ETag"].validators == quiet["no validator"].validators == [(None, None)] * 3


@pytest.fixture(scope="module")
def lying(tmp_path_factory) -> dict[str, Watched]:
    """The feeds whose validators lie, polled every hour."""
    with FeedSite() as feedsite:
        watch = Watch(site=None, folder=tmp_path_factory.mktemp("lying"), feedsite=feedsite)
        found = {scenario.name: watch.follow(scenario) for scenario in v.LYING}
        watch.poll_at(*every(HOUR, 20, since=NOON))
        yield found


@pytest.mark.parametrize("name", [scenario.name for scenario in v.LYING])
def test_a_validator_that_lies_is_found_out_within_15_hours_and_no_longer_sent(lying, name):
    feed = lying[name]

    polls = feed.polls
    found_out = next(number for number, poll in enumerate(polls) if poll.is_lying)
    assert 9 <= found_out <= 15
    assert {poll.outcome for poll in polls[1:found_out]} == {"unchanged"}
    assert (polls[found_out].outcome, polls[found_out].is_full) == ("new", True)
    assert feed.asked[found_out].headers["Cache-Control"] == "no-cache"
    assert set(feed.validators[found_out:]) == {(None, None)}
    # A story an hour: at the end everything that was ever published is stored once, and alerts can be owed for it.
    published = newswire(polls[-1].polled_at, since=NOON - 4 * HOUR, every=HOUR, window=99)
    assert feed.titles == sorted(item.title for item in published)
    assert [poll.outcome for poll in polls[found_out:]] == ["new"] * (20 - found_out)
    assert not any(entry.is_backlog for entry in feed.entries if entry.seen_at > NOON)


def test_a_304_to_a_request_without_validators_is_a_failure_and_loses_nothing(watch):
    feed = watch.follow(v.NOBODYS_304)

    watch.poll_at(NOON, NOON + TEN, NOON + HOUR)

    assert feed.outcomes == ["new", "failed", "new"]
    assert (feed.polls[1].failure_class, feed.polls[1].http_status) == ("http_3xx", 304)
    assert feed.titles == titles(1, 2, 3, 4)


def test_the_body_of_a_304_is_not_taken_for_the_next_answer(watch):
    feed = watch.follow(v.BODY_ON_304)

    watch.poll_at(NOON, NOON + TEN, NOON + 2 * TEN)

    assert feed.outcomes == ["new", "unchanged", "new"]
    assert feed.validators == [(None, None), ('"v1"', None), ('"v1"', None)]
    assert feed.titles == titles(1, 2, 3, 4)


def test_a_304_may_bring_a_newer_validator(watch):
    feed = watch.follow(v.CHANGING_ON_304)

    watch.poll_at(*every(TEN, 4, since=NOON))

    assert feed.outcomes == ["new", "unchanged", "unchanged", "unchanged"]
    assert feed.validators == [(None, None), ('"1"', None), ('"2"', None), ('"3"', None)]


def test_the_validator_of_a_list_of_sitemaps_does_not_hide_what_is_new_in_them(watch):
    feed = watch.follow(v.INDEX_THAT_STAYS)

    watch.poll_at(NOON, NOON + TEN, NOON + 2 * TEN)

    assert feed.outcomes == ["new", "new", "new"]
    assert feed.titles == titles(1, 2, 3, 4)
    assert feed.fresh == titles(3, 4)
    assert not any(poll.is_lying for poll in feed.polls)


def test_a_validator_whose_poll_was_never_stored_is_not_sent_and_its_entries_are_stored_once(watch):
    feed = watch.follow(v.LYING_ETAG)
    honest = Scenario(name="lying ETag", seen="for once it is honest", behaviour=honest_hourly)
    watch.feedsite.add(honest)
    watch.poll_at(NOON)
    first = feed.last
    watch.poll_at(NOON + DAY)
    # The run died after its entries and before its polls.
    for part in (watch.warehouse.root / "polls" / f"day={NOON + DAY:%Y-%m-%d}").glob("*.parquet"):
        part.unlink()
    assert watch.warehouse.read(Poll) == [first]

    watch.poll_at(NOON + DAY + TEN)

    assert feed.outcomes == ["new", "new"]
    published = newswire(watch.at, since=NOON - 4 * HOUR, every=HOUR, window=30)
    assert feed.titles == sorted(item.title for item in published)
    assert {entry.title for entry in feed.entries if entry.is_backlog} == set(titles(1, 2, 3, 4, 5))


def honest_hourly(visit) -> Reply:
    body = v.hourly(visit)
    return v.s.document(body)(visit)


def test_a_run_that_is_run_again_asks_again_only_what_failed(watch):
    well = watch.follow(Scenario(name="well", seen="a feed", behaviour=honest_hourly))
    down = watch.follow(
        Scenario(name="down", seen="a feed", behaviour=v.s.in_turn(v.s.status(500), v.s.feed(2, 1)))
    )
    watch.poll_at(NOON)

    # The same run, cleared in Airflow and run again: its batch is the same.
    watch.poll_at(NOON)

    assert (len(well.asked), len(down.asked)) == (1, 2)
    assert (well.outcomes, down.outcomes) == (["new"], ["new"])
    assert down.titles == titles(1, 2)
