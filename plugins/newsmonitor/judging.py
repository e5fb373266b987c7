"""What a story repeats, asked of the tables: candidates by their fingerprints, verified on their texts.

The verdict is given once, when a story is filed, and stays: what is found later between two groups is a row in
`group_links`. A story is compared with the first story of each group only, so groups do not chain: A like B and
B like C do not make A and C one.
"""

from collections.abc import Sequence
from datetime import timedelta

from newsmonitor import worklist
from newsmonitor.context import Run
from newsmonitor.dedupe import (
    LEAST_SHARED,
    MOST_COMPARED,
    PART_SHARED,
    Article,
    Flash,
    Flashes,
    Known,
    Register,
    Verdict,
    fingerprint_of,
)
from newsmonitor.headlines import WITHIN, Headline, Headlines
from newsmonitor.likeness import read
from newsmonitor.records import GroupLink, Story

# Enough of a stored story to compare with it. None is a copy: those have no fingerprint.
_COMPARED = ("group_id", "title", "text", "outlet", "published_at", "seen_at")
_RECENT = timedelta(days=2)


def judge(run: Run, articles: Sequence[Article]) -> tuple[list[Verdict], list[GroupLink]]:
    """What each of the articles repeats, in their order, and the groups that they show to be one.

    Looks at the articles before it in the list, at the stories of the last days (setting copy_days), at addresses
    and exact texts of any time, and at the seed corpus.
    """
    register = Register(
        urls=worklist.groups_by_url(run.warehouse, {key for each in articles for key in each.url_keys}),
        texts=_texts(run, articles),
        flashes=_flashes(run, articles),
        corpus=run.corpus,
        headlines=_headlines(run, articles),
    )
    verdicts, pairs = [], []
    for article, stored in zip(articles, _stored_alike(run, articles), strict=True):
        # Before it is judged, for then its text is known to be of that group.
        group = register.by_url(article)
        if group is not None and article.has_page_text and (other := register.by_text(article, stored)):
            pairs.append((article, group, other, "url"))
        verdicts.append(register.judge(article, stored))
    return verdicts, _links(run, articles, pairs)


def judge_again(run: Run, articles: Sequence[Article]) -> tuple[dict[str, tuple[int, ...]], list[GroupLink]]:
    """For stories whose text is another now: new fingerprints, by story_id, and the groups shown to be one.

    A story keeps its verdict; only of those that begin a group can anything follow.
    """
    own = {article.story_id for article in articles}
    register = Register(texts=_texts(run, articles), flashes=_flashes(run, articles), corpus=run.corpus)
    pairs = []
    for article, stored in zip(articles, _stored_alike(run, articles), strict=True):
        # What is stored of these is what they were before.
        others = [known for known in stored if known.group_id not in own]
        found = register.by_text(article, others) if article.has_page_text else None
        if found is None or found.group_id == article.story_id:
            register.keep(article)
        else:
            pairs.append((article, article.story_id, found, found.copy_kind or "near"))
    prints = {article.story_id: fingerprint_of(article) for article in articles}
    return prints, _links(run, articles, pairs)


def _texts(run: Run, articles: Sequence[Article]) -> dict[str, str]:
    """The groups of the same texts, of any time."""
    hashes = {each.text_sha256 for each in articles if each.text_sha256 and not each.is_flash}
    return worklist.groups_by_text(run.warehouse, hashes)


def _flashes(run: Run, articles: Sequence[Article]) -> Flashes:
    """Who gave out the same flashes lately."""
    hashes = {each.text_sha256 for each in articles if each.text_sha256 and each.is_flash}
    known = Flashes()
    for text_sha256, group_id, outlet, at in worklist.flashes(run.warehouse, hashes, since=run.at - _RECENT):
        known.add(text_sha256, Flash(group_id=group_id, outlet=outlet, at=at))
    return known


def _stored_alike(run: Run, articles: Sequence[Article]) -> list[list[Known]]:
    """Of each article the stored first stories that share enough of its fingerprint, the oldest first."""
    places = run.warehouse.sharing(
        Story,
        "fingerprint",
        [article.reading.asked for article in articles],
        since=run.at.date() - timedelta(days=run.settings.copy_days),
        recent=(run.at - _RECENT).date(),
        least=LEAST_SHARED,
        part=PART_SHARED,
        most=MOST_COMPARED,
    )
    rows = run.warehouse.take((place for each in places for place in each), _COMPARED)
    known = {
        place: Known(
            group_id=row["group_id"],
            reading=read(row["title"], row["text"], outlet=row["outlet"]),
            at=row["published_at"] or row["seen_at"],
        )
        for place, row in rows.items()
    }
    return [[known[place] for place in each] for each in places]


def _headlines(run: Run, articles: Sequence[Article]) -> Headlines:
    """The headlines of the stories about as old as these, and filed lately."""
    known = Headlines()
    times = [article.at for article in articles if article.reading.title]
    if times:
        found = worklist.recent_headlines(
            run.warehouse, day=(run.at - _RECENT).date(), since=min(times) - WITHIN, until=max(times) + WITHIN
        )
        for story_id, title, at in found:
            known.add(Headline(story_id=story_id, title=title, at=at))
    return known


def _links(
    run: Run, articles: Sequence[Article], pairs: Sequence[tuple[Article, str, Verdict, str]]
) -> list[GroupLink]:
    """The links that follow from a story being in one group and its text in another: the younger into the older.

    A group that others were linked into is linked no further, and one is linked once: so links do not chain.
    """
    names = {name for _, group, other, _ in pairs for name in (group, other.group_id)}
    # Those that begin with this very run are not stored yet.
    begun = {each.story_id: run.at for each in articles} | worklist.groups_begun(run.warehouse, names)
    linked = worklist.linked_groups(run.warehouse)
    new: list[GroupLink] = []
    for article, group, other, reason in pairs:
        ends = {linked.get(name, name) for name in (group, other.group_id)}
        # A seed document was there before any story.
        *older, younger = sorted(ends, key=lambda name: (name in begun, begun.get(name, run.at), name))
        if not older or younger in linked.values():
            continue
        linked[younger] = older[0]
        new.append(
            GroupLink(
                group_id=younger,
                into_group_id=older[0],
                story_id=article.story_id,
                reason=reason,
                similarity=other.similarity,
                linked_at=run.at,
            )
        )
    return new
