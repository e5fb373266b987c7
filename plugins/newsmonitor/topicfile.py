"""A topic file read and checked: TOML and CSV text in, a Topic or one plain line out. Pure."""

import csv
import io
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from difflib import get_close_matches
from math import isfinite
from typing import Any

from newsmonitor.errors import InputError
from newsmonitor.topics import (
    ANY_LANGUAGE,
    LEVELS,
    PLACE_COUNTS,
    Anchor,
    Context,
    Example,
    Place,
    Sense,
    Topic,
    TopicSpec,
    Weights,
    compile_topic,
    tag,
)
from newsmonitor.topictext import Term, check_term

NO_LEVEL = "none"

_CODES = (
    "aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee "
    "el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is "
    "it iu ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms "
    "mt my na nb nd ne ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk "
    "sl sm sn so sq sr ss st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi "
    "yo za zh zu"
)
_LANGUAGES = frozenset(_CODES.split()) | {ANY_LANGUAGE}
# What people write for it.
_MISNAMED = {"ua": "uk", "gb": "en", "cz": "cs", "jp": "ja", "cn": "zh", "dk": "da", "gr": "el"}
_ID = re.compile(r"[a-z0-9][a-z0-9_-]*")
_AT_LINE = re.compile(r" \(at line (\d+), column (\d+)\)$")
_HEADER = re.compile(r"\s*(\[\[?)\s*([\w.-]+)\s*\]")
_KEY = re.compile(r"\s*([\w.-]+)\s*=")
_NOTES = ("kind", "precision_km", "source", "note")
_COLUMNS = ("id", "name", "counts", "latitude", "longitude", *_NOTES)
_TABLES = ("anchor", "context", "sense", "test")


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
    file = _File(text.removeprefix("\ufeff"), where)
    root = file.root
    root.only("id", "title", "places", "score", "elsewhere", *_TABLES)
    topic_id = root.text("id")
    if not _ID.fullmatch(topic_id):
        raise root.wrong(f'id "{topic_id}" cannot name a topic', "use a-z, 0-9, - and _ only", "id")
    elsewhere = root.table("elsewhere")
    senses = tuple(_sense(table) for table in _named(root, "sense"))
    places = _places(root, places_csv, places_where)
    anchors = tuple(_anchor(table) for table in _named(root, "anchor"))
    if not anchors and not places:
        raise InputError(where, "there is nothing to look for", "add an [[anchor]] or places")
    return compile_topic(
        TopicSpec(
            topic_id=topic_id,
            title=root.text("title"),
            where=where,
            weights=_weights(root.table("score")),
            anchors=anchors,
            contexts=tuple(_context(table) for table in _named(root, "context")),
            senses=senses,
            elsewhere=elsewhere.terms() if elsewhere else (),
            places=places,
            examples=tuple(_example(table, senses, places) for table in root.tables("test")),
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
    if level != example.expect:
        yield f'"{words}": expected {example.expect}, got {level} (score {tagging.score:g}: {found or "no term"})'
    if example.sense and example.sense not in {match.sense for match in tagging.matches}:
        yield f'"{words}": expected the sense {example.sense} (found: {found or "no term"})'
    for place in example.places or ():
        if place not in tagging.places:
            yield f'"{words}": expected the place {place} (found: {", ".join(tagging.places) or "no place"})'


class _File:
    """A TOML file and the lines its tables and keys stand on, which tomllib does not tell."""

    def __init__(self, text: str, where: str) -> None:
        self.where = where
        # TOML ends lines with this only, and tomllib counts them so.
        self.source = text.split("\n")
        try:
            parsed = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise _syntax_error(where, str(error), len(self.source)) from None
        self._lines: dict[tuple[str, int, str], int] = {}
        self._index()
        self.root = _Table(self, parsed, "", 0)

    def _index(self) -> None:
        table, counts = "", dict.fromkeys(_TABLES, 0)
        for number, line in enumerate(self.source, start=1):
            if header := _HEADER.match(line):
                table = header[2]
                counts[table] = counts.get(table, 0) + 1
                self._lines.setdefault((table, counts[table] - 1, ""), number)
            elif key := _KEY.match(line):
                at = counts[table] - 1 if table else 0
                self._lines.setdefault((table, at, key[1]), number)

    def line(self, table: str, number: int, key: str, value: str | None = None) -> int | None:
        """The line of a key (of its value, where that stands in quotes below), else that of its table."""
        dotted = (each[2] for each in self._lines if each[:2] == (table, number))
        below = next((each for each in dotted if key and each.startswith(f"{key}.")), "")
        own = [(table, number, each) for each in (key, key.split(".")[0], below)]
        # A key of the file itself may be a table with a line of its own.
        places = [*own, (key, 0, ""), (table, number, "")]
        line = next((found for each in places if (found := self._lines.get(each))), None)
        if line is not None and value is not None:
            quoted = (f'"{value}"', f"'{value}'")
            rest = range(line - 1, len(self.source))
            return next((at + 1 for at in rest if any(q in self.source[at] for q in quoted)), line)
        return line


def _syntax_error(where: str, message: str, last_line: int) -> InputError:
    at = _AT_LINE.search(message)
    said = _AT_LINE.sub("", message).removesuffix(" (at end of document)")
    column = f" at column {at[2]}" if at else ""
    return InputError(
        where,
        f"this is not TOML: {said[:1].lower()}{said[1:]}{column}",
        "look for a missing quote, comma or bracket here or on the line before",
        line=int(at[1]) if at else max(last_line, 1),
    )


@dataclass(frozen=True, slots=True)
class _Table:
    """One table of the file; its methods give checked values or raise InputError with the line."""

    file: _File
    values: Mapping[str, Any]
    name: str
    number: int

    @property
    def label(self) -> str:
        if not self.name:
            return "the file"
        return f"[[{self.name}]]" if self.name in _TABLES else f"[{self.name}]"

    def wrong(self, problem: str, mend: str, key: str = "", value: str | None = None) -> InputError:
        line = self.file.line(self.name, self.number, key, value)
        return InputError(self.file.where, problem, mend, line=line)

    def only(self, *keys: str) -> None:
        """Raise where there is a key that means nothing here."""
        for key in self.values:
            if key not in keys:
                near = get_close_matches(key, keys, n=1)
                mend = f'write "{near[0]}"' if near else f"use {', '.join(keys)}"
                raise self.wrong(f'{self.label} has no "{key}"', mend, key)

    def text(self, key: str) -> str:
        value = self.maybe_text(key)
        if not value or not value.strip():
            raise self.wrong(f'{self.label} has no "{key}"', f'write {key} = "..."', key)
        return value

    def maybe_text(self, key: str) -> str | None:
        value = self.values.get(key)
        if value is not None and not isinstance(value, str):
            raise self.wrong(f'"{key}" is no text', f'write {key} = "..."', key)
        return value

    def flag(self, key: str, default: bool) -> bool:
        value = self.values.get(key, default)
        if not isinstance(value, bool):
            raise self.wrong(f'"{key}" is neither true nor false', f"write {key} = true or false", key)
        return value

    def number_of(self, key: str, default: float) -> float:
        """A number from 0 up; a whole one where the default is whole."""
        value = self.values.get(key, default)
        whole = isinstance(default, int)
        kinds = int if whole else (int, float)
        if isinstance(value, bool) or not isinstance(value, kinds) or not isfinite(value) or value < 0:
            kind = "whole number" if whole else "number"
            raise self.wrong(f'"{key}" is no {kind} from 0 up', f"write {key} = {default}", key)
        return value

    def texts(self, key: str, values: object) -> list[str]:
        if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
            raise self.wrong(f'"{key}" is no list of texts', f'write {key} = ["...", "..."]', key)
        return values

    def table(self, name: str) -> "_Table | None":
        if name not in self.values:
            return None
        value = self.values[name]
        if not isinstance(value, dict):
            raise self.wrong(f'"{name}" is no table', f"write [{name}] on a line of its own", name)
        return _Table(self.file, value, name, 0)

    def tables(self, name: str) -> list["_Table"]:
        values = self.values.get(name, [])
        if not isinstance(values, list) or not all(isinstance(value, dict) for value in values):
            line = self.file.line(name, 0, "")
            mend = f"write [[{name}]] on a line of its own"
            raise InputError(self.file.where, f'"{name}" is no list of tables', mend, line=line)
        return [_Table(self.file, value, name, number) for number, value in enumerate(values)]

    def terms(self, *others: str, under: str | None = None) -> tuple[Term, ...]:
        """The terms of all languages; `others` are the keys that are no language."""
        lists = self.values if under is None else self.values.get(under, {})
        if not isinstance(lists, dict):
            raise self.wrong(f'"{under}" has no languages', f'write {under}.en = ["..."]', under or "")
        found = []
        for language, values in lists.items():
            if language in others:
                continue
            key = language if under is None else f"{under}.{language}"
            self._check_language(language, key, others)
            for text in self.texts(key, values):
                if fault := check_term(text, language):
                    raise self.wrong(*fault, key, text)
                found.append(Term(text=text, language=language))
        return tuple(found)

    def _check_language(self, language: str, key: str, others: Sequence[str]) -> None:
        if language in _LANGUAGES:
            return
        problem = f'{self.label} has no "{key}", and "{language}" is no code of a language'
        raise self.wrong(problem, _language_mend(language, others), key)


def _language_mend(language: str, others: Iterable[str]) -> str:
    if language in _MISNAMED:
        return f'write "{_MISNAMED[language]}"'
    near = get_close_matches(language, others, n=1) if len(language) > 2 else []
    return f'write "{near[0]}"' if near else "use two letters of ISO 639-1 such as en, ru, uk, or xx for any"


def _named(root: _Table, kind: str) -> list[_Table]:
    """The tables of a kind, none of them named like another."""
    tables = root.tables(kind)
    names: dict[str, int] = {}
    for table in tables:
        name = table.text("name")
        if name in names:
            raise table.wrong(f'a second [[{kind}]] is named "{name}"', "give it another name", "name")
        names[name] = table.number
    return tables


def _anchor(table: _Table) -> Anchor:
    keys = ("name", "weight", "beside", "within")
    terms = table.terms(*keys)
    if not terms:
        raise table.wrong("[[anchor]] has no terms", 'write en = ["..."]')
    return Anchor(
        name=table.text("name"),
        weight=table.number_of("weight", 1.0),
        terms=terms,
        beside=table.terms(under="beside"),
        within=int(table.number_of("within", 7)),
    )


def _context(table: _Table) -> Context:
    return Context(
        name=table.text("name"), proves=table.flag("proves", False), terms=table.terms("name", "proves")
    )


def _sense(table: _Table) -> Sense:
    table.terms("name", "phrases", "signs")
    table.only("name", "phrases", "signs")
    return Sense(
        name=table.text("name"), phrases=table.terms(under="phrases"), signs=table.terms(under="signs")
    )


def _weights(table: _Table | None) -> Weights:
    if table is None:
        return Weights()
    names = [field.name for field in fields(Weights)]
    table.only(*names)
    given = {name: table.number_of(name, getattr(Weights(), name)) for name in names}
    weights = Weights(**given)  # type: ignore[arg-type]  # number_of keeps whole numbers whole
    if weights.mention > weights.main:
        raise table.wrong("mention is above main", "set main to the higher number", "mention")
    return weights


def _example(table: _Table, senses: Sequence[Sense], places: Sequence[Place]) -> Example:
    table.only("title", "text", "language", "expect", "sense", "places")
    title, text = table.maybe_text("title"), table.maybe_text("text")
    if not (title or text):
        raise table.wrong("[[test]] has no sentence", 'write text = "..." or title = "..."')
    expect = table.text("expect")
    if expect not in (*LEVELS, NO_LEVEL):
        raise table.wrong(f'expect = "{expect}" is no level', 'write "main", "mention" or "none"', "expect")
    sense = table.maybe_text("sense")
    if sense is not None and sense not in {each.name for each in senses}:
        raise table.wrong(f'there is no [[sense]] named "{sense}"', "write the name of one", "sense")
    ids = table.texts("places", table.values["places"]) if "places" in table.values else None
    for name in ids or ():
        if name not in {place.place_id for place in places}:
            raise table.wrong(f'no place has the id "{name}"', "write an id of the places file", "places")
    return Example(
        line=table.file.line("test", table.number, "") or 1,
        title=title,
        text=text,
        language=table.maybe_text("language"),
        expect=expect,
        sense=sense,
        places=tuple(ids) if ids is not None else None,
    )


def _is_file_name(name: str) -> bool:
    return bool(name) and not name.startswith(".") and not any(sign in name for sign in "/\\:\0")


def _places(root: _Table, text: str | None, where: str | None) -> tuple[Place, ...]:
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
    return _read_places(text.removeprefix("\ufeff"), where or name)


def _read_places(text: str, where: str) -> tuple[Place, ...]:
    reader = csv.DictReader(io.StringIO(text), restkey="", strict=True)
    try:
        columns = reader.fieldnames or ()
        _check_columns(columns, where)
        found: dict[str, Place] = {}
        for row in reader:
            place = _place(row, where, reader.line_num)
            if place.place_id in found:
                mend = "give every place its own id"
                raise InputError(
                    where, f'a second row has the id "{place.place_id}"', mend, line=reader.line_num
                )
            found[place.place_id] = place
    except csv.Error as error:
        mend = "close the quotes, and write commas between cells"
        raise InputError(where, f"this is not CSV: {error}", mend, line=max(reader.line_num, 1)) from None
    return tuple(found.values())


def _check_columns(columns: Sequence[str], where: str) -> None:
    for needed in ("id", "name"):
        if needed not in columns:
            raise InputError(where, f'there is no column "{needed}"', "name the columns in line 1", line=1)
    for column in columns:
        if column not in _COLUMNS and column not in _LANGUAGES:
            mend = f"use {', '.join(_COLUMNS)} or the code of a language (xx: any)"
            raise InputError(where, f'the column "{column}" means nothing', mend, line=1)
        if columns.count(column) > 1:
            raise InputError(where, f'two columns are named "{column}"', "join them", line=1)


def _place(row: Mapping[str, Any], where: str, line: int) -> Place:
    if "" in row or None in row.values():
        problem = "more cells than the header has" if "" in row else "fewer cells than the header has"
        raise InputError(where, problem, "count the commas", line=line)
    for needed in ("id", "name"):
        if not row[needed].strip():
            raise InputError(where, f'the cell "{needed}" is empty', "fill it", line=line)
    counts = row.get("counts", "").strip() or PLACE_COUNTS[0]
    if counts not in PLACE_COUNTS:
        mend = f"write {', '.join(PLACE_COUNTS)}"
        raise InputError(where, f'counts = "{counts}" means nothing', mend, line=line)
    latitude = _degrees(row, "latitude", 90, where, line)
    longitude = _degrees(row, "longitude", 180, where, line)
    if (latitude is None) != (longitude is None):
        raise InputError(where, "one coordinate without the other", "give both or none", line=line)
    return Place(
        place_id=row["id"].strip(),
        name=row["name"].strip(),
        counts=counts,
        terms=_place_terms(row, where, line),
        latitude=latitude,
        longitude=longitude,
    )


def _place_terms(row: Mapping[str, str], where: str, line: int) -> tuple[Term, ...]:
    terms = []
    for language in sorted(row.keys() & _LANGUAGES - {"id"}):
        for text in (name.strip() for name in row[language].split("|") if name.strip()):
            if fault := check_term(text, language):
                raise InputError(where, *fault, line=line)
            terms.append(Term(text=text, language=language))
    if not terms:
        mend = "write its name in the column of a language"
        raise InputError(where, f"{row['name']} has no name to look for", mend, line=line)
    return tuple(terms)


def _degrees(row: Mapping[str, str], column: str, limit: float, where: str, line: int) -> float | None:
    cell = row.get(column, "").strip()
    if not cell:
        return None
    try:
        degrees = float(cell)
    except ValueError:
        degrees = float("nan")
    # A comparison with nan is false.
    if not -limit <= degrees <= limit:
        mend = f"write degrees from -{limit} to {limit} with a point, such as 51.19"
        raise InputError(where, f'{column} "{cell}" is no {column}', mend, line=line)
    return degrees
