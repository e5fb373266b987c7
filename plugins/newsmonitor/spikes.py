"""When there is more of something than usual: counts in, spikes out. Pure; times are seconds since 1970, UTC.

The last hour is held against the same hour of the days before, the last 24 hours against those before. How many are
usual is itself not known well: the tail is that of a negative binomial whose mean has the spread that so few days
give it (the posterior predictive of Poisson counts under Jeffreys' prior), and whose dispersion is estimated and
held towards what news has. One event gives several stories, the more of them the more feeds there are; how many, the
rarer series tell together, for each alone has seen too little. Many are compared at once, every five minutes: the
false alarms that a month may have are shared out among them (Bonferroni, weighted).

Nothing is remembered from run to run: the days that count are gone through anew, filing by filing, so that a spike
is found at the same time by every run that comes after it.
"""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from math import exp, inf, lgamma, log, log1p, sqrt

TOPIC, PLACE = "topic", "place"
HOUR, DAY = WINDOWS = ("hour", "day")
SECONDS: Mapping[str, float] = {HOUR: 3_600.0, DAY: 86_400.0}
_A_DAY = 86_400.0

BASELINE_DAYS = 28
FEWEST_DAYS = 3
# So far before the time asked for it is gone through: an episode that is older is not known to its beginning.
REPLAY_SECONDS = 7 * _A_DAY
# What `find` reads before the time asked for.
HISTORY_SECONDS = REPLAY_SECONDS + (BASELINE_DAYS + 1) * _A_DAY
# An alarm that is still for so long is over; the next is another.
_REST: Mapping[str, float] = {HOUR: 6 * 3_600.0, DAY: _A_DAY}

# False alarms a month that a rule may have, of all it compares together.
_PER_MONTH: Mapping[str, float] = {"low": 0.25, "medium": 1.0, "high": 4.0}
# Windows that slide overlap: so many of a month count as looks of their own (measured, benchmarks/spikes.py).
_LOOKS: Mapping[str, float] = {HOUR: 30 * 24 * 3.0, DAY: 30 * 3.0}
# However sure it is: what is not twice the usual surprises nobody.
_TIMES = 2.0

# Variance over the mean, by the mean: what stories a day of one subject have, and how sure that is (one sigma).
_DISPERSION, _DISPERSION_SIGMA, _MOST_DISPERSION = 0.15, 0.1, 2.0
# Stories that an event adds to its first, and how many stories' worth of evidence that is before any is seen.
_ADDED, _ADDED_STORIES, _MOST_ADDED = 0.5, 10.0, 20.0
# Series with fewer in a window tell how many come together; of others the dispersion does.
_RARE = 1.0
# A window says how much there was only if the polls beside its ends are as far from each other as those.
_OFF_BY = 0.25
# Feeds still hold what they announced six hours ago, not always what they did a day ago.
_LONGEST_GAP = 6 * 3_600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """What is counted of one topic or place: when each of its story groups was first filed, in order of time.

    usual has those of counted, and what newer rules found since: it is what a count is compared with.
    """

    kind: str
    name: str
    counted: Sequence[float]
    usual: Sequence[float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Spike:
    """More than usual: found at a time, in the window that ends there.

    step 0 begins an episode, each further one has twice the count of the step before. began_at is None where the
    episode is older than what was gone through. usual is the mean of the known days, most the highest of them;
    chance that of so many or more, were all as usual.
    """

    kind: str
    name: str
    window: str
    found_at: float
    began_at: float | None
    step: int
    count: int
    usual: float
    most: int
    days: int
    chance: float


def find(
    series: Sequence[Series],
    *,
    polled: Sequence[float],
    since: float,
    until: float,
    sensitivity: str,
    least: int,
) -> list[Spike]:
    """The spikes found in (since, until], in order of time.

    polled are the times of the desk's polls that got an answer, in order: a day on which it was off is not
    compared with, and neither is the hour after. Both need HISTORY_SECONDS before since. least is the fewest
    stories that may be a spike. An alarm is found once while it lasts, and again when it has doubled. A day's
    spike is left out where an hour's, found within it, has half of it or more.
    """
    desk = _Desk(polled)
    crowds = {window: _Crowds(series, desk, window) for window in WINDOWS}
    found: list[Spike] = []
    for each in series:
        if len(each.counted) < least:
            continue
        rivals = sum(other.kind == each.kind for other in series)
        kinds = len({other.kind for other in series})
        share = _PER_MONTH[sensitivity] / (len(WINDOWS) * kinds * rivals)
        hours, days = (
            list(_episodes(_alarms(each, crowds[window], since, until, share / _LOOKS[window], least)))
            for window in WINDOWS
        )
        found += [*hours, *(day for day in days if not _is_told(day, hours))]
    within = (spike for spike in found if since < spike.found_at <= until)
    return sorted(within, key=lambda spike: (spike.found_at, spike.kind, spike.name, spike.window))


def tail(count: int, mean: float, size: float, *, enough: float = inf) -> float:
    """The chance of `count` or more, of a negative binomial with this mean and size; variance: mean + mean² / size.

    Where it is more than enough, it may be given too low, but not lower than enough.
    """
    if count <= 0:
        return 1.0
    odds = mean / (size + mean)
    at = count if count > mean else count - 1
    term = exp(lgamma(at + size) - lgamma(size) - lgamma(at + 1) + at * log(odds) + size * log1p(-odds))
    total = 0.0
    if count <= mean:
        # The rest, downwards: from far below the mean, a first term of zero is no sign that all are.
        for below in range(at, -1, -1):
            total += term
            term *= below / (odds * (below - 1 + size)) if below else 0.0
        return max(0.0, 1 - total)
    while total <= enough:
        total += term
        ratio = odds * (at + size) / (at + 1)
        # No later ratio is higher than this: the rest is less than a geometric series.
        bound = max(ratio, odds)
        if bound < 1 and term * bound / (1 - bound) <= 1e-6 * total:
            break
        term *= ratio
        at += 1
    return min(1.0, total)


class _Desk:
    """When the desk was on: of which windows the count can be compared."""

    def __init__(self, polled: Sequence[float]) -> None:
        self._polled = polled
        self._after_gap = [later for before, later in pairwise(polled) if later - before > _LONGEST_GAP]
        self._known: dict[tuple[float, float], bool] = {}
        self._days_before: dict[tuple[float, float], list[float]] = {}

    def knows(self, end: float, seconds: float) -> bool:
        """Whether what was filed in the window is what appeared in it.

        What a poll brings appeared since the poll before: after an hour off, the next hour has the news of two.
        """
        key = end, seconds
        if key not in self._known:
            self._known[key] = self._is_known(end, seconds)
        return self._known[key]

    def days_before(self, end: float, seconds: float) -> Sequence[float]:
        """The ends of the known windows of the days before, at the same time of the day."""
        key = end, seconds
        if key not in self._days_before:
            ends = (end - day * _A_DAY for day in range(1, BASELINE_DAYS + 1))
            self._days_before[key] = [each for each in ends if self.knows(each, seconds)]
        return self._days_before[key]

    def _is_known(self, end: float, seconds: float) -> bool:
        first = bisect_right(self._polled, end - seconds) - 1
        last = bisect_right(self._polled, end) - 1
        if first < 0:
            return False
        begin, stop = self._polled[first], self._polled[last]
        if abs(stop - begin - seconds) > _OFF_BY * seconds:
            return False
        gap = bisect_right(self._after_gap, begin)
        return gap == len(self._after_gap) or self._after_gap[gap] > stop


@dataclass(frozen=True, slots=True)
class _Usual:
    """What the known days had, and what follows for the count of another."""

    counts: list[int]
    dispersion: float
    added: float

    @property
    def mean(self) -> float:
        """As Jeffreys' prior has it: never having seen any is no proof that there is none."""
        return (sum(self.counts) + 0.5) / len(self.counts)

    @property
    def size(self) -> float:
        """That of the negative binomial: from day to day it varies, and the mean is of so many days only.

        Where few are usual, those that come together count for more than how days differ.
        """
        varies = max(self.dispersion * (1 + 1 / len(self.counts)), self.added / self.mean)
        return 1 / (varies + 1 / (sum(self.counts) + 0.5))


class _Crowds:
    """How counts of one window vary: learnt anew for each day, of the days before."""

    def __init__(self, series: Sequence[Series], desk: _Desk, window: str) -> None:
        self.desk = desk
        self.window = window
        self._series = series
        self._added: dict[float, float] = {}
        self._by_hour: dict[tuple[str, str, float], float] = {}

    def added(self, end: float) -> float:
        """How many stories one brings with it, where they are rare."""
        midnight = end - end % _A_DAY
        if midnight not in self._added:
            seconds = SECONDS[self.window]
            first = midnight - BASELINE_DAYS * _A_DAY
            bins = [first + seconds * number for number in range(1, round((midnight - first) / seconds) + 1)]
            known = sum(self.desk.knows(each, seconds) for each in bins)
            times = [_cut(each.usual, first, midnight) for each in self._series]
            self._added[midnight] = _added(times, seconds, known)
        return self._added[midnight]

    def dispersion(self, series: Series, end: float, counts: Sequence[int]) -> float:
        """How much the counts of this series vary; those of an hour alone say little, so all hours are asked."""
        if self.window == DAY:
            return _dispersion([counts])
        midnight = end - end % _A_DAY
        key = series.kind, series.name, midnight
        if key not in self._by_hour:
            self._by_hour[key] = _dispersion(_by_hour(series, self.desk, midnight))
        return self._by_hour[key]


def _alarms(
    series: Series, crowds: _Crowds, since: float, until: float, level: float, least: int
) -> Iterator[Spike]:
    """Each filing after which there is more than usual, as a spike of its own; from the start of the replay."""
    desk, window = crowds.desk, crowds.window
    seconds, start = SECONDS[window], since - REPLAY_SECONDS
    counted = series.counted
    for end, later in zip(counted, [*counted[1:], inf], strict=True):
        if end == later or not start < end <= until:
            # Of those filed together, the last one sees all.
            continue
        count = _between(counted, end, seconds)
        if count < least or not desk.knows(end, seconds):
            continue
        ends = desk.days_before(end, seconds)
        if len(ends) < FEWEST_DAYS or count * len(ends) < _TIMES * _least_of(series.usual, ends, seconds):
            continue
        counts = [_between(series.usual, each, seconds) for each in ends]
        if count * len(counts) < _TIMES * sum(counts):
            continue
        usual = _Usual(counts, crowds.dispersion(series, end, counts), crowds.added(end))
        chance = tail(count, usual.mean, usual.size, enough=level)
        if chance < level:
            yield Spike(
                kind=series.kind,
                name=series.name,
                window=window,
                found_at=end,
                began_at=end if end - start > _REST[window] else None,
                step=0,
                count=count,
                usual=sum(counts) / len(counts),
                most=max(counts),
                days=len(counts),
                chance=chance,
            )


def _episodes(alarms: Iterable[Spike]) -> Iterator[Spike]:
    """Of alarms that follow each other, the first, and each that has twice the count of the one before it here."""
    last = told = None
    for alarm in alarms:
        if told is None or last is None or alarm.found_at - last > _REST[alarm.window]:
            told = alarm
            yield alarm
        elif alarm.count >= 2 * told.count:
            told = replace(alarm, began_at=told.began_at, step=told.step + 1)
            yield told
        last = alarm.found_at


def _is_told(day: Spike, hours: Iterable[Spike]) -> bool:
    return any(
        0 <= day.found_at - hour.found_at < SECONDS[DAY] and 2 * hour.count >= day.count for hour in hours
    )


def _between(times: Sequence[float], end: float, seconds: float) -> int:
    return bisect_right(times, end) - bisect_right(times, end - seconds)


def _least_of(times: Sequence[float], ends: Sequence[float], seconds: float) -> int:
    """How many there are in the windows at least: of days without a gap, told in one look."""
    is_whole = seconds == _A_DAY and len(ends) == BASELINE_DAYS
    return _between(times, ends[0], BASELINE_DAYS * _A_DAY) if is_whole else 0


def _cut(times: Sequence[float], after: float, until: float) -> Sequence[float]:
    return times[bisect_right(times, after) : bisect_right(times, until)]


def _added(series: Iterable[Sequence[float]], seconds: float, known: int) -> float:
    """Variance over the mean, less one, of the counts of rare series, taken together over so many windows.

    The series that says most is left out: one past event of a lifetime would hide all that come after it.
    """
    said = []
    for times in series:
        if known < 2 or not 0 < len(times) < _RARE * known:
            continue
        squares = sum(count**2 for count in Counter(-(-time // seconds) for time in times).values())
        mean = len(times) / known
        said.append(((squares - len(times) * mean) / (known - 1) * known - len(times), len(times)))
    if len(said) > FEWEST_DAYS:
        said.remove(max(said))
    excess = sum(each for each, _ in said) + _ADDED * _ADDED_STORIES
    stories = sum(count for _, count in said) + _ADDED_STORIES
    return min(_MOST_ADDED, max(0.0, excess / stories))


def _by_hour(series: Series, desk: _Desk, midnight: float) -> list[list[int]]:
    """The counts of the known days before, a list for each hour of the day: one hour alone says little."""
    first = midnight - BASELINE_DAYS * _A_DAY
    if bisect_left(series.usual, midnight) == bisect_left(series.usual, first):
        return []
    hours = [[first + day * _A_DAY + hour * 3_600.0 for day in range(BASELINE_DAYS)] for hour in range(1, 25)]
    return [
        [_between(series.usual, end, 3_600.0) for end in ends if desk.knows(end, 3_600.0)] for ends in hours
    ]


def _dispersion(slots: Iterable[Sequence[int]]) -> float:
    """How much more than Poisson counts vary, as a share of the squared mean; one standard error is added.

    By moments over all slots, each against its own mean, and held towards what is usual by how little they say.
    """
    excess = squares = freedom = total = days = 0.0
    for counts in slots:
        if len(counts) < 2:
            continue
        mean = sum(counts) / len(counts)
        variance = sum((count - mean) ** 2 for count in counts) / (len(counts) - 1)
        excess += (len(counts) - 1) * (variance - mean)
        # The square of a mean that is itself uncertain is too large by its variance.
        squares += (len(counts) - 1) * max(0.0, mean**2 - variance / len(counts))
        freedom += len(counts) - 1
        total += sum(counts)
        days += len(counts)
    prior = 1 / _DISPERSION_SIGMA**2
    if not total or not squares:
        return _DISPERSION + _DISPERSION_SIGMA
    known = freedom / (2 * (_DISPERSION + days / total) ** 2)
    found = min(_MOST_DISPERSION, max(0.0, excess / squares))
    return (known * found + prior * _DISPERSION) / (known + prior) + 1 / sqrt(known + prior)
