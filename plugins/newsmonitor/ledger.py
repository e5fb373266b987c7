"""The ledger of alerts: what became of each, since when each rule tells each channel; asked of the table `alerts`."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from newsmonitor.alertrules import Version, filters_of, version_of
from newsmonitor.alertspec import Rule
from newsmonitor.records import Alert, identify
from newsmonitor.warehouse import Warehouse

BEGAN, OWED, SENT, FAILED, HELD = "began", "owed", "sent", "failed", "held"
# In the place of a channel's name, in the rows that say what is to be told of a run that failed: none is called so.
OPERATOR = "(operator)"
# A try that a kill cut off: the row is written by the run that comes after.
CUT_OFF = "the sender was stopped during this try: the message may have arrived"
ASKED_AGAIN = "asked for again"
_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What became of one alert on one channel so far."""

    state: str
    attempts: int
    next_try_at: datetime | None
    # When somebody asked for it again, after it was given up.
    asked_again_at: datetime | None

    @property
    def is_settled(self) -> bool:
        """Whether nothing is to be sent any more."""
        return self.state in (SENT, FAILED)


def standings(warehouse: Warehouse, alert_ids: Iterable[str]) -> dict[tuple[str, str], Standing]:
    """By alert and channel, what became of it; of all days, for what was sent once is never sent again."""
    ids = list(dict.fromkeys(alert_ids))
    if not ids:
        return {}
    sql = f"""
        select alert_id, channel, max(attempt) as attempts,
            arg_max(state, (tried_at, attempt, state <> '{OWED}')) as state,
            arg_max_null(next_try_at, (tried_at, attempt)) as next_try_at,
            max(tried_at) filter (error = '{ASKED_AGAIN}') as asked_again_at,
            bool_or(state = '{SENT}') as is_sent
        from alerts where alert_id in (select unnest(?)) group by alert_id, channel
    """
    return {
        (row.pop("alert_id"), row.pop("channel")): Standing(
            # Whatever came later: nothing makes a message unsent.
            state=SENT if row.pop("is_sent") else row.pop("state"),
            attempts=row["attempts"],
            next_try_at=row["next_try_at"],
            asked_again_at=row["asked_again_at"],
        )
        for row in warehouse.query(sql, [ids]).to_pylist()
    }


def beginnings(warehouse: Warehouse, rules: Sequence[Rule]) -> dict[tuple[str, str], tuple[Version, ...]]:
    """By rule and channel, what the rule asked for from when on, in order of time."""
    by_name = {rule.name: rule for rule in rules}
    sql = f"select rule, channel, tried_at, extra from alerts where state = '{BEGAN}' order by tried_at"
    found: dict[tuple[str, str], tuple[Version, ...]] = {}
    for row in warehouse.query(sql).to_pylist():
        if rule := by_name.get(row["rule"]):
            key = row["rule"], row["channel"]
            found[key] = (*found.get(key, ()), version_of(rule, row["extra"], row["tried_at"]))
    return found


def new_beginnings(warehouse: Warehouse, pairs: Iterable[tuple[Rule, str]], *, at: datetime) -> list[Alert]:
    """A row for each rule and channel that the ledger does not know yet, or that asks for something else now."""
    pairs = list(pairs)
    known = beginnings(warehouse, [rule for rule, _ in pairs])
    return [
        Alert(
            alert_id=identify("began", rule.name, channel, filters_of(rule)),
            rule=rule.name,
            channel=channel,
            state=BEGAN,
            attempt=0,
            tried_at=at,
            extra=filters_of(rule),
        )
        for rule, channel in pairs
        if not (versions := known.get((rule.name, channel)))
        or filters_of(versions[-1].asked) != filters_of(rule)
    ]


def channels_begun(warehouse: Warehouse) -> dict[str, datetime]:
    """Since when each channel is known to the ledger."""
    found = warehouse.query("select channel, min(tried_at) as first from alerts group by channel")
    return dict(zip(found["channel"].to_pylist(), found["first"].to_pylist(), strict=True))


def sent_within_hour(warehouse: Warehouse, at: datetime) -> dict[tuple[str, str], tuple[int, int]]:
    """By rule and channel, how many messages it took within the last hour, and how many of them told of several."""
    sql = f"""
        select rule, channel, count(*) filter (told_by is null) as messages, count(distinct told_by) as bundles
        from alerts where day >= ? and tried_at > ? and state = '{SENT}' group by rule, channel
    """
    rows = warehouse.query(sql, [(at - _HOUR).date(), at - _HOUR]).to_pylist()
    return {(row["rule"], row["channel"]): (row["messages"], row["bundles"]) for row in rows}


def holds(warehouse: Warehouse, at: datetime) -> dict[str, datetime]:
    """By channel, until when it asked to be left alone, where that is still to come."""
    sql = """
        select channel, max(hold_until) as hold_until from alerts
        where day >= ? and hold_until > ? group by channel
    """
    rows = warehouse.query(sql, [(at - timedelta(days=1)).date(), at]).to_pylist()
    return {row["channel"]: row["hold_until"] for row in rows}
