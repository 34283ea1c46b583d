"""Secrets: read from the environment or a file, shown to nobody, made once where the house needs its own."""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from agenda.model.errors import AgendaError, NotFoundError
from agenda.model.sentences import say

SECRET_BYTES = 32
MAX_BYTES = 64 * 1024
NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,99}")
PREFIX = "ANTECHAMBER_SECRET_"


class Secret:
    """Something no log may show. Only `reveal` gives it away; written out it is a mask."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        """Keep it."""
        self._value = value

    def reveal(self) -> str:
        """The secret itself, for the one call that needs it."""
        return self._value

    def __bool__(self) -> bool:
        """Whether there is one."""
        return bool(self._value)

    def __eq__(self, other: object) -> bool:
        """Whether both are the same, in time that does not tell how far they agree."""
        return isinstance(other, Secret) and secrets.compare_digest(self._value.encode(), other._value.encode())

    def __hash__(self) -> int:
        return hash((Secret, self._value))

    def __repr__(self) -> str:
        return "Secret('****')" if self._value else "Secret('')"

    __str__ = __repr__

    def __reduce__(self) -> str:
        """Refuse to be written away together with what holds it."""
        msg = "a secret is not pickled"
        raise TypeError(msg)


class SecretUrl(Secret):
    """An address that may hold a password; written out, the password alone is masked."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"SecretUrl({without_password(self.reveal())!r})"

    __str__ = __repr__


def without_password(url: str) -> str:
    """The address with stars in place of its password."""
    try:
        parts = urlsplit(url)
        if parts.password is None:
            return url
    except ValueError:
        return "****"
    user, _, host = parts.netloc.rpartition("@")
    return urlunsplit(parts._replace(netloc=f"{user.partition(':')[0]}:****@{host}"))


def has_password(url: str) -> bool:
    """Whether an address holds a password."""
    return without_password(url) != url


def read_secret(path: Path) -> Secret:
    """The first line of a file, without the end of the line.

    Raises:
        OSError: it cannot be read.
        ValueError: it is empty, not text in UTF-8, or far too long for a secret.
    """
    with path.open("rb") as file:
        raw = file.read(MAX_BYTES + 1)
    if len(raw) > MAX_BYTES:
        msg = "too long for a secret"
        raise ValueError(msg)
    value = raw.decode("utf-8").partition("\n")[0].rstrip("\r")
    if not value:
        msg = "empty"
        raise ValueError(msg)
    return Secret(value)


@dataclass(frozen=True, slots=True)
class Secrets:
    """The passwords of calendars and the like, each by the name its calendar gives.

    `caldav-mayor` is the variable ANTECHAMBER_SECRET_CALDAV_MAYOR, or else the file `caldav-mayor` in the folder.
    """

    folder: Path
    env: Mapping[str, str]

    def get(self, name: str) -> Secret:
        """One by name.

        Raises:
            NotFoundError: there is none, or the name is none that a secret may have.
        """
        if not NAME.fullmatch(name):
            raise NotFoundError("secret", name)
        value = self.env.get(PREFIX + name.upper().replace("-", "_"))
        if value:
            return Secret(value)
        try:
            return read_secret(self.folder / name)
        except (OSError, ValueError) as error:
            raise NotFoundError("secret", name) from error


class OpenSecretError(AgendaError):
    """The key file could be read by others, or not at all by us."""

    def __init__(self, path: Path, *, cause: str = "") -> None:
        """Name the file and the way out."""
        if cause:
            super().__init__(say("The key file %(file)s cannot be used: %(cause)s.", file=str(path), cause=cause))
        else:
            super().__init__(
                say("Others may read the key file %(file)s. Take that right away: chmod 600.", file=str(path))
            )


def secret_key(path: Path) -> Secret:
    """The key that signs cookies and forms: read from its file, or made at random on the first start (mode 0600).

    Raises:
        OpenSecretError: others may read the file, it is empty, or it can be neither read nor made.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            if path.stat().st_mode & 0o077:
                raise OpenSecretError(path) from None
            return read_secret(path)
        made = secrets.token_hex(SECRET_BYTES)
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(made + "\n")
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise OpenSecretError(path, cause=error.strerror or "it cannot be made") from error
    except ValueError as error:
        raise OpenSecretError(path, cause=str(error)) from error
    return Secret(made)
