"""Accuracy of the language of titles and leads, whether the confidence is true, peers beside where installed.

    .venv/bin/python benchmarks/languages.py --data path/to/data [--sentences folder] [--half 0]

The folder has `kursk/*.jsonl.gz`, `near-dup/paraphraser-ru-headlines.jsonl.gz` and `articles/fundus`. For languages
these have not, --sentences names a folder of files XX.txt, XX the language, a sentence a line (those that lingua is
tested with, `language-models/*/testdata/sentences.txt` of github.com/pemistahl/lingua-rs, were used; lingua has read
texts of the same collection). Texts go to one of two halves, news by its publisher: the constants of `languages.py`
are fitted on half 0, and half 1 is shown. Titles are of 25 to 90 letters, leads of 80 to 250. Labels are as given,
so some errors are those of the label. Serbian in Latin letters is Serbian in Cyrillic, written over.
"""

import argparse
import gzip
import hashlib
import json
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "plugins"))

from newsmonitor.languages import identify_language  # noqa: E402

# Countries of fundus whose news is in one language.
COUNTRIES = {
    "at": "de", "au": "en", "cn": "zh", "cz": "cs", "de": "de", "es": "es", "fr": "fr", "id": "id", "isl": "he",
    "it": "it", "jp": "ja", "lb": "ar", "no": "no", "pt": "pt", "ru": "ru", "se": "sv", "tr": "tr", "ua": "uk",
    "uk": "en", "us": "en",
}  # fmt: skip
SHOWN = (
    "ru", "uk", "be", "bg", "mk", "sr", "sr-Latn", "hr", "bs", "en", "de", "fr", "es", "it", "pt", "nl", "pl", "cs",
    "sk", "ro", "hu", "tr", "da", "no", "sv", "fi", "el", "he", "ar", "fa", "zh", "ja", "ko",
)  # fmt: skip
# Languages that ours are not asked to know: an answer to these should not be sure of itself.
STRANGE = ("eo", "la", "lg", "mi", "nn", "sn", "st", "tn", "ts", "xh", "yo", "zu")
SERBIAN = dict(zip("абвгдђежзијклмнопрстћуфхцчш", "abvgdđežzijklmnoprstćufhcčš", strict=True))
SERBIAN |= {"љ": "lj", "њ": "nj", "џ": "dž"}
SERBIAN |= {letter.upper(): latin.capitalize() for letter, latin in SERBIAN.items()}
BINS = (0.0, 0.2, 0.5, 0.7, 0.8, 0.9, 0.95, 0.99, 1.01)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """A text whose language is known."""

    language: str
    is_title: bool
    text: str
    half: int


Detector = Callable[[str], str | None]


def _digest(key: str) -> bytes:
    return hashlib.sha256(key.encode()).digest()


def _cut(text: str, least: int, most: int) -> str:
    """The beginning of the text, of a length that only the text decides, between the two."""
    text = " ".join(text.split())
    length = least + _digest(text)[1] * (most - least) // 255
    return text if len(text) <= length else text[:length].rsplit(" ", 1)[0]


def _letters(text: str) -> int:
    return sum(map(str.isalpha, text))


def _samples_of(language: str, title: str, text: str, publisher: str) -> Iterator[Sample]:
    half = _digest(publisher)[0] & 1
    if 25 <= _letters(title) <= 90:
        yield Sample(language=language, is_title=True, text=" ".join(title.split()), half=half)
    if _letters(text) >= 80:
        yield Sample(language=language, is_title=False, text=_cut(text, 80, 250), half=half)


def read_news(data: Path) -> Iterator[Sample]:
    """Titles and leads of news whose language somebody has written down."""
    for name in ("labelled", "unlabelled-no-kursk-word"):
        with gzip.open(data / f"kursk/{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
            for item in map(json.loads, lines):
                host = urlsplit(item["url"] or "").netloc or item["source"]
                # Almost all the Russian is of one outlet, and the Ukrainian of one collection.
                key = item["id"] if host.endswith("ukraina.ru") or item["lang"] == "uk" else host
                yield from _samples_of(item["lang"], item["title"] or "", item["text"] or "", key)
    with gzip.open(data / "near-dup/paraphraser-ru-headlines.jsonl.gz", "rt", encoding="utf-8") as lines:
        for item in map(json.loads, lines):
            if int(item["id"]) % 6 == 0:
                yield from _samples_of("ru", item["text_1"], "", item["id"])
    for country, language in COUNTRIES.items():
        for path in sorted((data / "articles/fundus" / country).glob("*.json")):
            for versions in json.loads(path.read_text("utf-8")).values():
                for article in versions if isinstance(versions, list) else [versions]:
                    yield from _samples_of(language, article.get("title") or "", _body(article), path.stem)


def _body(article: Mapping[str, Any]) -> str:
    body = article.get("body")
    if not isinstance(body, dict):
        return ""
    paragraphs = chain(body.get("summary") or [], *(part.get("paragraphs", []) for part in body["sections"]))
    return " ".join(paragraphs)


def read_sentences(folder: Path) -> Iterator[Sample]:
    """Sentences, cut to the length of titles and of leads."""
    for path in sorted(folder.glob("*.txt")):
        language = "no" if path.stem == "nb" else path.stem
        for number, line in enumerate(path.read_text("utf-8").splitlines()):
            if _letters(line) < (8 if language in ("zh", "ja", "ko") else 25):
                continue
            is_title = number % 2 == 1
            if not is_title and _letters(line) < 80:
                continue
            text = _cut(line, 30, 80) if is_title else _cut(line, 80, 250)
            half = _digest(line)[0] & 1
            yield Sample(language=language, is_title=is_title, text=text, half=half)
            if language == "sr":
                latin = "".join(SERBIAN.get(letter, letter) for letter in text)
                yield Sample(language="sr-Latn", is_title=is_title, text=latin, half=half)


def peers(codes: set[str]) -> dict[str, Detector | None]:
    """The detectors of others by name; None for one that is not installed."""
    return {
        "py3langid": _py3langid(codes),
        "lingua": _lingua(codes),
        "pycld2": _pycld2(),
        "langdetect": _langdetect(),
        "resiliparse": _resiliparse(),
    }


def _ours(text: str) -> str | None:
    found = identify_language(text)
    return found.code if found else None


def _py3langid(codes: set[str]) -> Detector | None:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE)
    identifier.set_languages(sorted(codes & set(identifier.labels)))
    return lambda text: str(identifier.classify(text)[0])


def _lingua(codes: set[str]) -> Detector | None:
    try:
        from lingua import Language, LanguageDetectorBuilder
    except ImportError:
        return None
    wanted = codes | {"nb"}
    known = [language for language in Language.all() if language.iso_code_639_1.name.lower() in wanted]
    detector = LanguageDetectorBuilder.from_languages(*known).with_preloaded_language_models().build()

    def detect(text: str) -> str | None:
        found = detector.detect_language_of(text)
        code = found.iso_code_639_1.name.lower() if found else None
        return "no" if code == "nb" else code

    return detect


def _pycld2() -> Detector | None:
    try:
        import pycld2
    except ImportError:
        return None

    def detect(text: str) -> str | None:
        try:
            return str(pycld2.detect(text, bestEffort=True)[2][0][1])[:2].replace("iw", "he")
        except pycld2.error:
            return None

    return detect


def _langdetect() -> Detector | None:
    try:
        from langdetect import DetectorFactory, LangDetectException, detect
    except ImportError:
        return None
    DetectorFactory.seed = 0

    def of(text: str) -> str | None:
        try:
            return str(detect(text))[:2]
        except LangDetectException:
            return None

    return of


def _resiliparse() -> Detector | None:
    try:
        from resiliparse.parse.lang import detect_fast
    except ImportError:
        return None
    return lambda text: str(detect_fast(text, cutoff=10_000)[0])


def print_accuracy(samples: Sequence[Sample], detectors: dict[str, Detector | None], most: int) -> None:
    """A line a language: the share of right answers of each detector; and each one's time."""
    named = {name: detect for name, detect in detectors.items() if detect}
    right: dict[str, Counter[str]] = {name: Counter() for name in named}
    by_language: dict[str, list[Sample]] = defaultdict(list)
    for sample in samples:
        by_language[sample.language].append(sample)
    chosen = {language: found[:most] for language, found in by_language.items()}
    spent: dict[str, float] = {}
    for name, detect in named.items():
        detect(samples[0].text)
        begun = time.perf_counter()
        for language, found in chosen.items():
            right[name][language] = sum(detect(sample.text) == language[:2] for sample in found)
        spent[name] = time.perf_counter() - begun
    print(f"{'':10}{'n':>6}" + "".join(f"{name:>13}" for name in named))
    for language in [*(code for code in SHOWN if code in chosen), "others"]:
        group = [language] if language in chosen else [code for code in chosen if code not in SHOWN]
        if number := sum(len(chosen[code]) for code in group):
            shares = (sum(right[name][code] for code in group) / number for name in named)
            print(f"{language:10}{number:>6}" + "".join(f"{share:>13.3f}" for share in shares))
    total = sum(map(len, chosen.values()))
    print(f"{'all':10}{total:>6}" + "".join(f"{right[name].total() / total:>13.4f}" for name in named))
    print(f"{'µs a text':16}" + "".join(f"{spent[name] / total * 1e6:>13.0f}" for name in named))


def print_reliability(samples: Sequence[Sample]) -> None:
    """A line a bin of confidence: how many answers, the mean of what they claim, the share that is right."""
    answers = [(identify_language(sample.text), sample.language[:2]) for sample in samples]
    given = [(found.confidence, found.code == language) for found, language in answers if found]
    print(f"{'confidence':>14}{'n':>8}{'mean':>8}{'right':>8}     (no answer: {len(answers) - len(given)})")
    for least, end in pairwise(BINS):
        if among := [(confidence, is_right) for confidence, is_right in given if least <= confidence < end]:
            mean, share = (sum(values) / len(among) for values in zip(*among, strict=True))
            print(f"{least:>8.2f} – {min(end, 1):.2f}{len(among):>7}{mean:>8.3f}{share:>8.3f}")


def print_strange(samples: Sequence[Sample]) -> None:
    """Of texts in languages that are not among ours: how many get an answer, and how many a sure one."""
    found = [identify_language(sample.text) for sample in samples]
    sure = sum(answer is not None and answer.confidence >= 0.8 for answer in found)
    print(f"{len(found)} texts, no answer to {found.count(None)}, an answer of .8 and more to {sure}")


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--sentences", type=Path)
    parser.add_argument("--half", type=int, choices=(0, 1), default=1)
    parser.add_argument(
        "--most", type=int, default=300, help="texts of a language that each detector is asked"
    )
    options = parser.parse_args()
    sources = {"news": list(read_news(options.data))}
    if options.sentences:
        sources["sentences"] = list(read_sentences(options.sentences))
    codes = {sample.language[:2] for samples in sources.values() for sample in samples} - set(STRANGE)
    detectors = {"ours": _ours} | peers(codes)
    print("not installed:", ", ".join(name for name, detect in detectors.items() if not detect) or "none")
    for source, samples in sources.items():
        known = [
            sample
            for sample in samples
            if sample.half == options.half and sample.language in codes | {"sr-Latn"}
        ]
        for kind in (True, False):
            print(f"\n{'Titles' if kind else 'Leads'} of {source}")
            print_accuracy([sample for sample in known if sample.is_title is kind], detectors, options.most)
        print(f"\nReliability, {source}")
        print_reliability(known)
        if strange := [sample for sample in samples if sample.language in STRANGE]:
            print("\nIn languages that are not among ours")
            print_strange(strange)


if __name__ == "__main__":
    main()
