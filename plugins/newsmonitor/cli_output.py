"""What the commands print: rows as a table or as JSON, to a terminal or to a program."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from newsmonitor import report

AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")


def print_rows(
    rows: list[dict[str, Any]], as_json: bool, *, nothing: str, hidden: tuple[str, ...] = ()
) -> None:
    """Print rows: as JSON, as a table without the hidden columns, or the words for nothing."""
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False, default=_to_json))
    elif not rows:
        click.echo(nothing)
    else:
        names = [name for name in rows[0] if name not in hidden]
        console().print(report.table(None, names, [[row[name] for name in names] for row in rows]))


def console(*, err: bool = False) -> Console:
    """The terminal, for text that rich lays out."""
    return Console(stderr=err, highlight=False, soft_wrap=False)


@contextmanager
def progress(doing: str, total: int) -> Iterator[Callable[[], None]]:
    """A bar on the terminal, where a person waits, and what moves it; no bar where standard error goes elsewhere."""
    err = console(err=True)
    columns = (TextColumn(doing), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as bar:
        task = bar.add_task(doing, total=total)
        yield lambda: bar.advance(task)


def printable(text: str) -> str:
    """Strangers' text without what would steer the terminal or turn its direction round."""
    return "".join(c if c.isprintable() else " " if c.isspace() else "" for c in text)


def _to_json(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
