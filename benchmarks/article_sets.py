"""The real pages with ground truth that the extraction benchmarks read, and the measures of their sets.

Each measure is the set's own: `shingles` is that of scrapinghub/article-extraction-benchmark (runs of four words,
precision and recall averaged over the pages), `segments` that of trafilatura's evaluation.
"""

import gzip
import json
import re
import tarfile
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

_NGRAM = 4
WORD = re.compile(r"\w+")
_NO_WORD = re.compile(r"[\W_]+")
_CANONICAL = re.compile(rb"<link[^<>]*rel=[\"']?canonical[\"']?[^<>]*>|<meta[^<>]*og:url[^<>]*>", re.I)
_ADDRESS = re.compile(rb"https?://[^\s\"'<>]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One page and what is true of it; what its set does not tell is None."""

    name: str
    url: str
    body: bytes = field(repr=False)
    text: str | None = field(default=None, repr=False)
    title: str | None = None
    authors: tuple[str, ...] | None = None
    published_at: datetime | None = None
    day: str | None = None
    wanted: tuple[str, ...] = ()
    unwanted: tuple[str, ...] = ()


def aeb(articles: Path) -> Iterator[Sample]:
    """Pages with the whole article text."""
    truth = json.loads((articles / "aeb" / "ground-truth.json").read_text())
    for name, expected in sorted(truth.items()):
        path = articles / "aeb" / "html" / f"{name}.html.gz"
        yield Sample(
            name=name,
            url=expected["url"],
            body=gzip.decompress(path.read_bytes()),
            text=expected["articleBody"],
        )


def fundus(articles: Path) -> Iterator[Sample]:
    """Pages with text, title, authors and time, by the publishers' own parsers; texts are summary and sections."""
    for truth in sorted((articles / "fundus").glob("*/*.json")):
        pages = sorted(truth.parent.glob(f"{truth.stem}_[12]*.html.gz"))
        versions = json.loads(truth.read_text())
        keys = sorted(versions, key=lambda key: [int(number) for number in re.findall(r"\d+", key)])
        assert len(pages) == len(keys), truth
        for path, key in zip(pages, keys, strict=True):
            body = gzip.decompress(path.read_bytes())
            expected = versions[key]
            yield Sample(
                name=f"{path.parent.name}/{path.name.removesuffix('.html.gz')}",
                url=_address(body),
                body=body,
                text="\n".join(_parts(expected["body"])) if expected.get("body") else None,
                title=expected.get("title"),
                authors=tuple(expected["authors"]) if expected.get("authors") else None,
                published_at=_time(expected.get("publishing_date")),
            )


def trafilatura_eval(articles: Path) -> Iterator[Sample]:
    """Pages with segments that must be in the text, and ones that must not."""
    truth = json.loads((articles / "trafilatura-eval" / "evaldata.json").read_text())
    bodies = _unpacked(articles / "trafilatura-eval" / "pages.tar.gz")
    for url, expected in sorted(truth.items()):
        yield Sample(
            name=expected["file"],
            url=url,
            body=bodies[expected["file"]],
            wanted=tuple(expected["with"]),
            unwanted=tuple(expected["without"]),
        )


def htmldate_eval(articles: Path) -> Iterator[Sample]:
    """Pages with the day of their publication."""
    truth = json.loads((articles / "htmldate-eval" / "dates.json").read_text())
    bodies = _unpacked(articles / "htmldate-eval" / "pages.tar.gz")
    for url, expected in sorted(truth.items()):
        if expected["file"] in bodies:
            yield Sample(name=expected["file"], url=url, body=bodies[expected["file"]], day=expected["date"])


def _unpacked(path: Path) -> dict[str, bytes]:
    with tarfile.open(path) as archive:
        files = ((member, archive.extractfile(member)) for member in archive.getmembers())
        return {Path(member.name).name: file.read() for member, file in files if file is not None}


def _parts(body: dict[str, Any]) -> Iterator[str]:
    yield from body.get("summary") or ()
    for section in body.get("sections") or ():
        yield from section.get("headline") or ()
        yield from section.get("paragraphs") or ()


def _time(value: str | None) -> datetime | None:
    return datetime.fromisoformat(value) if value else None


def _address(body: bytes) -> str:
    """The page's address; the set does not keep it, so it is the one that the page names."""
    for element in _CANONICAL.finditer(body):
        if found := _ADDRESS.search(element.group()):
            return found.group().decode("utf-8", "replace")
    return "https://news.example/"


def shingles(expected: str | None, found: str | None) -> tuple[float, float]:
    """Precision and recall of runs of four words, as scrapinghub's benchmark counts them."""
    wanted, got = Counter(runs(expected or "")), Counter(runs(found or ""))
    both = sum((wanted & got).values())
    over, under = sum(got.values()) - both, sum(wanted.values()) - both
    precision = 1.0 if both + over == 0 else both / (both + over)
    recall = 1.0 if both + under == 0 else both / (both + under)
    if both + over == 0 and under:
        precision = 0.0
    if both + under == 0 and over:
        recall = 0.0
    return precision, recall


def runs(text: str) -> list[tuple[str, ...]]:
    """The runs of four words of a text; of a shorter one, all its words as one run."""
    words = WORD.findall(text)
    return [tuple(words[i : i + _NGRAM]) for i in range(max(1, len(words) - _NGRAM + 1)) if words]


def f1(precision: float, recall: float) -> float:
    """The harmonic mean."""
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def mean_shingles(scores: Iterable[tuple[float, float]]) -> tuple[float, float, float]:
    """F1, precision and recall over pages: the means of the two, then their F1."""
    precisions, recalls = zip(*scores, strict=True)
    precision, recall = sum(precisions) / len(precisions), sum(recalls) / len(recalls)
    return f1(precision, recall), precision, recall


def segments(sample: Sample, found: str | None) -> tuple[int, int, int]:
    """True positives, false positives and false negatives: segments wanted and there, unwanted and there, missing."""
    text = found or ""
    hits = sum(segment in text for segment in sample.wanted)
    return hits, sum(segment in text for segment in sample.unwanted), len(sample.wanted) - hits


def folded(text: str | None) -> str:
    """A title as its words: NFKC, case folded, without punctuation and white space."""
    return _NO_WORD.sub(" ", unicodedata.normalize("NFKC", text or "").casefold()).strip()


def set_f1(pairs: Iterable[tuple[Iterable[str], Iterable[str]]]) -> float:
    """F1 of sets of names, expected and found, counted over all pages; names are folded."""
    hits = wrong = missed = 0
    for expected, found in pairs:
        wanted, got = {folded(name) for name in expected}, {folded(name) for name in found}
        hits, wrong, missed = hits + len(wanted & got), wrong + len(got - wanted), missed + len(wanted - got)
    return 2 * hits / (2 * hits + wrong + missed) if hits else 0.0
