"""What is read from real pages against what is true of them, with the peers beside in the same run.

    .venv/bin/python benchmarks/extraction.py --data ../shared/data

Text by the measure of each set, titles, authors and dates by the fundus truth, days by htmldate's gold, and pages a
second of one core. Exits 1 where newsmonitor falls below what it promises (PROMISED); a set that is not in the
folder is left out, and said.
"""

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from time import process_time

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "plugins"), str(ROOT / "benchmarks")]

import article_sets as sets  # noqa: E402
from extraction_peers import PEERS, Found, newsmonitor, trafilatura_plain  # noqa: E402

#: What must hold, by row of the table; of trafilatura-eval and htmldate-eval: no worse than the library named so.
PROMISED = {
    "aeb F1": 0.970,
    "fundus F1": 0.955,
    "titles": 0.85,
    "authors F1": 0.88,
    "same day": 0.985,
    "same minute": 0.96,
    "speed": 1.5,
}


@dataclass(slots=True)
class Column:
    """One extractor and what it found on every page."""

    name: str
    extract: Callable[[sets.Sample], Found]
    found: dict[str, Found] = field(default_factory=dict)
    seconds: float = 0.0

    def read(self, set_name: str, samples: Sequence[sets.Sample]) -> None:
        for sample in samples:
            began = process_time()
            self.found[f"{set_name}/{sample.name}"] = self.extract(sample)
            self.seconds += process_time() - began


def text_rows(columns: list[Column], set_name: str, samples: Sequence[sets.Sample]) -> list[list[str]]:
    """F1, precision and recall by runs of four words, for the pages whose text is known."""
    known = [sample for sample in samples if sample.text is not None]
    rows = [[f"{set_name} F1"], [f"{set_name} precision"], [f"{set_name} recall"]]
    for column in columns:
        scores = [
            sets.shingles(sample.text, column.found[f"{set_name}/{sample.name}"].text) for sample in known
        ]
        for row, value in zip(rows, sets.mean_shingles(scores), strict=True):
            row.append(f"{value:.4f}")
    return rows


def segment_row(columns: list[Column], samples: Sequence[sets.Sample]) -> list[str]:
    """F of trafilatura's evaluation: segments found and wanted, found and unwanted, missing."""
    row = ["trafilatura-eval F"]
    for column in columns:
        counts = [sets.segments(sample, column.found[f"teval/{sample.name}"].text) for sample in samples]
        hits, wrong, missed = (sum(numbers) for numbers in zip(*counts, strict=True))
        row.append(f"{2 * hits / (2 * hits + wrong + missed):.4f}")
    return row


def metadata_rows(columns: list[Column], samples: Sequence[sets.Sample]) -> list[list[str]]:
    """Titles equal after folding; authors as sets; published on the same day, in the same minute with its zone."""
    rows = [["titles"], ["authors F1"], ["same day"], ["same minute"]]
    dated = [sample for sample in samples if sample.published_at is not None]
    for column in columns:
        found = {sample.name: column.found[f"fundus/{sample.name}"] for sample in samples}
        if not any(page.title for page in found.values()):
            for row in rows:
                row.append("–")
            continue
        titles = [sets.folded(sample.title) == sets.folded(found[sample.name].title) for sample in samples]
        authors = sets.set_f1((sample.authors or (), found[sample.name].authors) for sample in samples)
        days = [is_same_day(sample.published_at, found[sample.name].published_at) for sample in dated]
        minutes = [is_same_minute(sample.published_at, found[sample.name].published_at) for sample in dated]
        values = [sum(titles) / len(titles), authors, sum(days) / len(days), sum(minutes) / len(minutes)]
        for row, value in zip(rows, values, strict=True):
            row.append(f"{value:.4f}")
    return rows


def is_same_day(expected: datetime, found: datetime | str | None) -> bool:
    """By the calendar of the expected zone, where the found time has one."""
    if (
        isinstance(found, datetime)
        and found.tzinfo
        and expected.tzinfo
        and found.time() != datetime.min.time()
    ):
        found = found.astimezone(expected.tzinfo)
    return str(found)[:10] == str(expected)[:10]


def is_same_minute(expected: datetime, found: datetime | str | None) -> bool:
    if not isinstance(found, datetime) or not found.tzinfo:
        return False
    # A truth without zone is taken for one in UTC only where the found time is, too.
    zoned = expected if expected.tzinfo else expected.replace(tzinfo=found.tzinfo)
    return abs((found - zoned).total_seconds()) < 60


def day_rows(columns: list[Column], samples: Sequence[sets.Sample]) -> list[list[str]]:
    """Days equal to the gold ones: ours, in the zone that the page states; htmldate with its extensive search."""
    from htmldate import find_date

    gold = {sample.name: sample.day for sample in samples}
    row = ["htmldate-eval days"]
    for column in columns:
        found = [str(column.found[f"hd/{name}"].day)[:10] == day for name, day in gold.items()]
        row.append(f"{sum(found)}" if any(found) else "–")
    search = [
        find_date(sample.body.decode("utf-8", "replace"), extensive_search=True, original_date=True)
        == sample.day
        for sample in samples
    ]
    return [row, ["htmldate-eval days, htmldate", f"{sum(search)} of {len(search)}"]]


def speed_rows(columns: list[Column], pages: int, sizes: int) -> list[list[str]]:
    base = next(column for column in columns if column.name == "trafilatura").seconds
    return [
        ["pages/s of a core", *(f"{pages / column.seconds:.1f}" for column in columns)],
        ["speed", *(f"{base / column.seconds:.2f}" for column in columns)],
        ["pages", str(pages), f"{sizes / pages / 1000:.0f} kB each"],
    ]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder with articles/")
    parser.add_argument("--peers", choices=("all", "trafilatura"), default="all")
    options = parser.parse_args()
    articles = options.data / "articles"
    peers = PEERS if options.peers == "all" else {"trafilatura": trafilatura_plain}
    columns = [
        Column("newsmonitor", newsmonitor),
        *(Column(name, extract) for name, extract in peers.items()),
    ]
    loaders = {
        "aeb": sets.aeb,
        "fundus": sets.fundus,
        "teval": sets.trafilatura_eval,
        "hd": sets.htmldate_eval,
    }
    samples = {name: list(load(articles)) for name, load in loaders.items()}
    for column in columns:
        column.extract(samples["aeb"][0])
        for name, pages in samples.items():
            column.read(name, pages)
        print(f"{column.name}: {column.seconds:.1f} s", file=sys.stderr)
    everything = [sample for pages in samples.values() for sample in pages]
    rows = [
        *text_rows(columns, "aeb", samples["aeb"]),
        *text_rows(columns, "fundus", samples["fundus"]),
        segment_row(columns, samples["teval"]),
        *metadata_rows(columns, samples["fundus"]),
        *day_rows(columns, samples["hd"]),
        *speed_rows(columns, len(everything), sum(len(sample.body) for sample in everything)),
    ]
    show([["", *(column.name for column in columns)], *rows])
    return verdict(rows)


def show(rows: list[list[str]]) -> None:
    width = max(len(row[0]) for row in rows)
    for row in rows:
        print(row[0].ljust(width), *(value.rjust(12) for value in row[1:]))


def verdict(rows: list[list[str]]) -> int:
    """Say which promise holds; 1 where one does not."""
    found = {row[0]: row[1:] for row in rows}
    fails = [
        f"{name}: {found[name][0]}, promised {least}"
        for name, least in PROMISED.items()
        if float(found[name][0]) < least
    ]
    if float(found["trafilatura-eval F"][0]) < float(found["trafilatura-eval F"][1]):
        fails.append("trafilatura-eval F: below trafilatura")
    if int(found["htmldate-eval days"][0]) < int(found["htmldate-eval days, htmldate"][0].split()[0]):
        fails.append("htmldate-eval days: below htmldate")
    print("\n".join(fails) or "all that is promised holds")
    return 1 if fails else 0


if __name__ == "__main__":
    sys.exit(main())
