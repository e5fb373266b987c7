"""What changed between two versions of an article, and a diff of it that people can read. Pure: texts in, a Change out.

What no reader would call an edit is none: case, punctuation, white space, where paragraphs break and in which order
they stand, `1,500` for `1500`. For a page that is read a little otherwise than before moves its paragraphs far more
often than an editor does.

So the paragraphs that both versions have are set aside first. The words of the rest are compared as one run, and
a paragraph that was parted in two is no edit of its words.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, groupby

from rapidfuzz.distance import LCSseq

from newsmonitor.dedupe import normalise

# No article is as long; what stands behind is not compared.
_MOST_LETTERS = 100_000
# The bits that comparing takes, 8 MB of them. Of longer runs the one is shown as put in the place of the other.
_MOST_CELLS = 64_000_000
# Two texts on one matter share "in the" and "of"; so few words between two larger edits are no common ground.
_FEW_KEPT = 3
# Of what stayed as it was, so many words before and behind an edit are shown; of an edit, so many.
_CONTEXT = 8
_MOST_SHOWN = 200
_LONGEST_WORD = 100
_MOST_DIFF = 20_000
# In a longer edit, which is a passage written anew, the first number here need not be the first one there.
_MOST_EDITED = 6
_MOST_NUMBERS = 20
# Of so many words less than a third is left, and nearly nothing is new.
_FEWEST_CUT = 60
_LEFT = 1 / 3
_NEW = 0.1

# A number is one word with its thousands behind a blank, and with its percent sign behind one.
_WORD = re.compile(
    r"[^\s\d]{0,10}+\d{1,3}(?:[ ]\d{3}){1,5}+(?!\d)(?:[ ]?[%‰])?\S*+"
    r"|[^\s\d]{0,10}+[\d.,]{1,20}+[ ][%‰]\S*+"
    r"|\S++"
)
_NUMBER = re.compile(r"(?:(?<![\w.,])[-−])?\d++(?:[ .,:'’\u066b\u066c]\d++)*+(?:[ ]?[%‰])?")
_GROUPED = re.compile(r"([-−]?\d{1,3})((?:[ .,'’\u066c]\d{3})++)((?:[.,\u066b]\d++)?[%‰]?)")
_DECIMAL_MARKS = str.maketrans({",": ".", "\u066b": ".", "−": "-"} | {" ": None})
# Sites put them into words, to say where a line may break.
_UNSEEN = str.maketrans(dict.fromkeys("\u00ad\u200b\u200c\u200d\u2060\ufeff"))
_MARK = re.compile(r"([\[{])(?=[-+])|([-+])(?=[\]}])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """What a reader saw at one time; None is not known."""

    title: str | None
    text: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What differs between two versions; diff has a line for each changed paragraph, the headline's (`# `) first.

    is_cut_short: a small part of the text is left, and nearly nothing is new. That is a page that was read badly,
    or that asks for money, rather than an edit.
    """

    is_title_changed: bool
    added_count: int
    removed_count: int
    numbers: tuple[str, ...]
    diff: str
    is_cut_short: bool


@dataclass(frozen=True, slots=True)
class _Word:
    """A word as it stands there, what of it counts, and the place of its paragraph."""

    shown: str
    key: str
    paragraph: int


@dataclass(frozen=True, slots=True)
class _Run:
    """Words that stayed, in both versions; or the words of the one that stand where the other has its own."""

    is_kept: bool
    old: list[_Word]
    new: list[_Word]


def find_change(before: Version, after: Version) -> Change | None:
    """What changed, or None where a reader would see the same; what one of them does not know is not compared."""
    title, _ = _compared(before.title, after.title)
    text, count = _compared(before.text, after.text)
    is_title_changed = not all(run.is_kept for run in title)
    if not is_title_changed and all(run.is_kept for run in text):
        return None
    edits = [run for run in text if not run.is_kept]
    added, removed = sum(len(run.new) for run in edits), sum(len(run.old) for run in edits)
    headline, lines = _lines(title), _lines(text)
    return Change(
        is_title_changed=is_title_changed,
        added_count=added,
        removed_count=removed,
        numbers=tuple(dict.fromkeys(_numbers(chain(*headline, *lines))))[:_MOST_NUMBERS],
        diff=_joined(
            [
                *(f"# {_shown(line, context=_MOST_SHOWN)}" for line in headline),
                *(_shown(line, context=_CONTEXT) for line in lines),
            ]
        ),
        is_cut_short=_is_cut_short(count, added=added, removed=removed),
    )


def _is_cut_short(count: int, *, added: int, removed: int) -> bool:
    left = count - removed
    return count >= _FEWEST_CUT and left < _LEFT * count and added <= _NEW * left


def _compared(before: str | None, after: str | None) -> tuple[list[_Run], int]:
    """The runs of what is not the same paragraph in both, and the words of the version before."""
    if not before or not after or before == after:
        return [], 0
    keys: dict[str, str] = {}
    old, new = _paragraphs(before, keys), _paragraphs(after, keys)
    count = sum(map(len, old))
    # What a paragraph was parted into may be what another one says.
    if _flat(chain(*old)) == _flat(chain(*new)):
        return [], count
    return _runs(_less(old, new), _less(new, old)), count


def _paragraphs(text: str, keys: dict[str, str]) -> list[list[_Word]]:
    """The words of each paragraph that has any; keys remembers what was folded before."""
    found = []
    for place, line in enumerate(text[:_MOST_LETTERS].split("\n")):
        words: list[_Word] = []
        for shown in _WORD.findall(" ".join(line.split())):
            if (key := keys.get(shown)) is None:
                key = keys[shown] = _key(shown)
            if key:
                words.append(_Word(shown, key, place))
        if words:
            found.append(words)
    return found


def _key(word: str) -> str:
    """What of a word counts: its letters and its numbers, folded."""
    word = word.translate(_UNSEEN)
    numbers = [_value(number) for number in _NUMBER.findall(word)]
    return " ".join(filter(None, (normalise(_NUMBER.sub(" ", word)), *numbers)))


def _value(number: str) -> str:
    """A number in one spelling: Western digits, thousands not parted, a point before the decimals."""
    number = "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in number)
    if grouped := _GROUPED.fullmatch(number):
        number = grouped[1] + "".join(c for c in grouped[2] if c.isdecimal()) + grouped[3]
    return number.translate(_DECIMAL_MARKS)


def _less(some: Iterable[Sequence[_Word]], others: Iterable[Sequence[_Word]]) -> list[_Word]:
    """The words of those paragraphs that the others do not have, or not as often."""
    there = Counter(_flat(words) for words in others)
    left: list[_Word] = []
    for words in some:
        if there[flat := _flat(words)]:
            there[flat] -= 1
        else:
            left += words
    return left


def _flat(words: Iterable[_Word]) -> str:
    return " ".join(word.key for word in words)


def _runs(old: list[_Word], new: list[_Word]) -> list[_Run]:
    """The two runs of words as what stayed and what did not, in turns."""
    numbers: dict[str, int] = {}
    one, other = ([numbers.setdefault(word.key, len(numbers)) for word in words] for words in (old, new))
    start, end = _common(one, other)
    inner_old, inner_new = old[start : len(old) - end], new[start : len(new) - end]
    runs = [_Run(True, old[:start], new[:start])]
    if len(inner_old) * len(inner_new) > _MOST_CELLS:
        runs.append(_Run(False, inner_old, inner_new))
    else:
        codes = LCSseq.opcodes(one[start : len(one) - end], other[start : len(other) - end])
        for is_kept, group in groupby(codes, lambda code: code.tag == "equal"):
            steps = list(group)
            first, last = steps[0], steps[-1]
            runs.append(
                _Run(
                    is_kept,
                    inner_old[first.src_start : last.src_end],
                    inner_new[first.dest_start : last.dest_end],
                )
            )
    runs.append(_Run(True, old[len(old) - end :], new[len(new) - end :]))
    return [run for run in runs if run.old or run.new]


def _common(one: Sequence[int], other: Sequence[int]) -> tuple[int, int]:
    """How many items two lists have in common at their beginnings, and then at their ends."""
    most = min(len(one), len(other))
    start = next((place for place in range(most) if one[place] != other[place]), most)
    left = most - start
    end = next((place for place in range(left) if one[-1 - place] != other[-1 - place]), left)
    return start, end


def _lines(runs: Iterable[_Run]) -> list[list[_Run]]:
    """The runs of each paragraph that has an edit, in the order of the new text."""
    lines: dict[tuple[str, int], list[_Run]] = {}
    here = _new_places(runs)
    for run in runs:
        if run.is_kept:
            for old, new in zip(run.old, run.new, strict=True):
                here[old.paragraph] = new.paragraph
                _add(lines, ("new", new.paragraph), _Run(True, [old], [new]))
            continue
        is_one_for_one = len({w.paragraph for w in run.old}) == len({w.paragraph for w in run.new}) == 1
        instead = run.new[0].paragraph if is_one_for_one else None
        for word in run.old:
            place = here.get(word.paragraph, instead)
            tag = ("old", word.paragraph) if place is None else ("new", place)
            _add(lines, tag, _Run(False, [word], []))
        for word in run.new:
            _add(lines, ("new", word.paragraph), _Run(False, [], [word]))
    edited = [line for line in lines.values() if not all(run.is_kept for run in line)]
    return [_tidied(line) for line in edited]


def _new_places(runs: Iterable[_Run]) -> dict[int, int]:
    """In which new paragraph the first of an old one's words is that stayed: there its removed words are shown."""
    places: dict[int, int] = {}
    for run in runs:
        if run.is_kept:
            for old, new in zip(run.old, run.new, strict=True):
                places.setdefault(old.paragraph, new.paragraph)
    return places


def _add(lines: dict[tuple[str, int], list[_Run]], tag: tuple[str, int], run: _Run) -> None:
    line = lines.setdefault(tag, [])
    if line and line[-1].is_kept == run.is_kept:
        line[-1].old.extend(run.old)
        line[-1].new.extend(run.new)
    else:
        line.append(run)


def _tidied(line: Sequence[_Run]) -> list[_Run]:
    """The line with the little that stayed by chance as part of the edits around it."""
    edits = [run for run in line if not run.is_kept]
    kept = [len(run.new) for run in line if run.is_kept]
    least = min(sum(len(run.old) for run in edits), sum(len(run.new) for run in edits))
    if sum(kept) < least and max(kept, default=0) <= _FEW_KEPT:
        return [_merged(line)]
    tidy: list[_Run] = []
    for run in line:
        tidy.append(run)
        while len(tidy) >= 3 and not run.is_kept and _is_chance(*tidy[-3:]):
            tidy[-3:] = [_merged(tidy[-3:])]
    return tidy


def _is_chance(first: _Run, kept: _Run, last: _Run) -> bool:
    size = min(max(len(run.old), len(run.new)) for run in (first, last))
    return len(kept.new) <= _FEW_KEPT and len(kept.new) < size


def _merged(runs: Iterable[_Run]) -> _Run:
    return _Run(False, [w for run in runs for w in run.old], [w for run in runs for w in run.new])


def _numbers(runs: Iterable[_Run]) -> Iterator[str]:
    """Each number that another one stands for now."""
    for run in runs:
        if run.is_kept or max(len(run.old), len(run.new)) > _MOST_EDITED:
            continue
        old, new = (
            [n for word in words for n in _NUMBER.findall(word.shown)] for words in (run.old, run.new)
        )
        if len(old) == len(new):
            yield from (
                f"{_short(one)} → {_short(other)}"
                for one, other in zip(old, new, strict=True)
                if _value(one) != _value(other)
            )


def _shown(line: Sequence[_Run], *, context: int) -> str:
    """A paragraph with its removed words in [- -] and its added ones in {+ +}; of the others those around an edit."""
    parts = []
    for place, run in enumerate(line):
        if run.is_kept:
            words = [_short(word.shown) for word in run.new]
            parts.append(_around(words, context, is_first=place == 0, is_last=place == len(line) - 1))
        else:
            removed = f"[-{_some(run.old)}-]" if run.old else ""
            added = f"{{+{_some(run.new)}+}}" if run.new else ""
            parts.append(f"{removed}{added}")
    return " ".join(parts)


def _some(words: Sequence[_Word]) -> str:
    return " ".join([_short(word.shown) for word in words[:_MOST_SHOWN]] + ["…"] * (len(words) > _MOST_SHOWN))


def _around(words: Sequence[str], context: int, *, is_first: bool, is_last: bool) -> str:
    """What is shown of words that stayed: their end before an edit, their beginning behind one."""
    head, tail = 0 if is_first else context, 0 if is_last else context
    if len(words) <= head + tail:
        return " ".join(words)
    return " ".join([*words[:head], "…", *words[len(words) - tail :]])


def _short(word: str) -> str:
    """A word to be shown: not endless, and with no marks of its own that would look like ours."""
    word = _MARK.sub(lambda mark: f"{mark[0]} ", word)
    return word if len(word) <= _LONGEST_WORD else f"{word[:_LONGEST_WORD]}…"


def _joined(lines: Iterable[str]) -> str:
    diff = "\n".join(lines)
    return diff if len(diff) <= _MOST_DIFF else f"{diff[:_MOST_DIFF]} …"
