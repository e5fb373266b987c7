"""The message of an alert: what a person reads."""

from datetime import UTC, datetime

from newsmonitor.alerts import DEFAULT_RULE, Rule, alert_id, compose, why
from newsmonitor.records import Match, Story

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
TEXT = "Drones hit Sudzha overnight. Two people were hurt. The governor called for calm. More follows."


def match(
    term: str, start: int, end: int, *, counted: bool = True, sense: str | None = None, points: float = 1.0
) -> Match:
    return Match(
        topic="kursk", term=term, role="anchor", sense=sense, counted=counted, field="lead", start=start, end=end,
        snippet="", points=points,
    )  # fmt: skip


def story(**more) -> Story:
    fields = {
        "story_id": "s", "entry_id": "s", "url": "https://a.example/1", "outlet": "Northern Ledger", "feed_url": "f",
        "title": "Drones over\nSudzha", "language": "en", "published_at": NOON, "seen_at": NOON, "filed_at": NOON,
        "text": TEXT, "extraction": "page", "group_id": "s", "topics": ("kursk",), "level": "main",
        "matches": (match("Sudzha", 11, 17),), "is_backlog": False,
    }  # fmt: skip
    return Story(**(fields | more))


def test_the_message_says_who_when_why_and_where():
    message = compose(story())

    assert message.title == "Drones over Sudzha"
    assert message.body.splitlines() == [
        "Northern Ledger · 2026-11-24 12:00 UTC · main · en",
        "Why: Sudzha (lead)",
        "",
        "Drones hit Sudzha overnight. Two people were hurt.",
        "",
        "https://a.example/1",
    ]


def test_a_story_of_which_little_is_known_still_makes_a_message():
    message = compose(
        story(title=None, url=None, text=None, summary=None, published_at=None, language=None, matches=())
    )

    assert message.title == "(no headline)"
    assert "time unknown" in message.body
    assert "(no address)" in message.body


def test_a_text_without_a_full_stop_is_cut():
    body = compose(story(text="word " * 500)).body

    assert len(body) < 500
    assert "…" in body


def test_why_names_the_strongest_first_each_once_and_what_was_ruled_out():
    said = why(
        story(
            matches=(
                match("hurt", 45, 49, points=1.0),
                match("Sudzha", 11, 17, points=20.0),
                match("Sudzha", 11, 17, points=2.0),
                match("K-141", 0, 6, counted=False, sense="submarine", points=0.0),
            )
        )
    )

    assert said == "Sudzha (lead), hurt (lead); ruled out: submarine"


def test_an_alert_is_one_per_group_and_rule():
    other = Rule(name="other", levels=("main",))

    assert alert_id("g", DEFAULT_RULE) == alert_id("g", DEFAULT_RULE)
    assert len({alert_id("g", DEFAULT_RULE), alert_id("h", DEFAULT_RULE), alert_id("g", other)}) == 3
