"""A desk that follows scenarios: polls them at the times a test says, and tells what came of each."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from desk import Desk
from newsmonitor import pipeline
from newsmonitor.records import Entry, Poll
from newsmonitor.settings import Settings
from newsroom.feedbytes import NOON
from newsroom.feedsite import Asked, FeedSite, Scenario

FIVE_MINUTES = timedelta(minutes=5)

# Small: to compile the topic that ships takes longer than a poll.
TOPIC = """\
id = "harbour"
title = "The harbour of Overton"
[score]
main = 10
mention = 5
[[anchor]]
name = "harbour"
weight = 1.0
en = ["harbour"]
[[context]]
name = "council"
proves = true
en = ["council"]
"""


@dataclass(kw_only=True)
class Watch(Desk):
    """A desk whose feeds are scenarios; changes are settings other than the usual."""

    feedsite: FeedSite
    changes: Mapping[str, Any] = field(default_factory=dict)
    # When it last polled.
    at: datetime = datetime.min
    # The rows of all feeds since then, read once.
    _rows: dict[type, dict[str, list[Any]]] = field(default_factory=dict)

    def follow(self, scenario: Scenario, *, host: str = "127.0.0.1", file: str = "feed.xml") -> "Watched":
        """Put a scenario into the feed list."""
        url = self.feedsite.add(scenario, host=host, file=file)
        self.feeds[f"{scenario.folder} {host} {file}"] = url
        return Watched(self, url)

    def settings(self) -> Settings:
        seeds = self.folder / "seeds"
        if not seeds.exists():
            (seeds / "topics").mkdir(parents=True)
            (seeds / "topics" / "harbour.toml").write_text(TOPIC)
        return super().settings().model_copy(update={"seeds": seeds, **self.changes})

    def poll_at(self, *times: datetime) -> None:
        """The first step, at each of these times."""
        for at in times:
            self._begin(at)
            with pipeline.open_run(at, self.settings()) as run:
                pipeline.poll_feeds(run)

    def cycle_at(self, *times: datetime) -> None:
        """All four steps, at each of these times."""
        for at in times:
            self._begin(at)
            self.cycle(at)

    def poll_until(self, end: datetime) -> None:
        """The first step at each time of the schedule (every five minutes) at which a feed is due."""
        while (at := self._next_tick()) <= end:
            self.poll_at(at)

    def poll_next(self) -> None:
        """The first step at the next time of the schedule at which a feed is due."""
        self.poll_at(self._next_tick())

    def next_time(self, step: timedelta) -> datetime:
        """So much later than the last time, noon at first: for runs that another process makes."""
        at = NOON if self.at == datetime.min else self.at + step
        self._begin(at)
        return at

    def _next_tick(self) -> datetime:
        [row] = self.rows(
            "select min(next) as due from (select arg_max(greatest(next_poll_at, hold_until), polled_at) as next "
            "from polls group by feed_url)"
        )
        assert isinstance(row["due"], datetime)
        wait = max(row["due"] - self.at, FIVE_MINUTES)
        return self.at + -(-wait // FIVE_MINUTES) * FIVE_MINUTES

    def rows_of(self, table: type[Any], url: str) -> list[Any]:
        """The polls or the entries of one feed, in order of time."""
        if table not in self._rows:
            found: dict[str, list[Any]] = defaultdict(list)
            order = "polled_at" if table is Poll else "seen_at, title, entry_id"
            for row in self.warehouse.read(table, order=order):
                found[row.feed_url].append(row)
            self._rows[table] = found
        return self._rows[table].get(url, [])

    def _begin(self, at: datetime) -> None:
        self._rows.clear()
        self.feedsite.poll += self.at != datetime.min
        self.feedsite.now = self.at = at


@dataclass(frozen=True, slots=True)
class Watched:
    """One feed of the list: its polls, its entries, what was asked of its server."""

    watch: Watch
    url: str

    @property
    def polls(self) -> list[Poll]:
        return self.watch.rows_of(Poll, self.url)

    @property
    def last(self) -> Poll:
        return self.polls[-1]

    @property
    def outcomes(self) -> list[str]:
        return [poll.outcome for poll in self.polls]

    @property
    def entries(self) -> list[Entry]:
        return self.watch.rows_of(Entry, self.url)

    @property
    def titles(self) -> list[str | None]:
        """The headlines of all entries, in the order of the alphabet; one that is stored twice stands twice."""
        return sorted((entry.title for entry in self.entries), key=str)

    @property
    def fresh(self) -> list[str | None]:
        """The headlines of the entries that may alert somebody."""
        return sorted((entry.title for entry in self.entries if not entry.is_backlog), key=str)

    @property
    def asked(self) -> list[Asked]:
        """The requests for the address in the list."""
        path = "/" + self.url.split("/", 3)[3]
        return [
            asked
            for asked in self.watch.feedsite.asked(path)
            if self.url.split("/")[2].startswith(asked.host)
        ]

    @property
    def asked_below(self) -> list[Asked]:
        """The requests for anything in the scenario's folder."""
        return self.watch.feedsite.asked("/" + self.url.split("/", 4)[3] + "/")

    @property
    def validators(self) -> list[tuple[str | None, str | None]]:
        """If-None-Match and If-Modified-Since of each request for the address in the list."""
        return [asked.validators for asked in self.asked]


def every(step: timedelta, count: int, *, since: datetime) -> Iterable[datetime]:
    """So many times, the first one `since`."""
    return (since + number * step for number in range(count))
