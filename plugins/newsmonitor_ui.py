"""The Airflow plugin of the desk: its pages and feeds, at /newsmonitor of the Airflow UI.

Airflow executes this file in every process, the workers' too; so what takes half a second is imported when a page
is first asked for.
"""

from functools import cache
from typing import TYPE_CHECKING, Any

from airflow.plugins_manager import AirflowPlugin

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send


class Desk:
    """The application of the desk, made at the first request."""

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        await _app()(scope, receive, send)


@cache
def _app() -> "ASGIApp":
    from newsmonitor_desk.access import check_viewer
    from newsmonitor_desk.app import create_app

    return create_app(check_viewer=check_viewer)


class NewsmonitorPlugin(AirflowPlugin):
    """What Airflow is told of the desk."""

    name = "newsmonitor"
    # Airflow's own class declares it so.
    fastapi_apps: list[Any] = [{"app": Desk(), "url_prefix": "/newsmonitor", "name": "newsmonitor"}]  # noqa: RUF012
