"""Rules of kind spike, asked of stored stories and polls."""

from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import pyarrow.parquet as pq
import pytest

from desk import NOON, Desk
from newsmonitor.alertspec import Rule
from newsmonitor.context import open_run
from newsmonitor.records import Alert, Poll, Story, Tag
from newsmonitor.spiking import spike_notices
from storyrows import a_copy, a_link, a_story

KURSK = "The Russia-Ukraine war on the territory of Kursk oblast"
RULE = Rule(name="surge", kind="spike", topic="kursk")
AN_HOUR, A_DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def desk(site, tmp_path) -> Desk:
    desk = Desk(site, tmp_path)
    desk.feed("ledger", [])
    on(desk, range(1, 38 * 24))
    return desk


def on(desk: Desk, hours, *, outcome: str = "same") -> None:
    """Polls, so many hours before noon and at noon itself."""
    polls = [
        Poll(feed_url="https://ledger.example/rss", polled_at=NOON - hour * AN_HOUR, outcome=outcome)
        for hour in (0, *hours)
    ]
    # All in one file of one day: a file each day takes a second to write.
    desk.warehouse.append(polls, batch=f"polls {min(hours)} {outcome} {len(polls)}", day=NOON.date())


def tag(topic: str = "kursk", level: str | None = "main", filed: str | None = "main") -> Tag:
    points = dict.fromkeys(
        ("score", "title_points", "lead_points", "body_points", "place_points", "context_points", "factor"),
        1.0,
    )
    return Tag(topic=topic, level=level, filed_level=filed, **points)


def about(story_id: str, *, hours: float = 0, make=a_story, **values) -> Story:
    """A story about the topic, filed so many hours before noon."""
    usual = {"tags": (tag(),), "topics": ("kursk",), "level": "main", "places": ("sudzha",)}
    return replace(make(story_id, **{**usual, **values}), filed_at=NOON - hours * AN_HOUR)


def store(desk: Desk, *stories: Story, batch: str = "b") -> None:
    for day in {story.filed_at.date() for story in stories}:
        desk.warehouse.append([s for s in stories if s.filed_at.date() == day], batch=batch, day=day)


HOUR_BEFORE = "since=2026-11-24T11:00:00Z&until=2026-11-24T12:00:00Z"


@contextmanager
def run_of(desk: Desk, at=NOON, **settings):
    with open_run(at, desk.settings().model_copy(update=settings)) as run:
        yield run


def notices(desk: Desk, rule: Rule = RULE, *, at=NOON, age=A_DAY, **settings):
    with run_of(desk, at, **settings) as run:
        return spike_notices(run, rule, age=age)


def titles(desk: Desk, rule: Rule = RULE, **options) -> list[str]:
    return [notice.message.title for notice in notices(desk, rule, **options)]


def burst(count: int = 7, **values) -> list[Story]:
    return [about(f"s{n}", outlet=f"Outlet{n}", **values) for n in range(count)]


def test_a_spike_is_told_of_the_topic_and_of_the_place_with_the_numbers_and_the_newest(desk):
    store(
        desk,
        *burst(6),
        about("old", hours=24),
        about("z", title="*Drones*\n@everyone http://evil.example"),
    )

    place, topic = notices(desk, ui_url="https://desk.example")

    assert topic.message.title == f"{KURSK}: 7 stories in the last hour; usual at this hour: 0"
    assert place.message.title == "Sudzha: 7 stories in the last hour; usual at this hour: 0"
    assert topic.message.body.splitlines()[:2] == [
        "2026-11-24 11:00 to 2026-11-24 12:00 UTC: 7 stories, from 7 outlets. A copy is not counted.",
        "The same hour of 28 days before: 0 on average, 1 at most.",
    ]
    assert "- 12:00 Outlet5: Headline s5\n  https://outlet5.example/s5\n" in topic.message.body
    assert "@everyone" not in topic.message.body
    assert "*" not in topic.message.body
    page = f"https://desk.example/newsmonitor/digest/surge?{HOUR_BEFORE}"
    assert topic.message.body.endswith(f"- and 2 more\n\nAll: {page}")
    assert (topic.kind, topic.since, topic.story_id) == ("surge", NOON, None)
    payload = topic.message.payload
    assert (payload["topic"], payload["count"], payload["usual_days"]) == ("kursk", 7, 28)
    assert (payload["from"], payload["until"]) == ("2026-11-24T11:00:00Z", "2026-11-24T12:00:00Z")
    assert payload["links"] == {"digest": page}


def test_a_text_in_forty_outlets_is_one_story(desk):
    copies = [about(f"c{n}", of="s0", outlet=f"Copyist {n}", make=a_copy, hours=0) for n in range(40)]
    store(desk, *burst(2, hours=0.5), *copies)

    assert notices(desk) == []


def test_a_group_counts_when_it_began_and_one_that_is_linked_to_another_not_at_all(desk):
    began = [about(f"s{n}", hours=30 + 5 * n) for n in range(7)]
    later = [about(f"c{n}", of=f"s{n}", outlet="Other", make=a_copy) for n in range(7)]
    store(desk, *began, *later)
    assert notices(desk) == []

    store(desk, *(about(f"x{n}") for n in range(7)), batch="c")
    assert len(notices(desk)) == 2

    links = [a_link(f"x{n}", "s0", at=-1) for n in range(7)]
    desk.warehouse.append(links, batch="c", day=NOON.date())
    assert notices(desk) == []


@pytest.mark.parametrize(
    "values",
    [
        {"is_backlog": True},
        {"tags": (tag(level="main", filed=None),), "is_late_match": True},
        {"tags": (tag(level=None, filed="main"),), "level": None, "topics": ()},
        {"tags": (tag(level="mention", filed="mention"),), "level": "mention"},
        {"tags": (tag("other"),), "topics": ("other",)},
    ],
    ids=["backlog", "matches only now", "matches no more", "mention", "other topic"],
)
def test_what_no_other_rule_would_tell_of_is_not_counted(desk, values):
    store(desk, *burst(**values))

    assert notices(desk) == []


def test_texts_of_the_seed_corpus_and_copies_of_long_ago_are_not_counted(desk):
    store(desk, *(about(f"s{n}", group_id=f"document {n}", copy_of=f"document {n}") for n in range(7)))

    assert notices(desk) == []


def test_a_rule_may_ask_for_places_languages_and_outlets(desk):
    store(desk, *burst(6), *(about(f"r{n}", language="ru", places=("rylsk",)) for n in range(6)))

    assert titles(desk, replace(RULE, places=("rylsk",))) == [
        "Rylsk: 6 stories in the last hour; usual at this hour: 0"
    ]
    assert len(titles(desk, replace(RULE, languages=("ru",)))) == 2
    assert titles(desk, replace(RULE, outlets=("Outlet1", "Outlet2"))) == []
    assert len(titles(desk, replace(RULE, topic=None, level="mention"))) == 3


def test_a_desk_that_was_off_tells_nothing_until_it_knows_three_days(site, tmp_path):
    desk = Desk(site, tmp_path)
    desk.feed("ledger", [])
    on(desk, range(1, 48))
    on(desk, range(48, 38 * 24), outcome="failed")
    store(desk, *burst(12))
    assert notices(desk) == []

    on(desk, range(1, 74))
    assert len(notices(desk)) == 2


def test_every_run_gives_the_same_ids_and_a_later_one_no_other(desk):
    store(desk, *burst(), *(about(f"e{n}", hours=0.5) for n in range(6)))
    on(desk, (0.5, -0.5, -2, -1, -3))

    ids = [notice.notice_id for notice in notices(desk)]
    assert ids == [notice.notice_id for notice in notices(desk)]
    assert ids == [notice.notice_id for notice in notices(desk, at=NOON + 3 * AN_HOUR)]
    assert len(set(ids)) == len(ids)
    assert notices(desk, at=NOON + 25 * AN_HOUR) == []
    assert not set(ids) & {n.notice_id for n in notices(desk, replace(RULE, name="other"))}


def test_an_episode_keeps_its_id_when_a_page_that_came_late_shows_that_it_began_before(desk):
    """At noon five were there; later it turns out that five more were filed twelve minutes before."""
    on(desk, [minutes / 60 for minutes in range(0, 180, 6)])
    store(desk, *burst(5))
    told = notices(desk)
    rows = [
        Alert(alert_id=n.notice_id, rule=RULE.name, channel="c", state="sent", attempt=1, tried_at=NOON)
        for n in told
    ]
    desk.warehouse.append(rows, batch="b", day=NOON.date())

    store(desk, *(about(f"late{n}", hours=0.2) for n in range(5)), batch="c")
    again = notices(desk)

    assert {n.since for n in again} > {n.since for n in told}
    assert {n.notice_id for n in told} <= {n.notice_id for n in again}
    steps = [(n.message.payload["name"], n.message.payload["step"]) for n in again]
    assert sorted(steps) == [("Sudzha", 0), ("Sudzha", 1), (KURSK, 0), (KURSK, 1)]


def test_rows_of_older_versions_count_by_the_level_they_have(desk):
    store(desk, *burst())
    part = next((desk.folder / "warehouse" / "stories").glob("day=*/part-*.parquet"))
    table = pq.read_table(part, partitioning=None)
    tags = [
        [{"topic": each["topic"], "level": each["level"]} for each in row]
        for row in table["tags"].to_pylist()
    ]
    old = table.drop_columns(["tags", "is_late_match"]).append_column("tags", [tags])
    pq.write_table(old, part)

    assert len(notices(desk)) == 2


def test_an_empty_warehouse_has_none(site, tmp_path):
    desk = Desk(site, tmp_path)
    desk.feed("ledger", [])

    assert notices(desk) == []
