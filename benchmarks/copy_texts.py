"""The real texts that the benchmarks on copies begin with, unrelated to each other, and copies made of them.

Real texts that are copies of each other would count as errors of whoever finds them. So one of two is dropped
where a fifth of the shorter one's runs of eight words stands in the other, whatever the program thinks of it. What
shares less stays: templates, footers, background paragraphs, quoted statements.
"""

import gzip
import json
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "plugins"), str(ROOT / "benchmarks")]

import article_sets as sets  # noqa: E402
from copy_edits import Source, edits_for, headline  # noqa: E402

from newsmonitor.languages import identify_language  # noqa: E402

#: Copies are made of texts of so many words; shorter ones of so many are bystanders.
FEWEST_WORDS, FEWEST_BYSTANDER = 120, 20
SHARED_AT_MOST = 0.2
NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
_RUN = 8
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A real text; language is "" where nobody can tell."""

    name: str
    language: str
    title: str
    text: str

    @property
    def word_count(self) -> int:
        return len(self.text.split())


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """An article as its page gives it."""

    name: str
    url: str
    title: str | None
    text: str
    language: str
    published_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """A copy made of a text: which one, and by which edit."""

    of: str
    edit: str
    article: Article


def real_texts(data: Path) -> list[Text]:
    """Texts of at least 20 words, less those that share much with one that comes before."""
    found = [text for text in _all_texts(data) if text.word_count >= FEWEST_BYSTANDER]
    # Of two that share much the longer stays: it can be cut.
    found.sort(key=lambda text: -text.word_count)
    kept = list(_unrelated(found))
    print(
        f"{len(kept)} real texts; {len(found) - len(kept)} more share much with one of them", file=sys.stderr
    )
    return kept


def _all_texts(data: Path) -> Iterator[Text]:
    readers = {"kursk": _kursk, "articles/aeb": _aeb, "articles/fundus": _fundus}
    for name, read in readers.items():
        if (data / name).exists():
            yield from read(data)
        else:
            print(f"no {name} in {data}: left out", file=sys.stderr)


def _kursk(data: Path) -> Iterator[Text]:
    for path in sorted((data / "kursk").glob("*.jsonl.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for item in map(json.loads, lines):
                yield _text(item["id"], item["title"], item["text"], item["lang"])


def _aeb(data: Path) -> Iterator[Text]:
    truth = json.loads((data / "articles/aeb/ground-truth.json").read_text("utf-8"))
    for name, page in sorted(truth.items()):
        yield _text(f"aeb-{name}", None, page["articleBody"])


def _fundus(data: Path) -> Iterator[Text]:
    for sample in sets.fundus(data / "articles"):
        yield _text(f"fundus-{sample.name}", sample.title, sample.text)


def _text(name: str, title: str | None, text: str | None, language: str | None = None) -> Text:
    text = text or ""
    found = None if language else identify_language(text)
    code = (language or (found.code if found else "")).split("-")[0]
    return Text(name=name, language=code, title=title or " ".join(text.split()[:10]), text=text)


def _runs(text: str) -> set[int]:
    words = _WORD.findall(text.casefold())
    return {hash(tuple(words[i : i + _RUN])) for i in range(len(words) - _RUN + 1)}


def _unrelated(texts: Iterable[Text]) -> Iterator[Text]:
    """The texts of which less than a fifth stands in one before."""
    holders: dict[int, list[int]] = defaultdict(list)
    for place, text in enumerate(texts):
        runs = _runs(text.text)
        shared = Counter(holder for run in runs for holder in holders.get(run, ()))
        if not runs or max(shared.values(), default=0) >= SHARED_AT_MOST * len(runs):
            continue
        for run in runs:
            holders[run].append(place)
        yield text


def originals(texts: Sequence[Text], chance: Random) -> list[Article]:
    """The texts as articles of one day, each of an outlet of its own site."""
    return [_article(text.name, text, text.title, chance, NOON) for text in texts]


def made_copies(texts: Sequence[Text], chance: Random, *, fewest_words: int = FEWEST_WORDS) -> list[Copy]:
    """Of each text that is long enough a copy by each edit, in any order, within three days.

    Half of them have a headline of their own.
    """
    words: dict[str, list[str]] = defaultdict(list)
    for text in texts:
        words[text.language] += text.text.split()
    copies = []
    for text in texts:
        if text.word_count < fewest_words:
            continue
        source = Source(text=text.text, language=text.language, words=words[text.language])
        for edit, apply in edits_for(text.language).items():
            is_renamed = edit == "headline" or chance.random() < 0.5
            title = headline(source, chance) if is_renamed else text.title
            copy = replace(text, text=apply(source, chance))
            at = NOON + timedelta(minutes=chance.randint(60, 3 * 24 * 60))
            article = _article(f"{text.name}/{edit}", copy, title, chance, at)
            copies.append(Copy(of=text.name, edit=edit, article=article))
    chance.shuffle(copies)
    return copies


def _article(name: str, text: Text, title: str, chance: Random, at: datetime) -> Article:
    site = f"outlet{chance.randrange(400)}.example"
    slug = "".join(chance.choices("abcdefghijklmnopqrstuvwxyz", k=16))
    return Article(
        name=name,
        url=f"https://{site}/{slug}",
        title=title,
        text=text.text,
        language=text.language,
        published_at=at,
    )
