"""One story as its page shows it: read from the warehouse, laid out for the template."""

import logging
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from newsmonitor.alertforms import moment
from newsmonitor.alerts import why
from newsmonitor.alertspec import DEFAULT_RULE, UTC_ZONE, Rule
from newsmonitor.context import read_plan, read_topics
from newsmonitor.errors import InputError
from newsmonitor.explain import Step, as_stored, changes, explain
from newsmonitor.groupview import GroupView, find_group
from newsmonitor.harmless import address, cleaned
from newsmonitor.records import Match, Revision, Story
from newsmonitor.report import many
from newsmonitor.settings import Settings
from newsmonitor.topicspec import LEVELS
from newsmonitor.views import Member
from newsmonitor.warehouse import Warehouse

log = logging.getLogger(__name__)

# What would steer what shows it, or turn its order round, and has no width; offsets are counted before it goes.
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")
# Which is marked where two pieces of evidence overlap: the mention before the words of the matter in it.
_RANKS = {"anchor": 0, "place": 0, "sense": 0}
_EDIT = re.compile(r"\[-(?P<gone>.*?)-\]|\{\+(?P<new>.*?)\+\}", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """Some words, how they are shown (text, mark, ruled-out, del, ins), and what is said when one points at them."""

    text: str
    kind: str = "text"
    title: str = ""


Paragraph = tuple[Piece, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Appearance:
    """One story of the group: when, where, as what."""

    story_id: str
    is_this: bool
    at: str
    outlet: str
    title: str
    language: str | None
    said: str
    url: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """A later version of one of the group's stories; diff in paragraphs, the edits marked."""

    at: str
    outlet: str
    said: str
    diff: tuple[Paragraph, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryPage:
    """Everything that the page of a story shows; every text still a stranger's, for the template to escape."""

    headline: Paragraph
    title: str
    outlet: str
    language: str | None
    level: str | None
    levels: tuple[tuple[str, str], ...]
    times: tuple[tuple[str, str], ...]
    byline: str
    why: str
    original: str | None
    text: tuple[Paragraph, ...]
    group: tuple[Appearance, ...]
    versions: tuple[Version, ...]
    alike: tuple[Appearance, ...]
    steps: tuple[Step, ...]


def read_story_page(settings: Settings, warehouse: Warehouse, story_id: str) -> StoryPage | None:
    """The page of the story with this id, times in the zone of its topic and in UTC; None where there is none."""
    found = warehouse.read(Story, "story_id = ?", [as_stored(story_id)])
    if not found:
        return None
    story = found[0]
    group = find_group(warehouse, story.story_id)
    zone, titles = _topics(settings, story)
    return StoryPage(
        headline=_marked(story.title or "(no headline)", _of_field(story.matches, is_title=True)),
        title=cleaned(story.title or "") or "(no headline)",
        outlet=cleaned(story.outlet),
        language=story.language,
        level=story.level,
        levels=tuple((titles.get(tag.topic, tag.topic), tag.level) for tag in story.tags if tag.level),
        times=tuple(_times(story, zone)),
        byline=", ".join(cleaned(name) for name in story.byline),
        why=cleaned(why(story)),
        original=address(story.url),
        text=tuple(paragraphs(story.text or story.summary or "", story.matches if story.text else ())),
        group=tuple(_appearance(member, story, zone, _part(member)) for member in group.members),
        versions=tuple(_versions(group, zone)),
        alike=tuple(
            _appearance(each.story, story, zone, "nearly the same headline") for each in group.lookalikes
        ),
        steps=tuple(explain(warehouse, story.story_id, _rules(settings))),
    )


def paragraphs(text: str, matches: Sequence[Match]) -> Iterator[Paragraph]:
    """The paragraphs of a text in pieces, its evidence marked; matches of the headline are left out."""
    evidence = _of_field(matches, is_title=False)
    start = 0
    for line in text.splitlines(keepends=True):
        end = start + len(line.rstrip())
        if end > start:
            inside = [match for match in evidence if start <= match.start and match.end <= end]
            yield _marked(text[start:end], inside, start)
        start += len(line)


def edits(diff: str) -> Iterator[Paragraph]:
    """The paragraphs of a diff as `revisions` has it, what is gone and what is new marked."""
    for line in filter(str.strip, diff.splitlines()):
        pieces: list[Piece] = []
        at = 0
        for found in _EDIT.finditer(line):
            pieces.append(Piece(text=_shown(line[at : found.start()])))
            is_gone = found["gone"] is not None
            kind, words = ("del", found["gone"]) if is_gone else ("ins", found["new"])
            pieces.append(Piece(text=_shown(words), kind=kind))
            at = found.end()
        pieces.append(Piece(text=_shown(line[at:])))
        yield tuple(piece for piece in pieces if piece.text)


def _topics(settings: Settings, story: Story) -> tuple[ZoneInfo, dict[str, str]]:
    """The zone of the topic that the story is about most, and the title of each topic."""
    try:
        topics = {topic.topic_id: topic for topic in read_topics(settings)}
    except InputError as error:
        # What was stored can be read without them.
        log.error("%s", error)
        return UTC_ZONE, {}
    tagged = [tag for tag in story.tags if tag.level in LEVELS and tag.topic in topics]
    tagged.sort(key=lambda tag: (LEVELS.index(tag.level or ""), -tag.score))
    zone = topics[tagged[0].topic].timezone if tagged else UTC_ZONE
    return zone, {name: topic.title for name, topic in topics.items()}


def _rules(settings: Settings) -> tuple[Rule, ...]:
    try:
        return read_plan(settings).rules
    except InputError as error:
        log.error("%s", error)
        return (DEFAULT_RULE,)


def _times(story: Story, zone: ZoneInfo) -> Iterator[tuple[str, str]]:
    if story.published_at and story.is_day_only:
        yield "Published", f"{story.published_at:%Y-%m-%d}, no time given"
    elif story.published_at:
        yield "Published", moment(story.published_at, zone)
    if story.modified_at:
        yield "Changed, as the page says", moment(story.modified_at, zone)
    yield "First seen", moment(story.seen_at, zone)
    if story.fetched_at:
        yield "Page read", moment(story.fetched_at, zone)
    yield "Filed", moment(story.filed_at, zone)


def _of_field(matches: Sequence[Match], *, is_title: bool) -> list[Match]:
    """The matches of the headline, or of the text, without those that overlap one of a higher rank; in order."""
    kept: list[Match] = []
    ours = [match for match in matches if (match.field == "title") == is_title and match.end > match.start]
    for match in sorted(ours, key=lambda each: (_RANKS.get(each.role, 1), each.start - each.end)):
        if all(match.end <= other.start or other.end <= match.start for other in kept):
            kept.append(match)
    return sorted(kept, key=lambda each: each.start)


def _marked(text: str, inside: Sequence[Match], start: int = 0) -> Paragraph:
    """A text that begins at an offset, in pieces."""
    pieces: list[Piece] = []
    at = 0
    for match in inside:
        left, right = match.start - start, match.end - start
        pieces.append(Piece(text=_shown(text[at:left])))
        kind = "mark" if match.counted else "ruled-out"
        pieces.append(Piece(text=_shown(text[left:right]), kind=kind, title=_label(match)))
        at = right
    pieces.append(Piece(text=_shown(text[at:])))
    return tuple(piece for piece in pieces if piece.text)


def _label(match: Match) -> str:
    if not match.counted:
        return f"{match.topic}: ruled out, {match.sense}"
    name = f" {match.name}" if match.name else ""
    return f"{match.topic}: {match.role}{name}, {match.points:.3g} points"


def _shown(text: str) -> str:
    return _UNSEEN.sub("", text)


def _appearance(member: Member, story: Story, zone: ZoneInfo, said: str) -> Appearance:
    seen = "" if member.appeared_from == "published_at" else ", when we saw it"
    return Appearance(
        story_id=member.story_id,
        is_this=member.story_id == story.story_id,
        at=f"{moment(member.appeared_at, zone)}{seen}",
        outlet=cleaned(member.outlet),
        title=cleaned(member.title or "") or "(no headline)",
        language=member.language,
        said=said,
        url=address(member.url),
    )


def _part(member: Member) -> str:
    """What a story is in its group."""
    if member.copy_of is None:
        return "first" if member.is_first else "first of a group that became part of this one"
    shares = [
        f"{member.shared_share:.0%} of it stands there" if member.shared_share is not None else "",
        f"adds {many(member.added_count, 'word')}" if member.added_count else "",
    ]
    return ", ".join(
        ["same address" if member.copy_kind == "url" else f"{member.copy_kind} copy", *filter(None, shares)]
    )


def _versions(group: GroupView, zone: ZoneInfo) -> Iterator[Version]:
    outlets = {member.story_id: member.outlet for member in group.members}
    for revision in group.revisions:
        yield _version(revision, cleaned(outlets.get(revision.story_id, revision.outlet)), zone)


def _version(revision: Revision, outlet: str, zone: ZoneInfo) -> Version:
    at: datetime = revision.found_at
    return Version(
        at=moment(at, zone), outlet=outlet, said=cleaned(changes(revision)), diff=tuple(edits(revision.diff))
    )
