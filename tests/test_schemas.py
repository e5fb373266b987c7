"""Records to Arrow and back, and the tables as the docs describe them."""

from dataclasses import fields, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import get_type_hints

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsmonitor.records import TABLES, Match, Story, Tag, UInt32
from newsmonitor.schemas import BATCH, describe_tables, from_table, schema_of, to_table

DOCS = Path(__file__).resolve().parents[1] / "docs" / "tables.md"
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)

VALUES = {
    str: st.text(max_size=30).filter(lambda text: "\0" not in text),
    int: st.integers(-(2**63), 2**63 - 1),
    UInt32: st.integers(0, 2**32 - 1),
    float: st.floats(allow_nan=False),
    bool: st.booleans(),
    datetime: st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30), timezones=st.just(UTC)),
}


def rows_of(record: type) -> st.SearchStrategy:
    hints = get_type_hints(record)
    return st.builds(record, **{field.name: values_of(hints[field.name]) for field in fields(record)})


def values_of(hint: object) -> st.SearchStrategy:
    text = str(hint)
    kinds = [kind for kind in VALUES if hint is kind or hint == kind | None]
    if kinds:
        return VALUES[kinds[0]] if hint is kinds[0] else st.none() | VALUES[kinds[0]]
    structs = [rows_of(record) for record in (Match, Tag) if record.__name__ in text]
    items = structs[0] if structs else VALUES[UInt32] if "UInt32" in text else VALUES[str]
    return st.lists(items, max_size=3).map(tuple)


def a_story(**values: object) -> Story:
    usual = {
        "story_id": "s", "entry_id": "s", "outlet": "o", "feed_url": "f", "seen_at": NOON, "filed_at": NOON,
        "extraction": "page", "group_id": "s", "is_backlog": False,
    }  # fmt: skip
    return Story(**{**usual, **values})


def a_match(**values: object) -> Match:
    usual = {
        "topic": "kursk", "term": "Kursk", "role": "anchor", "counted": True, "field": "body", "start": 0, "end": 5,
        "snippet": "Kursk", "points": 1.0,
    }  # fmt: skip
    return Match(**{**usual, **values})


def test_the_docs_say_what_the_tables_are():
    assert DOCS.read_text(encoding="utf-8") == describe_tables(), "run: newsmonitor tables > docs/tables.md"


@pytest.mark.parametrize("record", TABLES, ids=lambda record: record.TABLE)
def test_every_column_is_described_and_every_key_is_a_column(record):
    names = schema_of(record).names

    assert names[-1] == BATCH
    assert set(record.KEY) <= set(names)
    assert all(field.metadata["doc"] for field in fields(record))
    assert all(f"| `{name}` | " in describe_tables() for name in names)


@pytest.mark.parametrize("record", TABLES, ids=lambda record: record.TABLE)
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_every_record_comes_back_as_it_was_through_parquet(record, data):
    rows = data.draw(st.lists(rows_of(record), max_size=4))
    sink = pa.BufferOutputStream()

    pq.write_table(to_table(rows, record, "b1"), sink)
    table = pq.read_table(pa.BufferReader(sink.getvalue()))

    assert from_table(table, record) == rows
    assert table.schema.equals(schema_of(record))
    assert table[BATCH].to_pylist() == ["b1"] * len(rows)


def test_no_rows_are_a_table_all_the_same():
    table = to_table([], Story, "b")

    assert (table.num_rows, table.schema) == (0, schema_of(Story))
    assert from_table(table, Story) == []


def test_nothing_that_a_stranger_writes_breaks_a_row_or_shifts_a_match():
    bad = "a\ud800b\0c\U0001f600\udfff"
    story = a_story(
        title=bad, byline=(bad,), topics=(bad,), matches=(a_match(snippet=bad, sense=bad),), extra=bad
    )

    [back] = from_table(to_table([story], Story, "b"), Story)

    clean = "a?b\ufffdc\U0001f600?"
    assert len(clean) == len(bad)
    assert back == replace(
        story,
        title=clean,
        byline=(clean,),
        topics=(clean,),
        matches=(a_match(snippet=clean, sense=clean),),
        extra=clean,
    )


@settings(max_examples=100, deadline=None)
@given(text=st.text(st.characters(exclude_categories=()), max_size=30))
def test_any_text_can_be_stored_sign_for_sign(text):
    [back] = from_table(to_table([a_story(title=text)], Story, "b"), Story)

    assert len(back.title) == len(text)
    back.title.encode()


def test_a_column_that_a_later_version_adds_is_passed_over_and_one_that_is_missing_is_unknown():
    table = to_table([a_story(title="t", topics=("kursk",))], Story, "b")
    older = table.drop_columns(["title", "topics"]).append_column("novelty", pa.array([1]))

    assert from_table(older, Story) == [a_story()]


def test_a_list_that_another_writer_left_empty_as_null_is_an_empty_one():
    table = to_table([a_story()], Story, "b")
    for name in ("topics", "matches", "fingerprint"):
        place = table.schema.get_field_index(name)
        table = table.set_column(place, table.schema.field(name), pa.nulls(1, table.schema.field(name).type))

    assert from_table(table, Story) == [a_story()]


def test_times_are_utc_for_pandas_too(tmp_path):
    pq.write_table(to_table([a_story(published_at=NOON)], Story, "b"), tmp_path / "x.parquet")

    frame = pd.read_parquet(tmp_path / "x.parquet")

    assert str(frame["published_at"].dtype.tz) == "UTC"
    assert frame["published_at"][0] == NOON
