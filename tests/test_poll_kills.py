"""`kill -9` of a polling process at random points, over feeds of all kinds: no entry lost, none twice."""

import os
import random
import select
import signal
from contextlib import suppress
from pathlib import Path

import pytest

from newsroom.feedbytes import HOUR, MINUTE, NOON, titles
from newsroom.feedsite import FeedSite
from newsroom.scenarios_growing import CALM, EVERY, GROWING
from newsroom.watch import Watch
from test_kills import Runner, kill_after

TEN = 10 * MINUTE


@pytest.fixture
def watch(tmp_path, monkeypatch):
    with FeedSite() as feedsite:
        watch = Watch(site=None, folder=tmp_path, feedsite=feedsite)
        # The runner reads the environment: to compile the topic that ships takes longer than a poll.
        monkeypatch.setenv("NEWSMONITOR_SEEDS", str(watch.settings().seeds))
        yield watch


@pytest.fixture
def runner(watch):
    runner = Runner(watch)
    yield runner
    runner.close()


def test_kills_of_a_polling_process_lose_no_entry_and_double_none(watch, runner, pytestconfig):
    wanted = 4 * pytestconfig.getoption("kills")
    feeds = [watch.follow(scenario) for scenario in GROWING]
    chance = random.Random(20261125)
    # The first run warms up what is shared; how long one takes is measured from the second on.
    runner.run("poll_feeds", watch.next_time(TEN))
    usual = runner.run("poll_feeds", watch.next_time(3 * TEN))

    kills = 0
    while kills < wanted:
        # Two runs for each story: the first one dies and is left to the next to heal, which is run again till it ends.
        for step in (TEN, TEN):
            at = watch.next_time(step)
            for _ in range(chance.randint(2, 3)):
                pid = runner.start("poll_feeds", at)
                if chance.random() < 0.5:
                    kill_after(pid, chance.uniform(0, usual))
                else:
                    table = watch.warehouse.root / chance.choice(("entries", "polls"))
                    kill_when_it_stores(pid, table / f"day={at:%Y-%m-%d}", chance.uniform(0, 0.01))
                kills += runner.status() == -signal.SIGKILL
        usual = min(usual, runner.run("poll_feeds", at))
    # At last all feeds are well, and what they had is asked for when the longest back-off is over.
    watch.feedsite.poll = CALM
    runner.run("poll_feeds", watch.at + 5 * HOUR)

    newest = 1 + (watch.at - NOON) // EVERY
    for feed in feeds:
        assert feed.titles == sorted(titles(*range(1, newest + 1))), feed.url
        assert len({entry.entry_id for entry in feed.entries}) == newest
        assert [entry.title for entry in feed.entries if entry.is_backlog] == titles(1), feed.url
    [row] = watch.rows("select count(*) as n, count(distinct (batch, feed_url)) as k from polls")
    assert row["n"] == row["k"]
    print(f"\n{kills} kills, {row['n']} polls, {newest * len(feeds)} entries")


def kill_when_it_stores(pid: int, folder: Path, seconds: float) -> None:
    """Send SIGKILL to a process some seconds after it has stored rows in a folder, unless it ends before."""
    part = folder / "part-000.parquet"
    before = stamp(part)
    handle = os.pidfd_open(pid)
    try:
        while stamp(part) == before:
            if select.select([handle], [], [], 0.0005)[0]:
                return
        if not select.select([handle], [], [], seconds)[0]:
            signal.pidfd_send_signal(handle, signal.SIGKILL)
    finally:
        os.close(handle)


def stamp(path: Path) -> int:
    with suppress(FileNotFoundError):
        return path.stat().st_mtime_ns
    return 0
