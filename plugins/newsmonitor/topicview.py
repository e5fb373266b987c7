"""What a topic makes of one text, laid out for a person: points, passages with the evidence marked, places, events."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rich.text import Text

from newsmonitor.cli_output import printable
from newsmonitor.records import Match
from newsmonitor.topics import Tagging, Topic
from newsmonitor.topicscore import POINT_PARTS
from newsmonitor.topicspec import ACTOR, EVENT

ELIDED = "…"
# A paragraph up to this is shown whole; of a longer one, so many characters around each piece of evidence.
_WHOLE = 500
_AROUND = 140
_STYLES = {
    "anchor": "bold red", "place": "bold green", "context": "yellow", "event": "magenta", "actor": "cyan",
    "ruled out": "dim strike",
}  # fmt: skip
_LEVEL_STYLES = {"main": "bold green", "mention": "bold yellow"}
# What is marked where two pieces of evidence overlap: the mention before the words of the matter in it.
_RANKS = {"anchor": 0, "place": 0, "sense": 0}


@dataclass(frozen=True, slots=True)
class Piece:
    """Some words of a passage, and the evidence that they are."""

    text: str
    match: Match | None = None


Passage = tuple[Piece, ...]


def passages(text: str, matches: Sequence[Match]) -> list[Passage]:
    """The paragraphs of a text that hold evidence, in pieces; the passage of one ELIDED stands for what is between."""
    marked = _apart(matches)
    found: list[Passage] = []
    start = 0
    for line in text.splitlines(keepends=True):
        end = start + len(line.rstrip())
        inside = [match for match in marked if start <= match.start and match.end <= end]
        if inside:
            found.append(tuple(_pieces(text, inside, start, end)))
        elif line.strip() and (not found or found[-1] != (Piece(ELIDED),)):
            found.append((Piece(ELIDED),))
        start += len(line)
    return found


def marked(passage: Passage, *, is_coloured: bool) -> Text:
    """A passage with its evidence in colours; without them, in brackets that name what it is."""
    out = Text()
    for piece in passage:
        words = printable(piece.text)
        if piece.match is None:
            out.append(words, style="dim" if words == ELIDED else "")
        elif is_coloured:
            out.append(words, style=_STYLES[_kind(piece.match)])
            if not piece.match.counted:
                out.append(f" ‹{printable(piece.match.sense or 'ruled out')}›", style="dim italic")
        else:
            out.append(f"[{words}: {printable(_label(piece.match))}]")
    return out


def legend() -> Text:
    """The colours, each naming what it stands for."""
    return Text("  ").join(Text(name, style=style) for name, style in _STYLES.items())


def verdict(topic: Topic, tagging: Tagging) -> Text:
    """The topic, the level and the score, in one line."""
    head = Text().append(f"{tagging.topic}: ", style="bold")
    head.append(tagging.level or "none", style=_LEVEL_STYLES.get(tagging.level or "", "bold"))
    weights = topic.spec.weights
    limits = f"main from {weights.main:g}, mention from {weights.mention:g}"
    return head.append(f", {tagging.score:.4g} points ({limits})")


def sums(tagging: Tagging) -> str:
    """How the score comes about: the points of each part, and the factor with its reason."""
    parts = tagging.parts
    each = {name: getattr(parts, name) for name in POINT_PARTS}
    added = " + ".join(f"{name} {points:.4g}" for name, points in each.items() if points)
    if not added:
        return "no mention counts" if tagging.matches else "nothing found"
    total = sum(each.values())
    if parts.factor == 1:
        return f"{added} = {total:.4g}"
    reason = f"; {parts.reason}" if parts.reason else ""
    return f"{added} = {total:.4g}, times {parts.factor:.2g} = {tagging.score:.4g}{reason}"


def findings(tagging: Tagging) -> Iterator[tuple[str, str, str]]:
    """What else was found, in three columns: places with coordinates, events by ACLED, actors, what is ruled out."""
    counted = [match for match in tagging.matches if match.counted]
    for match in _first_of([each for each in counted if each.role == "place"]):
        where = (
            f"{match.latitude:.4f}, {match.longitude:.4f}" if match.latitude is not None else "no coordinates"
        )
        yield "place", f"{match.name} ({match.place_id})", where
    for match in _first_of([each for each in counted if each.role == EVENT]):
        yield "event", match.name or "", match.acled or ""
    for match in _first_of([each for each in counted if each.role == ACTOR]):
        yield "actor", match.name or "", ""
    ruled_out: dict[str, list[str]] = {}
    for match in tagging.matches:
        if not match.counted:
            ruled_out.setdefault(match.sense or "", []).append(match.term)
    for sense, terms in ruled_out.items():
        yield "ruled out", sense, ", ".join(dict.fromkeys(terms))


def _first_of(matches: Sequence[Match]) -> list[Match]:
    """The first match of each name."""
    found: dict[str | None, Match] = {}
    for match in matches:
        found.setdefault(match.place_id or match.name, match)
    return list(found.values())


def _kind(match: Match) -> str:
    return match.role if match.counted else "ruled out"


def _label(match: Match) -> str:
    if not match.counted:
        return f"ruled out, {match.sense}"
    return f"{match.role} {match.name}" if match.name and match.role != "place" else match.role


def _apart(matches: Sequence[Match]) -> list[Match]:
    """The matches without those that overlap one of a higher rank, in order."""
    kept: list[Match] = []
    for match in sorted(matches, key=lambda each: (_RANKS.get(each.role, 1), each.start - each.end)):
        if all(match.end <= other.start or other.end <= match.start for other in kept):
            kept.append(match)
    return sorted(kept, key=lambda each: each.start)


def _windows(text: str, inside: Sequence[Match], start: int, end: int) -> list[tuple[int, int]]:
    """The stretches of the paragraph text[start:end] that are shown: all of it, or the words around the evidence."""
    if end - start <= _WHOLE:
        return [(start, end)]
    windows: list[tuple[int, int]] = []
    for match in inside:
        left, right = max(match.start - _AROUND, start), min(match.end + _AROUND, end)
        # Whole words, if there is one that near.
        if left > start:
            left = text.find(" ", left, match.start) + 1 or left
        if right < end:
            right = (
                max(text.rfind(" ", match.end, right), match.end) if " " in text[match.end : right] else right
            )
        if windows and left <= windows[-1][1] + _AROUND:
            left = windows.pop()[0]
        windows.append((left, right))
    return windows


def _pieces(text: str, inside: Sequence[Match], start: int, end: int) -> Iterator[Piece]:
    """The paragraph text[start:end] in pieces, an ELIDED for each stretch that is not shown."""
    shown_to = start
    for left, right in _windows(text, inside, start, end):
        if left > shown_to:
            yield Piece(f" {ELIDED} " if shown_to > start else f"{ELIDED} ")
        at = left
        for match in inside:
            if left <= match.start < right:
                if match.start > at:
                    yield Piece(text[at : match.start])
                yield Piece(text[match.start : match.end], match)
                at = match.end
        if right > at:
            yield Piece(text[at:right])
        shown_to = right
    if shown_to < end:
        yield Piece(f" {ELIDED}")
