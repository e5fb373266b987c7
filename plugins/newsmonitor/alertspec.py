"""What an alert file says, checked: who hears of what, when, and how much of it. Pure."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from newsmonitor.topicspec import LEVELS, MAIN

# The channels of NEWSMONITOR_ALERT_URLS, all of them, as a rule names them.
DEFAULT_CHANNEL = "default"
STORY, OUTLET, REVISION, SPIKE = KINDS = ("story", "outlet", "revision", "spike")
INSTANT, DIGEST = MODES = ("instant", "digest")
SENSITIVITIES = ("low", "medium", "high")
UTC_ZONE = ZoneInfo("UTC")
# What is not taken is tried again for so long; and what a channel did not exist for is not owed to it.
OWED_FOR = timedelta(hours=24)


@dataclass(frozen=True, slots=True, kw_only=True)
class Quiet:
    """Hours of the day in which a rule keeps still; begin may be later than end, and the night lies between."""

    begin: time
    end: time


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Who hears of what.

    kind: story (a matching story group appears), outlet (another outlet runs it), revision (a matching story was
    edited), spike (there is more of it than usual). An empty list asks nothing; topic None is any topic.
    schedule is a cron line, of a digest; it and the quiet hours are of the time zone.
    """

    name: str
    channels: tuple[str, ...] = (DEFAULT_CHANNEL,)
    kind: str = STORY
    topic: str | None = None
    level: str = MAIN
    languages: tuple[str, ...] = ()
    outlets: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    mode: str = INSTANT
    schedule: str = "0 7 * * *"
    timezone: ZoneInfo = UTC_ZONE
    quiet: Quiet | None = None
    per_hour: int = 30
    sensitivity: str = "medium"
    least: int = 5

    def reaches(self, level: str | None) -> bool:
        """Whether a level is the one that the rule asks for, or a higher one."""
        return level in LEVELS and LEVELS.index(level) <= LEVELS.index(self.level)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelSpec:
    """A channel of an alert file: where its secret lies (one of env, connection), or the folder of its files.

    form is plain, short or html; None: what suits the channel.
    """

    name: str
    line: int | None = None
    env: str | None = None
    connection: str | None = None
    folder: str | None = None
    form: str | None = None
    is_operator: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertPlan:
    """An alert file, checked: its rules and channels. where: the file, as errors name it."""

    where: str
    rules: tuple[Rule, ...]
    channels: tuple[ChannelSpec, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A matching story as rules see it. levels: by topic, its level when it was filed and its level now."""

    story_id: str
    group_id: str
    outlet: str
    language: str | None
    places: tuple[str, ...]
    filed_at: datetime
    is_backlog: bool
    levels: dict[str, tuple[str | None, str | None]]


# Where there is no alert file: each story that is about a topic, to every channel of the settings.
DEFAULT_RULE = Rule(name="default")
