"""Hostile pages through a real cycle: each ends in under six seconds with a row that says what it was.

The pages of tests/newsroom/hostilepages.py are served on loopback and announced by one feed; `newsmonitor ingest`
polls it and fetches them, one after the other, in a process and a worker of its own. The seconds of a look are
those between its request and the next one, so all that is done with the page counts. An ordinary page comes last:
it must still be read. The exit status is 1 where a look took six seconds, a page has no row, or a row has neither
text nor words.

Then the same bytes go to each peer that is installed, in a process that is killed after 12 s or at 2 GB. Names
after the command choose pages.

    .venv/bin/python benchmarks/hostile_pages.py
"""

import argparse
import gzip
import os
import resource
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from time import monotonic
from typing import Any

import extraction_peers
from article_sets import Sample

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "plugins"), str(ROOT / "tests")]

from desk import PEACE, article, rss  # noqa: E402
from newsmonitor.warehouse import Warehouse  # noqa: E402
from newsroom import Exchange, Site  # noqa: E402
from newsroom.hostilepages import PAGES, HostilePage  # noqa: E402

LIMIT = 6.0
# What does not end at all, a look or the steps behind, would keep the benchmark for ever.
LONGEST_LOOK, LONGEST_REST = 30.0, 120.0
PEER_SECONDS, PEER_BYTES = 12, 2 << 30
# As extraction_peers names them, and the module of each.
PEERS = {
    "trafilatura": "trafilatura",
    "newspaper4k": "newspaper",
    "readability": "readability",
    "resiliparse": "resiliparse",
}
LAST = "an_ordinary_page"
Row = dict[str, Any]


class Show:
    """A site of the pages, and when each was asked for."""

    def __init__(self, site: Site, names: Sequence[str]) -> None:
        self.site = site
        self.asked: list[tuple[str, float]] = []
        self.sizes: dict[str, int] = {}
        for name in names:
            site.reply(f"/{name}", self._reply(name))
        site.page("/robots.txt", status=404)
        body = article(LAST, PEACE)
        site.reply(f"/{LAST}", lambda exchange: self._serve(LAST, exchange, body))
        # The oldest is fetched first.
        links = [(name.replace("_", " "), f"{site.url}/{name}") for name in (LAST, *reversed(names))]
        site.page("/feed.xml", rss(links, at=datetime.now(UTC)), Content_Type="application/rss+xml")

    def _reply(self, name: str) -> Callable[[Exchange], None]:
        page = PAGES[name]()

        def reply(exchange: Exchange) -> None:
            self._note(name, len(page.body))
            page.answer(exchange)

        return reply

    def _serve(self, name: str, exchange: Exchange, body: bytes) -> None:
        self._note(name, len(body))
        exchange.answer(body, headers={"Content-Type": "text/html; charset=utf-8"})

    def _note(self, name: str, size: int) -> None:
        if name not in self.sizes:
            self.sizes[name] = size
            self.asked.append((name, monotonic()))

    def seconds(self, end: float) -> dict[str, float]:
        """How long each look took: until the next began."""
        ends = [*(began for _, began in self.asked[1:]), end]
        return {name: after - began for (name, began), after in zip(self.asked, ends, strict=True)}


def cycle(folder: Path, show: Show) -> float:
    """Poll and fetch; when it ended. Killed where one look does not end."""
    opml = folder / "feeds.opml"
    opml.write_text(
        f"<opml version='2.0'><body><outline type='rss' xmlUrl='{show.site.url}/feed.xml'/></body></opml>"
    )
    settings = {
        "WAREHOUSE": folder / "warehouse", "FEEDS": opml, "ALLOW_NETWORKS": "127.0.0.0/8", "FETCH_PAUSE": 0,
        "FETCH_CONCURRENCY": 1, "WORKERS": 1,
    }  # fmt: skip
    environment = {f"NEWSMONITOR_{name}": str(value) for name, value in settings.items()}
    process = subprocess.Popen(
        [sys.executable, "-m", "newsmonitor", "ingest"],
        env=os.environ | environment | {"PYTHONPATH": str(ROOT / "plugins")},
        stdout=subprocess.DEVNULL,
        stderr=(folder / "log").open("wb"),
    )
    began = monotonic()
    while process.poll() is None:
        try:
            process.wait(1.0)
        except subprocess.TimeoutExpired:
            name, since = show.asked[-1] if show.asked else ("", began)
            if monotonic() - since > (LONGEST_REST if name == LAST else LONGEST_LOOK):
                process.kill()
    return monotonic()


def rows_of(folder: Path) -> dict[str, Row]:
    if not (folder / "warehouse" / "pages").exists():
        return {}
    sql = "select requested_url, outcome, failure_class, error, title, length(text) as letters, fetched_at from pages"
    rows = Warehouse(folder / "warehouse").query(sql).to_pylist()
    return {str(row["requested_url"]).rpartition("/")[2]: row for row in rows}


def fault(seconds: float | None, row: Row | None) -> str:
    """What is wrong with a look, in words; empty where nothing is."""
    if seconds is None or row is None:
        return "no row"
    if seconds >= LIMIT:
        return "too slow"
    return "" if row["letters"] or row["error"] else "no words"


def show_ours(names: Sequence[str]) -> int:
    """Print a line for each page; how many are wrong."""
    wrong = 0
    with tempfile.TemporaryDirectory() as name, Site() as site:
        folder = Path(name)
        show = Show(site, names)
        seconds = show.seconds(cycle(folder, show))
        rows = rows_of(folder)
        print(f"{'page':30} {'bytes':>10} {'s':>5}  {'outcome':8} {'class':18} {'letters':>9}  title; error")
        for page in names:
            row = rows.get(page)
            told = fault(seconds.get(page), row)
            wrong += bool(told)
            print(line(page, show.sizes.get(page, 0), seconds.get(page), row or {}, told), flush=True)
    last = rows.get(LAST, {})
    is_read = last.get("outcome") == "read" and show.asked[-1][0] == LAST
    rest = f"; it and the steps behind took {seconds[LAST]:.1f} s" if LAST in seconds else ""
    print(f"the ordinary page after them was {'' if is_read else 'NOT '}read{rest}")
    return wrong + (not is_read)


def line(page: str, size: int, seconds: float | None, row: Row, told: str) -> str:
    cells = (row.get("outcome") or "-", row.get("failure_class") or "-", row.get("letters") or 0)
    words = f"{(row.get('title') or '-')[:20]}; {row.get('error') or '-'}"
    taken = "-" if seconds is None else f"{seconds:.1f}"
    mark = f"  ! {told}" if told else ""
    return f"{page:30} {size:>10,} {taken:>5}  {cells[0]:8} {cells[1]:18} {cells[2]:>9,}  {words}{mark}"


def show_peers(names: Sequence[str]) -> None:
    """Print how each peer that is installed ends on the same bytes."""
    found = [name for name, module in PEERS.items() if is_installed(module)]
    print(f"\n{'page':30} " + " ".join(f"{name:>22}" for name in found))
    for name in names:
        page = PAGES[name]()
        print(f"{name:30} " + " ".join(f"{peer_on(peer, page):>22}" for peer in found), flush=True)


def is_installed(module: str) -> bool:
    try:
        import_module(module)
    except ImportError:
        return False
    return True


def peer_on(peer: str, page: HostilePage) -> str:
    """Seconds and letters of text, or how it ended instead."""
    ours, theirs = os.pipe()
    began = monotonic()
    if (pid := os.fork()) == 0:
        os.write(theirs, attempt(peer, page).encode())
        os._exit(0)
    os.close(theirs)
    _, status = os.waitpid(pid, 0)
    with os.fdopen(ours) as file:
        told = file.read()
    code = os.waitstatus_to_exitcode(status)
    if code == -signal.SIGALRM:
        return f"killed at {PEER_SECONDS} s"
    return f"{monotonic() - began:.1f} s, {told if code == 0 else f'signal {-code}'}"


def attempt(peer: str, page: HostilePage) -> str:
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    resource.setrlimit(resource.RLIMIT_AS, (PEER_BYTES, PEER_BYTES))
    signal.alarm(PEER_SECONDS)
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 1)
    os.dup2(null, 2)
    try:
        body = gzip.decompress(page.body) if page.is_packed else page.body
        text = extraction_peers.PEERS[peer](
            Sample(name=page.name, url="https://news.example/a", body=body)
        ).text
    except Exception as error:  # noqa: BLE001 - whatever a peer raises is its result here
        return type(error).__name__
    return f"{len(text or ''):,}"


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("pages", nargs="*", metavar="page", help="names of builders; the default is all")
    names = parser.parse_args().pages or list(PAGES)
    if unknown := [name for name in names if name not in PAGES]:
        parser.error(f"no such page: {', '.join(unknown)}")
    wrong = show_ours(names)
    print(f"{len(names)} hostile pages, {wrong} wrong")
    show_peers(names)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
