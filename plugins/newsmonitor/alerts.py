"""Who hears of what, and in which words. Pure: stories in, messages out."""

from dataclasses import dataclass
from datetime import timedelta

from newsmonitor.records import Match, Story, identify

_SENTENCES = 2
_TEXT_LIMIT = 320


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """An alert rule: which matches are worth a message."""

    name: str
    levels: tuple[str, ...]


# Older matches are history: a channel added today is not told of last week.
OWED_FOR = timedelta(hours=24)
DEFAULT_RULE = Rule(name="default", levels=("main",))


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What a person reads: one line of title, plain text below."""

    title: str
    body: str


def alert_id(group_id: str, rule: Rule) -> str:
    """The id of the one alert that a story group and a rule can have."""
    return identify("alert", group_id, rule.name)


def compose(story: Story) -> Message:
    """The message about a story: headline, outlet, time, why it matched, the first sentences, the link."""
    when = f"{story.published_at:%Y-%m-%d %H:%M} UTC" if story.published_at else "time unknown"
    language = story.language or "language unknown"
    lines = [
        f"{_one_line(story.outlet)} · {when} · {story.level or 'no level'} · {language}",
        f"Why: {why(story)}",
        "",
        _first_sentences(story.text or story.summary or ""),
        "",
        story.url or "(no address)",
    ]
    return Message(title=_one_line(story.title or "(no headline)"), body="\n".join(lines).strip())


def why(story: Story) -> str:
    """The terms and places that made a story match, strongest first, each once, as one line."""
    counted = sorted((m for m in story.matches if m.counted), key=lambda m: -m.points)
    found = dict.fromkeys(_name(match, story) for match in counted if match.role in ("anchor", "place"))
    ruled_out = dict.fromkeys(m.sense for m in story.matches if not m.counted and m.sense)
    parts = [", ".join(list(found)[:6])] if found else []
    if ruled_out:
        parts.append(f"ruled out: {', '.join(ruled_out)}")
    return "; ".join(parts) or "nothing found"


def _name(match: Match, story: Story) -> str:
    source = (story.title if match.field == "title" else story.text) or ""
    return f"{_one_line(source[match.start : match.end]) or match.term} ({match.field})"


def _first_sentences(text: str) -> str:
    flat = _one_line(text)
    end = 0
    for _ in range(_SENTENCES):
        stops = [at for mark in (". ", "! ", "? ", "… ") if (at := flat.find(mark, end)) >= 0]
        if not stops:
            end = len(flat)
            break
        end = min(stops) + 1
    sentences = flat[:end].strip()
    return sentences if len(sentences) <= _TEXT_LIMIT else sentences[: _TEXT_LIMIT - 1].rstrip() + "…"


def _one_line(text: str) -> str:
    return " ".join(text.split())
