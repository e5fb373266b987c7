"""What is no error in a topic file but probably a mistake: a plain line each, with the mend. Pure."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import asin, cos, log2, radians, sin, sqrt
from statistics import median

from newsmonitor.errors import InputError
from newsmonitor.terms import Term, Word
from newsmonitor.tomlfile import TomlFile
from newsmonitor.topics import Topic
from newsmonitor.topicspec import ACTOR, ANY_LANGUAGE, Matter, TopicSpec

# As many mentions as a long article about the topic has.
_MANY_MENTIONS = 15
_FAR_KM = 500
_FEWEST_PLACES = 3
_SHOWN_FORMS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class _Owner:
    """What a list of terms belongs to: a table of the file by its number among those of its kind, or a place.

    `waits`: its terms count only where a word of `beside` stands near.
    """

    kind: str
    number: int
    name: str
    waits: bool = False

    def __str__(self) -> str:
        if self.kind == "place":
            return f'the place "{self.name}"'
        return f'[[{self.kind}]] "{self.name}"' if self.name else f"[{self.kind}]"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Listed:
    """A term, its words, and the list it stands in; `under` is that of a dotted key (phrases.en)."""

    owner: _Owner
    under: str
    term: Term
    words: tuple[Word, ...]

    @property
    def list_name(self) -> str:
        return f"{self.under}.{self.term.language}" if self.under else self.term.language


@dataclass(frozen=True, slots=True, kw_only=True)
class _Advice:
    """What to say, and of what, for the line."""

    about: _Owner | _Listed | None
    problem: str
    mend: str


def advise(topic: Topic, text: str | None = None) -> list[str]:
    """What probably is a mistake in a topic file that can be used, a line each, the worst first; empty: nothing.

    `text` is that of the file: with it, the lines are named where a term or its table stands there.
    """
    spec = topic.spec
    listed = list(_listed(spec))
    found = [
        *_whole_topic(spec),
        *_empty(spec),
        *_ruled_out(listed),
        *_two_roles(spec, listed),
        *_places(spec, listed),
        *_twice(listed),
        *_shadowed(listed),
    ]
    file = TomlFile(text.removeprefix("\ufeff"), spec.where) if text is not None else None
    return [
        str(InputError(spec.where, each.problem, each.mend, line=_line(file, each.about))) for each in found
    ]


def _line(file: TomlFile | None, about: _Owner | _Listed | None) -> int | None:
    owner = about.owner if isinstance(about, _Listed) else about
    if file is None or owner is None or owner.kind == "place":
        return None
    if isinstance(about, _Listed):
        return file.line(owner.kind, owner.number, about.list_name, about.term.text)
    return file.line(owner.kind, owner.number, "")


def _listed(spec: TopicSpec) -> Iterator[_Listed]:
    """Every term of the topic, in the order of the file's tables."""
    lists: list[tuple[_Owner, str, tuple[Term, ...]]] = []
    for number, anchor in enumerate(spec.anchors):
        owner = _Owner(kind="anchor", number=number, name=anchor.name, waits=bool(anchor.beside))
        lists += [(owner, "", anchor.terms), (owner, "beside", anchor.beside)]
    lists += [(owner, "", matter.terms) for owner, matter in _matters(spec)]
    for number, sense in enumerate(spec.senses):
        owner = _Owner(kind="sense", number=number, name=sense.name, waits=bool(sense.beside))
        lists += [
            (owner, "phrases", sense.phrases),
            (owner, "signs", sense.signs),
            (owner, "beside", sense.beside),
        ]
    for number, place in enumerate(spec.places):
        lists.append((_Owner(kind="place", number=number, name=place.place_id), "", place.terms))
    lists.append((_Owner(kind="elsewhere", number=0, name=""), "", spec.elsewhere))
    lists.append((_Owner(kind="landmark", number=0, name=""), "", spec.landmarks))
    for owner, under, terms in lists:
        for term in terms:
            yield _Listed(owner=owner, under=under, term=term, words=term.words())


def _matters(spec: TopicSpec) -> Iterator[tuple[_Owner, Matter]]:
    numbers: Counter[str] = Counter()
    for matter in spec.matters:
        yield _Owner(kind=matter.kind, number=numbers[matter.kind], name=matter.name), matter
        numbers[matter.kind] += 1


def _whole_topic(spec: TopicSpec) -> Iterator[_Advice]:
    proving = any(matter.proves and matter.terms for matter in spec.matters)
    if not proving:
        problem = (
            f"no list has proves = true, so every story keeps {spec.weights.unsupported:g} of its points"
        )
        mend = "write it into the [[context]] whose words namesakes do not share"
        yield _Advice(about=None, problem=problem, mend=mend)
    if not spec.examples:
        problem = "there is no [[test]], so nobody sees when a change breaks the topic"
        yield _Advice(about=None, problem=problem, mend="write a sentence it must find, and one it must not")
    most = _most_points(spec) * (1.0 if proving else max(spec.weights.unsupported, spec.weights.headline))
    if most < spec.weights.main:
        problem = f"no story can be main: a long one has {most:.0f} points at the best, main is {spec.weights.main:g}"
        yield _Advice(about=None, problem=problem, mend="raise the weights of the anchors, or lower main")


def _most_points(spec: TopicSpec) -> float:
    """The points of a story that has all the topic asks for."""
    weights = spec.weights
    best = max(
        [anchor.weight for anchor in spec.anchors] + [weights.place_weight for _ in spec.places[:1]],
        default=0,
    )
    mentions = best * (weights.title + weights.lead + weights.body * log2(1 + _MANY_MENTIONS))
    mentions += weights.place * min(weights.max_places, len(spec.places))
    lists = sum(1 for matter in spec.matters if matter.kind != ACTOR and matter.terms)
    # What stands near gives no more than the mentions do.
    return mentions + min(weights.context * min(weights.max_context, lists), mentions)


def _empty(spec: TopicSpec) -> Iterator[_Advice]:
    for owner, matter in _matters(spec):
        if not matter.terms:
            yield _Advice(
                about=owner, problem=f"{owner} has no terms", mend='write en = ["..."] or delete it'
            )
    for number, sense in enumerate(spec.senses):
        owner = _Owner(kind="sense", number=number, name=sense.name)
        if not sense.phrases and not sense.signs:
            mend = 'write phrases.en = ["..."] or signs.en = ["..."], or delete it'
            yield _Advice(about=owner, problem=f"{owner} has no phrases and no signs", mend=mend)
        elif sense.beside and not sense.phrases:
            problem = f"{owner} has beside, which is for phrases, and no phrases"
            yield _Advice(about=owner, problem=problem, mend="write phrases, or take beside away")
    for number, anchor in enumerate(spec.anchors):
        if anchor.weight == 0:
            owner = _Owner(kind="anchor", number=number, name=anchor.name)
            problem = f"{owner} has weight = 0, so its terms give no points"
            yield _Advice(about=owner, problem=problem, mend="write a weight from 0.1 to 1")


def _lists(listed: Iterable[_Listed]) -> list[list[_Listed]]:
    lists: dict[tuple[str, int, str, str], list[_Listed]] = {}
    for each in listed:
        key = (each.owner.kind, each.owner.number, each.under, each.term.language)
        lists.setdefault(key, []).append(each)
    return list(lists.values())


def _twice(listed: Sequence[_Listed]) -> Iterator[_Advice]:
    for terms in _lists(listed):
        seen: dict[tuple[Word, ...], _Listed] = {}
        for each in terms:
            first = seen.setdefault(each.words, each)
            if first is not each:
                same = "" if first.term.text == each.term.text else f', as "{first.term.text}" too'
                problem = f'"{each.term.text}" stands twice in {each.list_name} of {each.owner}{same}'
                yield _Advice(about=each, problem=problem, mend="delete one")


def _shadowed(listed: Sequence[_Listed]) -> Iterator[_Advice]:
    """Terms that a wider one before them in the same list finds, so that they never count themselves.

    Before it they would, as a word of their own; so would a longer phrase that begins with it.
    """
    for terms in _lists(listed):
        never: dict[_Listed, list[_Listed]] = {}
        for at, each in enumerate(terms):
            wide = next((other for other in terms[:at] if _finds(other, each)), None)
            if wide and wide.words != each.words:
                never.setdefault(wide, []).append(each)
        for wide, narrow in never.items():
            words = ", ".join(f'"{each.term.text}"' for each in narrow)
            problem = f'"{wide.term.text}" in {wide.list_name} of {wide.owner} finds {words} too'
            mend = "delete what it finds, or write that first, to count on its own"
            yield _Advice(about=narrow[0], problem=problem, mend=mend)


def _ruled_out(listed: Sequence[_Listed]) -> Iterator[_Advice]:
    """Names of the topic that are phrases of a sense, which goes first; and phrases without a name in them."""
    phrases = [each for each in listed if each.under == "phrases"]
    names = [each for each in listed if each.owner.kind in ("anchor", "place") and not each.under]
    for name in names:
        # A name with something beside it goes before a phrase; a phrase with something beside it may miss.
        rivals = [] if name.owner.waits else [each for each in phrases if not each.owner.waits]
        rivals = [each for each in rivals if len(each.words) == len(name.words)]
        whole = f'"{name.term.text}" of {name.owner}'
        shared: dict[_Owner, list[str]] = {}
        if phrase := next((each for each in rivals if _finds(each, name)), None):
            problem = f"{whole} is a phrase of {phrase.owner} too, which goes first: it never counts"
            yield _Advice(about=name, problem=problem, mend="delete one of them")
            continue
        for each in rivals:
            shared.setdefault(each.owner, []).extend(_shared(each, name))
        for owner, forms in shared.items():
            if forms:
                shown = ", ".join(f'"{form}"' for form in sorted(set(forms))[:_SHOWN_FORMS])
                problem = f"{whole} is taken for {owner} in some forms ({shown}), which are phrases of it"
                yield _Advice(
                    about=name, problem=problem, mend="mend the phrases, or list the forms of the name"
                )
    for phrase in phrases:
        if len(phrase.words) > 1 and not any(_holds(phrase, name) for name in names):
            problem = f'the phrase "{phrase.term.text}" of {phrase.owner} holds no name of the topic'
            yield _Advice(about=phrase, problem=problem, mend="write the name into it, or make it a sign")


def _two_roles(spec: TopicSpec, listed: Sequence[_Listed]) -> Iterator[_Advice]:
    proving = {(matter.kind, matter.name) for matter in spec.matters if matter.proves}
    proofs = [each for each in listed if (each.owner.kind, each.owner.name) in proving]
    names = [each for each in listed if each.owner.kind in ("anchor", "place") and not each.under]
    for sign in (each for each in listed if each.under == "signs"):
        for proof in proofs:
            if _share_a_language(sign, proof) and (_finds(sign, proof) or _finds(proof, sign)):
                problem = (
                    f'"{sign.term.text}" is a sign of {sign.owner} and a word of proof ("{proof.term.text}")'
                )
                yield _Advice(about=sign, problem=f"{problem} in {proof.owner}", mend="delete one of them")
        if name := next((name for name in names if not name.owner.waits and _finds(sign, name)), None):
            problem = (
                f'"{sign.term.text}" is a sign of {sign.owner} and finds "{name.term.text}" of {name.owner}'
            )
            yield _Advice(about=sign, problem=problem, mend="delete the sign")
    for other in (each for each in listed if each.owner.kind == "elsewhere"):
        if name := next((name for name in names if not name.owner.waits and _finds(other, name)), None):
            problem = f'"{other.term.text}" of [elsewhere] finds "{name.term.text}" of {name.owner}'
            yield _Advice(about=other, problem=problem, mend="delete one of them")


def _places(spec: TopicSpec, listed: Sequence[_Listed]) -> Iterator[_Advice]:
    seen: dict[tuple[Word, ...], _Listed] = {}
    for each in listed:
        if each.owner.kind == "place":
            first = seen.setdefault(each.words, each)
            if first.owner != each.owner:
                problem = f'"{each.term.text}" names {first.owner} and {each.owner}; only the first is found'
                yield _Advice(about=each.owner, problem=problem, mend="add a word that tells them apart")
    points = [
        (place.place_id, place.latitude, place.longitude)
        for place in spec.places
        if place.latitude is not None and place.longitude is not None
    ]
    if len(points) < _FEWEST_PLACES:
        return
    middle = (median(point[1] for point in points), median(point[2] for point in points))
    for place_id, latitude, longitude in points:
        if (far := _kilometres(middle, (latitude, longitude))) > _FAR_KM:
            problem = (
                f'the place "{place_id}" ({latitude:g}, {longitude:g}) is {far:.0f} km from the middle of all'
            )
            yield _Advice(
                about=None, problem=problem, mend="check its coordinates: latitude first, and the sign"
            )


def _kilometres(one: tuple[float, float], other: tuple[float, float]) -> float:
    """The distance of two points on the earth."""
    (lat1, lon1), (lat2, lon2) = (tuple(map(radians, point)) for point in (one, other))
    half = sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * sin((lon2 - lon1) / 2) ** 2
    return 2 * 6371 * asin(sqrt(min(half, 1.0)))


def _share_a_language(one: _Listed, other: _Listed) -> bool:
    languages = {one.term.language, other.term.language}
    return len(languages) == 1 or ANY_LANGUAGE in languages


def _finds(wide: _Listed, narrow: _Listed) -> bool:
    """Whether one term is found wherever the other is."""
    return len(wide.words) == len(narrow.words) and all(map(_covers, wide.words, narrow.words))


def _covers(wide: Word, narrow: Word) -> bool:
    if wide.cased is not None and (wide.cased != narrow.cased or wide.is_exact > narrow.is_exact):
        return False
    if wide.is_open:
        return all(any(form.startswith(start) for start in wide.forms) for form in narrow.forms)
    return not narrow.is_open and narrow.forms <= wide.forms


def _shared(phrase: _Listed, name: _Listed) -> list[str]:
    """Forms in which the name is the phrase, a few of them."""
    meeting = [_meeting(*pair) for pair in zip(phrase.words, name.words, strict=True)]
    forms = zip(*(sorted(forms)[:_SHOWN_FORMS] for forms in meeting), strict=False)
    return [" ".join(words) for words in forms] if all(meeting) else []


def _meeting(one: Word, other: Word) -> frozenset[str]:
    """The forms that two words may both have."""
    if one.cased != other.cased and None not in (one.cased, other.cased):
        return frozenset()
    forms = one.forms & other.forms
    if one.is_open:
        forms |= {form for form in other.forms if any(form.startswith(start) for start in one.forms)}
    if other.is_open:
        forms |= {form for form in one.forms if any(form.startswith(start) for start in other.forms)}
    return forms


def _holds(phrase: _Listed, name: _Listed) -> bool:
    """Whether the words of a name may stand in a phrase, or a name of one word in a part of one (Alba-Tragödie)."""
    length = len(name.words)
    starts = range(len(phrase.words) - length + 1)
    if any(all(map(_meeting, phrase.words[at : at + length], name.words)) for at in starts):
        return True
    parts = {part for word in phrase.words for form in word.forms for part in form.split("-")}
    return length == 1 and not parts.isdisjoint(name.words[0].forms)
