"""Stored stories by the hundred thousand, made of real texts, as alike to each other as those are.

Hashes drawn at random never meet, real word triples do: "one of the", a site's credits, the name of a general staff.
So a made text is a real one in which every word is drawn anew that stands in no triple of another real text, and
of what does stand in one, a quarter: for two may be made of the same text. Drawn are words of the language, as often
as it uses them. Any two made texts then share about as many hashes as two real ones do; `likeness_of` gives the
figure of both, and `copy_index.py` prints it.
"""

import sys
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "plugins"), str(ROOT / "benchmarks")]

from copy_texts import FEWEST_WORDS, Text  # noqa: E402

from newsmonitor import parts  # noqa: E402
from newsmonitor.records import Story  # noqa: E402
from newsmonitor.schemas import schema_of  # noqa: E402
from newsmonitor.shingles import asked, sample, shingle_hashes, word_ids, words  # noqa: E402

DAYS = 60
TODAY = date(2026, 11, 24)
MOST_WORDS = 400
_KEPT = 0.75


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """Made texts: of each its language, words and their ids."""

    languages: list[str]
    words: list[NDArray[np.object_]]
    ids: list[NDArray[np.uint64]]

    def text(self, place: int) -> str:
        return " ".join(self.words[place])

    def fingerprint(self, place: int) -> NDArray[np.uint32]:
        return sample(shingle_hashes(self.ids[place]))


class Maker:
    """Makes texts from real ones; the same for the same seed."""

    def __init__(self, texts: Sequence[Text]) -> None:
        long = [text for text in texts if text.word_count >= FEWEST_WORDS]
        self.languages = [text.language for text in long]
        self._words = [np.array(words(text.text)[:MOST_WORDS], dtype=object) for text in long]
        self._ids = [word_ids(text.text)[:MOST_WORDS] for text in long]
        hashes = [shingle_hashes(ids) for ids in self._ids]
        counts = Counter(value for some in hashes for value in set(some.tolist()))
        self._runs = [_shared_runs(some, counts) for some in hashes]
        shared = np.array([value for value, count in counts.items() if count > 1], np.uint64)
        self.common = asked(shared)
        pool: dict[str, list[int]] = defaultdict(list)
        for place, language in enumerate(self.languages):
            pool[language].append(place)
        self._pool = {
            language: (
                np.concatenate([self._words[place] for place in places]),
                np.concatenate([self._ids[place] for place in places]),
            )
            for language, places in pool.items()
        }

    def make(self, count: int, seed: int) -> Made:
        """So many texts."""
        chance = np.random.default_rng(seed)
        made = Made(languages=[], words=[], ids=[])
        for place in chance.integers(0, len(self._words), count).tolist():
            found, ids, runs = self._words[place].copy(), self._ids[place].copy(), self._runs[place]
            is_kept = chance.random(len(found) + 1) < _KEPT
            is_kept[0] = False
            fresh = np.flatnonzero(~is_kept[runs])
            pool_words, pool_ids = self._pool[self.languages[place]]
            drawn = chance.integers(0, len(pool_ids), len(fresh))
            found[fresh], ids[fresh] = pool_words[drawn], pool_ids[drawn]
            made.languages.append(self.languages[place])
            made.words.append(found)
            made.ids.append(ids)
        return made

    def real_fingerprints(self) -> list[NDArray[np.uint32]]:
        """The fingerprints of the real texts, cut to the same length."""
        return [sample(shingle_hashes(ids)) for ids in self._ids]


def _shared_runs(hashes: NDArray[np.uint64], counts: Counter[int]) -> NDArray[np.intp]:
    """Of each word the number of the run it is in of triples that other texts have, too; 0 where it is in none."""
    shared = np.array([counts[value] > 1 for value in hashes.tolist()], bool)
    covered = np.zeros(len(hashes) + 2, bool)
    for offset in range(3):
        covered[offset : offset + len(hashes)] |= shared
    begins = covered & ~np.concatenate([[False], covered[:-1]])
    return np.where(covered, np.cumsum(begins), 0)


def likeness_of(fingerprints: Sequence[NDArray[np.uint32]]) -> tuple[float, float]:
    """Hashes that two fingerprints share on average, and the share of pairs with two or more, in a thousand each."""
    holders: dict[int, list[int]] = defaultdict(list)
    for place, fingerprint in enumerate(fingerprints):
        for value in fingerprint.tolist():
            holders[value].append(place)
    shared = Counter(
        (one, other) for some in holders.values() for at, one in enumerate(some) for other in some[at + 1 :]
    )
    pairs = len(fingerprints) * (len(fingerprints) - 1) / 2
    return 1000 * shared.total() / pairs, 1000 * sum(count > 1 for count in shared.values()) / pairs


def write_store(root: Path, maker: Maker, count: int, *, times: int = 1) -> int:
    """Write `stories` of the 60 days before TODAY, as the warehouse lays them out; the bytes of all fingerprints.

    times: each made text stands for so many, without texts, whose hashes are others where no real text has them.
    """
    size = 0
    for number in range(DAYS):
        day = TODAY - timedelta(days=DAYS - number)
        folder = root / "stories" / f"day={day.isoformat()}"
        folder.mkdir(parents=True)
        part = folder / "part-000.parquet"
        seed = number * 1_000_000
        made = maker.make(count // DAYS // times, seed)
        columns = _columns(made, seed) if times == 1 else _bare_columns(made, seed, times, maker.common)
        # As a day is when it is closed.
        parts.renew(part, _rows(columns, day), temporary=root / "part.tmp")
        size += _column_bytes(part, "fingerprint")
    return size


def _columns(made: Made, seed: int) -> dict[str, Any]:
    """What filing asks of stored stories."""
    places = range(len(made.ids))
    return {
        "story_id": [f"{seed + place:032x}" for place in places],
        "canonical_url": [f"https://outlet{place % 400}.example/{seed + place}" for place in places],
        "title": [" ".join(some[:10]) for some in made.words],
        "text": [made.text(place) for place in places],
        "text_sha256": [f"{seed + place:064x}" for place in places],
        "fingerprint": [made.fingerprint(place) for place in places],
        "language": made.languages,
    }


def _bare_columns(made: Made, seed: int, times: int, common: NDArray[np.uint32]) -> dict[str, Any]:
    """Names and fingerprints alone, those of each made text in so many forms."""
    prints = [made.fingerprint(place) for place in range(len(made.ids))]
    numbers, sizes = np.concatenate(prints), [len(each) for each in prints]
    own = ~np.isin(numbers, common)
    salts = np.random.default_rng(seed).integers(1, 1 << 32, times, dtype=np.uint32)
    salts[0] = 0
    forms = np.concatenate([np.where(own, numbers ^ salt, numbers) for salt in salts])
    ends = np.concatenate([[0], np.cumsum(sizes * times)]).astype(np.int32)
    return {
        "story_id": [f"{seed + place:032x}" for place in range(len(prints) * times)],
        "fingerprint": pa.ListArray.from_arrays(ends, forms),
    }


def _rows(columns: dict[str, Any], day: date) -> pa.Table:
    count = len(columns["story_id"])
    noon = datetime.combine(day, datetime.min.time(), UTC) + timedelta(hours=12)
    columns |= {"entry_id": columns["story_id"], "group_id": columns["story_id"]}
    columns |= dict.fromkeys(("published_at", "seen_at", "filed_at"), [noon] * count)
    columns |= {
        "outlet": ["made"] * count, "feed_url": ["https://made.example/"] * count,
        "extraction": ["blocks"] * count, "is_backlog": [False] * count,
    }  # fmt: skip
    schema = schema_of(Story)
    arrays = [pa.array(columns.get(field.name, [None] * count), field.type) for field in schema]
    return pa.Table.from_arrays(arrays, schema=schema)


def _column_bytes(path: Path, column: str) -> int:
    """The bytes of a column in a file, compressed."""
    metadata = pq.read_metadata(path)
    groups = [metadata.row_group(place) for place in range(metadata.num_row_groups)]
    chunks = [group.column(place) for group in groups for place in range(group.num_columns)]
    return sum(chunk.total_compressed_size for chunk in chunks if chunk.path_in_schema.startswith(column))
