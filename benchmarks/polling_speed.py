"""Feeds a second: 2,000 feeds on loopback, polled by `poll_feeds` and by the usual alternative, in the same run.

(a) every feed answers 304; (b) every feed has changed: 30 entries, of which 3 are new. Ours is the whole step, from
the question which feeds are due to the rows in the warehouse; the alternative is feedparser.parse(url, etag=...) in
a pool of 16 threads, which stores nothing and does not know what is new. Rounds alternate; the median counts.

    .venv/bin/python benchmarks/polling_speed.py [--feeds 2000] [--rounds 3]

--profile a|b prints where the time of one round goes instead.
"""

import argparse
import cProfile
import os
import pstats
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from pathlib import Path
from statistics import median
from threading import Event, Thread
from time import monotonic

from cycle_memory import memory, watch
from feedserver import ITEMS, NEW, FeedServer

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "plugins"))

import feedparser  # noqa: E402

from newsmonitor import pipeline  # noqa: E402
from newsmonitor.settings import Settings  # noqa: E402

THREADS = 16
TARGETS = {"a": 4.0, "b": 3.0}
# The peer needs half a minute for all of them; its rate does not depend on how many.
PEER_FEEDS = {"a": 2_000, "b": 400}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--feeds", type=int, default=2_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--profile", choices=["a", "b"])
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, FeedServer() as server:
        bench = Bench(Path(name), server, options.feeds)
        bench.poll()
        if options.profile:
            return profile(bench, options.profile)
        return compare(bench, options.rounds)


class Bench:
    """A desk of these feeds; each poll is ten minutes after the last, and only rows of the clock are timed."""

    def __init__(self, folder: Path, server: FeedServer, feeds: int) -> None:
        self.server, self.feeds, self.version = server, feeds, 1
        self.at = datetime(2026, 11, 24, 8, tzinfo=UTC)
        outlines = "".join(f"<outline type='rss' text='{n}' xmlUrl='{self.url(n)}'/>" for n in range(feeds))
        (folder / "feeds.opml").write_text(f"<opml version='2.0'><head/><body>{outlines}</body></opml>")
        self.settings = Settings.from_env(ROOT).model_copy(
            update={
                "warehouse": folder / "warehouse",
                "feeds": folder / "feeds.opml",
                "seeds": ROOT / "seeds",
                "allow_networks": (ip_network("127.0.0.0/8"),),
                "fetch_per_host": 32,
                "fetch_pause": 0.0,
            }
        )

    def url(self, number: int) -> str:
        return f"{self.server.url}/f{number}.xml"

    def poll(self) -> tuple[float, dict[str, int]]:
        """Seconds of one poll of all feeds, and its counts."""
        self.at += timedelta(minutes=10)
        with pipeline.open_run(self.at, self.settings) as run:
            begun = monotonic()
            counts = pipeline.poll_feeds(run)
            return monotonic() - begun, counts

    def change(self) -> None:
        self.version += 1
        self.server.turn_to(self.version)

    def ours(self, case: str) -> float:
        """Feeds a second, with everything stored."""
        if case == "b":
            self.change()
        seconds, counts = self.poll()
        expected = {"a": (self.feeds, 0), "b": (0, self.feeds * NEW)}[case]
        if (counts["unchanged"], counts["new_entries"], counts["failed"]) != (*expected, 0):
            raise SystemExit(f"wrong result: {counts}")
        return self.feeds / seconds

    def peer(self, case: str) -> float:
        """Feeds a second of feedparser in a pool of threads."""
        etag = f'"v{self.version if case == "a" else 0}"'
        count = min(self.feeds, PEER_FEEDS[case])
        begun = monotonic()
        with ThreadPoolExecutor(THREADS) as pool:
            found = list(pool.map(lambda n: feedparser.parse(self.url(n), etag=etag), range(count)))
        seconds = monotonic() - begun
        if case == "a" and any(one.status != 304 for one in found):
            raise SystemExit("wrong result of the peer: not every answer is 304")
        if case == "b" and any(len(one.entries) != ITEMS for one in found):
            raise SystemExit("wrong result of the peer: not every feed has its entries")
        return count / seconds


def compare(bench: Bench, rounds: int) -> int:
    failed = False
    names = {"a": "all 304", "b": f"all changed, {NEW} of {ITEMS} new"}
    print(f"{bench.feeds} feeds, {rounds} rounds, median (each round); feeds a second\n")
    print(f"{'case':26}{'poll_feeds':>24}{'feedparser x ' + str(THREADS):>24}{'ratio':>8}{'peak MB':>9}")
    for case in ("a", "b"):
        peaks, done = [0.0], Event()
        watcher = Thread(target=watch, args=(os.getpid(), peaks, done))
        watcher.start()
        ours, peer = [], []
        for _ in range(rounds):
            ours.append(bench.ours(case))
            peer.append(bench.peer(case))
        done.set()
        watcher.join()
        ratio = median(ours) / median(peer)
        failed |= ratio < TARGETS[case]
        shown = [
            f"{median(rates):,.0f} ({', '.join(f'{rate:,.0f}' for rate in rates)})" for rates in (ours, peer)
        ]
        print(f"{names[case]:26}{shown[0]:>24}{shown[1]:>24}{ratio:>8.1f}{peaks[0]:>9.0f}")
    before = memory(os.getpid())
    for _ in range(5):
        bench.ours("b")
    after = memory(os.getpid())
    print(f"\nmemory between polls, after five more of (b): {before:.0f} MB, then {after:.0f} MB")
    print(f"targets: {TARGETS['a']:g} times for (a), {TARGETS['b']:g} times for (b)")
    return 1 if failed else 0


def profile(bench: Bench, case: str) -> int:
    profiler = cProfile.Profile()
    profiler.enable()
    rate = bench.ours(case)
    profiler.disable()
    pstats.Stats(profiler).sort_stats("tottime").print_stats(35)
    print(f"{rate:,.0f} feeds a second, under the profiler")
    return 0


if __name__ == "__main__":
    sys.exit(main())
