"""What a topic file says, checked: the parts of a topic as the tagger takes them. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from newsmonitor.terms import Term

ANY_LANGUAGE = "xx"
ALWAYS, IN_STORY, NEARBY = PLACE_COUNTS = ("always", "in_story", "nearby")
MAIN, MENTION = LEVELS = ("main", "mention")
CONTEXT, EVENT, ACTOR = MATTER_KINDS = ("context", "event", "actor")


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor:
    """Terms that make a story a candidate; with `beside`, only where one of those stands `within` words.

    One that `proves` is no other thing's name.
    """

    name: str
    weight: float
    terms: tuple[Term, ...]
    proves: bool = False
    beside: tuple[Term, ...] = ()
    within: int = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """Words of the topic's matter; those that `prove` tell the topic from its namesakes.

    `kind` is context, event or actor; the names of events and actors stand in the columns of a story. `acled` is what
    ACLED calls such an event: "event type / sub-event type".
    """

    kind: str
    name: str
    proves: bool
    terms: tuple[Term, ...]
    acled: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sense:
    """Another thing of the same name: phrases that are it, and signs that a story is about it.

    With `beside`, a phrase is it only where one of those stands `within` words. What `shares` names are lists of the
    topic's matter whose words it has as well, so that they prove nothing against it.
    """

    name: str
    phrases: tuple[Term, ...]
    signs: tuple[Term, ...]
    beside: tuple[Term, ...] = ()
    within: int = 1
    shares: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A place of the topic; `counts` says when its names are taken for it: always, in_story or nearby.

    The `sure` ones of its terms count always.
    """

    place_id: str
    name: str
    counts: str
    terms: tuple[Term, ...]
    sure: frozenset[Term]
    latitude: float | None
    longitude: float | None

    def counts_as(self, term: Term) -> str:
        """When this name of the place is taken for it."""
        return ALWAYS if term in self.sure else self.counts


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """Points and limits of the score; docs/topics.md explains each."""

    main: float = 24.0
    mention: float = 12.0
    title: float = 34.0
    lead: float = 22.0
    lead_words: int = 30
    body: float = 8.0
    place: float = 6.0
    max_places: int = 4
    place_weight: float = 0.9
    context: float = 5.0
    max_context: int = 4
    window: int = 30
    nearby: int = 60
    close: int = 25
    sure: float = 0.9
    unsupported: float = 0.25
    headline: float = 0.6
    landmark: int = 4
    thin_share: float = 0.8


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A sentence of the topic file and what it must give; `expect` are levels, or none."""

    line: int
    title: str | None
    text: str | None
    language: str | None
    expect: tuple[str, ...]
    sense: str | None
    places: tuple[str, ...]
    events: tuple[str, ...]
    actors: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicSpec:
    """A topic file, checked. timezone: of where it happens; times are told in it, and in UTC."""

    topic_id: str
    title: str
    where: str
    timezone: ZoneInfo
    weights: Weights
    anchors: tuple[Anchor, ...]
    matters: tuple[Matter, ...]
    senses: tuple[Sense, ...]
    landmarks: tuple[Term, ...]
    elsewhere: tuple[Term, ...]
    places: tuple[Place, ...]
    examples: tuple[Example, ...]

    def lists(self) -> Iterator[tuple[str, int, tuple[Term, ...]]]:
        """Every list of terms: its kind, the number of its owner among those of the kind, and the terms."""
        yield "elsewhere", 0, self.elsewhere
        yield "landmark", 0, self.landmarks
        for number, anchor in enumerate(self.anchors):
            yield "anchor", number, anchor.terms
            yield "beside", number, anchor.beside
        for number, matter in enumerate(self.matters):
            yield matter.kind, number, matter.terms
        for number, place in enumerate(self.places):
            yield "place", number, place.terms
        for number, sense in enumerate(self.senses):
            yield "phrase", number, sense.phrases
            yield "sign", number, sense.signs
            yield "sense_beside", number, sense.beside
