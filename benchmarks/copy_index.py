"""A thousand new stories against 600,000 stored and against 5,000,000: seconds of one core, memory, bytes an article.

    .venv-peers/bin/python benchmarks/copy_index.py --data path/to/data [--full] [--keep folder]

The stored stories are made (copy_store.py), ten thousand a day in 60 days; of the new ones 700 are made alike, and
300 are copies of stored ones: cut to 60 %, every tenth word another. Measured is `Warehouse.sharing`, the one query
that finds whom to compare with, asked for all of them at once, five times in a process of its own on one core, files
in the page cache, in seconds of the processor; at 600,000 also what `judging` and all of `file_stories` take, which
fetch the candidates' texts and compare them. datasketch's MinHashLSH at 0.5 gets 60,000 of the same texts, as ready
MinHashes; what grows with their number is scaled to 600,000 in brackets. It lives in memory, so each run of a desk
would have to load it.

Needs 1 GB of disk and five minutes; with --full (5,000,000, of which each text stands for eight with other hashes, and
none is stored) 2 GB more. Exits 1 below what is promised.
"""

import argparse
import json
import os
import pickle
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from importlib.util import find_spec
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "plugins"), str(ROOT / "benchmarks")]

STORED, FULL, PEER = 600_000, 5_000_000, 60_000
NEW, TRUE = 1_000, 300
ROUNDS = 5
#: Of so many stored stories each made text stands for several.
TIMES = {STORED: 1, FULL: 8}
SECONDS = {STORED: 1.0, FULL: 10.0}
MEGABYTES = 500
AT = datetime(2026, 11, 24, 12, tzinfo=UTC)

Result = dict[str, Any]


def megabytes() -> float:
    """The most memory that this process has had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def resident() -> float:
    """The memory that this process has now, in MB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def write(data: Path, folder: Path, count: int) -> Result:
    """In a child: write the stored stories, and new.json beside them."""
    from copy_store import Maker, likeness_of, write_store
    from copy_texts import real_texts

    begun = perf_counter()
    maker = Maker(real_texts(data))
    real = maker.real_fingerprints()
    made = maker.make(len(real), seed=1)
    alike = [likeness_of(real), likeness_of([made.fingerprint(place) for place in range(len(real))])]
    size = write_store(folder / "warehouse", maker, count, times=TIMES[count])
    (folder / "new.json").write_text(json.dumps(new_articles(maker, count)))
    disk = sum(file.stat().st_size for file in folder.rglob("*.parquet"))
    return {"seconds": perf_counter() - begun, "bytes": size / count, "disk": disk, "alike": alike}


def new_articles(maker: Any, count: int) -> list[dict[str, str]]:
    """What comes in: made texts, and copies of stored ones with the name of these."""
    from random import Random

    from copy_edits import Source, cut, edited
    from copy_store import DAYS

    chance = Random(7)
    fresh = maker.make(NEW - TRUE, seed=999_999_999)
    articles = [
        {"text": fresh.text(place), "of": "", "language": fresh.languages[place]}
        for place in range(NEW - TRUE)
    ]
    for number in range(DAYS):
        size = count // DAYS // TIMES[count]
        day = maker.make(size, seed=number * 1_000_000)
        for place in chance.sample(range(size), TRUE // DAYS):
            source = Source(
                text=day.text(place), language="", words=fresh.text(place % len(fresh.ids)).split()
            )
            whole = edited(source, 0.1, chance)
            text = cut(Source(text=whole, language="", words=()), 0.6)
            name = f"{number * 1_000_000 + place:032x}"
            articles.append({"text": text, "of": name, "language": day.languages[place]})
    chance.shuffle(articles)
    return articles


def judge(folder: Path) -> Result:
    """In a child: what the new stories repeat, five times; of it the query alone."""
    from copy_desk import CopyDesk

    from newsmonitor import judging, pipeline
    from newsmonitor.dedupe import Article
    from newsmonitor.likeness import read
    from newsmonitor.warehouse import Warehouse

    asked: list[tuple[float, float, float]] = []

    class Timed(Warehouse):
        """Writes down what each query of fingerprints took: seconds, seconds of the processor, most memory."""

        def sharing(self, *given: Any, **named: Any) -> Any:
            begun, worked = perf_counter(), process_time()
            places = super().sharing(*given, **named)
            asked.append((perf_counter() - begun, process_time() - worked, megabytes()))
            return places

    news = json.loads((folder / "new.json").read_text())
    whole: list[float] = []
    before = resident()
    with pipeline.open_run(AT, CopyDesk(folder).settings) as opened:
        run = replace(opened, warehouse=Timed(opened.warehouse.root))
        for _ in range(ROUNDS):
            articles = [
                Article(
                    story_id=f"new-{place}",
                    url_keys=(),
                    text_sha256=None,
                    reading=read(" ".join(one["text"].split()[:10]), one["text"]),
                    at=AT,
                )
                for place, one in enumerate(news)
            ]
            worked = process_time()
            verdicts, _ = judging.judge(run, articles)
            whole.append(process_time() - worked)
    found = [(one["of"], verdict.copy_of) for one, verdict in zip(news, verdicts, strict=True)]
    return {
        "wall": [each[0] for each in asked], "times": [each[1] for each in asked], "memory": asked[0][2],
        "judging": whole, "judging_memory": megabytes(), "before": before, **_counted(found),
    }  # fmt: skip


def _counted(found: Sequence[tuple[str, str | None]]) -> Result:
    """Copies that were put to what they are made of, and stories that were put to anything else."""
    return {
        "found": sum(bool(of) and of == copy for of, copy in found),
        "wrong": sum(bool(copy) and of != copy for of, copy in found),
    }


def file(folder: Path) -> Result:
    """In a child: everything, once."""
    from copy_desk import CopyDesk
    from copy_texts import Article

    news = json.loads((folder / "new.json").read_text())
    articles = [
        Article(
            name=f"new-{place}",
            url=f"https://outlet{place % 400}.example/new-{place}",
            title=" ".join(one["text"].split()[:10]),
            text=one["text"],
            language=one["language"],
            published_at=AT - timedelta(hours=1),
        )
        for place, one in enumerate(news)
    ]
    desk = CopyDesk(folder)
    worked = process_time()
    desk.file(articles, at=AT, is_site_learnt=False)
    seconds, memory = process_time() - worked, megabytes()
    sql = "select story_id, copy_of from stories where starts_with(story_id, 'new-')"
    rows = {row["story_id"]: row["copy_of"] for row in desk.warehouse.query(sql).to_pylist()}
    for day in (folder / "warehouse").glob(f"*/day={AT.date()}"):
        # A folder that is kept is to be as it was.
        shutil.rmtree(day)
    found = [(one["of"], rows[f"new-{place}"]) for place, one in enumerate(news)]
    return {"seconds": seconds, "memory": memory, **_counted(found)}


def datasketch(data: Path, folder: Path) -> Result:
    """In a child: the LSH with 60,000 of the stored texts, asked for the new ones."""
    from copy_peers import PERMUTATIONS
    from copy_store import DAYS, Maker
    from copy_texts import real_texts
    from datasketch import MinHash, MinHashLSH

    from newsmonitor.shingles import shingle_hashes, word_ids

    def sketch(ids: Any) -> MinHash:
        made = MinHash(num_perm=PERMUTATIONS, hashfunc=int)
        made.update_batch((shingle_hashes(ids) >> 32).tolist())
        return made

    maker = Maker(real_texts(data))
    news = [
        (one["of"], sketch(word_ids(one["text"]))) for one in json.loads((folder / "new.json").read_text())
    ]
    index = MinHashLSH(threshold=0.5, num_perm=PERMUTATIONS)
    inserting, growing = 0.0, 0.0
    for number in range(DAYS):
        made = maker.make(STORED // DAYS, seed=number * 1_000_000)
        sketches = [sketch(ids) for ids in made.ids[: PEER // DAYS]]
        begun, before = perf_counter(), resident()
        for place, one in enumerate(sketches):
            index.insert(f"{number * 1_000_000 + place:032x}", one)
        inserting += perf_counter() - begun
        growing += resident() - before
    times = []
    for _ in range(ROUNDS):
        begun = perf_counter()
        found = [index.query(one) for _, one in news]
        times.append(perf_counter() - begun)
    known = {f"{number * 1_000_000 + place:032x}" for number in range(DAYS) for place in range(PEER // DAYS)}
    true = [(of, names) for (of, _), names in zip(news, found, strict=True) if of in known]
    dumped = pickle.dumps(index, pickle.HIGHEST_PROTOCOL)
    del index
    begun, before = perf_counter(), resident()
    loaded = pickle.loads(dumped)
    loading, memory = perf_counter() - begun, resident() - before
    assert len(loaded.keys) == PEER
    return {
        "times": times, "inserting": inserting, "loading": loading, "memory": max(growing, memory),
        "pickle": len(dumped) / PEER, "found": sum(of in names for of, names in true), "true": len(true),
    }  # fmt: skip


def child(task: str, options: argparse.Namespace, folder: Path, count: int = STORED) -> Result:
    """What one task says, run in a process of its own on one core."""
    command = [sys.executable, __file__, "--data", str(options.data), "--task", task, "--folder", str(folder)]
    cores = os.sched_getaffinity(0)
    done = subprocess.run(
        [*command, "--count", str(count)],
        stdout=subprocess.PIPE,
        check=True,
        preexec_fn=lambda: os.sched_setaffinity(0, {min(cores)}),
    )
    result: Result = json.loads(done.stdout.splitlines()[-1])
    return result


def run_task(options: argparse.Namespace) -> None:
    tasks: dict[str, Callable[[], Result]] = {
        "write": lambda: write(options.data, options.folder, options.count),
        "judge": lambda: judge(options.folder),
        "file": lambda: file(options.folder),
        "datasketch": lambda: datasketch(options.data, options.folder),
    }
    print(json.dumps(tasks[options.task]()))


def measure(options: argparse.Namespace, folder: Path, count: int) -> list[str]:
    """Print what is measured at one size; what of it is below the promise."""
    folder = folder / str(count)
    if not (folder / "new.json").exists():
        folder.mkdir(parents=True, exist_ok=True)
        wrote = child("write", options, folder, count)
        (real, real_two), (made, made_two) = wrote["alike"]
        print(f"{count:,} stories made in {wrote['seconds']:.0f} s, {wrote['disk'] / 1e9:.1f} GB on disk")
        print(f"  alike: in a thousand pairs {made:.1f} hashes shared (real texts {real:.1f}),", end=" ")
        print(f"{made_two:.2f} share two or more (real {real_two:.2f})")
        print(f"  fingerprints: {wrote['bytes']:.0f} bytes an article on disk")
    asked = child("judge", options, folder)
    seconds = statistics.median(asked["times"])
    print(
        f"  the query for {NEW}: median {seconds:.2f} s of a core ({_span(asked['times'])}; by the clock "
        f"{_span(asked['wall'])}), peak memory {asked['memory']:.0f} MB, {asked['before']:.0f} of it there before"
    )
    if count <= STORED:
        judging = statistics.median(asked["judging"])
        print(f"  and with texts fetched and compared: median {judging:.1f} s of a core,", end=" ")
        print(
            f"{asked['judging_memory']:.0f} MB; {asked['found']} of {TRUE} copies found, {asked['wrong']} wrong"
        )
    limits = [("seconds", seconds, SECONDS[count])]
    if count == STORED:
        limits.append(("MB", asked["memory"], MEGABYTES))
    return [
        f"{count:,}: {name} {value:.2f}, promised less than {limit}"
        for name, value, limit in limits
        if value >= limit
    ]


def _span(times: Sequence[float]) -> str:
    return f"{min(times):.2f} to {max(times):.2f}"


def show_filing(options: argparse.Namespace, folder: Path) -> None:
    filed = child("file", options, folder)
    print(
        f"  all of file_stories: {filed['seconds']:.1f} s of a core, {filed['memory']:.0f} MB; "
        f"{filed['found']} of {TRUE} copies found, {filed['wrong']} wrong",
        flush=True,
    )


def show_peer(options: argparse.Namespace, folder: Path) -> None:
    peer, scale = child("datasketch", options, folder), STORED // PEER
    print(f"datasketch MinHashLSH 0.5, {PEER:,} texts; in brackets scaled to {STORED:,}")
    print(
        f"  asked for {NEW}: median {statistics.median(peer['times']):.2f} s ({_span(peer['times'])}),",
        end=" ",
    )
    print(f"{peer['found']} of {peer['true']} copies among the candidates")
    print(f"  inserting {peer['inserting']:.1f} s ({peer['inserting'] * scale:.0f})", end=", ")
    print(f"loading from a pickle {peer['loading']:.1f} s ({peer['loading'] * scale:.0f})", end=", ")
    print(f"memory {peer['memory']:.0f} MB ({peer['memory'] * scale:,.0f})")
    print(
        f"  bytes an article: {peer['memory'] * 1e6 / PEER:,.0f} in memory, {peer['pickle']:,.0f} as a pickle"
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder with kursk/ and articles/")
    parser.add_argument("--full", action="store_true", help="5,000,000 stories, too")
    parser.add_argument("--keep", type=Path, help="folder in which the stories stay, and are found again")
    for name, kind in (("--task", str), ("--folder", Path), ("--count", int)):
        parser.add_argument(name, type=kind, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.task:
        run_task(options)
        return 0
    folder = options.keep or Path(tempfile.mkdtemp(prefix="newsmonitor-"))
    try:
        fails = measure(options, folder, STORED)
        show_filing(options, folder / str(STORED))
        if find_spec("datasketch"):
            show_peer(options, folder / str(STORED))
        if options.full:
            fails += measure(options, folder, FULL)
    finally:
        if not options.keep:
            shutil.rmtree(folder)
    print("\n".join(fails) or "all that is promised holds")
    return 1 if fails else 0


if __name__ == "__main__":
    sys.exit(main())
