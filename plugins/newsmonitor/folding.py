"""Text as terms see it: folded to one spelling, with the way back to the text as it was. Pure."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

# One character for one, so that offsets stay. The ё is written or not, and every editor has its own apostrophe.
_SAME = (
    ("ё", "е"), ("’", "'"), ("‘", "'"), ("ʼ", "'"), ("ʹ", "'"), ("′", "'"), ("`", "'"), ("\N{HYPHEN}", "-"),
    ("\N{NON-BREAKING HYPHEN}", "-"), ("\N{EN DASH}", "-"), ("\N{MINUS SIGN}", "-"), ("ς", "σ"),
)  # fmt: skip
# Letters with loose accents (decomposed text, stress marks) and characters without width. A text with none of
# them, nearly every one, needs no map of offsets.
_LOOSE = "\u0300\u0301\u0302\u0303\u0304\u0306\u0307\u0308\u030a\u030b\u030c\u0323\u0327\u0328"
_NO_WIDTH = "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"
_CLUSTER = re.compile(f"[{_NO_WIDTH}]|.[{_LOOSE}]*", re.DOTALL)
_MARKS = re.compile(f"[{_LOOSE}{_NO_WIDTH}]+")
_HALF = re.compile("[\ud800-\udfff]")
_SNIPPET = 160
_LONGEST = 200_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Folded:
    """A text in small letters and one spelling; `original` leads its offsets back."""

    text: str
    starts: Sequence[int] | None = None
    ends: Sequence[int] | None = None

    def original(self, start: int, end: int) -> tuple[int, int]:
        """Where text[start:end], which is not empty, stands in the text as it was."""
        if self.starts is None or self.ends is None:
            return start, end
        return self.starts[start], self.ends[end - 1]


def fold(text: str) -> Folded:
    """The text in small letters, with one apostrophe and one hyphen, ё as е and without loose accents."""
    # The only character whose small form is longer than itself.
    lowered = text.replace("İ", "I").lower()
    if any(mark in lowered for mark in _LOOSE + _NO_WIDTH):
        return _fold_clusters(lowered)
    return Folded(text=unify(lowered))


def quick_fold(text: str) -> str:
    """The text as fold gives it, without the way back: to see whether a text is worth more, which few are."""
    lowered = text.replace("İ", "I").lower()
    if lowered.isascii():
        # Of what is replaced only this is there.
        return lowered.replace("`", "'")
    if any(mark in lowered for mark in _LOOSE + _NO_WIDTH):
        lowered = _MARKS.sub("", unicodedata.normalize("NFC", lowered))
    return unify(lowered)


def unify(text: str) -> str:
    """The text with one apostrophe and one hyphen, and ё as е; of the same length."""
    for old, new in _SAME:
        text = text.replace(old, new)
    return text


def _fold_clusters(lowered: str) -> Folded:
    letters: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for cluster in _CLUSTER.finditer(lowered):
        if cluster[0] not in _NO_WIDTH:
            # и + breve is the letter й; у + acute has no letter of its own and is a stressed у.
            letters.append(unicodedata.normalize("NFC", cluster[0])[0] if len(cluster[0]) > 1 else cluster[0])
            starts.append(cluster.start())
            ends.append(cluster.end())
    return Folded(text=unify("".join(letters)), starts=starts, ends=ends)


@dataclass(frozen=True, kw_only=True)
class Part:
    """The title or the text of a story; folded once, for every topic."""

    name: str
    source: str

    @cached_property
    def quick(self) -> str:
        """The text as quick_fold gives it."""
        return quick_fold(self.source)

    @cached_property
    def folded(self) -> Folded:
        """The text as fold gives it."""
        return fold(self.source)

    def is_upper(self, at: int) -> bool:
        """Whether the letter at this offset of the folded text was a capital one."""
        start, _ = self.folded.original(at, at + 1)
        return self.source[start].isupper()


def parts_of(title: str | None, text: str | None) -> tuple[Part, ...]:
    """The title and the text of a story, those that are there; a text that is only the headline is left out.

    Of each the first 200,000 characters: no article has more, and a page made to be slow could.
    """
    if title and text and title.strip() == text.strip():
        text = None
    sources = (("title", title), ("text", text))
    return tuple(Part(name=name, source=source[:_LONGEST]) for name, source in sources if source)


def _encodable(text: str) -> str:
    """The text with halves of characters, which broken feeds have and no file takes, replaced."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return _HALF.sub("\N{REPLACEMENT CHARACTER}", text)
    return text


def snippet(source: str, start: int, end: int) -> str:
    """The words around source[start:end] on one line, 160 characters at most."""
    room = max(_SNIPPET - (end - start), 0) // 2
    left, right = max(start - room, 0), min(end + room, len(source))
    before, after = source[left:start], source[end:right]
    if left and " " in before:
        before = before.split(" ", 1)[1]
    if right < len(source) and " " in after:
        after = after.rsplit(" ", 1)[0]
    return _encodable(" ".join((before + source[start:end] + after).split())[:_SNIPPET])
