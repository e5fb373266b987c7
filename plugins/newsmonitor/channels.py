"""The channels of an alert file and of the settings: where each is, and why one cannot be used now."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from newsmonitor.alertspec import DEFAULT_CHANNEL, AlertPlan, ChannelSpec, Rule
from newsmonitor.errors import InputError
from newsmonitor.messages import Address
from newsmonitor.notify import default_addresses, default_names, folder_url, open_channel
from newsmonitor.settings import Settings

_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://\S+")


def open_channels(
    plan: AlertPlan, settings: Settings, connections: Callable[[str], str] | None = None
) -> tuple[tuple[Address, ...], dict[str, str]]:
    """The addresses of the channels that can be used, those of NEWSMONITOR_ALERT_URLS first; why the others cannot be.

    The reasons are plain lines by the channel's name: such a channel fails, and holds back no other. connections gives
    the URL of an Airflow connection by its id, or raises InputError; without it AIRFLOW_CONN_<ID> is read. Raises
    InputError where NEWSMONITOR_ALERT_URLS itself is wrong.
    """
    addresses = list(default_addresses(settings.alert_urls))
    problems: dict[str, str] = {}
    for spec in plan.channels:
        where = plan.where if spec.line is None else f"{plan.where}, line {spec.line}"
        try:
            url = _url_of(spec, plan, connections)
            address = Address(name=spec.name, url=url, where=where, form=spec.form)
            open_channel(address)
            if any(each.name == spec.name for each in addresses):
                raise InputError(
                    where, f"the channel {spec.name} is there twice", "give one of the two another name"
                )
        except InputError as error:
            problems[spec.name] = str(error)
        else:
            addresses.append(address)
    return tuple(addresses), problems


def names_for(rule: Rule, plan: AlertPlan, settings: Settings) -> list[str]:
    """The names of the channels that a rule goes to, each once; "default" stands for those of the settings."""
    known = {spec.name for spec in plan.channels}
    names: list[str] = []
    for name in rule.channels:
        is_default = name == DEFAULT_CHANNEL and name not in known
        names += default_names(settings.alert_urls) if is_default else [name]
    return list(dict.fromkeys(names))


def operator_names(plan: AlertPlan, settings: Settings) -> list[str]:
    """The names of the channels of who keeps the desk running; where none is marked so, of all but folders."""
    marked = [spec.name for spec in plan.channels if spec.is_operator]
    others = [spec.name for spec in plan.channels if spec.folder is None]
    return marked or list(dict.fromkeys([*default_names(settings.alert_urls), *others]))


def url_of_connection(conn_id: str, *, password: str | None, extra: Any) -> str:
    """The one URL that an Airflow connection holds; raises InputError, which shows nothing of it.

    Where it may stand: in the password; in the extra as `url`, `path`, or as Airflow's own notifier for Apprise has it,
    `{"config": {"path": ..., "tag": ...}}`, or a list of such.
    """
    where = f"connection {conn_id}"
    try:
        fields = json.loads(extra) if isinstance(extra, str) and extra.strip() else extra
    except ValueError:
        raise InputError(where, "has an extra that is no JSON", "write it as a JSON object") from None
    found = list(
        dict.fromkeys(url for url in (password, *_urls(fields)) if url and _URL.fullmatch(url.strip()))
    )
    if len(found) == 1:
        return found[0].strip()
    problem = f"holds {len(found)} URLs, and a channel has one" if found else "holds no URL of a channel"
    raise InputError(where, problem, "put one Apprise URL into its password, or into its extra as `url`")


def _url_of(spec: ChannelSpec, plan: AlertPlan, connections: Callable[[str], str] | None) -> str:
    if spec.folder is not None:
        folder = Path(spec.folder).expanduser()
        return folder_url((Path(plan.where).absolute().parent / folder).resolve())
    if spec.env is not None:
        if url := Settings.secret(spec.env):
            return url.strip()
        raise InputError(spec.env, "is not set", "set it to an Apprise URL, in the environment or in .env")
    if spec.connection is None:
        mend = "give it one of env, connection, folder"
        raise InputError(plan.where, f"the channel {spec.name} has no address", mend, line=spec.line)
    return connections(spec.connection) if connections else _from_variable(spec.connection)


def _from_variable(conn_id: str) -> str:
    """The URL of a connection that is kept in the environment, as Airflow reads it there: a URI, or JSON."""
    text = Settings.secret(f"AIRFLOW_CONN_{conn_id.upper()}")
    if not text:
        mend = f"or set AIRFLOW_CONN_{conn_id.upper()}, which both read"
        raise InputError(f"connection {conn_id}", "is known to Airflow alone, if at all", mend)
    where = f"AIRFLOW_CONN_{conn_id.upper()}"
    if text.lstrip().startswith("{"):
        try:
            fields = json.loads(text)
        except ValueError:
            raise InputError(where, "is no JSON", "write it as Airflow has it, or as a URI") from None
        password = fields.get("password")
        return url_of_connection(
            conn_id, password=password if isinstance(password, str) else None, extra=fields.get("extra")
        )
    try:
        parts = urlsplit(text.strip())
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        password = unquote(parts.password) if parts.password else None
    except ValueError:
        raise InputError(where, "is no URI", "write it as Airflow has it, or as JSON") from None
    return url_of_connection(conn_id, password=password, extra=query.get("__extra__", query))


def _urls(fields: Any) -> Iterator[str]:
    if not isinstance(fields, Mapping):
        return
    yield from (fields[name] for name in ("url", "path") if isinstance(fields.get(name), str))
    config = fields.get("config")
    if isinstance(config, str):
        # In a connection's URI the extra is a query, and what lies deeper in it is text.
        try:
            config = json.loads(config)
        except ValueError:
            return
    for entry in config if isinstance(config, list) else [config]:
        if isinstance(entry, Mapping) and isinstance(entry.get("path"), str):
            yield entry["path"]
