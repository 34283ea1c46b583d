"""Files of keys that the settings name."""

from __future__ import annotations

from pathlib import Path

from agenda.model.errors import AccountRefusedError
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
