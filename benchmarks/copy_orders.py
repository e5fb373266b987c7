"""A thousand stories in ten random orders, killed in the middle and run again: the same groups; how orders differ.

    .venv/bin/python benchmarks/copy_orders.py --data path/to/data [--orders 10]

250 real texts with three copies each (copy_texts.py). In each order a process files them in four runs and is killed
(SIGKILL) at a random moment of the time that the whole takes; then it is run again to its end. The groups must be
those of the same order without a kill. Printed is how the groups of one order differ from those of the next, and
from the truth: pairs of stories in one group, as F1; and the share of groups that are the same. Exits 1 if a kill
changes anything.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from itertools import combinations
from pathlib import Path
from random import Random
from time import monotonic

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "plugins"), str(ROOT / "benchmarks")]

from copy_desk import CopyDesk  # noqa: E402
from copy_texts import FEWEST_WORDS, NOON, Article, made_copies, originals, real_texts  # noqa: E402

TEXTS, COPIES, RUNS = 250, 3, 4
TEN_MINUTES = timedelta(minutes=10)

Groups = Mapping[str, str]


def thousand(data: Path) -> tuple[list[Article], Groups]:
    """The articles, and of each the text that it is or was made of."""
    chance = Random(20261101)
    texts = [text for text in real_texts(data) if text.word_count >= FEWEST_WORDS]
    texts = chance.sample(texts, min(TEXTS, len(texts)))
    truth = {text.name: text.name for text in texts}
    articles = originals(texts, chance)
    made: dict[str, int] = Counter()
    for copy in made_copies(texts, chance):
        if made[copy.of] < COPIES:
            made[copy.of] += 1
            truth[copy.article.name] = copy.of
            articles.append(copy.article)
    return articles, truth


def file_all(folder: Path) -> None:
    """What the child does: file the articles of orders.json in this folder, in four runs ten minutes apart."""
    rows = json.loads((folder / "order.json").read_text())
    articles = [
        Article(**{**row, "published_at": datetime.fromisoformat(row["published_at"])}) for row in rows
    ]
    desk, size = CopyDesk(folder), -(-len(articles) // RUNS)
    print("ready", flush=True)
    for number in range(RUNS):
        desk.file(
            articles[number * size : (number + 1) * size],
            at=NOON + timedelta(days=3) + number * TEN_MINUTES,
            is_site_learnt=False,
        )


def run_child(folder: Path, kill_after: float | None = None) -> tuple[bool, float]:
    """Whether the child came to its end, and the seconds from when it was ready."""
    command = [sys.executable, __file__, "--data", ".", "--child", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
        begun = monotonic()
        try:
            child.wait(kill_after)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
        seconds = monotonic() - begun
    if child.returncode not in (0, -9):
        raise SystemExit(f"the child failed with status {child.returncode}")
    return child.returncode == 0, seconds


def groups_of(folder: Path) -> Groups:
    return {name: filed.group_id for name, filed in CopyDesk(folder).filed().items()}


def order_groups(articles: Sequence[Article], folder: Path, chance: Random) -> tuple[Groups, Groups, float]:
    """The groups of one order: run through, and killed and run again; when it was killed, as a share of the time."""
    rows = [{**asdict(one), "published_at": one.published_at.isoformat()} for one in articles]
    through, killed = folder / "through", folder / "killed"
    for one in (through, killed):
        one.mkdir(parents=True)
        (one / "order.json").write_text(json.dumps(rows))
    is_whole, seconds = run_child(through)
    assert is_whole
    moment = chance.uniform(0.02, 0.98)
    is_whole, _ = run_child(killed, moment * seconds)
    if not is_whole:
        run_child(killed)
    return groups_of(through), groups_of(killed), 1.0 if is_whole else moment


def pair_f1(one: Groups, other: Groups) -> tuple[float, float, float]:
    """Of the pairs that one has in a group, the share that the other has; the reverse; their F1."""
    both = _pairs(Counter((one[name], other[name]) for name in one).values())
    mine, theirs = _pairs(Counter(one.values()).values()), _pairs(Counter(other.values()).values())
    forth, back = both / max(mine, 1), both / max(theirs, 1)
    return forth, back, 2 * forth * back / max(forth + back, 1e-9)


def _pairs(sizes: Iterable[int]) -> int:
    return sum(size * (size - 1) // 2 for size in sizes)


def same_share(one: Groups, other: Groups) -> float:
    """The share of one's groups that the other has with the very same members."""
    mine, theirs = _members(one), _members(other)
    return len(mine & theirs) / len(mine)


def _members(groups: Groups) -> set[frozenset[str]]:
    members: dict[str, set[str]] = defaultdict(set)
    for name, group in groups.items():
        members[group].add(name)
    return {frozenset(some) for some in members.values()}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder with kursk/ and articles/")
    parser.add_argument("--orders", type=int, default=10)
    parser.add_argument("--child", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        file_all(options.child)
        return 0
    articles, truth = thousand(options.data)
    print(f"{len(articles)} stories of {len(set(truth.values()))} texts, in {options.orders} orders")
    found: list[Groups] = []
    changed = 0
    for number in range(options.orders):
        chance = Random(number)
        chance.shuffle(articles)
        with tempfile.TemporaryDirectory(prefix="newsmonitor-") as folder:
            through, killed, moment = order_groups(articles, Path(folder), chance)
        different = sum(through[name] != killed.get(name) for name in through)
        changed += different
        right, whole, f1 = pair_f1(through, truth)
        print(
            f"  order {number}: killed at {moment:4.0%}, run again: {different} stories in another group; "
            f"{len(set(through.values()))} groups, precision {right:.4f}, recall {whole:.4f}, F1 {f1:.4f}",
            flush=True,
        )
        found.append(through)
    show_differences(found)
    print("the same groups after each kill" if not changed else f"{changed} stories were put elsewhere")
    return 1 if changed else 0


def show_differences(found: Sequence[Groups]) -> None:
    couples = list(combinations(found, 2))
    if couples:
        f1 = [pair_f1(one, other)[2] for one, other in couples]
        same = [same_share(one, other) for one, other in couples]
        print(
            f"two orders: pairs in one group F1 {sum(f1) / len(f1):.4f} (least {min(f1):.4f}), "
            f"the same groups {sum(same) / len(same):.2%} (least {min(same):.2%})"
        )


if __name__ == "__main__":
    sys.exit(main())
