"""Rules of the kinds outlet and revision: another outlet runs a story, an outlet edits it or takes it down."""

from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace

import pyarrow.parquet as pq
import pytest

from newsmonitor.alertspec import Rule
from newsmonitor.alsotold import outlet_notices, revision_notices
from newsmonitor.records import Recheck, Tag
from newsmonitor.warehouse import Warehouse
from storyrows import NOON, a_copy, a_link, a_revision, a_story, minutes, store

OUTLET = Rule(name="also", kind="outlet", topic="kursk")
REVISION = Rule(name="edits", kind="revision", topic="kursk")
A_DAY = timedelta(days=1)
POINTS = dict.fromkeys(
    ("score", "title_points", "lead_points", "body_points", "place_points", "context_points", "factor"), 1.0
)


def tag(topic: str = "kursk", level: str | None = "main", filed: str | None = "main") -> Tag:
    return Tag(topic=topic, level=level, filed_level=filed, **POINTS)


MATCHING = {"tags": (tag(),), "topics": ("kursk",), "level": "main", "places": ("sudzha",)}


@pytest.fixture
def warehouse(tmp_path) -> Warehouse:
    return Warehouse(tmp_path)


def run_at(warehouse: Warehouse, hours: float = 6, ui_url: str | None = None):
    """What of a run these rules use."""
    return SimpleNamespace(
        warehouse=warehouse, at=NOON + minutes(60 * hours), settings=SimpleNamespace(ui_url=ui_url)
    )


def outlets(warehouse: Warehouse, rule: Rule = OUTLET, *, hours: float = 6, age=A_DAY):
    return outlet_notices(run_at(warehouse, hours), rule, age=age)


def edits(warehouse: Warehouse, rule: Rule = REVISION, *, hours: float = 6, age=A_DAY):
    return revision_notices(run_at(warehouse, hours), rule, age=age)


def told(notices) -> list[str]:
    return [notice.story_id for notice in notices]


def test_each_other_outlet_is_told_of_once_and_the_first_and_a_second_copy_are_not(warehouse):
    store(
        warehouse,
        a_story("s", **MATCHING),
        a_copy("own", "s", "Ledger", at=10, **MATCHING),
        a_copy("c1", "s", "Courier", at=30, **MATCHING),
        a_copy("c2", "s", "Courier", at=40, **MATCHING),
        a_copy("d", "s", "Dispatch", at=200, **MATCHING),
    )

    found = outlets(warehouse)

    assert told(found) == ["c1", "d"]
    assert [(n.kind, n.group_id, n.since) for n in found] == [
        ("also", "s", NOON + minutes(35)),
        ("also", "s", NOON + minutes(205)),
    ]
    assert found[1].message.title == "Dispatch runs it, too: Headline s"


def test_the_message_says_what_the_copy_adds_who_had_it_and_where_it_stands(warehouse):
    store(
        warehouse,
        a_story("s", title="Drones over @everyone", **MATCHING),
        a_copy("c", "s", "Courier", at=30, **MATCHING),
        a_copy(
            "d", "s", "Dispatch", at=200, added_text="The governor *denied* it.", title="Denied", **MATCHING
        ),
    )

    _, notice = outlet_notices(run_at(warehouse, ui_url="https://desk.example"), OUTLET)

    assert notice.message.body.splitlines() == [
        "Its headline: Denied",
        "It adds 41 words to the first text, and keeps 41% of it.",
        "Added: The governor ∗denied∗ it.",
        "",
        "Found at 2026-11-24 15:25 UTC, 3 h after the first.",
        "Before it: Ledger (first), Courier (+30 min)",
        "",
        "https://dispatch.example/d",
        "In the desk: https://desk.example/newsmonitor/stories/d",
    ]
    assert "@everyone" not in notice.message.title
    payload = notice.message.payload
    assert (payload["outlet"], payload["first_title"], payload["outlet_count"]) == (
        "Dispatch",
        "Drones over @everyone",
        3,
    )
    assert payload["filed_at"] == "2026-11-24T15:25:00Z"


@pytest.mark.parametrize(
    "first, copy",
    [
        ({}, {"is_backlog": True}),
        ({"tags": (), "level": None, "topics": ()}, {"tags": (), "level": None}),
        ({"tags": (tag("other"),)}, {"tags": (tag("other"),)}),
        ({"tags": (tag(filed=None),), "is_late_match": True}, {"tags": ()}),
        ({"tags": (tag(level=None),)}, {"tags": ()}),
        ({"tags": (tag(level="mention", filed="mention"),)}, {"tags": ()}),
        # A rule of kind story tells of it: it is the first that matches.
        ({"tags": ()}, {}),
    ],
    ids=["backlog", "no match", "other topic", "only now", "no more", "mention", "first match"],
)
def test_a_copy_of_what_no_rule_asks_for_is_not_told_of(warehouse, first, copy):
    store(
        warehouse,
        a_story("s", **{**MATCHING, **first}),
        a_copy("c", "s", "Courier", at=30, **{**MATCHING, **copy}),
    )

    assert outlets(warehouse) == []


def test_a_copy_cut_short_is_told_of_for_its_group_matches(warehouse):
    store(warehouse, a_story("s", **MATCHING), a_copy("c", "s", "Courier", at=30))

    assert told(outlets(warehouse)) == ["c"]


def test_what_repeats_a_text_of_the_seed_corpus_is_not_told_of(warehouse):
    store(
        warehouse,
        a_copy("c", "seed", "Courier", kind="seed", **MATCHING),
        a_copy("d", "seed", "Dispatch", kind="seed", at=10, **MATCHING),
    )

    assert outlets(warehouse) == []


def test_a_rule_asks_of_the_copy_its_language_and_outlet_and_of_the_group_the_place(warehouse):
    store(
        warehouse,
        a_story("s", **MATCHING),
        a_copy("c", "s", "Courier", at=30, language="ru"),
        a_copy("d", "s", "Dispatch", at=40, language="en"),
    )

    assert told(outlets(warehouse, replace(OUTLET, languages=("ru",)))) == ["c"]
    assert told(outlets(warehouse, replace(OUTLET, outlets=("Dispatch", "Ledger")))) == ["d"]
    assert told(outlets(warehouse, replace(OUTLET, places=("sudzha",)))) == ["c", "d"]
    assert told(outlets(warehouse, replace(OUTLET, places=("rylsk",)))) == []
    assert told(outlets(warehouse, replace(OUTLET, topic=None, level="mention"))) == ["c", "d"]


def test_an_outlet_that_had_it_long_ago_is_not_new_and_what_is_older_than_the_age_not_told(warehouse):
    store(
        warehouse,
        a_story("s", **MATCHING),
        a_copy("c", "s", "Courier", at=30),
    )
    later = [a_copy("c2", "s", "Courier", at=60 * 40), a_copy("d", "s", "Dispatch", at=60 * 41)]
    warehouse.append(later, batch="c", day=later[0].filed_at.date())

    assert told(outlets(warehouse, hours=42)) == ["d"]
    assert told(outlets(warehouse, hours=42, age=2 * A_DAY)) == ["c", "d"]
    assert told(outlets(warehouse, hours=40, age=2 * A_DAY)) == ["c"]


def test_a_group_that_is_found_to_be_part_of_another_keeps_the_ids_of_its_notices(warehouse):
    store(
        warehouse,
        a_story("s", **MATCHING),
        a_story("t", "Tribune", at=20, **MATCHING),
        a_copy("c", "t", "Courier", at=30, **MATCHING),
    )
    before = outlets(warehouse)

    store(warehouse, a_link("t", "s"))
    after = outlets(warehouse)

    # t was told of as a story of its own.
    assert told(before) == told(after) == ["c"]
    assert before[0].notice_id == after[0].notice_id
    assert (before[0].group_id, after[0].group_id) == ("t", "s")
    assert after[0].message.body.splitlines()[-3] == "Before it: Ledger (first), Tribune (+20 min)"


def test_the_ids_are_of_the_rule_and_the_copy_and_the_same_at_every_run(warehouse):
    store(warehouse, a_story("s", **MATCHING), *(a_copy(n, "s", n, at=30, **MATCHING) for n in ("A", "B")))

    ids = [n.notice_id for n in outlets(warehouse)]

    assert ids == [n.notice_id for n in outlets(warehouse, hours=20)]
    assert len({*ids, *(n.notice_id for n in outlets(warehouse, replace(OUTLET, name="other")))}) == 4


def test_a_revision_is_told_with_headlines_numbers_words_and_the_diff(warehouse):
    diff = "# [-Strikes-]{+Massive strikes+}\nAt least [-12-]{+15+} people were killed.\n" + "More.\n" * 20
    store(
        warehouse,
        a_story("s", **MATCHING),
        a_revision("s", title="Massive strikes", title_before="Strikes", is_title_changed=True, diff=diff),
        a_revision("s", 2, at=360),
    )

    first, second = revision_notices(run_at(warehouse, ui_url="https://desk.example"), REVISION)

    assert (first.story_id, first.group_id, first.since) == ("s", "s", NOON + minutes(60))
    assert first.notice_id != second.notice_id
    assert first.message.title == "Ledger edited the headline: Massive strikes"
    lines = first.message.body.splitlines()
    assert lines[:6] == [
        "Headline before: Strikes",
        "Headline now: Massive strikes",
        "Numbers: 12 → 15",
        "Words added: 3, removed: 2",
        "",
        "At least [-12-]{+15+} people were killed.",
    ]
    assert lines[-5:] == [
        "… and 9 more paragraphs",
        "",
        "Found at 2026-11-24 13:00 UTC; filed at 2026-11-24 12:05 UTC.",
        "https://ledger.example/s",
        "In the desk: https://desk.example/newsmonitor/stories/s",
    ]
    assert second.message.title == "Ledger edited: Headline s"
    assert first.message.payload["numbers"] == ["12 → 15"]


def a_look(story_id: str, look: int, outcome: str, at: float, **values) -> Recheck:
    return Recheck(story_id=story_id, look=look, outcome=outcome, checked_at=NOON + minutes(at), **values)


def test_an_article_that_was_taken_down_is_told_of_once(warehouse):
    store(
        warehouse,
        a_story("s", **MATCHING),
        a_look("s", 1, "same", 60, http_status=200),
        a_look("s", 2, "gone", 300, http_status=404, final_url="https://ledger.example/s?gone"),
        a_look("s", 3, "gone", 1400, http_status=410),
    )

    (notice,) = edits(warehouse)

    assert notice.message.title == "Ledger took it down: Headline s"
    assert notice.message.body.splitlines()[0] == "Where it stood there is now: HTTP 404."
    assert (notice.since, notice.message.payload["is_gone"]) == (NOON + minutes(300), True)
    assert [n.notice_id for n in edits(warehouse, hours=24)] == [notice.notice_id]
    # At the third look it was gone already.
    assert edits(warehouse, hours=30) == []


@pytest.mark.parametrize(
    "values, rule",
    [
        ({"is_backlog": True}, REVISION),
        ({"tags": (tag(filed=None),), "is_late_match": True}, REVISION),
        ({"tags": ()}, REVISION),
        ({"tags": (tag(level="mention", filed="mention"),)}, REVISION),
        ({}, replace(REVISION, topic="other")),
        ({}, replace(REVISION, languages=("ru",))),
        ({"language": None}, replace(REVISION, languages=("ru",))),
        ({}, replace(REVISION, outlets=("Courier",))),
        ({}, replace(REVISION, places=("rylsk",))),
    ],
)
def test_an_edit_of_what_the_rule_does_not_ask_for_is_not_told(warehouse, values, rule):
    store(warehouse, a_story("s", **{**MATCHING, **values}), a_revision("s"))

    assert edits(warehouse, rule) == []
    assert told(edits(warehouse)) == ([] if values and "language" not in values else ["s"])


def test_hostile_words_of_an_edit_are_letters(warehouse):
    store(
        warehouse,
        a_story("s", **MATCHING),
        a_revision(
            "s", title="<!channel> *now*\r\nBcc: x", is_title_changed=True, diff="[+{+http://evil.example+}+]"
        ),
    )

    message = edits(warehouse)[0].message

    assert "\n" not in message.title
    assert not any(
        bad in message.title + message.body for bad in ("<!channel>", "*now*", "http://evil.example")
    )


def test_rows_of_older_versions_match_by_the_level_they_have(warehouse, tmp_path):
    store(warehouse, a_story("s", **MATCHING), a_copy("c", "s", "Courier", at=30), a_revision("s"))
    part = next((tmp_path / "stories").glob("day=*/part-*.parquet"))
    table = pq.read_table(part, partitioning=None)
    tags = [[{"topic": e["topic"], "level": e["level"]} for e in row] for row in table["tags"].to_pylist()]
    newer = ["tags", "is_late_match", "added_count", "added_text", "kept_share"]
    pq.write_table(table.drop_columns(newer).append_column("tags", [tags]), part)

    assert told(outlets(warehouse)) == ["c"]
    assert told(edits(warehouse)) == ["s"]


def test_an_empty_warehouse_has_nothing_to_tell(warehouse):
    assert outlets(warehouse) == []
    assert edits(warehouse) == []
