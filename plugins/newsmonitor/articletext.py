"""The text of the article in a page: the blocks that a model takes for it, else what trafilatura finds. Pure.

Measured on 239 pages of two benchmarks, each page judged by a model that had not seen its publisher: the model
alone is as right as trafilatura, but wrong on other pages, and it knows where. So trafilatura, which takes three
times as long as everything else together, is asked for one page in ten.
"""

from dataclasses import dataclass

import numpy as np
from lxml import html
from numpy.typing import NDArray

from newsmonitor.blockmodel import article_chances, certainty
from newsmonitor.blocks import Blocks, read_blocks
from newsmonitor.structured import Structured

_CHOSEN = 0.5
_SURE = 0.75
# Of 9,000 short paragraphs jusText, which trafilatura asks, makes 17 seconds; articles have some hundred blocks.
_MOST_BLOCKS = 3_000
# Fewer letters are no text.
_FEWEST = 20
# What a paywall says stands right behind the text.
_BEHIND = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundText:
    """The text with paragraphs as lines, how it was found, and all that a reader is shown between and behind them."""

    text: str | None = None
    extraction: str | None = None
    shown: str = ""


def find_text(tree: html.HtmlElement, stated: Structured) -> FoundText:
    """The text of a page, without the headline above it; takes the tree apart. Raises what trafilatura raises."""
    blocks = read_blocks(tree)
    if not blocks.texts:
        return FoundText()
    chances = article_chances(blocks, stated)
    chosen = chances > _CHOSEN
    shown = _shown(blocks, chosen)
    text = _without_title("\n".join(blocks.texts[place] for place in np.flatnonzero(chosen)), stated)
    if len(text) >= _FEWEST and certainty(blocks, chances) >= _SURE:
        return FoundText(text=text, extraction="blocks", shown=shown)
    other = _without_title(_by_trafilatura(tree), stated) if len(blocks.texts) <= _MOST_BLOCKS else ""
    if len(other) >= _FEWEST:
        return FoundText(text=other, extraction="trafilatura", shown=shown)
    if len(text) >= _FEWEST:
        return FoundText(text=text, extraction="blocks", shown=shown)
    return FoundText(shown=shown)


def _shown(blocks: Blocks, chosen: NDArray[np.bool_]) -> str:
    """What is not hidden, from the first block of the article to right behind the last; without one, everything."""
    places = np.flatnonzero(chosen)
    first, last = (places[0], places[-1] + _BEHIND) if len(places) else (0, len(chosen))
    texts = zip(blocks.texts[first : last + 1], blocks.is_hidden[first : last + 1], strict=True)
    return "\n".join(text for text, is_hidden in texts if not is_hidden)


def _by_trafilatura(tree: html.HtmlElement) -> str:
    # Here and not above: 0.3 s, which the command line and the other steps need not spend.
    from trafilatura import bare_extraction

    document = bare_extraction(tree, favor_precision=True, include_comments=False)
    text = getattr(document, "text", None)
    return _clean(text) if isinstance(text, str) else ""


def _without_title(text: str, stated: Structured) -> str:
    """The text without the headline, which would make two copies under two headlines differ."""
    first, _, rest = text.partition("\n")
    return rest if first in (stated.title, stated.heading) else text


def _clean(text: str) -> str:
    lines = (" ".join(line.split()) for line in text.splitlines())
    return "\n".join(line for line in lines if line)
