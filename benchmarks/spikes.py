"""Spikes in made-up months: false alarms at each sensitivity, and how soon bursts are found.

A desk with one topic and 40 places, polled every five minutes; stories come at random, the same for the same seed:

    quiet         two a day
    rhythm        two an hour, by day six times as many as at night, on weekends 0.6 times
    busy          the same, 20 an hour
    uneven        as rhythm; each day has its own level (gamma, k = 4), and so has each hour (k = 4)
    clustered     as rhythm; half of all stories bring on another within three hours (by other words, so no copies)

In none of them is there anything to find: whatever is found is a false alarm. But in `clustered` a chain of a dozen is
what a reader may well want to hear of. A burst multiplies the usual of the topic, or of a place that has a
sixteenth of it, for six hours.

    .venv/bin/python benchmarks/spikes.py [--months 12] [--bursts 60] [--seed 7]
"""

import argparse
import math
import random
import sys
import time
from bisect import bisect_right
from collections import Counter
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "plugins")]

from newsmonitor.alertspec import SENSITIVITIES  # noqa: E402
from newsmonitor.spikes import HISTORY_SECONDS, PLACE, TOPIC, Series, find  # noqa: E402

DAY, HOUR, STEP = 86_400.0, 3_600.0, 300.0
MONTH = 30 * DAY
LEAST = 5
PLACES = 40
# A Monday, midnight.
FIRST = 1_790_553_600.0
BEGIN = FIRST + math.ceil(HISTORY_SECONDS / DAY) * DAY
AN_HOUR = {"quiet": 2 / 24, "rhythm": 2.0, "busy": 20.0, "uneven": 2.0, "clustered": 2.0}


class World:
    """Months of stories of one kind; the same for the same seed."""

    def __init__(self, kind: str, seed: int, days: int) -> None:
        self.kind = kind
        self.random = random.Random(f"{kind} {seed}")
        self.end = BEGIN + days * DAY
        self.polled = [FIRST + STEP * n for n in range(round((self.end - FIRST) / STEP) + 1)]
        self.rates = self._rates()
        self.stories = self._stories()

    def rate(self, moment: float) -> float:
        """Stories an hour that are usual at a moment."""
        return self.rates[int((moment - FIRST) // HOUR)]

    def series(self, extra: list[tuple[float, int]] | None = None) -> list[Series]:
        stories = sorted(self.stories + (extra or []))
        topic = [moment for moment, _ in stories]
        by_place: dict[int, list[float]] = {}
        for moment, place in stories:
            by_place.setdefault(place, []).append(moment)
        places = [
            Series(kind=PLACE, name=str(place), counted=times, usual=times)
            for place, times in sorted(by_place.items())
        ]
        return [Series(kind=TOPIC, name="topic", counted=topic, usual=topic), *places]

    def filed(self, moment: float) -> float:
        return FIRST + STEP * math.ceil((moment - FIRST) / STEP)

    def place(self) -> int:
        """Of 40 places a few have most: by Zipf."""
        return min(PLACES - 1, int(PLACES ** self.random.random()) - 1)

    def poisson(self, mean: float) -> int:
        if mean > 50:
            return max(0, round(self.random.gauss(mean, math.sqrt(mean))))
        limit, product, count = math.exp(-mean), self.random.random(), 0
        while product > limit:
            product *= self.random.random()
            count += 1
        return count

    def _rates(self) -> list[float]:
        rates, of_day = [], 1.0
        for hour in range(round((self.end - FIRST) / HOUR) + 1):
            if hour % 24 == 0:
                of_day = self.random.gammavariate(4, 1 / 4)
            rate = AN_HOUR[self.kind]
            if self.kind != "quiet":
                rate *= 1 + (5 / 7) * math.sin((hour % 24 - 7) / 24 * 2 * math.pi)
                rate *= 0.6 if hour // 24 % 7 > 4 else 1.0
            if self.kind == "uneven":
                rate *= of_day * self.random.gammavariate(4, 1 / 4)
            rates.append(rate)
        return rates

    def _stories(self) -> list[tuple[float, int]]:
        stories = []
        for hour, rate in enumerate(self.rates):
            own = rate / 2 if self.kind == "clustered" else rate
            for _ in range(self.poisson(own)):
                moment, place = FIRST + (hour + self.random.random()) * HOUR, self.place()
                stories.append((self.filed(moment), place))
                while self.kind == "clustered" and self.random.random() < 0.5:
                    moment += self.random.random() * 3 * HOUR
                    stories.append((self.filed(moment), place))
        return [story for story in stories if story[0] <= self.end]


def false_alarms(kind: str, months: int, seed: int) -> dict[str, Counter[tuple[str, str]]]:
    """By sensitivity, how many of what were found in so many months."""
    world = World(kind, seed, 30 * months)
    series = world.series()
    return {
        sensitivity: Counter(
            (spike.kind, spike.window)
            for spike in find(
                series,
                polled=world.polled,
                since=BEGIN,
                until=world.end,
                sensitivity=sensitivity,
                least=LEAST,
            )
        )
        for sensitivity in SENSITIVITIES
    }


def soon(
    kind: str, times: float, sensitivity: str, bursts: int, seed: int
) -> tuple[list[float], list[float], float]:
    """Minutes until a burst of the topic, and one of a place, was found, in any window, and stories an hour usual.

    Infinite: not within its six hours.
    """
    world = World(kind, seed + 1, 30)
    of_topic, of_place, usual = [], [], []
    for _ in range(bursts):
        begin = BEGIN + (1 + 27 * world.random.random()) * DAY
        until = world.filed(begin + 6 * HOUR)
        for place, found in ((None, of_topic), (3, of_place)):
            share = 1.0 if place is None else (math.log(5) - math.log(4)) / math.log(PLACES)
            extra = []
            for hour in range(6):
                rate = world.rate(begin + hour * HOUR) * share
                usual += [rate] if place is None else []
                for _ in range(world.poisson(rate * (times - 1))):
                    moment = world.filed(begin + (hour + world.random.random()) * HOUR)
                    extra.append((moment, world.place() if place is None else place))
            mine = [
                each
                for each in world.series(extra)
                if each.kind == TOPIC or place is None or each.name == str(place)
            ]
            wanted = (TOPIC, "topic") if place is None else (PLACE, str(place))
            spikes = find(
                [_until(each, until) for each in mine],
                polled=world.polled[: bisect_right(world.polled, until)],
                since=begin,
                until=until,
                sensitivity=sensitivity,
                least=LEAST,
            )
            first = next((s.found_at for s in spikes if (s.kind, s.name) == wanted), math.inf)
            found.append((first - begin) / 60)
    return of_topic, of_place, sum(usual) / len(usual)


def _until(series: Series, until: float) -> Series:
    times = series.counted[: bisect_right(series.counted, until)]
    return Series(kind=series.kind, name=series.name, counted=times, usual=times)


def _said(found: list[float]) -> str:
    share = sum(minutes < math.inf for minutes in found) / len(found)
    within = [minutes for minutes in found if minutes < math.inf]
    return f"{share:4.0%} {f'{median(within):4.0f} min' if within else '       -'}"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--months", type=int, default=12)
    parser.add_argument("--bursts", type=int, default=60)
    parser.add_argument("--seed", type=int, default=7)
    args = parser.parse_args()
    began = time.perf_counter()
    print(f"False alarms a month, over {args.months} months, of a topic and {PLACES} places\n")
    print(
        f"{'':12}"
        + "".join(f"{name:>10}" for name in SENSITIVITIES)
        + "   of medium: topic hour/day, places hour/day"
    )
    for kind in AN_HOUR:
        found = false_alarms(kind, args.months, args.seed)
        cells = "".join(f"{sum(found[name].values()) / args.months:10.2f}" for name in SENSITIVITIES)
        medium = found["medium"]
        parts = [
            f"{medium[what, window]}/{medium[what, other]}"
            for what in (TOPIC, PLACE)
            for window, other in [("hour", "day")]
        ]
        print(f"{kind:12}{cells}   {', '.join(parts)}", flush=True)
    print("\nBursts of six hours at medium: how many were found, and when in the median\n")
    print(
        f"{'':12}{'usual/h':>8}   "
        + "".join(f"{f'topic x{times}':>18}{f'a place x{times}':>18}" for times in (3, 5, 10))
    )
    for kind in AN_HOUR:
        cells = []
        for times in (3, 5, 10):
            of_topic, of_place, usual = soon(kind, times, "medium", args.bursts, args.seed)
            cells += [_said(of_topic), _said(of_place)]
        print(f"{kind:12}{usual:8.2f}   " + "".join(f"{cell:>18}" for cell in cells), flush=True)
    print(f"\n{time.perf_counter() - began:.0f} s")


if __name__ == "__main__":
    main()
