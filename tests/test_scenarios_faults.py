"""Feeds that fail once, each in its own way: a row that says what it was, and nothing lost and nothing told twice.

All of them stand in one list and are polled together, thrice: that one is bad must not harm another.
"""

from datetime import timedelta

import pytest

from newsroom.feedbytes import DAY, MINUTE, NOON, titles
from newsroom.feedsite import FeedSite
from newsroom.scenarios_faults import FAULTS
from newsroom.watch import Watch, Watched

# What a failure of each class adds to the wait; a minute less, for a run may come a little early.
LIGHT, MEDIUM, HEAVY = (timedelta(minutes=minutes - 1) for minutes in (10, 20, 40))

# Each scenario with the class of its failure, the wait after it, and words that its row must say.
OUTCOMES = {
    "empty body": ("empty", LIGHT, "empty"),
    "white-space body": ("empty", LIGHT, "empty"),
    "HTML instead of the feed": ("not_a_feed", HEAVY, "HTML"),
    "error page with status 200": ("not_a_feed", HEAVY, "HTML"),
    "challenge page with status 200": ("wall", MEDIUM, "bot check"),
    "bot wall with status 200": ("wall", MEDIUM, "bot check"),
    "PDF instead of the feed": ("not_a_feed", HEAVY, "PDF"),
    "JSON error instead of the feed": ("not_a_feed", HEAVY, "JSON"),
    "OPML instead of the feed": ("not_a_feed", HEAVY, "OPML"),
    "sitemap without news tags": ("not_a_feed", HEAVY, "News"),
    "sitemap index of nothing": ("not_a_feed", HEAVY, "sitemap"),
    "401": ("http_4xx", HEAVY, "HTTP 401"),
    "403": ("http_4xx", HEAVY, "HTTP 403"),
    "404": ("http_4xx", HEAVY, "HTTP 404"),
    "418": ("http_4xx", HEAVY, "HTTP 418"),
    "451": ("http_4xx", HEAVY, "HTTP 451"),
    "999": ("http_9xx", MEDIUM, "HTTP 999"),
    "500": ("http_5xx", MEDIUM, "HTTP 500"),
    "504": ("http_5xx", MEDIUM, "HTTP 504"),
    "reset": ("connection", MEDIUM, "reset"),
    "reset after the headers": ("connection", MEDIUM, "reset"),
    "no answer": ("connection", MEDIUM, "without an answer"),
    "not HTTP": ("connection", MEDIUM, "HTTP"),
    "hang": ("timeout", MEDIUM, "no complete answer within 2 seconds"),
    "drip": ("timeout", MEDIUM, "no complete answer within 2 seconds"),
    "endless": ("too_large", HEAVY, "over the limit of 1,000,000 bytes"),
    "2 GB": ("too_large", HEAVY, "Content-Length is 2147483648"),
    "bomb": ("too_large", HEAVY, "unpacked body, over the limit"),
    "Content-Length too large": ("connection", MEDIUM, "before it was whole"),
    "chunked cut off": ("connection", MEDIUM, "before it was whole"),
    "chunked nonsense": ("connection", MEDIUM, ""),
    "header of 200 KB": ("too_large", HEAVY, "header of more than 100 KB"),
    "header without a colon": ("connection", MEDIUM, ""),
    "gzip that is none": ("bad_encoding", MEDIUM, "gzip"),
    "broken gzip": ("bad_encoding", MEDIUM, "gzip"),
    "cut gzip": ("bad_encoding", MEDIUM, "ends too early"),
    "unknown coding": ("bad_encoding", MEDIUM, "rot13"),
    "redirect loop": ("too_many_redirects", HEAVY, "more than 5 redirects"),
    "redirect without Location": ("http_3xx", MEDIUM, "HTTP 302"),
    "redirect to nonsense": ("bad_url", HEAVY, "cannot be used"),
    "redirect to a private address": ("refused_address", HEAVY, "169.254.169.254 is not a public address"),
    "redirect to a file": ("bad_url", HEAVY, "file"),
    "redirect to a login page": ("not_a_feed", HEAVY, "HTML"),
    "captive portal": ("not_a_feed", HEAVY, "HTML"),
    "six redirects": ("too_many_redirects", HEAVY, "more than 5 redirects"),
}
TIMES = (NOON, NOON + 10 * MINUTE, NOON + DAY + 20 * MINUTE)


@pytest.fixture(scope="module")
def watched(tmp_path_factory) -> dict[str, Watched]:
    with FeedSite() as feedsite:
        changes = {"page_timeout": 2.0, "max_body_bytes": 1_000_000, "fetch_per_host": 32}
        watch = Watch(site=None, folder=tmp_path_factory.mktemp("faults"), feedsite=feedsite, changes=changes)
        found = {scenario.name: watch.follow(scenario) for scenario in FAULTS}
        watch.poll_at(*TIMES)
        yield found


def test_every_fault_has_an_outcome():
    assert [scenario.name for scenario in FAULTS] == list(OUTCOMES)


@pytest.mark.parametrize("name", OUTCOMES)
def test_a_fault_is_a_row_that_says_what_it_was_and_the_feed_is_asked_again_soon(watched, name):
    failure_class, wait, words = OUTCOMES[name]

    first, failed, last = watched[name].polls

    assert (first.outcome, failed.outcome, last.outcome) == ("new", "failed", "new")
    assert (failed.failure_class, failed.next_poll_at) == (failure_class, TIMES[1] + wait)
    assert failed.error.startswith(watched[name].url)
    assert words in failed.error
    assert (failed.failure_count, failed.failing_since) == (1, TIMES[1])
    assert (last.failure_count, last.failing_since, last.failure_class) == (0, None, None)


@pytest.mark.parametrize("name", OUTCOMES)
def test_a_fault_loses_no_entry_and_tells_none_twice(watched, name):
    assert watched[name].titles == titles(1, 2, 3, 4)
    assert watched[name].fresh == titles(4)
    assert [poll.new_count for poll in watched[name].polls] == [3, None, 1]


@pytest.mark.parametrize("name", OUTCOMES)
def test_a_fault_leaves_the_validator_of_the_last_good_answer(watched, name):
    first, failed, last = watched[name].polls

    assert (failed.etag, failed.last_modified) == (None, None)
    # The loop asks the same address again and again.
    by_poll = {asked.poll: asked.validators[0] for asked in watched[name].asked}
    assert by_poll[2] == first.etag
    # A day has gone by: the third time it is asked in full.
    assert (by_poll[3], last.is_full) == (None, True)
