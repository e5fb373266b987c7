"""Text as terms see it: folded to one spelling with the offsets kept, and terms with all their forms. Pure.

A term is a phrase of words. `word` is that word, `word*` any ending, `word~` all inflected forms: a `~` inflects
its own word and those before it, back to the `~` before.
"""

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from ahocorasick_rs import AhoCorasick, Implementation

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
# Between the words of a phrase: white space, quotes (the ship "Alba"), a hyphen; not a full stop.
_GAP = re.compile(r"""[\s"'«»„“”\-]{1,3}""")
_LETTERS = re.compile(r"[^\W_]*")
_WORD = re.compile(r"[^\W_]+")
_HALF = re.compile("[\ud800-\udfff]")
_SHORTEST_PREFIX = 2
_SNIPPET = 160

INFLECTED_LANGUAGES = ("ru", "uk", "pl")


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
    return Folded(text=_unify(lowered))


def _unify(text: str) -> str:
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
    return Folded(text=_unify("".join(letters)), starts=starts, ends=ends)


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """One word of a term: the forms it may take; `is_open` lets any ending follow."""

    forms: frozenset[str]
    is_open: bool
    lengths: tuple[int, ...]

    def end_in(self, text: str, start: int) -> int | None:
        """The end of this word where it stands at `start`, else None."""
        for length in self.lengths:
            # At the end of the text a slice is shorter than it was asked to be.
            if start + length <= len(text) and text[start : start + length] in self.forms:
                end = _end_of(text, start + length, self.is_open)
                if end is not None:
                    return end
        return None


def check_term(term: str, language: str) -> tuple[str, str] | None:
    """What is wrong with a term as written, and the mend; None where it can be used."""
    words = term.split()
    if not words:
        return "an empty term", "write a word or delete it"
    for word in words:
        bare = word.rstrip("*~")
        if len(word) - len(bare) > 1 or "*" in bare or "~" in bare:
            return f'"{term}": * or ~ stands once, at the end of a word', "write word* or word~"
        if not _WORD.search(bare) or not (bare[0].isalnum() and (bare[-1].isalnum() or bare.endswith("-"))):
            return f'"{term}": "{word}" does not begin and end with a letter or digit', "take the signs away"
        if word.endswith("*") and len(bare) < _SHORTEST_PREFIX:
            return f'"{term}": one letter and * is nearly every word', "write more letters before *"
        if word.endswith("~") and language not in INFLECTED_LANGUAGES:
            known = ", ".join(INFLECTED_LANGUAGES)
            return f'"{term}": word~ works for {known} only', "list the forms, or write word*"
    return None


def parse_term(term: str, language: str) -> tuple[Word, ...]:
    """The words of a term that check_term has passed, with all their forms."""
    words = term.split()
    last_inflected = max((at for at, word in enumerate(words) if word.endswith("~")), default=-1)
    parsed = []
    for at, word in enumerate(words):
        folded = fold(word.rstrip("*~")).text
        forms = inflect(folded, language, in_phrase=len(words) > 1) if at <= last_inflected else {folded}
        with_plain = frozenset(plain for form in forms for plain in (form, _without_accents(form)))
        lengths = tuple(sorted({len(form) for form in with_plain}, reverse=True))
        parsed.append(Word(forms=with_plain, is_open=word.endswith("*"), lengths=lengths))
    return tuple(parsed)


def _without_accents(word: str) -> str:
    """Zelenský as Zelensky, since headlines drop accents; Cyrillic is left alone, where й is a letter."""
    if word.isascii() or not all(char < "\u0250" or "\u1e00" <= char < "\u1f00" for char in word):
        return word
    split = unicodedata.normalize("NFD", word).translate({ord("ł"): "l", ord("ø"): "o", ord("đ"): "d"})
    return "".join(char for char in split if not unicodedata.combining(char))


class Hit(NamedTuple):
    """One term found, by its number; the offsets count in the folded text."""

    term: int
    start: int
    end: int


class Matcher:
    """Finds many terms in one pass (Aho-Corasick over the forms of their first words)."""

    def __init__(self, terms: Iterable[tuple[int, tuple[Word, ...]]]) -> None:
        keys: defaultdict[str, list[tuple[int, bool, tuple[Word, ...]]]] = defaultdict(list)
        for number, (first, *rest) in terms:
            for form in sorted(first.forms):
                keys[form].append((number, first.is_open, tuple(rest)))
        self._entries = list(keys.values())
        # The DFA is the fastest of the five engines measured: 33,000 texts of 3,800 characters a second.
        self._automaton = AhoCorasick(list(keys), implementation=Implementation.DFA) if keys else None

    def find(self, folded: Folded) -> Iterator[Hit]:
        """Every term that stands as whole words, by place of the first word; the hits may overlap."""
        text = folded.text
        if self._automaton is None:
            return
        for key, start, end in self._automaton.find_matches_as_indexes(_encodable(text), overlapping=True):
            if start and text[start - 1].isalnum():
                continue
            for number, is_open, rest in self._entries[key]:
                stop = _end_of(text, end, is_open)
                for word in rest:
                    gap = _GAP.match(text, stop) if stop is not None else None
                    stop = word.end_in(text, gap.end()) if gap else None
                if stop is not None:
                    yield Hit(term=number, start=start, end=stop)


def _encodable(text: str) -> str:
    """The text with halves of characters, which broken feeds have and the automaton cannot take, replaced."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return _HALF.sub("\N{REPLACEMENT CHARACTER}", text)
    return text


def _end_of(text: str, end: int, is_open: bool) -> int | None:
    """Where the word ends that has been read up to `end`, None where it may not go on but does."""
    if is_open:
        found = _LETTERS.match(text, end)
        return found.end() if found else end
    return None if end < len(text) and text[end].isalnum() else end


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """A term as the file has it, and its language (xx: any)."""

    text: str
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """What a term stands for: its kind, and the number of its owner in the list of that kind."""

    kind: str
    owner: int
    term: Term


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """The title or the text of a story, as it was and folded."""

    name: str
    source: str
    folded: Folded


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A term found: offsets in the folded part; `word` counts from the story's first word, title before text."""

    number: int
    meaning: Meaning
    part: Part
    start: int
    end: int
    word: int
    word_in_part: int

    @property
    def order(self) -> tuple[bool, int, int, int]:
        return (self.part.name != "title", self.start, self.end, self.number)


def scan(parts: Iterable[Part], matcher: Matcher, meanings: Sequence[Meaning]) -> tuple[list[Found], int]:
    """Every term in the parts, and the number of words; the matcher numbers terms as `meanings` does."""
    found = []
    word_count = 0
    for part in parts:
        starts = [match.start() for match in _WORD.finditer(part.folded.text)]
        for number, start, end in matcher.find(part.folded):
            word = bisect_right(starts, start) - 1
            found.append(
                Found(
                    number=number,
                    meaning=meanings[number],
                    part=part,
                    start=start,
                    end=end,
                    word=word_count + word,
                    word_in_part=word,
                )
            )
        word_count += len(starts)
    return found, word_count


def without_doubles(found: Iterable[Found]) -> list[Found]:
    """The terms in order; where several of a kind begin at one word only the longest: Ukrain*, not ukrainas."""
    kept: dict[tuple[object, ...], Found] = {}
    for each in sorted(found, key=lambda each: (each.start - each.end, each.order)):
        kind, owner = each.meaning.kind, each.meaning.owner
        # One word is one piece of context, whichever list has it; but it may be a sign of two senses.
        group = None if kind == "context" else owner
        kept.setdefault((kind, group, each.part.name, each.start), each)
    return sorted(kept.values(), key=lambda each: each.order)


def word_distance(words: Sequence[int], word: int) -> float:
    """How many words away the nearest of these sorted word numbers is; infinite where there is none."""
    at = bisect_left(words, word)
    return min((abs(near - word) for near in words[max(at - 1, 0) : at + 1]), default=float("inf"))


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


_ADJECTIVE = {
    "ru": {
        "hard": "ый ого ому ым ом ая ой ую ою ое ые ых ыми",
        "velar": "ий ого ому им ом ая ой ую ою ое ие их ими",
        "soft": "ий его ему им ем яя ей юю ею ее ие их ими",
        "possessive": "ий ьего ьему ьим ьем ья ьей ью ьею ье ьи ьих ьими",
    },
    "uk": {
        "hard": "ий ого ому им ім а ої ій у ою е і их ими",
        "soft": "ій ього ьому ім я ьої ю ьою є і іх іми",
    },
    "pl": {"hard": "y ego emu ym a ej ą e ych ymi", "velar": "i iego iemu im a iej ą ie ich imi"},
}
# (ending of the form in the file, kind of adjective); the first that fits.
_ADJECTIVE_ENDINGS = {
    "ru": (
        ("ний", "soft", 2), ("няя", "soft", 2),
        ("чий", "possessive", 2), ("чья", "possessive", 2), ("чье", "possessive", 2), ("чьи", "possessive", 2),
        ("кий", "velar", 2), ("гий", "velar", 2), ("хий", "velar", 2), ("кая", "velar", 2), ("гая", "velar", 2),
        ("кое", "velar", 2), ("гое", "velar", 2), ("кие", "velar", 2), ("гие", "velar", 2), ("шое", "velar", 2),
        ("ый", "hard", 2), ("ая", "hard", 2), ("ое", "hard", 2), ("ые", "hard", 2),
    ),
    "uk": (
        ("ський", "hard", 2), ("цький", "hard", 2), ("зький", "hard", 2), ("ська", "hard", 1), ("цька", "hard", 1),
        ("ське", "hard", 1), ("цьке", "hard", 1), ("зьке", "hard", 1), ("ські", "hard", 1), ("цькі", "hard", 1),
        ("ній", "soft", 2), ("ий", "hard", 2),
    ),
    "pl": (
        ("ski", "velar", 1), ("cki", "velar", 1), ("ska", "velar", 1), ("cka", "velar", 1), ("skie", "velar", 2),
        ("ckie", "velar", 2), ("ki", "velar", 1), ("gi", "velar", 1), ("y", "hard", 1),
    ),
}  # fmt: skip
# Nouns: (ending of the form in the file, endings of the other forms), longest first; "" is a consonant.
_NOUN = {
    "ru": (
        ("анин", "анин анина анину анином анине ане ан анам анами анах"),
        ("янин", "янин янина янину янином янине яне ян янам янами янах"),
        ("яне", "яне ян янам янами янах"), ("ане", "ане ан анам анами анах"),
        ("ия", "ия ии ию ией иею ий иям иями иях"), ("ие", "ие ия ию ием ии ий иям иями иях"),
        ("ье", "ье ья ью ьем ьи ий ьям ьями ьях"), ("ка", "ка ки ке ку кой кою ок ек кам ками ках"),
        ("ок", "ок ка ку ком ке ки ков кам ками ках ока оку оком оке оки оков окам оками оках"),
        ("ел", "ел ла лу лом ле лы лов лам лами лах ела елу елом еле"),
        ("ец", "ец ца цу цем цом це цы цев цов цам цами цах йца йцу йцем йце йцы йцев йцам йцами йцах"),
        ("а", "а ы и е у ой ою ей ею ам ами ах -"), ("я", "я и е ю ей ею ь й ям ями ях"),
        ("о", "о а у ом е ам ами ах -"), ("е", "е я ю а у ем и ей ям ями ях ам ами ах"),
        ("и", "и ов ев ей ам ами ах ям ями ях -"), ("ы", "ы ов ам ами ах -"),
        ("ь", "ь и ью я ю ем е ей ям ями ях"), ("й", "й я ю ем е и ев ям ями ях"),
        ("", "- а у ом ем е ы и ов ев ей ам ами ах"),
    ),
    "uk": (
        ("анин", "анин анина анину анином анинові анині ани ан анам анами анах"),
        ("янин", "янин янина янину янином янинові янині яни ян янам янами янах"),
        ("яни", "яни ян янам янами янах"), ("ани", "ани ан анам анами анах"),
        ("ія", "ія ії ію ією іє ій іям іями іях"), ("ість", "ість ості істю остей остям остями остях"),
        ("ость", "ость ості остю істю остей остям остями остях"),
        ("ів", "ів ова ову овом ові ове єва єву євом єві ева еву"),
        ("ка", "ка ки ці ку кою ко ок кам ками ках"), ("га", "га ги зі гу гою го г гам гами гах"),
        ("ок", "ок ку ка кові ком ці ки ків кам ками ках"), ("ець", "ець ця цю цеві цем ці ців цям цями цях"),
        ("а", "а и і у ою ею о е ам ами ах -"), ("я", "я і ю ею єю є е ь й ям ями ях"),
        ("о", "о а у ом ові і е ам ами ах -"), ("є", "є я ю єм ї єві"), ("ння", "ння нню нням нні нь нням"),
        ("е", "е а у ом ем ові еві і ого ому им ім ам ами ах -"), ("і", "і ів ей ам ами ах ям ями ях"),
        ("и", "и ів ам ами ах -"), ("ї", "ї їв їй їм їми їх"), ("ь", "ь і ю лю я ем еві ей ям ями ях"),
        ("й", "й я ю єм єві ї їв ям ями ях"), ("", "- а у ові еві ом ем і и е ів ам ами ах"),
    ),
    "pl": (
        ("ja", "ja ji ję ją jo je jom jami jach"), ("ia", "ia ii i ię ią io ie ji jom iom iami iach"),
        ("wa", "wa wy wie wę wą wo ew w wom wami wach"), ("ka", "ka ki ce kę ką ko ek kom kami kach"),
        ("ga", "ga gi dze gę gą go g gom gami gach"), ("ża", "ża ży żę żą żo ż żom żami żach"),
        ("ec", "ec ca cu cowi cem ce cow ców com cami cach"),
        ("ód", "ód odu oda odowi odem odzie ody odów odom odami odach"),
        ("ek", "ek ku ka kowi kiem ki ków kom kami kach"), ("a", "a y i ie ę ą o e om ami ach -"),
        ("o", "o a u em ie om ami ach -"), ("e", "e a u em om ami ach"),
        ("k", "k ku ka kowi kiem ki ków kom kami kach"),
        ("g", "g gu ga gowi giem gi gów gom gami gach"), ("ć", "ć ci cią cie ciom ciami ciach"),
        ("", "- a u owi em ie e y i ów om ami ach"),
    ),
}  # fmt: skip


def inflect(word: str, language: str, *, in_phrase: bool = False) -> set[str]:
    """All forms of a word in small letters, itself among them, by tables of endings; wrong ones too.

    Tables and no dictionary: a dictionary does not know half of the villages. A form that no one writes costs
    nothing. `in_phrase` takes an ending that nouns and adjectives share for both (Ukrainian Мала Локня).
    """
    forms = {word}
    adjective = _adjective_forms(word, language)
    forms |= adjective
    if not adjective or (in_phrase and language != "ru"):
        forms |= _noun_forms(word, language)
    if in_phrase and not adjective and language != "ru" and word[-1:] in ("а", "е", "і", "a", "e"):
        forms |= _with_endings(word[:-1], _ADJECTIVE[language]["hard"])
    return forms


def _adjective_forms(word: str, language: str) -> set[str]:
    for ending, kind, cut in _ADJECTIVE_ENDINGS[language]:
        if word.endswith(ending) and len(word) > len(ending):
            return _with_endings(word[:-cut], _ADJECTIVE[language][kind])
    return set()


def _noun_forms(word: str, language: str) -> set[str]:
    for ending, endings in _NOUN[language]:
        if word.endswith(ending):
            return _with_endings(word.removesuffix(ending), endings)
    return set()


def _with_endings(stem: str, endings: str) -> set[str]:
    # A lone letter as a genitive plural would be a preposition.
    forms = {stem + ("" if ending == "-" else ending) for ending in endings.split()}
    return {form for form in forms if len(form) > 1}
