"""Real article pages through the main job, run in Airflow: every page must end as a story.

The pages of two sets with ground truth (articles/aeb, articles/fundus) are served on loopback behind feeds made for
them, RSS and Atom by turns, with the titles, links and dates of the ground truth. The DAG `ingest_news` runs once, in
an Airflow of its own. Printed: stories, full extractions, failures; each page that is not full is named with its why.

    .venv/bin/python benchmarks/replay.py --data ../shared/data
"""

import argparse
import gzip
import html
import json
import logging
import os
import re
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path
from time import monotonic
from xml.sax.saxutils import escape

from loopback import Loopback

ROOT = Path(__file__).resolve().parents[1]
FULL, PART = 0.9, 0.5
PER_FEED = 12


@dataclass(frozen=True, kw_only=True)
class Truth:
    """A page and what must be found in it: any of the bodies that its publisher's ground truth has."""

    name: str
    page: bytes
    title: str
    date: datetime | None
    bodies: tuple[str, ...]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data")
    parser.add_argument("--list", action="store_true", help="name every page that is not full")
    options = parser.parse_args()
    articles = options.data / "articles"
    if not articles.is_dir():
        print(f"{articles}: there are no pages here; name the folder that has articles/ with --data")
        return 2
    truths = [*read_aeb(articles / "aeb"), *read_fundus(articles / "fundus")]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "site").mkdir()
        with Loopback(folder / "site") as site:
            opml = publish(truths, folder, site.url)
            start = monotonic()
            state = run_in_airflow(folder, opml)
            seconds = monotonic() - start
        print(f"ingest_news in Airflow: {state}, {seconds:.0f} s, {len(truths)} pages")
        return show(truths, folder / "warehouse", site.url, options.list) if state == "success" else 1


def read_aeb(folder: Path) -> Iterator[Truth]:
    for key, truth in json.loads((folder / "ground-truth.json").read_text()).items():
        page = gzip.decompress((folder / "html" / f"{key}.html.gz").read_bytes())
        yield Truth(
            name=f"aeb/{key[:12]}", page=page, title=title_of(page), date=None, bodies=(truth["articleBody"],)
        )


def read_fundus(folder: Path) -> Iterator[Truth]:
    for file in sorted(folder.glob("*/*.json")):
        versions = list(json.loads(file.read_text()).values())
        bodies = tuple(text_of(version.get("body") or {}) for version in versions)
        for page_file in sorted(file.parent.glob(f"{file.stem}_*.html.gz")):
            page = gzip.decompress(page_file.read_bytes())
            words = word_counts(page.decode("utf-8", "replace"))
            best = max(range(len(versions)), key=lambda n: recall(bodies[n], words))
            date = versions[best].get("publishing_date")
            yield Truth(
                name=f"fundus/{page_file.name[:-8]}",
                page=page,
                title=versions[best].get("title") or title_of(page),
                date=datetime.fromisoformat(date).astimezone(UTC) if date else None,
                bodies=bodies,
            )


def text_of(body: dict) -> str:
    parts = list(body.get("summary") or [])
    for section in body.get("sections") or []:
        parts += [*section.get("headline", []), *section.get("paragraphs", [])]
    return "\n".join(parts)


def title_of(page: bytes) -> str:
    found = re.search(rb"<title[^>]*>(.*?)</title>", page, re.S | re.I)
    return " ".join(html.unescape(found.group(1).decode("utf-8", "replace")).split()) if found else "untitled"


def publish(truths: list[Truth], folder: Path, url: str) -> Path:
    """Write the pages and their feeds where the site finds them; the feed list."""
    index, outlines = {}, []
    for number, truth in enumerate(truths):
        (folder / "site" / f"{number}.html").write_bytes(truth.page)
        index[f"/{truth.name}.html"] = [f"{number}.html", "text/html"]
    for number, start in enumerate(range(0, len(truths), PER_FEED)):
        chunk = truths[start : start + PER_FEED]
        make, kind = (rss, "application/rss+xml") if number % 2 else (atom, "application/atom+xml")
        (folder / "site" / f"feed{number}.xml").write_text(make(chunk, url), encoding="utf-8")
        index[f"/feed{number}.xml"] = [f"feed{number}.xml", kind]
        outlines.append(f'<outline type="rss" text="Replay {number}" xmlUrl="{url}/feed{number}.xml"/>')
    (folder / "site" / "index.json").write_text(json.dumps(index))
    opml = folder / "feeds.opml"
    opml.write_text(f'<opml version="2.0"><head/><body>{"".join(outlines)}</body></opml>')
    return opml


def rss(truths: list[Truth], url: str) -> str:
    items = "".join(
        f"<item><title>{escape(t.title)}</title><link>{url}/{t.name}.html</link><guid>{t.name}</guid>"
        + (f"<pubDate>{format_datetime(t.date)}</pubDate>" if t.date else "")
        + "</item>"
        for t in truths
    )
    return f'<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>R</title>{items}</channel></rss>'


def atom(truths: list[Truth], url: str) -> str:
    entries = "".join(
        f'<entry><id>tag:{t.name}</id><title>{escape(t.title)}</title><link href="{url}/{t.name}.html"/>'
        + (f"<published>{t.date.isoformat()}</published>" if t.date else "")
        + "</entry>"
        for t in truths
    )
    head = '<?xml version="1.0" encoding="utf-8"?><feed xmlns="http://www.w3.org/2005/Atom"><title>R</title>'
    return f"{head}{entries}</feed>"


def run_in_airflow(folder: Path, opml: Path) -> str:
    """The state of one run of ingest_news in an Airflow made for it."""
    os.environ |= {
        "AIRFLOW_HOME": str(folder / "airflow"),
        "AIRFLOW__CORE__DAGS_FOLDER": str(ROOT / "dags"),
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(ROOT / "plugins"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__UNIT_TEST_MODE": "False",
        "AIRFLOW__LOGGING__LOGGING_LEVEL": "ERROR",
        "NEWSMONITOR_WAREHOUSE": str(folder / "warehouse"),
        "NEWSMONITOR_FEEDS": str(opml),
        "NEWSMONITOR_SEEDS": str(ROOT / "seeds"),
        "NEWSMONITOR_ALLOW_NETWORKS": "127.0.0.0/8",
        "NEWSMONITOR_FETCH_PER_HOST": "8",
        "NEWSMONITOR_FETCH_PAUSE": "0",
    }
    sys.path.insert(0, str(ROOT / "plugins"))
    from airflow.dag_processing.dagbag import DagBag
    from airflow.models.pool import Pool
    from airflow.utils.db import initdb

    logging.disable(logging.WARNING)
    initdb()
    Pool.create_or_update_pool("warehouse", 1, "one writer", include_deferred=False)
    bag = DagBag(dag_folder=str(ROOT / "dags"))
    if bag.import_errors:
        raise SystemExit(str(bag.import_errors))
    return str(bag.dags["ingest_news"].test().state)


def word_counts(text: str) -> Counter[str]:
    return Counter(re.findall(r"\w+", text.lower()))


def recall(expected: str, found: Counter[str]) -> float:
    """The share of the expected words that were found, each as often as it is expected."""
    wanted = word_counts(expected)
    return (wanted & found).total() / wanted.total() if wanted else 0.0


def show(truths: list[Truth], root: Path, url: str, name_all: bool) -> int:
    from newsmonitor.warehouse import Warehouse

    house = Warehouse(root)
    sql = """
        select e.entry_url, s.text, s.extraction, s.copy_kind, p.outcome, p.error
        from entries e left join stories s using (entry_id) left join pages p using (entry_id)
    """
    rows = {
        row["entry_url"].removeprefix(f"{url}/").removesuffix(".html"): row
        for row in house.query(sql).to_pylist()
    }
    table: dict[str, Counter[str]] = {"aeb": Counter(), "fundus": Counter()}
    unexplained = []
    for truth in truths:
        row = rows.get(truth.name)
        verdict, why = judge(truth, row)
        table[truth.name.partition("/")[0]][verdict] += 1
        if verdict in ("lost", "none") and not why:
            unexplained.append(truth.name)
        if verdict != "full" and (name_all or verdict in ("lost", "none")):
            print(f"  {verdict:8} {truth.name}: {why}")
    names = ["pages", "stories", "full", "part", "poor", "none", "lost"]
    print(f"\n{'set':8}" + "".join(f"{name:>9}" for name in names))
    for name, counts in table.items():
        total = counts.total()
        shown = [total, total - counts["lost"], *(counts[verdict] for verdict in names[2:])]
        print(f"{name:8}" + "".join(f"{value:9}" for value in shown))
    print(
        f"\nfull: at least {FULL:.0%} of the expected words; part: {PART:.0%}; poor: less; none: no text of the page"
    )
    stories = house.query("select count(*) as n from stories").to_pylist()[0]["n"]
    print(f"stories {stories}, unexplained {len(unexplained)}")
    shutil.rmtree(root, ignore_errors=True)
    return 1 if unexplained or any(counts["lost"] for counts in table.values()) else 0


def judge(truth: Truth, row: dict | None) -> tuple[str, str]:
    if row is None or row["extraction"] is None:
        return "lost", ""
    why = row["error"] or row["outcome"] or ""
    if row["extraction"] in ("feed", "summary", "title", "none"):
        return "none", why
    share = max(recall(body, word_counts(row["text"] or "")) for body in truth.bodies)
    return ("full" if share >= FULL else "part" if share >= PART else "poor"), f"{share:.0%} of the words"


if __name__ == "__main__":
    sys.exit(main())
