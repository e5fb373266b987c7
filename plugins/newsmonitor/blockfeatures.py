"""What is known of each block of a page, as numbers: a row a block, a column a feature. Pure.

The columns are named by FEATURES; blockmodel.json, which says what they mean for the text of an article, refers to
these names. A new or changed feature needs the model to be learnt again (tools/learn_blocks.py).
"""

import re
from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from ahocorasick_rs import AhoCorasick
from numpy.typing import NDArray

from newsmonitor.blocks import AROUND, MEANINGS, Blocks
from newsmonitor.structured import Structured

Column = NDArray[np.float32]
Floats = NDArray[np.float64]

# From this length on, and with few links, a block is prose: what the others are judged by.
_PROSE = 80
_MOST_LINKED = 0.3
_HEAD = 160
_FAR = 30
_LEVELS = 4
_MOST_NAMES = 20
_MOST_WORDS = 100
_SHARES = (0.35, 0.6, 0.85)
_TAGS = ("p", "li", "h1", "h2", "h3", "div", "figcaption", "td")
_AROUND = (
    "article",
    "main",
    "header",
    "aside",
    "form",
    "ul",
    "ol",
    "table",
    "blockquote",
    "section",
    "figure",
)
_OWN = ("meta", "figure", "main", "lead", "hidden", "body", "article")
_ALL = ("comment", "side", "nav", "article", "body", "hidden", "meta", "lead")
_PARENT = ("comment", "article", "figure", "nav", "lead", "meta", "body")
# The columns of which a block also knows its neighbours', so many before and behind.
_NEIGHBOURS = {"like": 3, "linked": 3, "length": 3, "all_link": 1, "sentences": 1, "prose_0": 2}

_SENTENCE = re.compile(r"[.!?…。！？][\"'»”)\]]?(?:\s|$)")
_WIDE = re.compile("[\u2e80-\u9fff\uac00-\ud7af]")
_WORD = re.compile(r"\w+")
# What stands in boxes between and behind paragraphs, in the languages of the sets; lower case.
_ASIDES = (
    "read more", "read also", "read next", "see also", "also read", "more on", "related", "subscribe", "newsletter",
    "sign up", "sign in", "log in", "follow us", "click here", "join us", "download", "advertis", "share this",
    "watch:", "copyright", "all rights", "©", "photo", "image:", "credit", "getty", "updated", "published", "comment",
    "cookie",
    "privacy", "terms of", "contact us", "podcast", "support us", "donat", "читайте", "читать ", "подпис", "підпис",
    "фото", "реклама", "источник", "джерело", "по теме", "за темою", "telegram", "поделиться", "поділитися", "коммент",
    "комент", "lesen sie", "mehr zu", "abonn", "werbung", "anzeige", "auch interessant", "quelle", "bild:", "foto",
    "lire aussi", "lire la suite", "à lire", "leggi anche", "lee también", "te puede interesar", "suscr", "leia também",
    "leia mais", "assine", "czytaj", "zobacz", "lees ook", "læs også", "les også", "läs också", "läs mer", "čtěte",
    "přečtěte", "ayrıca", "baca juga", "関連", "相关",
)  # fmt: skip


@dataclass(slots=True)
class _Texts:
    """The blocks' texts, measured; lengths count a sign of Chinese, Japanese or Korean as three letters."""

    length: Floats
    linked: Floats
    words: Floats
    sentences: Floats
    prose: Floats


class _Columns:
    """Named columns in the making."""

    def __init__(self) -> None:
        self.by_name: dict[str, Column] = {}

    def add(self, name: str, values: object) -> None:
        self.by_name[name] = np.asarray(values, dtype=np.float32)


def block_features(blocks: Blocks, stated: Structured) -> tuple[NDArray[np.float32], tuple[str, ...]]:
    """The features of the blocks, shape (blocks, features), and the names of the columns.

    There must be at least one block. stated is what the page says of itself: title, summary, authors, body.
    """
    columns = _Columns()
    texts = _measured(blocks)
    _add_texts(columns, blocks, texts)
    _add_markup(columns, blocks)
    _add_containers(columns, blocks, texts)
    _add_likes(columns, blocks, texts)
    _add_places(columns, texts)
    _add_statements(columns, blocks, stated)
    _add_neighbours(columns)
    return np.stack(list(columns.by_name.values()), axis=1), tuple(columns.by_name)


def _measured(blocks: Blocks) -> _Texts:
    length = np.array([_length(text) for text in blocks.texts], dtype=np.float64)
    linked = np.array(blocks.linked, dtype=np.float64) / [len(text) for text in blocks.texts]
    is_prose = (length >= _PROSE) & (linked < _MOST_LINKED)
    return _Texts(
        length=length,
        linked=linked,
        words=np.array([text.count(" ") + 1.0 for text in blocks.texts]),
        sentences=np.array([float(len(_SENTENCE.findall(text))) for text in blocks.texts]),
        prose=np.where(is_prose, length * (1 - linked), 0.0),
    )


def _length(text: str) -> float:
    return float(len(text) if text.isascii() else len(text) + 2 * len(_WIDE.findall(text)))


def _add_texts(columns: _Columns, blocks: Blocks, texts: _Texts) -> None:
    heads = [text[:_HEAD].lower() for text in blocks.texts]
    asides = _asides()
    columns.add("length", np.log1p(texts.length))
    columns.add("words", np.log1p(texts.words))
    columns.add("word_length", texts.length / texts.words)
    columns.add("linked", texts.linked)
    columns.add("all_link", texts.linked > 0.9)
    columns.add("links", np.log1p(np.array(blocks.links, dtype=np.float64)))
    columns.add("bold", np.array(blocks.bold) / texts.length)
    columns.add("sentences", texts.sentences)
    columns.add("sentence_rate", texts.sentences / texts.words)
    columns.add("comma_rate", np.array([text.count(",") for text in blocks.texts]) / texts.words)
    columns.add(
        "capitals", [sum(map(str.isupper, text[:_HEAD])) / len(text[:_HEAD]) for text in blocks.texts]
    )
    columns.add("is_ended", [text[-1] in '.!?…"”»。' for text in blocks.texts])
    columns.add("is_aside", [bool(asides.find_matches_as_indexes(head)) for head in heads])
    columns.add("has_address", ["http" in head or "@" in head for head in heads])


@cache
def _asides() -> AhoCorasick:
    return AhoCorasick(_ASIDES)


def _add_markup(columns: _Columns, blocks: Blocks) -> None:
    for tag in _TAGS:
        columns.add(f"is_{tag}", [name == tag for name in blocks.tags])
    _add_bits(columns, "in", blocks.around, AROUND, _AROUND)
    meanings = tuple(MEANINGS)
    _add_bits(columns, "own", blocks.own, meanings, _OWN)
    _add_bits(columns, "any", blocks.all, meanings, _ALL)
    above = [blocks.parent_own[blocks.parents[container]] for container in blocks.containers]
    _add_bits(columns, "above", above, meanings, _PARENT)
    columns.add("depth", np.log1p(np.array(blocks.depths, dtype=np.float64)))
    columns.add("is_hidden", blocks.is_hidden)
    columns.add("is_body", blocks.is_body)


def _add_bits(
    columns: _Columns, prefix: str, values: Sequence[int], names: Sequence[str], wanted: Sequence[str]
) -> None:
    bits = np.array(values, dtype=np.int64)
    for name in wanted:
        columns.add(f"{prefix}_{name}", bits >> names.index(name) & 1)


def _add_containers(columns: _Columns, blocks: Blocks, texts: _Texts) -> None:
    """What else stands in the elements around a block, and how far up the article's own element is."""
    parents = np.array(blocks.parents)
    sums = _sums(blocks, texts)
    all_prose = max(1.0, float(texts.prose.sum()))
    at = np.array(blocks.containers)
    for level in range(_LEVELS):
        length, linked, prose, count = sums[at].T
        some = np.maximum(1.0, length)
        columns.add(f"prose_{level}", prose / all_prose)
        columns.add(f"prose_share_{level}", prose / some)
        columns.add(f"linked_{level}", linked / some)
        columns.add(f"count_{level}", np.log1p(count))
        columns.add(f"length_{level}", np.log1p(length))
        columns.add(f"mean_{level}", length / np.maximum(1.0, count))
        at = parents[at]
    depths = np.array(blocks.parent_depths)
    for share in _SHARES:
        steps, holder = _holders(blocks.parents, (sums[:, 2] >= share * all_prose).tolist())
        place = np.array(holder)[blocks.containers]
        columns.add(f"up_{share}", np.array(steps)[blocks.containers])
        columns.add(f"up_count_{share}", np.log1p(sums[place, 3]))
        columns.add(f"up_depth_{share}", depths[place])


def _sums(blocks: Blocks, texts: _Texts) -> Floats:
    """Of each element, all inside: length, linked length, prose, blocks."""
    own = np.stack(
        [texts.length, texts.length * texts.linked, texts.prose, np.ones(len(texts.length))], axis=1
    )
    direct = np.zeros((len(blocks.parents), own.shape[1]))
    np.add.at(direct, np.array(blocks.containers), own)
    rows = direct.tolist()
    for place in range(len(rows) - 1, 0, -1):
        row, above = rows[place], rows[blocks.parents[place]]
        above[0] += row[0]
        above[1] += row[1]
        above[2] += row[2]
        above[3] += row[3]
    return np.array(rows)


def _holders(parents: Sequence[int], is_holder: Sequence[bool]) -> tuple[list[int], list[int]]:
    """Of each element the nearest around it, or itself, that is one; and how many steps up that is."""
    steps, holder = [0], [0]
    for place in range(1, len(parents)):
        above = parents[place]
        steps.append(0 if is_holder[place] else steps[above] + 1)
        holder.append(place if is_holder[place] else holder[above])
    return steps, holder


def _add_likes(columns: _Columns, blocks: Blocks, texts: _Texts) -> None:
    """How much prose there is in blocks that are marked up in the same way: the paragraphs of an article are."""
    above = [blocks.parents[container] for container in blocks.containers]
    _add_like(columns, "like", list(zip(blocks.tags, blocks.own, above, strict=True)), texts)
    _add_like(
        columns, "like_all", list(zip(blocks.tags, blocks.own, blocks.all, blocks.depths, strict=True)), texts
    )


def _add_like(columns: _Columns, name: str, kinds: list[Hashable], texts: _Texts) -> None:
    prose: dict[Hashable, float] = {}
    for kind, length in zip(kinds, texts.prose.tolist(), strict=True):
        prose[kind] = prose.get(kind, 0.0) + length
    counts = Counter(kinds)
    columns.add(name, np.array([prose[kind] for kind in kinds]) / max(1.0, texts.prose.sum()))
    columns.add(f"{name}_count", np.log1p([counts[kind] for kind in kinds]))


def _add_places(columns: _Columns, texts: _Texts) -> None:
    """Where in the page a block stands, by count, by text and by prose; and what kind of page it is."""
    count = len(texts.length)
    before = np.arange(count)
    length, prose = texts.length.sum(), max(1.0, float(texts.prose.sum()))
    prose_before = (np.cumsum(texts.prose) - texts.prose) / prose
    columns.add("place", before / count)
    columns.add("place_in_text", (np.cumsum(texts.length) - texts.length) / length)
    columns.add("before", np.log1p(before))
    columns.add("behind", np.log1p(count - before))
    columns.add("prose_before", prose_before)
    columns.add("prose_behind", 1 - prose_before - texts.prose / prose)
    is_prose = (texts.prose > 0).tolist()
    columns.add("since_prose", _distances(is_prose))
    columns.add("until_prose", _distances(is_prose[::-1])[::-1])
    columns.add("page_prose", np.full(count, np.log1p(prose)))
    columns.add("page_share", np.full(count, prose / length))
    columns.add("page_count", np.full(count, np.log1p(count)))


def _distances(marks: Sequence[bool]) -> list[int]:
    """How many places before each the last mark is."""
    found, distance = [], _FAR
    for mark in marks:
        distance = min(_FAR, distance + 1)
        found.append(distance)
        if mark:
            distance = 0
    return found


def _add_statements(columns: _Columns, blocks: Blocks, stated: Structured) -> None:
    """How a block compares with what the page says of itself, and with the blocks before."""
    lower = [text.lower() for text in blocks.texts]
    words = [set(text.split()) if len(text) < 600 else set() for text in lower]
    columns.add("like_title", _likeness(words, stated.title))
    columns.add("like_summary", _likeness(words, stated.summary))
    names = [name.lower() for name in stated.authors[:_MOST_NAMES] if name]
    columns.add("has_author", [len(text) < 200 and any(name in text for name in names) for text in lower])
    seen: set[str] = set()
    repeats = []
    for text in lower:
        repeats.append(text in seen)
        seen.add(text)
    columns.add("is_repeat", repeats)
    columns.add("in_stated_body", _stated(blocks.texts, stated.body))


def _likeness(words: list[set[str]], text: str | None) -> list[float]:
    wanted = set((text or "").lower().split()[:_MOST_WORDS])
    return [len(wanted & own) / len(wanted | own) if wanted and own else 0.0 for own in words]


def _stated(texts: Sequence[str], body: str | None) -> list[float]:
    """The share of the runs of four words of each block that the page states as its articleBody; else a half."""
    if not body:
        return [0.5] * len(texts)
    known = set(_runs(body))
    shares = []
    for text in texts:
        runs = _runs(text)
        shares.append(sum(run in known for run in runs) / len(runs) if runs else 0.5)
    return shares


def _runs(text: str) -> list[tuple[str, ...]]:
    words = _WORD.findall(text)
    return list(zip(words, words[1:], words[2:], words[3:], strict=False))


def _add_neighbours(columns: _Columns) -> None:
    for name, reach in _NEIGHBOURS.items():
        values = columns.by_name[name]
        for step in range(1, reach + 1):
            missing = np.full(min(step, len(values)), -1.0, dtype=np.float32)
            columns.add(f"{name}-{step}", np.concatenate([missing, values[:-step]]))
            columns.add(f"{name}+{step}", np.concatenate([values[step:], missing]))
