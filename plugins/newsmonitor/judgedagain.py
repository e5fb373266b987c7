"""Stored stories held against topics again, a page of rows at a time: what retag stores and backtest only counts."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from newsmonitor.records import Story
from newsmonitor.tagging import tag_story
from newsmonitor.topics import Topic
from newsmonitor.warehouse import Warehouse

# So many texts are in memory at a time.
_PAGE = 500
# What tells whether a story need be looked at, though nothing is found in it now; columns that every version has.
_LIGHT = """
    select story_id, title, text, language, copy_of, coalesce(len(matches), 0) + coalesce(len(topics), 0) > 0 as had
    from stories where day = ? and story_id in (select unnest(?))
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Again:
    """A story as it is stored, and what topics make of it now; `tagged` are the columns that tagging fills."""

    before: Story
    tagged: Mapping[str, Any]
    # Whether its text is that of the story it repeats, for it keeps none itself.
    is_borrowed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedPage:
    """One page of rows: how many there were, and those in which a topic finds something, or did when stored."""

    stories: int
    found: tuple[Again, ...]


def judged_pages(warehouse: Warehouse, topics: Sequence[Topic], day: date) -> Iterator[JudgedPage]:
    """The stories filed on a day, held against the topics; changes nothing.

    A story without a text repeats an address that was known: it is judged by its own headline and the text of the
    story that it repeats. Where that has none either, or is gone, the headline stands alone.
    """
    # In the order in which they are stored: a page then lies in a few row groups.
    ids: list[str] = warehouse.query("select story_id from stories where day = ?", [day])[
        "story_id"
    ].to_pylist()
    for start in range(0, len(ids), _PAGE):
        rows = warehouse.query(_LIGHT, [day, ids[start : start + _PAGE]]).to_pylist()
        texts = borrowed_texts(
            warehouse, [row["copy_of"] for row in rows if row["text"] is None and row["copy_of"]], day
        )
        tagged: dict[str, dict[str, Any]] = {}
        for row in rows:
            text = row["text"] if row["text"] is not None else texts.get(row["copy_of"])
            new = tag_story(topics, title=row["title"], text=text, language=row["language"])
            if row["had"] or new["matches"]:
                tagged[row["story_id"]] = new
        yield JudgedPage(stories=len(rows), found=tuple(_with_rows(warehouse, day, tagged)))


def _with_rows(warehouse: Warehouse, day: date, tagged: Mapping[str, Mapping[str, Any]]) -> Iterator[Again]:
    if not tagged:
        return
    stored = warehouse.read(
        Story, "day = ? and story_id in (select unnest(?))", [day, list(tagged)], order="story_id"
    )
    for story in stored:
        is_borrowed = story.text is None and story.copy_of is not None
        yield Again(before=story, tagged=tagged[story.story_id], is_borrowed=is_borrowed)


def borrowed_texts(warehouse: Warehouse, ids: Sequence[str], day: date) -> dict[str, str]:
    """The texts of these stories, of the day or an earlier one; first the days are asked for, to read few texts."""
    if not ids:
        return {}
    chosen = "story_id in (select unnest(?))"
    sql = f"select distinct day from stories where day <= ? and {chosen}"
    days = warehouse.query(sql, [day, list(ids)])["day"].to_pylist()
    sql = f"""
        select story_id, text from stories
        where day in (select unnest(?)) and {chosen} and text is not null order by filed_at desc
    """
    found = warehouse.query(sql, [days, list(ids)])
    return dict(zip(found["story_id"].to_pylist(), found["text"].to_pylist(), strict=True))
