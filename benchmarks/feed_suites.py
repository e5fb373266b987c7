"""The feeds of nine parsers' test suites through the real poller: nothing crashes, and what is found is right.

Every feed of a folder is served on loopback and polled as a feed list is, suite by suite, each into a warehouse of
its own. Then `entries` and `polls` are compared with what the suite expects (feed_expectations.py): how many
entries, their titles, links, dates, ids and texts. A disagreement is explained by a rule below or by a line of
feed_explained.toml, or else named with both values; then the exit status is 1. Some items of the suites are nothing
but a date, so no entries: their feeds are polled a second time with a title in each item.

    .venv/bin/python benchmarks/feed_suites.py --data ../shared/data/feeds

--heldout says neither names nor values, for feeds that nobody shall have looked at.
"""

import argparse
import csv
import json
import logging
import re
import sys
import tempfile
import tomllib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fnmatch import fnmatch
from ipaddress import ip_network
from pathlib import Path
from time import monotonic
from typing import Any
from urllib.parse import urljoin, urlsplit

from feed_expectations import FACTS, Expected, FeedFile, is_of_the_web, moment, plain, read_suites
from loopback import Loopback

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "plugins"))

from newsmonitor import context, polling  # noqa: E402
from newsmonitor.settings import Settings  # noqa: E402

# Where feedparser's own tests are served, as their expectations say.
THEIR_SITE = "http://127.0.0.1:8097"
RUNS = 20
OUR_COLUMNS = {
    "titles": "title",
    "links": "entry_url",
    "ids": "guid",
    "published": "published_at",
    "updated": "updated_at",
}
# Failures that would mean that a feed has broken, stopped or outlived what reads it.
CRASHES = ("parse", "timeout", "connection")

SOURCES = {"own": "the suite", "read": "lxml"}

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One value that is expected, and what stands in its place; source is own (of the suite) or read (by lxml)."""

    file: FeedFile
    source: str
    fact: str
    expected: Any
    found: Any
    # The row of the item, and how many the feed has.
    row: Row | None = None
    row_count: int

    @property
    def agrees(self) -> bool:
        if self.fact == "titles":
            return plain(self.expected) == plain(self.found)
        if self.fact == "texts":
            return plain(self.expected) in {plain(text) for text in self.found}
        if self.fact in ("published", "updated"):
            return bool(moment(self.expected) == self.found)
        if self.fact in ("links", "ids"):
            return str(self.expected).strip() == (self.found or "")
        return bool(self.expected == self.found)

    def __str__(self) -> str:
        values = f"expected {self.expected!r:.200}, found {self.found!r:.200}"
        return f"{self.file.name}: {self.fact} ({SOURCES[self.source]}): {values}"

    @property
    def heading(self) -> str:
        return "dates" if self.fact in ("published", "updated") else self.fact


@dataclass(frozen=True, slots=True, kw_only=True)
class Polled:
    """What came of one suite; polls and entries by the address of the feed, addresses by the name of the file."""

    suite: str
    files: Sequence[FeedFile]
    addresses: Mapping[str, str]
    polls: Mapping[str, Row]
    entries: Mapping[str, Sequence[Row]]
    seconds: float

    def rows(self, file: FeedFile) -> Sequence[Row]:
        return self.entries.get(self.addresses[file.name], ())


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data" / "feeds")
    parser.add_argument("--suite", help="only this one")
    parser.add_argument("--names", action="store_true", help="name every explained disagreement too")
    parser.add_argument("--heldout", action="store_true", help="say no name and no value")
    options = parser.parse_args()
    if not options.data.is_dir():
        print(f"{options.data}: there are no feeds here; name the folder of the suites with --data")
        return 2
    logging.disable(logging.WARNING)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        suites: dict[str, list[FeedFile]] = defaultdict(list)
        for file in read_suites(options.data, folder):
            if options.suite in (None, file.suite):
                suites[file.suite].append(file)
        if not suites:
            print(
                f"{options.data}: there is no suite {options.suite or ''} here; it holds .tar.gz files and folders"
            )
            return 2
        with Loopback(folder) as site:
            addresses = publish(suites, folder, site.url)
            polled = [poll(suite, files, addresses, folder / f".{suite}") for suite, files in suites.items()]
        bad = show_polls(polled, options)
        return 1 if show_comparison(polled, site.url, options) or bad else 0


def publish(suites: Mapping[str, Sequence[FeedFile]], folder: Path, url: str) -> dict[str, str]:
    """Give every feed an address that says its name; the addresses by name."""
    index, addresses = {}, {}
    for number, file in enumerate(file for files in suites.values() for file in files):
        path = f"/{number}/{re.sub('[^A-Za-z0-9/._-]', '_', file.name)}"
        index[path] = [file.path.relative_to(folder).as_posix(), file.content_type]
        addresses[file.name] = url + path
    (folder / "index.json").write_text(json.dumps(index))
    return addresses


def poll(suite: str, files: Sequence[FeedFile], addresses: Mapping[str, str], folder: Path) -> Polled:
    """Poll the feeds of a suite as the pipeline does, until each was asked once."""
    folder.mkdir()
    urls = [addresses[file.name] for file in files]
    with (folder / "feeds.csv").open("w", newline="") as out:
        csv.writer(out).writerows([("outlet", "url"), *(("a suite", url) for url in urls)])
    settings = Settings.from_env(folder).model_copy(
        update={
            "warehouse": folder / "warehouse",
            "seeds": ROOT / "seeds",
            "feeds": folder / "feeds.csv",
            "allow_networks": (ip_network("127.0.0.0/8"),),
            "fetch_per_host": 32,
            "fetch_pause": 0.0,
            "robots": False,
            "workers": 2,
        }
    )
    start, at = monotonic(), datetime.now(UTC)
    for number in range(RUNS):
        # What a run had no time for is due at the next one, and nothing else is so soon.
        with context.open_run(at + timedelta(seconds=number), settings) as run:
            polling.poll_feeds(run)
            polls = run.warehouse.query("select * from polls").to_pylist()
            if len(polls) >= len(urls):
                break
    by_feed: dict[str, list[Row]] = defaultdict(list)
    # As they were written: in the order of the feed.
    for row in run.warehouse.query("select * from entries").to_pylist():
        by_feed[row["feed_url"]].append(row)
    return Polled(
        suite=suite,
        files=files,
        addresses=addresses,
        polls={row["feed_url"]: row for row in polls},
        entries=by_feed,
        seconds=monotonic() - start,
    )


def cases_of(file: FeedFile, rows: Sequence[Row], site: str) -> Iterator[Case]:
    for source, expected in (("own", file.own), ("read", file.read)):
        if expected is None:
            continue
        if expected.count is not None:
            yield Case(
                file=file,
                source=source,
                fact="entries",
                expected=expected.count,
                found=len(rows),
                row_count=len(rows),
            )
        for index, facts in expected.items.items():
            row = row_of(index, facts, expected, rows)
            for fact, values in facts.items():
                for value in values:
                    if fact in ("published", "updated") and moment(value) is None:
                        continue
                    if isinstance(value, str):
                        value = value.replace(THEIR_SITE, site)
                    yield Case(
                        file=file,
                        source=source,
                        fact=fact,
                        expected=value,
                        found=found_of(row, fact),
                        row=row,
                        row_count=len(rows),
                    )


def found_of(row: Row | None, fact: str) -> Any:
    if row is None:
        return ("",) if fact == "texts" else None
    if fact == "texts":
        return (row["summary"], row["content"])
    return row[OUR_COLUMNS[fact]]


def row_of(
    index: int, facts: Mapping[str, Sequence[object]], expected: Expected, rows: Sequence[Row]
) -> Row | None:
    """The row of an item: by its place where as many were found as are expected, else by what it says."""
    if len(rows) in (expected.count, expected.saying) or expected.count is None:
        return rows[index] if index < len(rows) else None
    for fact in ("ids", "links", "titles"):
        for value in facts.get(fact, ()):
            found = [row for row in rows if plain(row[OUR_COLUMNS[fact]]) == plain(value)]
            if found:
                return found[0]
    texts = {plain(value) for value in facts.get("texts", ())} - {""}
    return next(
        (row for row in rows if not texts.isdisjoint(map(plain, (row["summary"], row["content"])))), None
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Why a class of disagreements is as it should be."""

    facts: tuple[str, ...]
    why: str
    holds: Callable[[Case], bool]


FRAME = re.compile(rb"(?:<|&lt;)(iframe|object)\b.*(?:<|&lt;)/\1", re.DOTALL)
# The most telling first: the first that holds gives the reason.
RULES: tuple[Rule, ...] = (
    Rule(
        facts=FACTS,
        why="RSS 1.1 and CDF, forms that no living feed has, are named and not read",
        holds=lambda case: (
            not case.row_count
            and re.search(rb"purl\.org/net/rss1\.1#|(?:\A|-->)\s*<channel\b", case.file.body, re.IGNORECASE)
            is not None
        ),
    ),
    Rule(
        facts=("entries", "dates"),
        why="an item without title, web address, id and text is no entry",
        holds=lambda case: case.row is None and case.row_count == case.file.read.saying,
    ),
    Rule(
        facts=FACTS,
        why="items of one id and one address are one entry",
        holds=lambda case: case.row is None and case.row_count == case.file.read.distinct,
    ),
    Rule(
        facts=("titles", "texts"),
        why="UTF-8 that was taken for Latin-1 is mended",
        holds=lambda case: any(plain(mended(case.expected)) == plain(text) for text in texts_of(case)),
    ),
    Rule(
        facts=("texts",),
        why="a broken letter costs itself: the rest is read as the UTF-8 that it says it is",
        holds=lambda case: (
            not is_utf8(case.file.body) and any("\ufffd" in (text or "") for text in texts_of(case))
        ),
    ),
    Rule(
        facts=("texts",),
        why="what stands inside an iframe or an object is for browsers that cannot show it",
        holds=lambda case: (
            FRAME.search(case.file.body) is not None
            and any(plain(case.expected).startswith(plain(text)) for text in texts_of(case) if text)
        ),
    ),
    Rule(
        facts=("texts",),
        why="rss-parser writes XHTML anew, and the words in another order",
        holds=lambda case: any(
            sorted(plain(case.expected)) == sorted(plain(text)) for text in texts_of(case)
        ),
    ),
    Rule(
        facts=("ids",),
        why="a relative id is resolved against xml:base, as two suites expect and the third does not",
        holds=lambda case: b"xml:base" in case.file.body and (case.found or "").endswith(f"/{case.expected}"),
    ),
    Rule(
        facts=("links",),
        why="FeedBurner's own address, where it names the one that it leads to (feedburner:origLink)",
        holds=lambda case: f"origLink>{case.found}".encode() in case.file.body,
    ),
    Rule(
        facts=("links",),
        why="a relative link is resolved",
        holds=lambda case: is_resolved(str(case.expected), case.found or "", case.file.body),
    ),
    Rule(
        facts=("links",),
        why="an id that is a web address is the link of an item without one",
        holds=lambda case: (
            case.expected == "" and case.row is not None and is_web(case.row["guid"], case.found)
        ),
    ),
    Rule(
        facts=("links",),
        why="a relative guid is a link where it says so (isPermaLink)",
        holds=lambda case: (
            case.expected == "" and re.search(rb"isPermaLink\s*=\s*.true", case.file.body) is not None
        ),
    ),
    Rule(
        facts=("links",),
        why="an address that is none of the web is no link to a page",
        holds=lambda case: case.found is None and not is_of_the_web(str(case.expected)),
    ),
    Rule(
        facts=("links",),
        why="Content-Location does not change the base (RFC 9110, 8.7)",
        holds=lambda case: b"Content-Location:" in case.file.body,
    ),
)


def texts_of(case: Case) -> Sequence[str | None]:
    return case.found if case.fact == "texts" else (case.found,)


def is_web(guid: str | None, link: str | None) -> bool:
    return guid == link and (guid or "").lower().startswith(("http://", "https://"))


def is_resolved(link: str, found: str, body: bytes) -> bool:
    """Whether what is found is the link in full, on the server that the feed was had from or one that it names."""
    try:
        host = urlsplit(found).netloc
        is_same = bool(link) and not urlsplit(link).scheme and urljoin(found, link) == found
    except ValueError:
        return False
    return is_same and (host.startswith("127.0.0.1:") or host.encode() in body)


def is_utf8(body: bytes) -> bool:
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def mended(value: object) -> str:
    text = str(value)
    for encoding in ("latin-1", "cp1252"):
        try:
            return text.encode(encoding).decode("utf-8")
        except UnicodeError:
            continue
    return text


def why_not(case: Case, lines: Sequence[Mapping[str, str]]) -> str | None:
    """The reason of a disagreement, in a line; None where nobody knows one."""
    for rule in RULES:
        if case.heading in rule.facts and rule.holds(case):
            return rule.why
    for line in lines:
        if line["fact"] == case.heading and fnmatch(case.file.name, f"{line['suite']}/{line['file']}"):
            return line["why"]
    return None


def show_polls(polled: Sequence[Polled], options: argparse.Namespace) -> int:
    """Print what came of the polls; the number of those that crashed, hung or are missing."""
    total = 0
    columns = ("files", "polled", "feeds", "no feeds", "crashed", "missing", "entries", "seconds")
    print(f"{'suite':18}" + "".join(f"{name:>10}" for name in columns))
    for suite in polled:
        failed = [row for row in suite.polls.values() if row["outcome"] == "failed"]
        crashed = [row for row in failed if row["failure_class"] in CRASHES]
        missing = sum(suite.addresses[file.name] not in suite.polls for file in suite.files)
        good = len(suite.polls) - len(failed)
        entries = sum(map(len, suite.entries.values()))
        counts = (
            len(suite.files),
            len(suite.polls),
            good,
            len(failed) - len(crashed),
            len(crashed),
            missing,
            entries,
        )
        print(f"{suite.suite:18}" + "".join(f"{count:10}" for count in counts) + f"{suite.seconds:10.1f}")
        total += len(crashed) + missing
        if not options.heldout:
            for row in failed if options.names else crashed:
                print(f"  {row['failure_class']}: {row['error']}")
    return total


def show_comparison(polled: Sequence[Polled], site: str, options: argparse.Namespace) -> int:
    """Print what agrees, what does not and why; the number of disagreements that nothing explains."""
    file = Path(__file__).parent / "feed_explained.toml"
    lines = tomllib.loads(file.read_text("utf-8"))["explained"]
    table: dict[tuple[str, str, str], Counter[str]] = defaultdict(Counter)
    reasons: Counter[str | None] = Counter()
    cases = [
        case for suite in polled for file in suite.files for case in cases_of(file, suite.rows(file), site)
    ]
    for case in cases:
        counts = table[case.file.suite, SOURCES[case.source], case.heading]
        counts["expected"] += 1
        if case.agrees:
            counts["agree"] += 1
            continue
        why = why_not(case, lines)
        reasons[why] += 1
        counts["disagree"] += 1
        counts["explained"] += why is not None
        if not options.heldout and (options.names or why is None):
            print(f"  {why or 'NOT EXPLAINED'}: {case}")
    show_table(table)
    unexplained = reasons.pop(None, 0)
    print(f"\ndisagreements explained: {reasons.total()}")
    for why, count in reasons.most_common():
        print(f"{count:6}  {why}")
    print(f"disagreements not explained: {unexplained}")
    return unexplained


def show_table(table: Mapping[tuple[str, str, str], Counter[str]]) -> None:
    columns = ("expected", "agree", "disagree", "explained")
    print(f"\n{'suite':18}{'says':12}{'fact':10}" + "".join(f"{name:>11}" for name in columns))
    for suite, source, fact in sorted(table, key=lambda key: (key[0], key[1], FACTS.index(key[2]))):
        counts = table[suite, source, fact]
        print(f"{suite:18}{source:12}{fact:10}" + "".join(f"{counts[name]:11}" for name in columns))


if __name__ == "__main__":
    sys.exit(main())
