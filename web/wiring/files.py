"""Files: those of keys that the settings name, and those that somebody hands in."""

from __future__ import annotations

import os
from pathlib import Path

from agenda.model.errors import AccountRefusedError, StoreReadOnlyError
from agenda.model.ids import fresh_id
from agenda.model.sentences import say

MOST = 64 * 1024


def text_of(path: Path, provider: str) -> str:
    """The text of a key file.

    Raises:
        AccountRefusedError: none is named, or it cannot be read.
    """
    if path == Path():
        raise AccountRefusedError(provider, say("the settings name no key for acting without a person."))
    try:
        with path.open("rb") as file:
            return file.read(MOST).decode()
    except (OSError, UnicodeDecodeError) as error:
        raise AccountRefusedError(provider, say("its key file %(file)s cannot be read.", file=str(path))) from error


def keep_file(folder: Path, name: str, content: bytes) -> str:
    """Keep what somebody handed in, readable by this account alone; its path. An older one is replaced whole.

    Raises:
        StoreReadOnlyError: it cannot be written.
    """
    fresh = folder / f".{name}.{fresh_id()}"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content)
        fresh.replace(folder / name)
    except OSError as error:
        fresh.unlink(missing_ok=True)
        raise StoreReadOnlyError(error.strerror or type(error).__name__) from error
    return str(folder / name)
