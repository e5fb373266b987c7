"""Walls that are recognised, and ordinary pages that are taken for one.

The made-up walls of tests/newsroom/wallpages.py come first: the kind expected, the kind found, and by what sign.
Then, with --data, all real pages of the article corpora go through `read_article`, each as if a feed had announced
it with its own address: none may be a wall but those of REAL, which are. Two times of the processor are given for a
page: that of both looks for a wall, and that of `wall_of` alone. The exit status is 1 where a wall is missed or an
ordinary page is taken for one.

    .venv/bin/python benchmarks/walls.py --data ../shared/data
"""

import argparse
import sys
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from time import process_time

import article_sets
from article_sets import Sample

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "plugins"), str(ROOT / "tests")]

from newsmonitor import extract  # noqa: E402
from newsmonitor.records import Announced  # noqa: E402
from newsmonitor.walls import Wall, wall_behind, wall_of  # noqa: E402
from newsroom.wallpages import ORDINARY, WALLS, WallPage  # noqa: E402

# Told as missed, and no failure of this script: what would find it finds ordinary pages, too.
MISSED = "aoc.media.archaisme"
# Pages of the corpora that are walls, looked at one by one: the beginning of the name, kind, what one sees.
REAL = (
    ("7ab16ade32386ece", "paywall", "two paragraphs, 'To Read the Full Story'"),
    ("fr/LeMonde_2023_09_01", "paywall", "a lead, 'Il vous reste 57.09%'"),
    (MISSED, "paywall", "a lead that ends in dots; 'Pour lire la suite' behind what stands of the author"),
    (
        "badische-zeitung.de-Wohnungssuche",
        "paywall",
        "three sentences, the last cut; 'Gleich können Sie weiterlesen'",
    ),
    ("Volksstimme.ch-loehne", "paywall", "two sentences, the last cut; 'Weiterlesen?'"),
    ("1685765130", "bot_check", "nothing but an Incapsula incident"),
    ("japanese_article", "paywall", "a lead that ends in dots, 'for members only'"),
)
# Sets without addresses: any that an article could have.
ADDRESS = "https://news.example/2020/01/a-story-4711.html"


@dataclass(slots=True, kw_only=True)
class Clock:
    """Seconds spent in looks for walls."""

    of: float = 0.0
    behind: float = 0.0


def timed(clock: Clock) -> None:
    """Let read_article's two looks be counted."""

    def of(*args: object, **named: object) -> Wall | None:
        began = process_time()
        try:
            return wall_of(*args, **named)  # type: ignore[arg-type]
        finally:
            clock.of += process_time() - began

    def behind(*args: object, **named: object) -> Wall | None:
        began = process_time()
        try:
            return wall_behind(*args, **named)  # type: ignore[arg-type]
        finally:
            clock.behind += process_time() - began

    extract.wall_of, extract.wall_behind = of, behind


def look(page: WallPage) -> Wall | None:
    """The wall of a made-up answer, as the pipeline looks at it."""
    if page.status != 200:
        return wall_of(page.body, page.headers, status=page.status)
    content_type = page.headers.get("content-type", "text/html; charset=utf-8")
    named = {
        "url": page.url,
        "content_type": content_type,
        "headers": page.headers,
        "announced": page.announced,
    }
    return extract.read_article(page.body, **named).wall  # type: ignore[arg-type]


def made_up() -> int:
    """Print the table of the made-up pages; the number of those that were told wrong."""
    wrong = 0
    for page in (*WALLS, *ORDINARY):
        wall = look(page)
        found = wall.kind if wall else None
        wrong += found != page.kind
        mark = " " if found == page.kind else "!"
        sign = wall.words[:90] if wall else ""
        print(f"{mark} {page.name:28} {page.kind or '-':11} {found or '-':11} {sign}")
    print(f"{len(WALLS)} walls and {len(ORDINARY)} ordinary answers, {wrong} told wrong\n")
    return wrong


def archived(path: Path, ending: str) -> Iterator[Sample]:
    """The pages of an archive whose path ends so; nothing where there is no such archive."""
    if not path.exists():
        return
    with tarfile.open(path) as archive:
        for member in archive.getmembers():
            if member.name.endswith(ending) and (file := archive.extractfile(member)):
                parts = Path(member.name)
                name = parts.parent.name if parts.stem == "source" else parts.name
                yield Sample(name=name, url=ADDRESS, body=file.read())


def corpora(articles: Path) -> Iterator[tuple[str, Iterator[Sample]]]:
    yield "aeb", article_sets.aeb(articles)
    yield "fundus", article_sets.fundus(articles)
    yield "trafilatura-eval", article_sets.trafilatura_eval(articles)
    yield "htmldate-eval", article_sets.htmldate_eval(articles)
    yield "newspaper4k", archived(articles / "newspaper4k.tar.gz", ".html")
    yield "readability", archived(articles / "readability.tar.gz", "/source.html")


def real(name: str, samples: Iterator[Sample], clock: Clock) -> int:
    """Print what was found in one corpus; the number of pages told wrong."""
    count = wrong = 0
    clock.of = clock.behind = 0.0
    lines = []
    for sample in samples:
        count += 1
        announced = Announced(url=sample.url, title=sample.title)
        wall = extract.read_article(
            sample.body, url=sample.url, content_type="text/html", announced=announced
        ).wall
        known = next((kind for start, kind, _ in REAL if sample.name.startswith(start)), None)
        found = wall.kind if wall else None
        wrong += found != known and not sample.name.startswith(MISSED)
        if wall or known:
            lines.append(
                f"  {' ' if found == known else '!'} {sample.name[:40]:40} {found or '-':9} {wall and wall.words}"
            )
    each = 1000 / max(count, 1)
    print(f"{name:17} {count:5} pages  {(clock.of + clock.behind) * each:6.3f} ms  {clock.of * each:6.3f} ms")
    print("\n".join(lines))
    return wrong


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, help="folder with articles/")
    options = parser.parse_args()
    wrong = made_up()
    if options.data:
        extract.warm_up()
        clock = Clock()
        timed(clock)
        print("corpus            count         a page, both   wall_of alone")
        wrong += sum(real(name, samples, clock) for name, samples in corpora(options.data / "articles"))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
