"""Which entries of a feed are new: tables of what feeds do to their guids, links, headlines and times."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsmonitor.identity import Known, find_new, hold_back
from newsmonitor.records import Entry, identify
from newsmonitor.urls import canonical_url

NOON = datetime(2026, 11, 24, 12, 5, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
FEED = "https://news.example/feed.xml"
LONG = "Two villages near the border are evacuated"


def entry(guid=None, url=None, title=LONG, published=NOON, **more) -> Entry:
    return Entry(
        entry_id=identify(FEED, guid or url or title or ""),
        feed_url=FEED,
        outlet="Example",
        guid=guid,
        entry_url=url,
        canonical_url=canonical_url(url) if url else None,
        title=title,
        published_at=published,
        seen_at=NOON,
        is_backlog=False,
        **more,
    )


def known(one: Entry) -> Known:
    return Known(
        entry_id=one.entry_id,
        guid=one.guid,
        canonical_url=one.canonical_url,
        title=one.title,
        published_at=one.published_at,
    )


def is_new(now: Entry, *before: Entry) -> bool:
    return bool(find_new([now], map(known, before)))


STORED = entry("42", "https://news.example/a")
OTHER = "A museum of glass opens in the old harbour"


@pytest.mark.parametrize(
    ("case", "stored", "now"),
    [
        ("nothing changed", STORED, STORED),
        ("the headline was edited", STORED, replace(STORED, title=OTHER)),
        ("headline and time were edited", STORED, replace(STORED, title=OTHER, published_at=NOON + 3 * DAY)),
        ("the guid changed", STORED, entry("43", "https://news.example/a")),
        ("guid and scheme changed", STORED, entry("x", "http://www.news.example/a")),
        ("guid and headline changed", STORED, entry("43", "https://news.example/a", OTHER)),
        (
            "the guid is an address, and went from http to https",
            entry("http://news.example/?p=1", "http://news.example/a"),
            entry("https://www.news.example/?p=1", "https://news.example/b", OTHER, NOON),
        ),
        ("the address changed", STORED, entry("42", "https://news.example/b")),
        ("a tracking parameter", STORED, entry(None, "https://news.example/a?utm_source=rss&fbclid=1")),
        (
            "an unknown parameter that changes at every poll, and no guid",
            entry(None, "https://news.example/a?from=rss1"),
            entry(None, "https://news.example/a?from=rss2"),
        ),
        (
            "the site was rebuilt: guid and address are others",
            STORED,
            entry("p-9", "https://news.example/2026/a"),
        ),
        (
            "address and headline were edited, the guid and the time not",
            STORED,
            entry("42", "https://n.example/b", OTHER),
        ),
        ("no address, the headline edited", entry("42", None, LONG, None), entry("42", None, OTHER, None)),
    ],
)
def test_what_is_known_is_not_new(case, stored, now):
    assert not is_new(now, stored)


@pytest.mark.parametrize(
    ("case", "stored", "now"),
    [
        ("another article", STORED, entry("43", "https://news.example/b", OTHER)),
        (
            "a guid that is used again",
            STORED,
            entry("42", "https://news.example/b", OTHER, NOON + HOUR),
        ),
        (
            "a guid without an address that is used again",
            entry("warning", None, LONG, NOON),
            entry("warning", None, OTHER, NOON + HOUR),
        ),
        (
            "one address, published anew a week later",
            entry("1", "https://news.example/briefing"),
            entry("2", "https://news.example/briefing", LONG, NOON + 7 * DAY),
        ),
        (
            "a headline that comes again, an hour later",
            STORED,
            entry("43", "https://news.example/b", LONG, NOON + HOUR),
        ),
        (
            "a short headline at the same time",
            entry("1", "https://news.example/1", "Live"),
            entry("2", "https://news.example/2", "Live"),
        ),
        (
            "the same headline on the same day, of feeds that give no time of day",
            entry("1", "https://news.example/1", published=NOON.replace(hour=0, minute=0)),
            entry("2", "https://news.example/2", published=NOON.replace(hour=0, minute=0)),
        ),
        (
            "the same headline and no time at all",
            entry("1", "https://news.example/1", published=None),
            entry("2", "https://news.example/2", published=None),
        ),
    ],
)
def test_what_only_looks_known_is_new(case, stored, now):
    assert is_new(now, stored)


def test_items_that_all_link_to_the_home_page_are_told_apart():
    first = entry("1", "https://news.example/", LONG)
    now = [entry("1", "https://news.example/", LONG), entry("2", "https://news.example/", OTHER)]

    assert [one.guid for one in find_new(now, [known(first)])] == ["2"]


def test_a_guid_that_is_used_again_and_again_gives_an_id_of_its_own_each_time():
    stored: list[Entry] = []
    for number in range(5):
        now = entry("live", f"https://news.example/{number}", f"{OTHER}, part {number}", NOON + number * HOUR)
        new = find_new([now], map(known, stored))
        stored += new
        assert not is_new(now, *stored)

    assert len({one.entry_id for one in stored}) == 5


def old(number: int) -> Entry:
    url = f"https://news.example/old/{number}"
    return entry(f"new-{number}", url, f"{LONG}, {number}", NOON - 30 * DAY)


def fresh(number: int) -> Entry:
    return entry(f"f{number}", f"https://news.example/f/{number}", f"{OTHER}, {number}", NOON - HOUR)


def test_a_feed_that_announces_its_archive_is_held_back_and_what_is_fresh_is_not():
    archive, news = [old(n) for n in range(20)], [fresh(1), fresh(2)]

    held = hold_back([*archive, *news], [], at=NOON, last_good_at=NOON - HOUR)

    assert held == {one.entry_id for one in archive}


def test_what_is_older_than_a_week_is_no_news_also_of_a_feed_that_was_away_for_months():
    missed = [replace(old(n), published_at=NOON - n * 3 * DAY) for n in range(20)]

    held = hold_back(missed, [], at=NOON, last_good_at=NOON - 100 * DAY)

    assert held == {one.entry_id for one in missed[3:]}


def test_headlines_that_the_feed_had_before_are_old_whatever_their_dates_say():
    before = [known(fresh(n)) for n in range(8)]
    again = [entry(f"x{n}", f"https://new.example/{n}", f"{OTHER}, {n}", NOON) for n in range(8)]

    assert len(hold_back(again, before, at=NOON, last_good_at=NOON - HOUR)) == 8


def test_in_a_storm_what_has_no_time_is_held_too():
    undated = replace(fresh(1), published_at=None)
    future = replace(fresh(2), published_at=datetime(9999, 12, 31, tzinfo=UTC))

    held = hold_back([*(old(n) for n in range(5)), undated, future], [], at=NOON, last_good_at=NOON - HOUR)

    assert {undated.entry_id, future.entry_id} < held


@pytest.mark.parametrize(
    ("case", "new", "last_good_at"),
    [
        ("four old ones", [old(n) for n in range(4)], NOON - HOUR),
        (
            "old ones among as many fresh ones",
            [*(old(n) for n in range(6)), *(fresh(n) for n in range(6))],
            NOON - HOUR,
        ),
        (
            "what a desk missed that was off over the weekend",
            [replace(old(n), published_at=NOON - 3 * DAY) for n in range(20)],
            NOON - 4 * DAY,
        ),
        ("news of the day", [fresh(n) for n in range(40)], NOON - HOUR),
        ("a feed without dates", [replace(fresh(n), published_at=None) for n in range(40)], NOON - HOUR),
    ],
)
def test_no_storm(case, new, last_good_at):
    assert hold_back(new, [], at=NOON, last_good_at=last_good_at) == frozenset()


GUIDS = st.none() | st.sampled_from(["1", "2", "http://news.example/?p=1", "https://news.example/?p=1"])
URLS = st.none() | st.sampled_from(
    ["https://news.example/a", "http://www.news.example/a", "https://news.example/"]
)
ENTRIES = st.builds(
    entry,
    GUIDS,
    URLS,
    st.none() | st.sampled_from([LONG, OTHER, "Live"]),
    st.none() | st.sampled_from([NOON, NOON + HOUR, NOON + 7 * DAY]),
)


@given(st.lists(ENTRIES, max_size=8, unique_by=lambda one: one.entry_id), st.lists(ENTRIES, max_size=8))
def test_a_document_polled_again_brings_nothing_and_no_id_twice(now, before):
    stored = {one.entry_id: known(one) for one in before}

    new = find_new(now, stored.values())

    ids = [one.entry_id for one in new]
    assert len(set(ids)) == len(ids)
    assert not set(ids) & stored.keys()
    assert find_new(now, [*stored.values(), *map(known, new)]) == ()
