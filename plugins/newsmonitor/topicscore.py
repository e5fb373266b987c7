"""The points of a story, from what was found of a topic in it: where the mentions stand, and what is near. Pure."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import log2

from newsmonitor.topicscan import Found, word_distance
from newsmonitor.topicspec import ACTOR, MAIN, MATTER_KINDS, MENTION, TopicSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Something found, what it stands for, and the points it adds; not counted: ruled out by the sense named."""

    found: Found
    role: str
    counted: bool = True
    sense: str | None = None
    points: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """The score of a story and its parts: the sum of the points, times the factor, for the reason given."""

    level: str | None = None
    total: float = 0.0
    title: float = 0.0
    lead: float = 0.0
    body: float = 0.0
    places: float = 0.0
    context: float = 0.0
    factor: float = 1.0
    reason: str | None = None


POINT_PARTS = ("title", "lead", "body", "places", "context")


def add_up(
    spec: TopicSpec, found: Sequence[Found], mentions: Sequence[Found], *, text_words: int
) -> tuple[list[Evidence], Score]:
    """The mentions of the topic and what is near them, with their points; and the score."""
    if not mentions:
        return [], Score()
    landmarks = _landmarks(spec, found, mentions)
    parts = dict.fromkeys(POINT_PARTS, 0.0)
    points = _mention_points(spec, mentions, landmarks, parts)
    near = _near_matter(spec, found, mentions)
    gains = _matter_points(spec, near, parts, most=sum(parts.values()))
    factor, reason = _factor(spec, found, mentions, text_words)
    total = sum(parts.values()) * factor
    if total >= spec.weights.main and (why := _held(spec, found, mentions, landmarks, text_words)):
        # Just below, so that it is the best of the mentions.
        factor *= (spec.weights.main - 1) / total
        reason = why
    evidence = [
        Evidence(found=each, role=each.kind, points=gain * factor)
        for each, gain in zip([*mentions, *near], [*points, *gains], strict=True)
    ]
    total = round(sum(each.points for each in evidence), 2)
    least = ((MAIN, spec.weights.main), (MENTION, spec.weights.mention))
    level = next((level for level, limit in least if total >= limit), None)
    return evidence, Score(level=level, total=total, factor=round(factor, 4), reason=reason, **parts)


def weight_of(spec: TopicSpec, each: Found) -> float:
    """How sure a mention is, 0 to 1."""
    return spec.anchors[each.owner].weight if each.kind == "anchor" else spec.weights.place_weight


def has_condition(spec: TopicSpec, each: Found) -> bool:
    """Whether it is a mention only because of what stands beside it."""
    return each.kind == "anchor" and bool(spec.anchors[each.owner].beside)


def is_implied(spec: TopicSpec, each: Found) -> bool:
    """Whether it does not name the topic, and is taken for it only by what stands beside it."""
    return has_condition(spec, each) and weight_of(spec, each) < spec.weights.sure


def proves(spec: TopicSpec, each: Found) -> bool:
    """Whether it is a word of the topic's matter that its namesakes do not share."""
    if each.kind == "anchor":
        return spec.anchors[each.owner].proves
    return each.kind in MATTER_KINDS and spec.matters[each.owner].proves


def field_of(spec: TopicSpec, each: Found) -> str:
    """Where it stands: title, lead or body."""
    if each.part.name == "title":
        return "title"
    return "lead" if each.word_in_part < spec.weights.lead_words else "body"


def _landmarks(spec: TopicSpec, found: Sequence[Found], mentions: Sequence[Found]) -> frozenset[int]:
    """The places, in the list of the mentions, of those that only say where something else is."""
    ends = sorted(each.last_word for each in found if each.kind == "landmark")

    def is_landmark(each: Found) -> bool:
        before = bisect_left(ends, each.word)
        return before > 0 and each.word - ends[before - 1] <= spec.weights.landmark

    return frozenset(at for at, each in enumerate(mentions) if is_landmark(each))


def _is_aside(spec: TopicSpec, each: Found) -> bool:
    """Whether it is a name that is not sure, and not in the first sentence: what a story is about is said in that."""
    return each.part.name != "title" and each.sentence > 0 and weight_of(spec, each) < spec.weights.sure


def _mention_points(
    spec: TopicSpec, mentions: Sequence[Found], landmarks: frozenset[int], parts: dict[str, float]
) -> list[float]:
    """The points of each mention; adds them to the parts."""
    points = [0.0] * len(mentions)
    where = [
        "body" if at in landmarks or _is_aside(spec, each) else field_of(spec, each)
        for at, each in enumerate(mentions)
    ]
    for name, worth in (("title", spec.weights.title), ("lead", spec.weights.lead)):
        best = max(
            (at for at, field in enumerate(where) if field == name),
            key=lambda at: (weight_of(spec, mentions[at]), -at),
            default=None,
        )
        if best is not None:
            parts[name] = worth * weight_of(spec, mentions[best])
            points[best] += parts[name]
    rest = [at for at, field in enumerate(where) if field == "body"]
    for at, (before, after) in zip(rest, pairwise(range(1, len(rest) + 2)), strict=True):
        gain = spec.weights.body * weight_of(spec, mentions[at]) * (log2(after) - log2(before))
        points[at] += gain
        parts["body"] += gain
    seen: set[int] = set()
    for at, each in enumerate(mentions):
        is_new = each.kind == "place" and each.owner not in seen and at not in landmarks
        if is_new and len(seen) < spec.weights.max_places:
            seen.add(each.owner)
            points[at] += spec.weights.place
            parts["places"] += spec.weights.place
    return points


def _near_matter(spec: TopicSpec, found: Sequence[Found], mentions: Sequence[Found]) -> list[Found]:
    """The first of each term of the matter (context, events, actors) that stands near a mention."""
    words = sorted(each.word for each in mentions)
    near: dict[int, Found] = {}
    for each in found:
        if each.kind in MATTER_KINDS and word_distance(words, each.word) <= spec.weights.window:
            near.setdefault(each.number, each)
    return list(near.values())


def _matter_points(
    spec: TopicSpec, near: Sequence[Found], parts: dict[str, float], *, most: float
) -> list[float]:
    """The points of each piece of the matter: one list gives them once, at its first word, so many lists at most.

    No more than the mentions themselves have: words of a war are no reason to think of this one. Actors give none:
    an army is named in every story of a war.
    """
    seen: set[int] = set()
    points = []
    for each in near:
        is_new = each.kind != ACTOR and each.owner not in seen and len(seen) < spec.weights.max_context
        if is_new:
            seen.add(each.owner)
        gain = min(spec.weights.context, most - parts["context"]) if is_new else 0.0
        parts["context"] += gain
        points.append(gain)
    return points


def is_of_elsewhere(spec: TopicSpec, found: Sequence[Found], mentions: Sequence[Found]) -> bool:
    """Whether the topic is nowhere named, only implied, and other places are named as often."""
    others = sum(each.kind == "elsewhere" for each in found)
    return bool(mentions) and all(is_implied(spec, each) for each in mentions) and others >= len(mentions)


def _factor(
    spec: TopicSpec, found: Sequence[Found], mentions: Sequence[Found], text_words: int
) -> tuple[float, str | None]:
    if any(proves(spec, each) for each in found):
        return 1.0, None
    if not text_words:
        return spec.weights.headline, "no word of proof in the headline, and no text"
    # A village that nobody had heard of before is in the news for one reason.
    if any(each.kind == "place" for each in mentions):
        return spec.weights.headline, "no word of proof in the story"
    return spec.weights.unsupported, "no word of proof in the story"


def _held(
    spec: TopicSpec,
    found: Sequence[Found],
    mentions: Sequence[Found],
    landmarks: frozenset[int],
    text_words: int,
) -> str | None:
    """Why a story with the points of one about the topic only mentions it; None where it is about it."""
    own = [each for at, each in enumerate(mentions) if at not in landmarks]
    if not own:
        return "named only to say where something else is"
    in_title = [each for each in own if each.part.name == "title"]
    if any(not is_implied(spec, each) for each in in_title):
        return None
    others = [each for each in found if each.kind == "elsewhere"]
    if any(each.part.name == "title" for each in others) and 2 * len(others) > len(own):
        return "the headline names another place"
    first = min((each.word for each in own if not is_implied(spec, each)), default=float("inf"))
    if len(others) > len(own) or (len(others) == len(own) and others[0].word < first):
        return "other places are named more often or before it, and the headline does not name the topic"
    is_thin = 100 * len(own) < spec.weights.thin_share * text_words
    if is_thin and not in_title:
        return "not in the headline, and seldom in the text"
    return None
