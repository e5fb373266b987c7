"""`newsmonitor alerts`: what the alert file says, what is owed and sent, a test message, another try."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from newsmonitor import ledger
from newsmonitor.cli_output import AS_JSON, print_rows, printable
from newsmonitor.records import Alert

if TYPE_CHECKING:
    from newsmonitor.context import Run

_STATES = (ledger.OWED, ledger.SENT, ledger.FAILED)
_DRY = click.option(
    "--dry-run", "is_dry", is_flag=True, help="Say what would be sent; send and store nothing."
)
# The newest state of each alert on each channel, with the headline of its story.
_TOLD = f"""
    with newest as (
        from alerts where state <> '{ledger.BEGAN}' and channel <> '{ledger.OPERATOR}'
        qualify row_number() over (
            partition by alert_id, channel
            order by state = '{ledger.SENT}' desc, tried_at desc, attempt desc, state = '{ledger.OWED}'
        ) = 1
    )
    select state, tried_at as since, rule, channel, attempt as tries, cast(null as timestamptz) as next_try_at, title,
        error, alert_id, told_by
    from newest left join (select story_id, title from stories) using (story_id)
    where state in (select unnest($states)) and ($rule is null or rule = $rule)
        and ($channel is null or channel = $channel)
    order by tried_at desc, channel, alert_id limit $limit
"""


@click.group()
def alerts() -> None:
    """Who hears of what: what is owed, sent and given up; test messages; another try."""


@alerts.command("check")
def check() -> None:
    """Check the alert file: each rule in one sentence, each channel with what keeps it from being used."""
    from newsmonitor import alertfile, channels

    with _run() as run:
        for rule in run.plan.rules:
            click.echo(alertfile.describe(rule, run.plan))
        addresses, unusable = channels.open_channels(run.plan, run.settings)
        for address in addresses:
            click.echo(f"channel {address.name}: ready ({address.where})")
        for name, reason in unusable.items():
            click.echo(f"channel {name}: cannot be used here: {reason}")
        if not addresses and not unusable:
            click.echo("No channel is set, so nobody is told: see docs/alerts.md.")


@alerts.command("list")
@click.option("--state", type=click.Choice(_STATES), help="Only this state; the default is all.")
@click.option("--rule", help="Only this rule.")
@click.option("--channel", help="Only this channel.")
@click.option("--limit", default=20, show_default=True, type=click.IntRange(1, 10_000))
@AS_JSON
def list_(state: str | None, rule: str | None, channel: str | None, limit: int, as_json: bool) -> None:
    """What is owed, the oldest first; then what was sent or given up, the newest first."""
    rows: list[dict[str, Any]] = []
    with _run() as run:
        if state in (None, ledger.OWED):
            rows += _owed_rows(run, rule, channel, limit)
        states = [each for each in _STATES[1:] if state in (None, each)]
        params = {"states": states, "rule": rule, "channel": channel, "limit": limit}
        rows += run.warehouse.query(_TOLD, params).to_pylist()
    hidden = ("alert_id", "told_by")
    print_rows(rows[: limit if state else None], as_json, hidden=hidden, nothing="No alerts yet.")


@alerts.command("test")
@click.argument("names", metavar="[CHANNEL]...", nargs=-1)
@_DRY
def test(names: Sequence[str], is_dry: bool) -> None:
    """Send a test message to the channels named, or to all of them."""
    from newsmonitor import channels, sending

    with _run() as run:
        if is_dry:
            addresses, unusable = channels.open_channels(run.plan, run.settings)
            for name in [address.name for address in addresses if not names or address.name in names]:
                click.echo(f"{name}: would be sent: {sending.TEST_MESSAGE.title}")
            for name, problem in unusable.items():
                click.echo(f"{name}: cannot be used here: {problem}")
            return
        found = sending.try_channels(run, names)
    for name, reason in found.items():
        click.echo(f"{name}: {f'not taken: {reason}' if reason else 'taken'}")
    if not found:
        click.echo("No channel is set: see docs/alerts.md.")
    if not found or any(found.values()):
        raise click.exceptions.Exit(1)


@alerts.command("send")
@_DRY
@AS_JSON
def send(is_dry: bool, as_json: bool) -> None:
    """Deliver what is owed now, as the DAG send_alerts does."""
    from newsmonitor import pipeline, sending

    with _run() as run:
        if not is_dry:
            counts = pipeline.send_alerts(run)
            print_rows([counts], as_json, nothing="")
            return
        rows = [
            {"channel": owed.channel, "rule": owed.kind, "title": said.title, "body": said.body}
            for owed, said in sending.preview(run)
        ]
    if as_json:
        print_rows(rows, as_json, nothing="")
        return
    for row in rows:
        click.echo(f"--- to {row['channel']}, by {row['rule']}\n{printable(row['title'])}")
        click.echo("\n".join(printable(line) for line in row["body"].splitlines()))
    click.echo(f"{len(rows)} message{'' if len(rows) == 1 else 's'} would be sent.")


@alerts.command("retry")
@click.argument("alert_ids", metavar="[ALERT_ID]...", nargs=-1)
@click.option("--rule", help="Only of this rule.")
@click.option("--channel", help="Only on this channel.")
@_DRY
def retry(alert_ids: Sequence[str], rule: str | None, channel: str | None, is_dry: bool) -> None:
    """Owe again what was given up, for another day: all of it, or what is named.

    What is older than NEWSMONITOR_WINDOW_DAYS is history, and not sent any more.
    """
    with _run() as run:
        params = {"states": [ledger.FAILED], "rule": rule, "channel": channel, "limit": 10_000}
        rows = [
            row
            for row in run.warehouse.query(_TOLD, params).to_pylist()
            if row["since"] > run.at - run.window and (not alert_ids or row["alert_id"] in alert_ids)
        ]
        again = [
            Alert(
                alert_id=row["alert_id"],
                rule=row["rule"],
                channel=row["channel"],
                state=ledger.OWED,
                attempt=row["tries"],
                tried_at=run.at,
                error=ledger.ASKED_AGAIN,
            )
            for row in rows
        ]
        if not is_dry:
            run.warehouse.append(again, batch=run.batch(), day=run.at.date())
    is_one = len(again) == 1
    would = "would be" if is_dry else "is" if is_one else "are"
    click.echo(f"{len(again)} alert{'' if is_one else 's'} {would} owed again.")


@contextmanager
def _run() -> "Iterator[Run]":
    # Here and not above: loading it takes a second, which --help need not spend.
    from newsmonitor.context import open_run

    with open_run(datetime.now(UTC)) as run:
        yield run


def _owed_rows(run: "Run", rule: str | None, channel: str | None, limit: int) -> list[dict[str, Any]]:
    from newsmonitor import channels, owing

    operators = channels.operator_names(run.plan, run.settings)
    owed = [*owing.unsent(run, owing.pairs(run)), *owing.about_the_desk(run, operators)]
    chosen = [each for each in owed if rule in (None, each.kind) and channel in (None, each.channel)][:limit]
    ids = [each.story_id for each in chosen if each.story_id]
    found = run.warehouse.query(
        "select story_id, title from stories where story_id in (select unnest(?))", [ids]
    )
    titles = dict(zip(found["story_id"].to_pylist(), found["title"].to_pylist(), strict=True))
    return [
        {
            "state": ledger.OWED,
            "since": each.due_at,
            "rule": each.kind,
            "channel": each.channel,
            "tries": each.attempts,
            "next_try_at": each.next_try_at,
            "title": each.message.title if each.message else titles.get(each.story_id or ""),
            "error": None,
            "alert_id": each.alert_id,
            "told_by": None,
        }
        for each in chosen
    ]
