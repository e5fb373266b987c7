"""A desk of stored stories, an alert file and channels on a local site, for the tests of what is owed and sent."""

import json
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from desk import NOON, ROOT
from newsmonitor import pipeline
from newsmonitor.records import Story
from newsmonitor.settings import Settings
from newsmonitor.warehouse import Warehouse
from newsroom import Exchange, Site
from storyrows import a_copy, a_story, a_tag, an_entry, minutes

ONE_RULE = '[[rule]]\nname = "all"\nchannel = "desk"\n'


def a_match(
    story_id: str, outlet: str = "Ledger", *, at: float = 0, level: str = "main", **values: Any
) -> Story:
    """A story about Kursk that was filed so many minutes after noon."""
    tags = values.pop("tags", (a_tag(level),))
    levels = [tag.level for tag in tags if tag.level]
    usual = {
        "tags": tags, "topics": tuple(tag.topic for tag in tags if tag.level), "level": min(levels, default=None),
        "filed_at": NOON + minutes(at), "seen_at": NOON + minutes(at),
    }  # fmt: skip
    return a_story(story_id, outlet, at=at, **{**usual, **values})


def a_matching_copy(story_id: str, of: str, outlet: str, *, at: float, **values: Any) -> Story:
    """A copy of a story about Kursk, which is about it itself."""
    story = a_match(story_id, outlet, at=at)
    kept = {name: getattr(story, name) for name in ("tags", "topics", "level", "filed_at", "seen_at")}
    return a_copy(story_id, of, outlet, at=at, **{**kept, **values})


@dataclass
class AlertDesk:
    """Stories are stored as they are; `send` is one run of send_alerts; channels note what they took."""

    site: Site
    folder: Path
    rules: str = ONE_RULE
    channels: dict[str, str] = field(default_factory=dict)
    taken: list[tuple[str, str]] = field(default_factory=list)

    @property
    def warehouse(self) -> Warehouse:
        return Warehouse(self.folder / "warehouse")

    def with_a_rule(self, monkeypatch) -> "AlertDesk":
        """This desk, with one channel and the one rule, which began an hour before noon."""
        self.channel(monkeypatch)
        self.send(-60)
        return self

    def channel(
        self, monkeypatch, name: str = "desk", *, scheme: str = "json", more: str = "", seconds: float = 0.3
    ) -> None:
        """A channel that takes everything and notes the headlines; it is waited for so long."""
        variable = f"TEST_{name.upper()}"
        query = f"?rto={seconds}&cto={seconds}" if scheme == "json" else ""
        monkeypatch.setenv(variable, f"{scheme}://127.0.0.1:{self.site.port}/{name}{query}")
        self.channels[name] = f'[[channel]]\nname = "{name}"\nenv = "{variable}"\n{more}'
        self.works(name)

    def works(self, name: str) -> None:
        """From now on the channel takes everything."""

        def take(exchange: Exchange) -> None:
            self.note(name, exchange)
            exchange.answer(b"ok")

        self.site.reply(f"/{name}", take)

    def note(self, name: str, exchange: Exchange) -> None:
        body = json.loads(exchange.request.body)
        self.taken.append((name, body.get("data", body)["title"]))

    def titles(self, name: str = "desk") -> list[str]:
        """The headlines that a channel took, in order."""
        return [title for channel, title in self.taken if channel == name]

    def file(self, *stories: Story) -> None:
        """Store the stories, each on its day in a batch of its own run, with their entries."""
        for story in stories:
            for row in (an_entry(story), story):
                self.warehouse.append([row], batch=f"f{story.filed_at}", day=story.filed_at.date())

    def settings(self) -> Settings:
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "feeds.opml").write_text(
            "<opml version='2.0'><head/><body><outline type='rss' text='L' xmlUrl='https://ledger.example/rss'/></body></opml>"
        )
        alerts = self.folder / "alerts.toml"
        alerts.write_text("".join(self.channels.values()) + self.rules)
        return Settings.from_env(ROOT).model_copy(
            update={
                "warehouse": self.folder / "warehouse",
                "feeds": self.folder / "feeds.opml",
                "seeds": ROOT / "seeds",
                "alerts": alerts,
                "alert_urls": (),
                "workers": 0,
            }
        )

    @contextmanager
    def run(self, at: float | datetime = 0):
        """A run so many minutes after noon."""
        moment = at if isinstance(at, datetime) else NOON + minutes(at)
        with pipeline.open_run(moment, self.settings()) as run:
            yield run

    def send(self, at: float | datetime = 0) -> dict[str, int]:
        with self.run(at) as run:
            return pipeline.send_alerts(run)

    def rows(self, sql: str) -> list[dict[str, Any]]:
        return self.warehouse.query(sql).to_pylist()

    def states(self, channel: str = "desk") -> list[tuple[str, int]]:
        """State and attempt of the rows of a channel, but for the beginnings, in order."""
        return [
            (row["state"], row["attempt"])
            for row in self.rows(
                f"select state, attempt from alerts where channel = '{channel}' and state <> 'began' "
                "order by tried_at, attempt, state, alert_id"
            )
        ]
