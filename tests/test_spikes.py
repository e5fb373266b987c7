"""More than usual, or not: counts in, spikes out."""

import math
import random
from datetime import UTC, datetime
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsmonitor.spikes import DAY, HISTORY_SECONDS, HOUR, PLACE, TOPIC, Series, Spike, find, tail

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC).timestamp()
A_MINUTE, AN_HOUR, A_DAY = 60.0, 3_600.0, 86_400.0
BEGIN = NOON - HISTORY_SECONDS - 2 * A_DAY


def every(seconds: float, begin: float = BEGIN, end: float = NOON) -> list[float]:
    return [end - number * seconds for number in range(round((end - begin) / seconds), -1, -1)]


POLLED = every(5 * A_MINUTE)


def series(*times: float, name: str = "kursk", kind: str = TOPIC, usual: list[float] | None = None) -> Series:
    counted = sorted(times)
    return Series(
        kind=kind, name=name, counted=counted, usual=sorted(usual) if usual is not None else counted
    )


def found(*all_series: Series, polled=POLLED, since=NOON - A_DAY, until=NOON, sensitivity="medium", least=5):
    return find(all_series, polled=polled, since=since, until=until, sensitivity=sensitivity, least=least)


def burst(count: int, end: float = NOON, minutes: float = 50) -> list[float]:
    return [end - minutes * A_MINUTE * number / count for number in range(count)]


def said(spikes: list[Spike]) -> list[tuple[str, int, int]]:
    return [(spike.window, spike.step, spike.count) for spike in spikes]


# Two a day at other hours of the day than noon.
QUIET = [*every(A_DAY, end=NOON - 7 * AN_HOUR), *every(A_DAY, end=NOON - 15 * AN_HOUR)]


def test_many_stories_within_an_hour_are_a_spike_and_the_day_does_not_repeat_it():
    (spike,) = found(series(*QUIET, *burst(9)))

    assert (spike.window, spike.kind, spike.name, spike.step) == (HOUR, TOPIC, "kursk", 0)
    assert (spike.days, spike.most, spike.usual) == (28, 0, 0.0)
    # Found when there were enough, not when all were there.
    assert spike.count < 9
    assert spike.found_at == spike.began_at < NOON


def test_as_many_as_on_other_days_are_none():
    every_noon = [time for day in range(36) for time in burst(14, NOON - day * A_DAY)]

    assert found(series(*every_noon)) == []


def test_twice_as_much_as_when_it_was_told_is_told_again_and_no_more():
    spikes = found(series(*QUIET, *burst(40)))

    hours = [spike for spike in spikes if spike.window == HOUR]
    assert [spike.step for spike in hours] == [0, 1, 2, 3]
    assert all(later.count == 2 * before.count for before, later in pairwise(hours))
    assert len({spike.began_at for spike in hours}) == 1


def test_a_burst_after_hours_of_rest_is_another_episode():
    spikes = found(series(*QUIET, *burst(9, NOON - 9 * AN_HOUR), *burst(9)))

    assert [spike.step for spike in spikes if spike.window == HOUR] == [0, 0]


def test_a_day_of_steady_news_is_a_spike_of_the_day():
    """One each half hour: no hour is remarkable, the day is."""
    spikes = found(series(*QUIET, *every(AN_HOUR / 2, NOON - 20 * AN_HOUR)))

    assert (spikes[0].window, spikes[0].step) == (DAY, 0)
    assert {spike.window for spike in spikes} == {DAY}


def test_fewer_than_least_are_none_however_rare():
    assert found(series(*burst(4))) == []
    assert found(series(*burst(6)), least=7) == []
    assert len(found(series(*burst(6)), least=6)) == 1


def test_a_rise_of_less_than_twice_is_none_however_sure():
    """Two hundred a day to the minute for weeks, then 370; with 430 it is one."""
    steady = every(A_DAY / 200)

    assert found(series(*steady, *every(A_DAY / 170, NOON - A_DAY)), sensitivity="high") == []
    assert found(series(*steady, *every(A_DAY / 230, NOON - A_DAY)), sensitivity="high") != []


def test_where_days_differ_a_burst_must_be_larger():
    """Four an hour on all days, or none and eight by turns."""
    hours = range(1, 30 * 24)
    even = [NOON - hour * AN_HOUR for hour in hours for _ in range(4)]
    uneven = [NOON - hour * AN_HOUR for hour in hours for _ in range(hour // 24 % 2 * 8)]

    assert found(series(*even, *[NOON] * 22), since=NOON - A_MINUTE) != []
    assert found(series(*uneven, *[NOON] * 22), since=NOON - A_MINUTE) == []


def test_days_on_which_the_desk_was_off_are_left_out_and_not_counted_as_zero():
    """Every fourth day it was on, and had four stories at noon."""
    on = range(4, 33, 4)
    noons = [NOON - day * A_DAY for day in on]
    polled = [
        time
        for time in POLLED
        if time > NOON - A_DAY or any(abs(time - noon) < 3 * AN_HOUR for noon in noons)
    ]
    times = series(*(noon for noon in noons for _ in range(4)), *[NOON] * 30)

    of_known, of_all = found(times, polled=polled)[0], found(times)[0]

    assert (of_known.days, of_known.usual, of_known.most) == (7, 4.0, 4)
    assert (of_all.days, of_all.usual) == (28, 1.0)


def test_two_known_days_are_too_few_and_three_suffice():
    for days, expected in ((2, 0), (3, 1)):
        polled = every(5 * A_MINUTE, NOON - days * A_DAY - 2 * AN_HOUR)

        assert len(found(series(*burst(12)), polled=polled)) == expected


def test_what_is_caught_up_with_after_hours_off_is_no_spike():
    """Eight hours off, and the first poll brings what was announced meanwhile."""
    polled = [time for time in POLLED if not NOON - 9 * AN_HOUR < time < NOON - 10 * A_MINUTE]

    assert found(series(*QUIET, *[NOON - 10 * A_MINUTE] * 12), polled=polled) == []
    assert found(series(*QUIET, *[NOON - 10 * A_MINUTE] * 12)) != []


def test_an_hourly_desk_finds_spikes_of_the_hour():
    polled = every(AN_HOUR)

    assert said(found(series(*QUIET, *[NOON] * 12), polled=polled)) == [(HOUR, 0, 12)]


def test_what_newer_rules_found_later_is_compared_with_and_not_counted():
    """A topic got broader yesterday: what it would have found on all the days before is usual."""
    now = [NOON] * 40
    before = [NOON - day * A_DAY for day in range(1, 36) for _ in range(4)]

    with_past = found(series(*now, usual=[*before, *now]))
    alone = found(series(*now, usual=now))

    assert [(spike.count, spike.usual) for spike in with_past] == [(40, 4.0)]
    assert [(spike.count, spike.usual) for spike in alone] == [(40, 0.0)]


def test_of_events_that_always_bring_several_stories_one_more_is_no_spike():
    """Forty places; each has six stories on a few days of four weeks, by as many outlets."""
    random.seed(1)
    places = [
        [
            time
            for day in random.sample(range(1, 37), 4)
            for time in burst(6, NOON - day * A_DAY - 5 * AN_HOUR)
        ]
        for _ in range(40)
    ]
    places[0] += burst(6)
    all_series = [series(*times, name=str(number), kind=PLACE) for number, times in enumerate(places)]

    assert found(*all_series, since=NOON - AN_HOUR) == []
    # Alone, it is a place where nothing ever was.
    assert found(series(*burst(6), kind=PLACE), since=NOON - AN_HOUR) != []


def test_the_more_is_compared_the_more_it_takes():
    noons = [NOON - day * A_DAY for day in range(1, 36) for _ in range(3)]

    def fewest(others: int) -> int:
        quiet = [series(NOON - 9 * A_DAY, name=str(number), kind=PLACE) for number in range(others)]
        return next(
            count
            for count in range(5, 90)
            if found(series(*noons, *[NOON] * count, kind=PLACE), *quiet, since=NOON - A_MINUTE)
        )

    assert fewest(0) < fewest(20) < fewest(1_000)


def test_a_higher_sensitivity_finds_all_that_a_lower_one_does_and_sooner():
    random.seed(3)
    usual = [BEGIN + random.random() * (NOON - BEGIN) for _ in range(900)]
    times = series(*usual, *burst(9))
    at = {name: [s.found_at for s in found(times, sensitivity=name)] for name in ("low", "medium", "high")}

    assert min(at["high"], default=math.inf) <= min(at["medium"], default=math.inf)
    assert min(at["medium"], default=math.inf) <= min(at["low"], default=math.inf)
    assert at["high"]


def test_an_episode_that_has_lasted_for_weeks_is_not_told_as_new():
    lasting = every(AN_HOUR / 3, NOON - 12 * A_DAY)

    assert found(series(*QUIET, *lasting)) == []


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.integers(0, 3 * 288), min_size=5, max_size=60),
    st.integers(1, 40),
)
def test_a_later_run_finds_what_an_earlier_one_found_and_when(moments, later):
    """State lies in the tables alone: each run finds what there is anew, and gives it the same names."""
    times = series(*QUIET, *(NOON - 5 * A_MINUTE * moment for moment in moments))
    cut = NOON - later * 30 * A_MINUTE
    before = series(*(time for time in times.counted if time <= cut))

    # From another start of the replay, too.
    first = found(before, since=cut - A_DAY, until=cut)
    again = [spike for spike in found(times, since=cut - A_DAY) if spike.found_at <= cut]

    assert again == first


@pytest.mark.parametrize("count", [1, 3, 8])
@pytest.mark.parametrize("mean", [0.1, 1.0, 4.0])
@pytest.mark.parametrize("size", [1, 2, 9])
def test_the_tail_is_that_of_a_negative_binomial(count, mean, size):
    """Of a whole size it is the chance of so many failures before as many successes: exact in fractions."""
    success = Fraction(size) / (Fraction(size) + Fraction(mean))
    below = sum(math.comb(k + size - 1, k) * success**size * (1 - success) ** k for k in range(count))

    assert tail(count, mean, size) == pytest.approx(float(1 - below), rel=1e-4)


@given(st.integers(0, 3_000), st.floats(0.001, 2_000), st.floats(0.01, 1e4))
@settings(deadline=None)
def test_a_tail_is_a_chance_and_ends(count, mean, size):
    chance = tail(count, mean, size, enough=1e-3)

    assert 0 <= chance <= 1
    assert tail(count + 1, mean, size) <= tail(count, mean, size) + 1e-5
