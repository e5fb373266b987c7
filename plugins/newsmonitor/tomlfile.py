"""A TOML file read table by table: checked values out, or one plain line with the line of the file. Pure."""

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from math import isfinite
from typing import Any

from newsmonitor.errors import InputError
from newsmonitor.terms import Term, check_term
from newsmonitor.topicspec import ANY_LANGUAGE

_CODES = (
    "aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee "
    "el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is "
    "it iu ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms "
    "mt my na nb nd ne ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk "
    "sl sm sn so sq sr ss st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi "
    "yo za zh zu"
)
LANGUAGES = frozenset(_CODES.split()) | {ANY_LANGUAGE}
# What people write for it.
_MISNAMED = {"ua": "uk", "gb": "en", "cz": "cs", "jp": "ja", "cn": "zh", "dk": "da", "gr": "el"}
_AT_LINE = re.compile(r" \(at line (\d+), column (\d+)\)$")
_HEADER = re.compile(r"\s*(\[\[?)\s*([\w.-]+)\s*\]")
_KEY = re.compile(r"\s*([\w.-]+)\s*=")
LIST_TABLES = ("anchor", "context", "event", "actor", "sense", "test")


class TomlFile:
    """A TOML file and the lines its tables and keys stand on, which tomllib does not tell."""

    def __init__(self, text: str, where: str) -> None:
        self.where = where
        # TOML ends lines with this only, and tomllib counts them so.
        self.source = text.split("\n")
        try:
            parsed = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise _syntax_error(where, str(error), len(self.source)) from None
        except (ValueError, RecursionError):
            # Of a number with thousands of digits, and of thousands of brackets, tomllib passes on what Python says.
            problem = (
                "this is not TOML that can be read: a number is too long, or brackets are nested too deep"
            )
            raise InputError(where, problem, "look for a row of digits or brackets", line=1) from None
        self._lines: dict[tuple[str, int, str], int] = {}
        self._index()
        self.root = Table(self, parsed, "", 0)

    def _index(self) -> None:
        table, counts = "", dict[str, int]()
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
        # A key of the file itself may be a table with a line of its own, and a list of tables may stand in one line.
        places = [*own, (key, 0, ""), (table, number, ""), ("", 0, table)]
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
class Table:
    """One table of the file; its methods give checked values or raise InputError with the line."""

    file: TomlFile
    values: Mapping[str, Any]
    name: str
    number: int

    @property
    def label(self) -> str:
        if not self.name:
            return "the file"
        is_list = isinstance(self.file.root.values.get(self.name), list)
        return f"[[{self.name}]]" if is_list else f"[{self.name}]"

    def wrong(self, problem: str, mend: str, key: str = "", value: str | None = None) -> InputError:
        line = self.file.line(self.name, self.number, key, value)
        # A key or a value may hold a line break or an escape code, which a terminal would obey.
        shown = "".join(sign if sign.isprintable() else " " for sign in problem)
        return InputError(self.file.where, shown, mend, line=line)

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

    def table(self, name: str) -> "Table | None":
        if name not in self.values:
            return None
        value = self.values[name]
        if not isinstance(value, dict):
            raise self.wrong(f'"{name}" is no table', f"write [{name}] on a line of its own", name)
        return Table(self.file, value, name, 0)

    def tables(self, name: str) -> list["Table"]:
        values = self.values.get(name, [])
        if not isinstance(values, list) or not all(isinstance(value, dict) for value in values):
            line = self.file.line(name, 0, "")
            mend = f"write [[{name}]] on a line of its own"
            raise InputError(self.file.where, f'"{name}" is no list of tables', mend, line=line)
        return [Table(self.file, value, name, number) for number, value in enumerate(values)]

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
        if language in LANGUAGES:
            return
        problem = f'{self.label} has no "{key}", and "{language}" is no code of a language'
        raise self.wrong(problem, language_mend(language, others), key)


def language_mend(language: str, others: Iterable[str]) -> str:
    if language in _MISNAMED:
        return f'write "{_MISNAMED[language]}"'
    near = get_close_matches(language, others, n=1) if len(language) > 2 else []
    return f'write "{near[0]}"' if near else "use two letters of ISO 639-1 such as en, ru, uk, or xx for any"
