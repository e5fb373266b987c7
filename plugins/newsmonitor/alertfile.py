"""An alert file read and checked: TOML text in, an AlertPlan or one plain line out. Pure."""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import time
from difflib import get_close_matches
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from newsmonitor.alertspec import (
    DEFAULT_CHANNEL,
    DEFAULT_RULE,
    DIGEST,
    INSTANT,
    KINDS,
    MODES,
    OUTLET,
    REVISION,
    SENSITIVITIES,
    SPIKE,
    STORY,
    AlertPlan,
    ChannelSpec,
    Quiet,
    Rule,
)
from newsmonitor.alerttimes import check_cron
from newsmonitor.errors import InputError
from newsmonitor.messages import FORMS
from newsmonitor.tomlfile import LANGUAGES, Table, TomlFile, language_mend
from newsmonitor.topicspec import ANY_LANGUAGE, LEVELS, MAIN

# A rule's name is part of a digest's file name and address, and of the ids in the ledger.
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,59}")
# What the desk says of itself stands under these in the ledger; latest.html is the newest digest of a folder.
_TAKEN = {"rule": ("storm", "failure", "latest"), "channel": (DEFAULT_CHANNEL,)}
# In capitals, as is usual: most tokens have a small letter, so one that is written here by mistake is refused.
_VARIABLE = re.compile(r"[A-Z_][A-Z0-9_]*")
_SETTING = "NEWSMONITOR_"
_CONNECTION = re.compile(r"[A-Za-z0-9_.-]{1,200}")
_CLOCK = r"(?:[01]?[0-9]|2[0-3]):[0-5][0-9]"
_QUIET = re.compile(rf"\s*({_CLOCK})\s*[-–]\s*({_CLOCK})\s*")
_DAILY = re.compile(r"([0-9]{1,2}) ([0-9]{1,2}) \* \* \*")
_TARGETS = ("env", "connection", "folder")
_CHANNEL_KEYS = ("name", *_TARGETS, "form", "operator")
_RULE_KEYS = (
    "name", "channel", "kind", "topic", "level", "languages", "outlets", "places",
    "mode", "schedule", "timezone", "quiet", "per_hour", "sensitivity", "least",
)  # fmt: skip
_LONGEST = 80
_SECRETS_STAY_OUT = 'put NAME=url into .env and write env = "NAME"'


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """What a rule may name; None: not checked."""

    channels: Mapping[str, ChannelSpec]
    topics: Collection[str] | None
    places: Mapping[str, Mapping[str, str]] | None
    outlets: Collection[str] | None


def read_plan(
    text: str,
    where: str,
    *,
    topics: Collection[str] | None = None,
    places: Mapping[str, Mapping[str, str]] | None = None,
    outlets: Collection[str] | None = None,
) -> AlertPlan:
    """The plan of an alert file, checked.

    topics are the ids of the topic files; places, by topic, the ids of its places and their names; outlets the names
    of those that the feeds have. What is None is not checked. A place that is given by its name stands in the plan by
    its id. Raises InputError with the file, the line and the mend, for the first fault found.
    """
    root = TomlFile(text.removeprefix("\ufeff"), where).root
    try:
        root.only("channel", "rule")
        channels = tuple(_channel(table) for table in _named(root, "channel"))
        by_name = {channel.name: channel for channel in channels}
        known = _Known(channels=by_name, topics=topics, places=places, outlets=outlets)
        rules = tuple(_rule(table, known) for table in _named(root, "rule"))
        if not rules:
            raise InputError(where, "there is no [[rule]], so nobody would be told", "add a [[rule]]")
    except InputError as error:
        # Of a key in quotes, the line is not known.
        raise InputError(where, error.problem, error.mend, line=error.line or 1) from None
    return AlertPlan(where=where, rules=rules, channels=channels)


def describe(rule: Rule, plan: AlertPlan) -> str:
    """The rule as one sentence: what, to whom, when and how much of it."""
    topic = rule.topic or "any topic"
    levels = " or ".join(LEVELS[: LEVELS.index(rule.level) + 1])
    about = f"about {topic} ({levels})"
    what = {
        STORY: f"stories {about}",
        OUTLET: f"every other outlet that has a story {about}",
        REVISION: f"revisions of stories {about}",
        SPIKE: f"spikes of stories {about}, from {rule.least} stories, {rule.sensitivity} sensitivity",
    }[rule.kind]
    parts = [
        what,
        *([f"in {_either(rule.languages)}"] if rule.languages else []),
        *([f"by {_either(rule.outlets)}"] if rule.outlets else []),
        *([f"naming {_either(rule.places)}"] if rule.places else []),
        f"to {_listed([_channel_words(name, plan) for name in rule.channels], 'and')} {_when(rule)}",
    ]
    more = []
    if rule.quiet:
        quiet = f"{rule.quiet.begin:%H:%M}-{rule.quiet.end:%H:%M}"
        more.append(f"quiet {quiet} {rule.timezone.key}")
    if rule.mode == INSTANT:
        more.append(f"at most {rule.per_hour} an hour")
    return f"{rule.name}: {'; '.join([', '.join(parts), *more])}"


def _channel_words(name: str, plan: AlertPlan) -> str:
    if name == DEFAULT_CHANNEL:
        return "every URL of NEWSMONITOR_ALERT_URLS"
    folders = {channel.name for channel in plan.channels if channel.folder is not None}
    return f"{name} (a folder)" if name in folders else name


def _when(rule: Rule) -> str:
    if rule.mode == INSTANT:
        return "at once"
    if daily := _DAILY.fullmatch(rule.schedule):
        return f"as a digest every day at {int(daily[2]):02}:{int(daily[1]):02} {rule.timezone.key}"
    return f'as a digest by the schedule "{rule.schedule}" {rule.timezone.key}'


def _either(words: Iterable[str]) -> str:
    return _listed(list(words), "or")


def _listed(words: list[str], last: str) -> str:
    *others, end = words
    return f"{', '.join(others)} {last} {end}" if others else end


def _named(root: Table, kind: str) -> list[Table]:
    """The tables of a kind, each under a name that it may have and no other has."""
    tables = root.tables(kind)
    names: set[str] = set()
    for table in tables:
        name = table.text("name")
        if not _NAME.fullmatch(name):
            mend = "use a-z, 0-9, - and _ only, up to 60 of them"
            raise table.wrong(f"{_shown(name)} cannot name a {kind}", mend, "name")
        if name in _TAKEN[kind]:
            raise table.wrong(f'"{name}" names something else already', "give it another name", "name")
        if name in names:
            raise table.wrong(f'a second [[{kind}]] is named "{name}"', "give it another name", "name")
        names.add(name)
    return tables


def _channel(table: Table) -> ChannelSpec:
    for key in ("url", "urls", "password", "token", "secret"):
        if key in table.values:
            raise table.wrong("secrets stay out of this file", _SECRETS_STAY_OUT, key)
    table.only(*_CHANNEL_KEYS)
    given = [key for key in _TARGETS if key in table.values]
    if len(given) != 1:
        problem = f"[[channel]] has {' and '.join(given)}" if given else "[[channel]] goes nowhere"
        raise table.wrong(problem, f"write exactly one of {', '.join(_TARGETS)}", (given or [""])[-1])
    folder, form, is_operator = _folder(table), table.maybe_text("form"), table.flag("operator", False)
    if form is not None:
        _choice(table, "form", FORMS, "")
    if folder is not None and form is not None:
        raise table.wrong("a folder gets HTML files, in no other form", "take form away", "form")
    if folder is not None and is_operator:
        mend = "take operator away, and give it to a channel that takes messages"
        raise table.wrong("a folder takes digests only, an operator is told at once", mend, "operator")
    return ChannelSpec(
        name=table.text("name"),
        line=table.file.line("channel", table.number, ""),
        env=_variable(table),
        connection=_connection(table),
        folder=folder,
        form=form,
        is_operator=is_operator,
    )


def _variable(table: Table) -> str | None:
    # No value is repeated here: what is no name may be the secret itself.
    if "env" not in table.values:
        return None
    name = table.text("env")
    if "://" in name:
        problem = "env holds a URL, and secrets stay out of this file"
        raise table.wrong(problem, _SECRETS_STAY_OUT, "env")
    if not _VARIABLE.fullmatch(name):
        problem = "env is no name of an environment variable (A-Z, 0-9 and _)"
        raise table.wrong(problem, _SECRETS_STAY_OUT, "env")
    if name.startswith(_SETTING):
        mend = f'give it another name; the URLs of {_SETTING}ALERT_URLS are the channel "{DEFAULT_CHANNEL}"'
        raise table.wrong(f"env names a setting: {_SETTING}... is kept for those", mend, "env")
    return name


def _connection(table: Table) -> str | None:
    if "connection" not in table.values:
        return None
    name = table.text("connection")
    if not _CONNECTION.fullmatch(name):
        mend = "write its id, as Admin, Connections in Airflow's UI shows it; secrets stay out of this file"
        raise table.wrong("connection is no id of an Airflow connection", mend, "connection")
    return name


def _folder(table: Table) -> str | None:
    if "folder" not in table.values:
        return None
    path = table.text("folder")
    if "://" in path or not path.isprintable():
        mend = 'write a path such as folder = "digests"'
        raise table.wrong("folder is no path of a folder", mend, "folder")
    return path


def _rule(table: Table, known: _Known) -> Rule:
    table.only(*_RULE_KEYS)
    kind = _choice(table, "kind", KINDS, STORY)
    mode = _choice(table, "mode", MODES, INSTANT)
    _check_keys_fit(table, kind, mode)
    topic = _topic(table, known)
    return Rule(
        name=table.text("name"),
        channels=_channels(table, mode, known),
        kind=kind,
        topic=topic,
        level=_choice(table, "level", LEVELS, MAIN),
        languages=_languages(table),
        outlets=_outlets(table, known),
        places=_places(table, topic, known),
        mode=mode,
        schedule=_schedule(table),
        timezone=_zone(table),
        quiet=_quiet(table),
        per_hour=_count(table, "per_hour", DEFAULT_RULE.per_hour),
        sensitivity=_choice(table, "sensitivity", SENSITIVITIES, DEFAULT_RULE.sensitivity),
        least=_count(table, "least", DEFAULT_RULE.least),
    )


def _check_keys_fit(table: Table, kind: str, mode: str) -> None:
    """Raise where a key would do nothing: its writer expects that it does."""
    if mode == DIGEST and kind != STORY:
        mend = 'write mode = "instant", or kind = "story"'
        raise table.wrong(f'a digest is made of stories: a rule of kind "{kind}" has none', mend, "mode")
    is_spike, is_digest = kind == SPIKE, mode == DIGEST
    for key, fits, problem, mend in (
        ("schedule", is_digest, "only a digest has a schedule", 'write mode = "digest"'),
        ("quiet", not is_digest, "a digest comes when its schedule says", "choose another schedule"),
        ("per_hour", not is_digest, "a digest is one message", "choose another schedule"),
        ("sensitivity", is_spike, 'only a rule of kind "spike" has a sensitivity', 'write kind = "spike"'),
        ("least", is_spike, 'only a rule of kind "spike" has a least number', 'write kind = "spike"'),
    ):
        if key in table.values and not fits:
            raise table.wrong(problem, f"take {key} away, or {mend}", key)


def _channels(table: Table, mode: str, known: _Known) -> tuple[str, ...]:
    if "channel" not in table.values:
        return (DEFAULT_CHANNEL,)
    value = table.values["channel"]
    names = table.texts("channel", value) if isinstance(value, list) else [table.text("channel")]
    if not names:
        raise table.wrong("channel is an empty list", 'write channel = "default"', "channel")
    for name in names:
        if name == DEFAULT_CHANNEL:
            continue
        if not _NAME.fullmatch(name):
            # Not repeated: it may be a secret.
            problem = "channel holds what is no name of a channel"
            raise table.wrong(
                problem, "write the name of a [[channel]]; secrets stay out of this file", "channel"
            )
        if name not in known.channels:
            mend = _near(name, [*known.channels, DEFAULT_CHANNEL])
            raise table.wrong(f'no [[channel]] is named "{name}"', mend, "channel", name)
        if mode == INSTANT and known.channels[name].folder is not None:
            problem = f'"{name}" is a folder, and a folder takes digests only'
            raise table.wrong(problem, 'write mode = "digest", or another channel', "channel", name)
    return tuple(dict.fromkeys(names))


def _topic(table: Table, known: _Known) -> str | None:
    if "topic" not in table.values:
        return None
    topic = table.text("topic")
    if known.topics is not None and topic not in known.topics:
        mend = _near(topic, known.topics) if known.topics else "put its file into seeds/topics"
        raise table.wrong(f"there is no topic {_shown(topic)}", mend, "topic")
    return topic


def _languages(table: Table) -> tuple[str, ...]:
    given = _list(table, "languages")
    for language in given:
        if language not in LANGUAGES or language == ANY_LANGUAGE:
            mend = "take languages away for any language"
            if language != ANY_LANGUAGE:
                mend = language_mend(language, ()).removesuffix(", or xx for any")
            problem = f"{_shown(language)} is no code of a language"
            raise table.wrong(problem, mend, "languages", language)
    return given


def _outlets(table: Table, known: _Known) -> tuple[str, ...]:
    given = _list(table, "outlets")
    for outlet in given:
        if known.outlets is not None and outlet not in known.outlets:
            problem = f"no feed is of an outlet {_shown(outlet)}"
            mend = _near(outlet, known.outlets, "write its name as the list of feeds has it")
            raise table.wrong(problem, mend, "outlets", outlet)
    return given


def _places(table: Table, topic: str | None, known: _Known) -> tuple[str, ...]:
    """The ids of the places, of the topic or of all; several places may have one name."""
    given = _list(table, "places")
    if known.places is None or not given:
        return given
    files = known.places.values() if topic is None else [known.places.get(topic, {})]
    names = {place_id: name for places in files for place_id, name in places.items()}
    found: list[str] = []
    for place in given:
        ids = [each for each, name in names.items() if name.casefold() == place.casefold()]
        if place in names:
            ids = [place]
        if not ids:
            problem = f"there is no place {_shown(place)} {f'in {topic}' if topic else 'in any topic'}"
            mend = "write the id or the name of a row in seeds/places"
            raise table.wrong(problem, _near(place, [*names, *names.values()], mend), "places", place)
        found += ids
    return tuple(dict.fromkeys(found))


def _schedule(table: Table) -> str:
    if "schedule" not in table.values:
        return DEFAULT_RULE.schedule
    line = " ".join(table.text("schedule").split())
    if re.fullmatch(_CLOCK, line):
        hour, minute = divmod(_minutes(line), 60)
        return f"{minute} {hour} * * *"
    if fault := check_cron(line):
        problem, mend = fault
        raise table.wrong(f"schedule = {_shown(line)} {problem}", mend, "schedule")
    return line


@lru_cache(maxsize=1)
def _zones() -> frozenset[str]:
    # Some six hundred files are looked at for it.
    return frozenset(available_timezones())


def _zone(table: Table) -> ZoneInfo:
    if "timezone" not in table.values:
        return DEFAULT_RULE.timezone
    name = table.text("timezone")
    if name in _zones():
        return ZoneInfo(name)
    written = name.replace(" ", "_").casefold()
    same = [zone for zone in sorted(_zones()) if written in (zone.casefold(), zone.casefold().split("/")[-1])]
    mend = f'did you mean "{same[-1]}"?' if same else _near(name, _zones(), 'write e.g. "Europe/Kyiv"')
    raise table.wrong(f"there is no time zone {_shown(name)}", mend, "timezone")


def _quiet(table: Table) -> Quiet | None:
    if "quiet" not in table.values:
        return None
    text = table.text("quiet")
    hours = _QUIET.fullmatch(text)
    if hours is None:
        mend = 'write e.g. quiet = "22:00-07:00", each from 00:00 to 23:59'
        raise table.wrong(f"quiet = {_shown(text)} is not from one time of day to another", mend, "quiet")
    begin, end = (time(*divmod(_minutes(each), 60)) for each in hours.groups())
    if begin == end:
        problem = f"quiet = {_shown(text)} ends when it begins"
        raise table.wrong(problem, "write another end; to silence the rule, take it out", "quiet")
    return Quiet(begin=begin, end=end)


def _minutes(clock: str) -> int:
    hour, minute = clock.split(":")
    return 60 * int(hour) + int(minute)


def _choice(table: Table, key: str, choices: tuple[str, ...], default: str) -> str:
    value = table.text(key) if key in table.values else default
    if value not in choices:
        mend = _near(value, choices, f"write {_either(choices)}")
        raise table.wrong(f"{key} = {_shown(value)} means nothing", mend, key)
    return value


def _count(table: Table, key: str, default: int) -> int:
    number = int(table.number_of(key, default))
    if number < 1:
        raise table.wrong(f"{key} = {number} lets nothing through", f"write {key} = 1 or more", key)
    return number


def _list(table: Table, key: str) -> tuple[str, ...]:
    if key not in table.values:
        return ()
    values = table.texts(key, table.values[key])
    if not values or not all(value.strip() for value in values):
        problem = f"{key} has an empty text" if values else f"{key} is an empty list"
        raise table.wrong(problem, f"take {key} away where it does not matter", key)
    return tuple(dict.fromkeys(values))


def _near(written: str, known: Iterable[str], otherwise: str | None = None) -> str:
    """The mend of a name that does not exist: what it may have been meant for, else what there is."""
    names = sorted(set(known))
    by_small = {name.casefold(): name for name in reversed(names)}
    near = get_close_matches(written.casefold(), by_small, n=1)
    if near:
        return f'did you mean "{by_small[near[0]]}"?'
    return otherwise or f"write {_either(names[:8])}"


def _shown(value: str) -> str:
    # A URL is most likely a secret that was written in the wrong place.
    return "(a URL)" if "://" in value else f'"{value if len(value) <= _LONGEST else value[:_LONGEST] + "…"}"'
