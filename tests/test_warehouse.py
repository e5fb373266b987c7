"""The warehouse: any reader, any moment."""

import os
import signal
import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import pandas as pd
import polars as pl
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from newsmonitor import parts
from newsmonitor.errors import InputError
from newsmonitor.records import TABLES, Entry, Match, Story, UInt32
from newsmonitor.schemas import describe_tables, schema_of
from newsmonitor.warehouse import Warehouse

DAY = date(2026, 11, 24)
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
ROOT = Path(__file__).resolve().parents[1]


def entry(name: str, **more) -> Entry:
    return Entry(entry_id=name, feed_url="http://a/feed", outlet="A", seen_at=NOON, is_backlog=False, **more)


def story(name: str, **more) -> Story:
    return Story(
        story_id=name,
        entry_id=name,
        outlet="A",
        feed_url="http://a/feed",
        seen_at=NOON,
        filed_at=NOON,
        extraction="page",
        group_id=name,
        is_backlog=False,
        **more,
    )


@pytest.fixture
def house(tmp_path) -> Warehouse:
    return Warehouse(tmp_path / "warehouse")


def ids(house: Warehouse, table: str = "entries") -> list[str]:
    return house.query(f"select entry_id from {table} order by 1")["entry_id"].to_pylist()


def test_every_table_can_be_asked_before_its_first_row(house):
    for record in TABLES:
        assert house.query(f"select * from {record.TABLE}").num_rows == 0
        assert house.read(record) == []
    assert house.query("select * from matches").num_rows == 0


def test_a_record_comes_back_as_it_was(house):
    match = Match(
        topic="kursk", term="Судж~", role="place", counted=True, field="body", start=3, end=9, snippet="в Судже",
        place_id="sudzha", latitude=51.19, longitude=35.27, points=6.0,
    )  # fmt: skip
    full = story(
        "s1", byline=("A", "B"), matches=(match,), fingerprint=(UInt32(2**32 - 1),), topics=("kursk",)
    )

    house.append([full], batch="b", day=DAY)

    assert house.read(Story) == [full]


def test_a_retry_of_a_batch_adds_nothing_twice_and_loses_nothing(house):
    house.append([entry("1"), entry("2", title="old")], batch="b1", day=DAY)
    house.append([entry("3")], batch="b2", day=DAY)

    house.append([entry("2", title="new"), entry("4")], batch="b1", day=DAY)

    assert ids(house) == ["1", "2", "3", "4"]
    assert house.read(Entry, "entry_id = '2'")[0].title == "new"


def test_the_same_key_in_another_batch_is_another_row(house):
    house.append([entry("1")], batch="b1", day=DAY)
    house.append([entry("1")], batch="b2", day=DAY)

    assert ids(house) == ["1", "1"]


def test_a_part_that_is_full_is_followed_by_a_next_one_and_a_batch_stays_in_one_file(tmp_path):
    house = Warehouse(tmp_path, part_bytes=20_000)
    for number in range(12):
        house.append(
            [entry(f"{number}-{i}", content=os.urandom(400).hex()) for i in range(5)],
            batch=f"b{number}",
            day=DAY,
        )
    house.append([entry("late")], batch="b0", day=DAY)

    files = sorted((tmp_path / "entries" / f"day={DAY}").iterdir())
    assert len(files) > 2
    assert files[0].name == "part-000.parquet"
    assert house.query("select count(*) as n, count(distinct entry_id) as k from entries").to_pylist() == [
        {"n": 61, "k": 61}
    ]
    batches = [
        set(pq.read_table(file, columns=["batch"], partitioning=None)["batch"].to_pylist()) for file in files
    ]
    assert sum(map(len, batches)) == 12


def test_every_earlier_version_of_a_file_is_a_prefix_of_the_later_ones(house):
    part = house.root / "entries" / f"day={DAY}" / "part-000.parquet"
    before = b""
    for number in range(parts.MOST_ROW_GROUPS * 2 + 3):
        house.append([entry(str(number))], batch=f"b{number}", day=DAY)
        now = part.read_bytes()
        assert now.startswith(before)
        before = now
    house.append([entry("0", title="again")], batch="b0", day=DAY)

    assert part.read_bytes().startswith(before)
    assert len(ids(house)) == parts.MOST_ROW_GROUPS * 2 + 3
    assert pq.read_metadata(part).num_row_groups <= parts.MOST_ROW_GROUPS + 1


def test_a_closed_day_is_tidied_by_a_later_append(house):
    for number in range(40):
        house.append([entry(str(number))], batch=f"b{number}", day=DAY)
    part = house.root / "entries" / f"day={DAY}" / "part-000.parquet"
    assert parts.wasted_bytes(part) > part.stat().st_size / 2

    house.append([entry("x")], batch="later", day=date(2026, 11, 26))

    assert parts.wasted_bytes(part) < part.stat().st_size / 10
    assert len(ids(house)) == 41


def test_all_four_ways_to_read_give_the_same_counts(house):
    for number in range(3):
        rows = [story(f"{number}-{i}", topics=("kursk",), language="uk") for i in range(7)]
        house.append(rows, batch=f"b{number}", day=date(2026, 11, 20 + number))
    folder = house.root / "stories"

    counts = [
        len(pd.read_parquet(folder)),
        duckdb.sql(f"select count(*) from '{folder}/**/*.parquet'").fetchone()[0],
        len(pl.read_parquet(f"{folder}/**/*.parquet")),
        len(pl.scan_parquet(folder).collect()),
        house.query("select count(*) as n from stories").to_pylist()[0]["n"],
    ]

    assert counts == [21] * 5
    assert "day" not in pq.read_schema(next(folder.rglob("*.parquet"))).names
    days = house.query("select day, count(*) as n from stories group by day order by day").to_pylist()
    assert days == [{"day": date(2026, 11, 20 + n), "n": 7} for n in range(3)]


def test_a_warehouse_that_cannot_be_written_is_one_plain_line(tmp_path):
    (tmp_path / "file").write_text("in the way")

    with pytest.raises(InputError) as caught:
        Warehouse(tmp_path / "file").append([entry("1")], batch="b", day=DAY)

    assert str(tmp_path / "file") in str(caught.value)
    assert "NEWSMONITOR_WAREHOUSE" in str(caught.value)


def test_the_documented_tables_are_the_tables_of_the_code():
    assert (ROOT / "docs" / "tables.md").read_text() == describe_tables()


def test_every_table_has_room_for_what_later_versions_learn():
    for record in TABLES:
        assert {"extra", "batch"} <= set(schema_of(record).names)


TEXT = st.text(max_size=30)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 5), TEXT), max_size=25))
def test_whatever_the_order_of_appends_the_last_row_of_each_batch_and_key_stands(tmp_path_factory, appends):
    house = Warehouse(tmp_path_factory.mktemp("wh"))
    expected = {}
    for batch, key, title in appends:
        house.append([entry(str(key), title=title)], batch=str(batch), day=DAY)
        expected[str(batch), str(key)] = title.replace("\0", "\ufffd")

    rows = house.query("select batch, entry_id, title from entries").to_pylist()
    assert len(rows) == len(expected)
    assert {(row["batch"], row["entry_id"]): row["title"] for row in rows} == expected


def test_text_that_no_parquet_string_can_hold_is_mended_and_not_a_crash(house):
    house.append([entry("1", title="half of a pair: \ud83d, and a NUL: \x00")], batch="b", day=DAY)

    assert house.read(Entry)[0].title == "half of a pair: ?, and a NUL: \ufffd"


WRITER = """
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from newsmonitor.records import Entry
from newsmonitor.warehouse import Warehouse
house = Warehouse(Path(sys.argv[1]))
now = datetime(2026, 11, 24, tzinfo=UTC)
for line in sys.stdin:
    batch = line.strip()
    rows = [Entry(entry_id=f"{batch}-{i}", feed_url="f", outlet="o", seen_at=now, is_backlog=False,
                  content=f"{batch} {i} " * 50) for i in range(20)]
    house.append(rows, batch=batch, day=date(2026, 11, 24))
    print(batch, flush=True)
"""

READER = """
import os, sys
from pathlib import Path
# Four of them never pause; the writer is to get its turn on two cores.
os.nice(10)
import duckdb, pandas as pd, polars as pl
root, kind, stop = Path(sys.argv[1]) / "entries", sys.argv[2], Path(sys.argv[3])
read = {
    "duckdb": lambda: duckdb.sql(f"select entry_id, content from '{root}/**/*.parquet'").pl(),
    "pandas": lambda: pl.from_pandas(pd.read_parquet(root, columns=["entry_id", "content"])),
    "polars": lambda: pl.read_parquet(f"{root}/**/*.parquet", columns=["entry_id", "content"]),
    "polars_folder": lambda: pl.scan_parquet(root).select("entry_id", "content").collect(),
}[kind]
queries, last = 0, 0
while not stop.exists():
    rows = read()
    queries += 1
    if queries == 1:
        print("reading", flush=True)
    count = rows.height
    assert count == rows["entry_id"].n_unique() == rows["content"].drop_nulls().len(), "twice, or torn"
    assert count % 20 == 0 and count >= last, f"part of a batch, or rows lost: {last} then {count}"
    last = count
print(queries)
"""


def start(code: str, *args: object, **pipes) -> subprocess.Popen:
    env = {**os.environ, "PYTHONPATH": str(ROOT / "plugins")}
    return subprocess.Popen([sys.executable, "-c", code, *map(str, args)], env=env, text=True, **pipes)


def test_four_kinds_of_readers_are_always_right_while_a_writer_appends_and_is_killed(house, tmp_path):
    house.append([entry(f"first-{i}", content="x") for i in range(20)], batch="first", day=DAY)
    stop = tmp_path / "stop"
    kinds = ("duckdb", "pandas", "polars", "polars_folder")
    readers = [
        start(READER, house.root, kind, stop, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for kind in kinds
    ]
    # On a busy machine one of them may need longer to load than the writer for all it writes.
    assert [reader.stdout.readline() for reader in readers] == ["reading\n"] * 4

    acknowledged, kills = ["first"], 0
    for round_ in range(8):
        writer = start(WRITER, house.root, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        writer.stdin.write("".join(f"{round_:02d}-{n:03d}\n" for n in range(400)))
        writer.stdin.flush()
        for _ in range(5 + round_ * 2):
            acknowledged.append(writer.stdout.readline().strip())
        # In the middle of an append: the next line of its list is at work by now.
        writer.send_signal(signal.SIGKILL)
        kills += 1
        writer.communicate()
    stop.touch()
    answers = [reader.communicate(timeout=60) for reader in readers]

    assert [reader.returncode for reader in readers] == [0] * 4, answers
    assert all(int(out) > 10 for out, _ in answers)
    stored = house.query(
        "select batch, count(*) as n, count(distinct entry_id) as k from entries group by 1"
    ).to_pylist()
    assert {row["batch"] for row in stored} >= set(acknowledged)
    assert all((row["n"], row["k"]) == (20, 20) for row in stored)
    assert kills == 8


def test_a_warehouse_of_an_earlier_version_with_fewer_columns_goes_on(house):
    columns = ("backlog_reason", "extra")
    for day in (DAY, date(2026, 11, 23)):
        house.append([entry(f"old-{day}")], batch="old", day=day)
        [part] = (house.root / "entries" / f"day={day}").glob("*.parquet")
        pq.write_table(parts.read(part).drop_columns(columns), part)
    house = Warehouse(house.root)

    house.append([entry("new", backlog_reason="storm")], batch="new", day=DAY)

    assert ids(house) == ["new", "old-2026-11-23", "old-2026-11-24"]
    assert house.query("select backlog_reason from entries order by entry_id")[
        "backlog_reason"
    ].to_pylist() == [
        "storm",
        None,
        None,
    ]
    assert len(house.read(Entry)) == 3
    glob = f"{house.root}/entries/**/*.parquet"
    assert duckdb.sql(f"select count(*) from '{glob}'").fetchone() == (3,)
    assert len(pd.read_parquet(house.root / "entries")) == 3
