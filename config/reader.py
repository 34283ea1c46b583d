"""Reads the deployment's settings: the file, then the environment, then what depends on other keys."""

from __future__ import annotations

import ipaddress
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import MISSING, Field, dataclass, fields, is_dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any, get_type_hints
from urllib.parse import urlsplit

from agenda.model.sentences import say
from config.clouds import CLOUDS
from config.mistakes import Mistakes
from config.secret import PREFIX as SECRET_PREFIX
from config.secret import Secret, SecretUrl, has_password, read_secret
from config.settings import Settings
from config.tables import is_table, load

PREFIX = "ANTECHAMBER_"
SETTINGS_VARIABLE = "ANTECHAMBER_SETTINGS"
ENVIRONMENT = "the environment"
YES = frozenset({"1", "true", "yes", "on"})
NO = frozenset({"0", "false", "no", "off"})
DATABASES = ("sqlite", "postgresql")
QUEUES = ("sqlite", "postgresql", "redis", "rediss")


@dataclass(frozen=True, slots=True)
class Setting:
    """One key as the documentation lists it."""

    key: str
    variable: str
    default: str
    sentence: str


@dataclass(frozen=True, slots=True)
class _Key:
    """One key of the schema: where it lives, what it holds."""

    group: str
    field: Field[Any]
    kind: Any

    @property
    def name(self) -> str:
        return f"{self.group}.{self.field.name}" if self.group else self.field.name

    @property
    def variable(self) -> str:
        return PREFIX + self.name.upper().replace(".", "_")

    @property
    def is_secret(self) -> bool:
        """Whether it may stand in a file of its own."""
        return isinstance(self.kind, type) and issubclass(self.kind, Secret)


def _schema() -> Iterator[_Key]:
    for one, kind in _typed(Settings):
        if is_dataclass(kind):
            yield from (_Key(one.name, inner, of) for inner, of in _typed(kind))
        else:
            yield _Key("", one, kind)


def _typed(kind: Any) -> Iterator[tuple[Field[Any], Any]]:
    hints = get_type_hints(kind)
    for one in fields(kind):
        yield one, hints[one.name]


SCHEMA = tuple(_schema())
BY_NAME = {key.name: key for key in SCHEMA}
GROUPS = tuple(dict.fromkeys(key.group for key in SCHEMA if key.group))


def settings_table() -> tuple[Setting, ...]:
    """Every key with its variable, its default in words and its sentence, in the order of the documentation."""
    return tuple(
        Setting(key.name, key.variable, key.field.metadata["default"] or _in_words(key), key.field.metadata["sentence"])
        for key in SCHEMA
    )


def _in_words(key: _Key) -> str:
    value = key.field.default
    if value is MISSING or isinstance(value, Secret) or value in ("", ()):
        return "none"
    return str(value).lower() if isinstance(value, bool) else str(value)


def read_settings(path: Path | None, env: Mapping[str, str]) -> Settings:
    """Read everything, once.

    Args:
        path: the settings file; None means the one ANTECHAMBER_SETTINGS names, or none at all.
        env: the environment; it goes before the file.

    Raises:
        BadConfigError: with every mistake of both.
    """
    if path is None and env.get(SETTINGS_VARIABLE):
        path = Path(env[SETTINGS_VARIABLE])
    mistakes = Mistakes(str(path) if path is not None else ENVIRONMENT)
    folder = path.resolve().parent if path is not None else Path.cwd()
    given: dict[str, Any] = {}
    if path is not None:
        _read_file(load(path, mistakes), given, folder, mistakes)
    _read_environment(env, given, mistakes)
    settings = _complete(_build(given), folder)
    _check(settings, mistakes)
    mistakes.raise_any()
    return settings


def _read_file(top: Mapping[str, object], given: dict[str, Any], folder: Path, mistakes: Mistakes) -> None:
    for name, value in top.items():
        if name in GROUPS:
            if not is_table(value):
                mistakes.add(name, say("expected a table, [%(name)s]", name=name))
                continue
            for inner, content in value.items():
                _read_key(f"{name}.{inner}", content, given, folder, mistakes)
        else:
            _read_key(name, value, given, folder, mistakes)


def _read_key(name: str, value: object, given: dict[str, Any], folder: Path, mistakes: Mistakes) -> None:
    owner = BY_NAME.get(name.removesuffix("_file"))
    if name not in BY_NAME and owner is not None and owner.is_secret:
        _read_secret_file(owner, value, given, folder, mistakes)
        return
    key = BY_NAME.get(name)
    if key is None:
        mistakes.unknown(name, _siblings(name))
        return
    if key.is_secret and (key.kind is Secret or (isinstance(value, str) and has_password(value))):
        mistakes.add(
            name,
            say(
                "a secret does not belong in this file; use %(file_key)s or the variable %(variable)s",
                file_key=f"{name}_file",
                variable=key.variable,
            ),
        )
        return
    _keep(key, value, given, mistakes)


def _read_secret_file(key: _Key, value: object, given: dict[str, Any], folder: Path, mistakes: Mistakes) -> None:
    name = f"{key.name}_file"
    if not isinstance(value, str) or not value:
        mistakes.add(name, say("expected the path of a file"))
        return
    try:
        secret = read_secret(folder / value)
    except OSError as error:
        mistakes.add(name, say("%(path)s cannot be read: %(cause)s", path=value, cause=error.strerror or "no reason"))
    except ValueError:
        mistakes.add(name, say("%(path)s: expected one line of text", path=value))
    else:
        given[key.name] = key.kind(secret.reveal())


def _read_environment(env: Mapping[str, str], given: dict[str, Any], mistakes: Mistakes) -> None:
    by_variable = {key.variable: key for key in SCHEMA}
    files = {f"{key.variable}_FILE": key for key in SCHEMA if key.is_secret}
    for variable in sorted(env):
        if not variable.startswith(PREFIX) or variable.startswith(SECRET_PREFIX) or variable == SETTINGS_VARIABLE:
            continue
        if variable in by_variable:
            key = by_variable[variable]
            _keep(key, _from_text(key, env[variable]), given, mistakes, name=variable, file=ENVIRONMENT)
            if key.kind is Path and key.name in given:  # as `wiring.home` counts it, or there would be two stores
                given[key.name] = Path.cwd() / given[key.name].expanduser()
        elif variable in files:
            try:
                given[files[variable].name] = files[variable].kind(read_secret(Path(env[variable])).reveal())
            except (OSError, ValueError):
                mistakes.add(variable, say("expected the path of a file with one line of text"), file=ENVIRONMENT)
        else:
            mistakes.unknown(variable, [*by_variable, *files, SETTINGS_VARIABLE], file=ENVIRONMENT)


def _from_text(key: _Key, text: str) -> object:
    """What a variable means, in the type of its key; the text itself where it fits none."""
    text = text.strip()
    if key.kind is bool:
        return True if text.casefold() in YES else False if text.casefold() in NO else text
    if key.kind in (int, float):
        try:
            return key.kind(text)
        except ValueError:
            return text
    if key.kind == tuple[str, ...]:
        return [one.strip() for one in text.split(",") if one.strip()]
    return text


def _keep(
    key: _Key, value: object, given: dict[str, Any], mistakes: Mistakes, *, name: str = "", file: str = ""
) -> None:
    """Keep a value that fits its key; note the mistake otherwise. A secret's own value is never quoted."""
    least, most = key.field.metadata["least"], key.field.metadata["most"]
    at = name or key.name
    if key.kind is bool:
        fits, expected = isinstance(value, bool), say("expected true or false")
    elif key.kind in (int, float):
        allowed: tuple[type, ...] = (int,) if key.kind is int else (int, float)
        fits = isinstance(value, allowed) and not isinstance(value, bool) and least <= value <= most
        numbers = {"least": least, "most": most}
        if key.kind is int and math.isinf(most):
            expected = say("expected a whole number, %(least)s or more", least=least)
        elif key.kind is int:
            expected = say("expected a whole number from %(least)s to %(most)s", **numbers)
        else:
            expected = say("expected a number from %(least)s to %(most)s", **numbers)
    elif key.kind == tuple[str, ...]:
        fits = isinstance(value, list) and all(isinstance(one, str) and one for one in value)
        expected = say("expected a list of texts")
    elif issubclass(key.kind, StrEnum):
        fits = isinstance(value, str) and value.upper() in [one.value for one in key.kind]
        expected = say("expected one of %(names)s", names=tuple(one.value for one in key.kind))
        value = value.upper() if isinstance(value, str) else value
    else:
        fits, expected = isinstance(value, str), say("expected text")
        if key.kind is Path and not value:
            fits, expected = False, say("expected a path")
    if not fits:
        mistakes.add(at, expected, file=file)
        return
    make: Callable[[Any], Any] = tuple if key.kind == tuple[str, ...] else key.kind
    given[key.name] = make(value)


def _siblings(name: str) -> list[str]:
    """The keys that could have been meant at that level."""
    group = name.rpartition(".")[0]
    found = [key.field.name for key in SCHEMA if key.group == group]
    return found if group else [*found, *GROUPS]


def _build(given: Mapping[str, Any]) -> Settings:
    kinds = get_type_hints(Settings)
    top = {name: value for name, value in given.items() if "." not in name}
    for group in GROUPS:
        inner = {name.partition(".")[2]: value for name, value in given.items() if name.startswith(f"{group}.")}
        top[group] = kinds[group](**inner)
    return Settings(**top)


def _complete(settings: Settings, folder: Path) -> Settings:
    """Fill in the defaults that depend on other keys, and make paths absolute."""
    data = folder / settings.data_dir.expanduser()
    empty = Path()

    def inside(path: Path, name: str) -> Path:
        return data / name if path == empty else folder / path.expanduser()

    def if_given(path: Path) -> Path:
        return path if path == empty else folder / path.expanduser()

    origin = settings.server.origin.rstrip("/")
    if not origin:
        host = settings.server.host
        host = "localhost" if host in {"0.0.0.0", "::", ""} else f"[{host}]" if ":" in host else host  # noqa: S104
        origin = f"http://{host}:{settings.server.port}"
    return replace(
        settings,
        data_dir=data,
        database_url=settings.database_url or SecretUrl(f"sqlite:///{data / 'antechamber.sqlite3'}"),
        jobs_url=settings.jobs_url or SecretUrl(f"sqlite:///{data / 'jobs.sqlite3'}"),
        policy_file=folder / settings.policy_file.expanduser(),
        places_file=folder / settings.places_file.expanduser(),
        secret_key_file=inside(settings.secret_key_file, "secret-key"),
        secrets_dir=inside(settings.secrets_dir, "secrets"),
        credentials_key_file=inside(settings.credentials_key_file, "credentials-key"),
        server=replace(settings.server, origin=origin),
        google=replace(settings.google, service_account_file=if_given(settings.google.service_account_file)),
        microsoft=replace(settings.microsoft, certificate_file=if_given(settings.microsoft.certificate_file)),
    )


def _is_origin(text: str) -> bool:
    """Whether it is scheme, host and port, and nothing else (RFC 6454)."""
    try:
        parts = urlsplit(text)
        _ = parts.port  # raises for a port that is none
    except ValueError:
        return False
    return (
        parts.scheme in {"http", "https"}
        and bool(parts.hostname)
        and not (parts.path or parts.query or parts.fragment or parts.username)
    )


def _is_safe(text: str) -> bool:
    """Whether tokens may travel there: over TLS, or on this machine."""
    try:
        parts = urlsplit(text)
        _ = parts.port  # raises for a port that is none
    except ValueError:
        return False
    if not parts.hostname or parts.username:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and _is_here(parts.hostname))


def _is_here(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _check_providers(settings: Settings, mistakes: Mistakes) -> None:
    google, microsoft = settings.google, settings.microsoft
    for name, address in (
        ("google.api_endpoint", google.api_endpoint),
        ("google.auth_uri", google.auth_uri),
        ("google.token_uri", google.token_uri),
    ):
        if address and not _is_safe(address):
            mistakes.add(name, say("expected an address that begins with https://"))
    for name, address in (
        ("microsoft.graph_endpoint", microsoft.graph_endpoint),
        ("microsoft.authority", microsoft.authority),
    ):
        if address and address not in CLOUDS and not _is_safe(address):
            mistakes.add(
                name, say("expected one of %(names)s, or an address that begins with https://", names=tuple(CLOUDS))
            )
    if bool(google.client_id) != bool(google.client_secret):
        missing = "google.client_secret_file" if google.client_id else "google.client_id"
        mistakes.add(missing, say("is missing, though the other half of the client is there"))


def _check(settings: Settings, mistakes: Mistakes) -> None:
    """Note what a type alone does not tell."""
    for name, url, kinds in (
        ("database_url", settings.database_url, DATABASES),
        ("jobs_url", settings.jobs_url, QUEUES),
    ):
        scheme, colon, _ = url.reveal().partition("://")
        if not colon or scheme.partition("+")[0] not in kinds:
            mistakes.add(name, say("expected an address that begins with one of %(kinds)s", kinds=kinds))
    if not _is_origin(settings.server.origin):
        mistakes.add("server.origin", say("expected an address such as https://agenda.example.org, without a path"))
    for index, network in enumerate(settings.server.trusted_proxies, 1):
        try:
            ipaddress.ip_network(network)
        except ValueError:
            mistakes.add(f"server.trusted_proxies[{index}]", say("expected an address or network such as 10.0.0.0/8"))
    if settings.smtp.password and not settings.smtp.user:
        mistakes.add("smtp.user", say("is missing, though there is a password"))
    if settings.smtp.user and not settings.smtp.password:
        mistakes.add("smtp.password_file", say("is missing, though there is a user"))
    if settings.smtp.sender and "@" not in settings.smtp.sender:
        mistakes.add("smtp.sender", say("expected a mail address"))
    _check_providers(settings, mistakes)
