"""The views of groups, against a slow and plain reckoning of what they say; and on the files of an older version."""

from collections import defaultdict
from dataclasses import fields, replace
from datetime import date

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsmonitor import views
from newsmonitor.records import GroupLink, Match, Revision, Story
from newsmonitor.schemas import from_table, to_table
from newsmonitor.views import Group, Member
from newsmonitor.warehouse import Warehouse
from storyrows import NOON, a_copy, a_link, a_revision, a_story, minutes, store

DAY = NOON.date()
OUTLETS = st.sampled_from(["Ledger", "Wire", "Echo"])
TIMES = st.integers(-3, 3)
LEVELS = st.sampled_from([None, "mention", "main"])


@pytest.fixture(scope="module")
def connection():
    connection = duckdb.connect()
    connection.execute("set timezone = 'UTC'")
    return connection


def ask(connection, stories, links, revisions, sql: str) -> pa.Table:
    for record, rows in ((Story, stories), (GroupLink, links), (Revision, revisions)):
        table = to_table(rows, record, "b")
        table = table.append_column("day", pa.array([DAY] * len(rows), pa.date32()))
        connection.register(record.TABLE, table)
    connection.execute(views.MEMBERS)
    connection.execute(views.GROUPS)
    return connection.execute(sql).to_arrow_table()


@st.composite
def warehouses(draw):
    """Stories in groups of their own, copies of them and of seed documents, and links between the groups."""
    firsts = [f"{number}" for number in range(draw(st.integers(1, 4)))]
    groups = [*firsts, "seed"]
    copies = [f"{number}" for number in range(10, 10 + draw(st.integers(0, 6)))]
    stories = []
    for story_id in draw(st.permutations(firsts + copies)):
        seen = NOON + minutes(draw(TIMES))
        values = {
            "title": draw(st.sampled_from([None, "A", "B"])),
            "seen_at": seen,
            "published_at": draw(st.none() | TIMES.map(lambda n: NOON + minutes(n))),
            "is_day_only": draw(st.booleans()),
            "language": draw(st.sampled_from([None, "en", "ru"])),
            "level": draw(LEVELS),
            "topics": draw(st.sampled_from([(), ("kursk",), ("kursk", "elbe")])),
        }
        if story_id in firsts:
            stories.append(a_story(story_id, draw(OUTLETS), **values))
        else:
            group = draw(st.sampled_from(groups))
            kind = "seed" if group == "seed" else draw(st.sampled_from(["url", "exact", "near"]))
            stories.append(a_copy(story_id, group, draw(OUTLETS), kind=kind, **values))
    into = draw(st.sampled_from(groups))
    linked = [group for group in firsts if group != into and draw(st.booleans())]
    links = [a_link(group, into=into) for group in linked]
    revisions = [
        a_revision(story.story_id, number + 1)
        for story in stories
        for number in range(draw(st.integers(0, 2)))
    ]
    return stories, links, revisions


def reckoned(stories, links):
    """The members, by group."""
    into = {link.group_id: link.into_group_id for link in links}
    groups = defaultdict(list)
    for story in stories:
        theirs = story.published_at
        is_theirs = theirs is not None and theirs <= story.seen_at and not story.is_day_only
        group_id = into.get(story.group_id, story.group_id)
        same = {
            field.name: getattr(story, field.name) for field in fields(Member) if hasattr(story, field.name)
        }
        own = {
            "group_id": group_id,
            "given_group_id": story.group_id,
            "is_first": story.story_id == group_id,
            "appeared_at": theirs if is_theirs else story.seen_at,
            "appeared_from": "published_at" if is_theirs else "seen_at",
        }
        groups[group_id].append(Member(**{**same, **own}))
    return groups


def summed(group_id, members, revisions) -> Group:
    members = sorted(members, key=lambda each: (each.appeared_at, each.seen_at, each.story_id))
    first = min(members, key=lambda each: not each.is_first)
    levels = {member.level for member in members}
    return Group(
        group_id=group_id,
        is_seed=group_id == "seed",
        title=first.title,
        url=first.url,
        outlet=first.outlet,
        first_at=members[0].appeared_at,
        last_at=members[-1].appeared_at,
        story_count=len(members),
        outlet_count=len({member.outlet for member in members}),
        outlets=tuple(dict.fromkeys(member.outlet for member in members)),
        languages=tuple(sorted({member.language for member in members if member.language})),
        topics=tuple(sorted({topic for member in members for topic in member.topics})),
        level="main" if "main" in levels else "mention" if "mention" in levels else None,
        revision_count=sum(each.story_id in {member.story_id for member in members} for each in revisions),
    )


@settings(max_examples=25, deadline=None)
@given(warehouses())
def test_the_views_say_what_a_plain_reckoning_says(connection, world):
    stories, links, revisions = world

    found = from_table(ask(connection, stories, links, revisions, "from members order by story_id"), Member)
    groups = from_table(connection.execute("from groups order by group_id").to_arrow_table(), Group)

    reckoning = reckoned(stories, links)
    members = [member for each in reckoning.values() for member in each]
    assert found == sorted(members, key=lambda member: member.story_id)
    assert groups == [summed(group_id, reckoning[group_id], revisions) for group_id in sorted(reckoning)]


def test_the_columns_of_the_views_are_those_that_the_docs_describe(tmp_path):
    house = Warehouse(tmp_path / "warehouse")

    for view, record, more in (("members", Member, ["day"]), ("groups", Group, [])):
        names = house.query(f"from {view}").column_names
        assert names == [field.name for field in fields(record)] + more


def test_with_no_stories_and_with_no_links_the_views_are_there(tmp_path):
    house = Warehouse(tmp_path / "warehouse")
    assert (house.query("from members").num_rows, house.query("from groups").num_rows) == (0, 0)

    store(house, a_story("1"), a_copy("2", "1", "Wire"))

    assert not (house.root / "group_links").exists()
    assert house.query("select group_id, story_count from groups").to_pylist() == [
        {"group_id": "1", "story_count": 2}
    ]


def test_a_link_that_two_runs_found_counts_nothing_twice(tmp_path):
    house = Warehouse(tmp_path / "warehouse")
    store(house, a_story("1"), a_story("2"), a_link("2", into="1"))
    house.append([a_link("2", into="1", at=90)], batch="later", day=DAY)

    assert house.query("select story_count from groups")["story_count"].to_pylist() == [2]


def test_stories_of_a_version_that_knew_no_near_copies_have_their_groups(tmp_path):
    rows = [a_story("1"), a_copy("2", "1", "Wire", kind="exact")]
    newer = ["shared_share", "kept_share", "added_count", "added_text", "similar_id", "is_day_only"]
    folder = tmp_path / "warehouse" / "stories" / f"day={date(2026, 1, 1)}"
    folder.mkdir(parents=True)
    pq.write_table(to_table(rows, Story, "b").drop_columns(newer), folder / "part-000.parquet")
    house = Warehouse(tmp_path / "warehouse")

    assert house.query("select story_count from groups")["story_count"].to_pylist() == [2]
    store(house, a_copy("3", "1", "Echo"))
    shares = house.query("select shared_share from members order by story_id")["shared_share"].to_pylist()
    assert shares == [None, None, 0.96]


def test_stories_of_a_version_that_had_less_evidence_have_their_matches(tmp_path):
    match = Match(
        topic="t",
        term="Aldbury",
        role="anchor",
        counted=True,
        field="title",
        start=0,
        end=7,
        snippet="",
        points=1.0,
    )
    table = to_table([replace(a_story("1"), matches=(match,))], Story, "b").drop_columns(
        ["tags", "events", "actors"]
    )
    older = [
        {key: value for key, value in m.items() if key not in ("name", "acled")}
        for m in table["matches"][0].as_py()
    ]
    at = table.column_names.index("matches")
    folder = tmp_path / "warehouse" / "stories" / f"day={date(2026, 1, 1)}"
    folder.mkdir(parents=True)
    pq.write_table(table.set_column(at, "matches", pa.array([older])), folder / "part-000.parquet")
    house = Warehouse(tmp_path / "warehouse")

    found = house.query("select story_id, term, name, acled, points from matches").to_pylist()

    assert found == [{"story_id": "1", "term": "Aldbury", "name": None, "acled": None, "points": 1.0}]
    assert house.query("select count(*) as n from tags").to_pylist() == [{"n": 0}]
