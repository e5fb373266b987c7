"""Headlines that are nearly the same: a hint that two stories tell of one thing, and no more than that. Pure.

Of Russian headlines that people called paraphrases, no measure finds half at a precision of .95; letter triples did
best of seven. So only near-identity is told, and within a day.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from newsmonitor.shingles import ids_of, numbers_among, words

#: So far apart two stories with nearly one headline may be.
WITHIN = timedelta(days=1)
_LEAST = 0.63
# "Watch live", "Morning briefing" stand over everything.
_FEWEST_WORDS, _FEWEST_LETTERS = 4, 20
# Of the words of a headline, those that more others have are no way to find its like.
_MOST_WITH_WORD = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Headline:
    """The headline of a story, and when it was published."""

    story_id: str
    title: str
    at: datetime


@dataclass(frozen=True, slots=True)
class _Known:
    headline: Headline
    words: list[str]

    def share(self, found: list[str]) -> float:
        """The share of letter triples that its words have in common with others; 0 where a number differs.

        Made when it is asked for: of the headlines of two days hardly one is compared.
        """
        if set(numbers_among(self.words)) != set(numbers_among(found)):
            return 0.0
        mine, theirs = _triples(self.words), _triples(found)
        return len(mine & theirs) / len(mine | theirs)


@dataclass(slots=True, kw_only=True)
class Headlines:
    """The headlines that are known, found by their words."""

    _by_word: dict[int, list[_Known]] = field(default_factory=lambda: defaultdict(list))

    def add(self, headline: Headline) -> None:
        """Know one more; one of a few words is passed over."""
        found = words(headline.title)
        if _is_telling(found):
            known = _Known(headline, found)
            for word in set(ids_of(found).tolist()):
                self._by_word[word].append(known)

    def nearest(self, headline: Headline) -> tuple[str, float] | None:
        """The story with the likest headline within a day, and the share of letter triples that both have.

        None where none has .63 of all, or where the numbers differ: "day 435", "day 436".
        """
        found = words(headline.title)
        if not _is_telling(found):
            return None
        best = None
        for known in self._sharing_words(found):
            if abs(known.headline.at - headline.at) > WITHIN:
                continue
            share = known.share(found)
            if share >= _LEAST and (best is None or share > best[1]):
                best = (known.headline.story_id, share)
        return best

    def _sharing_words(self, found: list[str]) -> list[_Known]:
        """Those that share half of the words at least, in order of time."""
        ids = set(ids_of(found).tolist())
        lists = [known for word in ids if 0 < len(known := self._by_word.get(word, [])) <= _MOST_WITH_WORD]
        counts = Counter(id(known) for each in lists for known in each)
        least = max(len(lists) / 2, 1)
        unique = {id(known): known for each in lists for known in each}
        return sorted(
            (known for name, known in unique.items() if counts[name] >= least),
            key=lambda known: (known.headline.at, known.headline.story_id),
        )


def _is_telling(found: list[str]) -> bool:
    return len(found) >= _FEWEST_WORDS and sum(map(len, found)) >= _FEWEST_LETTERS


def _triples(found: list[str]) -> frozenset[str]:
    line = f" {' '.join(found)} "
    return frozenset(line[place : place + 3] for place in range(len(line) - 2))
