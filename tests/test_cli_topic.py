"""`newsmonitor topic` and `newsmonitor retag` as a person meets them."""

import io
import json
import re
import sys
from dataclasses import replace

import pytest
from rich.console import Console

from commandline import Result, command
from desk import NOON, WAR, Desk, article
from newsmonitor import cli_topic, topicview
from newsmonitor.records import Match, Story
from newsmonitor.tagging import tag_story
from newsmonitor.topicfile import load_topic
from newsmonitor.topics import tag
from newsmonitor.trying import Sample
from smalltopic import ALDBURY, NEW, OLD, OVERTON, PEACE
from storyrows import a_copy, a_story, store

PLACES = (
    "id,name,counts,latitude,longitude,en\nmill,Old Mill,always,51.5,-1.25,Oldmill\nash,Ash,always,,,Ashby\n"
)
WITH_PLACES = OLD.replace("[[anchor]]", 'places = "small.csv"\n[[anchor]]', 1) + (
    f'[[actor]]\nname = "guard"\nen = ["the guard"]\n[[test]]\ntext = "{ALDBURY}"\nexpect = "main"\n'
)


@pytest.fixture
def desk(site, tmp_path) -> Desk:
    """A desk with one small topic, whose feed has announced nothing."""
    desk = Desk(site, tmp_path)
    desk.feed("ledger", [])
    for folder, name, text in (("topics", "small.toml", WITH_PLACES), ("places", "small.csv", PLACES)):
        (tmp_path / "seeds" / folder).mkdir(parents=True)
        (tmp_path / "seeds" / folder / name).write_text(text)
    return desk


@pytest.fixture
def run(desk, monkeypatch, capsys):
    """Runs one command over the warehouse of the desk; `given` is its standard input."""
    settings = desk.settings()
    for name, value in {
        "WAREHOUSE": settings.warehouse, "FEEDS": settings.feeds, "SEEDS": desk.folder / "seeds", "ALERT_URLS": "",
        "ALLOW_NETWORKS": "127.0.0.0/8", "FETCH_PAUSE": "0", "WORKERS": "1",
    }.items():  # fmt: skip
        monkeypatch.setenv(f"NEWSMONITOR_{name}", str(value))
    monkeypatch.setenv("COLUMNS", "200")

    def call(*arguments: str, given: bytes = b"") -> Result:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(given)))
        return command(monkeypatch, capsys, *arguments)

    return call


@pytest.fixture
def stored(desk) -> Desk:
    """Three stories: one that the topic is about, one of another town, one of neither; and a repeat without a text."""
    topics = [load_topic(WITH_PLACES, PLACES, where="small.toml")]
    rows = [
        a_story("a" * 32, text=ALDBURY, title="Night [red]in Aldbury"),
        a_story("b" * 32, text=OVERTON, title="Overton besieged"),
        a_story("c" * 32, text=PEACE),
        a_copy("d" * 32, "a" * 32, "Herald", kind="url", text=None),
        a_copy("e" * 32, "b" * 32, "Herald", text=OVERTON, title="Overton besieged"),
    ]
    for n, row in enumerate(rows):
        rows[n] = replace(row, **tag_story(topics, title=row.title, text=row.text, language=row.language))
    store(desk.warehouse, *rows)
    return desk


def small_topic(text: str, title: str | None = None):
    topic = load_topic(WITH_PLACES, PLACES, where="small.toml")
    return topic, tag(topic, title=title, text=text, language="en")


def error_of(result: Result) -> str:
    """The one plain line of a refusal."""
    assert (result.status, result.out) == (2, "")
    [line] = result.err.splitlines()
    return line


# ---- topic check ------------------------------------------------------------------------------------------


def test_topic_check_says_how_much_a_file_holds(run):
    result = run("topic", "check")

    assert (result.status, result.err) == (0, "")
    assert result.out.splitlines() == [
        "small: every test sentence as expected",
        "  8 terms, 2 places, 1 test sentence",
    ]


def test_topic_check_gives_advice_that_is_no_failure(run, desk):
    doubled = WITH_PLACES.replace('en = ["Aldbury"]', 'en = ["Aldbury", "Aldbury"]')
    (desk.folder / "seeds/topics/small.toml").write_text(doubled)

    silent, told = run("topic", "check"), run("topic", "check", "--advice")

    assert (silent.status, told.status) == (0, 0)
    assert "stands twice" not in silent.out
    assert 'small.toml, line 7: "Aldbury" stands twice in en of [[anchor]] "town"; delete one' in told.out


def test_topic_check_fails_with_the_sentence(run, desk):
    (desk.folder / "seeds/topics/small.toml").write_text(WITH_PLACES.replace('"main"', '"none"'))

    result = run("topic", "check")

    assert result.status == 1
    assert f'"{ALDBURY[:60]}": expected none, got main' in result.out
    assert "line " in result.out


# ---- topic test -------------------------------------------------------------------------------------------


def test_a_text_is_explained_in_plain_words(run):
    text = "The siege of Oldmill. The crew of HMS Aldbury and the guard saw Ashby shelling."

    result = run("topic", "test", text, "--title", "Aldbury")

    assert (result.status, result.err) == (0, "")
    lines = [line.rstrip() for line in result.out.splitlines()]
    assert lines[0] == "From the text given, language en"
    assert lines[2].startswith("small: main, ")
    assert lines[2].endswith(" points (main from 24, mention from 12)")
    assert lines[3].startswith("title 34 + lead 19.8 + ")
    assert "[Aldbury: anchor town]" in lines
    assert (
        "The [siege: event fighting] of [Oldmill: place]. The crew of [HMS Aldbury: ruled out, ship] and "
        "[the guard: actor guard] saw [Ashby: place] [shelling: event fighting]."
    ) in lines
    assert [line.split() for line in lines[-5:]] == [
        ["place", "Old", "Mill", "(mill)", "51.5000,", "-1.2500"],
        ["Ash", "(ash)", "no", "coordinates"],
        ["event", "fighting", "Battles", "/", "Armed", "clash"],
        ["actor", "guard"],
        ["ruled", "out", "ship", "HMS", "Aldbury"],
    ]


def test_a_factor_is_told_with_its_reason(run):
    result = run("topic", "test", "They met in Aldbury.")

    assert "lead 22 = 22, times 0.25 = 5.5; no word of proof in the story" in result.out


def test_where_nothing_is_found_that_is_said(run):
    result = run("topic", "test", PEACE)

    assert result.out.splitlines()[2:] == [
        "small: none, 0 points (main from 24, mention from 12)",
        "nothing found",
    ]


def test_standard_input_files_and_several_at_once(run, tmp_path):
    (tmp_path / "note.txt").write_text(OVERTON)
    (tmp_path / "saved.html").write_bytes(article("Night in Aldbury", [ALDBURY * 4, PEACE * 4]))

    result = run(
        "topic",
        "test",
        "-",
        f"{tmp_path}/note.txt",
        f"{tmp_path}/saved.html",
        "--json",
        given=ALDBURY.encode(),
    )

    first, second, third = result.rows
    assert (first["source"], first["level"]) == ("standard input", "main")
    assert (second["source"], second["level"]) == (f"the file {tmp_path}/note.txt", None)
    assert (third["title"], third["level"], third["title_points"]) == ("Night in Aldbury", "main", 34)
    assert first["matches"][0]["term"] == "shelling"
    assert first["events"] == ["fighting"]


def test_an_address_is_fetched_and_read_as_in_a_cycle_and_not_stored(run, desk, site):
    url = site.page("/1", article("Night in Aldbury", [ALDBURY * 4, *WAR]), Content_Type="text/html")

    [row] = run("topic", "test", url, "--json").rows

    assert (row["title"], row["level"], row["url"], row["source"]) == (
        "Night in Aldbury",
        "main",
        url,
        "the address, fetched now",
    )
    assert "Home" not in {match["snippet"][:4] for match in row["matches"]}
    assert desk.counts() == {"polls": 0, "entries": 0, "pages": 0, "stories": 0, "alerts": 0}
    assert not (desk.warehouse.root / "archive").exists()


def test_robots_txt_holds_for_it_too(run, site):
    site.page("/robots.txt", b"User-agent: *\nDisallow: /\n", Content_Type="text/plain")
    url = site.page("/1", article("Night in Aldbury", [ALDBURY]), Content_Type="text/html")

    assert "robots.txt forbids it" in error_of(run("topic", "test", url))
    assert [request.path for request in site.requests] == ["/robots.txt"]


def test_a_stored_story_is_taken_from_the_warehouse(run, stored):
    for name in ("a" * 32, "a" * 8, f"https://ledger.example/{'a' * 32}"):
        [row] = run("topic", "test", name, "--json").rows
        assert (row["level"], row["title"]) == ("main", "Night [red]in Aldbury")
        assert row["source"].startswith(f"the warehouse, story {'a' * 32}, filed 2026-11-24")

    [row] = run("topic", "test", "d" * 32, "--json").rows
    assert (row["level"], row["title"]) == ("main", f"Headline {'d' * 32}")

    assert "[red]in" in run("topic", "test", "a" * 32).out


def test_a_file_elsewhere_in_the_place_of_the_topic(run, tmp_path):
    draft = tmp_path / "draft.toml"
    draft.write_text(NEW.replace("[[anchor]]", 'places = "small.csv"\n[[anchor]]', 1))

    [row] = run("topic", "test", OVERTON, "--file", f"{draft}", "--json").rows

    assert row["level"] == "main"


@pytest.mark.parametrize(
    "arguments, said",
    [
        (["--topic", "large", "x"], "topic large: is not in the seeds folder; there is: small"),
        (["--file", "/nowhere/a.toml", "x"], "/nowhere/a.toml: cannot be read (No such file or directory)"),
        (["note.txt"], "note.txt: is no file that is there"),
        (["f" * 32], "is no story that is known"),
        ([""], "the text given: holds no text"),
        (["http://"], "is no address that can be asked"),
        (["-"], "standard input: holds no text"),
    ],
)
def test_what_cannot_be_tried_is_one_plain_line(run, arguments, said):
    assert said in error_of(run("topic", "test", *arguments))


def test_an_address_without_an_article_is_one_plain_line(run, site):
    missing, dead = f"{site.url}/missing", "http://127.0.0.1:9/"
    assert error_of(run("topic", "test", missing)).startswith(
        f"newsmonitor: {missing}: gives no text (http_4xx: "
    )
    assert "gives no text (connection: " in error_of(run("topic", "test", dead))


@pytest.mark.parametrize(
    "arguments",
    [
        ["topic", "test"],
        ["topic", "test", "--topic", "a", "--file", "b", "x"],
        ["topic", "backtest", "f", "--topic", "a"],
        ["topic", "backtest", "--days", "3", "--since", "2026-11-24"],
    ],
)
def test_words_that_do_not_go_together_are_told(run, arguments):
    result = run(*arguments)

    assert (result.status, result.out) == (2, "")
    assert "Error: " in result.err


# ---- the marked text --------------------------------------------------------------------------------------


def shown(text: str, title: str | None = None, *, width: int = 80, is_coloured: bool = False) -> str:
    """What a terminal of this width shows of a text."""
    topic, tagging = small_topic(text, title)
    sample = Sample(source="a text", title=title, text=text, language="en")
    out = io.StringIO()
    system = "standard" if is_coloured else None
    console = Console(file=out, force_terminal=True, width=width, color_system=system, highlight=False)
    cli_topic._show_sample(console, sample, [(topic, tagging)])
    return out.getvalue()


def test_paragraphs_without_evidence_are_left_out_with_a_sign(run):
    text = f"{PEACE}\n{PEACE}\n{ALDBURY}\n\n{PEACE}\n{OVERTON}\n{PEACE}"

    assert [line for line in shown(text).splitlines() if line][3:8] == [
        "…",
        "The [shelling: event fighting] of [Aldbury: anchor town] went on through the ",
        "night.",
        "…",
        "The [siege: event fighting] of Overton began on Tuesday.",
    ]


def test_of_a_long_paragraph_only_the_words_around_the_evidence_are_shown(run):
    text = f"{PEACE * 40} {ALDBURY} {PEACE * 40} {ALDBURY} {PEACE * 20}"
    _, tagging = small_topic(text)

    [passage] = topicview.passages(text, tagging.matches)

    plain = topicview.marked(passage, is_coloured=False).plain
    assert plain.count("[Aldbury: anchor town]") == 2
    assert [plain[:2], plain.count(" … "), plain[-2:]] == ["… ", 1, " …"]
    assert len(plain) < 1_000


@pytest.mark.parametrize("width", [40, 80, 120])
@pytest.mark.parametrize("is_coloured", [False, True])
def test_no_line_is_wider_than_the_terminal(width, is_coloured):
    text = "\n".join([f"{ALDBURY} Oldmill, the guard, HMS Aldbury, {'x' * 150}", PEACE] * 5)

    printed = shown(text, "Night in Aldbury", width=width, is_coloured=is_coloured)

    bare = re.sub(r"\x1b\[[0-9;]*m", "", printed)
    assert max(map(len, bare.splitlines())) <= width
    assert ("\x1b[" in printed) == is_coloured
    assert ("[Aldbury: anchor town]" in " ".join(bare.split())) != is_coloured
    assert ("‹ship›" in bare) == is_coloured


def test_what_would_steer_the_terminal_is_not_printed():
    assert "\x1b" not in shown("The \x1b[31mshelling of Ald\u00adbury \u202ego\x07es on.")


def test_every_character_of_a_passage_is_of_the_text():
    text = f"  {ALDBURY}\r\n\n\t{OVERTON}\u2028{ALDBURY}  \n"
    _, tagging = small_topic(text)

    passages = topicview.passages(text, tagging.matches)
    pieces = [piece for passage in passages for piece in passage]

    assert {piece.text for piece in pieces if piece.match} == {"shelling", "Aldbury", "siege"}
    for piece in pieces:
        if piece.match is not None:
            assert piece.text == text[piece.match.start : piece.match.end]
        assert piece.text in text
    assert " ".join("".join(piece.text for piece in each) for each in passages).split() == text.split()


def test_of_evidence_that_overlaps_the_mention_is_marked():
    usual = {"topic": "t", "counted": True, "field": "lead", "snippet": "", "points": 1.0}
    matches = [
        Match(term="a", role="event", name="e", start=4, end=11, **usual),
        Match(term="b", role="anchor", name="n", start=0, end=6, **usual),
        Match(term="c", role="event", name="e", start=12, end=14, **usual),
    ]

    [passage] = topicview.passages("abcdefghijk lm", matches)

    assert [(piece.text, piece.match and piece.match.term) for piece in passage] == [
        ("abcdef", "b"),
        ("ghijk ", None),
        ("lm", "c"),
    ]


# ---- topic backtest and retag -----------------------------------------------------------------------------


def test_without_a_story_that_is_said(run):
    said = "No stories yet. `newsmonitor ingest` runs a cycle.\n"
    assert run("topic", "backtest") == Result(0, said, "")
    assert run("topic", "backtest", "--json").rows == []
    assert run("retag") == Result(0, said, "")


def test_backtest_tells_what_a_changed_file_would_do(run, stored, tmp_path):
    draft = tmp_path / "draft.toml"
    draft.write_text(NEW)

    result = run("topic", "backtest", f"{draft}")

    assert (result.status, result.err) == (0, "")
    lines = result.out.splitlines()
    assert lines[0] == "5 stories of 1 day: 2026-11-24"
    assert lines[2] == "small: 0 kept, 2 gained, 1 lost, 0 at another level"
    assert lines[4:8] == [
        "Gained (1 group)",
        "2026-11-24  none → main  0.0 → 61.0  Ledger  +1 copy",
        "  Overton besieged",
        "  Overton (title), Overton (lead)",
    ]
    assert lines[9:] == [
        "Lost (1 group)",
        "2026-11-24  main → none  61.0 → 0.0  Ledger",
        "  Night [red]in Aldbury",
        "  no term is found; before: Aldbury (title), Aldbury (lead)",
    ]
    assert (
        run("topic", "backtest").out.splitlines()[2] == "small: 1 kept, 0 gained, 0 lost, 0 at another level"
    )


def test_backtest_of_chosen_days_and_for_programs(run, stored, tmp_path):
    draft = tmp_path / "draft.toml"
    draft.write_text(NEW)

    [row] = run("topic", "backtest", f"{draft}", "--json").rows
    assert (row["topic"], row["days"], row["stories"], row["gained"]) == ("small", 1, 5, 2)
    assert [(each["story_id"], each["copies"]) for each in row["gained_stories"]] == [("b" * 32, 1)]
    assert row["since"] == row["until"] == f"{NOON.date()}"

    assert (
        run("topic", "backtest", f"{draft}", "--since", "2026-11-25").out
        == "No story was filed on these days.\n"
    )
    assert run("topic", "backtest", f"{draft}", "--until", "2026-11-24").out.startswith("5 stories of 1 day")


def test_backtest_shows_as_many_as_asked_for(run, desk, tmp_path):
    store(desk.warehouse, *(a_story(f"{n:032}", text=ALDBURY) for n in range(4)))

    result = run("topic", "backtest", "--limit", "3")

    assert result.out.count("none → main") == 3
    assert result.out.endswith("\nand 1 more (--limit)\n")


def test_retag_applies_the_files_of_today(run, stored):
    (stored.folder / "seeds/topics/small.toml").write_text(NEW)

    dry = run("retag", "--dry-run")
    assert dry.out == (
        "5 stories of 1 day looked at, 3 would be tagged otherwise: 2 gained a topic, 1 lost one, "
        "0 at another level.\n"
    )
    assert [story.level for story in stored.warehouse.read(Story, order="story_id")][:2] == ["main", None]

    done = run("retag", "--since", "2026-11-24", "--json")

    assert json.loads(done.out) == {
        "days": 1, "stories": 5, "changed": 3, "gained": 2, "lost": 1, "level_changed": 0,
    }  # fmt: skip
    assert [story.level for story in stored.warehouse.read(Story, order="story_id")][:2] == [None, "main"]
    assert run("retag", "--until", "2026-11-23").out == "No story was filed on these days.\n"
    assert "0 tagged otherwise" in run("retag").out
