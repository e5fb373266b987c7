"""What a story is about, and why: terms found, other senses ruled out, points added up. Pure: text in, matches out.

An anchor or a place makes a story a candidate. Context must stand beside it. A sense explains a mention away:
a phrase that is another thing, or a story with more signs of another sense than of the topic's context.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from math import log2

from newsmonitor.records import Match
from newsmonitor.topictext import (
    Found,
    Matcher,
    Meaning,
    Part,
    Term,
    fold,
    parse_term,
    scan,
    snippet,
    without_doubles,
    word_distance,
)

ANY_LANGUAGE = "xx"
ALWAYS, IN_STORY, NEARBY = PLACE_COUNTS = ("always", "in_story", "nearby")
MAIN, MENTION = LEVELS = ("main", "mention")

# A page of one word a million times must not become a row of a million structs.
_MAX_MATCHES = 200
# Below this many words the guess of a language is not safe enough to leave terms out.
_SURE_LANGUAGE_WORDS = 40
_AMBIGUOUS_PLACE = "another place of this name"


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor:
    """Terms that make a story a candidate; with `beside`, only where one of those stands `within` words."""

    name: str
    weight: float
    terms: tuple[Term, ...]
    beside: tuple[Term, ...] = ()
    within: int = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """Words of the topic's matter; those that `prove` tell the topic from its namesakes."""

    name: str
    proves: bool
    terms: tuple[Term, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sense:
    """Another thing of the same name: phrases that are it, and signs that a story is about it."""

    name: str
    phrases: tuple[Term, ...]
    signs: tuple[Term, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A place of the topic; `counts` says when its name is taken for it: always, in_story or nearby."""

    place_id: str
    name: str
    counts: str
    terms: tuple[Term, ...]
    latitude: float | None
    longitude: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """Points and limits of the score; docs/topics.md explains each."""

    main: float = 24.0
    mention: float = 12.0
    title: float = 34.0
    lead: float = 22.0
    lead_words: int = 45
    body: float = 7.0
    place: float = 6.0
    max_places: int = 4
    place_weight: float = 0.9
    context: float = 5.0
    max_context: int = 4
    window: int = 30
    nearby: int = 60
    sure: float = 0.9
    close: int = 15
    unsupported: float = 0.25
    headline: float = 0.6
    contested: float = 0.6
    doubtful: float = 0.3
    elsewhere: float = 0.6


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A sentence of the topic file and what it must give; `expect` is a level or none."""

    line: int
    title: str | None
    text: str | None
    language: str | None
    expect: str
    sense: str | None
    places: tuple[str, ...] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicSpec:
    """A topic file, checked."""

    topic_id: str
    title: str
    where: str
    weights: Weights
    anchors: tuple[Anchor, ...]
    contexts: tuple[Context, ...]
    senses: tuple[Sense, ...]
    elsewhere: tuple[Term, ...]
    places: tuple[Place, ...]
    examples: tuple[Example, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Compiled:
    meanings: tuple[Meaning, ...]
    triggers: Matcher
    everything: Matcher
    context_languages: frozenset[str]


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

    def __reduce__(self) -> tuple[Callable[[TopicSpec], "Topic"], tuple[TopicSpec]]:
        return compile_topic, (self.spec,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tagging:
    """What a topic makes of a story: level main, mention or None, and the evidence, ruled-out too."""

    topic: str
    level: str | None
    score: float
    places: tuple[str, ...]
    matches: tuple[Match, ...]


def compile_topic(spec: TopicSpec) -> Topic:
    """A topic ready to tag with; takes about a tenth of a second. The terms must have passed check_term."""
    meanings = tuple(_meanings(spec))
    words = [parse_term(meaning.term.text, meaning.term.language) for meaning in meanings]
    triggers = [
        (number, words[number])
        for number, meaning in enumerate(meanings)
        if meaning.kind == "anchor"
        or (meaning.kind == "place" and spec.places[meaning.owner].counts == ALWAYS)
        # A phrase of several words holds an anchor, or there is nothing in it to rule out.
        or (meaning.kind == "phrase" and len(words[number]) == 1)
    ]
    languages = {m.term.language for m in meanings if m.kind == "context"}
    compiled = _Compiled(
        meanings=meanings,
        triggers=Matcher(triggers),
        everything=Matcher(enumerate(words)),
        context_languages=frozenset(languages - {ANY_LANGUAGE}),
    )
    return Topic(spec=spec, _compiled=compiled)


def _meanings(spec: TopicSpec) -> Iterable[Meaning]:
    lists: list[tuple[str, int, tuple[Term, ...]]] = [("elsewhere", 0, spec.elsewhere)]
    for number, anchor in enumerate(spec.anchors):
        lists += [("anchor", number, anchor.terms), ("beside", number, anchor.beside)]
    lists += [("context", number, context.terms) for number, context in enumerate(spec.contexts)]
    lists += [("place", number, place.terms) for number, place in enumerate(spec.places)]
    for number, sense in enumerate(spec.senses):
        lists += [("phrase", number, sense.phrases), ("sign", number, sense.signs)]
    for kind, owner, terms in lists:
        for term in terms:
            yield Meaning(kind=kind, owner=owner, term=term)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Evidence:
    found: Found
    role: str
    counted: bool = True
    sense: str | None = None
    points: float = 0.0


def tag(topic: Topic, *, title: str | None, text: str | None, language: str | None) -> Tagging:
    """The level, score and evidence of one story; the same story gives the same answer, always.

    The offsets of a match count characters in the title (field title) or the text (lead, body). `language` is
    ISO 639-1 or None; from 40 words on, context and signs in other languages of the file do not count.
    """
    # A story without a text has its headline for one.
    if title and text and title.strip() == text.strip():
        text = None
    sources = ((name, source) for name, source in (("title", title), ("text", text)) if source)
    parts = [Part(name=name, source=source, folded=fold(source)) for name, source in sources]
    compiled = topic._compiled
    if not any(next(compiled.triggers.find(part.folded), None) for part in parts):
        return Tagging(topic=topic.topic_id, level=None, score=0.0, places=(), matches=())
    found, word_count = scan(parts, compiled.everything, compiled.meanings)
    if language in compiled.context_languages and word_count >= _SURE_LANGUAGE_WORDS:
        found = [each for each in found if not _is_foreign(each, language)]
    return _judge(topic.spec, without_doubles(found), has_text=any(part.name == "text" for part in parts))


def _is_foreign(each: Found, language: str | None) -> bool:
    """Whether it is weak evidence in another language than the story's: English "war" is German for "was"."""
    is_weak = each.meaning.kind in ("context", "sign")
    return is_weak and each.meaning.term.language not in (language, ANY_LANGUAGE)


def _judge(spec: TopicSpec, found: Sequence[Found], *, has_text: bool) -> Tagging:
    claims = _longest(spec, _claims(spec, found))
    anchors = [each for each in claims if each.meaning.kind == "anchor"]
    accepted, rejected = _accept_places(spec, anchors, [c for c in claims if c.meaning.kind == "place"])
    phrases = [each for each in claims if each.meaning.kind == "phrase"]
    mentions = sorted([*anchors, *accepted], key=lambda each: each.order)
    evidence = [
        _Evidence(found=each, role="sense", counted=False, sense=spec.senses[each.meaning.owner].name)
        for each in phrases
    ]
    evidence += [
        _Evidence(found=each, role="place", counted=False, sense=_AMBIGUOUS_PLACE) for each in rejected
    ]
    if not mentions:
        return _tagging(spec, evidence)
    factor, sense = _factor(spec, found, mentions, phrases, has_text)
    if sense is not None:
        evidence += _ruled_out(spec, found, mentions, sense)
    else:
        evidence += _counted(spec, found, mentions, factor)
    return _tagging(spec, evidence)


def _claims(spec: TopicSpec, found: Sequence[Found]) -> list[Found]:
    """What may stand for the topic, or for another sense: anchors with what must be beside them, places, phrases."""
    beside: dict[int, list[int]] = {}
    for each in found:
        if each.meaning.kind == "beside":
            beside.setdefault(each.meaning.owner, []).append(each.word)
    claims = [each for each in found if each.meaning.kind in ("place", "phrase")]
    for each in found:
        if each.meaning.kind == "anchor":
            anchor = spec.anchors[each.meaning.owner]
            words = beside.get(each.meaning.owner, [])
            if not anchor.beside or word_distance(words, each.word) <= anchor.within:
                claims.append(each)
    return claims


def _weight(spec: TopicSpec, each: Found) -> float:
    if each.meaning.kind == "anchor":
        return spec.anchors[each.meaning.owner].weight
    return spec.weights.place_weight


def _is_implied(spec: TopicSpec, each: Found) -> bool:
    return each.meaning.kind == "anchor" and bool(spec.anchors[each.meaning.owner].beside)


def _longest(spec: TopicSpec, claims: Sequence[Found]) -> list[Found]:
    """The claims without those that overlap a longer one.

    At the same length an anchor that has its `beside` goes first, then another sense, then the greater weight.
    """

    def rank(each: Found) -> tuple[int, int, float, tuple[bool, int, int, int]]:
        kind = 0 if _is_implied(spec, each) else 1 if each.meaning.kind == "phrase" else 2
        return (each.start - each.end, kind, -_weight(spec, each), each.order)

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


def _accept_places(
    spec: TopicSpec, anchors: Sequence[Found], places: Sequence[Found]
) -> tuple[list[Found], list[Found]]:
    """The places that are the topic's, and those that may be namesakes."""
    sure = [each for each in places if spec.places[each.meaning.owner].counts == ALWAYS]
    words = sorted(each.word for each in [*anchors, *sure])
    accepted: list[Found] = []
    rejected: list[Found] = []
    for each in places:
        counts = spec.places[each.meaning.owner].counts
        is_ours = counts == ALWAYS or (counts == IN_STORY and words)
        is_ours = is_ours or (counts == NEARBY and word_distance(words, each.word) <= spec.weights.nearby)
        (accepted if is_ours else rejected).append(each)
    return accepted, rejected


def _factor(
    spec: TopicSpec,
    found: Sequence[Found],
    mentions: Sequence[Found],
    phrases: Sequence[Found],
    has_text: bool,
) -> tuple[float, str | None]:
    """What the points are multiplied by, and the sense that rules the story out, where one does."""
    proofs = [each for each in found if _proves(spec, each)]
    support = len({each.number for each in proofs})
    sense, signs = _strongest_sense(spec, found, phrases)
    close = _is_close(spec, mentions, proofs)
    if signs > support:
        return (spec.weights.contested, None) if close else (0.0, sense)
    if not support:
        return (spec.weights.unsupported if has_text else spec.weights.headline), None
    is_sure = any(_weight(spec, each) >= spec.weights.sure for each in mentions)
    if signs and not is_sure and 2 * signs >= support:
        return spec.weights.doubtful, None
    return (spec.weights.elsewhere if _is_elsewhere(spec, found, mentions) else 1.0), None


def _proves(spec: TopicSpec, each: Found) -> bool:
    return each.meaning.kind == "context" and spec.contexts[each.meaning.owner].proves


def _strongest_sense(
    spec: TopicSpec, found: Sequence[Found], phrases: Sequence[Found]
) -> tuple[str | None, int]:
    """The sense with the most distinct signs, and how many; a phrase of several words is a sign too."""
    signs: dict[int, set[int]] = {}
    # One word alone may be a form of the topic's own name (a Polish surname, the genitive of a town).
    long_phrases = [each for each in phrases if " " in each.meaning.term.text]
    for each in [*long_phrases, *(each for each in found if each.meaning.kind == "sign")]:
        signs.setdefault(each.meaning.owner, set()).add(each.number)
    if not signs:
        return None, 0
    best = max(signs, key=lambda owner: (len(signs[owner]), -owner))
    return spec.senses[best].name, len(signs[best])


def _is_close(spec: TopicSpec, mentions: Sequence[Found], proofs: Sequence[Found]) -> bool:
    """Whether a sure name of the topic stands close to a word that proves it."""
    words = sorted(each.word for each in proofs)
    return any(
        word_distance(words, each.word) <= spec.weights.close
        for each in mentions
        if _weight(spec, each) >= spec.weights.sure
    )


def _is_elsewhere(spec: TopicSpec, found: Sequence[Found], mentions: Sequence[Found]) -> bool:
    """Whether other places of the same matter outnumber the topic, and the headline does not name it."""
    if any(each.part.name == "title" and not _is_implied(spec, each) for each in mentions):
        return False
    return sum(each.meaning.kind == "elsewhere" for each in found) > len(mentions)


def _ruled_out(
    spec: TopicSpec, found: Sequence[Found], mentions: Sequence[Found], sense: str
) -> list[_Evidence]:
    """The mentions, not counted, and each sign of the sense once."""
    signs: dict[int, Found] = {}
    for each in found:
        if each.meaning.kind == "sign" and spec.senses[each.meaning.owner].name == sense:
            signs.setdefault(each.number, each)
    return [
        *(_Evidence(found=each, role=each.meaning.kind, counted=False, sense=sense) for each in mentions),
        *(_Evidence(found=each, role="sense", counted=False, sense=sense) for each in signs.values()),
    ]


def _counted(
    spec: TopicSpec, found: Sequence[Found], mentions: Sequence[Found], factor: float
) -> list[_Evidence]:
    """The mentions and the context near them with their points."""
    points = _mention_points(spec, mentions)
    context = _near_context(spec, found, mentions)
    scored = set(list(dict.fromkeys(each.meaning.owner for each in context))[: spec.weights.max_context])
    evidence = [
        _Evidence(found=each, role=each.meaning.kind, points=points[at] * factor)
        for at, each in enumerate(mentions)
    ]
    for each in context:
        gain = spec.weights.context * factor if each.meaning.owner in scored else 0.0
        # One point for a kind of context, at its first word.
        scored.discard(each.meaning.owner)
        evidence.append(_Evidence(found=each, role="context", points=gain))
    return evidence


def _mention_points(spec: TopicSpec, mentions: Sequence[Found]) -> list[float]:
    points = [0.0] * len(mentions)
    fields = [_field(spec, each) for each in mentions]
    for name, worth in (("title", spec.weights.title), ("lead", spec.weights.lead)):
        best = max(
            (at for at, where in enumerate(fields) if where == name),
            key=lambda at: (_weight(spec, mentions[at]), -at),
            default=None,
        )
        if best is not None:
            points[best] += worth * _weight(spec, mentions[best])
    rest = [at for at, where in enumerate(fields) if where == "body"]
    for at, (before, after) in zip(rest, pairwise(range(1, len(rest) + 2)), strict=True):
        points[at] += spec.weights.body * _weight(spec, mentions[at]) * (log2(after) - log2(before))
    seen: set[int] = set()
    for at, each in enumerate(mentions):
        is_new = each.meaning.kind == "place" and each.meaning.owner not in seen
        if is_new and len(seen) < spec.weights.max_places:
            seen.add(each.meaning.owner)
            points[at] += spec.weights.place
    return points


def _near_context(spec: TopicSpec, found: Sequence[Found], mentions: Sequence[Found]) -> list[Found]:
    """The first of each context term that stands near a mention."""
    words = sorted(each.word for each in mentions)
    near: dict[int, Found] = {}
    for each in found:
        if each.meaning.kind == "context" and word_distance(words, each.word) <= spec.weights.window:
            near.setdefault(each.number, each)
    return list(near.values())


def _field(spec: TopicSpec, each: Found) -> str:
    if each.part.name == "title":
        return "title"
    return "lead" if each.word_in_part < spec.weights.lead_words else "body"


def _tagging(spec: TopicSpec, evidence: Sequence[_Evidence]) -> Tagging:
    score = round(sum(each.points for each in evidence), 2)
    least = ((MAIN, spec.weights.main), (MENTION, spec.weights.mention))
    strongest = sorted(evidence, key=lambda each: (-each.points, each.found.order))[:_MAX_MATCHES]
    shown = sorted(strongest, key=lambda each: each.found.order)
    places = dict.fromkeys(
        spec.places[each.found.meaning.owner].place_id
        for each in sorted(evidence, key=lambda each: each.found.order)
        if each.role == "place" and each.counted
    )
    return Tagging(
        topic=spec.topic_id,
        level=next((level for level, points in least if score >= points), None),
        score=score,
        places=tuple(places),
        matches=tuple(_match(spec, each) for each in shown),
    )


def _match(spec: TopicSpec, evidence: _Evidence) -> Match:
    found = evidence.found
    start, end = found.part.folded.original(found.start, found.end)
    place = spec.places[found.meaning.owner] if evidence.role == "place" else None
    return Match(
        topic=spec.topic_id,
        term=found.meaning.term.text,
        role=evidence.role,
        sense=evidence.sense,
        counted=evidence.counted,
        field=_field(spec, found),
        start=start,
        end=end,
        snippet=snippet(found.part.source, start, end),
        place_id=place.place_id if place else None,
        latitude=place.latitude if place else None,
        longitude=place.longitude if place else None,
        points=round(evidence.points, 2),
    )
