"""A text as the hashes of its word triples, and the sample of them by which copies are found. Pure.

Words are folded and lightly stemmed, for Russian, Ukrainian and Polish inflect what an editor touches. The hashes
are ours and stable: they are stored, and joined in SQL.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

Ids = NDArray[np.uint64]

#: A triple: of 3, 4 and 5 words, and 5 and 9 letters, it told copies from other texts best.
WORDS = 3
#: A text with fewer triples says too little.
FEWEST = 12

# NFKC sorts a run of combining marks in quadratic time: 500 kB of them took a minute, this much a tenth of a second.
_LONG = 20_000
_GAP = re.compile(r"([\W_]{30})[\W_]++")
# It also makes eighteen letters of one (U+FDFA); no article is as long as this.
_MOST_FOLDED = 300_000
# Loose accents, what has no width, and the apostrophes that count as letters: written or not, as editors like.
_LOOSE = "\u0300-\u036f\u00ad\u200b-\u200f\u2060\ufeff"
_APOSTROPHES = "\u02bc\u02b9"
# Scripts that write no spaces, taken sign by sign: Japanese, Chinese; Thai, Lao, Burmese, Khmer.
_UNSPACED = "\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"
_ODD = re.compile(f"[{_LOOSE}{_APOSTROPHES}{_UNSPACED}]")
_LOOSE_SIGNS = re.compile(f"[{_LOOSE}]+")
_WORD = re.compile(r"[^\W_]+")
_DIGIT = re.compile(r"\d")
_ODD_WORD = re.compile(f"[{_UNSPACED}]|[^\\W_{_APOSTROPHES}{_UNSPACED}]+")
# So many letters of a word count. Cyrillic endings are longer: войны, войной, войнами.
_STEM, _CYRILLIC_STEM = 5, 4

# Another name is another kind of fingerprint: `newsmonitor fingerprint` brings the stored ones up to it.
_KIND = b"newsmonitor 1"
_FACTORS = tuple(map(np.uint64, (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9)))
_MOST_REMEMBERED = 1 << 17
# Wire copies are cut at the end, so the beginning is sampled more densely: of the first 60 triples every fourth (every
# second where there are no more), of the rest every sixteenth. Asked for by all of their triples, none of 13,000 made
# copies shares less than two numbers and a tenth of the stored ones; with a third of these left out some do.
_LEAD, _LEAD_SHARE, _SHORT_SHARE, _REST_SHARE = 60, np.uint64(4), np.uint64(2), np.uint64(16)
_MOST_OF_REST = 96


def fold(text: str) -> str:
    """The text in small letters and compatibility forms (NFKC)."""
    if len(text) > _LONG:
        text = _GAP.sub(r"\1 ", text)
    return (unicodedata.normalize("NFKC", text[:_MOST_FOLDED]) + text[_MOST_FOLDED:]).casefold()


def words(text: str) -> list[str]:
    """The words of a text, folded; of a script without spaces, its signs."""
    folded = fold(text).replace("ё", "е")
    # One look at all signs: most texts have none of these, and go by the quicker pattern.
    if folded.isascii() or not _ODD.search(folded):
        return _WORD.findall(folded)
    return _ODD_WORD.findall(_LOOSE_SIGNS.sub("", folded))


def numbers_among(found: Iterable[str]) -> Counter[str]:
    """The words with a digit of any script in them, and how often each is there."""
    return Counter(filter(_DIGIT.search, found))


class _WordIds(dict[str, int]):
    """The id of each word that was seen: a lookup takes a third of the time that functools.lru_cache takes."""

    def __missing__(self, word: str) -> int:
        if len(self) >= _MOST_REMEMBERED:
            self.clear()
        stem = (
            word if word.isdecimal() else word[: _CYRILLIC_STEM if "\u0400" <= word[0] <= "\u052f" else _STEM]
        )
        digest = blake2b(stem.encode("utf-8", "replace"), digest_size=8, person=_KIND)
        found = self[word] = int.from_bytes(digest.digest(), "little")
        return found


_ids = _WordIds()


def word_ids(text: str) -> Ids:
    """The ids of the words of a text, in order: the same for forms of one word that differ in their endings."""
    return ids_of(words(text))


def ids_of(found: Sequence[str]) -> Ids:
    """The ids of words that are folded."""
    return np.array(list(map(_ids.__getitem__, found)), dtype=np.uint64)


def shingle_hashes(ids: Ids) -> Ids:
    """The hashes of the word triples, in order: two fewer than there are words. Also of many texts, a row each.

    Each place has a factor of its own, so the order of the words counts. Mixed once by SplitMix64's finaliser
    (Steele, Lea, Flood 2014), so that each bit of each word counts for each bit of the hash.
    """
    count = max(ids.shape[-1] - WORDS + 1, 0)
    total = sum(ids[..., place : place + count] * factor for place, factor in enumerate(_FACTORS))
    values = np.asarray(total, np.uint64)
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))


def asked(hashes: Ids) -> NDArray[np.uint32]:
    """The numbers by which a text asks for its like, sorted: of all its triples, those that a sample may hold."""
    return np.unique(_stored(hashes[hashes % _SHORT_SHARE == 0]))


def _stored(hashes: Ids) -> NDArray[np.uint32]:
    """What of a hash is stored and joined: its upper half; the sample is taken by the lower."""
    return (hashes >> np.uint64(32)).astype(np.uint32)


def sample(hashes: Ids) -> NDArray[np.uint32]:
    """The fingerprint of a text by its triples' hashes, sorted; empty where they are too few."""
    if len(hashes) < FEWEST:
        return np.zeros(0, np.uint32)
    lead, rest = hashes[:_LEAD], hashes[_LEAD:]
    chosen = np.unique(rest[rest % _REST_SHARE == 0])
    if len(chosen) > _MOST_OF_REST:
        # The same ones of a long text and of its longer version, whatever their order.
        chosen = chosen[np.argsort(_stored(chosen), kind="stable")[:_MOST_OF_REST]]
    share = _LEAD_SHARE if len(rest) else _SHORT_SHARE
    return np.unique(_stored(np.concatenate([lead[lead % share == 0], chosen])))


def fingerprint(text: str | None) -> tuple[int, ...]:
    """The sorted sample of a text that `stories` keeps, some forty numbers; empty where the text is too short."""
    return tuple(sample(shingle_hashes(word_ids(text or ""))).tolist())
