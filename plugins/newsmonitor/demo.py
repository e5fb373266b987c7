"""`newsmonitor demo`: the pipeline over a small news site on this machine, two cycles, no network."""

import logging
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from pathlib import Path
from time import monotonic
from typing import Any

from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from newsmonitor import pipeline, report
from newsmonitor.alerts import why
from newsmonitor.alertspec import DEFAULT_RULE, OWED_FOR
from newsmonitor.errors import InputError
from newsmonitor.owing import matched
from newsmonitor.records import STAND_INS, Story
from newsmonitor.samplesite import SampleSite, is_up, port_of
from newsmonitor.settings import Settings
from newsmonitor.warehouse import Warehouse

_FOLDER = Path(__file__).resolve().parents[2] / "demo"
_BETWEEN = timedelta(minutes=10)
_MOST_ROWS = 12
_MOST_MENTIONS = 4
_NARROWEST = 12
_RULES = f'[[rule]]\nname = "{DEFAULT_RULE.name}"\n'
_LEVEL_STYLE = {"main": "bold green", "mention": "yellow"}
_HOW = {"seed": "seed text", "exact": "same text", "url": "same address", "near": "nearly same"}


def run_demo(console: Console, *, keep: bool = False) -> None:
    """Serve the sample site, run two cycles into a warehouse of the demo's own, and show what came of it."""
    with sample_desk(console, keep=keep) as settings:
        _say_what_next(console, settings.warehouse)


@contextmanager
def sample_desk(
    console: Console, *, keep: bool = False, warehouse: Path = _FOLDER / "warehouse"
) -> Iterator[Settings]:
    """The settings of the demo after its two cycles, shown on the console; the sample site stays up inside.

    The warehouse is made anew unless keep says not to. The feed list lies in it, at settings.feeds. Raises
    InputError where another demo is still using it, or a file of the site or of the seeds is wrong.
    """
    second = datetime.now(UTC).replace(microsecond=0)
    with _site(console, second - _BETWEEN, keep, warehouse) as (site, settings):
        for stage, at in enumerate((second - _BETWEEN, second), start=1):
            site.stage = stage
            _cycle(console, stage, at, settings)
        with pipeline.open_run(second, settings) as run:
            _show(console, run, site)
        yield settings


@contextmanager
def half_a_desk(console: Console) -> Iterator[tuple[Settings, Callable[[], None]]]:
    """The settings of a demo whose second cycle is yet to come, and what shows its tables after that.

    For Airflow, whose first run is then the second cycle: the one that has something new. That run is due at a
    full five minutes, so the first cycle is dated ten minutes before the last of them.
    """
    now = datetime.now(UTC)
    first = now.replace(minute=now.minute // 5 * 5, second=0, microsecond=0) - _BETWEEN
    with _site(console, first, keep=False, warehouse=_FOLDER / "warehouse") as (site, settings):
        _cycle(console, 1, first, settings)
        site.stage = 2

        def show() -> None:
            with pipeline.open_run(datetime.now(UTC), settings) as run:
                _show(console, run, site)

        yield settings, show


@contextmanager
def _site(
    console: Console, started_at: datetime, keep: bool, warehouse: Path
) -> Iterator[tuple[SampleSite, Settings]]:
    """The sample site, up, and the settings that poll it."""
    base = Settings.from_env()
    settings = _settings(base, warehouse)
    port = port_of(settings.feeds)
    if port and is_up(port):
        problem = f"is in use: a demo is still up at http://127.0.0.1:{port}"
        raise InputError(str(warehouse), problem, "end that one first, with Ctrl-C")
    if not keep:
        shutil.rmtree(warehouse, ignore_errors=True)
    # What is kept is known by its addresses, so they must be the same again.
    port = port if keep else 0
    with SampleSite(_FOLDER, base.seeds, started_at=started_at, port=port) as site:
        settings.check_warehouse_writable()
        settings.feeds.write_text(site.feed_list(), encoding="utf-8")
        settings.alerts.write_text(_RULES, encoding="utf-8")
        console.print(
            f"A sample news site is up at {site.url}: nothing leaves this machine.\n"
            "Cycle 1 finds what stands there already: stored, but nobody is alerted to old news.\n"
            "Cycle 2, ten minutes later, finds what was published since.\n"
        )
        yield site, settings


def _settings(base: Settings, warehouse: Path) -> Settings:
    return base.model_copy(
        update={
            "warehouse": warehouse,
            "feeds": warehouse / "feeds.opml",
            # Nobody who set up channels of their own is to hear of made-up news.
            "alerts": warehouse / "alerts.toml",
            "allow_networks": (ip_network("127.0.0.0/8"),),
            "alert_urls": (),
            "shards": 1,
            "fetch_per_host": 8,
            "fetch_pause": 0.0,
        }
    )


@contextmanager
def _quiet() -> Iterator[None]:
    """No warning on the terminal inside: what failed is a row, and a table of the demo shows it."""
    logger, silence = logging.getLogger("newsmonitor"), logging.NullHandler()
    logger.addHandler(silence)
    try:
        yield
    finally:
        logger.removeHandler(silence)


def _cycle(console: Console, stage: int, at: datetime, settings: Settings) -> None:
    start = monotonic()
    with _quiet(), pipeline.open_run(at, settings) as run:
        counts = pipeline.run_cycle(run)
    row = Table.grid(padding=(0, 2))
    row.add_row(f"Cycle {stage}", report.cycle_line(at, counts, monotonic() - start))
    console.print(row)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Listing:
    """A table of the demo: what it says, its columns and its rows, and what is said of rows left out."""

    title: str
    intro: str
    columns: tuple[str, ...]
    rows: Sequence[Sequence[Any]]
    note: str = ""


def _show(console: Console, run: pipeline.Run, site: SampleSite) -> None:
    house = run.warehouse
    for listing in (
        _stored(house),
        _duplicates(house),
        _matched(house),
        _ruled_out(house),
        _failed(house, site.url),
        _owed(run),
    ):
        _print(console, listing)


def _print(console: Console, listing: _Listing) -> None:
    shown = listing.rows[:_MOST_ROWS]
    left = len(listing.rows) - len(shown)
    console.print()
    console.print(Text(listing.title, style="bold"))
    console.print(listing.intro)
    console.print(report.table(None, _fit(listing.columns, shown, console.width), shown), end="")
    if left:
        console.print(f"and {left} more")
    if listing.note:
        console.print(listing.note)


def _fit(names: Sequence[str], rows: Sequence[Sequence[Any]], width: int) -> list[tuple[str, dict[str, Any]]]:
    """The columns with their widths: the widest gives way first, and its texts end in … instead of folding."""
    widths = [
        max(cell_len(name), *(cell_len(str(row[at])) for row in rows)) if rows else cell_len(name)
        for at, name in enumerate(names)
    ]
    # The frame of report.table: a space at both ends, three between two columns.
    while sum(widths) + 3 * len(widths) - 1 > width and max(widths) > _NARROWEST:
        widths[widths.index(max(widths))] -= 1
    numbers = [
        bool(rows) and all(isinstance(row[at], int | float) for row in rows) for at in range(len(names))
    ]
    return [
        (
            name,
            {
                "width": size,
                "no_wrap": True,
                "overflow": "ellipsis",
                "justify": "right" if is_number else "left",
            },
        )
        for name, size, is_number in zip(names, widths, numbers, strict=True)
    ]


def _stored(house: Warehouse) -> _Listing:
    sql = f"""
        select outlet, arg_min(language, filed_at) as language, count(*) as stories,
               count(*) filter (extraction not in {STAND_INS}) as page,
               count(*) filter (extraction in {STAND_INS}) as feed,
               count(*) filter (copy_of is not null) as copies,
               count(*) filter (level is not null and copy_of is null) as matches
        from stories group by outlet order by language, outlet
    """
    rows = [list(row.values()) for row in house.query(sql).to_pylist()]
    return _Listing(
        title=f"What was stored: {sum(row[2] for row in rows)} stories",
        intro="Every entry of every feed is a story. Its text is from its page, or from the feed where that fails.",
        columns=("outlet", "lang", "stories", "page", "feed", "copies", "matches"),
        rows=rows,
    )


def _duplicates(house: Warehouse) -> _Listing:
    sql = """
        select s.outlet, s.title, s.copy_kind as how, o.outlet as first_outlet, o.title as first_title, s.copy_of
        from stories s left join stories o on s.copy_of = o.story_id
        where s.copy_of is not null order by s.copy_kind, o.title, s.outlet
    """
    rows = [
        [
            row["outlet"],
            row["title"],
            _HOW[row["how"]],
            f"{row['first_outlet']}: {row['first_title']}" if row["first_outlet"] else row["copy_of"],
        ]
        for row in house.query(sql).to_pylist()
    ]
    return _Listing(
        title=f"What was a duplicate, and of what: {len(rows)}",
        intro="A duplicate is kept as a row that names what it repeats. It matches nothing anew and alerts nobody.",
        columns=("outlet", "headline", "how", "repeats"),
        rows=rows,
    )


def _matched(house: Warehouse) -> _Listing:
    """The strongest of both levels: with all of the first, the second would not be seen."""
    found = house.read(Story, "level is not null and copy_of is null", order="topic_score desc, story_id")
    levels = {level: [s for s in found if s.level == level] for level in ("main", "mention")}
    mentions = levels["mention"][:_MOST_MENTIONS]
    shown = [*levels["main"][: _MOST_ROWS - len(mentions)], *mentions]
    left = {level: len(all_of) - sum(s.level == level for s in shown) for level, all_of in levels.items()}
    more = " and ".join(f"{count} more {level}" for level, count in left.items() if count)
    return _Listing(
        title=f"What matched, and why: {len(found)}",
        intro=f"{len(levels['main'])} stories are about the war there (main), {len(levels['mention'])} name it "
        "in passing (mention).",
        columns=("level", "score", "lang", "outlet", "headline", "why"),
        rows=[
            [
                Text(s.level or "", style=_LEVEL_STYLE[s.level or "main"]),
                round(s.topic_score or 0),
                s.language or "",
                s.outlet,
                s.title or "",
                why(s),
            ]
            for s in shown
        ],
        note=f"and {more}" if more else "",
    )


def _ruled_out(house: Warehouse) -> _Listing:
    sql = """
        select language, title, string_agg(distinct m.sense, ', ' order by m.sense) as senses
        from (select story_id, language, title, level, copy_of, unnest(matches) as m from stories)
        where level is null and copy_of is null and not m.counted and m.sense is not null
        group by story_id, language, title order by language, title
    """
    rows = [list(row.values()) for row in house.query(sql).to_pylist()]
    return _Listing(
        title=f"What has the name of a topic and is another thing: {len(rows)}",
        intro="The words that showed it are stored with the story.",
        columns=("lang", "headline", "ruled out as"),
        rows=rows,
    )


def _failed(house: Warehouse, site_url: str) -> _Listing:
    sql = """
        select 'feed' as what, feed_url as url, arg_max(error, polled_at) as error, 'failed' as outcome
        from polls where outcome = 'failed' group by feed_url
        union all
        select 'page', arg_max(requested_url, attempt), arg_max(coalesce(error, ''), attempt),
               arg_max(outcome, attempt)
        from pages group by entry_id
        having arg_max(outcome, attempt) in ('failed', 'wall', 'no_text', 'no_address') or max(attempt) > 1
        order by all
    """
    rows = [
        [
            row["what"],
            (row["url"] or "(no link)").removeprefix(site_url),
            (row["error"] or "failed at first, read at the second look").removeprefix(f"{row['url']}: "),
        ]
        for row in house.query(sql).to_pylist()
    ]
    return _Listing(
        title=f"What failed: {len(rows)}",
        intro="A feed or page that fails is a row, and the cycle goes on without it.",
        columns=("what", "address", "why"),
        rows=rows,
    )


def _owed(run: pipeline.Run) -> _Listing:
    ids = matched(run, DEFAULT_RULE, since=run.at - OWED_FOR, until=run.at)
    where, order = "story_id in (select unnest(?))", "filed_at, published_at, story_id"
    owed = run.warehouse.read(Story, where, [ids], order=order)
    return _Listing(
        title=f"What would be alerted, once each: {len(owed)}",
        intro="New in cycle 2, about the topic, and no copy of what was known. "
        "NEWSMONITOR_ALERT_URLS and seeds/alerts.toml say who hears of what.",
        columns=("lang", "outlet", "headline", "why"),
        rows=[[story.language or "", story.outlet, story.title or "", why(story)] for story in owed],
    )


def _say_what_next(console: Console, warehouse: Path) -> None:
    try:
        shown = warehouse.relative_to(Path.cwd())
    except ValueError:
        shown = warehouse
    console.print(
        f"\nThe tables are Parquet files in {shown}. Ask them:\n"
        f"  NEWSMONITOR_WAREHOUSE={shown} .venv/bin/newsmonitor sql "
        "\"select outlet, title, places from stories where level = 'main'\"\n"
        '  .venv/bin/python -c "import pandas; '
        f"print(pandas.read_parquet('{shown}/stories')[['outlet', 'title']])\"\n"
        "See them in Airflow:  make demo UI=1\n"
        "Watch real news:      make run",
        soft_wrap=True,
    )
