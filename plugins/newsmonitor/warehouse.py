"""The tables on disk: the only Parquet. An append replaces one file, atomically, under the table's lock.

Measured against Delta, Iceberg, DuckLake and one file a run: only this layout gave every plain reader right
rows after any kill and during any append (DECISIONS.md, "Plain Parquet, one file replaced").
"""

import fcntl
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from itertools import repeat
from pathlib import Path
from threading import Lock
from typing import Any, NamedTuple, TypeVar

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from newsmonitor import parts, views
from newsmonitor.errors import InputError
from newsmonitor.records import (
    TABLES,
    Alert,
    Entry,
    GroupLink,
    Page,
    Poll,
    Recheck,
    Revision,
    RobotsFile,
    Story,
)
from newsmonitor.schemas import BATCH, from_table, schema_of, to_table

Row = TypeVar("Row", Poll, Entry, Page, Story, GroupLink, Revision, Recheck, Alert, RobotsFile)

PART_BYTES = 64_000_000
# Runs of the day before may still be retried; what is older is closed.
_CLOSED = timedelta(days=2)


# A number that so many of the stories of the last days have, and this share of them, tells nothing: "one of the".
_COMMON_LEAST, _COMMON_SHARE = 10, 0.0005

# Reads one column. What is common is left out before the join, or a thousand texts against a million would meet in
# a hundred million rows.
_SHARING = """
with source as not materialized (
    select day, filename, file_row_number as row, {column} as numbers
    from read_parquet($glob, hive_partitioning = true, filename = true, file_row_number = true)
    where day >= $since
), recent as (
    select unnest(numbers) as number from source where day >= $recent
), common as (
    select number from recent where number in (select number from wanted) group by number
    having count(*) > greatest($common, $share * (select count(*) from source where day >= $recent))
), alike as (
    select asker, filename, row, count(*) as shared, any_value(size) as size
    from (select filename, row, len(numbers) as size, unnest(numbers) as number from source)
        join (from wanted where number not in (from common)) using (number)
    group by asker, filename, row
    having shared >= greatest($least, $part * any_value(size))
)
select asker, filename, row from alike
qualify row_number() over (partition by asker order by shared / size desc, shared desc, filename, row) <= $most
order by asker, filename, row
"""


class Place(NamedTuple):
    """Where a stored row lies: a file of the table, and the number of the row in it."""

    part: str
    row: int


class Warehouse:
    """The tables under one folder: append rows, read them back, ask DuckDB."""

    def __init__(self, root: Path, *, part_bytes: int = PART_BYTES) -> None:
        self.root = root
        self.part_bytes = part_bytes
        # Opening DuckDB takes ten times as long as asking it; a step asks a dozen times.
        self._duckdb: duckdb.DuckDBPyConnection | None = None
        # A file of each table that has one: while it is there, the table's folder need not be looked through.
        self._any_file: dict[str, Path | None] = {}
        self._guard = Lock()

    def append(self, rows: Sequence[Row], *, batch: str, day: date) -> None:
        """Store the rows of one batch: all of them or, after a kill at any moment, none.

        Rows of the same batch with the same key are replaced, so a retry adds nothing twice; rows of other
        batches are never touched. A batch lies in one file, and one file is replaced by one rename.
        """
        if not rows:
            return
        record = type(rows[0])
        new = to_table(rows, record, batch)
        with self.lock(record.TABLE):
            folder = self._folder(record.TABLE, day)
            folder.mkdir(parents=True, exist_ok=True)
            part, holds_batch = self._target(folder, batch)
            temporary = self._temporary(record.TABLE)
            if holds_batch and self._repeats(part, new, batch, record.KEY):
                kept = _without(parts.read(part), new, batch, record.KEY)
                new = pa.concat_tables([kept, new], promote_options="permissive")
                parts.rewrite(part, new, temporary=temporary)
            else:
                parts.extend(part, new, temporary=temporary)
            self._tidy(record.TABLE, day - _CLOSED)
        # Arrow keeps what it was given for the next time, which for a part of 64 MB is as much again.
        pa.default_memory_pool().release_unused()

    def replace(self, rows: Sequence[Row], *, days: Iterable[date], key: Sequence[str] = ()) -> list[Row]:
        """Put rows in the place of the stored ones with the same key; returns those that no row of the days has.

        key is the table's own, unless one row needs more columns to be told from others (a page: its attempt).
        Each file is replaced by one rename, so a reader at any moment, and a kill, finds each row once, old or
        new; between two files a kill leaves the one new and the other old. The batch of a row stays. A row
        without its like is returned and not raised: somebody may have deleted a day meanwhile, and the files
        before it are replaced. Each call writes the files it touches whole: give it all rows at once.
        """
        if not rows:
            return []
        record = type(rows[0])
        names = list(key or record.KEY)
        new = to_table(rows, record, "")
        places = {this: place for place, this in enumerate(_keys(new, names))}
        missing = set(places)
        for day in sorted(set(days)):
            folder = self._folder(record.TABLE, day)
            # By the table's own days, for no clock is asked here; an append goes by its run's.
            later = f"day={(day + _CLOSED).isoformat()}"
            is_closed = any(other.name >= later for other in folder.parent.glob("day=*"))
            with self.lock(record.TABLE):
                for part in sorted(folder.glob("part-*.parquet")):
                    temporary = self._temporary(record.TABLE)
                    missing -= _replace(part, new, names, places, temporary=temporary, is_closed=is_closed)
        pa.default_memory_pool().release_unused()
        return [row for row, this in zip(rows, _keys(new, names), strict=True) if this in missing]

    def read(
        self,
        record: type[Row],
        where: str = "true",
        params: Sequence[Any] = (),
        *,
        order: str = "all",
        columns: Sequence[str] = ("*",),
    ) -> list[Row]:
        """The rows of one table that satisfy an SQL condition, as records; columns that are not read are unknown."""
        names = ", ".join(columns)
        table = self.query(f"select {names} from {record.TABLE} where {where} order by {order}", params)
        return from_table(table, record)

    def query(self, sql: str, params: Sequence[Any] | Mapping[str, Any] = ()) -> pa.Table:
        """The answer of DuckDB to one SQL statement; every table has a name, and so has every view of views.py."""
        with self.connect() as connection:
            answer = connection.execute(sql, params)
            if answer is None:
                raise InputError("SQL", "is empty", "write a statement, such as: from stories limit 5")
            return answer.to_arrow_table()

    def sharing(
        self,
        record: type[Row],
        column: str,
        numbers: Sequence[NDArray[np.uint32]],
        *,
        since: date,
        recent: date,
        least: int,
        part: float,
        most: int,
    ) -> list[list[Place]]:
        """For each of the lists of numbers, the stored rows since a day whose list in a column shares some of them.

        At least `least`, and this part of the stored list; the `most` that share the largest part, in the order they
        are stored. Numbers that very many of the rows since `recent` have do not count. The places hold until
        something is stored. Reads the one column, in one query.
        """
        found: list[list[Place]] = [[] for _ in numbers]
        folder = self.root / record.TABLE
        if not any(map(len, numbers)) or next(folder.glob("day=*/*.parquet"), None) is None:
            return found
        lengths = [len(each) for each in numbers]
        wanted = pa.table(
            {
                "asker": np.repeat(np.arange(len(numbers), dtype=np.uint32), lengths),
                "number": np.concatenate(numbers),
            }
        )
        params = {
            "glob": str(folder / "day=*" / "*.parquet"),
            "since": since,
            "recent": recent,
            "common": _COMMON_LEAST,
            "share": _COMMON_SHARE,
            "least": least,
            "part": part,
            "most": most,
        }
        with self.connect() as connection:
            connection.register("wanted", wanted)
            rows = connection.execute(_SHARING.format(column=column), params).fetchall()
        for asker, file, row in rows:
            found[asker].append(Place(file, row))
        return found

    def take(self, places: Iterable[Place], columns: Sequence[str]) -> dict[Place, dict[str, Any]]:
        """Some columns of the rows at these places; reads of each file only what lies around them."""
        by_part: dict[str, list[int]] = {}
        for place in dict.fromkeys(places):
            by_part.setdefault(place.part, []).append(place.row)
        found: dict[Place, dict[str, Any]] = {}
        for part, rows in by_part.items():
            table = parts.take(Path(part), rows, list(columns))
            found |= zip(map(Place, repeat(part), rows), table.to_pylist(), strict=True)
        return found

    def counts(self, sql: str, **params: Any) -> dict[str, int]:
        """The one row of a counting query, by column name."""
        row: dict[str, int] = self.query(sql, params).to_pylist()[0]
        return row

    @contextmanager
    def connect(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A connection to DuckDB in which every table is a view; the data are read anew for each statement."""
        with self._guard:
            if self._duckdb is None:
                self._duckdb = duckdb.connect(config={"threads": 2})
                # No cache of file contents: it goes by the time of the last change, and ours change often.
                self._duckdb.execute(
                    "set global timezone = 'UTC'; set global enable_external_file_cache = false"
                )
            self._refresh_views(self._duckdb)
            cursor = self._duckdb.cursor()
        try:
            cursor.execute("set enable_progress_bar = false")
            yield cursor
        finally:
            cursor.close()

    def _refresh_views(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Make the views; that of a table again when it got its first file, or lost its last."""
        if not self._any_file:
            # Bound to tables without a file: a year of them takes a tenth of a second to bind, for each view. DuckDB
            # binds them again when they are asked.
            for record in TABLES:
                connection.execute(self._view(record, is_empty=True))
                self._any_file[record.TABLE] = None
            for view in views.VIEWS:
                connection.execute(view)
        for record in TABLES:
            known = self._any_file[record.TABLE]
            if known is not None and known.exists():
                continue
            file = next((self.root / record.TABLE).glob("day=*/*.parquet"), None)
            if (file is None) != (known is None):
                connection.execute(self._view(record, is_empty=file is None))
            self._any_file[record.TABLE] = file

    @contextmanager
    def lock(self, name: str) -> Iterator[None]:
        """Hold the lock of a table or a step on this machine; a killed holder lets go."""
        folder = self.root / ".locks"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            handle = os.open(folder / name, os.O_RDWR | os.O_CREAT, 0o644)
        except OSError as error:
            problem = f"cannot be written ({error.strerror})"
            raise InputError(
                str(self.root), problem, "set NEWSMONITOR_WAREHOUSE to a folder of yours"
            ) from error
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)

    def _view(self, record: type[Any], *, is_empty: bool) -> str:
        head = f"create or replace view {record.TABLE} as"
        if is_empty:
            columns = ", ".join(
                f'cast(null as {_sql_type(field.type)}) as "{field.name}"' for field in schema_of(record)
            )
            return f"{head} select {columns}, cast(null as date) as day where false"
        glob = str(self.root / record.TABLE / "day=*" / "*.parquet").replace("'", "''")
        return f"{head} from read_parquet('{glob}', hive_partitioning = true, union_by_name = true)"

    def _folder(self, table: str, day: date) -> Path:
        return self.root / table / f"day={day.isoformat()}"

    def _target(self, folder: Path, batch: str) -> tuple[Path, bool]:
        """The part this batch goes to, and whether it holds the batch: else the last part, else a new one."""
        found = sorted(folder.glob("part-*.parquet"))
        for part in found:
            if pc.any(pc.equal(parts.read(part, [BATCH])[BATCH], batch)).as_py():
                return part, True
        if found and found[-1].stat().st_size < self.part_bytes:
            return found[-1], False
        return folder / f"part-{len(found):03d}.parquet", False

    def _repeats(self, part: Path, new: pa.Table, batch: str, key: Sequence[str]) -> bool:
        stored = parts.read(part, [BATCH, *key])
        return bool(_without(stored, new, batch, key).num_rows < stored.num_rows)

    def _temporary(self, table: str) -> Path:
        """A file in a folder of its own: polars refuses a table with any file in it that is no Parquet."""
        folder = self.root / ".tmp"
        folder.mkdir(exist_ok=True)
        for leftover in folder.glob(f"{table}.*"):
            # The table's lock is held, so whoever wrote this was killed.
            leftover.unlink(missing_ok=True)
        return folder / f"{table}.{os.getpid()}"

    def _tidy(self, table: str, day: date) -> None:
        for part in self._folder(table, day).glob("part-*.parquet"):
            parts.tidy(part, temporary=self._temporary(table))


def _replace(
    part: Path,
    new: pa.Table,
    names: list[str],
    places: Mapping[tuple[Any, ...], int],
    *,
    temporary: Path,
    is_closed: bool,
) -> set[tuple[Any, ...]]:
    """Put the new rows into one file; the keys that were there. Of most files only the key is read."""
    stored = _keys(parts.read(part, names), names)
    hits = [place for place, this in enumerate(stored) if this in places]
    if not hits:
        return set()
    old = parts.read(part)
    fresh = new.take([places[stored[hit]] for hit in hits])
    fresh = fresh.set_column(fresh.schema.get_field_index(BATCH), BATCH, old[BATCH].take(hits))
    gone = set(hits)
    kept = old.filter(pa.array([place not in gone for place in range(old.num_rows)]))
    rows = pa.concat_tables([kept, fresh], promote_options="permissive")
    write = parts.renew if is_closed and parts.is_wasteful(part) else parts.rewrite
    write(part, rows, temporary=temporary)
    return {stored[hit] for hit in hits}


def _keys(table: pa.Table, names: Sequence[str]) -> list[tuple[Any, ...]]:
    return list(zip(*(table[name].to_pylist() for name in names), strict=True))


def _without(old: pa.Table, new: pa.Table, batch: str, key: Sequence[str]) -> pa.Table:
    """The old rows less those that the batch writes again."""
    fresh = set(_keys(new, key))
    keys = _keys(old, [BATCH, *key])
    return old.filter(pa.array([name != batch or tuple(this) not in fresh for name, *this in keys]))


def _sql_type(kind: pa.DataType) -> str:
    if pa.types.is_list(kind):
        return f"{_sql_type(kind.value_type)}[]"
    if pa.types.is_struct(kind):
        inner = ", ".join(f'"{field.name}" {_sql_type(field.type)}' for field in kind)
        return f"struct({inner})"
    if pa.types.is_timestamp(kind):
        return "timestamptz"
    return {pa.string(): "varchar", pa.int64(): "bigint", pa.float64(): "double", pa.bool_(): "boolean"}.get(
        kind, "uinteger"
    )
