"""Append to a day, read a year: our layout beside the two that a plain script would use.

Peers, in the same run: `rewrite` (read the day's file, add the rows, write it anew) and `files` (a new file for each
append). Texts are made of words drawn by Zipf's law, so that they compress as news do (about 2.6 to 1).

    .venv/bin/python benchmarks/warehouse_append.py
"""

import random
import shutil
import statistics
import sys
import tempfile
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from time import perf_counter

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "plugins"))

from newsmonitor.records import Match, Story, UInt32
from newsmonitor.schemas import to_table
from newsmonitor.warehouse import Warehouse

DAY = date(2026, 11, 24)
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
STORED, ADDED, ROUNDS = 20_000, 500, 5
YEAR_CYCLES, YEAR_ROWS = 12, 20
RANDOM = random.Random(7)
WORDS = [
    "".join(RANDOM.choices("abcdefghijklmnopqrstuvwxyz", k=RANDOM.randint(3, 11))) for _ in range(40_000)
]
WEIGHTS = [1 / (rank + 2) for rank in range(len(WORDS))]


def story(name: str) -> Story:
    """A story of some 500 words, with a fingerprint and evidence, as a matching one has."""
    text = " ".join(RANDOM.choices(WORDS, WEIGHTS, k=500))
    match = Match(
        topic="kursk", term="Sudzha", role="place", counted=True, field="body", start=1, end=7, snippet=text[:120],
        place_id="sudzha", latitude=51.19, longitude=35.27, points=6.0,
    )  # fmt: skip
    return Story(
        story_id=name, entry_id=name, url=f"https://example.org/{name}", canonical_url=f"https://example.org/{name}",
        outlet="Example", country="GB", feed_url="https://example.org/feed", title=text[:80], language="en",
        published_at=NOON, seen_at=NOON, filed_at=NOON, text=text, text_sha256=f"{RANDOM.getrandbits(256):064x}",
        word_count=500, summary=text[:200], extraction="blocks", group_id=name, topics=("kursk",), level="main",
        topic_score=50.0, places=("sudzha",), matches=(match, match),
        fingerprint=tuple(UInt32(RANDOM.getrandbits(32)) for _ in range(48)), is_backlog=False,
    )  # fmt: skip


def stories(prefix: str, count: int) -> list[Story]:
    return [story(f"{prefix}-{number:06d}") for number in range(count)]


def append_ours(root: Path, rows: list[Story], batch: str) -> None:
    Warehouse(root).append(rows, batch=batch, day=DAY)


def append_by_rewrite(root: Path, rows: list[Story], batch: str) -> None:
    part = root / "stories" / f"day={DAY}" / "part.parquet"
    table = to_table(rows, Story, batch)
    if part.exists():
        table = pa.concat_tables([pq.read_table(part, partitioning=None), table])
    part.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(table, part, compression="zstd")


def append_as_file(root: Path, rows: list[Story], batch: str) -> None:
    folder = root / "stories" / f"day={DAY}"
    folder.mkdir(parents=True, exist_ok=True)
    pq.write_table(to_table(rows, Story, batch), folder / f"{batch}.parquet", compression="zstd")


def time_appends(root: Path) -> dict[str, float]:
    """Median seconds to append 500 stories to a day that holds 20,000; the ways take turns."""
    ways = {"ours": append_ours, "rewrite": append_by_rewrite, "files": append_as_file}
    stored = stories("old", STORED)
    for name, append in ways.items():
        append(root / name, stored, "old")
    times: dict[str, list[float]] = {name: [] for name in ways}
    for number in range(ROUNDS):
        rows = stories(f"new{number}", ADDED)
        for name, append in ways.items():
            start = perf_counter()
            append(root / name, rows, f"new{number}")
            times[name].append(perf_counter() - start)
    size = sum(file.stat().st_size for file in (root / "ours" / "stories").rglob("*.parquet"))
    print(f"a day of {STORED:,} stories and {ROUNDS} appends of {ADDED}: {size / 1e6:.0f} MB")
    for name, values in times.items():
        ratio = statistics.median(values) / statistics.median(times["ours"])
        print(
            f"  append {name:8} median {statistics.median(values):.3f} s, worst {max(values):.3f} s, {ratio:.1f} x"
        )
    return {name: statistics.median(values) for name, values in times.items()}


def time_year(root: Path) -> float:
    """Median seconds to count a year of days with DuckDB: days as the cycles leave them."""
    house, first = Warehouse(root / "year"), DAY - timedelta(days=364)
    rows = stories("year", YEAR_ROWS)
    for number in range(365):
        for cycle in range(YEAR_CYCLES):
            house.append(rows, batch=f"{number}-{cycle}", day=first + timedelta(days=number))
    sql = f"select day, count(*) from '{root}/year/stories/**/*.parquet' group by day order by day"
    times = []
    for _ in range(7):
        start = perf_counter()
        days = duckdb.sql(sql).fetchall()
        times.append(perf_counter() - start)
    assert len(days) == 365
    assert {count for _, count in days} == {YEAR_CYCLES * YEAR_ROWS}
    files = sum(1 for _ in (root / "year" / "stories").rglob("*.parquet"))
    rows_in_all = 365 * YEAR_CYCLES * YEAR_ROWS
    print(
        f"a year of {rows_in_all:,} stories in {files} files, counted by day: median {statistics.median(times):.3f} s"
    )
    return statistics.median(times)


def main() -> int:
    root = Path(tempfile.mkdtemp(prefix="newsmonitor-benchmark-"))
    try:
        append, year = time_appends(root)["ours"], time_year(root)
    finally:
        shutil.rmtree(root)
    print(
        f"append under 1 s: {'yes' if append < 1 else 'NO'}; year under 0.3 s: {'yes' if year < 0.3 else 'NO'}"
    )
    return 0 if append < 1 and year < 0.3 else 1


if __name__ == "__main__":
    sys.exit(main())
