"""Terms: phrases with all their forms, and many of them found in one pass. Pure.

A term is a phrase of words. `word` is that word, `word*` any ending, `word~` all inflected forms: a `~` inflects
its own word and those before it, back to the `~` before. `=Word` wants capital and small letters as written; a word
of capitals only (POW) wants capitals without being told.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from ahocorasick_rs import BytesAhoCorasick, Implementation

from newsmonitor.folding import Part, fold, unify
from newsmonitor.inflection import INFLECTED_LANGUAGES, inflect

# Between the words of a phrase: white space, quotes (the ship "Alba"), a hyphen; not a full stop.
_GAP_SIGNS, _LONGEST_GAP = r"""[\s"'«»„“”\-]""", 3
_GAP = re.compile(f"{_GAP_SIGNS}{{1,{_LONGEST_GAP}}}")
_GAP_SIGN = re.compile(_GAP_SIGNS)
_LETTERS = re.compile(r"[^\W_]*")
_LAST_LETTERS = re.compile(r"[^\W_]*$")
_SHORTEST_PREFIX = 2
# Words below this are prepositions more often than not.
_TELLING_LENGTH = 4
# Chinese, Japanese and Thai put no space between words.
_UNSPACED = re.compile("[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """A term as the file has it, and its language (xx: any); `is_cased`: its capital letters must be capital."""

    text: str
    language: str
    is_cased: bool = False

    def words(self) -> "tuple[Word, ...]":
        """The words of the term with all their forms; check_term must have passed it."""
        return parse_term(self.text, self.language, is_cased=self.is_cased)


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """One word of a term: the forms it may take; `is_open` lets any ending follow.

    `cased` is the word as written where its capital letters count; `is_exact`: its small ones too.
    """

    forms: frozenset[str]
    is_open: bool
    lengths: tuple[int, ...]
    cased: str | None = None
    is_exact: bool = False

    def end_in(self, text: str, start: int) -> int | None:
        """The end of this word where it stands at `start`, else None."""
        for length in self.lengths:
            # At the end of the text a slice is shorter than it was asked to be.
            if start + length <= len(text) and text[start : start + length] in self.forms:
                end = _end_of(text, start + length, self.is_open)
                if end is not None:
                    return end
        return None

    def start_in(self, text: str, end: int) -> int | None:
        """The start of this word where it ends at `end`, else None."""
        if self.is_open:
            start = end
            while start and text[start - 1].isalnum():
                start -= 1
            return start if self.end_in(text, start) == end else None
        for length in self.lengths:
            start = end - length
            if start >= 0 and text[start:end] in self.forms and _begins(text, start):
                return start
        return None

    def is_cased_in(self, part: Part, start: int, end: int) -> bool:
        """Whether the capital letters of part.folded[start:end] are as written.

        A text in capitals has all of them, and the first word of a sentence its first.
        """
        if self.cased is None:
            return True
        written = self.cased[: end - start]
        given = [part.is_upper(start + at) for at in range(len(written))]
        letters = [at for at, char in enumerate(written) if char.isalpha()]
        if len(letters) > 1 and all(given[at] for at in letters):
            return True
        wrong = [
            at for at in letters if given[at] != written[at].isupper() and (self.is_exact or not given[at])
        ]
        return not wrong or (wrong == [0] and given[0] and _begins_sentence(part.folded.text, start))


def _begins_sentence(text: str, start: int) -> bool:
    """Whether the word here is the first of a sentence, of a line or of a quotation."""
    before = text[max(start - 4, 0) : start].rstrip(" \t")
    return not before or not (before[-1].isalnum() or before[-1] in ",-()'")


def check_term(term: str, language: str) -> tuple[str, str] | None:
    """What is wrong with a term as written, and the mend; None where it can be used."""
    words = term.split()
    if not words:
        return "an empty term", "write a word or delete it"
    for word in words:
        inner = word.removeprefix("=")
        bare = inner.rstrip("*~")
        if len(inner) - len(bare) > 1 or any(sign in bare for sign in "*~="):
            return (
                f'"{term}": = stands at the beginning of a word, * or ~ once at its end',
                "write =word, word*, word~",
            )
        if not bare or not (bare[0].isalnum() and (bare[-1].isalnum() or bare.endswith("-"))):
            return f'"{term}": "{word}" does not begin and end with a letter or digit', "take the signs away"
        if word.endswith("*") and len(bare) < _SHORTEST_PREFIX:
            return f'"{term}": one letter and * is nearly every word', "write more letters before *"
        if word.endswith("~") and language not in INFLECTED_LANGUAGES:
            known = ", ".join(INFLECTED_LANGUAGES)
            return f'"{term}": word~ works for {known} only', "list the forms, or write word*"
    return None


def parse_term(term: str, language: str, *, is_cased: bool = False) -> tuple[Word, ...]:
    """The words of a term that check_term has passed, with all their forms; is_cased: as in Term."""
    words = term.split()
    last_inflected = max((at for at, word in enumerate(words) if word.endswith("~")), default=-1)
    parsed = []
    for at, word in enumerate(words):
        bare = word.removeprefix("=").rstrip("*~")
        folded = fold(bare).text
        forms = inflect(folded, language, in_phrase=len(words) > 1) if at <= last_inflected else {folded}
        with_plain = frozenset(plain for form in forms for plain in (form, _without_accents(form)))
        parsed.append(
            Word(
                forms=with_plain,
                is_open=word.endswith("*"),
                lengths=tuple(sorted({len(form) for form in with_plain}, reverse=True)),
                cased=unify(bare) if is_cased or word.startswith("=") or _is_acronym(bare) else None,
                is_exact=word.startswith("="),
            )
        )
    return tuple(parsed)


def _is_acronym(word: str) -> bool:
    return len(word) > 1 and word.isalpha() and word.isupper()


def _without_accents(word: str) -> str:
    """Zelenský as Zelensky, since headlines drop accents; Cyrillic is left alone, where й is a letter."""
    if word.isascii() or not all(char < "\u0250" or "\u1e00" <= char < "\u1f00" for char in word):
        return word
    split = unicodedata.normalize("NFD", word).translate({ord("ł"): "l", ord("ø"): "o", ord("đ"): "d"})
    return "".join(char for char in split if not unicodedata.combining(char))


class Hit(NamedTuple):
    """One term found, by its number; the offsets count in the folded text. `spans` are those of its words."""

    term: int
    start: int
    end: int
    spans: tuple[tuple[int, int], ...]


class _Entry(NamedTuple):
    """A term by one of its words, and the words before and after that."""

    term: int
    key: Word
    before: tuple[Word, ...]
    after: tuple[Word, ...]


class _Neighbour(NamedTuple):
    """The word beside a key word: after it or before it, and the letters it may have next to the gap."""

    is_next: bool
    letters: frozenset[str]

    @classmethod
    def of(cls, entry: _Entry) -> "_Neighbour | None":
        """That of a term of several words; None where each has any ending, and must be tried."""
        if entry.after and not entry.after[0].is_open:
            found = {_LETTERS.match(form)[0] for form in entry.after[0].forms}  # type: ignore[index]
            return cls(True, frozenset(found))
        if entry.before and not entry.before[-1].is_open:
            found = {_LAST_LETTERS.search(form)[0] for form in entry.before[-1].forms}  # type: ignore[index]
            return cls(False, frozenset(found))
        return None


class _Entries:
    """The terms that one key word may belong to, found by the word that must stand beside it."""

    def __init__(self) -> None:
        self.alone: list[_Entry] = []
        # By the letters that the neighbour has next to the gap; neighbours with any ending are tried one by one.
        self.by_next: defaultdict[str, list[_Entry]] = defaultdict(list)
        self.by_last: defaultdict[str, list[_Entry]] = defaultdict(list)
        self.others: list[_Entry] = []

    def add(self, entry: _Entry, neighbour: _Neighbour | None) -> None:
        """Take in a term, and the letters that its neighbour may have next to the gap."""
        if not entry.before and not entry.after:
            self.alone.append(entry)
        elif neighbour is None:
            self.others.append(entry)
        else:
            by_letters = self.by_next if neighbour.is_next else self.by_last
            for letters in neighbour.letters:
                by_letters[letters].append(entry)

    def beside(self, text: str, start: int, end: int) -> Iterator[_Entry]:
        """The terms of several words that may stand where the key word is text[start:end]."""
        yield from self.others
        if self.by_next and (gap := _GAP.match(text, end)):
            yield from self.by_next.get(_LETTERS.match(text, gap.end())[0], ())  # type: ignore[index]
        if self.by_last and (stop := _gap_start(text, start)) is not None:
            begin = stop
            while begin and text[begin - 1].isalnum():
                begin -= 1
            yield from self.by_last.get(text[begin:stop], ())


class Matcher:
    """Finds many terms in one pass (Aho-Corasick over the forms of one word of each).

    Not always the first word: "front de Koursk" is looked for where "koursk" stands, which is seldom; and none of the
    `common` words, where there is another one.
    """

    def __init__(self, terms: Iterable[tuple[int, tuple[Word, ...]]], *, common: Iterable[Word] = ()) -> None:
        numbered = list(terms)
        usual = _Usual(common)
        alone = {form for _, words in numbered if len(words) == 1 for form in words[0].forms}
        keys: defaultdict[str, _Entries] = defaultdict(_Entries)
        for number, words in numbered:
            at = _key_word(words, alone, usual)
            entry = _Entry(number, words[at], words[:at], words[at + 1 :])
            neighbour = _Neighbour.of(entry)
            for form in sorted(words[at].forms):
                keys[form].add(entry, neighbour)
        self._entries = list(keys.values())
        self._lengths = [len(key) for key in keys]
        # The DFA is the fastest of the engines measured; over bytes, for a text of other letters than ASCII is
        # translated for it anyway, in twice the time that Python takes.
        self._automaton = (
            BytesAhoCorasick([key.encode() for key in keys], implementation=Implementation.DFA)
            if keys
            else None
        )

    def _keys_in(self, text: str) -> Iterator[tuple[int, int, int]]:
        """Number, start and end of every key in the text, whole word or not, in order of the ends."""
        if self._automaton is None:
            return
        # Halves of characters, which broken feeds have, are one sign, as all that the offsets count.
        data = text.encode("utf-8", "replace")
        hits = self._automaton.find_matches_as_indexes(data, overlapping=True)
        read, end = 0, 0
        for key, _, stop in hits:
            end += stop - read if len(data) == len(text) else len(data[read:stop].decode())
            read = stop
            yield key, end - self._lengths[key], end

    def find(self, text: str) -> Iterator[Hit]:
        """Every term that stands as whole words in a folded text, by place of its key word; hits may overlap."""
        for key, start, end in self._keys_in(text):
            if not _begins(text, start):
                continue
            entries = self._entries[key]
            closed, opened = _end_of(text, end, False), None
            for entry in entries.alone:
                stop = closed
                if entry.key.is_open:
                    opened = stop = opened or _end_of(text, end, True)
                if stop is not None:
                    yield Hit(entry.term, start, stop, ((start, stop),))
            for entry in entries.beside(text, start, _LETTERS.match(text, end).end()):  # type: ignore[union-attr]
                stop = _end_of(text, end, entry.key.is_open)
                if stop is not None and (spans := _spans(text, entry, start, stop)) is not None:
                    yield Hit(entry.term, spans[0][0], spans[-1][1], spans)


class _Usual:
    """The words that stand in many a story, by the forms of terms that find them."""

    def __init__(self, words: Iterable[Word]) -> None:
        self.closed: set[str] = set()
        self.opened: set[str] = set()
        for word in words:
            (self.opened if word.is_open else self.closed).update(word.forms)

    def __contains__(self, word: Word) -> bool:
        shortest = min(word.forms, key=len)
        if len(shortest) < _TELLING_LENGTH:
            return True
        heads = (shortest[:end] for end in range(2, len(shortest) + 1))
        return bool(word.forms & self.closed) or any(head in self.opened for head in heads)


def _key_word(words: Sequence[Word], alone: set[str], usual: _Usual) -> int:
    """The number of the word to look for: one that is looked for anyway, else the longest that is not usual."""
    for at, word in enumerate(words):
        if word.forms <= alone:
            return at
    return max(range(len(words)), key=lambda at: (words[at] not in usual, words[at].lengths[-1], at))


def _spans(text: str, entry: _Entry, start: int, end: int) -> tuple[tuple[int, int], ...] | None:
    """Where the words of a term stand whose key word is text[start:end]; None where one is missing."""
    spans = [(start, end)]
    for word in reversed(entry.before):
        stop = _gap_start(text, spans[0][0])
        begin = word.start_in(text, stop) if stop is not None else None
        if begin is None or stop is None:
            return None
        spans.insert(0, (begin, stop))
    for word in entry.after:
        gap = _GAP.match(text, spans[-1][1])
        stop = word.end_in(text, gap.end()) if gap else None
        if stop is None or gap is None:
            return None
        spans.append((gap.end(), stop))
    return tuple(spans)


def _gap_start(text: str, end: int) -> int | None:
    """Where the gap between two words begins that ends at `end`; None where there is no such gap."""
    start = end
    while start and end - start <= _LONGEST_GAP and _GAP_SIGN.match(text, start - 1):
        start -= 1
    return start if 0 < end - start <= _LONGEST_GAP else None


def _begins(text: str, start: int) -> bool:
    """Whether a word may begin here."""
    return not start or not text[start - 1].isalnum() or bool(_UNSPACED.match(text, start))


def _end_of(text: str, end: int, is_open: bool) -> int | None:
    """Where the word ends that has been read up to `end`, None where it may not go on but does."""
    if is_open:
        found = _LETTERS.match(text, end)
        return found.end() if found else end
    goes_on = end < len(text) and text[end].isalnum() and not _UNSPACED.match(text, end - 1)
    return None if goes_on else end
