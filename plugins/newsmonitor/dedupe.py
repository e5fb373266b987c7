"""Recognise copies: same address, same text, text of the seed corpus. Pure: articles in, verdicts out."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256

# A shorter text ("Read more", "Watch live") says nothing about what it is a copy of.
_LEAST_WORDS = 8
# A flash of one sentence is a copy only if its headline is the same too.
_FLASH_WORDS = 40
_NOT_A_WORD = re.compile(r"[\W_]+")
# NFKC sorts a run of combining marks in quadratic time, and 500 kB of them took a minute; words have one or two.
_GAP = re.compile(r"([\W_]{30})[\W_]++")
# It also makes eighteen letters of one (U+FDFA); no article is as long as this.
_MOST_FOLDED = 300_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a story repeats: nothing (copy_of is None), another story, or a seed document."""

    group_id: str
    copy_of: str | None = None
    copy_kind: str | None = None
    similarity: float | None = None


def normalise(text: str) -> str:
    """The text as its words only: case, punctuation, white space and compatibility forms folded (NFKC)."""
    text = _GAP.sub(r"\1", text)
    folded = unicodedata.normalize("NFKC", text[:_MOST_FOLDED]) + text[_MOST_FOLDED:]
    return _NOT_A_WORD.sub(" ", folded.casefold()).strip()


def text_hash(text: str | None, title: str | None = None) -> str | None:
    """The SHA-256 of the normalised text, or None where it is too short to prove that two stories are one."""
    words = normalise(text or "")
    count = words.count(" ") + 1 if words else 0
    if count < _LEAST_WORDS:
        return None
    if count < _FLASH_WORDS:
        words = f"{normalise(title or '')}\n{words}"
    return sha256(words.encode("utf-8", "replace")).hexdigest()


@dataclass(slots=True, kw_only=True)
class Register:
    """Everything known so far: the group of each address and of each text, and the seed corpus.

    Stories are judged in order; each one that is no copy is known to those that follow.
    """

    urls: dict[str, str] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    seeds: Mapping[str, str] = field(default_factory=dict)

    def judge(self, story_id: str, *, url_key: str | None, text_sha256: str | None) -> Verdict:
        """What this story repeats; the address decides before the seed corpus, that before other texts."""
        verdict = self._judge(story_id, url_key, text_sha256)
        if url_key is not None:
            self.urls.setdefault(url_key, verdict.group_id)
        if text_sha256 is not None:
            self.texts.setdefault(text_sha256, verdict.group_id)
        return verdict

    def _judge(self, story_id: str, url_key: str | None, text_sha256: str | None) -> Verdict:
        if url_key is not None and (group := self.urls.get(url_key)):
            return Verdict(group_id=group, copy_of=group, copy_kind="url", similarity=1.0)
        if text_sha256 is not None and (seed := self.seeds.get(text_sha256)):
            return Verdict(group_id=seed, copy_of=seed, copy_kind="seed", similarity=1.0)
        if text_sha256 is not None and (group := self.texts.get(text_sha256)):
            return Verdict(group_id=group, copy_of=group, copy_kind="exact", similarity=1.0)
        return Verdict(group_id=story_id)


def hash_seeds(documents: Iterable[tuple[str, str, str | None]]) -> dict[str, str]:
    """The seed corpus by text hash, from (document_id, text, title); of two equal texts the first counts."""
    seeds: dict[str, str] = {}
    for document_id, text, title in documents:
        for key in (text_hash(text), text_hash(text, title)):
            if key is not None:
                seeds.setdefault(key, document_id)
    return seeds
