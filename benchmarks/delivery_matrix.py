"""200 stories to three channels that fail in every way, while the sender is killed 200 times: what arrived, how often.

The channels refuse connections, hang, answer 429 with Retry-After, answer 500 and then 200, and take a message and
drop the connection. One is Apprise's webhook, one ours (signed, with a key for each message), one Apprise's again, shut
half the time. The sender is a process of its own, killed with SIGKILL and started again, a minute later each time by
the clock of its runs: half of the kills at a random moment of the run, half within 30 ms of a message's arrival.
Counted at the receivers: a story that is missing there, and one that came more than once, by cause: a kill after the
channel's yes, or a channel that took it and did not say so.

    .venv/bin/python benchmarks/delivery_matrix.py [--kills 200] [--stories 200] [--seed 7]

Exits 1 where anything is missing, or came again for another reason than these two.
"""

import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from select import select
from time import monotonic

from faultychannel import Channel

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "plugins"))

from newsmonitor.records import Entry, Match, Story, Tag
from newsmonitor.warehouse import Warehouse

ROOT = Path(__file__).resolve().parents[1]
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HANG_SECONDS = 0.5

# Imports once, then does each run in a fork of its own: the kills are to hit the work, not the imports.
RUNNER = """
import json, logging, os, sys
from datetime import datetime
from pathlib import Path
logging.disable(logging.CRITICAL)
from newsmonitor import pipeline
from newsmonitor.settings import Settings
import apprise
apprise.Apprise.instantiate("json://127.0.0.1")
root, warehouse, alerts = map(Path, sys.argv[1:4])
settings = Settings.from_env(root).model_copy(
    update={"warehouse": warehouse, "alerts": alerts, "alert_urls": ()})
# Compiles the topics once.
with pipeline.open_run(datetime.fromisoformat("2026-11-24T00:00:00+00:00"), settings) as run:
    pass
for line in sys.stdin:
    at = datetime.fromisoformat(line.strip())
    child = os.fork()
    if child == 0:
        with pipeline.open_run(at, settings) as run:
            pipeline.send_alerts(run)
        os._exit(0)
    print(child, flush=True)
    _, status = os.waitpid(child, 0)
    print(os.waitstatus_to_exitcode(status), flush=True)
"""


def story(number: int) -> Story:
    name = f"story-{number:04d}"
    url = f"https://ledger.example/{name}"
    tag = Tag(
        topic="kursk", level="main", filed_level="main", score=56.0, title_points=34.0, lead_points=22.0,
        body_points=0.0, place_points=0.0, context_points=0.0, factor=1.0,
    )  # fmt: skip
    match = Match(
        topic="kursk", term="Sudzha", role="place", name="Sudzha", counted=True, field="title", start=17, end=23,
        snippet="", place_id="sudzha", latitude=51.19, longitude=35.27, points=34.0,
    )  # fmt: skip
    return Story(
        story_id=name, entry_id=name, url=url, canonical_url=url,
        outlet="Ledger", feed_url="https://ledger.example/rss", title=f"Fighting near no {number} Sudzha",
        text=f"Report {number} from Sudzha. More follows.", language="en", published_at=NOON, seen_at=NOON,
        filed_at=NOON, extraction="blocks", group_id=name, topics=("kursk",), tags=(tag,), level="main",
        places=("sudzha",), matches=(match,), is_backlog=False,
    )  # fmt: skip


class Sender:
    """Runs of the sender, one at a time, each a process that may be killed."""

    def __init__(self, warehouse: Path, alerts: Path, env: dict[str, str]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-c", RUNNER, str(ROOT), str(warehouse), str(alerts)],
            env={**os.environ, **env, "PYTHONPATH": str(ROOT / "plugins")},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def run(
        self, at: datetime, kill_after: float | None = None, arrivals: Callable[[], int] | None = None
    ) -> int:
        """The exit status of a run; -9: it was killed.

        Killed after so many seconds; with arrivals, after so many from when something arrived.
        """
        self._process.stdin.write(at.isoformat() + "\n")
        self._process.stdin.flush()
        pid = int(self._process.stdout.readline())
        if kill_after is not None:
            handle = os.pidfd_open(pid)
            before = arrivals() if arrivals else 0
            while arrivals and arrivals() == before and not select([handle], [], [], 0.001)[0]:
                pass
            if not select([handle], [], [], kill_after)[0]:
                signal.pidfd_send_signal(handle, signal.SIGKILL)
            os.close(handle)
        return int(self._process.stdout.readline())

    def close(self) -> None:
        self._process.stdin.close()
        self._process.wait()


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--stories", type=int, default=200)
    parser.add_argument("--seed", type=int, default=7)
    return parser.parse_args()


def prepare(folder: Path, channels: list[Channel], count: int) -> tuple[Sender, Warehouse]:
    """A warehouse that knows the rule since before the stories, and a sender for it."""
    urls = {
        "apprise": f"json://127.0.0.1:{channels[0].port}/hook?rto={HANG_SECONDS / 2}",
        "signed": f"webhook://127.0.0.1:{channels[1].port}/hook?secret=of-the-benchmark",
        "shut": f"json://127.0.0.1:{channels[2].port}/hook?rto={HANG_SECONDS / 2}",
    }
    alerts = folder / "alerts.toml"
    tables = "".join(f'[[channel]]\nname = "{name}"\nenv = "BENCH_{name.upper()}"\n' for name in urls)
    alerts.write_text(
        f'{tables}[[rule]]\nname = "all"\nchannel = {json.dumps(list(urls))}\nper_hour = 100000\n'
    )
    warehouse = Warehouse(folder / "warehouse")
    sender = Sender(warehouse.root, alerts, {f"BENCH_{name.upper()}": url for name, url in urls.items()})
    assert sender.run(NOON - MINUTE) == 0
    stories = [story(number) for number in range(count)]
    names = ("entry_id", "canonical_url", "outlet", "feed_url", "seen_at")
    entries = [
        Entry(entry_url=each.url, is_backlog=False, **{name: getattr(each, name) for name in names})
        for each in stories
    ]
    for rows in (entries, stories):
        warehouse.append(rows, batch="b", day=NOON.date())
    return sender, warehouse


def main() -> int:
    args = arguments()
    chance = random.Random(args.seed)
    channels = [
        Channel(name, 0.3, HANG_SECONDS, random.Random(args.seed + number))
        for number, name in enumerate(("apprise", "signed", "shut"))
    ]
    for channel in channels:
        channel.open()
    folder = Path(tempfile.mkdtemp(prefix="delivery-"))
    sender, warehouse = prepare(folder, channels, args.stories)
    begun, kills, runs = monotonic(), 0, 0
    # Once all has arrived there is nothing left to kill: a run gets few messages out before it is killed.
    while left(warehouse, args.stories) and runs < 20 * args.kills + 500:
        runs += 1
        if runs % 2:
            channels[2].close()
        else:
            channels[2].open()
        at, arrivals = NOON + runs * MINUTE, None
        kill_after = chance.uniform(0.0, 0.6) if kills < args.kills else None
        if kill_after is not None and chance.random() < 0.5:
            kill_after, arrivals = kill_after / 20, lambda: sum(channel.met for channel in channels)
        status = sender.run(at, kill_after, arrivals)
        kills += status == -signal.SIGKILL
    sender.close()
    print(
        f"{args.stories} stories, {len(channels)} channels, {kills} kills in {runs} runs, {monotonic() - begun:.0f} s"
    )
    return report(channels, warehouse, args.stories, kills, args.kills, folder)


def left(warehouse: Warehouse, count: int) -> int:
    [row] = warehouse.query(
        "select count(distinct (alert_id, channel)) as n from alerts where state = 'sent'"
    ).to_pylist()
    return 3 * count - row["n"]


def report(
    channels: list[Channel], warehouse: Warehouse, count: int, kills: int, wanted: int, folder: Path
) -> int:
    """Print what arrived; 1 where a promise is broken."""
    rows = warehouse.query(
        "select channel, count(*) filter (state = 'sent') as sent, "
        "count(distinct alert_id) filter (state = 'sent') as alerts, "
        "count(*) filter (error like 'the sender was stopped%') as cut_off from alerts where state <> 'began' "
        "group by channel"
    ).to_pylist()
    ledger = {row["channel"]: row for row in rows}
    is_wrong = kills < wanted
    heads = ("channel", "taken", "stories", "missing", "repeats", "unsaid", "by kills", "worst")
    print(" ".join(f"{head:>9}" for head in heads), " faults")
    for channel in channels:
        times = Counter(taken.title for taken in channel.taken)
        unsaid = Counter(taken.title for taken in channel.taken if not taken.is_confirmed)
        repeats = sum(times.values()) - len(times)
        # A message that was taken without a word is sent again, as it must be.
        excused = sum(min(unsaid[title], number - 1) for title, number in times.items())
        by_kills = repeats - excused
        missing = count - len(times)
        row = ledger[channel.name]
        is_wrong |= (
            bool(missing) or row["sent"] != count or row["alerts"] != count or by_kills > row["cut_off"]
        )
        faults = ", ".join(f"{name} {number}" for name, number in sorted(channel.faults.items()))
        numbers = (
            sum(times.values()),
            len(times),
            missing,
            repeats,
            excused,
            by_kills,
            max(times.values(), default=0),
        )
        print(
            f"{channel.name:>9}",
            " ".join(f"{number:9}" for number in numbers),
            f" {faults}; tries cut off {row['cut_off']}",
        )
        if channel.name == "signed":
            keys = {taken.key for taken in channel.taken}
            print(
                f"          with its key, told apart from repeats: {len(keys)} messages of {sum(times.values())}"
            )
            is_wrong |= len(keys) != count
    shutil.rmtree(folder, ignore_errors=True)
    print("as promised" if not is_wrong else "NOT as promised")
    return int(is_wrong)


if __name__ == "__main__":
    sys.exit(main())
