"""What a story is about, and why: terms found, other senses ruled out, points added up. Pure: text in, matches out.

An anchor or a place makes a story a candidate. Words that prove the matter must stand beside it. A sense explains a
mention away: a phrase that is another thing, or more signs of another sense around it than of the topic's matter.
"""

from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from newsmonitor.folding import Part, parts_of, snippet
from newsmonitor.records import Match
from newsmonitor.terms import Matcher, Word
from newsmonitor.topicscan import Found, Meaning, scan, without_doubles, word_distance
from newsmonitor.topicscore import (
    Evidence,
    Score,
    add_up,
    field_of,
    has_condition,
    is_of_elsewhere,
    weight_of,
)
from newsmonitor.topicsenses import explain_away, ruled_out
from newsmonitor.topicspec import (
    ACTOR,
    ALWAYS,
    ANY_LANGUAGE,
    CONTEXT,
    EVENT,
    IN_STORY,
    MATTER_KINDS,
    TopicSpec,
)

# A page of one word a million times must not become a row of a million structs.
_MAX_MATCHES = 200
# Below this many words the guess of a language is not safe enough to leave terms out.
_SURE_LANGUAGE_WORDS = 40
Span = tuple[str, int, int]
_AMBIGUOUS_PLACE = "another place of this name"
_ELSEWHERE = "elsewhere"
# Words of these stand in many a story that is not the topic's.
_COMMON_KINDS = (CONTEXT, ACTOR, "beside", "landmark", "elsewhere")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Compiled:
    meanings: tuple[Meaning, ...]
    triggers: Matcher
    everything: Matcher
    cased: dict[int, tuple[Word, ...]]
    matter_languages: frozenset[str]
    nothing: "Tagging"


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """A topic ready to tag with; it pickles as its spec and is compiled anew."""

    spec: TopicSpec
    _compiled: _Compiled = field(repr=False, compare=False)

    @property
    def topic_id(self) -> str:
        return self.spec.topic_id

    @property
    def title(self) -> str:
        return self.spec.title

    @property
    def timezone(self) -> ZoneInfo:
        return self.spec.timezone

    def __reduce__(self) -> tuple[Callable[[TopicSpec], "Topic"], tuple[TopicSpec]]:
        return compile_topic, (self.spec,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tagging:
    """What a topic makes of a story: the level (main, mention or None), and the evidence, ruled-out too."""

    topic: str
    level: str | None
    score: float
    parts: Score
    places: tuple[str, ...]
    events: tuple[str, ...]
    actors: tuple[str, ...]
    matches: tuple[Match, ...]


def compile_topic(spec: TopicSpec) -> Topic:
    """A topic ready to tag with; takes about half a second. The terms must have passed check_term."""
    meanings = tuple(
        Meaning(kind=kind, owner=owner, term=term) for kind, owner, terms in spec.lists() for term in terms
    )
    words = [meaning.term.words() for meaning in meanings]
    triggers = [
        (number, words[number])
        for number, meaning in enumerate(meanings)
        if meaning.kind == "anchor"
        or (meaning.kind == "place" and spec.places[meaning.owner].counts_as(meaning.term) == ALWAYS)
        # A phrase of several words holds an anchor, or there is nothing in it to rule out.
        or (meaning.kind == "phrase" and len(words[number]) == 1)
    ]
    common = [word for number, m in enumerate(meanings) if m.kind in _COMMON_KINDS for word in words[number]]
    languages = {m.term.language for m in meanings if m.kind in MATTER_KINDS}
    compiled = _Compiled(
        meanings=meanings,
        triggers=Matcher(triggers, common=common),
        everything=Matcher(enumerate(words)),
        cased={number: each for number, each in enumerate(words) if any(word.cased for word in each)},
        matter_languages=frozenset(languages - {ANY_LANGUAGE}),
        nothing=_tagging(spec, [], Score()),
    )
    return Topic(spec=spec, _compiled=compiled)


def tag(topic: Topic, *, title: str | None, text: str | None, language: str | None) -> Tagging:
    """The level, score and evidence of one story; the same story gives the same answer, always.

    The offsets of a match count characters in the title (field title) or the text (lead, body). `language` is
    ISO 639-1 or None; from 40 words on, context and signs in other languages of the file do not count.
    """
    return tag_parts(topic, parts_of(title, text), language)


def tag_parts(topic: Topic, parts: Sequence[Part], language: str | None) -> Tagging:
    """As tag, of a story that is folded once for many topics."""
    compiled = topic._compiled
    if not any(next(compiled.triggers.find(part.quick), None) for part in parts):
        return compiled.nothing
    found, words = scan(parts, compiled.everything, compiled.meanings, compiled.cased)
    if language in compiled.matter_languages and sum(words.values()) >= _SURE_LANGUAGE_WORDS:
        found = [each for each in found if not _is_foreign(each, language)]
    return _judge(topic.spec, without_doubles(found), text_words=words.get("text", 0))


def _is_foreign(each: Found, language: str | None) -> bool:
    """Whether it is weak evidence in another language than the story's: English "war" is German for "was"."""
    is_weak = each.kind in (*MATTER_KINDS, "sign")
    return is_weak and each.meaning.term.language not in (language, ANY_LANGUAGE)


def _judge(spec: TopicSpec, found: Sequence[Found], *, text_words: int) -> Tagging:
    claims, vouched = _claims(spec, found)
    claims = _longest(spec, claims)
    phrases = [each for each in claims if each.kind == "phrase"]
    sure, places = _split(spec, claims, vouched)
    ours, explained = explain_away(spec, found, sure, phrases)
    # Names of many places are taken for the topic's only beside what is the topic's.
    accepted, rejected = _accept_places(spec, ours, places)
    more, also_explained = explain_away(spec, found, accepted, phrases)
    mentions = sorted([*ours, *more], key=lambda each: each.order)
    evidence = [
        Evidence(found=each, role="sense", counted=False, sense=spec.senses[each.owner].name)
        for each in phrases
    ]
    evidence += [
        Evidence(found=each, role="place", counted=False, sense=_AMBIGUOUS_PLACE) for each in rejected
    ]
    evidence += ruled_out(spec, found, [*explained, *also_explained])
    if is_of_elsewhere(spec, found, mentions):
        evidence += [
            Evidence(found=each, role=each.kind, counted=False, sense=_ELSEWHERE) for each in mentions
        ]
        mentions = []
    counted, score = add_up(spec, found, mentions, text_words=text_words)
    return _tagging(spec, [*evidence, *counted], score)


def _claims(spec: TopicSpec, found: Sequence[Found]) -> tuple[list[Found], frozenset[Span]]:
    """What may stand for the topic, or for another sense: anchors with what must be beside them, places, phrases.

    Where an anchor with its `beside` is the name of a place, it is the place that is meant: those come with it.
    """
    beside: dict[tuple[str, int], list[int]] = {}
    for each in found:
        if each.kind in ("beside", "sense_beside"):
            beside.setdefault((each.kind, each.owner), []).append(each.word)
    claims = []
    for each in found:
        if each.kind == "place":
            claims.append(each)
        elif each.kind in ("anchor", "phrase"):
            kind = "beside" if each.kind == "anchor" else "sense_beside"
            owner = spec.anchors[each.owner] if each.kind == "anchor" else spec.senses[each.owner]
            words = beside.get((kind, each.owner), [])
            if not owner.beside or word_distance(words, each.word) <= owner.within:
                claims.append(each)
    named = {_span(each) for each in claims if each.kind == "place"}
    vouched = frozenset(_span(each) for each in claims if has_condition(spec, each)) & named
    return [each for each in claims if each.kind != "anchor" or _span(each) not in vouched], vouched


def _span(each: Found) -> Span:
    return (each.part.name, each.start, each.end)


def _longest(spec: TopicSpec, claims: Sequence[Found]) -> list[Found]:
    """The claims without those that overlap a longer one.

    At the same length an anchor that has its `beside` goes first, then another sense, then the greater weight.
    """

    def rank(each: Found) -> tuple[int, int, float, tuple[bool, int, int, int]]:
        kind = 0 if has_condition(spec, each) else 1 if each.kind == "phrase" else 2
        weight = 0.0 if each.kind == "phrase" else weight_of(spec, each)
        return (each.start - each.end, kind, -weight, each.order)

    taken: dict[str, list[tuple[int, int]]] = {}
    kept = []
    for each in sorted(claims, key=rank):
        spans = taken.setdefault(each.part.name, [])
        at = bisect_left(spans, (each.start, each.end))
        # The spans do not overlap, so only the neighbours can reach into this one.
        if any(start < each.end and each.start < end for start, end in spans[max(at - 1, 0) : at + 1]):
            continue
        spans.insert(at, (each.start, each.end))
        kept.append(each)
    return sorted(kept, key=lambda each: each.order)


def _split(
    spec: TopicSpec, claims: Sequence[Found], vouched: frozenset[Span]
) -> tuple[list[Found], list[Found]]:
    """What stands for the topic by itself (anchors, sure places), and the places that may be namesakes."""
    sure: list[Found] = []
    places: list[Found] = []
    for each in claims:
        if each.kind == "anchor":
            sure.append(each)
        elif each.kind == "place":
            is_sure = spec.places[each.owner].counts_as(each.meaning.term) == ALWAYS
            (sure if is_sure or _span(each) in vouched else places).append(each)
    return sure, places


def _accept_places(
    spec: TopicSpec, ours: Sequence[Found], places: Sequence[Found]
) -> tuple[list[Found], list[Found]]:
    """The places that are the topic's, by what of the topic stands in the story or near, and the namesakes."""
    words = [each.word for each in ours]
    accepted: list[Found] = []
    rejected: list[Found] = []
    for each in places:
        is_ours = (
            bool(words)
            if spec.places[each.owner].counts == IN_STORY
            else word_distance(words, each.word) <= spec.weights.nearby
        )
        (accepted if is_ours else rejected).append(each)
    return accepted, rejected


def _tagging(spec: TopicSpec, evidence: Sequence[Evidence], score: Score) -> Tagging:
    in_order = sorted(evidence, key=lambda each: each.found.order)
    strongest = sorted(in_order, key=lambda each: -each.points)[:_MAX_MATCHES]
    shown = sorted(strongest, key=lambda each: each.found.order)

    def named(role: str, name: Callable[[int], str]) -> tuple[str, ...]:
        owners = (each.found.owner for each in in_order if each.role == role and each.counted)
        return tuple(dict.fromkeys(name(owner) for owner in owners))

    return Tagging(
        topic=spec.topic_id,
        level=score.level,
        score=score.total,
        parts=score,
        places=named("place", lambda owner: spec.places[owner].place_id),
        events=named(EVENT, lambda owner: spec.matters[owner].name),
        actors=named(ACTOR, lambda owner: spec.matters[owner].name),
        matches=tuple(_match(spec, each) for each in shown),
    )


def _match(spec: TopicSpec, evidence: Evidence) -> Match:
    found = evidence.found
    start, end = found.part.folded.original(found.start, found.end)
    place = spec.places[found.owner] if evidence.role == "place" else None
    matter = spec.matters[found.owner] if evidence.role in MATTER_KINDS else None
    anchor = spec.anchors[found.owner] if evidence.role == "anchor" else None
    named = place or matter or anchor
    return Match(
        topic=spec.topic_id,
        term=found.meaning.term.text,
        role=evidence.role,
        name=named.name if named else spec.senses[found.owner].name,
        sense=evidence.sense,
        counted=evidence.counted,
        field=field_of(spec, found),
        start=start,
        end=end,
        snippet=snippet(found.part.source, start, end),
        place_id=place.place_id if place else None,
        latitude=place.latitude if place else None,
        longitude=place.longitude if place else None,
        acled=matter.acled if matter else None,
        points=round(evidence.points, 2),
    )
