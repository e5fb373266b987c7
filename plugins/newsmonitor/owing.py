"""What matched a rule, and what of it is owed to which channel: asked of stories and alerts, never remembered."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from newsmonitor import alertrules, channels, ledger, notices
from newsmonitor.alertlist import recent_candidates
from newsmonitor.alerts import alert_id
from newsmonitor.alertspec import DIGEST, OUTLET, OWED_FOR, REVISION, SPIKE, STORY, Candidate, Rule
from newsmonitor.alerttimes import last_moment, next_moment, quiet_until
from newsmonitor.alsotold import outlet_notices, revision_notices
from newsmonitor.context import Run
from newsmonitor.failures import failure_notices
from newsmonitor.messages import Message, Notice
from newsmonitor.spiking import spike_notices
from newsmonitor.worklist import linked_groups

_INSTANT = timedelta(microseconds=1)
# Where no channel is set, what one would be owed is counted all the same.
NO_CHANNEL = "(no channel)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Owed:
    """One message that one channel has not taken: about a story, or a notice with its words.

    since: when what it tells of was there; due_at: when it could be sent first, set by `still_owed`. rule is None
    for what the desk says of itself.
    """

    alert_id: str
    rule: Rule | None
    kind: str
    channel: str
    since: datetime
    due_at: datetime
    story_id: str | None = None
    group_id: str | None = None
    message: Message | None = None
    attempts: int = 0
    next_try_at: datetime | None = None
    # Those that the same message would have had before its group was linked into another.
    earlier_ids: tuple[str, ...] = ()
    # What it tells of, where it is a digest.
    tells: tuple["Owed", ...] = ()

    @property
    def gives_up_at(self) -> datetime:
        """When it is no longer tried. The groups of a digest have the next digest, too, to be told in."""
        if self.rule is not None and self.rule.mode == DIGEST and not self.tells:
            return next_moment(self.rule, self.due_at) + OWED_FOR
        return self.due_at + OWED_FOR


def matched(run: Run, rule: Rule, *, since: datetime, until: datetime) -> list[str]:
    """The ids of the stories that tell of their groups by a rule, filed in (since, until], oldest first."""
    candidates = recent_candidates(run.warehouse, since=since, until=until)
    return [each.story_id for each in _tellers(rule, candidates, since=since).values()]


def _tellers(rule: Rule, candidates: Sequence[Candidate], *, since: datetime) -> dict[str, Candidate]:
    """By group, the story that tells of it by the rule, where that was filed after a time."""
    found = alertrules.tellers(rule, candidates)
    return {group: teller for group, teller in found.items() if teller.filed_at > since}


def pairs(run: Run) -> list[tuple[Rule, str]]:
    """Each rule with each channel that it goes to."""
    return [
        (rule, name) for rule in run.plan.rules for name in channels.names_for(rule, run.plan, run.settings)
    ]


def note_beginnings(run: Run) -> None:
    """Write down since when each rule tells each channel: a rule alerts on nothing older than itself."""
    new = ledger.new_beginnings(run.warehouse, pairs(run), at=run.at)
    run.warehouse.append(new, batch=run.batch(), day=run.at.date())


def count_owed(run: Run) -> int:
    """How many alerts about stories are owed; where no channel is set, what one channel would be owed."""
    told = [(rule, channel) for rule, channel in pairs(run) if rule.kind == STORY]
    if told:
        begun = ledger.beginnings(run.warehouse, [rule for rule, _ in told])
        return len(still_owed(run, _about_stories(run, told, begun=begun)))
    return len(_about_stories(run, [(rule, NO_CHANNEL) for rule in run.plan.rules], begun=None))


def unsent(run: Run, told: Sequence[tuple[Rule, str]]) -> list[Owed]:
    """All that the channels of the rules have neither taken nor been given up on, in the order it became due."""
    begun = ledger.beginnings(run.warehouse, [rule for rule, _ in told])
    everything = [*_about_stories(run, told, begun=begun), *_notices_of_rules(run, told, begun)]
    return still_owed(run, everything)


def about_the_desk(run: Run, names: Sequence[str]) -> list[Owed]:
    """What the desk says of itself to the operator's channels: feeds, failures, alerts that were given up."""
    age = run.window
    found = [
        *notices.open_notices(
            run.warehouse, run.feeds, at=run.at, age=age, digest_hour=run.settings.digest_hour
        ),
        *notices.given_up(run.warehouse, at=run.at, age=age),
        *failure_notices(run, age=age),
    ]
    begun = ledger.channels_begun(run.warehouse)
    return still_owed(
        run,
        [
            _of_notice(each, None, name)
            for each in found
            for name in names
            # A channel that was added later was never owed the past.
            if begun.get(name, run.at) <= each.since or each.since > run.at - OWED_FOR
        ],
    )


def still_owed(run: Run, everything: Iterable[Owed]) -> list[Owed]:
    """Those that are not settled in the ledger, with the tries so far, in the order they became due."""
    everything = list(everything)
    ids = [name for each in everything for name in (each.alert_id, *each.earlier_ids)]
    known = ledger.standings(run.warehouse, ids)
    found = []
    for each in everything:
        said = [
            standing
            for name in (each.alert_id, *each.earlier_ids)
            if (standing := known.get((name, each.channel)))
        ]
        if not any(standing.is_settled for standing in said):
            found.append(_with_tries(each, said))
    # What is due at the same time stays as it was found: in the order in which it was filed.
    return sorted(found, key=lambda each: each.due_at)


def _with_tries(owed: Owed, said: Sequence[ledger.Standing]) -> Owed:
    again = [each.asked_again_at for each in said if each.asked_again_at]
    # Only now, for most of what is looked through was sent long ago, and clocks take long to reckon with.
    due_at = _due_at(owed.rule, owed.since) if owed.rule and not owed.tells else owed.due_at
    return replace(
        owed,
        attempts=max((each.attempts for each in said), default=0),
        next_try_at=said[0].next_try_at if said else None,
        due_at=max([due_at, *again]),
    )


def _about_stories(
    run: Run,
    told: Sequence[tuple[Rule, str]],
    *,
    begun: Mapping[tuple[str, str], tuple[alertrules.Version, ...]] | None,
) -> list[Owed]:
    """One message a group as it is now, under whichever id it may have been sent before groups were linked."""
    rules = {rule.name: rule for rule, _ in told if rule.kind == STORY}
    if not rules:
        return []
    since = {name: _looks_back_to(rule, run) for name, rule in rules.items()}
    # Asked for once, for all the rules.
    candidates = recent_candidates(run.warehouse, since=min(since.values()), until=run.at)
    tellers = {name: _tellers(rule, candidates, since=since[name]) for name, rule in rules.items()}
    parts: dict[str, list[str]] = {}
    for part, whole in linked_groups(run.warehouse).items():
        parts.setdefault(whole, []).append(part)
    return [
        Owed(
            alert_id=alert_id(group, rule),
            rule=rule,
            kind=rule.name,
            channel=channel,
            since=teller.filed_at,
            due_at=teller.filed_at,
            story_id=teller.story_id,
            group_id=group,
            earlier_ids=tuple(alert_id(part, rule) for part in parts.get(group, ())),
        )
        for rule, channel in told
        if rule.kind == STORY
        for group, teller in tellers[rule.name].items()
        if begun is None or alertrules.was_asked_for(begun.get((rule.name, channel), ()), teller)
    ]


def _looks_back_to(rule: Rule, run: Run) -> datetime:
    """From when on something may still be owed: what is older was sent or given up, as `gives_up_at` has it."""
    if rule.mode != DIGEST:
        return run.at - run.window
    moment = run.at
    for _ in range(3):
        moment = last_moment(rule, moment - _INSTANT)
    return min(moment - OWED_FOR, run.at - run.window)


def _notices_of_rules(
    run: Run,
    told: Sequence[tuple[Rule, str]],
    begun: Mapping[tuple[str, str], tuple[alertrules.Version, ...]],
) -> list[Owed]:
    rules = {rule.name: rule for rule, _ in told if rule.kind != STORY}
    found = {name: _notices_of(run, rule) for name, rule in rules.items()}
    return [
        _of_notice(each, rule, channel)
        for rule, channel in told
        for each in found.get(rule.name, ())
        if alertrules.began_before(begun.get((rule.name, channel), ()), each.since)
    ]


def _notices_of(run: Run, rule: Rule) -> list[Notice]:
    if rule.kind == SPIKE:
        return spike_notices(run, rule, age=run.window)
    if rule.kind == OUTLET:
        return outlet_notices(run, rule, age=run.window)
    assert rule.kind == REVISION, rule.kind
    return revision_notices(run, rule, age=run.window)


def _of_notice(notice: Notice, rule: Rule | None, channel: str) -> Owed:
    return Owed(
        alert_id=notice.notice_id,
        rule=rule,
        kind=notice.kind,
        channel=channel,
        since=notice.since,
        due_at=notice.since,
        story_id=notice.story_id,
        group_id=notice.group_id,
        message=notice.message,
    )


def _due_at(rule: Rule, moment: datetime) -> datetime:
    """When something that came at a moment may be told: with the next digest, or when the quiet hours end."""
    if rule.mode == DIGEST:
        return next_moment(rule, moment - _INSTANT).astimezone(UTC)
    return quiet_until(rule, moment) or moment
