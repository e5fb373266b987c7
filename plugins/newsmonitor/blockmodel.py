"""How likely each block of a page is part of the article, by a model that was learnt (tools/learn_blocks.py). Pure.

A few hundred small trees vote. Each asks the same five questions of every block, so all blocks and all trees are
answered in a few operations of numpy: 2 ms a page, where the libraries that learn such models need 40 MB to load.
"""

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray

from newsmonitor.blockfeatures import block_features
from newsmonitor.blocks import Blocks
from newsmonitor.structured import Structured

# Blocks surely not of the article say nothing of how sure the model is of the rest.
_IN_QUESTION = 0.2


@dataclass(frozen=True, slots=True)
class _Model:
    """The trees as arrays: questions (trees x depth), scores (trees x leaves)."""

    features: tuple[str, ...]
    asked: NDArray[np.intp]
    borders: NDArray[np.float32]
    scores: NDArray[np.float32]
    bias: float


def article_chances(blocks: Blocks, stated: Structured) -> NDArray[np.float32]:
    """For each block the chance, 0 to 1, that it is text of the article; there must be at least one block."""
    model = _model()
    features, names = block_features(blocks, stated)
    rows = features[:, [names.index(name) for name in model.features]]
    trees, depth = model.asked.shape
    answers = (rows[:, model.asked.ravel()] > model.borders.ravel()).reshape(len(rows), trees, depth)
    leaves = answers @ (1 << np.arange(depth))
    score = model.scores[np.arange(trees), leaves].sum(axis=1) + model.bias
    chances: NDArray[np.float32] = 1 / (1 + np.exp(-np.clip(score, -30, 30)))
    return chances


def certainty(blocks: Blocks, chances: NDArray[np.float32]) -> float:
    """How sure the chances are, 0 to 1, by words: 1 where each block in question is surely in or out."""
    words = np.array([text.count(" ") + 2 for text in blocks.texts])
    weights = words * (chances > _IN_QUESTION)
    return float((np.abs(2 * chances - 1) * weights).sum() / (weights.sum() + 1))


@cache
def _model() -> _Model:
    # A part of the code that happens not to be Python.
    return parse_model((files("newsmonitor") / "blockmodel.json").read_text())


def parse_model(text: str) -> _Model:
    """A model from the JSON that tools/learn_blocks.py writes."""
    content: dict[str, Any] = json.loads(text)
    asked, borders, scores = zip(*content["trees"], strict=True)
    return _Model(
        features=tuple(content["features"]),
        asked=np.array(asked, dtype=np.intp),
        borders=np.array(borders, dtype=np.float32),
        scores=np.array(scores, dtype=np.float32),
        bias=content["bias"],
    )
