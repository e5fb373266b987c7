"""How well the topic that ships is told, in exact figures: a change that loses accuracy is seen here.

A figure that became better is written down anew; one that became worse wants a reason. benchmarks/topic_accuracy.py
shows each item that is wrong.
"""

import sys
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "benchmarks"))

import topic_accuracy as accuracy  # noqa: E402

from topicfiles import KURSK  # noqa: E402

DATA = ROOT.parent / "shared" / "data" / "kursk"
needs_data = pytest.mark.skipif(not DATA.is_dir(), reason="the labelled news items are not here")


@cache
def labelled():
    items = accuracy.read_items(DATA / "labelled.jsonl.gz")
    return items, {item["id"]: accuracy.level_of(KURSK, item) for item in items}


@needs_data
def test_real_labelled_items():
    found = accuracy.figures(*labelled())

    assert found == {
        "positives": 120, "main_right": 106, "main_wrong": 2, "any_right": 119, "passing": 16, "passing_main": 0,
    }  # fmt: skip
    assert found["main_right"] / (found["main_right"] + found["main_wrong"]) >= accuracy.WANTED["precision"]
    assert found["any_right"] / found["positives"] >= accuracy.WANTED["recall"]


@needs_data
def test_real_labelled_items_by_language_beside_the_keyword():
    items, levels = labelled()
    found = {}
    for language in sorted({item["lang"] for item in items}):
        own = [item for item in items if item["lang"] == language]
        positive = {item["id"] for item in own if accuracy.by_policy(item)}
        main = {item["id"] for item in own if levels[item["id"]] == "main"}
        plain = {item["id"] for item in own if accuracy.naive(item)}
        found[language] = (
            len(positive),
            *((len(said & positive), len(said - positive)) for said in (main, plain)),
        )

    # About the topic; as main: rightly, wrongly; by the plain keyword: rightly, wrongly.
    assert found == {
        "de": (2, (0, 0), (2, 3)), "en": (33, (30, 0), (28, 8)), "fi": (0, (0, 0), (0, 1)), "lv": (1, (1, 0), (1, 0)),
        "pl": (27, (22, 0), (27, 60)), "ru": (54, (50, 0), (44, 13)),
        "uk": (0, (0, 2), (0, 3)), "vi": (3, (3, 0), (3, 6)),
    }  # fmt: skip


@needs_data
def test_of_real_items_without_the_name_three_are_tagged():
    items = accuracy.read_items(DATA / "unlabelled-no-kursk-word.jsonl.gz")

    tagged = [item for item in items if accuracy.level_of(KURSK, item)]

    # All of them headlines on the fighting, by a village or a town of it.
    assert (len(items), len(tagged)) == (5195, 3)


@pytest.mark.parametrize(
    "name, items, right, main, about, other",
    [
        ("a", 260, 246, (95, 92), (102, 91, 98), (94, 94)),
        ("b", 260, 239, (97, 90), (101, 88, 99), (95, 93)),
        ("c", 220, 187, (93, 91), (116, 88, 104), (60, 58)),
        ("d", 200, 191, (67, 67), (71, 63, 69), (94, 93)),
    ],
)
def test_our_own_items_half_of_them_traps(name, items, right, main, about, other):
    found = accuracy.made_figures(KURSK, accuracy.read_made(ROOT / f"tests/kursk_items_{name}.jsonl"))

    assert found == {
        "items": items, "right": right, "main": main[0], "main_right": main[1],
        "about": about[0], "about_main": about[1], "about_any": about[2], "other": other[0], "other_none": other[1],
    }  # fmt: skip
