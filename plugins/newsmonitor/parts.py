"""One Parquet file that grows: every earlier version of it is a prefix of every later one, byte for byte.

Readers open a file twice in one query (DuckDB and polars do: once for the schema, once for the rows), and a
file replaced in between would hand them the footer of one version and the bytes of another. Measured with a
writer that never pauses, on one file rewritten whole: 12 of 601 DuckDB queries and 24 of 1,769 of polars
failed so. Here an old footer still describes the new file rightly: such a reader sees the table of a moment
ago.
"""

import io
import os
import shutil
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

# Level 1 writes 1.7 times as fast as level 3, for 15% more bytes.
_ZSTD_LEVEL = 1
# Each append adds a row group, and each row group some 5 kB to every footer; past this many small ones they are joined.
MOST_ROW_GROUPS = 32
# Numbers that are random in all their bits: a dictionary of them is as long as they are, and is looked up for each.
_RANDOM = "fingerprint"
# A row group of long rows is no larger than this in memory: to look up a few texts, their groups are read whole.
_GROUP_BYTES = 8_000_000
_MAGIC_BYTES = 4


def read(part: Path, columns: list[str] | None = None) -> pa.Table:
    """The rows of one file; the key in the folder's name does not become a column."""
    return pq.read_table(part, columns=columns, partitioning=None)


def take(part: Path, rows: Sequence[int], columns: list[str]) -> pa.Table:
    """Some rows of one file by their place in it, in the order asked for; reads only the row groups they are in."""
    file = pq.ParquetFile(part)
    starts = [0]
    for group in range(file.num_row_groups):
        starts.append(starts[-1] + file.metadata.row_group(group).num_rows)
    by_group: dict[int, list[int]] = {}
    ordered = sorted(set(rows))
    for row in ordered:
        by_group.setdefault(bisect_right(starts, row) - 1, []).append(row)
    # One group at a time: all of them at once would be a day's texts in memory.
    found = pa.concat_tables(
        file.read_row_group(group, columns=columns).take([row - starts[group] for row in wanted])
        for group, wanted in by_group.items()
    )
    places = {row: place for place, row in enumerate(ordered)}
    return found.take([places[row] for row in rows])


def extend(part: Path, rows: pa.Table, *, temporary: Path) -> None:
    """Add rows to a file, or make it: by one rename, after which they are on the disk."""
    old = pq.read_metadata(part) if part.exists() else None
    # Another schema: an earlier version of this package began the file, with fewer columns.
    if old is not None and (
        _small_groups(old) >= MOST_ROW_GROUPS or old.schema.to_arrow_schema().names != rows.schema.names
    ):
        rows, old = pa.concat_tables([read(part), rows], promote_options="permissive"), None
    _write(part, rows, old, temporary)


def rewrite(part: Path, rows: pa.Table, *, temporary: Path) -> None:
    """Make these the rows of a file; what a reader at work has seen of it stays readable."""
    _write(part, rows, None, temporary)


def renew(part: Path, rows: pa.Table, *, temporary: Path) -> None:
    """Make these the rows of a file, without the bytes of its earlier versions.

    For days that are closed: here alone the file is no prefix of the next, so a query that is at work on this
    very file in this very moment may fail, loudly; asked again, it is right.
    """
    with temporary.open("wb") as file:
        pq.write_table(rows, file, row_group_size=_group_rows(rows), **_encoding(rows.schema))
    _put(temporary, part)


def tidy(part: Path, *, temporary: Path) -> None:
    """Renew a file of a closed day, if the bytes of its earlier versions are the greater part of it."""
    if is_wasteful(part):
        renew(part, read(part), temporary=temporary)


def is_wasteful(part: Path) -> bool:
    """Whether the greater part of a file are bytes of its earlier versions."""
    return wasted_bytes(part) * 2 > part.stat().st_size


def wasted_bytes(part: Path) -> int:
    """Bytes of a file that belong to earlier versions of it."""
    metadata = pq.read_metadata(part)
    live = sum(
        metadata.row_group(group).column(column).total_compressed_size
        for group in range(metadata.num_row_groups)
        for column in range(metadata.num_columns)
    )
    return int(part.stat().st_size - live - metadata.serialized_size)


def _write(part: Path, rows: pa.Table, old: pq.FileMetaData | None, temporary: Path) -> None:
    """Old bytes, then one row group, then a footer over it and the row groups of `old`."""
    with (
        pa.OSFile(str(temporary), "wb") as sink,
        pq.ParquetWriter(sink, rows.schema, **_encoding(rows.schema)) as writer,
    ):
        if part.exists():
            # The writer has written its magic bytes, the same as the old file's, and asks the sink for the
            # place of each row group: so the old bytes go through the sink.
            with part.open("rb") as earlier:
                earlier.seek(_MAGIC_BYTES)
                shutil.copyfileobj(earlier, sink, 1 << 20)
        writer.write_table(rows, row_group_size=_group_rows(rows))
    if old is not None:
        old.append_row_groups(pq.read_metadata(temporary))
        footer = io.BytesIO()
        old.write_metadata_file(footer)
        with temporary.open("ab") as file:
            file.write(footer.getvalue()[_MAGIC_BYTES:])
    _put(temporary, part)


def _small_groups(metadata: pq.FileMetaData) -> int:
    sizes = (metadata.row_group(group).total_byte_size for group in range(metadata.num_row_groups))
    return sum(size < _GROUP_BYTES // 2 for size in sizes)


def _encoding(schema: pa.Schema) -> dict[str, Any]:
    columns = [path for field in schema if field.name != _RANDOM for path in _leaves(field.name, field.type)]
    return {"compression": "zstd", "compression_level": _ZSTD_LEVEL, "use_dictionary": columns}


def _leaves(path: str, kind: pa.DataType) -> Iterator[str]:
    """The paths of the Parquet columns that a column of Arrow becomes."""
    if pa.types.is_list(kind):
        yield from _leaves(f"{path}.list.element", kind.value_type)
    elif pa.types.is_struct(kind):
        for field in kind:
            yield from _leaves(f"{path}.{field.name}", field.type)
    else:
        yield path


def _group_rows(rows: pa.Table) -> int:
    return max(int(_GROUP_BYTES * rows.num_rows // max(rows.nbytes, 1)), 1)


def _put(temporary: Path, part: Path) -> None:
    _fsync(temporary)
    temporary.rename(part)
    _fsync(part.parent)


def _fsync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
