"""Mentions of a topic told from other things of the same name, by what stands around them. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from newsmonitor.topicscan import Found, within
from newsmonitor.topicscore import Evidence, proves, weight_of
from newsmonitor.topicspec import TopicSpec

# A sign beside a mention counts twice, and once more as one of the story.
_ONE_SIGN = 3


@dataclass(frozen=True, slots=True)
class _Words:
    """Pieces of evidence in order of their words; `distinct` is how many different terms they are."""

    found: Sequence[Found]
    words: Sequence[int]
    distinct: int

    @classmethod
    def of(cls, found: Iterable[Found]) -> "_Words":
        in_order = sorted(found, key=lambda each: each.word)
        return cls(in_order, [each.word for each in in_order], _distinct(in_order))

    def near(self, word: int, reach: int) -> Sequence[Found]:
        """Those that stand within so many words."""
        return within(self.found, self.words, word, reach)


@dataclass(frozen=True, slots=True)
class _Proofs:
    """What speaks against a sense: words that it has as well (a battle of long ago had artillery, too) count half."""

    own: _Words
    shared: _Words

    @classmethod
    def of(cls, spec: TopicSpec, proofs: Sequence[Found], sense: int) -> "_Proofs":
        shares = spec.senses[sense].shares

        def is_shared(each: Found) -> bool:
            return each.kind != "anchor" and spec.matters[each.owner].name in shares

        return cls(
            own=_Words.of(each for each in proofs if not is_shared(each)),
            shared=_Words.of(each for each in proofs if is_shared(each)),
        )

    def near(self, word: int, reach: int) -> float:
        """The weight of those that stand within so many words."""
        return _distinct(self.own.near(word, reach)) + _distinct(self.shared.near(word, reach)) / 2

    @property
    def in_story(self) -> float:
        return self.own.distinct + self.shared.distinct / 2


def explain_away(
    spec: TopicSpec, found: Sequence[Found], mentions: Sequence[Found], phrases: Sequence[Found]
) -> tuple[list[Found], list[tuple[Found, int]]]:
    """The mentions of the topic, and those that are of another sense, with the number of that sense.

    Each is judged by what stands around it first, then by the whole story: an article about a battle of long ago may
    tell of today in one paragraph, and one about today may recall the battle.
    """
    if not mentions:
        return [], []
    # A phrase of several words is a sign too. One word alone may be a form of the topic's own name (a Polish
    # surname, the genitive of a town).
    long_phrases = [each for each in phrases if " " in each.meaning.term.text]
    signs = _Words.of([*long_phrases, *(each for each in found if each.kind == "sign")])
    if not signs.found:
        return list(mentions), []
    proofs = [each for each in found if proves(spec, each)]
    in_story = _strength(signs.found)
    against = {sense: _Proofs.of(spec, proofs, sense) for sense in in_story}
    ours: list[Found] = []
    explained: list[tuple[Found, int]] = []
    for each in mentions:
        sense = _sense_of(spec, each, signs, against, in_story)
        if sense is None:
            ours.append(each)
        else:
            explained.append((each, sense))
    return ours, explained


def _sense_of(
    spec: TopicSpec,
    mention: Found,
    signs: _Words,
    proofs: Mapping[int, _Proofs],
    in_story: Mapping[int, int],
) -> int | None:
    """The number of the sense that has the most over the topic's own proof; None where none has more."""
    reach = spec.weights.close
    near_signs = _strength(signs.near(mention.word, reach))
    best: tuple[float, int] | None = None
    for sense, count in in_story.items():
        near = proofs[sense].near(mention.word, reach)
        if near >= 1 and weight_of(spec, mention) >= spec.weights.sure:
            # A sure name beside proof is given up only where the signs beside it are many more.
            excess = near_signs.get(sense, 0) - 2 * near
        else:
            excess = 2 * near_signs.get(sense, 0) + count - 2 * near - proofs[sense].in_story
        # One sign is not enough against a village: schools are where its people are put up, too.
        least = _ONE_SIGN if mention.kind == "place" and not near else 0
        if excess > least and (best is None or (excess, -sense) > (best[0], -best[1])):
            best = (excess, sense)
    return best[1] if best else None


def _distinct(found: Iterable[Found]) -> int:
    return len({each.number for each in found})


def _strength(signs: Iterable[Found]) -> dict[int, int]:
    """How many different signs there are of each sense."""
    numbers: dict[int, set[int]] = {}
    for each in signs:
        numbers.setdefault(each.owner, set()).add(each.number)
    return {sense: len(found) for sense, found in numbers.items()}


def ruled_out(
    spec: TopicSpec, found: Sequence[Found], explained: Sequence[tuple[Found, int]]
) -> list[Evidence]:
    """The mentions of other senses, not counted, and each sign of those senses once."""
    senses = {sense for _, sense in explained}
    signs: dict[int, Found] = {}
    for each in found:
        if each.kind == "sign" and each.owner in senses:
            signs.setdefault(each.number, each)
    return [
        *(
            Evidence(found=each, role=each.kind, counted=False, sense=spec.senses[sense].name)
            for each, sense in explained
        ),
        *(
            Evidence(found=each, role="sense", counted=False, sense=spec.senses[each.owner].name)
            for each in signs.values()
        ),
    ]
