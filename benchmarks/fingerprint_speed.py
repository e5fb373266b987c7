"""Fingerprints a second beside datasketch's MinHash with 128 permutations, from the text on, on one core.

    .venv-peers/bin/python benchmarks/fingerprint_speed.py --data path/to/data

Both take word triples; each splits the text its own way: ours folds it (NFKC, case) and stems its words, datasketch
is given the distinct triples of `text.lower().split()` at once (`update_batch`), which is its quickest way for one
text. The two take turns, five times; medians are shown. Our table of known words is warm, as it is in a run. Exits 1
below twice as many a second.
"""

import argparse
import os
import statistics
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from time import perf_counter

# Before numpy is loaded: one thread.
os.environ |= dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
sys.path[:0] = [str(Path(__file__).resolve().parents[1] / part) for part in ("plugins", "benchmarks")]

from copy_peers import minhash  # noqa: E402
from copy_texts import FEWEST_WORDS, real_texts  # noqa: E402

from newsmonitor.shingles import fingerprint  # noqa: E402

PROMISED = 2.0
ROUNDS = 5


def seconds(make: Callable[[str], object], texts: Sequence[str]) -> float:
    begun = perf_counter()
    for text in texts:
        make(text)
    return perf_counter() - begun


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder with kursk/ and articles/")
    options = parser.parse_args()
    texts = [text.text for text in real_texts(options.data) if text.word_count >= FEWEST_WORDS]
    words = sum(len(text.split()) for text in texts) / len(texts)
    makers: dict[str, Callable[[str], object]] = {"newsmonitor": fingerprint, "datasketch": minhash}
    for make in makers.values():
        seconds(make, texts[:50])
    times: dict[str, list[float]] = {name: [] for name in makers}
    for _ in range(ROUNDS):
        for name, make in makers.items():
            times[name].append(seconds(make, texts))
    print(f"{len(texts)} real texts of {words:.0f} words each, median of {ROUNDS} turns (least to most)")
    for name, values in times.items():
        rates = sorted(len(texts) / value for value in values)
        print(f"  {name:12} {statistics.median(rates):7,.0f} a second ({rates[0]:,.0f} to {rates[-1]:,.0f})")
    ratios = [theirs / ours for ours, theirs in zip(*times.values(), strict=True)]
    ratio = statistics.median(ratios)
    print(f"  ratio {ratio:.2f} ({min(ratios):.2f} to {max(ratios):.2f}), promised {PROMISED}")
    return 0 if ratio >= PROMISED else 1


if __name__ == "__main__":
    sys.exit(main())
