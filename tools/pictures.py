"""Make the pictures of docs/images from made-up stories, with Chromium that has no window.

    .venv/bin/python tools/pictures.py               what docs shows
    .venv/bin/python tools/pictures.py --all --out /tmp/pictures      also dark ones and other scripts, to look at

Needs chromium (or --chromium with its path) and fonts for Latin, Cyrillic and Arabic, such as fonts-noto-core.
A picture more is a row more in PICTURES: its name, the function that makes its HTML, how wide the window is.
"""

import argparse
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "plugins")]

from newsmonitor.alerts import About, Copy, compose  # noqa: E402
from newsmonitor.records import Story, Tag  # noqa: E402
from newsmonitor.topicfile import load_topic  # noqa: E402
from newsmonitor.topics import Topic, tag  # noqa: E402

DESK = "https://airflow.example.org/newsmonitor/stories"
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """One picture: what it shows and how. is_kept: it stands in docs."""

    name: str
    html: Callable[[], str]
    width: int
    is_dark: bool = False
    is_kept: bool = False


@cache
def _topic() -> Topic:
    seeds = ROOT / "seeds"
    text, places = (
        (seeds / name).read_text(encoding="utf-8") for name in ("topics/kursk.toml", "places/kursk.csv")
    )
    return load_topic(text, places, where="kursk.toml")


def made_up(
    title: str, text: str, *, outlet: str, country: str, language: str, minutes: int = 0, path: str = "story"
) -> Story:
    """A story that nobody published, tagged as a real one would be."""
    tagging = tag(_topic(), title=title, text=text, language=language)
    parts = tagging.parts
    own = Tag(
        topic="kursk", level=tagging.level, filed_level=tagging.level, score=tagging.score, title_points=parts.title,
        lead_points=parts.lead, body_points=parts.body, place_points=parts.places, context_points=parts.context,
        factor=parts.factor, reason=parts.reason,
    )  # fmt: skip
    when = NOON + timedelta(minutes=minutes)
    host = re.sub(r"[^a-z]+", "-", outlet.lower()).strip("-") or "news"
    return Story(
        story_id="5f0c2a", entry_id="5f0c2a", url=f"https://{host}.example/{path}", outlet=outlet, country=country,
        feed_url="https://feed.example/rss", title=title, language=language, published_at=when,
        seen_at=when + timedelta(minutes=4), filed_at=when + timedelta(minutes=5), text=text, extraction="blocks",
        group_id="5f0c2a", topics=("kursk",) if tagging.level else (), tags=(own,), level=tagging.level,
        places=tagging.places, matches=tagging.matches, is_backlog=False,
    )  # fmt: skip


def alert(story: Story, *others: str) -> str:
    """The e-mail of an alert about a story that other outlets ran as well."""
    copies = [
        Copy(
            story_id=f"{number}",
            outlet=outlet,
            url=f"https://copy-{number}.example/story" if number else story.url,
            language=story.language,
            appeared_at=NOON + timedelta(minutes=30 * number),
        )
        for number, outlet in enumerate((story.outlet, *others))
    ]
    message = compose(
        About(
            story=story,
            rule="kursk-desk",
            group_id=story.group_id,
            level=story.level,
            topic_titles={"kursk": _topic().title},
            zone=_topic().timezone,
            copies=tuple(copies),
            page_url=f"{DESK}/{story.story_id}",
        )
    )
    assert message.html
    return message.html


def english() -> str:
    story = made_up(
        "Three villages near Sudzha evacuated after a night of drone strikes",
        "Residents of three villages in Russia's Kursk region were taken to Rylsk on Tuesday after drones hit a "
        "bridge near Sudzha, Gov. Anton Petrenko said. Two people were hurt, one of them badly, according to Dr. M. "
        "Orlova of the district hospital. Power was out in Korenevo until noon. Ukraine's General Staff did not "
        "comment.",
        outlet="Northern Ledger", country="GB", language="en",
    )  # fmt: skip
    return alert(story, "Baltic Wire", "The Harbour Post")


def russian() -> str:
    story = made_up(
        "Под Суджей ночью сбито восемь беспилотников, трассу на Рыльск перекрыли",
        "В Курской области в ночь на 24 ноября сбито восемь беспилотников, сообщили в оперативном штабе. Движение по "
        "трассе Суджа — Рыльск перекрыто до вечера. Пострадавших нет.",
        outlet="Северный курьер", country="RU", language="ru", minutes=-95,
    )  # fmt: skip
    return alert(story)


def arabic() -> str:
    story = made_up(
        "إجلاء سكان ثلاث قرى في منطقة كورسك بعد هجوم بطائرات مسيرة",
        "أعلنت السلطات المحلية إجلاء سكان ثلاث قرى في منطقة كورسك الروسية بعد هجوم بطائرات مسيرة خلال الليل. "
        "هل أصيب أحد؟ قال الحاكم إن شخصين أصيبا بجروح.",
        outlet="صوت الميناء", country="QA", language="ar", minutes=720,
    )  # fmt: skip
    return alert(story, "Northern Ledger", "Baltic Wire", "The Harbour Post", "Östliche Rundschau")


def hostile() -> str:
    story = made_up(
        "<b>Kursk region</b>: *WIN* at evil.example.com @everyone <http://x.co|click> " + "oblast" * 30,
        "",
        outlet="A very long name of an outlet that never seems to come to its end, Incorporated and Sons",
        country="ZZ",
        language="en",
        path="a/" + "very-long-path-" * 20,
    )
    return alert(replace(story, published_at=None), *(f"Outlet number {number}" for number in range(14)))


PICTURES = (
    Picture(name="alert-email", html=english, width=680, is_kept=True),
    Picture(name="alert-email-narrow", html=russian, width=390, is_kept=True),
    Picture(name="alert-email-dark", html=english, width=680, is_dark=True),
    Picture(name="alert-email-narrow-dark", html=russian, width=390, is_dark=True),
    Picture(name="alert-email-arabic", html=arabic, width=680),
    Picture(name="alert-email-hostile", html=hostile, width=390),
)


def take(picture: Picture, folder: Path, chromium: str) -> Path:
    """Write the picture into the folder, as high as its page is; the path of it."""
    with TemporaryDirectory() as work:
        page = Path(work, "page.html")
        # A frame is as narrow as it is told to be; a window of Chromium's is not.
        frame = (
            f"<!DOCTYPE html><body style='margin:0'><iframe src=page.html width={picture.width} height=%d "
            "style='border:0;display:block'></iframe>"
        )
        page.write_text(picture.html(), encoding="utf-8")
        outer = Path(work, "frame.html")
        outer.write_text(frame % 100 + _MEASURE, encoding="utf-8")
        dom = _run(chromium, picture, work, "--dump-dom", outer)
        height = int(re.findall(r"<title>(\d+)</title>", dom)[0])
        outer.write_text(frame % height, encoding="utf-8")
        target = folder.absolute() / f"{picture.name}.png"
        size = f"--window-size={picture.width},{height}"
        _run(chromium, picture, work, f"--screenshot={target}", size, outer)
    return target


_MEASURE = """<script>onload = () => { document.title =
document.querySelector("iframe").contentDocument.documentElement.scrollHeight }</script>"""


def _run(chromium: str, picture: Picture, work: str, *arguments: object) -> str:
    scheme = 0 if picture.is_dark else 1
    command = [
        chromium, "--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
        "--allow-file-access-from-files", f"--user-data-dir={work}/profile",
        f"--blink-settings=preferredColorScheme={scheme}",
        "--force-device-scale-factor=1.5", "--virtual-time-budget=2000", *map(str, arguments),
    ]  # fmt: skip
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=120).stdout


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--all", action="store_true", help="also those that docs do not show")
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "images", help="the folder")
    parser.add_argument("--chromium", default="chromium", help="the browser")
    parser.add_argument("names", nargs="*", help="only these")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    for picture in PICTURES:
        if (picture.is_kept or options.all) and (not options.names or picture.name in options.names):
            target = take(picture, options.out, options.chromium)
            print(f"{target.name}: {target.stat().st_size // 1000} kB")


if __name__ == "__main__":
    main()
