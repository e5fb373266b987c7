"""What a site repeats on every page: footers, invitations, boxes. Learnt by site, cut from its texts. Pure.

A paragraph is known by a hash, so that learning reads a column of numbers and no texts. A news text repeats itself
too: the background paragraph of a long story stands in many of its pieces. Hence shares of all pages of the site,
and larger ones for what looks like prose.
"""

import re
from collections.abc import Mapping
from zlib import crc32

#: So many pages of a site must have a line, and this share of them.
FEWEST_PAGES = 5
_SHARE = 0.3
_PROSE = 200
_FEWEST_PROSE = 10
_PROSE_SHARE = 0.6
_NUMBER = re.compile(r"\d+")


def line_ids(text: str | None) -> tuple[int, ...]:
    """The ids of the lines of a text, in order: the same for lines that differ in case and numbers only."""
    return tuple(_line_id(line) for line in text.split("\n")) if text else ()


def _line_id(line: str) -> int:
    return crc32(_NUMBER.sub("0", line.casefold()).encode("utf-8", "replace"))


def without_boilerplate(text: str, counts: Mapping[int, int], pages: int) -> str:
    """The text without the lines that the site repeats; counts are pages by line id, of so many pages in all."""
    if pages < FEWEST_PAGES:
        return text
    return "\n".join(
        line for line in text.split("\n") if not _is_repeated(line, counts.get(_line_id(line), 0), pages)
    )


def _is_repeated(line: str, count: int, pages: int) -> bool:
    if len(line) > _PROSE:
        return count >= _FEWEST_PROSE and count >= _PROSE_SHARE * pages
    return count >= FEWEST_PAGES and count >= _SHARE * pages
