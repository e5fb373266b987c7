"""Recognise copies, in stages: same address, same text, near copy, headline. Pure: articles in, verdicts out."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256

import numpy as np
from numpy.typing import NDArray

from newsmonitor.headlines import Headline, Headlines
from newsmonitor.likeness import FLASH_WORDS, RECURS_AFTER, Likeness, Reading, compare, read
from newsmonitor.shingles import Ids, fold

#: A stored or known text is compared if it shares so many of its sampled numbers, and this part of them...
LEAST_SHARED = 2
PART_SHARED = 0.1
#: ...and is among so many that share most.
MOST_COMPARED = 30

# A shorter text ("Read more", "Watch live") says nothing about what it is a copy of.
_LEAST_WORDS = 8
_NOT_A_WORD = re.compile(r"[\W_]+")
# What stands in so many unrelated stories is a footer, a credit, an agency's background: it proves nothing,
_COMMON_GROUPS = 4
# unless it is all there is: then those stories are the same, and were taken for several.
_SURE = 0.9


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a story repeats: nothing (copy_of is None), another story, or a seed document; and how much of it."""

    group_id: str
    copy_of: str | None = None
    copy_kind: str | None = None
    similarity: float | None = None
    shared_share: float | None = None
    kept_share: float | None = None
    added_count: int | None = None
    added_text: str | None = None
    similar_id: str | None = None
    fingerprint: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """What is judged: a story's id, the keys of its addresses, its text, and when it was published."""

    story_id: str
    url_keys: tuple[str, ...]
    text_sha256: str | None
    reading: Reading
    at: datetime
    # What a feed says in its stead ("Follow our live coverage") may be said of many: it links no groups.
    has_page_text: bool = True

    @property
    def is_flash(self) -> bool:
        """Whether its text is so short that it may be given out again, word for word."""
        return len(self.reading.ids) < FLASH_WORDS


@dataclass(frozen=True, slots=True, kw_only=True)
class Flash:
    """Who gave out a flash, when, and the group it is in."""

    group_id: str
    outlet: str
    at: datetime


@dataclass(slots=True)
class Flashes:
    """The flashes that are known, by the hash of their text."""

    _known: dict[str, list[Flash]] = field(default_factory=lambda: defaultdict(list))

    def add(self, text_sha256: str, flash: Flash) -> None:
        """Know one more."""
        self._known[text_sha256].append(flash)

    def group_of(self, article: Article) -> str | None:
        """The group whose flash this is; its own where its outlet gave it out before; None where nobody did.

        That of the latest with these words: an outlet that comes late joins it, but one that is in it since two
        hours tells of something new.
        """
        known = self._known.get(article.text_sha256 or "")
        if not known:
            return None
        group = max(known, key=lambda flash: flash.at).group_id
        recurs = any(
            flash.outlet == article.reading.outlet and abs(article.at - flash.at) >= RECURS_AFTER
            for flash in known
            if flash.group_id == group
        )
        return article.story_id if recurs else group


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A text that later ones may repeat: that of a group's first story, or (at is None) a seed document."""

    group_id: str
    reading: Reading
    at: datetime | None


def fingerprint_of(article: Article) -> tuple[int, ...]:
    """The sample of its text by which later copies find it."""
    return tuple(article.reading.sample.tolist())


def normalise(text: str) -> str:
    """The text as its words only: case, punctuation, white space and compatibility forms folded (NFKC)."""
    return _NOT_A_WORD.sub(" ", fold(text)).strip()


def text_hash(text: str | None, title: str | None = None) -> str | None:
    """The SHA-256 of the normalised text, or None where it is too short to prove that two stories are one."""
    words = normalise(text or "")
    count = words.count(" ") + 1 if words else 0
    if count < _LEAST_WORDS:
        return None
    if count < FLASH_WORDS:
        # A flash of one sentence is a copy only if its headline is the same too.
        words = f"{normalise(title or '')}\n{words}"
    return sha256(words.encode("utf-8", "replace")).hexdigest()


@dataclass(slots=True)
class Shelf:
    """Known texts in memory, found by their fingerprints as those in the tables are."""

    _known: list[Known] = field(default_factory=list)
    _sizes: list[int] = field(default_factory=list)
    _by_number: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))

    def add(self, known: Known) -> None:
        """Know one more; a text that is too short is never found."""
        numbers = known.reading.sample.tolist()
        for number in numbers:
            self._by_number[number].append(len(self._known))
        self._known.append(known)
        self._sizes.append(len(numbers))

    def alike(self, numbers: NDArray[np.uint32]) -> list[Known]:
        """Those that share enough with the numbers of a text, the likest first."""
        shared: dict[int, int] = defaultdict(int)
        if self._known:
            for number in numbers.tolist():
                for place in self._by_number.get(number, ()):
                    shared[place] += 1
        enough = [
            (-count / self._sizes[place], -count, place)
            for place, count in shared.items()
            if count >= max(LEAST_SHARED, PART_SHARED * self._sizes[place])
        ]
        return [self._known[place] for *_, place in sorted(enough)[:MOST_COMPARED]]


@dataclass(slots=True, kw_only=True)
class Corpus:
    """The seed documents: by the hash of their texts, and on a shelf."""

    texts: dict[str, str] = field(default_factory=dict)
    shelf: Shelf = field(default_factory=Shelf)


def known_corpus(documents: Iterable[tuple[str, str, str | None]]) -> Corpus:
    """The seed corpus from (document_id, text, title); of two equal texts the first counts."""
    corpus = Corpus()
    for document_id, text, title in documents:
        for key in (text_hash(text), text_hash(text, title)):
            if key is not None:
                corpus.texts.setdefault(key, document_id)
        corpus.shelf.add(Known(group_id=document_id, reading=read(title, text), at=None))
    return corpus


@dataclass(slots=True, kw_only=True)
class Register:
    """Everything known so far: the group of each address and of each text, and the seed corpus.

    Stories are judged in order; each one that is no copy is known to those that follow.
    """

    urls: dict[str, str] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    flashes: Flashes = field(default_factory=Flashes)
    corpus: Corpus = field(default_factory=Corpus)
    headlines: Headlines = field(default_factory=Headlines)
    batch: Shelf = field(default_factory=Shelf)

    def judge(self, article: Article, stored: Sequence[Known] = ()) -> Verdict:
        """What this story repeats: the address decides, then the seed corpus, then the same text, then near copies.

        stored are the first stories of groups in the tables that may be like it.
        """
        verdict = self._judge(article, stored)
        for key in article.url_keys:
            # The announced address stands for the story too: it may redirect to the one the page has.
            self.urls.setdefault(key, verdict.group_id)
        if verdict.copy_of is None:
            self.keep(article)
        else:
            self._know_text(article, verdict.group_id)
        return verdict

    def keep(self, article: Article) -> None:
        """Know the text and the headline of a story that begins a group."""
        self.batch.add(Known(group_id=article.story_id, reading=article.reading, at=article.at))
        self.headlines.add(_headline(article))
        self._know_text(article, article.story_id)

    def _know_text(self, article: Article, group_id: str) -> None:
        if article.text_sha256 is None:
            return
        if article.is_flash:
            flash = Flash(group_id=group_id, outlet=article.reading.outlet, at=article.at)
            self.flashes.add(article.text_sha256, flash)
        else:
            self.texts.setdefault(article.text_sha256, group_id)

    def _judge(self, article: Article, stored: Sequence[Known]) -> Verdict:
        if (found := self.by_url(article)) is not None:
            return Verdict(group_id=found, copy_of=found, copy_kind="url", similarity=1.0)
        return self.by_text(article, stored) or self._alone(article)

    def by_url(self, article: Article) -> str | None:
        """The group of the story that has one of its addresses; None where none has."""
        return next((self.urls[key] for key in article.url_keys if key in self.urls), None)

    def by_text(self, article: Article, stored: Sequence[Known]) -> Verdict | None:
        """What the text of this story repeats, its address apart; None where it repeats nothing."""
        for kind, texts in (("seed", self.corpus.texts), ("exact", self.texts)):
            if article.text_sha256 is not None and (group := texts.get(article.text_sha256)):
                return _whole(group, kind)
        if article.is_flash and (group := self.flashes.group_of(article)):
            return _whole(group, "exact") if group != article.story_id else None
        numbers = article.reading.asked
        candidates = {
            known.group_id: known
            for known in (*self.corpus.shelf.alike(numbers), *stored, *self.batch.alike(numbers))
        }
        return _nearest(article, list(candidates.values()))

    def _alone(self, article: Article) -> Verdict:
        similar_id, similarity = self.headlines.nearest(_headline(article)) or (None, None)
        return Verdict(
            group_id=article.story_id,
            copy_kind="headline" if similar_id else None,
            similar_id=similar_id,
            similarity=similarity,
            fingerprint=fingerprint_of(article),
        )


def _whole(group: str, kind: str) -> Verdict:
    return Verdict(
        group_id=group,
        copy_of=group,
        copy_kind=kind,
        similarity=1.0,
        shared_share=1.0,
        kept_share=1.0,
        added_count=0,
    )


def _nearest(article: Article, candidates: Sequence[Known]) -> Verdict | None:
    """The verdict by the likest of the candidates that the story is a copy of; of equals the first.

    Of flashes that are equally like it, the nearest in time: they are given out again.
    """
    common = _common(candidates)
    best: tuple[tuple[float, float], Known, Likeness] | None = None
    for known in candidates:
        days = abs((article.at - known.at).total_seconds()) / 86400 if known.at else 0.0
        likeness = _compared(article, known, days, common)
        rank = (likeness.similarity, -days if article.is_flash else 0.0)
        if likeness.is_copy and (best is None or rank > best[0]):
            best = rank, known, likeness
    if best is None:
        return None
    _, known, likeness = best
    return Verdict(
        group_id=known.group_id,
        copy_of=known.group_id,
        copy_kind="seed" if known.at is None else "near",
        similarity=likeness.similarity,
        shared_share=likeness.shared_share,
        kept_share=likeness.kept_share,
        added_count=likeness.added_count,
        added_text=likeness.added_text,
    )


def _compared(article: Article, known: Known, days: float, common: Ids) -> Likeness:
    likeness = compare(article.reading, known.reading, days_apart=days)
    if len(common) and likeness.similarity < _SURE:
        return compare(article.reading, known.reading, days_apart=days, common=common)
    return likeness


def _common(candidates: Sequence[Known]) -> Ids:
    """The hashes of the triples that so many of these, which are unlike each other, have in common."""
    if len(candidates) < _COMMON_GROUPS:
        return np.zeros(0, np.uint64)
    hashes, counts = np.unique(
        np.concatenate([known.reading.distinct for known in candidates]), return_counts=True
    )
    return hashes[counts >= _COMMON_GROUPS]


def _headline(article: Article) -> Headline:
    return Headline(story_id=article.story_id, title=article.reading.title, at=article.at)
