"""The language of a text. Pure: text in, ISO 639-1 code out.

Letters first: they tell at once which of the languages in Cyrillic a headline can be in, where statistics over
so short a text fail. py3langid decides among those that the letters leave.
"""

import re
from functools import cache
from typing import Any

# More makes it slower and no better: title and lead tell as much as the body (measured).
_ENOUGH = 500
_FEWEST_LETTERS = 10
_LETTERS = re.compile(r"[^\W\d_]+")
_CYRILLIC = re.compile("[\u0400-\u04ff]")
_EASTERN = re.compile("[әғқңөұүһӣҳҷӯҗҙҡҫ]")
_SOFT = re.compile("ь(?=о)")
_ADDRESSES = re.compile(r"https?://\S+|\S+@\S+|[@#]\w+")

_ALPHABETS = {
    "ru": "абвгдеёжзийклмнопрстуфхцчшщъыьэюя",
    "uk": "абвгґдеєжзиіїйклмнопрстуфхцчшщьюя",
    "be": "абвгдеёжзійклмнопрстуўфхцчшыьэюя",
    "bg": "абвгдежзийклмнопрстуфхцчшщъюя",
    "sr": "абвгдђежзијклљмнњопрстћуфхцчџш",
    "mk": "абвгдѓежзѕијклљмнњопрстќуфхцчџш",
    "kk": "аәбвгғдеёжзийкқлмнңоөпрстуұүфхһцчшщъыіьэюя",
    "ky": "абвгдеёжзийклмнңоөпрстуүфхцчшщъыьэюя",
    "mn": "абвгдеёжзийклмноөпрстуүфхцчшщъыьэюя",
    "tg": "абвгғдеёжзиӣйкқлмнопрстуӯфхҳчҷшъэюя",
    "tt": "аәбвгдеёжҗзийклмнңоөпрстуүфхһцчшщъыьэюя",
    "ba": "аәбвгғдҙеёжзийкҡлмнңоөпрсҫтуүфхһцчшщъыьэюя",
}
_SLAVIC = ("ru", "uk", "be", "bg", "sr", "mk")
# Languages of news. py3langid knows 130, and takes short headlines for Latin, Esperanto or Jersey French.
_OTHERS = (
    "af", "am", "ar", "az", "bn", "bs", "ca", "cs", "cy", "da", "de", "el", "en", "es", "et", "eu", "fa", "fi", "fr",
    "ga", "gl", "gu", "he", "hi", "hr", "hu", "hy", "id", "is", "it", "ja", "ka", "km", "kn", "ko", "ku", "lb", "lo",
    "lt", "lv", "ml", "mr", "ms", "mt", "my", "ne", "nl", "no", "pa", "pl", "ps", "pt", "ro", "si", "sk", "sl", "so",
    "sq", "sr", "sv", "sw", "ta", "te", "th", "tl", "tr", "ur", "uz", "vi", "zh",
)  # fmt: skip
# In doubt, the language that more of the news is in; in logarithms, as py3langid counts. The true Bulgarian and
# Ukrainian headlines tried were 5 ahead of Russian and more, Russian ones mistaken mostly under 4.
_HEAD_START = {"ru": 4.0, "en": 2.0}


def detect_language(text: str) -> str | None:
    """The ISO 639-1 code of the language of the text's beginning; None where it is too short to tell."""
    sample = " ".join(_ADDRESSES.sub(" ", text[: 2 * _ENOUGH]).split())[:_ENOUGH]
    letters = "".join(_LETTERS.findall(sample.lower()))
    # A sign of Chinese or Korean says as much as three letters.
    if len(letters) + 2 * sum(letter >= "\u2e80" for letter in letters) < _FEWEST_LETTERS:
        return None
    cyrillic = "".join(_CYRILLIC.findall(letters))
    if len(cyrillic) * 2 < len(letters):
        return _best_of(sample, _OTHERS)
    return _best_of(sample, _possible(cyrillic))


def _possible(letters: str) -> tuple[str, ...]:
    """The languages whose alphabets lack the fewest of the letters; a name quoted in another is outvoted."""
    alphabets = _ALPHABETS if _EASTERN.search(letters) else {code: _ALPHABETS[code] for code in _SLAVIC}
    # Bulgarian has the soft sign only before о; every second Russian headline has another.
    counted = {code: _SOFT.sub("", letters) if code == "bg" else letters for code in alphabets}
    lacking = {code: sum(letter not in alphabets[code] for letter in counted[code]) for code in alphabets}
    fewest = min(lacking.values())
    return tuple(code for code, count in lacking.items() if count == fewest)


def _best_of(sample: str, languages: tuple[str, ...]) -> str:
    if len(languages) == 1:
        return languages[0]
    scores: dict[str, float] = {code: score for code, score in _model().rank(sample) if code in languages}
    return max(scores, key=lambda code: scores[code] + _HEAD_START.get(code, 0.0))


@cache
def _model() -> Any:
    """The statistics of py3langid for our languages, half a second to load, so at the first use, and kept."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    whole = LanguageIdentifier.from_model_file(MODEL_FILE)
    whole.set_languages(sorted({*_OTHERS, *_ALPHABETS}))
    # Without those of the other 60 languages, which the whole one keeps.
    return LanguageIdentifier(
        whole.nb_ptc, whole.nb_pc, whole.nb_classes, whole.tk_nextmove, whole.tk_output, tk_row=whole.tk_row
    )
