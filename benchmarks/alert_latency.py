"""From a story's appearance in a feed to the delivered alert, in Airflow as `make run` starts it, polling each minute.

A site on loopback publishes 50 stories about the topic at random times over ten minutes, in five feeds, each on a host
of its own; the alert goes to a webhook on loopback. Printed for each story: the seconds until the webhook said yes,
and what they were spent on. Exits 1 where a story brought no alert, or the 95th percentile is over the polling
interval plus 30 seconds.

| part | from | to |
|---|---|---|
| poll | it stands in the feed | the feed is asked |
| fetch | the feed is asked | its page is asked for |
| file | its page is asked for | file_stories has ended |
| asset | file_stories has ended | send_alerts begins |
| send | send_alerts begins | the webhook says yes |

Takes 14 minutes, and ends after 20 whatever happens; needs a quiet machine, for Airflow alone keeps two cores busy.

    .venv/bin/python benchmarks/alert_latency.py
"""

import argparse
import json
import os
import random
import re
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread, Timer
from time import monotonic, time

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "plugins"), str(ROOT / "tools")]

from airflow_api import AirflowApi  # noqa: E402

PARTS = ("poll", "fetch", "file", "asset", "send")
MARGIN_SECONDS = 30.0
MOST_SECONDS = 20 * 60
# How long after the last story's appearance its alert is waited for.
PATIENCE_SECONDS = 240.0
OLD_ITEMS = 10
# Every address under 127 is this machine's, and each is a host of its own to the fetcher.
FEEDS = tuple(f"127.0.0.{number}" for number in range(1, 6))
LEAD = (
    "Ukrainian forces held their positions near Sudzha in Russia's Kursk region, the General Staff said, after a "
    "night of drone strikes and artillery fire along the border."
)
SYLLABLES = [consonant + vowel for consonant in "bdfgklmnprstvz" for vowel in "aeiou"]


@dataclass(kw_only=True)
class Story:
    """One story of the site, and when what happened to it; times are seconds of the clock."""

    number: int
    host: str
    appears_at: float
    polled_at: float | None = None
    page_at: float | None = None
    told_at: float | None = None
    filed_at: float | None = None
    sending_at: float | None = None

    @property
    def title(self) -> str:
        return f"Shelling near Sudzha, report {self.number}"

    def seconds(self) -> dict[str, float]:
        """The parts of its way; empty where a moment of it is not known."""
        moments = (
            self.appears_at, self.polled_at, self.page_at, self.filed_at, self.sending_at, self.told_at,
        )  # fmt: skip
        known = [moment for moment in moments if moment is not None]
        if len(known) < len(moments):
            return {}
        return {name: known[at + 1] - known[at] for at, name in enumerate(PARTS)}


@dataclass(kw_only=True)
class Site:
    """Feeds that grow, the pages of their stories, and the webhook."""

    stories: list[Story]
    began: float = field(default_factory=time)
    port: int = 0
    failed: list[str] = field(default_factory=list)

    def feed(self, host: str) -> bytes:
        """The feed of a host as it is now: old stories, and those that have appeared."""
        now = time()
        items = [
            self._item(host, f"/old/{number}", f"Market hall news {number}", self.began - 60 * (number + 1))
            for number in range(OLD_ITEMS)
        ]
        for story in self.stories:
            if story.host == host and story.appears_at <= now:
                story.polled_at = story.polled_at or now
                items.insert(0, self._item(host, f"/story/{story.number}", story.title, story.appears_at))
        head = "<?xml version='1.0'?><rss version='2.0'><channel><title>F</title><link>http://x/</link>"
        return f"{head}<description>d</description>{''.join(items)}</channel></rss>".encode()

    def _item(self, host: str, path: str, title: str, when: float) -> str:
        link = f"http://{host}:{self.port}{path}"
        date = format_datetime(datetime.fromtimestamp(when, UTC))
        return f"<item><title>{title}</title><link>{link}</link><guid>{link}</guid><pubDate>{date}</pubDate></item>"

    def page(self, path: str) -> bytes | None:
        """The page of a story, new or old; None where there is none."""
        kind, _, number = path.strip("/").partition("/")
        if not number.isdecimal() or kind not in ("old", "story"):
            return None
        title, lead = f"Market hall news {number}", "The town council met on Tuesday."
        if kind == "story":
            story = self.stories[int(number)]
            story.page_at = story.page_at or time()
            title, lead = story.title, LEAD
        # Nothing like another's: copies would alert nobody.
        chance = random.Random(path)
        text = "".join(f"<p>{made_up(chance)}</p>" for _ in range(12))
        return (
            f"<!doctype html><html lang=en><meta charset=utf-8><title>{title}</title><body><main><article>"
            f"<h1>{title}</h1><p>{lead}</p>{text}</article></main></body></html>"
        ).encode()

    def told(self, body: bytes) -> None:
        """Note the alert that a request to the webhook brought."""
        if found := re.search(rb"report (\d+)", body):
            story = self.stories[int(found[1])]
            story.told_at = story.told_at or time()
        elif b"failed" in body:
            self.failed.append(body.decode(errors="replace")[:300])

    @contextmanager
    def served(self) -> Iterator[None]:
        """Serve it on every host of FEEDS, on one port."""
        site = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                host = self.headers.get("Host", "").partition(":")[0]
                body = site.feed(host) if self.path == "/feed.xml" else site.page(self.path)
                kind = "application/rss+xml" if self.path == "/feed.xml" else "text/html; charset=utf-8"
                self.answer(200 if body else 404, body or b"not here", kind)

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                self.answer(200, b"ok", "text/plain")
                site.told(body)

            def answer(self, status: int, body: bytes, kind: str) -> None:
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args: object) -> None:
                pass

        servers: list[ThreadingHTTPServer] = []
        try:
            for host in FEEDS:
                servers.append(ThreadingHTTPServer((host, self.port), Handler))
                self.port = servers[0].server_port
                Thread(target=servers[-1].serve_forever, daemon=True).start()
            yield
        finally:
            for server in servers:
                server.shutdown()
                server.server_close()


def made_up(chance: random.Random) -> str:
    """Three sentences in no language."""
    words = ["".join(chance.choices(SYLLABLES, k=chance.randint(2, 4))) for _ in range(45)]
    return " ".join(f"{' '.join(words[at : at + 15]).capitalize()}." for at in (0, 15, 30))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--stories", type=int, default=50)
    parser.add_argument("--minutes", type=float, default=10.0, help="over which they appear")
    parser.add_argument("--interval", type=int, default=1, help="minutes between polls")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--keep", type=Path, help="a folder for warehouse and logs, which is kept")
    options = parser.parse_args()
    chance = random.Random(options.seed)
    site = Site(
        stories=[
            Story(number=number, host=FEEDS[number % len(FEEDS)], appears_at=float("inf"))
            for number in range(options.stories)
        ]
    )
    print(f"load of this machine before: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores", flush=True)
    with tempfile.TemporaryDirectory() as name, site.served():
        folder = options.keep or Path(name)
        folder.mkdir(parents=True, exist_ok=True)
        with launched(site, folder, options.interval) as desk:
            publish(site, chance, 60 * options.minutes)
            wait_for_alerts(site, desk)
            print(f"load meanwhile: {os.getloadavg()[2]:.1f}, mean of 15 minutes", flush=True)
            add_moments_of_airflow(site.stories, desk.api)
    return report(site, limit=60 * options.interval + MARGIN_SECONDS)


@dataclass(kw_only=True)
class Desk:
    """The launcher at work."""

    process: subprocess.Popen[str]
    api: AirflowApi


@contextmanager
def launched(site: Site, folder: Path, interval: int) -> Iterator[Desk]:
    """`make run` on an Airflow home of its own, after its first cycle; ended with all its processes."""
    port = free_port()
    command = [sys.executable, str(ROOT / "tools" / "run.py"), "--port", str(port)]
    process = subprocess.Popen(
        [*command, "--home", str(folder / "airflow")],
        env=environment(site, folder, interval),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    # Whatever happens: an Airflow that hangs, or a launcher that says nothing.
    watchdog = Timer(MOST_SECONDS, process.send_signal, (signal.SIGTERM,))
    watchdog.start()
    api = AirflowApi(f"http://127.0.0.1:{port}")
    try:
        first_cycle = Event()
        Thread(target=relay, args=(process, first_cycle), daemon=True).start()
        if not first_cycle.wait(240):
            raise SystemExit("the desk did not come up, or its first cycle never ended")
        api.log_in()
        yield Desk(process=process, api=api)
    finally:
        watchdog.cancel()
        process.send_signal(signal.SIGTERM)
        process.wait(60)
        api.close()


def relay(process: subprocess.Popen[str], first_cycle: Event) -> None:
    """Print what the launcher says, and tell when a first cycle has ended."""
    assert process.stdout is not None
    for line in process.stdout:
        print("  |", line.rstrip(), flush=True)
        if re.match(r"\d\d:\d\d ", line):
            first_cycle.set()


def environment(site: Site, folder: Path, interval: int) -> dict[str, str]:
    """The settings of the desk, and no others that this process may have."""
    outlines = "".join(
        f"<outline type='rss' text='Outlet {host}' xmlUrl='http://{host}:{site.port}/feed.xml' language='en'/>"
        for host in FEEDS
    )
    feeds, alerts = folder / "feeds.opml", folder / "alerts.toml"
    feeds.write_text(f"<opml version='2.0'><head/><body>{outlines}</body></opml>")
    alerts.write_text('[[rule]]\nname = "all"\nper_hour = 1000\n')
    env = {k: v for k, v in os.environ.items() if not k.startswith(("AIRFLOW", "NEWSMONITOR"))}
    return env | {
        "NEWSMONITOR_WAREHOUSE": str(folder / "warehouse"),
        "NEWSMONITOR_FEEDS": str(feeds),
        "NEWSMONITOR_ALERTS": str(alerts),
        "NEWSMONITOR_ALERT_URLS": f"json://127.0.0.1:{site.port}/hook",
        "NEWSMONITOR_ALLOW_NETWORKS": "127.0.0.0/8",
        "NEWSMONITOR_POLL_MINUTES": str(interval),
    }


def free_port() -> int:
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return int(trial.getsockname()[1])


def publish(site: Site, chance: random.Random, seconds: float) -> None:
    """Let the stories appear at random times from now on."""
    now = time()
    for story in site.stories:
        story.appears_at = now + chance.uniform(5, seconds)


def wait_for_alerts(site: Site, desk: Desk) -> None:
    """Return when each story was told, or it is no longer to be expected."""
    pause = Event()
    last = max(story.appears_at for story in site.stories)
    until = monotonic() + last - time() + PATIENCE_SECONDS
    while monotonic() < until and not all(story.told_at for story in site.stories):
        if desk.process.poll() is not None:
            raise SystemExit("the desk has ended by itself")
        pause.wait(1)


def add_moments_of_airflow(stories: list[Story], api: AirflowApi) -> None:
    """Say of each story when the task that filed it ended, and when the task that sent its alert began."""
    filings = intervals(api, "ingest_news", "file_stories")
    sendings = intervals(api, "send_alerts", "send_alerts")
    for story in stories:
        if story.page_at and story.told_at:
            ends = [end for _, end in filings if story.page_at < end < story.told_at]
            starts = [start for start, end in sendings if start <= story.told_at <= end + 1]
            # Filed by the first that ended after its page was there.
            story.filed_at = min(ends, default=None)
            story.sending_at = max(starts, default=None)


def intervals(api: AirflowApi, dag_id: str, task_id: str) -> list[tuple[float, float]]:
    """When each run of a task began and ended, in seconds of the clock."""
    path = f"/api/v2/dags/{dag_id}/dagRuns/~/taskInstances"
    found = api._get(path, task_id=task_id, limit=100, order_by="-start_date")["task_instances"]
    return [
        (
            datetime.fromisoformat(each["start_date"]).timestamp(),
            datetime.fromisoformat(each["end_date"]).timestamp(),
        )
        for each in found
        if each["start_date"] and each["end_date"] and each["task_id"] == task_id
    ]


def report(site: Site, *, limit: float) -> int:
    """Print the table; the exit status."""
    columns = ("story", "appeared", "total", *PARTS)
    print("\n" + "  ".join(f"{name:>8}" for name in columns))
    totals, parts = [], {name: [] for name in PARTS}
    for story in sorted(site.stories, key=lambda each: each.appears_at):
        when = f"{datetime.fromtimestamp(story.appears_at, UTC):%H:%M:%S}"
        if story.told_at is None:
            print(f"{story.number:>8}  {when:>8}  {'no alert':>8}")
            continue
        total, way = story.told_at - story.appears_at, story.seconds()
        totals.append(total)
        for name, seconds in way.items():
            parts[name].append(seconds)
        cells = "  ".join(f"{way[name]:8.1f}" if way else f"{'?':>8}" for name in PARTS)
        print(f"{story.number:>8}  {when:>8}  {total:8.1f}  {cells}")
    missing = len(site.stories) - len(totals)
    if len(totals) < 2:
        print(f"{missing} of {len(site.stories)} stories brought no alert")
        return 1
    for label, share in (("median", 0.5), ("95 %", 0.95), ("worst", 1.0)):
        cells = "  ".join(f"{quantile(parts[name], share):8.1f}" for name in PARTS)
        print(f"{label:>8}  {'':>8}  {quantile(totals, share):8.1f}  {cells}")
    print(
        f"mean of the parts: {json.dumps({name: round(statistics.fmean(parts[name]), 1) for name in PARTS})}"
    )
    at_95 = quantile(totals, 0.95)
    is_good = not missing and at_95 <= limit
    print(
        f"\n{len(totals)} alerts, {missing} missing; 95th percentile {at_95:.1f} s, promised {limit:.0f} s: "
        f"{'kept' if is_good else 'NOT KEPT'}"
    )
    for words in site.failed:
        print(f"the desk said of itself: {words}")
    return 0 if is_good else 1


def quantile(values: list[float], share: float) -> float:
    """The value that this share of the values does not exceed; NaN of none."""
    ordered = sorted(values)
    return (
        ordered[min(len(ordered) - 1, max(0, -int(-share * len(ordered) // 1) - 1))]
        if ordered
        else float("nan")
    )


if __name__ == "__main__":
    sys.exit(main())
