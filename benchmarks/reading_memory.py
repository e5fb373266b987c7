"""Memory while 20,000 pages are read: flat, in the process that asks and in the workers that read.

The real pages of the article corpora go over and over through `reading.read_page` and two workers, as they do in
fetch_pages. Each time a page has other class names and other words, so that what is kept of pages meets something
new. Resident memory is printed every thousand pages; a worker is replaced after --recycle-after pages or after a
failure. The exit status is 1 where the peak of the last quarter is more than 10% over that of the second.

    .venv/bin/python benchmarks/reading_memory.py --data ../shared/data
"""

import argparse
import asyncio
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count, cycle, islice
from pathlib import Path
from time import monotonic

import article_sets
import psutil
from article_sets import Sample

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "plugins"))

from newsmonitor.errors import WorkerFailure  # noqa: E402
from newsmonitor.reading import read_page  # noqa: E402
from newsmonitor.records import Announced, Page  # noqa: E402
from newsmonitor.workers import Workers  # noqa: E402

WORKERS = 2
# Pages on their way at once: two more than are read, so that no worker waits.
AT_ONCE = 4
LOOK_EVERY, PRINT_EVERY = 50, 1_000
MOST_GROWTH = 1.1
AT = datetime(2026, 11, 24, 12, tzinfo=UTC)


@dataclass(slots=True, kw_only=True)
class Watch:
    """What was seen so far: megabytes in all at each look, the workers' process ids, failures in words."""

    totals: list[float] = field(default_factory=list)
    pids: dict[int, None] = field(default_factory=dict)
    failures: Counter[str] = field(default_factory=Counter)
    outcomes: Counter[str] = field(default_factory=Counter)
    began: float = field(default_factory=monotonic)

    def look(self, number: int) -> None:
        own = psutil.Process()
        memory = {own.pid: own.memory_info().rss / 1e6}
        for child in own.children():
            try:
                memory[child.pid] = child.memory_info().rss / 1e6
            except psutil.NoSuchProcess:
                continue
        self.pids |= dict.fromkeys(pid for pid in memory if pid != own.pid)
        self.totals.append(sum(memory.values()))
        if number % PRINT_EVERY == 0:
            places = list(self.pids)
            workers = "  ".join(
                f"{size:4.0f} (no. {places.index(pid) + 1})" for pid, size in memory.items() if pid != own.pid
            )
            rate = number / (monotonic() - self.began)
            print(
                f"{number:7,} pages  {rate:5.1f}/s  asks {memory[own.pid]:4.0f} MB  reads {workers}",
                flush=True,
            )


def varied(samples: list[Sample]) -> Iterator[tuple[str, bytes]]:
    """The pages for ever, each with names and words that were not there before."""
    for number, sample in zip(count(), cycle(samples), strict=False):
        mark = b"%d" % number
        body = sample.body.replace(b'class="', b'class="c' + mark + b" ").replace(
            b"<p>", b"<p>" + mark + b" "
        )
        yield sample.url, body


async def read_all(samples: list[Sample], pages: int, recycle_after: int) -> Watch:
    watch, numbers = Watch(), count(1)
    queue = islice(varied(samples), pages)

    async def consume(workers: Workers) -> None:
        for url, body in queue:
            row = Page(
                entry_id=url,
                requested_url=url,
                final_url=url,
                content_type="text/html",
                outcome="no_text",
                fetched_at=AT,
            )
            try:
                read, _ = await read_page(workers, row, body, headers=(), announced=Announced(url=url))
                watch.outcomes[read.outcome] += 1
            except WorkerFailure as error:
                watch.failures[f"{url}: {error.reason}"] += 1
            if (number := next(numbers)) % LOOK_EVERY == 0:
                watch.look(number)

    async with Workers(count=WORKERS, recycle_after=recycle_after) as workers, asyncio.TaskGroup() as group:
        for _ in range(AT_ONCE):
            group.create_task(consume(workers))
    return watch


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True, help="folder with articles/")
    parser.add_argument("--pages", type=int, default=20_000)
    parser.add_argument(
        "--recycle-after", type=int, default=500, help="calls after which a worker is replaced"
    )
    options = parser.parse_args()
    articles = options.data / "articles"
    sets = (article_sets.aeb, article_sets.fundus, article_sets.trafilatura_eval)
    samples = [sample for pages in sets for sample in pages(articles)]
    print(
        f"{len(samples)} pages of {sum(len(sample.body) for sample in samples) / len(samples) / 1000:.0f} kB"
    )
    watch = asyncio.run(read_all(samples, options.pages, options.recycle_after))
    failures = watch.failures.total()
    print(f"{len(watch.pids)} workers: {failures} replaced after a failure {dict(watch.failures)}")
    print(f"outcomes {dict(watch.outcomes)}, {options.pages / (monotonic() - watch.began):.1f} pages/s")
    quarter = len(watch.totals) // 4
    second, last = max(watch.totals[quarter : 2 * quarter]), max(watch.totals[-quarter:])
    print(f"peak of the second quarter {second:.0f} MB, of the last {last:.0f} MB ({last / second - 1:+.1%})")
    return 0 if last <= MOST_GROWTH * second else 1


if __name__ == "__main__":
    sys.exit(main())
