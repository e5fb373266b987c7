"""A whole desk for tests: a local site with feeds and articles, a warehouse in a folder, runs at given times."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from ipaddress import ip_network
from pathlib import Path
from xml.sax.saxutils import escape
from zlib import crc32

from copytexts import story
from newsmonitor import pipeline
from newsmonitor.settings import Settings
from newsmonitor.warehouse import Warehouse
from newsroom import Site

ROOT = Path(__file__).resolve().parents[1]
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
TEN_MINUTES = timedelta(minutes=10)

WAR = (
    "Ukrainian forces held their positions near Sudzha in Russia's Kursk region on Tuesday, the General Staff "
    "said, after a night of drone strikes and artillery fire along the border. The regional governor ordered the "
    "evacuation of two more villages.",
    "Residents spoke of explosions before dawn. Russian troops with North Korean soldiers attacked from the "
    "north, officials said, and were pushed back with losses; neither claim could be checked.",
)


def war(number: int) -> tuple[str, ...]:
    """The paragraphs of a story about the topic that is no copy of another number's."""
    return (WAR[0], *story(number, 15).split("\n"))


PEACE = (
    "The town council agreed on Tuesday to rebuild the old market hall by the river, after three years of debate "
    "about its roof. Work begins in spring and is to cost four million.",
    "Traders welcomed the plan. The hall will close for a year, the mayor said, and a tent on the square takes "
    "its place until then.",
)


def article(title: str, paragraphs: Iterable[str]) -> bytes:
    """A plain news page."""
    text = "".join(f"<p>{escape(paragraph)}</p>" for paragraph in paragraphs)
    return (
        f"<!doctype html><html lang=en><head><meta charset=utf-8><title>{escape(title)}</title></head>"
        f"<body><header><nav><a href='/'>Home</a></nav></header><main><article><h1>{escape(title)}</h1>{text}"
        "</article></main><footer>All rights reserved.</footer></body></html>"
    ).encode()


def rss(items: Iterable[tuple[str, str]], *, at: datetime = NOON) -> bytes:
    """An RSS feed of (title, link), the first an hour old, each older by a minute."""
    parts = [
        f"<item><title>{escape(title)}</title><link>{escape(link)}</link><guid>{escape(link)}</guid>"
        f"<description>About: {escape(title)}.</description>"
        f"<pubDate>{format_datetime(at - timedelta(minutes=60 + n))}</pubDate></item>"
        for n, (title, link) in enumerate(items)
    ]
    head = "<?xml version='1.0'?><rss version='2.0'><channel><title>F</title><link>http://x/</link>"
    return f"{head}<description>d</description>{''.join(parts)}</channel></rss>".encode()


@dataclass
class Desk:
    """Feeds and articles on one site, and a warehouse; `cycle` runs the four steps at a time."""

    site: Site
    folder: Path
    alert_urls: tuple[str, ...] = ()
    feeds: dict[str, str] = field(default_factory=dict)

    @property
    def warehouse(self) -> Warehouse:
        return Warehouse(self.folder / "warehouse")

    def feed(
        self, name: str, items: Iterable[tuple[str, str]], *, at: datetime = NOON, **headers: str
    ) -> str:
        """Publish a feed of (title, path), the first an hour older than `at`; the address of it."""
        body = rss([(title, self.site.url + path) for title, path in items], at=at)
        self.feeds[name] = self.site.page(f"/{name}.xml", body, Content_Type="application/rss+xml", **headers)
        return self.feeds[name]

    def article(self, path: str, title: str, paragraphs: Iterable[str] = ()) -> tuple[str, str]:
        """Publish an article; its (title, path), as a feed announces it. Its text is its own unless given."""
        paragraphs = paragraphs or (
            f"{title}: so much is known today.",
            *story(crc32(title.encode()), 4).split("\n"),
        )
        self.site.page(path, article(title, paragraphs), Content_Type="text/html; charset=utf-8")
        return title, path

    def settings(self) -> Settings:
        self.folder.mkdir(parents=True, exist_ok=True)
        outlines = "".join(
            f"<outline type='rss' text='{name}' xmlUrl='{url}' country='GB' language='en'/>"
            for name, url in self.feeds.items()
        )
        opml = self.folder / "feeds.opml"
        opml.write_text(f"<opml version='2.0'><head/><body>{outlines}</body></opml>")
        return Settings.from_env(ROOT).model_copy(
            update={
                "warehouse": self.folder / "warehouse",
                "feeds": opml,
                "seeds": ROOT / "seeds",
                "alert_urls": self.alert_urls,
                "allow_networks": (ip_network("127.0.0.0/8"),),
                "page_timeout": 5.0,
                "fetch_per_host": 8,
                "fetch_pause": 0.0,
                # In this process: a worker of its own for each step would cost each test two seconds.
                "workers": 0,
            }
        )

    def cycle(self, at: datetime = NOON) -> dict[str, dict[str, int]]:
        return self.run(self.settings(), at)

    def run(self, settings: Settings, at: datetime) -> dict[str, dict[str, int]]:
        """One cycle with settings of its own."""
        with pipeline.open_run(at, settings) as run:
            return pipeline.run_cycle(run)

    def poll(self, settings: Settings | None = None, at: datetime = NOON) -> dict[str, int]:
        """The first step alone."""
        with pipeline.open_run(at, settings or self.settings()) as run:
            return pipeline.poll_feeds(run)

    def rows(self, sql: str) -> list[dict[str, object]]:
        return self.warehouse.query(sql).to_pylist()

    def counts(self) -> dict[str, int]:
        """Rows of every table."""
        tables = ("polls", "entries", "pages", "stories", "alerts")
        return {name: self.rows(f"select count(*) as n from {name}")[0]["n"] for name in tables}
