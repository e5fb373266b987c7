"""Every term of a topic in a story, and how far they stand from each other. Pure."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from newsmonitor.folding import Part
from newsmonitor.terms import Matcher, Term, Word

_WORD = re.compile(r"[^\W_]+")
# Not behind an initial, or a letter of "U.S.".
_SENTENCE_END = re.compile(r"""[^\W\d_]{2}[.!?…]+["'»”)\]]*\s""")


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """What a term stands for: its kind, and the number of its owner in the list of that kind."""

    kind: str
    owner: int
    term: Term


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A term found: offsets in the folded part; words are counted from the story's first, title before text.

    Sentences are counted in the part.
    """

    number: int
    meaning: Meaning
    part: Part
    start: int
    end: int
    word: int
    last_word: int
    word_in_part: int
    sentence: int

    @property
    def kind(self) -> str:
        return self.meaning.kind

    @property
    def owner(self) -> int:
        return self.meaning.owner

    @property
    def order(self) -> tuple[bool, int, int, int]:
        return (self.part.name != "title", self.start, self.end, self.number)


def scan(
    parts: Iterable[Part],
    matcher: Matcher,
    meanings: Sequence[Meaning],
    cased: Mapping[int, tuple[Word, ...]],
) -> tuple[list[Found], dict[str, int]]:
    """Every term in the parts, and the number of words of each part; the matcher numbers terms as `meanings` does.

    `cased` has the words of those terms whose capital letters count.
    """
    found = []
    words: dict[str, int] = {}
    before = 0
    for part in parts:
        starts = [match.start() for match in _WORD.finditer(part.folded.text)]
        ends = [match.start() for match in _SENTENCE_END.finditer(part.folded.text)]
        for number, start, end, spans in matcher.find(part.folded.text):
            if number in cased and not _is_cased(part, cased[number], spans):
                continue
            word = bisect_right(starts, start) - 1
            found.append(
                Found(
                    number=number,
                    meaning=meanings[number],
                    part=part,
                    start=start,
                    end=end,
                    word=before + word,
                    last_word=before + bisect_left(starts, end) - 1,
                    word_in_part=word,
                    sentence=bisect_left(ends, start),
                )
            )
        words[part.name] = len(starts)
        before += len(starts)
    return found, words


def _is_cased(part: Part, words: Sequence[Word], spans: Sequence[tuple[int, int]]) -> bool:
    return all(word.is_cased_in(part, *span) for word, span in zip(words, spans, strict=True))


def without_doubles(found: Iterable[Found]) -> list[Found]:
    """The terms in order; where several of a kind begin at one word only the longest: Ukrain*, not ukrainas."""
    kept: dict[tuple[object, ...], Found] = {}
    for each in sorted(found, key=lambda each: (each.start - each.end, each.order)):
        # One word is one piece of context, whichever list has it; but it may be a sign of two senses.
        group = None if each.kind == "context" else each.owner
        kept.setdefault((each.kind, group, each.part.name, each.start), each)
    return sorted(kept.values(), key=lambda each: each.order)


def word_distance(words: Sequence[int], word: int) -> float:
    """How many words away the nearest of these sorted word numbers is; infinite where there is none."""
    at = bisect_left(words, word)
    return min((abs(near - word) for near in words[max(at - 1, 0) : at + 1]), default=float("inf"))


def within(found: Sequence[Found], words: Sequence[int], word: int, reach: int) -> Sequence[Found]:
    """Those of `found`, whose word numbers are the sorted `words`, that stand within so many words of `word`."""
    return found[bisect_left(words, word - reach) : bisect_right(words, word + reach)]
