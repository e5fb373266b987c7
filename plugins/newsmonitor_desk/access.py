"""Who may look at the desk: whoever may look at Airflow. The one module here that asks Airflow."""

from airflow.api_fastapi.app import get_auth_manager
from airflow.api_fastapi.auth.managers.models.resource_details import AccessView
from airflow.api_fastapi.core_api.security import bearer_scheme, get_user
from fastapi import HTTPException, Request, status
from fastapi.concurrency import run_in_threadpool


async def check_viewer(request: Request) -> None:
    """Return where the request is of a person who is logged in to Airflow and may see its UI.

    By cookie or bearer token, as everywhere in Airflow. WEBSITE is the right that every viewer has and that says
    least: it lets nobody start, change or read a DAG. Raises HTTPException 401 (nobody) or 403 (somebody else).
    """
    user = await get_user(request, bearer_credentials=await bearer_scheme(request))
    manager = get_auth_manager()
    # Some auth managers ask a database.
    if not await run_in_threadpool(manager.is_authorized_view, access_view=AccessView.WEBSITE, user=user):
        raise HTTPException(status.HTTP_403_FORBIDDEN, "Forbidden")
