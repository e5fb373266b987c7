"""A topic file read and checked: TOML and CSV text in, a Topic or one plain line out. Pure."""

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, fields
from difflib import get_close_matches
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from newsmonitor.errors import InputError
from newsmonitor.placesfile import read_places
from newsmonitor.terms import Term
from newsmonitor.tomlfile import LIST_TABLES, Table, TomlFile
from newsmonitor.topics import Topic, compile_topic, tag
from newsmonitor.topicspec import (
    ACTOR,
    CONTEXT,
    EVENT,
    LEVELS,
    MATTER_KINDS,
    Anchor,
    Example,
    Matter,
    Place,
    Sense,
    TopicSpec,
    Weights,
)

NO_LEVEL = "none"

_ID = re.compile(r"[a-z0-9][a-z0-9_-]*")
_ZONE = re.compile(r"UTC|[A-Za-z]+(?:/[A-Za-z0-9_+-]+){1,2}")


def places_name(text: str) -> str | None:
    """The name of the CSV file in seeds/places that a topic file asks for; None where it names none.

    Tolerant: of a file that is broken it says nothing, since load_topic says it with the line.
    """
    try:
        name = tomllib.loads(text.removeprefix("\ufeff")).get("places")
    except (tomllib.TOMLDecodeError, RecursionError):
        return None
    return name if isinstance(name, str) and _is_file_name(name) else None


def load_topic(text: str, places_csv: str | None, *, where: str, places_where: str | None = None) -> Topic:
    """The topic of a file, compiled.

    `places_csv` is the text of the file that places_name names. Raises InputError with the file, the line and the
    mend, for the first fault found.
    """
    root = TomlFile(text.removeprefix("\ufeff"), where).root
    root.only("id", "title", "timezone", "places", "score", "landmark", "elsewhere", *LIST_TABLES)
    topic_id = root.text("id")
    if not _ID.fullmatch(topic_id):
        raise root.wrong(f'id "{topic_id}" cannot name a topic', "use a-z, 0-9, - and _ only", "id")
    anchors = tuple(_anchor(table) for table in _named(root, "anchor"))
    matters = tuple(_matter(table) for kind in MATTER_KINDS for table in _named(root, kind))
    lists = frozenset(each.name for each in matters)
    senses = tuple(_sense(table, lists) for table in _named(root, "sense"))
    places = _places(root, places_csv, places_where)
    if not anchors and not places:
        raise InputError(where, "there is nothing to look for", "add an [[anchor]] or places")
    names = _Names(
        senses=frozenset(each.name for each in senses),
        places=frozenset(each.place_id for each in places),
        events=frozenset(each.name for each in matters if each.kind == EVENT),
        actors=frozenset(each.name for each in matters if each.kind == ACTOR),
    )
    return compile_topic(
        TopicSpec(
            topic_id=topic_id,
            title=root.text("title"),
            where=where,
            timezone=_timezone(root),
            weights=_weights(root.table("score")),
            anchors=anchors,
            matters=matters,
            senses=senses,
            landmarks=_terms_of(root, "landmark"),
            elsewhere=_terms_of(root, "elsewhere"),
            places=places,
            examples=tuple(_example(table, names) for table in root.tables("test")),
        )
    )


def run_tests(topic: Topic) -> list[str]:
    """What the [[test]] sentences of a topic file do not give as they should, a line each; empty: all do."""
    return [
        f"{topic.spec.where}, line {example.line}: {fault}"
        for example in topic.spec.examples
        for fault in _faults(topic, example)
    ]


def _faults(topic: Topic, example: Example) -> Iterable[str]:
    tagging = tag(topic, title=example.title, text=example.text, language=example.language)
    level = tagging.level or NO_LEVEL
    words = " ".join(f"{example.title or ''} {example.text or ''}".split())[:60]
    found = ", ".join(
        f"{match.term} {match.points:g}" + (f" (ruled out: {match.sense})" if match.sense else "")
        for match in tagging.matches
    )
    if level not in example.expect:
        expected = " or ".join(example.expect)
        said = f"{tagging.score:g}: {found or 'no term'}"
        reason = f"; {tagging.parts.reason}" if tagging.parts.reason else ""
        yield f'"{words}": expected {expected}, got {level} (score {said}{reason})'
    if example.sense and example.sense not in {match.sense for match in tagging.matches}:
        yield f'"{words}": expected the sense {example.sense} (found: {found or "no term"})'
    for kind in ("place", "event", "actor"):
        given: tuple[str, ...] = getattr(tagging, f"{kind}s")
        for name in getattr(example, f"{kind}s"):
            if name not in given:
                yield f'"{words}": expected the {kind} {name} (found: {", ".join(given) or f"no {kind}"})'


def _timezone(root: Table) -> ZoneInfo:
    """The time zone of the file, by its name in the IANA database; UTC where it names none."""
    name = root.maybe_text("timezone")
    if name is None:
        return ZoneInfo("UTC")
    try:
        if not _ZONE.fullmatch(name):
            # Also files of the database that are no zone of a place, such as localtime and Factory.
            raise ValueError(name)
        return ZoneInfo(name)
    except (ValueError, OSError, ZoneInfoNotFoundError):
        known = {zone.lower(): zone for zone in available_timezones() if _ZONE.fullmatch(zone)}
        near = get_close_matches(name.lower(), known, n=1)
        mend = f'write "{known[near[0]]}"' if near else 'write a name such as "Europe/Kyiv"'
        problem = f'timezone = "{name}" is not in the IANA time zone database'
        raise root.wrong(problem, mend, "timezone") from None


def _named(root: Table, kind: str) -> list[Table]:
    """The tables of a kind, none of them named like another."""
    tables = root.tables(kind)
    names: dict[str, int] = {}
    for table in tables:
        name = table.text("name")
        if name in names:
            raise table.wrong(f'a second [[{kind}]] is named "{name}"', "give it another name", "name")
        names[name] = table.number
    return tables


def _terms_of(root: Table, name: str) -> tuple[Term, ...]:
    table = root.table(name)
    return table.terms() if table else ()


def _anchor(table: Table) -> Anchor:
    keys = ("name", "weight", "proves", "beside", "within")
    terms = table.terms(*keys)
    if not terms:
        raise table.wrong("[[anchor]] has no terms", 'write en = ["..."]')
    proves, beside = table.flag("proves", False), table.terms(under="beside")
    if proves and beside:
        mend = "take one of them away"
        raise table.wrong("an anchor that counts only beside something cannot prove", mend, "proves")
    weight = table.number_of("weight", 1.0)
    if weight > 1:
        raise table.wrong(f"weight = {weight:g} is above 1", "write a number from 0 to 1", "weight")
    return Anchor(
        name=table.text("name"),
        weight=weight,
        terms=terms,
        proves=proves,
        beside=beside,
        within=int(table.number_of("within", 7)),
    )


def _matter(table: Table) -> Matter:
    kind, name = table.name, table.text("name")
    keys = ("name", "proves", *(("acled",) if kind == EVENT else ()))
    terms = table.terms(*keys)
    if kind != CONTEXT and not _ID.fullmatch(name):
        mend = "use a-z, 0-9, - and _ only: it stands in a column"
        raise table.wrong(f'"{name}" cannot name an {kind}', mend, "name")
    return Matter(
        kind=kind,
        name=name,
        proves=table.flag("proves", False),
        terms=terms,
        acled=table.maybe_text("acled") if kind == EVENT else None,
    )


def _sense(table: Table, matters: frozenset[str]) -> Sense:
    keys = ("name", "phrases", "signs", "beside", "within", "shares")
    table.terms(*keys)
    table.only(*keys)
    return Sense(
        name=table.text("name"),
        phrases=table.terms(under="phrases"),
        signs=table.terms(under="signs"),
        beside=table.terms(under="beside"),
        within=int(table.number_of("within", 1)),
        shares=frozenset(
            _known(
                table,
                "shares",
                matters,
                "no [[context]], [[event]] or [[actor]] is named",
                "write the name of one",
            )
        ),
    )


def _weights(table: Table | None) -> Weights:
    if table is None:
        return Weights()
    names = [field.name for field in fields(Weights)]
    table.only(*names)
    given = {name: table.number_of(name, getattr(Weights(), name)) for name in names}
    weights = Weights(**given)  # type: ignore[arg-type]  # number_of keeps whole numbers whole
    if weights.mention > weights.main:
        raise table.wrong("mention is above main", "set main to the higher number", "mention")
    return weights


@dataclass(frozen=True, slots=True, kw_only=True)
class _Names:
    """What a [[test]] may name."""

    senses: frozenset[str]
    places: frozenset[str]
    events: frozenset[str]
    actors: frozenset[str]


def _example(table: Table, names: _Names) -> Example:
    table.only("title", "text", "language", "expect", "sense", "places", "events", "actors")
    title, text = table.maybe_text("title"), table.maybe_text("text")
    if not (title or text):
        raise table.wrong("[[test]] has no sentence", 'write text = "..." or title = "..."')
    sense = table.maybe_text("sense")
    if sense is not None and sense not in names.senses:
        raise table.wrong(f'there is no [[sense]] named "{sense}"', "write the name of one", "sense")
    return Example(
        line=table.file.line("test", table.number, "") or 1,
        title=title,
        text=text,
        language=table.maybe_text("language"),
        expect=_expected(table),
        sense=sense,
        places=_known(table, "places", names.places, "no place has the id", "write an id of the places file"),
        events=_known(table, "events", names.events, "no [[event]] is named", "write the name of one"),
        actors=_known(table, "actors", names.actors, "no [[actor]] is named", "write the name of one"),
    )


def _expected(table: Table) -> tuple[str, ...]:
    value = table.values.get("expect")
    levels = table.texts("expect", value) if isinstance(value, list) else [table.text("expect")]
    for level in levels:
        if level not in (*LEVELS, NO_LEVEL):
            mend = 'write "main", "mention" or "none", or a list of them'
            raise table.wrong(f'expect = "{level}" is no level', mend, "expect")
    if not levels:
        raise table.wrong("expect is an empty list", 'write "main", "mention" or "none"', "expect")
    return tuple(levels)


def _known(table: Table, key: str, known: frozenset[str], problem: str, mend: str) -> tuple[str, ...]:
    given = table.texts(key, table.values[key]) if key in table.values else []
    for name in given:
        if name not in known:
            raise table.wrong(f'{problem} "{name}"', mend, key)
    return tuple(given)


def _is_file_name(name: str) -> bool:
    return bool(name) and not name.startswith(".") and not any(sign in name for sign in "/\\:\0")


def _places(root: Table, text: str | None, where: str | None) -> tuple[Place, ...]:
    """The places of the CSV text; raises InputError where the file asks for one that is not there."""
    name = root.maybe_text("places")
    if name is None:
        return ()
    if not _is_file_name(name):
        mend = "write the name of a file in seeds/places, without a folder"
        raise root.wrong(f'places = "{name}" is no name of a file', mend, "places")
    if text is None:
        mend = "put it into seeds/places or take the line away"
        raise root.wrong(f'the places file "{name}" is not there', mend, "places")
    return read_places(text.removeprefix("\ufeff"), where or name)
