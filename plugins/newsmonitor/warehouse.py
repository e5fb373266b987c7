"""The tables on disk: the only Parquet. An append replaces one file, atomically, under the table's lock.

Measured against Delta, Iceberg, DuckLake and one file a run: only this layout gave every plain reader right
rows after any kill and during any append (DECISIONS.md, "Plain Parquet, one file replaced").
"""

import fcntl
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from threading import Lock
from typing import Any, TypeVar

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from newsmonitor import parts, views
from newsmonitor.errors import InputError
from newsmonitor.records import TABLES, Alert, Entry, Page, Poll, RobotsFile, Story
from newsmonitor.schemas import BATCH, from_table, schema_of, to_table

Row = TypeVar("Row", Poll, Entry, Page, Story, Alert, RobotsFile)

PART_BYTES = 64_000_000
# Runs of the day before may still be retried; what is older is closed.
_CLOSED = timedelta(days=2)


class Warehouse:
    """The tables under one folder: append rows, read them back, ask DuckDB."""

    def __init__(self, root: Path, *, part_bytes: int = PART_BYTES) -> None:
        self.root = root
        self.part_bytes = part_bytes
        # Opening DuckDB takes ten times as long as asking it; a step asks a dozen times.
        self._duckdb: duckdb.DuckDBPyConnection | None = None
        self._is_empty: dict[str, bool] = {}
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
        """Make the views; again for a table that got its first file, or lost its last."""
        changed = False
        for record in TABLES:
            is_empty = next((self.root / record.TABLE).glob("day=*/*.parquet"), None) is None
            if self._is_empty.get(record.TABLE) != is_empty:
                connection.execute(self._view(record, is_empty=is_empty))
                self._is_empty[record.TABLE] = is_empty
                changed = True
        if changed:
            connection.execute(views.MATCHES)
            connection.execute(views.FEED_HEALTH)

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
