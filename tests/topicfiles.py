"""Topics for tests: the ones that ship, and small ones written in a test."""

from pathlib import Path

from newsmonitor.records import Match
from newsmonitor.topicfile import load_topic, places_name
from newsmonitor.topics import Tagging, Topic, tag

SEEDS = Path(__file__).resolve().parents[1] / "seeds"


def shipped(name: str) -> Topic:
    """A topic of the seeds folder, by the name of its file."""
    text = (SEEDS / f"topics/{name}.toml").read_text("utf-8")
    places = places_name(text)
    places_text = (SEEDS / "places" / places).read_text("utf-8") if places else None
    return load_topic(text, places_text, where=f"{name}.toml", places_where=places)


KURSK = shipped("kursk")


def inline(body: str, places: str | None = None) -> Topic:
    head = 'id = "t"\ntitle = "T"\n' + ('places = "p.csv"\n' if places else "")
    return load_topic(head + body, places, where="t.toml")


def kursk(title: str | None, text: str | None = None, language: str | None = None) -> Tagging:
    return tag(KURSK, title=title, text=text, language=language)


def slice_of(match: Match, title: str | None, text: str | None) -> str:
    return ((title if match.field == "title" else text) or "")[match.start : match.end]


def senses(tagging: Tagging) -> set[str | None]:
    return {match.sense for match in tagging.matches if not match.counted}
