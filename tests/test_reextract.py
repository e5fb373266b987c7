"""Captured pages read again: the tables follow the rules of reading, once, and nobody is told."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest

from desk import NOON, TEN_MINUTES, WAR, Desk
from newsmonitor import pipeline, reextract
from newsmonitor.owing import count_owed
from newsmonitor.reading import unread
from newsmonitor.records import Page, Story

TODAY = NOON.date()
TOMORROW = NOON + timedelta(days=1)
NOTHING = dict.fromkeys(reextract.COUNTS, 0)


@pytest.fixture(scope="module")
def two_days(tmp_path_factory, module_site) -> Desk:
    """A desk of two days: a page about the topic, one that is not; a day later one more."""
    desk = Desk(module_site, tmp_path_factory.mktemp("desk"))
    desk.feed("ledger", [desk.article("/0", "An old item")])
    desk.cycle(NOON - TEN_MINUTES)
    desk.feed(
        "ledger", [desk.article("/war", "Fighting near Sudzha", WAR), desk.article("/hall", "Market hall")]
    )
    desk.cycle()
    desk.feed("ledger", [desk.article("/later", "A later item")], at=TOMORROW)
    desk.cycle(TOMORROW)
    return desk


@pytest.fixture(scope="module")
def module_site():
    from newsroom import Site

    with Site() as site:
        yield site


@pytest.fixture
def desk(two_days, tmp_path) -> Desk:
    """A copy of that desk, to be changed."""
    shutil.copytree(two_days.folder, tmp_path / "desk")
    return replace(two_days, folder=tmp_path / "desk")


def again(desk: Desk, *, at=TOMORROW + timedelta(days=2), tell: Callable = lambda: None, **chosen) -> dict:
    with pipeline.open_run(at, desk.settings()) as run:
        selected = reextract.captured_pages(run.warehouse, **chosen)
        return reextract.reextract(run, selected, tell=tell)


def would_change(desk: Desk) -> tuple[list[reextract.Change], dict]:
    shown: list[reextract.Change] = []
    with pipeline.open_run(TOMORROW, desk.settings()) as run:
        selected = reextract.captured_pages(run.warehouse)
        counts = reextract.would_change(run, selected, show=shown.append, tell=lambda: None)
    return shown, counts


def pages(desk: Desk) -> list[Page]:
    return desk.warehouse.read(Page, order="fetched_at, entry_id")


def stories(desk: Desk) -> dict[str, Story]:
    return {story.title: story for story in desk.warehouse.read(Story)}


def as_an_earlier_version_read_it(desk: Desk, headline: str, **values: object) -> Page:
    """Store a page as if it had been read by other rules; the row as the rules of today have it."""
    [good] = desk.warehouse.read(Page, "title = ?", [headline])
    days = [TODAY, TOMORROW.date()]
    assert desk.warehouse.replace([replace(good, **values)], days=days, key=("entry_id", "attempt")) == []
    return good


def files(desk: Desk) -> dict:
    tables = ("pages", "stories")
    return {p: p.read_bytes() for t in tables for p in (desk.warehouse.root / t).rglob("*.parquet")}


def test_where_nothing_reads_otherwise_nothing_is_written(desk):
    before = files(desk)

    assert again(desk) == {**NOTHING, "read": 4}

    assert files(desk) == before


def test_a_page_that_was_read_by_other_rules_is_brought_up_to_date_where_it_lies(desk):
    before = desk.rows("select entry_id, batch, day from pages order by 1")
    good = as_an_earlier_version_read_it(
        desk, "Market hall", title="Market hall | Ledger", text="Menu", byline=("Admin",), section="x"
    )
    walled = as_an_earlier_version_read_it(
        desk, "A later item", outcome="wall", failure_class="paywall", error="x", text=None
    )

    counts = again(desk)

    assert (counts["changed"], counts["no_longer_wall"]) == (2, 1)
    assert again(desk) == {**NOTHING, "read": 4}
    assert desk.rows("select entry_id, batch, day from pages order by 1") == before
    assert desk.warehouse.read(Page, "entry_id = ?", [good.entry_id]) == [good]
    assert desk.warehouse.read(Page, "entry_id = ?", [walled.entry_id]) == [walled]


def test_a_dry_run_shows_what_would_change_and_writes_nothing(desk):
    good = as_an_earlier_version_read_it(desk, "Market hall", text="Menu", outcome="read")
    walled = as_an_earlier_version_read_it(desk, "A later item", outcome="wall", failure_class="paywall")
    before = files(desk)

    shown, counts = would_change(desk)

    assert counts == {**NOTHING, "read": 4, "changed": 2, "no_longer_wall": 1}
    assert [(change.before.text, change.after) for change in shown] == [("Menu", good), (walled.text, walled)]
    assert [change.day for change in shown] == [TODAY, TOMORROW.date()]
    assert files(desk) == before


def test_a_page_whose_text_is_found_no_more_is_told(desk):
    [page] = desk.warehouse.read(Page, "title = 'Market hall'")
    empty = replace(page, content_type="image/png")
    desk.warehouse.replace([empty], days=[TODAY], key=("entry_id", "attempt"))

    shown, counts = would_change(desk)

    assert counts == {**NOTHING, "read": 4, "changed": 1, "lost_text": 1}
    assert (shown[0].after.text, shown[0].after.failure_class) == (None, "not_html")


def test_a_capture_that_is_gone_leaves_its_page_as_it_is(desk):
    as_an_earlier_version_read_it(desk, "Market hall", text="Menu")
    before = pages(desk)
    shutil.rmtree(desk.warehouse.root / "archive" / f"day={TODAY}")

    assert again(desk) == {**NOTHING, "read": 1, "gone": 3}
    assert pages(desk) == before


@pytest.mark.parametrize(
    "values",
    [
        {"outcome": "wall", "failure_class": "same_text"},
        {"outcome": "failed", "failure_class": "http_4xx", "http_status": 403},
        {"outcome": "wall", "failure_class": "paywall", "http_status": 402},
        {"outcome": "failed", "failure_class": "timeout", "next_try_at": NOON},
    ],
)
def test_a_page_judged_by_many_or_a_refusal_is_not_read_again(desk, values):
    as_an_earlier_version_read_it(desk, "Market hall", text=None, **values)

    assert again(desk) == {**NOTHING, "read": 3}


@pytest.mark.parametrize(
    "chosen, count",
    [
        ({}, 4),
        ({"since": TOMORROW.date()}, 1),
        ({"until": TODAY}, 3),
        ({"since": TODAY, "until": TODAY}, 3),
        ({"since": date(2027, 1, 1)}, 0),
        ({"limit": 2}, 2),
        ({"host": "127.0.0.1"}, 4),
        ({"host": "0.0.1"}, 4),
        ({"host": "7.0.0.1"}, 0),
        ({"host": "'; drop table pages"}, 0),
    ],
)
def test_pages_are_chosen_by_day_and_host(two_days, chosen, count):
    found = reextract.captured_pages(two_days.warehouse, **chosen)

    assert sum(map(len, found.values())) == count
    assert list(found) == sorted(found)


def test_what_is_read_again_is_the_row_of_the_answer_alone(two_days):
    [page] = two_days.warehouse.read(Page, "title = 'Market hall'")

    bare = unread(replace(page, outcome="wall", failure_class="paywall", error="x"))

    assert (bare.outcome, bare.failure_class, bare.text, bare.title, bare.byline) == (
        "no_text",
        None,
        None,
        None,
        (),
    )
    assert (bare.archive_ref, bare.attempt, bare.http_status) == (page.archive_ref, page.attempt, 200)


def test_it_may_be_stopped_and_begun_again(desk):
    good = as_an_earlier_version_read_it(desk, "Market hall", text="Menu")
    later = as_an_earlier_version_read_it(desk, "A later item", text="Menu")
    seen = iter(range(4))

    def stop_at_the_last_day() -> None:
        if next(seen) == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        again(desk, tell=stop_at_the_last_day)
    texts = {page.entry_id: page.text for page in pages(desk)}
    assert (texts[good.entry_id], texts[later.entry_id]) == (good.text, "Menu")

    assert again(desk)["changed"] == 1
    assert {page.entry_id: page for page in pages(desk)}[later.entry_id] == later


def test_the_story_follows_its_page_and_stays_itself(desk):
    good = stories(desk)["Market hall"]
    as_an_earlier_version_read_it(desk, "Market hall", text="Menu", title="Wrong")
    wrong = replace(good, text="Menu", title="Wrong", word_count=1, text_sha256=None)
    desk.warehouse.replace([wrong], days=[TODAY])

    at = TOMORROW + timedelta(days=2)

    counts = again(desk, at=at)

    assert (counts["changed"], counts["stories"]) == (1, 1)
    assert stories(desk)["Market hall"] == replace(good, refiled_at=at)


def test_a_story_that_matches_only_now_is_marked_and_alerts_nobody(desk):
    good = stories(desk)["Fighting near Sudzha"]
    assert (good.level, good.is_backlog) == ("main", False)
    as_an_earlier_version_read_it(desk, "Fighting near Sudzha", text="Menu")
    unmatched = replace(
        good, text="Menu", level=None, topics=(), tags=(), matches=(), places=(), topic_score=None
    )
    desk.warehouse.replace([unmatched], days=[TODAY])
    at = NOON + timedelta(hours=1)

    counts = again(desk, at=at)

    assert counts["stories"] == 1
    late = tuple(replace(tag, filed_level=None) for tag in good.tags)
    assert stories(desk)["Fighting near Sudzha"] == replace(
        good, refiled_at=at, tags=late, is_late_match=True
    )
    with pipeline.open_run(at, desk.settings()) as run:
        assert count_owed(run) == 0
