"""Stored stories held against changed topic files: what changes, what stays, and that nobody is told of the past."""

import json
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from threading import Thread

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from desk import NOON, Desk
from newsmonitor import pipeline
from newsmonitor.records import Story
from newsmonitor.tagging import tag_story
from newsmonitor.topicfile import load_topic
from smalltopic import ALDBURY, BOTH, NEW, OLD, OVERTON, PEACE, TOPIC
from storyrows import a_copy, a_story

DAY = timedelta(days=1)
TODAY, YESTERDAY = NOON.date(), NOON.date() - DAY
NOTHING = dict.fromkeys(("days", "stories", "changed", "gained", "lost", "level_changed"), 0)


@pytest.fixture
def desk(site, tmp_path) -> Desk:
    desk = Desk(site, tmp_path)
    desk.feed("ledger", [])
    (tmp_path / "seeds" / "topics").mkdir(parents=True)
    write_topic(desk, OLD)
    return desk


def write_topic(desk: Desk, text: str, name: str = "small") -> Path:
    path = desk.folder / "seeds" / "topics" / f"{name}.toml"
    path.write_text(text)
    return path


def settings_of(desk: Desk):
    return desk.settings().model_copy(update={"seeds": desk.folder / "seeds"})


def filed(desk: Desk, *stories: Story, topic: str = OLD) -> None:
    """Store the stories with the tags that a topic file gives them, each on the day when it was filed."""
    topics = [load_topic(topic, None, where="small.toml")]
    for story in stories:
        tagged = tag_story(topics, title=story.title, text=story.text, language=story.language)
        desk.warehouse.append([replace(story, **tagged)], batch="b", day=story.filed_at.date())


def retag(desk: Desk, *, at=NOON, days: list[date] | None = None, **options) -> dict[str, int]:
    with pipeline.open_run(at, settings_of(desk)) as run:
        return pipeline.retag(run, days or pipeline.stored_days(run.warehouse), **options)


def stories(desk: Desk) -> dict[str, Story]:
    return {story.story_id: story for story in desk.warehouse.read(Story)}


def files(desk: Desk) -> dict[Path, tuple[bytes, int]]:
    found = (desk.warehouse.root / "stories").rglob("*.parquet")
    return {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in found}


def hook(desk: Desk) -> list[str]:
    """A channel for the desk's alerts, there since long ago; the titles of the messages that it took."""
    taken: list[str] = []

    def take(exchange) -> None:
        taken.append(json.loads(exchange.request.body)["title"])
        exchange.answer(b"ok")

    desk.site.reply("/hook", take)
    desk.alert_urls = (f"json://127.0.0.1:{desk.site.port}/hook",)
    send(desk, at=NOON - 20 * DAY)
    return taken


def send(desk: Desk, *, at=NOON) -> dict[str, int]:
    with pipeline.open_run(at, settings_of(desk)) as run:
        return pipeline.send_alerts(run)


def test_stories_gain_lose_and_keep_and_all_else_of_them_stays(desk):
    filed(
        desk,
        a_story("gained", text=OVERTON),
        a_story("lost", text=ALDBURY),
        a_story("peace", text=PEACE),
        a_story("kept", title=ALDBURY, text=f"{OVERTON} {ALDBURY}"),
    )
    before = stories(desk)
    write_topic(desk, NEW)

    counts = retag(desk)

    assert counts == {"days": 1, "stories": 4, "changed": 3, "gained": 1, "lost": 1, "level_changed": 0}
    after = stories(desk)
    assert {name: story.level for name, story in after.items()} == {
        "gained": "main",
        "lost": None,
        "peace": None,
        "kept": "main",
    }
    assert (after["gained"].topics, after["gained"].events) == (("small",), ("fighting",))
    assert [tag.level for tag in after["gained"].tags] == ["main"]
    assert after["gained"].matches[0].term == "Overton" or after["gained"].matches[0].role == "event"
    assert (after["lost"].topics, after["lost"].matches) == ((), ())
    assert [(tag.level, tag.filed_level) for tag in after["lost"].tags] == [(None, "main")]
    assert [(tag.level, tag.filed_level) for tag in after["gained"].tags] == [("main", None)]
    tagging = ("topics", "tags", "level", "topic_score", "places", "events", "actors", "matches")
    for name, story in after.items():
        kept = {column: getattr(story, column) for column in tagging}
        assert replace(before[name], **kept, is_late_match=name == "gained") == story
    assert [row["batch"] for row in desk.rows("select batch from stories")] == ["b"] * 4


def test_a_second_retag_writes_nothing_and_neither_does_one_of_the_same_file(desk):
    filed(desk, a_story("a", text=ALDBURY), a_story("b", text=PEACE))
    before = files(desk)
    assert retag(desk) == {**NOTHING, "days": 1, "stories": 2}
    assert files(desk) == before

    write_topic(desk, NEW)
    retag(desk)
    before = files(desk)

    assert retag(desk) == {**NOTHING, "days": 1, "stories": 2}
    assert files(desk) == before


def test_a_day_on_which_nothing_changes_is_not_written(desk):
    filed(desk, a_story("old", text=PEACE, filed_at=NOON - DAY), a_story("new", text=ALDBURY, filed_at=NOON))
    before = files(desk)
    write_topic(desk, NEW)

    assert retag(desk)["changed"] == 1

    assert {path.parent.name for path, content in files(desk).items() if before[path] != content} == {
        f"day={TODAY}"
    }


def test_a_dry_run_counts_and_writes_nothing(desk):
    filed(desk, a_story("a", text=ALDBURY), a_story("b", text=OVERTON))
    before = files(desk)
    write_topic(desk, NEW)

    counts = retag(desk, is_dry=True)

    assert counts == {"days": 1, "stories": 2, "changed": 2, "gained": 1, "lost": 1, "level_changed": 0}
    assert files(desk) == before
    assert retag(desk) == counts


def test_another_level_is_counted(desk):
    filed(desk, a_story("a", title=None, text=ALDBURY))
    write_topic(desk, OLD + "[score]\nmain = 90\n")

    counts = retag(desk)

    assert (counts["changed"], counts["level_changed"]) == (1, 1)
    assert (stories(desk)["a"].level, stories(desk)["a"].is_late_match) == ("mention", False)
    write_topic(desk, OLD)
    retag(desk)
    # As it was when it was filed.
    assert (stories(desk)["a"].level, stories(desk)["a"].is_late_match) == ("main", False)


def test_all_topics_apply_and_one_that_is_deleted_loses_its_tags(desk):
    filed(desk, a_story("a", text=f"{ALDBURY} {OVERTON}"))
    other = write_topic(desk, NEW.replace('"small"', '"other"'), "other")

    assert retag(desk)["gained"] == 1
    assert stories(desk)["a"].topics == ("other", "small")
    found = {tag.topic: (tag.level, tag.filed_level) for tag in stories(desk)["a"].tags}
    assert found == {"small": ("main", "main"), "other": ("main", None)}
    assert stories(desk)["a"].is_late_match

    other.unlink()
    assert retag(desk)["lost"] == 1
    assert stories(desk)["a"].topics == ("small",)


def test_only_the_chosen_days(desk):
    filed(desk, *(a_story(f"{n}", text=ALDBURY, filed_at=NOON - n * DAY) for n in range(3)))
    write_topic(desk, NEW)

    assert retag(desk, days=[YESTERDAY])["days"] == 1

    assert [stories(desk)[f"{n}"].level for n in range(3)] == ["main", None, "main"]


def test_it_may_be_stopped_between_days_and_begun_again(desk):
    filed(desk, *(a_story(f"{n}", text=ALDBURY, filed_at=NOON - n * DAY) for n in range(3)))
    write_topic(desk, NEW)

    def stop() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        retag(desk, tell=stop)
    assert [stories(desk)[f"{n}"].level for n in range(3)] == [None, "main", "main"]

    assert retag(desk) == {**NOTHING, "days": 3, "stories": 3, "changed": 2, "lost": 2}
    assert [stories(desk)[f"{n}"].level for n in range(3)] == [None, None, None]


def test_it_waits_for_stories_that_are_being_filed(desk):
    filed(desk, a_story("a", text=ALDBURY))
    write_topic(desk, NEW)
    house, work = desk.warehouse, Thread(target=retag, args=(desk,))

    with house.lock("file_stories.step"):
        work.start()
        work.join(1)
        assert work.is_alive()
        assert stories(desk)["a"].level == "main"
    work.join(30)

    assert stories(desk)["a"].level is None


# ---- nobody is told of the past ---------------------------------------------------------------------------


def test_what_matches_only_now_makes_no_alert_and_what_is_owed_stays_owed(desk):
    taken = hook(desk)
    filed(
        desk,
        a_story("owed", title="Owed", text=ALDBURY, filed_at=NOON),
        a_story("past", title="Past", text=OVERTON, filed_at=NOON),
        a_story("lost", title="Lost", text="The siege of Netherby began.", filed_at=NOON),
        topic=TOPIC.format(anchors='"Aldbury", "Netherby"'),
    )
    write_topic(desk, BOTH)
    retag(desk)
    assert {name: (each.level, each.is_late_match) for name, each in stories(desk).items()} == {
        "owed": ("main", False),
        "past": ("main", True),
        "lost": (None, False),
    }

    assert send(desk)["sent"] == 1

    assert taken == ["Owed"]
    assert send(desk)["owed"] == 0


def test_what_was_marked_once_stays_marked(desk):
    filed(desk, a_story("late", text=f"{ALDBURY} {OVERTON}", filed_at=NOON))
    # As an older version marked it.
    [row] = stories(desk).values()
    marked = replace(row, is_late_match=True, tags=(replace(row.tags[0], filed_level=None),))
    desk.warehouse.replace([marked], days=[TODAY])
    write_topic(desk, NEW)

    assert retag(desk)["changed"] == 1

    assert (stories(desk)["late"].level, stories(desk)["late"].is_late_match) == ("main", True)


def test_a_copy_is_not_told_of_when_its_group_was_not_and_the_first_story_loses_its_level(desk):
    taken = hook(desk)
    filed(
        desk,
        a_story("first", text=ALDBURY, is_backlog=True, filed_at=NOON - DAY),
        a_copy("copy", "first", "Herald", text=f"{ALDBURY} {OVERTON}", filed_at=NOON),
    )
    assert send(desk)["owed"] == 0
    write_topic(desk, NEW)

    retag(desk)

    assert [stories(desk)[name].level for name in ("first", "copy")] == [None, "main"]
    assert send(desk)["owed"] == 0
    assert taken == []


def test_the_same_where_both_are_of_one_day(desk):
    taken = hook(desk)
    filed(
        desk,
        a_story("first", text=ALDBURY, is_backlog=True, filed_at=NOON),
        a_copy("copy", "first", "Herald", text=f"{ALDBURY} {OVERTON}", filed_at=NOON + timedelta(minutes=5)),
    )
    write_topic(desk, NEW)

    retag(desk, at=NOON + timedelta(hours=1))

    assert send(desk, at=NOON + timedelta(hours=1))["owed"] == 0
    assert taken == []


def test_an_alert_that_is_owed_is_not_lost_when_an_earlier_story_of_its_group_matches_too(desk):
    taken = hook(desk)
    filed(
        desk,
        a_story("first", title="First", text=OVERTON, filed_at=NOON - timedelta(hours=2)),
        a_copy("copy", "first", "Herald", title="Copy", text=f"{ALDBURY} {OVERTON}", filed_at=NOON),
    )
    write_topic(desk, BOTH)

    retag(desk)

    assert send(desk)["sent"] == 1
    assert taken == ["Copy"]


def test_a_group_that_was_told_of_is_not_told_of_again(desk):
    taken = hook(desk)
    filed(
        desk,
        a_story("first", title="First", text=ALDBURY, filed_at=NOON - timedelta(hours=1)),
        a_copy("copy", "first", "Herald", text=f"{ALDBURY} {OVERTON}", filed_at=NOON),
    )
    send(desk)
    write_topic(desk, NEW)

    retag(desk)

    assert send(desk)["owed"] == 0
    assert taken == ["First"]


def test_a_group_that_was_told_of_long_ago_is_not_told_of_again(desk):
    taken = hook(desk)
    filed(desk, a_story("first", title="First", text=ALDBURY, filed_at=NOON - 10 * DAY))
    send(desk, at=NOON - 10 * DAY)
    filed(desk, a_copy("copy", "first", "Herald", text=f"{ALDBURY} {OVERTON}", filed_at=NOON))
    assert send(desk)["owed"] == 0
    write_topic(desk, NEW)

    retag(desk)

    assert (stories(desk)["first"].level, stories(desk)["copy"].level) == (None, "main")
    assert send(desk)["owed"] == 0
    assert taken == ["First"]


# ---- rows without a text, and of earlier versions ---------------------------------------------------------


def test_a_story_without_a_text_is_judged_by_that_of_the_one_it_repeats(desk):
    filed(
        desk,
        a_story("first", text=OVERTON, filed_at=NOON - 2 * DAY),
        a_copy("same", "first", "Herald", kind="url", title="Late news", text=None, filed_at=NOON),
        a_copy("orphan", "gone", "Herald", kind="url", title=OVERTON, text=None, filed_at=NOON),
        a_copy("bare", "gone", "Herald", kind="url", title="Late news", text=None, filed_at=NOON),
    )
    write_topic(desk, NEW)

    retag(desk)

    after = stories(desk)
    assert [after[name].level for name in ("first", "same", "orphan", "bare")] == [
        "main",
        "main",
        "main",
        None,
    ]
    assert after["same"].text is None
    assert {OVERTON[match.start : match.end] for match in after["same"].matches} == {"Overton", "siege"}


def as_before_tags(desk: Desk, day: date) -> None:
    """Write a day's file as a version without `tags`, `events`, `actors` and two fields of the matches wrote it."""
    [part] = (desk.warehouse.root / "stories" / f"day={day}").glob("*.parquet")
    table = pq.read_table(part, partitioning=None).drop_columns(["tags", "events", "actors"])
    at = table.schema.get_field_index("matches")
    fields = [
        field for field in table.schema.field(at).type.value_type if field.name not in ("name", "acled")
    ]
    names = {field.name for field in fields}
    matches = [
        [{name: value for name, value in match.items() if name in names} for match in row]
        for row in table["matches"].to_pylist()
    ]
    column = pa.array(matches, pa.list_(pa.struct(fields)))
    pq.write_table(table.set_column(at, "matches", column), part)


@pytest.mark.parametrize("is_mixed", [False, True])
def test_rows_of_before_there_were_tags_are_read_and_retagged(desk, is_mixed):
    filed(
        desk,
        a_story("old", text=ALDBURY, filed_at=NOON - DAY),
        a_story("gained", text=OVERTON, filed_at=NOON - DAY),
        a_story("peace", text=PEACE, filed_at=NOON - DAY),
    )
    as_before_tags(desk, YESTERDAY)
    if is_mixed:
        filed(desk, a_story("new", text=ALDBURY, filed_at=NOON))
    [old] = desk.warehouse.read(Story, "story_id = 'old'")
    assert (old.level, old.tags) == ("main", ())
    write_topic(desk, BOTH)

    counts = retag(desk)

    assert (counts["changed"], counts["gained"], counts["lost"], counts["level_changed"]) == (2, 1, 0, 0)
    after = stories(desk)
    assert [(tag.topic, tag.level) for tag in after["old"].tags] == [("small", "main")]
    assert {match.name for match in after["old"].matches} == {"town", "fighting"}
    assert (after["old"].events, after["old"].is_late_match) == (("fighting",), False)
    assert (after["gained"].level, after["gained"].is_late_match) == ("main", True)
    assert after["peace"].level is None
    assert retag(desk)["changed"] == 0
