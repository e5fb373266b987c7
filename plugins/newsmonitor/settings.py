"""The settings of a person: environment variables NEWSMONITOR_*, and the same names in the file .env.

Nothing else in the package reads the environment. A wrong value is one plain line that names the variable or
the line of .env, never the words of pydantic; a secret (an alert URL) is never repeated in it.
"""

import errno
import os
import re
import tempfile
from difflib import get_close_matches
from io import StringIO
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Annotated, Any

from dotenv import dotenv_values
from dotenv.parser import parse_stream
from pydantic import AfterValidator, BeforeValidator, Field, ValidationError, ValidationInfo, field_validator
from pydantic_settings import (
    BaseSettings,
    DotEnvSettingsSource,
    EnvSettingsSource,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)
from typing_extensions import override

from newsmonitor import __version__
from newsmonitor.errors import InputError

Network = IPv4Network | IPv6Network

_PREFIX = "NEWSMONITOR_"
# Kubernetes gives every container these of a service that is called newsmonitor (its docs, "Accessing the
# Service"): they are nobody's typo.
_KUBERNETES = re.compile(_PREFIX + r"(SERVICE_HOST|SERVICE_PORT(_\w+)?|PORT|PORT_\d+_(TCP|UDP|SCTP)(_\w+)?)")
# A comma may stand inside an Apprise URL (several recipients), so only one before a next URL parts two.
_NEXT_URL = re.compile(r"[\s,]+(?=[A-Za-z][A-Za-z0-9+.-]*://)")
_ONE_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://\S+")
_FULL_DISK = (errno.ENOSPC, errno.EDQUOT)


class _WrongValue(ValueError):
    """What is wrong with a value, in our words, where the words of the field's description do not say it."""


def _path(value: object) -> object:
    if isinstance(value, str):
        if "://" in value:
            raise _WrongValue(f"is {value!r}, an address; this version reads and writes folders only")
        return os.path.expanduser(value)
    return value


def _networks(value: object) -> object:
    if not isinstance(value, str):
        return value
    return tuple(_network(item) for item in re.split(r"[\s,]+", value.strip()) if item)


def _network(text: str) -> Network:
    try:
        return ip_network(text)
    except ValueError as error:
        raise _WrongValue(f"names {text!r}, which is no network in CIDR form") from error


def _alert_urls(value: object) -> object:
    if not isinstance(value, str):
        return value
    text = value.strip(", \t\r\n")
    urls = tuple(url.strip(", \t\r\n") for url in _NEXT_URL.split(text)) if text else ()
    for number, url in enumerate(urls, 1):
        if not _ONE_URL.fullmatch(url):
            raise _WrongValue(f"is wrong: its URL number {number} is no Apprise URL")
    return urls


def _header_text(value: object) -> object:
    # RFC 9110, section 5.5: what may stand in a header field; a line break would begin another header.
    if isinstance(value, str) and not re.fullmatch(r"[\x20-\x7e]+", value):
        raise _WrongValue("holds letters that may not stand in an HTTP header")
    return value


def _web_address(value: object) -> object:
    if isinstance(value, str):
        if not re.fullmatch(r"https?://[^\s/?#@]+(/[^\s?#]*)?", value):
            raise _WrongValue(f"is {value!r}, not a web address such as https://airflow.example.org")
        return value.rstrip("/")
    return value


def _token(value: object) -> object:
    if isinstance(value, str) and not re.fullmatch(r"[A-Za-z0-9._~-]{16,}", value):
        # It is a secret: not repeated.
        raise _WrongValue("is not 16 letters or more of A-Z, a-z, 0-9, . _ ~ -")
    return value


def _divides(minutes: int) -> int:
    if 60 % minutes:
        raise _WrongValue(f"is {minutes}: an hour does not divide into that; 1, 2, 3, 4, 5, 6, 10, ... do")
    return minutes


def _days(value: object) -> object:
    """None for ever: of 0, some would think that it keeps nothing."""
    return None if isinstance(value, str) and value.strip().lower() == "forever" else value


def _up_to_four_cpus() -> int:
    return min(4, os.cpu_count() or 1)


_FolderOrFile = Annotated[Path, BeforeValidator(_path)]
_HeaderText = Annotated[str, BeforeValidator(_header_text)]
_Token = Annotated[str, BeforeValidator(_token)]
_Minutes = Annotated[int, AfterValidator(_divides)]


def _number(meaning: str, example: str, low: float, high: float, **more: Any) -> Any:
    """A field with limits; its description completes the sentence `is 'x', not ...`."""
    return Field(description=meaning, examples=[example], ge=low, le=high, allow_inf_nan=False, **more)


class Settings(BaseSettings):
    """All settings of one process. `Settings.from_env()` reads them; a path is absolute after that.

    The constructor itself reads no environment: tests and the demo state what they want.
    """

    model_config = SettingsConfigDict(
        env_prefix=_PREFIX, env_ignore_empty=True, extra="forbid", frozen=True, hide_input_in_errors=True
    )

    warehouse: _FolderOrFile = Field(Path("warehouse"), description="a folder", examples=["warehouse"])
    seeds: _FolderOrFile = Field(Path("seeds"), description="a folder", examples=["seeds"])
    feeds: _FolderOrFile = Field(
        default_factory=lambda data: data.get("seeds", Path("seeds")) / "feeds.opml",
        description="an OPML or CSV file",
        examples=["my.opml"],
    )
    alerts: _FolderOrFile = Field(
        default_factory=lambda data: data.get("seeds", Path("seeds")) / "alerts.toml",
        description="a TOML file",
        examples=["my-alerts.toml"],
    )
    alert_urls: Annotated[tuple[str, ...], NoDecode, BeforeValidator(_alert_urls)] = Field(
        (), description="Apprise URLs", examples=["mailto://user:password@example.org"], repr=False
    )
    allow_networks: Annotated[tuple[Network, ...], NoDecode, BeforeValidator(_networks)] = Field(
        (), description="networks in CIDR form", examples=["127.0.0.0/8, 10.0.0.0/8"]
    )
    contact: _HeaderText | None = Field(None, description="an address", examples=["desk@example.org"])
    user_agent: _HeaderText = Field(
        f"newsmonitor/{__version__}",
        description="a line of ASCII text",
        examples=["ourdesk/1.0"],
        validate_default=True,
    )
    ui_url: Annotated[str | None, BeforeValidator(_web_address)] = Field(
        None, description="a web address", examples=["https://airflow.example.org"]
    )
    feed_token: _Token | None = Field(
        None,
        description="16 letters or more, of those that may stand in a web address",
        examples=["(what `openssl rand -hex 16` prints)"],
        repr=False,
    )
    poll_minutes: _Minutes = _number("a number of minutes that an hour divides into", "5", 1, 60, default=5)
    shards: int = _number("a whole number from 1 to 64", "4", 1, 64, default=1)
    fetch_concurrency: int = _number("a whole number from 1 to 512", "32", 1, 512, default=32)
    fetch_per_host: int = _number("a whole number from 1 to 32", "2", 1, 32, default=2)
    fetch_pause: float = _number("a number of seconds from 0 to 60", "1", 0, 60, default=1.0)
    robots: bool = Field(True, description="yes or no", examples=["yes"])
    digest_hour: int = _number("an hour of the day (UTC) from 0 to 23", "7", 0, 23, default=7)
    copy_days: int = _number("a whole number of days from 1 to 3650", "60", 1, 3650, default=60)
    window_days: int = _number("a whole number of days from 1 to 365", "7", 1, 365, default=7)
    page_timeout: float = _number("a number of seconds from 0.1 to 300", "30", 0.1, 300, default=30.0)
    max_body_bytes: int = _number(
        "a whole number of bytes from 1000 to 1000000000", "10000000", 1000, 10**9, default=10_000_000
    )
    archive_pages: bool = Field(True, description="yes or no", examples=["yes"])
    archive_days: Annotated[int | None, BeforeValidator(_days)] = _number(
        "a whole number of days from 1 to 36500, or forever", "30", 1, 36_500, default=30
    )
    workers: int = _number("a whole number from 1 to 64", "2", 1, 64, default_factory=_up_to_four_cpus)

    @field_validator("user_agent")
    @classmethod
    def _with_contact(cls, agent: str, info: ValidationInfo) -> str:
        # An honest robot says who may be written to: RFC 9110, section 10.1.5 (From), RFC 9309.
        contact = info.data.get("contact")
        return agent if not contact or contact in agent else f"{agent} (contact: {contact})"

    @classmethod
    @override
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Only what the caller states: `from_env` asks the other sources itself, to know which one spoke."""
        return (init_settings,)

    @classmethod
    def from_env(cls, root: Path | None = None) -> "Settings":
        """The settings of the environment, then of `<root>/.env`, then the defaults.

        Relative paths are taken from root: by default the source tree that holds this package, or the
        current folder where the package is installed. Raises InputError at the first wrong or unknown name.
        """
        root = (root or _project_root()).absolute()
        env_file = root / ".env"
        lines = _env_file_lines(env_file)
        _refuse_unknown(lines, env_file)
        found = DotEnvSettingsSource(cls, env_file=env_file, env_file_encoding="utf-8-sig")()
        # It hands over the names of others too (AIRFLOW_UID of Docker Compose).
        in_file = {name: value for name, value in found.items() if name in cls.model_fields}
        # A list that is empty in the environment is meant so, whatever .env says: the demo alerts nobody.
        empty = {
            name: "" for name in ("alert_urls", "allow_networks") if os.environ.get(_variable(name)) == ""
        }
        in_environment = EnvSettingsSource(cls)() | empty
        try:
            settings = cls(**{**in_file, **in_environment})
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            name = str(first["loc"][0])
            line = None if name in in_environment else lines.get(_variable(name))
            value = {**in_file, **in_environment}[name]
            cause = first.get("ctx", {}).get("error")
            raise _wrong_value(name, value, cause, env_file if line else None, line) from None
        return settings.model_copy(
            update={
                name: root / getattr(settings, name) for name in ("warehouse", "seeds", "feeds", "alerts")
            }
        )

    @staticmethod
    def secret(variable: str, root: Path | None = None) -> str | None:
        """The value of an environment variable that an alert file names, else that of the line in .env."""
        if value := os.environ.get(variable):
            return value
        file = (root or _project_root()).absolute() / ".env"
        return dotenv_values(file, encoding="utf-8-sig").get(variable) if file.is_file() else None

    def check_warehouse_writable(self) -> None:
        """Return when a file can be made and filled in the warehouse; the folder is made where it is missing.

        Raises InputError naming the folder, the reason and the mend.
        """
        try:
            self.warehouse.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=self.warehouse, prefix=".", buffering=0) as trial:
                trial.write(b"\0")
        except OSError as error:
            mend = f"set {_PREFIX}WAREHOUSE to a folder that you may write in"
            if error.errno in _FULL_DISK:
                mend = f"free some space, or set {_PREFIX}WAREHOUSE to a folder on another disk"
            reason = "a file stands in its place" if isinstance(error, FileExistsError) else error.strerror
            raise InputError(str(self.warehouse), f"cannot be written ({reason})", mend) from error


def _project_root() -> Path:
    package = Path(__file__).resolve().parent
    return package.parents[1] if package.parent.name == "plugins" else Path.cwd()


def _variable(field: str) -> str:
    return _PREFIX + field.upper()


def _env_file_lines(path: Path) -> dict[str, int]:
    """The names in .env, each with its line; raises InputError at a line that is no NAME=value.

    python-dotenv itself only logs such a line and goes on without it.
    """
    mend = "write NAME=value, with both quotation marks or none"
    lines: dict[str, int] = {}
    for binding in parse_stream(StringIO(_read_env_file(path))):
        text = binding.original.string
        line = binding.original.line + text[: len(text) - len(text.lstrip())].count("\n")
        if binding.error or (binding.key is not None and binding.value is None):
            raise InputError(str(path), "cannot be read as NAME=value", mend, line=line)
        if binding.key is not None:
            lines[binding.key.upper()] = line
    return lines


def _read_env_file(path: Path) -> str:
    if not path.is_file():
        return ""
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise InputError(str(path), "is not UTF-8 text", "save it as UTF-8", line=line) from error
    except OSError as error:
        problem = f"cannot be read ({error.strerror})"
        raise InputError(str(path), problem, "give yourself the right to read it") from error


def _refuse_unknown(lines: dict[str, int], env_file: Path) -> None:
    known = {name.upper(): _variable(name) for name in Settings.model_fields}
    for name in [*os.environ, *lines]:
        upper = name.upper()
        if not upper.startswith(_PREFIX) or upper[len(_PREFIX) :] in known or _KUBERNETES.fullmatch(upper):
            continue
        near = get_close_matches(upper[len(_PREFIX) :], known, n=1)
        mend = f"did you mean {known[near[0]]}?" if near else f"the settings are {', '.join(known.values())}"
        if name in os.environ:
            raise InputError(name, "is no setting", mend)
        raise InputError(str(env_file), f"{name} is no setting", mend, line=lines[name])


def _wrong_value(field: str, value: object, cause: object, path: Path | None, line: int | None) -> InputError:
    about = Settings.model_fields[field]
    problem = str(cause) if isinstance(cause, _WrongValue) else f"is {value!r}, not {about.description}"
    example = (about.examples or [""])[0]
    name = _variable(field)
    if path is None:
        return InputError(name, problem, f"set it to e.g. {example}, in the environment or in .env")
    return InputError(str(path), f"{name} {problem}", f"set it to e.g. {example}", line=line)
