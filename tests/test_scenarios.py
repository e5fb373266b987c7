"""The scenarios as a whole: how many there are, and that every known way to fail is among them."""

from collections.abc import Iterator

from newsroom import (
    scenarios_entries,
    scenarios_faults,
    scenarios_growing,
    scenarios_items,
    scenarios_moves,
    scenarios_odd,
    scenarios_polite,
    scenarios_time,
    scenarios_validators,
)
from newsroom.feedsite import Scenario

MODULES = (
    scenarios_entries,
    scenarios_faults,
    scenarios_growing,
    scenarios_items,
    scenarios_moves,
    scenarios_odd,
    scenarios_polite,
    scenarios_time,
    scenarios_validators,
)

# The twenty-five failure modes of the peers by their numbers: those that polling can suffer from.
OF_POLLING = {
    1: "validators that lie",
    2: "validators saved before the items",
    3: "a feed's validators sent to its articles",
    4: "a feed given up after three errors",
    5: "feeds that come back after months",
    6: "an empty feed that wipes the memory",
    7: "guids that change",
    8: "guids that repeat",
    9: "two cached versions that take turns",
    10: "one story through several feeds",
    11: "one article, many addresses",
    12: "keys that merge different articles",
    13: "a short window",
    14: "a bounded memory",
    15: "a flood from a feed that is added or comes back",
    19: "a bot wall with status 200",
    20: "errors as items",
    21: "wrong and future dates",
    24: "blocks by country and law",
}
# Alerts (16), Airflow (17, 18), extraction and topics (22, 23) and Parquet (25) have tests of their own.


def scenarios_in(value: object) -> Iterator[Scenario]:
    if isinstance(value, Scenario):
        yield value
    elif isinstance(value, scenarios_entries.Case):
        yield value.scenario
    elif isinstance(value, tuple):
        for one in value:
            yield from scenarios_in(one)


def all_scenarios() -> list[Scenario]:
    found = (
        scenario for module in MODULES for value in vars(module).values() for scenario in scenarios_in(value)
    )
    return list({id(scenario): scenario for scenario in found}.values())


def test_there_are_many_scenarios_and_each_says_what_it_is():
    scenarios = all_scenarios()

    assert len(scenarios) >= 200
    assert len({scenario.folder for scenario in scenarios}) == len(scenarios)
    assert all(scenario.seen for scenario in scenarios)


def test_every_failure_mode_that_polling_can_suffer_from_is_played():
    played = {mode for scenario in all_scenarios() for mode in scenario.modes}

    assert played == OF_POLLING.keys()
