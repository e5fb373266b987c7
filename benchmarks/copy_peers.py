"""The usual way to find near copies, beside which the benchmarks run: datasketch's MinHashLSH on word triples."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from datasketch import MinHash, MinHashLSH

PERMUTATIONS = 128
LOW = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Nearest:
    """The stored text most like a new one, by estimated Jaccard; that it is like it at all is what the LSH says."""

    name: str
    jaccard: float


def triples(text: str) -> list[bytes]:
    """The distinct runs of three words; of a shorter text, the text."""
    words = text.lower().split()
    return list(
        {" ".join(words[i : i + 3]).encode("utf-8", "replace") for i in range(max(1, len(words) - 2))}
    )


def minhash(text: str) -> MinHash:
    sketch = MinHash(num_perm=PERMUTATIONS)
    sketch.update_batch(triples(text))
    return sketch


def nearest(sketches: Mapping[str, MinHash], threshold: float) -> dict[str, Nearest | None]:
    """For each text, in order, the nearest of those before it that share a bucket of the LSH with it."""
    index = MinHashLSH(threshold=threshold, num_perm=PERMUTATIONS)
    found: dict[str, Nearest | None] = {}
    for name, sketch in sketches.items():
        likes = [Nearest(name=key, jaccard=sketch.jaccard(sketches[key])) for key in index.query(sketch)]
        found[name] = max(likes, key=lambda like: (like.jaccard, like.name), default=None)
        index.insert(name, sketch)
    return found


def groups(found: Mapping[str, Nearest | None], least: float = 0.0) -> dict[str, str]:
    """The group of each text: that of the nearest one, if it is as near as that; else its own."""
    group: dict[str, str] = {}
    for name, like in found.items():
        group[name] = group[like.name] if like and like.jaccard >= least else name
    return group


def best(
    found: Mapping[str, Nearest | None], score: Callable[[dict[str, str]], float]
) -> tuple[float, dict[str, str]]:
    """The least Jaccard that scores best, chosen on these very texts, and its groups."""
    tried = ((step / 100, groups(found, step / 100)) for step in range(2, 100, 2))
    return max(tried, key=lambda one: score(one[1]))
