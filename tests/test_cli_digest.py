"""`newsmonitor digest`: the stories of a rule in a period, printed or written as a page."""

import os
from datetime import timedelta
from pathlib import Path

import pytest

from commandline import command
from newsmonitor.warehouse import Warehouse
from storyrows import NOON, a_story, store
from test_digests import about_kursk

ROOT = Path(__file__).resolve().parents[1]
RULES = """
[[rule]]
name = "war"
topic = "kursk"

[[rule]]
name = "russian"
topic = "kursk"
languages = ["ru"]
"""
OPML = "<opml version='2.0'><body><outline type='rss' text='Ledger' xmlUrl='https://a.example/rss'/></body></opml>"
DAY = ("--since", "2026-11-24", "--until", "2026-11-25")


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    """The command on a warehouse with one story in each of two languages, one of the day before, one of no topic."""
    (tmp_path / "alerts.toml").write_text(RULES)
    (tmp_path / "feeds.opml").write_text(OPML)
    for name, value in {
        "WAREHOUSE": tmp_path / "warehouse",
        "FEEDS": tmp_path / "feeds.opml",
        "SEEDS": ROOT / "seeds",
        "ALERTS": tmp_path / "alerts.toml",
    }.items():
        monkeypatch.setenv(f"NEWSMONITOR_{name}", str(value))
    store(
        Warehouse(tmp_path / "warehouse"),
        about_kursk("first", title="Bridge hit"),
        about_kursk("second", "Post", at=60, title="Мост повреждён", language="ru"),
        about_kursk("other", at=90, level="mention"),
        a_story("peace", at=30),
    )
    early = about_kursk("before", at=-24 * 60, title="Yesterday")
    Warehouse(tmp_path / "warehouse").append([early], batch="c", day=(NOON - timedelta(days=1)).date())
    return lambda *arguments: command(monkeypatch, capsys, "digest", *arguments)


def test_without_a_name_it_is_the_first_rule_as_text(run):
    result = run(*DAY)

    assert (result.status, result.err) == (0, "")
    assert result.out.splitlines()[0] == "war: 2 stories in 24 hours (English 1, Russian 1)"
    assert "1. Мост повреждён" in result.out
    assert "2. Bridge hit" in result.out
    assert "Yesterday" not in result.out


def test_another_rule_and_another_time_are_as_asked(run):
    assert run("russian", *DAY).out.startswith("russian: 1 story in 24 hours (Russian 1)\n")
    longer = run("war", "--since", "2026-11-23", "--until", "2026-11-24T12:10")
    assert longer.out.startswith("war: 2 stories in 36 hours (English 2)\n")
    hour = run("war", "--since", "2026-11-24T12:30", "--until", "2026-11-24T13:30")
    assert hour.out.startswith("war: 1 story in 1 hour (Russian 1)\n")


def test_by_default_it_is_the_last_day_also_when_nothing_matched(run):
    result = run()

    assert (result.status, result.err) == (0, "")
    assert result.out.startswith("war: no story in 24 hours\n")


def test_a_page_is_written_whole_and_in_the_place_of_an_older_one(run, tmp_path):
    file = tmp_path / "day.html"
    file.write_text("old")

    result = run(*DAY, "--out", str(file))

    page = file.read_text(encoding="utf-8")
    assert result.out == f"war: 2 stories in 24 hours (English 1, Russian 1): {file}\n"
    assert page.startswith("<!DOCTYPE html>")
    assert page.endswith("</html>\n")
    assert "Мост повреждён" in page
    assert sorted(os.listdir(tmp_path)) == ["alerts.toml", "day.html", "feeds.opml", "warehouse"]


def test_a_page_may_go_to_standard_output(run):
    result = run(*DAY, "--out", "-")

    assert result.out.startswith("<!DOCTYPE html>")
    assert result.out.endswith("</html>\n")


@pytest.mark.parametrize(
    "arguments, line",
    [
        (("peace",), "peace: is no rule of {folder}/alerts.toml; the rules are: war, russian"),
        (
            ("--since", "2026-11-25", "--until", "2026-11-24"),
            "--since: is 2026-11-25 00:00, not before the end; give an earlier time",
        ),
        (
            ("--out", "{folder}/none/day.html"),
            "{folder}/none/day.html: cannot be written (No such file or directory); "
            "give yourself the right to write there",
        ),
    ],
)
def test_what_is_wrong_is_one_plain_line(run, tmp_path, arguments, line):
    result = run(*(each.format(folder=tmp_path) for each in arguments))

    assert (result.status, result.out) == (2, "")
    assert result.err == f"newsmonitor: {line.format(folder=tmp_path)}\n"


def test_the_terminal_is_not_steered_by_a_headline(run, tmp_path):
    evil = about_kursk("evil", at=5, title="\x1b[31mred \u202eelif\u202c evil.com")
    Warehouse(tmp_path / "warehouse").append([evil], batch="d", day=NOON.date())

    result = run(*DAY)

    assert "red elif evil.com" in result.out
    assert not {"\x1b", "\u202e", "\u200b"} & set(result.out)
