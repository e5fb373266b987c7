"""The digest of a rule, from stories in a warehouse to every form of the message."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from newsmonitor import digests
from newsmonitor.alertspec import Rule
from newsmonitor.context import open_run
from newsmonitor.records import Match, Poll
from newsmonitor.settings import Settings
from newsmonitor.warehouse import Warehouse
from storyrows import NOON, a_copy, a_link, a_story, a_tag, store

ROOT = Path(__file__).resolve().parents[1]
RULE = Rule(name="kursk", topic="kursk", level="mention")
SINCE, UNTIL = NOON - timedelta(hours=12), NOON + timedelta(hours=12)
LEDGER, POST = "https://ledger.example/rss", "https://post.example/rss"


def sudzha(**values):
    usual = {
        "topic": "kursk", "term": "Sudzha", "role": "place", "name": "Sudzha", "counted": True, "field": "lead",
        "start": 14, "end": 20, "snippet": "near Sudzha", "place_id": "sudzha", "latitude": 51.191, "longitude": 35.271,
        "points": 22.0,
    }  # fmt: skip
    return Match(**{**usual, **values})


PERIOD = "since=2026-11-24T00:00:00Z&until=2026-11-25T00:00:00Z"


def about_kursk(story_id, outlet="Ledger", *, level="main", **values):
    tagged = {"topics": ("kursk",), "tags": (a_tag(level),), "level": level, "matches": (sudzha(),)}
    return a_story(story_id, outlet, **{**tagged, **values})


def a_failure(url, at, count):
    return Poll(
        feed_url=url, polled_at=at, outcome="failed", failure_class="server", failure_count=count, failing_since=at,
        error="HTTP 503", is_full=False, entry_count=0, new_count=0, held_count=0, is_lying=False,
    )  # fmt: skip


@pytest.fixture
def desk(tmp_path):
    """The settings of a desk of two feeds with an empty warehouse."""
    feeds = tmp_path / "feeds.opml"
    feeds.write_text(
        "<opml version='2.0'><head/><body>"
        f"<outline type='rss' text='Ledger' xmlUrl='{LEDGER}'/><outline type='rss' text='Post' xmlUrl='{POST}'/>"
        "</body></opml>"
    )
    return Settings(
        warehouse=tmp_path / "warehouse",
        seeds=ROOT / "seeds",
        feeds=feeds,
        ui_url="https://airflow.example.org",
    )


def made(settings, ids, *, at=UNTIL, rule=RULE, **values):
    with open_run(at, settings) as run:
        return digests.make(run, rule, ids, **{"since": SINCE, "until": UNTIL, **values})


def loaded(settings, ids, *, rule=RULE):
    with open_run(UNTIL, settings) as run:
        return digests.load(run, rule, ids, since=SINCE, until=UNTIL)


def test_a_digest_has_every_form(desk):
    store(
        Warehouse(desk.warehouse),
        about_kursk("a", title="Bridge hit", language="ru"),
        a_copy("c", "a", "Wire", at=130),
        about_kursk("b", "Post", at=10, level="mention"),
    )

    message = made(desk, ["a", "b"])

    assert message.title == "kursk: 2 stories in 24 hours (English 1, Russian 1)"
    assert message.short == f"{message.title} https://airflow.example.org/newsmonitor/digest/kursk?{PERIOD}"
    assert message.html.startswith("<!DOCTYPE html>")
    assert message.body == "\n".join(
        [
            "2 stories, repeated 1 time, at 3 outlets. English 1, Russian 1.",
            "2026-11-24 03:00 to 2026-11-25 03:00 Moscow time (00:00 UTC)",
            "The Russia-Ukraine war on the territory of Kursk oblast",
            f"https://airflow.example.org/newsmonitor/digest/kursk?{PERIOD}",
            "",
            "1. Bridge hit",
            "   Ledger · 2026-11-24 15:00 Moscow time (12:00 UTC) · main · Russian",
            "   Also at Wire (+2 h)",
            "   Why: Sudzha (lead)",
            "   https://ledger.example/a",
            "",
            "2. Headline b",
            "   Post · 2026-11-24 15:10 Moscow time (12:10 UTC) · mention · English",
            "   Why: Sudzha (lead)",
            "   https://post.example/b",
            "",
            "When: 24 Nov 15:00 2",
            "",
            "Where: Sudzha 2",
            "",
            "Outlets: Ledger 1, Post 1, Wire 1",
            "",
            "No feed broke in this time.",
        ]
    )


def test_the_payload_is_json_with_all_that_a_program_asks_for(desk):
    store(Warehouse(desk.warehouse), about_kursk("a"), a_copy("c", "a", "Wire", at=130))

    payload = json.loads(json.dumps(dict(made(desk, ["a"]).payload), allow_nan=False))

    assert payload["kind"] == "digest"
    assert (payload["since"], payload["until"]) == ("2026-11-24T00:00:00Z", "2026-11-25T00:00:00Z")
    assert payload["languages"] == {"en": 1}
    assert payload["timeline"] == [{"start": "2026-11-24T12:00:00Z", "count": 1}]
    assert payload["places"] == [{"name": "Sudzha", "latitude": 51.191, "longitude": 35.271, "count": 1}]
    (story,) = payload["stories"]
    assert (story["story_id"], story["group_id"], story["outlets"]) == ("a", "a", ["Ledger", "Wire"])
    assert story["links"] == {
        "original": "https://ledger.example/a",
        "story": "https://airflow.example.org/newsmonitor/stories/a",
    }


def test_the_most_widely_told_comes_first_then_what_is_about_it_then_the_newest(desk):
    store(
        Warehouse(desk.warehouse),
        about_kursk("old"),
        about_kursk("new", at=30),
        about_kursk("mention", at=60, level="mention"),
        about_kursk("wide", at=-60, level="mention"),
        a_copy("c", "wide", "Wire"),
    )

    digest = loaded(desk, ["mention", "new", "old", "wide"])

    assert [each.story.story_id for each in digest.told] == ["wide", "new", "old", "mention"]


def test_groups_that_were_found_to_be_one_are_told_once(desk):
    store(Warehouse(desk.warehouse), about_kursk("a"), about_kursk("b", "Wire", at=20), a_link("b", "a"))

    digest = loaded(desk, ["a", "b", "a", "gone"])

    assert [each.story.story_id for each in digest.told] == ["a"]
    assert digest.outlets == [("Ledger", 1, 0), ("Wire", 0, 1)]


def test_the_feeds_that_broke_in_the_period_are_named_by_their_outlets(desk):
    warehouse = Warehouse(desk.warehouse)
    store(warehouse, a_failure(POST, NOON, 3), a_failure("https://unlisted.example/rss", NOON, 3))
    warehouse.append([a_failure(LEDGER, SINCE - timedelta(hours=1), 3)], batch="c", day=SINCE.date())

    message = made(desk, [])

    assert "- Post: HTTP 503; 3 times in a row" in message.body
    assert "Ledger" not in message.body
    assert "unlisted" not in message.body
    assert [feed["outlet"] for feed in message.payload["broken_feeds"]] == ["Post"]


def test_an_empty_digest_is_a_message_too(desk):
    message = made(desk, [])

    assert message.title == "kursk: no story in 24 hours"
    assert message.body.startswith("Nothing matched.\n")
    assert message.payload["stories"] == []
    assert "No story in 24 hours" in message.html


def test_the_reason_stands_first(desk):
    store(Warehouse(desk.warehouse), about_kursk("a"))

    message = made(desk, ["a"], reason="37 at once are more than the 30 an hour that the rule allows.")

    assert message.body.startswith(
        "37 at once are more than the 30 an hour that the rule allows.\n\n1 story, at"
    )
    assert "37 at once" in message.html
    assert message.payload["reason"].startswith("37 at once")


def test_without_the_address_of_the_ui_there_are_no_links_to_it(desk):
    store(Warehouse(desk.warehouse), about_kursk("a"))

    message = made(desk.model_copy(update={"ui_url": None}), ["a"])

    assert message.short == message.title
    assert "airflow" not in message.body + message.html
    assert message.payload["links"] == {"digest": None}


def test_a_rule_for_any_topic_has_the_zone_of_its_stories_where_that_is_one(desk):
    anything = Rule(name="all")
    store(
        Warehouse(desk.warehouse),
        about_kursk("a"),
        a_story("z", topics=("zaporizhzhia-npp",), tags=(a_tag(topic="zaporizhzhia-npp"),), level="main"),
    )

    assert loaded(desk, ["a"], rule=anything).zone.key == "Europe/Moscow"
    assert loaded(desk, ["a", "z"], rule=anything).zone.key == "UTC"
    assert loaded(desk, [], rule=anything).zone.key == "UTC"


def test_five_hundred_stories_fit_into_an_email_and_a_chat(desk):
    stories = [
        about_kursk(
            f"{n:032x}",
            f"Издание {n % 70}",
            at=n,
            title=f"Жителей {n} сёл вывезли в Рыльск после атаки",
            text="Слово о Судже. " * 40,
            url=f"https://izdanie.example/2026/11/24/{n}",
        )
        for n in range(500)
    ]
    store(Warehouse(desk.warehouse), *stories)

    message = made(desk, [story.story_id for story in stories])

    assert len(message.html.encode()) < 100_000
    assert message.payload["story_count"] == len(message.payload["stories"]) == 500
    assert message.body.count("\n   https://") == 100
    assert "\nAnd 400 more stories.\n" in message.body
    assert len(message.body) < 30_000
    assert len(message.title) < 200


def test_the_words_of_strangers_are_harmless_in_the_plain_form(desk):
    evil = "\u202e@everyone [win](https://evil.example)\x1b[31m\nSecond line"
    store(
        Warehouse(desk.warehouse),
        about_kursk("a", evil, title=evil, text=evil, url="javascript:alert(1)"),
        a_copy("c", "a", evil + "2"),
    )

    message = made(desk, ["a"])

    plain = message.title + message.body + message.short
    assert not {"\u202e", "\x1b"} & set(plain)
    assert "@everyone" not in plain
    assert "javascript:" not in plain + message.html
    assert "\nSecond line" not in plain
    assert message.payload["stories"][0]["links"]["original"] is None


def test_the_same_digest_comes_out_the_same_when_it_is_tried_again(desk):
    store(Warehouse(desk.warehouse), about_kursk("a"), about_kursk("b", at=3), a_copy("c", "a", "Wire", at=9))

    assert made(desk, ["a", "b"]) == made(desk, ["b", "a"])


def test_times_of_another_zone_are_no_trouble(desk):
    store(Warehouse(desk.warehouse), about_kursk("a"))

    message = made(desk, ["a"], since=datetime(2026, 11, 24, tzinfo=UTC), until=UNTIL.astimezone())

    assert "2026-11-24 03:00 to 2026-11-25 03:00 Moscow time" in message.body
