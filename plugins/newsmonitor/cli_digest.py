"""`newsmonitor digest`: what matched a rule in a period, as text or as a page."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from newsmonitor.cli_output import printable
from newsmonitor.errors import InputError
from newsmonitor.seeds import write_text_file

if TYPE_CHECKING:
    from newsmonitor.alertspec import AlertPlan, Rule

_TIME = click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M"])
_STDOUT = Path("-")


@click.command()
@click.argument("rule", required=False)
@click.option(
    "--since", type=_TIME, help="Stories filed after this time (UTC); the default is a day before the end."
)
@click.option("--until", type=_TIME, help="Stories filed up to this time (UTC); the default is now.")
@click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), help="Write a page to this file; - for here."
)
def digest(rule: str | None, since: datetime | None, until: datetime | None, out: Path | None) -> None:
    """What matched a rule of the alert file: grouped, counted, on a timeline and a map.

    RULE: its name; the default is the first. Without --out the text form is printed.
    """
    # Here and not above: loading them takes a second, which --help need not spend.
    from newsmonitor import digests, owing
    from newsmonitor.context import open_run

    now = datetime.now(UTC)
    end = until.replace(tzinfo=UTC) if until else now
    start = since.replace(tzinfo=UTC) if since else end - timedelta(days=1)
    if start >= end:
        raise InputError("--since", f"is {start:%Y-%m-%d %H:%M}, not before the end", "give an earlier time")
    with open_run(now) as run:
        chosen = _find_rule(run.plan, rule)
        found = owing.matched(run, chosen, since=start, until=end)
        message = digests.make(run, chosen, found, since=start, until=end, most_bytes=None)
    if out is None:
        click.echo("\n".join(printable(line) for line in (message.title, "", *message.body.splitlines())))
    elif out == _STDOUT:
        click.echo(message.html, nl=False)
    else:
        write_text_file(out, message.html or "")
        click.echo(f"{message.title}: {out}")


def _find_rule(plan: "AlertPlan", name: str | None) -> "Rule":
    """The rule of this name, else the first; raises InputError where there is none."""
    for rule in plan.rules:
        if name in (None, rule.name):
            return rule
    if name is None:
        raise InputError(plan.where, "has no rule", "write one, see docs/alerts.md")
    names = ", ".join(rule.name for rule in plan.rules) or "none"
    raise InputError(name, f"is no rule of {plan.where}", f"the rules are: {names}")
