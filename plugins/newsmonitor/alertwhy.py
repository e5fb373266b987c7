"""Why was I (not) alerted to a story: what each rule makes of it, and what became of its alerts, in words."""

from collections.abc import Callable, Sequence

from newsmonitor import alertrules, ledger
from newsmonitor.alertlist import group_candidates
from newsmonitor.alertspec import DIGEST, STORY, Candidate, Rule
from newsmonitor.records import Alert, Story
from newsmonitor.tagging import levels_of
from newsmonitor.warehouse import Warehouse

_STATES = {
    ledger.OWED: "not taken by",
    ledger.SENT: "sent on",
    ledger.FAILED: "given up on",
}


def of_alert(alert: Alert) -> str:
    """One row of the ledger in words."""
    said = f"{alert.rule}: {_STATES.get(alert.state, alert.state)} {alert.channel}"
    if alert.told_by:
        return f"{said}, as part of one message about several"
    error = f": {alert.error}" if alert.error else ""
    again = f"; tried again after {alert.next_try_at:%Y-%m-%d %H:%M} UTC" if alert.next_try_at else ""
    return f"{said}, try {alert.attempt}{error}{again}"


def why_not(
    warehouse: Warehouse, story: Story, rules: Sequence[Rule], *, name_of: Callable[[str], str]
) -> list[str]:
    """For each rule about stories, why a story without an alert of its own has none."""
    told = [rule for rule in rules if rule.kind == STORY]
    candidates = group_candidates(warehouse, [story.group_id], until=story.filed_at.replace(year=9999))
    return [f"{rule.name}: {_why_not(rule, story, candidates, name_of)}" for rule in told] or [
        "no rule tells of stories"
    ]


def _why_not(rule: Rule, story: Story, candidates: Sequence[Candidate], name_of: Callable[[str], str]) -> str:
    about = f" about {rule.topic}" if rule.topic else ""
    levels = [both for topic, both in levels_of(story).items() if rule.topic in (None, topic)]
    if not any(rule.reaches(was) for was, _ in levels):
        if any(rule.reaches(now) for _, now in levels):
            return "no alert: it matches only since it was read or tagged again by newer rules"
        return f"no alert: the rule tells of {rule.level} matches{about} only"
    if not any(rule.reaches(was) and rule.reaches(now) for was, now in levels):
        return "no alert: by newer rules it matches no more"
    for asked, has, said in (
        (rule.languages, {story.language}, "in"),
        (rule.outlets, {story.outlet}, "of"),
        (rule.places, set(story.places), "at"),
    ):
        if asked and has.isdisjoint(asked):
            return f"no alert: the rule tells of stories {said} {', '.join(asked)} only"
    if story.is_backlog:
        return "no alert: backlog (why, is said above where it was announced)"
    tellers = list(alertrules.tellers(rule, candidates).values())
    if not tellers:
        return "no alert: its group began with backlog, or repeats a text of the seed corpus"
    if tellers[0].story_id != story.story_id:
        return f"no alert of its own: its group alerts once, by {name_of(tellers[0].story_id)}"
    if rule.mode == DIGEST:
        return "no alert yet: it comes with the next digest"
    return "no alert yet: owed within 24 hours of filing, to the channels that there were by then (docs/alerts.md)"
