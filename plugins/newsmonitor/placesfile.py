"""The places of a topic, from their CSV file. Pure."""

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any

from newsmonitor.errors import InputError
from newsmonitor.terms import Term, check_term
from newsmonitor.tomlfile import LANGUAGES
from newsmonitor.topicspec import ALWAYS, PLACE_COUNTS, Place

_NOTES = ("kind", "population", "precision_km", "source", "note")
_COLUMNS = ("id", "name", "counts", "latitude", "longitude", *_NOTES)


def read_places(text: str, where: str) -> tuple[Place, ...]:
    """The places of a CSV text; raises InputError with the file, the line and the mend for the first fault found."""
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
        if column not in _COLUMNS and column not in LANGUAGES:
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
    terms, sure = _place_terms(row, where, line, is_cased=counts != ALWAYS)
    return Place(
        place_id=row["id"].strip(),
        name=row["name"].strip(),
        counts=counts,
        terms=terms,
        sure=sure,
        latitude=latitude,
        longitude=longitude,
    )


def _place_terms(
    row: Mapping[str, str], where: str, line: int, *, is_cased: bool
) -> tuple[tuple[Term, ...], frozenset[Term]]:
    """The names of a place, and those of them that count always: a ! stands before them.

    is_cased: namesakes that are ordinary words (Белая, Pogrebki) are written small where they are those.
    """
    terms = []
    sure = set()
    for language in sorted(row.keys() & LANGUAGES - {"id"}):
        for name in (name.strip() for name in row[language].split("|") if name.strip()):
            text = name.removeprefix("!").strip()
            if fault := check_term(text, language):
                raise InputError(where, *fault, line=line)
            term = Term(text=text, language=language, is_cased=is_cased)
            terms.append(term)
            if name.startswith("!"):
                sure.add(term)
    if not terms:
        mend = "write its name in the column of a language"
        raise InputError(where, f"{row['name']} has no name to look for", mend, line=line)
    return tuple(terms), frozenset(sure)


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
