"""`newsmonitor topic` and `newsmonitor retag`: topic files checked, tried on a text, on stored stories, and applied."""

import json
import logging
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from newsmonitor.cli_output import AS_JSON, console, print_rows, printable, progress
from newsmonitor.report import many
from newsmonitor.settings import Settings
from newsmonitor.warehouse import Warehouse

if TYPE_CHECKING:
    from newsmonitor.backtest import Backtest, Differs
    from newsmonitor.topics import Tagging, Topic
    from newsmonitor.topicview import Passage
    from newsmonitor.trying import Sample

_DAY = click.DateTime(["%Y-%m-%d"])
_FILE = click.Path(path_type=Path)
_NO_STORY = "No stories yet. `newsmonitor ingest` runs a cycle."
_HEADINGS = {"gained": "Gained", "lost": "Lost", "changed": "Another level"}


@click.group()
def topic() -> None:
    """The topic files: check them, try them on a text, and on the stories of the last days."""


@topic.command()
@click.option("--advice", is_flag=True, help="Also say what is no error but probably a mistake.")
def check(advice: bool) -> None:
    """Read every topic file and run the [[test]] sentences in it."""
    from newsmonitor.context import read_topics
    from newsmonitor.topicfile import run_tests

    failures = 0
    for each in read_topics(Settings.from_env()):
        failed = run_tests(each)
        failures += len(failed)
        click.echo(f"{each.topic_id}: {'every test sentence as expected' if not failed else ''}".rstrip(": "))
        spec = each.spec
        counts = (
            many(sum(len(terms) for kind, _, terms in spec.lists() if kind != "place"), "term"),
            many(len(spec.places), "place"),
            many(len(spec.examples), "test sentence"),
        )
        click.echo(f"  {', '.join(counts)}")
        for line in [*failed, *(_advice(each) if advice else ())]:
            click.echo(f"  {line}")
    if failures:
        raise click.exceptions.Exit(1)


def _advice(topic: "Topic") -> list[str]:
    from newsmonitor.topicadvice import advise

    return advise(topic, Path(topic.spec.where).read_text("utf-8-sig"))


@topic.command("test")
@click.argument("given", nargs=-1, metavar="[TEXT|URL|FILE|STORY|-]...")
@click.option("--title", help="The headline of the text.")
@click.option("--topic", "topic_id", help="Only this topic; the default is every one of the seeds folder.")
@click.option("--file", type=_FILE, help="This topic file, in the place of those of the seeds folder.")
@click.option("--language", help="The language of the text, such as en, ru, uk; the default is a guess.")
@AS_JSON
def test_text(
    given: tuple[str, ...],
    title: str | None,
    topic_id: str | None,
    file: Path | None,
    language: str | None,
    as_json: bool,
) -> None:
    """What the topics make of a text, and why.

    A text, an address, a file (.html is read as a page), a story_id, or - for standard input. A stored address is
    taken from the warehouse; any other is fetched, as politely as in a cycle.
    """
    # Here and not above: a third of a second, which the other commands need not spend.
    from newsmonitor import trying
    from newsmonitor.topics import tag

    if topic_id and file:
        raise click.UsageError("--topic and --file do not go together")
    if not given and not title:
        raise click.UsageError("give a text, an address, a file, or - for standard input")
    # A page that cannot be had is told once, as the error that it is here.
    logging.getLogger("newsmonitor").addHandler(logging.NullHandler())
    settings = Settings.from_env()
    topics = trying.topics_for(settings, topic_id=topic_id, file=file)
    samples = [_sample(settings, each, title, language) for each in given or (None,)]
    judged = [
        (
            sample,
            [
                (each, tag(each, title=sample.title, text=sample.text, language=sample.language))
                for each in topics
            ],
        )
        for sample in samples
    ]
    if as_json:
        rows = [_tagging_row(sample, tagging) for sample, found in judged for _, tagging in found]
        print_rows(rows, True, nothing="")
        return
    for number, (sample, found) in enumerate(judged):
        if number:
            console().rule(style="dim")
        _show_sample(console(), sample, found)


def _sample(settings: Settings, given: str | None, title: str | None, language: str | None) -> "Sample":
    """The sample that an argument means; None: the title alone."""
    from newsmonitor import trying
    from newsmonitor.decoding import decode

    if given is None:
        sample = trying.Sample(source="the title given", title=title, text=None, language=None)
    elif given == "-":
        text = decode(sys.stdin.buffer.read(), None)
        sample = trying.Sample(source="standard input", title=None, text=text, language=None)
    else:
        sample = trying.sample_of(settings, given)
    return trying.completed(sample, title=title, language=language)


def _tagging_row(sample: "Sample", tagging: "Tagging") -> dict[str, Any]:
    from newsmonitor.tagging import as_tag

    return {
        "source": sample.source,
        "url": sample.url,
        "title": sample.title,
        "language": sample.language,
        **asdict(as_tag(tagging)),
        "places": tagging.places,
        "events": tagging.events,
        "actors": tagging.actors,
        "matches": [asdict(match) for match in tagging.matches],
    }


def _show_sample(out: Console, sample: "Sample", found: Sequence[tuple["Topic", "Tagging"]]) -> None:
    language = f", language {sample.language}" if sample.language else ""
    out.print(Text(printable(f"From {sample.source}{language}"), style="dim"), soft_wrap=not out.is_terminal)
    for each, tagging in found:
        out.print()
        _show_tagging(out, sample, each, tagging)


def _show_tagging(out: Console, sample: "Sample", topic: "Topic", tagging: "Tagging") -> None:
    from newsmonitor import topicview

    is_coloured = out.is_terminal and out.color_system is not None
    out.print(topicview.verdict(topic, tagging))
    out.print(Text(topicview.sums(tagging)), soft_wrap=not out.is_terminal)
    if not tagging.matches:
        return
    out.print()
    for passage in _shown_passages(sample, tagging):
        line = topicview.marked(passage, is_coloured=is_coloured)
        out.print(line, soft_wrap=not out.is_terminal)
        out.print()
    if is_coloured:
        out.print(topicview.legend())
        out.print()
    grid = Table.grid(padding=(0, 2))
    for options in ({"no_wrap": True}, {"overflow": "fold"}, {"overflow": "fold"}):
        grid.add_column(**options)
    rows = list(topicview.findings(tagging))
    for before, (label, name, detail) in zip(["", *(row[0] for row in rows)], rows, strict=False):
        shown = "" if label == before else label
        grid.add_row(Text(shown, style="dim"), Text(printable(name)), Text(printable(detail)))
    if rows:
        out.print(grid)


def _shown_passages(sample: "Sample", tagging: "Tagging") -> Iterator["Passage"]:
    """The headline, marked or not, and what of the text holds evidence."""
    from newsmonitor.topicview import Piece, passages

    in_title = [match for match in tagging.matches if match.field == "title"]
    in_text = [match for match in tagging.matches if match.field != "title"]
    if sample.title:
        # A headline of the page's own line breaks is still one headline.
        yield from passages(sample.title, in_title) if in_title else [(Piece(sample.title),)]
    if sample.text and in_text:
        yield from passages(sample.text, in_text)


@topic.command()
@click.argument("file", type=_FILE, required=False)
@click.option("--topic", "topic_id", help="A topic of the seeds folder; the default is every one of it.")
@click.option(
    "--days", type=click.IntRange(1, 36_500), help="The last so many days of the warehouse.  [default: 30]"
)
@click.option("--since", type=_DAY, help="Only stories filed on this day (UTC) or later.")
@click.option("--until", type=_DAY, help="Only stories filed on this day (UTC) or earlier.")
@click.option("--level", type=click.Choice(["main", "mention"]), help="Only what has this level, or had it.")
@click.option(
    "--limit",
    default=20,
    show_default=True,
    type=click.IntRange(1, 10_000),
    help="Stories to show, of each kind.",
)
@AS_JSON
def backtest(
    file: Path | None,
    topic_id: str | None,
    days: int | None,
    since: datetime | None,
    until: datetime | None,
    level: str | None,
    limit: int,
    as_json: bool,
) -> None:
    """What a changed topic file would make of stored stories.

    Counts and shows what is kept, gained, lost, or at another level, against the tags that are stored. Stores nothing.
    FILE: a topic file; the default is what is in the seeds folder now.
    """
    from newsmonitor import backtest as again
    from newsmonitor.refingerprint import days_of
    from newsmonitor.trying import topics_for

    if file and topic_id:
        raise click.UsageError("FILE and --topic do not go together")
    if days and (since or until):
        raise click.UsageError("--days does not go with --since and --until")
    settings = Settings.from_env()
    topics = topics_for(settings, topic_id=topic_id, file=file)
    house = Warehouse(settings.warehouse)
    last = again.last_days(house, days or 30)
    if last is None:
        click.echo("[]" if as_json else _NO_STORY)
        return
    first_day, last_day = (_day(since), _day(until)) if since or until else last
    chosen = days_of(house, since=first_day, until=last_day)
    with progress("days", len(chosen)) as tell:
        stories, results = again.backtest(house, topics, chosen, level=level, tell=tell)
    if as_json:
        print_rows([_backtest_row(each, stories, chosen, limit) for each in results], True, nothing="")
        return
    if not chosen:
        click.echo("No story was filed on these days.")
        return
    span = f"{chosen[-1]} to {chosen[0]}" if len(chosen) > 1 else f"{chosen[0]}"
    click.echo(f"{many(stories, 'story', 'stories')} of {many(len(chosen), 'day')}: {span}")
    for result in results:
        _show_backtest(console(), result, limit)


def _day(moment: datetime | None) -> date | None:
    return moment.date() if moment else None


def _backtest_row(result: "Backtest", stories: int, days: Sequence[date], limit: int) -> dict[str, Any]:
    return {
        "topic": result.topic.topic_id,
        "since": min(days, default=None),
        "until": max(days, default=None),
        "days": len(days),
        "stories": stories,
        **result.counts,
        **{
            f"{outcome}_stories": [asdict(each) for each in result.differing(outcome)[:limit]]
            for outcome in _HEADINGS
        },
    }


def _show_backtest(out: Console, result: "Backtest", limit: int) -> None:
    counts = result.counts
    said = f"{counts['kept']:,} kept, {counts['gained']:,} gained, {counts['lost']:,} lost"
    out.print()
    out.print(
        Text(f"{result.topic.topic_id}: ", style="bold").append(
            f"{said}, {counts['changed']:,} at another level", style="not bold"
        )
    )
    for outcome, heading in _HEADINGS.items():
        found = result.differing(outcome)
        if not found:
            continue
        out.print()
        out.print(Text(f"{heading} ({many(len(found), 'group')})", style="bold"))
        for number, each in enumerate(found[:limit]):
            if number:
                out.print()
            _show_differing(out, each)
        if len(found) > limit:
            out.print()
            out.print(Text(f"and {len(found) - limit:,} more (--limit)", style="dim"))


def _show_differing(out: Console, each: "Differs") -> None:
    level = f"{each.level_before or 'none'} → {each.level_after or 'none'}"
    copies = f"  +{many(each.copies, 'copy', 'copies')}" if each.copies else ""
    head = f"{each.day}  {level}  {each.score_before:.1f} → {each.score_after:.1f}  {each.outlet}{copies}"
    out.print(Text(printable(head), style="cyan"), soft_wrap=not out.is_terminal)
    for words, style in ((each.title or "(no headline)", ""), (each.why, "dim")):
        line = Text(printable(words), style=style)
        # Into a file or a pipe it goes as one line.
        out.print(
            Padding(line, (0, 0, 0, 2)) if out.is_terminal else Text("  ") + line,
            soft_wrap=not out.is_terminal,
        )


@click.command()
@click.option("--since", type=_DAY, help="Only stories filed on this day (UTC) or later.")
@click.option("--until", type=_DAY, help="Only stories filed on this day (UTC) or earlier.")
@click.option("--dry-run", is_flag=True, help="Only count what would change.")
@AS_JSON
def retag(since: datetime | None, until: datetime | None, dry_run: bool, as_json: bool) -> None:
    """Give stored stories the tags of the topic files of today: day by day, the newest first. Alerts nobody.

    It may be stopped and begun anew at any moment.
    """
    from newsmonitor import pipeline

    with pipeline.open_run(datetime.now(UTC)) as run:
        days = pipeline.stored_days(run.warehouse, since=_day(since), until=_day(until))
        with progress("days", len(days)) as tell:
            counts = pipeline.retag(run, days, tell=tell, is_dry=dry_run)
    if as_json:
        click.echo(json.dumps(counts))
    elif not days:
        click.echo("No story was filed on these days." if since or until else _NO_STORY)
    else:
        click.echo(_counts_line(counts, dry_run))


def _counts_line(counts: Mapping[str, int], is_dry: bool) -> str:
    looked = f"{many(counts['stories'], 'story', 'stories')} of {many(counts['days'], 'day')} looked at"
    changed = f"{counts['changed']:,} {'would be' if is_dry else ''} tagged otherwise".replace("  ", " ")
    said = f"{counts['gained']:,} gained a topic, {counts['lost']:,} lost one"
    return f"{looked}, {changed}: {said}, {counts['level_changed']:,} at another level."
