"""Which stories a rule tells of: one a group, the first that matches. Pure: rows in, rows out."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from newsmonitor.alertspec import Candidate, Rule

# What of a rule says which stories it takes; who hears of them, and when, may change without the rule being new.
_FILTERS = ("kind", "topic", "level", "languages", "outlets", "places")


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """What a rule asked for from a time on."""

    began_at: datetime
    asked: Rule


def filters_of(rule: Rule) -> str:
    """What a rule asks of stories, as JSON: the same for two versions that take the same stories."""
    return json.dumps({name: getattr(rule, name) for name in _FILTERS}, ensure_ascii=False, sort_keys=True)


def version_of(rule: Rule, filters: str | None, began_at: datetime) -> Version:
    """The version of a rule that asked for what `filters_of` once gave; what cannot be read is as it is now."""
    try:
        stored: Mapping[str, Any] = json.loads(filters or "{}")
    except ValueError:
        stored = {}
    asked: dict[str, Any] = {
        name: tuple(stored[name]) if isinstance(stored[name], list) else stored[name]
        for name in _FILTERS
        if name in stored
    }
    return Version(began_at=began_at, asked=replace(rule, **asked))


def tellers(rule: Rule, candidates: Iterable[Candidate]) -> dict[str, Candidate]:
    """By group, the story that tells of it by a rule; of candidates in the order in which they were filed.

    The first that has what the rule asks for, and had it when it was filed: what newer rules found since then tells
    nobody. A group whose first is backlog is told of by none. One that matches no more speaks for no group, but the
    next of its group may.
    """
    found: dict[str, Candidate | None] = {}
    for candidate in candidates:
        if candidate.group_id in found or not _asks_for(rule, candidate):
            continue
        if candidate.is_backlog:
            found[candidate.group_id] = None
        elif _matches(rule, candidate, is_now=True):
            found[candidate.group_id] = candidate
    return {group: candidate for group, candidate in found.items() if candidate is not None}


def was_asked_for(versions: Sequence[Version], candidate: Candidate) -> bool:
    """Whether the rule, as it was when the story was filed, asks for it; the versions are in order of time."""
    before = [version for version in versions if version.began_at <= candidate.filed_at]
    return bool(before) and _asks_for(before[-1].asked, candidate)


def began_before(versions: Sequence[Version], moment: datetime) -> bool:
    """Whether there was the rule at a moment."""
    return any(version.began_at <= moment for version in versions)


def _asks_for(rule: Rule, candidate: Candidate) -> bool:
    return (
        (not rule.languages or candidate.language in rule.languages)
        and (not rule.outlets or candidate.outlet in rule.outlets)
        and (not rule.places or not set(rule.places).isdisjoint(candidate.places))
        and _matches(rule, candidate, is_now=False)
    )


def _matches(rule: Rule, candidate: Candidate, *, is_now: bool) -> bool:
    """Whether a topic of the rule had the level when the story was filed; is_now: and has it still."""
    return any(
        rule.reaches(filed) and (not is_now or rule.reaches(now))
        for topic, (filed, now) in candidate.levels.items()
        if rule.topic in (None, topic)
    )
