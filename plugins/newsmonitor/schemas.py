"""Parquet schemas of the records: derived from the classes of records.py, never written twice. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from functools import partial
from operator import attrgetter
from types import UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

import pyarrow as pa

from newsmonitor.records import TABLES, Match, Tag, UInt32
from newsmonitor.views import Group, Member

Row = TypeVar("Row")

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

BATCH = "batch"
BATCH_DOC = "run and shard that wrote the row"

_SCALARS: dict[Any, pa.DataType] = {
    str: pa.string(),
    int: pa.int64(),
    float: pa.float64(),
    bool: pa.bool_(),
    UInt32: pa.uint32(),
    datetime: pa.timestamp("us", tz="UTC"),
}


def schema_of(record: type) -> pa.Schema:
    """The Arrow schema of a record class, with the column `batch` at its end."""
    return pa.schema([*_struct_fields(record), pa.field(BATCH, pa.string())])


def to_table(rows: Sequence[Any], record: type, batch: str) -> pa.Table:
    """The rows of one batch as an Arrow table in the record's schema."""
    schema = schema_of(record)
    arrays = []
    for field in list(schema)[:-1]:
        values = list(map(attrgetter(field.name), rows))
        if pa.types.is_string(field.type) or pa.types.is_nested(field.type):
            values = list(map(_plain, values))
        arrays.append(pa.array(values, field.type))
    arrays.append(pa.array([batch] * len(rows), pa.string()))
    return pa.Table.from_arrays(arrays, schema=schema)


def from_table(table: pa.Table, record: type[Row]) -> list[Row]:
    """The rows of an Arrow table as records; columns that the record does not know are left out."""
    names = [field.name for field in fields(record) if field.name in table.column_names]  # type: ignore[arg-type]
    hints = get_type_hints(record)
    columns = []
    for name in names:
        read, values = _reader(hints[name]), _values(table[name])
        columns.append(values if read is _same else list(map(read, values)))
    return [record(**dict(zip(names, row, strict=True))) for row in zip(*columns, strict=True)]


def _values(column: pa.ChunkedArray) -> list[Any]:
    """The values of a column; times in a tenth of the time that Arrow takes, which asks for the zone at each."""
    if not pa.types.is_timestamp(column.type):
        return list(column.to_pylist())
    micros = column.cast(pa.timestamp("us", tz="UTC")).cast(pa.int64()).to_pylist()
    return [None if value is None else _EPOCH + timedelta(microseconds=value) for value in micros]


def describe_tables() -> str:
    """The text of docs/tables.md: every table and column, with type and meaning."""
    parts = [_HEAD]
    for record in TABLES:
        parts.append(
            f"## `{record.TABLE}`\n\nA row is: {_sentence(record.__doc__)} Key: {', '.join(record.KEY)}.\n"
        )
        parts.append(_column_lines(record, schema_of(record)))
    for name, struct in (("matches", Match), ("tags", Tag)):
        parts.append(
            f"## `{name}` (a view)\n\n`stories.{name}` unnested, with `story_id`: "
            f"{_sentence(struct.__doc__)} In `newsmonitor sql` it is there under this name.\n"
        )
        parts.append(_column_lines(struct, pa.schema(_struct_fields(struct))))
    for name, view in (("members", Member), ("groups", Group)):
        parts.append(
            f"## `{name}` (a view)\n\nA row is: {_sentence(view.__doc__)} In `newsmonitor sql` only.\n"
        )
        parts.append(_column_lines(view, pa.schema(_struct_fields(view))))
    return "\n".join(parts)


_HEAD = """# Tables

Printed from `plugins/newsmonitor/records.py` by `newsmonitor tables > docs/tables.md`; a test holds the two
together.

Files: `warehouse/<table>/day=YYYY-MM-DD/part-000.parquet`. `day` is the day (UTC) of the run that wrote the
row: a column for every reader that knows Hive partitions, not stored inside the files. Times are UTC, to the
microsecond. Null means unknown.
"""


def _column_lines(record: type, schema: pa.Schema) -> str:
    docs = {field.name: field.metadata["doc"] for field in fields(record)} | {BATCH: BATCH_DOC}
    lines = ["| column | type | meaning |", "|---|---|---|"]
    lines += [f"| `{field.name}` | {_type_name(field.type)} | {docs[field.name]} |" for field in schema]
    return "\n".join(lines) + "\n"


def _sentence(doc: str | None) -> str:
    text = (doc or "").strip()
    return text[:1].lower() + text[1:]


def _type_name(kind: pa.DataType) -> str:
    if pa.types.is_list(kind):
        return f"list of {_type_name(kind.value_type)}"
    if pa.types.is_struct(kind):
        return "struct"
    if pa.types.is_timestamp(kind):
        return "timestamp (UTC)"
    return str(kind)


def _struct_fields(record: type) -> list[pa.Field]:
    hints = get_type_hints(record)
    return [pa.field(field.name, _arrow_type(hints[field.name])) for field in fields(record)]


def _arrow_type(hint: Any) -> pa.DataType:
    hint = _without_none(hint)
    if get_origin(hint) is tuple:
        return pa.list_(_arrow_type(get_args(hint)[0]))
    if hint in _SCALARS:
        return _SCALARS[hint]
    return pa.struct(_struct_fields(hint))


def _without_none(hint: Any) -> Any:
    if get_origin(hint) in (Union, UnionType):
        return next(kind for kind in get_args(hint) if kind is not type(None))
    return hint


def _plain(value: Any) -> Any:
    if value is None or (isinstance(value, str) and value.isascii() and "\0" not in value):
        return value
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, Match | Tag):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, str):
        # Lone surrogates are no UTF-8, and a NUL ends the text for readers written in C. One sign stands for one:
        # the places of the matches are counted in signs.
        return value.encode("utf-8", "replace").decode().replace("\0", "\ufffd")
    return value


def _reader(hint: Any) -> Any:
    inner = _without_none(hint)
    if get_origin(inner) is not tuple:
        return _same
    item = get_args(inner)[0]
    return partial(_read_structs, item) if item in (Match, Tag) else _read_list


def _same(value: Any) -> Any:
    return value


def _read_list(value: Iterable[Any] | None) -> tuple[Any, ...]:
    return tuple(value or ())


def _read_structs(record: type, value: Iterable[dict[str, Any]] | None) -> tuple[Any, ...]:
    return tuple(record(**item) for item in value or ())
