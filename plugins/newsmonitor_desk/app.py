"""The desk as a web application: a feed per topic, a page per story, a digest per rule. All GET, all behind a login."""

import logging
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import lru_cache
from hashlib import sha256
from hmac import compare_digest
from importlib.resources import files
from pathlib import Path
from urllib.parse import quote

from fastapi import Depends, FastAPI, HTTPException, Request, Response
from fastapi.responses import HTMLResponse, PlainTextResponse
from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.exceptions import HTTPException as AnyHTTPException

from newsmonitor import atom
from newsmonitor.context import read_topics
from newsmonitor.errors import InputError, NewsmonitorError
from newsmonitor.policy import http_date
from newsmonitor.settings import Settings
from newsmonitor.topicfeed import topic_feed
from newsmonitor.warehouse import Warehouse
from newsmonitor_desk.digestview import read_digest
from newsmonitor_desk.storypage import read_story_page

log = logging.getLogger(__name__)


def _policy(styles: str) -> str:
    """What a page may load. Airflow shows pages of plugins in a frame of its own."""
    return (
        f"default-src 'none'; style-src {styles}; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
    )


_HEADERS = {
    "Content-Security-Policy": _policy("'self'"),
    "X-Content-Type-Options": "nosniff",
    # An address of the desk may hold a token, and says in any case what somebody is reading.
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
# A feed reader keeps what it was given and asks whether it has changed; no proxy may keep it for others.
_KEPT_BY_READER = "private, no-cache"
_FEED_TYPE = f"{atom.MEDIA_TYPE}; charset=utf-8"
_PAGES = Environment(
    loader=PackageLoader("newsmonitor_desk"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)

# Opening DuckDB takes ten times as long as asking it.
_warehouse = lru_cache(maxsize=4)(Warehouse)

CheckViewer = Callable[[Request], Awaitable[None]]


def create_app(
    *,
    check_viewer: CheckViewer,
    read_settings: Callable[[], Settings] = Settings.from_env,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> FastAPI:
    """The application; check_viewer raises HTTPException where a request is of nobody who may look.

    The settings are read at each request: a change of .env needs no restart.
    """
    # No page of FastAPI's own, and no redirect, for they would answer without a login.
    app = FastAPI(
        title="newsmonitor", docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False
    )

    async def check_feed_reader(request: Request) -> None:
        if not _has_feed_token(request, read_settings):
            await check_viewer(request)

    @app.get("/feeds/{topic_id}.atom", dependencies=[Depends(check_feed_reader)])
    def topic_feed_of(request: Request, topic_id: str) -> Response:
        return _feed(request, read_settings(), topic_id, now())

    @app.get("/stories/{story_id}", dependencies=[Depends(check_viewer)])
    def story(request: Request, story_id: str) -> Response:
        settings = read_settings()
        page = read_story_page(settings, _warehouse(settings.warehouse), story_id)
        if page is None:
            raise HTTPException(404, "No story has this id.")
        return _page(request, "story.html", page=page)

    @app.get("/digest/{rule}", dependencies=[Depends(check_viewer)])
    def digest_of(rule: str, since: datetime | None = None, until: datetime | None = None) -> Response:
        settings = read_settings()
        at = now()
        page = read_digest(settings, _warehouse(settings.warehouse), rule, at=at, since=since, until=until)
        if page is None:
            raise HTTPException(404, "No rule has this name.")
        # It is the page of the e-mail, whose styles stand in it; a script may no more run here than elsewhere.
        return HTMLResponse(page, headers={"Content-Security-Policy": _policy("'unsafe-inline'")})

    @app.get("/static/desk.css", dependencies=[Depends(check_viewer)])
    def style() -> Response:
        sheet = files("newsmonitor_desk") / "static" / "desk.css"
        return Response(sheet.read_bytes(), media_type="text/css", headers={"Cache-Control": _KEPT_BY_READER})

    app.middleware("http")(_with_headers)
    app.exception_handler(AnyHTTPException)(_refused)
    app.exception_handler(NewsmonitorError)(_failed)
    return app


def _has_feed_token(request: Request, read_settings: Callable[[], Settings]) -> bool:
    """Whether the request brings the feed token: feed readers cannot log in."""
    given = request.query_params.get("token")
    if given is None:
        return False
    try:
        token = read_settings().feed_token
    except InputError as error:
        # Said to the log alone: whoever asks is not known yet.
        log.error("%s", error)
        return False
    return token is not None and compare_digest(given.encode(), token.encode())


def _feed(request: Request, settings: Settings, topic_id: str, at: datetime) -> Response:
    topic = next((each for each in read_topics(settings) if each.topic_id == topic_id), None)
    if topic is None:
        raise HTTPException(404, "No topic has this id.")
    feed = topic_feed(_warehouse(settings.warehouse), topic_id, topic.title, ui_url=settings.ui_url, at=at)
    body = atom.render(feed)
    headers = {
        "ETag": f'"{sha256(body).hexdigest()[:32]}"',
        "Last-Modified": format_datetime(feed.updated_at.astimezone(UTC), usegmt=True),
        "Cache-Control": _KEPT_BY_READER,
    }
    if _is_known(request, headers["ETag"], feed.updated_at):
        return Response(status_code=304, headers=headers)
    return Response(body, headers=headers | {"Content-Type": _FEED_TYPE})


def _is_known(request: Request, etag: str, updated_at: datetime) -> bool:
    """Whether the reader has this very version: RFC 9110, 13.1.2 (by ETag, weakly) and, without one, 13.1.3."""
    if (tags := request.headers.get("if-none-match")) is not None:
        known = {tag.strip().removeprefix("W/") for tag in tags.split(",")}
        return bool(known & {etag, "*"})
    since = http_date(request.headers.get("if-modified-since"))
    return since is not None and updated_at.replace(microsecond=0) <= since


def _page(request: Request, template: str, status: int = 200, **values: object) -> HTMLResponse:
    desk = request.scope.get("root_path", "")
    return HTMLResponse(_PAGES.get_template(template).render(desk=desk, **values), status)


async def _with_headers(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
    answer = await call_next(request)
    for name, value in _HEADERS.items():
        answer.headers.setdefault(name, value)
    return answer


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, AnyHTTPException)
    if Path(request.url.path).suffix == ".atom":
        return PlainTextResponse(f"{error.detail}\n", error.status_code, headers=error.headers)
    log_in = None
    if error.status_code == 401:
        airflow = request.scope.get("app_root_path", "")
        log_in = f"{airflow}/api/v2/auth/login?next={quote(request.url.path, safe='')}"
    return _page(request, "problem.html", error.status_code, problem=error.detail, log_in=log_in)


async def _failed(request: Request, error: Exception) -> Response:
    """A wrong setting or file, in its one line; whoever reads it has been let in before."""
    log.error("%s: %s", request.url.path, error)
    return _page(request, "problem.html", 500, problem=str(error), log_in=None)
