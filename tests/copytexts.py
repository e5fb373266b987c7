"""Made-up news texts, each unlike the others, and what editors do to them."""

import random

_CHANCE = random.Random(20261128)
_SYLLABLES = [a + b for a in "bdfgklmnprstvz" for b in "aeiou"]
# Words of no language: real ones would be found in three together in many texts.
_WORDS = ["".join(_CHANCE.choices(_SYLLABLES, k=_CHANCE.randint(2, 4))) for _ in range(3_000)]


def sentence(chance: random.Random, words: int = 15) -> str:
    """A sentence of so many words."""
    return f"{' '.join(chance.choices(_WORDS, k=words)).capitalize()}."


def story(seed: int, sentences: int = 24) -> str:
    """A text of so many sentences of fifteen words each, in paragraphs of three; another for each seed."""
    chance = random.Random(seed)
    made = [sentence(chance) for _ in range(sentences)]
    return "\n".join(" ".join(made[place : place + 3]) for place in range(0, sentences, 3))


def cut(text: str, share: float) -> str:
    """The beginning of a text."""
    words = text.split(" ")
    return " ".join(words[: int(len(words) * share)])


def edited(text: str, share: float, seed: int = 0) -> str:
    """The text with this share of its words changed, anywhere."""
    chance = random.Random(seed)
    words = text.split(" ")
    for place in chance.sample(range(len(words)), int(len(words) * share)):
        words[place] = "".join(chance.choices("aeiourst", k=6))
    return " ".join(words)


def shuffled(text: str, seed: int = 0) -> str:
    """The paragraphs in another order."""
    paragraphs = text.split("\n")
    random.Random(seed).shuffle(paragraphs)
    return "\n".join(paragraphs)
