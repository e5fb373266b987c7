"""A text to try a topic on: given, of a file or the warehouse, or of an address, read as the pipeline does."""

import asyncio
import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from newsmonitor import context, topicfile, worklist
from newsmonitor.decoding import decode
from newsmonitor.errors import InputError, NewsmonitorError
from newsmonitor.feedlist import decode_text
from newsmonitor.judgedagain import borrowed_texts
from newsmonitor.languages import identify_language
from newsmonitor.looking import look_at
from newsmonitor.pageview import find_page
from newsmonitor.reading import read_page
from newsmonitor.records import Announced, Page, identify
from newsmonitor.settings import Settings
from newsmonitor.topics import Topic
from newsmonitor.urls import canonical_url, registered_domain
from newsmonitor.warehouse import Warehouse
from newsmonitor.worklist import Pending

_STORY_ID = re.compile(r"[0-9a-fA-F]{6,32}")
_WHOLE_ID = 32
_PAGES = (".html", ".htm", ".xhtml")
# One word with such an end was meant as a file, and is not there.
_FILE_NAME = re.compile(r"\S+\.(txt|md|html?|xhtml)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """A text to hold topics against; `source` says in words where it is from."""

    source: str
    title: str | None
    text: str | None
    language: str | None
    url: str | None = None


def topics_for(
    settings: Settings, *, topic_id: str | None = None, file: Path | None = None
) -> tuple[Topic, ...]:
    """The topics to try: that of a file, one of the seeds folder, or all of it; InputError names the mend."""
    if file is not None:
        return (_read_topic(settings, file),)
    topics = context.read_topics(settings)
    chosen = tuple(topic for topic in topics if topic_id in (None, topic.topic_id))
    if not chosen:
        known = ", ".join(topic.topic_id for topic in topics)
        raise InputError(f"topic {topic_id}", "is not in the seeds folder", f"there is: {known}")
    return chosen


def sample_of(settings: Settings, given: str) -> Sample:
    """The sample that an argument means: an address, a story_id, a file, or the text itself.

    An address that is stored is taken from the warehouse, any other is fetched, as politely as the pipeline does.
    Raises InputError where it gives no text.
    """
    sample = _from_address(settings, given) if _is_address(given) else None
    sample = sample or _from_story_id(settings, given) or _from_file(settings, given)
    return sample or Sample(source="the text given", title=None, text=given, language=None)


def completed(sample: Sample, *, title: str | None, language: str | None) -> Sample:
    """The sample with the title and the language that a person gave; a language that nobody gave is guessed."""
    sample = replace(sample, title=title or sample.title, language=language or sample.language)
    if not (sample.title or sample.text or "").strip():
        raise InputError(sample.source, "holds no text", "give a text, a file or an address")
    if sample.language is None:
        found = identify_language(f"{sample.title or ''} {sample.text or ''}")
        sample = replace(sample, language=found.code if found else None)
    return sample


def _read_topic(settings: Settings, file: Path) -> Topic:
    """The topic of a file; its places lie in the folder `places` beside its own, beside it, or in the seeds folder."""
    text = decode_text(_read_bytes(file), str(file))
    name = topicfile.places_name(text)
    folders = (file.absolute().parent.parent / "places", file.absolute().parent, settings.seeds / "places")
    places = next((folder / name for folder in folders if name and (folder / name).is_file()), None)
    return topicfile.load_topic(
        text,
        decode_text(_read_bytes(places), str(places)) if places else None,
        where=str(file),
        places_where=str(places) if places else None,
    )


def _read_bytes(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise InputError(
            str(file), f"cannot be read ({error.strerror})", "name a file that is there"
        ) from error


def _is_address(given: str) -> bool:
    return given.lower().startswith(("http://", "https://")) and len(given.split()) == 1


def _from_file(settings: Settings, given: str) -> Sample | None:
    file = Path(given)
    try:
        is_there = file.is_file()
    except (OSError, ValueError):
        # Longer than a name may be, or with a NUL in it: a text.
        return None
    if not is_there:
        if _FILE_NAME.fullmatch(given):
            raise InputError(
                given, "is no file that is there", "name one that is, or give a text of several words"
            )
        return None
    if file.suffix.lower() in _PAGES:
        page = asyncio.run(_read_saved(settings, file))
        return _of_page(page, source=f"the file {given}", url=None)
    return Sample(source=f"the file {given}", title=None, text=decode(_read_bytes(file), None), language=None)


async def _read_saved(settings: Settings, file: Path) -> Page:
    page = Page(entry_id="", outcome="no_text", fetched_at=datetime.now(UTC), content_type="text/html")
    async with context.open_workers(settings) as workers:
        row, _ = await read_page(workers, page, _read_bytes(file), headers=(), announced=Announced())
    return row


def _from_story_id(settings: Settings, given: str) -> Sample | None:
    if not _STORY_ID.fullmatch(given):
        return None
    try:
        return _stored(settings, given)
    except InputError:
        raise
    except NewsmonitorError as error:
        if len(given) < _WHOLE_ID:
            # A word of the first six letters of the alphabet.
            return None
        raise InputError(given, "is no story that is known", "see: newsmonitor stories --json") from error


def _from_address(settings: Settings, url: str) -> Sample:
    if canonical_url(url) is None:
        raise InputError(url, "is no address that can be asked", "write it as https://...")
    try:
        stored = _stored(settings, url)
    except NewsmonitorError:
        stored = None
    return stored or _fetched(settings, url)


def _stored(settings: Settings, name: str) -> Sample | None:
    """The story of a name as it is stored; None where it has no text."""
    warehouse = Warehouse(settings.warehouse)
    view = find_page(warehouse, name)
    story = view.story
    if story is None:
        return None
    text = story.text
    if text is None and story.copy_of is not None:
        text = borrowed_texts(warehouse, [story.copy_of], story.filed_at.date()).get(story.copy_of)
    if text is None:
        return None
    source = f"the warehouse, story {story.story_id}, filed {story.filed_at:%Y-%m-%d %H:%M} UTC"
    return Sample(source=source, title=story.title, text=text, language=story.language, url=story.url)


def _fetched(settings: Settings, url: str) -> Sample:
    """The article at an address, asked for through the guarded client: robots.txt, holds and pace as ever."""
    # Not kept: it is no page of the desk's feeds.
    with context.open_run(datetime.now(UTC), settings.model_copy(update={"archive_pages": False})) as run:
        until = worklist.held_domains(run.warehouse, at=run.at).get(registered_domain(url))
        if until is not None:
            problem = f"its domain asked us to slow down until {until:%Y-%m-%d %H:%M} UTC"
            raise InputError(url, problem, "try again then, or save the page and give the file")
        pages: list[Page] = []
        pending = Pending(
            entry_id=identify("topic test", url),
            feed_url="",
            url=url,
            canonical_url=canonical_url(url),
            seen_at=run.at,
            attempt=1,
            announced=Announced(url=url),
        )
        look_at(run, [pending], batch=f"topic-test-{run.batch()}", store=pages.extend)
    if not pages:
        raise InputError(url, "was not asked, for its domain asked us to slow down", "try again later")
    return _of_page(pages[0], source="the address, fetched now", url=pages[0].final_url or url)


def _of_page(page: Page, *, source: str, url: str | None) -> Sample:
    if not page.text:
        reason = page.error or "no article was found in it"
        mend = "save its text and give the file"
        raise InputError(
            url or source, f"gives no text ({page.failure_class or page.outcome}: {reason})", mend
        )
    note = f", behind a wall ({page.failure_class}): only what it shows" if page.outcome == "wall" else ""
    return Sample(source=source + note, title=page.title, text=page.text, language=page.language, url=url)
