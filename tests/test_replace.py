"""Rows replaced where they lie: each one old or new, never both, never none, for any reader and after any kill."""

import os
import random
import select
import signal
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from time import monotonic

import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsmonitor import parts
from newsmonitor.records import Entry, Page
from newsmonitor.warehouse import Warehouse

ROOT = Path(__file__).resolve().parents[1]
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
DAY = date(2026, 11, 24)
YESTERDAY = date(2026, 11, 23)
LONG_AGO = date(2026, 11, 1)


def entry(name: str, **more) -> Entry:
    return Entry(entry_id=name, feed_url="http://a/feed", outlet="A", seen_at=NOON, is_backlog=False, **more)


@pytest.fixture
def house(tmp_path) -> Warehouse:
    return Warehouse(tmp_path / "warehouse")


def test_a_replaced_row_stands_where_the_old_one_did(house):
    house.append([entry("1", title="old"), entry("2", title="old")], batch="b1", day=YESTERDAY)
    house.append([entry("3", title="old")], batch="b2", day=DAY)

    missing = house.replace(
        [entry("2", title="new"), entry("3", title="new"), entry("4")], days=[YESTERDAY, DAY]
    )

    assert missing == [entry("4")]
    assert house.query("select entry_id, title, batch, day from entries order by 1").to_pylist() == [
        {"entry_id": "1", "title": "old", "batch": "b1", "day": YESTERDAY},
        {"entry_id": "2", "title": "new", "batch": "b1", "day": YESTERDAY},
        {"entry_id": "3", "title": "new", "batch": "b2", "day": DAY},
    ]


def test_only_the_days_that_are_named_are_looked_through(house):
    house.append([entry("1", title="old")], batch="b", day=YESTERDAY)

    assert house.replace([entry("1", title="new")], days=[DAY, LONG_AGO]) == [entry("1", title="new")]
    assert house.replace([], days=[YESTERDAY]) == []

    assert house.read(Entry)[0].title == "old"


def test_a_file_without_the_key_is_left_alone(house):
    house.append([entry("1")], batch="b", day=YESTERDAY)
    house.append([entry("2")], batch="b", day=DAY)
    [untouched] = (house.root / "entries" / f"day={YESTERDAY}").iterdir()
    before = untouched.stat()

    house.replace([entry("2", title="new")], days=[YESTERDAY, DAY])

    assert untouched.stat() == before


def test_two_looks_at_one_page_are_told_apart_by_their_attempt(house):
    looks = [Page(entry_id="1", outcome="failed", fetched_at=NOON, attempt=n) for n in (1, 2)]
    for look in looks:
        house.append([look], batch=f"b{look.attempt}", day=DAY)

    house.replace([replace(looks[1], outcome="read", text="x")], days=[DAY], key=("entry_id", "attempt"))

    assert house.query("select attempt, outcome, batch from pages order by 1").to_pylist() == [
        {"attempt": 1, "outcome": "failed", "batch": "b1"},
        {"attempt": 2, "outcome": "read", "batch": "b2"},
    ]


def test_a_row_in_a_file_of_fewer_columns_can_be_replaced(house):
    house.append([entry("1"), entry("2")], batch="old", day=DAY)
    [part] = (house.root / "entries" / f"day={DAY}").glob("*.parquet")
    pq.write_table(parts.read(part).drop_columns(("backlog_reason", "extra")), part)

    house.replace([entry("1", backlog_reason="storm")], days=[DAY])
    house.append([entry("3")], batch="new", day=DAY)

    stored = house.query("select entry_id, backlog_reason, batch from entries order by 1").to_pylist()
    assert [tuple(row.values()) for row in stored] == [
        ("1", "storm", "old"),
        ("2", None, "old"),
        ("3", None, "new"),
    ]


def test_what_a_reader_has_seen_of_an_open_day_stays_readable_through_a_replacement(house):
    house.append([entry("1")], batch="b", day=DAY)
    [part] = (house.root / "entries" / f"day={DAY}").glob("*.parquet")
    for number in range(4):
        before = part.read_bytes()
        house.replace([entry("1", title=str(number))], days=[DAY])
        assert part.read_bytes().startswith(before)


def test_a_closed_day_that_is_replaced_again_and_again_does_not_grow(house):
    house.append([entry("1", content=os.urandom(10_000).hex())], batch="b", day=LONG_AGO)
    house.append([entry("2")], batch="b", day=DAY)
    [part] = (house.root / "entries" / f"day={LONG_AGO}").glob("*.parquet")
    size = part.stat().st_size

    for _ in range(9):
        house.replace([entry("1", content=os.urandom(10_000).hex())], days=[LONG_AGO])
        assert part.stat().st_size < 3.3 * size

    assert len(house.read(Entry)) == 2


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2), st.integers(0, 5)), max_size=15),
    st.lists(st.tuples(st.lists(st.integers(0, 7), max_size=5), st.sets(st.integers(0, 2))), max_size=5),
)
def test_whatever_is_replaced_the_table_is_what_a_dictionary_would_be(
    tmp_path_factory, appends, replacements
):
    house = Warehouse(tmp_path_factory.mktemp("wh"), part_bytes=6_000)
    model = {}
    for day, batch, key in appends:
        house.append([entry(str(key))], batch=f"{day}-{batch}", day=DAY + timedelta(days=day))
        model[day, f"{day}-{batch}", str(key)] = None
    for number, (keys, days) in enumerate(replacements):
        rows = [entry(str(key), title=f"{number}") for key in dict.fromkeys(keys)]
        hits = [place for place in model if place[0] in days and int(place[2]) in keys]
        model |= dict.fromkeys(hits, f"{number}")

        missing = house.replace(rows, days=[DAY + timedelta(days=day) for day in days])

        assert {row.entry_id for row in missing} == {str(key) for key in keys} - {key for *_, key in hits}

    stored = house.query("select day, batch, entry_id, title from entries").to_pylist()
    assert len(stored) == len(model)
    found = {((row["day"] - DAY).days, row["batch"], row["entry_id"]): row["title"] for row in stored}
    assert found == model


REPLACER = """
import os, sys
from datetime import UTC, date, datetime
from pathlib import Path
from newsmonitor.records import Entry
from newsmonitor.warehouse import Warehouse
house, days = Warehouse(Path(sys.argv[1])), [date(2026, 11, 24), date(2026, 11, 23)]
now = datetime(2026, 11, 24, tzinfo=UTC)
def rows(name):
    return [Entry(entry_id=f"{i}", feed_url="f", outlet="o", seen_at=now, is_backlog=False,
                  content=f"{name} {i} " * 20, title=name) for i in range(0, 200, 2)]
# Each order in a fork: what is killed is at work, and not at its imports.
for line in sys.stdin:
    child = os.fork()
    if child == 0:
        house.replace(rows(line.strip()), days=days)
        os._exit(0)
    print(child, flush=True)
    _, status = os.waitpid(child, 0)
    print(status, flush=True)
"""

REPLACED_READER = """
import os, sys
from pathlib import Path
os.nice(10)
import duckdb, pandas as pd, polars as pl
root, stop = Path(sys.argv[1]) / "entries", Path(sys.argv[2])
readers = [
    lambda: duckdb.sql(f"select entry_id, title, content from '{root}/**/*.parquet'").pl(),
    lambda: pl.from_pandas(pd.read_parquet(root, columns=["entry_id", "title", "content"])),
    lambda: pl.read_parquet(f"{root}/**/*.parquet", columns=["entry_id", "title", "content"]),
]
queries = 0
print("ready", flush=True)
while not stop.exists():
    for read in readers:
        rows = read()
        queries += 1
        assert rows.height == rows["entry_id"].n_unique() == 200, "lost, or twice"
        assert rows.filter(pl.col("content").str.starts_with(pl.col("title"))).height == 200, "torn"
        title = dict(zip(rows["entry_id"].cast(int).to_list(), rows["title"].to_list()))
        for numbers in (range(0, 100, 2), range(100, 200, 2)):
            assert len({title[number] for number in numbers}) == 1, "half of a file"
        assert {title[number] for number in range(1, 200, 2)} == {"first"}, "not to be replaced"
print(queries)
"""


def start(code: str, *args: object) -> subprocess.Popen:
    env = {**os.environ, "PYTHONPATH": str(ROOT / "plugins")}
    pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
    return subprocess.Popen([sys.executable, "-c", code, *map(str, args)], env=env, text=True, **pipes)


def test_readers_are_always_right_while_rows_are_replaced_and_the_replacer_is_killed(house, tmp_path):
    for day, numbers in ((YESTERDAY, range(100)), (DAY, range(100, 200))):
        rows = [entry(f"{i}", content=f"first {i} " * 20, title="first") for i in numbers]
        house.append(rows, batch="b", day=day)
    stop = tmp_path / "stop"
    reader = start(REPLACED_READER, house.root, stop)
    replacer = start(REPLACER, house.root)

    def one(name: str, seconds: float | None) -> bool:
        """Whether a replacement was killed after so many seconds."""
        replacer.stdin.write(f"{name}\n")
        replacer.stdin.flush()
        handle = os.pidfd_open(int(replacer.stdout.readline()))
        if not select.select([handle], [], [], seconds)[0]:
            signal.pidfd_send_signal(handle, signal.SIGKILL)
        os.close(handle)
        return os.waitstatus_to_exitcode(int(replacer.stdout.readline())) == -signal.SIGKILL

    assert reader.stdout.readline() == "ready\n"
    one("warm", None)
    begun = monotonic()
    one("whole", None)
    usual, chance, kills = monotonic() - begun, random.Random(20261124), 0
    for number in range(14):
        kills += one(f"killed {number}", chance.uniform(0, 1.1 * usual))
    one("last", None)
    stop.touch()
    queries, errors = reader.communicate(timeout=60)
    replacer.communicate()

    assert reader.returncode == 0, errors
    assert int(queries) > 10
    assert kills >= 4
    titles = house.query("select title, count(*) as n from entries group by 1 order by 1").to_pylist()
    assert titles == [{"title": "first", "n": 100}, {"title": "last", "n": 100}]
