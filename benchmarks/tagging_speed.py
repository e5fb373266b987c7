"""Stories tagged in a second on one core, in a stream of which one in a hundred matches; the naive pattern beside it.

    .venv/bin/python benchmarks/tagging_speed.py path/to/ordinary.jsonl.gz [--stories 3000] [--rounds 5]

The file has a JSON object a line with title, text and lang: ordinary news that is not about the topic. Its items are
joined, each language for itself, to stories of 4,000 characters. The matching stories are made of our own sentences
(tests/kursk_items_a.jsonl), to the same length, so that they say the topic's name far more often than an article does.
Exits 1 where one topic is tagged slower than WANTED.
"""

import argparse
import gzip
import json
import random
import re
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "plugins"))

from newsmonitor.context import read_topics  # noqa: E402
from newsmonitor.settings import Settings  # noqa: E402
from newsmonitor.tagging import tag_story  # noqa: E402

LENGTH = 4_000
WANTED = 5_000
NAIVE = re.compile("kursk|курск|курськ", re.IGNORECASE)
Story = tuple[str, str]


def read_pieces(path: Path) -> dict[str, list[str]]:
    """The texts of the file by language."""
    pieces: defaultdict[str, list[str]] = defaultdict(list)
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            item = json.loads(line)
            pieces[item["lang"]].append(f"{item['title'] or ''}. {item['text'] or ''}")
    return pieces


def make_stories(pieces: dict[str, list[str]], count: int) -> list[Story]:
    """Language and text of each story; every hundredth is about the topic."""
    chance = random.Random(6)
    languages = list(pieces)
    weights = [sum(map(len, pieces[language])) for language in languages]
    lines = (ROOT / "tests/kursk_items_a.jsonl").read_text("utf-8").splitlines()
    about = [
        item for item in map(json.loads, lines) if item["expect"] == ["main"] and len(item["text"]) > 400
    ]
    stories = []
    for number in range(count):
        if number % 100 == 0:
            item = chance.choice(about)
            stories.append(
                (item["lang"], ((item["text"] + "\n") * (LENGTH // len(item["text"]) + 1))[:LENGTH])
            )
            continue
        [language] = chance.choices(languages, weights)
        text = ""
        while len(text) < LENGTH:
            text += chance.choice(pieces[language]) + "\n"
        stories.append((language, text[:LENGTH]))
    return stories


def rate(stories: Sequence[Story], work: Callable[[str, str], bool], rounds: int) -> tuple[float, int]:
    """Stories a second in the fastest round, for what else the machine does only slows; and how many matched."""
    seconds = []
    found = 0
    for _ in range(rounds):
        began = time.process_time()
        found = sum(work(language, text) for language, text in stories)
        seconds.append(time.process_time() - began)
    return len(stories) / min(seconds), found


def main() -> None:
    """Measure; one plain line where the file is absent."""
    parser = argparse.ArgumentParser(description="Stories tagged in a second on one core.")
    parser.add_argument("ordinary", type=Path)
    parser.add_argument("--stories", type=int, default=3_000)
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    if not given.ordinary.is_file():
        print(f"{given.ordinary} is not there, so nothing was measured")
        return
    stories = make_stories(read_pieces(given.ordinary), given.stories)
    topics = read_topics(Settings(seeds=ROOT / "seeds"))
    one = [topic for topic in topics if topic.topic_id == "kursk"]
    print(
        f"{len(stories):,} stories of {LENGTH:,} characters; seconds of the processor, fastest of {given.rounds}"
    )
    naive, hits = rate(stories, lambda _, text: bool(NAIVE.search(text)), given.rounds)
    print(f"{'naive pattern':28}{naive:10,.0f} a second{hits:6} match   1.00")
    speeds = []
    for name, chosen in (("topic kursk", one), (f"all {len(topics)} topics", list(topics))):
        speed, hits = rate(
            stories,
            lambda language, text, chosen=chosen: (
                tag_story(chosen, title=None, text=text, language=language)["level"] is not None
            ),
            given.rounds,
        )
        print(f"{name:28}{speed:10,.0f} a second{hits:6} match   {speed / naive:.2f}")
        speeds.append(speed)
    sys.exit(speeds[0] < WANTED)


if __name__ == "__main__":
    main()
