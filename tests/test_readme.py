"""What the docs tell a reader to type works as written: the queries, against a warehouse of two cycles."""

import os
import re
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from desk import NOON, ROOT, TEN_MINUTES, WAR, Desk, war
from newsmonitor import pipeline
from newsmonitor.cli import cli
from newsmonitor.settings import Settings
from newsroom import Site

DOCS = (
    "docs/groups.md",
    "docs/revisions.md",
    "README.md",
    "warehouse/README.md",
    "docs/alerts.md",
    "docs/alert-kinds.md",
    "docs/channels.md",
    "docs/messages.md",
    "docs/feed-readers.md",
    "docs/topics.md",
    "docs/archive.md",
    "docs/pages.md",
    "docs/querying.md",
)
BLOCK = re.compile(r"^```(python|sh)\n(.*?)^```", re.MULTILINE | re.DOTALL)
# What starts a desk, installs, or needs the world has tests of its own.
NOT_HERE = re.compile(r"^(make |git |cd |newsmonitor (feeds check|demo|ingest))", re.MULTILINE)


def blocks() -> list:
    return [
        pytest.param(kind, code, id=f"{name}:{number}")
        for name in DOCS
        for number, (kind, code) in enumerate(BLOCK.findall((ROOT / name).read_text()), 1)
        if not NOT_HERE.search(code)
    ]


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("project")
    with Site() as site:
        desk = Desk(site, folder)
        desk.feed(
            "ledger", [desk.article("/1", "Market hall"), desk.article("/2", "Fighting near Sudzha", WAR)]
        )
        desk.cycle()
        desk.feed("ledger", [desk.article("/3", "Kursk region: new evacuation", war(3))])
        desk.cycle(NOON + TEN_MINUTES)
        desk.article("/2", "Heavy fighting near Sudzha", (WAR[0].replace("two", "3"), WAR[1]))
        with pipeline.open_run(NOON + timedelta(hours=2), desk.settings()) as run:
            pipeline.recheck_stories(run)
    return folder


@pytest.mark.parametrize("kind, code", blocks())
def test_a_query_of_the_docs_works_as_written(folder, kind, code):
    command = [sys.executable, "-c", code] if kind == "python" else ["sh", "-ec", code]
    env = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "NEWSMONITOR_WAREHOUSE": str(folder / "warehouse"),
        "PYTHONPATH": str(ROOT / "plugins"),
    }

    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()


def test_there_are_queries_in_the_docs():
    assert len(blocks()) >= 8


@pytest.mark.parametrize(
    "name",
    sorted(path.relative_to(ROOT).as_posix() for path in [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")]),
)
def test_every_file_that_the_docs_link_to_is_there(name):
    text = (ROOT / name).read_text()
    links = re.findall(r"\]\((?!https?://|#)([^)#]+)", text)

    assert [link for link in links if not ((ROOT / name).parent / link).exists()] == []


@pytest.mark.parametrize("field", sorted(Settings.model_fields))
def test_every_setting_is_in_the_docs(field):
    assert f"| `NEWSMONITOR_{field.upper()}` |" in (ROOT / "docs" / "settings.md").read_text()


def test_every_command_is_in_the_docs():
    docs = "".join(path.read_text() for path in [ROOT / "README.md", *ROOT.glob("docs/*.md")])

    assert [name for name in cli.commands if f"newsmonitor {name}" not in docs] == []
