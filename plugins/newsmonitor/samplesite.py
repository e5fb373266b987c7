"""The sample news site of the demo: invented outlets on 127.0.0.1, with the habits and the faults of real ones.

What it publishes is read from a folder (samplefiles.py); `theme/` in it holds what pages and feeds look like.
"""

import gzip
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import partial
from hashlib import sha256
from html import escape
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from string import Template
from threading import Thread
from typing import Any

from newsmonitor.samplefiles import Article, Channel, Outlet, read_articles, read_outlets, read_text

_MEDIA_TYPES = {
    "rss": "application/rss+xml",
    "rss091": "text/xml",
    "rdf": "application/rdf+xml",
    "atom": "application/atom+xml",
    "json": "application/feed+json",
}
_THEME = (
    "style.css", "index.html", "front.html", "article.html", "stub.html", "wall.html",
    "rss.xml", "rss091.xml", "rdf.xml", "atom.xml",
)  # fmt: skip
_CUT = "<!-- cut -->\n"
_PLACEHOLDER = re.compile(r"\$\{?(\w+)")
_MORE = 3
_IDLE_SECONDS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What the site has to say at one path, before conditions and content coding."""

    status: int = 200
    body: bytes
    content_type: str
    headers: Mapping[str, str] = field(default_factory=dict)


class SampleSite:
    """The site, up while it is a context manager. Set `stage` to 2 and it publishes the rest of its articles.

    Raises InputError where a file of the folder is wrong, or the seed article is not in `seeds`; OSError where
    the port is taken (0 is any free one).
    """

    def __init__(self, folder: Path, seeds: Path, *, started_at: datetime, port: int = 0) -> None:
        self.stage = 1
        self.outlets = read_outlets(folder / "site.toml")
        self.articles = read_articles(folder / "articles", seeds, self.outlets)
        self._started_at = started_at
        self._theme = {name: read_text(folder / "theme" / name) for name in _THEME}
        self._server = _Server(("127.0.0.1", port), self)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._routes = dict(self._all_routes())
        self._thread = Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    def __enter__(self) -> "SampleSite":
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def feed_list(self) -> str:
        """The OPML list of all feeds, at the addresses under which the world knows them."""
        outlines = [
            f'<outline type="rss" text="{escape(outlet.name)}" country="{outlet.country}" '
            f'language="{outlet.language}" htmlUrl="{self.url}/{outlet.id}/" '
            f'xmlUrl="{self.url}/{outlet.id}/{channel.listed_as or channel.path}"/>'
            for outlet in self.outlets
            for channel in outlet.channels
        ]
        head = (
            '<?xml version="1.0" encoding="UTF-8"?>\n<opml version="2.0">\n<head><title>Sample</title></head>'
        )
        return "\n".join([head, "<body>", *outlines, "</body>", "</opml>", ""])

    def published(self, outlet: Outlet, section: str = "") -> list[Article]:
        """What an outlet has published by now, newest first; of one section, or all."""
        found = [
            article
            for article in self.articles
            if article.outlet == outlet.id
            and article.stage <= self.stage
            and section in ("", article.section)
        ]
        return sorted(found, key=lambda article: (-article.minutes, article.path))

    def reply(self, path: str) -> Reply:
        """What the site says at a path; the query of an address says nothing."""
        route = self._routes.get(path.partition("?")[0])
        return route() if route else _error(404)

    def _all_routes(self) -> Iterator[tuple[str, Callable[[], Reply]]]:
        yield "/style.css", partial(_text, self._theme["style.css"], "text/css")
        yield "/", self._index
        for outlet in self.outlets:
            yield f"/{outlet.id}/", partial(self._front, outlet)
            for channel in outlet.channels:
                yield f"/{outlet.id}/{channel.path}", partial(self._feed, outlet, channel)
                if channel.listed_as:
                    yield f"/{outlet.id}/{channel.listed_as}", partial(_moved, outlet, channel)
        outlets = {outlet.id: outlet for outlet in self.outlets}
        for article in self.articles:
            yield article.address, partial(self._article, outlets[article.outlet], article)

    # ---- pages ----

    def _index(self) -> Reply:
        items = "".join(
            f'<li><a href="/{outlet.id}/">{escape(outlet.name)}</a>'
            f"<p>{escape(outlet.tagline)} ({outlet.language})</p></li>"
            for outlet in self.outlets
        )
        return _text(Template(self._theme["index.html"]).substitute(items=items), "text/html")

    def _front(self, outlet: Outlet) -> Reply:
        items = "".join(
            f'<li><a href="{article.address}">{escape(article.title)}</a>'
            f"<p>{escape(article.summary, quote=False)}</p></li>"
            for article in self.published(outlet)
        )
        return _page(outlet, _fill(self._theme["front.html"], {**self._about(outlet), "items": items}))

    def _article(self, outlet: Outlet, article: Article) -> Reply:
        if article.stage > self.stage or article.page == "missing":
            return _error(404)
        if article.page == "busy" and self.stage == 1:
            return _error(500)
        if article.page == "pdf":
            return Reply(body=_PDF, content_type="application/pdf")
        if article.page == "wall":
            return _page(outlet, self._theme["wall.html"])
        at = self._time(outlet, article)
        shown = article.paragraphs[:1] if outlet.teaser else article.paragraphs
        others = [other for other in self.published(outlet) if other is not article]
        values = {
            **self._about(outlet),
            "title": escape(article.title),
            "summary": escape(article.summary),
            "address": self.url + article.address,
            "author": escape(article.author),
            "section": escape(article.section),
            "iso": at.isoformat(),
            "date": f"{at:%d.%m.%Y, %H:%M}",
            "json_ld": _json_ld(outlet, article, at) if outlet.json_ld else "",
            "paragraphs": "\n".join(f"<p>{escape(text, quote=False)}</p>" for text in shown),
            "stub": self._theme["stub.html"] if outlet.teaser else "",
            "more": "".join(
                f'<li><a href="{each.address}">{escape(each.title)}</a></li>' for each in others[:_MORE]
            ),
        }
        return _page(outlet, _fill(self._theme["article.html"], values))

    def _about(self, outlet: Outlet) -> dict[str, str]:
        return {
            "outlet": escape(outlet.name),
            "tagline": escape(outlet.tagline),
            "language": outlet.language,
            "home": f"/{outlet.id}/",
            "charset": outlet.encoding if outlet.declared_in == "meta" else "",
        }

    # ---- feeds ----

    def _feed(self, outlet: Outlet, channel: Channel) -> Reply:
        if channel.fault == "error":
            return _error(500)
        if channel.fault == "html":
            return self._front(outlet)
        articles = self.published(outlet, channel.section)
        newest = self._time(outlet, articles[0]) if articles else self._started_at
        items = [self._item(outlet, channel, article) for article in articles]
        text = self._feed_text(outlet, channel, items, newest)
        body = text.encode(channel.encoding, "xmlcharrefreplace")
        if channel.fault == "cut":
            # In the middle of an entry, as a proxy that ran out of time leaves it.
            body = body[: body.rindex(b"<item>") + 60]
        headers = {}
        if channel.validators:
            headers["ETag"] = f'"{sha256(body).hexdigest()[:16]}"'
            headers["Last-Modified"] = format_datetime(newest.astimezone(UTC), usegmt=True)
        if channel.gzip:
            headers["Content-Encoding"] = "gzip"
        # A UTF-16 feed is told by its byte order mark: no server that was seen names it in the header.
        charset = "" if channel.encoding == "utf-16" else f"; charset={channel.encoding}"
        return Reply(body=body, content_type=_MEDIA_TYPES[channel.format] + charset, headers=headers)

    def _item(self, outlet: Outlet, channel: Channel, article: Article) -> dict[str, str]:
        at = self._time(outlet, article)
        content = "".join(f"<p>{escape(text, quote=False)}</p>" for text in article.paragraphs)
        return {
            "guid": f"tag:{outlet.id}.example,2026:{article.path}",
            "link": "" if article.page == "none" else self.url + article.address + channel.campaign,
            "title": article.title,
            "summary": article.summary,
            "content": content if channel.full else "",
            "author": article.author,
            "section": article.section,
            "iso": at.isoformat(),
            "rfc822": format_datetime(at),
        }

    def _feed_text(
        self, outlet: Outlet, channel: Channel, items: Sequence[Mapping[str, str]], newest: datetime
    ) -> str:
        about = {
            "title": outlet.name,
            "tagline": outlet.tagline,
            "language": outlet.language,
            "encoding": channel.encoding,
            "home": f"{self.url}/{outlet.id}/",
            "address": f"{self.url}/{outlet.id}/{channel.path}",
            "iso": newest.isoformat(),
            "rfc822": format_datetime(newest),
        }
        if channel.format == "json":
            return _json_feed(about, items)
        head, item, foot = self._theme[f"{channel.format}.xml"].split(_CUT)
        filled = [_fill(head, _escaped(about)), *(_fill(item, _escaped(each)) for each in items)]
        if channel.format == "rdf":
            # RSS 1.0 lists its items once more, in the channel.
            listed = "".join(f'<rdf:li rdf:resource="{escape(each["link"])}"/>\n' for each in items)
            filled[0] = filled[0].replace("<!-- items -->\n", listed)
        return "".join([*filled, foot])

    def _time(self, outlet: Outlet, article: Article) -> datetime:
        return (self._started_at + timedelta(minutes=article.minutes)).astimezone(outlet.zone)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], site: SampleSite) -> None:
        super().__init__(address, _Handler)
        self.site = site

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away in the middle of an answer is no news for the terminal."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = _IDLE_SECONDS
    # Without it the kernel holds back the second part of an answer for 40 ms.
    disable_nagle_algorithm = True
    server: _Server

    def do_GET(self) -> None:
        reply = self.server.site.reply(self.path)
        headers = dict(reply.headers)
        body = reply.body
        if "Content-Encoding" in headers:
            if "gzip" in (self.headers.get("Accept-Encoding") or ""):
                body = gzip.compress(body, mtime=0)
            else:
                del headers["Content-Encoding"]
        if reply.status == 200 and self._knows(headers):
            self._send(304, headers, b"")
        else:
            self._send(reply.status, {"Content-Type": reply.content_type, **headers}, body)

    do_HEAD = do_GET

    def _knows(self, headers: Mapping[str, str]) -> bool:
        """Whether the client has this version already; an ETag decides where it sent one (RFC 9110, 13.2.2)."""
        tag, since = self.headers.get("If-None-Match"), self.headers.get("If-Modified-Since")
        if tag is not None:
            return tag == headers.get("ETag")
        return since is not None and since == headers.get("Last-Modified")

    def _send(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if status != 304:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """The terminal is the demo's."""


def port_of(feed_list: Path) -> int:
    """The port of the site that wrote this feed list; 0 where there is none."""
    try:
        found = re.search(r'xmlUrl="http://127\.0\.0\.1:(\d{1,5})/', feed_list.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError):
        return 0
    return int(found.group(1)) if found else 0


def is_up(port: int) -> bool:
    """Whether a sample site answers on this port."""
    connection = HTTPConnection("127.0.0.1", port, timeout=_IDLE_SECONDS)
    try:
        connection.request("GET", "/")
        return b"<title>Sample news</title>" in connection.getresponse().read()
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def _error(status: int) -> Reply:
    phrase = HTTPStatus(status).phrase
    page = f"<!doctype html><title>{phrase}</title><h1>{status} {phrase}</h1>"
    return replace(_text(page, "text/html"), status=status)


def _moved(outlet: Outlet, channel: Channel) -> Reply:
    return replace(_error(channel.redirect), headers={"Location": f"/{outlet.id}/{channel.path}"})


def _text(text: str, media_type: str) -> Reply:
    return Reply(body=text.encode(), content_type=f"{media_type}; charset=utf-8")


def _page(outlet: Outlet, html: str) -> Reply:
    charset = f"; charset={outlet.encoding}" if outlet.declared_in == "header" else ""
    body = html.encode(outlet.encoding, "xmlcharrefreplace")
    return Reply(body=body, content_type=f"text/html{charset}")


def _fill(template: str, values: Mapping[str, str]) -> str:
    """The template with the values in it; a line with an empty value is left out."""
    lines = template.splitlines(keepends=True)
    kept = [line for line in lines if all(values[name] for name in _PLACEHOLDER.findall(line))]
    return Template("".join(kept)).substitute(values)


def _escaped(values: Mapping[str, str]) -> dict[str, str]:
    return {name: escape(value, quote=False) for name, value in values.items()}


def _json_feed(about: Mapping[str, str], items: Iterable[Mapping[str, str]]) -> str:
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": about["title"],
        "home_page_url": about["home"],
        "feed_url": about["address"],
        "language": about["language"],
        "items": [
            {
                "id": item["guid"],
                "url": item["link"],
                "title": item["title"],
                "content_text": item["summary"],
                "date_published": item["iso"],
                "authors": [{"name": item["author"]}],
            }
            for item in items
        ],
    }
    return json.dumps(feed, ensure_ascii=False, indent=1)


def _json_ld(outlet: Outlet, article: Article, at: datetime) -> str:
    about = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": article.title,
        "datePublished": at.isoformat(),
        "author": {"@type": "Person", "name": article.author or outlet.name},
        "publisher": {"@type": "Organization", "name": outlet.name},
    }
    # ASCII fits every encoding of a page; a headline must not end the script.
    text = json.dumps(about).replace("<", "\\u003c")
    return f'<script type="application/ld+json">{text}</script>'


# The smallest file that a viewer opens: one empty page.
_PDF = (
    b"%PDF-1.4\n1 0 obj <</Type/Catalog/Pages 2 0 R>> endobj\n"
    b"2 0 obj <</Type/Pages/Kids[3 0 R]/Count 1>> endobj\n"
    b"3 0 obj <</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>> endobj\n"
    b"trailer <</Root 1 0 R>>\n%%EOF\n"
)
