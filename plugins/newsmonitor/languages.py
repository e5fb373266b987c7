"""The language of a text, and how sure that is. Pure: text in, ISO 639-1 code out.

The script first: it tells Greek, Thai or Korean at once. Where languages share one, py3langid's statistics decide,
with what they weigh too little: the small words of Cyrillic headlines, and which languages the news is in. The sum is
scaled so that of a hundred answers of confidence .9 some ninety are right: the constants are fitted on one half of
the texts of `benchmarks/languages.py`, which prints how well that holds on the other, and to py3langid 0.4.
"""

import math
import re
import unicodedata
from bisect import bisect
from collections import Counter
from dataclasses import dataclass
from functools import cache
from typing import Any

# More makes it slower and no better: title and lead tell as much as the body (measured).
_ENOUGH = 500
_FEWEST_LETTERS = 10
_LETTERS = re.compile(r"[^\W\d_]+")
_ADDRESSES = re.compile(r"https?://\S+|\S+@\S+|[@#]\w+")

# Where in Unicode which script begins, up to the next one; "" is none of a language of news.
_STARTS = (
    (0x41, "latin"), (0x370, "el"), (0x400, "cyrillic"), (0x531, "hy"), (0x591, "he"), (0x600, "arabic"),
    (0x700, ""), (0x750, "arabic"), (0x780, ""), (0x900, "devanagari"), (0x980, "bn"), (0xA00, "pa"), (0xA80, "gu"),
    (0xB00, ""), (0xB80, "ta"), (0xC00, "te"), (0xC80, "kn"), (0xD00, "ml"), (0xD80, "si"), (0xE00, "th"),
    (0xE80, "lo"), (0xF00, ""), (0x1000, "my"), (0x10A0, "ka"), (0x1100, "ko"), (0x1200, "am"), (0x13A0, ""),
    (0x1780, "km"), (0x1800, ""), (0x1E00, "latin"), (0x1F00, "el"), (0x2000, ""), (0x2E80, "zh"), (0x3040, "ja"),
    (0x3100, "zh"), (0x3131, "ko"), (0x3190, "zh"), (0x31F0, "ja"), (0x3400, "zh"), (0xA000, ""), (0xAC00, "ko"),
    (0xD7FC, ""), (0xF900, "zh"), (0xFB00, "latin"), (0xFB13, "hy"), (0xFB1D, "he"), (0xFB50, "arabic"),
    (0xFF00, "latin"), (0xFF66, "ja"), (0xFFA0, "ko"), (0xFFE0, ""), (0x20000, "zh"), (0x40000, ""),
)  # fmt: skip
_POINTS = [point for point, _ in _STARTS]
# py3langid knows 130, and takes short headlines for Latin, Esperanto or Jersey French.
_LANGUAGES = {
    "latin": (
        "af", "az", "bs", "ca", "cs", "cy", "da", "de", "en", "es", "et", "eu", "fi", "fr", "ga", "gl", "hr", "hu",
        "id", "is", "it", "ku", "lb", "lt", "lv", "ms", "mt", "nl", "no", "pl", "pt", "ro", "sk", "sl", "so", "sq",
        "sr", "sv", "sw", "tl", "tr", "uz", "vi",
    ),
    "cyrillic": ("ru", "uk", "be", "bg", "sr", "mk", "kk", "ky", "mn", "tg", "tt", "ba"),
    "arabic": ("ar", "fa", "ps", "ur"),
    "devanagari": ("hi", "mr", "ne"),
}  # fmt: skip
# By these a headline can be told that has no letter which only one language has.
_WORDS = {
    "ru": "в и с не на что из к по как это его был были после для о об при до уже без у за от",
    "uk": "в і й та з із що не на про від для як до за після було є його цього у по при без",
    "be": "і ў з не што на да як пра ад для па за яго гэта пасля было быў ёсць каб у без",
    "bg": "в във с със от че се го ще който която които като какво беше това през след към все не и няма на за по"
    " при до без как",
    "sr": "у и са од да се је су га ће који која које као што био била или из након није због по на за до без при"
    " не",
    "mk": "во и со од дека се го ги ќе кој која кои како што бил била биле меѓу сите кога според не на за по при"
    " до без",
}
_SMALL_WORDS = {code: frozenset(words.split()) for code, words in _WORDS.items()}

# Fitted. Scores of py3langid grow with the text, and faster than what they prove.
_SCALE, _GROWTH = 0.3, 0.75
# In doubt, the language that more of the news is in.
_HEAD_START = {"ru": 1.5, "en": 1.0} | dict.fromkeys(
    ("gl", "ku", "lb", "mt", "uz", "ky", "tg", "tt", "ba"), -2.0
)
# What the statistics give for each trait of a Latin text: about -8.5 in its own language, less than -10.5 in one
# that is not among ours, or in Russian spelt with Latin letters.
_STRANGE, _STRANGE_BY = -10.2, 0.25
# Yiddish is written as Hebrew is, Tigrinya as Amharic: an only candidate may be wrong too.
_ONLY_ONE = 0.99
# An answer that is mostly wrong is none: names alone, a language that is not among ours.
_LEAST = 0.2
# Where a long text may change its language, a part is asked for itself; and what such a part must be sure of.
_PART = 120
_SURE_OF_PART = 0.9


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """A language by its ISO 639-1 code, and how sure that is, 0 to 1: the share of such answers that are right."""

    code: str
    confidence: float


def identify_language(text: str) -> Language | None:
    """The language of the text's beginning; None where it is too short, or too strange, to tell.

    The confidence is low for names alone, for a language that is not among ours, for one spelt with the letters of
    another, and between Croatian and Bosnian, Indonesian and Malay. A text in two has no more than its larger share.
    """
    sample = " ".join(_ADDRESSES.sub(" ", text[: 2 * _ENOUGH]).split())[:_ENOUGH]
    if sample.isupper():
        sample = sample.lower()
    found = _identify(sample)
    if found is None or len(sample) < 2 * _PART:
        return found
    parts = [sample[start : start + _PART] for start in range(0, len(sample), _PART)]
    others = sum(len(part) for part in parts if _is_other(part, found))
    return Language(code=found.code, confidence=min(found.confidence, round(1 - others / len(sample), 3)))


def _identify(sample: str) -> Language | None:
    letters = "".join(_LETTERS.findall(sample.lower()))
    # A sign of Chinese or Korean says as much as three letters.
    if len(letters) + 2 * sum(letter >= "\u2e80" for letter in letters) < _FEWEST_LETTERS:
        return None
    script, own = _script(Counter(letters))
    if not script:
        return None
    share = own.total() / len(letters)
    if script in _LANGUAGES:
        code, confidence = _best_of(sample if share == 1 else _only(own, sample), own, script)
    else:
        code, confidence = script, _ONLY_ONE
    # A name or two in other letters do not make the text less of its language.
    confidence = round(confidence if share > 2 / 3 else min(confidence, share), 3)
    return Language(code=code, confidence=confidence) if confidence >= _LEAST else None


def _script(letters: Counter[str]) -> tuple[str, Counter[str]]:
    """The script of most of the letters, and which these are."""
    scripts: dict[str, Counter[str]] = {}
    for letter, count in letters.items():
        script = _STARTS[max(0, bisect(_POINTS, ord(letter)) - 1)][1]
        scripts.setdefault(script, Counter())[letter] = count
    # Japanese is mostly written with the signs of Chinese.
    if "ja" in scripts and "zh" in scripts and scripts["ja"].total() * 10 > scripts["zh"].total():
        scripts["ja"] += scripts.pop("zh")
    return max(scripts.items(), key=lambda item: item[1].total())


def _only(letters: Counter[str], sample: str) -> str:
    """The sample without the words in another script."""
    return _LETTERS.sub(lambda word: word[0] if word[0][0].lower() in letters else " ", sample)


def _best_of(sample: str, letters: Counter[str], script: str) -> tuple[str, float]:
    """The likeliest of the script's languages and its probability."""
    scores, typical = _model().scores(sample, script)
    scale = _SCALE * letters.total() ** _GROWTH
    sums = {code: score / scale + _HEAD_START.get(code, 0.0) for code, score in scores.items()}
    words = _LETTERS.findall(sample.lower())
    for code in _SMALL_WORDS if script == "cyrillic" else ():
        sums[code] += sum(word in _SMALL_WORDS[code] for word in words)
    best = max(sums, key=lambda code: sums[code])
    likely = 1 / sum(math.exp(value - sums[best]) for value in sums.values())
    return best, likely / (1 + math.exp(min((_STRANGE - typical) / _STRANGE_BY, 99.0)))


def _is_other(part: str, whole: Language) -> bool:
    """Whether a part of a text is for certain in another language than the whole."""
    found = _identify(part)
    return found is not None and found.code != whole.code and found.confidence >= _SURE_OF_PART


@dataclass(frozen=True, slots=True, kw_only=True)
class _Model:
    """The statistics of py3langid for our languages, without those of 60 more."""

    codes: dict[str, list[str]]
    tables: dict[str, Any]
    starts: dict[str, Any]
    moves: Any
    rows: list[int]
    traits: Any

    def scores(self, sample: str, script: str) -> tuple[dict[str, float], float]:
        """A score for each of the script's languages, in logarithms, and how typical the traits are of the best."""
        import numpy as np
        from py3langid.langid import visit_counts

        text = unicodedata.normalize("NFC", sample).encode("utf-8", "surrogatepass")
        visits = visit_counts(self.moves, self.rows, self.traits, text)
        if not visits:
            return dict.fromkeys(self.codes[script], 0.0), -math.inf
        weights = np.log1p(np.fromiter(visits.values(), dtype=np.float32, count=len(visits)))
        found = weights @ self.tables[script][list(visits)] + self.starts[script]
        scores: dict[str, float] = {}
        for code, score in zip(self.codes[script], found.tolist(), strict=True):
            # Serbian and Uzbek are there twice, once for each of their scripts.
            scores[code] = max(score, scores.get(code, score))
        return scores, max(scores.values()) / float(weights.sum())


@cache
def _model() -> _Model:
    """Half a second to load, so at the first use, and kept."""
    import numpy as np
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    whole = LanguageIdentifier.from_model_file(MODEL_FILE)
    columns = {
        script: [column for column, code in enumerate(whole.nb_classes) if code in codes]
        for script, codes in _LANGUAGES.items()
    }
    return _Model(
        codes={script: [whole.nb_classes[column] for column in found] for script, found in columns.items()},
        # Row after row in memory, as they are asked for.
        tables={script: np.ascontiguousarray(whole.nb_ptc[:, found]) for script, found in columns.items()},
        starts={script: whole.nb_pc[found] for script, found in columns.items()},
        moves=whole.tk_nextmove,
        rows=[row << 8 for row in whole.tk_row],
        traits=whole.tk_output,
    )
