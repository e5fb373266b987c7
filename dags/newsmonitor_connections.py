"""Connections of Airflow as addresses for alerts. Only helpers: nothing here is scheduled."""

from airflow.sdk import Connection
from airflow.sdk.exceptions import AirflowException, AirflowRuntimeError

from newsmonitor.channels import url_of_connection
from newsmonitor.errors import InputError


def connection_url(conn_id: str) -> str:
    """The Apprise URL that a connection of Airflow holds; raises InputError, which shows nothing of it.

    Of any type: Apprise's own, or one that has the URL in its password or, as `url`, in its extra.
    """
    try:
        connection = Connection.get(conn_id)
    except (AirflowException, AirflowRuntimeError) as error:
        mend = "add it (Admin, Connections), with the URL as its password"
        raise InputError(
            f"connection {conn_id}", f"cannot be had from Airflow ({type(error).__name__})", mend
        ) from error
    return url_of_connection(conn_id, password=connection.password, extra=connection.extra)
