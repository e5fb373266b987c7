"""Peak memory of one cycle: 500 feeds with 10 new entries each, 5,000 pages, in one process and its workers.

The site is a process of its own. Memory is the proportional set size (PSS) of the cycle's process and all its
children, read ten times a second; where the system has no PSS, the resident set size, which counts shared pages
more than once.

    .venv/bin/python benchmarks/cycle_memory.py
"""

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from threading import Event, Thread
from time import monotonic

import psutil
from loopback import Loopback

ROOT = Path(__file__).resolve().parents[1]
LIMIT_MB = 600
RANDOM = random.Random(3)
NAMES = ["".join(RANDOM.choices("abcdefghijklmnoprstuvw", k=RANDOM.randint(3, 11))) for _ in range(20_000)]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--feeds", type=int, default=500)
    parser.add_argument("--entries", type=int, default=10, help="new entries in each feed")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "site").mkdir()
        with Loopback(folder / "site") as site:
            publish(folder, site.url, options.feeds, options.entries)
            return measure(folder, options.feeds * options.entries)


def publish(folder: Path, url: str, feeds: int, entries: int) -> None:
    index, outlines, now = {}, [], datetime.now(UTC)
    for feed in range(feeds):
        items = []
        for entry in range(entries):
            path = f"/{feed}/{entry}.html"
            index[path] = [f"{feed}-{entry}.html", "text/html; charset=utf-8"]
            (folder / "site" / f"{feed}-{entry}.html").write_text(page(f"Story {entry} of feed {feed}"))
            date = format_datetime(now - timedelta(minutes=entry))
            items.append(
                f"<item><title>Story {entry} of feed {feed}</title><link>{url}{path}</link>"
                f"<pubDate>{date}</pubDate><description>{sentence()}</description></item>"
            )
        body = f"<rss version='2.0'><channel><title>{feed}</title>{''.join(items)}</channel></rss>"
        (folder / "site" / f"{feed}.xml").write_text(body)
        index[f"/{feed}.xml"] = [f"{feed}.xml", "application/rss+xml"]
        outlines.append(f"<outline type='rss' text='Outlet {feed}' xmlUrl='{url}/{feed}.xml'/>")
    (folder / "site" / "index.json").write_text(json.dumps(index))
    (folder / "feeds.opml").write_text(f"<opml version='2.0'><head/><body>{''.join(outlines)}</body></opml>")


def page(title: str) -> str:
    """A page of some 30 kB with 500 words of text, as an article's page has them."""
    text = "".join(f"<p>{' '.join(sentence() for _ in range(4))}</p>" for _ in range(8))
    links = "".join(f"<li><a href='/{n}'>{sentence()[:60]}</a></li>" for n in range(120))
    filler = f"<script>var data = {json.dumps([sentence() for _ in range(100)])};</script>"
    head = f"<!doctype html><html><head><title>{title}</title>{filler}</head>"
    return f"{head}<body><nav><ul>{links}</ul></nav><article><h1>{title}</h1>{text}</article></body></html>"


def sentence() -> str:
    return " ".join(RANDOM.choices(NAMES, k=15)).capitalize() + "."


def measure(folder: Path, expected: int) -> int:
    environment = os.environ | {
        "NEWSMONITOR_WAREHOUSE": str(folder / "warehouse"),
        "NEWSMONITOR_FEEDS": str(folder / "feeds.opml"),
        "NEWSMONITOR_ALLOW_NETWORKS": "127.0.0.0/8",
        "NEWSMONITOR_FETCH_PER_HOST": "16",
        "NEWSMONITOR_FETCH_PAUSE": "0",
        "PYTHONPATH": str(ROOT / "plugins"),
    }
    start = monotonic()
    command = [sys.executable, "-m", "newsmonitor", "ingest", "--json"]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
    peaks, done = [0.0], Event()
    watcher = Thread(target=watch, args=(process.pid, peaks, done))
    watcher.start()
    output, _ = process.communicate()
    done.set()
    watcher.join()
    counts = json.loads(output)
    stored = counts["file_stories"]["stories"]
    read = counts["fetch_pages"]["read"]
    print(
        f"{counts['poll_feeds']['feeds']} feeds, {stored} stories stored, {read} pages read "
        f"in {monotonic() - start:.0f} s"
    )
    print(f"peak memory of the cycle and its workers: {peaks[0]:.0f} MB (limit {LIMIT_MB} MB)")
    return 0 if stored == expected and peaks[0] < LIMIT_MB else 1


def watch(pid: int, peaks: list[float], done: Event) -> None:
    while not done.wait(0.1):
        peaks[0] = max(peaks[0], memory(pid))


def memory(pid: int) -> float:
    """Megabytes of a process and its children."""
    total = 0
    try:
        parent = psutil.Process(pid)
        for process in [parent, *parent.children(recursive=True)]:
            try:
                info = process.memory_full_info()
                total += getattr(info, "pss", info.rss)
            except psutil.NoSuchProcess:
                continue
    except psutil.NoSuchProcess:
        return 0.0
    return total / 1e6


if __name__ == "__main__":
    sys.exit(main())
