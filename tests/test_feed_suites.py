"""The benchmark of the feed suites: what it takes for an expectation, and what it compares."""

import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "benchmarks"))

from feed_expectations import expected_by_feedparser, moment, plain, read_plainly


def test_only_what_must_hold_of_an_entry_is_an_expectation():
    test = (
        "<!-- Expect: not bozo and entries[0]['title'] == entries[1].title == 'War' and len(entries) == 2 -->"
    )

    found = expected_by_feedparser(test)

    assert found is not None
    assert found.count == 2
    assert found.items == {0: {"titles": ["War"]}, 1: {"titles": ["War"]}}


@pytest.mark.parametrize(
    "expectation",
    [
        "bozo",
        "feed.title == 'War'",
        "not (entries[0].title == 'War')",
        "entries[0].title == 'War' or bozo",
        "entries[0].title != 'War'",
        "entries[0].title == feed.title",
        "entries[0]['source']['title'] == 'War'",
        "entries[0].title ==",
    ],
)
def test_an_expectation_that_says_nothing_certain_of_an_entry_is_none(expectation):
    assert expected_by_feedparser(f"<!-- Expect: {expectation} -->") is None


def test_the_plain_reading_counts_items_that_are_nothing_and_items_that_are_the_same():
    body = b"""<rss><channel>
        <item><title>War</title><guid>1</guid></item><item><title>War</title><guid>1</guid></item>
        <item><pubDate>Tue, 24 Nov 2026 12:00:00 GMT</pubDate></item>
        <item><link>http://[</link></item>"""

    found = read_plainly(body, "suite/broken.xml")

    assert (found.count, found.saying, found.distinct) == (4, 2, 1)
    assert found.items[0] == {"titles": ["War"], "ids": ["1"], "links": [""]}


def test_texts_and_times_are_compared_in_one_form():
    assert (
        plain("<p>War &amp;amp; <b>peace</b><script>x()</script></p>") == plain("War & peace") == "War&peace"
    )
    assert moment((2026, 11, 24, 12, 0, 0, 1, 328, 0)) == datetime(2026, 11, 24, 12, tzinfo=UTC)
    assert moment("2026-11-24T15:00:00+03:00") == moment("Tue, 24 Nov 2026 12:00:00 GMT")
    assert moment("tomorrow") is moment(()) is None
