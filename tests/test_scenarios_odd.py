"""Feeds that are odd and still say what is new: everything in them is found at the first poll, and only then.

All of them stand in one list and are polled together, thrice.
"""

import pytest

from newsroom.feedbytes import DAY, MINUTE, NOON
from newsroom.feedsite import FeedSite
from newsroom.scenarios_odd import ODD
from newsroom.watch import Watch, Watched

CASES = {scenario.name: found for scenario, found in ODD}


@pytest.fixture(scope="module")
def watched(tmp_path_factory) -> dict[str, Watched]:
    with FeedSite() as feedsite:
        changes = {"max_body_bytes": 2_000_000, "fetch_per_host": 32, "page_timeout": 30.0}
        watch = Watch(site=None, folder=tmp_path_factory.mktemp("odd"), feedsite=feedsite, changes=changes)
        found = {scenario.name: watch.follow(scenario) for scenario, _ in ODD}
        watch.poll_at(NOON, NOON + 10 * MINUTE, NOON + DAY)
        yield found


@pytest.mark.parametrize("name", CASES)
def test_everything_in_an_odd_feed_is_found(watched, name):
    first = watched[name].polls[0]

    assert (first.outcome, first.failure_class, first.error) == ("new", None, None)
    found = [title for title in watched[name].titles if title in CASES[name]]
    assert found == CASES[name]
    assert first.new_count == first.entry_count == len(watched[name].entries)


@pytest.mark.parametrize("name", CASES)
def test_an_odd_feed_that_stays_as_it_is_brings_nothing_twice(watched, name):
    outcomes = watched[name].outcomes

    assert len(outcomes) == 3
    assert outcomes[1] in ("same", "unchanged")
    assert outcomes[2] == "same"
    assert len({entry.entry_id for entry in watched[name].entries}) == len(watched[name].entries)
    assert {(entry.is_backlog, entry.backlog_reason) for entry in watched[name].entries} == {
        (True, "first poll")
    }


def test_no_feed_reads_a_file_of_ours_or_grows_without_end(watched):
    for name in ("entity bomb", "external entity"):
        text = str(watched[name].entries)

        assert "root:" not in text
        assert len(text) < 10_000
