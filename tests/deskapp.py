"""Stories and a served application for the tests of the desk's pages."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from threading import Thread

import httpx
import uvicorn
from fastapi import FastAPI, HTTPException, Request

from desk import ROOT
from newsmonitor.records import Match
from newsmonitor.settings import Settings
from newsmonitor.warehouse import Warehouse
from storyrows import NOON, a_story, a_tag

TOKEN = "0123456789abcdef0123"
AT = NOON + timedelta(hours=6)
TEXT = "Kyiv said so.\n\nFighting near Sudzha <script>alert(1)</script> goes on.\nThe Kursk submarine sank in 2000."
FIRST, SECOND = "aaaaaaaa" * 4, "bbbbbbbb" * 4


def a_match(field: str, words: str, **values) -> Match:
    start = TEXT.find(words) if field != "title" else values.pop("start")
    usual = {
        "topic": "kursk",
        "term": words,
        "role": "place",
        "counted": True,
        "snippet": words,
        "points": 4.0,
    }
    return Match(**{**usual, "field": field, "start": start, "end": start + len(words), **values})


MATCHES = (
    a_match("title", "Sudzha", start=14, name="Sudzha", place_id="sudzha"),
    a_match("lead", "near Sudzha", role="context", points=1.0),
    a_match("lead", "Sudzha", name='Su"dzha', place_id="sudzha"),
    a_match("body", "Kursk submarine", role="sense", counted=False, sense="the submarine"),
)
STORY = a_story(
    FIRST, "Ledger", title='Fighting near Sudzha <b>"now"</b>', text=TEXT, matches=MATCHES, topics=("kursk",),
    level="main", tags=(a_tag("main", filed_level="main"),), byline=("A. <i>Writer</i>",), places=("sudzha",),
)  # fmt: skip


def settings_of(house: Warehouse, **values) -> Settings:
    known = {
        "warehouse": house.root,
        "seeds": ROOT / "seeds",
        "feed_token": TOKEN,
        "ui_url": None,
        "alert_urls": (),
    }
    return Settings.from_env(ROOT).model_copy(update={**known, **values})


@contextmanager
def served(app: FastAPI) -> Iterator[httpx.Client]:
    """A client of the application on a real server on this machine."""
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        # From here on a connection waits until the server is there.
        door.listen()
        server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off", ws="none"))
        thread = Thread(target=server.run, kwargs={"sockets": [door]})
        thread.start()
        try:
            with httpx.Client(base_url=f"http://127.0.0.1:{door.getsockname()[1]}", timeout=30) as client:
                yield client
        finally:
            server.should_exit = True
            thread.join()


async def anybody(request: Request) -> None:
    pass


async def nobody(request: Request) -> None:
    raise HTTPException(401, "Not authenticated")
